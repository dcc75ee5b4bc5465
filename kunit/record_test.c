// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a beat (section 3 of Documentation/tracker-semantics.md), in
 * the order of the tests that it is put to, with both sides of each comparison.
 */
#include <kunit/test.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "beat_helpers.h"

enum {
	WRAP = 1 << 20,
};

/* The last nonce from which the nonce space may wrap is not below this. */
#define WRAP_FROM	(U64_MAX - WRAP)

/* ---- Section 3: unknown pid. */

static void unknns_pid_is_inserted(struct kunit *test)
{
	struct varta_slot *slot;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 3, .now = 1234, .nonce = 42,
			.payload = 0xfeed, .status = VARTA_STATUS_DEGRADED,
			.proc = 5, .ns = HERE);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 1);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 3);
	KUNIT_EXPECT_EQ(test, slot->last_ns, 1234);
	KUNIT_EXPECT_EQ(test, slot->nonce, 42);
	KUNIT_EXPECT_TRUE(test, slot->has_regular);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 42);
	KUNIT_EXPECT_FALSE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->payload, 0xfeed);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_DEGRADED);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(5));
	KUNIT_EXPECT_EQ(test, slot->ns_inode, HERE);
	KUNIT_EXPECT_EQ(test, slot->origin, ATTESTED);
	KUNIT_EXPECT_FALSE(test, slot->stalled);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(5), 1);
}

static void unknns_pid_is_inserted_by_a_terminal_beat(struct kunit *test)
{
	struct varta_slot *slot;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 9, .terminal = true,
			.timestamp = 0, .origin = RELAYED);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, slot->nonce, U64_MAX);
	KUNIT_EXPECT_FALSE(test, slot->has_regular);
	KUNIT_EXPECT_TRUE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->terminal_timestamp, 0);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_EQ(test, slot->origin, RELAYED);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, NULL);
	KUNIT_EXPECT_EQ(test, slot->ns_inode, 0);
}

static void first_nonce_may_be_any(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 0);
	EXPECT_INSERTED(test, .pid = 2, .nonce = U64_MAX - 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 1, .nonce = 0);
	EXPECT_OUT_OF_ORDER(test, .pid = 2, .nonce = U64_MAX - 1);
}

static void capacity_of_one_holds_one(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 1, .eviction_scan_window = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	EXPECT_NO_ROOM(test, .pid = 2, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2);
	KUNIT_EXPECT_TRUE(test, retire(test, 1));
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1);
	EXPECT_NO_ROOM(test, .pid = 1, .nonce = 3);
}

static void free_slot_is_used_before_anyone_is_evicted(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 2, .eviction_scan_window = 2,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	EXPECT_INSERTED(test, .pid = 1);
	pass(test, 100 * EVICTABLE);
	EXPECT_INSERTED(test, .pid = 2, .now = 100 * EVICTABLE);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	EXPECT_COUNT(test, EVICTIONS, 0);
}

/* ---- Section 3, test 1: generation. */

static void other_generation_starts_the_slot_afresh(struct kunit *test)
{
	struct varta_slot *slot;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 7, .nonce = 1000,
			.proc = 1, .ns = HERE, .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 500,
			 .proc = 1, .ns = HERE, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);

	/* Nothing of what the old process did stands in the new one's way. */
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 9, .nonce = 3,
			.now = THRESHOLD + 5, .proc = 2, .ns = THERE,
			.payload = 8);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(2));
	KUNIT_EXPECT_EQ(test, slot->ns_inode, THERE);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 9);
	KUNIT_EXPECT_EQ(test, slot->origin, ATTESTED);
	KUNIT_EXPECT_EQ(test, slot->nonce, 3);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 3);
	KUNIT_EXPECT_FALSE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->last_ns, THRESHOLD + 5);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_OK);
	KUNIT_EXPECT_EQ(test, slot->payload, 8);
	KUNIT_EXPECT_FALSE(test, slot->stalled);

	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 1);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	EXPECT_COUNT(test, ORIGIN_CONFLICTS, 0);
	EXPECT_COUNT(test, NAMESPACE_CONFLICTS, 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
}

static void new_process_may_begin_with_its_last_word(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1000, .proc = 1);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .proc = 2);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->has_regular);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 0, .proc = 2);
}

static void unknown_generation_is_no_signal(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 7)->proc, fake_proc(1));
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 2);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .proc = 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 1);
}

/* ---- Section 3, test 2: origin. */

static void first_beat_pins_the_origin(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .origin = ATTESTED);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .origin = RELAYED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .nonce = 2, .origin = RELAYED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 2, .nonce = 2, .origin = ATTESTED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .terminal = true,
			       .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .origin = ATTESTED);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 2, .origin = RELAYED);
}

static void takeover_ledger(struct kunit *test)
{
	ledger_make(test, &(struct varta_tracker_config) {
		.capacity = 4, .eviction_scan_window = 4,
		.origin_takeover = true,
	});
}

static void stronger_origin_takes_over_where_it_may(struct kunit *test)
{
	struct varta_slot *slot;

	takeover_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1000, .origin = RELAYED,
			.ns = THERE);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 50,
			 .origin = RELAYED, .ns = THERE);
	KUNIT_EXPECT_EQ(test, pass(test, THRESHOLD), 1);

	EXPECT_REFRESHED(test, .pid = 7, .ns_pid = 4, .nonce = 1,
			 .now = THRESHOLD + 1, .proc = 3, .ns = HERE,
			 .payload = 6);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, slot->origin, ATTESTED);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 4);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(3));
	KUNIT_EXPECT_EQ(test, slot->ns_inode, HERE);
	KUNIT_EXPECT_EQ(test, slot->nonce, 1);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 1);
	KUNIT_EXPECT_FALSE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->last_ns, THRESHOLD + 1);
	KUNIT_EXPECT_EQ(test, slot->payload, 6);
	KUNIT_EXPECT_FALSE(test, slot->stalled);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	EXPECT_COUNT(test, ORIGIN_CONFLICTS, 0);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void weaker_origin_never_takes_over(struct kunit *test)
{
	takeover_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .origin = ATTESTED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 2, .origin = RELAYED);
	EXPECT_COUNT(test, ORIGIN_CONFLICTS, 1);
}

static void takeover_lets_go_of_the_generation(struct kunit *test)
{
	takeover_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 1,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 1, .origin = ATTESTED);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 7)->proc, NULL);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
}

static void takeover_keeps_one_hold_of_the_same_generation(struct kunit *test)
{
	takeover_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 1,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 1, .proc = 1);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 1);
}

/* ---- Section 3, test 3: namespace. */

static void other_namespace_conflicts(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns = HERE);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2, .ns = THERE);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .ns = HERE);
}

static void other_namespace_conflicts_for_a_terminal_beat(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns = HERE);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .terminal = true,
				  .ns = THERE);
}

static void namespaces_are_told_apart_by_all_64_bits(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns = 1);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2,
				  .ns = 1 | BIT_ULL(32));
}

static void namespace_once_known_must_stay_known(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns = HERE);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2);
	/* Critical alone is not terminal. */
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2,
				  .status = VARTA_STATUS_CRITICAL);
}

static void terminal_beat_may_not_know_its_namespace(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns = HERE);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, HERE);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2, .ns = THERE);
	/* Its own rule holds all the same. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5);
}

static void unknown_namespace_is_pinned_by_an_accepted_beat(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	/* say() sees that this leaves the slot as it is. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns = THERE);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .ns = HERE);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, HERE);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 7, .ns = THERE);
}

static void unknown_namespace_is_pinned_by_a_terminal_beat(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .ns = THERE);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 6,
			 .ns = HERE);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, HERE);
}

static void unknown_namespace_may_stay_unknown(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, 0);
}

/* ---- Section 3, test 4: generation, once more. */

static void unknown_generation_is_pinned_by_an_accepted_beat(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns = HERE);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns = HERE,
			    .proc = 1);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6, .ns = THERE,
				  .proc = 1);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns = HERE,
			       .proc = 1, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, fake_procs_refs_total(), 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .ns = HERE,
			 .proc = 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 7, .ns = HERE,
			 .proc = 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	/* Now it is known, and another one is another process. */
	EXPECT_INSERTED(test, .pid = 7, .nonce = 7, .ns = HERE,
			.proc = 1);
}

static void unknown_generation_is_pinned_by_a_terminal_beat(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 1,
			    .proc = 2);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 2,
			 .proc = 3);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 7)->proc, fake_proc(3));
}

/* ---- Section 3, test 5: terminal beats. */

static void terminal_timestamps_must_grow(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .timestamp = 1000);
	/* The first one may say any time, whatever regular beats said. */
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 10);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 10);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 9);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 11);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 10);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true,
			 .timestamp = U64_MAX - 1);
}

static void first_terminal_timestamp_may_be_zero(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 0);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 0);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 1);
}

static void terminal_beat_leaves_the_regular_nonce(struct kunit *test)
{
	struct varta_slot *slot;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 10,
			 .now = 20, .payload = 3);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, slot->nonce, U64_MAX);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 5);
	KUNIT_EXPECT_EQ(test, slot->last_ns, 20);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_EQ(test, slot->payload, 3);
	KUNIT_EXPECT_EQ(test, slot->terminal_timestamp, 10);

	/* An agent that survives its crash handler goes on. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .timestamp = 99);
	KUNIT_EXPECT_EQ(test, slot->nonce, 6);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_OK);
	/* And the regular beat has left the terminal timestamp. */
	KUNIT_EXPECT_EQ(test, slot->terminal_timestamp, 10);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 10);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 11);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

static void after_a_terminal_beat_alone_any_nonce_will_do(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 1, .terminal = true);
	EXPECT_INSERTED(test, .pid = 2, .terminal = true);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 0);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = WRAP + 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 1, .nonce = 0);
	EXPECT_OUT_OF_ORDER(test, .pid = 2, .nonce = WRAP + 1);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

/* ---- Section 3, test 6: regular beats. */

struct nonce_case {
	const char *name;
	u64 last;
	u64 nonce;
	enum varta_record_result answer;
	u64 wraps;
};

static const struct nonce_case nonce_cases[] = {
	{ "0 again", 0, 0, VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "from 0", 0, 1, VARTA_RECORD_REFRESHED, 0 },
	{ "the same", 5, 5, VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "one less", 5, 4, VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "one more", 5, 6, VARTA_RECORD_REFRESHED, 0 },
	{ "to the greatest", 5, U64_MAX - 1, VARTA_RECORD_REFRESHED, 0 },
	{ "the greatest again", U64_MAX - 1, U64_MAX - 1, VARTA_RECORD_OUT_OF_ORDER,
	  0 },
	{ "up to where it may wrap", WRAP_FROM - 1, WRAP_FROM, VARTA_RECORD_REFRESHED,
	  0 },
	{ "on from where it may wrap", WRAP_FROM, WRAP_FROM + 1,
	  VARTA_RECORD_REFRESHED, 0 },
	{ "wraps from just too early", WRAP_FROM - 1, 0, VARTA_RECORD_OUT_OF_ORDER,
	  0 },
	{ "wraps from just too early, far", WRAP_FROM - 1, WRAP,
	  VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "wraps from the first place", WRAP_FROM, 0, VARTA_RECORD_REFRESHED, 1 },
	{ "wraps from the second place", WRAP_FROM + 1, 0, VARTA_RECORD_REFRESHED, 1 },
	{ "wraps from the last place", U64_MAX - 1, 0, VARTA_RECORD_REFRESHED, 1 },
	{ "wraps to just before the last place", U64_MAX - 1, WRAP - 1,
	  VARTA_RECORD_REFRESHED, 1 },
	{ "wraps to the last place", U64_MAX - 1, WRAP, VARTA_RECORD_REFRESHED, 1 },
	{ "wraps just too far", U64_MAX - 1, WRAP + 1, VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "wraps from first to last place", WRAP_FROM, WRAP, VARTA_RECORD_REFRESHED,
	  1 },
	{ "wraps from the first place just too far", WRAP_FROM, WRAP + 1,
	  VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "back, but not round", U64_MAX - 1, WRAP_FROM, VARTA_RECORD_OUT_OF_ORDER,
	  0 },
};

KUNIT_ARRAY_PARAM_DESC(nonce, nonce_cases, name);

static void nonces_must_grow_or_wrap(struct kunit *test)
{
	const struct nonce_case *param = test->param_value;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = param->last);
	EXPECT_ANSWER(test, param->answer, .pid = 7, .nonce = param->nonce);
	EXPECT_COUNT(test, NONCE_WRAPS, param->wraps);
	if (param->answer != VARTA_RECORD_REFRESHED)
		return;
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, param->nonce);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->nonce, param->nonce);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = param->nonce + 1,
			 .status = VARTA_STATUS_CRITICAL);
}

/* Both are critical; the one is as far as regular nonces go. */
static void critical_beat_below_the_terminal_nonce_is_regular(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = U64_MAX - 1, .timestamp = 7,
			.status = VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->has_terminal);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = U64_MAX - 1,
			    .timestamp = 8, .status = VARTA_STATUS_CRITICAL);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 1);
}

static void wrap_is_counted_only_if_nothing_else_conflicts(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = U64_MAX - 1, .ns = HERE);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 0, .ns = THERE);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 0, .ns = HERE,
			       .origin = RELAYED);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

/* The sentinel of a terminal beat is no nonce that a regular one wraps from. */
static void terminal_beat_opens_no_way_to_wrap(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 0);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

/* ---- Section 3, test 7: what an accepted beat does. */

static void accepted_beat_is_noted(struct kunit *test)
{
	struct varta_slot *slot;

	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .now = 10, .payload = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 8, .now = 11, .payload = 2,
			 .status = VARTA_STATUS_DEGRADED);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, slot->nonce, 8);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 8);
	KUNIT_EXPECT_EQ(test, slot->last_ns, 11);
	KUNIT_EXPECT_EQ(test, slot->payload, 2);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_DEGRADED);
}

static void time_of_an_agent_is_never_turned_back(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .now = 500);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 499, .payload = 9);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 500);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->nonce, 2);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->payload, 9);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 500);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .now = U64_MAX);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, U64_MAX);
}

static void tests_are_made_in_the_order_of_the_page(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 1,
			.ns = HERE);
	/* Wrong in every way that is left, from the last to the first. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .proc = 1,
			    .ns = HERE);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 5, .proc = 1,
				  .ns = THERE);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 5, .proc = 1,
			       .ns = THERE, .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 2,
			.ns = THERE, .origin = RELAYED);
}

static void tests_of_terminal_beats_are_made_in_that_order(struct kunit *test)
{
	small_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 5,
			.proc = 1, .ns = HERE);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .proc = 1);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .terminal = true,
				  .timestamp = 5, .proc = 1, .ns = THERE);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .terminal = true,
			       .timestamp = 5, .proc = 1, .ns = THERE,
			       .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 5,
			.proc = 2, .ns = THERE, .origin = RELAYED);
}

/* With takeover, the origin still comes before namespace and nonce. */
static void takeover_asks_neither_namespace_nor_nonce(struct kunit *test)
{
	takeover_ledger(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns = THERE,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 5, .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, 0);
	EXPECT_COUNT(test, NAMESPACE_CONFLICTS, 0);
	EXPECT_COUNT(test, OUT_OF_ORDER, 0);
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(unknns_pid_is_inserted),
	KUNIT_CASE(unknns_pid_is_inserted_by_a_terminal_beat),
	KUNIT_CASE(first_nonce_may_be_any),
	KUNIT_CASE(capacity_of_one_holds_one),
	KUNIT_CASE(free_slot_is_used_before_anyone_is_evicted),

	KUNIT_CASE(other_generation_starts_the_slot_afresh),
	KUNIT_CASE(new_process_may_begin_with_its_last_word),
	KUNIT_CASE(unknown_generation_is_no_signal),

	KUNIT_CASE(first_beat_pins_the_origin),
	KUNIT_CASE(stronger_origin_takes_over_where_it_may),
	KUNIT_CASE(weaker_origin_never_takes_over),
	KUNIT_CASE(takeover_lets_go_of_the_generation),
	KUNIT_CASE(takeover_keeps_one_hold_of_the_same_generation),

	KUNIT_CASE(other_namespace_conflicts),
	KUNIT_CASE(other_namespace_conflicts_for_a_terminal_beat),
	KUNIT_CASE(namespaces_are_told_apart_by_all_64_bits),
	KUNIT_CASE(namespace_once_known_must_stay_known),
	KUNIT_CASE(terminal_beat_may_not_know_its_namespace),
	KUNIT_CASE(unknown_namespace_is_pinned_by_an_accepted_beat),
	KUNIT_CASE(unknown_namespace_is_pinned_by_a_terminal_beat),
	KUNIT_CASE(unknown_namespace_may_stay_unknown),

	KUNIT_CASE(unknown_generation_is_pinned_by_an_accepted_beat),
	KUNIT_CASE(unknown_generation_is_pinned_by_a_terminal_beat),

	KUNIT_CASE(terminal_timestamps_must_grow),
	KUNIT_CASE(first_terminal_timestamp_may_be_zero),
	KUNIT_CASE(terminal_beat_leaves_the_regular_nonce),
	KUNIT_CASE(after_a_terminal_beat_alone_any_nonce_will_do),

	KUNIT_CASE_PARAM(nonces_must_grow_or_wrap, nonce_gen_params),
	KUNIT_CASE(critical_beat_below_the_terminal_nonce_is_regular),
	KUNIT_CASE(wrap_is_counted_only_if_nothing_else_conflicts),
	KUNIT_CASE(terminal_beat_opens_no_way_to_wrap),

	KUNIT_CASE(accepted_beat_is_noted),
	KUNIT_CASE(time_of_an_agent_is_never_turned_back),
	KUNIT_CASE(tests_are_made_in_the_order_of_the_page),
	KUNIT_CASE(tests_of_terminal_beats_are_made_in_that_order),
	KUNIT_CASE(takeover_asks_neither_namespace_nor_nonce),
	{}
};

static struct kunit_suite record_suite = {
	.name = "varta-record",
	.exit = ledger_test_exit,
	.test_cases = record_cases,
};

kunit_test_suite(record_suite);
