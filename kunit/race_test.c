// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beats against stall passes, in several threads, with thresholds so short that
 * every beat is nearly late. Meanwhile agents start, exceed quotas, are evicted,
 * removed, recycled and exit, and the threshold changes. Each silence longer
 * than the threshold must be reported exactly once, and no shorter one. Most
 * agents ask for signals, of which each silence has one at most, after its
 * report.
 *
 * Each agent belongs to one thread, which therefore knows its state. One more
 * thread stands in for the stall thread of the module: it runs a pass only when
 * one is due.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/time64.h>

#include "fake_procs.h"
#include "threads.h"
#include "tracker_fixture.h"

enum {
	OPERATIONS		= 15000,
	BEAT_THREADS_MAX	= 32,
	/* Agents per thread. */
	AGENTS			= 4,
	AGENTS_MAX		= BEAT_THREADS_MAX * AGENTS,
	/* Thresholds, and steps of the simulated clock, in nanoseconds. */
	SHORTEST		= 1 << 14,
	LONGEST			= SHORTEST << 6,
	STEP			= 1 << 14,
	/* A process that gets pids and does not beat; 1 to 3 do. */
	SILENT_PROC		= 4,
	/* What agents ask for. */
	SIGNAL			= 10,
	KILL_AFTER_MS		= 1,
};

static_assert(LONGEST > NSEC_PER_MSEC);

/* State of an agent; index is its pid - 1. */
struct agent {
	/* Nonce of the last beat before the last reported stall. */
	u64 reported;
	/* The same for its signals; private to the stall thread. */
	u64 signalled;
	u64 killed;
	/* Private to its thread: last accepted beat, nonce 0 for none. */
	u64 nonce;
	u64 now;
	u64 after;
	u32 proc;
};

struct race {
	struct tracker_fixture *fixture;
	atomic64_t clock;
	atomic_t threshold;
	atomic_t beating;
	struct agent agents[AGENTS_MAX];

	/* Rounds that the stall thread has started. */
	atomic64_t rounds;
	/* Protects round and round_now: last finished round, and its time. */
	spinlock_t lock;
	u64 round;
	u64 round_now;
	/* Written by the stall thread. */
	u64 resume_time;

	/* Private to the stall thread. */
	u64 pass_now;
	u64 pass_threshold;
	u64 next;
	u32 kicks;
	u32 cursor;
	bool rescanning;
	u64 reports;
	u64 exits;
	u64 last_exit_ns;
	u64 skipped;

	/* Silences that must have been reported. */
	atomic64_t required_reports;
	/* Violations. */
	atomic_t missed_reports;
	atomic_t duplicate_reports;
	atomic_t early_reports;
	atomic_t wrong_results;
	atomic_t wrong_order;
	atomic_t wrong_signals;
};

static struct race *the_race;

struct worker {
	struct race *race;
	struct rnd_state random;
	u32 nr;
	u64 nonce;
};

static u32 random_below(struct worker *worker, u32 n)
{
	return prandom_u32_state(&worker->random) % n;
}

/* Let other threads run, even on one CPU. */
static void yield_to_others(struct worker *worker, u32 one_in)
{
	if (random_below(worker, one_in))
		cond_resched();
	else
		usleep_range(1, 2);
}

/* ---- Stall thread. */

/* The slot is locked, so no beat changes the agent. */
static bool check_stall_report(void *context,
			       const struct varta_agent_info *agent)
{
	struct race *race = context;
	struct agent *state = &race->agents[agent->id.pid - 1];
	u64 since = max(agent->last_ns, race->resume_time);
	u64 threshold = agent->threshold_ms ?
		agent->threshold_ms * (u64)NSEC_PER_MSEC :
		race->pass_threshold;

	race->reports++;
	if (READ_ONCE(state->reported) >= agent->nonce)
		atomic_inc(&race->duplicate_reports);
	WRITE_ONCE(state->reported, agent->nonce);
	if (since + threshold > race->pass_now)
		atomic_inc(&race->early_reports);
	return true;
}

/* The slot is locked. */
static void check_signal(const struct varta_event_info *event)
{
	const struct varta_agent_info *info = &event->agent;
	struct agent *state = &the_race->agents[info->id.pid - 1];
	u64 *last = event->action.signal == SIGKILL ? &state->killed :
						      &state->signalled;

	if (*last == info->nonce ||
	    READ_ONCE(state->reported) != info->nonce ||
	    (event->action.signal == SIGKILL &&
	     state->signalled != info->nonce))
		atomic_inc(&the_race->wrong_signals);
	*last = info->nonce;
}

static void note_event(const struct varta_event_info *event)
{
	if (event->kind == VARTA_EVENT_KIND_ACTION && !event->action.withheld)
		check_signal(event);
	fake_procs_ops.event(event);
}

static bool count_exit_report(void *context,
			      const struct varta_agent_info *agent)
{
	struct race *race = context;

	race->exits++;
	if (agent->exit_ns < race->last_exit_ns)
		atomic_inc(&race->wrong_order);
	race->last_exit_ns = agent->exit_ns;
	return race->exits % 4;
}

static void rescan(struct race *race)
{
	u64 threshold = atomic_read(&race->threshold);

	if (threshold != race->pass_threshold) {
		race->pass_threshold = threshold;
		race->cursor = 0;
		race->rescanning = true;
	}
	if (race->rescanning)
		race->rescanning = varta_tracker_rescan(&race->fixture->tracker,
							&race->cursor,
							threshold);
}

static void run_stall_passes(struct worker *worker)
{
	struct race *race = worker->race;
	struct varta_tracker *tracker = &race->fixture->tracker;

	while (tracker_fixture_exit_pass(race->fixture, count_exit_report,
					 race))
		;
	do {
		rescan(race);
		if (!random_below(worker, 16))
			yield_to_others(worker, 4);
	} while (varta_tracker_stall_pass(tracker, race->pass_now,
					  race->pass_threshold,
					  random_below(worker, 5),
					  check_stall_report, race) ||
		 race->rescanning);
}

static void run_action_passes(struct worker *worker)
{
	static const struct varta_action_policy policy = {
		.enabled = true, .per_minute = VARTA_ACTIONS_PER_MINUTE_MAX,
	};
	struct race *race = worker->race;

	fake_signals()->reason = random_below(worker, 8) ?
		VARTA_STALL_REASON_WAITING : VARTA_STALL_REASON_FROZEN;
	while (varta_tracker_action_pass(&race->fixture->tracker,
					 race->pass_now, race->pass_threshold,
					 &policy))
		;
}

static void resume(struct race *race)
{
	WRITE_ONCE(race->resume_time, atomic64_read(&race->clock));
	varta_tracker_resume(&race->fixture->tracker, race->resume_time);
}

/* All that is due at the start of a round is reported at its end. */
static void run_round(struct worker *worker)
{
	struct race *race = worker->race;
	u64 round = atomic64_inc_return(&race->rounds);
	u32 kicks;

	if (!random_below(worker, 64))
		resume(race);
	race->pass_now = atomic64_read(&race->clock);
	kicks = fake_procs_kicks();
	if (race->pass_now < race->next && kicks == race->kicks &&
	    atomic_read(&race->threshold) == race->pass_threshold) {
		race->skipped++;
	} else {
		race->kicks = kicks;
		run_stall_passes(worker);
		race->next =
			varta_tracker_next_deadline(&race->fixture->tracker);
	}
	run_action_passes(worker);
	spin_lock(&race->lock);
	race->round = round;
	race->round_now = race->pass_now;
	spin_unlock(&race->lock);
}

static void stall_thread(void *context)
{
	struct worker *worker = context;

	while (atomic_read(&worker->race->beating)) {
		run_round(worker);
		yield_to_others(worker, 8);
	}
}

/* ---- Threads that beat. */

/*
 * Whether the silence must have been reported: a whole round has run since the
 * last beat, and at a time when the longest threshold was exceeded.
 */
static bool must_be_reported(struct race *race, const struct agent *agent)
{
	bool required;
	u64 since;

	spin_lock(&race->lock);
	/* Under the lock: the last round may have begun with a resume. */
	since = max(agent->now, READ_ONCE(race->resume_time));
	required = race->round > agent->after &&
		   race->round_now >= since + LONGEST;
	spin_unlock(&race->lock);
	return required && agent->nonce;
}

static void beat(struct worker *worker, u32 pid)
{
	struct race *race = worker->race;
	struct agent *agent = &race->agents[pid - 1];
	u64 now = atomic64_read(&race->clock);
	struct varta_agent_id id = {
		.pid = pid, .proc = fake_proc(1 + agent->proc),
		.uid = worker->nr % 2, .netns = fake_netns(worker->nr % 3),
	};
	struct varta_beat_info beat = {
		.pid = pid, .nonce = ++worker->nonce,
		.threshold_ms = !random_below(worker, 16),
	};
	struct varta_action_request action = {
		.signal		= random_below(worker, 8) ? SIGNAL : 0,
		.kill_after_ms	= KILL_AFTER_MS,
		.spare		= varta_action_alloc(GFP_KERNEL),
	};
	bool required = must_be_reported(race, agent), started;

	if (action.spare && random_below(worker, 2))
		beat.action = &action;
	switch (varta_tracker_record(&race->fixture->tracker, &beat, &id, now,
				     atomic_read(&race->threshold),
				     &started)) {
	case VARTA_RECORD_REFRESHED:
		/* The previous silence can no longer be reported. */
		if (required) {
			atomic64_inc(&race->required_reports);
			if (READ_ONCE(agent->reported) != agent->nonce)
				atomic_inc(&race->missed_reports);
		}
		fallthrough;
	case VARTA_RECORD_INSERTED:
		agent->nonce = beat.nonce;
		agent->now = now;
		agent->after = atomic64_read(&race->rounds);
		break;
	case VARTA_RECORD_CAPACITY_EXCEEDED:
	case VARTA_RECORD_QUOTA_EXCEEDED:
		agent->nonce = 0;
		break;
	default:
		atomic_inc(&race->wrong_results);
		break;
	}
	kfree(action.spare);
}

/* The old process no longer beats, so it must not have the pid. */
static void start_process(struct agent *agent, u32 pid)
{
	agent->proc = (agent->proc + 1) % 3;
	fake_procs_set_pid(pid, 1 + agent->proc);
}

static void change_pid_owner(struct worker *worker, u32 pid)
{
	const u32 owners[] = {
		0, 1 + worker->race->agents[pid - 1].proc, SILENT_PROC,
	};

	fake_procs_set_pid(pid, owners[random_below(worker,
						    ARRAY_SIZE(owners))]);
}

static void end_agent(struct worker *worker, u32 pid, u32 how)
{
	struct race *race = worker->race;
	struct agent *agent = &race->agents[pid - 1];
	struct varta_agent_id id = {
		.pid = pid, .proc = fake_proc(1 + agent->proc),
	};

	if (!how)
		varta_tracker_remove(&race->fixture->tracker, &id,
				     VARTA_GOODBYE_CAUSE_BYE, 0);
	else if (how == 1)
		varta_tracker_note_exit(&race->fixture->tracker, &id, 0, false,
					atomic64_read(&race->clock));
	else
		start_process(agent, pid);
	agent->nonce = 0;
}

static void operate(struct worker *worker)
{
	u32 pid = 1 + worker->nr * AGENTS + random_below(worker, AGENTS);
	struct race *race = worker->race;
	u32 n = random_below(worker, 1000);

	if (n < 600)
		beat(worker, pid);
	else if (n < 620)
		end_agent(worker, pid, random_below(worker, 3));
	else if (n < 625)
		atomic_set(&race->threshold,
			   SHORTEST << random_below(worker, 7));
	else if (n < 640)
		change_pid_owner(worker, pid);
	else if (n < 645)
		fake_procs_set_quota(random_below(worker, 4) ? U32_MAX :
				     random_below(worker, 2 * AGENTS));
	else
		atomic64_add(random_below(worker, 64) ?
			     random_below(worker, STEP) : 2 * LONGEST,
			     &race->clock);
}

static void beat_thread(void *context)
{
	struct worker *worker = context;
	u32 i;

	for (i = 0; i < OPERATIONS; i++) {
		operate(worker);
		yield_to_others(worker, 20);
	}
	atomic_dec(&worker->race->beating);
}

/* ---- Test. */

/* After a long silence, all agents are stalled and no deadline is left. */
static void expect_all_stalled(struct kunit *test, struct worker *stall_worker)
{
	struct race *race = stall_worker->race;
	struct varta_tracker *tracker = &race->fixture->tracker;

	atomic64_add(20 * LONGEST, &race->clock);
	race->pass_now = atomic64_read(&race->clock);
	run_stall_passes(stall_worker);
	KUNIT_EXPECT_EQ(test, varta_tracker_stalled_now(tracker),
			varta_tracker_tracked(tracker));
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker), U64_MAX);
}

static void expect_all_counted(struct kunit *test, struct race *race)
{
	static const enum varta_counter counters[] = {
		VARTA_COUNT_INSERTED, VARTA_COUNT_REFRESHED,
		VARTA_COUNT_CAPACITY_EXCEEDED, VARTA_COUNT_EVICTIONS,
		VARTA_COUNT_PID_RECYCLES, VARTA_COUNT_STALLS,
		VARTA_COUNT_EXITS, VARTA_COUNT_QUOTA_EXCEEDED,
		VARTA_COUNT_STALL_SIGNALS, VARTA_COUNT_STALL_KILLS,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		KUNIT_EXPECT_GT_MSG(test, tracker_fixture_total(race->fixture,
								counters[i]), 0,
				    "counter %u", counters[i]);
	KUNIT_EXPECT_GT(test, atomic64_read(&race->required_reports), 0);
	KUNIT_EXPECT_GT(test, race->skipped, 0);
	kunit_info(test,
		   "%llu stalls, %lld required, %llu exits, %llu evictions, %llu recycled, %lld rounds, %llu skipped\n",
		   race->reports, atomic64_read(&race->required_reports),
		   race->exits,
		   tracker_fixture_total(race->fixture, VARTA_COUNT_EVICTIONS),
		   tracker_fixture_total(race->fixture,
					 VARTA_COUNT_PID_RECYCLES),
		   atomic64_read(&race->rounds), race->skipped);
}

static void each_silence_is_reported_once_under_load(struct kunit *test)
{
	u32 beat_threads = clamp(2 * num_online_cpus(), 4, BEAT_THREADS_MAX), i;
	struct varta_tracker_config config = {
		.capacity = beat_threads * AGENTS - 3,
		.eviction_scan_window = 8,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	};
	static struct varta_tracker_ops ops;
	struct threads *threads = kunit_kzalloc(test, sizeof(*threads),
						GFP_KERNEL);
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	struct worker *workers = kunit_kcalloc(test, beat_threads + 1,
					       sizeof(*workers), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, threads);
	KUNIT_ASSERT_NOT_NULL(test, race);
	KUNIT_ASSERT_NOT_NULL(test, workers);
	ops = fake_procs_ops;
	ops.event = note_event;
	config.ops = &ops;
	the_race = race;
	race->fixture = tracker_fixture_create(test, &config);
	race->fixture->threshold = LONGEST;
	spin_lock_init(&race->lock);
	atomic_set(&race->threshold, LONGEST);
	atomic_set(&race->beating, beat_threads);
	for (i = 0; i <= beat_threads; i++) {
		workers[i].race = race;
		workers[i].nr = i;
		prandom_seed_state(&workers[i].random, 2000 + i);
		threads_add(threads,
			    i < beat_threads ? beat_thread : stall_thread,
			    &workers[i]);
	}
	KUNIT_ASSERT_EQ(test, threads_run(threads), 0);

	expect_all_stalled(test, &workers[beat_threads]);
	expect_all_counted(test, race);
	KUNIT_EXPECT_EQ(test, race->reports,
			tracker_fixture_total(race->fixture,
					      VARTA_COUNT_STALLS));
	KUNIT_EXPECT_EQ(test, race->exits,
			tracker_fixture_total(race->fixture,
					      VARTA_COUNT_EXITS));
	KUNIT_EXPECT_EQ(test, atomic_read(&race->missed_reports), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->duplicate_reports), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->early_reports), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->wrong_results), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->wrong_order), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->wrong_signals), 0);
	KUNIT_EXPECT_EQ(test, fake_signals()->count,
			tracker_fixture_total(race->fixture,
					      VARTA_COUNT_STALL_SIGNALS) +
			tracker_fixture_total(race->fixture,
					      VARTA_COUNT_STALL_KILLS));
	/* tracker_fixture_check() checks slots and timers. */
}

static struct kunit_case race_cases[] = {
	EXIT_MODES_CASE(each_silence_is_reported_once_under_load),
	{}
};

static struct kunit_suite race_suite = {
	.name = "varta-concurrent-race",
	.init = tracker_fixture_set_exit_mode,
	.exit = tracker_fixture_exit,
	.test_cases = race_cases,
};

kunit_test_suite(race_suite);
