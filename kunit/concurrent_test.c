// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads on one small tracker: beats, stall passes, evictions, removals,
 * lookups and takes at the same time. What a single thread can know is checked
 * while they run, all else at the end.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "fake_procs.h"
#include "threads.h"
#include "tracker_fixture.h"

enum {
	OPERATIONS	= 15000,
	CAPACITY	= 16,
	/* Agents shared by all threads; more than there are slots. */
	SHARED_PIDS	= 24,
	/* First pid of the private agents, one for each thread. */
	PRIVATE_PID	= 100,
	THRESHOLD	= 50,
	PROCS_USED	= 3,
};

struct stress {
	struct tracker_fixture *fixture;
	/* Held during a stall pass. */
	struct mutex pass_lock;
	/* Monotonic time and nonce. */
	atomic64_t clock;
	atomic64_t nonce;
	atomic64_t results[VARTA_RECORD_NAMESPACE_CONFLICT + 1];
	atomic64_t reports;
	atomic64_t taken[VARTA_COUNTERS_NUM];
	/* Time of the last accepted beat of each private agent. */
	u64 accepted[THREADS_MAX];
	/* Violations. */
	atomic_t stale_reports;
	atomic_t unstalled_reports;
	atomic_t wrong_lookups;
	atomic_t wrong_results;
	atomic_t lane_beats;
};

struct worker {
	struct stress *stress;
	struct rnd_state random;
	u32 nr;
};

static u32 random_below(struct worker *worker, u32 n)
{
	return prandom_u32_state(&worker->random) % n;
}

static enum varta_record_result beat_for(struct worker *worker,
					 const struct varta_agent_id *id,
					 u64 now, u64 nonce)
{
	struct stress *stress = worker->stress;
	struct varta_beat_info beat = {
		.nonce		= nonce,
		.timestamp	= nonce,
		.pid		= id->pid,
	};
	enum varta_record_result result;
	bool started;

	if (!random_below(worker, 10)) {
		beat.status = VARTA_STATUS_CRITICAL;
		beat.nonce = VARTA_TERMINAL_NONCE;
	}
	result = varta_tracker_record(&stress->fixture->tracker, &beat, id, now,
				      THRESHOLD, &started);
	atomic64_inc(&stress->results[result]);
	return result;
}

static void beat_for_shared(struct worker *worker)
{
	struct varta_agent_id id = {
		.pid = 1 + random_below(worker, SHARED_PIDS),
		.proc = fake_proc(random_below(worker, PROCS_USED + 1)),
		.ns_inode = random_below(worker, 8) ? 1 :
						      random_below(worker, 3),
		.origin = random_below(worker, 4) ?
			  VARTA_ORIGIN_KERNEL_ATTESTED :
			  random_below(worker, 2) ?
			  VARTA_ORIGIN_OPERATOR_ATTESTED :
			  VARTA_ORIGIN_NETWORK_UNVERIFIED,
	};
	u64 nonce = atomic64_inc_return(&worker->stress->nonce);

	/* Sometimes a stale nonce. */
	if (!random_below(worker, 16))
		nonce -= random_below(worker, 100);
	beat_for(worker, &id, atomic64_read(&worker->stress->clock), nonce);
}

/* Only this thread beats for the agent, so it knows the allowed results. */
static void beat_for_private(struct worker *worker)
{
	struct stress *stress = worker->stress;
	struct varta_agent_id id = { .pid = PRIVATE_PID + worker->nr };
	u64 now = atomic64_read(&stress->clock);
	u64 nonce = atomic64_inc_return(&stress->nonce);

	switch (beat_for(worker, &id, now, nonce)) {
	case VARTA_RECORD_INSERTED:
	case VARTA_RECORD_REFRESHED:
		WRITE_ONCE(stress->accepted[worker->nr], now);
		break;
	case VARTA_RECORD_CAPACITY_EXCEEDED:
		break;
	default:
		atomic_inc(&stress->wrong_results);
		break;
	}
}

static void beat_in_a_lane(struct worker *worker)
{
	struct stress *stress = worker->stress;
	u64 now = atomic64_read(&stress->clock);
	struct varta_agent_id id = {
		.pid = 1 + random_below(worker, SHARED_PIDS),
		.proc = fake_proc(1 + random_below(worker, PROCS_USED)),
	};
	struct varta_lane_beat beat = {
		.name = "lane",
		.number = random_below(worker, 20),
		.exec_id = !random_below(worker, 50),
		.has_threshold = random_below(worker, 4),
		.threshold_ms = random_below(worker, 3),
		.has_deadline = true,
		.deadline = now + random_below(worker, 2 * THRESHOLD),
	};
	enum varta_lane_result result;

	result = varta_tracker_beat_lane(&stress->fixture->tracker, &id, &beat,
					 now);
	if (result == VARTA_LANE_TOO_MANY || result == VARTA_LANE_NO_ROOM)
		atomic_inc(&stress->wrong_results);
	if (result == VARTA_LANE_ACCEPTED)
		atomic_inc(&stress->lane_beats);
}

/* The slot is locked: the report must include every accepted beat. */
static bool check_report(void *context, const struct varta_agent_info *agent)
{
	struct worker *worker = context;
	struct stress *stress = worker->stress;
	u32 nr = agent->id.pid - PRIVATE_PID;

	atomic64_inc(&stress->reports);
	if (!agent->stalled)
		atomic_inc(&stress->unstalled_reports);
	if (agent->id.pid >= PRIVATE_PID &&
	    agent->last_ns < READ_ONCE(stress->accepted[nr]))
		atomic_inc(&stress->stale_reports);
	return true;
}

static void run_stall_passes(struct worker *worker)
{
	struct stress *stress = worker->stress;
	u64 now = atomic64_read(&stress->clock);
	u32 room = random_below(worker, 4);

	mutex_lock(&stress->pass_lock);
	while (varta_tracker_stall_pass(&stress->fixture->tracker, now,
					THRESHOLD, room, check_report, worker))
		;
	mutex_unlock(&stress->pass_lock);
}

static void remove_shared(struct worker *worker)
{
	struct varta_agent_id id = {
		.pid = 1 + random_below(worker, SHARED_PIDS),
		.proc = fake_proc(random_below(worker, PROCS_USED + 1)),
	};

	varta_tracker_remove(&worker->stress->fixture->tracker, &id,
			     VARTA_GOODBYE_CAUSE_BYE, 0);
}

static void remove_private(struct worker *worker)
{
	struct varta_agent_id id = { .pid = PRIVATE_PID + worker->nr };

	varta_tracker_remove(&worker->stress->fixture->tracker, &id,
			     VARTA_GOODBYE_CAUSE_BYE, 0);
	if (varta_tracker_lookup(&worker->stress->fixture->tracker, 0, id.pid,
				 NULL, NULL))
		atomic_inc(&worker->stress->wrong_lookups);
}

struct lookup_check {
	u32 pid;
	bool wrong;
};

static bool check_pid(void *context, const struct varta_agent_info *agent)
{
	struct lookup_check *check = context;

	check->wrong = agent->id.pid != check->pid;
	return true;
}

static void lookup_any(struct worker *worker)
{
	struct lookup_check check = {
		.pid = 1 + random_below(worker, SHARED_PIDS),
	};

	varta_tracker_lookup(&worker->stress->fixture->tracker, 0, check.pid,
			     check_pid, &check);
	if (check.wrong)
		atomic_inc(&worker->stress->wrong_lookups);
}

/* A dump never shows more agents than there are slots. */
static bool count_agent(void *context, const struct varta_agent_info *agent)
{
	u32 *seen = context;

	(*seen)++;
	return true;
}

static void dump_all(struct worker *worker)
{
	u32 cursor = 0, seen = 0;

	varta_tracker_for_each(&worker->stress->fixture->tracker, &cursor,
			       random_below(worker, 2), count_agent, &seen);
	if (seen > CAPACITY)
		atomic_inc(&worker->stress->wrong_lookups);
}

static void take_any(struct worker *worker)
{
	struct stress *stress = worker->stress;
	u32 which = random_below(worker, VARTA_COUNTERS_NUM);

	atomic64_add(varta_counter_take(&stress->fixture->counters, which),
		     &stress->taken[which]);
}

static void change_process(struct worker *worker)
{
	fake_procs_set_pid(1 + random_below(worker, SHARED_PIDS),
			   random_below(worker, PROCS_USED + 1));
}

static void operate(struct worker *worker)
{
	u32 n = random_below(worker, 100);

	if (n < 40)
		beat_for_shared(worker);
	else if (n < 45)
		beat_in_a_lane(worker);
	else if (n < 65)
		beat_for_private(worker);
	else if (n < 75)
		run_stall_passes(worker);
	else if (n < 81)
		remove_shared(worker);
	else if (n < 83)
		remove_private(worker);
	else if (n < 88)
		lookup_any(worker);
	else if (n < 90)
		dump_all(worker);
	else if (n < 93)
		take_any(worker);
	else if (n < 95)
		change_process(worker);
	else
		atomic64_add(random_below(worker, 4) ?
			     random_below(worker, 20) : 11 * THRESHOLD,
			     &worker->stress->clock);
}

static void stress_thread(void *context)
{
	struct worker *worker = context;
	u32 i;

	for (i = 0; i < OPERATIONS; i++) {
		operate(worker);
		/* Let other threads run, even on one CPU. */
		if (random_below(worker, 200))
			cond_resched();
		else
			usleep_range(1, 2);
	}
}

static u64 total(const struct stress *stress, enum varta_counter which)
{
	return tracker_fixture_total(stress->fixture, which);
}

static void expect_results_counted(struct kunit *test, struct stress *stress)
{
	static const enum varta_counter counters[] = {
		[VARTA_RECORD_INSERTED] = VARTA_COUNT_INSERTED,
		[VARTA_RECORD_REFRESHED] = VARTA_COUNT_REFRESHED,
		[VARTA_RECORD_OUT_OF_ORDER] = VARTA_COUNT_OUT_OF_ORDER,
		[VARTA_RECORD_CAPACITY_EXCEEDED] =
			VARTA_COUNT_CAPACITY_EXCEEDED,
		[VARTA_RECORD_ORIGIN_CONFLICT] = VARTA_COUNT_ORIGIN_CONFLICTS,
		[VARTA_RECORD_NAMESPACE_CONFLICT] =
			VARTA_COUNT_NAMESPACE_CONFLICTS,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		KUNIT_EXPECT_EQ_MSG(test, total(stress, counters[i]),
				    atomic64_read(&stress->results[i]),
				    "result %u", i);
		/* Every result must have occurred. */
		KUNIT_EXPECT_GT_MSG(test, atomic64_read(&stress->results[i]), 0,
				    "result %u", i);
	}
	for (i = 0; i < VARTA_COUNTERS_NUM; i++) {
		u64 rest = varta_counter_take(&stress->fixture->counters, i);

		KUNIT_EXPECT_EQ_MSG(test,
				    atomic64_read(&stress->taken[i]) + rest,
				    total(stress, i), "counter %u", i);
	}
	KUNIT_EXPECT_EQ(test, total(stress, VARTA_COUNT_STALLS),
			atomic64_read(&stress->reports));
}

static void concurrent_operations_keep_tracker_consistent(struct kunit *test)
{
	struct varta_tracker_config config = {
		.capacity = CAPACITY, .eviction_scan_window = CAPACITY / 2,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
		.origin_takeover = true,
	};
	u32 nr_threads = clamp(2 * num_online_cpus(), 4, THREADS_MAX), i;
	struct threads *threads = kunit_kzalloc(test, sizeof(*threads),
						GFP_KERNEL);
	struct stress *stress = kunit_kzalloc(test, sizeof(*stress),
					      GFP_KERNEL);
	struct worker *workers = kunit_kcalloc(test, nr_threads,
					       sizeof(*workers), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, threads);
	KUNIT_ASSERT_NOT_NULL(test, stress);
	KUNIT_ASSERT_NOT_NULL(test, workers);
	stress->fixture = tracker_fixture_create(test, &config);
	stress->fixture->threshold = THRESHOLD;
	KUNIT_ASSERT_EQ(test, varta_tracker_reserve_lanes(&stress->fixture->tracker),
			0);
	mutex_init(&stress->pass_lock);
	/* New lanes may be looked at. */
	atomic64_set(&stress->clock, VARTA_LANE_LOOK_NS);
	/* Far from 0 and from where it wraps. */
	atomic64_set(&stress->nonce, 1ll << 32);
	for (i = 0; i < nr_threads; i++) {
		workers[i].stress = stress;
		workers[i].nr = i;
		prandom_seed_state(&workers[i].random, 1000 + i);
		threads_add(threads, stress_thread, &workers[i]);
	}
	KUNIT_ASSERT_EQ(test, threads_run(threads), 0);

	expect_results_counted(test, stress);
	KUNIT_EXPECT_EQ(test, atomic_read(&stress->stale_reports), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&stress->unstalled_reports), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&stress->wrong_lookups), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&stress->wrong_results), 0);
	KUNIT_EXPECT_EQ(test, total(stress, VARTA_COUNT_PROBE_EXHAUSTED), 0);
	KUNIT_EXPECT_GT(test, total(stress, VARTA_COUNT_EVICTIONS), 0);
	KUNIT_EXPECT_GT(test, total(stress, VARTA_COUNT_STALLS), 0);
	KUNIT_EXPECT_GT(test, total(stress, VARTA_COUNT_LANE_STALLS), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&stress->lane_beats), 0);
	KUNIT_EXPECT_GT(test, total(stress, VARTA_COUNT_PID_RECYCLES), 0);
	/* tracker_fixture_check() checks slots, index, flags and references. */
}

struct exit_race {
	struct tracker_fixture *fixture;
	bool finished;
	atomic_t missed;
	atomic_t wrong_results;
};

static bool ignore_agent(void *context, const struct varta_agent_info *agent)
{
	return true;
}

static void start_agent(struct exit_race *race, u32 proc, u64 nonce)
{
	struct varta_agent_id id = { .pid = 1, .proc = fake_proc(proc) };
	struct varta_beat_info beat = { .pid = 1, .nonce = nonce };
	bool started;

	if (varta_tracker_record(&race->fixture->tracker, &beat, &id, nonce,
				 THRESHOLD, &started) != VARTA_RECORD_INSERTED)
		atomic_inc(&race->wrong_results);
}

/* The pid of an agent goes from process to process, without a gap. */
static void exit_and_restart(void *context)
{
	struct exit_race *race = context;
	u32 i;

	for (i = 1; i <= OPERATIONS; i++) {
		struct varta_agent_id id = {
			.pid = 1, .proc = fake_proc(1 + (i - 1) % 2),
		};

		varta_tracker_note_exit(&race->fixture->tracker, &id, 0, false,
					i);
		start_agent(race, 1 + i % 2, i + 1);
		tracker_fixture_exit_pass(race->fixture, ignore_agent, NULL);
		cond_resched();
	}
	WRITE_ONCE(race->finished, true);
}

static void lookup_until_finished(void *context)
{
	struct exit_race *race = context;

	while (!READ_ONCE(race->finished)) {
		if (!varta_tracker_lookup(&race->fixture->tracker, 0, 1,
					  ignore_agent, NULL))
			atomic_inc(&race->missed);
		cond_resched();
	}
}

/* Needs several CPUs to fail. */
static void lookup_finds_agent_whose_slot_changes(struct kunit *test)
{
	struct varta_tracker_config config = { .capacity = CAPACITY };
	struct threads *threads = kunit_kzalloc(test, sizeof(*threads),
						GFP_KERNEL);
	struct exit_race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, threads);
	KUNIT_ASSERT_NOT_NULL(test, race);
	race->fixture = tracker_fixture_create(test, &config);
	race->fixture->threshold = THRESHOLD;
	start_agent(race, 1, 1);
	threads_add(threads, exit_and_restart, race);
	for (i = 0; i < 2; i++)
		threads_add(threads, lookup_until_finished, race);
	KUNIT_ASSERT_EQ(test, threads_run(threads), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->wrong_results), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->missed), 0);
}

static struct kunit_case concurrent_cases[] = {
	EXIT_MODES_CASE(concurrent_operations_keep_tracker_consistent),
	EXIT_MODES_CASE(lookup_finds_agent_whose_slot_changes),
	{}
};

static struct kunit_suite concurrent_suite = {
	.name = "varta-concurrent",
	.init = tracker_fixture_set_exit_mode,
	.exit = tracker_fixture_exit,
	.test_cases = concurrent_cases,
};

kunit_test_suite(concurrent_suite);
