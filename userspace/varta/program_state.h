/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the program of varta run can make progress, or is stopped or frozen.
 */
#ifndef PROGRAM_STATE_H
#define PROGRAM_STATE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "cgroup.h"

/**
 * enum program_state - Whether a program can make progress.
 * @PROGRAM_RUNS: It can.
 * @PROGRAM_STOPPED: By a signal or a debugger, for longer than a moment.
 * @PROGRAM_FROZEN: By a cgroup.
 * @PROGRAM_EXITS: No thread is left.
 * @PROGRAM_UNKNOWN: That cannot be read.
 */
enum program_state {
	PROGRAM_RUNS,
	PROGRAM_STOPPED,
	PROGRAM_FROZEN,
	PROGRAM_EXITS,
	PROGRAM_UNKNOWN,
};

/**
 * struct thread_states - How many threads of a program are in which state.
 * @stopped: By a signal.
 * @traced: By a debugger.
 * @blocked: In an uninterruptible wait.
 * @dead: Exited, or exiting.
 * @awake: All others: running, or waiting for an event.
 * @leader_traced: The first thread is among @traced.
 */
struct thread_states {
	unsigned int stopped, traced, blocked, dead, awake;
	bool leader_traced;
};

/**
 * thread_states_add() - Count a thread.
 * @threads: The counts.
 * @state: Its state, as in /proc/PID/stat.
 */
void thread_states_add(struct thread_states *threads, char state);

/**
 * thread_states_judge() - Judge a program by its threads.
 * @threads: The first one, and all or some of the others.
 *
 * A signal stops the whole program, but a thread that is in an uninterruptible
 * wait only after that. A debugger stops threads one by one, and also for a
 * moment, as strace(1) does: the program is stopped if its first thread is, or
 * if none of the others could do anything.
 *
 * Return: The program's state, as far as its threads show it.
 */
enum program_state thread_states_judge(const struct thread_states *threads);

/**
 * stat_state() - Find the state in the text of /proc/PID/stat.
 * @text: The text. The name in it can have any byte, also ")" and newlines.
 * @length: Its length.
 *
 * Return: The letter, or 0 if there is none.
 */
char stat_state(const char *text, size_t length);

/**
 * stat_exiting() - Find in /proc/PID/stat whether the thread is exiting.
 * @text: The text, with a terminating NUL.
 * @length: Its length.
 *
 * The kernel refuses beats for a process from then on, which can last: a file on
 * a disk that does not answer is closed there.
 *
 * Return: Whether it is; false if the text does not say.
 */
bool stat_exiting(const char *text, size_t length);

/**
 * status_switches() - Find the context switches in the text of /proc/PID/status.
 * @text: The text, or its end. A name in it has no newlines.
 *
 * Return: Voluntary and other ones; 0 if there are none.
 */
uint64_t status_switches(const char *text);

/**
 * struct program - Open files of a process, to read its state.
 * @procfs: /proc.
 * @stat: Its first thread's state.
 * @status: Its first thread's context switches.
 * @cgroup: Its first thread's cgroups.
 * @task: The directory of its threads.
 * @clock: CPU time of all its threads.
 * @has_clock: @clock can be read.
 * @threads: @task as a stream, made when first needed.
 * @resumed: The stream is not at its beginning.
 * @frozen_tid: The thread that was found to be frozen last; "" for none.
 * @own: Cgroups of the process that reads.
 * @text: Of a thread's cgroups.
 * @judged: The text of the thread before.
 * @frozen: What cgroup_is_frozen() returned for @judged.
 * @progress: What has_run() last saw.
 *
 * The files are opened before the program is executed. Then they can be read
 * also if /proc is mounted with hidepid, or not mounted any more.
 */
struct program {
	int procfs, stat, status, cgroup, task;
	clockid_t clock;
	bool has_clock;
	DIR *threads;
	bool resumed;
	char frozen_tid[16];
	char own[CGROUP_TEXT_SIZE];
	char text[CGROUP_TEXT_SIZE];
	char judged[CGROUP_TEXT_SIZE];
	int frozen;
	uint64_t progress;
};

/**
 * program_open_self() - Open the files of this process.
 * @program: Set, also after a failure.
 *
 * /proc/self is right also if /proc shows another pid namespace.
 *
 * Return: 0 or a negative errno.
 */
int program_open_self(struct program *program);

/**
 * program_close() - Close the files.
 * @program: The program.
 */
void program_close(struct program *program);

/**
 * program_user() - Read the program's real user.
 * @program: The program.
 * @uid: Set.
 *
 * Return: Whether it could be read.
 */
bool program_user(const struct program *program, uid_t *uid);

/**
 * program_state() - Read the program's state.
 * @program: The program, which has to be another process than the caller.
 *
 * Tracers such as strace(1) stop a thread for a moment at each system call, and
 * cpulimit(1) stops the whole program for one. So a program that has run since
 * it was last found to be stopped is not stopped: what is stopped for longer is
 * found at the second call.
 *
 * A call looks at the first thread and at some of the others, the next call at
 * the next ones. A signal stops all threads, so any of them shows it. A thread
 * that is frozen alone, in a cgroup of its own, is found within as many calls as
 * there are such parts.
 *
 * Return: The state.
 */
enum program_state program_state(struct program *program);

#endif /* PROGRAM_STATE_H */
