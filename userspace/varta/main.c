// SPDX-License-Identifier: GPL-2.0-only
/*
 * The varta tool: parses the name of a command and runs it.
 */
#include <argp.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

#include "args.h"
#include "command.h"
#include "descriptors.h"

const char *argp_program_version = "varta " VARTA_VERSION;

static const struct command commands[] = {
	{ "agents", "list the tracked agents", cmd_agents },
	{ "beat", "send beats", cmd_beat },
	{ "bye", "remove an agent from the tracker", cmd_bye },
	{ "config", "show or change settings", cmd_config },
	{ "doctor", "check that everything works here", cmd_doctor },
	{ "monitor", "print stalls and exits as they happen", cmd_monitor },
	{ "relay", "send beats for remote agents", cmd_relay },
	{ "run", "run a program as an agent", cmd_run },
	{ "stats", "show counters", cmd_stats },
	{ "top", "show the agents live, full screen", cmd_top },
};

#define COMMANDS_COUNT	(sizeof(commands) / sizeof(commands[0]))

static const char before_options[] =
	"Control and query the kernel's liveness tracker.";

static const char after_options[] =
	"\n"
	"'varta COMMAND --help' describes a command.\n"
	"\n"
	"Exit status:\n"
	"  0  success\n"
	"  1  refused by the kernel, with the reason on standard error;\n"
	"     agents --quiet: no such agent; doctor: a check failed\n"
	"  2  wrong usage\n"
	"  3  module not loaded\n"
	"  4  timeout\n"
	"  5  local failure: no memory, output not written, ...\n"
	"\n"
	"'varta run' has the exit status of the program it runs.\n"
	"A DURATION is 500ms, 5s, 2m or 1h; a bare number is ms.\n"
	"Output is coloured on terminals, unless NO_COLOR is set.";

/* Prepends the list of commands to the text after the options. */
static char *help_filter(int key, const char *text, void *input)
{
	char *help = NULL;
	size_t size = 0, i;
	FILE *out;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&help, &size);
	if (!out)
		return (char *)text;
	fputs("Commands:\n", out);
	for (i = 0; i < COMMANDS_COUNT; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name,
			commands[i].summary);
	fputs(after_options, out);
	if (fclose(out)) {
		free(help);
		return (char *)text;
	}
	return help;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS_COUNT; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static const char *command_name(unsigned int index)
{
	return index < COMMANDS_COUNT ? commands[index].name : NULL;
}

/**
 * struct invocation - A command and its arguments.
 * @command: The command.
 * @argc: The number of @argv.
 * @argv: The arguments of the command.
 */
struct invocation {
	const struct command *command;
	int argc;
	char **argv;
};

static error_t parse_argument(int key, char *argument,
			      struct argp_state *state)
{
	struct invocation *invocation = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		invocation->command = find_command(argument);
		if (!invocation->command)
			args_unknown(state, "command", argument, command_name);
		invocation->argc = state->argc - state->next + 1;
		invocation->argv = state->argv + state->next - 1;
		/* The command parses the rest. */
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no command given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.parser = parse_argument,
	.args_doc = "COMMAND [ARGUMENT...]",
	.doc = before_options,
	.help_filter = help_filter,
};

static int run_command(const struct invocation *invocation)
{
	char *name;
	int code;

	if (asprintf(&name, "varta %s", invocation->command->name) < 0) {
		fprintf(stderr, "varta: %s\n", strerror(ENOMEM));
		return EXIT_SYSTEM;
	}
	invocation->argv[0] = name;
	code = invocation->command->run(invocation->argc, invocation->argv);
	free(name);
	return code;
}

int main(int argc, char **argv)
{
	struct invocation invocation = { 0 };
	int code;

	descriptors_reserve();
	/* Fails if any of the locales is missing. */
	if (!setlocale(LC_ALL, ""))
		setlocale(LC_CTYPE, "");
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &invocation) ||
	    !invocation.command)
		return EXIT_SYSTEM;

	code = run_command(&invocation);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "varta: cannot write to standard output: %s\n",
			strerror(errno));
		return EXIT_SYSTEM;
	}
	return code;
}
