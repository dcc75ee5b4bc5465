// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta run: a program that knows nothing of varta, watched.
 *
 * This process becomes the program, so that whoever started it deals with the
 * program itself: its pid, signals, files and exit status. A child beats for
 * it, see run_helper.c.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#include "command.h"
#include "error.h"
#include "parse.h"
#include "run_helper.h"
#include "session.h"

/* Where the ledger's own threshold cannot be had. */
#define INTERVAL_MS	1000

#define BEATS_PER_THRESHOLD	3

/* As env(1), timeout(1) and their like: the program's own statuses are less. */
enum {
	EXIT_NOT_RUN		= 125,
	EXIT_NOT_EXECUTABLE	= 126,
	EXIT_NOT_FOUND		= 127,
};

/**
 * struct run_options - What to run, and how to watch it.
 * @plan: For the beats. Its interval is 0 until one is given or found.
 * @command: Name and arguments; NULL at the end.
 * @require: Rather do not run it than unwatched.
 */
struct run_options {
	struct beater_plan plan;
	char **command;
	bool require;
};

enum {
	OPTION_NAME = 256,
	OPTION_THRESHOLD,
	OPTION_INTERVAL,
	OPTION_PROBE,
	OPTION_REQUIRE,
};

static const struct argp_option option_table[] = {
	{ .name = "name", .key = OPTION_NAME, .arg = "NAME",
	  .doc = "What to call the agent, up to 15 bytes (default: as CMD)" },
	{ .name = "threshold", .key = OPTION_THRESHOLD, .arg = "DURATION",
	  .doc = "Silence from which it is stalled (default: the ledger's)" },
	{ .name = "interval", .key = OPTION_INTERVAL, .arg = "DURATION",
	  .doc = "From beat to beat (default: a third of the threshold)" },
	{ .name = "probe", .key = OPTION_PROBE, .arg = "SHELL-COMMAND",
	  .doc = "Beat only if this succeeds within the interval. It finds "
		 "the program's process id in $VARTA_PID" },
	{ .name = "require", .key = OPTION_REQUIRE,
	  .doc = "If it cannot be watched, do not run it" },
	{ 0 }
};

static void check_options(const struct run_options *options,
			  struct argp_state *state)
{
	const struct beater_plan *plan = &options->plan;

	if (!options->command)
		argp_error(state, "name a command to run");
	if (plan->name && strlen(plan->name) >= VARTA_NAME_SIZE)
		argp_error(state, "a name has up to %d bytes",
			   VARTA_NAME_SIZE - 1);
	if (plan->threshold_ms &&
	    (uint32_t)plan->interval_ms >= plan->threshold_ms)
		argp_error(state, "the interval has to be shorter than the "
			   "threshold");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct run_options *options = state->input;
	bool valid = true;

	switch (key) {
	case OPTION_NAME:
		options->plan.name = argument;
		break;
	case OPTION_THRESHOLD:
		valid = parse_threshold(argument, &options->plan.threshold_ms);
		break;
	case OPTION_INTERVAL:
		valid = parse_interval(argument, &options->plan.interval_ms);
		break;
	case OPTION_PROBE:
		options->plan.probe = argument;
		break;
	case OPTION_REQUIRE:
		options->require = true;
		break;
	case ARGP_KEY_ARG:
		/* The rest is the program's. */
		options->command = state->argv + state->next - 1;
		state->next = state->argc;
		break;
	case ARGP_KEY_END:
		check_options(options, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return understood(valid, argument, state);
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "[--] CMD [ARGUMENT...]",
	.doc = "Run a program as a watched agent. It takes this process's "
	       "place; a helper beats for it while it lives and is not "
	       "stopped.\v"
	       "DURATION is 500ms, 5s, 2m; a bare number is ms. If it cannot "
	       "be watched, that is said and it runs all the same.\n"
	       "\n"
	       "Exit status: CMD's, or\n"
	       "  125  wrong usage, or --require and it cannot be watched\n"
	       "  126  CMD cannot be executed\n"
	       "  127  there is no CMD",
};

/* The last part of its path, as far as there is room. */
static const char *name_after(const char *command)
{
	static char name[VARTA_NAME_SIZE];
	const char *slash = strrchr(command, '/');

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : command);
	return name;
}

/* Several beats to each threshold, so that one that is late does no harm. */
static int choose_interval(struct varta *v, uint32_t threshold_ms)
{
	struct varta_config config;

	if (!threshold_ms && v && !varta_config_get(v, &config))
		threshold_ms =
			(uint32_t)config.value[VARTA_A_CONFIG_THRESHOLD_MS];
	return threshold_ms >= BEATS_PER_THRESHOLD ?
		       (int)(threshold_ms / BEATS_PER_THRESHOLD) :
		       INTERVAL_MS;
}

/* The first beat is this process's own: from now on its silence is noticed. */
static int announce(struct varta *v, void *arg)
{
	struct beater_plan *plan = arg;
	int error;

	if (!plan->interval_ms)
		plan->interval_ms = choose_interval(v, plan->threshold_ms);
	error = beater_beat(v, plan);
	return error ? fail_call(v, "beat", error) : EXIT_OK;
}

static int say_goodbye(struct varta *v, void *arg)
{
	(void)arg;
	varta_bye(v, 0);
	return EXIT_OK;
}

/* Returns only if the program cannot be executed. */
static int become(char **command)
{
	int error;

	execvp(command[0], command);
	error = errno;
	fprintf(stderr, "varta: cannot run %s: %s\n", command[0],
		strerror(error));
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* Whether the ledger has it now; if not, that was said. */
static bool enter_ledger(struct run_options *options)
{
	struct varta_options how = VARTA_OPTIONS_INIT;

	how.acknowledge = true;
	if (with_handle(&how, announce, &options->plan) == EXIT_OK)
		return true;
	if (!options->require)
		fprintf(stderr, "varta: running %s all the same, watched only "
			"once it can be\n", options->command[0]);
	if (!options->plan.interval_ms)
		options->plan.interval_ms =
			choose_interval(NULL, options->plan.threshold_ms);
	return false;
}

static int run_watched(struct run_options *options)
{
	bool entered = enter_ledger(options);
	pid_t beater = -1;
	int code = EXIT_NOT_RUN;

	if (entered || !options->require) {
		beater = beater_start(&options->plan);
		if (beater < 0)
			fail_system("start what beats for it", beater);
	}
	/* An agent for which nobody beats would be reported as stalled. */
	if (beater < 0 && entered)
		with_handle(NULL, say_goodbye, NULL);
	if (beater < 0 && options->require)
		return code;

	code = become(options->command);
	if (beater > 0)
		beater_stop(beater);
	if (beater > 0 && entered)
		with_handle(NULL, say_goodbye, NULL);
	return code;
}

int run_run(int argc, char **argv)
{
	struct run_options options = { .plan = { .pid = (uint32_t)getpid() } };

	argp_err_exit_status = EXIT_NOT_RUN;
	if (argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &options))
		return EXIT_NOT_RUN;
	if (!options.plan.name)
		options.plan.name = name_after(options.command[0]);
	return run_watched(&options);
}
