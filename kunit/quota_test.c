// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is admitted and who leaves. That the two balance, ledger_check() sees at
 * the end of every test of the tracker; here, that each path does it for the
 * right user.
 */
#include <kunit/test.h>

#include "hash_collisions.h"
#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

enum {
	/* Users, and where they are told. */
	ALICE		= 1,
	BOB		= 2,
	/* For the tests of the index: a table with more than it can probe. */
	CAPACITY	= 128,
	PROBES		= 64,
};

/* How many of Alice's and of Bob's agents are admitted. */
static void expect_admitted(struct kunit *test, int alices, int bobs)
{
	KUNIT_EXPECT_EQ(test, fake_user_charged(ALICE), alices);
	KUNIT_EXPECT_EQ(test, fake_user_charged(BOB), bobs);
	ledger_check(test, test->priv);
}

/* ---- Admitted and left. */

static void each_agent_is_admitted_once(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE, .netns = 3);
	expect_admitted(test, 1, 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 1);
	EXPECT_INSERTED(test, .pid = 2, .uid = ALICE);
	EXPECT_INSERTED(test, .pid = 1, .source = 1, .uid = BOB);
	expect_admitted(test, 2, 1);
	/* Who is there already is not asked again, whoever it says it is. */
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .uid = BOB, .netns = 4);
	EXPECT_OUT_OF_ORDER(test, .pid = 1, .nonce = 2, .uid = BOB);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 3);
	KUNIT_EXPECT_EQ(test, slot_of(test, 1)->uid, ALICE);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 1)->netns, fake_netns(3));
	expect_admitted(test, 2, 1);
}

static void retired_agent_leaves(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	KUNIT_EXPECT_TRUE(test, retire(test, 1));
	expect_admitted(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_FALSE(test, retire(test, 1));
	expect_admitted(test, 0, 1);
}

static void agent_found_recycled_leaves(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .proc = 1);
	fake_procs_set_pid(1, 2);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	expect_admitted(test, 0, 0);
}

static void agent_that_exited_leaves_when_it_is_told(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .proc = 1,
			.netns = 3);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, 0));
	expect_admitted(test, 1, 0);
	KUNIT_ASSERT_EQ(test, exit_pass(test, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.uid, ALICE);
	KUNIT_EXPECT_PTR_EQ(test, heard.agents[0].id.netns, fake_netns(3));
	expect_admitted(test, 0, 0);
}

static void new_process_comes_and_the_old_one_leaves(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3,
			.proc = 1);
	EXPECT_INSERTED(test, .pid = 1, .uid = BOB, .netns = 4,
			.proc = 2);
	expect_admitted(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 1)->uid, BOB);
	EXPECT_INSERTED(test, .pid = 1, .uid = BOB, .proc = 3);
	expect_admitted(test, 0, 1);
}

static void stronger_origin_comes_and_the_weaker_leaves(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 1, .uid = BOB, .origin = ATTESTED);
	expect_admitted(test, 0, 1);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .uid = ALICE, .nonce = 1,
			       .origin = RELAYED);
	expect_admitted(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 2);
}

static void victim_leaves(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 1,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3);
	EXPECT_NO_ROOM(test, .pid = 2, .uid = BOB, .now = EVICTABLE);
	expect_admitted(test, 1, 0);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB, .netns = 4,
			.now = EVICTABLE + 1);
	expect_admitted(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
}

static void who_finds_no_room_leaves(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) { .capacity = 1 });
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE);
	EXPECT_NO_ROOM(test, .pid = 2, .uid = BOB);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 2);
	expect_admitted(test, 1, 0);
}

static void who_finds_no_place_in_the_index_leaves(struct kunit *test)
{
	u32 pids[PROBES + 1];
	u32 i;

	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = CAPACITY, .eviction_scan_window = 1,
	});
	colliding_pids(test, CAPACITY, 0, pids, ARRAY_SIZE(pids));
	for (i = 0; i < PROBES; i++)
		EXPECT_INSERTED(test, .pid = pids[i], .uid = ALICE);
	EXPECT_NO_ROOM(test, .pid = pids[PROBES], .uid = BOB);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	expect_admitted(test, PROBES, 0);
}

/* And the victim stays. */
static void who_finds_no_place_by_eviction_leaves(struct kunit *test)
{
	u32 pids[PROBES + 1], others[CAPACITY - PROBES];
	u32 i;

	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = CAPACITY, .eviction_scan_window = 1,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	colliding_pids(test, CAPACITY, 0, pids, ARRAY_SIZE(pids));
	colliding_pids(test, CAPACITY, CAPACITY, others, ARRAY_SIZE(others));
	/* The first slot is the first one that is looked at. */
	for (i = 0; i < ARRAY_SIZE(others); i++)
		EXPECT_INSERTED(test, .pid = others[i], .uid = ALICE);
	for (i = 0; i < PROBES; i++)
		EXPECT_INSERTED(test, .pid = pids[i], .uid = ALICE);
	EXPECT_NO_ROOM(test, .pid = pids[PROBES], .uid = BOB,
		       .now = EVICTABLE + 1);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	EXPECT_COUNT(test, EVICTIONS, 0);
	expect_admitted(test, CAPACITY, 0);
}

static void destroyed_ledger_lets_everybody_leave(struct kunit *test)
{
	struct ledger *ledger;

	ledger = ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 3,
	});
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 3, .uid = BOB);
	KUNIT_EXPECT_TRUE(test, retire(test, 2));
	expect_admitted(test, 1, 1);
	ledger_destroy(test, ledger);
	KUNIT_EXPECT_EQ(test, fake_user_charged(ALICE), 0);
	KUNIT_EXPECT_EQ(test, fake_user_charged(BOB), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
}

/* ---- Refused. */

static void who_is_not_admitted_gets_no_slot(struct kunit *test)
{
	/* With it, a slot would be due before all others. */
	static const u64 shortest = 1;
	unsigned int sooners;

	small_ledger(test);
	fake_procs_set_quota(2);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE);
	EXPECT_INSERTED(test, .pid = 2, .uid = ALICE);
	sooners = fake_procs_kicks();
	EXPECT_OVER_QUOTA(test, .pid = 3, .uid = ALICE, .proc = 3,
			  .threshold = &shortest);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 1);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 3));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(3), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), sooners);
	expect_admitted(test, 2, 0);

	/* It is nothing to others, nor to those who are there. */
	EXPECT_INSERTED(test, .pid = 3, .uid = BOB);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .uid = ALICE);
	retire(test, 2);
	EXPECT_INSERTED(test, .pid = 4, .uid = ALICE);
	expect_admitted(test, 2, 1);
}

static void who_is_not_admitted_evicts_nobody_else(struct kunit *test)
{
	struct varta_tracker *tracker;
	struct varta_slot was;

	tracker = full_ledger(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	KUNIT_EXPECT_EQ(test, pass(test, FILLED + THRESHOLD), 1);
	was = *slot_of(test, 1);
	fake_procs_set_quota(0);
	EXPECT_OVER_QUOTA(test, .pid = 2, .uid = BOB,
			  .now = FILLED + EVICTABLE + 1);
	KUNIT_EXPECT_TRUE(test, same_slots(slot_of(test, 1), &was));
	KUNIT_EXPECT_EQ(test, tracker->eviction_cursor, 0);
	KUNIT_EXPECT_EQ(test, varta_tracker_take_last_evicted_pid(tracker), 0);
	EXPECT_COUNT(test, EVICTIONS, 0);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 0);
	expect_admitted(test, 0, 0);

	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB,
			.now = FILLED + EVICTABLE + 1);
	expect_admitted(test, 0, 1);
}

/* Of slots that nobody beats for, a user would else have had enough for good. */
static void who_is_not_admitted_evicts_one_of_their_own(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 8, .eviction_scan_window = 8,
	});
	fake_procs_set_quota(2);
	EXPECT_INSERTED(test, .pid = 1, .uid = BOB, .netns = 3);
	EXPECT_INSERTED(test, .pid = 2, .uid = ALICE, .netns = 3,
			.proc = 2);
	EXPECT_INSERTED(test, .pid = 3, .uid = ALICE);
	/* Only who was reported is evicted, and none in time. */
	EXPECT_OVER_QUOTA(test, .pid = 4, .uid = ALICE, .now = EVICTABLE + 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 3);
	EXPECT_OVER_QUOTA(test, .pid = 4, .uid = ALICE, .now = EVICTABLE);
	EXPECT_INSERTED(test, .pid = 4, .uid = ALICE, .netns = 4,
			.proc = 4, .now = EVICTABLE + 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 2));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	KUNIT_EXPECT_EQ(test, tracker_of(test)->last_evicted_pid, 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
	EXPECT_COUNT(test, EVICTIONS, 1);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 2);
	EXPECT_COUNT(test, EVICTION_SCAN_TRUNCATED, 1);
	expect_admitted(test, 2, 1);
}

static void free_slot_is_no_victim_of_their_own(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 8, .eviction_scan_window = 8,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE);
	KUNIT_EXPECT_TRUE(test, retire(test, 1));
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 3, .uid = ALICE, .now = EVICTABLE);
	KUNIT_EXPECT_TRUE(test, retire(test, 2));
	EXPECT_OVER_QUOTA(test, .pid = 4, .uid = ALICE, .now = EVICTABLE + 1);
	EXPECT_COUNT(test, EVICTIONS, 0);
	EXPECT_COUNT(test, INVARIANT_VIOLATIONS, 0);
	expect_admitted(test, 1, 0);
}

static void new_process_of_the_same_user_needs_no_room(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 2, .origin_takeover = true,
	});
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 5, .uid = ALICE, .netns = 3,
			.proc = 1);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE, .netns = 4,
			.proc = 2);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
	expect_admitted(test, 1, 0);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB, .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 2, .uid = BOB, .origin = ATTESTED);
	expect_admitted(test, 1, 1);
}

/* say() sees that the slot is as it was. */
static void new_process_that_is_not_admitted_leaves_the_slot(struct kunit *test)
{
	struct varta_slot *slot;

	small_ledger(test);
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 5, .uid = ALICE, .netns = 3,
			.proc = 1, .name = "old", .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, pass(test, U64_MAX), 2);
	slot = slot_of(test, 1);
	EXPECT_OVER_QUOTA(test, .pid = 1, .nonce = 6, .uid = BOB,
			  .proc = 2, .name = "new", .threshold_ms = 9);
	KUNIT_EXPECT_TRUE(test, slot->stalled);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(1));
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 1);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	expect_admitted(test, 1, 1);
	/* The old one may go on. */
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 6, .proc = 1);
}

static void stronger_origin_that_is_not_admitted_leaves_the_slot(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 2, .origin_takeover = true,
	});
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE,
			.origin = RELAYED);
	EXPECT_OVER_QUOTA(test, .pid = 1, .nonce = 2, .uid = BOB,
			  .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, slot_of(test, 1)->origin, RELAYED);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 1);
	EXPECT_COUNT(test, ORIGIN_CONFLICTS, 0);
	expect_admitted(test, 1, 1);
	/* Who would be refused anyway is not asked for. */
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .origin = RELAYED);
}

static void exit_of_who_could_not_be_replaced_is_told(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, 9));
	fake_procs_set_quota(0);
	EXPECT_OVER_QUOTA(test, .pid = 1, .uid = BOB, .proc = 2);
	KUNIT_ASSERT_EQ(test, exit_pass(test, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.uid, ALICE);
	KUNIT_EXPECT_EQ(test, heard.agents[0].exit_code, 9);
}

/* ---- Without any of it. */

static void without_ops_anybody_is_admitted(struct kunit *test)
{
	struct heard heard;

	ledger_make(test, &(struct varta_tracker_config) {
		.ops = &fake_procs_min_ops,
		.capacity = 2, .eviction_scan_window = 2,
		.origin_takeover = true,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	fake_procs_set_quota(0);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .threshold_ms = 1);
	EXPECT_INSERTED(test, .pid = 1, .proc = 2, .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 1, .proc = 2);
	EXPECT_INSERTED(test, .pid = 2, .proc = 1);
	EXPECT_NO_ROOM(test, .pid = 3);
	EXPECT_INSERTED(test, .pid = 3, .now = EVICTABLE + 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 2, 1, 0));
	KUNIT_EXPECT_EQ(test, exit_pass(test, &heard), 1);
	KUNIT_EXPECT_TRUE(test, retire(test, 3));
	EXPECT_INSERTED(test, .pid = 4, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 0);
}

static struct kunit_case quota_cases[] = {
	KUNIT_CASE(each_agent_is_admitted_once),
	KUNIT_CASE(retired_agent_leaves),
	KUNIT_CASE(agent_found_recycled_leaves),
	KUNIT_CASE(agent_that_exited_leaves_when_it_is_told),
	KUNIT_CASE(new_process_comes_and_the_old_one_leaves),
	KUNIT_CASE(stronger_origin_comes_and_the_weaker_leaves),
	KUNIT_CASE(victim_leaves),
	KUNIT_CASE(who_finds_no_room_leaves),
	KUNIT_CASE(who_finds_no_place_in_the_index_leaves),
	KUNIT_CASE(who_finds_no_place_by_eviction_leaves),
	KUNIT_CASE(destroyed_ledger_lets_everybody_leave),

	KUNIT_CASE(who_is_not_admitted_gets_no_slot),
	KUNIT_CASE(who_is_not_admitted_evicts_nobody_else),
	KUNIT_CASE(who_is_not_admitted_evicts_one_of_their_own),
	KUNIT_CASE(free_slot_is_no_victim_of_their_own),
	KUNIT_CASE(new_process_of_the_same_user_needs_no_room),
	KUNIT_CASE(new_process_that_is_not_admitted_leaves_the_slot),
	KUNIT_CASE(stronger_origin_that_is_not_admitted_leaves_the_slot),
	KUNIT_CASE(exit_of_who_could_not_be_replaced_is_told),

	KUNIT_CASE(without_ops_anybody_is_admitted),
	{}
};

static struct kunit_suite quota_suite = {
	.name = "varta-quota",
	.exit = ledger_test_exit,
	.test_cases = quota_cases,
};

kunit_test_suite(quota_suite);
