/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A look at a process, agent or not, to find out why it makes no progress: two
 * samples of its threads, of its cgroup, and of the pressure on the machine.
 */
#ifndef LOOK_H
#define LOOK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <varta.h>

#include "cgroup_sample.h"
#include "owner.h"
#include "stall_reason.h"
#include "task_sample.h"

/* Threads of a process that are looked at. */
#define LOOK_THREADS_MAX	64

/* Threads of a process among which these are chosen. */
#define LOOK_LIST_MAX		4096

/* Time between the samples. */
#define LOOK_INTERVAL_MS	200

/**
 * enum look_part - What may be unreadable.
 * @LOOK_WAIT: Where threads sleep in the kernel.
 * @LOOK_CALL: Their system calls.
 * @LOOK_STACK: Their kernel stacks.
 * @LOOK_IO: What they read from and write to disks.
 * @LOOK_SCHEDSTAT: Their CPU time in nanoseconds.
 * @LOOK_CGROUP: The cgroup.
 * @LOOK_PRESSURE: The pressure on the machine.
 * @LOOK_PARTS: Number of parts.
 */
enum look_part {
	LOOK_WAIT,
	LOOK_CALL,
	LOOK_STACK,
	LOOK_IO,
	LOOK_SCHEDSTAT,
	LOOK_CGROUP,
	LOOK_PRESSURE,
	LOOK_PARTS
};

/**
 * struct task_look - A thread that is looked at.
 * @tid: Its number.
 * @before: The first sample.
 * @after: The second sample.
 * @change: The difference.
 * @reason: What the thread does.
 * @still_since: It has not run since then, on CLOCK_MONOTONIC; 0 if it has.
 * @user_stack: Its user stack, a frame in each line; NULL if there is none.
 */
struct task_look {
	uint32_t tid;
	struct task_sample before, after;
	struct task_change change;
	enum stall_reason reason;
	uint64_t still_since;
	char *user_stack;
};

/**
 * struct look - A process that is looked at.
 * @pid: Its process id here; 0 for an agent without a process here.
 * @number: The number that it has in /proc, which may be that of another pid
 *   namespace.
 * @is_agent: @agent is set.
 * @agent: The agent.
 * @owner: Whose process it is.
 * @name: Name of the process: any bytes.
 * @sender: Process that sent the agent's last beat, if it is another one: its id if
 *   it is still there.
 * @sent_by_other: There was one.
 * @parent: Process id of its parent, 0 if unknown.
 * @tracer_name: Name of the process that traces it; "" for none.
 * @threads: Number of its threads.
 * @tasks: Those that were looked at, the most interesting first.
 * @count: Number of @tasks.
 * @chosen: Index of the thread that explains @reason; -1 for none.
 * @reason: Why the process makes no progress.
 * @frozen: Its cgroup is frozen.
 * @cgroup: Path of its cgroup; "" if unknown.
 * @cgroup_before: The cgroup at first.
 * @cgroup_after: The same in the end.
 * @machine: Pressure on the machine.
 * @unreadable: For each part the error of reading it, 0 for none.
 * @user_stack_text: Why there are no user stacks; NULL if there are, or if nobody
 *   has asked for them.
 * @pidfd: The process; -1 if the system does not have it.
 * @process: Its directory in /proc; -1 for none.
 */
struct look {
	uint32_t pid, number;
	bool is_agent, frozen, sent_by_other;
	struct varta_agent agent;
	struct agent_owner *owner;
	char name[TASK_NAME_SIZE];
	uint32_t sender, parent;
	char tracer_name[TASK_NAME_SIZE];
	size_t threads, count;
	struct task_look *tasks;
	ssize_t chosen;
	enum stall_reason reason;
	char cgroup[PATH_MAX];
	struct cgroup_sample cgroup_before, cgroup_after;
	struct pressures machine;
	int unreadable[LOOK_PARTS];
	char *user_stack_text;
	int pidfd, process;
};

/**
 * look_has_lane() - Whether a lane explains what is wrong.
 * @look: The look.
 *
 * Return: true if a lane of the agent is overdue, its thread is known, and the
 * agent itself is not stalled.
 */
static inline bool look_has_lane(const struct look *look)
{
	return look->is_agent && !look->agent.stalled && look->agent.lane[0] &&
	       look->agent.lane_tid;
}

struct looker;

/**
 * looker_open() - Prepare to look at processes.
 * @looker: Receives the looker.
 *
 * Return: 0 or a negative errno.
 */
int looker_open(struct looker **looker);

/**
 * looker_close() - Free a looker.
 * @looker: The looker, or NULL.
 */
void looker_close(struct looker *looker);

/**
 * looker_procfs() - The descriptor of /proc.
 * @looker: The looker.
 */
int looker_procfs(const struct looker *looker);

/**
 * looker_process_of() - Find the process of a thread.
 * @looker: The looker.
 * @pid: A thread.
 *
 * Return: Its process; @pid for a process, or if that cannot be read.
 */
uint32_t looker_process_of(struct looker *looker, uint32_t pid);

/**
 * look_begin() - Find a process, and take the first sample.
 * @looker: The looker.
 * @pid: The process.
 * @agent: The agent, NULL for none. Its process may be gone.
 * @look: Receives the look. Release it with look_free().
 *
 * Return: 0; -ESRCH if there is no process; -EXDEV if /proc is that of a pid
 * namespace in which it is not; or another negative errno.
 */
int look_begin(struct looker *looker, uint32_t pid,
	       const struct varta_agent *agent, struct look **look);

/**
 * look_end() - Take the second sample, and judge the process.
 * @looker: The looker.
 * @look: The look, LOOK_INTERVAL_MS after look_begin().
 * @previous: An earlier look at the same process, or NULL.
 */
void look_end(struct looker *looker, struct look *look,
	      const struct look *previous);

/**
 * look_judge() - Find the reason from samples and facts of a look.
 * @look: The look. Its reason, and those of its threads, are set.
 * @is_gone: The process has ended.
 */
void look_judge(struct look *look, bool is_gone);

/**
 * look_free() - Release a look.
 * @look: The look, or NULL.
 */
void look_free(struct look *look);

#endif /* LOOK_H */
