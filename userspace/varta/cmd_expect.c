// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta expect: waits until an agent beats.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "clock.h"
#include "command.h"
#include "error.h"
#include "expectation.h"
#include "format.h"
#include "owner.h"
#include "parse.h"
#include "procfs.h"
#include "session.h"
#include "unit_state.h"

/* Time between two looks. */
#define INTERVAL_MS	250

/**
 * struct expect - The agent, and what was found.
 * @name: Its name; NULL for any agent of the unit.
 * @filter: Its unit.
 * @within_ms: How long to wait.
 * @reader: Reads owners.
 * @found: It, if @is_found.
 * @is_found: Whether it is there.
 */
struct expect {
	const char *name;
	struct owner_filter filter;
	uint32_t within_ms;
	struct owner_reader *reader;
	struct varta_agent found;
	bool is_found;
};

enum {
	OPTION_WITHIN = 256,
	OPTION_UNIT,
};

static const struct argp_option option_table[] = {
	{ .name = "within", .key = OPTION_WITHIN, .arg = "DURATION",
	  .doc = "Wait for so long (default 30s)" },
	{ .name = "unit", .key = OPTION_UNIT, .arg = "NAME",
	  .doc = "Only an agent of this unit of systemd" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct expect *expect = state->input;

	switch (key) {
	case OPTION_WITHIN:
		expect->within_ms = args_duration(state, "--within", argument,
						  0, DURATION_MAX);
		return 0;
	case OPTION_UNIT:
		expect->filter.unit = argument;
		return 0;
	case ARGP_KEY_ARG:
		if (expect->name)
			return ARGP_ERR_UNKNOWN;
		expect->name = argument;
		return 0;
	case ARGP_KEY_END:
		if (!expect->name && !expect->filter.unit)
			argp_error(state, "needs NAME or --unit");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "[NAME]",
	.doc = "Wait until an agent with this name beats, or any agent of a "
	       "unit.\v"
	       "Exit status 1 if none does in time, and standard error says "
	       "whether the unit has processes. For an event at any time, see "
	       "'varta monitor --expect'.",
};

static int note_agent(const struct varta_agent *agent, void *arg)
{
	struct expect *expect = arg;

	if ((expect->name && strcmp(agent->name, expect->name)) ||
	    !owner_of_agent_matches(&expect->filter, expect->reader, agent))
		return 0;
	expect->found = *agent;
	expect->is_found = true;
	return 1;
}

static int say_missing(const struct expect *expect)
{
	char name[NAME_TEXT_SIZE] = "";
	const char *unit = expect->filter.unit;
	int procfs;

	if (expect->name && strlen(expect->name) >= VARTA_NAME_SIZE)
		strcpy(name, "(its name is too long)");
	else if (expect->name)
		format_name(name, expect->name);
	fprintf(stderr, "varta: no agent%s%s%s%s within %" PRIu32 " ms",
		*name ? " " : "", name, unit ? " of " : "", unit ? unit : "",
		expect->within_ms);
	procfs = unit ? procfs_open() : -1;
	if (procfs >= 0) {
		if (unit_has_processes(procfs, unit))
			fprintf(stderr, ": the unit has processes, and none of "
				"them beats%s\n",
				expect->name ? " as that" : "");
		else
			fputs(": the unit has no processes\n", stderr);
		close(procfs);
	} else {
		putc('\n', stderr);
	}
	return EXIT_REFUSED;
}

static int wait_for_agent(struct varta *v, void *arg)
{
	struct expect *expect = arg;
	uint64_t deadline = varta_monotonic_now() +
			    expect->within_ms * NS_PER_MS;
	int result;

	for (;;) {
		result = varta_agent_dump(v, NULL, note_agent, expect);
		/* The module may be loaded in time. */
		if (result < 0 && result != -ENODEV && result != -EAGAIN)
			return fail_call(v, "read the agents", result);
		if (expect->is_found || varta_monotonic_now() >= deadline)
			break;
		sleep_until(varta_monotonic_now() + INTERVAL_MS * NS_PER_MS);
	}
	if (!expect->is_found)
		return result == -ENODEV ?
		       fail_call(v, "read the agents", result) :
		       say_missing(expect);
	printf("%" PRIu32 "\n", expect->found.pid ? expect->found.pid :
						   expect->found.ns_pid);
	return EXIT_OK;
}

int cmd_expect(int argc, char **argv)
{
	struct expect expect = {
		.within_ms = EXPECTATION_WITHIN_MS,
		.reader = owner_reader_open(),
	};
	int code;

	if (!expect.reader)
		return fail_system("read the owners", -ENOMEM);
	code = session_parse_and_run(&parser, argc, argv, &expect,
				     wait_for_agent);
	owner_reader_close(expect.reader);
	return code;
}
