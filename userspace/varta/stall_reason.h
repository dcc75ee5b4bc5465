/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a process makes no progress, decided from two samples of its threads.
 * Nothing here reads files.
 */
#ifndef STALL_REASON_H
#define STALL_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task_sample.h"

/**
 * enum stall_reason - What a thread or a process does instead.
 * @STALL_UNKNOWN: That cannot be read.
 * @STALL_RUNNING: It uses the CPU.
 * @STALL_WAITING: It sleeps.
 * @STALL_UNINTERRUPTIBLE: It is in an uninterruptible wait, state D.
 * @STALL_ACTIVE: It wakes and sleeps.
 * @STALL_STARVED: It is runnable, and is not given the CPU.
 * @STALL_STOPPED: A signal has stopped it.
 * @STALL_TRACED: A debugger has stopped it.
 * @STALL_FROZEN: Its cgroup is frozen.
 * @STALL_DUMPING: It dumps core.
 * @STALL_EXITING: It exits, or has exited.
 * @STALL_THREAD_GONE: The thread has ended, the process has not.
 * @STALL_GONE: The process has ended.
 */
enum stall_reason {
	STALL_UNKNOWN,
	STALL_RUNNING,
	STALL_WAITING,
	STALL_UNINTERRUPTIBLE,
	STALL_ACTIVE,
	STALL_STARVED,
	STALL_STOPPED,
	STALL_TRACED,
	STALL_FROZEN,
	STALL_DUMPING,
	STALL_EXITING,
	STALL_THREAD_GONE,
	STALL_GONE,
};

/**
 * stall_reason_name() - The word for a reason, as in JSON.
 * @reason: The reason.
 *
 * Return: A constant string.
 */
const char *stall_reason_name(enum stall_reason reason);

/**
 * struct task_change - What a thread did between two samples.
 * @interval: Time between them, in ns; this and all others are 0 if a sample is
 *   missing.
 * @run: CPU time in ns.
 * @delay: Time in ns in which it was runnable and had no CPU.
 * @voluntary: How often it went to sleep.
 * @involuntary: How often its CPU was given to another thread.
 * @major_faults: Pages that were read for it.
 * @user_ticks: CPU time in user code, in clock ticks.
 * @system_ticks: CPU time in the kernel, likewise.
 * @read_bytes: Bytes that it has read from disks.
 * @written_bytes: Bytes that it has written to them.
 */
struct task_change {
	uint64_t interval, run, delay, voluntary, involuntary, major_faults;
	uint64_t user_ticks, system_ticks, read_bytes, written_bytes;
};

/**
 * task_change() - Compare two samples of a thread.
 * @before: The first one.
 * @after: The second one.
 *
 * Return: The difference. The CPU time is that of the clock ticks if the kernel
 * does not measure it.
 */
struct task_change task_change(const struct task_sample *before,
			       const struct task_sample *after);

/**
 * task_reason() - Judge a thread.
 * @before: The first sample.
 * @after: The second sample.
 * @frozen: Its cgroup is frozen.
 *
 * The thread runs, or is starved, if it had the CPU, or waited for it, for at least
 * half of the time; starved as well if it was runnable in both samples, never
 * slept, and had the CPU for less than that.
 *
 * Return: The reason.
 */
enum stall_reason task_reason(const struct task_sample *before,
			      const struct task_sample *after, bool frozen);

/**
 * stall_reason_rank() - How well a thread explains why its process hangs.
 * @reason: The thread's reason.
 *
 * Return: A number; the lowest of all threads of a process is the reason of one
 * that is no agent.
 */
unsigned int stall_reason_rank(enum stall_reason reason);

#endif /* STALL_REASON_H */
