// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is missing. See roll_call.h.
 */
#include "roll_call.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "error.h"
#include "event_json.h"
#include "format.h"
#include "json.h"
#include "parse.h"
#include "procfs.h"
#include "unit_state.h"

/* Agents are read at least and at most so often. */
#define INTERVAL_MIN_MS	1000
#define INTERVAL_MAX_MS	10000

/* Fed so often within its timeout. */
#define FEEDS		4

/* If nobody set its timeout: what drivers have is a minute, or less. */
#define TIMEOUT_DEFAULT_MS	10000

/* The others count from 1. */
#define WATCHDOG_SUBJECT	UINT32_MAX

enum {
	OPTION_EXPECT = 500,
	OPTION_WATCHDOG,
	OPTION_TIMEOUT,
	OPTION_AGENTS,
};

static const struct argp_option option_table[] = {
	{ .name = "expect", .key = OPTION_EXPECT,
	  .arg = "NAME[,...]",
	  .doc = "Tell when this agent is missing for longer than "
		 "within=DURATION (default 30s), with unit=UNIT only while that "
		 "has processes; unit=UNIT alone: any agent of it; may be "
		 "repeated" },
	{ .name = "watchdog", .key = OPTION_WATCHDOG, .arg = "DEVICE",
	  .doc = "Feed this watchdog, as /dev/watchdog, while all of "
		 "--watchdog-agents are alive: otherwise the machine is reset" },
	{ .name = "watchdog-agents", .key = OPTION_AGENTS, .arg = "NAME,...",
	  .doc = "Agents that have to be alive" },
	{ .name = "watchdog-timeout", .key = OPTION_TIMEOUT, .arg = "DURATION",
	  .doc = "Time from the last feeding to the reset, from 4s on "
		 "(default: the driver's)" },
	{ 0 }
};

static void add_expectation(struct roll_call_options *options,
			    const struct argp_state *state, char *argument)
{
	char *text = strdup(argument);
	const char *problem;

	if (options->expected_count == EXPECTATIONS_MAX)
		args_error(state, "--expect", argument, "more than %d",
			   EXPECTATIONS_MAX);
	problem = text ? expectation_parse(
		&options->expected[options->expected_count], text) :
		"no memory";
	if (problem)
		args_error(state, "--expect", argument, "%s", problem);
	options->expected_count++;
}

static void add_names(struct roll_call_options *options,
		      const struct argp_state *state, char *argument)
{
	char *name;

	while ((name = strsep(&argument, ","))) {
		if (!*name || options->name_count == WATCHDOG_AGENTS_MAX)
			args_error(state, "--watchdog-agents", name,
				   "1 to %d names", WATCHDOG_AGENTS_MAX);
		options->names[options->name_count++] = name;
	}
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct roll_call_options *options = state->input;

	switch (key) {
	case OPTION_EXPECT:
		add_expectation(options, state, argument);
		return 0;
	case OPTION_WATCHDOG:
		options->device = argument;
		return 0;
	case OPTION_AGENTS:
		add_names(options, state, argument);
		return 0;
	case OPTION_TIMEOUT:
		options->timeout_ms = args_duration(state, "--watchdog-timeout",
						    argument,
						    FEEDS * INTERVAL_MIN_MS,
						    DURATION_MAX);
		return 0;
	case ARGP_KEY_END:
		if (!options->device != !options->name_count ||
		    (options->timeout_ms && !options->device))
			argp_error(state, "--watchdog needs --watchdog-agents, "
				   "and these and --watchdog-timeout need it");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp roll_call_args = {
	.options = option_table,
	.parser = parse_option,
};

bool roll_call_is_needed(const struct roll_call_options *options)
{
	return options->expected_count || options->device;
}

static uint64_t interval_of(const struct roll_call_options *options)
{
	uint32_t ms = INTERVAL_MAX_MS, other;
	size_t i;

	for (i = 0; i < options->expected_count; i++) {
		other = options->expected[i].within_ms / FEEDS;
		if (other < ms)
			ms = other;
	}
	if (options->device) {
		other = (options->timeout_ms ? options->timeout_ms :
					       TIMEOUT_DEFAULT_MS) / FEEDS;
		if (other < ms)
			ms = other;
	}
	return (ms < INTERVAL_MIN_MS ? INTERVAL_MIN_MS : ms) * NS_PER_MS;
}

int roll_call_open(struct roll_call *call, struct roll_call_options *options,
		   roll_call_fn notify, void *arg)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	int error = 0;

	*call = (struct roll_call){
		.options = options, .procfs = -1,
		.interval = interval_of(options),
		.watchdog = {
			.device = options->device, .fd = -1,
			.timeout_s = options->timeout_ms / 1000,
		},
		.notify = notify, .arg = arg,
	};
	if (!roll_call_is_needed(options))
		return 0;
	call->procfs = procfs_open();
	call->reader = owner_reader_open();
	if (!call->reader)
		error = -ENOMEM;
	else if (call->procfs < 0)
		error = call->procfs;
	if (error) {
		fail_system("read the owners", error);
	} else {
		how.optional = true;
		error = varta_open(&call->v, &how);
		if (error)
			fail_open(error);
	}
	if (error)
		roll_call_close(call, false);
	return error;
}

/**
 * struct roll - What one dump has shown.
 * @call: Who ought to be there.
 * @found: For each expectation: it is there.
 * @alive: For each agent of the watchdog: it is there.
 * @stalled: For each of them: one with the name is stalled.
 */
struct roll {
	const struct roll_call *call;
	bool found[EXPECTATIONS_MAX];
	bool alive[WATCHDOG_AGENTS_MAX], stalled[WATCHDOG_AGENTS_MAX];
};

static bool is_of_unit(const struct roll_call *call,
		       const struct varta_agent *agent, const char *unit)
{
	const struct owner_filter filter = { .unit = unit };

	return !unit || owner_of_agent_matches(&filter, call->reader, agent);
}

static int note_agent(const struct varta_agent *agent, void *arg)
{
	const struct roll_call_options *options;
	const struct expectation *expected;
	struct roll *roll = arg;
	size_t i;

	options = roll->call->options;
	for (i = 0; i < options->expected_count; i++) {
		expected = &options->expected[i];
		if (!roll->found[i] && (!expected->name ||
					!strcmp(agent->name, expected->name)))
			roll->found[i] = is_of_unit(roll->call, agent,
						    expected->unit);
	}
	for (i = 0; i < options->name_count; i++) {
		if (strcmp(agent->name, options->names[i]))
			continue;
		roll->alive[i] = true;
		roll->stalled[i] = roll->stalled[i] || agent->stalled;
	}
	return 0;
}

/* Takes @fields and @text. */
static void tell(const struct roll_call *call, const char *kind, bool bad,
		 uint32_t subject, struct json_object *fields, char *text)
{
	struct roll_call_notice notice = {
		.kind = kind, .subject = subject, .bad = bad,
		.fields = fields, .text = text,
	};

	if (fields && text)
		call->notify(&notice, call->arg);
	json_object_put(fields);
	free(text);
}

/* Returns a text to be freed, or NULL. */
static char *describe(const struct expectation *expected,
		      enum expectation_change change)
{
	bool absent = change == EXPECTATION_ABSENT;
	const char *unit = expected->unit;
	char name[NAME_TEXT_SIZE], *text;
	int length;

	if (!expected->name) {
		length = asprintf(&text, "unit %s: %s", unit,
				  change == EXPECTATION_OVER ?
				  "it has no processes any more" :
				  absent ? "it has processes, and none of them "
					   "beats" :
					   "a process of it beats");
	} else {
		format_name(name, expected->name);
		length = asprintf(&text, "agent %s%s%s: %s", name,
				  unit ? " of " : "", unit ? unit : "",
				  change == EXPECTATION_OVER ?
				  "its unit has no processes any more" :
				  absent ? "it ought to beat, and does not" :
					   "it beats");
	}
	return length < 0 ? NULL : text;
}

static void tell_expectation(const struct roll_call *call,
			     const struct expectation *expected,
			     enum expectation_change change)
{
	bool absent = change == EXPECTATION_ABSENT;
	const char *kind = absent ? "absent" : "present";
	struct json_object *fields = event_json_begin(kind, absent ?
						      SEVERITY_CRITICAL :
						      SEVERITY_NORMAL);
	uint32_t subject = (uint32_t)(expected - call->options->expected) + 1;

	if (!fields || (expected->name &&
			json_add_text(fields, "name", expected->name)) ||
	    json_add(fields, "within_ms",
		     json_object_new_uint64(expected->within_ms)) ||
	    (expected->unit && json_add_text(fields, "unit", expected->unit))) {
		json_object_put(fields);
		fields = NULL;
	}
	tell(call, kind, absent, subject, fields, describe(expected, change));
}

static void check_expectations(const struct roll_call *call,
			       const struct roll *roll, uint64_t now)
{
	struct roll_call_options *options = call->options;
	enum expectation_change change;
	struct expectation *expected;
	size_t i;

	for (i = 0; i < options->expected_count; i++) {
		expected = &options->expected[i];
		change = expectation_update(
			expected, !expected->unit ||
			unit_has_processes(call->procfs, expected->unit),
			roll->found[i], now);
		if (change)
			tell_expectation(call, expected, change);
	}
}

static void tell_watchdog(const struct roll_call *call, bool alive,
			  const char *why, const char *name)
{
	const char *kind = alive ? "fed" : "unfed";
	struct json_object *fields = event_json_begin(kind, alive ?
						      SEVERITY_NORMAL :
						      SEVERITY_CRITICAL);
	char shown[NAME_TEXT_SIZE], *text;

	format_name(shown, name);
	if (asprintf(&text, alive ? "%s is fed" :
		     call->watchdog.fd < 0 ?
		     "%s is not used yet: %s%s" :
		     "%s is not fed any more: %s%s; the machine will be reset",
		     call->watchdog.device, shown, why) < 0)
		text = NULL;
	if (!fields || json_add_text(fields, "watchdog", call->watchdog.device) ||
	    json_add_text(fields, "name", name)) {
		json_object_put(fields);
		fields = NULL;
	}
	tell(call, kind, !alive, WATCHDOG_SUBJECT, fields, text);
}

/* It is used from the first time on that all are alive: before, nothing is lost. */
static void feed_or_not(struct roll_call *call, const struct roll *roll)
{
	const struct roll_call_options *options = call->options;
	const char *name = "", *why = "";
	bool alive = roll, was = call->alive;
	size_t i;

	if (!roll)
		why = "the agents cannot be read";
	for (i = 0; roll && i < options->name_count && alive; i++) {
		name = options->names[i];
		alive = roll->alive[i] && !roll->stalled[i];
		why = roll->alive[i] ? " is stalled" : " does not beat";
	}
	if (alive && hw_watchdog_feed(&call->watchdog)) {
		alive = false;
		name = "";
		why = "it cannot be written";
	}
	call->alive = alive;
	if (alive != was)
		tell_watchdog(call, alive, why, alive ? "" : name);
}

void roll_call_work(struct roll_call *call, bool loaded)
{
	struct roll roll = { .call = call };
	uint64_t now = varta_monotonic_now();
	bool known;
	size_t i;

	if (!call->v || now < call->due)
		return;
	call->due = now + call->interval;
	known = loaded && !varta_agent_dump(call->v, NULL, note_agent, &roll);
	if (known)
		check_expectations(call, &roll, now);
	for (i = 0; !known && i < call->options->expected_count; i++)
		expectation_unknown(&call->options->expected[i]);
	if (call->options->device)
		feed_or_not(call, known ? &roll : NULL);
}

uint64_t roll_call_due(const struct roll_call *call)
{
	return call->v ? call->due : UINT64_MAX;
}

void roll_call_close(struct roll_call *call, bool stop)
{
	hw_watchdog_close(&call->watchdog, stop);
	varta_close(call->v);
	call->v = NULL;
	owner_reader_close(call->reader);
	call->reader = NULL;
	if (call->procfs >= 0)
		close(call->procfs);
}
