// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta bye: takes an agent off the ledger.
 */
#include <argp.h>
#include <stdint.h>

#include <varta.h>

#include "command.h"
#include "failure.h"
#include "number.h"

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

int run_bye(int argc, char **argv)
{
	uint32_t pid = 0;
	struct varta *v;
	int error, code = EXIT_OK;

	if (argp_parse(&parser, argc, argv, 0, NULL, &pid))
		return EXIT_SYSTEM;
	error = varta_open(&v, NULL);
	if (error)
		return fail_open(error);
	error = varta_bye(v, pid);
	if (error)
		code = fail_call(v, "say goodbye", error);
	varta_close(v);
	return code;
}
