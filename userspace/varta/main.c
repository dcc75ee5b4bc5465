// SPDX-License-Identifier: GPL-2.0-only
/*
 * The varta tool: finds the subcommand and runs it.
 */
#include <argp.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

#include "command.h"

const char *argp_program_version = "varta " VARTA_VERSION;

static const struct command commands[] = {
	{ "agents", "show the agents in the ledger", run_agents },
	{ "beat", "send beats", run_beat },
	{ "bye", "take an agent off the ledger", run_bye },
	{ "config", "show settings, or change one", run_config },
	{ "doctor", "say what works here, and what to do if not", run_doctor },
	{ "monitor", "show stalls and exits as they are found", run_monitor },
	{ "relay", "report beats for others", run_relay },
	{ "run", "run a program as a watched agent", run_run },
	{ "stats", "show counters", run_stats },
	{ "top", "show the ledger live, on the full screen", run_top },
};

#define COMMANDS_COUNT	(sizeof(commands) / sizeof(commands[0]))

static const char before_options[] =
	"Read and feed the kernel's ledger of the liveness of processes.";

static const char after_options[] =
	"\n"
	"'varta COMMAND --help' tells about each.\n"
	"\n"
	"Exit status:\n"
	"  0  done\n"
	"  1  no: refused by the kernel, with its reason on standard error;\n"
	"     agents --quiet: there is none; doctor: something is wrong\n"
	"  2  wrong usage\n"
	"  3  the kernel has no varta: the module is not loaded\n"
	"  4  the time was over before all was done\n"
	"  5  failed on this side: no memory, output not written, ...\n"
	"\n"
	"'varta run' has the exit status of the program that it runs.\n"
	"Durations are 500ms, 5s, 2m, 1h; a bare number is ms.\n"
	"Colour is used on terminals only, and not if NO_COLOR is set.";

/* What argp shows around the options; the list of commands is the table's. */
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

struct choice {
	const struct command *command;
	int argc;
	char **argv;
};

static error_t choose(int key, char *argument, struct argp_state *state)
{
	struct choice *choice = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		choice->command = find_command(argument);
		if (!choice->command)
			argp_error(state, "there is no command '%s'",
				   argument);
		choice->argc = state->argc - state->next + 1;
		choice->argv = state->argv + state->next - 1;
		/* The rest is the command's. */
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name a command");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.parser = choose,
	.args_doc = "COMMAND [ARGUMENT...]",
	.doc = before_options,
	.help_filter = help_filter,
};

static int run(const struct choice *choice)
{
	char *name;
	int code;

	if (asprintf(&name, "varta %s", choice->command->name) < 0) {
		fprintf(stderr, "varta: %s\n", strerror(ENOMEM));
		return EXIT_SYSTEM;
	}
	choice->argv[0] = name;
	code = choice->command->run(choice->argc, choice->argv);
	free(name);
	return code;
}

int main(int argc, char **argv)
{
	struct choice choice = { 0 };
	int code;

	setlocale(LC_ALL, "");
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &choice) ||
	    !choice.command)
		return EXIT_SYSTEM;

	code = run(&choice);
	/* Output that did not arrive is no success. */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "varta: cannot write output: %s\n",
			strerror(errno));
		return EXIT_SYSTEM;
	}
	return code;
}
