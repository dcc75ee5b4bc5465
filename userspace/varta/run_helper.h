/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that beats for another, which knows nothing of it.
 */
#ifndef RUN_HELPER_H
#define RUN_HELPER_H

#include <stdint.h>
#include <sys/types.h>

#include <varta.h>

/**
 * struct beater_plan - Whom to beat for, and when.
 * @pid: The process that calls beater_start(), whatever it executes later.
 * @name: What to call it.
 * @threshold_ms: Its threshold; 0 for that of the ledger.
 * @interval_ms: From beat to beat.
 * @probe: For sh -c; beats only go out when it succeeds, within the interval.
 *   NULL for none.
 */
struct beater_plan {
	uint32_t pid;
	const char *name;
	uint32_t threshold_ms;
	int interval_ms;
	const char *probe;
};

/**
 * beater_beat() - Send one beat of the plan, and wait for the answer.
 * @v: A handle that acknowledges.
 * @plan: Whom it is for. Its name and threshold go with each beat: the ledger
 *   may have been made anew since the last.
 *
 * Return: As varta_beat_send().
 */
int beater_beat(struct varta *v, const struct beater_plan *plan);

/**
 * beater_start() - Have a child beat for this process until it ends.
 * @plan: Whom, and when; the first beat is one interval away.
 *
 * The child is none that wait(2) knows, unless __WALL or __WCLONE is asked
 * for. Only if somebody kills it is there a SIGCHLD, for which wait(2) then
 * finds no child: whatever a child asks for, the kernel sends that one after
 * its parent has executed something else. It is in a session of its own and
 * keeps none of the open files.
 *
 * Return: The child's process id, or a negative errno.
 */
pid_t beater_start(const struct beater_plan *plan);

/**
 * beater_stop() - End the child, where this process goes on after all.
 * @beater: From beater_start().
 */
void beater_stop(pid_t beater);

#endif /* RUN_HELPER_H */
