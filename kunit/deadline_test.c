// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the ledger is to be looked at: deadlines, who is told of earlier ones,
 * another threshold for all, silence that does not count, and the ends of
 * time.
 */
#include <kunit/test.h>
#include <linux/time64.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

static u64 next_deadline(struct kunit *test)
{
	return varta_tracker_next_deadline(tracker_of(test));
}

/*
 * What is due long afterwards is looked at a few times before, and is then
 * waited for exactly.
 */
static void expect_deadline(struct kunit *test, u64 deadline)
{
	struct ledger *ledger = test->priv;
	u64 now = 0, next;
	struct heard heard;

	for (next = next_deadline(test); next < deadline; next = heard.deadline) {
		KUNIT_ASSERT_GT(test, next, now);
		now = next;
		KUNIT_ASSERT_EQ(test, pass_with(test, now, ledger->threshold,
						&heard), 0);
	}
	KUNIT_EXPECT_EQ(test, next, deadline);
}

static void forgive(struct kunit *test, u64 now)
{
	varta_tracker_resume(tracker_of(test), now);
}

/* ---- Deadlines. */

static void deadline_is_when_the_next_agent_stalls(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 70);
	EXPECT_INSERTED(test, .pid = 2, .now = 60);
	EXPECT_INSERTED(test, .pid = 3, .now = 0);
	EXPECT_INSERTED(test, .pid = 4, .now = 65);
	/* Neither newly stalled nor long stalled agents have one. */
	KUNIT_EXPECT_EQ(test, pass_with(test, 100, THRESHOLD, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.deadline, 160);
	KUNIT_EXPECT_EQ(test, pass_with(test, 100, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 160);
	/* And at that time it does. */
	KUNIT_EXPECT_EQ(test, pass_with(test, 159, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, pass_with(test, 160, THRESHOLD, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.deadline, 165);
}

static void deadline_of_nobody_is_none(struct kunit *test)
{
	small_ledger(test);
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2);
	KUNIT_EXPECT_EQ(test, next_deadline(test), THRESHOLD);
	KUNIT_EXPECT_TRUE(test, retire(test, 1));
	KUNIT_EXPECT_EQ(test, next_deadline(test), THRESHOLD);
	KUNIT_EXPECT_TRUE(test, retire(test, 2));
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX);
}

static void beat_alone_puts_no_deadline_off(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = 60);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 3, .now = 90);
	KUNIT_EXPECT_EQ(test, next_deadline(test), THRESHOLD);
	/* The look that it leads to does. */
	KUNIT_EXPECT_EQ(test, pass_with(test, THRESHOLD, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 90 + THRESHOLD);
}

static void deadline_beyond_the_end_of_time_is_none(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - 10);
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX, U64_MAX, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
}

static void last_deadline_that_can_be_is_kept(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - THRESHOLD - 1);
	KUNIT_EXPECT_EQ(test, pass(test, U64_MAX - 2), 0);
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX - 1, THRESHOLD, &heard),
			1);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
}

/* ---- Who is told that something is due sooner. */

static void only_an_earlier_deadline_is_told(struct kunit *test)
{
	small_ledger(test);
	/* Nothing is waited for. */
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .now = 50);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 1);
	EXPECT_INSERTED(test, .pid = 2, .now = 50);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 49);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = 51);
	EXPECT_INSERTED(test, .pid = 4, .now = 51);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	/* What is told of is said to who asks. */
	KUNIT_EXPECT_EQ(test, next_deadline(test), 49 + THRESHOLD);
}

/* Each of these makes for a deadline where there was none. */
static void whoever_comes_or_comes_back_is_told_of(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
		.eviction_scan_window = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = THRESHOLD,
			 .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);

	KUNIT_EXPECT_EQ(test, pass(test, 2 * THRESHOLD), 1);
	EXPECT_REFRESHED(test, .pid = 1, .now = 2 * THRESHOLD, .proc = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 3);

	KUNIT_EXPECT_EQ(test, pass(test, 3 * THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 1, .now = 3 * THRESHOLD, .proc = 2);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 4);

	KUNIT_EXPECT_EQ(test, pass(test, 4 * THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 2, .now = 20 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 5);
	KUNIT_EXPECT_EQ(test, next_deadline(test), 21 * THRESHOLD);
}

/* ---- Another threshold. */

static void rearm_makes_deadlines_earlier(struct kunit *test)
{
	static const u64 longer = 1000 * NSEC_PER_SEC;
	u32 cursor = 0;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 7, .threshold = &longer);
	KUNIT_EXPECT_LE(test, next_deadline(test), longer + 7);
	KUNIT_EXPECT_FALSE(test, varta_tracker_rescan(tracker_of(test), &cursor,
						      NSEC_PER_SEC));
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	KUNIT_EXPECT_LE(test, next_deadline(test), NSEC_PER_SEC + 7);
	cursor = 0;
	varta_tracker_rescan(tracker_of(test), &cursor, longer);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	((struct ledger *)test->priv)->threshold = NSEC_PER_SEC;
	expect_deadline(test, NSEC_PER_SEC + 7);
}

static void rearm_arms_nobody_who_cannot_stall(struct kunit *test)
{
	u32 cursor = 0;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	EXPECT_INSERTED(test, .pid = 3, .now = 5 * THRESHOLD);
	retire(test, 2);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	varta_tracker_rescan(tracker_of(test), &cursor, 1);
	KUNIT_EXPECT_EQ(test, next_deadline(test), 5 * THRESHOLD + 1);
	/* That it is no other, ledger_check() sees. */
}

/* However many slots, each call does a bounded part, and all do all. */
static void rearm_goes_on_where_it_stopped(struct kunit *test)
{
	const u32 agents = 2 * VARTA_STALL_BATCH + 1;
	struct varta_tracker *tracker;
	u32 cursor = 0, before, calls;
	struct heard heard;
	bool more = true;

	tracker = full_ledger(test, agents, 1, VARTA_EVICTION_POLICY_STRICT);
	for (calls = 0; more; calls++) {
		before = cursor;
		more = varta_tracker_rescan(tracker, &cursor, 1);
		KUNIT_ASSERT_LE(test, cursor - before, VARTA_STALL_BATCH);
		KUNIT_ASSERT_GT(test, cursor, before);
	}
	KUNIT_EXPECT_EQ(test, calls, 3);
	KUNIT_EXPECT_EQ(test, cursor, agents);
	/* Not once more before the pass. */
	((struct ledger *)test->priv)->threshold = 1;
	KUNIT_EXPECT_EQ(test, pass_with(test, FILLED + 1, 1, &heard), agents);
}

static void rearm_of_nobody_is_done_at_once(struct kunit *test)
{
	u32 cursor = 0;

	small_ledger(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_rescan(tracker_of(test), &cursor,
						      1));
	KUNIT_EXPECT_EQ(test, cursor, 0);
}

/* ---- Silence that does not count. */

static void forgiven_silence_does_not_count(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .now = 10);
	forgive(test, 90);
	KUNIT_EXPECT_EQ(test, pass_with(test, 10 + THRESHOLD, THRESHOLD,
					&heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 90 + THRESHOLD);
	KUNIT_EXPECT_EQ(test, pass(test, 90 + THRESHOLD - 1), 0);
	KUNIT_ASSERT_EQ(test, pass_with(test, 90 + THRESHOLD, THRESHOLD,
					&heard), 1);
	/* When it beat last is said as it was. */
	KUNIT_EXPECT_EQ(test, heard.agents[0].last_ns, 10);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 10);
}

static void silence_after_what_is_forgiven_counts(struct kunit *test)
{
	small_ledger(test);
	forgive(test, 90);
	EXPECT_INSERTED(test, .pid = 1, .now = 95);
	EXPECT_INSERTED(test, .pid = 2, .now = 90);
	/* Who was late to be recorded is forgiven, too. */
	EXPECT_INSERTED(test, .pid = 3, .now = 20);
	KUNIT_EXPECT_EQ(test, pass(test, 90 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 90 + THRESHOLD), 2);
	KUNIT_EXPECT_EQ(test, pass(test, 95 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 95 + THRESHOLD), 1);
}

static void forgiving_ends_no_stall(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	forgive(test, THRESHOLD);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	KUNIT_EXPECT_EQ(test, pass(test, 10 * THRESHOLD), 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 10 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, pass(test, 11 * THRESHOLD), 1);
}

static void own_threshold_counts_from_what_is_forgiven(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .threshold_ms = 1);
	forgive(test, NSEC_PER_MSEC / 2);
	KUNIT_EXPECT_EQ(test, pass(test, NSEC_PER_MSEC), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 3 * NSEC_PER_MSEC / 2 - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 3 * NSEC_PER_MSEC / 2), 1);
}

static void forgiving_twice_counts_from_the_later(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7);
	forgive(test, 40);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	forgive(test, 120);
	KUNIT_EXPECT_EQ(test, pass(test, 120 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 120 + THRESHOLD), 1);
}

/* ---- The ends of time. */

static void longest_own_threshold_near_the_end_is_not_cut(struct kunit *test)
{
	const u64 longest = (u64)U32_MAX * NSEC_PER_MSEC;
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - 1 - longest,
			.threshold_ms = U32_MAX);
	EXPECT_INSERTED(test, .pid = 2, .now = U64_MAX - longest,
			.threshold_ms = U32_MAX);
	EXPECT_INSERTED(test, .pid = 3, .now = U64_MAX - longest + 1,
			.threshold_ms = U32_MAX);
	KUNIT_EXPECT_EQ(test, pass(test, U64_MAX - 2), 0);
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX - 1, THRESHOLD, &heard),
			1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 1);
	/* The last time of all is none. */
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
}

static void beats_from_the_future_stall_in_it(struct kunit *test)
{
	static const u64 ahead[] = {
		1, THRESHOLD, NSEC_PER_MSEC, NSEC_PER_SEC, 1ull << 40,
		1ull << 62,
	};
	u64 deadline;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ahead); i++) {
		small_ledger(test);
		EXPECT_INSERTED(test, .pid = 7, .now = 1000 + ahead[i]);
		deadline = 1000 + ahead[i] + THRESHOLD;
		KUNIT_EXPECT_EQ(test, pass(test, 1000), 0);
		expect_deadline(test, deadline);
		KUNIT_EXPECT_EQ(test, pass(test, deadline - 1), 0);
		KUNIT_EXPECT_EQ(test, pass(test, deadline), 1);
		ledger_destroy(test, test->priv);
	}
}

/* However much has come between, and whatever there was to turn through. */
static void each_leap_of_time_finds_all(struct kunit *test)
{
	u64 now = 1, leap;
	u32 i, found;

	ledger_make(test, &(struct varta_tracker_config) { .capacity = 64 });
	for (leap = 1; leap < U64_MAX / 8; leap *= 2) {
		for (i = 0; i < 20; i++)
			EXPECT_INSERTED(test, .pid = 1 + i,
					.now = now + i * (leap / 16));
		now += 19 * (leap / 16) + THRESHOLD;
		if (now > U64_MAX - 4 * leap)
			break;
		found = pass(test, now - 1);
		KUNIT_EXPECT_LT(test, found, 20);
		KUNIT_EXPECT_EQ(test, found + pass(test, now), 20);
		for (i = 0; i < 20; i++)
			KUNIT_EXPECT_TRUE(test, retire(test, 1 + i));
	}
	KUNIT_EXPECT_GT(test, leap, 1ull << 58);
}

static struct kunit_case deadline_cases[] = {
	KUNIT_CASE(deadline_is_when_the_next_agent_stalls),
	KUNIT_CASE(deadline_of_nobody_is_none),
	KUNIT_CASE(beat_alone_puts_no_deadline_off),
	KUNIT_CASE(deadline_beyond_the_end_of_time_is_none),
	KUNIT_CASE(last_deadline_that_can_be_is_kept),

	KUNIT_CASE(only_an_earlier_deadline_is_told),
	KUNIT_CASE(whoever_comes_or_comes_back_is_told_of),

	KUNIT_CASE(rearm_makes_deadlines_earlier),
	KUNIT_CASE(rearm_arms_nobody_who_cannot_stall),
	KUNIT_CASE(rearm_goes_on_where_it_stopped),
	KUNIT_CASE(rearm_of_nobody_is_done_at_once),

	KUNIT_CASE(forgiven_silence_does_not_count),
	KUNIT_CASE(silence_after_what_is_forgiven_counts),
	KUNIT_CASE(forgiving_ends_no_stall),
	KUNIT_CASE(own_threshold_counts_from_what_is_forgiven),
	KUNIT_CASE(forgiving_twice_counts_from_the_later),

	KUNIT_CASE(longest_own_threshold_near_the_end_is_not_cut),
	KUNIT_CASE(beats_from_the_future_stall_in_it),
	KUNIT_CASE(each_leap_of_time_finds_all),
	{}
};

static struct kunit_suite deadline_suite = {
	.name = "varta-deadline",
	.exit = ledger_test_exit,
	.test_cases = deadline_cases,
};

kunit_test_suite(deadline_suite);
