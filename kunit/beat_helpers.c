// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the tests of single rules talk to a ledger.
 */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "beat_helpers.h"
#include "fake_procs.h"

/**
 * small_ledger() - make a ledger of four slots, strict and without takeover
 * @test: the test
 */
void small_ledger(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 4, .eviction_scan_window = 256,
	});
}

/**
 * tracker_of() - the tracker of the test's ledger
 * @test: the test
 */
struct varta_tracker *tracker_of(struct kunit *test)
{
	struct ledger *ledger = test->priv;

	return &ledger->tracker;
}

/**
 * slot_from() - the slot of a source's pid, without which the test cannot go on
 * @test: the test
 * @source: which relay's, 0 for this machine's
 * @pid: whose
 */
struct varta_slot *slot_from(struct kunit *test, u32 source, u32 pid)
{
	struct varta_slot *slot = ledger_slot(test->priv, source, pid);

	KUNIT_ASSERT_NOT_NULL(test, slot);
	return slot;
}

/**
 * slot_of() - the slot of a pid of this machine
 * @test: the test, which cannot go on without
 * @pid: whose
 */
struct varta_slot *slot_of(struct kunit *test, u32 pid)
{
	return slot_from(test, 0, pid);
}

/**
 * is_tracked() - whether there is a slot for a pid, whatever the index says
 * @test: the test
 * @pid: whose
 */
bool is_tracked(struct kunit *test, u32 pid)
{
	return ledger_slot(test->priv, 0, pid);
}

/**
 * retire() - retire an agent of whatever generation
 * @test: the test
 * @pid: whose
 *
 * Return: what the tracker says.
 */
bool retire(struct kunit *test, u32 pid)
{
	struct varta_agent_id id = { .pid = pid };

	return varta_tracker_remove(tracker_of(test), &id);
}

/**
 * note_exit() - the process of an agent of this machine has ended
 * @test: the test
 * @pid: whose
 * @proc: the number of its process
 * @exit_code: how
 *
 * Return: what the tracker says.
 */
bool note_exit(struct kunit *test, u32 pid, u32 proc, u32 exit_code)
{
	struct varta_agent_id id = { .pid = pid, .proc = fake_proc(proc) };

	return varta_tracker_note_exit(tracker_of(test), &id, exit_code);
}

/**
 * exit_pass() - a whole pass over the noted exits
 * @test: the test
 * @heard: is set to what came of it
 *
 * Return: how many were reported.
 */
u32 exit_pass(struct kunit *test, struct heard *heard)
{
	*heard = (struct heard) { .tracker = tracker_of(test) };
	KUNIT_EXPECT_FALSE(test, varta_tracker_exit_pass(tracker_of(test), hear,
							 heard));
	return heard->count;
}

/**
 * total_of() - everything that a counter has counted
 * @test: the test
 * @which: which counter
 */
u64 total_of(struct kunit *test, enum varta_counter which)
{
	return ledger_total(test->priv, which);
}

static const enum varta_counter answer_counters[] = {
	[VARTA_RECORD_INSERTED]		= VARTA_COUNT_INSERTED,
	[VARTA_RECORD_REFRESHED]		= VARTA_COUNT_REFRESHED,
	[VARTA_RECORD_OUT_OF_ORDER]		= VARTA_COUNT_OUT_OF_ORDER,
	[VARTA_RECORD_CAPACITY_EXCEEDED]	= VARTA_COUNT_CAPACITY_EXCEEDED,
	[VARTA_RECORD_ORIGIN_CONFLICT]		= VARTA_COUNT_ORIGIN_CONFLICTS,
	[VARTA_RECORD_NAMESPACE_CONFLICT]	= VARTA_COUNT_NAMESPACE_CONFLICTS,
	[VARTA_RECORD_QUOTA_EXCEEDED]		= VARTA_COUNT_QUOTA_EXCEEDED,
};

/**
 * same_slots() - whether two slots say the same, the lock apart
 * @a: one slot
 * @b: another
 */
bool same_slots(const struct varta_slot *a, const struct varta_slot *b)
{
	size_t start = offsetofend(struct varta_slot, lock);

	return !memcmp((const char *)a + start, (const char *)b + start,
		       sizeof(*a) - start);
}

/**
 * say() - put a beat to the ledger
 * @test: the test, which has made a ledger
 * @said: the beat
 *
 * Every answer is counted, once and as itself, and a refused beat changes
 * nothing in the slot. That is looked at here, for every beat of every test.
 *
 * Return: the answer.
 */
enum varta_record_result say(struct kunit *test, const struct said *said)
{
	struct ledger *ledger = test->priv;
	struct varta_slot *slot = ledger_slot(ledger, said->source, said->pid);
	struct varta_beat_info beat = {
		.nonce		= said->terminal ? U64_MAX : said->nonce,
		.timestamp	= said->timestamp,
		.payload	= said->payload,
		.pid		= said->ns_pid,
		.status		= said->terminal ? VARTA_STATUS_CRITICAL :
						   said->status,
		.threshold_ms	= said->threshold_ms,
		.name		= said->name,
	};
	struct varta_agent_id id = {
		.proc	= fake_proc(said->proc),
		.ns_inode	= said->ns,
		.netns		= fake_netns(said->netns),
		.comm		= said->comm,
		.source		= said->source,
		.pid		= said->pid,
		.ns_pid	= said->ns_pid,
		.uid		= said->uid,
		.origin		= said->origin,
	};
	u64 threshold = said->threshold ? *said->threshold : THRESHOLD;
	u64 before[VARTA_COUNTERS_NUM];
	struct varta_slot was;
	enum varta_record_result answer;
	bool started;
	int i;

	if (slot)
		was = *slot;
	for (i = 0; i < ARRAY_SIZE(answer_counters); i++)
		before[i] = ledger_total(ledger, answer_counters[i]);

	answer = varta_tracker_record(&ledger->tracker, &beat, &id, said->now,
				      threshold, &started);
	/* Refreshed by another origin is started, too. */
	KUNIT_EXPECT_EQ(test, started, answer == VARTA_RECORD_INSERTED ||
			(answer == VARTA_RECORD_REFRESHED && was.origin != id.origin));
	ledger->threshold = max(ledger->threshold, threshold);
	if (slot && answer != VARTA_RECORD_INSERTED && answer != VARTA_RECORD_REFRESHED)
		KUNIT_EXPECT_TRUE(test, same_slots(slot, &was));
	for (i = 0; i < ARRAY_SIZE(answer_counters); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    ledger_total(ledger, answer_counters[i]),
				    before[i] + (i == answer), "answer %d", i);
	return answer;
}

/**
 * full_ledger() - make a ledger and fill it
 * @test: the test
 * @capacity: how many agents, 1 to @capacity, who beat at FILLED
 * @window: slots looked at in one pass
 * @policy: who may be evicted
 *
 * Return: the tracker; agent n is in slot n - 1, and eviction begins at slot 0.
 */
struct varta_tracker *full_ledger(struct kunit *test, u32 capacity, u32 window,
				  enum varta_eviction_policy policy)
{
	struct varta_tracker *tracker;
	u32 i;

	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = capacity, .eviction_scan_window = window,
		.eviction_policy = policy,
	});
	tracker = tracker_of(test);
	for (i = 0; i < capacity; i++) {
		EXPECT_INSERTED(test, .pid = i + 1, .nonce = 1, .now = FILLED);
		/* What follows names slots by number. */
		KUNIT_ASSERT_EQ(test, tracker->slots[i].pid, i + 1);
	}
	KUNIT_ASSERT_EQ(test, tracker->eviction_cursor, 0);
	return tracker;
}

/**
 * hear() - keep the report of a stall or an exit
 * @context: a struct heard
 * @agent: the agent that is reported
 *
 * Return: whether that was not enough.
 */
bool hear(void *context, const struct varta_agent_info *agent)
{
	struct heard *heard = context;
	u32 i;

	if (heard->count < ARRAY_SIZE(heard->agents))
		heard->agents[heard->count] = *agent;
	heard->count++;
	for (i = 0; i < heard->tracker->config.capacity; i++) {
		struct varta_slot *slot = &heard->tracker->slots[i];

		if (slot->pid == agent->id.pid &&
		    slot->source == agent->id.source && !slot->stalled)
			heard->latch_was_clear = true;
	}
	return heard->count != heard->enough;
}

/**
 * pass_with() - passes over all stalls there are
 * @test: the test
 * @now: the time
 * @threshold: the silence that counts
 * @heard: is set to what came of it
 *
 * If the threshold is another one than before, that is heeded first.
 *
 * Return: how many were reported.
 */
u32 pass_with(struct kunit *test, u64 now, u64 threshold, struct heard *heard)
{
	struct varta_tracker *tracker = tracker_of(test);
	struct ledger *ledger = test->priv;
	u32 passes = 0;

	*heard = (struct heard) { .tracker = tracker };
	if (ledger->threshold != threshold)
		ledger_rearm(ledger, threshold);
	while (varta_tracker_stall_pass(tracker, now, threshold,
					VARTA_STALL_BATCH, hear, heard))
		KUNIT_ASSERT_LT(test, passes++,
				2 + tracker->config.capacity);
	heard->deadline = varta_tracker_next_deadline(tracker);
	KUNIT_EXPECT_FALSE(test, heard->latch_was_clear);
	return heard->count;
}

/**
 * pass() - passes over all stalls with the usual threshold
 * @test: the test
 * @now: the time
 *
 * Return: how many were reported.
 */
u32 pass(struct kunit *test, u64 now)
{
	struct heard heard;

	return pass_with(test, now, THRESHOLD, &heard);
}

/**
 * stalled_now() - how many stalls stand
 * @test: the test
 */
u32 stalled_now(struct kunit *test)
{
	return varta_tracker_stalled_now(tracker_of(test));
}
