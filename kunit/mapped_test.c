// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of mapped.c and, for early looks, stall_pass.c: beats that agents store in their
 * pages (section 10 of Documentation/tracker-semantics.md).
 */
#include <kunit/test.h>
#include <linux/limits.h>

#include "beat_helpers.h"
#include "fake_pages.h"
#include "fake_procs.h"
#include "threads.h"
#include "tracker_fixture.h"
#include "wheel_check.h"

static int reset(struct kunit *test)
{
	fake_pages_reset(0, 0);
	return 0;
}

static void make_tracker(struct kunit *test)
{
	static struct varta_tracker_ops ops;

	ops = fake_procs_ops;
	make_tracker_with_pages(test, &ops);
}

/* An agent that beat at 1000, with a page. */
static void make_agent(struct kunit *test)
{
	u32 events;

	make_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1000, .now = 1000);
	KUNIT_ASSERT_TRUE(test, map_fake_page(test, 7, 1, 0));
	fake_events_take(&events);
}

static void store(u64 nonce, u32 status, u32 payload)
{
	fake_pages[0].page.state = status | (u64)payload << 32;
	fake_pages[0].page.nonce = nonce;
}

static void stored_beat_postpones_the_stall(struct kunit *test)
{
	make_agent(test);
	store(1050, VARTA_STATUS_OK, 5);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 1050);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, 1050);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->payload, 5);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->beats, 2);
	EXPECT_COUNT(test, REFRESHED, 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1050 + THRESHOLD - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1050 + THRESHOLD), 1);
}

static void page_is_read_at_the_deadline_only(struct kunit *test)
{
	make_agent(test);
	store(1050, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD - 1), 0);
	EXPECT_COUNT(test, REFRESHED, 0);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.looks, 0);
}

static void time_is_between_the_last_beat_and_now(struct kunit *test)
{
	make_agent(test);
	fake_pages[0].mapping.clock_offset = 500;
	store(1001, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 1000);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, 1001);

	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 1002, .now = 2000);
	store(2550, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2000 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 2050);

	store(S64_MAX, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2050 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 2150);
	store(U64_MAX - 1, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2150 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 2250);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2250 + THRESHOLD), 1);
}

static void clock_may_be_behind(struct kunit *test)
{
	make_agent(test);
	fake_pages[0].mapping.clock_offset = -500;
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 1400, .now = 1900);
	store(1450, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1900 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 1950);
	fake_pages[0].mapping.clock_offset = S64_MIN;
	store(1460, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1950 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 2050);
}

static void old_nonce_is_no_beat(struct kunit *test)
{
	make_agent(test);
	store(1000, VARTA_STATUS_CRITICAL, 9);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->status, VARTA_STATUS_OK);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->payload, 0);
}

/* A terminal beat has no regular nonce. */
static void empty_page_is_no_beat(struct kunit *test)
{
	make_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .terminal = true,
			.now = 1000);
	KUNIT_ASSERT_TRUE(test, map_fake_page(test, 7, 1, 0));
	fake_clock = 1060;
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).status,
			VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_TRUE(test, slot_of(test, 7)->last_is_terminal);
	EXPECT_COUNT(test, REFRESHED, 0);
}

static void terminal_nonce_is_no_beat(struct kunit *test)
{
	make_agent(test);
	store(VARTA_TERMINAL_NONCE, VARTA_STATUS_CRITICAL, 9);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->last_is_terminal);
}

static void invalid_status_is_no_beat(struct kunit *test)
{
	make_agent(test);
	store(1050, VARTA_STATUS_STALL, 9);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	/* Before and after the sample, and after the kick. */
	EXPECT_COUNT(test, BAD_STATUS, 3);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, 1000);
}

static void new_status_is_an_event(struct kunit *test)
{
	const struct varta_event_info *events;
	u32 count;

	make_agent(test);
	store(1050, VARTA_STATUS_CRITICAL, 9);
	run_stall_pass(test, 1000 + THRESHOLD);
	events = fake_events_take(&count);
	KUNIT_ASSERT_EQ(test, count, 1);
	KUNIT_EXPECT_EQ(test, events[0].kind, VARTA_EVENT_KIND_STATUS);
	KUNIT_EXPECT_EQ(test, events[0].agent.status, VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_EQ(test, events[0].old_status, VARTA_STATUS_OK);
}

static void stall_kicks_until_a_beat_is_sent(struct kunit *test)
{
	u32 looks;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_NONE);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_BEAT);

	/* Nobody reads the page of a stalled agent. */
	store(1200, VARTA_STATUS_OK, 0);
	fake_clock = 1210;
	lookup_agent(test, 0, 7);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 1);

	looks = fake_pages[0].page.looks;
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 1201, .now = 1201);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_NONE);
	KUNIT_EXPECT_NE(test, fake_pages[0].page.looks, looks);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
}

static void beat_during_the_kick_prevents_the_stall(struct kunit *test)
{
	struct varta_slot *slot;

	make_agent(test);
	slot = slot_of(test, 7);
	store(1050, VARTA_STATUS_OK, 0);
	spin_lock(&slot->lock);
	KUNIT_EXPECT_FALSE(test, varta_slot_kick(tracker_of(test), slot, 1100));
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_NONE);
	KUNIT_EXPECT_TRUE(test, varta_slot_kick(tracker_of(test), slot, 1100));
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_BEAT);
	spin_unlock(&slot->lock);
}

static bool refuse_report(void *context, const struct varta_agent_info *agent)
{
	return false;
}

static void stall_that_is_not_reported_does_not_kick(struct kunit *test)
{
	make_agent(test);
	varta_tracker_stall_pass(tracker_of(test), 1000 + THRESHOLD, THRESHOLD,
				 1, refuse_report, NULL);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_NONE);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, U64_MAX), 1);
}

static void sent_beat_comes_after_the_stored_one(struct kunit *test)
{
	const struct varta_beat_info beat = {
		.status = VARTA_STATUS_CRITICAL,
		.nonce = VARTA_TERMINAL_NONCE,
		.timestamp = 1,
	};
	const struct varta_agent_id id = { .pid = 7, .proc = fake_proc(1) };
	bool started;

	make_agent(test);
	store(1050, VARTA_STATUS_OK, 5);
	KUNIT_EXPECT_EQ(test, varta_tracker_record(tracker_of(test), &beat, &id,
						   1060, THRESHOLD, &started),
			VARTA_RECORD_REFRESHED);
	EXPECT_COUNT(test, REFRESHED, 2);
	KUNIT_EXPECT_TRUE(test, slot_of(test, 7)->last_is_terminal);
	fake_clock = 1070;
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).nonce,
			VARTA_TERMINAL_NONCE);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, 1050);
}

/* The kernel must see each sent beat, so that the agent sees the look. */
static void sent_beat_does_not_take_the_fast_path(struct kunit *test)
{
	const struct varta_beat_info beat = { .nonce = 1001 };

	make_agent(test);
	KUNIT_EXPECT_FALSE(test, varta_tracker_record_fast(tracker_of(test),
							   &beat, 7,
							   fake_proc(1), 0,
							   1001));
}

static void usage_of_a_stored_beat_is_unknown(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_FALSE(test, lookup_agent(test, 0, 7).unmetered);
	store(1050, VARTA_STATUS_OK, 0);
	fake_clock = 1060;
	KUNIT_EXPECT_TRUE(test, lookup_agent(test, 0, 7).unmetered);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 1051, .now = 1060);
	KUNIT_EXPECT_FALSE(test, lookup_agent(test, 0, 7).unmetered);
}

static void shown_agent_has_its_stored_beat(struct kunit *test)
{
	struct varta_agent_info agent;

	make_agent(test);
	store(1050, VARTA_STATUS_DEGRADED, 5);
	fake_clock = 1060;
	agent = lookup_agent(test, 0, 7);
	KUNIT_EXPECT_EQ(test, agent.nonce, 1050);
	KUNIT_EXPECT_EQ(test, agent.last_ns, 1050);
	KUNIT_EXPECT_EQ(test, agent.status, VARTA_STATUS_DEGRADED);
}

static void exit_has_the_stored_beat(struct kunit *test)
{
	struct report_log log;

	make_agent(test);
	store(1050, VARTA_STATUS_OK, 5);
	KUNIT_EXPECT_TRUE(test, note_exit_at(test, 7, 1, 0, 1060));
	KUNIT_EXPECT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, log.agents[0].nonce, 1050);
	KUNIT_EXPECT_EQ(test, log.agents[0].payload, 5);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_GONE);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
}

static void goodbye_ends_the_mapping(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 7));
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_GONE);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1100, .now = 1100);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->mapped);
}

static void recycled_pid_ends_the_mapping(struct kunit *test)
{
	make_agent(test);
	fake_procs_set_pid(7, 2);
	EXPECT_INSERTED(test, .pid = 7, .proc = 2, .nonce = 1, .now = 1100);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->mapped);
	store(1150, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1100 + THRESHOLD), 1);
}

static void eviction_ends_the_mapping(struct kunit *test)
{
	u32 pid;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	for (pid = 8; pid < 12; pid++)
		EXPECT_INSERTED(test, .pid = pid, .nonce = 1, .now = 9000);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_GONE);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
}

static void another_page_replaces_the_first(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_TRUE(test, map_fake_page(test, 7, 1, 1));
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_GONE);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
	KUNIT_EXPECT_EQ(test, fake_pages[1].puts, 0);
	store(1050, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_pages[1].page.kick, VARTA_KICK_BEAT);
}

static void stalled_agent_gets_a_kicked_page(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 1);
	KUNIT_EXPECT_TRUE(test, map_fake_page(test, 7, 1, 1));
	KUNIT_EXPECT_EQ(test, fake_pages[1].page.kick, VARTA_KICK_BEAT);
}

static void only_tracked_attested_agents_have_pages(struct kunit *test)
{
	make_tracker(test);
	KUNIT_EXPECT_FALSE(test, map_fake_page(test, 7, 1, 0));
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1,
			.origin = RELAYED);
	KUNIT_EXPECT_FALSE(test, map_fake_page(test, 7, 1, 0));
	EXPECT_INSERTED(test, .pid = 8, .proc = 2, .nonce = 1);
	KUNIT_EXPECT_FALSE(test, map_fake_page(test, 8, 3, 0));
	KUNIT_EXPECT_TRUE(test, note_exit(test, 8, 2, 0));
	KUNIT_EXPECT_FALSE(test, map_fake_page(test, 8, 2, 0));
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 0);
}

static void page_of_another_clock_is_given_up(struct kunit *test)
{
	make_agent(test);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .timens = 5, .nonce = 1010,
			 .now = 1010);
	store(1050, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1010 + THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_GONE);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
}

static void page_for_another_clock_is_given_up_at_once(struct kunit *test)
{
	make_agent(test);
	fake_pages[1].mapping.timens = 5;
	KUNIT_EXPECT_TRUE(test, map_fake_page(test, 7, 1, 1));
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
	KUNIT_EXPECT_EQ(test, fake_pages[1].puts, 1);
	KUNIT_EXPECT_EQ(test, fake_pages[1].page.kick, VARTA_KICK_GONE);
}

static void page_of_the_old_program_is_given_up(struct kunit *test)
{
	make_agent(test);
	store(1050, VARTA_STATUS_OK, 0);
	execute_program();
	/* Its last beat counts. */
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, 1050);
	/* A look without a beat finds that the program has left. */
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1050 + THRESHOLD), 1);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_GONE);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
}

/* The wheel lets a timer that is so far ahead expire early. */
#define LONG_MS		1000
#define LONG_START	((u64)LONG_MS * NSEC_PER_MSEC)
#define LONG_DUE	(2 * LONG_START)

/* An agent with a long threshold, which beat at LONG_START. */
static void make_long_agent(struct kunit *test)
{
	u32 events;

	make_tracker(test);
	run_stall_pass(test, LONG_START);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = LONG_START,
			.threshold_ms = LONG_MS, .now = LONG_START);
	KUNIT_ASSERT_TRUE(test, map_fake_page(test, 7, 1, 0));
	fake_events_take(&events);
}

/* Runs a pass each time that one is due, until @end. Returns how many. */
static u32 run_due_passes(struct kunit *test, u64 end)
{
	u64 due;
	u32 passes = 0;

	while ((due = varta_tracker_next_deadline(tracker_of(test))) < end) {
		KUNIT_ASSERT_LT(test, passes, 1000U);
		run_stall_pass(test, due);
		passes++;
	}
	return passes;
}

static void agent_that_beats_does_not_wake_the_thread_for_itself(struct kunit *test)
{
	u64 beat = LONG_START;
	u32 passes = 0, beats = 0;

	make_long_agent(test);
	for (; beats < 100; beats++) {
		beat += LONG_START / 4;
		passes += run_due_passes(test, beat);
		store(beat, VARTA_STATUS_OK, 0);
	}
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, wheel_expires(&tracker_of(test)->wheel, 0),
			U64_MAX);
	/* At most two looks in a threshold, each with some early wake-ups. */
	KUNIT_EXPECT_LE(test, passes, beats);
	KUNIT_EXPECT_LE(test, counter_total(test, VARTA_COUNT_REFRESHED),
			beats / 2);
	/* The next stall is found in time. */
	run_due_passes(test, beat + LONG_START);
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, beat + LONG_START), 1);
}

#define LONG_AFTER(ms)	(LONG_START + (ms) * (u64)NSEC_PER_MSEC)

/* A long agent whose last beat, after 400 ms, was read early, so the next may repeat it. */
static void make_repeating_agent(struct kunit *test, s64 clock_offset)
{
	u32 events;

	make_long_agent(test);
	fake_pages[0].mapping.clock_offset = clock_offset;
	KUNIT_ASSERT_TRUE(test, map_fake_page(test, 7, 1, 0));
	store(LONG_AFTER(400) + clock_offset, VARTA_STATUS_OK, 1);
	run_due_passes(test, LONG_AFTER(1000));
	KUNIT_ASSERT_EQ(test, slot_of(test, 7)->last_ns, LONG_AFTER(400));
	fake_events_take(&events);
}

static void repeated_beat_is_read_early(struct kunit *test)
{
	u32 looks;

	make_repeating_agent(test, 0);
	looks = fake_pages[0].page.looks;
	store(LONG_AFTER(700), VARTA_STATUS_OK, 2);
	run_due_passes(test, LONG_AFTER(1400));
	/* In the short way, which is not shown. */
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.looks, looks);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, LONG_AFTER(700));
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, LONG_AFTER(700));
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->payload, 2);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->beats, 3);
	EXPECT_COUNT(test, REFRESHED, 2);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, LONG_AFTER(1699)), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, LONG_AFTER(1700)), 1);
}

static void longer_gap_is_recorded_early(struct kunit *test)
{
	u32 gap;

	make_repeating_agent(test, 0);
	gap = slot_of(test, 7)->longest_gap;
	store(LONG_AFTER(900), VARTA_STATUS_OK, 0);
	run_due_passes(test, LONG_AFTER(1400));
	KUNIT_EXPECT_GT(test, slot_of(test, 7)->longest_gap, gap);
}

static void another_status_is_no_repetition(struct kunit *test)
{
	const struct varta_event_info *events;
	u32 count;

	make_repeating_agent(test, 0);
	store(LONG_AFTER(700), VARTA_STATUS_CRITICAL, 0);
	run_due_passes(test, LONG_AFTER(1400));
	events = fake_events_take(&count);
	KUNIT_ASSERT_EQ(test, count, 1);
	KUNIT_EXPECT_EQ(test, events[0].kind, VARTA_EVENT_KIND_STATUS);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->status, VARTA_STATUS_CRITICAL);
}

static void early_beat_of_the_future_is_of_now(struct kunit *test)
{
	make_repeating_agent(test, 0);
	/* So that it is not for its gap. */
	slot_of(test, 7)->longest_gap = U32_MAX;
	store(LONG_AFTER(5000), VARTA_STATUS_OK, 0);
	run_due_passes(test, LONG_AFTER(1400));
	KUNIT_EXPECT_GT(test, slot_of(test, 7)->last_ns, LONG_AFTER(900));
	KUNIT_EXPECT_LT(test, slot_of(test, 7)->last_ns, LONG_AFTER(1400));
}

static void early_beat_has_the_clock_of_the_agent(struct kunit *test)
{
	make_repeating_agent(test, 5 * NSEC_PER_MSEC);
	store(LONG_AFTER(705), VARTA_STATUS_OK, 0);
	run_due_passes(test, LONG_AFTER(1400));
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, LONG_AFTER(700));
}

/* As a process does that shares the memory of the old program. */
static void page_is_given_up_though_the_old_program_beats(struct kunit *test)
{
	u64 beat = LONG_AFTER(700), last = LONG_AFTER(400), refreshed;
	struct varta_slot *slot;
	u32 puts;

	make_repeating_agent(test, 0);
	slot = slot_of(test, 7);
	/* So that the short way is not left for a gap. */
	slot->longest_gap = U32_MAX;
	refreshed = counter_total(test, VARTA_COUNT_REFRESHED);
	puts = fake_pages[0].puts;
	execute_program();
	while (slot->mapped) {
		KUNIT_ASSERT_LT(test, beat, LONG_AFTER(100000));
		store(beat, VARTA_STATUS_OK, 0);
		last = beat;
		beat += LONG_START / 4;
		run_due_passes(test, beat);
	}
	KUNIT_EXPECT_LE(test, counter_total(test, VARTA_COUNT_REFRESHED) - refreshed,
			VARTA_EXEC_LOOKS);
	KUNIT_EXPECT_EQ(test, fake_pages[0].page.kick, VARTA_KICK_GONE);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, puts + 1);
	KUNIT_EXPECT_EQ(test, slot->last_ns, last);
	/* It goes on. */
	store(beat, VARTA_STATUS_OK, 0);
	run_due_passes(test, last + LONG_START);
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, last + LONG_START), 1);
}

static void new_status_is_seen_before_the_agent_is_due(struct kunit *test)
{
	const struct varta_event_info *events;
	u32 count;

	make_long_agent(test);
	store(LONG_START + 5, VARTA_STATUS_DEGRADED, 9);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, LONG_DUE - NSEC_PER_MSEC), 0);
	events = fake_events_take(&count);
	KUNIT_ASSERT_EQ(test, count, 1);
	KUNIT_EXPECT_EQ(test, events[0].kind, VARTA_EVENT_KIND_STATUS);
	KUNIT_EXPECT_EQ(test, events[0].agent.payload, 9);
}

static void page_is_not_read_in_the_first_half(struct kunit *test)
{
	struct varta_slot *slot;

	make_long_agent(test);
	slot = slot_of(test, 7);
	spin_lock(&slot->lock);
	varta_slot_arm_at(tracker_of(test), slot, LONG_START + 5);
	spin_unlock(&slot->lock);
	store(LONG_START + 1, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, LONG_START +
					     LONG_START / 2 - 1), 0);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, LONG_START);
}

static void nonsense_is_not_read_early(struct kunit *test)
{
	make_long_agent(test);
	store(LONG_START + 5, VARTA_STATUS_STALL, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, LONG_DUE - NSEC_PER_MSEC), 0);
	EXPECT_COUNT(test, BAD_STATUS, 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, LONG_START);
	store(VARTA_TERMINAL_NONCE, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, LONG_DUE), 1);
}

/* An early look has found a beat, and the agent has stored nonsense since. */
static void beat_is_read_once(struct kunit *test)
{
	const struct varta_stored_beat stored = {
		.nonce = LONG_START + 5,
		.state = VARTA_STATUS_DEGRADED,
	};
	struct varta_slot *slot;

	make_long_agent(test);
	slot = slot_of(test, 7);
	store(LONG_START + 6, VARTA_STATUS_STALL, 0);
	spin_lock(&slot->lock);
	KUNIT_EXPECT_TRUE(test, varta_slot_take_stored(tracker_of(test), slot,
						       &stored, LONG_DUE));
	spin_unlock(&slot->lock);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, LONG_START + 5);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_DEGRADED);
	EXPECT_COUNT(test, BAD_STATUS, 0);
}

enum {
	EARLY_LOOKS	= 20000,
	/* So few that all looks are in the second half. */
	CHANGES_MAX	= 100000000,
};

struct early_race {
	struct varta_tracker *tracker;
	bool finished;
};

/* Always greater nonces, with nonsense after each. */
static void change_status(void *context)
{
	struct varta_beat_page *page = &fake_pages[0].page;
	struct early_race *race = context;
	u32 i;

	for (i = 1; i < CHANGES_MAX && !READ_ONCE(race->finished); i++) {
		varta_store64(&page->state, VARTA_STATUS_OK);
		varta_store64(&page->nonce, LONG_START + i);
		if (i % 1024 == 0)
			cond_resched();
		varta_store64(&page->state, VARTA_STATUS_STALL);
	}
}

/* All are early, as the time stands. */
static void look_early(void *context)
{
	const u64 now = LONG_START + LONG_START * 3 / 4;
	struct early_race *race = context;
	struct varta_slot *slot = &race->tracker->slots[0];
	u32 i;

	for (i = 0; i < EARLY_LOOKS; i++) {
		spin_lock(&slot->lock);
		varta_slot_arm_at(race->tracker, slot, now);
		spin_unlock(&slot->lock);
		varta_tracker_stall_pass(race->tracker, now, THRESHOLD, 1,
					 refuse_report, NULL);
		cond_resched();
	}
	WRITE_ONCE(race->finished, true);
}

/* Needs several CPUs to fail. */
static void early_look_counts_no_bad_status(struct kunit *test)
{
	struct threads *threads = kunit_kzalloc(test, sizeof(*threads),
						GFP_KERNEL);
	struct early_race race = {};

	KUNIT_ASSERT_NOT_NULL(test, threads);
	make_long_agent(test);
	/* No look is in the short way, which reads once. */
	fake_pages[0].mapping.clock_offset = 1;
	KUNIT_ASSERT_TRUE(test, map_fake_page(test, 7, 1, 0));
	race.tracker = tracker_of(test);
	threads_add(threads, change_status, &race);
	threads_add(threads, look_early, &race);
	KUNIT_ASSERT_EQ(test, threads_run(threads), 0);
	kunit_info(test, "%llu of %u looks found a beat\n",
		   counter_total(test, VARTA_COUNT_REFRESHED), EARLY_LOOKS);
	EXPECT_COUNT(test, BAD_STATUS, 0);
	EXPECT_COUNT(test, STALLS, 0);
}

static void beat_of_a_new_program_takes_the_fast_path(struct kunit *test)
{
	const struct varta_beat_info beat = { .nonce = 1020 };

	make_agent(test);
	execute_program();
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 1010, .now = 1010);
	KUNIT_EXPECT_TRUE(test, varta_tracker_record_fast(tracker_of(test),
							  &beat, 7,
							  fake_proc(1), 0,
							  1020));
}

static void stored_beat_postpones_the_warning(struct kunit *test)
{
	make_agent(test);
	warn_at(test, 50);
	store(1040, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD / 2), 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 1040);
	KUNIT_EXPECT_EQ(test,
			run_stall_pass(test, 1040 + THRESHOLD / 2 - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1040 + THRESHOLD / 2), 1);
	EXPECT_COUNT(test, LATE, 1);
	EXPECT_COUNT(test, STALLS, 0);
	store(1120, VARTA_STATUS_OK, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1040 + THRESHOLD), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1120 + THRESHOLD / 2), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1120 + THRESHOLD), 1);
	EXPECT_COUNT(test, LATE, 2);
	EXPECT_COUNT(test, STALLS, 1);
}

/* Late with a fifth of the threshold, then a beat is stored. */
static void make_late_agent(struct kunit *test)
{
	make_agent(test);
	warn_at(test, 20);
	KUNIT_ASSERT_EQ(test, run_stall_pass(test, 1000 + THRESHOLD / 5), 1);
	store(1025, VARTA_STATUS_OK, 0);
}

static void late_agent_that_is_shown_may_be_late_again(struct kunit *test)
{
	make_late_agent(test);
	fake_clock = 1030;
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).nonce, 1025);
	KUNIT_EXPECT_LE(test, varta_tracker_next_deadline(tracker_of(test)),
			1025 + THRESHOLD / 5);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1025 + THRESHOLD / 5 - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1025 + THRESHOLD / 5), 1);
	EXPECT_COUNT(test, LATE, 2);
}

static void late_agent_whose_beat_is_old_may_be_late_again(struct kunit *test)
{
	const struct varta_beat_info beat = { .nonce = 1024 };
	const struct varta_agent_id id = { .pid = 7, .proc = fake_proc(1) };
	bool started;

	make_late_agent(test);
	KUNIT_EXPECT_EQ(test, varta_tracker_record(tracker_of(test), &beat, &id,
						   1030, THRESHOLD, &started),
			VARTA_RECORD_OUT_OF_ORDER);
	KUNIT_EXPECT_LE(test, varta_tracker_next_deadline(tracker_of(test)),
			1025 + THRESHOLD / 5);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1025 + THRESHOLD / 5), 1);
	EXPECT_COUNT(test, LATE, 2);
}

/* The warning has to come though nothing reads a page any more. */
static void late_agent_that_loses_its_page_may_be_late(struct kunit *test)
{
	make_late_agent(test);
	KUNIT_ASSERT_TRUE(test, map_fake_page(test, 7, 1, 1));
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 1026, .now = 1030);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 1030 + THRESHOLD / 5), 1);
	EXPECT_COUNT(test, LATE, 2);
}

static struct kunit_case mapped_cases[] = {
	KUNIT_CASE(stored_beat_postpones_the_stall),
	KUNIT_CASE(page_is_read_at_the_deadline_only),
	KUNIT_CASE(time_is_between_the_last_beat_and_now),
	KUNIT_CASE(clock_may_be_behind),
	KUNIT_CASE(old_nonce_is_no_beat),
	KUNIT_CASE(empty_page_is_no_beat),
	KUNIT_CASE(terminal_nonce_is_no_beat),
	KUNIT_CASE(invalid_status_is_no_beat),
	KUNIT_CASE(new_status_is_an_event),
	KUNIT_CASE(stall_kicks_until_a_beat_is_sent),
	KUNIT_CASE(beat_during_the_kick_prevents_the_stall),
	KUNIT_CASE(stall_that_is_not_reported_does_not_kick),
	KUNIT_CASE(sent_beat_comes_after_the_stored_one),
	KUNIT_CASE(sent_beat_does_not_take_the_fast_path),
	KUNIT_CASE(usage_of_a_stored_beat_is_unknown),
	KUNIT_CASE(shown_agent_has_its_stored_beat),
	KUNIT_CASE(exit_has_the_stored_beat),
	KUNIT_CASE(goodbye_ends_the_mapping),
	KUNIT_CASE(recycled_pid_ends_the_mapping),
	KUNIT_CASE(eviction_ends_the_mapping),
	KUNIT_CASE(another_page_replaces_the_first),
	KUNIT_CASE(stalled_agent_gets_a_kicked_page),
	KUNIT_CASE(only_tracked_attested_agents_have_pages),
	KUNIT_CASE(page_of_another_clock_is_given_up),
	KUNIT_CASE(page_for_another_clock_is_given_up_at_once),
	KUNIT_CASE(page_of_the_old_program_is_given_up),
	KUNIT_CASE(agent_that_beats_does_not_wake_the_thread_for_itself),
	KUNIT_CASE(repeated_beat_is_read_early),
	KUNIT_CASE(longer_gap_is_recorded_early),
	KUNIT_CASE(another_status_is_no_repetition),
	KUNIT_CASE(early_beat_of_the_future_is_of_now),
	KUNIT_CASE(early_beat_has_the_clock_of_the_agent),
	KUNIT_CASE(page_is_given_up_though_the_old_program_beats),
	KUNIT_CASE(new_status_is_seen_before_the_agent_is_due),
	KUNIT_CASE(page_is_not_read_in_the_first_half),
	KUNIT_CASE(nonsense_is_not_read_early),
	KUNIT_CASE(beat_is_read_once),
	KUNIT_CASE(early_look_counts_no_bad_status),
	KUNIT_CASE(beat_of_a_new_program_takes_the_fast_path),
	KUNIT_CASE(stored_beat_postpones_the_warning),
	KUNIT_CASE(late_agent_that_is_shown_may_be_late_again),
	KUNIT_CASE(late_agent_whose_beat_is_old_may_be_late_again),
	KUNIT_CASE(late_agent_that_loses_its_page_may_be_late),
	{}
};

static struct kunit_suite mapped_suite = {
	.name = "varta-mapped",
	.init = reset,
	.exit = tracker_fixture_exit,
	.test_cases = mapped_cases,
};

kunit_test_suite(mapped_suite);
