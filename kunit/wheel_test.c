// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of wheel.c: each timer expires at the first call for a time not before
 * its own. Timers that expire early are armed again here, as the tracker does.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/minmax.h>

#include "wheel_check.h"

enum {
	CAPACITY	= 512,
	/* Enough calls to expire everything that is due at one time. */
	CALLS_MAX	= 8 * CAPACITY,
};

#define TICK		BIT_ULL(VARTA_WHEEL_TICK_SHIFT)
/* Width of a bucket of the level. */
#define WIDTH(level)	(TICK << ((level) * VARTA_WHEEL_LEVEL_SHIFT))
/* Time covered by the level. */
#define REACH(level)	(WIDTH(level) * VARTA_WHEEL_BUCKETS)

/* Expired timers, as a set and in order. */
struct expired_timers {
	DECLARE_BITMAP(set, CAPACITY);
	u32 order[CAPACITY];
	u32 count;
	/* Timers that expired early. */
	u32 early;
};

/* When each timer is due. */
static u64 times[CAPACITY];

static struct varta_wheel *wheel_of(struct kunit *test)
{
	return test->priv;
}

static bool arm(struct kunit *test, u32 nr, u64 expires)
{
	if (!wheel_is_armed(wheel_of(test), nr) || expires < times[nr])
		times[nr] = expires;
	return varta_wheel_arm(wheel_of(test), nr, expires);
}

static void disarm(struct kunit *test, u32 nr)
{
	varta_wheel_disarm(wheel_of(test), nr);
}

static u64 next(struct kunit *test)
{
	return varta_wheel_next(wheel_of(test));
}

/* One call of varta_wheel_expire(). Returns whether more are due. */
static bool expire(struct kunit *test, u64 now, u32 max,
		   struct expired_timers *expired)
{
	u32 nrs[VARTA_WHEEL_BATCH], later = 0, count, i;
	u64 deadlines[VARTA_WHEEL_BATCH];
	bool more;

	count = varta_wheel_expire(wheel_of(test), now, nrs,
				   min_t(u32, max, VARTA_WHEEL_BATCH), &more);
	KUNIT_ASSERT_LE(test, count, min_t(u32, max, VARTA_WHEEL_BATCH));
	for (i = 0; i < count; i++) {
		u32 nr = nrs[i];

		KUNIT_ASSERT_LT(test, nr, CAPACITY);
		if (times[nr] > now) {
			nrs[later] = nr;
			deadlines[later++] = times[nr];
			expired->early++;
			continue;
		}
		KUNIT_ASSERT_FALSE(test, test_bit(nr, expired->set));
		__set_bit(nr, expired->set);
		expired->order[expired->count++] = nr;
	}
	for (i = 0; i < later; i++)
		varta_wheel_arm(wheel_of(test), nrs[i], deadlines[i]);
	return more;
}

static struct expired_timers *alloc_expired(struct kunit *test)
{
	struct expired_timers *expired =
		kunit_kzalloc(test, sizeof(*expired), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, expired);
	return expired;
}

/* Expires all that is due. Returns the number of timers. */
static u32 expire_into(struct kunit *test, u64 now,
		       struct expired_timers *expired)
{
	u32 calls = 0;

	memset(expired, 0, sizeof(*expired));
	while (expire(test, now, CAPACITY, expired))
		KUNIT_ASSERT_LT(test, ++calls, CALLS_MAX);
	return expired->count;
}

static u32 expire_all(struct kunit *test, u64 now)
{
	static struct expired_timers expired;

	return expire_into(test, now, &expired);
}

/* Waiting for each next event reaches @expires exactly, in few steps. */
static void expect_next(struct kunit *test, u64 expires)
{
	u64 now = 0, until;
	u32 steps = 0;

	for (until = next(test); until < expires; until = next(test)) {
		KUNIT_ASSERT_TRUE(test, !steps++ || until > now);
		KUNIT_ASSERT_LE(test, steps, 2 * VARTA_WHEEL_LEVELS);
		now = until;
		KUNIT_ASSERT_EQ(test, expire_all(test, now), 0);
	}
	KUNIT_EXPECT_EQ(test, until, expires);
}

static void expect_consistent(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, wheel_fault(wheel_of(test)) ?: "", "");
}

/* Replace the wheel by a new one. */
static void reset_wheel(struct kunit *test)
{
	expect_consistent(test);
	varta_wheel_destroy(wheel_of(test));
	KUNIT_ASSERT_EQ(test, varta_wheel_init(wheel_of(test), CAPACITY), 0);
}

/* ---- Time of expiry. */

/* Check expiry one nanosecond before and at @expires, in a wheel at @since. */
static void expect_exact_from(struct kunit *test, u64 since, u64 expires)
{
	const u64 due = max(expires, since);

	/* U64_MAX is never reached. */
	if (expires == U64_MAX)
		return;
	reset_wheel(test);
	KUNIT_EXPECT_EQ(test, expire_all(test, since), 0);
	KUNIT_EXPECT_TRUE(test, arm(test, 7, expires));
	KUNIT_EXPECT_LE(test, next(test), expires);
	expect_consistent(test);
	if (expires < since || expires - since < REACH(VARTA_WHEEL_LEVELS - 1))
		expect_next(test, expires);
	if (expires > since) {
		KUNIT_EXPECT_EQ_MSG(test, expire_all(test, expires - 1), 0,
				    "%llu from %llu", expires, since);
		KUNIT_EXPECT_EQ(test, next(test), expires);
		expect_consistent(test);
	}
	KUNIT_EXPECT_EQ_MSG(test, expire_all(test, due), 1,
			    "%llu from %llu", expires, since);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
}

static void expect_exact_around(struct kunit *test, u64 since, u64 edge)
{
	expect_exact_from(test, since, edge - 1);
	expect_exact_from(test, since, edge);
	expect_exact_from(test, since, edge + 1);
}

static const u64 starts[] = {
	0, 1, TICK - 1, TICK, 77 * WIDTH(0) + 3, WIDTH(1) - 1, WIDTH(1),
	255 * WIDTH(1) + 255 * WIDTH(0) + TICK - 1, WIDTH(3) + WIDTH(2) - 1,
	200 * WIDTH(4) + 17 * WIDTH(1), WIDTH(5) * 127 + 99,
};

static void expiry_is_exact_at_every_bucket_edge(struct kunit *test)
{
	u32 i, level;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		u64 since = starts[i];

		expect_exact_from(test, since, 0);
		expect_exact_from(test, since, 1);
		expect_exact_from(test, since, U64_MAX - 1);
		expect_exact_around(test, since, since + 1);
		expect_exact_around(test, since, roundup(since + 1, TICK));
		for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
			expect_exact_around(test, since, WIDTH(level));
			expect_exact_around(test, since, since + WIDTH(level));
			expect_exact_around(test, since, REACH(level));
			expect_exact_around(test, since, since + REACH(level));
			/* The next edge of the level. */
			expect_exact_around(test, since,
					    (since / WIDTH(level) + 1) *
					    WIDTH(level));
		}
	}
}

static void expiry_just_below_u64_max_is_exact(struct kunit *test)
{
	u64 back;

	for (back = 2; back < U64_MAX / 4; back *= 3)
		expect_exact_from(test, U64_MAX - back, U64_MAX - 1);
}

static void u64_max_never_expires(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, arm(test, 7, U64_MAX));
	KUNIT_EXPECT_FALSE(test, wheel_is_armed(wheel_of(test), 7));
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
	/* Nor does it delay an armed timer. */
	arm(test, 7, 50);
	KUNIT_EXPECT_FALSE(test, arm(test, 7, U64_MAX));
	KUNIT_EXPECT_EQ(test, expire_all(test, 50), 1);
}

static void first_and_last_timer_expire(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);

	arm(test, 0, 5);
	arm(test, CAPACITY - 1, WIDTH(2));
	KUNIT_EXPECT_EQ(test, expire_into(test, 5, expired), 1);
	KUNIT_EXPECT_EQ(test, expired->order[0], 0);
	KUNIT_EXPECT_EQ(test, expire_into(test, WIDTH(2), expired), 1);
	KUNIT_EXPECT_EQ(test, expired->order[0], CAPACITY - 1);
}

/* ---- Rearming and disarming. */

/* A time that is in a bucket of the level in a new wheel. */
static u64 in_level(u32 level)
{
	return 3 * WIDTH(level) + (level ? REACH(level - 1) : 0);
}

static void only_earlier_expiry_replaces_armed_one(struct kunit *test)
{
	static const u64 edges[] = {
		3, TICK - 1, TICK, 5 * TICK, REACH(0) - 1, REACH(0), REACH(1),
		REACH(2) * 3, REACH(3) + 1, REACH(4), REACH(5), U64_MAX - 1,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		for (j = 0; j < ARRAY_SIZE(edges); j++) {
			u64 first = min(edges[i], edges[j]);

			reset_wheel(test);
			arm(test, 7, edges[i]);
			KUNIT_EXPECT_EQ(test, arm(test, 7, edges[j]), j < i);
			expect_consistent(test);
			KUNIT_EXPECT_EQ(test, wheel_expires(wheel_of(test), 7),
					first);
			KUNIT_EXPECT_LE(test, next(test), first);
			KUNIT_EXPECT_EQ(test, expire_all(test, first - 1), 0);
			KUNIT_EXPECT_EQ(test, next(test), first);
			KUNIT_EXPECT_EQ(test, expire_all(test, first), 1);
			KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
		}
	}
}

/* The only, first, middle and last timer of the bucket. */
static void timer_is_disarmed_in_any_bucket(struct kunit *test)
{
	u32 level, i;

	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		reset_wheel(test);
		for (i = 0; i < 4; i++)
			arm(test, i, in_level(level) + i);
		disarm(test, 1);
		expect_consistent(test);
		disarm(test, 0);
		disarm(test, 3);
		expect_consistent(test);
		expect_next(test, in_level(level) + 2);
		disarm(test, 2);
		expect_consistent(test);
		KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
		KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
	}
}

static void timer_is_disarmed_in_begun_tick(struct kunit *test)
{
	arm(test, 1, 100);
	arm(test, 2, 200);
	arm(test, 3, 300);
	disarm(test, 1);
	disarm(test, 3);
	expect_consistent(test);
	KUNIT_EXPECT_LE(test, next(test), 200);
	KUNIT_EXPECT_EQ(test, expire_all(test, 199), 0);
	KUNIT_EXPECT_EQ(test, next(test), 200);
	KUNIT_EXPECT_EQ(test, expire_all(test, 300), 1);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
}

/* Three due timers, of which one expires. */
static void leave_two_due(struct kunit *test, struct expired_timers *expired)
{
	arm(test, 1, 10);
	arm(test, 2, 11);
	arm(test, 3, 12);
	KUNIT_ASSERT_TRUE(test, expire(test, 50, 1, expired));
	KUNIT_ASSERT_EQ(test, expired->count, 1);
	KUNIT_ASSERT_EQ(test, expired->order[0], 1);
	/* The others are due at once. */
	KUNIT_EXPECT_EQ(test, next(test), 0);
}

static void timer_is_disarmed_while_due(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);

	leave_two_due(test, expired);
	disarm(test, 2);
	expect_consistent(test);
	KUNIT_EXPECT_EQ(test, expire_into(test, 50, expired), 1);
	KUNIT_EXPECT_EQ(test, expired->order[0], 3);

	reset_wheel(test);
	memset(expired, 0, sizeof(*expired));
	leave_two_due(test, expired);
	disarm(test, 2);
	disarm(test, 3);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
	KUNIT_EXPECT_EQ(test, expire_into(test, 50, expired), 0);
}

static void timer_is_rearmed_while_due(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);

	leave_two_due(test, expired);
	arm(test, 2, 9);
	arm(test, 3, 1000);
	/* It has expired, and is armed anew. */
	arm(test, 1, 60);
	expect_consistent(test);
	KUNIT_EXPECT_EQ(test, expire_into(test, 50, expired), 2);
	KUNIT_EXPECT_FALSE(test, test_bit(1, expired->set));
	KUNIT_EXPECT_EQ(test, next(test), 60);
	KUNIT_EXPECT_EQ(test, expire_into(test, 60, expired), 1);
}

static void arm_and_disarm_are_idempotent(struct kunit *test)
{
	disarm(test, 4);
	expect_consistent(test);
	KUNIT_EXPECT_TRUE(test, arm(test, 4, WIDTH(1)));
	KUNIT_EXPECT_FALSE(test, arm(test, 4, WIDTH(1)));
	expect_consistent(test);
	KUNIT_EXPECT_EQ(test, expire_all(test, WIDTH(1)), 1);
	KUNIT_EXPECT_FALSE(test, wheel_is_armed(wheel_of(test), 4));
	disarm(test, 4);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
	KUNIT_EXPECT_TRUE(test, arm(test, 4, WIDTH(2)));
	disarm(test, 4);
	disarm(test, 4);
	expect_consistent(test);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
}

/* ---- Next event. */

static void next_event_is_exact_for_few_timers(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 8; i++)
		arm(test, i, 5 * TICK + 100 - i);
	/* Timers of later buckets do not matter. */
	for (; i < 100; i++)
		arm(test, i, 6 * TICK + i * WIDTH(i % 6));
	KUNIT_EXPECT_EQ(test, next(test), 5 * TICK + 93);
	disarm(test, 7);
	KUNIT_EXPECT_EQ(test, next(test), 5 * TICK + 94);
}

/* May be early, but always makes progress. */
static void next_event_is_never_late_for_many_timers(struct kunit *test)
{
	u32 level, i;

	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		u64 first = in_level(level) + WIDTH(level) / 2;

		reset_wheel(test);
		for (i = 0; i < 200; i++)
			arm(test, i, first + i);
		expect_next(test, first);
		expect_consistent(test);
		KUNIT_EXPECT_EQ(test, expire_all(test, first + 199), 200);
	}
}

/* Applies to timers within reach that are rearmed for the same time. */
static void timer_expires_early_at_most_once_per_level(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);
	u32 level, early;

	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		u64 now, expires = in_level(level);

		reset_wheel(test);
		arm(test, 7, expires);
		early = 0;
		for (now = next(test); now < expires; now = next(test)) {
			expire_into(test, now, expired);
			early += expired->early;
			/* Early by at most two buckets. */
			if (expired->early)
				KUNIT_EXPECT_LE(test, expires - now,
						2 * WIDTH(level));
		}
		KUNIT_EXPECT_LE(test, early, level);
		KUNIT_EXPECT_EQ(test, !early, !level);
	}
}

/* Nearer timers expire in between. */
static void timer_beyond_reach_is_requeued(struct kunit *test)
{
	const u64 reach = REACH(VARTA_WHEEL_LEVELS - 1);
	u64 now, last = 0;

	arm(test, 7, 5 * reach + 5);
	for (now = next(test); now < 5 * reach + 5; now = next(test)) {
		KUNIT_ASSERT_GT(test, now, last);
		last = now;
		KUNIT_ASSERT_EQ(test, expire_all(test, now), 0);
		expect_consistent(test);
		if (now < 2 * reach) {
			arm(test, 8, now + 17);
			KUNIT_EXPECT_EQ(test, expire_all(test, now + 17), 1);
		}
	}
	KUNIT_EXPECT_EQ(test, now, 5 * reach + 5);
	KUNIT_EXPECT_EQ(test, expire_all(test, now), 1);
}

static void arm_returns_true_only_before_next_event(struct kunit *test)
{
	/* No event was reported: any timer is earlier. */
	KUNIT_EXPECT_TRUE(test, arm(test, 1, U64_MAX - 1));
	KUNIT_EXPECT_TRUE(test, arm(test, 2, WIDTH(2)));
	/* The event is now that of the last earlier timer. */
	KUNIT_EXPECT_FALSE(test, arm(test, 3, WIDTH(2)));
	KUNIT_EXPECT_FALSE(test, arm(test, 4, WIDTH(2) + 1));
	KUNIT_EXPECT_TRUE(test, arm(test, 4, WIDTH(2) - 1));
	KUNIT_EXPECT_EQ(test, next(test), WIDTH(2) - 1);
	/* A disarmed timer leaves the event: a spurious wakeup. */
	disarm(test, 4);
	KUNIT_EXPECT_FALSE(test, arm(test, 5, WIDTH(2) - 1));
	disarm(test, 5);
	KUNIT_EXPECT_EQ(test, next(test), WIDTH(2));
	KUNIT_EXPECT_TRUE(test, arm(test, 5, WIDTH(2) - 1));
	/* Only varta_wheel_next() updates the event. */
	KUNIT_EXPECT_EQ(test, expire_all(test, WIDTH(2)), 3);
	KUNIT_EXPECT_FALSE(test, arm(test, 6, 2 * WIDTH(2)));
	KUNIT_EXPECT_EQ(test, next(test), 2 * WIDTH(2));
	KUNIT_EXPECT_TRUE(test, arm(test, 7, 2 * WIDTH(2) - 1));
}

/* ---- Many timers. */

static void timers_expire_early_in_batches(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);
	u32 i, calls = 1;

	for (i = 0; i < CAPACITY; i++)
		arm(test, i, in_level(2) + i);
	while (expire(test, in_level(2) - WIDTH(2), CAPACITY, expired))
		KUNIT_ASSERT_LE(test, ++calls, CAPACITY);
	/* Each call expires one batch early; the last one finds none. */
	KUNIT_EXPECT_GE(test, calls, CAPACITY / VARTA_WHEEL_BATCH);
	KUNIT_EXPECT_LE(test, calls, CAPACITY / VARTA_WHEEL_BATCH + 1);
	KUNIT_EXPECT_EQ(test, expired->count, 0);
	KUNIT_EXPECT_EQ(test, expired->early, CAPACITY);
	expect_consistent(test);
	/* The same for timers of a begun tick. */
	for (calls = 1; expire(test, in_level(2), CAPACITY, expired); calls++)
		KUNIT_ASSERT_LE(test, calls, CAPACITY);
	KUNIT_EXPECT_GE(test, calls, CAPACITY / VARTA_WHEEL_BATCH);
	KUNIT_EXPECT_EQ(test, expired->count, 1);
	KUNIT_EXPECT_EQ(test, next(test), in_level(2) + 1);
	KUNIT_EXPECT_EQ(test, expire_into(test, in_level(3), expired),
			CAPACITY - 1);
}

static void expire_returns_at_most_max_timers(struct kunit *test)
{
	static const u32 limits[] = {
		1, 7, VARTA_WHEEL_BATCH - 1, VARTA_WHEEL_BATCH,
		VARTA_WHEEL_BATCH + 1, CAPACITY,
	};
	struct expired_timers *expired = alloc_expired(test);
	u32 i, j, calls;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		u32 each = min_t(u32, limits[i], VARTA_WHEEL_BATCH);

		reset_wheel(test);
		memset(expired, 0, sizeof(*expired));
		/* Timers of all lists, and some that are not due. */
		for (j = 0; j < CAPACITY; j++)
			arm(test, j, j % 8 == 7 ? U64_MAX - 1 : WIDTH(j % 4) *
			    (1 + j % 3) + j);
		calls = 1;
		while (expire(test, 10 * WIDTH(3), limits[i], expired))
			KUNIT_ASSERT_LT(test, ++calls, CALLS_MAX);
		KUNIT_EXPECT_EQ(test, expired->count, CAPACITY - CAPACITY / 8);
		KUNIT_EXPECT_GE(test, calls, expired->count / each);
		KUNIT_EXPECT_LE(test, calls, expired->count / each + 2);
		expect_consistent(test);
	}
}

static void changes_between_batches_take_effect(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);
	u32 i;

	for (i = 0; i < 200; i++)
		arm(test, i, WIDTH(1) + i);
	KUNIT_ASSERT_TRUE(test, expire(test, WIDTH(1) + 99, CAPACITY, expired));
	arm(test, 300, 5);
	arm(test, 301, WIDTH(1) + 99);
	arm(test, 302, WIDTH(1) + 100);
	disarm(test, 99);
	while (expire(test, WIDTH(1) + 99, CAPACITY, expired))
		KUNIT_ASSERT_LT(test, expired->count, CAPACITY);
	expect_consistent(test);
	KUNIT_EXPECT_EQ(test, expired->count, 99 + 2);
	KUNIT_EXPECT_TRUE(test, test_bit(300, expired->set));
	KUNIT_EXPECT_TRUE(test, test_bit(301, expired->set));
	KUNIT_EXPECT_FALSE(test, test_bit(99, expired->set));
	KUNIT_EXPECT_EQ(test, expire_into(test, WIDTH(1) + 199, expired),
			100 + 1);
}

/* A timer in a narrow bucket becomes due while a wide bucket expires. */
static void narrow_bucket_expires_before_wide_one(struct kunit *test)
{
	enum { NR_NARROW = 12, MAX_TIMERS = 8 };
	const u64 near = WIDTH(3) * 99;
	const u64 expires = near + 3 * WIDTH(1);
	struct expired_timers *expired = alloc_expired(test);
	u32 i;

	for (i = NR_NARROW; i < CAPACITY; i++)
		arm(test, i, near + WIDTH(3) + i);
	KUNIT_ASSERT_EQ(test, expire_all(test, near - 2 * REACH(0)), 0);
	for (i = 0; i < NR_NARROW; i++)
		arm(test, i, expires);
	KUNIT_ASSERT_TRUE(test, expire(test, near, MAX_TIMERS, expired));
	/* Early timers get what due timers leave: at least a quarter. */
	KUNIT_ASSERT_TRUE(test, expire(test, expires - WIDTH(1), MAX_TIMERS,
				       expired));
	KUNIT_ASSERT_TRUE(test, expire(test, expires - WIDTH(1), MAX_TIMERS,
				       expired));
	KUNIT_EXPECT_EQ(test, expired->early, 3 * MAX_TIMERS);
	KUNIT_ASSERT_TRUE(test, expire(test, expires, MAX_TIMERS, expired));
	KUNIT_ASSERT_TRUE(test, expire(test, expires, MAX_TIMERS, expired));
	KUNIT_EXPECT_EQ(test, expired->count, NR_NARROW);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(expired->set, CAPACITY, 0),
			NR_NARROW);
	expect_consistent(test);
}

static void scan_of_pending_timers_leaves_room_for_early_ones(struct kunit *test)
{
	enum { WAITER = CAPACITY - 1 };
	const u64 now = 4 * REACH(0);
	struct expired_timers *expired = alloc_expired(test);
	u32 i;

	arm(test, WAITER, now + WIDTH(1));
	KUNIT_ASSERT_EQ(test, expire_all(test, now - REACH(0) / 2), 0);
	for (i = 0; i < WAITER; i++)
		arm(test, i, now + TICK - 1 - i);
	KUNIT_EXPECT_TRUE(test, expire(test, now, VARTA_WHEEL_BATCH, expired));
	KUNIT_EXPECT_EQ(test, expired->early, 1);
	KUNIT_EXPECT_EQ(test, expired->count, 0);
	expect_consistent(test);
}

/* The next event of a tick with many timers is its begin, found in short time. */
static void tick_with_many_timers_is_not_scanned_whole(struct kunit *test)
{
	u64 begin = in_level(1), expires = begin + TICK / 2;
	u32 i;

	KUNIT_ASSERT_EQ(test, begin % TICK, 0);
	for (i = 0; i < CAPACITY; i++)
		arm(test, i, expires + i);
	KUNIT_EXPECT_LE(test, next(test), begin);
	/* In the lowest level now. */
	expire_all(test, begin - TICK);
	KUNIT_EXPECT_EQ(test, next(test), begin);
	for (i = 0; i < CAPACITY - 2; i++)
		disarm(test, i);
	KUNIT_EXPECT_EQ(test, next(test), expires + CAPACITY - 2);
}

/* Expire at each next event, as the tracker does. */
static void expiry_order_is_exact_to_one_tick(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);
	u32 i, found = 0;
	u64 last = 0, now;

	for (i = 0; i < CAPACITY; i++)
		arm(test, i, 1 + (i * 7919ull % CAPACITY) * (WIDTH(1) / 64));
	for (now = next(test); now != U64_MAX; now = next(test)) {
		found += expire_into(test, now, expired);
		for (i = 0; i < expired->count; i++) {
			u64 at = 1 + (expired->order[i] * 7919ull % CAPACITY) *
				     (WIDTH(1) / 64);

			KUNIT_ASSERT_LE(test, last, at + TICK);
			KUNIT_ASSERT_EQ(test, at, now);
			last = at;
		}
	}
	KUNIT_EXPECT_EQ(test, found, CAPACITY);
}

/* ---- Clock. */

static void far_time_jump_expires_all(struct kunit *test)
{
	u32 level, i = 0;

	arm(test, i++, 0);
	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		arm(test, i++, WIDTH(level) - 1);
		arm(test, i++, WIDTH(level));
		arm(test, i++, in_level(level));
		arm(test, i++, REACH(level));
	}
	arm(test, i++, U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), i);
	expect_consistent(test);
	/* At the end of time, every timer is due. */
	arm(test, 7, 5);
	arm(test, 8, U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 2);
}

static void expire_may_repeat_same_time(struct kunit *test)
{
	const u64 now = WIDTH(2) + 5 * TICK + 17;
	u32 i;

	KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
	for (i = 0; i < 10; i++) {
		arm(test, 1, now - i * 1000);
		arm(test, 2, now + 1);
		KUNIT_EXPECT_LE(test, next(test), now);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 1);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
		expect_consistent(test);
	}
	KUNIT_EXPECT_EQ(test, expire_all(test, now + 1), 1);
}

static void time_may_go_back(struct kunit *test)
{
	const u64 now = WIDTH(1);
	u64 back;

	for (back = 1; back < WIDTH(1); back *= 5) {
		reset_wheel(test);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
		arm(test, 1, now - back);
		arm(test, 2, now + 1);
		arm(test, 3, now + 3 * TICK);
		KUNIT_EXPECT_EQ(test, expire_all(test, now - back - 1), 0);
		expect_consistent(test);
		KUNIT_EXPECT_EQ(test, expire_all(test, now - back), 1);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
		KUNIT_EXPECT_EQ(test, expire_all(test, now + 1), 1);
		KUNIT_EXPECT_EQ(test, expire_all(test, now - 1), 0);
		KUNIT_EXPECT_EQ(test, expire_all(test, now + 3 * TICK), 1);
	}
}

/* The clock goes back while due timers remain. */
static void time_may_go_back_between_batches(struct kunit *test)
{
	struct expired_timers *expired = alloc_expired(test);
	u32 i;

	for (i = 0; i < 200; i++)
		arm(test, i, WIDTH(2) + i * 100);
	KUNIT_ASSERT_TRUE(test, expire(test, WIDTH(3), 10, expired));
	KUNIT_ASSERT_EQ(test, expired->count, 10);
	while (expire(test, WIDTH(2) + 99 * 100, CAPACITY, expired))
		KUNIT_ASSERT_LT(test, expired->count, CAPACITY);
	expect_consistent(test);
	KUNIT_EXPECT_EQ(test, expired->count, 100);
	KUNIT_EXPECT_EQ(test, next(test), WIDTH(2) + 100 * 100);
	KUNIT_EXPECT_EQ(test, expire_into(test, WIDTH(3), expired), 100);
}

/* Levels are relative to the last expiry, which may be long ago. */
static void wheel_may_lag_behind_time(struct kunit *test)
{
	const u64 now = 3 * WIDTH(4) + 12345;
	u32 i;

	arm(test, 0, WIDTH(1));
	arm(test, 1, WIDTH(4) * 2);
	for (i = 0; i < 20; i++)
		arm(test, 2 + i, now + i);
	KUNIT_EXPECT_EQ(test, next(test), WIDTH(1));
	KUNIT_EXPECT_EQ(test, expire_all(test, now), 3);
	expect_consistent(test);
	KUNIT_EXPECT_EQ(test, next(test), now + 1);
	KUNIT_EXPECT_EQ(test, expire_all(test, now + 18), 18);
	KUNIT_EXPECT_EQ(test, expire_all(test, now + 19), 1);
}

/* ---- Fairness. */

/* One call; all timers but @waiter are rearmed for @now + @by. */
static bool expire_under_flood(struct kunit *test, u64 now, u32 waiter, u64 by)
{
	u32 nrs[VARTA_WHEEL_BATCH], count, i;
	bool more, found = false;

	count = varta_wheel_expire(wheel_of(test), now, nrs,
				   VARTA_WHEEL_BATCH / 2, &more);
	for (i = 0; i < count; i++) {
		u64 when = nrs[i] == waiter ? times[waiter] : now + by;

		found |= nrs[i] == waiter && times[waiter] <= now;
		varta_wheel_arm(wheel_of(test), nrs[i], when);
	}
	return found;
}

static void always_due_timers_do_not_starve_others(struct kunit *test)
{
	enum { WAITER = CAPACITY - 1 };
	u64 now = 0;
	u32 i;

	for (i = 0; i < WAITER; i++)
		arm(test, i, 0);
	arm(test, WAITER, REACH(1));
	do {
		now += WIDTH(1);
	} while (!expire_under_flood(test, now, WAITER, 0) &&
		 now < 2 * REACH(1));
	KUNIT_EXPECT_GE(test, now, REACH(1));
	KUNIT_EXPECT_LT(test, now, REACH(1) + 64 * WIDTH(1));
}

/* More timers expire in each level than one call returns. */
static void narrow_buckets_do_not_starve_wide_ones(struct kunit *test)
{
	enum { WAITER = CAPACITY - 1 };
	u64 now, by, expires;
	u32 level, i;

	for (level = 1; level < VARTA_WHEEL_LEVELS - 1; level++) {
		reset_wheel(test);
		by = REACH(level - 1) + WIDTH(level);
		expires = 2 * REACH(level);
		for (i = 0; i < WAITER; i++)
			arm(test, i, by);
		arm(test, WAITER, expires);
		now = 0;
		do {
			now += by / 4;
		} while (!expire_under_flood(test, now, WAITER, by) &&
			 now < 2 * expires);
		KUNIT_EXPECT_GE(test, now, expires);
		KUNIT_EXPECT_LT(test, now, expires + 16 * by);
	}
}

/* ---- Groups. */

static void look_is_before_the_first_or_early_for_the_last(struct kunit *test)
{
	const u64 now = 5ull * NSEC_PER_SEC, sec = NSEC_PER_SEC;

	/* All are due at one time. */
	KUNIT_EXPECT_EQ(test, varta_wheel_look_time(now + 8 * sec, now + 8 * sec, now),
			now + 7 * sec);
	/* The first decides, and the last if it is much later. */
	KUNIT_EXPECT_EQ(test, varta_wheel_look_time(now + 8 * sec, now + 16 * sec, now),
			now + 7 * sec);
	KUNIT_EXPECT_EQ(test, varta_wheel_look_time(now + sec, now + 16 * sec, now),
			now + 5 * sec);
	KUNIT_EXPECT_EQ(test, varta_wheel_look_time(0, now + 16 * sec, now),
			now + 5 * sec);
	/* Too often: they are armed one by one. */
	KUNIT_EXPECT_EQ(test, varta_wheel_look_time(now, now + 16 * NSEC_PER_MSEC, now),
			U64_MAX);
	KUNIT_EXPECT_EQ(test, varta_wheel_look_time(0, 0, now), U64_MAX);
	/* Never overflows. */
	KUNIT_EXPECT_LT(test, varta_wheel_look_time(U64_MAX - 1, U64_MAX - 1, now),
			U64_MAX - 1);
}

static void timer_is_covered_by_a_look_with_room_to_be_late(struct kunit *test)
{
	const u64 now = 1000, look = now + 800;

	KUNIT_EXPECT_TRUE(test, varta_wheel_is_covered(look + 100, look, now));
	KUNIT_EXPECT_FALSE(test, varta_wheel_is_covered(look + 99, look, now));
	KUNIT_EXPECT_FALSE(test, varta_wheel_is_covered(look - 1, look, now));
	KUNIT_EXPECT_FALSE(test, varta_wheel_is_covered(look, look, look));
	KUNIT_EXPECT_FALSE(test, varta_wheel_is_covered(U64_MAX - 1, U64_MAX, now));
	/* An overdue look comes at once. */
	KUNIT_EXPECT_TRUE(test, varta_wheel_is_covered(now + 1, now - 1, now));
}

static void group_is_not_armed_for_never(struct kunit *test)
{
	const u32 nr = 3;
	const u64 never = U64_MAX;

	varta_wheel_postpone(wheel_of(test), &nr, &never, 1, 0);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
}

/* ---- Memory. */

static void wheel_bytes_matches_allocation(struct kunit *test)
{
	struct varta_wheel *wheel = wheel_of(test);
	/* LIST_DUE, LIST_CURRENT, and LIST_EARLY of all but one level. */
	const u32 lists = VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS + 2 +
			  VARTA_WHEEL_LEVELS - 1;

	KUNIT_EXPECT_EQ(test, sizeof(struct varta_timer), 16);
	KUNIT_EXPECT_EQ(test, varta_wheel_bytes(CAPACITY),
			(1 + CAPACITY + CAPACITY / VARTA_WHEEL_GROUP + lists) *
				sizeof(struct varta_timer));
	/* The heads of the lists are at the end. */
	KUNIT_EXPECT_EQ(test, varta_wheel_bytes(CAPACITY),
			(wheel->heads + lists) * sizeof(*wheel->timers));
}

static int wheel_test_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct varta_wheel),
				   GFP_KERNEL);
	if (!test->priv)
		return -ENOMEM;
	return varta_wheel_init(test->priv, CAPACITY);
}

static void wheel_test_exit(struct kunit *test)
{
	if (!test->priv || !wheel_of(test)->timers)
		return;
	expect_consistent(test);
	varta_wheel_destroy(wheel_of(test));
}

static struct kunit_case wheel_cases[] = {
	KUNIT_CASE(expiry_is_exact_at_every_bucket_edge),
	KUNIT_CASE(expiry_just_below_u64_max_is_exact),
	KUNIT_CASE(u64_max_never_expires),
	KUNIT_CASE(first_and_last_timer_expire),

	KUNIT_CASE(only_earlier_expiry_replaces_armed_one),
	KUNIT_CASE(timer_is_disarmed_in_any_bucket),
	KUNIT_CASE(timer_is_disarmed_in_begun_tick),
	KUNIT_CASE(timer_is_disarmed_while_due),
	KUNIT_CASE(timer_is_rearmed_while_due),
	KUNIT_CASE(arm_and_disarm_are_idempotent),

	KUNIT_CASE(next_event_is_exact_for_few_timers),
	KUNIT_CASE(next_event_is_never_late_for_many_timers),
	KUNIT_CASE(timer_expires_early_at_most_once_per_level),
	KUNIT_CASE(timer_beyond_reach_is_requeued),
	KUNIT_CASE(arm_returns_true_only_before_next_event),

	KUNIT_CASE(timers_expire_early_in_batches),
	KUNIT_CASE(expire_returns_at_most_max_timers),
	KUNIT_CASE(changes_between_batches_take_effect),
	KUNIT_CASE(narrow_bucket_expires_before_wide_one),
	KUNIT_CASE(scan_of_pending_timers_leaves_room_for_early_ones),
	KUNIT_CASE(tick_with_many_timers_is_not_scanned_whole),
	KUNIT_CASE(expiry_order_is_exact_to_one_tick),

	KUNIT_CASE(far_time_jump_expires_all),
	KUNIT_CASE(expire_may_repeat_same_time),
	KUNIT_CASE(time_may_go_back),
	KUNIT_CASE(time_may_go_back_between_batches),
	KUNIT_CASE(wheel_may_lag_behind_time),
	KUNIT_CASE(always_due_timers_do_not_starve_others),
	KUNIT_CASE(narrow_buckets_do_not_starve_wide_ones),

	KUNIT_CASE(look_is_before_the_first_or_early_for_the_last),
	KUNIT_CASE(timer_is_covered_by_a_look_with_room_to_be_late),
	KUNIT_CASE(group_is_not_armed_for_never),
	KUNIT_CASE(wheel_bytes_matches_allocation),
	{}
};

static struct kunit_suite wheel_suite = {
	.name = "varta-wheel",
	.init = wheel_test_init,
	.exit = wheel_test_exit,
	.test_cases = wheel_cases,
};

kunit_test_suite(wheel_suite);
