/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The helper process of varta run, which beats for the program.
 */
#ifndef RUN_HELPER_H
#define RUN_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct run_notify;

/**
 * struct run_plan - The agent to beat for, and how.
 * @pid: The process that calls run_helper_start(). It keeps its pid over
 *   execve(2).
 * @name: Name of the agent.
 * @command: What it will execute.
 * @threshold_ms: Threshold of the agent; 0 for the setting threshold_ms.
 * @interval_ms: Time from beat to beat; 0 for a third of the threshold.
 * @kill_after_ms: Time from @stall_signal to SIGKILL; 0 for never.
 * @stall_signal: Signal for the program when it stalls; 0 for none.
 * @even_if_starved: Also when it does not get the CPU.
 * @probe: A command for sh -c. A beat is sent only if it succeeds within the
 *   interval. NULL for none.
 * @notify: The program's notifications are its beats, instead of @interval_ms
 *   and @probe; run_helper_start() sets its environment. NULL if not.
 */
struct run_plan {
	uint32_t pid;
	const char *name;
	const char *command;
	uint32_t threshold_ms;
	uint32_t interval_ms;
	uint32_t kill_after_ms;
	uint8_t stall_signal;
	bool even_if_starved;
	const char *probe;
	struct run_notify *notify;
};

/**
 * enum run_helper_result - How the helper has started.
 * @RUN_HELPER_BEATS: The kernel has accepted its first beat.
 * @RUN_HELPER_WAITS: The kernel has not. The helper tries again.
 * @RUN_HELPER_FAILED: It lacks what it cannot do without. There is no helper.
 */
enum run_helper_result {
	RUN_HELPER_BEATS = 'b',
	RUN_HELPER_WAITS = 'w',
	RUN_HELPER_FAILED = 'f',
};

/**
 * run_helper_start() - Start a child that beats for this process until it ends.
 * @plan: The agent.
 * @helper: Set to the child's process id.
 *
 * Waits for the child's first beat. Any other result than RUN_HELPER_BEATS has
 * been explained on standard error.
 *
 * The child is visible to wait(2) only with __WALL or __WCLONE. If it is
 * killed, the program still gets a SIGCHLD: the kernel sends that signal when
 * the parent has called execve(2) since the clone, whatever signal was asked
 * for. The child is in a session of its own and keeps none of the open files.
 *
 * Return: The result.
 */
enum run_helper_result run_helper_start(const struct run_plan *plan,
					pid_t *helper);

/**
 * run_helper_stop() - End the child, if the program cannot be executed.
 * @helper: From run_helper_start().
 */
void run_helper_stop(pid_t helper);

#endif /* RUN_HELPER_H */
