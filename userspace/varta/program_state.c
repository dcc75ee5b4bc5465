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
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "procfs.h"

/* Threads that one call looks at, besides the first: reading one takes 50 us. */
#define LOOKED_AT	64

/* Holds /proc/PID/stat: about 50 numbers and a name. */
#define STAT_SIZE	2048

/* Half of it holds the end of /proc/PID/status, after the groups. */
#define STATUS_SIZE	4096

/* PF_EXITING of the kernel's task flags: the same value since Linux 2.6. */
#define KERNEL_EXITING	0x4u

/* Of struct program. */
#define NEVER_STOPPED	UINT64_MAX

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

bool stat_exiting(const char *text, size_t length)
{
	const char *after = memrchr(text, ')', length);
	unsigned int flags;

	/* The fields 3 to 9 of proc(5). */
	return after &&
	       sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & KERNEL_EXITING;
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
				     .task = -1, .progress = NEVER_STOPPED };
	program->has_clock = !clock_getcpuclockid(getpid(), &program->clock);
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

/* A thread that exits is dead, also while it waits for a file to be closed. */
static char live_state(const char *text, int length)
{
	char state = length < 0 ? 0 : stat_state(text, (size_t)length);

	return state && stat_exiting(text, (size_t)length) ? 'X' : state;
}

static char read_state(int directory, const char *path)
{
	char text[STAT_SIZE];

	return live_state(text, read_text_at(directory, path, text,
					     sizeof(text)));
}

static char leader_state(const struct program *program)
{
	char text[STAT_SIZE];

	return live_state(text, read_text(program->stat, text, sizeof(text)));
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

static void judge_cgroup_of(struct program *program, const char *tid)
{
	int before = program->frozen, length;
	char path[300];

	snprintf(path, sizeof(path), "%s/cgroup", tid);
	length = read_text_at(dirfd(program->threads), path, program->text,
			      CGROUP_TEXT_SIZE);
	if (length == -ENOENT || length == -ESRCH)
		return;
	judge_cgroup(program, length);
	if (program->frozen != before)
		snprintf(program->frozen_tid, sizeof(program->frozen_tid), "%s",
			 tid);
}

static void add_thread(struct program *program, struct thread_states *threads,
		       const char *tid)
{
	char path[300], state;

	snprintf(path, sizeof(path), "%s/stat", tid);
	state = read_state(dirfd(program->threads), path);
	/* The thread has ended, or is hidden. */
	if (!state)
		return;
	thread_states_add(threads, state);
	if (program->cgroup >= 0 && !strchr("ZXx", state))
		judge_cgroup_of(program, tid);
}

static void rewind_threads(struct program *program)
{
	rewinddir(program->threads);
	program->resumed = false;
}

/* Goes on where the call before ended, at most once around. */
static void add_some_threads(struct program *program,
			     struct thread_states *threads)
{
	bool last_pass = !program->resumed;
	const struct dirent *entry;
	int looked_at = 0;

	while (looked_at < LOOKED_AT) {
		entry = readdir(program->threads);
		if (entry) {
			program->resumed = true;
			if (!isdigit((unsigned char)entry->d_name[0]))
				continue;
			add_thread(program, threads, entry->d_name);
			looked_at++;
			continue;
		}
		rewind_threads(program);
		if (last_pass)
			return;
		last_pass = true;
	}
}

static bool any_alive(const struct thread_states *threads)
{
	return threads->stopped || threads->traced || threads->blocked ||
	       threads->awake;
}

static void add_threads(struct program *program, struct thread_states *threads)
{
	char frozen_tid[sizeof(program->frozen_tid)];

	if (!program->threads)
		program->threads = fdopendir(program->task);
	if (!program->threads)
		return;
	/* The last one that was found to be frozen, first. */
	strcpy(frozen_tid, program->frozen_tid);
	program->frozen_tid[0] = '\0';
	if (frozen_tid[0])
		add_thread(program, threads, frozen_tid);
	add_some_threads(program, threads);
	/* The names may be of threads that have ended. */
	if (!any_alive(threads) && program->resumed) {
		rewind_threads(program);
		add_some_threads(program, threads);
	}
}

/*
 * With hidepid, only the first thread of a program that has raised its
 * privileges can be read. Unless it has exited, it stands for all then.
 */
static void add_leader(struct program *program, struct thread_states *threads,
		       char state)
{
	if (!state)
		return;
	threads->leader_traced = state == 't';
	thread_states_add(threads, state);
	if (program->cgroup >= 0 && !strchr("ZXx", state))
		judge_cgroup(program, read_text(program->cgroup, program->text,
						CGROUP_TEXT_SIZE));
}

/* Returns whether anything could be read. */
static bool read_threads(struct program *program, struct thread_states *threads)
{
	unsigned int dead_leader;

	add_leader(program, threads, leader_state(program));
	dead_leader = threads->dead;
	add_threads(program, threads);
	return any_alive(threads) || threads->dead > dead_leader;
}

static uint64_t read_switches(int status)
{
	char text[STATUS_SIZE];

	return read_end_of_text(status, text, sizeof(text)) ?
	       0 : status_switches(text);
}

/*
 * Changes while the program, or its first thread, runs: CPU time of all threads
 * is one call, while their context switches would be many files.
 */
static uint64_t progress(const struct program *program, bool leader_alone)
{
	struct timespec used;

	if (leader_alone || !program->has_clock ||
	    clock_gettime(program->clock, &used))
		return read_switches(program->status);
	return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

/* Whether it has run since the last time when this was asked. */
static bool has_run(struct program *program, bool leader_alone)
{
	uint64_t now = progress(program, leader_alone);
	bool changed = now != program->progress;

	program->progress = now;
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
