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
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->exit_state);

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

/* The exit of a process whose pid has been reused is reported all the same. */
static void new_process_does_not_erase_exit(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 31, .proc = 1, .now = 10);
	KUNIT_EXPECT_TRUE(test, note_exit_at(test, 7, 1, EXIT_3, 20));
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 2, .now = 30);
	/* Not a recycled pid: the first slot is still the old process's. */
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 2);
	KUNIT_EXPECT_PTR_EQ(test, lookup_agent(test, 0, 7).id.proc,
			    fake_proc(2));
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).exit_code, 0);

	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_PTR_EQ(test, log.agents[0].id.proc, fake_proc(1));
	KUNIT_EXPECT_EQ(test, log.agents[0].nonce, 31);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_code, EXIT_3);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_ns, 20);
	EXPECT_COUNT(test, EXITS, 1);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .proc = 2, .now = 40);
}

static void each_of_many_processes_with_one_pid_exits(struct kunit *test)
{
	struct report_log log;
	u32 i;

	make_small_tracker(test);
	for (i = 1; i <= 4; i++) {
		EXPECT_INSERTED(test, .pid = 7, .proc = i);
		KUNIT_EXPECT_TRUE(test, note_exit(test, 7, i, i << 8));
	}
	/* Late exit of an old process. */
	KUNIT_EXPECT_FALSE(test, note_exit(test, 7, 1, EXIT_3));
	/* Slots of unreported exits are in use. */
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 7, .proc = 5);
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 4);
	for (i = 1; i <= 4; i++) {
		KUNIT_EXPECT_PTR_EQ(test, log.agents[i - 1].id.proc,
				    fake_proc(i));
		KUNIT_EXPECT_EQ(test, log.agents[i - 1].exit_code, i << 8);
	}
	EXPECT_COUNT(test, EXITS, 4);
	EXPECT_INSERTED(test, .pid = 7, .proc = 5);
}

/* The beat has to be of the process that exited. */
static void pid_of_exited_agent_is_unknown_to_others(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .ns_inode = PIDNS_A);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2, .ns_inode = PIDNS_B);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 2, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 2);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).id.origin, RELAYED);
}

/* With namespace_policy=pin. */
static void pinned_pid_of_exited_agent_is_free(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 4, .key_by_ns_pid = true,
	});
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .ns_inode = PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 1, .proc = 2,
				  .ns_inode = PIDNS_B);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 1, .proc = 2, .ns_inode = PIDNS_B);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
}

static void dump_shows_exited_and_new_agent(struct kunit *test)
{
	struct report_log log = {};
	u32 cursor = 0;

	make_small_tracker(test);
	log.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit_at(test, 7, 1, EXIT_3, 5));
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	KUNIT_EXPECT_FALSE(test, varta_tracker_for_each(tracker_of(test),
							&cursor, false,
							record_report, &log));
	KUNIT_ASSERT_EQ(test, log.count, 2);
	KUNIT_EXPECT_TRUE(test, log.agents[0].exited);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_ns, 5);
	KUNIT_EXPECT_FALSE(test, log.agents[1].exited);
	KUNIT_EXPECT_FALSE(test, lookup_agent(test, 0, 7).exited);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
}

/* ---- Order and time. */

static void exits_are_reported_in_order(struct kunit *test)
{
	struct report_log log;
	u32 i;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 7,
	});
	for (i = 1; i <= 7; i++)
		EXPECT_INSERTED(test, .pid = i, .proc = i);
	/* Not the order of their slots. */
	for (i = 1; i <= 7; i++)
		KUNIT_EXPECT_TRUE(test, note_exit_at(test, i * 3 % 7 + 1,
						     i * 3 % 7 + 1, 0, 100 + i));
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 7);
	for (i = 1; i <= 7; i++) {
		KUNIT_EXPECT_EQ(test, log.agents[i - 1].id.pid, i * 3 % 7 + 1);
		KUNIT_EXPECT_EQ(test, log.agents[i - 1].exit_ns, 100 + i);
	}
}

/* While exits come faster than they are reported, the oldest is the next. */
static void oldest_exit_is_reported_first(struct kunit *test)
{
	struct report_log log;
	u32 i;

	make_small_tracker(test);
	log.tracker = tracker_of(test);
	for (i = 1; i <= 16; i++) {
		EXPECT_INSERTED(test, .pid = i, .proc = 1 + i % 4);
		KUNIT_EXPECT_TRUE(test, note_exit_at(test, i, 1 + i % 4, 0, i));
		if (i <= 3)
			continue;
		log = (struct report_log) {
			.tracker = tracker_of(test), .max_reports = 1,
		};
		KUNIT_EXPECT_TRUE(test,
				  tracker_fixture_exit_pass(test->priv,
							    record_report,
							    &log));
		KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, i - 3);
		KUNIT_EXPECT_EQ(test, log.agents[0].exit_ns, i - 3);
	}
	KUNIT_EXPECT_EQ(test, reported_exits(test), 3);
}

/* The probe read the clock, and was then delayed. */
static void exit_times_do_not_decrease(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .proc = 2);
	KUNIT_EXPECT_TRUE(test, note_exit_at(test, 1, 1, 0, 60));
	KUNIT_EXPECT_TRUE(test, note_exit_at(test, 2, 2, 0, 50));
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 2);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_ns, 60);
	KUNIT_EXPECT_EQ(test, log.agents[1].exit_ns, 60);
}

static void exit_is_not_before_the_stall(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD + 5), 1);
	KUNIT_EXPECT_TRUE(test, note_exit_at(test, 1, 1, 0, THRESHOLD + 2));
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_ns, THRESHOLD + 5);
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

/* A listener has heard of the exit, and would keep the status for ever. */
static void late_beat_causes_no_event(struct kunit *test)
{
	u32 count;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 1);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	fake_events_take(&count);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .proc = 1,
			 .status = VARTA_STATUS_CRITICAL,
			 .now = THRESHOLD + 1);
	fake_events_take(&count);
	KUNIT_EXPECT_EQ(test, count, 0u);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
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
		more = tracker_fixture_exit_pass(test->priv, record_report,
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

/* ---- Slots whose exit is not reported serve no other agent. */

static void slot_with_exit_is_not_evicted(struct kunit *test)
{
	make_full_tracker(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, EXIT_3));
	/* The slot of pid 2 is evicted, then none can be. */
	EXPECT_INSERTED(test, .pid = 3, .now = FILL_TIME + EVICT_AFTER + 1);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 4,
				 .now = FILL_TIME + EVICT_AFTER + 2);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 2));
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	EXPECT_COUNT(test, EXITS, 1);
	EXPECT_INSERTED(test, .pid = 4, .now = FILL_TIME + EVICT_AFTER + 3);
}

static void stalled_slot_with_exit_is_not_evicted(struct kunit *test)
{
	make_full_tracker(test, 1, 1, VARTA_EVICTION_POLICY_STRICT);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .proc = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, FILL_TIME + THRESHOLD), 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, EXIT_3));
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 2,
				 .now = FILL_TIME + EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	EXPECT_INSERTED(test, .pid = 2, .now = FILL_TIME + EVICT_AFTER + 2);
}

/* The new process with the pid of the exited one gets the slot of another. */
static void new_process_evicts_another_slot(struct kunit *test)
{
	make_full_tracker(test, 2, 2, VARTA_EVICTION_POLICY_BALANCED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, EXIT_3));
	/* Rejected: nothing changes. */
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 1, .proc = 2, .now = FILL_TIME);
	KUNIT_EXPECT_TRUE(test, lookup_agent(test, 0, 1).exited);
	EXPECT_INSERTED(test, .pid = 1, .proc = 2,
			.now = FILL_TIME + EVICT_AFTER + 1);
	EXPECT_COUNT(test, EVICTIONS, 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 2));
	KUNIT_EXPECT_FALSE(test, lookup_agent(test, 0, 1).exited);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
}

static void origin_takeover_does_not_erase_exit(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 2, .origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .origin = RELAYED);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, EXIT_3));
	EXPECT_INSERTED(test, .pid = 7, .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
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
	KUNIT_EXPECT_TRUE(test, lookup_agent(test, 0, 1).exited);
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.uid, ALICE);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_code, 9);
}

static void exited_agent_is_charged_until_reported(struct kunit *test)
{
	make_small_tracker(test);
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .proc = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, 9));
	EXPECT_QUOTA_EXCEEDED(test, .pid = 1, .uid = ALICE, .proc = 2);
	EXPECT_INSERTED(test, .pid = 1, .uid = BOB, .proc = 3);
	expect_charged(test, 1, 1);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	expect_charged(test, 0, 1);
}

/* ---- Exits that are noted while the slot is locked. */

static struct varta_slot *lock_slot_and_note_exit(struct kunit *test)
{
	struct varta_slot *slot;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 4, .defer_exits = true,
	});
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	slot = slot_of(test, 7);
	varta_slot_lock(tracker_of(test), slot);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, KILLED));
	return slot;
}

static void exit_is_dropped_with_its_process(struct kunit *test)
{
	struct varta_slot *slot = lock_slot_and_note_exit(test);
	struct report_log log;

	tracker_of(test)->config.ops->get_proc(fake_proc(2));
	varta_slot_set_proc(tracker_of(test), slot, fake_proc(2));
	spin_unlock(&slot->lock);
	varta_tracker_put_proc(tracker_of(test), fake_proc(1));
	KUNIT_EXPECT_EQ(test, slot->exit_state, VARTA_EXIT_NONE);
	KUNIT_EXPECT_EQ(test, tracker_of(test)->exits.first, VARTA_NO_SLOT);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));

	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 2, EXIT_3));
	KUNIT_ASSERT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].exit_code, EXIT_3);
}

static void exit_is_kept_with_its_process(struct kunit *test)
{
	struct varta_slot *slot = lock_slot_and_note_exit(test);

	varta_slot_set_proc(tracker_of(test), slot, slot->proc);
	spin_unlock(&slot->lock);
	KUNIT_EXPECT_EQ(test, slot->exit_state, VARTA_EXIT_DEFERRED);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

/* Its code is not in the slot yet. */
static void exit_is_shown_once_it_is_accepted(struct kunit *test)
{
	struct varta_slot *slot = lock_slot_and_note_exit(test);
	struct varta_agent_info agent;

	varta_slot_to_agent(tracker_of(test), slot, &agent);
	spin_unlock(&slot->lock);
	KUNIT_EXPECT_FALSE(test, agent.exited);

	varta_slot_lock(tracker_of(test), slot);
	varta_slot_to_agent(tracker_of(test), slot, &agent);
	spin_unlock(&slot->lock);
	KUNIT_EXPECT_TRUE(test, agent.exited);
	KUNIT_EXPECT_EQ(test, agent.exit_code, KILLED);
	KUNIT_EXPECT_EQ(test, reported_exits(test), 1);
}

static struct kunit_case exit_cases[] = {
	EXIT_MODES_CASE(exit_is_reported_once_and_frees_slot),
	EXIT_MODES_CASE(exit_ends_stall),
	EXIT_MODES_CASE(exit_of_untracked_process_is_ignored),
	EXIT_MODES_CASE(exit_noted_twice_is_reported_once),
	EXIT_MODES_CASE(successive_processes_of_one_slot_may_exit),
	EXIT_MODES_CASE(new_process_does_not_erase_exit),
	EXIT_MODES_CASE(each_of_many_processes_with_one_pid_exits),
	EXIT_MODES_CASE(pid_of_exited_agent_is_unknown_to_others),
	EXIT_MODES_CASE(pinned_pid_of_exited_agent_is_free),
	EXIT_MODES_CASE(dump_shows_exited_and_new_agent),

	EXIT_MODES_CASE(exits_are_reported_in_order),
	EXIT_MODES_CASE(oldest_exit_is_reported_first),
	EXIT_MODES_CASE(exit_times_do_not_decrease),
	EXIT_MODES_CASE(exit_is_not_before_the_stall),

	EXIT_MODES_CASE(late_beat_does_not_cancel_exit),
	EXIT_MODES_CASE(late_beat_causes_no_event),
	EXIT_MODES_CASE(stopped_exit_pass_keeps_the_rest),
	EXIT_MODES_CASE(exited_agent_cannot_be_removed),
	EXIT_MODES_CASE(exited_agent_does_not_stall),
	EXIT_MODES_CASE(exit_is_reported_though_pid_is_recycled),
	EXIT_MODES_CASE(exit_frees_only_slot_of_its_source),

	EXIT_MODES_CASE(slot_with_exit_is_not_evicted),
	EXIT_MODES_CASE(stalled_slot_with_exit_is_not_evicted),
	EXIT_MODES_CASE(new_process_evicts_another_slot),
	EXIT_MODES_CASE(origin_takeover_does_not_erase_exit),
	EXIT_MODES_CASE(tracker_may_be_destroyed_with_unreported_exits),

	EXIT_MODES_CASE(exited_agent_is_uncharged_when_reported),
	EXIT_MODES_CASE(exit_is_reported_after_new_process_was_over_quota),
	EXIT_MODES_CASE(exited_agent_is_charged_until_reported),

	KUNIT_CASE(exit_is_dropped_with_its_process),
	KUNIT_CASE(exit_is_kept_with_its_process),
	KUNIT_CASE(exit_is_shown_once_it_is_accepted),
	{}
};

static struct kunit_suite exit_suite = {
	.name = "varta-exit",
	.init = tracker_fixture_set_exit_mode,
	.exit = tracker_fixture_exit,
	.test_cases = exit_cases,
};

kunit_test_suite(exit_suite);
