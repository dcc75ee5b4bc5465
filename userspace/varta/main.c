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

static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
	{ "agents", "list the tracked agents", cmd_agents },
	{ "beat", "send beats", cmd_beat },
	{ "bye", "remove an agent from the tracker", cmd_bye },
	{ "config", "show or change settings", cmd_config },
	{ "doctor", "check that everything works here", cmd_doctor },
	{ "expect", "wait until an agent beats", cmd_expect },
	{ "exporter", "serve counters and agents to Prometheus", cmd_exporter },
	{ "gateway", "relay frames of the userspace observer's clients",
	  cmd_gateway },
	{ "help", "describe a command", cmd_help },
	{ "monitor", "print stalls and exits as they happen", cmd_monitor },
	{ "relay", "send beats for remote agents", cmd_relay },
	{ "run", "run a program as an agent", cmd_run },
	{ "stats", "show counters", cmd_stats },
	{ "top", "show the agents live, full screen", cmd_top },
	{ "why", "say why a process makes no progress", cmd_why },
};

#define COMMANDS_COUNT	(sizeof(commands) / sizeof(commands[0]))

/* Each command is in one task. Completions read lines of "  NAME SUMMARY". */
static const struct {
	const char *heading;
	const char *names[6];
} tasks[] = {
	{ "Watch a program", { "run", "beat", "bye", "relay", "gateway" } },
	{ "Look at agents and counters", { "agents", "top", "stats", "exporter" } },
	{ "Listen to stalls and exits", { "monitor", "expect" } },
	{ "Change settings", { "config" } },
	{ "Find out what is wrong", { "why", "doctor", "help" } },
};

#define TASKS_COUNT	(sizeof(tasks) / sizeof(tasks[0]))

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS_COUNT; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Appends the commands, by task, to the text before the options. */
static char *help_filter(int key, const char *text, void *input)
{
	const struct command *command;
	const char *const *name;
	char *help = NULL;
	size_t size = 0, i;
	FILE *out;

	(void)input;
	if (key != ARGP_KEY_HELP_PRE_DOC)
		return (char *)text;
	out = open_memstream(&help, &size);
	if (!out)
		return (char *)text;
	fputs(text, out);
	for (i = 0; i < TASKS_COUNT; i++) {
		fprintf(out, "\n\n%s:", tasks[i].heading);
		for (name = tasks[i].names; *name; name++) {
			command = find_command(*name);
			fprintf(out, "\n  %-9s %s", command->name,
				command->summary);
		}
	}
	if (fclose(out)) {
		free(help);
		return (char *)text;
	}
	return help;
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
		/* Scripts do not take this for a success, nor for output. */
		argp_state_help(state, stderr, ARGP_HELP_SHORT_USAGE |
				ARGP_HELP_LONG | ARGP_HELP_DOC |
				ARGP_HELP_EXIT_ERR);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

#define AFTER_OPTIONS \
	"'varta help COMMAND' describes a command, and varta(1) all of them.\n" \
	"\n" \
	"Exit status:\n" \
	"  0  success\n" \
	"  1  refused by the kernel, with the reason on standard error;\n" \
	"     agents --quiet, expect: no such agent; doctor: a check failed\n" \
	"  2  wrong usage\n" \
	"  3  module not loaded\n" \
	"  4  timeout\n" \
	"  5  local failure: no memory, output not written, ...\n" \
	"\n" \
	"'varta run' has the exit status of the program it runs.\n" \
	"A DURATION is 500ms, 5s, 2m or 1h; a bare number is ms.\n" \
	"Output is coloured on terminals, unless NO_COLOR is set."

static const struct argp parser = {
	.parser = parse_argument,
	.args_doc = "COMMAND [ARGUMENT...]",
	.doc = "Control and query the kernel's liveness tracker.\v"
	       AFTER_OPTIONS,
	.help_filter = help_filter,
};

/* Does what COMMAND --help does; without one, what --help does. */
static error_t parse_help_argument(int key, char *argument,
				   struct argp_state *state)
{
	const struct command **command = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*command)
			return ARGP_ERR_UNKNOWN;
		*command = find_command(argument);
		if (!*command)
			args_unknown(state, "command", argument, command_name);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp help_parser = {
	.parser = parse_help_argument,
	.args_doc = "[COMMAND]",
	.doc = "Describe a command, or list all commands.",
};

static int run_command(const struct invocation *invocation);

static int cmd_help(int argc, char **argv)
{
	char tool[] = "varta", option[] = "--help";
	char *arguments[] = { tool, option, NULL };
	struct invocation help = { .argc = 2, .argv = arguments };

	if (argp_parse(&help_parser, argc, argv, 0, NULL, &help.command))
		return EXIT_SYSTEM;
	if (help.command)
		return run_command(&help);
	argp_parse(&parser, help.argc, help.argv, 0, NULL, &help);
	return EXIT_SYSTEM;
}

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
