// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta bye: removes an agent from the tracker.
 */
#include <argp.h>

#include <varta.h>

#include "beat_args.h"
#include "command.h"
#include "error.h"
#include "session.h"

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	(void)argument;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child children[] = {
	{ .argp = &beat_pid_args },
	{ 0 }
};

static const struct argp parser = {
	.parser = parse_option,
	.children = children,
	.doc = "Remove an agent from the tracker, without a report.\v"
	       "For a shell script that used 'varta beat --pid $$' and is "
	       "done.",
};

static int remove_agent(struct varta *v, void *arg)
{
	const struct beat_args *args = arg;
	int error = varta_bye(v, args->beat.pid);

	return error ? fail_call(v, "remove the agent", error) : EXIT_OK;
}

int cmd_bye(int argc, char **argv)
{
	struct beat_args args = { 0 };

	return session_parse_and_run(&parser, argc, argv, &args, remove_agent);
}
