/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several threads that do something at the same time.
 */
#ifndef _VARTA_KUNIT_THREADS_H
#define _VARTA_KUNIT_THREADS_H

#include <linux/atomic.h>
#include <linux/completion.h>

enum crowd_limits {
	CROWD_MAX = 64,
};

struct crowd;

/**
 * struct crowd_member - what one thread does
 * @work: is called once in the thread
 * @context: for @work
 * @crowd: filled in
 */
struct crowd_member {
	void (*work)(void *context);
	void *context;
	struct crowd *crowd;
};

struct crowd {
	struct crowd_member members[CROWD_MAX];
	unsigned int count;
	/* How many are not done. */
	atomic_t working;
	struct completion done;
};

void crowd_add(struct crowd *crowd, void (*work)(void *context), void *context);
int crowd_run(struct crowd *crowd);

#endif /* _VARTA_KUNIT_THREADS_H */
