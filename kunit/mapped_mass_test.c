// SPDX-License-Identifier: GPL-2.0-only
/*
 * A million agents that store their beats: all are watched, none wakes the thread by
 * itself, and each is reported once, in time, when they fall silent. Many agents share
 * a page here, as their pages would take 4 GB.
 */
#include <kunit/test.h>
#include <linux/kconfig.h>
#include <linux/math64.h>
#include <linux/mm.h>

#include "fake_pages.h"
#include "fake_procs.h"
#include "tracker_fixture.h"

enum {
	/* A kernel with sanitizers has less memory, and is slow. */
	AGENTS		= IS_ENABLED(CONFIG_UML) ? 1000000 : 20000,
	PAGES		= 64,
	INTERVALS	= 3,
};

#define START		(1000ULL * NSEC_PER_SEC)
#define LIMIT		(10ULL * NSEC_PER_SEC)
/* Between two beats, and between those of a page and the next one. */
#define PERIOD		(3ULL * NSEC_PER_SEC)
#define PHASE		(PERIOD / PAGES)
/* The wheel finds a timer up to a tick late, 131 us; the rest is for rounding. */
#define LATE_MAX	(200 * NSEC_PER_USEC)
/*
 * Timers so far ahead are in the wheel's buckets of level 2, 34 ms wide. All in one
 * share a wakeup, however many agents there are.
 */
#define WAKEUPS_MAX	((u32)(INTERVALS * LIMIT >> (VARTA_WHEEL_TICK_SHIFT + \
						     2 * VARTA_WHEEL_LEVEL_SHIFT)))

static struct {
	struct varta_beat_page *pages;
	struct varta_mapping *mappings;
	u64 now;
	u64 latest;		/* report, after the agent was due */
	u32 stalls;
	bool early;
} mass;

static enum varta_proc_state is_same(const struct varta_agent_id *id)
{
	return VARTA_PROC_SAME;
}

static void keep_mapping(struct varta_mapping *mapping)
{
}

static bool count_stall(void *context, const struct varta_agent_info *agent)
{
	u64 due = agent->last_ns + LIMIT;

	mass.stalls++;
	mass.early |= mass.now < due;
	mass.latest = max(mass.latest, mass.now - due);
	return true;
}

static void make_agents(struct kunit *test)
{
	struct tracker_fixture *fixture = test->priv;
	struct varta_beat_info beat = { .status = VARTA_STATUS_OK };
	struct varta_agent_id id = {
		.proc = fake_proc(1),
		.origin = VARTA_ORIGIN_KERNEL_ATTESTED,
	};
	bool started;
	u32 nr;

	for (nr = 0; nr < AGENTS; nr++) {
		/* Over a period, so that groups are due at many times. */
		u64 now = START + nr * (PERIOD / AGENTS);

		id.pid = nr + 1;
		beat.pid = id.pid;
		beat.nonce = now;
		KUNIT_ASSERT_EQ(test, varta_tracker_record(&fixture->tracker, &beat, &id,
							   now, LIMIT, &started),
				VARTA_RECORD_INSERTED);
		mass.mappings[nr].page = &mass.pages[nr % PAGES];
		KUNIT_ASSERT_TRUE(test, varta_tracker_map(&fixture->tracker, &id,
							  &mass.mappings[nr]));
	}
}

/* What the agents of each page have stored until now, if they beat until @end. */
static void store_beats(u64 end)
{
	u64 now = min(mass.now, end);
	u32 nr;

	for (nr = 0; nr < PAGES; nr++) {
		u64 first = START + PERIOD + nr * PHASE;

		if (now > first)
			mass.pages[nr].nonce = first +
				div_u64(now - first, PERIOD) * PERIOD;
	}
}

/* Returns how often the thread would have woken up. */
static u32 run_until(struct kunit *test, u64 time, u64 end)
{
	struct tracker_fixture *fixture = test->priv;
	u32 wakeups = 0;

	for (;;) {
		u64 next = varta_tracker_next_deadline(&fixture->tracker);

		if (next > time)
			return wakeups;
		mass.now = max(mass.now, next);
		store_beats(end);
		wakeups++;
		while (varta_tracker_stall_pass(&fixture->tracker, mass.now, LIMIT,
						VARTA_STALL_BATCH, count_stall, NULL))
			;
	}
}

static void a_million_mapped_agents_are_watched(struct kunit *test)
{
	struct tracker_fixture *fixture = test->priv;
	const u64 end = START + INTERVALS * LIMIT;
	u32 wakeups;
	u64 looks;

	make_agents(test);
	wakeups = run_until(test, end, end);
	looks = tracker_fixture_total(fixture, VARTA_COUNT_REFRESHED);
	kunit_info(test, "%u agents in %u intervals: %llu looks, %u wakeups",
		   AGENTS, INTERVALS, looks, wakeups);
	KUNIT_EXPECT_EQ(test, mass.stalls, 0);
	/* Each is looked at once in an interval, and no more than twice. */
	KUNIT_EXPECT_GE(test, looks, (u64)AGENTS * (INTERVALS - 1));
	KUNIT_EXPECT_LE(test, looks, (u64)AGENTS * INTERVALS * 2);
	KUNIT_EXPECT_LE(test, wakeups, WAKEUPS_MAX);

	run_until(test, end + 2 * LIMIT, end);
	kunit_info(test, "%u stalls, %llu ns late at most", mass.stalls, mass.latest);
	KUNIT_EXPECT_EQ(test, mass.stalls, AGENTS);
	KUNIT_EXPECT_EQ(test, tracker_fixture_total(fixture, VARTA_COUNT_STALLS), AGENTS);
	KUNIT_EXPECT_EQ(test, varta_tracker_stalled_now(&fixture->tracker), AGENTS);
	KUNIT_EXPECT_FALSE(test, mass.early);
	KUNIT_EXPECT_LE(test, mass.latest, LATE_MAX);
	KUNIT_EXPECT_EQ(test, varta_tracker_next_deadline(&fixture->tracker), U64_MAX);
	kunit_info(test, "%zu bytes of the kernel's for each page, besides the page",
		   sizeof(*mass.mappings) + sizeof(void *));
}

static int make_mass(struct kunit *test)
{
	static struct varta_tracker_ops ops;
	struct tracker_fixture *fixture;

	memset(&mass, 0, sizeof(mass));
	mass.now = START;
	mass.pages = kvcalloc(PAGES, sizeof(*mass.pages), GFP_KERNEL);
	mass.mappings = kvcalloc(AGENTS, sizeof(*mass.mappings), GFP_KERNEL);
	if (!mass.pages || !mass.mappings)
		return -ENOMEM;
	ops = fake_procs_ops;
	ops.proc_state = is_same;
	ops.put_mapping = keep_mapping;
	ops.event = NULL;
	ops.sample = NULL;
	fixture = tracker_fixture_create(test, &(struct varta_tracker_config) {
		.ops = &ops, .capacity = AGENTS, .eviction_scan_window = 256,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	fixture->threshold = LIMIT;
	return varta_tracker_reserve_mappings(&fixture->tracker);
}

static void free_mass(struct kunit *test)
{
	tracker_fixture_exit(test);
	kvfree(mass.mappings);
	kvfree(mass.pages);
}

static struct kunit_case mapped_mass_cases[] = {
	KUNIT_CASE_SLOW(a_million_mapped_agents_are_watched),
	{}
};

static struct kunit_suite mapped_mass_suite = {
	.name = "varta-mapped-mass",
	.init = make_mass,
	.exit = free_mass,
	.test_cases = mapped_mass_cases,
};

kunit_test_suite(mapped_mass_suite);
