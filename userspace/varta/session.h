/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands have in common: reading their arguments, and working
 * with a handle of the library.
 */
#ifndef SESSION_H
#define SESSION_H

#include <argp.h>
#include <stdbool.h>

#include <varta.h>

/**
 * understood() - End the parsing of one option.
 * @yes: Whether its argument was understood; if not, this does not return.
 * @argument: What was given.
 * @state: Of the parser.
 *
 * Return: 0, for the parser to return.
 */
error_t understood(bool yes, const char *argument, struct argp_state *state);

/**
 * typedef handle_fn - What a subcommand does with a handle.
 * @v: The handle, which is closed afterwards.
 * @arg: As given to with_handle().
 *
 * Return: An enum exit_code.
 */
typedef int (*handle_fn)(struct varta *v, void *arg);

/**
 * with_handle() - Open a handle, work with it, close it.
 * @how: As for varta_open().
 * @work: What to do.
 * @arg: For @work.
 *
 * Return: What @work returned, or how opening failed, which was said.
 */
int with_handle(const struct varta_options *how, handle_fn work, void *arg);

/**
 * parse_and_work() - A subcommand that takes a handle with the defaults.
 * @parser: Of its arguments.
 * @argc: As the subcommand was given them.
 * @argv: Likewise.
 * @options: What @parser fills in, and @work is given.
 * @work: What to do.
 *
 * Return: An enum exit_code.
 */
int parse_and_work(const struct argp *parser, int argc, char **argv,
		   void *options, handle_fn work);

#endif /* SESSION_H */
