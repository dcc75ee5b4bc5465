// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fixture of the tracker tests; checks the tracker's invariants at the end.
 */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "wheel_check.h"

/* Keeps what the callback returns. */
struct exit_pass {
	varta_agent_cb report;
	void *context;
	bool go_on;
};

static bool pass_report(void *context, const struct varta_agent_info *agent)
{
	struct exit_pass *pass = context;

	pass->go_on = pass->report(pass->context, agent);
	return pass->go_on;
}

/**
 * tracker_fixture_total() - total of a counter
 * @fixture: the fixture
 * @which: the counter
 */
u64 tracker_fixture_total(const struct tracker_fixture *fixture,
			  enum varta_counter which)
{
	return varta_counter_total(&fixture->counters, which);
}

/**
 * tracker_fixture_slot() - find the slot of a pid without the index
 * @fixture: the fixture
 * @source: number of the relay, 0 for this machine
 * @pid: the agent's pid
 *
 * Return: the slot, or NULL.
 */
struct varta_slot *tracker_fixture_slot(const struct tracker_fixture *fixture,
					u32 source, u32 pid)
{
	u32 i;

	for (i = 0; i < fixture->tracker.config.capacity; i++) {
		struct varta_slot *slot = &fixture->tracker.slots[i];

		if (slot->pid == pid && slot->source == source &&
		    slot->exit_state != VARTA_EXIT_DETACHED)
			return slot;
	}
	return NULL;
}

/**
 * tracker_fixture_rescan() - rescan all slots for a changed threshold
 * @fixture: the fixture
 * @threshold: the new threshold in nanoseconds
 */
void tracker_fixture_rescan(struct tracker_fixture *fixture, u64 threshold)
{
	u32 cursor = 0;

	while (varta_tracker_rescan(&fixture->tracker, &cursor, threshold))
		;
	fixture->threshold = threshold;
}

/* Exits that were taken from the tracker. */
static struct varta_slot_list taken;

static struct varta_slot_list *taken_of(u32 flow)
{
	return &taken;
}

/**
 * tracker_fixture_exit_pass() - report exits until the callback returns false
 * @fixture: the fixture
 * @report: called for each
 * @context: passed to @report
 *
 * Return: whether there are more.
 */
bool tracker_fixture_exit_pass(struct tracker_fixture *fixture,
			       varta_agent_cb report, void *context)
{
	struct varta_tracker *tracker = &fixture->tracker;
	struct exit_pass pass = { .report = report, .context = context };

	varta_tracker_take_exits(tracker, taken_of);
	do {
		if (varta_tracker_exit_time(tracker, &taken) == U64_MAX)
			return false;
		varta_tracker_report_exit(tracker, &taken, pass_report, &pass);
	} while (pass.go_on);
	return varta_tracker_exit_time(tracker, &taken) != U64_MAX;
}

/* U64_MAX if the deadline is not representable: no timer is needed. */
static u64 deadline_of(const struct tracker_fixture *fixture,
		       const struct varta_slot *slot)
{
	u64 since = max(slot->last_ns, fixture->tracker.resume_ns);
	u64 threshold = fixture->threshold, deadline;

	if (slot->threshold_ms)
		threshold = slot->threshold_ms * (u64)NSEC_PER_MSEC;
	if (fixture->warn_percent && !slot->late)
		threshold = div_u64(threshold, 100) * fixture->warn_percent;
	return check_add_overflow(since, threshold, &deadline) ? U64_MAX :
								deadline;
}

/**
 * tracker_fixture_timer_ok() - check the timer of a slot
 * @fixture: the fixture; no other thread uses it
 * @nr: number of the slot
 *
 * Return: true if an agent that can stall, or else its group, is armed for no
 * later than its deadline, and any other slot is not armed.
 */
bool tracker_fixture_timer_ok(const struct tracker_fixture *fixture, u32 nr)
{
	const struct varta_slot *slot = &fixture->tracker.slots[nr];
	const struct varta_wheel *wheel = &fixture->tracker.wheel;
	u64 armed = wheel_expires(wheel, nr);
	u64 looked_at = wheel_expires(wheel, varta_wheel_group_timer(wheel, nr));

	/* An exited agent is not armed again once its timer has expired. */
	if (slot->pid && !slot->stalled)
		return slot->exit_state ||
		       min(armed, looked_at) <= max(deadline_of(fixture, slot),
						    fixture->retry_at);
	return armed == U64_MAX;
}

/**
 * tracker_fixture_action() - find the action of a slot in all buckets
 * @fixture: the fixture; no other thread uses it
 * @nr: number of the slot
 *
 * Return: the action, or NULL.
 */
const struct varta_action *
tracker_fixture_action(const struct tracker_fixture *fixture, u32 nr)
{
	const struct varta_actions *actions = &fixture->tracker.actions;
	const struct varta_action *action;
	u32 i;

	for (i = 0; i <= actions->mask; i++) {
		hlist_for_each_entry(action, &actions->buckets[i], node) {
			if (action->slot == nr)
				return action;
		}
	}
	return NULL;
}

/* Agents that lost their slot: each was inserted once. */
static u64 removed_total(const struct tracker_fixture *fixture)
{
	static const enum varta_counter counters[] = {
		VARTA_COUNT_EXITS, VARTA_COUNT_GOODBYES, VARTA_COUNT_EVICTIONS,
		VARTA_COUNT_PID_RECYCLES, VARTA_COUNT_REMOVED_DEAD,
	};
	u64 sum = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		sum += tracker_fixture_total(fixture, counters[i]);
	return sum;
}

/* An action is found by its slot, and waits only while that is stalled. */
static void check_actions(struct kunit *test, struct varta_tracker *tracker)
{
	u32 i, found = 0, queued = 0, wanted = 0;
	const struct varta_action *action;

	for (i = 0; i < tracker->config.capacity; i++)
		wanted += tracker->slots[i].has_action;
	for (i = 0; i <= tracker->actions.mask; i++) {
		hlist_for_each_entry(action, &tracker->actions.buckets[i],
				     node) {
			struct varta_slot *slot = &tracker->slots[action->slot];
			bool waits = !RB_EMPTY_NODE(&action->timer.node);

			found++;
			queued += waits;
			KUNIT_EXPECT_TRUE(test, slot->has_action);
			KUNIT_EXPECT_NE(test, slot->pid, 0);
			KUNIT_EXPECT_TRUE(test, slot->stalled || !waits);
		}
	}
	KUNIT_EXPECT_EQ(test, found, wanted);
	KUNIT_EXPECT_EQ(test, tracker->actions.queued, queued);
}

/**
 * tracker_fixture_check() - check the invariants of the tracker
 * @test: the test
 * @fixture: the fixture; no other thread uses it
 *
 * Checks slots, timers, index, references, charges, gauges and counters.
 */
void tracker_fixture_check(struct kunit *test, struct tracker_fixture *fixture)
{
	struct varta_tracker *tracker = &fixture->tracker;
	bool has_quota = tracker->config.ops->try_charge;
	int refs[FAKE_PROCS] = {};
	int charged[FAKE_USERS] = {};
	int netns_charged[FAKE_NETNS] = {};
	u32 i, found, used = 0, stalled = 0, entries = 0, detached = 0;

	for (i = 0; i < tracker->config.capacity; i++) {
		struct varta_slot *slot = &tracker->slots[i];

		KUNIT_EXPECT_TRUE_MSG(test,
				      tracker_fixture_timer_ok(fixture, i),
				      "slot %u, pid %u", i, slot->pid);
		if (!slot->pid) {
			KUNIT_EXPECT_FALSE(test, slot->stalled);
			KUNIT_EXPECT_FALSE(test, slot->exit_state);
			continue;
		}
		used++;
		stalled += slot->stalled;
		if (slot->proc)
			refs[fake_proc_nr(slot->proc)]++;
		charged[slot->uid] += has_quota;
		netns_charged[fake_netns_nr(slot->netns)] += has_quota;
		if (slot->exit_state == VARTA_EXIT_DETACHED) {
			detached++;
			continue;
		}
		found = varta_pid_index_get(&tracker->index,
					    varta_key(slot->source, slot->pid));
		KUNIT_EXPECT_EQ_MSG(test, found, i, "pid %u", slot->pid);
	}
	check_actions(test, tracker);
	KUNIT_EXPECT_STREQ(test, wheel_fault(&tracker->wheel) ?: "", "");
	/* Entries 0 and 1 are the marks for empty and tombstone. */
	for (i = 0; i <= tracker->index.mask; i++)
		entries += tracker->index.entries[i] > 1;

	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker), used);
	KUNIT_EXPECT_EQ(test, entries, used - detached);
	KUNIT_EXPECT_EQ(test, varta_tracker_stalled_now(tracker), stalled);
	for (i = 1; i < FAKE_PROCS; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake_proc_refs(i), refs[i],
				    "process %u", i);
	for (i = 0; i < FAKE_USERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake_user_charged(i), charged[i],
				    "user %u", i);
	for (i = 0; i < FAKE_NETNS; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake_netns_charged(i),
				    netns_charged[i], "netns %u", i);
	KUNIT_EXPECT_EQ(test,
			tracker_fixture_total(fixture, VARTA_COUNT_INSERTED),
			removed_total(fixture) + used);
	KUNIT_EXPECT_FALSE(test, fake_procs_unbalanced());
	KUNIT_EXPECT_EQ(test,
			tracker_fixture_total(fixture,
					      VARTA_COUNT_INVARIANT_VIOLATIONS),
			fixture->violations);
}

/* Of the trackers that are created. */
static bool defer_exits;

static const bool exit_modes[] = { false, true };

/**
 * tracker_fixture_exit_modes() - generate the parameters of a case
 * @prev: the parameter before, NULL at first
 * @name: set to its name
 *
 * Return: the parameter, NULL at the end.
 */
const void *tracker_fixture_exit_modes(const void *prev, char *name)
{
	const bool *mode = prev ? (const bool *)prev + 1 : exit_modes;

	if (mode == exit_modes + ARRAY_SIZE(exit_modes))
		return NULL;
	strscpy(name, *mode ? "deferred exits" : "direct exits",
		KUNIT_PARAM_DESC_SIZE);
	return mode;
}

/**
 * tracker_fixture_set_exit_mode() - init function of suites with such cases
 * @test: the test; its trackers note exits as its parameter says
 *
 * Return: 0.
 */
int tracker_fixture_set_exit_mode(struct kunit *test)
{
	defer_exits = test->param_value && *(const bool *)test->param_value;
	return 0;
}

/**
 * tracker_fixture_create() - create a tracker with counters
 * @test: the test; has at most one fixture at a time
 * @config: its configuration, without counters; ops default to fake_procs_ops
 */
struct tracker_fixture *
tracker_fixture_create(struct kunit *test,
		       const struct varta_tracker_config *config)
{
	struct varta_tracker_config full_config = *config;
	struct tracker_fixture *fixture;

	fixture = kzalloc(sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	if (varta_counters_init(&fixture->counters)) {
		kfree(fixture);
		KUNIT_FAIL_AND_ABORT(test, "no memory for counters");
	}
	if (!full_config.ops)
		full_config.ops = &fake_procs_ops;
	full_config.counters = &fixture->counters;
	full_config.defer_exits |= defer_exits;
	if (varta_tracker_init(&fixture->tracker, &full_config)) {
		varta_counters_destroy(&fixture->counters);
		kfree(fixture);
		KUNIT_FAIL_AND_ABORT(test, "no tracker of %u slots",
				     full_config.capacity);
	}
	fake_procs_reset();
	taken.first = VARTA_NO_SLOT;
	test->priv = fixture;
	return fixture;
}

/**
 * tracker_fixture_destroy() - check the tracker and destroy it
 * @test: the test
 * @fixture: the fixture
 */
void tracker_fixture_destroy(struct kunit *test,
			     struct tracker_fixture *fixture)
{
	test->priv = NULL;
	tracker_fixture_check(test, fixture);
	varta_tracker_destroy(&fixture->tracker);
	KUNIT_EXPECT_EQ(test, fake_procs_refs_total(), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_charged_total(), 0);
	KUNIT_EXPECT_FALSE(test, fake_procs_unbalanced());
	varta_counters_destroy(&fixture->counters);
	kfree(fixture);
}

/**
 * tracker_fixture_exit() - exit function of suites that create fixtures
 * @test: the test
 */
void tracker_fixture_exit(struct kunit *test)
{
	defer_exits = false;
	if (test->priv)
		tracker_fixture_destroy(test, test->priv);
}
