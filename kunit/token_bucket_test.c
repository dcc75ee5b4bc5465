// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of token_bucket.c: no order of times gives more tokens than the rate.
 */
#include <kunit/test.h>
#include <linux/time64.h>

#include "token_bucket.h"

/* 100 tokens per second, a burst of 10. */
#define TOKEN	(10 * NSEC_PER_MSEC)
#define BURST	10
/* Any time. */
#define START	(5ull * NSEC_PER_SEC)

/* Consumes all tokens that there are at each of these times in turn. */
static u32 consume_all(struct varta_token_bucket *bucket, u64 now)
{
	u32 count = 0;

	while (varta_token_bucket_has(bucket, now, TOKEN, BURST)) {
		varta_token_bucket_consume(bucket, now, TOKEN);
		count++;
	}
	return count;
}

static void full_bucket_has_burst(struct kunit *test)
{
	struct varta_token_bucket bucket = {};

	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START), BURST);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START), 0);
}

static void bucket_refills_at_rate(struct kunit *test)
{
	struct varta_token_bucket bucket = {};

	consume_all(&bucket, START);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + TOKEN - 1), 0);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + TOKEN), 1);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + 4 * TOKEN), 3);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + NSEC_PER_SEC),
			BURST);
}

static void check_consumes_nothing(struct kunit *test)
{
	struct varta_token_bucket bucket = {};
	int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_TRUE(test, varta_token_bucket_has(&bucket, START,
							       TOKEN, BURST));
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START), BURST);
}

/* A refused sender read the clock a second ago and was preempted. */
static void refusal_with_old_time_gives_no_token(struct kunit *test)
{
	struct varta_token_bucket bucket = {};

	consume_all(&bucket, START);
	KUNIT_EXPECT_FALSE(test, varta_token_bucket_has(&bucket,
							START - NSEC_PER_SEC,
							TOKEN, BURST));
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START), 0);
}

static void consumption_with_old_time_gives_no_token(struct kunit *test)
{
	struct varta_token_bucket bucket = {};

	consume_all(&bucket, START);
	varta_token_bucket_consume(&bucket, START - NSEC_PER_SEC, TOKEN);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + TOKEN), 0);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + 2 * TOKEN), 1);
}

static void full_bucket_with_old_time_gives_burst_once(struct kunit *test)
{
	struct varta_token_bucket bucket = {};

	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START), BURST);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, 0), 0);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + TOKEN), 1);
}

/* Beats in flight together. */
static void excess_is_owed(struct kunit *test)
{
	struct varta_token_bucket bucket = {};
	int i;

	for (i = 0; i < BURST + 5; i++)
		varta_token_bucket_consume(&bucket, START, TOKEN);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + 5 * TOKEN), 0);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + 6 * TOKEN), 1);
}

/* Many senders, each with a clock that is up to a second behind. */
static void unordered_times_keep_the_rate(struct kunit *test)
{
	struct varta_token_bucket bucket = {};
	u32 i, count = 0;

	for (i = 0; i < 10000; i++) {
		u64 now = START + (u64)i * NSEC_PER_MSEC;

		count += consume_all(&bucket, now - i * 7919 % 1000 *
					      NSEC_PER_MSEC);
	}
	KUNIT_EXPECT_LE(test, count, BURST + 10 * (NSEC_PER_SEC / TOKEN));
	KUNIT_EXPECT_GE(test, count, 9 * (NSEC_PER_SEC / TOKEN));
}

static void resize_writes_off_debt_of_slower_rate(struct kunit *test)
{
	struct varta_token_bucket bucket = {};
	int i;

	for (i = 0; i < BURST; i++)
		varta_token_bucket_consume(&bucket, START, NSEC_PER_SEC);
	varta_token_bucket_resize(&bucket, START, TOKEN, BURST);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START), 0);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START + TOKEN), 1);
}

static void resize_with_old_time_gives_no_token(struct kunit *test)
{
	struct varta_token_bucket bucket = {};

	consume_all(&bucket, START);
	varta_token_bucket_resize(&bucket, START - NSEC_PER_SEC, TOKEN, BURST);
	KUNIT_EXPECT_EQ(test, consume_all(&bucket, START), 0);
}

static struct kunit_case token_bucket_test_cases[] = {
	KUNIT_CASE(full_bucket_has_burst),
	KUNIT_CASE(bucket_refills_at_rate),
	KUNIT_CASE(check_consumes_nothing),
	KUNIT_CASE(refusal_with_old_time_gives_no_token),
	KUNIT_CASE(consumption_with_old_time_gives_no_token),
	KUNIT_CASE(full_bucket_with_old_time_gives_burst_once),
	KUNIT_CASE(excess_is_owed),
	KUNIT_CASE(unordered_times_keep_the_rate),
	KUNIT_CASE(resize_writes_off_debt_of_slower_rate),
	KUNIT_CASE(resize_with_old_time_gives_no_token),
	{}
};

static struct kunit_suite token_bucket_test_suite = {
	.name = "varta-token-bucket",
	.test_cases = token_bucket_test_cases,
};

kunit_test_suite(token_bucket_test_suite);
