// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beats against the stall pass, from several threads, with thresholds so short
 * that every beat is about to be late; meanwhile agents come, are admitted or
 * not, are evicted, retired, recycled and exit, and the threshold changes. Each
 * silence that was long enough must be told of once, and no other.
 *
 * A thread is alone in beating for its agents, so it knows what the ledger must
 * say of them. One thread does what the module's watch does, and like it looks
 * at the ledger only when it said so.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/time64.h>

#include "threads.h"
#include "fake_procs.h"
#include "tracker_fixture.h"

enum {
	OPERATIONS	= 15000,
	BEATERS_MAX	= 32,
	/* How many each thread beats for. */
	AGENTS		= 4,
	AGENTS_MAX	= BEATERS_MAX * AGENTS,
	/* In nanoseconds of a clock that only the operations move. */
	SHORTEST	= 1 << 14,
	LONGEST		= SHORTEST << 6,
	STEP		= 1 << 14,
};

static_assert(LONGEST > NSEC_PER_MSEC);

/* An agent, by its pid less one. */
struct agent {
	/* Nonce of the last beat that was told to be the end of a silence. */
	u64 told;
	/* Of its thread alone: its last accepted beat, 0 if there is none. */
	u64 nonce;
	u64 now;
	u64 after;
	u32 proc;
};

struct arena {
	struct ledger *ledger;
	atomic64_t clock;
	atomic_t threshold;
	atomic_t beating;
	struct agent agents[AGENTS_MAX];

	/* How many rounds the watcher has begun. */
	atomic64_t rounds;
	/* Protects what the last finished round has found nothing left in. */
	spinlock_t lock;
	u64 round;
	u64 round_now;
	/* Written by the watcher. */
	u64 forgiven;

	/* Of the watcher alone. */
	u64 pass_now;
	u64 pass_threshold;
	u64 next;
	u32 sooners;
	u32 cursor;
	bool rearming;
	u64 reports;
	u64 exits;
	u64 skipped;

	/* Silences that the beaters know must have been told of. */
	atomic64_t certain;
	/* Things that must not be, and were. */
	atomic_t untold;
	atomic_t told_twice;
	atomic_t told_too_early;
	atomic_t wrong_answers;
};

struct thread {
	struct arena *arena;
	struct rnd_state random;
	u32 number;
	u64 nonce;
};

static u32 below(struct thread *thread, u32 n)
{
	return prandom_u32_state(&thread->random) % n;
}

/* So that the others come in between, also on one CPU. */
static void let_others(struct thread *thread, u32 one_in)
{
	if (below(thread, one_in))
		cond_resched();
	else
		usleep_range(1, 2);
}

/* ---- The watcher. */

/* The slot is locked, so nobody else can write what is kept of its agent. */
static bool hear_stall(void *context, const struct varta_agent_info *agent)
{
	struct arena *arena = context;
	struct agent *kept = &arena->agents[agent->id.pid - 1];
	u64 since = max(agent->last_ns, arena->forgiven);
	u64 threshold = agent->threshold_ms ?
		agent->threshold_ms * (u64)NSEC_PER_MSEC :
		arena->pass_threshold;

	arena->reports++;
	if (READ_ONCE(kept->told) >= agent->nonce)
		atomic_inc(&arena->told_twice);
	WRITE_ONCE(kept->told, agent->nonce);
	if (since + threshold > arena->pass_now)
		atomic_inc(&arena->told_too_early);
	return false;
}

static bool hear_exit(void *context, const struct varta_agent_info *agent)
{
	struct arena *arena = context;

	arena->exits++;
	return arena->exits % 4;
}

static void rearm(struct arena *arena)
{
	u64 threshold = atomic_read(&arena->threshold);

	if (threshold != arena->pass_threshold) {
		arena->pass_threshold = threshold;
		arena->cursor = 0;
		arena->rearming = true;
	}
	if (arena->rearming)
		arena->rearming = varta_tracker_rescan(&arena->ledger->tracker,
						       &arena->cursor,
						      threshold);
}

static void pass(struct thread *thread)
{
	struct arena *arena = thread->arena;
	struct varta_tracker *tracker = &arena->ledger->tracker;

	while (varta_tracker_exit_pass(tracker, hear_exit, arena))
		;
	do {
		rearm(arena);
		if (!below(thread, 16))
			let_others(thread, 4);
	} while (varta_tracker_stall_pass(tracker, arena->pass_now,
					  arena->pass_threshold,
					  below(thread, 5), hear_stall, arena) ||
		 arena->rearming);
}

static void forgive(struct arena *arena)
{
	WRITE_ONCE(arena->forgiven, atomic64_read(&arena->clock));
	varta_tracker_resume(&arena->ledger->tracker, arena->forgiven);
}

/* What is due now is told of when this is done, whether there was a pass. */
static void watch_round(struct thread *thread)
{
	struct arena *arena = thread->arena;
	u64 round = atomic64_inc_return(&arena->rounds);
	u32 sooners;

	if (!below(thread, 64))
		forgive(arena);
	arena->pass_now = atomic64_read(&arena->clock);
	sooners = fake_procs_kicks();
	if (arena->pass_now < arena->next && sooners == arena->sooners &&
	    atomic_read(&arena->threshold) == arena->pass_threshold) {
		arena->skipped++;
	} else {
		arena->sooners = sooners;
		pass(thread);
		arena->next = varta_tracker_next_deadline(&arena->ledger->tracker);
	}
	spin_lock(&arena->lock);
	arena->round = round;
	arena->round_now = arena->pass_now;
	spin_unlock(&arena->lock);
}

static void watch(void *context)
{
	struct thread *thread = context;

	while (atomic_read(&thread->arena->beating)) {
		watch_round(thread);
		let_others(thread, 8);
	}
}

/* ---- The beaters. */

/*
 * Whether the agent's silence up to now was long enough for a round that began
 * when it had begun already.
 */
static bool is_certainly_told(struct arena *arena, const struct agent *agent)
{
	u64 since = max(agent->now, READ_ONCE(arena->forgiven));
	bool certain;

	spin_lock(&arena->lock);
	certain = arena->round > agent->after &&
		  arena->round_now >= since + LONGEST;
	spin_unlock(&arena->lock);
	return certain && agent->nonce;
}

static void beat(struct thread *thread, u32 pid)
{
	struct arena *arena = thread->arena;
	struct agent *agent = &arena->agents[pid - 1];
	u64 now = atomic64_read(&arena->clock);
	struct varta_agent_id id = {
		.pid = pid, .proc = fake_proc(1 + agent->proc),
		.uid = thread->number % 2, .netns = fake_netns(thread->number % 3),
	};
	struct varta_beat_info beat = {
		.pid = pid, .nonce = ++thread->nonce,
		.threshold_ms = !below(thread, 16),
	};
	bool certain = is_certainly_told(arena, agent), started;

	switch (varta_tracker_record(&arena->ledger->tracker, &beat, &id, now,
				     atomic_read(&arena->threshold),
				     &started)) {
	case VARTA_RECORD_REFRESHED:
		/* From here on, nobody can tell of the silence before. */
		if (certain) {
			atomic64_inc(&arena->certain);
			if (READ_ONCE(agent->told) != agent->nonce)
				atomic_inc(&arena->untold);
		}
		fallthrough;
	case VARTA_RECORD_INSERTED:
		agent->nonce = beat.nonce;
		agent->now = now;
		agent->after = atomic64_read(&arena->rounds);
		break;
	case VARTA_RECORD_CAPACITY_EXCEEDED:
	case VARTA_RECORD_QUOTA_EXCEEDED:
		agent->nonce = 0;
		break;
	default:
		atomic_inc(&arena->wrong_answers);
		break;
	}
}

static void end(struct thread *thread, u32 pid, u32 how)
{
	struct arena *arena = thread->arena;
	struct agent *agent = &arena->agents[pid - 1];
	struct varta_agent_id id = {
		.pid = pid, .proc = fake_proc(1 + agent->proc),
	};

	if (!how)
		varta_tracker_remove(&arena->ledger->tracker, &id);
	else if (how == 1)
		varta_tracker_note_exit(&arena->ledger->tracker, &id, 0);
	else
		agent->proc = (agent->proc + 1) % 3;
	agent->nonce = 0;
}

static void operate(struct thread *thread)
{
	u32 pid = 1 + thread->number * AGENTS + below(thread, AGENTS);
	struct arena *arena = thread->arena;
	u32 n = below(thread, 1000);

	if (n < 600)
		beat(thread, pid);
	else if (n < 620)
		end(thread, pid, below(thread, 3));
	else if (n < 625)
		atomic_set(&arena->threshold, SHORTEST << below(thread, 7));
	else if (n < 640)
		fake_procs_set_pid(pid, below(thread, 4));
	else if (n < 645)
		fake_procs_set_quota(below(thread, 4) ? U32_MAX :
					below(thread, 2 * AGENTS));
	else
		atomic64_add(below(thread, 64) ? below(thread, STEP) :
						 2 * LONGEST, &arena->clock);
}

static void beat_for_agents(void *context)
{
	struct thread *thread = context;
	u32 i;

	for (i = 0; i < OPERATIONS; i++) {
		operate(thread);
		let_others(thread, 20);
	}
	atomic_dec(&thread->arena->beating);
}

/* ---- The test. */

/* All that are left fall silent, are told of, and nothing is waited for. */
static void expect_an_end(struct kunit *test, struct thread *watcher)
{
	struct arena *arena = watcher->arena;
	struct varta_tracker *tracker = &arena->ledger->tracker;

	atomic64_add(20 * LONGEST, &arena->clock);
	arena->pass_now = atomic64_read(&arena->clock);
	pass(watcher);
	KUNIT_EXPECT_EQ(test, varta_tracker_stalled_now(tracker),
			varta_tracker_tracked(tracker));
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(tracker), U64_MAX);
}

static void expect_all_was_reached(struct kunit *test, struct arena *arena)
{
	static const enum varta_counter counters[] = {
		VARTA_COUNT_INSERTED, VARTA_COUNT_REFRESHED,
		VARTA_COUNT_CAPACITY_EXCEEDED, VARTA_COUNT_EVICTIONS,
		VARTA_COUNT_PID_RECYCLES, VARTA_COUNT_STALLS,
		VARTA_COUNT_EXITS, VARTA_COUNT_QUOTA_EXCEEDED,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		KUNIT_EXPECT_GT_MSG(test,
				    ledger_total(arena->ledger, counters[i]),
				    0, "counter %u", counters[i]);
	KUNIT_EXPECT_GT(test, atomic64_read(&arena->certain), 0);
	KUNIT_EXPECT_GT(test, arena->skipped, 0);
	kunit_info(test, "%llu stalls, %lld certain, %llu exits, %llu evictions, %llu recycled, %lld rounds, %llu skipped\n",
		   arena->reports, atomic64_read(&arena->certain), arena->exits,
		   ledger_total(arena->ledger, VARTA_COUNT_EVICTIONS),
		   ledger_total(arena->ledger, VARTA_COUNT_PID_RECYCLES),
		   atomic64_read(&arena->rounds), arena->skipped);
}

static void each_silence_is_told_of_once(struct kunit *test)
{
	u32 beaters = clamp(2 * num_online_cpus(), 4, BEATERS_MAX), i;
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	struct arena *arena = kunit_kzalloc(test, sizeof(*arena), GFP_KERNEL);
	struct thread *threads = kunit_kcalloc(test, beaters + 1,
					       sizeof(*threads), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	KUNIT_ASSERT_NOT_NULL(test, arena);
	KUNIT_ASSERT_NOT_NULL(test, threads);
	arena->ledger = ledger_make(test, &(struct varta_tracker_config) {
		.capacity = beaters * AGENTS - 3, .eviction_scan_window = 8,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	arena->ledger->threshold = LONGEST;
	spin_lock_init(&arena->lock);
	atomic_set(&arena->threshold, LONGEST);
	atomic_set(&arena->beating, beaters);
	for (i = 0; i <= beaters; i++) {
		threads[i].arena = arena;
		threads[i].number = i;
		prandom_seed_state(&threads[i].random, 2000 + i);
		crowd_add(crowd, i < beaters ? beat_for_agents : watch,
			  &threads[i]);
	}
	KUNIT_ASSERT_EQ(test, crowd_run(crowd), 0);

	expect_an_end(test, &threads[beaters]);
	expect_all_was_reached(test, arena);
	KUNIT_EXPECT_EQ(test, arena->reports,
			ledger_total(arena->ledger, VARTA_COUNT_STALLS));
	KUNIT_EXPECT_EQ(test, arena->exits,
			ledger_total(arena->ledger, VARTA_COUNT_EXITS));
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->untold), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->told_twice), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->told_too_early), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->wrong_answers), 0);
	/* Slots, timers and the rest are for ledger_check(). */
}

static struct kunit_case race_cases[] = {
	KUNIT_CASE(each_silence_is_told_of_once),
	{}
};

static struct kunit_suite race_suite = {
	.name = "varta-concurrent-race",
	.exit = ledger_test_exit,
	.test_cases = race_cases,
};

kunit_test_suite(race_suite);
