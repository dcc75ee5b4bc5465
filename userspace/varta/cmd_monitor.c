// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta monitor: prints events as they happen.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "clock.h"
#include "colour.h"
#include "command.h"
#include "error.h"
#include "event_owners.h"
#include "format.h"
#include "journal.h"
#include "json.h"
#include "owner.h"
#include "owner_args.h"
#include "parse.h"
#include "recorder.h"
#include "terminal.h"

/**
 * struct monitor_options - When to end, and how to print.
 * @filter: Whose events to print.
 * @json: Print JSON.
 * @count: Number of events to print; 0 for no end.
 * @has_timeout: --timeout was given.
 * @timeout_ms: Time until the end.
 * @buffer: Size of the socket's buffer; 0 for the system's default.
 * @replay: --since was given.
 * @since: Number of the last event that the caller knows.
 * @kinds: Types of events to print, a bit for each; 0 for all.
 * @recorder: What to keep of stalls.
 */
struct monitor_options {
	struct owner_filter filter;
	struct recorder_options recorder;
	bool json, replay;
	uint64_t since;
	uint32_t kinds;
	uint64_t count;
	bool has_timeout;
	uint32_t timeout_ms;
	uint32_t buffer;
};

enum {
	OPTION_COUNT = 256,
	OPTION_TIMEOUT,
	OPTION_BUFFER,
	OPTION_KINDS,
	OPTION_SINCE,
};

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print one JSON object per line" },
	{ .name = "kinds", .key = OPTION_KINDS, .arg = "KIND,...",
	  .doc = "Only these events: stall, recover, status, exit, goodbye, "
		 "conflict, config" },
	{ .name = "since", .key = OPTION_SINCE, .arg = "SEQ",
	  .doc = "First print the exits and conflicts after the event with "
		 "this number, as far as the kernel keeps them, and the "
		 "agents that are stalled now" },
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

/* By enum varta_event_type, but for events of the subscription. */
static const char *const kind_names[] = {
	[VARTA_EVENT_STALL] = "stall",
	[VARTA_EVENT_RECOVER] = "recover",
	[VARTA_EVENT_STATUS] = "status",
	[VARTA_EVENT_EXIT] = "exit",
	[VARTA_EVENT_GOODBYE] = "goodbye",
	[VARTA_EVENT_CONFLICT] = "conflict",
	[VARTA_EVENT_CONFIG] = "config",
};

#define KINDS	(sizeof(kind_names) / sizeof(kind_names[0]))

/* Names of kinds without gaps, for args_unknown(). */
static const char *kind_name(unsigned int index)
{
	size_t kind;

	for (kind = 0; kind < KINDS; kind++)
		if (kind_names[kind] && !index--)
			return kind_names[kind];
	return NULL;
}

static uint32_t kind_of(const struct argp_state *state, const char *name)
{
	size_t kind;

	for (kind = 0; kind < KINDS; kind++)
		if (kind_names[kind] && !strcmp(kind_names[kind], name))
			return UINT32_C(1) << kind;
	args_unknown(state, "kind of event", name, kind_name);
	return 0;
}

static uint32_t parse_kinds(const struct argp_state *state, char *argument)
{
	uint32_t kinds = 0;
	char *name;

	while ((name = strsep(&argument, ",")))
		kinds |= kind_of(state, name);
	return kinds;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct monitor_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->filter;
		state->child_inputs[1] = &options->recorder;
		return 0;
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
	case OPTION_KINDS:
		options->kinds = parse_kinds(state, argument);
		return 0;
	case OPTION_SINCE:
		options->replay = true;
		options->since = args_number(state, "--since", argument, 0,
					     UINT64_MAX);
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
	{ .argp = &owner_args },
	{ .argp = &recorder_args },
	{ .argp = &colour_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.doc = "Print events as they happen, one per line: stalls, the beats "
	       "that end them (recover), changes of status, exits, "
	       "goodbyes, refused beats of others (conflict), and what was "
	       "done to the module (config). Prints "
	       "'listening' on standard error when it is subscribed.\v"
	       "JSON has the names and units of the netlink interface, the "
	       "owner as 'varta agents -j' has it, and "
	       "'event': stall, recover, status, exit, goodbye, conflict, "
	       "config, overrun, "
	       "stalled, recovered, gone, unloaded or loaded. In "
	       "names, bytes that "
	       "are not UTF-8 are shown as \\xNN, without --json also those "
	       "that are not safe on a terminal; a backslash as two. An "
	       "overrun means that events were lost, because they came faster "
	       "than they were read. What a dump then shows follows: agents "
	       "whose stalls were lost as 'stalled', and agents whose stalls "
	       "were printed and have ended as 'recovered' or, if they are not "
	       "tracked any more, 'gone'. When the module is unloaded and "
	       "loaded again, it says so and goes on. After the unloading no "
	       "agent is stalled.",
};

/**
 * struct monitor - State of the command.
 * @options: The options.
 * @owners: Owners of agents.
 * @recorder: Keeps what is to be seen at stalls.
 * @journal: Lines are for the journal, and begin with their level.
 * @seen: Number of events printed.
 * @error: Negative errno if one could not be printed.
 */
struct monitor {
	const struct monitor_options *options;
	struct event_owners owners;
	struct recorder recorder;
	bool journal;
	uint64_t seen;
	int error;
};

static bool is_done(const struct monitor *monitor)
{
	return monitor->error ||
	       (monitor->options->count &&
		monitor->seen >= monitor->options->count);
}

static void print_owner(const struct agent_owner *owner)
{
	char place[OWNER_PLACE_SIZE], text[OWNER_TEXT_SIZE];

	owner_place(owner, place);
	if (*place) {
		format_text(text, place);
		printf(" of %s", text);
	}
	if (*owner->user) {
		format_text(text, owner->user);
		printf(", user %s", text);
	}
}

/* Time, event, agent and owner: the start of every line. */
static void print_agent(const char *kind, const struct varta_event *event,
			const struct agent_owner *owner)
{
	const struct varta_agent *agent = event->agent;
	char pid_namespace[TEXT_SIZE], name[NAME_TEXT_SIZE];
	enum severity severity = event_severity(event);

	format_namespace(pid_namespace, agent->ns_inode);
	format_name(name, agent->name);

	print_time();
	printf(" %s%s%s ", colour_begin(severity), kind, colour_end(severity));
	if (agent->pid)
		printf("pid %" PRIu32 " (ns pid %" PRIu32 " in %s)", agent->pid,
		       agent->ns_pid, pid_namespace);
	else
		printf("ns pid %" PRIu32 " in %s", agent->ns_pid,
		       pid_namespace);
	if (agent->source)
		printf(" of source %" PRIu32, agent->source);
	printf("%s%s", name[0] ? " " : "", name);
	print_owner(owner);
	fputs(": ", stdout);
}

/* By enum varta_stall_reason. */
static const char *const reasons[] = {
	[VARTA_STALL_REASON_RUNNING] = "uses the CPU",
	[VARTA_STALL_REASON_WAITING] = "sleeps",
	[VARTA_STALL_REASON_UNINTERRUPTIBLE] = "sleeps uninterruptibly",
	[VARTA_STALL_REASON_ACTIVE] = "wakes and sleeps",
	[VARTA_STALL_REASON_STARVED] = "does not get the CPU",
	[VARTA_STALL_REASON_STOPPED] = "is stopped",
	[VARTA_STALL_REASON_TRACED] = "is stopped by its tracer",
	[VARTA_STALL_REASON_FROZEN] = "is frozen",
	[VARTA_STALL_REASON_DUMPING] = "dumps core",
	[VARTA_STALL_REASON_EXITING] = "is exiting",
	[VARTA_STALL_REASON_THREAD_GONE] = "has ended, its process has not",
	[VARTA_STALL_REASON_GONE] = "has exited",
};

/* What the thread that beat last does instead. */
static void print_reason(const struct varta_agent *agent)
{
	const size_t known = sizeof(reasons) / sizeof(reasons[0]);
	char name[NAME_TEXT_SIZE], time[TEXT_SIZE];

	if (agent->reason >= known || !reasons[agent->reason])
		return;
	printf("; %s: ", varta_stall_reason_name(agent->reason));
	if (agent->thread_name[0]) {
		format_name(name, agent->thread_name);
		printf("thread %s", name);
	} else {
		fputs("it", stdout);
	}
	printf(" %s", reasons[agent->reason]);
	if (agent->has_usage) {
		format_duration(time, agent->cpu_time);
		printf(", ran %s", time);
	}
	if (agent->stalls_together > 1)
		printf(", %" PRIu32 " stalls at once", agent->stalls_together);
}

static void print_stall(const struct varta_event *event,
			const struct agent_owner *owner)
{
	const struct varta_agent *agent = event->agent;
	char silence[TEXT_SIZE], nonce[TEXT_SIZE];

	format_duration(silence, agent->silence);
	format_nonce(nonce, agent->nonce);

	print_agent("stall", event, owner);
	printf("silent %s, last nonce %s, status %s", silence, nonce,
	       varta_status_name(agent->status));
	print_reason(agent);
	putchar('\n');
}

static void print_recover(const struct varta_event *event,
			  const struct agent_owner *owner)
{
	char silence[TEXT_SIZE];

	format_duration(silence, event->agent->silence);
	print_agent("recover", event, owner);
	printf("beats again after %s of silence, status %s\n", silence,
	       varta_status_name(event->agent->status));
}

static void print_status(const struct varta_event *event,
			 const struct agent_owner *owner)
{
	bool terminal = event->agent->nonce == VARTA_TERMINAL_NONCE;

	print_agent("status", event, owner);
	printf("%s, was %s", varta_status_name(event->agent->status),
	       varta_status_name(event->old_status));
	if (event->changes > 1)
		printf(" %" PRIu32 " changes ago", event->changes);
	puts(terminal ? "; the last beat of a crash handler" : "");
}

static void print_goodbye(const struct varta_event *event,
			  const struct agent_owner *owner)
{
	/* By enum varta_goodbye_cause. */
	static const char *const causes[] = {
		[VARTA_GOODBYE_CAUSE_BYE] = "it ended tracking",
		[VARTA_GOODBYE_CAUSE_EVICTED] =
			"evicted, as a new agent needed its slot",
		[VARTA_GOODBYE_CAUSE_PID_RECYCLED] =
			"its process is gone, and a new one has its pid",
		[VARTA_GOODBYE_CAUSE_EXITED] =
			"its process exited during its first beat",
	};
	bool known = event->cause < sizeof(causes) / sizeof(causes[0]);

	print_agent("goodbye", event, owner);
	printf("not tracked any more: %s\n",
	       known ? causes[event->cause] : "cause unknown");
}

static void print_conflict(const struct varta_event *event,
			   const struct agent_owner *owner)
{
	char theirs[TEXT_SIZE], ours[TEXT_SIZE];

	format_namespace(theirs, event->sender_ns_inode);
	format_namespace(ours, event->agent->ns_inode);
	print_agent("conflict", event, owner);
	printf("refused a beat, %s from %s, for this agent, %s in %s",
	       varta_origin_name(event->sender_origin), theirs,
	       varta_origin_name(event->agent->origin), ours);
	if (event->sender_pid)
		printf("; sent by pid %" PRIu32, event->sender_pid);
	if (event->sender_uid != VARTA_UID_UNKNOWN)
		printf(" of uid %" PRIu32, event->sender_uid);
	if (event->suppressed)
		printf("; %" PRIu32 " more were refused before",
		       event->suppressed);
	putchar('\n');
}

static void print_counters(const struct varta_event *event)
{
	size_t i;

	if (!event->counter_count)
		fputs("all counters", stdout);
	for (i = 0; i < event->counter_count; i++)
		printf("%s%s", i ? ", " : "",
		       varta_stats_name(event->counters[i]));
	fputs(" taken", stdout);
}

static void print_config(const struct varta_event *event,
			 const struct agent_owner *owner)
{
	enum severity severity = event_severity(event);

	(void)owner;
	print_time();
	printf(" %sconfig%s ", colour_begin(severity), colour_end(severity));
	switch (event->change) {
	case VARTA_CONFIG_CHANGE_SETTING:
		printf("%s changed from %" PRIu32 " to %" PRIu32,
		       varta_config_name(event->setting), event->old_value,
		       event->new_value);
		break;
	case VARTA_CONFIG_CHANGE_COUNTERS_TAKEN:
		print_counters(event);
		break;
	case VARTA_CONFIG_CHANGE_GAPS_RESET:
		fputs("longest gaps reset", stdout);
		break;
	case VARTA_CONFIG_CHANGE_UNLOAD:
		fputs("the module unloads", stdout);
		break;
	default:
		fputs("changed in a way that is unknown here", stdout);
		break;
	}
	if (event->sender_pid)
		printf("; by pid %" PRIu32, event->sender_pid);
	if (event->sender_uid != VARTA_UID_UNKNOWN)
		printf("%s uid %" PRIu32, event->sender_pid ? " of" : "; by",
		       event->sender_uid);
	if (event->lost)
		printf("; %" PRIu64 " queued events are lost", event->lost);
	putchar('\n');
}

static void print_signal(const struct varta_agent *agent)
{
	uint32_t number = agent->exit_signal;
	const char *name = number < INT_MAX ? sigabbrev_np((int)number) : NULL;

	fputs(is_stop_signal(number) ? "ended by " : "killed by ", stdout);
	if (name)
		printf("SIG%s", name);
	else
		printf("signal %" PRIu32, number);
	if (agent->oom_killed)
		fputs(" of the OOM killer", stdout);
	if (agent->core_dumped)
		fputs(", core dumped", stdout);
}

/* On CLOCK_MONOTONIC: it orders exits that are printed late. */
static void print_exit_time(uint64_t ns)
{
	if (ns)
		printf(", at %" PRIu64 ".%06" PRIu64 " s", ns / NS_PER_S,
		       ns % NS_PER_S / 1000);
	putchar('\n');
}

static void print_exit(const struct varta_event *event,
		       const struct agent_owner *owner)
{
	const struct varta_agent *agent = event->agent;

	print_agent("exit", event, owner);
	switch (agent->exit_type) {
	case VARTA_EXIT_CODE:
		printf("exit code %" PRIu32, agent->exit_code);
		break;
	case VARTA_EXIT_SIGNAL:
		print_signal(agent);
		break;
	default:
		fputs("exit code unknown", stdout);
		break;
	}
	print_exit_time(agent->exit_time);
}

/* By enum severity. */
static const struct {
	const char *word;
	int level;
} severities[] = {
	[SEVERITY_NORMAL] = { "info", LOG_INFO },
	[SEVERITY_WARNING] = { "warning", LOG_WARNING },
	[SEVERITY_CRITICAL] = { "error", LOG_ERR },
};

static int print_json_event(const char *name, const struct varta_event *event,
			    const struct agent_owner *owner)
{
	const struct varta_agent *agent = event->agent;
	struct json_object *object = json_object_new_object();
	int error;

	if (!object)
		return -ENOMEM;
	error = json_add(object, "event", json_object_new_string(name));
	if (!error)
		error = json_add(object, "severity", json_object_new_string(
				 severities[event_severity(event)].word));
	if (!error && agent)
		error = json_add_agent(object, agent);
	if (!error && owner)
		error = json_add_owner(object, owner);
	if (!error)
		error = json_add_event(object, event);
	if (!error)
		error = json_print(object, true);
	json_object_put(object);
	return error;
}

static void print_still_stalled(const struct varta_event *event,
				const struct agent_owner *owner)
{
	char silence[TEXT_SIZE];

	format_duration(silence, event->agent->silence);
	print_agent("stalled", event, owner);
	printf("silent %s, status %s", silence,
	       varta_status_name(event->agent->status));
	print_reason(event->agent);
	putchar('\n');
}

static void print_recovered(const struct varta_event *event,
			    const struct agent_owner *owner)
{
	print_agent("recovered", event, owner);
	printf("beats again, status %s\n",
	       varta_status_name(event->agent->status));
}

static void print_gone(const struct varta_event *event,
		       const struct agent_owner *owner)
{
	print_agent("gone", event, owner);
	puts("not tracked any more: its exit or goodbye was lost");
}

/* An event by its type. */
struct event_kind {
	const char *name;
	void (*print)(const struct varta_event *event,
		      const struct agent_owner *owner);
	/* For events without an agent. */
	const char *text;
};

/* By enum varta_event_type. */
static const struct event_kind event_kinds[] = {
	[VARTA_EVENT_STALL] = { "stall", print_stall, NULL },
	[VARTA_EVENT_RECOVER] = { "recover", print_recover, NULL },
	[VARTA_EVENT_STATUS] = { "status", print_status, NULL },
	[VARTA_EVENT_EXIT] = { "exit", print_exit, NULL },
	[VARTA_EVENT_GOODBYE] = { "goodbye", print_goodbye, NULL },
	[VARTA_EVENT_CONFLICT] = { "conflict", print_conflict, NULL },
	[VARTA_EVENT_CONFIG] = { "config", print_config, NULL },
	[VARTA_EVENT_OVERRUN] = { "overrun", NULL, "events were lost; what "
				  "a dump shows of them follows" },
	[VARTA_EVENT_UNLOADED] = { "unloaded", NULL, "the module was unloaded; "
				   "waiting until it is loaded again" },
	[VARTA_EVENT_LOADED] = { "loaded", NULL, "the module was loaded; "
				 "listening again" },
};

/* Those that a dump has found. */
static const struct event_kind resynced_kinds[] = {
	[VARTA_EVENT_STALL] = { "stalled", print_still_stalled, NULL },
	[VARTA_EVENT_RECOVER] = { "recovered", print_recovered, NULL },
	[VARTA_EVENT_GOODBYE] = { "gone", print_gone, NULL },
	[VARTA_EVENT_EXIT] = { "exit", print_exit, NULL },
	[VARTA_EVENT_CONFLICT] = { "conflict", print_conflict, NULL },
};

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/* NULL for events of a newer library. */
static const struct event_kind *kind_of_event(const struct varta_event *event)
{
	const struct event_kind *kinds = event_kinds;
	size_t count = COUNT(event_kinds);

	if (event->resynced) {
		kinds = resynced_kinds;
		count = COUNT(resynced_kinds);
	}
	return event->type < count && kinds[event->type].name ?
		&kinds[event->type] : NULL;
}

static bool is_of_subscription(const struct varta_event *event)
{
	return !event->agent && event->type != VARTA_EVENT_CONFIG;
}

/* Without --kinds all are. What happens to the subscription always is. */
static bool is_wanted(const struct monitor_options *options,
		      const struct varta_event *event,
		      const struct agent_owner *owner)
{
	if (is_of_subscription(event))
		return true;
	if (options->kinds && !(options->kinds & UINT32_C(1) << event->type))
		return false;
	/* A change of the module has no owner. */
	return event->agent ? owner_matches(&options->filter, owner) :
			      owner_filter_is_empty(&options->filter);
}

/* An event of the subscription, not of an agent: on standard error as well. */
static void print_notice(const struct event_kind *kind,
			 const struct varta_event *event)
{
	enum severity severity = event_severity(event);

	fprintf(stderr, "varta: %s: %s\n", kind->name, kind->text);
	print_time();
	printf(" %s%s%s %s\n", colour_begin(severity), kind->name,
	       colour_end(severity), kind->text);
}

static void print_line(const struct event_kind *kind,
		       const struct varta_event *event,
		       const struct agent_owner *owner)
{
	if (is_of_subscription(event))
		print_notice(kind, event);
	else
		kind->print(event, owner);
}

static void print_event(const struct varta_event *event, void *arg)
{
	const struct event_kind *kind = kind_of_event(event);
	struct monitor *monitor = arg;
	const struct agent_owner *owner;

	/* One message may contain more events than --count allows. */
	if (is_done(monitor))
		return;
	owner = event_owners_find(&monitor->owners, event);
	if (event->agent && !owner)
		monitor->error = -ENOMEM;
	if (!kind || is_done(monitor) ||
	    !is_wanted(monitor->options, event, owner))
		return;
	if (event->type == VARTA_EVENT_STALL)
		recorder_note(&monitor->recorder, event->agent);
	/* The journal takes it off. */
	if (monitor->journal)
		printf("<%d>", severities[event_severity(event)].level);
	if (monitor->options->json)
		monitor->error = print_json_event(kind->name, event, owner);
	else
		print_line(kind, event, owner);
	/* A closed pipe ends the command. */
	if (!monitor->error && ferror(stdout))
		monitor->error = -EIO;
	/* What was lost is an unknown number of events. */
	if (!is_of_subscription(event) && !event->resynced)
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
	struct stat output;
	int error;

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	how.buffer = options.buffer;
	how.resync = true;
	how.replay = options.replay;
	how.since = options.since;
	/* Its child must not have the socket of the events. */
	if (recorder_start(&monitor.recorder, &options.recorder))
		return EXIT_SYSTEM;
	error = event_owners_init(&monitor.owners);
	if (error) {
		recorder_end(&monitor.recorder);
		return fail_system("read the owners", error);
	}
	error = varta_events_open(&events, &how);
	if (error) {
		event_owners_free(&monitor.owners);
		recorder_end(&monitor.recorder);
		return fail_listen(error);
	}

	monitor.journal = !fstat(STDOUT_FILENO, &output) && is_journal(&output);
	setvbuf(stdout, NULL, _IOLBF, 0);
	fputs("varta: listening\n", stderr);
	error = receive_until_done(events, &monitor);
	varta_events_close(events);
	event_owners_free(&monitor.owners);
	recorder_end(&monitor.recorder);
	return exit_code_of(&monitor, error);
}
