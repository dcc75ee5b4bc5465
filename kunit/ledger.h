/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracker with its counters and made-up generations, as a test's fixture:
 * made by the test as it needs it, looked over and destroyed when it ends.
 */
#ifndef _VARTA_KUNIT_LEDGER_H
#define _VARTA_KUNIT_LEDGER_H

#include <kunit/test.h>

#include "counters.h"
#include "tracker.h"

struct ledger {
	struct varta_tracker tracker;
	struct varta_counters counters;
	/* What the counter of invariant violations must say at the end. */
	u64 violations;
};

struct ledger *ledger_make(struct kunit *test,
			   const struct varta_tracker_config *config);
void ledger_destroy(struct kunit *test, struct ledger *ledger);
void ledger_check(struct kunit *test, struct ledger *ledger);
u64 ledger_total(const struct ledger *ledger, enum varta_counter which);
struct varta_slot *ledger_slot(const struct ledger *ledger, u32 source,
			       u32 pid);

void ledger_test_exit(struct kunit *test);

#endif /* _VARTA_KUNIT_LEDGER_H */
