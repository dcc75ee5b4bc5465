/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command's work with a library handle: open, work, close.
 */
#ifndef SESSION_H
#define SESSION_H

#include <argp.h>

#include <varta.h>

/**
 * typedef session_fn - The work.
 * @v: The handle, closed afterwards.
 * @arg: As given to session_run().
 *
 * Return: An enum exit_code.
 */
typedef int (*session_fn)(struct varta *v, void *arg);

/**
 * session_run() - Open a handle, work with it, close it.
 * @how: As for varta_open().
 * @work: The work.
 * @arg: For @work.
 *
 * Return: What @work returned; if the handle cannot be opened, that is
 * reported, and the exit status of fail_open() is returned.
 */
int session_run(const struct varta_options *how, session_fn work, void *arg);

/**
 * session_parse_and_run() - Parse a command's arguments, then session_run().
 * @parser: Of the arguments.
 * @argc: Number of arguments.
 * @argv: The arguments.
 * @options: Filled in by @parser, then given to @work.
 * @work: The work.
 *
 * Return: An enum exit_code.
 */
int session_parse_and_run(const struct argp *parser, int argc, char **argv,
			  void *options, session_fn work);

#endif /* SESSION_H */
