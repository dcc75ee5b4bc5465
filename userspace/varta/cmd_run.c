// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta run: runs a program that does not beat itself as an agent.
 *
 * This process becomes the program, so that its parent deals with the program
 * itself: its pid, signals, files and exit status. A child beats for it, see
 * run_helper.h.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "beat_args.h"
#include "command.h"
#include "error.h"
#include "format.h"
#include "parse.h"
#include "run_helper.h"
#include "run_notify.h"
#include "session.h"

/* As for env(1) and timeout(1): other statuses are the program's. */
enum {
	EXIT_NOT_RUN		= 125,
	EXIT_NOT_EXECUTABLE	= 126,
	EXIT_NOT_FOUND		= 127,
};

/**
 * struct run_options - What to run, and how to beat for it.
 * @args: Name and threshold of the agent.
 * @plan: The agent.
 * @command: The program and its arguments, with a final NULL.
 * @notify: The program notifies a service manager, and that is its beats.
 * @require: Do not run the program if it cannot be tracked.
 */
struct run_options {
	struct beat_args args;
	struct run_plan plan;
	char **command;
	bool notify, require;
};

enum {
	OPTION_INTERVAL = 256,
	OPTION_NOTIFY,
	OPTION_PROBE,
	OPTION_REQUIRE,
	OPTION_ON_STALL,
	OPTION_KILL_AFTER,
	OPTION_EVEN_IF_STARVED,
};

static const struct argp_option option_table[] = {
	{ .name = "interval", .key = OPTION_INTERVAL, .arg = "DURATION",
	  .doc = "Time from beat to beat (default: a third of the "
		 "threshold)" },
	{ .name = "notify", .key = OPTION_NOTIFY,
	  .doc = "Beat when the program says WATCHDOG=1 to NOTIFY_SOCKET, and "
		 "pass its notifications on to the service manager" },
	{ .name = "probe", .key = OPTION_PROBE, .arg = "SHELL-COMMAND",
	  .doc = "Beat only if this command succeeds within the interval; "
		 "$VARTA_PID is the program's process id" },
	{ .name = "require", .key = OPTION_REQUIRE,
	  .doc = "Do not run the program if it cannot be tracked" },
	{ .name = "on-stall", .key = OPTION_ON_STALL, .arg = "SIGNAL",
	  .doc = "When the program stalls, the kernel module sends it this "
		 "signal, such as SIGABRT for a core dump" },
	{ .name = "kill-after", .key = OPTION_KILL_AFTER, .arg = "DURATION",
	  .doc = "With --on-stall: SIGKILL so long after it, unless the "
		 "program has had a beat or ended" },
	{ .name = "even-if-starved", .key = OPTION_EVEN_IF_STARVED,
	  .doc = "With --on-stall: signal the program also when it does not "
		 "get the CPU" },
	{ 0 }
};

static void check_options(const struct run_options *options,
			  const struct argp_state *state)
{
	uint32_t interval = options->plan.interval_ms;
	uint32_t threshold = options->args.beat.threshold_ms;

	if (!options->command)
		argp_error(state, "no command given to run");
	if (options->notify && (interval || options->plan.probe))
		argp_error(state, "--notify: the program says itself when it "
			   "beats, so leave out --interval and --probe");
	if (threshold && interval >= threshold)
		argp_error(state, "--interval %" PRIu32 " ms: must be shorter "
			   "than --threshold %" PRIu32 " ms", interval,
			   threshold);
	if (!options->plan.stall_signal && options->plan.kill_after_ms)
		argp_error(state, "--kill-after needs --on-stall");
	if (!options->plan.stall_signal && options->plan.even_if_starved)
		argp_error(state, "--even-if-starved needs --on-stall");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct run_options *options = state->input;
	struct run_plan *plan = &options->plan;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->args;
		return 0;
	case OPTION_INTERVAL:
		plan->interval_ms = args_duration(state, "--interval", argument,
						  1, DURATION_MAX);
		return 0;
	case OPTION_NOTIFY:
		options->notify = true;
		return 0;
	case OPTION_PROBE:
		plan->probe = argument;
		return 0;
	case OPTION_ON_STALL:
		plan->stall_signal = beat_args_signal(state, "--on-stall",
						      argument);
		return 0;
	case OPTION_KILL_AFTER:
		plan->kill_after_ms = args_duration(state, "--kill-after",
						    argument, 10, DURATION_MAX);
		return 0;
	case OPTION_EVEN_IF_STARVED:
		plan->even_if_starved = true;
		return 0;
	case OPTION_REQUIRE:
		options->require = true;
		return 0;
	case ARGP_KEY_ARG:
		/* The rest is the program's. */
		options->command = state->argv + state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &beat_agent_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.args_doc = "[--] CMD [ARGUMENT...]",
	.doc = "Run a program as an agent. The program replaces this process; "
	       "a helper beats for it while it runs and is neither stopped "
	       "nor frozen.\v"
	       "The default name is that of CMD. A DURATION is 500ms, 5s, 2m "
	       "or 1h; a bare number is ms. If the program cannot be tracked, "
	       "a message says so and it runs all the same.\n"
	       "\n"
	       "Exit status: CMD's, or\n"
	       "  125  wrong usage, or --require and CMD cannot be tracked\n"
	       "  126  CMD cannot be executed\n"
	       "  127  CMD not found",
};

/* The last part of the path, cut off to the size of a name. */
static const char *default_name(const char *command)
{
	static char name[VARTA_NAME_SIZE];
	const char *slash = strrchr(command, '/');
	const char *last = slash ? slash + 1 : command;

	memcpy(name, last, format_fit(last, sizeof(name) - 1));
	return name;
}

static int send_bye(struct varta *v, void *arg)
{
	(void)arg;
	varta_bye(v, 0);
	return EXIT_OK;
}

/* Returns only if the program cannot be executed. */
static int execute(char **command)
{
	int error;

	execvp(command[0], command);
	error = errno;
	fprintf(stderr, "varta: cannot run %s: %s\n", command[0],
		strerror(error));
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* Without it, the program notifies the service manager itself. */
static enum run_helper_result start_helper(struct run_options *options,
					   pid_t *helper)
{
	static struct run_notify notify;
	enum run_helper_result result;
	int error;

	if (!options->notify)
		return run_helper_start(&options->plan, helper);
	options->plan.notify = &notify;
	result = run_helper_start(&options->plan, helper);
	error = result == RUN_HELPER_FAILED ? 0 :
		run_notify_export(&notify.environment);
	if (error) {
		fail_system("set the environment", error);
		run_helper_stop(*helper);
		result = RUN_HELPER_FAILED;
	}
	return result;
}

static int run_program(struct run_options *options)
{
	enum run_helper_result result;
	const char *program = options->command[0];
	pid_t helper = -1;
	int code;

	result = start_helper(options, &helper);
	if (result != RUN_HELPER_BEATS && options->require) {
		if (result == RUN_HELPER_WAITS)
			run_helper_stop(helper);
		return EXIT_NOT_RUN;
	}
	if (result == RUN_HELPER_WAITS)
		fprintf(stderr, "varta: running %s all the same; it will be "
			"tracked as soon as possible\n", program);
	if (result == RUN_HELPER_FAILED)
		fprintf(stderr, "varta: running %s all the same; it is not "
			"tracked\n", program);

	code = execute(options->command);
	if (result != RUN_HELPER_FAILED)
		run_helper_stop(helper);
	if (result == RUN_HELPER_BEATS && !options->notify)
		session_run(NULL, send_bye, NULL);
	return code;
}

int cmd_run(int argc, char **argv)
{
	struct run_options options = { .plan = { .pid = (uint32_t)getpid() } };
	const struct varta_beat *beat = &options.args.beat;

	argp_err_exit_status = EXIT_NOT_RUN;
	if (argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &options))
		return EXIT_NOT_RUN;
	options.plan.threshold_ms = beat->threshold_ms;
	options.plan.name = beat->name ? beat->name :
					 default_name(options.command[0]);
	options.plan.command = options.command[0];
	return run_program(&options);
}
