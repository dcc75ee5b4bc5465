/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which program of 'varta monitor --exec' may start when. Nothing here starts one.
 */
#ifndef EXEC_QUEUE_H
#define EXEC_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

/* Most programs that wait. */
#define EXEC_WAITING_MAX	256

/* Most that run at the same time. */
#define EXEC_RUNNING_MAX	32

/* Agents of which the last program is remembered, for the debounce. */
#define EXEC_RECENT_MAX		1024

/**
 * struct exec_agent - The agent of an event. All zeros without one.
 * @ns_inode: As in struct varta_agent, as are the others.
 * @start_time: Tells later processes with the pid apart.
 * @ns_pid: Its process.
 * @source: Its relay.
 */
struct exec_agent {
	uint64_t ns_inode, start_time;
	uint32_t ns_pid, source;
};

/**
 * struct exec_job - A program that waits or runs.
 * @agent: The agent.
 * @uid: Its user; of an event without an agent, VARTA_UID_UNKNOWN.
 * @turn: Set by the queue: in what order users are served.
 * @variables: Its environment; freed with json_variables_free().
 * @title: What it is about, for reports; freed with free().
 * @pidfd: Process of the agent, or -1.
 * @pid: That process; 0 if @pidfd is -1.
 * @replaced: Events of the agent that it stands for, besides its own.
 * @child: Pidfd of the program, once it runs.
 * @process: Its pid, which is that of its process group, too.
 * @started: When it was started.
 * @killed: It has exceeded its time limit.
 */
struct exec_job {
	struct exec_agent agent;
	uint32_t uid;
	uint64_t turn;
	char **variables;
	char *title;
	int pidfd;
	uint32_t pid;
	uint32_t replaced;
	int child, process;
	uint64_t started;
	bool killed;
};

/**
 * struct exec_recent - When the last program of an agent was started.
 * @agent: The agent.
 * @time: The time.
 */
struct exec_recent {
	struct exec_agent agent;
	uint64_t time;
};

/**
 * struct exec_queue - All programs.
 * @debounce: Least time between two starts for an agent, in ns; 0 for none.
 * @running_max: Most programs at the same time.
 * @turn: That of a user who had none waiting.
 * @waiting: Those that wait, the oldest first.
 * @waiting_count: How many.
 * @running: Those that run.
 * @running_count: How many.
 * @recent: With @debounce: the last starts, the oldest first.
 * @recent_count: How many.
 * @overflow: Events for which there was no room, since that was last said.
 */
struct exec_queue {
	uint64_t debounce;
	uint32_t running_max;
	uint64_t turn;
	struct exec_job waiting[EXEC_WAITING_MAX];
	size_t waiting_count;
	struct exec_job running[EXEC_RUNNING_MAX];
	size_t running_count;
	struct exec_recent recent[EXEC_RECENT_MAX];
	size_t recent_count;
	uint64_t overflow;
};

/**
 * exec_agent_of() - The agent of an event.
 * @agent: From the event; NULL if it has none.
 */
struct exec_agent exec_agent_of(const struct varta_agent *agent);

/**
 * exec_job_free() - Free a job, and close its descriptors.
 * @job: The job.
 */
void exec_job_free(struct exec_job *job);

/**
 * exec_queue_add() - Add a job.
 * @queue: The queue.
 * @job: The job, owned by the queue from now on. With a debounce, it replaces one of
 *   the same agent that waits.
 *
 * If there is no room, the user with most jobs loses the newest: it is freed, and counted
 * as overflow.
 *
 * Return: false if that is @job.
 */
bool exec_queue_add(struct exec_queue *queue, struct exec_job *job);

/**
 * exec_queue_next() - Take the next job that may start: not while one of the same agent
 * runs, not within the debounce, and not if too many run. Users take turns.
 * @queue: The queue.
 * @now: The time.
 *
 * Return: It, among the running ones; NULL if none may. Valid until the next call of any
 * function of the queue.
 */
struct exec_job *exec_queue_next(struct exec_queue *queue, uint64_t now);

/**
 * exec_queue_end() - Remove a job that has ended.
 * @queue: The queue.
 * @index: Its place among the running ones, into which the last of them moves.
 */
void exec_queue_end(struct exec_queue *queue, size_t index);

/**
 * exec_queue_due() - When a job may start that may not now, if no other ends.
 * @queue: The queue, of which exec_queue_next() has returned NULL.
 *
 * Return: The time; UINT64_MAX if none.
 */
uint64_t exec_queue_due(const struct exec_queue *queue);

/**
 * exec_queue_free() - Free all jobs.
 * @queue: The queue.
 */
void exec_queue_free(struct exec_queue *queue);

#endif /* EXEC_QUEUE_H */
