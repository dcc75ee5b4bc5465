/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool's subcommands, and how each of them ends.
 */
#ifndef COMMAND_H
#define COMMAND_H

/**
 * enum exit_code - What the tool's exit status says; listed by --help.
 */
enum exit_code {
	EXIT_OK		= 0,
	EXIT_REFUSED	= 1,
	EXIT_USAGE	= 2,
	EXIT_NO_MODULE	= 3,
	EXIT_TIMEOUT	= 4,
	EXIT_SYSTEM	= 5,
};

/**
 * struct command - A subcommand.
 * @name: As it is called.
 * @summary: For the list in --help.
 * @run: Takes arguments of which the first is "varta NAME", and returns an
 *   enum exit_code.
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

int run_agents(int argc, char **argv);
int run_beat(int argc, char **argv);
int run_bye(int argc, char **argv);
int run_config(int argc, char **argv);
int run_doctor(int argc, char **argv);
int run_monitor(int argc, char **argv);
int run_relay(int argc, char **argv);
int run_run(int argc, char **argv);
int run_stats(int argc, char **argv);
int run_top(int argc, char **argv);

#endif /* COMMAND_H */
