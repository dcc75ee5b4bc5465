// SPDX-License-Identifier: GPL-2.0-only
/* Why an agent stalled: module/stall_reason.c. */

#include <kunit/test.h>

#include "stall_reason.h"

enum {
	SILENCE = 1000,
};

#define STATE(name)	VARTA_THREAD_STATE_##name
#define REASON(name)	VARTA_STALL_REASON_##name

/* A thread whose use is known. */
#define THREAD(name, ...)						\
	{ .sampled = true, .has_usage = true, .state = STATE(name), __VA_ARGS__ }

struct reason_case {
	const char *name;
	struct varta_stall_info info;
	enum varta_stall_reason reason;
};

static const struct reason_case reason_cases[] = {
	{ "nothing known", {}, REASON(UNKNOWN) },
	{ "gone before all", { .gone = true, .dumping = true, .exiting = true,
	  .thread_ended = true }, REASON(GONE) },
	{ "dumping before exiting", { .dumping = true, .exiting = true,
	  .thread_ended = true }, REASON(DUMPING) },
	{ "exiting before its thread", { .exiting = true,
	  .thread_ended = true }, REASON(EXITING) },
	{ "exiting before frozen", THREAD(FROZEN, .exiting = true),
	  REASON(EXITING) },
	{ "thread ended", { .thread_ended = true }, REASON(THREAD_GONE) },

	{ "stopped", THREAD(STOPPED, .asleep = SILENCE), REASON(STOPPED) },
	{ "stopped after it ran", THREAD(STOPPED, .cpu_time = SILENCE),
	  REASON(STOPPED) },
	{ "traced", THREAD(TRACED, .asleep = SILENCE), REASON(TRACED) },
	{ "traced after it ran", THREAD(TRACED, .cpu_time = SILENCE),
	  REASON(TRACED) },
	{ "frozen", THREAD(FROZEN, .asleep = SILENCE), REASON(FROZEN) },
	{ "frozen, unknown use", { .sampled = true, .state = STATE(FROZEN) },
	  REASON(FROZEN) },

	{ "ran all the time", THREAD(RUNNABLE, .cpu_time = SILENCE),
	  REASON(RUNNING) },
	{ "ran half of the time", THREAD(RUNNABLE, .cpu_time = SILENCE / 2),
	  REASON(RUNNING) },
	{ "ran less", THREAD(RUNNABLE, .cpu_time = SILENCE / 2 - 1),
	  REASON(ACTIVE) },
	{ "ran, asleep now", THREAD(SLEEPING, .cpu_time = SILENCE / 2,
	  .asleep = SILENCE / 2), REASON(RUNNING) },
	{ "ran, in D now", THREAD(UNINTERRUPTIBLE, .cpu_time = SILENCE / 2),
	  REASON(RUNNING) },
	{ "ran and waited for half of the time",
	  THREAD(RUNNABLE, .cpu_time = 250, .run_delay = 250), REASON(RUNNING) },
	{ "ran and waited for less",
	  THREAD(RUNNABLE, .cpu_time = 250, .run_delay = 249), REASON(ACTIVE) },

	{ "never ran", THREAD(RUNNABLE, .run_delay = SILENCE),
	  REASON(STARVED) },
	{ "waited for half of the time",
	  THREAD(RUNNABLE, .run_delay = SILENCE / 2), REASON(STARVED) },
	{ "was asleep, is runnable", THREAD(RUNNABLE, .asleep = SILENCE),
	  REASON(ACTIVE) },
	{ "waited for less", THREAD(RUNNABLE, .run_delay = SILENCE / 2 - 1),
	  REASON(ACTIVE) },
	{ "got a quarter",
	  THREAD(RUNNABLE, .cpu_time = 250, .run_delay = 750), REASON(RUNNING) },
	{ "got less than a quarter",
	  THREAD(RUNNABLE, .cpu_time = 249, .run_delay = 751), REASON(STARVED) },

	{ "in D", THREAD(UNINTERRUPTIBLE, .asleep = SILENCE),
	  REASON(UNINTERRUPTIBLE) },
	{ "in D now", THREAD(UNINTERRUPTIBLE, .asleep = 0, .voluntary = 1000),
	  REASON(UNINTERRUPTIBLE) },
	{ "in D, unknown use", { .sampled = true,
	  .state = STATE(UNINTERRUPTIBLE) }, REASON(UNINTERRUPTIBLE) },

	{ "asleep", THREAD(SLEEPING, .asleep = SILENCE), REASON(WAITING) },
	{ "asleep for half of the time",
	  THREAD(SLEEPING, .asleep = SILENCE / 2), REASON(WAITING) },
	{ "asleep for less", THREAD(SLEEPING, .asleep = SILENCE / 2 - 1),
	  REASON(ACTIVE) },
	{ "reclaims memory", THREAD(RUNNABLE, .memory_stall = true),
	  REASON(UNINTERRUPTIBLE) },
	{ "reclaims memory for half of the time", THREAD(RUNNABLE,
	  .memory_stall = true, .cpu_time = SILENCE / 2), REASON(RUNNING) },
	{ "asleep for half of the time, unknown use", { .sampled = true,
	  .state = STATE(SLEEPING), .asleep = SILENCE / 2 }, REASON(WAITING) },
	{ "asleep for less, unknown use", { .sampled = true,
	  .state = STATE(SLEEPING), .asleep = SILENCE / 2 - 1 },
	  REASON(UNKNOWN) },
	{ "runnable, unknown use", { .sampled = true,
	  .state = STATE(RUNNABLE) }, REASON(UNKNOWN) },
};

static void reason_follows_from_sample(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(reason_cases); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    varta_stall_decide(&reason_cases[i].info,
						       SILENCE),
				    reason_cases[i].reason, "%s",
				    reason_cases[i].name);
}

/* Half of an odd silence is rounded up, so that half of it is not more. */
static void half_of_an_odd_silence_is_rounded_up(struct kunit *test)
{
	struct varta_stall_info info = THREAD(SLEEPING, .asleep = 2);

	KUNIT_EXPECT_EQ(test, varta_stall_decide(&info, 5), REASON(ACTIVE));
	info.asleep = 3;
	KUNIT_EXPECT_EQ(test, varta_stall_decide(&info, 5), REASON(WAITING));
	info.asleep = 0;
	info.cpu_time = 2;
	KUNIT_EXPECT_EQ(test, varta_stall_decide(&info, 5), REASON(ACTIVE));
	info.cpu_time = 3;
	KUNIT_EXPECT_EQ(test, varta_stall_decide(&info, 5), REASON(RUNNING));
}

static struct kunit_case stall_reason_cases[] = {
	KUNIT_CASE(reason_follows_from_sample),
	KUNIT_CASE(half_of_an_odd_silence_is_rounded_up),
	{}
};

static struct kunit_suite stall_reason_suite = {
	.name = "varta-stall-reason",
	.test_cases = stall_reason_cases,
};

kunit_test_suite(stall_reason_suite);
