// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads on one small tracker: beating, stalling, evicting, retiring,
 * querying and taking at the same time. What must hold then is looked at while
 * they run, as far as one thread can know it, and when all are done.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "threads.h"
#include "fake_procs.h"
#include "tracker_fixture.h"

enum {
	OPERATIONS	= 15000,
	CAPACITY	= 16,
	/* Agents that any thread beats for, more than there is room for. */
	SHARED_PIDS	= 24,
	/* From this pid on, one agent for each thread, for whom only it beats */
	NS_PID		= 100,
	THRESHOLD	= 50,
	PROCS_USED = 3,
};

struct arena {
	struct ledger *ledger;
	/* Who makes a stall pass. */
	struct mutex passing;
	/* Time and nonces that never go back, whoever reads them. */
	atomic64_t clock;
	atomic64_t nonce;
	atomic64_t answers[VARTA_RECORD_NAMESPACE_CONFLICT + 1];
	atomic64_t reports;
	atomic64_t taken[VARTA_COUNTERS_NUM];
	/* When a thread's own agent had a beat accepted that has returned. */
	u64 accepted[CROWD_MAX];
	/* Things that must not be, and were. */
	atomic_t stale_reports;
	atomic_t unlatched_reports;
	atomic_t wrong_queries;
	atomic_t wrong_answers;
};

struct thread {
	struct arena *arena;
	struct rnd_state random;
	u32 number;
};

static u32 below(struct thread *thread, u32 n)
{
	return prandom_u32_state(&thread->random) % n;
}

static enum varta_record_result beat_for(struct thread *thread,
					 const struct varta_agent_id *id, u64 now,
				  u64 nonce)
{
	struct arena *arena = thread->arena;
	struct varta_beat_info beat = {
		.nonce		= nonce,
		.timestamp	= nonce,
		.pid		= id->pid,
	};
	enum varta_record_result answer;
	bool started;

	if (!below(thread, 10)) {
		beat.status = VARTA_STATUS_CRITICAL;
		beat.nonce = VARTA_TERMINAL_NONCE;
	}
	answer = varta_tracker_record(&arena->ledger->tracker, &beat, id, now,
				      THRESHOLD, &started);
	atomic64_inc(&arena->answers[answer]);
	return answer;
}

static void beat_for_shared(struct thread *thread)
{
	struct varta_agent_id id = {
		.pid = 1 + below(thread, SHARED_PIDS),
		.proc = fake_proc(below(thread, PROCS_USED + 1)),
		.ns_inode = below(thread, 8) ? 1 : below(thread, 3),
		.origin = below(thread, 4) ? VARTA_ORIGIN_KERNEL_ATTESTED :
					     VARTA_ORIGIN_NETWORK_UNVERIFIED,
	};

	u64 nonce = atomic64_inc_return(&thread->arena->nonce);

	/* Now and then one that others may have overtaken. */
	if (!below(thread, 16))
		nonce -= below(thread, 100);
	beat_for(thread, &id, atomic64_read(&thread->arena->clock), nonce);
}

/* Alone in beating for this agent, a thread knows what the answer may be. */
static void beat_for_own(struct thread *thread)
{
	struct arena *arena = thread->arena;
	struct varta_agent_id id = { .pid = NS_PID + thread->number };
	u64 now = atomic64_read(&arena->clock);
	u64 nonce = atomic64_inc_return(&arena->nonce);

	switch (beat_for(thread, &id, now, nonce)) {
	case VARTA_RECORD_INSERTED:
	case VARTA_RECORD_REFRESHED:
		WRITE_ONCE(arena->accepted[thread->number], now);
		break;
	case VARTA_RECORD_CAPACITY_EXCEEDED:
		break;
	default:
		atomic_inc(&arena->wrong_answers);
		break;
	}
}

/* The slot is locked: no beat accepted before may be newer than the report. */
static bool hear(void *context, const struct varta_agent_info *agent)
{
	struct thread *thread = context;
	struct arena *arena = thread->arena;
	u32 number = agent->id.pid - NS_PID;

	atomic64_inc(&arena->reports);
	if (!agent->stalled)
		atomic_inc(&arena->unlatched_reports);
	if (agent->id.pid >= NS_PID &&
	    agent->last_ns < READ_ONCE(arena->accepted[number]))
		atomic_inc(&arena->stale_reports);
	return below(thread, 4);
}

static void find_stalls(struct thread *thread)
{
	struct arena *arena = thread->arena;
	u64 now = atomic64_read(&arena->clock);
	u32 room = below(thread, 4);

	/* One at a time. */
	mutex_lock(&arena->passing);
	while (varta_tracker_stall_pass(&arena->ledger->tracker, now, THRESHOLD,
					room, hear, thread))
		;
	mutex_unlock(&arena->passing);
}

static void retire_shared(struct thread *thread)
{
	struct varta_agent_id id = {
		.pid = 1 + below(thread, SHARED_PIDS),
		.proc = fake_proc(below(thread, PROCS_USED + 1)),
	};

	varta_tracker_remove(&thread->arena->ledger->tracker, &id);
}

static void retire_own(struct thread *thread)
{
	struct varta_agent_id id = { .pid = NS_PID + thread->number };

	varta_tracker_remove(&thread->arena->ledger->tracker, &id);
	if (varta_tracker_lookup(&thread->arena->ledger->tracker, 0, id.pid, NULL,
				 NULL))
		atomic_inc(&thread->arena->wrong_queries);
}

struct question {
	u32 pid;
	bool wrong;
};

static bool is_the_one(void *context, const struct varta_agent_info *agent)
{
	struct question *question = context;

	question->wrong = agent->id.pid != question->pid;
	return true;
}

static void query_any(struct thread *thread)
{
	struct question question = { .pid = 1 + below(thread, SHARED_PIDS) };

	varta_tracker_lookup(&thread->arena->ledger->tracker, 0, question.pid,
			     is_the_one, &question);
	if (question.wrong)
		atomic_inc(&thread->arena->wrong_queries);
}

/* However agents come and go, no more are shown than there are slots. */
static bool mark_seen(void *context, const struct varta_agent_info *agent)
{
	u32 *seen = context;

	(*seen)++;
	return true;
}

static void walk_all(struct thread *thread)
{
	u32 cursor = 0, seen = 0;

	varta_tracker_for_each(&thread->arena->ledger->tracker, &cursor,
			       below(thread, 2), mark_seen, &seen);
	if (seen > CAPACITY)
		atomic_inc(&thread->arena->wrong_queries);
}

static void take_any(struct thread *thread)
{
	struct arena *arena = thread->arena;
	u32 which = below(thread, VARTA_COUNTERS_NUM);

	atomic64_add(varta_counter_take(&arena->ledger->counters, which),
		     &arena->taken[which]);
}

static void change_process(struct thread *thread)
{
	fake_procs_set_pid(1 + below(thread, SHARED_PIDS),
			   below(thread, PROCS_USED + 1));
}

static void operate(struct thread *thread)
{
	u32 n = below(thread, 100);

	if (n < 45)
		beat_for_shared(thread);
	else if (n < 65)
		beat_for_own(thread);
	else if (n < 75)
		find_stalls(thread);
	else if (n < 81)
		retire_shared(thread);
	else if (n < 83)
		retire_own(thread);
	else if (n < 88)
		query_any(thread);
	else if (n < 90)
		walk_all(thread);
	else if (n < 93)
		take_any(thread);
	else if (n < 95)
		change_process(thread);
	else
		atomic64_add(below(thread, 4) ? below(thread, 20) :
						11 * THRESHOLD,
			     &thread->arena->clock);
}

static void fight(void *context)
{
	struct thread *thread = context;
	u32 i;

	for (i = 0; i < OPERATIONS; i++) {
		operate(thread);
		/* So that the others come in between, also on one CPU. */
		if (below(thread, 200))
			cond_resched();
		else
			usleep_range(1, 2);
	}
}

static void expect_no_answer_lost(struct kunit *test, struct arena *arena)
{
	static const enum varta_counter counters[] = {
		[VARTA_RECORD_INSERTED]	= VARTA_COUNT_INSERTED,
		[VARTA_RECORD_REFRESHED]	= VARTA_COUNT_REFRESHED,
		[VARTA_RECORD_OUT_OF_ORDER]	= VARTA_COUNT_OUT_OF_ORDER,
		[VARTA_RECORD_CAPACITY_EXCEEDED] = VARTA_COUNT_CAPACITY_EXCEEDED,
		[VARTA_RECORD_ORIGIN_CONFLICT]	= VARTA_COUNT_ORIGIN_CONFLICTS,
		[VARTA_RECORD_NAMESPACE_CONFLICT] = VARTA_COUNT_NAMESPACE_CONFLICTS,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    ledger_total(arena->ledger, counters[i]),
				    atomic64_read(&arena->answers[i]),
				    "answer %u", i);
		/* Or else this was no test of it. */
		KUNIT_EXPECT_GT_MSG(test, atomic64_read(&arena->answers[i]), 0,
				    "answer %u", i);
	}
	for (i = 0; i < VARTA_COUNTERS_NUM; i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    atomic64_read(&arena->taken[i]) +
				    varta_counter_take(&arena->ledger->counters,
						       i),
				    ledger_total(arena->ledger, i),
				    "counter %u", i);
	KUNIT_EXPECT_EQ(test, ledger_total(arena->ledger, VARTA_COUNT_STALLS),
			atomic64_read(&arena->reports));
}

static void threads_leave_the_ledger_in_order(struct kunit *test)
{
	u32 threads = clamp(2 * num_online_cpus(), 4, CROWD_MAX), i;
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	struct arena *arena = kunit_kzalloc(test, sizeof(*arena), GFP_KERNEL);
	struct thread *fighters = kunit_kcalloc(test, threads,
						sizeof(*fighters), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	KUNIT_ASSERT_NOT_NULL(test, arena);
	KUNIT_ASSERT_NOT_NULL(test, fighters);
	arena->ledger = ledger_make(test, &(struct varta_tracker_config) {
		.capacity = CAPACITY, .eviction_scan_window = CAPACITY / 2,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
		.origin_takeover = true,
	});
	arena->ledger->threshold = THRESHOLD;
	mutex_init(&arena->passing);
	/* High enough to go below, and far from where it wraps. */
	atomic64_set(&arena->nonce, 1ll << 32);
	for (i = 0; i < threads; i++) {
		fighters[i].arena = arena;
		fighters[i].number = i;
		prandom_seed_state(&fighters[i].random, 1000 + i);
		crowd_add(crowd, fight, &fighters[i]);
	}
	KUNIT_ASSERT_EQ(test, crowd_run(crowd), 0);

	expect_no_answer_lost(test, arena);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->stale_reports), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->unlatched_reports), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->wrong_queries), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena->wrong_answers), 0);
	KUNIT_EXPECT_EQ(test,
			ledger_total(arena->ledger,
				     VARTA_COUNT_PROBE_EXHAUSTED), 0);
	KUNIT_EXPECT_GT(test, ledger_total(arena->ledger,
					   VARTA_COUNT_EVICTIONS), 0);
	KUNIT_EXPECT_GT(test, ledger_total(arena->ledger,
					   VARTA_COUNT_STALLS), 0);
	KUNIT_EXPECT_GT(test, ledger_total(arena->ledger,
					   VARTA_COUNT_PID_RECYCLES), 0);
	/* Slots, index, latches and generations are for ledger_check(). */
}

static struct kunit_case concurrent_cases[] = {
	KUNIT_CASE(threads_leave_the_ledger_in_order),
	{}
};

static struct kunit_suite concurrent_suite = {
	.name = "varta-concurrent",
	.exit = ledger_test_exit,
	.test_cases = concurrent_cases,
};

kunit_test_suite(concurrent_suite);
