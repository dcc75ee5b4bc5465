// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the subcommands have in common. See session.h.
 */
#include "session.h"

#include "command.h"
#include "error.h"

error_t understood(bool yes, const char *argument, struct argp_state *state)
{
	if (!yes)
		argp_error(state, "'%s' is not understood", argument);
	return 0;
}

int with_handle(const struct varta_options *how, handle_fn work, void *arg)
{
	struct varta *v;
	int error, code;

	error = varta_open(&v, how);
	if (error)
		return fail_open(error);
	code = work(v, arg);
	varta_close(v);
	return code;
}

int parse_and_work(const struct argp *parser, int argc, char **argv,
		   void *options, handle_fn work)
{
	if (argp_parse(parser, argc, argv, 0, NULL, options))
		return EXIT_SYSTEM;
	return with_handle(NULL, work, options);
}
