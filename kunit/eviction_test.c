// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has to go when there is no room (section 5 of
 * Documentation/tracker-semantics.md), and when there is room but none in the
 * index (section 2), with both sides of each comparison.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "hash_collisions.h"
#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

/* ---- Section 5: eviction. */

/* Let an agent have beaten at another time, latched or not as it is. */
static void set_time(struct varta_tracker *tracker, u32 slot, u64 last_ns)
{
	u32 cursor = 0;

	tracker->slots[slot].last_ns = last_ns;
	/* Beats do not go back, so that nobody else would see to it. */
	while (varta_tracker_rescan(tracker, &cursor, THRESHOLD))
		;
}

static void strict_refuses_at_once_when_none_is_stalled(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 2, VARTA_EVICTION_POLICY_STRICT);

	EXPECT_NO_ROOM(test, .pid = 9, .now = U64_MAX);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	EXPECT_COUNT(test, EVICTIONS, 0);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
}

static void strict_evicts_only_who_was_reported(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);

	/* All are silent for as long, slot 2 alone is latched. */
	set_time(tracker, 2, FILLED - 50);
	KUNIT_ASSERT_EQ(test, pass(test, FILLED + 50), 1);
	EXPECT_INSERTED(test, .pid = 9, .nonce = 77,
			.now = FILLED + 2 * EVICTABLE);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].nonce, 77);
	KUNIT_EXPECT_FALSE(test, tracker->slots[2].stalled);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker), 4);
	EXPECT_COUNT(test, EVICTIONS, 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 0);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_last_evicted_pid(tracker), 3);
	/* Now none is latched any more. */
	EXPECT_NO_ROOM(test, .pid = 10, .now = FILLED + 2 * EVICTABLE);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
}

static void victim_is_silent_for_more_than_ten_thresholds(struct kunit *test)
{
	static const enum varta_eviction_policy policies[] = {
		VARTA_EVICTION_POLICY_STRICT, VARTA_EVICTION_POLICY_BALANCED,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		full_ledger(test, 1, 1, policies[i]);
		if (policies[i] == VARTA_EVICTION_POLICY_STRICT)
			KUNIT_ASSERT_EQ(test, pass(test, FILLED + THRESHOLD),
					1);
		EXPECT_NO_ROOM(test, .pid = 9, .now = FILLED + EVICTABLE);
		EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
		EXPECT_INSERTED(test, .pid = 9, .now = FILLED + EVICTABLE + 1);
		EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
		EXPECT_COUNT(test, EVICTIONS, 1);
		ledger_destroy(test, test->priv);
	}
}

static void ten_thresholds_may_be_longer_than_the_clock(struct kunit *test)
{
	static const u64 ten_fit = U64_MAX / 10, ten_do_not = U64_MAX / 10 + 1;
	struct varta_tracker *tracker =
		full_ledger(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);

	set_time(tracker, 0, 0);
	EXPECT_NO_ROOM(test, .pid = 9, .now = U64_MAX,
		       .threshold = &ten_do_not);
	EXPECT_NO_ROOM(test, .pid = 9, .now = 10 * ten_fit,
		       .threshold = &ten_fit);
	EXPECT_INSERTED(test, .pid = 9, .now = 10 * ten_fit + 1,
			.threshold = &ten_fit);
}

static void threshold_of_none_still_asks_for_some_silence(struct kunit *test)
{
	static const u64 none;

	full_ledger(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_NO_ROOM(test, .pid = 9, .now = FILLED, .threshold = &none);
	EXPECT_NO_ROOM(test, .pid = 9, .now = FILLED - 1, .threshold = &none);
	EXPECT_NO_ROOM(test, .pid = 9, .now = 0, .threshold = &none);
	EXPECT_INSERTED(test, .pid = 9, .now = FILLED + 1, .threshold = &none);
}

static void window_bounds_what_one_attempt_looks_at(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 1, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILLED + EVICTABLE;

	set_time(tracker, 3, FILLED - 1);
	KUNIT_ASSERT_EQ(test, pass(test, now), 4);
	/* Only slot 3 is long enough silent; one slot for each attempt. */
	EXPECT_NO_ROOM(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 1);
	EXPECT_NO_ROOM(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
	EXPECT_NO_ROOM(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 3);
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[3].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 3);
}

static void window_may_end_just_before_the_victim(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 3, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILLED + EVICTABLE;

	set_time(tracker, 3, FILLED - 1);
	set_time(tracker, 2, FILLED - 1);
	KUNIT_ASSERT_EQ(test, pass(test, now), 4);
	/* The last slot in the window is still looked at, */
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].pid, 9);
	/* the next attempt begins behind it, */
	EXPECT_INSERTED(test, .pid = 10, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[3].pid, 10);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	/* and where there is no victim, all three are gone past. */
	EXPECT_NO_ROOM(test, .pid = 11, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
	EXPECT_NO_ROOM(test, .pid = 11, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
}

static void window_larger_than_the_table_is_one_round(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 3, 5, VARTA_EVICTION_POLICY_STRICT);

	KUNIT_ASSERT_EQ(test, pass(test, FILLED + THRESHOLD), 3);
	EXPECT_NO_ROOM(test, .pid = 9, .now = FILLED + EVICTABLE);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	set_time(tracker, 2, 0);
	EXPECT_INSERTED(test, .pid = 9, .now = FILLED + EVICTABLE);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
}

static void cursor_goes_round(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 3, 2, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILLED + EVICTABLE;

	KUNIT_ASSERT_EQ(test, pass(test, now), 3);
	EXPECT_NO_ROOM(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
	/* Slots 2 and 0 are in the next window, slot 1 is not. */
	set_time(tracker, 1, 0);
	EXPECT_NO_ROOM(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 1);
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[1].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
}

static void first_victim_from_the_cursor_on_is_taken(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILLED + 2 * EVICTABLE;
	u32 i;

	/* The oldest is not preferred. */
	set_time(tracker, 3, 0);
	KUNIT_ASSERT_EQ(test, pass(test, now), 4);
	for (i = 0; i < 4; i++) {
		EXPECT_INSERTED(test, .pid = 10 + i, .now = now);
		KUNIT_EXPECT_EQ(test, tracker->slots[i].pid, 10 + i);
		KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, (i + 1) % 4);
		KUNIT_EXPECT_EQ(test, stalled_now(test), 3 - i);
	}
}

static void balanced_prefers_a_stalled_victim(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 4, VARTA_EVICTION_POLICY_BALANCED);

	set_time(tracker, 2, FILLED - 50);
	KUNIT_ASSERT_EQ(test, pass(test, FILLED + 50), 1);
	EXPECT_INSERTED(test, .pid = 9, .now = FILLED + 2 * EVICTABLE);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
}

static void balanced_ignores_the_latch_in_a_second_pass(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 2, VARTA_EVICTION_POLICY_BALANCED);

	/*
	 * Slot 2 alone is latched, and not long enough silent. The second pass
	 * begins at slot 2, where the first has stopped, not again at slot 0.
	 */
	set_time(tracker, 2, FILLED - 50);
	KUNIT_ASSERT_EQ(test, pass(test, FILLED + 50), 1);
	set_time(tracker, 2, FILLED + EVICTABLE);
	EXPECT_INSERTED(test, .pid = 9, .now = FILLED + 2 * EVICTABLE);
	KUNIT_EXPECT_EQ(test, tracker->slots[3].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	EXPECT_COUNT(test, EVICTIONS, 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_last_evicted_pid(tracker), 4);
}

static void balanced_skips_the_first_pass_when_none_is_stalled(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 1, VARTA_EVICTION_POLICY_BALANCED);

	EXPECT_NO_ROOM(test, .pid = 9, .now = FILLED);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	EXPECT_INSERTED(test, .pid = 9, .now = FILLED + EVICTABLE + 1);
	KUNIT_EXPECT_EQ(test, tracker->slots[1].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
}

static void truncated_attempt_counts_once_for_both_passes(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 4, 1, VARTA_EVICTION_POLICY_BALANCED);

	KUNIT_ASSERT_EQ(test, pass(test, FILLED + THRESHOLD), 4);
	EXPECT_NO_ROOM(test, .pid = 9, .now = FILLED + EVICTABLE);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 1);
}

static void last_evicted_pid_is_the_last_and_taken_once(struct kunit *test)
{
	struct varta_tracker *tracker =
		full_ledger(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	u64 now = FILLED + EVICTABLE + 1;

	EXPECT_INSERTED(test, .pid = 8, .now = now);
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_last_evicted_pid(tracker), 2);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_last_evicted_pid(tracker), 0);
	/* A refusal evicts nobody. */
	EXPECT_NO_ROOM(test, .pid = 10, .now = now);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_last_evicted_pid(tracker), 0);
	EXPECT_COUNT(test, EVICTIONS, 2);
}

static void nothing_of_the_evicted_agent_is_left(struct kunit *test)
{
	struct varta_slot *slot;

	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 1, .eviction_scan_window = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .ns_pid = 1, .nonce = 1000,
			.proc = 1, .ns = HERE, .payload = 1);
	EXPECT_REFRESHED(test, .pid = 1, .terminal = true, .timestamp = 50,
			 .proc = 1, .ns = HERE);
	KUNIT_ASSERT_EQ(test, pass(test, THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 2, .ns_pid = 5, .nonce = 1,
			.now = EVICTABLE + 1, .origin = RELAYED);
	slot = slot_of(test, 2);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 5);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, NULL);
	KUNIT_EXPECT_EQ(test, slot->ns_inode, 0);
	KUNIT_EXPECT_EQ(test, slot->origin, RELAYED);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 1);
	KUNIT_EXPECT_FALSE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->last_ns, EVICTABLE + 1);
	KUNIT_EXPECT_EQ(test, fake_procs_refs_total(), 0);
	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 0, 1, NULL,
						      NULL));
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void slot_that_was_evicted_may_be_beaten_from_the_past(struct kunit *test)
{
	/* The new agent's time is its own, not the victim's. */
	full_ledger(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_INSERTED(test, .pid = 9, .now = FILLED + EVICTABLE + 1);
	KUNIT_EXPECT_TRUE(test, retire(test, 9));
	EXPECT_INSERTED(test, .pid = 10, .now = 3);
	KUNIT_EXPECT_EQ(test, slot_of(test, 10)->last_ns, 3);
}

/* ---- Sections 2 and 5: when the index has no room. */

enum {
	/* Just over what the probes for one home can hold. */
	CROWD		= VARTA_PID_INDEX_PROBES + 1,
	CROWD_CAPACITY	= 128,
	CROWD_HOME	= 10,
};

/* All but the last of the crowd, which then has no place in the index. */
static u32 *crowded_ledger(struct kunit *test)
{
	u32 *pids = kunit_kcalloc(test, CROWD, sizeof(*pids), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, pids);
	colliding_pids(test, CROWD_CAPACITY, CROWD_HOME, pids, CROWD);
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = CROWD_CAPACITY,
		.eviction_scan_window = CROWD_CAPACITY,
	});
	for (i = 0; i < CROWD - 1; i++)
		EXPECT_INSERTED(test, .pid = pids[i], .now = FILLED);
	return pids;
}

static void beat_without_room_in_the_index_is_refused(struct kunit *test)
{
	u32 *pids = crowded_ledger(test), last = pids[CROWD - 1];
	struct varta_tracker *tracker = tracker_of(test);

	EXPECT_NO_ROOM(test, .pid = last, .proc = 1);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, last));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker), CROWD - 1);
	EXPECT_NO_ROOM(test, .pid = last);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 2);
	ledger_check(test, test->priv);

	/* The slot is still there for others, and for it when it has room. */
	KUNIT_EXPECT_TRUE(test, retire(test, pids[7]));
	EXPECT_INSERTED(test, .pid = last);
	EXPECT_NO_ROOM(test, .pid = pids[7]);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 3);
}

/* Fill what is left with pids that live elsewhere in the index. */
static u32 fill_elsewhere(struct kunit *test, const u32 *crowd)
{
	u32 i, pid = 0;

	for (i = CROWD - 1; i < CROWD_CAPACITY; i++) {
		u32 home = CROWD_HOME + VARTA_PID_INDEX_PROBES + 2 * (i - CROWD);

		colliding_pids(test, CROWD_CAPACITY,
			       home % (2 * CROWD_CAPACITY), &pid, 1);
		EXPECT_INSERTED(test, .pid = pid, .now = FILLED);
	}
	return pid;
}

static void eviction_without_room_in_the_index_is_undone(struct kunit *test)
{
	u32 *pids = crowded_ledger(test), last = pids[CROWD - 1];
	u32 victim = fill_elsewhere(test, pids), number;
	struct varta_tracker *tracker = tracker_of(test);
	size_t bytes = (tracker->index.mask + 1) * sizeof(u64);
	u64 *entries = kunit_kmalloc(test, bytes, GFP_KERNEL);
	struct varta_slot was;

	KUNIT_ASSERT_NOT_NULL(test, entries);
	KUNIT_ASSERT_EQ(test, pass(test, FILLED + THRESHOLD), CROWD_CAPACITY);
	number = slot_of(test, victim) - tracker->slots;
	set_time(tracker, number, FILLED - 1);
	was = tracker->slots[number];
	memcpy(entries, tracker->index.entries, bytes);

	EXPECT_NO_ROOM(test, .pid = last, .now = FILLED + EVICTABLE,
		       .proc = 4);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	EXPECT_COUNT(test, EVICTIONS, 0);
	/* A victim was found. */
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	KUNIT_EXPECT_TRUE(test, same_slots(&tracker->slots[number], &was));
	KUNIT_EXPECT_MEMEQ(test, tracker->index.entries, entries, bytes);
	KUNIT_EXPECT_EQ(test, stalled_now(test), CROWD_CAPACITY);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker), CROWD_CAPACITY);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_last_evicted_pid(tracker), 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(4), 0);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor,
			(number + 1) % CROWD_CAPACITY);
	EXPECT_REFRESHED(test, .pid = victim, .nonce = 1, .now = FILLED);
}

static void evicted_agents_room_in_the_index_counts(struct kunit *test)
{
	u32 *pids = crowded_ledger(test), last = pids[CROWD - 1];
	struct varta_tracker *tracker = tracker_of(test);
	u32 number;

	fill_elsewhere(test, pids);
	KUNIT_ASSERT_EQ(test, pass(test, FILLED + THRESHOLD), CROWD_CAPACITY);
	number = slot_of(test, pids[30]) - tracker->slots;
	set_time(tracker, number, FILLED - 1);
	EXPECT_INSERTED(test, .pid = last, .now = FILLED + EVICTABLE);
	KUNIT_EXPECT_EQ(test, tracker->slots[number].pid, last);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 0);
	EXPECT_COUNT(test, EVICTIONS, 1);
}

static struct kunit_case eviction_cases[] = {
	KUNIT_CASE(strict_refuses_at_once_when_none_is_stalled),
	KUNIT_CASE(strict_evicts_only_who_was_reported),
	KUNIT_CASE(victim_is_silent_for_more_than_ten_thresholds),
	KUNIT_CASE(ten_thresholds_may_be_longer_than_the_clock),
	KUNIT_CASE(threshold_of_none_still_asks_for_some_silence),
	KUNIT_CASE(window_bounds_what_one_attempt_looks_at),
	KUNIT_CASE(window_may_end_just_before_the_victim),
	KUNIT_CASE(window_larger_than_the_table_is_one_round),
	KUNIT_CASE(cursor_goes_round),
	KUNIT_CASE(first_victim_from_the_cursor_on_is_taken),
	KUNIT_CASE(balanced_prefers_a_stalled_victim),
	KUNIT_CASE(balanced_ignores_the_latch_in_a_second_pass),
	KUNIT_CASE(balanced_skips_the_first_pass_when_none_is_stalled),
	KUNIT_CASE(truncated_attempt_counts_once_for_both_passes),
	KUNIT_CASE(last_evicted_pid_is_the_last_and_taken_once),
	KUNIT_CASE(nothing_of_the_evicted_agent_is_left),
	KUNIT_CASE(slot_that_was_evicted_may_be_beaten_from_the_past),

	KUNIT_CASE(beat_without_room_in_the_index_is_refused),
	KUNIT_CASE(eviction_without_room_in_the_index_is_undone),
	KUNIT_CASE(evicted_agents_room_in_the_index_counts),
	{}
};

static struct kunit_suite eviction_suite = {
	.name = "varta-eviction",
	.exit = ledger_test_exit,
	.test_cases = eviction_cases,
};

kunit_test_suite(eviction_suite);
