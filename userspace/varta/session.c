// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command's work with a library handle. See session.h.
 */
#include "session.h"

#include "command.h"
#include "error.h"

int session_run(const struct varta_options *how, session_fn work, void *arg)
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

int session_parse_and_run(const struct argp *parser, int argc, char **argv,
			  void *options, session_fn work)
{
	if (argp_parse(parser, argc, argv, 0, NULL, options))
		return EXIT_SYSTEM;
	return session_run(NULL, work, options);
}
