// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of tracker.c: creation, lookup, dump and removal, and recovery from
 * broken invariants (sections 2 and 6 of Documentation/tracker-semantics.md).
 */
#include <kunit/test.h>
#include <linux/bits.h>

#include "beat_helpers.h"
#include "fake_procs.h"
#include "tracker_fixture.h"

/* ---- Section 2: creation. */

static int try_capacity(struct kunit *test, u32 capacity)
{
	struct varta_tracker *tracker =
		kunit_kzalloc(test, sizeof(*tracker), GFP_KERNEL);
	struct varta_counters counters;
	int result;

	KUNIT_ASSERT_NOT_NULL(test, tracker);
	KUNIT_ASSERT_EQ(test, varta_counters_init(&counters), 0);
	result = varta_tracker_init(tracker, &(struct varta_tracker_config) {
		.ops = &fake_procs_ops, .counters = &counters,
		.capacity = capacity, .eviction_scan_window = 1,
	});
	if (!result)
		varta_tracker_destroy(tracker);
	varta_counters_destroy(&counters);
	return result;
}

static void capacity_out_of_range_is_rejected(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, try_capacity(test, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_capacity(test, VARTA_CAPACITY_MAX + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, try_capacity(test, U32_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_capacity(test, 1), 0);
}

/* Skipped if there is not max_reports memory. */
static void maximum_capacity_is_accepted(struct kunit *test)
{
	int result = try_capacity(test, VARTA_CAPACITY_MAX);

	if (result == -ENOMEM)
		kunit_skip(test, "not max_reports memory");
	KUNIT_EXPECT_EQ(test, result, 0);
}

static void eviction_window_is_clamped(struct kunit *test)
{
	static const u32 clamped[][2] = {
		{ 0, 1 },
		{ 1, 1 },
		{ VARTA_CAPACITY_MAX, VARTA_CAPACITY_MAX },
		{ VARTA_CAPACITY_MAX + 1, VARTA_CAPACITY_MAX },
		{ U32_MAX, VARTA_CAPACITY_MAX },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(clamped); i++) {
		struct varta_tracker_config config = {
			.capacity = 2, .eviction_scan_window = clamped[i][0],
		};
		struct tracker_fixture *fixture;

		fixture = tracker_fixture_create(test, &config);
		KUNIT_EXPECT_EQ(test,
				fixture->tracker.config.eviction_scan_window,
				clamped[i][1]);
		tracker_fixture_destroy(test, fixture);
	}
}

static void tracker_bytes_counts_all_parts(struct kunit *test)
{
	static const u32 capacities[] = { 1, 3, 4096, VARTA_CAPACITY_MAX };
	int i;

	for (i = 0; i < ARRAY_SIZE(capacities); i++) {
		struct varta_tracker_config config = {
			.capacity = capacities[i],
		};
		size_t bytes = capacities[i] * sizeof(struct varta_slot) +
			       varta_actions_bytes(capacities[i]) +
			       varta_pid_index_bytes(capacities[i]) +
			       varta_wheel_bytes(capacities[i]) +
			       DIV_ROUND_UP(capacities[i], VARTA_WHEEL_GROUP);

		KUNIT_EXPECT_EQ(test, varta_tracker_bytes(&config), bytes);
		config.defer_exits = true;
		bytes += capacities[i] * sizeof(struct varta_deferred_exit);
		KUNIT_EXPECT_EQ(test, varta_tracker_bytes(&config), bytes);
	}
}

static void tracker_begins_empty(struct kunit *test)
{
	struct report_log log;
	int i;

	make_small_tracker(test);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, U64_MAX, 0, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
	KUNIT_EXPECT_EQ(test,
			take_evicted_pid(tracker_of(test)),
			0);
	for (i = 0; i < VARTA_COUNTERS_NUM; i++)
		KUNIT_EXPECT_EQ(test, tracker_fixture_total(test->priv, i), 0);
}

static void optional_ops_may_be_null(struct kunit *test)
{
	struct report_log log;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
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
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 3);
	EXPECT_INSERTED(test, .pid = 3, .now = EVICT_AFTER + 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 2, 1, 0));
	KUNIT_EXPECT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 3));
	EXPECT_INSERTED(test, .pid = 4, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 0);
}

static void destroyed_tracker_uncharges_all(struct kunit *test)
{
	struct tracker_fixture *fixture;

	fixture = tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 3,
	});
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 3, .uid = BOB);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 2));
	expect_charged(test, 1, 1);
	tracker_fixture_destroy(test, fixture);
	KUNIT_EXPECT_EQ(test, fake_user_charged(ALICE), 0);
	KUNIT_EXPECT_EQ(test, fake_user_charged(BOB), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
}

/* ---- Section 6: lookup. */

static void lookup_of_unknown_pid_fails(struct kunit *test)
{
	struct varta_agent_info agent = {};

	make_small_tracker(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 0, 7,
						      copy_agent, &agent));
	KUNIT_EXPECT_EQ(test, agent.id.pid, 0);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 3, .now = 12);
	KUNIT_EXPECT_TRUE(test, varta_tracker_lookup(tracker_of(test), 0, 7,
						     copy_agent, &agent));
	KUNIT_EXPECT_EQ(test, agent.id.pid, 7);
	KUNIT_EXPECT_EQ(test, agent.id.ns_inode, 0);
	KUNIT_EXPECT_EQ(test, agent.last_ns, 12);
	KUNIT_EXPECT_EQ(test, agent.nonce, 3);
	KUNIT_EXPECT_FALSE(test, agent.stalled);
}

static void lookup_shows_stalled_flag(struct kunit *test)
{
	struct varta_agent_info agent = {};

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	/* The flag is set by the stall pass, not by silence alone. */
	varta_tracker_lookup(tracker_of(test), 0, 7, copy_agent, &agent);
	KUNIT_EXPECT_FALSE(test, agent.stalled);
	run_stall_pass(test, THRESHOLD);
	varta_tracker_lookup(tracker_of(test), 0, 7, copy_agent, &agent);
	KUNIT_EXPECT_TRUE(test, agent.stalled);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = THRESHOLD);
	varta_tracker_lookup(tracker_of(test), 0, 7, copy_agent, &agent);
	KUNIT_EXPECT_FALSE(test, agent.stalled);
}

static void same_pid_of_different_sources_is_different_agent(struct kunit *test)
{
	make_three_sources(test);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 3);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).nonce, 10);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 1, 7).nonce, 20);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, VARTA_SOURCE_MAX, 7).nonce,
			30);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).id.source, 0);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 1, 7).id.source, 1);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, VARTA_SOURCE_MAX, 7).id.source,
			VARTA_SOURCE_MAX);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void lookup_with_wrong_source_fails(struct kunit *test)
{
	struct varta_agent_info agent = {};

	make_three_sources(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 2, 7,
						      copy_agent, &agent));
	KUNIT_EXPECT_EQ(test, agent.id.pid, 0);
}

/* ---- Section 6: dump. */

struct dump {
	u32 pids[8];
	u32 count;
	u32 room;
};

static bool add_to_dump(void *context, const struct varta_agent_info *agent)
{
	struct dump *dump = context;

	if (dump->count == dump->room)
		return false;
	dump->pids[dump->count++] = agent->id.pid;
	return true;
}

static void dump_resumes_with_refused_agent(struct kunit *test)
{
	struct dump dump = { .room = 1 };
	u32 cursor = 0, seen = 0, i;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	EXPECT_INSERTED(test, .pid = 3);
	while (varta_tracker_for_each(tracker_of(test), &cursor, false,
				      add_to_dump, &dump)) {
		KUNIT_ASSERT_EQ(test, dump.count, dump.room);
		/* A dump without room loses no agent. */
		KUNIT_ASSERT_TRUE(test,
				  varta_tracker_for_each(tracker_of(test),
							 &cursor, false,
							 add_to_dump, &dump));
		KUNIT_ASSERT_LT(test, ++dump.room, 5);
	}
	KUNIT_EXPECT_EQ(test, dump.count, 3);
	for (i = 0; i < dump.count; i++)
		seen |= BIT(dump.pids[i]);
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(2) | BIT(3));
}

static void dump_shows_unchanged_agents_exactly_once(struct kunit *test)
{
	struct dump dump = { .room = 1 };
	u32 cursor = 0, gone, i, seen = 0, times = 0;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	EXPECT_INSERTED(test, .pid = 3);
	KUNIT_ASSERT_TRUE(test,
			  varta_tracker_for_each(tracker_of(test), &cursor,
						 false, add_to_dump, &dump));
	gone = dump.pids[0];
	remove_agent(test, gone);
	EXPECT_INSERTED(test, .pid = 8);
	EXPECT_INSERTED(test, .pid = 9);
	dump.room = ARRAY_SIZE(dump.pids);
	KUNIT_EXPECT_FALSE(test,
			   varta_tracker_for_each(tracker_of(test), &cursor,
						  false, add_to_dump, &dump));
	for (i = 0; i < dump.count; i++) {
		seen |= BIT(dump.pids[i]);
		times += dump.pids[i] <= 3;
	}
	KUNIT_EXPECT_EQ(test, seen & 0xf, BIT(1) | BIT(2) | BIT(3));
	KUNIT_EXPECT_EQ(test, times, 3);
}

/* The current flag counts, not past stalls. */
static void dump_of_stalled_shows_only_stalled_agents(struct kunit *test)
{
	struct dump dump = { .room = 8 };
	u32 cursor = 0, seen = 0, i;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 1);
	EXPECT_INSERTED(test, .pid = 4);
	KUNIT_EXPECT_FALSE(test,
			   varta_tracker_for_each(tracker_of(test), &cursor,
						  true, add_to_dump, &dump));
	KUNIT_EXPECT_EQ(test, dump.count, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 3);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 2, .now = THRESHOLD);
	cursor = 0;
	dump.room = 1;
	while (varta_tracker_for_each(tracker_of(test), &cursor, true,
				      add_to_dump, &dump)) {
		KUNIT_ASSERT_LT(test, dump.room, 4);
		dump.room++;
	}
	KUNIT_EXPECT_EQ(test, dump.count, 2);
	for (i = 0; i < dump.count; i++)
		seen |= BIT(dump.pids[i]);
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(4));
}

/* ---- Section 6: broken invariants. */

/* Add an index entry for the wrong slot. */
static void insert_bad_entry(struct kunit *test, u32 pid, u32 slot)
{
	KUNIT_ASSERT_TRUE(test, varta_pid_index_insert(&tracker_of(test)->index,
						       pid, slot));
}

static void expect_recovery_from_bad_entry(struct kunit *test, u32 pid)
{
	struct tracker_fixture *fixture = test->priv;
	struct varta_agent_info agent = {};

	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 0, pid,
						      copy_agent, &agent));
	KUNIT_EXPECT_FALSE(test, remove_agent(test, pid));
	EXPECT_INSERTED(test, .pid = pid, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = pid, .nonce = 2);
	KUNIT_EXPECT_TRUE(test, varta_tracker_lookup(tracker_of(test), 0, pid,
						     copy_agent, &agent));
	KUNIT_EXPECT_EQ(test, agent.nonce, 2);
	/* Counted once; tracker_fixture_check() checks the rest. */
	fixture->violations = 1;
	EXPECT_COUNT(test, INVARIANT_VIOLATIONS, 1);
}

/* The memory beyond the slots must not be read, though it looks like a slot. */
static void expect_entry_beyond_slots_dropped(struct kunit *test, u32 slot)
{
	struct varta_tracker *tracker;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = slot + 1, .eviction_scan_window = 5,
	});
	tracker = tracker_of(test);
	tracker->config.capacity = 4;
	tracker->slots[slot].pid = 5;
	insert_bad_entry(test, 5, slot);
	expect_recovery_from_bad_entry(test, 5);
}

static void index_entry_just_beyond_slots_is_dropped(struct kunit *test)
{
	expect_entry_beyond_slots_dropped(test, 4);
}

static void index_entry_beyond_slots_is_dropped(struct kunit *test)
{
	expect_entry_beyond_slots_dropped(test, 6);
}

static void index_entry_far_beyond_slots_is_dropped(struct kunit *test)
{
	make_small_tracker(test);
	insert_bad_entry(test, 5, VARTA_SLOT_MAX);
	expect_recovery_from_bad_entry(test, 5);
}

static void index_entry_of_unused_slot_is_dropped(struct kunit *test)
{
	make_small_tracker(test);
	insert_bad_entry(test, 5, 3);
	expect_recovery_from_bad_entry(test, 5);
}

static void index_entry_of_freed_slot_is_dropped(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1);
	remove_agent(test, 1);
	insert_bad_entry(test, 5, 0);
	expect_recovery_from_bad_entry(test, 5);
}

/* Neither pid nor process alone identifies a slot. */
static void index_entry_of_slot_of_other_source_is_dropped(struct kunit *test)
{
	struct varta_agent_id id = {
		.pid = 5, .source = 1, .proc = fake_proc(2),
	};
	struct tracker_fixture *fixture;
	struct varta_slot old;

	make_small_tracker(test);
	fixture = test->priv;
	EXPECT_INSERTED(test, .pid = 5, .nonce = 9, .proc = 2);
	old = *slot_of(test, 5);
	KUNIT_ASSERT_TRUE(test,
			  varta_pid_index_insert(&tracker_of(test)->index,
						 varta_key(1, 5), 0));
	KUNIT_EXPECT_FALSE(test, varta_tracker_note_exit(tracker_of(test), &id,
							 0, false, 0));
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test), &id,
						      VARTA_GOODBYE_CAUSE_BYE, 0));
	EXPECT_INSERTED(test, .pid = 5, .source = 1, .nonce = 1);
	KUNIT_EXPECT_TRUE(test, slots_equal(slot_of(test, 5), &old));
	fixture->violations = 1;
}

static void index_entry_of_slot_of_other_agent_is_dropped(struct kunit *test)
{
	struct varta_slot old;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 9, .proc = 2);
	old = *slot_of(test, 1);
	insert_bad_entry(test, 5, slot_of(test, 1) - tracker_of(test)->slots);
	expect_recovery_from_bad_entry(test, 5);
	KUNIT_EXPECT_TRUE(test, slots_equal(slot_of(test, 1), &old));
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 10);
}

static void bad_index_entry_is_dropped_though_tracker_is_full(struct kunit *test)
{
	struct tracker_fixture *fixture;

	make_full_tracker(test, 2, 2, VARTA_EVICTION_POLICY_STRICT);
	insert_bad_entry(test, 5, 1);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 5, .now = FILL_TIME);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 5, .now = FILL_TIME);
	EXPECT_COUNT(test, INVARIANT_VIOLATIONS, 1);
	fixture = test->priv;
	fixture->violations = 1;
}

static void missing_index_entry_of_recycled_slot_is_harmless(struct kunit *test)
{
	struct tracker_fixture *fixture;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 5, .nonce = 1, .proc = 1);
	fake_procs_set_pid(5, 2);
	varta_pid_index_remove(&tracker_of(test)->index, 5);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
	EXPECT_INSERTED(test, .pid = 5, .nonce = 1, .proc = 2);
	fixture = test->priv;
	fixture->violations = 1;
}

static void missing_index_entry_of_victim_is_harmless(struct kunit *test)
{
	struct tracker_fixture *fixture;

	make_full_tracker(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	varta_pid_index_remove(&tracker_of(test)->index, 1);
	EXPECT_INSERTED(test, .pid = 9, .now = FILL_TIME + EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 2);
	EXPECT_REFRESHED(test, .pid = 9, .nonce = 1,
			 .now = FILL_TIME + EVICT_AFTER + 1);
	fixture = test->priv;
	fixture->violations = 1;
}

/* ---- Removal. */

struct removal_case {
	const char *name;
	u64 kept;
	u64 given;
	bool freed;
	enum varta_origin origin;
};

static const struct removal_case removal_cases[] = {
	{ "same process", 1, 1, true },
	{ "process of slot unknown", 0, 1, true },
	{ "given process unknown", 1, 0, true },
	{ "both unknown", 0, 0, true },
	{ "different process", 1, 2, false },
	{ "different origin", 0, 1, false, RELAYED },
};

KUNIT_ARRAY_PARAM_DESC(removal, removal_cases, name);

static void removal_requires_same_process_and_origin(struct kunit *test)
{
	const struct removal_case *param = test->param_value;
	struct varta_agent_id id = {
		.pid = 7, .proc = fake_proc(param->given),
		/* Removal does not compare namespaces. */
		.ns_inode = PIDNS_B,
	};

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 50, .ns_inode = PIDNS_A,
			.proc = param->kept, .origin = param->origin);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_remove(tracker_of(test), &id,
						   VARTA_GOODBYE_CAUSE_BYE, 0),
			param->freed);
	KUNIT_EXPECT_EQ(test, is_tracked(test, 7), !param->freed);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)),
			!param->freed);
	KUNIT_EXPECT_EQ(test, stalled_now(test), !param->freed);
	KUNIT_EXPECT_EQ(test, fake_procs_refs_total(),
			!param->freed && param->kept);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	EXPECT_COUNT(test, EVICTIONS, 0);
	if (!param->freed)
		return;
	/* Neither nonce nor namespace is remembered. */
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test), &id,
						      VARTA_GOODBYE_CAUSE_BYE, 0));
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns_inode = PIDNS_B,
			.proc = 3);
}

static void removal_of_unknown_pid_does_nothing(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_FALSE(test, remove_agent(test, 8));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
}

static void removal_frees_only_slot_of_its_source(struct kunit *test)
{
	struct varta_agent_id id = {
		.pid = 7, .source = 1, .origin = RELAYED,
	};
	struct varta_agent_id unknown = {
		.pid = 7, .source = 2, .origin = RELAYED,
	};

	make_three_sources(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test),
						      &unknown,
						      VARTA_GOODBYE_CAUSE_BYE, 0));
	KUNIT_EXPECT_TRUE(test, varta_tracker_remove(tracker_of(test), &id,
						     VARTA_GOODBYE_CAUSE_BYE, 0));
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test), &id,
						      VARTA_GOODBYE_CAUSE_BYE, 0));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 2);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).nonce, 10);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, VARTA_SOURCE_MAX, 7).nonce,
			30);
	KUNIT_EXPECT_NULL(test, tracker_fixture_slot(test->priv, 1, 7));
}

static void removed_agent_is_uncharged(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	expect_charged(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_FALSE(test, remove_agent(test, 1));
	expect_charged(test, 0, 1);
}

static void removed_slots_are_reused(struct kunit *test)
{
	u32 round, i;

	make_full_tracker(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);
	for (round = 1; round < 20; round++) {
		for (i = 1; i <= 4; i++)
			KUNIT_ASSERT_TRUE(test, remove_agent(test, 10 *
							     (round - 1) + i));
		for (i = 1; i <= 4; i++)
			EXPECT_INSERTED(test, .pid = 10 * round + i);
		EXPECT_CAPACITY_EXCEEDED(test, .pid = 5);
	}
	EXPECT_COUNT(test, EVICTIONS, 0);
}

/* Slots are not cleared when freed. */
static void freed_slot_is_reused_by_another_source(struct kunit *test)
{
	struct varta_agent_id id = {
		.pid = 7, .source = 1, .origin = RELAYED,
	};

	make_three_sources(test);
	KUNIT_EXPECT_TRUE(test, varta_tracker_remove(tracker_of(test), &id,
						     VARTA_GOODBYE_CAUSE_BYE, 0));
	EXPECT_INSERTED(test, .pid = 8, .source = 3, .nonce = 40);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 3, 8).nonce, 40);
	EXPECT_INSERTED(test, .pid = 8, .nonce = 41);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 8).nonce, 41);
}

static void free_slots_are_skipped(struct kunit *test)
{
	struct dump dump = { .room = 8 };
	struct report_log log;
	u32 cursor = 0;

	make_full_tracker(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);
	remove_agent(test, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, FILL_TIME, THRESHOLD,
						 &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, FILL_TIME + THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, U64_MAX), 3);
	varta_tracker_for_each(tracker_of(test), &cursor, false, add_to_dump,
			       &dump);
	KUNIT_EXPECT_EQ(test, dump.count, 3);
}

static struct kunit_case tracker_cases[] = {
	KUNIT_CASE(capacity_out_of_range_is_rejected),
	KUNIT_CASE_SLOW(maximum_capacity_is_accepted),
	KUNIT_CASE(eviction_window_is_clamped),
	KUNIT_CASE(tracker_bytes_counts_all_parts),
	KUNIT_CASE(tracker_begins_empty),
	KUNIT_CASE(optional_ops_may_be_null),
	KUNIT_CASE(destroyed_tracker_uncharges_all),

	KUNIT_CASE(lookup_of_unknown_pid_fails),
	KUNIT_CASE(lookup_shows_stalled_flag),
	KUNIT_CASE(same_pid_of_different_sources_is_different_agent),
	KUNIT_CASE(lookup_with_wrong_source_fails),

	KUNIT_CASE(dump_resumes_with_refused_agent),
	KUNIT_CASE(dump_shows_unchanged_agents_exactly_once),
	KUNIT_CASE(dump_of_stalled_shows_only_stalled_agents),

	KUNIT_CASE(index_entry_just_beyond_slots_is_dropped),
	KUNIT_CASE(index_entry_beyond_slots_is_dropped),
	KUNIT_CASE(index_entry_far_beyond_slots_is_dropped),
	KUNIT_CASE(index_entry_of_unused_slot_is_dropped),
	KUNIT_CASE(index_entry_of_freed_slot_is_dropped),
	KUNIT_CASE(index_entry_of_slot_of_other_source_is_dropped),
	KUNIT_CASE(index_entry_of_slot_of_other_agent_is_dropped),
	KUNIT_CASE(bad_index_entry_is_dropped_though_tracker_is_full),
	KUNIT_CASE(missing_index_entry_of_recycled_slot_is_harmless),
	KUNIT_CASE(missing_index_entry_of_victim_is_harmless),

	KUNIT_CASE_PARAM(removal_requires_same_process_and_origin,
			 removal_gen_params),
	KUNIT_CASE(removal_of_unknown_pid_does_nothing),
	KUNIT_CASE(removal_frees_only_slot_of_its_source),
	KUNIT_CASE(removed_agent_is_uncharged),
	KUNIT_CASE(removed_slots_are_reused),
	KUNIT_CASE(freed_slot_is_reused_by_another_source),
	KUNIT_CASE(free_slots_are_skipped),
	{}
};

static struct kunit_suite tracker_suite = {
	.name = "varta-tracker",
	.exit = tracker_fixture_exit,
	.test_cases = tracker_cases,
};

kunit_test_suite(tracker_suite);
