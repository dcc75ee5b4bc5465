// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta monitor: what the kernel reports, as it comes.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <varta.h>

#include "clock.h"
#include "colour.h"
#include "command.h"
#include "error.h"
#include "format.h"
#include "json.h"
#include "parse.h"
#include "session.h"
#include "snapshot.h"
#include "terminal.h"

#define NS_PER_MS	1000000

struct monitor_options {
	bool json;
	uint64_t count;
	bool limited_time;
	int timeout_ms;
	uint32_t buffer;
};

enum {
	OPTION_COUNT = 256,
	OPTION_TIMEOUT,
	OPTION_BUFFER,
};

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print one JSON object a line" },
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "End after N events" },
	{ .name = "timeout", .key = OPTION_TIMEOUT, .arg = "DURATION",
	  .doc = "End after this time, with exit status 4: 500ms, 5s, 2m; a "
		 "bare number is ms" },
	{ .name = "buffer", .key = OPTION_BUFFER, .arg = "BYTES",
	  .doc = "Room for events that wait to be printed (default: the "
		 "system's)" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct monitor_options *options = state->input;
	bool valid = true;

	switch (key) {
	case 'j':
		options->json = true;
		break;
	case OPTION_COUNT:
		valid = parse_count(argument, &options->count);
		break;
	case OPTION_TIMEOUT:
		options->limited_time = true;
		valid = parse_duration(argument, &options->timeout_ms);
		break;
	case OPTION_BUFFER:
		valid = parse_u32(argument, &options->buffer);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return understood(valid, argument, state);
}

static const struct argp_child children[] = {
	{ .argp = &colour_parser },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.doc = "Show stalls and exits as the kernel finds them, one a line. "
	       "Says 'listening' on standard error once none can be missed.\v"
	       "JSON has the names and units of the netlink interface, and "
	       "what the event is in 'event': stall, exit or overrun. In "
	       "names, bytes that are not UTF-8 are shown as \\xNN, and in "
	       "lines for people also those that could do something to a "
	       "terminal; a backslash as two. If events came faster than they "
	       "were read, 'overrun' is reported, and then, as 'stalled', each "
	       "agent whose stall stands by then.",
};

/**
 * struct monitor - Where the monitoring stands.
 * @options: What was asked for.
 * @seen: Events printed.
 * @error: Negative errno, when one could not be printed.
 */
struct monitor {
	const struct monitor_options *options;
	uint64_t seen;
	int error;
};

static bool satisfied(const struct monitor *monitor)
{
	return monitor->error ||
	       (monitor->options->count &&
		monitor->seen >= monitor->options->count);
}

/* What happened when, and to whom. */
static void print_subject(const char *what, const struct varta_agent *agent)
{
	char pid_namespace[TEXT_SIZE], name[NAME_TEXT_SIZE];
	enum concern concern = concern_about(agent);

	format_namespace(pid_namespace, agent->ns_inode);
	format_name(name, agent->name);

	print_clock();
	printf(" %s%s%s ", colour_of(concern), what,
	       concern ? colour_end() : "");
	if (agent->pid)
		printf("pid %" PRIu32 " (own %" PRIu32 " in %s)", agent->pid,
		       agent->ns_pid, pid_namespace);
	else
		printf("own pid %" PRIu32 " in %s", agent->ns_pid,
		       pid_namespace);
	if (agent->source)
		printf(" of source %" PRIu32, agent->source);
	printf("%s%s: ", name[0] ? " " : "", name);
}

static void print_stall(const struct varta_agent *agent)
{
	char silence[TEXT_SIZE], nonce[TEXT_SIZE];

	format_duration(silence, agent->silence);
	format_nonce(nonce, agent->nonce);

	print_subject("stall", agent);
	printf("silent %s, last nonce %s, status %s\n", silence, nonce,
	       varta_status_name(agent->status));
}

static void print_signal(uint32_t number)
{
	const char *name = number < INT_MAX ? sigabbrev_np((int)number) : NULL;

	printf("killed by signal %" PRIu32, number);
	if (name)
		printf(" (SIG%s)", name);
	putchar('\n');
}

static void print_exit(const struct varta_agent *agent)
{
	print_subject("exit", agent);
	switch (agent->exit_type) {
	case VARTA_EXIT_CODE:
		printf("exit %" PRIu32 "\n", agent->exit_code);
		break;
	case VARTA_EXIT_SIGNAL:
		print_signal(agent->exit_signal);
		break;
	default:
		puts("ended");
		break;
	}
}

/* @agent is NULL where the event is about none. */
static int print_json_event(const char *name, const struct varta_agent *agent)
{
	struct json_object *object = json_object_new_object();
	int error;

	if (!object)
		return -ENOMEM;
	error = json_put_new(object, "event", json_object_new_string(name));
	if (!error && agent)
		error = json_put_agent(object, agent);
	if (!error)
		error = json_print(object, true);
	json_object_put(object);
	return error;
}

/* By the type of the event. */
static const struct {
	const char *name;
	void (*print)(const struct varta_agent *agent);
} kinds[] = {
	[VARTA_EVENT_STALL] = { "stall", print_stall },
	[VARTA_EVENT_EXIT] = { "exit", print_exit },
};

static bool is_known(const struct varta_event *event)
{
	return event->type < sizeof(kinds) / sizeof(kinds[0]) &&
	       kinds[event->type].print;
}

static void take_event(const struct varta_event *event, void *arg)
{
	struct monitor *monitor = arg;

	/* One message may hold more events than were asked for. */
	if (!is_known(event) || satisfied(monitor))
		return;
	if (monitor->options->json)
		monitor->error = print_json_event(kinds[event->type].name,
						  event->agent);
	else
		kinds[event->type].print(event->agent);
	/* Nobody reads any more: end, rather than watch for nothing. */
	if (!monitor->error && ferror(stdout))
		monitor->error = -EIO;
	monitor->seen++;
}

static void print_still_stalled(const struct varta_agent *agent)
{
	char silence[TEXT_SIZE];

	format_duration(silence, agent->silence);
	print_subject("stalled", agent);
	printf("silent %s, status %s\n", silence,
	       varta_status_name(agent->status));
}

/* What was missed cannot be had any more, but what has come of it can. */
static int resynchronise(struct varta *v, void *arg)
{
	struct ledger_query stalled = { .stalled = true };
	struct monitor *monitor = arg;
	struct ledger ledger = { 0 };
	int error = ledger_read(v, &stalled, &ledger);
	size_t i;

	if (error)
		fail_call(v, "read what was missed", error);
	for (i = 0; i < ledger.count && !monitor->error; i++) {
		if (monitor->options->json)
			monitor->error = print_json_event("stalled",
							  &ledger.agents[i]);
		else
			print_still_stalled(&ledger.agents[i]);
	}
	ledger_free(&ledger);
	return EXIT_OK;
}

static void print_overrun(void)
{
	print_clock();
	printf(" %soverrun%s events were missed; those stalled now follow\n",
	       colour_of(CONCERN_SOME), colour_end());
}

/*
 * Neither it nor what follows is one of the events that are counted: it stands
 * for an unknown number.
 */
static int report_overrun(struct monitor *monitor)
{
	fputs("varta: overrun: events were missed\n", stderr);
	if (monitor->options->json)
		monitor->error = print_json_event("overrun", NULL);
	else
		print_overrun();
	if (!monitor->error)
		with_handle(NULL, resynchronise, monitor);
	return monitor->error;
}

/* Returns 0 or a negative errno; -ETIMEDOUT when the time is over. */
static int wait_for_events(struct varta_events *events,
			   const struct monitor *monitor, uint64_t deadline)
{
	struct pollfd readable = {
		.fd = varta_events_fd(events),
		.events = POLLIN,
	};
	bool limited = monitor->options->limited_time;
	int ready = poll(&readable, 1, limited ? ms_until(deadline) : -1);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	return ready ? 0 : -ETIMEDOUT;
}

/* Ends with the events asked for, the time, or a failure; or else never. */
static int watch(struct varta_events *events, struct monitor *monitor)
{
	uint64_t deadline = varta_monotonic_now() +
			    (uint64_t)monitor->options->timeout_ms * NS_PER_MS;
	int result;

	while (!satisfied(monitor)) {
		result = varta_events_receive(events, take_event, monitor);
		if (result == -ENOBUFS)
			result = report_overrun(monitor);
		else if (result == -EAGAIN)
			result = wait_for_events(events, monitor, deadline);
		if (result < 0)
			return result;
		/* A stream of events must not outrun the time limit. */
		if (monitor->options->limited_time && !satisfied(monitor) &&
		    varta_monotonic_now() >= deadline)
			return -ETIMEDOUT;
	}
	return monitor->error;
}

static int exit_code_of(int error)
{
	if (!error)
		return EXIT_OK;
	if (error != -ETIMEDOUT)
		return fail_system("watch for events", error);
	fputs("varta: time is over\n", stderr);
	return EXIT_TIMEOUT;
}

static int fail_subscription(int error)
{
	if (error != -EPERM)
		return fail_open(error);
	fputs("varta: cannot listen: EPERM: it takes CAP_NET_ADMIN over the "
	      "network namespace: sudo varta monitor\n", stderr);
	return EXIT_REFUSED;
}

int run_monitor(int argc, char **argv)
{
	struct varta_events_options how = VARTA_EVENTS_OPTIONS_INIT;
	struct monitor_options options = { 0 };
	struct monitor monitor = { .options = &options };
	struct varta_events *events;
	int error;

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	how.buffer = options.buffer;
	error = varta_events_open(&events, &how);
	if (error)
		return fail_subscription(error);

	setvbuf(stdout, NULL, _IOLBF, 0);
	fputs("varta: listening\n", stderr);
	error = watch(events, &monitor);
	varta_events_close(events);
	return exit_code_of(error);
}
