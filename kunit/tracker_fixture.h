/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracker with counters and fake processes. Each test creates its own; it is
 * checked and destroyed when the test ends.
 */
#ifndef _VARTA_KUNIT_TRACKER_FIXTURE_H
#define _VARTA_KUNIT_TRACKER_FIXTURE_H

#include <kunit/test.h>

#include "counters.h"
#include "tracker_internal.h"

struct tracker_fixture {
	struct varta_tracker tracker;
	struct varta_counters counters;
	/* Expected total of INVARIANT_VIOLATIONS at the end. */
	u64 violations;
	/*
	 * The default threshold that all timers are armed for: the longest that
	 * beats were recorded with, or the last that was rescanned for. A test
	 * that rescans by itself sets it.
	 */
	u64 threshold;
	/* The share of it that all timers of agents that are not late are armed for. */
	u32 warn_percent;
	/* A stall pass that could report no more has armed timers until then. */
	u64 retry_at;
};

struct tracker_fixture *
tracker_fixture_create(struct kunit *test,
		       const struct varta_tracker_config *config);
void tracker_fixture_destroy(struct kunit *test,
			     struct tracker_fixture *fixture);
void tracker_fixture_check(struct kunit *test, struct tracker_fixture *fixture);
bool tracker_fixture_timer_ok(const struct tracker_fixture *fixture, u32 nr);
const struct varta_action *
tracker_fixture_action(const struct tracker_fixture *fixture, u32 nr);
bool tracker_fixture_exit_pass(struct tracker_fixture *fixture,
			       varta_agent_cb report, void *context);
void tracker_fixture_rescan(struct tracker_fixture *fixture, u64 threshold);
u64 tracker_fixture_total(const struct tracker_fixture *fixture,
			  enum varta_counter which);
struct varta_slot *tracker_fixture_slot(const struct tracker_fixture *fixture,
					u32 source, u32 pid);

/* A case that runs with and without defer_exits. */
#define EXIT_MODES_CASE(name) \
	KUNIT_CASE_PARAM(name, tracker_fixture_exit_modes)

const void *tracker_fixture_exit_modes(const void *prev, char *name);
int tracker_fixture_set_exit_mode(struct kunit *test);
void tracker_fixture_exit(struct kunit *test);

#endif /* _VARTA_KUNIT_TRACKER_FIXTURE_H */
