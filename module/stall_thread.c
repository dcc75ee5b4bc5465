// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that sleeps until the next deadline in the ledger, and then tells of
 * the stalls that have come about. It is woken earlier if a deadline comes to
 * be before that, if a setting was changed, or if the process of an agent has
 * ended. With nobody tracked there is no deadline, and no timer is set.
 *
 * CLOCK_MONOTONIC stands still while the system is suspended, so that does not
 * count as silence. But processes are frozen a while before and thawed a while
 * after, so nothing is told between, and all are given their time anew.
 */

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/suspend.h>
#include <linux/wait.h>

#include "notify.h"
#include "varta.h"
#include "stall_thread.h"

enum {
	/* The thread works for so long before it rests, in nanoseconds. */
	WORK_NS		= NSEC_PER_MSEC,
	/* No more than this of a step with time off its CPU was work. */
	STEP_NS		= 2 * NSEC_PER_MSEC,
	/* Nor does it rest for longer at a time. */
	REST_NS		= 100 * NSEC_PER_MSEC,
	/* Bits of @wanted. */
	TELL_EXITS	= 0,
	REARM		= 1,
};

/* Where the thread waits. */
static DECLARE_WAIT_QUEUE_HEAD(watch_wait);
static struct task_struct *watch_thread;
/* What is to be done that the deadlines do not say. */
static unsigned long wanted;
/*
 * How many suspends are under way, during which processes are frozen: one
 * program may hold one up, as /dev/snapshot lets it, while another is done.
 */
static atomic_t suspends;

/* What the thread is about. */
struct round {
	struct varta_notify_batch events;
	/* Where the ledger is armed for another threshold. */
	u32 cursor;
	bool rearming;
	/* For how long it has worked and not rested, up to when. */
	u64 worked;
	u64 mark;
	/* How often it had been off its CPU by then. */
	unsigned long switches;
};

static struct round round;

static bool note_event(void *context, const struct varta_agent_info *agent)
{
	struct round *round = context;

	return varta_notify_add(&round->events, agent);
}

static bool tell_exits(struct round *round)
{
	bool more;

	/* Its barrier has the list looked at later, so that none is missed. */
	test_and_clear_bit(TELL_EXITS, &wanted);
	varta_notify_begin(&round->events, VARTA_CMD_EXIT_NTF, ktime_get_ns());
	more = varta_tracker_exit_pass(&varta.tracker, note_event, round);
	varta_notify_send(&round->events);
	return more;
}

static bool tell_stalls(struct round *round)
{
	u64 now = ktime_get_ns();
	bool more;

	varta_notify_begin(&round->events, VARTA_CMD_STALL_NTF, now);
	more = varta_tracker_stall_pass(&varta.tracker, now,
					varta_threshold_ns(),
					VARTA_NOTIFY_AGENTS, note_event, round);
	varta_notify_send(&round->events);
	return more;
}

static bool rearm(struct round *round)
{
	/* From the beginning: where it has been, it heeded an older setting. */
	if (test_and_clear_bit(REARM, &wanted)) {
		round->cursor = 0;
		round->rearming = true;
	}
	if (round->rearming)
		round->rearming = varta_tracker_rescan(&varta.tracker,
						       &round->cursor,
						      varta_threshold_ns());
	return round->rearming;
}

/* How often the thread has slept, or been kept from its CPU. */
static unsigned long switches(void)
{
	return current->nvcsw + current->nivcsw;
}

/* Since the last mark. Off its CPU, the thread has not worked. */
static u64 worked_since_mark(struct round *round)
{
	u64 now = ktime_get_ns();
	u64 passed = now - round->mark;

	if (switches() != round->switches)
		passed = min_t(u64, passed, STEP_NS);
	round->mark = now;
	round->switches = switches();
	return passed;
}

/*
 * The thread is urgent, and there may be much to do. Processes have to be able
 * to beat meanwhile, and listeners to listen, even on a single CPU.
 */
static void rest(struct round *round)
{
	u32 us;

	round->worked += worked_since_mark(round);
	if (round->worked < WORK_NS)
		return;
	us = min_t(u64, round->worked, REST_NS) / NSEC_PER_USEC;
	usleep_range(us, us + 100);
	round->worked = 0;
	worked_since_mark(round);
}

/* To wait is to rest. */
static void note_wait(struct round *round)
{
	u64 now = ktime_get_ns();

	round->worked -= min(round->worked, now - round->mark);
	round->mark = now;
	round->switches = switches();
}

/* All that is to be done now, a little of each at a time. */
static void work(struct round *round)
{
	bool more = false;

	do {
		/* Whoever sees it end sees what is forgiven. */
		if (atomic_read_acquire(&suspends)) {
			/* What is left does not wait for a deadline then. */
			if (more)
				set_bit(TELL_EXITS, &wanted);
			return;
		}
		/* First: who has exited is no more late for it. */
		more = tell_stalls(round);
		more |= tell_exits(round);
		more |= rearm(round);
		rest(round);
	} while (more && !kthread_should_stop());
}

/* Whoever makes for an earlier deadline than is found here wakes the thread. */
static void wait_for_deadline(void)
{
	DEFINE_WAIT(wait);
	ktime_t expires;
	u64 next;

	prepare_to_wait(&watch_wait, &wait, TASK_IDLE);
	next = varta_tracker_next_deadline(&varta.tracker);
	if (atomic_read(&suspends))
		next = U64_MAX;
	else if (READ_ONCE(wanted))
		next = 0;
	expires = ns_to_ktime(min_t(u64, next, KTIME_MAX));
	if (!kthread_should_stop())
		schedule_hrtimeout_range(next == U64_MAX ? NULL : &expires, 0,
					 HRTIMER_MODE_ABS);
	finish_wait(&watch_wait, &wait);
}

static int watch(void *unused)
{
	while (!kthread_should_stop()) {
		note_wait(&round);
		work(&round);
		wait_for_deadline();
	}
	return 0;
}

static int note_suspend(struct notifier_block *block, unsigned long what,
			void *unused)
{
	switch (what) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		atomic_inc(&suspends);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		varta_tracker_resume(&varta.tracker, ktime_get_ns());
		/*
		 * Pairs with work(). Of one that began before the module was
		 * loaded, only this is told.
		 */
		atomic_dec_if_positive(&suspends);
		wake_up(&watch_wait);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block suspend_notifier = {
	.notifier_call = note_suspend,
};

/**
 * varta_stall_thread_start() - begin to watch
 *
 * Context: process; the tracker is there. The netlink family need not be yet:
 * nothing is sent while nobody is tracked.
 * Return: 0 or a negative errno.
 */
int varta_stall_thread_start(void)
{
	int err;

	err = register_pm_notifier(&suspend_notifier);
	if (err)
		return err;
	watch_thread = kthread_run(watch, NULL, "varta");
	if (IS_ERR(watch_thread)) {
		unregister_pm_notifier(&suspend_notifier);
		return PTR_ERR(watch_thread);
	}
	/* What it does is short, and late is the one thing that it may not be */
	sched_set_fifo(watch_thread);
	return 0;
}

/**
 * varta_stall_thread_stop() - stop watching
 *
 * Context: process; waits for the thread to end. varta_stall_thread_kick() and
 * its like may still be called and do nothing.
 */
void varta_stall_thread_stop(void)
{
	unregister_pm_notifier(&suspend_notifier);
	kthread_stop(watch_thread);
}

/**
 * varta_stall_thread_kick() - there is an earlier deadline than was known
 *
 * Context: any.
 */
void varta_stall_thread_kick(void)
{
	wake_up(&watch_wait);
}

/**
 * varta_stall_thread_note_exit() - an exit was noted
 *
 * Context: any.
 */
void varta_stall_thread_note_exit(void)
{
	set_bit(TELL_EXITS, &wanted);
	wake_up(&watch_wait);
}

/**
 * varta_stall_thread_rescan() - the threshold is another one
 *
 * To be called when varta_threshold_ns() says so already.
 *
 * Context: any.
 */
void varta_stall_thread_rescan(void)
{
	/* The threshold is there before the wish: pairs with rearm(). */
	smp_mb__before_atomic();
	set_bit(REARM, &wanted);
	wake_up(&watch_wait);
}
