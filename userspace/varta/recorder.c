// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps what is to be seen at each stall. See recorder.h.
 */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "container.h"
#include "error.h"
#include "json.h"
#include "look.h"
#include "look_text.h"
#include "stall_files.h"
#include "user_stack.h"

#define KEEP_DEFAULT	100
#define SIZE_DEFAULT	(64U * 1024 * 1024)

/* What two files of one stall may need. */
#define SIZE_MIN	(2 * STALL_FILES_MAX)

/* Agents that are looked at together. */
#define BATCH_MAX	16

/* Bytes of agents that wait: some dozens. */
#define QUEUE_BYTES	(64 * 1024)

enum {
	OPTION_SNAPSHOT = 300,
	OPTION_KEEP,
	OPTION_SIZE,
	OPTION_USER_STACK,
};

static const struct argp_option option_table[] = {
	{ .name = "snapshot", .key = OPTION_SNAPSHOT, .arg = "DIR",
	  .doc = "For each stall, and each agent that is late, keep what "
		 "'varta why' sees then, in two files in this directory" },
	{ .name = "snapshot-keep", .key = OPTION_KEEP, .arg = "N",
	  .doc = "Keep the last N stalls (default 100)" },
	{ .name = "snapshot-size", .key = OPTION_SIZE, .arg = "BYTES",
	  .doc = "Keep as many as fit (default 67108864)" },
	{ .name = "user-stack", .key = OPTION_USER_STACK,
	  .doc = "With --snapshot: the stacks of the program, too" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct recorder_options *options = state->input;

	switch (key) {
	case OPTION_SNAPSHOT:
		options->directory = argument;
		return 0;
	case OPTION_KEEP:
		options->keep = args_u32(state, "--snapshot-keep", argument, 1,
					 UINT32_MAX);
		return 0;
	case OPTION_SIZE:
		options->size = args_number(state, "--snapshot-size", argument,
					    SIZE_MIN, UINT64_MAX);
		return 0;
	case OPTION_USER_STACK:
		options->user_stack = true;
		return 0;
	case ARGP_KEY_END:
		if (!options->directory && (options->keep || options->size ||
					    options->user_stack))
			argp_error(state, "--snapshot-keep, --snapshot-size "
				   "and --user-stack need --snapshot");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp recorder_args = {
	.options = option_table,
	.parser = parse_option,
};

/* ---- The child. */

/**
 * struct work - State of the child.
 * @socket: Where agents come from.
 * @files: Where looks go.
 * @looker: Looks at processes.
 * @user_stack: Read user stacks.
 * @ns_inode: Pid namespace of this process; 0 if unknown.
 * @error: The last error that was reported.
 */
struct work {
	uint64_t ns_inode;
	int socket;
	struct stall_files files;
	struct looker *looker;
	bool user_stack;
	int error;
};

/* Returns 1, 0 at the end, or -EAGAIN. */
static int receive(const struct work *work, struct varta_agent *agent, bool wait)
{
	ssize_t got;

	do {
		got = recv(work->socket, agent, sizeof(*agent),
			   wait ? 0 : MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return -EAGAIN;
	return got == (ssize_t)sizeof(*agent);
}

static char *text_of(const struct look *look, const char *name)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s\n\n", name);
	look_write(look, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static char *json_of(const struct look *look, const struct timespec *now)
{
	struct json_object *object = look_json(look);
	char *text = NULL;
	size_t size = 0;
	FILE *out;
	int error;

	if (!object)
		return NULL;
	out = open_memstream(&text, &size);
	error = out ? json_add(object, "snapshot_realtime",
			       json_object_new_uint64(
				       (uint64_t)now->tv_sec * NS_PER_S +
				       (uint64_t)now->tv_nsec)) : -ENOMEM;
	if (!error)
		error = json_write(object, false, out);
	json_object_put(object);
	if (out && fclose(out))
		error = -ENOMEM;
	if (!error)
		return text;
	free(text);
	return NULL;
}

/* The same error is reported once. */
static void report(struct work *work, const char *what, int error)
{
	if (error && error != work->error)
		fail_system(what, error);
	work->error = error;
}

static void keep(struct work *work, const struct look *look)
{
	char name[STALL_FILES_NAME_SIZE], *text, *json;
	struct timespec now;
	int error = -ENOMEM;

	/* Filters of system calls may refuse it. */
	if (clock_gettime(CLOCK_REALTIME, &now)) {
		report(work, "read the clock", -errno);
		return;
	}
	stall_files_name(name, &now, look->pid ? look->pid : look->agent.ns_pid,
			 look->agent.name);
	text = text_of(look, name);
	json = json_of(look, &now);
	if (text && json)
		error = stall_files_write(&work->files, name, text, json);
	report(work, "write the snapshot", error);
	free(text);
	free(json);
}

/* Events outside of the initial network namespace have only the number inside. */
static uint32_t pid_here(const struct work *work,
			 const struct varta_agent *agent)
{
	if (agent->pid || !work->ns_inode || agent->ns_inode != work->ns_inode)
		return agent->pid;
	return agent->ns_pid;
}

static void look_at_batch(struct work *work, const struct varta_agent *agents,
			  size_t count)
{
	struct look *looks[BATCH_MAX] = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		if (look_begin(work->looker, pid_here(work, &agents[i]),
			       &agents[i], &looks[i]))
			looks[i] = NULL;
	sleep_until(varta_monotonic_now() + LOOK_INTERVAL_MS * NS_PER_MS);
	for (i = 0; i < count; i++)
		if (looks[i])
			look_end(work->looker, looks[i], NULL);
	for (i = 0; i < count; i++) {
		if (!looks[i])
			continue;
		if (work->user_stack)
			user_stacks_read(looks[i], USER_STACK_LIMIT_MS);
		keep(work, looks[i]);
		look_free(looks[i]);
	}
}

__attribute__((noreturn))
static void run_child(struct work *work)
{
	struct varta_agent agents[BATCH_MAX];
	size_t count;
	int got;

	/* It ends when the monitor has closed the socket and all is kept. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	while (receive(work, &agents[0], true) == 1) {
		for (count = 1; count < BATCH_MAX; count++) {
			got = receive(work, &agents[count], false);
			if (got != 1)
				break;
		}
		look_at_batch(work, agents, count);
	}
	_exit(0);
}

/* ---- The monitor. */

static int open_all(struct work *work, const struct recorder_options *options)
{
	int error;

	error = stall_files_open(&work->files, options->directory,
				 options->keep ? options->keep : KEEP_DEFAULT,
				 options->size ? options->size : SIZE_DEFAULT);
	if (error == -EPERM) {
		fprintf(stderr, "varta: %s: must belong to this user, and "
			"nobody else may write to it\n", options->directory);
		return error;
	}
	if (error) {
		fprintf(stderr, "varta: %s: %s\n", options->directory,
			strerror(-error));
		return error;
	}
	error = looker_open(&work->looker);
	if (error) {
		fail_system("open /proc", error);
		return error;
	}
	work->ns_inode = pid_namespace();
	return 0;
}

int recorder_start(struct recorder *recorder,
		   const struct recorder_options *options)
{
	struct work work = { .user_stack = options->user_stack };
	const int size = QUEUE_BYTES;
	int ends[2], error;

	*recorder = (struct recorder){ .socket = -1 };
	if (!options->directory)
		return 0;
	error = open_all(&work, options);
	if (error)
		return error;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		error = -errno;
		fail_system("start the recorder", error);
		return error;
	}
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	recorder->child = fork();
	if (!recorder->child) {
		close(ends[0]);
		work.socket = ends[1];
		run_child(&work);
	}
	close(ends[1]);
	recorder->socket = ends[0];
	looker_close(work.looker);
	stall_files_close(&work.files);
	if (recorder->child < 0) {
		error = -errno;
		fail_system("start the recorder", error);
		close(ends[0]);
	}
	return error;
}

static void say_skipped(struct recorder *recorder)
{
	uint64_t now = varta_monotonic_now();

	if (!recorder->skipped || now - recorder->said < NS_PER_S)
		return;
	fprintf(stderr, "varta: no snapshot of %" PRIu64 " stalls: they came "
		"too fast\n", recorder->skipped);
	recorder->skipped = 0;
	recorder->said = now;
}

void recorder_note(struct recorder *recorder, const struct varta_agent *agent)
{
	if (!recorder->child || agent->source)
		return;
	if (send(recorder->socket, agent, sizeof(*agent),
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		recorder->skipped++;
	say_skipped(recorder);
}

void recorder_end(struct recorder *recorder)
{
	if (!recorder->child)
		return;
	recorder->said = 0;
	say_skipped(recorder);
	close(recorder->socket);
	while (waitpid(recorder->child, NULL, 0) < 0 && errno == EINTR)
		;
	recorder->child = 0;
}
