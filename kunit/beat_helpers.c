// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending beats and running passes in tests of single rules.
 */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "beat_helpers.h"
#include "fake_procs.h"

/**
 * make_small_tracker() - create a strict tracker of four slots, no takeover
 * @test: the test
 */
void make_small_tracker(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 4, .eviction_scan_window = 256,
	});
}

/**
 * tracker_of() - the tracker of the test's fixture
 * @test: the test
 */
struct varta_tracker *tracker_of(struct kunit *test)
{
	struct tracker_fixture *fixture = test->priv;

	return &fixture->tracker;
}

/**
 * slot_of_source() - the slot of a source's pid; asserts that there is one
 * @test: the test
 * @source: number of the relay, 0 for this machine
 * @pid: the agent's pid
 */
struct varta_slot *slot_of_source(struct kunit *test, u32 source, u32 pid)
{
	struct varta_slot *slot = tracker_fixture_slot(test->priv, source, pid);

	KUNIT_ASSERT_NOT_NULL(test, slot);
	return slot;
}

/**
 * slot_of() - the slot of a local pid; asserts that there is one
 * @test: the test
 * @pid: the agent's pid
 */
struct varta_slot *slot_of(struct kunit *test, u32 pid)
{
	return slot_of_source(test, 0, pid);
}

/**
 * is_tracked() - whether a local pid has a slot; does not use the index
 * @test: the test
 * @pid: the agent's pid
 */
bool is_tracked(struct kunit *test, u32 pid)
{
	return tracker_fixture_slot(test->priv, 0, pid);
}

/**
 * remove_agent() - remove a local agent, whatever its process
 * @test: the test
 * @pid: the agent's pid
 *
 * Return: result of varta_tracker_remove().
 */
bool remove_agent(struct kunit *test, u32 pid)
{
	struct varta_agent_id id = { .pid = pid };

	return varta_tracker_remove(tracker_of(test), &id,
				    VARTA_GOODBYE_CAUSE_BYE, 0);
}

/**
 * take_evicted_pid() - take the evictions
 * @tracker: the tracker
 *
 * Return: pid of the last of them, 0 if there were none.
 */
u32 take_evicted_pid(struct varta_tracker *tracker)
{
	struct varta_evicted last;

	varta_tracker_take_evictions(tracker, &last);
	return last.pid;
}

/**
 * note_exit_at() - note the exit of a local agent's process
 * @test: the test
 * @pid: the agent's pid
 * @proc: number of the process, as for fake_proc()
 * @exit_code: its exit code
 * @now: when it exited
 *
 * Return: result of varta_tracker_note_exit().
 */
bool note_exit_at(struct kunit *test, u32 pid, u32 proc, u32 exit_code, u64 now)
{
	struct varta_agent_id id = { .pid = pid, .proc = fake_proc(proc) };

	return varta_tracker_note_exit(tracker_of(test), &id, exit_code, false,
				       now);
}

/**
 * note_exit() - note_exit_at() at time 0
 * @test: the test
 * @pid: the agent's pid
 * @proc: number of the process, as for fake_proc()
 * @exit_code: its exit code
 *
 * Return: result of varta_tracker_note_exit().
 */
bool note_exit(struct kunit *test, u32 pid, u32 proc, u32 exit_code)
{
	return note_exit_at(test, pid, proc, exit_code, 0);
}

/**
 * run_exit_pass() - run an exit pass to its end
 * @test: the test
 * @log: set to what was reported
 *
 * Return: number of reported exits.
 */
u32 run_exit_pass(struct kunit *test, struct report_log *log)
{
	*log = (struct report_log) { .tracker = tracker_of(test) };
	KUNIT_EXPECT_FALSE(test, tracker_fixture_exit_pass(test->priv,
							   record_report, log));
	return log->count;
}

/**
 * counter_total() - total of a counter
 * @test: the test
 * @which: the counter
 */
u64 counter_total(struct kunit *test, enum varta_counter which)
{
	return tracker_fixture_total(test->priv, which);
}

static const enum varta_counter result_counters[] = {
	[VARTA_RECORD_INSERTED]			= VARTA_COUNT_INSERTED,
	[VARTA_RECORD_REFRESHED]		= VARTA_COUNT_REFRESHED,
	[VARTA_RECORD_OUT_OF_ORDER]		= VARTA_COUNT_OUT_OF_ORDER,
	[VARTA_RECORD_CAPACITY_EXCEEDED]	= VARTA_COUNT_CAPACITY_EXCEEDED,
	[VARTA_RECORD_ORIGIN_CONFLICT]		= VARTA_COUNT_ORIGIN_CONFLICTS,
	[VARTA_RECORD_NAMESPACE_CONFLICT]	= VARTA_COUNT_NAMESPACE_CONFLICTS,
	[VARTA_RECORD_QUOTA_EXCEEDED]		= VARTA_COUNT_QUOTA_EXCEEDED,
};

/**
 * slots_equal() - whether two slots have equal content; ignores the lock
 * @a: one slot
 * @b: another
 */
bool slots_equal(const struct varta_slot *a, const struct varta_slot *b)
{
	size_t start = offsetofend(struct varta_slot, lock);

	return !memcmp((const char *)a + start, (const char *)b + start,
		       sizeof(*a) - start);
}

/**
 * send_beat() - record a beat and check what holds for every beat
 * @test: the test, which has created a tracker
 * @args: the beat
 *
 * Checks that exactly the counter of the result is incremented, and that a
 * rejected beat leaves the slot unchanged.
 *
 * Return: the result.
 */
enum varta_record_result send_beat(struct kunit *test,
				   const struct beat_args *args)
{
	struct tracker_fixture *fixture = test->priv;
	struct varta_slot *slot = tracker_fixture_slot(fixture, args->source,
						       args->pid);
	struct varta_beat_info beat = {
		.nonce		= args->terminal ? U64_MAX : args->nonce,
		.timestamp	= args->timestamp,
		.payload	= args->payload,
		.pid		= args->ns_pid,
		.status		= args->terminal ? VARTA_STATUS_CRITICAL :
						   args->status,
		.threshold_ms	= args->threshold_ms,
		.usage.tid	= args->tid,
		.name		= args->name,
		.thread_name	= args->thread_name,
	};
	struct varta_agent_id id = {
		.proc		= fake_proc(args->proc),
		.ns_inode	= args->ns_inode,
		.netns		= fake_netns(args->netns),
		.comm		= args->comm,
		.source		= args->source,
		.pid		= args->pid,
		.ns_pid		= args->ns_pid,
		.timens	= args->timens,
		.uid		= args->uid,
		.start_ns	= args->start_ns,
		.cgroup_id	= args->cgroup_id,
		.origin		= args->origin,
	};
	struct varta_action_request action = {
		.signal		= args->stall_signal,
		.kill_after_ms	= args->kill_after_ms,
		.even_if_starved = args->even_if_starved,
		.target.exec_id	= args->exec_id,
		.target.foreign	= args->foreign,
		.spare		= varta_action_alloc(GFP_KERNEL),
	};
	u64 threshold = args->threshold ? *args->threshold : THRESHOLD;
	u64 before[VARTA_COUNTERS_NUM];
	struct varta_slot old;
	enum varta_record_result result;
	bool started;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, action.spare);
	if (args->asks || action.signal)
		beat.action = &action;
	if (slot) {
		/* A deferred exit changes the slot when it is locked. */
		varta_slot_lock(&fixture->tracker, slot);
		old = *slot;
		spin_unlock(&slot->lock);
	}
	for (i = 0; i < ARRAY_SIZE(result_counters); i++)
		before[i] = tracker_fixture_total(fixture, result_counters[i]);

	result = varta_tracker_record(&fixture->tracker, &beat, &id, args->now,
				      threshold, &started);
	kfree(action.spare);
	/* A takeover returns REFRESHED, and starts the slot. */
	KUNIT_EXPECT_EQ(test, started, result == VARTA_RECORD_INSERTED ||
			(result == VARTA_RECORD_REFRESHED &&
			 old.origin != id.origin));
	fixture->threshold = max(fixture->threshold, threshold);
	if (slot && result != VARTA_RECORD_INSERTED &&
	    result != VARTA_RECORD_REFRESHED)
		KUNIT_EXPECT_TRUE(test, slots_equal(slot, &old));
	for (i = 0; i < ARRAY_SIZE(result_counters); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    tracker_fixture_total(fixture,
							  result_counters[i]),
				    before[i] + (i == result), "result %d", i);
	return result;
}

/**
 * make_full_tracker() - create a tracker and fill it
 * @test: the test
 * @capacity: number of agents; their pids are 1 to @capacity
 * @window: slots scanned in one eviction pass
 * @policy: eviction policy
 *
 * All agents have beaten at FILL_TIME. Agent n has slot n - 1, and the eviction
 * cursor is at slot 0.
 *
 * Return: the tracker.
 */
struct varta_tracker *make_full_tracker(struct kunit *test, u32 capacity,
					u32 window,
					enum varta_eviction_policy policy)
{
	struct varta_tracker *tracker;
	u32 i;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = capacity, .eviction_scan_window = window,
		.eviction_policy = policy,
	});
	tracker = tracker_of(test);
	for (i = 0; i < capacity; i++) {
		EXPECT_INSERTED(test, .pid = i + 1, .nonce = 1,
				.now = FILL_TIME);
		KUNIT_ASSERT_EQ(test, tracker->slots[i].pid, i + 1);
	}
	KUNIT_ASSERT_EQ(test, tracker->eviction_cursor, 0);
	return tracker;
}

/**
 * record_report() - varta_agent_cb that keeps a report in a log
 * @context: struct report_log
 * @agent: the reported agent
 *
 * Return: false after the report that reaches &report_log.max_reports.
 */
bool record_report(void *context, const struct varta_agent_info *agent)
{
	struct report_log *log = context;
	u32 i;

	if (log->count < ARRAY_SIZE(log->agents))
		log->agents[log->count] = *agent;
	log->count++;
	for (i = 0; i < log->tracker->config.capacity; i++) {
		struct varta_slot *slot = &log->tracker->slots[i];

		if (slot->pid == agent->id.pid &&
		    slot->exit_state != VARTA_EXIT_DETACHED &&
		    slot->source == agent->id.source && !slot->stalled &&
		    agent->stalled)
			log->unset_flag = true;
	}
	return log->count != log->max_reports;
}

/**
 * run_stall_pass_log() - run stall passes until nothing is due
 * @test: the test
 * @now: the time
 * @threshold: threshold in nanoseconds; rescans first if it has changed
 * @log: set to what was reported
 *
 * Return: number of reported stalls.
 */
u32 run_stall_pass_log(struct kunit *test, u64 now, u64 threshold,
		       struct report_log *log)
{
	struct varta_tracker *tracker = tracker_of(test);
	struct tracker_fixture *fixture = test->priv;
	u32 passes = 0;

	*log = (struct report_log) { .tracker = tracker };
	if (fixture->threshold != threshold)
		tracker_fixture_rescan(fixture, threshold);
	while (varta_tracker_stall_pass(tracker, now, threshold,
					VARTA_STALL_BATCH, record_report, log))
		KUNIT_ASSERT_LT(test, passes++,
				2 + tracker->config.capacity);
	log->deadline = varta_tracker_next_deadline(tracker);
	KUNIT_EXPECT_FALSE(test, log->unset_flag);
	return log->count;
}

/**
 * run_stall_pass() - run_stall_pass_log() with THRESHOLD and no log
 * @test: the test
 * @now: the time
 *
 * Return: number of reported stalls.
 */
u32 run_stall_pass(struct kunit *test, u64 now)
{
	struct report_log log;

	return run_stall_pass_log(test, now, THRESHOLD, &log);
}

/**
 * stalled_now() - number of agents whose stalled flag is set
 * @test: the test
 */
u32 stalled_now(struct kunit *test)
{
	return varta_tracker_stalled_now(tracker_of(test));
}

/**
 * copy_agent() - varta_agent_cb that copies the agent
 * @context: struct varta_agent_info, set to the agent
 * @agent: the agent
 *
 * Return: true.
 */
bool copy_agent(void *context, const struct varta_agent_info *agent)
{
	*(struct varta_agent_info *)context = *agent;
	return true;
}

/**
 * warn_at() - have agents reported that are late
 * @test: the test
 * @percent: of the threshold
 */
void warn_at(struct kunit *test, u32 percent)
{
	struct tracker_fixture *fixture = test->priv;

	varta_tracker_set_warn_percent(&fixture->tracker, percent);
	tracker_fixture_rescan(fixture, THRESHOLD);
	fixture->warn_percent = percent;
}

/**
 * lookup_agent() - look an agent up; fails the test if there is none
 * @test: the test
 * @source: number of the relay, 0 for this machine
 * @pid: the agent's pid
 */
struct varta_agent_info lookup_agent(struct kunit *test, u32 source, u32 pid)
{
	struct varta_agent_info agent = {};

	KUNIT_EXPECT_TRUE(test, varta_tracker_lookup(tracker_of(test), source,
						     pid, copy_agent, &agent));
	return agent;
}

/**
 * make_three_sources() - create a small tracker with pid 7 of three sources
 * @test: the test
 *
 * The sources are 0, 1 and VARTA_SOURCE_MAX; their agents have the nonces 10,
 * 20 and 30 and the processes 1, 2 and 3.
 */
void make_three_sources(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 10, .proc = 1,
			.origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .source = 1, .nonce = 20, .proc = 2,
			.origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .source = VARTA_SOURCE_MAX, .nonce = 30,
			.proc = 3, .origin = RELAYED);
}

/**
 * expect_charged() - check the number of agents charged to ALICE and BOB
 * @test: the test
 * @alice: agents of ALICE
 * @bob: agents of BOB
 */
void expect_charged(struct kunit *test, int alice, int bob)
{
	KUNIT_EXPECT_EQ(test, fake_user_charged(ALICE), alice);
	KUNIT_EXPECT_EQ(test, fake_user_charged(BOB), bob);
	tracker_fixture_check(test, test->priv);
}
