// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta monitor: prints stalls and exits as they happen.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <varta.h>

#include "args.h"
#include "clock.h"
#include "colour.h"
#include "command.h"
#include "error.h"
#include "format.h"
#include "json.h"
#include "parse.h"
#include "terminal.h"

/**
 * struct monitor_options - When to end, and how to print.
 * @json: Print JSON.
 * @count: Number of events to print; 0 for no end.
 * @has_timeout: --timeout was given.
 * @timeout_ms: Time until the end.
 * @buffer: Size of the socket's buffer; 0 for the system's default.
 */
struct monitor_options {
	bool json;
	uint64_t count;
	bool has_timeout;
	uint32_t timeout_ms;
	uint32_t buffer;
};

enum {
	OPTION_COUNT = 256,
	OPTION_TIMEOUT,
	OPTION_BUFFER,
};

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print one JSON object per line" },
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "End after N events" },
	{ .name = "timeout", .key = OPTION_TIMEOUT, .arg = "DURATION",
	  .doc = "End after this time, with exit status 4: 500ms, 5s, 2m or "
		 "1h; a bare number is ms" },
	{ .name = "buffer", .key = OPTION_BUFFER, .arg = "BYTES",
	  .doc = "Size of the socket's receive buffer (default: the "
		 "system's)" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct monitor_options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case OPTION_COUNT:
		options->count = args_number(state, "--count", argument, 1,
					     UINT64_MAX);
		return 0;
	case OPTION_TIMEOUT:
		options->has_timeout = true;
		options->timeout_ms = args_duration(state, "--timeout",
						    argument, 0, DURATION_MAX);
		return 0;
	case OPTION_BUFFER:
		options->buffer = args_u32(state, "--buffer", argument, 0,
					   UINT32_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &colour_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.doc = "Print stalls and exits as they happen, one per line. Prints "
	       "'listening' on standard error when it is subscribed.\v"
	       "JSON has the names and units of the netlink interface, and "
	       "'event': stall, exit, overrun, stalled, unloaded or loaded. In "
	       "names, bytes that "
	       "are not UTF-8 are shown as \\xNN, without --json also those "
	       "that are not safe on a terminal; a backslash as two. An "
	       "overrun means that events were lost, because they came faster "
	       "than they were read. The agents whose stalls were lost then "
	       "follow, as 'stalled'. When the module is unloaded and loaded "
	       "again, it says so and goes on.",
};

/**
 * struct monitor - State of the command.
 * @options: The options.
 * @seen: Number of events printed.
 * @error: Negative errno if one could not be printed.
 */
struct monitor {
	const struct monitor_options *options;
	uint64_t seen;
	int error;
};

static bool is_done(const struct monitor *monitor)
{
	return monitor->error ||
	       (monitor->options->count &&
		monitor->seen >= monitor->options->count);
}

/* Time, event and agent: the start of every line. */
static void print_agent(const char *event, const struct varta_agent *agent)
{
	char pid_namespace[TEXT_SIZE], name[NAME_TEXT_SIZE];
	enum severity severity = agent_severity(agent);

	format_namespace(pid_namespace, agent->ns_inode);
	format_name(name, agent->name);

	print_time();
	printf(" %s%s%s ", colour_begin(severity), event, colour_end(severity));
	if (agent->pid)
		printf("pid %" PRIu32 " (ns pid %" PRIu32 " in %s)", agent->pid,
		       agent->ns_pid, pid_namespace);
	else
		printf("ns pid %" PRIu32 " in %s", agent->ns_pid,
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

	print_agent("stall", agent);
	printf("silent %s, last nonce %s, status %s\n", silence, nonce,
	       varta_status_name(agent->status));
}

static void print_signal(uint32_t number)
{
	const char *name = number < INT_MAX ? sigabbrev_np((int)number) : NULL;

	printf("killed by signal %" PRIu32, number);
	if (name)
		printf(" (SIG%s)", name);
}

/* On CLOCK_MONOTONIC: it orders exits that are printed late. */
static void print_exit_time(uint64_t ns)
{
	if (ns)
		printf(", at %" PRIu64 ".%06" PRIu64 " s", ns / NS_PER_S,
		       ns % NS_PER_S / 1000);
	putchar('\n');
}

static void print_exit(const struct varta_agent *agent)
{
	print_agent("exit", agent);
	switch (agent->exit_type) {
	case VARTA_EXIT_CODE:
		printf("exit code %" PRIu32, agent->exit_code);
		break;
	case VARTA_EXIT_SIGNAL:
		print_signal(agent->exit_signal);
		break;
	default:
		fputs("exit code unknown", stdout);
		break;
	}
	print_exit_time(agent->exit_time);
}

/* @agent: NULL for an event without one. */
static int print_json_event(const char *name, const struct varta_agent *agent)
{
	struct json_object *object = json_object_new_object();
	int error;

	if (!object)
		return -ENOMEM;
	error = json_add(object, "event", json_object_new_string(name));
	if (!error && agent)
		error = json_add_agent(object, agent);
	if (!error)
		error = json_print(object, true);
	json_object_put(object);
	return error;
}

static void print_still_stalled(const struct varta_agent *agent)
{
	char silence[TEXT_SIZE];

	format_duration(silence, agent->silence);
	print_agent("stalled", agent);
	printf("silent %s, status %s\n", silence,
	       varta_status_name(agent->status));
}

/* By enum varta_event_type. */
static const struct {
	const char *name;
	void (*print)(const struct varta_agent *agent);
	/* For events without an agent. */
	const char *text;
} event_kinds[] = {
	[VARTA_EVENT_STALL] = { "stall", print_stall, NULL },
	[VARTA_EVENT_EXIT] = { "exit", print_exit, NULL },
	[VARTA_EVENT_OVERRUN] = { "overrun", NULL, "events were lost; the "
				  "stalls among them follow" },
	[VARTA_EVENT_UNLOADED] = { "unloaded", NULL, "the module was unloaded; "
				   "waiting until it is loaded again" },
	[VARTA_EVENT_LOADED] = { "loaded", NULL, "the module was loaded; "
				 "listening again" },
};

static bool is_known(const struct varta_event *event)
{
	return event->type < sizeof(event_kinds) / sizeof(event_kinds[0]) &&
	       event_kinds[event->type].name;
}

/* An event of the subscription, not of an agent: on standard error as well. */
static void print_notice(const char *name, const char *text)
{
	fprintf(stderr, "varta: %s: %s\n", name, text);
	print_time();
	printf(" %s%s%s %s\n", colour_begin(SEVERITY_WARNING), name,
	       colour_end(SEVERITY_WARNING), text);
}

static void print_line(const struct varta_event *event)
{
	if (!event->agent)
		print_notice(event_kinds[event->type].name,
			     event_kinds[event->type].text);
	else if (event->resynced)
		print_still_stalled(event->agent);
	else
		event_kinds[event->type].print(event->agent);
}

static void print_event(const struct varta_event *event, void *arg)
{
	struct monitor *monitor = arg;

	/* One message may contain more events than --count allows. */
	if (!is_known(event) || is_done(monitor))
		return;
	if (monitor->options->json)
		monitor->error = print_json_event(
			event->resynced ? "stalled" :
					  event_kinds[event->type].name,
			event->agent);
	else
		print_line(event);
	/* A closed pipe ends the command. */
	if (!monitor->error && ferror(stdout))
		monitor->error = -EIO;
	/* What was lost is an unknown number of events. */
	if (event->agent && !event->resynced)
		monitor->seen++;
}

/* Returns 0, -ETIMEDOUT at the deadline, or another negative errno. */
static int wait_for_events(struct varta_events *events,
			   const struct monitor *monitor, uint64_t deadline)
{
	struct pollfd readable = {
		.fd = varta_events_fd(events),
		.events = POLLIN,
	};
	bool limited = monitor->options->has_timeout;
	int ready = poll(&readable, 1, limited ? ms_until(deadline) : -1);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	return ready ? 0 : -ETIMEDOUT;
}

static bool is_over(const struct monitor *monitor, uint64_t deadline)
{
	return monitor->options->has_timeout &&
	       varta_monotonic_now() >= deadline;
}

/* Returns 0 after --count events, or a negative errno. */
static int receive_until_done(struct varta_events *events,
			      struct monitor *monitor)
{
	uint64_t deadline = varta_monotonic_now() +
			    monitor->options->timeout_ms * NS_PER_MS;
	int result;

	while (!is_done(monitor)) {
		result = varta_events_receive(events, print_event, monitor);
		if (result == -EAGAIN)
			result = wait_for_events(events, monitor, deadline);
		if (result < 0)
			return result;
		/* A stream of events must not postpone the timeout. */
		if (!is_done(monitor) && is_over(monitor, deadline))
			return -ETIMEDOUT;
	}
	return monitor->error;
}

static int exit_code_of(const struct monitor *monitor, int error)
{
	if (!error)
		return EXIT_OK;
	if (error != -ETIMEDOUT)
		return fail_system("receive events", error);
	fprintf(stderr, "varta: timeout after %" PRIu32 " ms and %" PRIu64
		" events\n", monitor->options->timeout_ms, monitor->seen);
	return EXIT_TIMEOUT;
}

int cmd_monitor(int argc, char **argv)
{
	struct varta_events_options how = VARTA_EVENTS_OPTIONS_INIT;
	struct monitor_options options = { 0 };
	struct monitor monitor = { .options = &options };
	struct varta_events *events;
	int error;

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	how.buffer = options.buffer;
	how.resync = true;
	error = varta_events_open(&events, &how);
	if (error)
		return fail_listen(error);

	setvbuf(stdout, NULL, _IOLBF, 0);
	fputs("varta: listening\n", stderr);
	error = receive_until_done(events, &monitor);
	varta_events_close(events);
	return exit_code_of(&monitor, error);
}
