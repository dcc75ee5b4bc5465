// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run functions in several threads at the same time.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kthread.h>

#include "threads.h"

static int thread_fn(void *data)
{
	struct test_thread *thread = data;

	thread->work(thread->context);
	if (atomic_dec_and_test(&thread->threads->working))
		complete(&thread->threads->done);
	return 0;
}

/**
 * threads_add() - add a thread
 * @threads: zero-initialized; at most THREADS_MAX threads
 * @work: function that the thread runs once
 * @context: argument of @work
 */
void threads_add(struct threads *threads, void (*work)(void *context),
		 void *context)
{
	if (WARN_ON_ONCE(threads->count == THREADS_MAX))
		return;
	threads->thread[threads->count++] = (struct test_thread) {
		.work = work, .context = context, .threads = threads,
	};
}

/**
 * threads_run() - start all threads and wait for their end
 * @threads: the threads
 *
 * Return: 0, or a negative errno, in which case no thread has run.
 */
int threads_run(struct threads *threads)
{
	struct task_struct *tasks[THREADS_MAX];
	unsigned int i;

	init_completion(&threads->done);
	atomic_set(&threads->working, threads->count);
	for (i = 0; i < threads->count; i++) {
		tasks[i] = kthread_create(thread_fn, &threads->thread[i],
					  "varta-test/%u", i);
		if (IS_ERR(tasks[i])) {
			int error = PTR_ERR(tasks[i]);

			/* Never woken, so they end without running. */
			while (i--)
				kthread_stop(tasks[i]);
			return error;
		}
	}
	for (i = 0; i < threads->count; i++)
		wake_up_process(tasks[i]);
	wait_for_completion(&threads->done);
	return 0;
}
