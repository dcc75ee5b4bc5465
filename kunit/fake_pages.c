// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of agents for tests.
 */
#include <kunit/test.h>
#include <linux/container_of.h>

#include "beat_helpers.h"
#include "fake_pages.h"
#include "fake_procs.h"
#include "tracker_fixture.h"

struct fake_page fake_pages[2];
u64 fake_clock;

static void put_mapping(struct varta_mapping *mapping)
{
	container_of(mapping, struct fake_page, mapping)->puts++;
}

static bool has_executed(const struct varta_proc *proc, u64 exec_id)
{
	return fake_signals()->exec_id != exec_id;
}

/* All processes do. */
void execute_program(void)
{
	fake_signals()->exec_id++;
}

static u64 read_clock(void)
{
	return fake_clock;
}

/**
 * fake_pages_reset() - make all pages new, and not mapped
 * @lanes: how many each of them has
 * @now: what the clock shows
 */
void fake_pages_reset(u32 lanes, u64 now)
{
	u32 i;

	memset(fake_pages, 0, sizeof(fake_pages));
	for (i = 0; i < ARRAY_SIZE(fake_pages); i++) {
		fake_pages[i].mapping.page = &fake_pages[i].page;
		fake_pages[i].tables[0] = (void *)&fake_pages[i].page;
		fake_pages[i].tables[1] = fake_pages[i].more;
		fake_pages[i].mapping.lanes.tables = fake_pages[i].tables;
		fake_pages[i].mapping.lanes.overdue = fake_pages[i].overdue;
		fake_pages[i].mapping.lanes.count = lanes;
	}
	fake_clock = now;
}

/**
 * make_tracker_with_pages() - make the tracker of a case, of 4 slots
 * @test: the test
 * @ops: a copy of fake_procs_ops, to which those of pages are added
 */
void make_tracker_with_pages(struct kunit *test, struct varta_tracker_ops *ops)
{
	ops->put_mapping = put_mapping;
	ops->has_executed = has_executed;
	ops->clock = read_clock;
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.ops = ops, .capacity = 4, .eviction_scan_window = 256,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	KUNIT_ASSERT_EQ(test, varta_tracker_reserve_mappings(tracker_of(test)),
			0);
	KUNIT_ASSERT_EQ(test, varta_tracker_reserve_lanes(tracker_of(test)),
			0);
}

/**
 * map_fake_page() - give an agent a page
 * @test: the test
 * @pid: pid of the agent
 * @proc: number of its process
 * @nr: number of the page
 *
 * Return: false if there is no such agent.
 */
bool map_fake_page(struct kunit *test, u32 pid, u32 proc, u32 nr)
{
	struct varta_agent_id id = { .pid = pid, .proc = fake_proc(proc) };

	fake_pages[nr].mapping.exec_id = fake_signals()->exec_id;
	return varta_tracker_map(tracker_of(test), &id, &fake_pages[nr].mapping);
}
