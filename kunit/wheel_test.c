// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timing wheel alone: each number is handed out by the first call for a
 * time that is not before its own. What is handed out before is armed again
 * here, as the tracker does it.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/minmax.h>

#include "wheel_check.h"

enum {
	CAPACITY	= 512,
	/* So many calls for one time lead to the end, whatever there is. */
	CALLS_MAX	= 8 * CAPACITY,
};

#define TICK		BIT_ULL(VARTA_WHEEL_TICK_SHIFT)
/* How long a bucket of the level is. */
#define LENGTH(level)	(TICK << ((level) * VARTA_WHEEL_LEVEL_SHIFT))
/* How far ahead the level reaches. */
#define REACH(level)	(LENGTH(level) * VARTA_WHEEL_BUCKETS)

/* What was handed out, number by number and in that order. */
struct out {
	DECLARE_BITMAP(set, CAPACITY);
	u32 order[CAPACITY];
	u32 count;
	/* How often one was handed out before it was due. */
	u32 early;
};

/* What was armed for when. */
static u64 times[CAPACITY];

static struct varta_wheel *wheel_of(struct kunit *test)
{
	return test->priv;
}

static bool arm(struct kunit *test, u32 number, u64 expires)
{
	if (!wheel_is_armed(wheel_of(test), number) || expires < times[number])
		times[number] = expires;
	return varta_wheel_arm(wheel_of(test), number, expires);
}

static void disarm(struct kunit *test, u32 number)
{
	varta_wheel_disarm(wheel_of(test), number);
}

static u64 next(struct kunit *test)
{
	return varta_wheel_next(wheel_of(test));
}

/* One call. Returns whether there is more. */
static bool expire(struct kunit *test, u64 now, u32 room, struct out *out)
{
	u32 numbers[VARTA_WHEEL_BATCH], later = 0, count, i;
	u64 deadlines[VARTA_WHEEL_BATCH];
	bool more;

	count = varta_wheel_expire(wheel_of(test), now, numbers,
				   min_t(u32, room, VARTA_WHEEL_BATCH), &more);
	KUNIT_ASSERT_LE(test, count, min_t(u32, room, VARTA_WHEEL_BATCH));
	for (i = 0; i < count; i++) {
		u32 number = numbers[i];

		KUNIT_ASSERT_LT(test, number, CAPACITY);
		if (times[number] > now) {
			numbers[later] = number;
			deadlines[later++] = times[number];
			out->early++;
			continue;
		}
		KUNIT_ASSERT_FALSE(test, test_bit(number, out->set));
		__set_bit(number, out->set);
		out->order[out->count++] = number;
	}
	varta_wheel_arm_batch(wheel_of(test), numbers, deadlines, later);
	return more;
}

/* Calls until there is no more. Returns how many were handed out. */
static u32 expire_into(struct kunit *test, u64 now, struct out *out)
{
	u32 calls = 0;

	memset(out, 0, sizeof(*out));
	while (expire(test, now, CAPACITY, out))
		KUNIT_ASSERT_LT(test, ++calls, CALLS_MAX);
	return out->count;
}

static u32 expire_all(struct kunit *test, u64 now)
{
	static struct out out;

	return expire_into(test, now, &out);
}

/* Whoever waits as next() says gets there, and not beyond, and in few steps. */
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

static void expect_in_order(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, wheel_fault(wheel_of(test)) ?: "", "");
}

/* As if it had just been made. */
static void renew(struct kunit *test)
{
	expect_in_order(test);
	varta_wheel_destroy(wheel_of(test));
	KUNIT_ASSERT_EQ(test, varta_wheel_init(wheel_of(test), CAPACITY), 0);
}

/* ---- When. */

/* Both sides of every edge there is, seen from @since. */
static void expect_exact_from(struct kunit *test, u64 since, u64 expires)
{
	const u64 handed_out = max(expires, since);

	/* Never, which is an edge of the last bucket. */
	if (expires == U64_MAX)
		return;
	renew(test);
	KUNIT_EXPECT_EQ(test, expire_all(test, since), 0);
	KUNIT_EXPECT_TRUE(test, arm(test, 7, expires));
	KUNIT_EXPECT_LE(test, next(test), expires);
	expect_in_order(test);
	if (expires < since || expires - since < REACH(VARTA_WHEEL_LEVELS - 1))
		expect_next(test, expires);
	if (expires > since) {
		KUNIT_EXPECT_EQ_MSG(test, expire_all(test, expires - 1), 0,
				    "%llu from %llu", expires, since);
		KUNIT_EXPECT_EQ(test, next(test), expires);
		expect_in_order(test);
	}
	KUNIT_EXPECT_EQ_MSG(test, expire_all(test, handed_out), 1,
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
	0, 1, TICK - 1, TICK, 77 * LENGTH(0) + 3, LENGTH(1) - 1, LENGTH(1),
	255 * LENGTH(1) + 255 * LENGTH(0) + TICK - 1, LENGTH(3) + LENGTH(2) - 1,
	200 * LENGTH(4) + 17 * LENGTH(1), LENGTH(5) * 127 + 99,
};

static void each_edge_is_exact_from_anywhere(struct kunit *test)
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
			expect_exact_around(test, since, LENGTH(level));
			expect_exact_around(test, since, since + LENGTH(level));
			expect_exact_around(test, since, REACH(level));
			expect_exact_around(test, since, since + REACH(level));
			/* Where the level's next bucket begins. */
			expect_exact_around(test, since,
					    (since / LENGTH(level) + 1) *
						    LENGTH(level));
		}
	}
}

static void end_of_time_is_exact(struct kunit *test)
{
	u64 back;

	for (back = 2; back < U64_MAX / 4; back *= 3)
		expect_exact_from(test, U64_MAX - back, U64_MAX - 1);
}

static void end_of_time_itself_is_never(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, arm(test, 7, U64_MAX));
	KUNIT_EXPECT_FALSE(test, wheel_is_armed(wheel_of(test), 7));
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
	/* Nor does it make anything later. */
	arm(test, 7, 50);
	KUNIT_EXPECT_FALSE(test, arm(test, 7, U64_MAX));
	KUNIT_EXPECT_EQ(test, expire_all(test, 50), 1);
}

static void first_and_last_number_are_numbers(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, out);
	arm(test, 0, 5);
	arm(test, CAPACITY - 1, LENGTH(2));
	KUNIT_EXPECT_EQ(test, expire_into(test, 5, out), 1);
	KUNIT_EXPECT_EQ(test, out->order[0], 0);
	KUNIT_EXPECT_EQ(test, expire_into(test, LENGTH(2), out), 1);
	KUNIT_EXPECT_EQ(test, out->order[0], CAPACITY - 1);
}

/* ---- Armed again, and disarmed. */

/* A time that waits in a bucket of the level if the wheel was never turned. */
static u64 in_level(u32 level)
{
	return 3 * LENGTH(level) + (level ? REACH(level - 1) : 0);
}

static void earlier_time_counts_and_later_does_not(struct kunit *test)
{
	static const u64 edges[] = {
		3, TICK - 1, TICK, 5 * TICK, REACH(0) - 1, REACH(0), REACH(1),
		REACH(2) * 3, REACH(3) + 1, REACH(4), REACH(5), U64_MAX - 1,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		for (j = 0; j < ARRAY_SIZE(edges); j++) {
			u64 first = min(edges[i], edges[j]);

			renew(test);
			arm(test, 7, edges[i]);
			KUNIT_EXPECT_EQ(test, arm(test, 7, edges[j]), j < i);
			expect_in_order(test);
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

/* Alone there, as the first, in the middle and as the last. */
static void disarmed_from_any_bucket(struct kunit *test)
{
	u32 level, i;

	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		renew(test);
		for (i = 0; i < 4; i++)
			arm(test, i, in_level(level) + i);
		disarm(test, 1);
		expect_in_order(test);
		disarm(test, 0);
		disarm(test, 3);
		expect_in_order(test);
		expect_next(test, in_level(level) + 2);
		disarm(test, 2);
		expect_in_order(test);
		KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
		KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
	}
}

static void disarmed_when_due_soon(struct kunit *test)
{
	arm(test, 1, 100);
	arm(test, 2, 200);
	arm(test, 3, 300);
	disarm(test, 1);
	disarm(test, 3);
	expect_in_order(test);
	KUNIT_EXPECT_LE(test, next(test), 200);
	KUNIT_EXPECT_EQ(test, expire_all(test, 199), 0);
	KUNIT_EXPECT_EQ(test, next(test), 200);
	KUNIT_EXPECT_EQ(test, expire_all(test, 300), 1);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
}

/* Three that are due, one of which is handed out. */
static void make_two_due(struct kunit *test, struct out *out)
{
	arm(test, 1, 10);
	arm(test, 2, 11);
	arm(test, 3, 12);
	KUNIT_ASSERT_TRUE(test, expire(test, 50, 1, out));
	KUNIT_ASSERT_EQ(test, out->count, 1);
	KUNIT_ASSERT_EQ(test, out->order[0], 1);
	/* What is left is to be handed out at once. */
	KUNIT_EXPECT_EQ(test, next(test), 0);
}

static void disarmed_when_about_to_be_handed_out(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, out);
	make_two_due(test, out);
	disarm(test, 2);
	expect_in_order(test);
	KUNIT_EXPECT_EQ(test, expire_into(test, 50, out), 1);
	KUNIT_EXPECT_EQ(test, out->order[0], 3);

	renew(test);
	memset(out, 0, sizeof(*out));
	make_two_due(test, out);
	disarm(test, 2);
	disarm(test, 3);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
	KUNIT_EXPECT_EQ(test, expire_into(test, 50, out), 0);
}

static void armed_again_when_about_to_be_handed_out(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, out);
	make_two_due(test, out);
	arm(test, 2, 9);
	arm(test, 3, 1000);
	/* It is disarmed, and armed as if it had never been. */
	arm(test, 1, 60);
	expect_in_order(test);
	KUNIT_EXPECT_EQ(test, expire_into(test, 50, out), 2);
	KUNIT_EXPECT_FALSE(test, test_bit(1, out->set));
	KUNIT_EXPECT_EQ(test, next(test), 60);
	KUNIT_EXPECT_EQ(test, expire_into(test, 60, out), 1);
}

static void doing_it_twice_is_doing_it_once(struct kunit *test)
{
	disarm(test, 4);
	expect_in_order(test);
	KUNIT_EXPECT_TRUE(test, arm(test, 4, LENGTH(1)));
	KUNIT_EXPECT_FALSE(test, arm(test, 4, LENGTH(1)));
	expect_in_order(test);
	KUNIT_EXPECT_EQ(test, expire_all(test, LENGTH(1)), 1);
	KUNIT_EXPECT_FALSE(test, wheel_is_armed(wheel_of(test), 4));
	disarm(test, 4);
	KUNIT_EXPECT_EQ(test, next(test), U64_MAX);
	KUNIT_EXPECT_TRUE(test, arm(test, 4, LENGTH(2)));
	disarm(test, 4);
	disarm(test, 4);
	expect_in_order(test);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 0);
}

/* ---- What is next. */

static void next_is_exact_for_a_few_soon(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 8; i++)
		arm(test, i, 5 * TICK + 100 - i);
	/* What is in later buckets does not matter. */
	for (; i < 100; i++)
		arm(test, i, 6 * TICK + i * LENGTH(i % 6));
	KUNIT_EXPECT_EQ(test, next(test), 5 * TICK + 93);
	disarm(test, 7);
	KUNIT_EXPECT_EQ(test, next(test), 5 * TICK + 94);
}

/* Early, and never without getting nearer. */
static void next_is_never_late_for_many(struct kunit *test)
{
	u32 level, i;

	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		u64 first = in_level(level) + LENGTH(level) / 2;

		renew(test);
		for (i = 0; i < 200; i++)
			arm(test, i, first + i);
		expect_next(test, first);
		expect_in_order(test);
		KUNIT_EXPECT_EQ(test, expire_all(test, first + 199), 200);
	}
}

/* If it is armed again for when it is due, and not out of reach. */
static void early_is_once_a_level(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 level, early;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		u64 now, expires = in_level(level);

		renew(test);
		arm(test, 7, expires);
		early = 0;
		for (now = next(test); now < expires; now = next(test)) {
			expire_into(test, now, out);
			early += out->early;
			/* It is not far from being due. */
			if (out->early)
				KUNIT_EXPECT_LE(test, expires - now,
						2 * LENGTH(level));
		}
		KUNIT_EXPECT_LE(test, early, level);
		KUNIT_EXPECT_EQ(test, !early, !level);
	}
}

/* And those that are nearer before they are. */
static void far_ahead_is_looked_at_in_between(struct kunit *test)
{
	const u64 reach = REACH(VARTA_WHEEL_LEVELS - 1);
	u64 now, last = 0;

	arm(test, 7, 5 * reach + 5);
	for (now = next(test); now < 5 * reach + 5; now = next(test)) {
		KUNIT_ASSERT_GT(test, now, last);
		last = now;
		KUNIT_ASSERT_EQ(test, expire_all(test, now), 0);
		expect_in_order(test);
		if (now < 2 * reach) {
			arm(test, 8, now + 17);
			KUNIT_EXPECT_EQ(test, expire_all(test, now + 17), 1);
		}
	}
	KUNIT_EXPECT_EQ(test, now, 5 * reach + 5);
	KUNIT_EXPECT_EQ(test, expire_all(test, now), 1);
}

static void sooner_is_what_next_did_not_say(struct kunit *test)
{
	/* Nothing was said: anything is sooner. */
	KUNIT_EXPECT_TRUE(test, arm(test, 1, U64_MAX - 1));
	KUNIT_EXPECT_TRUE(test, arm(test, 2, LENGTH(2)));
	/* What was sooner once has been told. */
	KUNIT_EXPECT_FALSE(test, arm(test, 3, LENGTH(2)));
	KUNIT_EXPECT_FALSE(test, arm(test, 4, LENGTH(2) + 1));
	KUNIT_EXPECT_TRUE(test, arm(test, 4, LENGTH(2) - 1));
	KUNIT_EXPECT_EQ(test, next(test), LENGTH(2) - 1);
	/* Whoever waits for what was disarmed waits too short: no matter. */
	disarm(test, 4);
	KUNIT_EXPECT_FALSE(test, arm(test, 5, LENGTH(2) - 1));
	disarm(test, 5);
	KUNIT_EXPECT_EQ(test, next(test), LENGTH(2));
	KUNIT_EXPECT_TRUE(test, arm(test, 5, LENGTH(2) - 1));
	/* Handing out tells nobody anything; asking does. */
	KUNIT_EXPECT_EQ(test, expire_all(test, LENGTH(2)), 3);
	KUNIT_EXPECT_FALSE(test, arm(test, 6, 2 * LENGTH(2)));
	KUNIT_EXPECT_EQ(test, next(test), 2 * LENGTH(2));
	KUNIT_EXPECT_TRUE(test, arm(test, 7, 2 * LENGTH(2) - 1));
}

/* ---- Many. */

static void many_are_moved_a_batch_at_a_time(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 i, calls = 1;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < CAPACITY; i++)
		arm(test, i, in_level(2) + i);
	while (expire(test, in_level(2) - LENGTH(2), CAPACITY, out))
		KUNIT_ASSERT_LE(test, ++calls, CAPACITY);
	/* Each call moves so many, and the last one finds none. */
	KUNIT_EXPECT_GE(test, calls, CAPACITY / VARTA_WHEEL_BATCH);
	KUNIT_EXPECT_LE(test, calls, CAPACITY / VARTA_WHEEL_BATCH + 1);
	KUNIT_EXPECT_EQ(test, out->count, 0);
	KUNIT_EXPECT_EQ(test, out->early, CAPACITY);
	expect_in_order(test);
	/* The same of those whose tick has begun. */
	for (calls = 1; expire(test, in_level(2), CAPACITY, out); calls++)
		KUNIT_ASSERT_LE(test, calls, CAPACITY);
	KUNIT_EXPECT_GE(test, calls, CAPACITY / VARTA_WHEEL_BATCH);
	KUNIT_EXPECT_EQ(test, out->count, 1);
	KUNIT_EXPECT_EQ(test, next(test), in_level(2) + 1);
	KUNIT_EXPECT_EQ(test, expire_into(test, in_level(3), out),
			CAPACITY - 1);
}

static void many_are_handed_out_as_there_is_room(struct kunit *test)
{
	static const u32 rooms[] = {
		1, 7, VARTA_WHEEL_BATCH - 1, VARTA_WHEEL_BATCH,
		VARTA_WHEEL_BATCH + 1, CAPACITY,
	};
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 i, j, calls;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		u32 each = min_t(u32, rooms[i], VARTA_WHEEL_BATCH);

		renew(test);
		memset(out, 0, sizeof(*out));
		/* Some from every list, and some that are not due. */
		for (j = 0; j < CAPACITY; j++)
			arm(test, j, j % 8 == 7 ? U64_MAX - 1 :
						  LENGTH(j % 4) * (1 + j % 3) + j);
		calls = 1;
		while (expire(test, 10 * LENGTH(3), rooms[i], out))
			KUNIT_ASSERT_LT(test, ++calls, CALLS_MAX);
		KUNIT_EXPECT_EQ(test, out->count, CAPACITY - CAPACITY / 8);
		KUNIT_EXPECT_GE(test, calls, out->count / each);
		KUNIT_EXPECT_LE(test, calls, out->count / each + 2);
		expect_in_order(test);
	}
}

/* Between two batches, what is armed, disarmed and due changes. */
static void batches_heed_what_comes_between(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < 200; i++)
		arm(test, i, LENGTH(1) + i);
	KUNIT_ASSERT_TRUE(test, expire(test, LENGTH(1) + 99, CAPACITY, out));
	arm(test, 300, 5);
	arm(test, 301, LENGTH(1) + 99);
	arm(test, 302, LENGTH(1) + 100);
	disarm(test, 99);
	while (expire(test, LENGTH(1) + 99, CAPACITY, out))
		KUNIT_ASSERT_LT(test, out->count, CAPACITY);
	expect_in_order(test);
	KUNIT_EXPECT_EQ(test, out->count, 99 + 2);
	KUNIT_EXPECT_TRUE(test, test_bit(300, out->set));
	KUNIT_EXPECT_TRUE(test, test_bit(301, out->set));
	KUNIT_EXPECT_FALSE(test, test_bit(99, out->set));
	KUNIT_EXPECT_EQ(test, expire_into(test, LENGTH(1) + 199, out), 100 + 1);
}

/* While many from a wide bucket are handed out, a narrow one draws near. */
static void narrow_bucket_comes_before_a_wide_one(struct kunit *test)
{
	enum { NARROW = 12, ROOM = 8 };
	const u64 near = LENGTH(3) * 99;
	const u64 expires = near + 3 * LENGTH(1);
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = NARROW; i < CAPACITY; i++)
		arm(test, i, near + LENGTH(3) + i);
	KUNIT_ASSERT_EQ(test, expire_all(test, near - 2 * REACH(0)), 0);
	for (i = 0; i < NARROW; i++)
		arm(test, i, expires);
	KUNIT_ASSERT_TRUE(test, expire(test, near, ROOM, out));
	/* Each time it leaves the wide one a quarter, and all else is its. */
	KUNIT_ASSERT_TRUE(test, expire(test, expires - LENGTH(1), ROOM, out));
	KUNIT_ASSERT_TRUE(test, expire(test, expires - LENGTH(1), ROOM, out));
	KUNIT_EXPECT_EQ(test, out->early, 3 * ROOM);
	KUNIT_ASSERT_TRUE(test, expire(test, expires, ROOM, out));
	KUNIT_ASSERT_TRUE(test, expire(test, expires, ROOM, out));
	KUNIT_EXPECT_EQ(test, out->count, NARROW);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(out->set, CAPACITY, 0),
			NARROW);
	expect_in_order(test);
}

/* Nor does it take all the time to see that many are not due yet. */
static void seeing_who_is_not_due_leaves_time_for_others(struct kunit *test)
{
	enum { PATIENT = CAPACITY - 1 };
	const u64 now = 4 * REACH(0);
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, out);
	arm(test, PATIENT, now + LENGTH(1));
	KUNIT_ASSERT_EQ(test, expire_all(test, now - REACH(0) / 2), 0);
	for (i = 0; i < PATIENT; i++)
		arm(test, i, now + TICK - 1 - i);
	KUNIT_EXPECT_TRUE(test, expire(test, now, VARTA_WHEEL_BATCH, out));
	KUNIT_EXPECT_EQ(test, out->early, 1);
	KUNIT_EXPECT_EQ(test, out->count, 0);
	expect_in_order(test);
}

/* Tick by tick, as when it is called whenever something is next. */
static void order_is_that_of_time_to_within_a_tick(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 i, found = 0;
	u64 last = 0, now;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < CAPACITY; i++)
		arm(test, i, 1 + (i * 7919ull % CAPACITY) * (LENGTH(1) / 64));
	for (now = next(test); now != U64_MAX; now = next(test)) {
		found += expire_into(test, now, out);
		for (i = 0; i < out->count; i++) {
			u64 at = 1 + (out->order[i] * 7919ull % CAPACITY) *
				     (LENGTH(1) / 64);

			KUNIT_ASSERT_LE(test, last, at + TICK);
			KUNIT_ASSERT_EQ(test, at, now);
			last = at;
		}
	}
	KUNIT_EXPECT_EQ(test, found, CAPACITY);
}

/* ---- How time goes. */

static void far_leap_hands_out_all(struct kunit *test)
{
	u32 level, i = 0;

	arm(test, i++, 0);
	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		arm(test, i++, LENGTH(level) - 1);
		arm(test, i++, LENGTH(level));
		arm(test, i++, in_level(level));
		arm(test, i++, REACH(level));
	}
	arm(test, i++, U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), i);
	expect_in_order(test);
	/* From there on, everything is over. */
	arm(test, 7, 5);
	arm(test, 8, U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, expire_all(test, U64_MAX), 2);
}

static void time_may_stand(struct kunit *test)
{
	const u64 now = LENGTH(2) + 5 * TICK + 17;
	u32 i;

	KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
	for (i = 0; i < 10; i++) {
		arm(test, 1, now - i * 1000);
		arm(test, 2, now + 1);
		KUNIT_EXPECT_LE(test, next(test), now);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 1);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
		expect_in_order(test);
	}
	KUNIT_EXPECT_EQ(test, expire_all(test, now + 1), 1);
}

static void time_may_run_back_a_little(struct kunit *test)
{
	const u64 now = LENGTH(1);
	u64 back;

	for (back = 1; back < LENGTH(1); back *= 5) {
		renew(test);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
		arm(test, 1, now - back);
		arm(test, 2, now + 1);
		arm(test, 3, now + 3 * TICK);
		KUNIT_EXPECT_EQ(test, expire_all(test, now - back - 1), 0);
		expect_in_order(test);
		KUNIT_EXPECT_EQ(test, expire_all(test, now - back), 1);
		KUNIT_EXPECT_EQ(test, expire_all(test, now), 0);
		KUNIT_EXPECT_EQ(test, expire_all(test, now + 1), 1);
		KUNIT_EXPECT_EQ(test, expire_all(test, now - 1), 0);
		KUNIT_EXPECT_EQ(test, expire_all(test, now + 3 * TICK), 1);
	}
}

/* Time runs back while what was due is still being handed out. */
static void time_may_run_back_between_batches(struct kunit *test)
{
	struct out *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < 200; i++)
		arm(test, i, LENGTH(2) + i * 100);
	KUNIT_ASSERT_TRUE(test, expire(test, LENGTH(3), 10, out));
	KUNIT_ASSERT_EQ(test, out->count, 10);
	while (expire(test, LENGTH(2) + 99 * 100, CAPACITY, out))
		KUNIT_ASSERT_LT(test, out->count, CAPACITY);
	expect_in_order(test);
	KUNIT_EXPECT_EQ(test, out->count, 100);
	KUNIT_EXPECT_EQ(test, next(test), LENGTH(2) + 100 * 100);
	KUNIT_EXPECT_EQ(test, expire_into(test, LENGTH(3), out), 100);
}

/* Nobody has turned it for long: times are seen from where it stands. */
static void wheel_may_lag_behind(struct kunit *test)
{
	const u64 now = 3 * LENGTH(4) + 12345;
	u32 i;

	arm(test, 0, LENGTH(1));
	arm(test, 1, LENGTH(4) * 2);
	for (i = 0; i < 20; i++)
		arm(test, 2 + i, now + i);
	KUNIT_EXPECT_EQ(test, next(test), LENGTH(1));
	KUNIT_EXPECT_EQ(test, expire_all(test, now), 3);
	expect_in_order(test);
	KUNIT_EXPECT_EQ(test, next(test), now + 1);
	KUNIT_EXPECT_EQ(test, expire_all(test, now + 18), 18);
	KUNIT_EXPECT_EQ(test, expire_all(test, now + 19), 1);
}

/* ---- Memory. */

static void memory_is_what_is_allocated(struct kunit *test)
{
	struct varta_wheel *wheel = wheel_of(test);
	/* Due, soon, and for each level but one early. */
	const u32 lists = VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS + 2 +
			  VARTA_WHEEL_LEVELS - 1;

	KUNIT_EXPECT_EQ(test, sizeof(struct varta_timer), 16);
	KUNIT_EXPECT_EQ(test, varta_wheel_bytes(CAPACITY),
			(1 + CAPACITY + lists) * sizeof(struct varta_timer));
	/* The heads are the last, and all of it is theirs. */
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
	expect_in_order(test);
	varta_wheel_destroy(wheel_of(test));
}

/* One call in which all but @patient are put off, by so much. */
static bool turn_under_flood(struct kunit *test, u64 now, u32 patient, u64 by)
{
	u32 numbers[VARTA_WHEEL_BATCH], count, i;
	bool more, found = false;

	count = varta_wheel_expire(wheel_of(test), now, numbers,
				   VARTA_WHEEL_BATCH / 2, &more);
	for (i = 0; i < count; i++) {
		u64 when = numbers[i] == patient ? times[patient] : now + by;

		found |= numbers[i] == patient && times[patient] <= now;
		varta_wheel_arm(wheel_of(test), numbers[i], when);
	}
	return found;
}

/* However many are due whenever it is asked, the others come to be due. */
static void what_is_always_due_does_not_keep_others(struct kunit *test)
{
	enum { PATIENT = CAPACITY - 1 };
	u64 now = 0;
	u32 i;

	for (i = 0; i < PATIENT; i++)
		arm(test, i, 0);
	arm(test, PATIENT, REACH(1));
	do {
		now += LENGTH(1);
	} while (!turn_under_flood(test, now, PATIENT, 0) &&
		 now < 2 * REACH(1));
	KUNIT_EXPECT_GE(test, now, REACH(1));
	KUNIT_EXPECT_LT(test, now, REACH(1) + 64 * LENGTH(1));
}

/* Of each level there come more than are handed out. */
static void narrow_buckets_do_not_keep_wide_ones(struct kunit *test)
{
	enum { PATIENT = CAPACITY - 1 };
	u64 now, by, expires;
	u32 level, i;

	for (level = 1; level < VARTA_WHEEL_LEVELS - 1; level++) {
		renew(test);
		by = REACH(level - 1) + LENGTH(level);
		expires = 2 * REACH(level);
		for (i = 0; i < PATIENT; i++)
			arm(test, i, by);
		arm(test, PATIENT, expires);
		now = 0;
		do {
			now += by / 4;
		} while (!turn_under_flood(test, now, PATIENT, by) &&
			 now < 2 * expires);
		KUNIT_EXPECT_GE(test, now, expires);
		KUNIT_EXPECT_LT(test, now, expires + 16 * by);
	}
}

static struct kunit_case wheel_cases[] = {
	KUNIT_CASE(each_edge_is_exact_from_anywhere),
	KUNIT_CASE(end_of_time_is_exact),
	KUNIT_CASE(end_of_time_itself_is_never),
	KUNIT_CASE(first_and_last_number_are_numbers),

	KUNIT_CASE(earlier_time_counts_and_later_does_not),
	KUNIT_CASE(disarmed_from_any_bucket),
	KUNIT_CASE(disarmed_when_due_soon),
	KUNIT_CASE(disarmed_when_about_to_be_handed_out),
	KUNIT_CASE(armed_again_when_about_to_be_handed_out),
	KUNIT_CASE(doing_it_twice_is_doing_it_once),

	KUNIT_CASE(next_is_exact_for_a_few_soon),
	KUNIT_CASE(next_is_never_late_for_many),
	KUNIT_CASE(early_is_once_a_level),
	KUNIT_CASE(far_ahead_is_looked_at_in_between),
	KUNIT_CASE(sooner_is_what_next_did_not_say),

	KUNIT_CASE(many_are_moved_a_batch_at_a_time),
	KUNIT_CASE(many_are_handed_out_as_there_is_room),
	KUNIT_CASE(batches_heed_what_comes_between),
	KUNIT_CASE(narrow_bucket_comes_before_a_wide_one),
	KUNIT_CASE(seeing_who_is_not_due_leaves_time_for_others),
	KUNIT_CASE(order_is_that_of_time_to_within_a_tick),

	KUNIT_CASE(far_leap_hands_out_all),
	KUNIT_CASE(time_may_stand),
	KUNIT_CASE(time_may_run_back_a_little),
	KUNIT_CASE(time_may_run_back_between_batches),
	KUNIT_CASE(wheel_may_lag_behind),
	KUNIT_CASE(what_is_always_due_does_not_keep_others),
	KUNIT_CASE(narrow_buckets_do_not_keep_wide_ones),

	KUNIT_CASE(memory_is_what_is_allocated),
	{}
};

static struct kunit_suite wheel_suite = {
	.name = "varta-wheel",
	.init = wheel_test_init,
	.exit = wheel_test_exit,
	.test_cases = wheel_cases,
};

kunit_test_suite(wheel_suite);
