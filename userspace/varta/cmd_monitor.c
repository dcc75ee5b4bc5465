// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta monitor: prints events as they happen.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
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

#include "agent_process.h"
#include "args.h"
#include "clock.h"
#include "colour.h"
#include "command.h"
#include "end_signals.h"
#include "error.h"
#include "event_json.h"
#include "event_owners.h"
#include "event_pressure.h"
#include "event_text.h"
#include "exec_events.h"
#include "journal.h"
#include "journal_log.h"
#include "json.h"
#include "owner.h"
#include "owner_args.h"
#include "parse.h"
#include "recorder.h"
#include "roll_call.h"
#include "seq_file.h"
#include "service.h"
#include "terminal.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/* Of the service varta-events. */
#define AGENT_NAME	"varta-events"

/**
 * struct monitor_options - When to end, and how to print.
 * @filter: Whose events to print.
 * @json: Print JSON.
 * @journal: Write to the journal, and print nothing.
 * @beat: Be an agent.
 * @count: Number of events to print; 0 for no end.
 * @has_timeout: --timeout was given.
 * @timeout_ms: Time until the end.
 * @buffer: Size of the socket's buffer; 0 for the system's default.
 * @replay: --since was given.
 * @since: Number of the last event that the caller knows.
 * @resume: Name of the file for the number of the last event; NULL for none.
 * @kinds: Types of events to print, a bit for each; 0 for all.
 * @recorder: What to keep of stalls.
 * @exec: What to run.
 * @roll_call: Who ought to be there.
 */
struct monitor_options {
	struct owner_filter filter;
	struct recorder_options recorder;
	struct exec_options exec;
	struct roll_call_options roll_call;
	bool json, journal, beat, replay;
	uint64_t since;
	const char *resume;
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
	OPTION_JOURNAL,
	OPTION_BEAT,
	OPTION_RESUME,
};

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print one JSON object per line" },
	{ .name = "journal", .key = OPTION_JOURNAL,
	  .doc = "Write the events to the journal of systemd instead, with "
		 "all of their values as fields" },
	{ .name = "beat", .key = OPTION_BEAT,
	  .doc = "Be an agent as well, named " AGENT_NAME ": beat while "
		 "events are read" },
	{ .name = "kinds", .key = OPTION_KINDS, .arg = "KIND,...",
	  .doc = "Only these events: stall, recover, status, exit, goodbye, "
		 "conflict, config, action, late, "
		 "lane-stall, lane-recover, source-stall, source-recover" },
	{ .name = "since", .key = OPTION_SINCE, .arg = "SEQ",
	  .doc = "First print the exits, conflicts, actions and events of lanes "
		 "after the event with this number, as far as the kernel "
		 "keeps them, and the agents that are stalled now" },
	{ .name = "resume", .key = OPTION_RESUME, .arg = "FILE",
	  .doc = "Keep the number of the last event in this file, and begin "
		 "with --since that number" },
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

/* Kinds that --kinds knows, for args_unknown(). */
static const char *kind_name(unsigned int index)
{
	unsigned int type;

	for (type = 0; event_type_exists(type); type++)
		if (event_type_name(type) && !index--)
			return event_type_name(type);
	return NULL;
}

static uint32_t kind_of(const struct argp_state *state, const char *name)
{
	unsigned int type;

	for (type = 0; event_type_exists(type); type++)
		if (event_type_name(type) &&
		    !strcmp(event_type_name(type), name))
			return UINT32_C(1) << type;
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
		state->child_inputs[2] = &options->exec;
		state->child_inputs[3] = &options->roll_call;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case OPTION_JOURNAL:
		options->journal = true;
		return 0;
	case OPTION_BEAT:
		options->beat = true;
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
	case OPTION_RESUME:
		options->resume = argument;
		return 0;
	case OPTION_BUFFER:
		options->buffer = args_u32(state, "--buffer", argument, 0,
					   UINT32_MAX);
		return 0;
	case ARGP_KEY_END:
		if (options->journal && options->json)
			argp_error(state, "--journal and --json exclude each "
				   "other");
		if (options->resume && options->replay)
			argp_error(state, "--resume and --since exclude each "
				   "other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &owner_args },
	{ .argp = &recorder_args },
	{ .argp = &exec_args },
	{ .argp = &roll_call_args },
	{ .argp = &colour_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.doc = "Print events as they happen, one per line: stalls, the beats "
	       "that end them (recover), changes of status, exits, "
	       "goodbyes, refused beats of others (conflict), what was "
	       "done to the module (config), and the signals that agents "
	       "asked for on a stall (action). Prints "
	       "'listening' on standard error when it is subscribed.\v"
	       "JSON has the names and units of the netlink interface, the "
	       "owner as 'varta agents -j' has it, and "
	       "'event': stall, recover, status, exit, goodbye, conflict, "
	       "config, action, overrun, "
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
 * @processes: Finds processes of agents, with @log or @exec.
 * @exec: Programs for events.
 * @roll_call: Tells who is missing.
 * @unloaded: The module is not loaded.
 * @log: The journal, if events are written there.
 * @last: Keeps the number of the last event.
 * @service: Tells systemd and varta that this process works.
 * @pressure: The pressure on the machine, for events.
 * @end: Readable when a signal asks for the end; -1 if the signal itself ends it.
 * @ended: That has happened.
 * @levels: Standard output is the journal's: lines begin with their level.
 * @seen: Number of events printed.
 * @error: Negative errno if one could not be printed.
 */
struct monitor {
	struct monitor_options *options;
	struct event_owners owners;
	struct recorder recorder;
	struct agent_processes processes;
	struct exec_events exec;
	struct roll_call roll_call;
	struct journal_log *log;
	struct seq_file last;
	struct service service;
	struct event_pressure pressure;
	int end;
	bool ended, levels, unloaded;
	uint64_t seen;
	int error;
};

static bool is_done(const struct monitor *monitor)
{
	return monitor->error || monitor->ended ||
	       (monitor->options->count &&
		monitor->seen >= monitor->options->count);
}

/* By enum severity. */
static const int levels[] = {
	[SEVERITY_NORMAL] = LOG_INFO,
	[SEVERITY_WARNING] = LOG_WARNING,
	[SEVERITY_CRITICAL] = LOG_ERR,
};

/* Without --kinds all are. What happens to the subscription always is. */
static bool is_wanted(const struct monitor_options *options,
		      const struct varta_event *event,
		      const struct agent_owner *owner)
{
	if (event_is_of_subscription(event))
		return true;
	if (options->kinds && !(options->kinds & UINT32_C(1) << event->type))
		return false;
	/* A change of the module has no owner. */
	return event->agent ? owner_matches(&options->filter, owner) :
			      owner_filter_is_empty(&options->filter);
}

static int print_json(const struct varta_event *event,
		      const struct agent_owner *owner,
		      const struct pressures *pressures)
{
	struct json_object *object = event_json(event, owner);
	int error = object ? event_pressure_add(object, pressures) : -ENOMEM;

	if (!error)
		error = json_print(object, true);

	json_object_put(object);
	return error;
}

/* The journal takes it off. */
static void print_level(const struct monitor *monitor, enum severity severity)
{
	if (monitor->levels)
		printf("<%d>", levels[severity]);
}

static void begin_line(const char *name, enum severity severity)
{
	print_time();
	printf(" %s%s%s ", colour_begin(severity), name, colour_end(severity));
}

static void print_line(const struct varta_event *event,
		       const struct agent_owner *owner,
		       const struct pressures *pressures)
{
	const char *name = event_name(event);

	/* Not of an agent: on standard error as well. */
	if (event_is_of_subscription(event)) {
		fprintf(stderr, "varta: %s: ", name);
		event_text_write(stderr, event, owner);
		putc('\n', stderr);
	}
	begin_line(name, event_severity(event));
	event_text_write(stdout, event, owner);
	event_pressure_write(stdout, pressures);
	putchar('\n');
}

/* Returns 0 or a negative errno. */
static int print_event(const struct monitor *monitor,
		       const struct varta_event *event,
		       const struct agent_owner *owner,
		       const struct pressures *pressures)
{
	int error = 0;

	print_level(monitor, event_severity(event));
	if (monitor->options->json)
		error = print_json(event, owner, pressures);
	else
		print_line(event, owner, pressures);
	/* A closed pipe ends the command. */
	return !error && ferror(stdout) ? -EIO : error;
}

/* Returns 0 or a negative errno. */
static int log_event(struct monitor *monitor, const struct varta_event *event,
		     const struct agent_owner *owner,
		     struct json_object *fields, char *text)
{
	struct journal_entry entry = {
		.kind = event_name(event),
		.level = levels[event_severity(event)],
		.fields = fields,
		.text = text,
	};

	if (event->agent)
		entry.pid = agent_process_find(&monitor->processes,
					       event->agent);
	if (owner && !owner->user_unit)
		entry.unit = owner->unit;
	return journal_log_send(monitor->log, &entry);
}

/* Returns 0 or a negative errno. */
static int execute(struct monitor *monitor, const char *kind,
		   const struct varta_agent *agent, struct json_object *fields,
		   const char *text)
{
	char *title;
	int error;

	if (asprintf(&title, "%s %s", kind, text) < 0)
		return -ENOMEM;
	error = exec_events_add(&monitor->exec, agent, fields, title);
	free(title);
	return error;
}

/* The journal, and programs. Returns 0 or a negative errno. */
static int tell_others(struct monitor *monitor, const struct varta_event *event,
		       const struct agent_owner *owner,
		       const struct pressures *pressures)
{
	struct json_object *fields = event_json(event, owner);
	char *text = event_text(event, owner, pressures);
	int error = fields && text ? event_pressure_add(fields, pressures) :
				     -ENOMEM;

	if (!error && monitor->log)
		error = log_event(monitor, event, owner, fields, text);
	if (!error && monitor->exec.queue)
		error = execute(monitor, event_name(event), event->agent,
				fields, text);
	json_object_put(fields);
	free(text);
	return error;
}

/* How a program has ended. */
static void report_program(const struct exec_result *result, void *arg)
{
	struct monitor *monitor = arg;
	struct journal_entry entry = {
		.kind = "exec",
		.level = result->failed ? LOG_WARNING : LOG_INFO,
		.fields = result->fields,
		.text = result->text,
	};

	if (monitor->log)
		journal_log_send(monitor->log, &entry);
	else
		fprintf(stderr, "varta: %s\n", result->text);
}

static void print_own(const struct monitor *monitor, const char *kind,
		      enum severity severity, struct json_object *fields,
		      const char *text)
{
	print_level(monitor, severity);
	if (monitor->options->json) {
		json_print(fields, true);
		return;
	}
	begin_line(kind, severity);
	printf("%s\n", text);
}

/* Who is missing is an event as those of the kernel are. */
static void report_notice(const struct roll_call_notice *notice, void *arg)
{
	enum severity severity = notice->bad ? SEVERITY_CRITICAL :
					       SEVERITY_NORMAL;
	struct monitor *monitor = arg;
	/* One program at a time for each subject, which has no process here. */
	const struct varta_agent subject = {
		.source = UINT32_MAX, .ns_pid = notice->subject,
	};
	struct journal_entry entry = {
		.kind = notice->kind,
		.level = levels[severity],
		.fields = notice->fields,
		.text = notice->text,
	};

	if (monitor->log)
		monitor->error = journal_log_send(monitor->log, &entry);
	else
		print_own(monitor, notice->kind, severity, notice->fields,
			  notice->text);
	if (!monitor->error && monitor->exec.queue)
		monitor->error = execute(monitor, notice->kind, &subject,
					 notice->fields, notice->text);
}

static void handle_event(const struct varta_event *event, void *arg)
{
	struct monitor *monitor = arg;
	const struct pressures *pressures;
	const struct agent_owner *owner;

	/* One message may contain more events than --count allows. */
	if (is_done(monitor))
		return;
	owner = event_owners_find(&monitor->owners, event);
	if (event->type == VARTA_EVENT_UNLOADED ||
	    event->type == VARTA_EVENT_LOADED)
		monitor->unloaded = event->type == VARTA_EVENT_UNLOADED;
	if (event->agent && !owner)
		monitor->error = -ENOMEM;
	if (!event_name(event) || is_done(monitor) ||
	    !is_wanted(monitor->options, event, owner))
		return;
	if (event->type == VARTA_EVENT_STALL || event->type == VARTA_EVENT_LATE)
		recorder_note(&monitor->recorder, event->agent);
	pressures = event_pressure_of(&monitor->pressure, event,
				      varta_monotonic_now());
	if (!monitor->log)
		monitor->error = print_event(monitor, event, owner, pressures);
	if (!monitor->error && (monitor->log || monitor->exec.queue))
		monitor->error = tell_others(monitor, event, owner, pressures);
	if (!monitor->error)
		seq_file_set(&monitor->last, event->seq);
	/* What was lost is an unknown number of events. */
	if (!event_is_of_subscription(event) && !event->resynced)
		monitor->seen++;
}

/* Waits for events, programs, times and the end. Returns 0 or a negative errno. */
static int wait_for_work(struct varta_events *events, struct monitor *monitor,
			 uint64_t deadline)
{
	struct pollfd waits[2 + EXEC_RUNNING_MAX] = {
		{ .fd = events ? varta_events_fd(events) : -1,
		  .events = POLLIN },
		{ .fd = monitor->end, .events = POLLIN },
	};
	uint64_t due = service_due(&monitor->service);
	size_t count = 2;

	if (deadline < due)
		due = deadline;
	if (roll_call_due(&monitor->roll_call) < due)
		due = roll_call_due(&monitor->roll_call);
	count += exec_events_waits(&monitor->exec, waits + count, &due);
	if (poll(waits, count, due == UINT64_MAX ? -1 : ms_until(due)) < 0)
		return errno == EINTR ? 0 : -errno;
	monitor->ended = waits[1].revents;
	return 0;
}

/* What the loop does besides events. */
static void work(struct monitor *monitor)
{
	service_work(&monitor->service);
	roll_call_work(&monitor->roll_call, !monitor->unloaded);
	exec_events_work(&monitor->exec);
}

static int receive(struct varta_events *events, struct monitor *monitor,
		   uint64_t deadline)
{
	int result = varta_events_receive(events, handle_event, monitor);

	if (result == -EAGAIN)
		result = wait_for_work(events, monitor, deadline);
	return result;
}

/* Returns 0 after --count events or a signal, or a negative errno. */
static int receive_until_done(struct varta_events *events,
			      struct monitor *monitor)
{
	uint64_t deadline = UINT64_MAX;
	int result;

	if (monitor->options->has_timeout)
		deadline = varta_monotonic_now() +
			   monitor->options->timeout_ms * NS_PER_MS;
	while (!is_done(monitor)) {
		work(monitor);
		result = receive(events, monitor, deadline);
		if (result < 0)
			return result;
		/* A stream of events must not postpone the timeout. */
		if (!is_done(monitor) && varta_monotonic_now() >= deadline)
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

/* What the journal and programs take. Failures were reported. */
static int open_others(struct monitor *monitor)
{
	const struct monitor_options *options = monitor->options;
	int error;

	if (!options->journal && !options->exec.argv)
		return 0;
	error = agent_processes_open(&monitor->processes);
	if (error) {
		fail_system("open /proc", error);
		return error;
	}
	if (options->journal)
		error = journal_log_open(&monitor->log);
	if (!error)
		error = exec_events_open(&monitor->exec, &options->exec,
					 &monitor->processes);
	monitor->exec.report = report_program;
	monitor->exec.arg = monitor;
	if (error) {
		journal_log_close(monitor->log);
		agent_processes_close(&monitor->processes);
	}
	return error;
}

static void close_others(struct monitor *monitor)
{
	if (!monitor->processes.reader)
		return;
	exec_events_close(&monitor->exec);
	journal_log_close(monitor->log);
	agent_processes_close(&monitor->processes);
}

/* Those of the last events, within their time limits. */
static void finish_programs(struct monitor *monitor)
{
	while (!monitor->ended && !exec_events_is_idle(&monitor->exec)) {
		work(monitor);
		if (wait_for_work(NULL, monitor, UINT64_MAX))
			return;
	}
}

static int listen_for_events(struct monitor *monitor)
{
	struct varta_events_options how = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;
	int error;

	how.buffer = monitor->options->buffer;
	how.resync = true;
	how.replay = monitor->options->replay || monitor->options->resume;
	how.since = monitor->options->resume ? monitor->last.seq :
					       monitor->options->since;
	error = varta_events_open(&events, &how);
	if (error)
		return fail_listen(error);
	fputs("varta: listening\n", stderr);
	service_ready(&monitor->service);
	error = receive_until_done(events, monitor);
	varta_events_close(events);
	finish_programs(monitor);
	return exit_code_of(monitor, error);
}

/* Everything that ends before the recorder. Returns an enum exit_code. */
static int run(struct monitor *monitor)
{
	int code = EXIT_SYSTEM, error;

	if (seq_file_open(&monitor->last, monitor->options->resume))
		return EXIT_SYSTEM;
	error = event_owners_init(&monitor->owners);
	if (error) {
		seq_file_close(&monitor->last);
		return fail_system("read the owners", error);
	}
	if (!service_open(&monitor->service,
			  monitor->options->beat ? AGENT_NAME : NULL)) {
		if (!roll_call_open(&monitor->roll_call,
				    &monitor->options->roll_call,
				    report_notice, monitor)) {
			code = listen_for_events(monitor);
			/* A failure is no reason to leave the machine unwatched. */
			roll_call_close(&monitor->roll_call, code == EXIT_OK ||
							    code == EXIT_TIMEOUT);
		}
		service_close(&monitor->service);
	}
	event_owners_free(&monitor->owners);
	seq_file_close(&monitor->last);
	return code;
}

int cmd_monitor(int argc, char **argv)
{
	struct monitor_options options = { 0 };
	struct monitor monitor = { .options = &options, .end = -1 };
	struct stat output;
	int code = EXIT_SYSTEM;

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	monitor.pressure.procfs = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	monitor.levels = !fstat(STDOUT_FILENO, &output) && is_journal(&output);
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Its child must not have the socket of the events. */
	if (recorder_start(&monitor.recorder, &options.recorder))
		return EXIT_SYSTEM;
	if (options.beat || options.exec.argv ||
	    roll_call_is_needed(&options.roll_call))
		monitor.end = end_signals_open();
	if (!open_others(&monitor)) {
		code = run(&monitor);
		close_others(&monitor);
	}
	recorder_end(&monitor.recorder);
	if (monitor.pressure.procfs >= 0)
		close(monitor.pressure.procfs);
	return code;
}
