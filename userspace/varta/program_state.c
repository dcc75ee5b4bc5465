// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the program of varta run. See program_state.h.
 */
#include "program_state.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs.h"

/* Holds /proc/PID/stat: about 50 numbers and a name. */
#define STAT_SIZE	2048

/* Half of it holds the end of /proc/PID/status, after the groups. */
#define STATUS_SIZE	4096

/* Of struct program, before any. */
#define NO_SWITCHES	UINT64_MAX

void thread_states_add(struct thread_states *threads, char state)
{
	switch (state) {
	case 'T':
		threads->stopped++;
		break;
	case 't':
		threads->traced++;
		break;
	case 'D':
		threads->blocked++;
		break;
	case 'Z':
	case 'X':
	case 'x':
		threads->dead++;
		break;
	default:
		threads->awake++;
		break;
	}
}

enum program_state thread_states_judge(const struct thread_states *threads)
{
	if (threads->stopped || threads->leader_traced)
		return PROGRAM_STOPPED;
	if (threads->awake)
		return PROGRAM_RUNS;
	if (threads->traced)
		return PROGRAM_STOPPED;
	return threads->blocked ? PROGRAM_RUNS : PROGRAM_EXITS;
}

char stat_state(const char *text, size_t length)
{
	const char *after = memrchr(text, ')', length);
	size_t left;

	if (!after)
		return 0;
	left = (size_t)(text + length - after);
	/* ") S " */
	if (left < 4 || after[1] != ' ' || !isalpha((unsigned char)after[2]) ||
	    after[3] != ' ')
		return 0;
	return after[2];
}

static uint64_t number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

uint64_t status_switches(const char *text)
{
	return number_after(text, "\nvoluntary_ctxt_switches:") +
	       number_after(text, "\nnonvoluntary_ctxt_switches:");
}

int program_open_self(struct program *program)
{
	const int flags = O_RDONLY | O_CLOEXEC;

	*program = (struct program){ .stat = -1, .status = -1, .cgroup = -1,
				     .task = -1, .switches = NO_SWITCHES };
	program->procfs = procfs_open();
	if (program->procfs < 0)
		return program->procfs;
	program->stat = openat(program->procfs, "self/stat", flags);
	if (program->stat < 0)
		return -errno;
	program->status = openat(program->procfs, "self/status", flags);
	if (program->status < 0)
		return -errno;
	program->task = openat(program->procfs, "self/task",
			       flags | O_DIRECTORY);
	if (program->task < 0)
		return -errno;
	program->cgroup = openat(program->procfs, "self/cgroup", flags);
	/* Kernels without cgroups lack it, and do not freeze. */
	return program->cgroup < 0 && errno != ENOENT ? -errno : 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void program_close(struct program *program)
{
	if (program->threads)
		closedir(program->threads);
	else
		close_if_open(program->task);
	close_if_open(program->cgroup);
	close_if_open(program->status);
	close_if_open(program->stat);
	close_if_open(program->procfs);
}

static char read_state(int directory, const char *path)
{
	char text[STAT_SIZE];
	int length = read_text_at(directory, path, text, sizeof(text));

	return length < 0 ? 0 : stat_state(text, (size_t)length);
}

static char leader_state(const struct program *program)
{
	char text[STAT_SIZE];
	int length = read_text(program->stat, text, sizeof(text));

	return length < 0 ? 0 : stat_state(text, (size_t)length);
}

/* Judges program->text of @length, or the negative errno of reading it. */
static void judge_cgroup(struct program *program, int length)
{
	int frozen;

	/* Any frozen thread is enough. */
	if (program->frozen > 0)
		return;
	if (length < 0) {
		program->frozen = length;
		return;
	}
	if (!strcmp(program->text, program->judged))
		return;
	frozen = cgroup_is_frozen(program->procfs, program->text, program->own);
	/* What is unknown of one thread is unknown of the program. */
	if (frozen)
		program->frozen = frozen;
	strcpy(program->judged, program->text);
}

static void add_thread(struct program *program, struct thread_states *threads,
		       const char *tid)
{
	int task = dirfd(program->threads), length;
	char path[300], state;

	snprintf(path, sizeof(path), "%s/stat", tid);
	state = read_state(task, path);
	/* The thread has ended, or is hidden. */
	if (!state)
		return;
	thread_states_add(threads, state);
	if (program->cgroup < 0 || strchr("ZXx", state))
		return;
	snprintf(path, sizeof(path), "%s/cgroup", tid);
	length = read_text_at(task, path, program->text, CGROUP_TEXT_SIZE);
	if (length != -ENOENT && length != -ESRCH)
		judge_cgroup(program, length);
}

static void add_threads(struct program *program, struct thread_states *threads)
{
	const struct dirent *entry;

	if (!program->threads)
		program->threads = fdopendir(program->task);
	if (!program->threads)
		return;
	rewinddir(program->threads);
	while ((entry = readdir(program->threads)))
		if (isdigit((unsigned char)entry->d_name[0]))
			add_thread(program, threads, entry->d_name);
}

/*
 * With hidepid, threads of a program that has raised its privileges cannot be
 * read. Then the first thread stands for all, unless it has exited.
 */
static bool add_leader_alone(struct program *program,
			     struct thread_states *threads, char state)
{
	if (!state || strchr("ZXx", state))
		return false;
	thread_states_add(threads, state);
	if (program->cgroup >= 0)
		judge_cgroup(program, read_text(program->cgroup, program->text,
						CGROUP_TEXT_SIZE));
	return true;
}

/* Returns whether anything could be read. */
static bool read_threads(struct program *program, struct thread_states *threads)
{
	char state = leader_state(program);

	threads->leader_traced = state == 't';
	add_threads(program, threads);
	if (threads->stopped || threads->traced || threads->blocked ||
	    threads->dead || threads->awake)
		return true;
	return add_leader_alone(program, threads, state);
}

static uint64_t read_switches(int status)
{
	char text[STATUS_SIZE];

	return read_end_of_text(status, text, sizeof(text)) ?
	       0 : status_switches(text);
}

/* Of the whole program. A thread that has ended also changes the sum. */
static uint64_t all_switches(struct program *program)
{
	uint64_t sum = read_switches(program->status);
	const struct dirent *entry;
	char path[300];
	int fd;

	if (!program->threads)
		return sum;
	rewinddir(program->threads);
	while ((entry = readdir(program->threads))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "%s/status", entry->d_name);
		fd = openat(dirfd(program->threads), path,
			    O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		sum += read_switches(fd);
		close(fd);
	}
	return sum;
}

/* Whether it has run since the last time when this was asked. */
static bool has_run(struct program *program, bool leader_alone)
{
	uint64_t switches = leader_alone ? read_switches(program->status) :
					   all_switches(program);
	bool changed = switches != program->switches;

	program->switches = switches;
	return changed;
}

bool program_user(const struct program *program, uid_t *uid)
{
	char text[STATUS_SIZE];
	const char *line;

	if (read_text(program->status, text, sizeof(text)) < 0)
		return false;
	/* A name before it has no newlines. */
	line = strstr(text, "\nUid:\t");
	return line && sscanf(line + 6, "%u", uid) == 1;
}

enum program_state program_state(struct program *program)
{
	struct thread_states threads = { 0 };
	enum program_state state;

	program->frozen = 0;
	program->judged[0] = '\0';
	program->own[0] = '\0';
	if (program->cgroup >= 0 &&
	    read_text_at(program->procfs, "self/cgroup", program->own,
			 CGROUP_TEXT_SIZE) < 0)
		return PROGRAM_UNKNOWN;
	if (!read_threads(program, &threads))
		return PROGRAM_UNKNOWN;
	state = thread_states_judge(&threads);
	if (state == PROGRAM_STOPPED &&
	    has_run(program, threads.leader_traced && !threads.stopped))
		state = PROGRAM_RUNS;
	if (state != PROGRAM_RUNS || !program->frozen)
		return state;
	return program->frozen > 0 ? PROGRAM_FROZEN : PROGRAM_UNKNOWN;
}
