// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fixture of the tracker's tests. At its end every test is asked what must
 * hold of a tracker whatever was done with it.
 */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "wheel_check.h"

/**
 * ledger_total() - everything that a counter has counted
 * @ledger: the ledger
 * @which: which counter
 */
u64 ledger_total(const struct ledger *ledger, enum varta_counter which)
{
	return varta_counter_total(&ledger->counters, which);
}

/**
 * ledger_slot() - the slot of a pid, found without the index
 * @ledger: the ledger
 * @source: which relay's, 0 for this machine's
 * @pid: whose
 *
 * Return: the slot, or NULL.
 */
struct varta_slot *ledger_slot(const struct ledger *ledger, u32 source,
			       u32 pid)
{
	u32 i;

	for (i = 0; i < ledger->tracker.config.capacity; i++) {
		struct varta_slot *slot = &ledger->tracker.slots[i];

		if (slot->pid == pid && slot->source == source)
			return slot;
	}
	return NULL;
}

/**
 * ledger_rearm() - have another threshold heeded by all slots
 * @ledger: the ledger
 * @threshold: which
 */
void ledger_rearm(struct ledger *ledger, u64 threshold)
{
	u32 cursor = 0;

	while (varta_tracker_rescan(&ledger->tracker, &cursor, threshold))
		;
	ledger->threshold = threshold;
}

/* A time that is not reached, or the last one, needs no timer. */
static u64 deadline_of(const struct ledger *ledger,
		       const struct varta_slot *slot)
{
	u64 since = max(slot->last_ns, ledger->tracker.resume_ns);
	u64 threshold = ledger->threshold, deadline;

	if (slot->threshold_ms)
		threshold = slot->threshold_ms * (u64)NSEC_PER_MSEC;
	return check_add_overflow(since, threshold, &deadline) ? U64_MAX :
								deadline;
}

/**
 * ledger_timer_is_right() - whether a slot is looked at when it should be
 * @ledger: the ledger; nobody is using it
 * @number: of the slot
 *
 * Return: whether it is armed, and early enough, if its agent can stall, and
 * not armed if not.
 */
bool ledger_timer_is_right(const struct ledger *ledger, u32 number)
{
	const struct varta_slot *slot = &ledger->tracker.slots[number];
	u64 armed = wheel_expires(&ledger->tracker.wheel, number);

	/* Once its time has come, a slot that is about to be freed is not. */
	if (slot->pid && !slot->stalled)
		return slot->exited || armed <= deadline_of(ledger, slot);
	return armed == U64_MAX;
}

/**
 * ledger_check() - what holds of every tracker that nobody is using
 * @test: which fails if it does not
 * @ledger: the ledger
 */
void ledger_check(struct kunit *test, struct ledger *ledger)
{
	struct varta_tracker *tracker = &ledger->tracker;
	bool admits = tracker->config.ops->try_charge;
	int held[FAKE_PROCS] = {};
	int admitted[FAKE_USERS] = {};
	int netns_charged[FAKE_NETNS] = {};
	u32 i, found, used = 0, latched = 0, entries = 0;

	for (i = 0; i < tracker->config.capacity; i++) {
		struct varta_slot *slot = &tracker->slots[i];

		KUNIT_EXPECT_TRUE_MSG(test, ledger_timer_is_right(ledger, i),
				      "slot %u, pid %u", i, slot->pid);
		if (!slot->pid) {
			KUNIT_EXPECT_FALSE(test, slot->stalled);
			continue;
		}
		used++;
		latched += slot->stalled;
		if (slot->proc)
			held[fake_proc_nr(slot->proc)]++;
		admitted[slot->uid] += admits;
		netns_charged[fake_netns_nr(slot->netns)] += admits;
		if (!varta_pid_index_get(&tracker->index,
					 varta_key(slot->source, slot->pid),
					 &found))
			found = VARTA_CAPACITY_MAX;
		KUNIT_EXPECT_EQ_MSG(test, found, i, "pid %u", slot->pid);
	}
	KUNIT_EXPECT_STREQ(test, wheel_fault(&tracker->wheel) ?: "", "");
	/* An entry is more than the two marks for places without one. */
	for (i = 0; i <= tracker->index.mask; i++)
		entries += tracker->index.entries[i] > 1;

	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker), used);
	KUNIT_EXPECT_EQ(test, entries, used);
	KUNIT_EXPECT_EQ(test, varta_tracker_stalled_now(tracker), latched);
	for (i = 1; i < FAKE_PROCS; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake_proc_refs(i), held[i],
				    "process %u", i);
	for (i = 0; i < FAKE_USERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake_user_charged(i), admitted[i],
				    "user %u", i);
	for (i = 0; i < FAKE_NETNS; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake_netns_charged(i), netns_charged[i],
				    "netns %u", i);
	KUNIT_EXPECT_FALSE(test, fake_procs_misused());
	KUNIT_EXPECT_EQ(test, ledger_total(ledger,
					   VARTA_COUNT_INVARIANT_VIOLATIONS),
			ledger->violations);
}

/**
 * ledger_make() - make the ledger that a test is about
 * @test: the test; a second ledger may only be made when the first one is
 *	destroyed
 * @config: what is to be so; counters are filled in, and generations if they
 *	are missing
 */
struct ledger *ledger_make(struct kunit *test,
			   const struct varta_tracker_config *config)
{
	struct varta_tracker_config whole = *config;
	struct ledger *ledger;

	ledger = kzalloc(sizeof(*ledger), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ledger);
	if (varta_counters_init(&ledger->counters)) {
		kfree(ledger);
		KUNIT_FAIL_AND_ABORT(test, "no memory for counters");
	}
	if (!whole.ops)
		whole.ops = &fake_procs_ops;
	whole.counters = &ledger->counters;
	if (varta_tracker_init(&ledger->tracker, &whole)) {
		varta_counters_destroy(&ledger->counters);
		kfree(ledger);
		KUNIT_FAIL_AND_ABORT(test, "no tracker of %u slots",
				     whole.capacity);
	}
	fake_procs_reset();
	test->priv = ledger;
	return ledger;
}

/**
 * ledger_destroy() - look a ledger over and destroy it
 * @test: the test
 * @ledger: what ledger_make() returned
 */
void ledger_destroy(struct kunit *test, struct ledger *ledger)
{
	test->priv = NULL;
	ledger_check(test, ledger);
	varta_tracker_destroy(&ledger->tracker);
	KUNIT_EXPECT_EQ(test, fake_procs_refs_total(), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_charged_total(), 0);
	KUNIT_EXPECT_FALSE(test, fake_procs_misused());
	varta_counters_destroy(&ledger->counters);
	kfree(ledger);
}

/**
 * ledger_test_exit() - for suites whose tests make ledgers
 * @test: the test
 */
void ledger_test_exit(struct kunit *test)
{
	if (test->priv)
		ledger_destroy(test, test->priv);
}
