// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that passes over the ledger whenever the silence of an agent may
 * have reached the threshold, and sleeps in between. With nobody tracked it
 * sleeps until somebody is.
 *
 * No wake-up is needed for later beats: they only put deadlines off, and an
 * agent that comes or comes back after a pass is not due before one threshold
 * after that pass, when the next one is. A change of a threshold makes for a
 * pass at once, and so does the end of an agent's process.
 *
 * CLOCK_MONOTONIC stands still while the system is suspended, so that does
 * not count as silence.
 */

#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/wait.h>

#include "events.h"
#include "varta.h"
#include "watch.h"

/* Where the thread waits for somebody to be tracked. */
static DECLARE_WAIT_QUEUE_HEAD(watch_idle);
/* Where it waits for the next deadline. */
static DECLARE_WAIT_QUEUE_HEAD(watch_deadline);
static struct task_struct *watch_thread;
/* A pass is wanted now, whatever the next deadline. */
static atomic_t again;

/* What is gathered for one event. Used by the thread alone. */
static struct varta_events events;

static bool note_event(void *context, const struct varta_agent *agent)
{
	return varta_events_add(&events, agent);
}

static void tell_exits(void)
{
	bool more;

	events.command = VARTA_CMD_EXIT_NTF;
	do {
		events.now = ktime_get_ns();
		more = varta_tracker_exit_pass(&varta.tracker, note_event,
					       NULL);
		varta_events_send(&events);
	} while (more);
}

/* One whole pass. Returns when the next one is due. */
static u64 watch_pass(void)
{
	u64 threshold, now, next, done;
	u32 cursor = 0;
	bool more;

	/* Before anything is looked at, so that no change of it is missed. */
	atomic_xchg(&again, 0);
	tell_exits();
	threshold = varta_threshold_ns();
	now = ktime_get_ns();
	next = now + threshold;
	events.command = VARTA_CMD_STALL_NTF;
	events.now = now;
	do {
		more = varta_tracker_stall_pass(&varta.tracker, &cursor, now,
						threshold, &next, note_event,
						NULL);
		varta_events_send(&events);
	} while (more);
	/* At worst, with many deadlines close by, half the time is slept. */
	done = ktime_get_ns();
	return max(next, done + (done - now));
}

static void sleep_until(u64 when)
{
	ktime_t expires = ns_to_ktime(when);
	DEFINE_WAIT(wait);

	prepare_to_wait(&watch_deadline, &wait, TASK_INTERRUPTIBLE);
	if (!kthread_should_stop() && !atomic_read(&again))
		schedule_hrtimeout_range(&expires, 0, HRTIMER_MODE_ABS);
	finish_wait(&watch_deadline, &wait);
}

static int watch(void *unused)
{
	while (!kthread_should_stop()) {
		wait_event_interruptible(watch_idle,
					 kthread_should_stop() ||
					 varta_tracker_tracked(&varta.tracker));
		if (!kthread_should_stop())
			sleep_until(watch_pass());
	}
	return 0;
}

/**
 * varta_watch_start() - begin to watch
 *
 * Context: process; the tracker is there. The netlink family need not be yet:
 * nothing is sent while nobody is tracked.
 * Return: 0 or a negative errno.
 */
int varta_watch_start(void)
{
	watch_thread = kthread_run(watch, NULL, "varta");
	if (IS_ERR(watch_thread))
		return PTR_ERR(watch_thread);
	/* What it does is short, and late is the one thing that it may not be */
	sched_set_fifo(watch_thread);
	return 0;
}

/**
 * varta_watch_stop() - stop watching
 *
 * Context: process; waits for the thread to end. varta_watch_wake() and
 * varta_watch_again() may still be called and do nothing.
 */
void varta_watch_stop(void)
{
	kthread_stop(watch_thread);
}

/**
 * varta_watch_wake() - somebody is tracked
 *
 * To be called after an agent was inserted.
 *
 * Context: any.
 */
void varta_watch_wake(void)
{
	/* The barrier in it pairs with the one before the wait's condition. */
	if (wq_has_sleeper(&watch_idle))
		wake_up(&watch_idle);
}

/**
 * varta_watch_again() - there may be something to tell earlier than was known
 *
 * To be called after a threshold was changed, or an exit was noted.
 *
 * Context: any.
 */
void varta_watch_again(void)
{
	atomic_set(&again, 1);
	wake_up(&watch_deadline);
}
