// SPDX-License-Identifier: GPL-2.0-only
/* The signals that agents ask for on a stall: module/action.c. */

#include <kunit/test.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include "beat_helpers.h"
#include "fake_procs.h"
#include "tracker_fixture.h"

enum {
	SIGNAL		= 10,
	KILL_AFTER_MS	= 20,
	KILL_AFTER	= KILL_AFTER_MS * NSEC_PER_MSEC,
};

#define REASON(name)	VARTA_STALL_REASON_##name
#define WITHHELD(name)	VARTA_WITHHELD_##name

static const u64 poll_ns = VARTA_ACTION_POLL_NS;

/* ---- The decision. */

/* What allows a signal, but for what is given. */
#define VIEW(...)							\
	{ .reason = REASON(WAITING), .enabled = true, .may_signal = true, \
	  .within_limit = true, __VA_ARGS__ }

struct decide_case {
	const char *name;
	struct varta_action_view view;
	enum varta_action_step step;
	enum varta_withheld why;
};

#define STEP(name)	VARTA_ACTION_##name

static const struct decide_case decide_cases[] = {
	{ "waiting", VIEW(), STEP(SEND) },
	{ "running", VIEW(.reason = REASON(RUNNING)), STEP(SEND) },
	{ "active", VIEW(.reason = REASON(ACTIVE)), STEP(SEND) },
	{ "uninterruptible", VIEW(.reason = REASON(UNINTERRUPTIBLE)),
	  STEP(SEND) },
	{ "thread gone", VIEW(.reason = REASON(THREAD_GONE)), STEP(SEND) },
	{ "unknown", VIEW(.reason = REASON(UNKNOWN)), STEP(SEND) },
	{ "gone", VIEW(.reason = REASON(GONE)), STEP(FORGET) },
	{ "gone, and disabled", VIEW(.reason = REASON(GONE), .enabled = false),
	  STEP(FORGET) },

	{ "frozen", VIEW(.reason = REASON(FROZEN)), STEP(WITHHOLD),
	  WITHHELD(FROZEN) },
	{ "stopped", VIEW(.reason = REASON(STOPPED)), STEP(WITHHOLD),
	  WITHHELD(STOPPED) },
	{ "traced", VIEW(.reason = REASON(TRACED)), STEP(WITHHOLD),
	  WITHHELD(TRACED) },
	{ "exiting", VIEW(.reason = REASON(EXITING)), STEP(WITHHOLD),
	  WITHHELD(EXITING) },
	{ "dumping", VIEW(.reason = REASON(DUMPING)), STEP(WITHHOLD),
	  WITHHELD(DUMPING) },
	{ "starved", VIEW(.reason = REASON(STARVED)), STEP(WITHHOLD),
	  WITHHELD(STARVED) },
	{ "starved, no matter", VIEW(.reason = REASON(STARVED),
	  .even_if_starved = true), STEP(SEND) },
	{ "frozen, but not starved", VIEW(.reason = REASON(FROZEN),
	  .even_if_starved = true), STEP(WITHHOLD), WITHHELD(FROZEN) },

	{ "another program", VIEW(.may_signal = false), STEP(WITHHOLD),
	  WITHHELD(CHANGED) },
	{ "another program, and frozen", VIEW(.may_signal = false,
	  .reason = REASON(FROZEN)), STEP(WITHHOLD), WITHHELD(CHANGED) },
	{ "disabled", VIEW(.enabled = false), STEP(WITHHOLD),
	  WITHHELD(DISABLED) },
	{ "disabled, and frozen", VIEW(.enabled = false,
	  .reason = REASON(FROZEN)), STEP(WITHHOLD), WITHHELD(DISABLED) },

	{ "too many", VIEW(.within_limit = false), STEP(WITHHOLD),
	  WITHHELD(LIMIT) },
	{ "frozen, and too many", VIEW(.within_limit = false,
	  .reason = REASON(FROZEN)), STEP(WITHHOLD), WITHHELD(FROZEN) },
	{ "not too many any more", VIEW(.withheld = WITHHELD(LIMIT)),
	  STEP(SEND) },
	{ "a kill has no limit", VIEW(.within_limit = false,
	  .phase = VARTA_ACTION_KILL), STEP(SEND) },

	{ "undecided", VIEW(.undecided = true), STEP(LOOK_AGAIN) },
	{ "undecided, and too many", VIEW(.undecided = true,
	  .within_limit = false), STEP(LOOK_AGAIN) },
	{ "undecided, and disabled", VIEW(.undecided = true, .enabled = false),
	  STEP(WITHHOLD), WITHHELD(DISABLED) },
	{ "thawed, and undecided", VIEW(.undecided = true,
	  .withheld = WITHHELD(FROZEN)), STEP(GIVE_TIME) },

	{ "thawed", VIEW(.withheld = WITHHELD(FROZEN)), STEP(GIVE_TIME) },
	{ "thawed before the kill", VIEW(.withheld = WITHHELD(FROZEN),
	  .phase = VARTA_ACTION_KILL), STEP(GIVE_TIME) },
	{ "enabled again", VIEW(.withheld = WITHHELD(DISABLED)),
	  STEP(GIVE_TIME) },
	{ "thawed, and too many", VIEW(.withheld = WITHHELD(FROZEN),
	  .within_limit = false), STEP(GIVE_TIME) },
	{ "from frozen to stopped", VIEW(.withheld = WITHHELD(FROZEN),
	  .reason = REASON(STOPPED)), STEP(WITHHOLD), WITHHELD(STOPPED) },

	{ "dumping before the kill", VIEW(.reason = REASON(DUMPING),
	  .phase = VARTA_ACTION_KILL), STEP(WITHHOLD), WITHHELD(DUMPING) },
	{ "dumping for too long", VIEW(.reason = REASON(DUMPING),
	  .phase = VARTA_ACTION_KILL, .withheld = WITHHELD(DUMPING),
	  .dump_overdue = true), STEP(SEND) },
	{ "frozen for too long", VIEW(.reason = REASON(FROZEN),
	  .phase = VARTA_ACTION_KILL, .dump_overdue = true), STEP(WITHHOLD),
	  WITHHELD(FROZEN) },
	{ "thawed after too long", VIEW(.withheld = WITHHELD(FROZEN),
	  .phase = VARTA_ACTION_KILL, .dump_overdue = true), STEP(GIVE_TIME) },
};

static void each_case_is_decided(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(decide_cases); i++) {
		const struct decide_case *each = &decide_cases[i];
		enum varta_withheld why = WITHHELD(EXITING);

		KUNIT_EXPECT_EQ_MSG(test, varta_action_decide(&each->view, &why),
				    each->step, "%s", each->name);
		KUNIT_EXPECT_EQ_MSG(test, why, each->why, "%s", each->name);
	}
}

/* ---- The limit. */

static const u64 minute = 60 * (u64)NSEC_PER_SEC;

static struct varta_action_log *make_log(struct kunit *test)
{
	struct varta_action_log *log = kunit_kzalloc(test, sizeof(*log),
						     GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, log);
	return log;
}

static void any_minute_has_the_limit_at_most(struct kunit *test)
{
	struct varta_action_log *log = make_log(test);

	varta_action_note_sent(log, 0, 100);
	varta_action_note_sent(log, 0, 200);
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, 0, 200, 3));
	KUNIT_EXPECT_FALSE(test, varta_action_within_limit(log, 0, 200, 2));
	KUNIT_EXPECT_FALSE(test,
			   varta_action_within_limit(log, 0, minute + 99, 2));
	KUNIT_EXPECT_TRUE(test,
			  varta_action_within_limit(log, 0, minute + 100, 2));
	KUNIT_EXPECT_FALSE(test,
			   varta_action_within_limit(log, 0, minute + 199, 1));
	KUNIT_EXPECT_TRUE(test,
			  varta_action_within_limit(log, 0, minute + 200, 1));
}

static void users_leave_half_to_others(struct kunit *test)
{
	struct varta_action_log *log = make_log(test);

	varta_action_note_sent(log, ALICE, 100);
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, ALICE, 100, 4));
	varta_action_note_sent(log, ALICE, 100);
	KUNIT_EXPECT_FALSE(test, varta_action_within_limit(log, ALICE, 100, 4));
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, ALICE, 100, 5));
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, BOB, 100, 4));
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, 0, 100, 4));
	/* One may always have one. */
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, BOB,
							  minute + 100, 1));
	/* Root has all. */
	varta_action_note_sent(log, 0, 100);
	varta_action_note_sent(log, 0, 100);
	varta_action_note_sent(log, 0, 100);
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, 0, 100, 6));
	KUNIT_EXPECT_FALSE(test, varta_action_within_limit(log, BOB, 100, 5));
}

static void users_leave_a_quarter_to_root(struct kunit *test)
{
	struct varta_action_log *log = make_log(test);
	u32 i;

	for (i = 0; i < 3; i++) {
		varta_action_note_sent(log, ALICE, 100);
		varta_action_note_sent(log, BOB, 100);
	}
	KUNIT_EXPECT_FALSE(test, varta_action_within_limit(log, BOB + 1, 100, 8));
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, BOB + 1, 100, 9));
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, 0, 100, 8));
	/* What root has used is no user's. */
	varta_action_note_sent(log, 0, 100);
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, BOB + 1, 100, 9));
}

static void the_log_keeps_the_last(struct kunit *test)
{
	struct varta_action_log *log = make_log(test);
	u32 max = VARTA_ACTIONS_PER_MINUTE_MAX, i;

	for (i = 0; i < max - 1; i++)
		varta_action_note_sent(log, 0, i);
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, 0, i, max));
	varta_action_note_sent(log, 0, i);
	KUNIT_EXPECT_FALSE(test, varta_action_within_limit(log, 0, i, max));
	/* The first one leaves the minute, and then the second. */
	KUNIT_EXPECT_TRUE(test, varta_action_within_limit(log, 0, minute, max));
	varta_action_note_sent(log, 0, minute);
	KUNIT_EXPECT_FALSE(test, varta_action_within_limit(log, 0, minute, max));
	KUNIT_EXPECT_TRUE(test,
			  varta_action_within_limit(log, 0, minute + 1, max));
}

/* ---- Stalls. */

static const struct varta_action_policy policy = {
	.enabled = true, .per_minute = 10,
};

static void pass_with(struct kunit *test, u64 now,
		      const struct varta_action_policy *policy)
{
	while (varta_tracker_action_pass(tracker_of(test), now, THRESHOLD,
					 policy))
		;
}

static void run_action_pass(struct kunit *test, u64 now)
{
	pass_with(test, now, &policy);
}

/* Finds stalls, too. */
static void run_passes(struct kunit *test, u64 now)
{
	run_stall_pass(test, now);
	run_action_pass(test, now);
}

/* An agent that asks, and has been silent since @now. */
static void make_agent(struct kunit *test, u32 pid, u64 now)
{
	EXPECT_INSERTED(test, .pid = pid, .proc = pid, .now = now,
			.stall_signal = SIGNAL, .kill_after_ms = KILL_AFTER_MS);
}

/* The signals so far, the last of which went to @proc. */
static void expect_signals(struct kunit *test, u32 count, u32 proc, int signal)
{
	const struct fake_signals *signals = fake_signals();

	KUNIT_ASSERT_EQ(test, signals->count, count);
	KUNIT_EXPECT_EQ(test, signals->proc[count - 1], proc);
	KUNIT_EXPECT_EQ(test, signals->signal[count - 1], signal);
}

static void expect_no_signal(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 0);
}

/* The last event is of an action. */
static void expect_event(struct kunit *test, u32 signal,
			 enum varta_withheld withheld)
{
	const struct varta_event_info *events;
	u32 count;

	events = fake_events_take(&count);
	KUNIT_ASSERT_GE(test, count, 1);
	KUNIT_EXPECT_EQ(test, events[count - 1].kind, VARTA_EVENT_KIND_ACTION);
	KUNIT_EXPECT_EQ(test, events[count - 1].action.signal, signal);
	KUNIT_EXPECT_EQ(test, events[count - 1].action.withheld, withheld);
	KUNIT_EXPECT_TRUE(test, events[count - 1].agent.stalled);
	KUNIT_EXPECT_EQ(test, events[count - 1].agent.stall_signal, SIGNAL);
}

static void expect_no_event(struct kunit *test)
{
	u32 count;

	fake_events_take(&count);
	KUNIT_EXPECT_EQ(test, count, 0);
}

static u64 next_action(struct kunit *test)
{
	return varta_tracker_next_action(tracker_of(test));
}

static void each_silence_has_one_signal(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .nonce = 1,
			.stall_signal = SIGNAL);
	run_passes(test, THRESHOLD - 1);
	expect_no_signal(test);
	KUNIT_EXPECT_EQ(test, next_action(test), U64_MAX);

	run_stall_pass(test, THRESHOLD);
	KUNIT_EXPECT_EQ(test, next_action(test), THRESHOLD);
	expect_no_event(test);
	run_action_pass(test, THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);
	expect_event(test, SIGNAL, WITHHELD(NONE));
	run_passes(test, 1000 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, next_action(test), U64_MAX);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);

	/* What was asked for is kept. */
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 2,
			 .now = 1000 * THRESHOLD);
	run_passes(test, 1001 * THRESHOLD);
	expect_signals(test, 2, 1, SIGNAL);
	EXPECT_COUNT(test, STALL_SIGNALS, 2);
	EXPECT_COUNT(test, STALL_KILLS, 0);
	EXPECT_COUNT(test, ACTIONS_WITHHELD, 0);
}

static void agents_that_do_not_ask_get_no_signal(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1);
	EXPECT_INSERTED(test, .pid = 2, .proc = 2, .asks = true);
	run_passes(test, THRESHOLD);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	expect_no_signal(test);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 1).stall_signal, 0);
}

static void the_last_request_counts(struct kunit *test)
{
	struct varta_agent_info agent;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .nonce = 1,
			.stall_signal = SIGKILL, .even_if_starved = true);
	agent = lookup_agent(test, 0, 1);
	KUNIT_EXPECT_EQ(test, agent.stall_signal, SIGKILL);
	KUNIT_EXPECT_EQ(test, agent.kill_after_ms, 0);
	KUNIT_EXPECT_TRUE(test, agent.even_if_starved);
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 2,
			 .stall_signal = SIGNAL, .kill_after_ms = KILL_AFTER_MS);
	agent = lookup_agent(test, 0, 1);
	KUNIT_EXPECT_EQ(test, agent.stall_signal, SIGNAL);
	KUNIT_EXPECT_EQ(test, agent.kill_after_ms, KILL_AFTER_MS);
	KUNIT_EXPECT_FALSE(test, agent.even_if_starved);
	run_passes(test, THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);

	/* None from now on. */
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 3,
			 .now = THRESHOLD, .asks = true);
	run_passes(test, 3 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 1)->has_action);
}

/* By which it is judged whether the agent is starved. */
static void beats_of_others_tell_what_the_main_thread_has_used(struct kunit *test)
{
	struct varta_action_request action = {
		.signal = SIGNAL, .spare = varta_action_alloc(GFP_KERNEL),
	};
	struct varta_beat_info beat = {
		.nonce = 1, .action = &action, .foreign_thread = true,
		.main_usage = { .tid = 5, .cpu_time = 7, .run_delay = 9 },
	};
	const struct varta_agent_id id = { .pid = 1, .proc = fake_proc(1) };
	struct varta_agent_info agent;
	bool started;

	KUNIT_ASSERT_NOT_NULL(test, action.spare);
	make_small_tracker(test);
	((struct tracker_fixture *)test->priv)->threshold = THRESHOLD;
	varta_tracker_record(tracker_of(test), &beat, &id, 0, THRESHOLD,
			     &started);
	kfree(action.spare);
	agent = lookup_agent(test, 0, 1);
	KUNIT_EXPECT_TRUE(test, agent.has_main_usage);
	KUNIT_EXPECT_EQ(test, agent.main_usage.cpu_time, 7);
	KUNIT_EXPECT_EQ(test, agent.main_usage.run_delay, 9);

	beat.nonce = 2;
	beat.action = NULL;
	beat.main_usage.cpu_time = 8;
	varta_tracker_record(tracker_of(test), &beat, &id, 1, THRESHOLD,
			     &started);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 1).main_usage.cpu_time, 8);
}

static void a_rejected_beat_does_not_ask(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .nonce = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 1, .proc = 1, .nonce = 5,
			    .stall_signal = SIGNAL);
	run_passes(test, THRESHOLD);
	expect_no_signal(test);
}

static void the_kill_comes_after_its_time(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);
	KUNIT_EXPECT_EQ(test, next_action(test), THRESHOLD + KILL_AFTER);
	run_passes(test, THRESHOLD + KILL_AFTER - 1);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	run_passes(test, THRESHOLD + KILL_AFTER);
	expect_signals(test, 2, 1, SIGKILL);
	expect_event(test, SIGKILL, WITHHELD(NONE));
	run_passes(test, THRESHOLD + 100 * (u64)KILL_AFTER);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 2);
	EXPECT_COUNT(test, STALL_SIGNALS, 1);
	EXPECT_COUNT(test, STALL_KILLS, 1);
}

static void a_beat_cancels_the_kill(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 2,
			 .threshold_ms = 1000, .now = THRESHOLD + KILL_AFTER - 1);
	KUNIT_EXPECT_EQ(test, next_action(test), U64_MAX);
	run_passes(test, THRESHOLD + KILL_AFTER);
	expect_signals(test, 1, 1, SIGNAL);
	/* The next silence begins with the signal. */
	run_passes(test, 2000 * (u64)NSEC_PER_MSEC);
	expect_signals(test, 2, 1, SIGNAL);
}

static void an_exit_cancels_the_kill(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 1, 1, 0));
	run_passes(test, THRESHOLD + KILL_AFTER);
	expect_signals(test, 1, 1, SIGNAL);
}

static void bye_cancels_the_kill(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	KUNIT_EXPECT_EQ(test, next_action(test), U64_MAX);
	run_passes(test, THRESHOLD + KILL_AFTER);
	expect_signals(test, 1, 1, SIGNAL);
}

static void the_next_process_of_a_pid_gets_nothing(struct kunit *test)
{
	make_small_tracker(test);
	fake_procs_set_pid(1, 1);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	fake_procs_set_pid(1, 2);
	EXPECT_INSERTED(test, .pid = 1, .proc = 2, .now = THRESHOLD);
	run_passes(test, 3 * THRESHOLD + KILL_AFTER);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	expect_signals(test, 1, 1, SIGNAL);
}

static void the_next_agent_of_a_slot_gets_nothing(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	EXPECT_INSERTED(test, .pid = 2, .proc = 2, .now = THRESHOLD);
	KUNIT_EXPECT_EQ(test, slot_of(test, 2), tracker_of(test)->slots);
	run_passes(test, 3 * THRESHOLD + KILL_AFTER);
	expect_signals(test, 1, 1, SIGNAL);
}

static void an_evicting_agent_gets_nothing(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .eviction_scan_window = 1,
	});
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	EXPECT_INSERTED(test, .pid = 2, .proc = 2, .now = 2 * EVICT_AFTER);
	run_passes(test, 4 * EVICT_AFTER + KILL_AFTER);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);
	expect_signals(test, 1, 1, SIGNAL);
}

/* ---- Withheld. */

static void a_frozen_agent_gets_time_once_it_is_thawed(struct kunit *test)
{
	u64 thawed = THRESHOLD + 3 * poll_ns;

	make_small_tracker(test);
	make_agent(test, 1, 0);
	fake_signals()->reason = REASON(FROZEN);
	run_passes(test, THRESHOLD);
	expect_event(test, SIGNAL, WITHHELD(FROZEN));
	KUNIT_EXPECT_GE(test, next_action(test), THRESHOLD + poll_ns);
	/* The same again is no event. */
	run_passes(test, THRESHOLD + 2 * poll_ns);
	expect_no_event(test);
	KUNIT_EXPECT_EQ(test, fake_signals()->looks, 2);

	fake_signals()->reason = REASON(WAITING);
	run_passes(test, thawed + poll_ns);
	expect_no_signal(test);
	KUNIT_EXPECT_EQ(test, next_action(test), thawed + poll_ns + THRESHOLD);
	run_passes(test, thawed + poll_ns + THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);
	EXPECT_COUNT(test, ACTIONS_WITHHELD, 1);
	EXPECT_COUNT(test, ACTIONS_LIMITED, 0);
}

static void the_kill_is_withheld_as_well(struct kunit *test)
{
	u64 due = THRESHOLD + KILL_AFTER;
	u64 thawed = due + 100 * poll_ns;

	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	expect_event(test, SIGNAL, WITHHELD(NONE));
	fake_signals()->reason = REASON(STOPPED);
	run_passes(test, due);
	expect_event(test, SIGKILL, WITHHELD(STOPPED));
	fake_signals()->reason = REASON(WAITING);
	run_passes(test, thawed);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	run_passes(test, thawed + KILL_AFTER - 1);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	run_passes(test, thawed + KILL_AFTER);
	expect_signals(test, 2, 1, SIGKILL);
}

/* An agent with a longer time, which is about to be killed. Returns when. */
static u64 make_slow_agent(struct kunit *test, u64 *kill_after)
{
	make_small_tracker(test);
	*kill_after = poll_ns;
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .stall_signal = SIGNAL,
			.kill_after_ms = poll_ns / NSEC_PER_MSEC);
	run_passes(test, THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);
	return THRESHOLD + *kill_after;
}

static void a_dump_has_ten_times(struct kunit *test)
{
	u64 kill_after, now, due = make_slow_agent(test, &kill_after);

	fake_signals()->reason = REASON(DUMPING);
	for (now = due; now < due + 10 * kill_after; now += kill_after) {
		run_passes(test, now);
		KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	}
	expect_event(test, SIGKILL, WITHHELD(DUMPING));
	run_passes(test, due + 10 * kill_after - 1);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	run_passes(test, due + 10 * kill_after);
	expect_signals(test, 2, 1, SIGKILL);
	expect_event(test, SIGKILL, WITHHELD(NONE));
	EXPECT_COUNT(test, ACTIONS_WITHHELD, 1);
}

/* The time of a dump begins with it, not with a freeze before. */
static void a_dump_after_a_freeze_has_all_its_time(struct kunit *test)
{
	u64 kill_after, due = make_slow_agent(test, &kill_after);
	u64 begins = due + 100 * kill_after;

	fake_signals()->reason = REASON(FROZEN);
	run_passes(test, due);
	fake_signals()->reason = REASON(DUMPING);
	run_passes(test, begins);
	run_passes(test, begins + 9 * kill_after);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	run_passes(test, begins + 10 * kill_after);
	expect_signals(test, 2, 1, SIGKILL);
}

/* A dump that the agent began by itself: the signal waits for its end. */
static void a_dump_before_the_signal_has_no_limit(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	fake_signals()->reason = REASON(DUMPING);
	run_passes(test, THRESHOLD);
	run_passes(test, THRESHOLD + 1000 * poll_ns);
	expect_no_signal(test);
}

static void each_reason_is_reported_once(struct kunit *test)
{
	u64 now = THRESHOLD;
	u32 i, count;

	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_stall_pass(test, now);
	for (i = 0; i < 10; i++, now += 2 * poll_ns) {
		fake_signals()->reason = i % 2 ? REASON(FROZEN) :
						 REASON(STOPPED);
		run_action_pass(test, now);
	}
	fake_events_take(&count);
	KUNIT_EXPECT_EQ(test, count, 2);
	EXPECT_COUNT(test, ACTIONS_WITHHELD, 2);
	/* In the next silence again. */
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 2, .now = now);
	run_passes(test, now + THRESHOLD);
	EXPECT_COUNT(test, ACTIONS_WITHHELD, 3);
}

/* Another process beats for it. */
static void make_foreign_agent(struct kunit *test)
{
	make_agent(test, 1, 0);
	slot_of(test, 1)->foreign_thread = true;
}

static void starved_threads_are_looked_at_twice(struct kunit *test)
{
	struct fake_signals *signals = fake_signals();
	u64 now = THRESHOLD;

	make_small_tracker(test);
	make_foreign_agent(test);
	signals->reason = REASON(UNKNOWN);
	signals->threads = VARTA_THREADS_UNDECIDED;
	run_passes(test, now);
	expect_no_signal(test);
	expect_no_event(test);
	KUNIT_EXPECT_EQ(test, signals->last_look_ns, 0);
	KUNIT_EXPECT_EQ(test, next_action(test), now + poll_ns);

	signals->threads = VARTA_THREADS_STARVED;
	now += poll_ns;
	run_action_pass(test, now);
	expect_event(test, SIGNAL, WITHHELD(STARVED));
	KUNIT_EXPECT_EQ(test, signals->last_look_ns, THRESHOLD);

	signals->threads = VARTA_THREADS_FINE;
	now += poll_ns;
	run_action_pass(test, now);
	KUNIT_EXPECT_EQ(test, next_action(test), now + THRESHOLD);
	expect_no_signal(test);
	run_action_pass(test, now + THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);

	/* The next stall has nothing to do with this one. */
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 2,
			 .now = now + THRESHOLD);
	slot_of(test, 1)->foreign_thread = true;
	run_passes(test, now + 2 * THRESHOLD);
	KUNIT_EXPECT_EQ(test, signals->last_look_ns, 0);
	expect_signals(test, 2, 1, SIGNAL);
}

/* Such a main thread gets little of the CPU because the others have it. */
static void a_main_thread_that_competes_is_not_starved(struct kunit *test)
{
	struct fake_signals *signals = fake_signals();

	make_small_tracker(test);
	make_foreign_agent(test);
	signals->reason = REASON(STARVED);
	signals->main_starved = true;
	signals->threads = VARTA_THREADS_UNDECIDED;
	run_passes(test, THRESHOLD);
	expect_no_event(test);
	signals->threads = VARTA_THREADS_FINE;
	run_action_pass(test, THRESHOLD + poll_ns);
	expect_signals(test, 1, 1, SIGNAL);
}

static void threads_are_looked_at_only_if_they_matter(struct kunit *test)
{
	struct fake_signals *signals = fake_signals();

	make_small_tracker(test);
	signals->reason = REASON(UNKNOWN);
	signals->threads = VARTA_THREADS_STARVED;
	/* It beats itself. */
	make_agent(test, 2, 0);
	run_passes(test, THRESHOLD);
	expect_signals(test, 1, 2, SIGNAL);
	EXPECT_INSERTED(test, .pid = 3, .proc = 3, .stall_signal = SIGNAL,
			.even_if_starved = true);
	slot_of(test, 3)->foreign_thread = true;
	run_passes(test, THRESHOLD);
	expect_signals(test, 2, 3, SIGNAL);
	signals->reason = REASON(RUNNING);
	make_foreign_agent(test);
	run_passes(test, THRESHOLD);
	expect_signals(test, 3, 1, SIGNAL);
	KUNIT_EXPECT_EQ(test, signals->thread_looks, 0);
	/* It is the helper that starves. */
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 2,
			 .now = THRESHOLD);
	slot_of(test, 1)->foreign_thread = true;
	signals->reason = REASON(STARVED);
	run_passes(test, 2 * THRESHOLD);
	expect_event(test, SIGNAL, WITHHELD(STARVED));
	KUNIT_EXPECT_EQ(test, signals->thread_looks, 0);
}

static void another_program_is_never_signalled(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	fake_signals()->exec_id = 1;
	run_passes(test, THRESHOLD);
	expect_event(test, SIGNAL, WITHHELD(CHANGED));
	KUNIT_EXPECT_EQ(test, next_action(test), U64_MAX);
	fake_signals()->exec_id = 0;
	run_passes(test, THRESHOLD + 10 * poll_ns);
	expect_no_signal(test);

	/* It asks itself. */
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 2, .exec_id = 7,
			 .now = THRESHOLD, .stall_signal = SIGNAL);
	fake_signals()->exec_id = 7;
	run_passes(test, 3 * THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);
}

static void disabled_actions_wait(struct kunit *test)
{
	const struct varta_action_policy off = { .per_minute = 10 };
	u64 now = THRESHOLD + 2 * poll_ns;

	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_stall_pass(test, THRESHOLD);
	pass_with(test, THRESHOLD, &off);
	expect_event(test, SIGNAL, WITHHELD(DISABLED));
	run_passes(test, now);
	expect_no_signal(test);
	run_passes(test, now + THRESHOLD);
	expect_signals(test, 1, 1, SIGNAL);
}

static void the_limit_is_for_all_agents(struct kunit *test)
{
	const struct varta_action_policy two = {
		.enabled = true, .per_minute = 2,
	};
	u32 pid;

	make_small_tracker(test);
	for (pid = 1; pid <= 4; pid++)
		EXPECT_INSERTED(test, .pid = pid, .proc = pid,
				.stall_signal = SIGNAL);
	run_stall_pass(test, THRESHOLD);
	pass_with(test, THRESHOLD, &two);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 2);
	expect_event(test, SIGNAL, WITHHELD(LIMIT));
	EXPECT_COUNT(test, ACTIONS_WITHHELD, 2);
	EXPECT_COUNT(test, ACTIONS_LIMITED, 2);
	pass_with(test, THRESHOLD + minute - 1, &two);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 2);
	/* They have been silent all the time, and need no more. */
	pass_with(test, THRESHOLD + minute + poll_ns, &two);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 4);
	EXPECT_COUNT(test, STALL_SIGNALS, 4);
	EXPECT_COUNT(test, ACTIONS_WITHHELD, 2);
}

/* It does not wait for the limit, but the next agents do. */
static void a_kill_counts_in_the_limit(struct kunit *test)
{
	const struct varta_action_policy one = {
		.enabled = true, .per_minute = 1,
	};
	u64 killed = THRESHOLD + KILL_AFTER;

	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_stall_pass(test, THRESHOLD);
	pass_with(test, THRESHOLD, &one);
	expect_signals(test, 1, 1, SIGNAL);
	pass_with(test, killed, &one);
	expect_signals(test, 2, 1, SIGKILL);
	EXPECT_COUNT(test, ACTIONS_LIMITED, 0);

	make_agent(test, 2, 0);
	run_stall_pass(test, killed);
	pass_with(test, killed + minute - 1, &one);
	expect_signals(test, 2, 1, SIGKILL);
	EXPECT_COUNT(test, ACTIONS_LIMITED, 1);
	pass_with(test, killed + minute + poll_ns, &one);
	expect_signals(test, 3, 2, SIGNAL);
}

static void a_gone_process_is_forgotten(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	fake_signals()->reason = REASON(GONE);
	run_passes(test, THRESHOLD);
	expect_no_event(test);
	KUNIT_EXPECT_EQ(test, next_action(test), U64_MAX);
	expect_no_signal(test);
}

static void a_suspend_does_not_count(struct kunit *test)
{
	u64 resumed = THRESHOLD + 5 * (u64)KILL_AFTER;

	make_small_tracker(test);
	make_agent(test, 1, 0);
	run_passes(test, THRESHOLD);
	varta_tracker_resume(tracker_of(test), resumed);
	run_passes(test, resumed);
	KUNIT_EXPECT_EQ(test, fake_signals()->count, 1);
	KUNIT_EXPECT_EQ(test, next_action(test), resumed + KILL_AFTER);
	run_passes(test, resumed + KILL_AFTER);
	expect_signals(test, 2, 1, SIGKILL);
}

static bool refuse_report(void *context, const struct varta_agent_info *agent)
{
	return false;
}

static void an_unreported_stall_has_no_signal(struct kunit *test)
{
	struct tracker_fixture *fixture;

	make_small_tracker(test);
	fixture = test->priv;
	make_agent(test, 1, 0);
	varta_tracker_stall_pass(tracker_of(test), THRESHOLD, THRESHOLD, 1,
				 refuse_report, NULL);
	fixture->retry_at = THRESHOLD + VARTA_STALL_RETRY_MAX_NS;
	run_action_pass(test, THRESHOLD);
	expect_no_signal(test);
	run_passes(test, fixture->retry_at);
	expect_signals(test, 1, 1, SIGNAL);
}

/* ---- What happens while an agent is looked at. */

static void beat_meanwhile(void *context)
{
	EXPECT_REFRESHED(context, .pid = 1, .proc = 1, .nonce = 2,
			 .now = THRESHOLD);
}

static void a_beat_meanwhile_is_in_time(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	fake_signals()->while_looked = beat_meanwhile;
	fake_signals()->context = test;
	run_passes(test, THRESHOLD);
	KUNIT_EXPECT_EQ(test, fake_signals()->looks, 1);
	expect_no_signal(test);
	KUNIT_EXPECT_EQ(test, next_action(test), U64_MAX);
}

static void exit_meanwhile(void *context)
{
	note_exit_at(context, 1, 1, 0, THRESHOLD);
}

static void an_exit_meanwhile_is_in_time(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	fake_signals()->while_looked = exit_meanwhile;
	fake_signals()->context = test;
	run_passes(test, THRESHOLD);
	expect_no_signal(test);
	expect_no_event(test);
}

static void replace_meanwhile(void *context)
{
	struct kunit *test = context;

	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	EXPECT_INSERTED(test, .pid = 1, .proc = 2, .stall_signal = SIGKILL);
}

static void another_process_meanwhile_is_not_signalled(struct kunit *test)
{
	make_small_tracker(test);
	make_agent(test, 1, 0);
	fake_signals()->while_looked = replace_meanwhile;
	fake_signals()->context = test;
	run_passes(test, THRESHOLD);
	expect_no_signal(test);
	/* It is signalled for its own silence. */
	run_passes(test, 2 * THRESHOLD);
	expect_signals(test, 1, 2, SIGKILL);
}

/* ---- The fast path. */

static bool beat_fast(struct kunit *test, u64 nonce,
		      struct varta_action_request *action)
{
	const struct varta_beat_info beat = {
		.nonce = nonce, .action = action,
	};

	return varta_tracker_record_fast(tracker_of(test), &beat, 1,
					 fake_proc(1), 0, 1);
}

static void a_repeated_request_is_fast(struct kunit *test)
{
	const struct varta_action_request same = {
		.signal = SIGNAL, .kill_after_ms = KILL_AFTER_MS,
		.target.exec_id = 3,
	};
	struct varta_action_request action = same;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .proc = 1, .nonce = 1, .exec_id = 3,
			.stall_signal = SIGNAL, .kill_after_ms = KILL_AFTER_MS);
	KUNIT_EXPECT_TRUE(test, beat_fast(test, 2, NULL));
	KUNIT_EXPECT_TRUE(test, beat_fast(test, 3, &action));
	action.signal++;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 4, &action));
	action = same;
	action.kill_after_ms++;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 4, &action));
	action = same;
	action.even_if_starved = true;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 4, &action));
	action = same;
	action.target.exec_id++;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 4, &action));
	action = (struct varta_action_request) {};
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 4, &action));

	/* A descendant asked for the process, which now asks itself. */
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 4, .exec_id = 3,
			 .foreign = true, .stall_signal = SIGNAL,
			 .kill_after_ms = KILL_AFTER_MS);
	action = same;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 5, &action));
	EXPECT_REFRESHED(test, .pid = 1, .proc = 1, .nonce = 5, .asks = true);
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 6, &action));
	action = (struct varta_action_request) {};
	KUNIT_EXPECT_TRUE(test, beat_fast(test, 6, &action));
}

static void slots_that_share_a_bucket_have_their_own(struct kunit *test)
{
	u32 pid;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 40, .eviction_scan_window = 1,
	});
	for (pid = 1; pid <= 40; pid++)
		EXPECT_INSERTED(test, .pid = pid, .proc = 1,
				.stall_signal = pid);
	for (pid = 1; pid <= 40; pid++)
		KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, pid).stall_signal,
				pid);
	for (pid = 1; pid <= 40; pid += 2)
		KUNIT_EXPECT_TRUE(test, remove_agent(test, pid));
	for (pid = 2; pid <= 40; pid += 2)
		KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, pid).stall_signal,
				pid);
}

static struct kunit_case action_cases[] = {
	KUNIT_CASE(each_case_is_decided),
	KUNIT_CASE(any_minute_has_the_limit_at_most),
	KUNIT_CASE(users_leave_half_to_others),
	KUNIT_CASE(users_leave_a_quarter_to_root),
	KUNIT_CASE(the_log_keeps_the_last),
	EXIT_MODES_CASE(each_silence_has_one_signal),
	EXIT_MODES_CASE(agents_that_do_not_ask_get_no_signal),
	EXIT_MODES_CASE(the_last_request_counts),
	EXIT_MODES_CASE(beats_of_others_tell_what_the_main_thread_has_used),
	EXIT_MODES_CASE(a_rejected_beat_does_not_ask),
	EXIT_MODES_CASE(the_kill_comes_after_its_time),
	EXIT_MODES_CASE(a_beat_cancels_the_kill),
	EXIT_MODES_CASE(an_exit_cancels_the_kill),
	EXIT_MODES_CASE(bye_cancels_the_kill),
	EXIT_MODES_CASE(the_next_process_of_a_pid_gets_nothing),
	EXIT_MODES_CASE(the_next_agent_of_a_slot_gets_nothing),
	EXIT_MODES_CASE(an_evicting_agent_gets_nothing),
	EXIT_MODES_CASE(a_frozen_agent_gets_time_once_it_is_thawed),
	EXIT_MODES_CASE(the_kill_is_withheld_as_well),
	EXIT_MODES_CASE(a_dump_has_ten_times),
	EXIT_MODES_CASE(a_dump_after_a_freeze_has_all_its_time),
	EXIT_MODES_CASE(a_dump_before_the_signal_has_no_limit),
	EXIT_MODES_CASE(each_reason_is_reported_once),
	EXIT_MODES_CASE(starved_threads_are_looked_at_twice),
	EXIT_MODES_CASE(a_main_thread_that_competes_is_not_starved),
	EXIT_MODES_CASE(threads_are_looked_at_only_if_they_matter),
	EXIT_MODES_CASE(another_program_is_never_signalled),
	EXIT_MODES_CASE(disabled_actions_wait),
	EXIT_MODES_CASE(the_limit_is_for_all_agents),
	EXIT_MODES_CASE(a_kill_counts_in_the_limit),
	EXIT_MODES_CASE(a_gone_process_is_forgotten),
	EXIT_MODES_CASE(a_suspend_does_not_count),
	EXIT_MODES_CASE(an_unreported_stall_has_no_signal),
	EXIT_MODES_CASE(a_beat_meanwhile_is_in_time),
	EXIT_MODES_CASE(an_exit_meanwhile_is_in_time),
	EXIT_MODES_CASE(another_process_meanwhile_is_not_signalled),
	EXIT_MODES_CASE(a_repeated_request_is_fast),
	EXIT_MODES_CASE(slots_that_share_a_bucket_have_their_own),
	{}
};

static int init_action_test(struct kunit *test)
{
	return test->param_value ? tracker_fixture_set_exit_mode(test) : 0;
}

static struct kunit_suite action_suite = {
	.name = "varta-action",
	.init = init_action_test,
	.exit = tracker_fixture_exit,
	.test_cases = action_cases,
};

kunit_test_suite(action_suite);
