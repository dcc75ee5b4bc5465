/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracker with its counters and made-up generations, as a test's fixture:
 * made by the test as it needs it, looked over and destroyed when it ends.
 */
#ifndef _VARTA_KUNIT_TRACKER_FIXTURE_H
#define _VARTA_KUNIT_TRACKER_FIXTURE_H

#include <kunit/test.h>

#include "counters.h"
#include "tracker.h"

struct ledger {
	struct varta_tracker tracker;
	struct varta_counters counters;
	/* What the counter of invariant violations must say at the end. */
	u64 violations;
	/*
	 * No agent without a threshold of its own is armed for later than this
	 * behind its last beat: the longest that beats were recorded with, or
	 * what was heeded last by ledger_rearm(). Whoever does not let the
	 * fixtures do it sets it.
	 */
	u64 threshold;
};

struct ledger *ledger_make(struct kunit *test,
			   const struct varta_tracker_config *config);
void ledger_destroy(struct kunit *test, struct ledger *ledger);
void ledger_check(struct kunit *test, struct ledger *ledger);
bool ledger_timer_is_right(const struct ledger *ledger, u32 number);
void ledger_rearm(struct ledger *ledger, u64 threshold);
u64 ledger_total(const struct ledger *ledger, enum varta_counter which);
struct varta_slot *ledger_slot(const struct ledger *ledger, u32 source,
			       u32 pid);

void ledger_test_exit(struct kunit *test);

#endif /* _VARTA_KUNIT_TRACKER_FIXTURE_H */
