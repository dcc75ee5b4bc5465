// SPDX-License-Identifier: GPL-2.0-only
/* Tests of source.c: stalls of agents whose source is silent as a whole. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/time64.h>

#include "source.h"

enum {
	SOURCE = 7,
};

static const u64 SILENCE = 2 * NSEC_PER_SEC;
static const u64 GRACE = 5ull * NSEC_PER_SEC;

static u32 reports;
static u64 last_report;
static u32 last_agents;
static bool has_room;

static bool report(const struct varta_agent_info *agent, u64 now, u32 agents)
{
	if (!has_room)
		return false;
	reports++;
	last_report = now;
	last_agents = agents;
	return true;
}

static int source_test_init(struct kunit *test)
{
	varta_sources_init();
	varta_sources_set_silence(SILENCE, 0);
	reports = 0;
	last_report = 0;
	last_agents = 0;
	has_room = true;
	return 0;
}

static struct varta_agent_info agent_of(u32 source, u32 slot)
{
	return (struct varta_agent_info) {
		.id.source = source,
		.id.pid	   = slot + 1,
		.slot	   = slot,
	};
}

/* Two agents, and their beats. */
static void start(u32 source, u64 now)
{
	varta_source_charge(source, now);
	varta_source_charge(source, now);
	varta_source_note_beat(source, now);
}

static struct varta_agent_info stalled_agent(u32 source, u32 slot, u64 stall_ns)
{
	struct varta_agent_info agent = agent_of(source, slot);

	agent.stalled = true;
	agent.stall_ns = stall_ns;
	return agent;
}

static enum varta_source_verdict stall(u32 source, u32 slot, u64 now)
{
	struct varta_agent_info agent = stalled_agent(source, slot, now);

	return varta_source_judge(&agent, 0, report);
}

static enum varta_source_verdict late(u32 source, u32 slot, u64 now)
{
	struct varta_agent_info agent = agent_of(source, slot);

	agent.late_ns = now;
	return varta_source_judge(&agent, 0, report);
}

/* A scan finds the agent, which is stalled. */
static enum varta_source_verdict left(u32 source, u32 slot, u64 stall_ns,
				      u64 now)
{
	struct varta_agent_info agent = stalled_agent(source, slot, stall_ns);

	return varta_source_judge_left(&agent, now, 0, report);
}

static bool has_gathered(u32 source, u32 slot, u64 stall_ns)
{
	struct varta_agent_info agent = agent_of(source, slot);

	return varta_source_has_gathered(&agent, stall_ns);
}

static void beat(u32 source, u32 slot, u64 now)
{
	struct varta_agent_info agent = agent_of(source, slot);

	if (varta_source_note_beat(source, now))
		varta_source_return(&agent, now, GRACE, report);
}

static u64 next_scan(u64 now)
{
	u32 nr, cursor;

	return varta_source_next_scan(now, &nr, &cursor);
}

static void a_silent_source_is_reported_once(struct kunit *test)
{
	start(SOURCE, NSEC_PER_SEC);
	varta_source_charge(SOURCE, NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, varta_sources_silent(), 0);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, NSEC_PER_SEC + SILENCE),
			VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 1, NSEC_PER_SEC + SILENCE + 1),
			VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, late(SOURCE, 2, NSEC_PER_SEC + SILENCE + 2),
			VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, reports, 1);
	KUNIT_EXPECT_EQ(test, last_report, NSEC_PER_SEC + SILENCE);
	KUNIT_EXPECT_EQ(test, last_agents, 3);
	KUNIT_EXPECT_EQ(test, varta_sources_silent(), 1);
	KUNIT_EXPECT_TRUE(test, has_gathered(SOURCE, 0, last_report));
	KUNIT_EXPECT_TRUE(test, has_gathered(SOURCE, 1, last_report + 1));
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 2, last_report - 1));
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 2, 0));
	KUNIT_EXPECT_FALSE(test, has_gathered(0, 0, last_report));
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE + 1, 0, last_report));
	beat(SOURCE, 0, 2 * GRACE);
	KUNIT_EXPECT_EQ(test, varta_sources_silent(), 0);
	KUNIT_EXPECT_EQ(test, last_agents, 3);
}

static void an_agent_that_is_due_before_is_reported(struct kunit *test)
{
	u64 now = NSEC_PER_SEC + SILENCE - 1;

	start(SOURCE, NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, now), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, late(SOURCE, 1, now), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, stall(0, 0, now + 1), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, stall(SOURCE + 1, 0, now + 1),
			VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, reports, 0);
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 0, now));
}

static void one_agent_is_not_a_whole(struct kunit *test)
{
	start(SOURCE, 1);
	varta_source_uncharge(SOURCE);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, GRACE), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, reports, 0);
	varta_source_charge(SOURCE, 1);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, GRACE), VARTA_SOURCE_GATHERED);
}

static void silence_before_a_resume_does_not_count(struct kunit *test)
{
	struct varta_agent_info agent = stalled_agent(SOURCE, 0, GRACE);

	start(SOURCE, 0);
	KUNIT_EXPECT_EQ(test,
			varta_source_judge(&agent, GRACE - SILENCE + 1, report),
			VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, varta_source_judge(&agent, GRACE - SILENCE, report),
			VARTA_SOURCE_GATHERED);
}

static void a_report_without_room_comes_again(struct kunit *test)
{
	start(SOURCE, 0);
	has_room = false;
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, SILENCE), VARTA_SOURCE_FAILED);
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 0, SILENCE));
	has_room = true;
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, SILENCE + 1),
			VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, reports, 1);
}

static void those_that_stay_silent_are_found_after_a_grace(struct kunit *test)
{
	u64 back = 2 * SILENCE, end = back + GRACE;
	u32 nr = 0, cursor = 1;

	start(SOURCE, 0);
	stall(SOURCE, 0, SILENCE);
	stall(SOURCE, 1, SILENCE);
	KUNIT_EXPECT_EQ(test, next_scan(back), U64_MAX);
	beat(SOURCE, 0, back);
	KUNIT_EXPECT_EQ(test, reports, 2);
	KUNIT_EXPECT_EQ(test, last_report, back);
	beat(SOURCE, 0, end - 1);
	KUNIT_EXPECT_EQ(test, reports, 2);
	KUNIT_EXPECT_EQ(test, next_scan(end - 1), end);
	/* In the grace, too. */
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 3, end - 1), VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, varta_source_next_scan(end, &nr, &cursor), 0);
	KUNIT_EXPECT_EQ(test, nr, SOURCE);
	KUNIT_EXPECT_EQ(test, cursor, 0);

	KUNIT_EXPECT_TRUE(test, has_gathered(SOURCE, 1, SILENCE));
	KUNIT_EXPECT_EQ(test, left(SOURCE, 1, SILENCE, end),
			VARTA_SOURCE_REPORT);
	varta_source_pass(SOURCE, 2);
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 1, SILENCE));
	KUNIT_EXPECT_TRUE(test, has_gathered(SOURCE, 3, end - 1));
	/* Where the scan was, and what is too late for it, has its own event. */
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 1, end - 1), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 3, end), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, left(SOURCE, 3, end, end), VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, varta_source_next_scan(end, &nr, &cursor), 0);
	KUNIT_EXPECT_EQ(test, cursor, 2);
	varta_source_end_scan(SOURCE);
	KUNIT_EXPECT_EQ(test, next_scan(end), U64_MAX);
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 3, end - 1));

	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, end - 1 + SILENCE),
			VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, reports, 3);
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 3, end));
}

static void the_grace_is_the_longest_threshold(struct kunit *test)
{
	static const struct {
		u32 threshold_ms;
		u64 grace;
	} cases[] = {
		{ 0, GRACE },
		{ 1, GRACE },
		{ 60000, 60ull * NSEC_PER_SEC },
		{ VARTA_SOURCE_GRACE_MAX_MS + 1,
		  VARTA_SOURCE_GRACE_MAX_MS * (u64)NSEC_PER_MSEC },
	};
	struct varta_agent_info agent = stalled_agent(SOURCE, 1, SILENCE);
	u64 now = SILENCE;
	size_t i;

	start(SOURCE, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		stall(SOURCE, 0, now);
		agent.threshold_ms = cases[i].threshold_ms;
		agent.stall_ns = now;
		KUNIT_EXPECT_EQ(test, varta_source_judge(&agent, 0, report),
				VARTA_SOURCE_GATHERED);
		beat(SOURCE, 0, now + 1);
		KUNIT_EXPECT_EQ(test, next_scan(now + 1),
				now + 1 + cases[i].grace);
		now += 1 + cases[i].grace;
		KUNIT_EXPECT_EQ(test, next_scan(now), 0);
		varta_source_end_scan(SOURCE);
		beat(SOURCE, 0, now);
		now += SILENCE;
	}
}

static void a_source_may_be_silent_again_in_the_grace(struct kunit *test)
{
	u64 again = SILENCE + 1 + SILENCE;

	start(SOURCE, 0);
	stall(SOURCE, 0, SILENCE);
	beat(SOURCE, 1, SILENCE + 1);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 1, again), VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, reports, 3);
	KUNIT_EXPECT_EQ(test, next_scan(U64_MAX), U64_MAX);
	KUNIT_EXPECT_TRUE(test, has_gathered(SOURCE, 0, SILENCE));
	beat(SOURCE, 1, again + 1);
	KUNIT_EXPECT_EQ(test, reports, 4);
	KUNIT_EXPECT_EQ(test, next_scan(again), again + 1 + GRACE);
}

/* One beat of a cut line must not make an event of each of a million agents. */
static void a_scan_finds_that_the_source_is_silent_again(struct kunit *test)
{
	u64 end = SILENCE + 1 + GRACE;

	start(SOURCE, 0);
	stall(SOURCE, 0, SILENCE);
	stall(SOURCE, 1, SILENCE);
	beat(SOURCE, 0, SILENCE + 1);
	KUNIT_EXPECT_EQ(test, next_scan(end), 0);
	has_room = false;
	KUNIT_EXPECT_EQ(test, left(SOURCE, 1, SILENCE, end),
			VARTA_SOURCE_FAILED);
	has_room = true;
	KUNIT_EXPECT_EQ(test, left(SOURCE, 1, SILENCE, end),
			VARTA_SOURCE_SILENT);
	KUNIT_EXPECT_EQ(test, reports, 3);
	KUNIT_EXPECT_EQ(test, varta_sources_silent(), 1);
	/* The scan is over. */
	KUNIT_EXPECT_EQ(test, left(SOURCE, 1, SILENCE, end),
			VARTA_SOURCE_SILENT);
	varta_source_pass(SOURCE, 2);
	varta_source_end_scan(SOURCE);
	KUNIT_EXPECT_EQ(test, reports, 3);
	KUNIT_EXPECT_TRUE(test, has_gathered(SOURCE, 1, SILENCE));
	/* Also when it is back again. */
	beat(SOURCE, 0, end + 1);
	varta_source_pass(SOURCE, 2);
	varta_source_end_scan(SOURCE);
	KUNIT_EXPECT_TRUE(test, has_gathered(SOURCE, 1, SILENCE));
	KUNIT_EXPECT_EQ(test, next_scan(end), end + 1 + GRACE);
}

/* Its end must have an event. */
static void what_was_reported_is_not_gathered_later(struct kunit *test)
{
	u64 end = SILENCE + 1 + GRACE;

	start(SOURCE, 0);
	stall(SOURCE, 0, SILENCE);
	beat(SOURCE, 0, SILENCE + 1);
	beat(SOURCE, 0, end);
	/* After the grace, before the scan. */
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 1, end + SILENCE - 1),
			VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 2, end + SILENCE),
			VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, next_scan(end + SILENCE), 0);
	KUNIT_EXPECT_EQ(test, left(SOURCE, 0, SILENCE, end + SILENCE),
			VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 1, end + SILENCE - 1));
	KUNIT_EXPECT_EQ(test, reports, 2);
}

static void sources_are_bounded(struct kunit *test)
{
	const u32 more = VARTA_SOURCES_MAX + 1;
	u32 nr;

	for (nr = 1; nr <= more; nr++)
		start(nr, 0);
	for (nr = 1; nr <= VARTA_SOURCES_MAX; nr++)
		KUNIT_EXPECT_EQ(test, stall(nr, 0, GRACE),
				VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, stall(more, 0, GRACE), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_FALSE(test, has_gathered(more, 0, GRACE));
	KUNIT_EXPECT_EQ(test, varta_sources_silent(), VARTA_SOURCES_MAX);
	/* One without agents gives its place, but not to one that has some. */
	varta_source_uncharge(1);
	varta_source_uncharge(1);
	KUNIT_EXPECT_EQ(test, varta_sources_silent(), VARTA_SOURCES_MAX - 1);
	start(more, 0);
	KUNIT_EXPECT_EQ(test, stall(more, 0, GRACE), VARTA_SOURCE_REPORT);
	for (nr = 0; nr < 4; nr++)
		varta_source_uncharge(more);
	start(more, 0);
	KUNIT_EXPECT_EQ(test, stall(more, 0, GRACE), VARTA_SOURCE_GATHERED);
	KUNIT_EXPECT_EQ(test, last_agents, 2);
}

static void a_source_without_agents_is_forgotten(struct kunit *test)
{
	start(SOURCE, 0);
	stall(SOURCE, 0, SILENCE);
	beat(SOURCE, 0, SILENCE + 1);
	varta_source_uncharge(SOURCE);
	varta_source_uncharge(SOURCE);
	KUNIT_EXPECT_EQ(test, next_scan(U64_MAX), U64_MAX);
	KUNIT_EXPECT_FALSE(test, has_gathered(SOURCE, 0, SILENCE));
	start(SOURCE, GRACE);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, GRACE + SILENCE - 1),
			VARTA_SOURCE_REPORT);
}

static void without_the_setting_nothing_is_gathered(struct kunit *test)
{
	varta_sources_set_silence(0, 0);
	start(SOURCE, 0);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, GRACE), VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, late(SOURCE, 0, GRACE), VARTA_SOURCE_REPORT);
	/* No beat was noted: silence counts from the change on. */
	varta_sources_set_silence(SILENCE, GRACE);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, GRACE + SILENCE - 1),
			VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, GRACE + SILENCE),
			VARTA_SOURCE_GATHERED);
	/* Another value is not a beginning. */
	beat(SOURCE, 0, GRACE + SILENCE);
	varta_sources_set_silence(2 * SILENCE, GRACE + SILENCE + 1);
	KUNIT_EXPECT_EQ(test, stall(SOURCE, 0, GRACE + 3 * SILENCE),
			VARTA_SOURCE_GATHERED);
	/* Those that were gathered are reported then. */
	varta_sources_set_silence(0, 2 * GRACE + SILENCE);
	KUNIT_EXPECT_EQ(test, varta_sources_silent(), 0);
	KUNIT_EXPECT_EQ(test, next_scan(2 * GRACE + SILENCE), 0);
	KUNIT_EXPECT_EQ(test, left(SOURCE, 0, GRACE + 3 * SILENCE, 3 * GRACE),
			VARTA_SOURCE_REPORT);
	KUNIT_EXPECT_EQ(test, reports, 3);
}

/*
 * A listener's view of one source, with random beats, stalls and scans. An agent
 * that it takes for stalled must be so, and its end must have an event. Once the
 * source is idle, it knows of all.
 */
enum {
	AGENTS = 6,
	STEPS = 200000,
};

struct watched {
	u64 stall_ns;		/* 0 if it is not stalled */
	bool is_known;		/* to the listener */
};

struct listener {
	struct kunit *test;
	struct watched agents[AGENTS];
	u64 now;
	u32 gathered;		/* how often, as the next three */
	u32 reported;
	u32 found;
	u32 silent_again;
	bool is_scanned;
	bool source_is_silent;
};

static struct listener listener;

static bool source_report(const struct varta_agent_info *agent, u64 now,
			  u32 agents)
{
	if (!has_room)
		return false;
	KUNIT_EXPECT_EQ(listener.test, agents, AGENTS);
	listener.source_is_silent = !listener.source_is_silent;
	return true;
}

static void step_beat(struct watched *agents, u32 slot)
{
	struct varta_agent_info agent = agent_of(SOURCE, slot);
	struct watched *w = &agents[slot];
	bool gathered = varta_source_has_gathered(&agent, w->stall_ns);

	/* Its recovery has an event if, and only if, its stall had. */
	if (w->stall_ns)
		KUNIT_ASSERT_EQ(listener.test, gathered, !w->is_known);
	*w = (struct watched) {};
	/* A source-recover always has room. */
	has_room = true;
	if (varta_source_note_beat(SOURCE, listener.now)) {
		KUNIT_ASSERT_TRUE(listener.test, listener.source_is_silent);
		varta_source_return(&agent, listener.now, GRACE, source_report);
		KUNIT_ASSERT_FALSE(listener.test, listener.source_is_silent);
	}
}

static void step_stall(struct watched *agents, u32 slot)
{
	struct varta_agent_info agent =
		stalled_agent(SOURCE, slot, listener.now);
	struct watched *w = &agents[slot];

	if (w->stall_ns)
		return;
	switch (varta_source_judge(&agent, 0, source_report)) {
	case VARTA_SOURCE_REPORT:
		KUNIT_ASSERT_FALSE(listener.test, listener.source_is_silent);
		w->is_known = true;
		listener.reported++;
		break;
	case VARTA_SOURCE_GATHERED:
		listener.gathered++;
		break;
	default:
		return;
	}
	w->stall_ns = listener.now;
}

/* Returns whether the scan goes on. */
static bool look_at_slot(struct watched *agents, u32 slot)
{
	struct watched *w = &agents[slot];
	struct varta_agent_info agent = agent_of(SOURCE, slot);

	if (w->stall_ns)
		agent = stalled_agent(SOURCE, slot, w->stall_ns);
	switch (varta_source_judge_left(&agent, listener.now, 0,
					source_report)) {
	case VARTA_SOURCE_REPORT:
		KUNIT_ASSERT_FALSE(listener.test, w->is_known);
		if (!has_room)
			return false;
		w->is_known = true;
		listener.found++;
		break;
	case VARTA_SOURCE_SILENT:
		listener.silent_again++;
		return false;
	case VARTA_SOURCE_FAILED:
		return false;
	default:
		break;
	}
	varta_source_pass(SOURCE, slot + 1);
	return true;
}

static void check_idle(const struct watched *agents)
{
	u32 slot;

	for (slot = 0; slot < AGENTS; slot++)
		if (agents[slot].stall_ns)
			KUNIT_ASSERT_TRUE(listener.test, agents[slot].is_known);
}

/* In pieces of random size, between which other steps happen. */
static void step_scan(struct watched *agents, u32 size)
{
	u32 nr, cursor;

	if (varta_source_next_scan(listener.now, &nr, &cursor))
		return;
	KUNIT_ASSERT_EQ(listener.test, nr, SOURCE);
	for (; cursor < AGENTS && size; cursor++, size--)
		if (!look_at_slot(agents, cursor))
			return;
	if (cursor < AGENTS)
		return;
	varta_source_end_scan(SOURCE);
	check_idle(agents);
}

static void a_listener_knows_of_each_stall_or_of_its_source(struct kunit *test)
{
	struct watched *agents = listener.agents;
	struct rnd_state random;
	u32 i, slot;

	listener = (struct listener) { .test = test, .now = NSEC_PER_SEC };
	prandom_seed_state(&random, 20231024);
	for (slot = 0; slot < AGENTS; slot++)
		varta_source_charge(SOURCE, listener.now);
	for (i = 0; i < STEPS; i++) {
		u32 what = prandom_u32_state(&random) % 16;

		slot = prandom_u32_state(&random) % AGENTS;
		has_room = prandom_u32_state(&random) % 8;
		/* Mostly in quick succession; now and then a long silence. */
		listener.now += what < 2 ? SILENCE / 2 : NSEC_PER_MSEC;
		if (what < 5)
			step_stall(agents, slot);
		else if (what < 7)
			step_beat(agents, slot);
		else if (what < 9)
			step_scan(agents, 1 + slot);
		else if (what == 9 && i % 64 == 0)
			varta_sources_set_silence(i % 128 ? SILENCE : SILENCE / 2,
						  listener.now);
	}
	KUNIT_EXPECT_GT(test, listener.gathered, 0);
	KUNIT_EXPECT_GT(test, listener.reported, 0);
	KUNIT_EXPECT_GT(test, listener.found, 0);
	KUNIT_EXPECT_GT(test, listener.silent_again, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_silent_source_is_reported_once),
	KUNIT_CASE(an_agent_that_is_due_before_is_reported),
	KUNIT_CASE(one_agent_is_not_a_whole),
	KUNIT_CASE(silence_before_a_resume_does_not_count),
	KUNIT_CASE(a_report_without_room_comes_again),
	KUNIT_CASE(those_that_stay_silent_are_found_after_a_grace),
	KUNIT_CASE(the_grace_is_the_longest_threshold),
	KUNIT_CASE(a_source_may_be_silent_again_in_the_grace),
	KUNIT_CASE(a_scan_finds_that_the_source_is_silent_again),
	KUNIT_CASE(what_was_reported_is_not_gathered_later),
	KUNIT_CASE(sources_are_bounded),
	KUNIT_CASE(a_source_without_agents_is_forgotten),
	KUNIT_CASE(without_the_setting_nothing_is_gathered),
	KUNIT_CASE(a_listener_knows_of_each_stall_or_of_its_source),
	{}
};

static struct kunit_suite suite = {
	.name = "varta-source",
	.init = source_test_init,
	.test_cases = cases,
};

kunit_test_suite(suite);
