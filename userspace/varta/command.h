/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool's commands, and its exit status.
 */
#ifndef COMMAND_H
#define COMMAND_H

/**
 * enum exit_code - The tool's exit status; documented in --help and varta(1).
 * @EXIT_OK: Success.
 * @EXIT_REFUSED: The kernel refused the request, or a check failed.
 * @EXIT_USAGE: Wrong usage.
 * @EXIT_NO_MODULE: The module is not loaded.
 * @EXIT_TIMEOUT: Timeout.
 * @EXIT_SYSTEM: A local failure, as no memory.
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
 * struct command - A command of the tool.
 * @name: Its name.
 * @summary: One line for --help.
 * @run: Its function, which returns an enum exit_code. argv[0] is
 *   "varta NAME".
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

int cmd_agents(int argc, char **argv);
int cmd_beat(int argc, char **argv);
int cmd_bye(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_expect(int argc, char **argv);
int cmd_exporter(int argc, char **argv);
int cmd_gateway(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_relay(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_why(int argc, char **argv);

#endif /* COMMAND_H */
