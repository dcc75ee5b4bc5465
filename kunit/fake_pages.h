/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of agents for tests, which are no memory of a process. The state is global;
 * KUnit runs one case at a time.
 */
#ifndef _VARTA_KUNIT_FAKE_PAGES_H
#define _VARTA_KUNIT_FAKE_PAGES_H

#include "beat_page.h"

struct kunit;
struct varta_tracker_ops;

enum {
	/* In a page and the one that follows it. */
	FAKE_LANES_MAX	= 2 * VARTA_LANE_PLACES - 1,
};

/* @puts: how often the mapping was put */
struct fake_page {
	struct varta_beat_page page;
	struct varta_page_lane more[VARTA_LANE_PLACES];
	struct varta_mapping mapping;
	struct varta_page_lane *tables[2];
	u64 overdue[FAKE_LANES_MAX];
	u32 puts;
};

extern struct fake_page fake_pages[2];
/* What &varta_tracker_ops.clock returns. */
extern u64 fake_clock;

void fake_pages_reset(u32 lanes, u64 now);
void make_tracker_with_pages(struct kunit *test, struct varta_tracker_ops *ops);
void execute_program(void);
bool map_fake_page(struct kunit *test, u32 pid, u32 proc, u32 nr);

#endif /* _VARTA_KUNIT_FAKE_PAGES_H */
