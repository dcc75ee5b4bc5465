// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of evict.c: the victim when the tracker is full or a quota is used up
 * (section 5 of Documentation/tracker-semantics.md), and eviction with a full
 * index (section 2), with both sides of each comparison.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "beat_helpers.h"
#include "fake_procs.h"
#include "hash_collisions.h"
#include "tracker_fixture.h"

enum {
	COLLISION_CAPACITY	= 128,
	COLLISION_BUCKET	= 10,
	/* One more than the probes from one bucket can hold. */
	COLLIDING_PIDS		= VARTA_PID_INDEX_PROBES + 1,
};

/* A longer default threshold. */
static const u64 longer = 5 * OWN;

/* ---- Policy and window. */

/* Set the time of an agent's last beat; keeps its stalled flag. */
static void set_last_beat(struct varta_tracker *tracker, u32 slot, u64 last_ns)
{
	u32 cursor = 0;

	tracker->slots[slot].last_ns = last_ns;
	/* The new time may be earlier, which beats never cause. */
	while (varta_tracker_rescan(tracker, &cursor, THRESHOLD))
		;
}

static void strict_rejects_without_scan_if_none_is_stalled(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 2, VARTA_EVICTION_POLICY_STRICT);

	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = U64_MAX);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	EXPECT_COUNT(test, EVICTIONS, 0);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
}

static void strict_evicts_only_stalled_agents(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);

	/* Only slot 2 is stalled. */
	set_last_beat(tracker, 2, FILL_TIME - 50);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, FILL_TIME + 50), 1);
	EXPECT_INSERTED(test, .pid = 9, .nonce = 77,
			.now = FILL_TIME + 2 * EVICT_AFTER);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].regular_nonce, 77);
	KUNIT_EXPECT_FALSE(test, tracker->slots[2].stalled);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker), 4);
	EXPECT_COUNT(test, EVICTIONS, 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 0);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
	KUNIT_EXPECT_EQ(test, take_evicted_pid(tracker), 3);
	/* No agent is stalled any more. */
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 10,
				 .now = FILL_TIME + 2 * EVICT_AFTER);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
}

static void victim_is_silent_for_more_than_ten_thresholds(struct kunit *test)
{
	static const enum varta_eviction_policy policies[] = {
		VARTA_EVICTION_POLICY_STRICT, VARTA_EVICTION_POLICY_BALANCED,
	};
	const u64 stall_time = FILL_TIME + THRESHOLD;
	int i;

	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		make_full_tracker(test, 1, 1, policies[i]);
		if (policies[i] == VARTA_EVICTION_POLICY_STRICT)
			KUNIT_ASSERT_EQ(test, run_stall_pass(test, stall_time),
					1);
		EXPECT_CAPACITY_EXCEEDED(test, .pid = 9,
					 .now = FILL_TIME + EVICT_AFTER);
		EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
		EXPECT_INSERTED(test, .pid = 9,
				.now = FILL_TIME + EVICT_AFTER + 1);
		EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
		EXPECT_COUNT(test, EVICTIONS, 1);
		tracker_fixture_destroy(test, test->priv);
	}
}

static void ten_thresholds_may_exceed_u64_max(struct kunit *test)
{
	static const u64 ten_fit = U64_MAX / 10, ten_do_not = U64_MAX / 10 + 1;
	struct varta_tracker *tracker =
		make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);

	set_last_beat(tracker, 0, 0);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = U64_MAX,
				 .threshold = &ten_do_not);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = 10 * ten_fit,
				 .threshold = &ten_fit);
	EXPECT_INSERTED(test, .pid = 9, .now = 10 * ten_fit + 1,
			.threshold = &ten_fit);
}

static void zero_threshold_still_requires_some_silence(struct kunit *test)
{
	static const u64 none;

	make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = FILL_TIME,
				 .threshold = &none);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = FILL_TIME - 1,
				 .threshold = &none);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = 0, .threshold = &none);
	EXPECT_INSERTED(test, .pid = 9, .now = FILL_TIME + 1,
			.threshold = &none);
}

static void window_limits_slots_scanned_per_attempt(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 1, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILL_TIME + EVICT_AFTER;

	set_last_beat(tracker, 3, FILL_TIME - 1);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, now), 4);
	/* Only slot 3 is silent long enough; each attempt scans one slot. */
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 1);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 3);
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[3].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 3);
}

static void last_slot_of_window_is_scanned(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 3, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILL_TIME + EVICT_AFTER;

	set_last_beat(tracker, 3, FILL_TIME - 1);
	set_last_beat(tracker, 2, FILL_TIME - 1);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, now), 4);
	/* The last slot of the window is scanned. */
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].pid, 9);
	/* The next attempt continues after it. */
	EXPECT_INSERTED(test, .pid = 10, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[3].pid, 10);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	/* Without a victim, the cursor moves by the window. */
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 11, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 11, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
}

static void window_larger_than_capacity_scans_each_slot_once(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 3, 5, VARTA_EVICTION_POLICY_STRICT);

	KUNIT_ASSERT_EQ(test, run_stall_pass(test, FILL_TIME + THRESHOLD), 3);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9,
				 .now = FILL_TIME + EVICT_AFTER);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	set_last_beat(tracker, 2, 0);
	EXPECT_INSERTED(test, .pid = 9, .now = FILL_TIME + EVICT_AFTER);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
}

static void cursor_wraps_around(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 3, 2, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILL_TIME + EVICT_AFTER;

	KUNIT_ASSERT_EQ(test, run_stall_pass(test, now), 3);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
	/* The next window is slots 2 and 0. */
	set_last_beat(tracker, 1, 0);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 1);
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, tracker->slots[1].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
}

/* Set by a task that saw more slots in use. */
static void cursor_beyond_used_slots_starts_anew(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 8, .eviction_scan_window = 8,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	fake_procs_set_quota(2);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE);
	EXPECT_INSERTED(test, .pid = 2, .uid = ALICE);
	tracker_of(test)->eviction_cursor = 3;
	EXPECT_INSERTED(test, .pid = 3, .uid = ALICE, .now = EVICT_AFTER + 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 1));
	KUNIT_EXPECT_EQ(test, tracker_of(test)->eviction_cursor, 1);
}

static void first_victim_after_cursor_is_evicted(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);
	u64 now = FILL_TIME + 2 * EVICT_AFTER;
	u32 i;

	/* The oldest agent is not preferred. */
	set_last_beat(tracker, 3, 0);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, now), 4);
	for (i = 0; i < 4; i++) {
		EXPECT_INSERTED(test, .pid = 10 + i, .now = now);
		KUNIT_EXPECT_EQ(test, tracker->slots[i].pid, 10 + i);
		KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, (i + 1) % 4);
		KUNIT_EXPECT_EQ(test, stalled_now(test), 3 - i);
	}
}

static void balanced_prefers_stalled_victim(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 4, VARTA_EVICTION_POLICY_BALANCED);

	set_last_beat(tracker, 2, FILL_TIME - 50);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, FILL_TIME + 50), 1);
	EXPECT_INSERTED(test, .pid = 9, .now = FILL_TIME + 2 * EVICT_AFTER);
	KUNIT_EXPECT_EQ(test, tracker->slots[2].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 3);
}

static void balanced_evicts_silent_agents_in_second_pass(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 2, VARTA_EVICTION_POLICY_BALANCED);

	/*
	 * Only slot 2 is stalled, and not silent long enough. The second pass
	 * starts at slot 2, where the first one stopped.
	 */
	set_last_beat(tracker, 2, FILL_TIME - 50);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, FILL_TIME + 50), 1);
	set_last_beat(tracker, 2, FILL_TIME + EVICT_AFTER);
	EXPECT_INSERTED(test, .pid = 9, .now = FILL_TIME + 2 * EVICT_AFTER);
	KUNIT_EXPECT_EQ(test, tracker->slots[3].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	EXPECT_COUNT(test, EVICTIONS, 1);
	KUNIT_EXPECT_EQ(test, take_evicted_pid(tracker), 4);
}

static void balanced_skips_first_pass_if_none_is_stalled(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 1, VARTA_EVICTION_POLICY_BALANCED);

	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9, .now = FILL_TIME);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	EXPECT_INSERTED(test, .pid = 9, .now = FILL_TIME + EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, tracker->slots[1].pid, 9);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
}

static void truncated_attempt_is_counted_once_for_both_passes(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 4, 1, VARTA_EVICTION_POLICY_BALANCED);

	KUNIT_ASSERT_EQ(test, run_stall_pass(test, FILL_TIME + THRESHOLD), 4);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 9,
				 .now = FILL_TIME + EVICT_AFTER);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 2);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 1);
}

/* ---- The evicted slot. */

static void take_of_evictions_has_identity_of_last(struct kunit *test)
{
	struct varta_evicted last;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .eviction_scan_window = 1,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	EXPECT_INSERTED(test, .pid = 7, .source = 3, .ns_inode = PIDNS_A);
	EXPECT_INSERTED(test, .pid = 8, .now = EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_evictions(tracker_of(test),
							   &last), 1);
	KUNIT_EXPECT_EQ(test, last.pid, 7);
	KUNIT_EXPECT_EQ(test, last.source, 3);
	KUNIT_EXPECT_EQ(test, last.ns_inode, PIDNS_A);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_evictions(tracker_of(test),
							   &last), 0);
	KUNIT_EXPECT_EQ(test, last.pid, 0);
	KUNIT_EXPECT_EQ(test, last.source, 0);
	KUNIT_EXPECT_EQ(test, last.ns_inode, 0);
}

static void untaken_evictions_are_taken_again(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	u64 now = FILL_TIME + EVICT_AFTER + 1;
	struct varta_evicted last;
	u64 n;

	EXPECT_INSERTED(test, .pid = 8, .now = now);
	n = varta_tracker_take_evictions(tracker, &last);
	varta_tracker_untake_evictions(tracker, n, &last);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_evictions(tracker, &last), 1);
	KUNIT_EXPECT_EQ(test, last.pid, 1);

	/* The last one is that of an eviction after the take. */
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	varta_tracker_untake_evictions(tracker, 1, &last);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_evictions(tracker, &last), 2);
	KUNIT_EXPECT_EQ(test, last.pid, 2);
	EXPECT_COUNT(test, EVICTIONS, 2);
}

static void last_evicted_pid_is_returned_once(struct kunit *test)
{
	struct varta_tracker *tracker =
		make_full_tracker(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	u64 now = FILL_TIME + EVICT_AFTER + 1;

	EXPECT_INSERTED(test, .pid = 8, .now = now);
	EXPECT_INSERTED(test, .pid = 9, .now = now);
	KUNIT_EXPECT_EQ(test, take_evicted_pid(tracker), 2);
	KUNIT_EXPECT_EQ(test, take_evicted_pid(tracker), 0);
	/* A rejected beat evicts no agent. */
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 10, .now = now);
	KUNIT_EXPECT_EQ(test, take_evicted_pid(tracker), 0);
	EXPECT_COUNT(test, EVICTIONS, 2);
}

static void no_state_of_evicted_agent_is_left(struct kunit *test)
{
	struct varta_slot *slot;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .eviction_scan_window = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .ns_pid = 1, .nonce = 1000,
			.proc = 1, .ns_inode = PIDNS_A, .payload = 1);
	EXPECT_REFRESHED(test, .pid = 1, .terminal = true, .timestamp = 50,
			 .proc = 1, .ns_inode = PIDNS_A);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 2, .ns_pid = 5, .nonce = 1,
			.now = EVICT_AFTER + 1, .origin = RELAYED);
	slot = slot_of(test, 2);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 5);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, NULL);
	KUNIT_EXPECT_EQ(test, slot->ns_inode, 0);
	KUNIT_EXPECT_EQ(test, slot->origin, RELAYED);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 1);
	KUNIT_EXPECT_FALSE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->last_ns, EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, fake_procs_refs_total(), 0);
	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 0, 1,
						      NULL, NULL));
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void reused_slot_takes_time_of_new_agent(struct kunit *test)
{
	make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_INSERTED(test, .pid = 9, .now = FILL_TIME + EVICT_AFTER + 1);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 9));
	EXPECT_INSERTED(test, .pid = 10, .now = 3);
	KUNIT_EXPECT_EQ(test, slot_of(test, 10)->last_ns, 3);
}

static void eviction_frees_only_slot_of_its_source(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 2, .eviction_scan_window = 2,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	EXPECT_INSERTED(test, .pid = 7, .source = 1, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 2, .now = EVICT_AFTER);
	EXPECT_INSERTED(test, .pid = 7, .source = 2, .nonce = 3,
			.now = EVICT_AFTER + 1);
	KUNIT_EXPECT_NULL(test, tracker_fixture_slot(test->priv, 1, 7));
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).nonce, 2);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 2, 7).nonce, 3);
	KUNIT_EXPECT_EQ(test,
			take_evicted_pid(tracker_of(test)),
			7);
}

static void victim_is_uncharged(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 2, .uid = BOB,
				 .now = EVICT_AFTER);
	expect_charged(test, 1, 0);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB, .netns = 4,
			.now = EVICT_AFTER + 1);
	expect_charged(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
}

/* ---- Own thresholds. */

static void victim_is_silent_for_ten_own_thresholds(struct kunit *test)
{
	make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = FILL_TIME,
			 .threshold_ms = OWN_MS);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 2,
				 .now = FILL_TIME + EVICT_AFTER + 1);
	/* The new agent's own threshold does not matter. */
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 2, .now = FILL_TIME + 10 * OWN,
				 .threshold_ms = 1);
	EXPECT_INSERTED(test, .pid = 2, .now = FILL_TIME + 10 * OWN + 1);
	EXPECT_COUNT(test, EVICTIONS, 1);
}

static void stalled_victim_is_silent_for_ten_own_thresholds(struct kunit *test)
{
	make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_STRICT);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = FILL_TIME,
			 .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, FILL_TIME + OWN), 1);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 2, .now = FILL_TIME + 10 * OWN);
	EXPECT_INSERTED(test, .pid = 2, .now = FILL_TIME + 10 * OWN + 1);
}

static void shorter_own_threshold_allows_earlier_eviction(struct kunit *test)
{
	make_full_tracker(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 2, .now = FILL_TIME,
			 .threshold_ms = OWN_MS);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 3, .now = FILL_TIME + 10 * OWN,
				 .threshold = &longer);
	EXPECT_INSERTED(test, .pid = 3, .now = FILL_TIME + 10 * OWN + 1,
			.threshold = &longer);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 2));
}

/* ---- Quota. */

static void agent_over_quota_evicts_no_other_user(struct kunit *test)
{
	struct varta_tracker *tracker;
	struct varta_slot old;

	tracker = make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, FILL_TIME + THRESHOLD), 1);
	old = *slot_of(test, 1);
	fake_procs_set_quota(0);
	EXPECT_QUOTA_EXCEEDED(test, .pid = 2, .uid = BOB,
			      .now = FILL_TIME + EVICT_AFTER + 1);
	KUNIT_EXPECT_TRUE(test, slots_equal(slot_of(test, 1), &old));
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	KUNIT_EXPECT_EQ(test, take_evicted_pid(tracker), 0);
	EXPECT_COUNT(test, EVICTIONS, 0);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 0);
	expect_charged(test, 0, 0);

	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB,
			.now = FILL_TIME + EVICT_AFTER + 1);
	expect_charged(test, 0, 1);
}

/* Silent agents must not use up a quota for ever. */
static void agent_over_quota_evicts_one_of_same_user(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 8, .eviction_scan_window = 8,
	});
	fake_procs_set_quota(2);
	EXPECT_INSERTED(test, .pid = 1, .uid = BOB, .netns = 3);
	EXPECT_INSERTED(test, .pid = 2, .uid = ALICE, .netns = 3,
			.proc = 2);
	EXPECT_INSERTED(test, .pid = 3, .uid = ALICE);
	/* Strict policy: no agent has stalled yet. */
	EXPECT_QUOTA_EXCEEDED(test, .pid = 4, .uid = ALICE,
			      .now = EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 3);
	EXPECT_QUOTA_EXCEEDED(test, .pid = 4, .uid = ALICE, .now = EVICT_AFTER);
	EXPECT_INSERTED(test, .pid = 4, .uid = ALICE, .netns = 4,
			.proc = 4, .now = EVICT_AFTER + 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 2));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	KUNIT_EXPECT_EQ(test, tracker_of(test)->last_evicted.pid, 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
	EXPECT_COUNT(test, EVICTIONS, 1);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 2);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	expect_charged(test, 2, 1);
}

static void free_slot_is_no_victim_of_its_last_user(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 8, .eviction_scan_window = 8,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 3, .uid = ALICE, .now = EVICT_AFTER);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 2));
	EXPECT_QUOTA_EXCEEDED(test, .pid = 4, .uid = ALICE,
			      .now = EVICT_AFTER + 1);
	EXPECT_COUNT(test, EVICTIONS, 0);
	EXPECT_COUNT(test, INVARIANT_VIOLATIONS, 0);
	expect_charged(test, 1, 0);
}

/* ---- Full index. */

/* Track all but the last pid, whose entry then does not fit in the index. */
static u32 *make_collision_tracker(struct kunit *test)
{
	u32 *pids = kunit_kcalloc(test, COLLIDING_PIDS, sizeof(*pids),
				  GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, pids);
	hash_collision_pids(test, COLLISION_CAPACITY, COLLISION_BUCKET, pids,
			    COLLIDING_PIDS);
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = COLLISION_CAPACITY,
		.eviction_scan_window = COLLISION_CAPACITY,
	});
	for (i = 0; i < COLLIDING_PIDS - 1; i++)
		EXPECT_INSERTED(test, .pid = pids[i], .now = FILL_TIME);
	return pids;
}

static void beat_is_rejected_if_index_is_full(struct kunit *test)
{
	u32 *pids = make_collision_tracker(test);
	u32 last = pids[COLLIDING_PIDS - 1];
	struct varta_tracker *tracker = tracker_of(test);

	EXPECT_CAPACITY_EXCEEDED(test, .pid = last, .proc = 1);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, last));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker),
			COLLIDING_PIDS - 1);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = last);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 2);
	tracker_fixture_check(test, test->priv);

	/* The slot is still free, and usable once the index has room. */
	KUNIT_EXPECT_TRUE(test, remove_agent(test, pids[7]));
	EXPECT_INSERTED(test, .pid = last);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = pids[7]);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 3);
}

/* Fill the free slots with pids of other buckets. */
static u32 fill_other_buckets(struct kunit *test, const u32 *pids)
{
	u32 i, pid = 0;

	for (i = COLLIDING_PIDS - 1; i < COLLISION_CAPACITY; i++) {
		u32 bucket = COLLISION_BUCKET + VARTA_PID_INDEX_PROBES +
			     2 * (i - COLLIDING_PIDS);

		hash_collision_pids(test, COLLISION_CAPACITY,
				    bucket % (2 * COLLISION_CAPACITY), &pid, 1);
		EXPECT_INSERTED(test, .pid = pid, .now = FILL_TIME);
	}
	return pid;
}

static void eviction_is_undone_if_index_is_full(struct kunit *test)
{
	u32 *pids = make_collision_tracker(test);
	u32 last = pids[COLLIDING_PIDS - 1];
	u32 victim = fill_other_buckets(test, pids), nr;
	struct varta_tracker *tracker = tracker_of(test);
	size_t bytes = (tracker->index.mask + 1) * sizeof(u64);
	u64 *entries = kunit_kmalloc(test, bytes, GFP_KERNEL);
	struct varta_slot old;

	KUNIT_ASSERT_NOT_NULL(test, entries);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, FILL_TIME + THRESHOLD),
			COLLISION_CAPACITY);
	nr = slot_of(test, victim) - tracker->slots;
	set_last_beat(tracker, nr, FILL_TIME - 1);
	old = tracker->slots[nr];
	memcpy(entries, tracker->index.entries, bytes);

	EXPECT_CAPACITY_EXCEEDED(test, .pid = last,
				 .now = FILL_TIME + EVICT_AFTER, .proc = 4);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	EXPECT_COUNT(test, EVICTIONS, 0);
	/* The scan found a victim. */
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 0);
	KUNIT_EXPECT_TRUE(test, slots_equal(&tracker->slots[nr], &old));
	KUNIT_EXPECT_MEMEQ(test, tracker->index.entries, entries, bytes);
	KUNIT_EXPECT_EQ(test, stalled_now(test), COLLISION_CAPACITY);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker),
			COLLISION_CAPACITY);
	KUNIT_EXPECT_EQ(test, take_evicted_pid(tracker), 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(4), 0);
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor,
			(nr + 1) % COLLISION_CAPACITY);
	EXPECT_REFRESHED(test, .pid = victim, .nonce = 1, .now = FILL_TIME);
}

static void undone_eviction_keeps_victim_charged(struct kunit *test)
{
	u32 others[COLLISION_CAPACITY - VARTA_PID_INDEX_PROBES];
	u32 pids[COLLIDING_PIDS];
	u32 i;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = COLLISION_CAPACITY, .eviction_scan_window = 1,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	hash_collision_pids(test, COLLISION_CAPACITY, 0, pids,
			    ARRAY_SIZE(pids));
	hash_collision_pids(test, COLLISION_CAPACITY, COLLISION_CAPACITY,
			    others, ARRAY_SIZE(others));
	/* Slot 0 is the first to be scanned. */
	for (i = 0; i < ARRAY_SIZE(others); i++)
		EXPECT_INSERTED(test, .pid = others[i], .uid = ALICE);
	for (i = 0; i < VARTA_PID_INDEX_PROBES; i++)
		EXPECT_INSERTED(test, .pid = pids[i], .uid = ALICE);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = pids[VARTA_PID_INDEX_PROBES],
				 .uid = BOB, .now = EVICT_AFTER + 1);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	EXPECT_COUNT(test, EVICTIONS, 0);
	expect_charged(test, COLLISION_CAPACITY, 0);
}

static void index_entry_of_victim_is_reused(struct kunit *test)
{
	u32 *pids = make_collision_tracker(test);
	u32 last = pids[COLLIDING_PIDS - 1];
	struct varta_tracker *tracker = tracker_of(test);
	u32 nr;

	fill_other_buckets(test, pids);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, FILL_TIME + THRESHOLD),
			COLLISION_CAPACITY);
	nr = slot_of(test, pids[30]) - tracker->slots;
	set_last_beat(tracker, nr, FILL_TIME - 1);
	EXPECT_INSERTED(test, .pid = last, .now = FILL_TIME + EVICT_AFTER);
	KUNIT_EXPECT_EQ(test, tracker->slots[nr].pid, last);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 0);
	EXPECT_COUNT(test, EVICTIONS, 1);
}

static struct kunit_case evict_cases[] = {
	KUNIT_CASE(strict_rejects_without_scan_if_none_is_stalled),
	KUNIT_CASE(strict_evicts_only_stalled_agents),
	KUNIT_CASE(victim_is_silent_for_more_than_ten_thresholds),
	KUNIT_CASE(ten_thresholds_may_exceed_u64_max),
	KUNIT_CASE(zero_threshold_still_requires_some_silence),
	KUNIT_CASE(window_limits_slots_scanned_per_attempt),
	KUNIT_CASE(last_slot_of_window_is_scanned),
	KUNIT_CASE(window_larger_than_capacity_scans_each_slot_once),
	KUNIT_CASE(cursor_wraps_around),
	KUNIT_CASE(cursor_beyond_used_slots_starts_anew),
	KUNIT_CASE(first_victim_after_cursor_is_evicted),
	KUNIT_CASE(balanced_prefers_stalled_victim),
	KUNIT_CASE(balanced_evicts_silent_agents_in_second_pass),
	KUNIT_CASE(balanced_skips_first_pass_if_none_is_stalled),
	KUNIT_CASE(truncated_attempt_is_counted_once_for_both_passes),

	KUNIT_CASE(take_of_evictions_has_identity_of_last),
	KUNIT_CASE(untaken_evictions_are_taken_again),
	KUNIT_CASE(last_evicted_pid_is_returned_once),
	KUNIT_CASE(no_state_of_evicted_agent_is_left),
	KUNIT_CASE(reused_slot_takes_time_of_new_agent),
	KUNIT_CASE(eviction_frees_only_slot_of_its_source),
	KUNIT_CASE(victim_is_uncharged),

	KUNIT_CASE(victim_is_silent_for_ten_own_thresholds),
	KUNIT_CASE(stalled_victim_is_silent_for_ten_own_thresholds),
	KUNIT_CASE(shorter_own_threshold_allows_earlier_eviction),

	KUNIT_CASE(agent_over_quota_evicts_no_other_user),
	KUNIT_CASE(agent_over_quota_evicts_one_of_same_user),
	KUNIT_CASE(free_slot_is_no_victim_of_its_last_user),

	KUNIT_CASE(beat_is_rejected_if_index_is_full),
	KUNIT_CASE(eviction_is_undone_if_index_is_full),
	KUNIT_CASE(undone_eviction_keeps_victim_charged),
	KUNIT_CASE(index_entry_of_victim_is_reused),
	{}
};

static struct kunit_suite evict_suite = {
	.name = "varta-evict",
	.exit = tracker_fixture_exit,
	.test_cases = evict_cases,
};

kunit_test_suite(evict_suite);
