// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracker as a whole: how it is made, what can be asked of it, how slots
 * are given back, and what it does when its invariants are broken (sections 2
 * and 6 of Documentation/tracker-semantics.md).
 */
#include <kunit/test.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

/* ---- Section 2: construction. */

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

static void capacity_out_of_range_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, try_capacity(test, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_capacity(test, VARTA_CAPACITY_MAX + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, try_capacity(test, U32_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_capacity(test, 1), 0);
}

/* Which there may not be the memory for. */
static void greatest_capacity_is_in_range(struct kunit *test)
{
	int result = try_capacity(test, VARTA_CAPACITY_MAX);

	if (result == -ENOMEM)
		kunit_skip(test, "not enough memory");
	KUNIT_EXPECT_EQ(test, result, 0);
}

static void window_is_clamped_to_its_range(struct kunit *test)
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
		struct ledger *ledger;

		ledger = ledger_make(test, &(struct varta_tracker_config) {
			.capacity = 2, .eviction_scan_window = clamped[i][0],
		});
		KUNIT_EXPECT_EQ(test,
				ledger->tracker.config.eviction_scan_window,
				clamped[i][1]);
		ledger_destroy(test, ledger);
	}
}

static void memory_is_that_of_slots_index_and_wheel(struct kunit *test)
{
	static const u32 capacities[] = { 1, 3, 4096, VARTA_CAPACITY_MAX };
	int i;

	for (i = 0; i < ARRAY_SIZE(capacities); i++)
		KUNIT_EXPECT_EQ(test, varta_tracker_bytes(capacities[i]),
				(size_t)capacities[i] *
					sizeof(struct varta_slot) +
				varta_pid_index_bytes(capacities[i]) +
				varta_wheel_bytes(capacities[i]));
}

static void tracker_begins_empty(struct kunit *test)
{
	struct heard heard;
	int i;

	small_ledger(test);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, pass_with(test, U64_MAX, 0, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, U64_MAX);
	KUNIT_EXPECT_EQ(test,
			varta_tracker_take_last_evicted_pid(tracker_of(test)),
			0);
	for (i = 0; i < VARTA_COUNTERS_NUM; i++)
		KUNIT_EXPECT_EQ(test, ledger_total(test->priv, i), 0);
}

/* ---- Section 6: queries. */

static bool note_agent(void *context, const struct varta_agent_info *agent)
{
	*(struct varta_agent_info *)context = *agent;
	return true;
}

static void query_tells_unknns_pid_from_unknown_namespace(struct kunit *test)
{
	struct varta_agent_info agent = {};

	small_ledger(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 0, 7,
						      note_agent, &agent));
	KUNIT_EXPECT_EQ(test, agent.id.pid, 0);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 3, .now = 12);
	KUNIT_EXPECT_TRUE(test, varta_tracker_lookup(tracker_of(test), 0, 7,
						     note_agent, &agent));
	KUNIT_EXPECT_EQ(test, agent.id.pid, 7);
	KUNIT_EXPECT_EQ(test, agent.id.ns_inode, 0);
	KUNIT_EXPECT_EQ(test, agent.last_ns, 12);
	KUNIT_EXPECT_EQ(test, agent.nonce, 3);
	KUNIT_EXPECT_FALSE(test, agent.stalled);
}

static void query_says_whether_a_stall_stands(struct kunit *test)
{
	struct varta_agent_info agent = {};

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	/* Silence alone is no stall, before it was found. */
	varta_tracker_lookup(tracker_of(test), 0, 7, note_agent, &agent);
	KUNIT_EXPECT_FALSE(test, agent.stalled);
	pass(test, THRESHOLD);
	varta_tracker_lookup(tracker_of(test), 0, 7, note_agent, &agent);
	KUNIT_EXPECT_TRUE(test, agent.stalled);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = THRESHOLD);
	varta_tracker_lookup(tracker_of(test), 0, 7, note_agent, &agent);
	KUNIT_EXPECT_FALSE(test, agent.stalled);
}

struct shown {
	u32 pids[8];
	u32 count;
	u32 room;
};

static bool show(void *context, const struct varta_agent_info *agent)
{
	struct shown *shown = context;

	if (shown->count == shown->room)
		return false;
	shown->pids[shown->count++] = agent->id.pid;
	return true;
}

static void walk_goes_on_with_the_agent_that_was_not_taken(struct kunit *test)
{
	struct shown shown = { .room = 1 };
	u32 cursor = 0, seen = 0, i;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	EXPECT_INSERTED(test, .pid = 3);
	while (varta_tracker_for_each(tracker_of(test), &cursor, false, show,
				      &shown)) {
		KUNIT_ASSERT_EQ(test, shown.count, shown.room);
		/* Nothing taken, nothing lost. */
		KUNIT_ASSERT_TRUE(test, varta_tracker_for_each(tracker_of(test),
							       &cursor, false,
							   show, &shown));
		KUNIT_ASSERT_LT(test, ++shown.room, 5);
	}
	KUNIT_EXPECT_EQ(test, shown.count, 3);
	for (i = 0; i < shown.count; i++)
		seen |= BIT(shown.pids[i]);
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(2) | BIT(3));
}

static void walk_shows_who_stays_whoever_comes_and_goes(struct kunit *test)
{
	struct shown shown = { .room = 1 };
	u32 cursor = 0, gone, i, seen = 0, times = 0;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	EXPECT_INSERTED(test, .pid = 3);
	KUNIT_ASSERT_TRUE(test, varta_tracker_for_each(tracker_of(test), &cursor,
						       false, show,
						   &shown));
	gone = shown.pids[0];
	retire(test, gone);
	EXPECT_INSERTED(test, .pid = 8);
	EXPECT_INSERTED(test, .pid = 9);
	shown.room = ARRAY_SIZE(shown.pids);
	KUNIT_EXPECT_FALSE(test, varta_tracker_for_each(tracker_of(test), &cursor,
							false, show,
						    &shown));
	for (i = 0; i < shown.count; i++) {
		seen |= BIT(shown.pids[i]);
		times += shown.pids[i] <= 3;
	}
	KUNIT_EXPECT_EQ(test, seen & 0xf, BIT(1) | BIT(2) | BIT(3));
	KUNIT_EXPECT_EQ(test, times, 3);
}

/* What is shown is what stands now, and not who ever stalled. */
static void walk_of_the_stalled_shows_no_other(struct kunit *test)
{
	struct shown shown = { .room = 8 };
	u32 cursor = 0, seen = 0, i;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 1);
	EXPECT_INSERTED(test, .pid = 4);
	KUNIT_EXPECT_FALSE(test, varta_tracker_for_each(tracker_of(test), &cursor,
							true, show, &shown));
	KUNIT_EXPECT_EQ(test, shown.count, 0);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 3);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 2, .now = THRESHOLD);
	for (cursor = 0, shown.room = 1;
	     varta_tracker_for_each(tracker_of(test), &cursor, true, show, &shown);
	     shown.room++)
		KUNIT_ASSERT_LT(test, shown.room, 4);
	KUNIT_EXPECT_EQ(test, shown.count, 2);
	for (i = 0; i < shown.count; i++)
		seen |= BIT(shown.pids[i]);
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(4));
}

/* ---- Section 6: invariants, broken on purpose. */

/* An index entry that leads where it must not. */
static void plant(struct kunit *test, u32 pid, u32 slot)
{
	KUNIT_ASSERT_TRUE(test, varta_pid_index_insert(&tracker_of(test)->index,
						       pid, slot));
}

static void recover_from_planted(struct kunit *test, u32 pid)
{
	struct ledger *ledger = test->priv;
	struct varta_agent_info agent = {};

	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 0, pid,
						      note_agent, &agent));
	KUNIT_EXPECT_FALSE(test, retire(test, pid));
	EXPECT_INSERTED(test, .pid = pid, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = pid, .nonce = 2);
	KUNIT_EXPECT_TRUE(test, varta_tracker_lookup(tracker_of(test), 0, pid,
						     note_agent, &agent));
	KUNIT_EXPECT_EQ(test, agent.nonce, 2);
	/* Once, and then never again; the rest is for ledger_check(). */
	ledger->violations = 1;
	EXPECT_COUNT(test, INVARIANT_VIOLATIONS, 1);
}

/* What is there must not be looked at, even if it looks like a slot. */
static void entry_just_beyond_the_table_is_survived(struct kunit *test)
{
	struct varta_tracker *tracker;

	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 5, .eviction_scan_window = 5,
	});
	tracker = tracker_of(test);
	tracker->config.capacity = 4;
	tracker->slots[4].pid = 5;
	plant(test, 5, 4);
	recover_from_planted(test, 5);
}

static void entry_far_beyond_the_table_is_survived(struct kunit *test)
{
	small_ledger(test);
	plant(test, 5, VARTA_SLOT_MAX);
	recover_from_planted(test, 5);
}

static void entry_of_a_slot_never_used_is_survived(struct kunit *test)
{
	small_ledger(test);
	plant(test, 5, 3);
	recover_from_planted(test, 5);
}

static void entry_of_a_freed_slot_is_survived(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1);
	retire(test, 1);
	plant(test, 5, 0);
	recover_from_planted(test, 5);
}

/* Neither its pid alone makes a slot somebody's, nor its generation. */
static void entry_of_another_sources_slot_is_survived(struct kunit *test)
{
	struct varta_agent_id id = { .pid = 5, .source = 1, .proc = fake_proc(2) };
	struct ledger *ledger;
	struct varta_slot was;

	small_ledger(test);
	ledger = test->priv;
	EXPECT_INSERTED(test, .pid = 5, .nonce = 9, .proc = 2);
	was = *slot_of(test, 5);
	KUNIT_ASSERT_TRUE(test,
			  varta_pid_index_insert(&tracker_of(test)->index,
						 varta_key(1, 5), 0));
	KUNIT_EXPECT_FALSE(test, varta_tracker_note_exit(tracker_of(test), &id,
							 0));
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test), &id));
	EXPECT_INSERTED(test, .pid = 5, .source = 1, .nonce = 1);
	KUNIT_EXPECT_TRUE(test, same_slots(slot_of(test, 5), &was));
	ledger->violations = 1;
}

static void entry_of_another_agents_slot_is_survived(struct kunit *test)
{
	struct varta_slot was;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 9, .proc = 2);
	was = *slot_of(test, 1);
	plant(test, 5, slot_of(test, 1) - tracker_of(test)->slots);
	recover_from_planted(test, 5);
	KUNIT_EXPECT_TRUE(test, same_slots(slot_of(test, 1), &was));
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 10);
}

static void bad_entry_is_dropped_even_if_there_is_no_room(struct kunit *test)
{
	struct ledger *ledger;

	full_ledger(test, 2, 2, VARTA_EVICTION_POLICY_STRICT);
	plant(test, 5, 1);
	EXPECT_NO_ROOM(test, .pid = 5, .now = FILLED);
	EXPECT_NO_ROOM(test, .pid = 5, .now = FILLED);
	EXPECT_COUNT(test, INVARIANT_VIOLATIONS, 1);
	ledger = test->priv;
	ledger->violations = 1;
}

static void missing_entry_of_a_recycled_slot_is_survived(struct kunit *test)
{
	struct ledger *ledger;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 5, .nonce = 1, .proc = 1);
	fake_procs_set_pid(5, 2);
	varta_pid_index_remove(&tracker_of(test)->index, 5);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
	EXPECT_INSERTED(test, .pid = 5, .nonce = 1, .proc = 2);
	ledger = test->priv;
	ledger->violations = 1;
}

static void missing_entry_of_a_victim_is_survived(struct kunit *test)
{
	struct ledger *ledger;

	full_ledger(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	varta_pid_index_remove(&tracker_of(test)->index, 1);
	EXPECT_INSERTED(test, .pid = 9, .now = FILLED + EVICTABLE + 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 2);
	EXPECT_REFRESHED(test, .pid = 9, .nonce = 1,
			 .now = FILLED + EVICTABLE + 1);
	ledger = test->priv;
	ledger->violations = 1;
}

/* ---- Retirement. */

struct retire_case {
	const char *name;
	u64 kept;
	u64 given;
	bool freed;
	enum varta_origin origin;
};

static const struct retire_case retire_cases[] = {
	{ "same generation", 1, 1, true },
	{ "slot's unknown", 0, 1, true },
	{ "given unknown", 1, 0, true },
	{ "both unknown", 0, 0, true },
	{ "another generation", 1, 2, false },
	{ "another origin", 0, 1, false, RELAYED },
};

KUNIT_ARRAY_PARAM_DESC(retire, retire_cases, name);

static void retire_leaves_another_process_alone(struct kunit *test)
{
	const struct retire_case *param = test->param_value;
	struct varta_agent_id id = {
		.pid = 7, .proc = fake_proc(param->given),
		/* Not what retirement goes by. */
		.ns_inode = THERE,
	};

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 50, .ns = HERE,
			.proc = param->kept, .origin = param->origin);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_remove(tracker_of(test), &id),
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
	/* It is unknown now: no nonce and no namespace are remembered. */
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test), &id));
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns = THERE,
			.proc = 3);
}

static void retire_of_an_unknns_pid_does_nothing(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_FALSE(test, retire(test, 8));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
}

static void retired_slots_are_used_again(struct kunit *test)
{
	u32 round, i;

	full_ledger(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);
	for (round = 1; round < 20; round++) {
		for (i = 1; i <= 4; i++)
			KUNIT_ASSERT_TRUE(test,
					  retire(test, 10 * (round - 1) + i));
		for (i = 1; i <= 4; i++)
			EXPECT_INSERTED(test, .pid = 10 * round + i);
		EXPECT_NO_ROOM(test, .pid = 5);
	}
	EXPECT_COUNT(test, EVICTIONS, 0);
}

static void free_slots_are_passed_over(struct kunit *test)
{
	struct shown shown = { .room = 8 };
	struct heard heard;
	u32 cursor = 0;

	full_ledger(test, 4, 4, VARTA_EVICTION_POLICY_STRICT);
	retire(test, 2);
	KUNIT_EXPECT_EQ(test, pass_with(test, FILLED, THRESHOLD, &heard), 0);
	KUNIT_EXPECT_EQ(test, heard.deadline, FILLED + THRESHOLD);
	KUNIT_EXPECT_EQ(test, pass(test, U64_MAX), 3);
	varta_tracker_for_each(tracker_of(test), &cursor, false, show, &shown);
	KUNIT_EXPECT_EQ(test, shown.count, 3);
}

static struct kunit_case tracker_cases[] = {
	KUNIT_CASE(capacity_out_of_range_is_refused),
	KUNIT_CASE_SLOW(greatest_capacity_is_in_range),
	KUNIT_CASE(window_is_clamped_to_its_range),
	KUNIT_CASE(memory_is_that_of_slots_index_and_wheel),
	KUNIT_CASE(tracker_begins_empty),

	KUNIT_CASE(query_tells_unknns_pid_from_unknown_namespace),
	KUNIT_CASE(query_says_whether_a_stall_stands),
	KUNIT_CASE(walk_goes_on_with_the_agent_that_was_not_taken),
	KUNIT_CASE(walk_shows_who_stays_whoever_comes_and_goes),
	KUNIT_CASE(walk_of_the_stalled_shows_no_other),

	KUNIT_CASE(entry_just_beyond_the_table_is_survived),
	KUNIT_CASE(entry_far_beyond_the_table_is_survived),
	KUNIT_CASE(entry_of_a_slot_never_used_is_survived),
	KUNIT_CASE(entry_of_a_freed_slot_is_survived),
	KUNIT_CASE(entry_of_another_sources_slot_is_survived),
	KUNIT_CASE(entry_of_another_agents_slot_is_survived),
	KUNIT_CASE(bad_entry_is_dropped_even_if_there_is_no_room),
	KUNIT_CASE(missing_entry_of_a_recycled_slot_is_survived),
	KUNIT_CASE(missing_entry_of_a_victim_is_survived),

	KUNIT_CASE_PARAM(retire_leaves_another_process_alone,
			 retire_gen_params),
	KUNIT_CASE(retire_of_an_unknns_pid_does_nothing),
	KUNIT_CASE(retired_slots_are_used_again),
	KUNIT_CASE(free_slots_are_passed_over),
	{}
};

static struct kunit_suite tracker_suite = {
	.name = "varta-tracker",
	.exit = ledger_test_exit,
	.test_cases = tracker_cases,
};

kunit_test_suite(tracker_suite);
