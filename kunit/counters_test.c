// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of counters.c: totals never decrease, and no count is taken twice or lost.
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

static void counters_start_at_zero(struct kunit *test)
{
	struct varta_counters *counters = test->priv;
	int which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		KUNIT_EXPECT_EQ(test, varta_counter_total(counters, which), 0);
		KUNIT_EXPECT_EQ(test, varta_counter_take(counters, which), 0);
	}
}

static void counters_are_independent(struct kunit *test)
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

static void take_returns_count_since_last_take(struct kunit *test)
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

static void untaken_count_is_taken_again(struct kunit *test)
{
	struct varta_counters *counters = test->priv;
	u64 taken;

	varta_count_many(counters, VARTA_COUNT_STALLS, 5);
	taken = varta_counter_take(counters, VARTA_COUNT_STALLS);
	varta_count(counters, VARTA_COUNT_STALLS);
	varta_counter_untake(counters, VARTA_COUNT_STALLS, taken);
	KUNIT_EXPECT_EQ(test,
			varta_counter_total(counters, VARTA_COUNT_STALLS), 6);
	KUNIT_EXPECT_EQ(test,
			varta_counter_take(counters, VARTA_COUNT_STALLS), 6);
	KUNIT_EXPECT_EQ(test,
			varta_counter_take(counters, VARTA_COUNT_STALLS), 0);
}

static void take_keeps_total(struct kunit *test)
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

static void take_keeps_other_counters(struct kunit *test)
{
	struct varta_counters *counters = test->priv;

	varta_count(counters, VARTA_COUNT_NONCE_WRAPS);
	varta_count(counters, VARTA_COUNT_PID_RECYCLES);
	varta_counter_take(counters, VARTA_COUNT_NONCE_WRAPS);
	KUNIT_EXPECT_EQ(test, varta_counter_take(counters,
						 VARTA_COUNT_PID_RECYCLES), 1);
}

static void take_returns_64_bits(struct kunit *test)
{
	struct varta_counters *counters = test->priv;

	varta_count_many(counters, VARTA_COUNT_REFRESHED, 5ull << 40);
	varta_count(counters, VARTA_COUNT_REFRESHED);
	KUNIT_EXPECT_EQ(test, varta_counter_take(counters,
						 VARTA_COUNT_REFRESHED),
			(5ull << 40) + 1);
	KUNIT_EXPECT_EQ(test, varta_counter_total(counters,
						  VARTA_COUNT_REFRESHED),
			(5ull << 40) + 1);
}

/* ---- Concurrent counting and taking. */

enum {
	INCREMENTS	= 200000,
	TAKERS		= 2,
	/* A counting thread waits for a take after so many counts. */
	WAIT_INTERVAL	= 10000,
};

struct count_race {
	struct varta_counters *counters;
	atomic64_t taken;
	/* Threads that are still counting. */
	atomic_t counting;
	/* Takes that returned more than 0 while others were counting. */
	atomic_t takes;
	/* Totals that were less than an earlier one. */
	atomic_t backwards;
	wait_queue_head_t took;
};

static void count_thread(void *context)
{
	struct count_race *race = context;
	int i, seen;

	for (i = 1; i <= INCREMENTS; i++) {
		seen = atomic_read(&race->takes);
		varta_count(race->counters, VARTA_COUNT_INSERTED);
		if (i % WAIT_INTERVAL == 0)
			wait_event(race->took,
				   atomic_read(&race->takes) != seen);
	}
	atomic_dec(&race->counting);
}

static void take_thread(void *context)
{
	struct count_race *race = context;
	u64 taken, total, last = 0;

	while (atomic_read(&race->counting)) {
		taken = varta_counter_take(race->counters,
					   VARTA_COUNT_INSERTED);
		atomic64_add(taken, &race->taken);
		total = varta_counter_total(race->counters,
					    VARTA_COUNT_INSERTED);
		if (total < last)
			atomic_inc(&race->backwards);
		last = total;
		if (taken) {
			atomic_inc(&race->takes);
			wake_up_all(&race->took);
		}
		cond_resched();
	}
}

static void every_increment_is_taken_exactly_once(struct kunit *test)
{
	struct threads *threads = kunit_kzalloc(test, sizeof(*threads),
						GFP_KERNEL);
	struct count_race race = { .counters = test->priv };
	int counting = min(2 * num_online_cpus(), THREADS_MAX - TAKERS), i;
	u64 expected = (u64)counting * INCREMENTS, rest;

	KUNIT_ASSERT_NOT_NULL(test, threads);
	init_waitqueue_head(&race.took);
	atomic_set(&race.counting, counting);
	for (i = 0; i < counting; i++)
		threads_add(threads, count_thread, &race);
	for (i = 0; i < TAKERS; i++)
		threads_add(threads, take_thread, &race);
	KUNIT_ASSERT_EQ(test, threads_run(threads), 0);

	rest = varta_counter_take(race.counters, VARTA_COUNT_INSERTED);
	KUNIT_EXPECT_EQ(test, atomic64_read(&race.taken) + rest,
			expected);
	KUNIT_EXPECT_EQ(test, varta_counter_total(race.counters,
						  VARTA_COUNT_INSERTED),
			expected);
	KUNIT_EXPECT_EQ(test, atomic_read(&race.backwards), 0);
}

static struct kunit_case counters_cases[] = {
	KUNIT_CASE(counters_start_at_zero),
	KUNIT_CASE(counters_are_independent),
	KUNIT_CASE(take_returns_count_since_last_take),
	KUNIT_CASE(untaken_count_is_taken_again),
	KUNIT_CASE(take_keeps_total),
	KUNIT_CASE(take_keeps_other_counters),
	KUNIT_CASE(take_returns_64_bits),
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
