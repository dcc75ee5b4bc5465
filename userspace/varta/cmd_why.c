// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta why: says why processes make no progress.
 */
#include <argp.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "clock.h"
#include "command.h"
#include "error.h"
#include "json.h"
#include "look.h"
#include "look_text.h"
#include "parse.h"
#include "procfs.h"
#include "session.h"
#include "snapshot.h"
#include "user_stack.h"
#include "watch_args.h"

/* Processes that are looked at together. */
#define PROCESSES_MAX	16

/* The kernel cuts names of processes. */
#define COMM_LENGTH	15

/**
 * struct why_options - What to look at, and how to print it.
 * @name: A name, NULL without one.
 * @pid: A process, 0 without one.
 * @json: Print JSON.
 * @user_stack: Show user stacks.
 * @stalled: --stalled was given.
 * @watch: Whether and how to repeat.
 */
struct why_options {
	const char *name;
	uint32_t pid;
	bool json, user_stack, stalled;
	struct watch watch;
};

/**
 * struct round - The processes that are looked at together.
 * @looks: The looks.
 * @count: Number of them.
 * @more: Number of processes that there was no place for.
 */
struct round {
	struct look *looks[PROCESSES_MAX];
	size_t count, more;
};

/**
 * struct why - State of the command.
 * @options: The options.
 * @v: The handle.
 * @looker: Looks at processes.
 * @snapshot: Agents.
 * @now: This round.
 * @before: The round before.
 */
struct why {
	const struct why_options *options;
	struct varta *v;
	struct looker *looker;
	struct snapshot snapshot;
	struct round now, before;
};

enum {
	OPTION_STALLED = 256,
	OPTION_USER_STACK,
};

static const struct argp_option option_table[] = {
	{ .name = "stalled", .key = OPTION_STALLED,
	  .doc = "All stalled agents; this is the default" },
	{ .name = "json", .key = 'j', .doc = "Print a JSON array" },
	{ .name = "user-stack", .key = OPTION_USER_STACK,
	  .doc = "Show the stacks of the program, too; stops its threads for a "
		 "moment, one by one" },
	{ 0 }
};

static void parse_argument(const char *text, struct why_options *options,
			   const struct argp_state *state)
{
	if (watch_parse_interval(&options->watch, text))
		return;
	if (options->pid || options->name)
		argp_error(state, "unexpected argument '%s': only one PID or "
			   "NAME is allowed", text);
	if (isdigit((unsigned char)*text))
		options->pid = args_pid(state, "PID", text);
	else if (*text)
		options->name = text;
	else
		argp_error(state, "NAME is empty");
}

static void check_options(const struct why_options *options,
			  const struct argp_state *state)
{
	if (options->stalled && (options->pid || options->name))
		argp_error(state, "--stalled cannot be combined with PID or "
			   "NAME");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct why_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->watch;
		return 0;
	case OPTION_STALLED:
		options->stalled = true;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case OPTION_USER_STACK:
		options->user_stack = true;
		return 0;
	case ARGP_KEY_ARG:
		parse_argument(argument, options, state);
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &watch_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.args_doc = "[PID|NAME]",
	.doc = "Say why a process makes no progress, be it an agent or not: one "
	       "sentence, then its threads, its cgroup and the pressure on the "
	       "machine, from two looks 200 ms apart.\v"
	       "PID is a process or a thread of one. NAME is the name of agents "
	       "or, if there are none, of processes; a name does not begin with "
	       "a digit. The reason is running, waiting, uninterruptible, "
	       "active, starved, stopped, traced, frozen, dumping, exiting, "
	       "thread-gone, gone or unknown. For an agent, the "
	       "thread that beat last decides. Says what could not be read, and which "
	       "right that takes. In JSON, times are in nanoseconds.",
};

/* ---- Which processes. */

static int look_at(struct why *why, uint32_t pid,
		   const struct varta_agent *agent)
{
	struct round *round = &why->now;
	int error;

	if (round->count == PROCESSES_MAX) {
		round->more++;
		return 0;
	}
	error = look_begin(why->looker, pid, agent,
			   &round->looks[round->count]);
	if (!error)
		round->count++;
	return error;
}

/* A process that is no agent, or no module, is no error. */
static int look_at_pid(struct why *why)
{
	uint32_t pid = looker_process_of(why->looker, why->options->pid);
	struct agent_query query = { .one = true, .pid = pid };
	int error = snapshot_read(why->v, &query, &why->snapshot);
	const struct varta_agent *agent = NULL;

	if (error == -ENOMEM)
		return error;
	if (!error && why->snapshot.count)
		agent = why->snapshot.agents;
	return look_at(why, pid, agent);
}

static bool is_named(const struct varta_agent *agent, const char *name)
{
	return !strncmp(agent->name, name, sizeof(agent->name));
}

static int look_at_agents(struct why *why, bool stalled, const char *name)
{
	struct agent_query query = {
		.stalled = stalled, .key = SORT_SILENCE,
	};
	int error = snapshot_read(why->v, &query, &why->snapshot);
	const struct varta_agent *agent;
	size_t i;

	for (i = 0; !error && i < why->snapshot.count; i++) {
		agent = &why->snapshot.agents[i];
		if (!name || is_named(agent, name))
			error = look_at(why, agent->source ? 0 : agent->pid,
					agent);
	}
	return error;
}

static bool has_name(int procfs, const char *pid, const char *name)
{
	struct task_sample task = { 0 };
	char path[288], text[2048];
	int length;

	snprintf(path, sizeof(path), "%s/stat", pid);
	length = read_text_at(procfs, path, text, sizeof(text));
	return length > 0 && task_parse_stat(&task, text, (size_t)length) &&
	       !strncmp(task.name, name, COMM_LENGTH);
}

static int look_at_processes(struct why *why, const char *name)
{
	int procfs = looker_procfs(why->looker);
	int fd = openat(procfs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int error = 0;

	if (!directory) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	while (!error && (entry = readdir(directory))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !has_name(procfs, entry->d_name, name))
			continue;
		error = look_at(why, (uint32_t)strtoul(entry->d_name, NULL, 10),
				NULL);
		/* It has ended meanwhile. */
		if (error == -ESRCH || error == -EXDEV)
			error = 0;
	}
	closedir(directory);
	return error;
}

static int look_at_name(struct why *why, const char *name)
{
	int error = look_at_agents(why, false, name);

	if (error == -ENOMEM)
		return error;
	return why->now.count ? 0 : look_at_processes(why, name);
}

static int begin_round(struct why *why)
{
	const struct why_options *options = why->options;

	if (options->pid)
		return look_at_pid(why);
	if (options->name)
		return look_at_name(why, options->name);
	return look_at_agents(why, true, NULL);
}

/* ---- A round. */

static void free_round(struct round *round)
{
	size_t i;

	for (i = 0; i < round->count; i++)
		look_free(round->looks[i]);
	*round = (struct round){ 0 };
}

static const struct look *find_look(const struct round *round,
				    const struct look *look)
{
	size_t i;

	for (i = 0; i < round->count; i++)
		if (round->looks[i]->pid == look->pid)
			return round->looks[i];
	return NULL;
}

static void end_round(struct why *why)
{
	struct look *look;
	size_t i;

	for (i = 0; i < why->now.count; i++) {
		look = why->now.looks[i];
		look_end(why->looker, look, find_look(&why->before, look));
	}
	for (i = 0; i < why->now.count && why->options->user_stack; i++)
		user_stacks_read(why->now.looks[i], USER_STACK_LIMIT_MS);
}

static int print_json(const struct why *why)
{
	struct json_object *array = json_object_new_array(), *object;
	int error = array ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < why->now.count && !error; i++) {
		object = look_json(why->now.looks[i]);
		error = object ? 0 : -ENOMEM;
		if (object && json_object_array_add(array, object)) {
			json_object_put(object);
			error = -ENOMEM;
		}
	}
	if (!error)
		error = json_print(array, why->options->watch.on);
	json_object_put(array);
	return error;
}

static void print_text(const struct why *why, bool first)
{
	size_t i;

	for (i = 0; i < why->now.count; i++) {
		if (i || !first)
			putchar('\n');
		look_write(why->now.looks[i], stdout);
	}
	if (!why->now.count)
		puts("no agent is stalled");
	if (why->now.more)
		printf("\n... and %zu more processes\n", why->now.more);
}

static int fail_look(const struct why *why, int error)
{
	if (error == -ENOMEM)
		return fail_system("look at the process", error);
	if (!why->options->pid && !why->options->name)
		return fail_call(why->v, "read the agents", error);
	if (error == -ESRCH && why->options->pid)
		fprintf(stderr, "varta: there is no process %" PRIu32
			", or /proc does not show it\n", why->options->pid);
	else if (error == -EXDEV)
		fprintf(stderr, "varta: process %" PRIu32 " is not in the pid "
			"namespace of /proc\n", why->options->pid);
	else
		return fail_system("look at the process", error);
	return EXIT_REFUSED;
}

static int show_once(struct why *why, bool first)
{
	uint64_t begun;
	int error;

	free_round(&why->before);
	why->before = why->now;
	why->now = (struct round){ 0 };
	error = begin_round(why);
	if (error)
		return fail_look(why, error);
	if (!why->now.count && why->options->name) {
		fprintf(stderr, "varta: no agent and no process has the name "
			"%s\n", why->options->name);
		return EXIT_REFUSED;
	}
	begun = varta_monotonic_now();
	if (why->now.count)
		sleep_until(begun + LOOK_INTERVAL_MS * NS_PER_MS);
	end_round(why);
	if (!why->options->json) {
		print_text(why, first);
		return EXIT_OK;
	}
	error = print_json(why);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}

static int show(struct varta *v, void *arg)
{
	const struct why_options *options = arg;
	struct why why = { .options = options, .v = v };
	uint64_t due = varta_monotonic_now(), shown = 0;
	int code = looker_open(&why.looker);

	if (code)
		return fail_system("open /proc", code);
	for (;;) {
		code = show_once(&why, !shown);
		shown++;
		/* A closed pipe ends the command; main() reports it. */
		if (code != EXIT_OK || shown == options->watch.count ||
		    fflush(stdout) || ferror(stdout))
			break;
		due += options->watch.interval_ms * NS_PER_MS;
		sleep_until(due);
	}
	free_round(&why.before);
	free_round(&why.now);
	snapshot_free(&why.snapshot);
	looker_close(why.looker);
	return code;
}

int cmd_why(int argc, char **argv)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct why_options options = { 0 };

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	/* Processes can be looked at without the module. */
	how.optional = options.pid || options.name;
	return session_run(&how, show, &options);
}
