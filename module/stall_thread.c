// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that sleeps until the next deadline in the tracker, finds stalls and
 * queues their events, which notify.c sends, and sends the signals that agents
 * asked for on a stall.
 *
 * Processes are frozen before CLOCK_MONOTONIC stops for a suspend, and thawed
 * after that. Meanwhile nothing is reported, and at resume the silence of all
 * agents starts anew.
 */

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/suspend.h>
#include <linux/wait.h>

#include "notify.h"
#include "params.h"
#include "stall_thread.h"
#include "thread.h"
#include "varta.h"

enum {
	BUSY_NS		= NSEC_PER_MSEC,	/* before the thread sleeps */
	OFF_CPU_MAX_NS	= 2 * NSEC_PER_MSEC,	/* counts as busy at most */
	THROTTLE_MAX_NS	= 100 * NSEC_PER_MSEC,
	TOGETHER_MAX	= 256,	/* stalls in WINDOW_NS that are sampled in full */
	OF_USER_MIN	= 8,	/* the same, of each user whatever others do */
	USER_BITS	= 6,
	WINDOW_NS	= 100 * NSEC_PER_MSEC,
	/* Bits of @pending. */
	PENDING_STALLS	= 0,
	PENDING_RESCAN	= 1,
	PENDING_PRIORITY = 2,
};

static DECLARE_WAIT_QUEUE_HEAD(thread_wait);
static struct task_struct *thread;
static unsigned long pending;
/* Several are possible: a program can hold one up through /dev/snapshot. */
static atomic_t suspends;

struct context {
	u32 cursor;
	bool rescanning;
	u64 busy_ns;			/* since the last sleep, up to mark_ns */
	u64 mark_ns;
	unsigned long nr_switches;	/* of the thread, at mark_ns */
};

struct window {
	u64 start_ns;
	u32 together;
	u8 of_users[1 << USER_BITS];	/* by hash; at most OF_USER_MIN + 1 */
};

/* Returns whether the stall is sampled in full. */
static bool count_stall(struct window *window, u32 flow_key, u64 now)
{
	u8 *of_user = &window->of_users[hash_32(flow_key, USER_BITS)];

	if (now >= window->start_ns + WINDOW_NS)
		*window = (struct window) { .start_ns = now };
	window->together++;
	if (*of_user <= OF_USER_MIN)
		++*of_user;
	return window->together <= TOGETHER_MAX || *of_user <= OF_USER_MIN;
}

/*
 * Of many stalls at a time only the reason is kept, so that messages are short.
 * One process can have very many lanes, which say nothing of the stalls of agents.
 */
void varta_stall_thread_sample(const struct varta_agent_info *agent, u64 now,
			       struct varta_stall_info *info)
{
	static struct window stalls, warnings, lanes;
	struct window *window = agent->of_lane ? &lanes :
				agent->late_ns ? &warnings : &stalls;
	bool full = count_stall(window, agent->id.flow_key, now);

	varta_stall_sample(agent, now, full, info);
	if (!full)
		*info = (struct varta_stall_info) { .reason = info->reason };
	info->together = window->together;
}

static bool report_stall(void *data, const struct varta_agent_info *agent)
{
	bool *found = data;

	*found = true;
	return varta_notify_stall(agent);
}

static bool find_stalls(void)
{
	bool found = false;
	bool more;

	clear_bit(PENDING_STALLS, &pending);
	more = varta_tracker_stall_pass(&varta.tracker, ktime_get_ns(),
					varta_threshold_ns(),
					VARTA_STALL_BATCH, report_stall,
					&found);
	if (found)
		varta_notify_wake();
	return more;
}

static bool act(void)
{
	const struct varta_action_policy policy = {
		.enabled = varta_setting_get(VARTA_SET_STALL_ACTIONS),
		.per_minute =
			varta_setting_get(VARTA_SET_STALL_ACTIONS_PER_MINUTE),
	};

	return varta_tracker_action_pass(&varta.tracker, ktime_get_ns(),
					 varta_threshold_ns(), &policy);
}

static bool rescan(struct context *context)
{
	/* Start again: the slots passed so far have an older threshold. */
	if (test_and_clear_bit(PENDING_RESCAN, &pending)) {
		context->cursor = 0;
		context->rescanning = true;
	}
	if (context->rescanning)
		context->rescanning = varta_tracker_rescan(&varta.tracker,
							   &context->cursor,
							   varta_threshold_ns());
	return context->rescanning;
}

static unsigned long count_switches(void)
{
	return current->nvcsw + current->nivcsw;
}

/* Sets the mark. */
static u64 busy_since_mark(struct context *context)
{
	u64 now = ktime_get_ns();
	u64 passed = now - context->mark_ns;

	if (count_switches() != context->nr_switches)
		passed = min_t(u64, passed, OFF_CPU_MAX_NS);
	context->mark_ns = now;
	context->nr_switches = count_switches();
	return passed;
}

/* A real-time thread must let agents beat and listeners receive on its CPU. */
static void throttle(struct context *context)
{
	u32 us;

	context->busy_ns += busy_since_mark(context);
	if (context->busy_ns < BUSY_NS)
		return;
	us = (u32)min_t(u64, context->busy_ns, THROTTLE_MAX_NS) / NSEC_PER_USEC;
	usleep_range(us, us + 100);
	context->busy_ns = 0;
	busy_since_mark(context);
}

/* Sleep for a deadline counts as throttling. */
static void account_sleep(struct context *context)
{
	u64 now = ktime_get_ns();

	context->busy_ns -= min(context->busy_ns, now - context->mark_ns);
	context->mark_ns = now;
	context->nr_switches = count_switches();
}

static void run(struct context *context)
{
	bool more = false;

	do {
		/* Pairs with note_suspend(): if 0, resume_ns is visible. */
		if (atomic_read_acquire(&suspends)) {
			/* Continue at resume, not at the next deadline. */
			if (more)
				set_bit(PENDING_STALLS, &pending);
			return;
		}
		more = find_stalls();
		more |= act();
		more |= rescan(context);
		throttle(context);
	} while (more && !kthread_should_stop());
}

/* Arming an earlier deadline than the one read here wakes the thread. */
static void wait_for_deadline(void)
{
	DEFINE_WAIT(wait);
	ktime_t expires;
	u64 next;

	prepare_to_wait(&thread_wait, &wait, TASK_IDLE);
	next = min(varta_tracker_next_deadline(&varta.tracker),
		   varta_tracker_next_action(&varta.tracker));
	if (atomic_read(&suspends))
		next = U64_MAX;
	else if (READ_ONCE(pending))
		next = 0;
	expires = ns_to_ktime(min_t(u64, next, KTIME_MAX));
	if (!kthread_should_stop())
		schedule_hrtimeout_range(next == U64_MAX ? NULL : &expires, 0,
					 HRTIMER_MODE_ABS);
	finish_wait(&thread_wait, &wait);
}

/* Stalls must not be late when CPUs are busy. */
static void set_priority(struct task_struct *task)
{
	varta_thread_set_fifo(task,
			      varta_setting_get(VARTA_SET_THREAD_PRIORITY));
}

static int thread_fn(void *unused)
{
	struct context context = {};

	while (!kthread_should_stop()) {
		if (test_and_clear_bit(PENDING_PRIORITY, &pending))
			set_priority(current);
		account_sleep(&context);
		run(&context);
		wait_for_deadline();
	}
	return 0;
}

static int note_suspend(struct notifier_block *block, unsigned long event,
			void *unused)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		atomic_inc(&suspends);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		varta_tracker_resume(&varta.tracker, ktime_get_ns());
		/* Pairs with run(). 0 if it began before the module was loaded. */
		atomic_dec_if_positive(&suspends);
		wake_up(&thread_wait);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block suspend_notifier = {
	.notifier_call = note_suspend,
};

int varta_stall_thread_start(void)
{
	int err;

	err = register_pm_notifier(&suspend_notifier);
	if (err)
		return err;
	thread = kthread_run(thread_fn, NULL, "varta");
	if (IS_ERR(thread)) {
		unregister_pm_notifier(&suspend_notifier);
		return PTR_ERR(thread);
	}
	set_priority(thread);
	return 0;
}

/* Kicks and rescans afterwards have no effect. */
void varta_stall_thread_stop(void)
{
	unregister_pm_notifier(&suspend_notifier);
	kthread_stop(thread);
}

/* There is an earlier deadline than the thread waits for. */
void varta_stall_thread_kick(void)
{
	wake_up(&thread_wait);
}

/* To be called after the threshold, or a share of it, was changed. */
void varta_stall_thread_rescan(void)
{
	/* The setting is visible before the bit. Pairs with rescan(). */
	smp_mb__before_atomic();
	set_bit(PENDING_RESCAN, &pending);
	wake_up(&thread_wait);
}

/*
 * To be called after the setting was changed. The thread applies it: to change
 * a priority can sleep.
 */
void varta_stall_thread_reprioritize(void)
{
	/* The setting is visible before the bit. Pairs with thread_fn(). */
	smp_mb__before_atomic();
	set_bit(PENDING_PRIORITY, &pending);
	wake_up(&thread_wait);
}
