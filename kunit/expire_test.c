// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of expire.c and stall_pass.c: stall passes, deadlines, rescan and resume (section 4 of
 * Documentation/tracker-semantics.md), with both sides of each comparison.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/time64.h>

#include "beat_helpers.h"
#include "fake_procs.h"
#include "tracker_fixture.h"
#include "wheel_check.h"

/* A longer default threshold. */
static const u64 longer = 5 * OWN;

/* ---- Stalls. */

static void stall_begins_at_threshold(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 1000);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 1000 + THRESHOLD,
						 THRESHOLD, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 7);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	EXPECT_COUNT(test, STALLS, 1);
}

static void each_silence_is_reported_once(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);

	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 2 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * THRESHOLD), 0);
	EXPECT_COUNT(test, STALLS, 2);
}

static void terminal_beat_ends_stall(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->stalled);
}

/* send_beat() checks that the stalled flag is unchanged. */
static void rejected_beat_does_not_end_stall(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A,
			    .now = 150);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .now = 150);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6,
				  .ns_inode = PIDNS_B, .now = 150);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns_inode = PIDNS_A,
			       .origin = RELAYED, .now = 150);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 300), 0);
}

static void rejected_beat_does_not_delay_stall(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .now = THRESHOLD - 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
}

static void silence_is_never_negative(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 1000);
	/* The clock was read before that beat. */
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 999, THRESHOLD, &log),
			0);
	KUNIT_EXPECT_EQ(test, log.deadline, 1000 + THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 0, 1, &log), 0);
	/* A threshold of 0 needs no silence. */
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 1000, 0, &log), 1);
}

static void silence_may_last_from_zero_to_u64_max(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 0);
	EXPECT_INSERTED(test, .pid = 2, .now = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, U64_MAX, U64_MAX, &log),
			1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 1);
}

static void stalled_now_is_updated_on_every_path(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 4, .eviction_scan_window = 4,
		.origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 3, .nonce = 1, .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 4, .nonce = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 4);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 4);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 3);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .proc = 2, .now = 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	EXPECT_REFRESHED(test, .pid = 3, .nonce = 1, .now = 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	EXPECT_INSERTED(test, .pid = 5, .nonce = 1, .now = EVICT_AFTER + 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 4));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	EXPECT_REFRESHED(test, .pid = 5, .nonce = 2, .now = EVICT_AFTER + 1);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, EVICT_AFTER), 3);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 5));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
}

/* ---- Reports. */

static void stall_report_has_all_documented_fields(struct kunit *test)
{
	const struct varta_agent_info *agent;
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 2, .nonce = 31, .now = 40,
			.ns_inode = PIDNS_A, .proc = 6, .origin = RELAYED,
			.payload = 55, .status = VARTA_STATUS_DEGRADED);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, 40 + THRESHOLD,
						 THRESHOLD, &log), 1);
	agent = &log.agents[0];
	KUNIT_EXPECT_EQ(test, agent->id.pid, 7);
	KUNIT_EXPECT_EQ(test, agent->id.ns_pid, 2);
	KUNIT_EXPECT_PTR_EQ(test, agent->id.proc, fake_proc(6));
	KUNIT_EXPECT_EQ(test, agent->id.ns_inode, PIDNS_A);
	KUNIT_EXPECT_EQ(test, agent->id.origin, RELAYED);
	KUNIT_EXPECT_EQ(test, agent->last_ns, 40);
	KUNIT_EXPECT_EQ(test, agent->nonce, 31);
	KUNIT_EXPECT_EQ(test, agent->payload, 55);
	KUNIT_EXPECT_EQ(test, agent->status, VARTA_STATUS_DEGRADED);
	KUNIT_EXPECT_TRUE(test, agent->stalled);
}

static void stall_report_shows_terminal_nonce(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 31);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = 1);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, 1000, THRESHOLD, &log),
			1);
	KUNIT_EXPECT_EQ(test, log.agents[0].nonce, U64_MAX);
	KUNIT_EXPECT_EQ(test, log.agents[0].last_ns, 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].status, VARTA_STATUS_CRITICAL);
}

static void stall_report_has_identity_and_name(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .source = 3, .uid = 5, .netns = 6,
			.comm = "sh", .threshold_ms = 1, .origin = RELAYED);
	KUNIT_ASSERT_EQ(test,
			run_stall_pass_log(test, U64_MAX, THRESHOLD, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.source, 3);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.uid, 5);
	KUNIT_EXPECT_PTR_EQ(test, log.agents[0].id.netns, fake_netns(6));
	KUNIT_EXPECT_EQ(test, log.agents[0].threshold_ms, 1);
	KUNIT_EXPECT_STREQ(test, log.agents[0].name, "sh");
	KUNIT_EXPECT_FALSE(test, log.agents[0].exited);
}

static void only_stalled_agents_are_reported(struct kunit *test)
{
	struct report_log log;
	u32 i, seen = 0;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 0);
	EXPECT_INSERTED(test, .pid = 2, .now = 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 0);
	EXPECT_INSERTED(test, .pid = 4, .now = 50);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, THRESHOLD, THRESHOLD,
						 &log), 2);
	for (i = 0; i < 2; i++)
		seen |= BIT(log.agents[i].id.pid);
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(3));
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
}

static void stall_is_reported_for_its_source_only(struct kunit *test)
{
	struct report_log log;

	make_three_sources(test);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 11, .now = 1,
			 .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .source = VARTA_SOURCE_MAX,
			 .nonce = 31, .now = 1, .origin = RELAYED);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, THRESHOLD, THRESHOLD,
						 &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.source, 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 7);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->stalled);
	KUNIT_EXPECT_TRUE(test, slot_of_source(test, 1, 7)->stalled);
}

static void pass_with_small_limit_loses_no_report(struct kunit *test)
{
	struct report_log log = { .tracker = NULL };
	u32 seen = 0, passes = 0;
	bool more = true;

	make_small_tracker(test);
	log.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2, .now = 10);
	EXPECT_INSERTED(test, .pid = 3);
	EXPECT_INSERTED(test, .pid = 4);
	while (more) {
		log.count = 0;
		KUNIT_ASSERT_LT(test, passes++, 6);
		more = varta_tracker_stall_pass(tracker_of(test), THRESHOLD,
						THRESHOLD, 1, record_report,
						&log);
		KUNIT_ASSERT_LE(test, log.count, 1);
		if (log.count)
			seen |= BIT(log.agents[0].id.pid);
		/* The flag is set with the report, not before. */
		KUNIT_EXPECT_EQ(test, stalled_now(test), hweight32(seen));
	}
	KUNIT_EXPECT_EQ(test, seen, BIT(1) | BIT(3) | BIT(4));
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker_of(test)),
			10 + THRESHOLD);
}

/* A limit of 0 is raised to 1; the batch size is the maximum. */
static void report_limit_is_clamped(struct kunit *test)
{
	const u32 agents = 3 * VARTA_STALL_BATCH;
	struct varta_tracker *tracker;
	struct report_log log = {};

	tracker = make_full_tracker(test, agents, 1,
				    VARTA_EVICTION_POLICY_STRICT);
	log.tracker = tracker;
	KUNIT_EXPECT_TRUE(test, varta_tracker_stall_pass(tracker, U64_MAX,
							 THRESHOLD, U32_MAX,
							 record_report, &log));
	KUNIT_EXPECT_EQ(test, log.count, VARTA_STALL_BATCH);
	KUNIT_EXPECT_TRUE(test,
			  varta_tracker_stall_pass(tracker, U64_MAX, THRESHOLD,
						   0, record_report, &log));
	KUNIT_EXPECT_EQ(test, log.count, VARTA_STALL_BATCH + 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, U64_MAX),
			agents - VARTA_STALL_BATCH - 1);
	EXPECT_COUNT(test, STALLS, agents);
}

static bool refuse_report(void *context, const struct varta_agent_info *agent)
{
	(*(u32 *)context)++;
	return false;
}

/* Without room or memory for the event, the stall is found a little later. */
static void stall_that_cannot_be_reported_is_found_again(struct kunit *test)
{
	struct tracker_fixture *fixture;
	struct report_log log;
	u32 refused = 0;

	make_small_tracker(test);
	fixture = test->priv;
	fixture->retry_at = THRESHOLD + VARTA_STALL_RETRY_MIN_NS;
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1);
	varta_tracker_stall_pass(tracker_of(test), THRESHOLD, THRESHOLD,
				 VARTA_STALL_BATCH, refuse_report, &refused);
	KUNIT_EXPECT_EQ(test, refused, 2);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 1)->stalled);
	KUNIT_EXPECT_LE(test, varta_tracker_next_deadline(tracker_of(test)),
			fixture->retry_at);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, fixture->retry_at - 1,
						 THRESHOLD, &log), 0);
	/* A beat ends the silence as if it had not been found. */
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 2, .now = fixture->retry_at);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, fixture->retry_at,
						 THRESHOLD, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 1);
}

/* A user without room must not keep the thread busy. */
static void delay_of_a_refused_stall_doubles(struct kunit *test)
{
	struct tracker_fixture *fixture;
	u64 now = THRESHOLD, delay = VARTA_STALL_RETRY_MIN_NS;
	u32 refused = 0, i;

	make_small_tracker(test);
	fixture = test->priv;
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	for (i = 1; i <= 12; i++) {
		varta_tracker_stall_pass(tracker_of(test), now - 1, THRESHOLD,
					 VARTA_STALL_BATCH, refuse_report,
					 &refused);
		KUNIT_EXPECT_EQ(test, refused, i - 1);
		varta_tracker_stall_pass(tracker_of(test), now, THRESHOLD,
					 VARTA_STALL_BATCH, refuse_report,
					 &refused);
		KUNIT_EXPECT_EQ(test, refused, i);
		if (i > 2)
			delay = min_t(u64, 2 * delay, VARTA_STALL_RETRY_MAX_NS);
		now += delay;
	}
	KUNIT_EXPECT_EQ(test, delay, VARTA_STALL_RETRY_MAX_NS);
	fixture->retry_at = now;
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, now), 1);
	/* The next stall starts anew. */
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = now);
	now += THRESHOLD;
	varta_tracker_stall_pass(tracker_of(test), now, THRESHOLD,
				 VARTA_STALL_BATCH, refuse_report, &refused);
	fixture->retry_at = now + VARTA_STALL_RETRY_MIN_NS;
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, fixture->retry_at), 1);
}

static void beat_between_partial_passes_prevents_report(struct kunit *test)
{
	struct report_log log = {};
	u32 other;

	make_small_tracker(test);
	log.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1);
	KUNIT_ASSERT_TRUE(test,
			  varta_tracker_stall_pass(tracker_of(test), THRESHOLD,
						   THRESHOLD, 1, record_report,
						   &log));
	KUNIT_ASSERT_EQ(test, log.count, 1);
	other = 3 - log.agents[0].id.pid;
	EXPECT_REFRESHED(test, .pid = other, .nonce = 2, .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, THRESHOLD, THRESHOLD,
						 &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, 2 * THRESHOLD);
}

static void slot_reused_between_partial_passes_is_not_reported(struct kunit *test)
{
	struct report_log log = {};
	u32 other;

	make_small_tracker(test);
	log.tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	KUNIT_ASSERT_TRUE(test,
			  varta_tracker_stall_pass(tracker_of(test), THRESHOLD,
						   THRESHOLD, 1, record_report,
						   &log));
	KUNIT_ASSERT_EQ(test, log.count, 1);
	other = 3 - log.agents[0].id.pid;
	/* The slot now belongs to a new agent. */
	KUNIT_EXPECT_TRUE(test, remove_agent(test, other));
	EXPECT_INSERTED(test, .pid = 7, .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2 * THRESHOLD), 1);
}

/* ---- Recycled pids. */

static void recycled_pid_is_removed_without_report(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 50, .proc = 1,
			.ns_inode = PIDNS_A);
	fake_procs_set_pid(7, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, THRESHOLD, THRESHOLD,
						 &log), 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);

	/* The new process is inserted, and not counted again. */
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 2,
			.ns_inode = PIDNS_B, .now = THRESHOLD);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2 * THRESHOLD), 1);
}

static void recycled_agent_is_uncharged(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .proc = 1);
	fake_procs_set_pid(1, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	expect_charged(test, 0, 0);
}

/* A beat may change the process between lookup and removal. */
static void process_is_checked_again_before_removal(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	fake_procs_set_pid(7, 2);
	fake_procs_set_pid_later(7, 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	/* The agent is still silent. */
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
}

static void pass_continues_after_removed_slot(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .proc = 1);
	EXPECT_INSERTED(test, .pid = 3, .proc = 1);
	fake_procs_set_pid(1, 2);
	fake_procs_set_pid(3, 2);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, THRESHOLD, THRESHOLD,
						 &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 2);
	EXPECT_COUNT(test, PID_RECYCLES, 2);
	EXPECT_COUNT(test, STALLS, 1);
	/* Each freed slot can be used once. */
	EXPECT_INSERTED(test, .pid = 4);
	EXPECT_INSERTED(test, .pid = 5);
	EXPECT_INSERTED(test, .pid = 6);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 7);
}

static void stall_of_process_without_pid_is_reported(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	fake_procs_set_pid(7, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 1);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 7));
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void stall_of_same_process_is_reported(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1);
	fake_procs_set_pid(7, 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 1);
}

/* Relayed processes are on another host; unknown ones cannot be compared. */
static void only_attested_known_processes_are_looked_up(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 2, .origin = ATTESTED);
	EXPECT_INSERTED(test, .pid = 3, .origin = RELAYED);
	fake_procs_set_pid(1, 2);
	fake_procs_set_pid(2, 2);
	fake_procs_set_pid(3, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 3);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 0);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void operator_attested_processes_are_looked_up(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .origin = VOUCHED_FOR);
	EXPECT_INSERTED(test, .pid = 2, .proc = 2, .origin = VOUCHED_FOR);
	fake_procs_set_pid(1, 1);
	fake_procs_set_pid(2, 3);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 2));
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 0);
}

static void only_newly_stalled_processes_are_looked_up(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .proc = 1, .now = 1);
	fake_procs_set_pid(1, 1);
	fake_procs_set_pid(2, 3);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	/* Stalled agents are left to eviction or their next beat. */
	fake_procs_set_pid(1, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_lookups(), 1);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 2));
}

/* ---- Own thresholds. */

static u32 run_stall_pass_longer(struct kunit *test, u64 now)
{
	struct report_log log;

	return run_stall_pass_log(test, now, longer, &log);
}

static void own_threshold_may_be_longer_than_default(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 1000, .threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 8, .now = 1000);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, 1000 + THRESHOLD,
						 THRESHOLD, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 8);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + OWN - 1), 0);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, 1000 + OWN, THRESHOLD,
						 &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 7);
	KUNIT_EXPECT_EQ(test, log.agents[0].threshold_ms, OWN_MS);
}

static void own_threshold_may_be_shorter_than_default(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 1000, .threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 8, .now = 1000);
	KUNIT_EXPECT_EQ(test, run_stall_pass_longer(test, 1000 + OWN - 1), 0);
	KUNIT_ASSERT_EQ(test,
			run_stall_pass_log(test, 1000 + OWN, longer, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 7);
	KUNIT_EXPECT_EQ(test, run_stall_pass_longer(test, 1000 + longer - 1),
			0);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, 1000 + longer, longer,
						 &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 8);
}

static void longest_own_threshold_is_exact(struct kunit *test)
{
	u64 longest = (u64)U32_MAX * NSEC_PER_MSEC;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .threshold_ms = U32_MAX);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, longest - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, longest), 1);
}

static void own_threshold_is_kept_by_later_beats(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .threshold_ms = OWN_MS);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 10);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 10 + OWN - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 10 + OWN), 1);
	/* A stall does not reset it either. */
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = 2 * OWN);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * OWN - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * OWN), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, OWN_MS);
}

/* ---- Deadlines. */

static u64 next_deadline(struct kunit *test)
{
	return varta_tracker_next_deadline(tracker_of(test));
}

/* A distant timer expires early a few times before its deadline. */
static void expect_deadline(struct kunit *test, u64 deadline)
{
	struct tracker_fixture *fixture = test->priv;
	u64 now = 0, next;
	struct report_log log;

	for (next = next_deadline(test); next < deadline; next = log.deadline) {
		KUNIT_ASSERT_GT(test, next, now);
		now = next;
		KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, now,
							 fixture->threshold,
							 &log), 0);
	}
	KUNIT_EXPECT_EQ(test, next, deadline);
}

static void next_deadline_is_that_of_next_stall(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 70);
	EXPECT_INSERTED(test, .pid = 2, .now = 60);
	EXPECT_INSERTED(test, .pid = 3, .now = 0);
	EXPECT_INSERTED(test, .pid = 4, .now = 65);
	/* Stalled agents have no deadline. */
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 100, THRESHOLD, &log),
			1);
	KUNIT_EXPECT_EQ(test, log.deadline, 160);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 100, THRESHOLD, &log),
			0);
	KUNIT_EXPECT_EQ(test, log.deadline, 160);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 159, THRESHOLD, &log),
			0);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 160, THRESHOLD, &log),
			1);
	KUNIT_EXPECT_EQ(test, log.deadline, 165);
}

static void empty_tracker_has_no_deadline(struct kunit *test)
{
	make_small_tracker(test);
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2);
	KUNIT_EXPECT_EQ(test, next_deadline(test), THRESHOLD);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	KUNIT_EXPECT_EQ(test, next_deadline(test), THRESHOLD);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 2));
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX);
}

static void beat_alone_does_not_move_deadline(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = 60);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 3, .now = 90);
	KUNIT_EXPECT_EQ(test, next_deadline(test), THRESHOLD);
	/* The pass at the old deadline moves it. */
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, THRESHOLD, THRESHOLD,
						 &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, 90 + THRESHOLD);
}

static void next_deadline_follows_own_thresholds(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 70, .threshold_ms = 2 * OWN_MS);
	EXPECT_INSERTED(test, .pid = 2, .now = 60, .threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 3, .now = 50, .threshold_ms = 3 * OWN_MS);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 70, THRESHOLD, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, 60 + OWN);
	EXPECT_INSERTED(test, .pid = 4, .now = 70);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 70, THRESHOLD, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, 70 + THRESHOLD);
	/* The longer default takes effect when the old deadline expires. */
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 70 + THRESHOLD, longer,
						 &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, 60 + OWN);
}

static void stalled_agent_has_no_deadline(struct kunit *test)
{
	unsigned int kicks;
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, OWN, longer, &log), 1);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
	/* Its next beat kicks. */
	kicks = fake_procs_kicks();
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = OWN + 9);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), kicks + 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker_of(test)),
			2 * OWN + 9);
}

/* ---- Groups, which are looked at instead of each agent. */

enum {
	LONG_MS		= 10000,
	LONG_BEATS	= 30,
};

#define LONG		(LONG_MS * (u64)NSEC_PER_MSEC)

static bool is_armed(struct kunit *test, u32 pid)
{
	struct varta_tracker *tracker = tracker_of(test);

	return wheel_is_armed(&tracker->wheel,
			      varta_slot_nr(tracker, slot_of(test, pid)));
}

static bool group_is_armed(struct kunit *test, u32 pid)
{
	struct varta_tracker *tracker = tracker_of(test);
	u32 nr = varta_slot_nr(tracker, slot_of(test, pid));

	return wheel_is_armed(&tracker->wheel,
			      varta_wheel_group_timer(&tracker->wheel, nr));
}

/* The passes that the stall thread makes from @now until before @end. */
static void run_until(struct kunit *test, u64 now, u64 end)
{
	u64 next;

	KUNIT_ASSERT_EQ(test, run_stall_pass(test, now), 0);
	for (next = next_deadline(test); next < end; next = next_deadline(test)) {
		KUNIT_ASSERT_GT(test, next, now);
		now = next;
		KUNIT_ASSERT_EQ(test, run_stall_pass(test, now), 0);
	}
}

/* Each second, until @end. */
static u64 beat_regularly(struct kunit *test, u32 pid)
{
	u64 now = 0;
	u32 i;

	EXPECT_INSERTED(test, .pid = pid, .nonce = 1, .threshold_ms = LONG_MS);
	for (i = 1; i <= LONG_BEATS; i++) {
		run_until(test, now, i * (u64)NSEC_PER_SEC);
		now = i * (u64)NSEC_PER_SEC;
		EXPECT_REFRESHED(test, .pid = pid, .nonce = 1 + i, .now = now);
	}
	return now;
}

static void regular_agent_is_left_to_its_group(struct kunit *test)
{
	u64 last;

	make_small_tracker(test);
	last = beat_regularly(test, 1);
	KUNIT_EXPECT_FALSE(test, is_armed(test, 1));
	KUNIT_EXPECT_TRUE(test, group_is_armed(test, 1));
	run_until(test, last, last + LONG);
	KUNIT_EXPECT_EQ(test, next_deadline(test), last + LONG);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, last + LONG - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, last + LONG), 1);
}

/* One pass that is as late as this finds all of them. */
static void late_look_finds_stalls(struct kunit *test)
{
	u64 last;

	make_small_tracker(test);
	last = beat_regularly(test, 1);
	EXPECT_INSERTED(test, .pid = 2, .now = last, .threshold_ms = LONG_MS);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, last + 2 * LONG), 2);
}

static void agent_that_is_due_before_the_next_look_is_armed(struct kunit *test)
{
	u64 last, now, end;

	make_small_tracker(test);
	last = beat_regularly(test, 1);
	EXPECT_INSERTED(test, .pid = 2, .now = last, .threshold_ms = LONG_MS);
	/* Only the second stays silent. */
	end = last + LONG;
	for (now = last; now < end; now += NSEC_PER_SEC) {
		EXPECT_REFRESHED(test, .pid = 1, .nonce = now, .now = now);
		run_until(test, now, min(now + NSEC_PER_SEC, end));
	}
	KUNIT_EXPECT_TRUE(test, is_armed(test, 2));
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, end - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, end), 1);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 1)->stalled);
}

static void lower_threshold_of_a_group_is_heeded(struct kunit *test)
{
	unsigned int kicks;
	u64 last;

	make_small_tracker(test);
	last = beat_regularly(test, 1);
	kicks = fake_procs_kicks();
	EXPECT_REFRESHED(test, .pid = 1, .nonce = last, .now = last,
			 .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), kicks + 1);
	run_until(test, last, last + OWN);
	KUNIT_EXPECT_EQ(test, next_deadline(test), last + OWN);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, last + OWN), 1);
}

static void short_thresholds_are_not_left_to_groups(struct kunit *test)
{
	u32 i;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .threshold_ms = OWN_MS);
	for (i = 2; i < LONG_BEATS; i++) {
		EXPECT_REFRESHED(test, .pid = 1, .nonce = i,
				 .now = i * OWN / 2);
		KUNIT_EXPECT_EQ(test, run_stall_pass(test, i * OWN / 2), 0);
		KUNIT_EXPECT_TRUE(test, is_armed(test, 1));
		KUNIT_EXPECT_FALSE(test, group_is_armed(test, 1));
	}
}

/* It is late by more than a second already. The first agent has looks meanwhile. */
static void look_does_not_shorten_a_retry(struct kunit *test)
{
	struct varta_tracker *tracker;
	u64 last, now, next;
	u32 refused = 0;

	make_small_tracker(test);
	tracker = tracker_of(test);
	last = beat_regularly(test, 1);
	EXPECT_INSERTED(test, .pid = 2, .threshold_ms = OWN_MS);
	for (now = last; now < last + LONG; now = next) {
		varta_tracker_stall_pass(tracker, now, THRESHOLD,
					 VARTA_STALL_BATCH, refuse_report,
					 &refused);
		next = next_deadline(test);
		KUNIT_ASSERT_GT(test, next, now);
	}
	/* The timer of a retry may be early by a bucket of the wheel. */
	KUNIT_EXPECT_GE(test, refused, LONG / VARTA_STALL_RETRY_MAX_NS);
	KUNIT_EXPECT_LE(test, refused, LONG / VARTA_STALL_RETRY_MAX_NS + 1);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 2));
}

static void empty_group_is_not_looked_at(struct kunit *test)
{
	make_small_tracker(test);
	beat_regularly(test, 1);
	EXPECT_INSERTED(test, .pid = 2, .now = LONG, .threshold_ms = LONG_MS);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 2));
	KUNIT_EXPECT_TRUE(test, group_is_armed(test, 1));
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX);
}

/* Far fewer looks than beats, and not one timer for each. */
static void group_has_few_looks(struct kunit *test)
{
	u64 now, next, end = 10 * LONG;
	u32 nonce = 1, looks = 0;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .threshold_ms = LONG_MS);
	for (now = 0; now < end; now = next) {
		KUNIT_ASSERT_EQ(test, run_stall_pass(test, now), 0);
		next = next_deadline(test);
		KUNIT_ASSERT_GT(test, next, now);
		/* It beats all the time. */
		EXPECT_REFRESHED(test, .pid = 1, .nonce = ++nonce, .now = now);
		looks++;
	}
	KUNIT_EXPECT_LE(test, looks, 30);
	KUNIT_EXPECT_GE(test, looks, 10);
}

/* ---- Kicks. */

static void only_earlier_deadline_kicks(struct kunit *test)
{
	make_small_tracker(test);
	/* No deadline yet. */
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .now = 50);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 1);
	EXPECT_INSERTED(test, .pid = 2, .now = 50);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 49);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = 51);
	EXPECT_INSERTED(test, .pid = 4, .now = 51);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	/* The kicked thread sees the new deadline. */
	KUNIT_EXPECT_EQ(test, next_deadline(test), 49 + THRESHOLD);
}

static void new_and_recovered_agents_kick(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
		.eviction_scan_window = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .now = THRESHOLD,
			 .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);

	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2 * THRESHOLD), 1);
	EXPECT_REFRESHED(test, .pid = 1, .now = 2 * THRESHOLD, .proc = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 3);

	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 1, .now = 3 * THRESHOLD, .proc = 2);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 4);

	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 4 * THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 2, .now = 20 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 5);
	KUNIT_EXPECT_EQ(test, next_deadline(test), 21 * THRESHOLD);
}

static void only_shorter_own_threshold_kicks(struct kunit *test)
{
	struct varta_tracker *tracker;

	make_small_tracker(test);
	tracker = tracker_of(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .threshold = &longer);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 1);
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker), longer);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	/* Even if the deadline was not read since. */
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 3);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 4, .threshold_ms = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .threshold_ms = 4);
	EXPECT_INSERTED(test, .pid = 8, .threshold_ms = 4);
	EXPECT_INSERTED(test, .pid = 9, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 3);
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker),
			NSEC_PER_MSEC);
}

/* ---- Rescan after a change of the threshold. */

static void rescan_makes_deadlines_earlier(struct kunit *test)
{
	static const u64 long_threshold = 1000ull * NSEC_PER_SEC;
	u32 cursor = 0;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = 7, .threshold = &long_threshold);
	KUNIT_EXPECT_LE(test, next_deadline(test), long_threshold + 7);
	KUNIT_EXPECT_FALSE(test, varta_tracker_rescan(tracker_of(test), &cursor,
						      NSEC_PER_SEC));
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	KUNIT_EXPECT_LE(test, next_deadline(test), NSEC_PER_SEC + 7);
	cursor = 0;
	varta_tracker_rescan(tracker_of(test), &cursor, long_threshold);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), 2);
	((struct tracker_fixture *)test->priv)->threshold = NSEC_PER_SEC;
	expect_deadline(test, NSEC_PER_SEC + 7);
}

static void rescan_skips_free_and_stalled_slots(struct kunit *test)
{
	u32 cursor = 0;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1);
	EXPECT_INSERTED(test, .pid = 2);
	EXPECT_INSERTED(test, .pid = 3, .now = 5 * THRESHOLD);
	remove_agent(test, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	varta_tracker_rescan(tracker_of(test), &cursor, 1);
	KUNIT_EXPECT_EQ(test, next_deadline(test), 5 * THRESHOLD + 1);
	/* tracker_fixture_check() checks the timers of the other slots. */
}

/* Each call handles a bounded number of slots. */
static void rescan_continues_from_cursor(struct kunit *test)
{
	const u32 agents = 2 * VARTA_STALL_BATCH + 1;
	struct varta_tracker *tracker;
	u32 cursor = 0, before, calls;
	struct report_log log;
	bool more = true;

	tracker = make_full_tracker(test, agents, 1,
				    VARTA_EVICTION_POLICY_STRICT);
	for (calls = 0; more; calls++) {
		before = cursor;
		more = varta_tracker_rescan(tracker, &cursor, 1);
		KUNIT_ASSERT_LE(test, cursor - before, VARTA_STALL_BATCH);
		KUNIT_ASSERT_GT(test, cursor, before);
	}
	KUNIT_EXPECT_EQ(test, calls, 3);
	KUNIT_EXPECT_EQ(test, cursor, agents);
	/* Prevents another rescan by run_stall_pass_log(). */
	((struct tracker_fixture *)test->priv)->threshold = 1;
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, FILL_TIME + 1, 1, &log),
			agents);
}

static void rescan_of_empty_tracker_ends_at_once(struct kunit *test)
{
	u32 cursor = 0;

	make_small_tracker(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_rescan(tracker_of(test), &cursor,
						      1));
	KUNIT_EXPECT_EQ(test, cursor, 0);
}

static void rescan_keeps_own_thresholds(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .threshold_ms = 3 * OWN_MS);
	EXPECT_INSERTED(test, .pid = 2, .threshold = &longer);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 0, 2 * OWN, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, 2 * OWN);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 2 * OWN, 2 * OWN, &log),
			1);
	KUNIT_EXPECT_EQ(test, log.deadline, 3 * OWN);
}

/* ---- Resume. */

static void resume(struct kunit *test, u64 now)
{
	varta_tracker_resume(tracker_of(test), now);
}

static void silence_before_resume_does_not_count(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .now = 10);
	resume(test, 90);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, 10 + THRESHOLD,
						 THRESHOLD, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, 90 + THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 90 + THRESHOLD - 1), 0);
	KUNIT_ASSERT_EQ(test, run_stall_pass_log(test, 90 + THRESHOLD,
						 THRESHOLD, &log), 1);
	/* The time of the last beat is unchanged. */
	KUNIT_EXPECT_EQ(test, log.agents[0].last_ns, 10);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 10);
}

static void silence_after_resume_counts(struct kunit *test)
{
	make_small_tracker(test);
	resume(test, 90);
	EXPECT_INSERTED(test, .pid = 1, .now = 95);
	EXPECT_INSERTED(test, .pid = 2, .now = 90);
	/* A beat from before the resume also counts from it. */
	EXPECT_INSERTED(test, .pid = 3, .now = 20);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 90 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 90 + THRESHOLD), 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 95 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 95 + THRESHOLD), 1);
}

static void resume_does_not_end_stall(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	resume(test, THRESHOLD);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 10 * THRESHOLD), 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 10 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 11 * THRESHOLD), 1);
}

static void own_threshold_counts_from_resume(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .threshold_ms = 1);
	resume(test, NSEC_PER_MSEC / 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, NSEC_PER_MSEC), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * NSEC_PER_MSEC / 2 - 1),
			0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 3 * NSEC_PER_MSEC / 2), 1);
}

static void silence_counts_from_last_resume(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7);
	resume(test, 40);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	resume(test, 120);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 120 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 120 + THRESHOLD), 1);
}

/* ---- Limits of time. */

static void deadline_beyond_u64_max_is_none(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - 10);
	KUNIT_EXPECT_EQ(test,
			run_stall_pass_log(test, U64_MAX, THRESHOLD, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, U64_MAX, U64_MAX, &log),
			0);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
}

static void deadline_just_below_u64_max_is_kept(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - THRESHOLD - 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, U64_MAX - 2), 0);
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, U64_MAX - 1, THRESHOLD,
						 &log), 1);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
}

static void own_deadline_beyond_u64_max_is_none(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - OWN + 1,
			.threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test,
			run_stall_pass_log(test, U64_MAX, THRESHOLD, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
}

static void longest_own_threshold_near_u64_max_is_exact(struct kunit *test)
{
	const u64 longest = (u64)U32_MAX * NSEC_PER_MSEC;
	struct report_log log;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .now = U64_MAX - 1 - longest,
			.threshold_ms = U32_MAX);
	EXPECT_INSERTED(test, .pid = 2, .now = U64_MAX - longest,
			.threshold_ms = U32_MAX);
	EXPECT_INSERTED(test, .pid = 3, .now = U64_MAX - longest + 1,
			.threshold_ms = U32_MAX);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, U64_MAX - 2), 0);
	KUNIT_EXPECT_EQ(test, next_deadline(test), U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass_log(test, U64_MAX - 1, THRESHOLD,
						 &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].id.pid, 1);
	/* U64_MAX is no deadline. */
	KUNIT_EXPECT_EQ(test,
			run_stall_pass_log(test, U64_MAX, THRESHOLD, &log), 0);
	KUNIT_EXPECT_EQ(test, log.deadline, U64_MAX);
}

static void beats_with_future_time_stall_after_it(struct kunit *test)
{
	static const u64 ahead[] = {
		1, THRESHOLD, NSEC_PER_MSEC, NSEC_PER_SEC, 1ull << 40,
		1ull << 62,
	};
	u64 deadline;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ahead); i++) {
		make_small_tracker(test);
		EXPECT_INSERTED(test, .pid = 7, .now = 1000 + ahead[i]);
		deadline = 1000 + ahead[i] + THRESHOLD;
		KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000), 0);
		expect_deadline(test, deadline);
		KUNIT_EXPECT_EQ(test, run_stall_pass(test, deadline - 1), 0);
		KUNIT_EXPECT_EQ(test, run_stall_pass(test, deadline), 1);
		tracker_fixture_destroy(test, test->priv);
	}
}

static void no_stall_is_missed_after_time_jumps(struct kunit *test)
{
	u64 now = 1, jump;
	u32 i, found;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 64,
	});
	for (jump = 1; jump < U64_MAX / 8; jump *= 2) {
		for (i = 0; i < 20; i++)
			EXPECT_INSERTED(test, .pid = 1 + i,
					.now = now + i * (jump / 16));
		now += 19 * (jump / 16) + THRESHOLD;
		if (now > U64_MAX - 4 * jump)
			break;
		found = run_stall_pass(test, now - 1);
		KUNIT_EXPECT_LT(test, found, 20);
		KUNIT_EXPECT_EQ(test, found + run_stall_pass(test, now), 20);
		for (i = 0; i < 20; i++)
			KUNIT_EXPECT_TRUE(test, remove_agent(test, 1 + i));
	}
	KUNIT_EXPECT_GT(test, jump, 1ull << 58);
}

static void stall_has_the_reason_that_was_sampled(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 8, .nonce = 1);
	EXPECT_INSERTED(test, .pid = 9, .nonce = 1, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).reason,
			VARTA_STALL_REASON_UNKNOWN);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, THRESHOLD), 3);
	EXPECT_COUNT(test, STALLS_WAITING, 1);
	EXPECT_COUNT(test, STALLS_UNKNOWN, 2);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).reason,
			VARTA_STALL_REASON_WAITING);
	/* Without a process, or of a relay. */
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 8).reason,
			VARTA_STALL_REASON_UNKNOWN);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 9).reason,
			VARTA_STALL_REASON_UNKNOWN);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 2,
			 .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).reason,
			VARTA_STALL_REASON_UNKNOWN);
}

static void beat_now(void *context)
{
	struct kunit *test = context;

	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 2,
			 .now = THRESHOLD);
}

static void beat_while_it_is_sampled_prevents_a_stall(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	fake_procs_while_sampled(beat_now, test);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	/* It is armed for the deadline after that beat. */
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2 * THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2 * THRESHOLD), 1);
}

/* The slot is another agent's by now, which is due as well. */
static void replace_agent(void *context)
{
	struct kunit *test = context;

	remove_agent(test, 7);
	EXPECT_INSERTED(test, .pid = 8, .proc = 2, .nonce = 1, .now = 0);
}

static void sample_of_another_agent_is_not_used(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	fake_procs_while_sampled(replace_agent, test);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 8).reason,
			VARTA_STALL_REASON_UNKNOWN);
}

static void late_agent_is_reported_once_with_its_reason(struct kunit *test)
{
	struct report_log log;

	make_small_tracker(test);
	warn_at(test, 60);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	expect_deadline(test, THRESHOLD / 100 * 60);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD / 100 * 60 - 1), 0);
	KUNIT_ASSERT_EQ(test,
			run_stall_pass_log(test, THRESHOLD / 100 * 60, THRESHOLD,
					   &log), 1);
	KUNIT_EXPECT_FALSE(test, log.agents[0].stalled);
	KUNIT_EXPECT_EQ(test, log.agents[0].late_ns, THRESHOLD / 100 * 60);
	KUNIT_EXPECT_EQ(test, log.agents[0].reason, VARTA_STALL_REASON_WAITING);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).reason,
			VARTA_STALL_REASON_UNKNOWN);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	expect_deadline(test, THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD - 1), 0);
	KUNIT_ASSERT_EQ(test,
			run_stall_pass_log(test, THRESHOLD, THRESHOLD, &log), 1);
	KUNIT_EXPECT_TRUE(test, log.agents[0].stalled);
	KUNIT_EXPECT_EQ(test, log.agents[0].late_ns, 0);
	EXPECT_COUNT(test, LATE, 1);
	EXPECT_COUNT(test, STALLS, 1);
}

/* The silence after it ends is as long as any. */
static void beat_of_a_late_agent_is_no_recovery(struct kunit *test)
{
	const struct varta_event_info *events;
	u32 count;

	make_small_tracker(test);
	warn_at(test, 50);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD / 2), 1);
	fake_events_take(&count);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 2,
			 .now = THRESHOLD - 1);
	events = fake_events_take(&count);
	KUNIT_EXPECT_EQ_MSG(test, count, 0, "kind %u", events[0].kind);
	expect_deadline(test, THRESHOLD - 1 + THRESHOLD / 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test,
			run_stall_pass(test, THRESHOLD - 1 + THRESHOLD / 2), 1);
	EXPECT_COUNT(test, LATE, 2);
	EXPECT_COUNT(test, STALLS, 0);
}

/* Of one beat, and for each threshold. */
static void warning_is_a_share_of_the_own_threshold(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .threshold_ms = 1000);
	EXPECT_INSERTED(test, .pid = 8, .nonce = 1, .origin = RELAYED);
	warn_at(test, 25);
	expect_deadline(test, THRESHOLD / 4);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD / 4), 1);
	expect_deadline(test, THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 250 * NSEC_PER_MSEC - 1), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 250 * NSEC_PER_MSEC), 1);
	EXPECT_COUNT(test, LATE, 2);
	warn_at(test, 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .threshold_ms = 1000,
			 .now = 300 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1300 * NSEC_PER_MSEC - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1300 * NSEC_PER_MSEC), 1);
	EXPECT_COUNT(test, LATE, 2);
}

static void refuse_at(struct kunit *test, u64 now)
{
	struct tracker_fixture *fixture = test->priv;
	u32 refused = 0;

	varta_tracker_stall_pass(tracker_of(test), now, THRESHOLD,
				 VARTA_STALL_BATCH, refuse_report, &refused);
	KUNIT_EXPECT_EQ(test, refused, 1);
	EXPECT_COUNT(test, LATE, 0);
	fixture->retry_at = now + VARTA_STALL_RETRY_MIN_NS;
}

static void refused_warning_is_found_again_until_the_stall(struct kunit *test)
{
	make_small_tracker(test);
	warn_at(test, 50);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1,
			.threshold_ms = 1000);
	refuse_at(test, 500 * NSEC_PER_MSEC);
	/* It may be found earlier. */
	KUNIT_EXPECT_LE(test, next_deadline(test),
			500 * NSEC_PER_MSEC + VARTA_STALL_RETRY_MIN_NS);
	refuse_at(test, 995 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, next_deadline(test), 1000 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 * NSEC_PER_MSEC), 1);
	EXPECT_COUNT(test, LATE, 0);
	EXPECT_COUNT(test, STALLS, 1);
}

static void no_warning_after_the_exit(struct kunit *test)
{
	make_small_tracker(test);
	warn_at(test, 50);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 1, 0));
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 0);
	EXPECT_COUNT(test, LATE, 0);
}

/* What a look at the agents of a source finds. */
struct source_look {
	u32 refused;		/* the pid that is refused, or 0 */
	u32 found;
	u32 stalled;
	u32 last;		/* pid */
	u64 time;		/* of an event of a stalled agent */
};

static bool look_at_agent(void *context, const struct varta_agent_info *agent)
{
	struct source_look *look = context;

	if (agent->id.pid == look->refused)
		return false;
	look->found++;
	look->stalled += agent->stalled;
	look->last = agent->id.pid;
	if (agent->stalled)
		look->time = agent->late_ns;
	return true;
}

static void agents_of_a_source_are_found(struct kunit *test)
{
	static const u32 source = 7;
	struct source_look look = { .refused = 3 };
	u32 cursor = 0;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .source = source, .pid = 1, .origin = RELAYED);
	EXPECT_INSERTED(test, .source = source, .pid = 3, .origin = RELAYED);
	EXPECT_INSERTED(test, .source = source + 1, .pid = 4,
			.origin = RELAYED);
	EXPECT_INSERTED(test, .source = source, .pid = 5, .origin = RELAYED,
			.now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 3);
	KUNIT_EXPECT_TRUE(test, varta_tracker_report_again(tracker_of(test),
							   source, &cursor,
							   2 * THRESHOLD - 1,
							   look_at_agent,
							   &look));
	KUNIT_EXPECT_EQ(test, look.found, 1);
	KUNIT_EXPECT_EQ(test, look.time, 2 * THRESHOLD - 1);
	/* The refused one comes first now. */
	look.refused = 0;
	KUNIT_EXPECT_FALSE(test, varta_tracker_report_again(tracker_of(test),
							    source, &cursor,
							    2 * THRESHOLD - 1,
							    look_at_agent,
							    &look));
	KUNIT_EXPECT_EQ(test, look.found, 3);
	KUNIT_EXPECT_EQ(test, look.stalled, 2);
	KUNIT_EXPECT_EQ(test, look.last, 5);
	/* They are not counted again. */
	EXPECT_COUNT(test, STALLS, 3);
}

static struct kunit_case expire_cases[] = {
	KUNIT_CASE(stall_begins_at_threshold),
	KUNIT_CASE(each_silence_is_reported_once),
	KUNIT_CASE(terminal_beat_ends_stall),
	KUNIT_CASE(rejected_beat_does_not_end_stall),
	KUNIT_CASE(rejected_beat_does_not_delay_stall),
	KUNIT_CASE(silence_is_never_negative),
	KUNIT_CASE(silence_may_last_from_zero_to_u64_max),
	KUNIT_CASE(stalled_now_is_updated_on_every_path),

	KUNIT_CASE(stall_report_has_all_documented_fields),
	KUNIT_CASE(stall_report_shows_terminal_nonce),
	KUNIT_CASE(stall_report_has_identity_and_name),
	KUNIT_CASE(only_stalled_agents_are_reported),
	KUNIT_CASE(stall_is_reported_for_its_source_only),
	KUNIT_CASE(pass_with_small_limit_loses_no_report),
	KUNIT_CASE(report_limit_is_clamped),
	KUNIT_CASE(stall_that_cannot_be_reported_is_found_again),
	KUNIT_CASE(delay_of_a_refused_stall_doubles),
	KUNIT_CASE(beat_between_partial_passes_prevents_report),
	KUNIT_CASE(slot_reused_between_partial_passes_is_not_reported),

	KUNIT_CASE(recycled_pid_is_removed_without_report),
	KUNIT_CASE(recycled_agent_is_uncharged),
	KUNIT_CASE(process_is_checked_again_before_removal),
	KUNIT_CASE(pass_continues_after_removed_slot),
	KUNIT_CASE(stall_of_process_without_pid_is_reported),
	KUNIT_CASE(stall_of_same_process_is_reported),
	KUNIT_CASE(only_attested_known_processes_are_looked_up),
	KUNIT_CASE(operator_attested_processes_are_looked_up),
	KUNIT_CASE(only_newly_stalled_processes_are_looked_up),

	KUNIT_CASE(own_threshold_may_be_longer_than_default),
	KUNIT_CASE(own_threshold_may_be_shorter_than_default),
	KUNIT_CASE(longest_own_threshold_is_exact),
	KUNIT_CASE(own_threshold_is_kept_by_later_beats),

	KUNIT_CASE(next_deadline_is_that_of_next_stall),
	KUNIT_CASE(empty_tracker_has_no_deadline),
	KUNIT_CASE(beat_alone_does_not_move_deadline),
	KUNIT_CASE(next_deadline_follows_own_thresholds),
	KUNIT_CASE(stalled_agent_has_no_deadline),
	KUNIT_CASE(regular_agent_is_left_to_its_group),
	KUNIT_CASE(late_look_finds_stalls),
	KUNIT_CASE(agent_that_is_due_before_the_next_look_is_armed),
	KUNIT_CASE(lower_threshold_of_a_group_is_heeded),
	KUNIT_CASE(short_thresholds_are_not_left_to_groups),
	KUNIT_CASE(look_does_not_shorten_a_retry),
	KUNIT_CASE(empty_group_is_not_looked_at),
	KUNIT_CASE(group_has_few_looks),

	KUNIT_CASE(only_earlier_deadline_kicks),
	KUNIT_CASE(new_and_recovered_agents_kick),
	KUNIT_CASE(only_shorter_own_threshold_kicks),

	KUNIT_CASE(rescan_makes_deadlines_earlier),
	KUNIT_CASE(rescan_skips_free_and_stalled_slots),
	KUNIT_CASE(rescan_continues_from_cursor),
	KUNIT_CASE(rescan_of_empty_tracker_ends_at_once),
	KUNIT_CASE(rescan_keeps_own_thresholds),

	KUNIT_CASE(silence_before_resume_does_not_count),
	KUNIT_CASE(silence_after_resume_counts),
	KUNIT_CASE(resume_does_not_end_stall),
	KUNIT_CASE(own_threshold_counts_from_resume),
	KUNIT_CASE(silence_counts_from_last_resume),

	KUNIT_CASE(deadline_beyond_u64_max_is_none),
	KUNIT_CASE(deadline_just_below_u64_max_is_kept),
	KUNIT_CASE(own_deadline_beyond_u64_max_is_none),
	KUNIT_CASE(longest_own_threshold_near_u64_max_is_exact),
	KUNIT_CASE(beats_with_future_time_stall_after_it),
	KUNIT_CASE(no_stall_is_missed_after_time_jumps),
	KUNIT_CASE(stall_has_the_reason_that_was_sampled),
	KUNIT_CASE(late_agent_is_reported_once_with_its_reason),
	KUNIT_CASE(beat_of_a_late_agent_is_no_recovery),
	KUNIT_CASE(warning_is_a_share_of_the_own_threshold),
	KUNIT_CASE(refused_warning_is_found_again_until_the_stall),
	KUNIT_CASE(no_warning_after_the_exit),
	KUNIT_CASE(beat_while_it_is_sampled_prevents_a_stall),
	KUNIT_CASE(sample_of_another_agent_is_not_used),
	KUNIT_CASE(agents_of_a_source_are_found),
	{}
};

static struct kunit_suite expire_suite = {
	.name = "varta-expire",
	.exit = tracker_fixture_exit,
	.test_cases = expire_cases,
};

kunit_test_suite(expire_suite);
