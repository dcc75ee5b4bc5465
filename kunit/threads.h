/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run functions in several threads at the same time.
 */
#ifndef _VARTA_KUNIT_THREADS_H
#define _VARTA_KUNIT_THREADS_H

#include <linux/atomic.h>
#include <linux/completion.h>

enum threads_limits {
	THREADS_MAX = 64,
};

struct threads;

/**
 * struct test_thread - one thread
 * @work: function that it runs once
 * @context: argument of @work
 * @threads: set by threads_add()
 */
struct test_thread {
	void (*work)(void *context);
	void *context;
	struct threads *threads;
};

struct threads {
	struct test_thread thread[THREADS_MAX];
	unsigned int count;
	/* Threads that have not finished. */
	atomic_t working;
	struct completion done;
};

void threads_add(struct threads *threads, void (*work)(void *context),
		 void *context);
int threads_run(struct threads *threads);

#endif /* _VARTA_KUNIT_THREADS_H */
