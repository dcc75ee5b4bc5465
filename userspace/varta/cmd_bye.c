// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta bye: takes an agent off the ledger.
 */
#include <argp.h>
#include <stdint.h>

#include <varta.h>

#include "command.h"
#include "error.h"
#include "parse.h"
#include "session.h"

enum { OPTION_PID = 256 };

static const struct argp_option option_table[] = {
	{ .name = "pid", .key = OPTION_PID, .arg = "PID",
	  .doc = "Which agent: this process (the default), or an ancestor of "
		 "it with the same real user, such as a shell's $$" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	uint32_t *pid = state->input;

	switch (key) {
	case OPTION_PID:
		if (!parse_u32(argument, pid) || !*pid)
			argp_error(state, "'%s' is no process id", argument);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Take an agent off the ledger, without a word to those who "
	       "watch.\v"
	       "For a shell script that has beaten with 'varta beat --pid $$' "
	       "and is done.",
};

static int say_goodbye(struct varta *v, void *arg)
{
	const uint32_t *pid = arg;
	int error = varta_bye(v, *pid);

	return error ? fail_call(v, "say goodbye", error) : EXIT_OK;
}

int run_bye(int argc, char **argv)
{
	uint32_t pid = 0;

	return parse_and_work(&parser, argc, argv, &pid, say_goodbye);
}
