// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a process makes no progress. See stall_reason.h.
 */
#include "stall_reason.h"

#include <unistd.h>

#include "clock.h"

const char *stall_reason_name(enum stall_reason reason)
{
	static const char *const names[] = {
		[STALL_UNKNOWN] = "unknown",
		[STALL_RUNNING] = "running",
		[STALL_WAITING] = "waiting",
		[STALL_UNINTERRUPTIBLE] = "uninterruptible",
		[STALL_ACTIVE] = "active",
		[STALL_STARVED] = "starved",
		[STALL_STOPPED] = "stopped",
		[STALL_TRACED] = "traced",
		[STALL_FROZEN] = "frozen",
		[STALL_DUMPING] = "dumping",
		[STALL_EXITING] = "exiting",
		[STALL_THREAD_GONE] = "thread-gone",
		[STALL_GONE] = "gone",
	};

	return names[reason];
}

/* A counter that the kernel has set back counts as unchanged. */
static uint64_t difference(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

static bool is_same_thread(const struct task_sample *before,
			   const struct task_sample *after)
{
	return before->time && after->time && before->start == after->start;
}

struct task_change task_change(const struct task_sample *before,
			       const struct task_sample *after)
{
	struct task_change change = { 0 };
	uint64_t tick = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);

	if (!is_same_thread(before, after))
		return change;
	change.interval = difference(before->time, after->time);
	change.user_ticks = difference(before->user_ticks, after->user_ticks);
	change.system_ticks = difference(before->system_ticks,
					 after->system_ticks);
	change.major_faults = difference(before->major_faults,
					 after->major_faults);
	change.read_bytes = difference(before->read_bytes, after->read_bytes);
	change.written_bytes = difference(before->written_bytes,
					  after->written_bytes);
	change.voluntary = difference(before->voluntary, after->voluntary);
	change.involuntary = difference(before->involuntary,
					after->involuntary);
	if (before->has_schedstat && after->has_schedstat) {
		change.run = difference(before->run, after->run);
		change.delay = difference(before->delay, after->delay);
	} else {
		change.run = (change.user_ticks + change.system_ticks) * tick;
	}
	return change;
}

static bool is_dead(const struct task_sample *task)
{
	return task->state == 'Z' || task->state == 'X' || task->state == 'x';
}

/* Both samples are there, and of the same thread. */
static enum stall_reason judge_activity(const struct task_sample *before,
					const struct task_sample *after)
{
	struct task_change change = task_change(before, after);
	uint64_t switches = change.voluntary + change.involuntary;
	bool same_state = before->state == after->state;

	/* strace(1) and cpulimit(1) stop a thread again and again. */
	if (same_state && !switches && after->state == 'T')
		return STALL_STOPPED;
	if (same_state && !switches && after->state == 't')
		return STALL_TRACED;
	if (same_state && after->state == 'D')
		return STALL_UNINTERRUPTIBLE;
	if (2 * change.run >= change.interval)
		return STALL_RUNNING;
	/* The delay is updated only when the thread gets the CPU. */
	if (2 * change.delay >= change.interval ||
	    (same_state && after->state == 'R' && !change.voluntary))
		return STALL_STARVED;
	return switches || change.run || !same_state ? STALL_ACTIVE :
						       STALL_WAITING;
}

enum stall_reason task_reason(const struct task_sample *before,
			      const struct task_sample *after, bool frozen)
{
	if (!after->time)
		return STALL_THREAD_GONE;
	if (!after->state)
		return STALL_UNKNOWN;
	if (is_dead(after))
		return STALL_EXITING;
	if (after->dumping)
		return STALL_DUMPING;
	if (after->flags & TASK_FLAG_EXITING)
		return STALL_EXITING;
	if (frozen)
		return STALL_FROZEN;
	if (!before->state || !is_same_thread(before, after))
		return STALL_UNKNOWN;
	return judge_activity(before, after);
}

unsigned int stall_reason_rank(enum stall_reason reason)
{
	static const unsigned int ranks[] = {
		[STALL_DUMPING] = 0,
		[STALL_FROZEN] = 1,
		[STALL_UNINTERRUPTIBLE] = 2,
		[STALL_STARVED] = 3,
		[STALL_RUNNING] = 4,
		[STALL_TRACED] = 5,
		[STALL_STOPPED] = 6,
		[STALL_ACTIVE] = 7,
		[STALL_WAITING] = 8,
		[STALL_EXITING] = 9,
		[STALL_UNKNOWN] = 10,
		[STALL_THREAD_GONE] = 11,
		[STALL_GONE] = 12,
	};

	return ranks[reason];
}
