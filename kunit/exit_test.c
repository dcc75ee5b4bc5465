// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits: noted when a process ends, reported and freed by the next pass.
 */
#include <kunit/test.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

/* As wait(2) gives them. */
enum {
	EXIT_3	= 3 << 8,
	KILLED	= 9,
};

static u32 exits_told(struct kunit *test)
{
	struct heard heard;

	return exit_pass(test, &heard);
}

static void exit_is_reported_once_and_frees_the_slot(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 31, .proc = 1,
			.comm = "sh");
	EXPECT_INSERTED(test, .pid = 8, .proc = 2);
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	/* Not before the pass. */
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, EXITS, 0);

	KUNIT_ASSERT_EQ(test, exit_pass(test, &heard), 1);
	KUNIT_EXPECT_EQ(test, heard.agents[0].id.pid, 7);
	KUNIT_EXPECT_PTR_EQ(test, heard.agents[0].id.proc, fake_proc(1));
	KUNIT_EXPECT_EQ(test, heard.agents[0].nonce, 31);
	KUNIT_EXPECT_EQ(test, heard.agents[0].exit_code, EXIT_3);
	KUNIT_EXPECT_STREQ(test, heard.agents[0].name, "sh");
	KUNIT_EXPECT_TRUE(test, heard.agents[0].exited);
	KUNIT_EXPECT_FALSE(test, heard.agents[0].stalled);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 8));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 1);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	EXPECT_COUNT(test, EXITS, 1);

	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	EXPECT_COUNT(test, EXITS, 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void exit_ends_a_stall(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	EXPECT_INSERTED(test, .pid = 8, .proc = 1);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 2);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, KILLED));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	KUNIT_ASSERT_EQ(test, exit_pass(test, &heard), 1);
	KUNIT_EXPECT_TRUE(test, heard.agents[0].stalled);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	KUNIT_EXPECT_EQ(test, pass(test, 2 * THRESHOLD), 0);
}

static void exit_of_somebody_else_is_ignored(struct kunit *test)
{
	small_ledger(test);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 1, 0));
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 8, 1, 0));
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 2, 0));
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 0, 0));
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->exited);

	/* And that of a process when it is not known whose the slot is. */
	EXPECT_INSERTED(test, .pid = 8);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 8, 1, 0));
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
}

static void exit_noted_twice_is_one(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	EXPECT_INSERTED(test, .pid = 8, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 8, 1, KILLED));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_EQ(test, exit_pass(test, &heard), 2);
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	EXPECT_COUNT(test, EXITS, 2);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
}

static void exit_of_one_slot_may_come_again_and_again(struct kunit *test)
{
	struct heard heard;
	u32 i;

	small_ledger(test);
	for (i = 1; i < 9; i++) {
		EXPECT_INSERTED(test, .pid = 7, .proc = i);
		KUNIT_EXPECT_TRUE(test, note_exit(test, 7, i, i << 8));
		KUNIT_ASSERT_EQ(test, exit_pass(test, &heard), 1);
		KUNIT_EXPECT_EQ(test, heard.agents[0].exit_code, i << 8);
	}
	EXPECT_COUNT(test, EXITS, 8);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void process_that_came_after_the_exit_is_left(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->exit_code, 0);
	EXPECT_COUNT(test, EXITS, 0);
}

static void process_that_came_after_the_exit_may_exit(struct kunit *test)
{
	struct heard heard;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	/* The old one's comes late. */
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 2, KILLED));
	KUNIT_ASSERT_EQ(test, exit_pass(test, &heard), 1);
	KUNIT_EXPECT_PTR_EQ(test, heard.agents[0].id.proc, fake_proc(2));
	KUNIT_EXPECT_EQ(test, heard.agents[0].exit_code, KILLED);
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, EXITS, 1);
}

/* A beat that was on its way when the process ended. */
static void late_beat_does_not_undo_an_exit(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .proc = 1);
	KUNIT_EXPECT_EQ(test, exits_told(test), 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

static void stopped_pass_leaves_the_rest_for_the_next(struct kunit *test)
{
	struct heard heard = { .enough = 1 };
	u32 seen = 0, i;

	small_ledger(test);
	heard.tracker = tracker_of(test);
	for (i = 1; i <= 4; i++) {
		EXPECT_INSERTED(test, .pid = i, .proc = i);
		KUNIT_EXPECT_TRUE(test, note_exit(test, i, i, i));
	}
	for (i = 1; i <= 4; i++) {
		heard.count = 0;
		KUNIT_EXPECT_EQ(test,
				varta_tracker_exit_pass(tracker_of(test), hear,
							&heard),
				i < 4);
		KUNIT_ASSERT_EQ(test, heard.count, 1);
		KUNIT_EXPECT_EQ(test, heard.agents[0].exit_code,
				heard.agents[0].id.pid);
		seen |= BIT(heard.agents[0].id.pid);
		KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)),
				4 - i);
		EXPECT_COUNT(test, EXITS, i);
	}
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(2) | BIT(3) | BIT(4));
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
}

/* Who ends has not said goodbye, whoever says so then. */
static void agent_is_not_retired_after_its_exit(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_FALSE(test, retire(test, 7));
	KUNIT_EXPECT_EQ(test, exits_told(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

/* What there is to be told of it is its exit. */
static void agent_does_not_stall_after_its_exit(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, exits_told(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
}

static void agent_recycled_after_its_exit_is_reported(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	fake_procs_set_pid(7, 2);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, exits_told(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

static void slot_used_again_is_left(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));

	/* And again, until the new agent exits too. */
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 2, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 3);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 3, KILLED));
	KUNIT_EXPECT_EQ(test, exits_told(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
}

static void slot_evicted_after_an_exit_is_left(struct kunit *test)
{
	full_ledger(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 2, .now = FILLED + EVICTABLE + 1);
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 2));
	EXPECT_COUNT(test, EXITS, 0);
}

static void slot_taken_over_after_an_exit_is_left(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .origin = RELAYED);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_REFRESHED(test, .pid = 7, .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, exits_told(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
}

static void ledger_may_go_with_exits_untold(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
}

static struct kunit_case exit_cases[] = {
	KUNIT_CASE(exit_is_reported_once_and_frees_the_slot),
	KUNIT_CASE(exit_ends_a_stall),
	KUNIT_CASE(exit_of_somebody_else_is_ignored),
	KUNIT_CASE(exit_noted_twice_is_one),
	KUNIT_CASE(exit_of_one_slot_may_come_again_and_again),
	KUNIT_CASE(process_that_came_after_the_exit_is_left),
	KUNIT_CASE(process_that_came_after_the_exit_may_exit),
	KUNIT_CASE(late_beat_does_not_undo_an_exit),
	KUNIT_CASE(stopped_pass_leaves_the_rest_for_the_next),
	KUNIT_CASE(agent_is_not_retired_after_its_exit),
	KUNIT_CASE(agent_does_not_stall_after_its_exit),
	KUNIT_CASE(agent_recycled_after_its_exit_is_reported),
	KUNIT_CASE(slot_used_again_is_left),
	KUNIT_CASE(slot_evicted_after_an_exit_is_left),
	KUNIT_CASE(slot_taken_over_after_an_exit_is_left),
	KUNIT_CASE(ledger_may_go_with_exits_untold),
	{}
};

static struct kunit_suite exit_suite = {
	.name = "varta-exit",
	.exit = ledger_test_exit,
	.test_cases = exit_cases,
};

kunit_test_suite(exit_suite);
