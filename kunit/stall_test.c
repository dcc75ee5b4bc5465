// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding, latching and reporting stalls (section 4 of
 * Documentation/tracker-semantics.md), with both sides of each comparison.
 */
#include <kunit/test.h>
#include <linux/bitops.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

/* ---- Section 4: stalls. */

static void stall_begins_at_the_threshold(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 1000);
	KUNIT_EXPECT_EQ(test, pass(test, 1000 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, pass_with(test, 1000 + THRESHOLD, THRESHOLD,
					&heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 7);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	EXPECT_COUNT(test, STALLS, 1);
}

static void each_silence_is_reported_once(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, pass(test, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);

	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 2 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 3 * THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 3 * THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, pass(test, 3 * THRESHOLD), 0);
	EXPECT_COUNT(test, STALLS, 2);
}

static void terminal_beat_ends_a_stall(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->stalled);
}

/* say() sees that the latch is left as well as the time. */
static void refused_beat_ends_no_stall(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns = HERE);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns = HERE, .now = 150);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .now = 150);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6, .ns = THERE,
				  .now = 150);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns = HERE,
			       .origin = RELAYED, .now = 150);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	KUNIT_EXPECT_EQ(test, pass(test, 300), 0);
}

static void refused_beat_puts_no_stall_off(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .now = THRESHOLD - 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
}

static void report_says_what_the_page_promises(struct kunit *test)
{
	const struct varta_agent_info *agent;
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 2, .nonce = 31, .now = 40,
			.ns = HERE, .proc = 6, .origin = RELAYED,
			.payload = 55, .status = VARTA_STATUS_DEGRADED);
	KUNIT_ASSERT_EQ(test, pass_with(test, 40 + THRESHOLD, THRESHOLD,
					&heard), 1);
	agent = &heard.agents[0];
	KUNIT_EXPECT_EQ(test, agent->id.pid, 7);
	KUNIT_EXPECT_EQ(test, agent->id.ns_pid, 2);
	KUNIT_EXPECT_PTR_EQ(test, agent->id.proc, fake_proc(6));
	KUNIT_EXPECT_EQ(test, agent->id.ns_inode, HERE);
	KUNIT_EXPECT_EQ(test, agent->id.origin, RELAYED);
	KUNIT_EXPECT_EQ(test, agent->last_ns, 40);
	KUNIT_EXPECT_EQ(test, agent->nonce, 31);
	KUNIT_EXPECT_EQ(test, agent->payload, 55);
	KUNIT_EXPECT_EQ(test, agent->status, VARTA_STATUS_DEGRADED);
	KUNIT_EXPECT_TRUE(test, agent->stalled);
}

static void report_says_if_the_last_word_was_terminal(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 31);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = 1);
	KUNIT_ASSERT_EQ(test, pass_with(test, 1000, THRESHOLD, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].nonce, U64_MAX);
	KUNIT_EXPECT_EQ(test, heard.agents[0].last_ns, 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].status, VARTA_STATUS_CRITICAL);
}

static void each_stalled_agent_is_reported_and_no_other(struct kunit *test)
{
	struct heard heard;
	u32 i, seen = 0;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 0);
	EXPECT_INSERTED(test, .pid = 2, .now = 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 0);
	EXPECT_INSERTED(test, .pid = 4, .now = 50);
	KUNIT_ASSERT_EQ(test, pass_with(test, THRESHOLD, THRESHOLD, &heard), 2);
	for (i = 0; i < 2; i++)
		seen |= BIT(heard.agents[i].id.pid);
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(3));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
}

static void little_room_loses_no_report(struct kunit *test)
{
	struct heard heard = { .tracker = NULL };
	u32 seen = 0, passes = 0;
	bool more = true;

	small_ledger(test);
	heard.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2, .now = 10);
	EXPECT_INSERTED(test, .pid = 3);
	EXPECT_INSERTED(test, .pid = 4);
	while (more) {
		heard.count = 0;
		KUNIT_ASSERT_LT(test, passes++, 6);
		more = varta_tracker_stall_pass(tracker_of(test), THRESHOLD,
						THRESHOLD, 1, hear, &heard);
		KUNIT_ASSERT_LE(test, heard.count, 1);
		if (heard.count)
			seen |= BIT(heard.agents[0].id.pid);
		/* None is latched before it is reported. */
		KUNIT_EXPECT_EQ(test, stalled_now(test), hweight32(seen));
	}
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(3) | BIT(4));
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker_of(test)),
			10 + THRESHOLD);
}

/* Neither to no room at all, which would lead nowhere, nor beyond the batch. */
static void room_is_clamped(struct kunit *test)
{
	const u32 agents = 3 * VARTA_STALL_BATCH;
	struct varta_tracker *tracker;
	struct heard heard = {};

	tracker = full_ledger(test, agents, 1, VARTA_EVICTION_POLICY_STRICT);
	heard.tracker = tracker;
	KUNIT_EXPECT_TRUE(test,
			  varta_tracker_stall_pass(tracker, U64_MAX, THRESHOLD,
						   U32_MAX, hear, &heard));
	KUNIT_EXPECT_EQ(test, heard.count, VARTA_STALL_BATCH);
	KUNIT_EXPECT_TRUE(test,
			  varta_tracker_stall_pass(tracker, U64_MAX, THRESHOLD,
						   0, hear, &heard));
	KUNIT_EXPECT_EQ(test, heard.count, VARTA_STALL_BATCH + 1);
	KUNIT_EXPECT_EQ(test, pass(test, U64_MAX),
			agents - VARTA_STALL_BATCH - 1);
	EXPECT_COUNT(test, STALLS, agents);
}

static void what_the_report_returns_does_not_matter(struct kunit *test)
{
	struct heard heard = { .enough = 1 };

	small_ledger(test);
	heard.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	EXPECT_INSERTED(test, .pid = 3);
	varta_tracker_stall_pass(tracker_of(test), THRESHOLD, THRESHOLD,
				 VARTA_STALL_BATCH, hear, &heard);
	KUNIT_EXPECT_EQ(test, heard.count, 3);
}

static void beat_between_two_parts_of_a_pass_prevents_a_report(struct kunit *test)
{
	struct heard heard = {};
	u32 other;

	small_ledger(test);
	heard.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1);
	KUNIT_ASSERT_TRUE(test,
			  varta_tracker_stall_pass(tracker_of(test), THRESHOLD,
						   THRESHOLD, 1, hear, &heard));
	KUNIT_ASSERT_EQ(test, heard.count, 1);
	other = 3 - heard.agents[0].id.pid;
	EXPECT_REFRESHED(test, .pid = other, .nonce = 2, .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, pass_with(test, THRESHOLD, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 2 * THRESHOLD);
}

static void agent_between_two_parts_of_a_pass_is_another(struct kunit *test)
{
	struct heard heard = {};
	u32 other;

	small_ledger(test);
	heard.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	KUNIT_ASSERT_TRUE(test,
			  varta_tracker_stall_pass(tracker_of(test), THRESHOLD,
						   THRESHOLD, 1, hear, &heard));
	KUNIT_ASSERT_EQ(test, heard.count, 1);
	other = 3 - heard.agents[0].id.pid;
	/* Its slot is another's by then, who has just come. */
	KUNIT_EXPECT_TRUE(test, retire(test, other));
	EXPECT_INSERTED(test, .pid = 7, .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, pass(test, 2 * THRESHOLD), 1);
}

static void silence_is_never_less_than_none(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 1000);
	/* The clock was read for this pass before that beat. */
	KUNIT_EXPECT_EQ(test, pass_with(test, 999, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, 1000 + THRESHOLD);
	KUNIT_EXPECT_EQ(test, pass_with(test, 0, 1, &heard), 0);
	/* No silence at all is enough for a threshold of none. */
	KUNIT_EXPECT_EQ(test, pass_with(test, 1000, 0, &heard), 1);
}

static void silence_may_be_as_long_as_the_clock(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 0);
	EXPECT_INSERTED(test, .pid = 2, .now = 1);
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX, U64_MAX, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 1);
}

static void recycled_process_is_retired_without_report(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 50, .proc = 1,
			.ns = HERE);
	fake_procs_set_pid(7, 2);
	KUNIT_EXPECT_EQ(test, pass_with(test, THRESHOLD, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);

	/* The new process comes in cleanly and is not counted again. */
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 2,
			.ns = THERE, .now = THRESHOLD);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	KUNIT_EXPECT_EQ(test, pass(test, 2 * THRESHOLD), 1);
}

/* Between the look and the retirement, a beat may have changed whose it is. */
static void process_is_looked_at_again_before_it_is_retired(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	fake_procs_set_pid(7, 2);
	fake_procs_set_pid_later(7, 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	/* It is still silent, and that is still to be said. */
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
}

static void pass_goes_on_behind_a_retired_slot(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .proc = 1);
	EXPECT_INSERTED(test, .pid = 3, .proc = 1);
	fake_procs_set_pid(1, 2);
	fake_procs_set_pid(3, 2);
	KUNIT_ASSERT_EQ(test, pass_with(test, THRESHOLD, THRESHOLD, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 2);
	EXPECT_COUNT(test, PID_RECYCLES, 2);
	EXPECT_COUNT(test, STALLS, 1);
	/* The freed slots can be used, and each only once. */
	EXPECT_INSERTED(test, .pid = 4);
	EXPECT_INSERTED(test, .pid = 5);
	EXPECT_INSERTED(test, .pid = 6);
	EXPECT_NO_ROOM(test, .pid = 7);
}

static void process_that_is_gone_is_still_reported(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	fake_procs_set_pid(7, 0);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 1);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void process_that_is_the_same_is_reported(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	fake_procs_set_pid(7, 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 1);
}

/* Otherwise there is nothing to compare, or a relay's claim to trust. */
static void only_attested_known_generations_are_looked_at(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 2, .origin = ATTESTED);
	EXPECT_INSERTED(test, .pid = 3, .origin = RELAYED);
	fake_procs_set_pid(1, 2);
	fake_procs_set_pid(2, 2);
	fake_procs_set_pid(3, 2);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 3);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 0);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void only_newly_stalled_agents_are_looked_at(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .proc = 1, .now = 1);
	fake_procs_set_pid(1, 1);
	fake_procs_set_pid(2, 3);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	/* Latched now, and so left to the eviction or its next beat. */
	fake_procs_set_pid(1, 2);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 1);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 2));
}

static void stalled_now_follows_every_path(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 4, .eviction_scan_window = 4,
		.origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 3, .nonce = 1, .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 4, .nonce = 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 4);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 4);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 3);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .proc = 2, .now = 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	EXPECT_REFRESHED(test, .pid = 3, .nonce = 1, .now = 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	EXPECT_INSERTED(test, .pid = 5, .nonce = 1, .now = EVICTABLE + 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 4));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	/* Again from none: the beat that does not end a stall changes nothing */
	EXPECT_REFRESHED(test, .pid = 5, .nonce = 2, .now = EVICTABLE + 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, pass(test, EVICTABLE), 3);
	KUNIT_EXPECT_TRUE(test, retire(test, 1));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	KUNIT_EXPECT_TRUE(test, retire(test, 5));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
}

static struct kunit_case stall_cases[] = {
	KUNIT_CASE(stall_begins_at_the_threshold),
	KUNIT_CASE(each_silence_is_reported_once),
	KUNIT_CASE(terminal_beat_ends_a_stall),
	KUNIT_CASE(refused_beat_ends_no_stall),
	KUNIT_CASE(refused_beat_puts_no_stall_off),
	KUNIT_CASE(report_says_what_the_page_promises),
	KUNIT_CASE(report_says_if_the_last_word_was_terminal),
	KUNIT_CASE(each_stalled_agent_is_reported_and_no_other),
	KUNIT_CASE(little_room_loses_no_report),
	KUNIT_CASE(room_is_clamped),
	KUNIT_CASE(what_the_report_returns_does_not_matter),
	KUNIT_CASE(beat_between_two_parts_of_a_pass_prevents_a_report),
	KUNIT_CASE(agent_between_two_parts_of_a_pass_is_another),
	KUNIT_CASE(silence_is_never_less_than_none),
	KUNIT_CASE(silence_may_be_as_long_as_the_clock),
	KUNIT_CASE(recycled_process_is_retired_without_report),
	KUNIT_CASE(process_is_looked_at_again_before_it_is_retired),
	KUNIT_CASE(pass_goes_on_behind_a_retired_slot),
	KUNIT_CASE(process_that_is_gone_is_still_reported),
	KUNIT_CASE(process_that_is_the_same_is_reported),
	KUNIT_CASE(only_attested_known_generations_are_looked_at),
	KUNIT_CASE(only_newly_stalled_agents_are_looked_at),
	KUNIT_CASE(stalled_now_follows_every_path),
	{}
};

static struct kunit_suite stall_suite = {
	.name = "varta-stall",
	.exit = ledger_test_exit,
	.test_cases = stall_cases,
};

kunit_test_suite(stall_suite);
