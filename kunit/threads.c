// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads that do something at the same time.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kthread.h>

#include "threads.h"

static int member_thread(void *data)
{
	struct crowd_member *member = data;

	member->work(member->context);
	if (atomic_dec_and_test(&member->crowd->working))
		complete(&member->crowd->done);
	return 0;
}

/**
 * crowd_add() - let one more thread take part
 * @crowd: begun as all zeros; room for CROWD_MAX
 * @work: what the thread does
 * @context: for @work
 */
void crowd_add(struct crowd *crowd, void (*work)(void *context), void *context)
{
	if (WARN_ON_ONCE(crowd->count == CROWD_MAX))
		return;
	crowd->members[crowd->count++] = (struct crowd_member) {
		.work = work, .context = context, .crowd = crowd,
	};
}

/**
 * crowd_run() - start the threads and wait until all are done
 * @crowd: who takes part; no longer used by any of them afterwards
 *
 * Return: 0, or a negative errno, and then none of them has run.
 */
int crowd_run(struct crowd *crowd)
{
	struct task_struct *tasks[CROWD_MAX];
	unsigned int i;

	init_completion(&crowd->done);
	atomic_set(&crowd->working, crowd->count);
	for (i = 0; i < crowd->count; i++) {
		tasks[i] = kthread_create(member_thread, &crowd->members[i],
					  "varta-crowd/%u", i);
		if (IS_ERR(tasks[i])) {
			int error = PTR_ERR(tasks[i]);

			/* A thread that was never woken ends without work. */
			while (i--)
				kthread_stop(tasks[i]);
			return error;
		}
	}
	for (i = 0; i < crowd->count; i++)
		wake_up_process(tasks[i]);
	wait_for_completion(&crowd->done);
	return 0;
}
