// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the counters: what is counted is in the total for good, and in
 * exactly one take.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "counters.h"
#include "threads.h"

static int counters_test_init(struct kunit *test)
{
	struct varta_counters *counters;

	counters = kunit_kzalloc(test, sizeof(*counters), GFP_KERNEL);
	if (!counters)
		return -ENOMEM;
	if (varta_counters_init(counters))
		return -ENOMEM;
	test->priv = counters;
	return 0;
}

static void counters_test_exit(struct kunit *test)
{
	if (test->priv)
		varta_counters_destroy(test->priv);
}

static void counters_begin_at_zero(struct kunit *test)
{
	struct varta_counters *counters = test->priv;
	int which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		KUNIT_EXPECT_EQ(test, varta_counter_total(counters, which), 0);
		KUNIT_EXPECT_EQ(test, varta_counter_take(counters, which), 0);
	}
}

static void each_counter_counts_for_itself(struct kunit *test)
{
	struct varta_counters *counters = test->priv;
	int which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		varta_count(counters, which);
		varta_count_many(counters, which, 100 * which);
	}
	for (which = 0; which < VARTA_COUNTERS_NUM; which++)
		KUNIT_EXPECT_EQ(test, varta_counter_total(counters, which),
				100 * which + 1);
}

static void take_returns_what_was_counted_since_the_last(struct kunit *test)
{
	struct varta_counters *counters = test->priv;

	varta_count_many(counters, VARTA_COUNT_EVICTIONS, 3);
	KUNIT_EXPECT_EQ(test,
			varta_counter_take(counters, VARTA_COUNT_EVICTIONS), 3);
	KUNIT_EXPECT_EQ(test,
			varta_counter_take(counters, VARTA_COUNT_EVICTIONS), 0);
	varta_count(counters, VARTA_COUNT_EVICTIONS);
	KUNIT_EXPECT_EQ(test,
			varta_counter_take(counters, VARTA_COUNT_EVICTIONS), 1);
}

static void take_leaves_the_total(struct kunit *test)
{
	struct varta_counters *counters = test->priv;

	varta_count_many(counters, VARTA_COUNT_STALLS, 7);
	varta_counter_take(counters, VARTA_COUNT_STALLS);
	KUNIT_EXPECT_EQ(test,
			varta_counter_total(counters, VARTA_COUNT_STALLS), 7);
	varta_count(counters, VARTA_COUNT_STALLS);
	KUNIT_EXPECT_EQ(test,
			varta_counter_total(counters, VARTA_COUNT_STALLS), 8);
}

static void take_leaves_the_other_counters(struct kunit *test)
{
	struct varta_counters *counters = test->priv;

	varta_count(counters, VARTA_COUNT_NONCE_WRAPS);
	varta_count(counters, VARTA_COUNT_PID_RECYCLES);
	varta_counter_take(counters, VARTA_COUNT_NONCE_WRAPS);
	KUNIT_EXPECT_EQ(test, varta_counter_take(counters,
						 VARTA_COUNT_PID_RECYCLES), 1);
}

static void take_returns_more_than_32_bits(struct kunit *test)
{
	struct varta_counters *counters = test->priv;

	varta_count_many(counters, VARTA_COUNT_REFRESHED, 5ul << 40);
	varta_count(counters, VARTA_COUNT_REFRESHED);
	KUNIT_EXPECT_EQ(test, varta_counter_take(counters,
						 VARTA_COUNT_REFRESHED),
			(5ull << 40) + 1);
	KUNIT_EXPECT_EQ(test, varta_counter_total(counters,
						  VARTA_COUNT_REFRESHED),
			(5ull << 40) + 1);
}

/* ---- Many count, several take. */

enum {
	INCREMENTS	= 200000,
	TAKERS		= 2,
	/* After so many, a thread waits for a take, in the middle of counting. */
	TURN		= 10000,
};

struct rush {
	struct varta_counters *counters;
	atomic64_t taken;
	/* How many threads are still counting. */
	atomic_t counting;
	/* Takes that returned something, while others were counting. */
	atomic_t takes;
	/* Reads of the total that were less than an earlier one. */
	atomic_t backwards;
	wait_queue_head_t took;
};

static void count_much(void *context)
{
	struct rush *rush = context;
	int i, seen;

	for (i = 1; i <= INCREMENTS; i++) {
		seen = atomic_read(&rush->takes);
		varta_count(rush->counters, VARTA_COUNT_INSERTED);
		if (i % TURN == 0)
			wait_event(rush->took,
				   atomic_read(&rush->takes) != seen);
	}
	atomic_dec(&rush->counting);
}

static void take_much(void *context)
{
	struct rush *rush = context;
	u64 taken, total, last = 0;

	while (atomic_read(&rush->counting)) {
		taken = varta_counter_take(rush->counters,
					   VARTA_COUNT_INSERTED);
		atomic64_add(taken, &rush->taken);
		total = varta_counter_total(rush->counters,
					    VARTA_COUNT_INSERTED);
		if (total < last)
			atomic_inc(&rush->backwards);
		last = total;
		if (taken) {
			atomic_inc(&rush->takes);
			wake_up_all(&rush->took);
		}
		cond_resched();
	}
}

static void every_increment_is_taken_exactly_once(struct kunit *test)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	struct rush rush = { .counters = test->priv };
	int counting = min(2 * num_online_cpus(), CROWD_MAX - TAKERS), i;
	u64 wanted = (u64)counting * INCREMENTS, rest;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	init_waitqueue_head(&rush.took);
	atomic_set(&rush.counting, counting);
	for (i = 0; i < counting; i++)
		crowd_add(crowd, count_much, &rush);
	for (i = 0; i < TAKERS; i++)
		crowd_add(crowd, take_much, &rush);
	KUNIT_ASSERT_EQ(test, crowd_run(crowd), 0);

	rest = varta_counter_take(rush.counters, VARTA_COUNT_INSERTED);
	KUNIT_EXPECT_EQ(test, atomic64_read(&rush.taken) + rest, wanted);
	KUNIT_EXPECT_EQ(test, varta_counter_total(rush.counters,
						  VARTA_COUNT_INSERTED),
			wanted);
	KUNIT_EXPECT_EQ(test, atomic_read(&rush.backwards), 0);
}

static struct kunit_case counters_cases[] = {
	KUNIT_CASE(counters_begin_at_zero),
	KUNIT_CASE(each_counter_counts_for_itself),
	KUNIT_CASE(take_returns_what_was_counted_since_the_last),
	KUNIT_CASE(take_leaves_the_total),
	KUNIT_CASE(take_leaves_the_other_counters),
	KUNIT_CASE(take_returns_more_than_32_bits),
	KUNIT_CASE(every_increment_is_taken_exactly_once),
	{}
};

static struct kunit_suite counters_suite = {
	.name = "varta-counters",
	.init = counters_test_init,
	.exit = counters_test_exit,
	.test_cases = counters_cases,
};

kunit_test_suite(counters_suite);
