// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of exit.c: exits are noted when a process ends; the next exit pass
 * reports them and frees the slots.
 */
#include <kunit/test.h>
#include <linux/bits.h>

#include "beat_helpers.h"
#include "fake_procs.h"
#include "tracker_fixture.h"

/* Exit codes as of wait(2). */
enum {
	EXIT_3	= 3 << 8,
	KILLED	= 9,
};

static u32 reported_exits(struct kunit *test)
{
	struct report_log log;

	return run_exit_pass(test, &log);
}

static void exit_is_reported_once_and_frees_slot(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 31, .proc = 1,
			.comm = "sh");
	EXPECT_INSERTED(test, .pid = 8, .proc = 2);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	/* Freed by the exit pass only. */
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, EXITS, 0);

	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 7);
	KUNIT_EXPECT_PTR_EQ(test, log.agents[0].id.proc, fake_proc(1));
	KUNIT_EXPECT_EQ(test, log.agents[0].nonce, 31);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_code, EXIT_3);
	KUNIT_EXPECT_STREQ(test, log.agents[0].name, "sh");
	KUNIT_EXPECT_TRUE(test, log.agents[0].exited);
	KUNIT_EXPECT_FALSE(test, log.agents[0].stalled);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 8));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 1);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	EXPECT_COUNT(test, EXITS, 1);

	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	EXPECT_COUNT(test, EXITS, 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void exit_ends_stall(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	EXPECT_INSERTED(test, .pid = 8, .proc = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 2);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, KILLED));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_TRUE(test, log.agents[0].stalled);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2 * THRESHOLD), 0);
}

static void exit_of_untracked_process_is_ignored(struct kunit *test)
{
	make_small_tracker(test);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 1, 0));
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 8, 1, 0));
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 2, 0));
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 0, 0));
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->exited);

	/* The slot's process is unknown. */
	EXPECT_INSERTED(test, .pid = 8);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 8, 1, 0));
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
}

static void exit_noted_twice_is_reported_once(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	EXPECT_INSERTED(test, .pid = 8, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 8, 1, KILLED));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_EQ(test, run_exit_pass(test, &log), 2);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	EXPECT_COUNT(test, EXITS, 2);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
}

static void successive_processes_of_one_slot_may_exit(struct kunit *test)
{
	struct report_log log;
	u32 i;

	make_small_tracker(test);
	for (i = 1; i < 9; i++) {
		EXPECT_INSERTED(test, .pid = 7, .proc = i);
		KUNIT_EXPECT_TRUE(test, note_exit(test, 7, i, i << 8));
		KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
		KUNIT_EXPECT_EQ(test, log.agents[0].exit_code, i << 8);
	}
	EXPECT_COUNT(test, EXITS, 8);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void new_process_after_exit_is_kept(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->exit_code, 0);
	EXPECT_COUNT(test, EXITS, 0);
}

static void new_process_after_exit_may_exit(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	/* Late exit of the old process. */
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 2, KILLED));
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_PTR_EQ(test, log.agents[0].id.proc, fake_proc(2));
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_code, KILLED);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, EXITS, 1);
}

/* The beat was in flight when the process exited. */
static void late_beat_does_not_cancel_exit(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .proc = 1);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

static void stopped_exit_pass_keeps_the_rest(struct kunit *test)
{
	struct report_log log = { .max_reports = 1 };
	u32 seen = 0, i;
	bool more;

	make_small_tracker(test);
	log.tracker = tracker_of(test);
	for (i = 1; i <= 4; i++) {
		EXPECT_INSERTED(test, .pid = i, .proc = i);
		KUNIT_EXPECT_TRUE(test, note_exit(test, i, i, i));
	}
	for (i = 1; i <= 4; i++) {
		log.count = 0;
		more = varta_tracker_exit_pass(tracker_of(test), record_report,
					       &log);
		KUNIT_EXPECT_EQ(test, more, i < 4);
		KUNIT_ASSERT_EQ(test, log.count, 1);
		KUNIT_EXPECT_EQ(test, log.agents[0].exit_code,
				log.agents[0].id.pid);
		seen |= BIT(log.agents[0].id.pid);
		KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)),
				4 - i);
		EXPECT_COUNT(test, EXITS, i);
	}
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(2) | BIT(3) | BIT(4));
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
}

static void exited_agent_cannot_be_removed(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_FALSE(test, remove_agent(test, 7));
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

static void exited_agent_does_not_stall(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
}

static void exit_is_reported_though_pid_is_recycled(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	fake_procs_set_pid(7, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

static void exit_frees_only_slot_of_its_source(struct kunit *test)
{
	struct report_log log;

	make_three_sources(test);
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 2, 0));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, 0));
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.source, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 1, 7).nonce, 20);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, VARTA_SOURCE_MAX, 7).nonce,
			30);
}

/* ---- Slots reused after an exit. */

static void restarted_slot_is_kept_until_its_process_exits(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));

	/* The same once more, until the new process exits. */
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 2, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 3);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 3, KILLED));
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
}

static void slot_reused_by_eviction_after_exit_is_kept(struct kunit *test)
{
	make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 2, .now = FILL_TIME + EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 2));
	EXPECT_COUNT(test, EXITS, 0);
}

static void slot_taken_over_after_exit_is_kept(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .origin = RELAYED);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_REFRESHED(test, .pid = 7, .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
}

static void tracker_may_be_destroyed_with_unreported_exits(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
}

/* ---- Charges. */

static void exited_agent_is_uncharged_when_reported(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .proc = 1,
			.netns = 3);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, 0));
	expect_charged(test, 1, 0);
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.uid, ALICE);
	KUNIT_EXPECT_PTR_EQ(test, log.agents[0].id.netns, fake_netns(3));
	expect_charged(test, 0, 0);
}

static void exit_is_reported_after_new_process_was_over_quota(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, 9));
	fake_procs_set_quota(0);
	EXPECT_QUOTA_EXCEEDED(test, .pid = 1, .uid = BOB, .proc = 2);
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.uid, ALICE);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_code, 9);
}

static struct kunit_case exit_cases[] = {
	KUNIT_CASE(exit_is_reported_once_and_frees_slot),
	KUNIT_CASE(exit_ends_stall),
	KUNIT_CASE(exit_of_untracked_process_is_ignored),
	KUNIT_CASE(exit_noted_twice_is_reported_once),
	KUNIT_CASE(successive_processes_of_one_slot_may_exit),
	KUNIT_CASE(new_process_after_exit_is_kept),
	KUNIT_CASE(new_process_after_exit_may_exit),
	KUNIT_CASE(late_beat_does_not_cancel_exit),
	KUNIT_CASE(stopped_exit_pass_keeps_the_rest),
	KUNIT_CASE(exited_agent_cannot_be_removed),
	KUNIT_CASE(exited_agent_does_not_stall),
	KUNIT_CASE(exit_is_reported_though_pid_is_recycled),
	KUNIT_CASE(exit_frees_only_slot_of_its_source),

	KUNIT_CASE(restarted_slot_is_kept_until_its_process_exits),
	KUNIT_CASE(slot_reused_by_eviction_after_exit_is_kept),
	KUNIT_CASE(slot_taken_over_after_exit_is_kept),
	KUNIT_CASE(tracker_may_be_destroyed_with_unreported_exits),

	KUNIT_CASE(exited_agent_is_uncharged_when_reported),
	KUNIT_CASE(exit_is_reported_after_new_process_was_over_quota),
	{}
};

static struct kunit_suite exit_suite = {
	.name = "varta-exit",
	.exit = tracker_fixture_exit,
	.test_cases = exit_cases,
};

kunit_test_suite(exit_suite);
