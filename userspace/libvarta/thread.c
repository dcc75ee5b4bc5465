// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A thread that sends beats while the program is alive.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "client.h"

#define NS_PER_S	1000000000

/**
 * struct varta_thread - See varta.h.
 * @handle: Used by the thread alone while it runs.
 * @alive: See varta_thread_start().
 * @arg: For @alive.
 * @thread: The thread.
 * @lock: Protects @stop.
 * @stopped: Signalled when @stop is set.
 * @stop: The thread has to end.
 */
struct varta_thread {
	struct varta *handle;
	varta_alive_fn alive;
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stop;
};

static void beat_if_alive(struct varta_thread *t)
{
	enum varta_status status = VARTA_STATUS_OK;
	uint32_t payload = 0;

	if (!t->alive || t->alive(&status, &payload, t->arg))
		varta_beat(t->handle, status, payload);
}

/* Returns whether the thread has to end. */
static bool wait_until(struct varta_thread *t, uint64_t when)
{
	const struct timespec deadline = {
		.tv_sec = (time_t)(when / NS_PER_S),
		.tv_nsec = (long)(when % NS_PER_S),
	};
	int error = 0;
	bool stop;

	pthread_mutex_lock(&t->lock);
	while (!t->stop && !error)
		error = pthread_cond_timedwait(&t->stopped, &t->lock,
					       &deadline);
	stop = t->stop;
	pthread_mutex_unlock(&t->lock);
	return stop;
}

static void *run(void *arg)
{
	struct varta_thread *t = arg;
	uint64_t when = varta_monotonic_now();

	do {
		beat_if_alive(t);
		when += t->handle->interval;
		/* Do not make up for beats missed while suspended. */
		if (when < varta_monotonic_now())
			when = varta_monotonic_now();
	} while (!wait_until(t, when));
	return NULL;
}

static int init_lock(struct varta_thread *t)
{
	pthread_condattr_t attributes;
	int error;

	error = pthread_condattr_init(&attributes);
	if (error)
		return error;
	error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (!error)
		error = pthread_cond_init(&t->stopped, &attributes);
	pthread_condattr_destroy(&attributes);
	if (!error)
		pthread_mutex_init(&t->lock, NULL);
	return error;
}

/* The thread inherits the mask: all signals are for the program's threads. */
static int start(struct varta_thread *t)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&t->thread, NULL, run, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void destroy(struct varta_thread *t)
{
	pthread_cond_destroy(&t->stopped);
	pthread_mutex_destroy(&t->lock);
}

int varta_thread_start(struct varta_thread **thread,
		       const struct varta_options *options,
		       varta_alive_fn alive, void *arg)
{
	struct varta_thread *t;
	int error;

	*thread = NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->alive = alive;
	t->arg = arg;
	error = varta_open(&t->handle, options);
	if (!error)
		error = -init_lock(t);
	if (!error) {
		error = -start(t);
		if (error)
			destroy(t);
	}
	if (error) {
		varta_close(t->handle);
		free(t);
		return error;
	}
	*thread = t;
	return 0;
}

/* In a child the thread does not exist, and its condition cannot be used. */
static bool runs_here(const struct varta_thread *t)
{
	return !varta_client__is_child(&t->handle->client);
}

static void end(struct varta_thread *t)
{
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->stopped);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	destroy(t);
}

void varta_thread_stop(struct varta_thread *thread)
{
	if (!thread)
		return;
	if (runs_here(thread))
		end(thread);
	varta_close(thread->handle);
	free(thread);
}
