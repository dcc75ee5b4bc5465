// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thresholds that agents ask for themselves: when they count, how long they
 * are kept, and what they do to stalls, evictions and deadlines.
 */
#include <kunit/test.h>
#include <linux/time64.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

/* What is asked for here if nothing else is, and as silence. */
enum {
	OWN_MS	= 2,
	OWN	= OWN_MS * NSEC_PER_MSEC,
};

/* A default that is longer. */
static const u64 longer = 5 * OWN;

static u32 pass_longer(struct kunit *test, u64 now)
{
	struct heard heard;

	return pass_with(test, now, longer, &heard);
}

/* ---- Stalls. */

static void own_threshold_longer_than_the_default_counts(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 1000, .threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 8, .now = 1000);
	KUNIT_ASSERT_EQ(test, pass_with(test, 1000 + THRESHOLD, THRESHOLD,
					&heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 8);
	KUNIT_EXPECT_EQ(test, pass(test, 1000 + OWN - 1), 0);
	KUNIT_ASSERT_EQ(test, pass_with(test, 1000 + OWN, THRESHOLD, &heard),
			1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 7);
	KUNIT_EXPECT_EQ(test, heard.agents[0].threshold_ms, OWN_MS);
}

static void own_threshold_shorter_than_the_default_counts(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 1000, .threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 8, .now = 1000);
	KUNIT_EXPECT_EQ(test, pass_longer(test, 1000 + OWN - 1), 0);
	KUNIT_ASSERT_EQ(test, pass_with(test, 1000 + OWN, longer, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 7);
	KUNIT_EXPECT_EQ(test, pass_longer(test, 1000 + longer - 1), 0);
	KUNIT_ASSERT_EQ(test, pass_with(test, 1000 + longer, longer, &heard),
			1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 8);
}

static void longest_own_threshold_is_not_cut(struct kunit *test)
{
	u64 longest = (u64)U32_MAX * NSEC_PER_MSEC;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .threshold_ms = U32_MAX);
	KUNIT_EXPECT_EQ(test, pass(test, longest - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, longest), 1);
}

static void own_threshold_is_kept(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .threshold_ms = OWN_MS);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 10);
	KUNIT_EXPECT_EQ(test, pass(test, 10 + OWN - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 10 + OWN), 1);
	/* Over a stall, too. */
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = 2 * OWN);
	KUNIT_EXPECT_EQ(test, pass(test, 3 * OWN - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 3 * OWN), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, OWN_MS);
}

static void own_threshold_is_changed_by_an_accepted_beat(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, pass(test, OWN - 1), 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3,
			 .threshold_ms = 2 * OWN_MS);
	KUNIT_EXPECT_EQ(test, pass(test, 2 * OWN - 1), 0);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, pass(test, NSEC_PER_MSEC - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, NSEC_PER_MSEC), 1);
}

/* say() sees that the slot is as it was. */
static void refused_beat_changes_no_threshold(struct kunit *test)
{
	unsigned int sooners;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns = HERE,
			.threshold_ms = OWN_MS);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	sooners = fake_procs_kicks();
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns = HERE,
			    .threshold_ms = 9);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .threshold_ms = 9);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6, .ns = THERE,
				  .threshold_ms = 9);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns = HERE,
			       .origin = RELAYED, .threshold_ms = 9);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, OWN_MS);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), sooners);
}

static void own_threshold_is_forgotten_by_a_new_process(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1,
			.threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, 0);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 7, .proc = 3, .threshold_ms = 9);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, 9);
}

static void own_threshold_is_forgotten_by_a_stronger_origin(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 7, .origin = RELAYED,
			.threshold_ms = OWN_MS);
	EXPECT_REFRESHED(test, .pid = 7, .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
}

static void own_threshold_is_forgotten_with_its_agent(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) { .capacity = 1 });
	EXPECT_INSERTED(test, .pid = 1, .threshold_ms = 1);
	retire(test, 1);
	EXPECT_INSERTED(test, .pid = 2, .threshold_ms = 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 2)->threshold_ms, 0);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 1, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, pass(test, NSEC_PER_MSEC), 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 10 * NSEC_PER_MSEC + 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 3)->threshold_ms, 0);
}

/* ---- Eviction. */

static void victim_is_silent_for_ten_times_its_own_threshold(struct kunit *test)
{
	full_ledger(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = FILLED,
			 .threshold_ms = OWN_MS);
	EXPECT_NO_ROOM(test, .pid = 2, .now = FILLED + EVICTABLE + 1);
	/* What the newcomer asks for is nothing to the victim. */
	EXPECT_NO_ROOM(test, .pid = 2, .now = FILLED + 10 * OWN,
		       .threshold_ms = 1);
	EXPECT_INSERTED(test, .pid = 2, .now = FILLED + 10 * OWN + 1);
	EXPECT_COUNT(test, EVICTIONS, 1);
}

static void stalled_victim_is_silent_for_ten_times_its_own(struct kunit *test)
{
	full_ledger(test, 1, 1, VARTA_EVICTION_POLICY_STRICT);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = FILLED,
			 .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, pass(test, FILLED + OWN), 1);
	EXPECT_NO_ROOM(test, .pid = 2, .now = FILLED + 10 * OWN);
	EXPECT_INSERTED(test, .pid = 2, .now = FILLED + 10 * OWN + 1);
}

static void own_threshold_may_hasten_an_eviction(struct kunit *test)
{
	full_ledger(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 2, .now = FILLED,
			 .threshold_ms = OWN_MS);
	EXPECT_NO_ROOM(test, .pid = 3, .now = FILLED + 10 * OWN,
		       .threshold = &longer);
	EXPECT_INSERTED(test, .pid = 3, .now = FILLED + 10 * OWN + 1,
			.threshold = &longer);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 2));
}

/* ---- Deadlines. */

static void deadline_follows_own_thresholds(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 70, .threshold_ms = 2 * OWN_MS);
	EXPECT_INSERTED(test, .pid = 2, .now = 60, .threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 3, .now = 50, .threshold_ms = 3 * OWN_MS);
	KUNIT_EXPECT_EQ(test, pass_with(test, 70, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 60 + OWN);
	EXPECT_INSERTED(test, .pid = 4, .now = 70);
	KUNIT_EXPECT_EQ(test, pass_with(test, 70, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 70 + THRESHOLD);
	/* The longer one is found out about when the shorter would have ended */
	KUNIT_EXPECT_EQ(test, pass_with(test, 70 + THRESHOLD, longer, &heard),
			0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 60 + OWN);
}

static void deadline_of_a_latched_agent_is_none(struct kunit *test)
{
	unsigned int sooners;
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, pass_with(test, OWN, longer, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
	/* When it comes back, whoever waits is told. */
	sooners = fake_procs_kicks();
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = OWN + 9);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), sooners + 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker_of(test)),
			2 * OWN + 9);
}

static void own_deadline_beyond_the_end_of_time_is_none(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - OWN + 1,
			.threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
}

/* What was to be heeded for others is nothing to it. */
static void own_threshold_is_not_rearmed(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .threshold_ms = 3 * OWN_MS);
	EXPECT_INSERTED(test, .pid = 2, .threshold = &longer);
	KUNIT_EXPECT_EQ(test, pass_with(test, 0, 2 * OWN, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 2 * OWN);
	KUNIT_EXPECT_EQ(test, pass_with(test, 2 * OWN, 2 * OWN, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.deadline, 3 * OWN);
}

/* ---- Who is told that something is due sooner. */

static void shorter_threshold_is_told_and_longer_is_not(struct kunit *test)
{
	struct varta_tracker *tracker;

	small_ledger(test);
	tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .threshold = &longer);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker), longer);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	/* Even if nobody has asked since. */
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 3);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 4, .threshold_ms = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .threshold_ms = 4);
	EXPECT_INSERTED(test, .pid = 8, .threshold_ms = 4);
	EXPECT_INSERTED(test, .pid = 9, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 3);
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker),
			NSEC_PER_MSEC);
}

static struct kunit_case threshold_cases[] = {
	KUNIT_CASE(own_threshold_longer_than_the_default_counts),
	KUNIT_CASE(own_threshold_shorter_than_the_default_counts),
	KUNIT_CASE(longest_own_threshold_is_not_cut),
	KUNIT_CASE(own_threshold_is_kept),
	KUNIT_CASE(own_threshold_is_changed_by_an_accepted_beat),
	KUNIT_CASE(refused_beat_changes_no_threshold),
	KUNIT_CASE(own_threshold_is_forgotten_by_a_new_process),
	KUNIT_CASE(own_threshold_is_forgotten_by_a_stronger_origin),
	KUNIT_CASE(own_threshold_is_forgotten_with_its_agent),

	KUNIT_CASE(victim_is_silent_for_ten_times_its_own_threshold),
	KUNIT_CASE(stalled_victim_is_silent_for_ten_times_its_own),
	KUNIT_CASE(own_threshold_may_hasten_an_eviction),

	KUNIT_CASE(deadline_follows_own_thresholds),
	KUNIT_CASE(deadline_of_a_latched_agent_is_none),
	KUNIT_CASE(own_deadline_beyond_the_end_of_time_is_none),
	KUNIT_CASE(own_threshold_is_not_rearmed),

	KUNIT_CASE(shorter_threshold_is_told_and_longer_is_not),
	{}
};

static struct kunit_suite threshold_suite = {
	.name = "varta-threshold",
	.exit = ledger_test_exit,
	.test_cases = threshold_cases,
};

kunit_test_suite(threshold_suite);
