// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who an agent is: its source, which tells equal pids of several machines
 * apart, and its name.
 */
#include <kunit/test.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

static bool keep(void *context, const struct varta_agent_info *agent)
{
	*(struct varta_agent_info *)context = *agent;
	return true;
}

static struct varta_agent_info ask(struct kunit *test, u32 source, u32 pid)
{
	struct varta_agent_info agent = {};

	KUNIT_EXPECT_TRUE(test, varta_tracker_lookup(tracker_of(test), source,
						     pid, keep, &agent));
	return agent;
}

/* ---- Sources. */

/* Pid 7 from three sources, in a ledger of four; nonces say who is who. */
static void three_sevens(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 10, .proc = 1,
			.origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .source = 1, .nonce = 20,
			.proc = 2, .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .source = VARTA_SOURCE_MAX, .nonce = 30,
			.proc = 3, .origin = RELAYED);
}

static void equal_pids_of_different_sources_are_different_agents(struct kunit *test)
{
	three_sevens(test);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 3);
	KUNIT_EXPECT_EQ(test, ask(test, 0, 7).nonce, 10);
	KUNIT_EXPECT_EQ(test, ask(test, 1, 7).nonce, 20);
	KUNIT_EXPECT_EQ(test, ask(test, VARTA_SOURCE_MAX, 7).nonce, 30);
	KUNIT_EXPECT_EQ(test, ask(test, 0, 7).id.source, 0);
	KUNIT_EXPECT_EQ(test, ask(test, 1, 7).id.source, 1);
	KUNIT_EXPECT_EQ(test, ask(test, VARTA_SOURCE_MAX, 7).id.source,
			VARTA_SOURCE_MAX);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void query_of_another_source_finds_nobody(struct kunit *test)
{
	struct varta_agent_info agent = {};

	three_sevens(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_lookup(tracker_of(test), 2, 7,
						      keep, &agent));
	KUNIT_EXPECT_EQ(test, agent.id.pid, 0);
}

static void beat_of_one_source_leaves_the_others(struct kunit *test)
{
	struct varta_slot here, far;

	three_sevens(test);
	here = *slot_of(test, 7);
	far = *slot_from(test, VARTA_SOURCE_MAX, 7);
	EXPECT_REFRESHED(test, .pid = 7, .source = 1, .nonce = 21, .now = 50,
			 .origin = RELAYED);
	/* Each has nonces, origin and generation of its own. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .source = 1, .nonce = 21,
			    .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .source = 1, .nonce = 1,
			.proc = 4, .origin = RELAYED);
	KUNIT_EXPECT_TRUE(test, same_slots(slot_of(test, 7), &here));
	KUNIT_EXPECT_TRUE(test, same_slots(slot_from(test, VARTA_SOURCE_MAX, 7),
					   &far));
}

static void stall_of_one_source_is_not_anothers(struct kunit *test)
{
	struct heard heard;

	three_sevens(test);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 11, .now = 1,
			 .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .source = VARTA_SOURCE_MAX,
			 .nonce = 31, .now = 1, .origin = RELAYED);
	KUNIT_ASSERT_EQ(test, pass_with(test, THRESHOLD, THRESHOLD, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.source, 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 7);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->stalled);
	KUNIT_EXPECT_TRUE(test, slot_from(test, 1, 7)->stalled);
}

static void retirement_of_one_source_leaves_the_others(struct kunit *test)
{
	struct varta_agent_id id = {
		.pid = 7, .source = 1, .origin = RELAYED,
	};
	struct varta_agent_id nobody = {
		.pid = 7, .source = 2, .origin = RELAYED,
	};

	three_sevens(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test),
						      &nobody));
	KUNIT_EXPECT_TRUE(test, varta_tracker_remove(tracker_of(test), &id));
	KUNIT_EXPECT_FALSE(test, varta_tracker_remove(tracker_of(test), &id));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 2);
	KUNIT_EXPECT_EQ(test, ask(test, 0, 7).nonce, 10);
	KUNIT_EXPECT_EQ(test, ask(test, VARTA_SOURCE_MAX, 7).nonce, 30);
	KUNIT_EXPECT_NULL(test, ledger_slot(test->priv, 1, 7));
}

static void eviction_of_one_source_leaves_the_others(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 2, .eviction_scan_window = 2,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	EXPECT_INSERTED(test, .pid = 7, .source = 1, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 2, .now = EVICTABLE);
	EXPECT_INSERTED(test, .pid = 7, .source = 2, .nonce = 3,
			.now = EVICTABLE + 1);
	KUNIT_EXPECT_NULL(test, ledger_slot(test->priv, 1, 7));
	KUNIT_EXPECT_EQ(test, ask(test, 0, 7).nonce, 2);
	KUNIT_EXPECT_EQ(test, ask(test, 2, 7).nonce, 3);
	KUNIT_EXPECT_EQ(test,
			varta_tracker_take_last_evicted_pid(tracker_of(test)),
			7);
}

static void exit_of_one_source_leaves_the_others(struct kunit *test)
{
	struct heard heard;

	three_sevens(test);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 2, 0));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, 0));
	KUNIT_ASSERT_EQ(test, exit_pass(test, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.source, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, ask(test, 1, 7).nonce, 20);
	KUNIT_EXPECT_EQ(test, ask(test, VARTA_SOURCE_MAX, 7).nonce, 30);
}

/* The slot keeps whatever was in it when it was free. */
static void freed_slot_serves_another_source(struct kunit *test)
{
	struct varta_agent_id id = {
		.pid = 7, .source = 1, .origin = RELAYED,
	};

	three_sevens(test);
	KUNIT_EXPECT_TRUE(test, varta_tracker_remove(tracker_of(test), &id));
	EXPECT_INSERTED(test, .pid = 8, .source = 3, .nonce = 40);
	KUNIT_EXPECT_EQ(test, ask(test, 3, 8).nonce, 40);
	EXPECT_INSERTED(test, .pid = 8, .nonce = 41);
	KUNIT_EXPECT_EQ(test, ask(test, 0, 8).nonce, 41);
}

static void report_says_whose_agent_it_is(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .source = 3, .uid = 5, .netns = 6,
			.comm = "sh", .threshold_ms = 1, .origin = RELAYED);
	KUNIT_ASSERT_EQ(test, pass_with(test, U64_MAX, THRESHOLD, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.source, 3);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.uid, 5);
	KUNIT_EXPECT_PTR_EQ(test, heard.agents[0].id.netns, fake_netns(6));
	KUNIT_EXPECT_EQ(test, heard.agents[0].threshold_ms, 1);
	KUNIT_EXPECT_STREQ(test, heard.agents[0].name, "sh");
	KUNIT_EXPECT_FALSE(test, heard.agents[0].exited);
}

/* ---- Names. */

#define EXPECT_NAME(test, pid, wanted)					\
do {									\
	struct kunit *test_ = (test);					\
	struct varta_agent_info agent_ = ask(test_, 0, pid);			\
									\
	KUNIT_EXPECT_STREQ(test_, agent_.name, wanted);			\
} while (0)

static void name_is_the_command_unless_it_is_said(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .comm = "sh");
	EXPECT_NAME(test, 1, "sh");
	EXPECT_INSERTED(test, .pid = 2, .comm = "sh", .name = "db");
	EXPECT_NAME(test, 2, "db");
	EXPECT_INSERTED(test, .pid = 3);
	EXPECT_NAME(test, 3, "");
	EXPECT_INSERTED(test, .pid = 4, .name = "db");
	EXPECT_NAME(test, 4, "db");
}

static void name_is_kept_until_another_is_said(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .comm = "sh");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .comm = "bash");
	EXPECT_NAME(test, 7, "sh");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .name = "database");
	EXPECT_NAME(test, 7, "database");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 4, .comm = "sh");
	EXPECT_NAME(test, 7, "database");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 5, .name = "db");
	EXPECT_NAME(test, 7, "db");
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .name = "dying");
	EXPECT_NAME(test, 7, "dying");
}

static void long_name_is_cut(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .name = "fifteen-letters");
	EXPECT_NAME(test, 1, "fifteen-letters");
	EXPECT_INSERTED(test, .pid = 2, .name = "sixteen-letters!");
	EXPECT_NAME(test, 2, "sixteen-letters");
	EXPECT_INSERTED(test, .pid = 3, .comm = "a command of many letters");
	EXPECT_NAME(test, 3, "a command of ma");
}

/* say() sees that the slot is as it was. */
static void refused_beat_does_not_rename(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns = HERE, .name = "db");
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns = HERE,
			    .name = "other");
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .name = "other");
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6, .ns = THERE,
				  .name = "other");
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns = HERE,
			       .origin = RELAYED, .name = "other");
	EXPECT_NAME(test, 7, "db");
}

static void name_is_forgotten_when_the_slot_is_started_afresh(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .name = "database");
	EXPECT_INSERTED(test, .pid = 7, .proc = 2, .comm = "sh");
	EXPECT_NAME(test, 7, "sh");
	EXPECT_INSERTED(test, .pid = 7, .proc = 3);
	EXPECT_NAME(test, 7, "");
}

static struct kunit_case source_cases[] = {
	KUNIT_CASE(equal_pids_of_different_sources_are_different_agents),
	KUNIT_CASE(query_of_another_source_finds_nobody),
	KUNIT_CASE(beat_of_one_source_leaves_the_others),
	KUNIT_CASE(stall_of_one_source_is_not_anothers),
	KUNIT_CASE(retirement_of_one_source_leaves_the_others),
	KUNIT_CASE(eviction_of_one_source_leaves_the_others),
	KUNIT_CASE(exit_of_one_source_leaves_the_others),
	KUNIT_CASE(freed_slot_serves_another_source),
	KUNIT_CASE(report_says_whose_agent_it_is),

	KUNIT_CASE(name_is_the_command_unless_it_is_said),
	KUNIT_CASE(name_is_kept_until_another_is_said),
	KUNIT_CASE(long_name_is_cut),
	KUNIT_CASE(refused_beat_does_not_rename),
	KUNIT_CASE(name_is_forgotten_when_the_slot_is_started_afresh),
	{}
};

static struct kunit_suite source_suite = {
	.name = "varta-source",
	.exit = ledger_test_exit,
	.test_cases = source_cases,
};

kunit_test_suite(source_suite);
