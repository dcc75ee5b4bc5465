// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of record.c: the result of a beat (section 3 of
 * Documentation/tracker-semantics.md), in the order of the rules and with both
 * sides of each comparison.
 */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "beat_helpers.h"
#include "fake_procs.h"
#include "hash_collisions.h"
#include "tracker_fixture.h"

enum {
	WRAP			= 1 << 20,
	/* More slots than the probes from one bucket reach. */
	COLLISION_CAPACITY	= 128,
};

/* The nonce may wrap from here on. */
#define WRAP_FROM	(U64_MAX - WRAP)

/* ---- Section 3: unknown pid. */

static void unknown_pid_is_inserted(struct kunit *test)
{
	struct varta_slot *slot;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 3, .now = 1234, .nonce = 42,
			.payload = 0xfeed, .status = VARTA_STATUS_DEGRADED,
			.proc = 5, .ns_inode = PIDNS_A);
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 1);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 3);
	KUNIT_EXPECT_EQ(test, slot->last_ns, 1234);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, slot->pid).nonce, 42);
	KUNIT_EXPECT_TRUE(test, slot->has_regular);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 42);
	KUNIT_EXPECT_FALSE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->payload, 0xfeed);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_DEGRADED);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(5));
	KUNIT_EXPECT_EQ(test, slot->ns_inode, PIDNS_A);
	KUNIT_EXPECT_EQ(test, slot->origin, ATTESTED);
	KUNIT_EXPECT_FALSE(test, slot->stalled);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(5), 1);
}

static void unknown_pid_is_inserted_by_terminal_beat(struct kunit *test)
{
	struct varta_slot *slot;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .now = 9, .terminal = true,
			.timestamp = 0, .origin = RELAYED);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, slot->pid).nonce, U64_MAX);
	KUNIT_EXPECT_FALSE(test, slot->has_regular);
	KUNIT_EXPECT_TRUE(test, slot->has_terminal);
	KUNIT_EXPECT_EQ(test, slot->terminal_timestamp,
			0);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_EQ(test, slot->origin, RELAYED);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, NULL);
	KUNIT_EXPECT_EQ(test, slot->ns_inode, 0);
}

static void any_first_nonce_is_accepted(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 0);
	EXPECT_INSERTED(test, .pid = 2, .nonce = U64_MAX - 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 1, .nonce = 0);
	EXPECT_OUT_OF_ORDER(test, .pid = 2, .nonce = U64_MAX - 1);
}

static void capacity_of_one_tracks_one_agent(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .eviction_scan_window = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 2, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 1));
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 1, .nonce = 3);
}

static void free_slot_is_used_before_eviction(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 2, .eviction_scan_window = 2,
		.eviction_policy = VARTA_EVICTION_POLICY_BALANCED,
	});
	EXPECT_INSERTED(test, .pid = 1);
	run_stall_pass(test, 100 * EVICT_AFTER);
	EXPECT_INSERTED(test, .pid = 2, .now = 100 * EVICT_AFTER);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, 1));
	EXPECT_COUNT(test, EVICTIONS, 0);
}

/* ---- Section 3, rule 1: process. */

static void different_process_restarts_slot(struct kunit *test)
{
	struct varta_slot *slot;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 7, .nonce = 1000,
			.proc = 1, .ns_inode = PIDNS_A, .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 500,
			 .proc = 1, .ns_inode = PIDNS_A, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);

	/* No state of the old process affects the new one. */
	EXPECT_INSERTED(test, .pid = 7, .ns_pid = 9, .nonce = 3,
			.now = THRESHOLD + 5, .proc = 2, .ns_inode = PIDNS_B,
			.payload = 8);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(2));
	KUNIT_EXPECT_EQ(test, slot->ns_inode, PIDNS_B);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 9);
	KUNIT_EXPECT_EQ(test, slot->origin, ATTESTED);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, slot->pid).nonce, 3);
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

static void new_process_may_start_with_terminal_beat(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1000, .proc = 1);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .proc = 2);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->has_regular);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 0, .proc = 2);
}

static void unknown_process_is_not_a_recycle(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 7)->proc, fake_proc(1));
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 2);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .proc = 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 1);
}

/*
 * A child was about to beat for process 1, which exited. Process 2 has the pid
 * now and must not lose its slot, and its exit, to the other.
 */
static void late_beat_of_old_process_is_rejected(struct kunit *test)
{
	make_small_tracker(test);
	fake_procs_set_pid(7, 2);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 2, .uid = BOB);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 9, .proc = 1,
			    .uid = ALICE);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 7)->proc, fake_proc(2));
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	expect_charged(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .proc = 2, .uid = BOB);
	KUNIT_EXPECT_TRUE(test, note_exit(test, 7, 2, 0));
}

/* ---- Section 3, rule 2: origin. */

static void first_beat_pins_origin(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .origin = ATTESTED);
	EXPECT_INSERTED(test, .pid = 2, .nonce = 1, .origin = RELAYED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .nonce = 2, .origin = RELAYED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 2, .nonce = 2, .origin = ATTESTED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .terminal = true,
			       .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .origin = ATTESTED);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 2, .origin = RELAYED);
}

static void make_takeover_tracker(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 4, .eviction_scan_window = 4,
		.origin_takeover = true,
	});
}

static void stronger_origin_takes_over_if_allowed(struct kunit *test)
{
	struct varta_slot *slot;

	make_takeover_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1000, .origin = RELAYED,
			.ns_inode = PIDNS_B);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 50,
			 .origin = RELAYED, .ns_inode = PIDNS_B);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);

	EXPECT_REFRESHED(test, .pid = 7, .ns_pid = 4, .nonce = 1,
			 .now = THRESHOLD + 1, .proc = 3, .ns_inode = PIDNS_A,
			 .payload = 6);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, slot->origin, ATTESTED);
	KUNIT_EXPECT_EQ(test, slot->ns_pid, 4);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(3));
	KUNIT_EXPECT_EQ(test, slot->ns_inode, PIDNS_A);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, slot->pid).nonce, 1);
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
	make_takeover_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .origin = ATTESTED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 2, .origin = RELAYED);
	EXPECT_COUNT(test, ORIGIN_CONFLICTS, 1);
}

/* From the weakest to the strongest. */
static void origins_are_ranked(struct kunit *test)
{
	static const enum varta_origin ranked[] = {
		VARTA_ORIGIN_NETWORK_UNVERIFIED,
		VARTA_ORIGIN_OPERATOR_ATTESTED,
		VARTA_ORIGIN_KERNEL_ATTESTED,
	};
	u32 old, new;

	for (old = 0; old < ARRAY_SIZE(ranked); old++) {
		for (new = 0; new < ARRAY_SIZE(ranked); new++) {
			make_takeover_tracker(test);
			EXPECT_INSERTED(test, .pid = 7, .nonce = 5,
					.origin = ranked[old]);
			if (new < old)
				EXPECT_ORIGIN_CONFLICT(test, .pid = 7,
						       .nonce = 6,
						       .origin = ranked[new]);
			else if (new == old)
				EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5,
						    .origin = ranked[new]);
			else
				EXPECT_REFRESHED(test, .pid = 7, .nonce = 5,
						 .origin = ranked[new]);
			KUNIT_EXPECT_EQ(test, slot_of(test, 7)->origin,
					ranked[max(old, new)]);
		}
	}
}

static void first_beat_pins_operator_attested_origin(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .origin = VOUCHED_FOR);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .nonce = 2, .origin = ATTESTED);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .nonce = 2, .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .origin = VOUCHED_FOR);
}

/* Rule 1 comes first: the pid belongs to a new process. */
static void new_process_replaces_operator_attested_one(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 1,
			.origin = VOUCHED_FOR);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 2,
			.origin = ATTESTED);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .proc = 3,
			.origin = VOUCHED_FOR);
	EXPECT_COUNT(test, PID_RECYCLES, 2);
	EXPECT_COUNT(test, ORIGIN_CONFLICTS, 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(3), 1);
}

static void takeover_puts_process_reference(struct kunit *test)
{
	make_takeover_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 1,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 1, .origin = ATTESTED);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 7)->proc, NULL);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 0);
}

static void takeover_by_same_process_keeps_one_reference(struct kunit *test)
{
	make_takeover_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 1,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 1, .proc = 1);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 1);
}

/* ---- Section 3, rule 3: namespace. */

static void different_namespace_conflicts(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns_inode = PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2,
				  .ns_inode = PIDNS_B);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .ns_inode = PIDNS_A);
}

static void different_namespace_conflicts_for_terminal_beat(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns_inode = PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .terminal = true,
				  .ns_inode = PIDNS_B);
}

static void all_64_bits_of_namespace_are_compared(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns_inode = 1);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2,
				  .ns_inode = 1 | BIT_ULL(32));
}

static void known_namespace_must_stay_known(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns_inode = PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2);
	/* Critical status alone does not make it terminal. */
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2,
				  .status = VARTA_STATUS_CRITICAL);
}

static void terminal_beat_without_namespace_is_accepted(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .ns_inode = PIDNS_A);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 2,
				  .ns_inode = PIDNS_B);
	/* The terminal timestamp must still increase. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5);
}

static void accepted_beat_pins_unknown_namespace(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_B);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .ns_inode = PIDNS_A);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 7,
				  .ns_inode = PIDNS_B);
}

static void terminal_beat_pins_unknown_namespace(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .ns_inode = PIDNS_B);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 6,
			 .ns_inode = PIDNS_A);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, PIDNS_A);
}

static void unknown_namespace_may_stay_unknown(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, 0);
}

/* ---- Section 3, rule 4: unknown process. */

static void accepted_beat_pins_unknown_process(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A,
			    .proc = 1);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6,
				  .ns_inode = PIDNS_B, .proc = 1);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns_inode = PIDNS_A,
			       .proc = 1, .origin = RELAYED);
	KUNIT_EXPECT_EQ(test, fake_procs_refs_total(), 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .ns_inode = PIDNS_A,
			 .proc = 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 7, .ns_inode = PIDNS_A,
			 .proc = 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	/* Now the process is known, and a different one is a recycle. */
	EXPECT_INSERTED(test, .pid = 7, .nonce = 7, .ns_inode = PIDNS_A,
			.proc = 1);
}

static void terminal_beat_pins_unknown_process(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 1,
			    .proc = 2);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 2,
			 .proc = 3);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 7)->proc, fake_proc(3));
}

/* ---- Section 3, rule 5: terminal beats. */

static void terminal_timestamps_must_increase(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .timestamp = 1000);
	/* The first terminal timestamp is not compared with regular ones. */
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
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 0);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 0);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 1);
}

static void terminal_beat_keeps_regular_nonce(struct kunit *test)
{
	struct varta_slot *slot;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 10,
			 .now = 20, .payload = 3);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, slot->pid).nonce, U64_MAX);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 5);
	KUNIT_EXPECT_EQ(test, slot->last_ns, 20);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_EQ(test, slot->payload, 3);
	KUNIT_EXPECT_EQ(test, slot->terminal_timestamp,
			10);

	/* An agent that survives its crash handler continues. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 6, .timestamp = 99);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, slot->pid).nonce, 6);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_OK);
	KUNIT_EXPECT_EQ(test, slot->terminal_timestamp,
			10);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 10);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 11);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

/* The clock of another time namespace may be behind. */
static void another_time_namespace_starts_nonces_afresh(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 900, .timens = 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .proc = 1, .nonce = 50,
			    .timens = 1);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 50, .timens = 2);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .proc = 1, .nonce = 50,
			    .timens = 2);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 51, .timens = 2);
	/* Back again, and ahead. */
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 51, .timens = 1);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 800, .timens = 2);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 52, .timens = 1);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
}

static void another_time_namespace_starts_timestamps_afresh(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .terminal = true,
			.timestamp = 900, .timens = 1);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .terminal = true,
			 .timestamp = 50, .timens = 2);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .proc = 1, .terminal = true,
			    .timestamp = 50, .timens = 2);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 1, .timens = 2);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .proc = 1, .nonce = 1,
			    .timens = 2);
}

static void unknown_time_namespace_keeps_order(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 900);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 50, .timens = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 901, .timens = 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 50);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 902);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 50, .timens = 2);
}

/* A beat that is ahead takes no shortcut to another time namespace. */
/* Cache lines of a slot that a beat on the fast path may use. */
enum {
	FAST_LINES	= 2,
	FAST_BYTES	= FAST_LINES * 64,
};

/*
 * Sends a beat on the fast path to a slot whose other cache lines have @poison.
 * Returns the slot as it is then in @after. The slot itself is as before.
 */
static void beat_poisoned_slot(struct kunit *test, u8 poison,
			       struct varta_slot *after)
{
	static const char thread_name[VARTA_NAME_SIZE] = "worker";
	const struct varta_beat_info beat = {
		.nonce = 99, .timestamp = 98, .payload = 97, .usage.tid = 96,
		.name = "renamed", .thread_name = thread_name,
	};
	struct varta_slot *slot = slot_of(test, 7), before;
	u8 *rest = (u8 *)slot + FAST_BYTES;
	size_t rest_bytes = sizeof(*slot) - FAST_BYTES;

	memcpy(&before, slot, sizeof(before));
	memset(rest, poison, rest_bytes);
	KUNIT_EXPECT_TRUE(test,
			  varta_tracker_record_fast(tracker_of(test), &beat, 7,
						    fake_proc(1), 0, 1000 << 16));
	KUNIT_EXPECT_PTR_EQ_MSG(test, memchr_inv(rest, poison, rest_bytes),
				NULL, "changed, poison %#x", poison);
	memcpy(after, slot, sizeof(*after));
	memcpy(slot, &before, sizeof(before));
}

/* What is in the other cache lines is neither changed, nor does it matter. */
static void fast_path_uses_two_cache_lines(struct kunit *test)
{
	static const u8 poisons[] = { 0xff, 0x01, 0x80, 0x5a };
	struct varta_slot first, other;
	int i;

	if (sizeof(spinlock_t) > 4)
		kunit_skip(test, "lock debugging makes slots larger");
	KUNIT_ASSERT_GT(test, sizeof(struct varta_slot), FAST_BYTES);
	make_small_tracker(test);
	KUNIT_ASSERT_TRUE(test, IS_ALIGNED((unsigned long)tracker_of(test)->slots,
					   64));
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .now = 10 << 16,
			.proc = 1);
	beat_poisoned_slot(test, 0, &first);
	KUNIT_EXPECT_EQ(test, first.regular_nonce, 99);
	KUNIT_EXPECT_EQ(test, first.longest_gap, 990);
	KUNIT_EXPECT_STREQ(test, first.name, "renamed");
	for (i = 0; i < ARRAY_SIZE(poisons); i++) {
		beat_poisoned_slot(test, poisons[i], &other);
		KUNIT_EXPECT_MEMEQ_MSG(test, &other, &first, FAST_BYTES,
				       "poison %#x", poisons[i]);
	}
}

static bool beat_fast(struct kunit *test, u64 nonce,
		      const struct varta_usage *usage)
{
	const struct varta_beat_info beat = {
		.nonce = nonce, .pid = 7, .usage = *usage,
	};

	return varta_tracker_record_fast(tracker_of(test), &beat, 7,
					 fake_proc(1), 0, 0);
}

static void fast_path_keeps_usage(struct kunit *test)
{
	static const struct varta_usage usage = { 1, 2, 3, 4, 5, 6 };
	struct varta_agent_info agent;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	KUNIT_EXPECT_TRUE(test, beat_fast(test, 2, &usage));
	agent = lookup_agent(test, 0, 7);
	KUNIT_EXPECT_MEMEQ(test, &agent.usage, &usage, sizeof(usage));
}

/* Their usage and what links an exited slot have the same place. */
static void fast_path_is_not_for_exited_slots(struct kunit *test)
{
	static const struct varta_usage usage = { .cpu_time = 77 };
	struct varta_slot *slot;
	u32 next;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	note_exit(test, 7, 1, 0);
	slot = slot_of(test, 7);
	next = slot->next;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 2, &usage));
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 3, .tid = 9);
	KUNIT_EXPECT_EQ(test, slot->next, next);
	KUNIT_EXPECT_EQ(test, slot->tid, 9);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).usage.cpu_time, 0);
}

static void fast_path_needs_a_thread_of_the_agent_before(struct kunit *test)
{
	static const struct varta_usage usage = { .tid = 7 };

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	slot_of(test, 7)->foreign_thread = true;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 2, &usage));
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = 2);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->foreign_thread);
	KUNIT_EXPECT_TRUE(test, beat_fast(test, 3, &usage));
}

static void fast_path_is_not_for_beats_after_a_terminal_one(struct kunit *test)
{
	static const struct varta_usage usage = { .tid = 7 };

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .terminal = true,
			 .timestamp = 1);
	slot_of(test, 7)->status = VARTA_STATUS_OK;
	KUNIT_EXPECT_FALSE(test, beat_fast(test, 2, &usage));
}

static void fast_path_needs_same_time_namespace(struct kunit *test)
{
	const struct varta_beat_info beat = { .nonce = 1000, .pid = 7 };

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 900, .timens = 1);
	KUNIT_EXPECT_FALSE(test,
			   varta_tracker_record_fast(tracker_of(test), &beat, 7,
						     fake_proc(1), 2, 0));
	KUNIT_EXPECT_TRUE(test,
			  varta_tracker_record_fast(tracker_of(test), &beat, 7,
						    fake_proc(1), 1, 0));
}

static void any_nonce_is_accepted_after_only_terminal_beats(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .terminal = true);
	EXPECT_INSERTED(test, .pid = 2, .terminal = true);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 0);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = WRAP + 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 1, .nonce = 0);
	EXPECT_OUT_OF_ORDER(test, .pid = 2, .nonce = WRAP + 1);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

/* ---- Section 3, rule 6: regular beats. */

struct nonce_case {
	const char *name;
	u64 last;
	u64 nonce;
	enum varta_record_result result;
	u64 wraps;
};

static const struct nonce_case nonce_cases[] = {
	{ "0 repeated", 0, 0, VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "from 0", 0, 1, VARTA_RECORD_REFRESHED, 0 },
	{ "same nonce", 5, 5, VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "one less", 5, 4, VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "one more", 5, 6, VARTA_RECORD_REFRESHED, 0 },
	{ "to largest nonce", 5, U64_MAX - 1, VARTA_RECORD_REFRESHED, 0 },
	{ "largest nonce repeated", U64_MAX - 1, U64_MAX - 1,
	 VARTA_RECORD_OUT_OF_ORDER,
	  0 },
	{ "up to first nonce that may wrap", WRAP_FROM - 1, WRAP_FROM,
	 VARTA_RECORD_REFRESHED,
	  0 },
	{ "no wrap from first nonce that may wrap", WRAP_FROM, WRAP_FROM + 1,
	  VARTA_RECORD_REFRESHED, 0 },
	{ "wrap one too early", WRAP_FROM - 1, 0, VARTA_RECORD_OUT_OF_ORDER,
	  0 },
	{ "wrap one too early, to last nonce", WRAP_FROM - 1, WRAP,
	  VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "wrap from first nonce", WRAP_FROM, 0, VARTA_RECORD_REFRESHED, 1 },
	{ "wrap from second nonce", WRAP_FROM + 1, 0, VARTA_RECORD_REFRESHED,
	 1 },
	{ "wrap from last nonce", U64_MAX - 1, 0, VARTA_RECORD_REFRESHED, 1 },
	{ "wrap to last nonce but one", U64_MAX - 1, WRAP - 1,
	  VARTA_RECORD_REFRESHED, 1 },
	{ "wrap to last nonce", U64_MAX - 1, WRAP, VARTA_RECORD_REFRESHED, 1 },
	{ "wrap one too far", U64_MAX - 1, WRAP + 1, VARTA_RECORD_OUT_OF_ORDER,
	 0 },
	{ "wrap from first to last nonce", WRAP_FROM, WRAP,
	 VARTA_RECORD_REFRESHED,
	  1 },
	{ "wrap from first nonce, one too far", WRAP_FROM, WRAP + 1,
	  VARTA_RECORD_OUT_OF_ORDER, 0 },
	{ "decrease without wrap", U64_MAX - 1, WRAP_FROM,
	 VARTA_RECORD_OUT_OF_ORDER,
	  0 },
};

KUNIT_ARRAY_PARAM_DESC(nonce, nonce_cases, name);

static void nonces_must_increase_or_wrap(struct kunit *test)
{
	const struct nonce_case *param = test->param_value;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = param->last);
	EXPECT_RESULT(test, param->result, .pid = 7, .nonce = param->nonce);
	EXPECT_COUNT(test, NONCE_WRAPS, param->wraps);
	if (param->result != VARTA_RECORD_REFRESHED)
		return;
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->regular_nonce, param->nonce);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).nonce, param->nonce);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = param->nonce + 1,
			 .status = VARTA_STATUS_CRITICAL);
}

static void critical_beat_below_terminal_nonce_is_regular(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = U64_MAX - 1, .timestamp = 7,
			.status = VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->has_terminal);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = U64_MAX - 1,
			    .timestamp = 8, .status = VARTA_STATUS_CRITICAL);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 1);
}

static void wrap_of_rejected_beat_is_not_counted(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = U64_MAX - 1,
			.ns_inode = PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 0,
				  .ns_inode = PIDNS_B);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 0, .ns_inode = PIDNS_A,
			       .origin = RELAYED);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

/* The terminal nonce is not a regular nonce to wrap from. */
static void terminal_nonce_does_not_allow_wrap(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 1);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 0);
	EXPECT_COUNT(test, NONCE_WRAPS, 0);
}

/* ---- Section 3, rule 7: accepted beats. */

static void accepted_beat_updates_slot(struct kunit *test)
{
	struct varta_slot *slot;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .now = 10, .payload = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 8, .now = 11, .payload = 2,
			 .status = VARTA_STATUS_DEGRADED);
	slot = slot_of(test, 7);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, slot->pid).nonce, 8);
	KUNIT_EXPECT_EQ(test, slot->regular_nonce, 8);
	KUNIT_EXPECT_EQ(test, slot->last_ns, 11);
	KUNIT_EXPECT_EQ(test, slot->payload, 2);
	KUNIT_EXPECT_EQ(test, slot->status, VARTA_STATUS_DEGRADED);
}

/* Slots keep first beat and longest gap in units of 65.5 us. */
static void times_are_rounded_down(struct kunit *test)
{
	struct varta_agent_info agent;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .now = 0xffffffffffffULL);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 0x1000000000000ULL);
	agent = lookup_agent(test, 0, 7);
	KUNIT_EXPECT_EQ(test, agent.first_ns, 0xffffffff0000ULL);
	KUNIT_EXPECT_EQ(test, agent.longest_gap_ns, 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .now = 0x1000000020001ULL);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).longest_gap_ns, 0x20000);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 4, .now = 0x1000000030001ULL);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).longest_gap_ns, 0x20000);
}

static void longest_gap_is_limited(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .now = 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 1ULL << 48);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).longest_gap_ns,
			0xffffffff0000ULL);
	EXPECT_INSERTED(test, .pid = 8, .nonce = 1, .now = U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 8).first_ns,
			0xffffffffffff0000ULL);
}

static void last_beat_time_never_decreases(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .now = 500);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .now = 499, .payload = 9);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 500);
	KUNIT_EXPECT_EQ(test, lookup_agent(test, 0, 7).nonce, 2);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->payload, 9);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .now = 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, 500);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .now = U64_MAX);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->last_ns, U64_MAX);
}

static void rules_are_checked_in_documented_order(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 1,
			.ns_inode = PIDNS_A);
	/* Violate one more rule each time, from the last to the first. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .proc = 1,
			    .ns_inode = PIDNS_A);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 5, .proc = 1,
				  .ns_inode = PIDNS_B);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 5, .proc = 1,
			       .ns_inode = PIDNS_B, .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .proc = 2,
			.ns_inode = PIDNS_B, .origin = RELAYED);
}

static void terminal_beat_rules_are_checked_in_documented_order(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 5,
			.proc = 1, .ns_inode = PIDNS_A);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .proc = 1);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .terminal = true,
				  .timestamp = 5, .proc = 1,
				  .ns_inode = PIDNS_B);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .terminal = true,
			       .timestamp = 5, .proc = 1, .ns_inode = PIDNS_B,
			       .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .terminal = true, .timestamp = 5,
			.proc = 2, .ns_inode = PIDNS_B, .origin = RELAYED);
}

static void takeover_ignores_namespace_and_nonce(struct kunit *test)
{
	make_takeover_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_B,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 5, .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->ns_inode, 0);
	EXPECT_COUNT(test, NAMESPACE_CONFLICTS, 0);
	EXPECT_COUNT(test, OUT_OF_ORDER, 0);
}

static void beat_changes_only_agent_of_its_source(struct kunit *test)
{
	struct varta_slot local, remote;

	make_three_sources(test);
	local = *slot_of(test, 7);
	remote = *slot_of_source(test, VARTA_SOURCE_MAX, 7);
	EXPECT_REFRESHED(test, .pid = 7, .source = 1, .nonce = 21, .now = 50,
			 .origin = RELAYED);
	/* Each has its own nonces, origin and process. */
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .source = 1, .nonce = 21,
			    .origin = RELAYED);
	EXPECT_INSERTED(test, .pid = 7, .source = 1, .nonce = 1,
			.proc = 4, .origin = RELAYED);
	KUNIT_EXPECT_TRUE(test, slots_equal(slot_of(test, 7), &local));
	KUNIT_EXPECT_TRUE(test,
			  slots_equal(slot_of_source(test, VARTA_SOURCE_MAX, 7),
				      &remote));
}

/* ---- Names. */

#define EXPECT_NAME(test, pid, expected)				\
do {									\
	struct kunit *test_ = (test);					\
	struct varta_agent_info agent_ = lookup_agent(test_, 0, pid);	\
									\
	KUNIT_EXPECT_STREQ(test_, agent_.name, expected);		\
} while (0)

static void name_defaults_to_comm(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .comm = "sh");
	EXPECT_NAME(test, 1, "sh");
	EXPECT_INSERTED(test, .pid = 2, .comm = "sh", .name = "db");
	EXPECT_NAME(test, 2, "db");
	EXPECT_INSERTED(test, .pid = 3);
	EXPECT_NAME(test, 3, "");
	EXPECT_INSERTED(test, .pid = 4, .name = "db");
	EXPECT_NAME(test, 4, "db");
}

static void name_is_kept_until_changed(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .comm = "sh");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .comm = "bash");
	EXPECT_NAME(test, 7, "sh");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3, .name = "database");
	EXPECT_NAME(test, 7, "database");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 4, .comm = "sh");
	EXPECT_NAME(test, 7, "database");
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 5, .name = "db");
	EXPECT_NAME(test, 7, "db");
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .name = "dying");
	EXPECT_NAME(test, 7, "dying");
}

static void long_name_is_truncated(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .name = "fifteen-letters");
	EXPECT_NAME(test, 1, "fifteen-letters");
	EXPECT_INSERTED(test, .pid = 2, .name = "sixteen-letters!");
	EXPECT_NAME(test, 2, "sixteen-letters");
	EXPECT_INSERTED(test, .pid = 3, .comm = "a command of many letters");
	EXPECT_NAME(test, 3, "a command of ma");
}

/* send_beat() checks that the slot is unchanged. */
static void rejected_beat_does_not_change_name(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A,
			.name = "db");
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A,
			    .name = "other");
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .name = "other");
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6,
				  .ns_inode = PIDNS_B, .name = "other");
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns_inode = PIDNS_A,
			       .origin = RELAYED, .name = "other");
	EXPECT_NAME(test, 7, "db");
}

static void name_is_reset_by_new_process(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .name = "database");
	EXPECT_INSERTED(test, .pid = 7, .proc = 2, .comm = "sh");
	EXPECT_NAME(test, 7, "sh");
	EXPECT_INSERTED(test, .pid = 7, .proc = 3);
	EXPECT_NAME(test, 7, "");
}

/* ---- Own thresholds. */

static void accepted_beat_changes_own_threshold(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 2, .threshold_ms = OWN_MS);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, OWN - 1), 0);
	EXPECT_REFRESHED(test, .pid = 7, .nonce = 3,
			 .threshold_ms = 2 * OWN_MS);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, 2 * OWN - 1), 0);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, NSEC_PER_MSEC - 1), 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, NSEC_PER_MSEC), 1);
}

/* send_beat() checks that the slot is unchanged. */
static void rejected_beat_does_not_change_own_threshold(struct kunit *test)
{
	unsigned int kicks;

	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A,
			.threshold_ms = OWN_MS);
	EXPECT_REFRESHED(test, .pid = 7, .terminal = true, .timestamp = 5);
	kicks = fake_procs_kicks();
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .nonce = 5, .ns_inode = PIDNS_A,
			    .threshold_ms = 9);
	EXPECT_OUT_OF_ORDER(test, .pid = 7, .terminal = true, .timestamp = 5,
			    .threshold_ms = 9);
	EXPECT_NAMESPACE_CONFLICT(test, .pid = 7, .nonce = 6,
				  .ns_inode = PIDNS_B, .threshold_ms = 9);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 7, .nonce = 6, .ns_inode = PIDNS_A,
			       .origin = RELAYED, .threshold_ms = 9);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, OWN_MS);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), kicks);
}

static void own_threshold_is_reset_by_new_process(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1,
			.threshold_ms = OWN_MS);
	EXPECT_INSERTED(test, .pid = 7, .proc = 2);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, 0);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
	EXPECT_INSERTED(test, .pid = 7, .proc = 3, .threshold_ms = 9);
	KUNIT_EXPECT_EQ(test, slot_of(test, 7)->threshold_ms, 9);
}

static void own_threshold_is_reset_by_stronger_origin(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 7, .origin = RELAYED,
			.threshold_ms = OWN_MS);
	EXPECT_REFRESHED(test, .pid = 7, .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, THRESHOLD), 1);
}

static void own_threshold_is_reset_with_slot(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .threshold_ms = 1);
	remove_agent(test, 1);
	EXPECT_INSERTED(test, .pid = 2, .threshold_ms = 0);
	KUNIT_EXPECT_EQ(test, slot_of(test, 2)->threshold_ms, 0);
	EXPECT_REFRESHED(test, .pid = 2, .nonce = 1, .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, NSEC_PER_MSEC), 1);
	EXPECT_INSERTED(test, .pid = 3, .now = 10 * NSEC_PER_MSEC + 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 3)->threshold_ms, 0);
}

/* ---- Charges and quota. */

static void each_agent_is_charged_once(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE, .netns = 3);
	expect_charged(test, 1, 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 1);
	EXPECT_INSERTED(test, .pid = 2, .uid = ALICE);
	EXPECT_INSERTED(test, .pid = 1, .source = 1, .uid = BOB);
	expect_charged(test, 2, 1);
	/* Only the first beat of an agent is charged. */
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .uid = BOB, .netns = 4);
	EXPECT_OUT_OF_ORDER(test, .pid = 1, .nonce = 2, .uid = BOB);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 3);
	KUNIT_EXPECT_EQ(test, slot_of(test, 1)->uid, ALICE);
	KUNIT_EXPECT_PTR_EQ(test, slot_of(test, 1)->netns, fake_netns(3));
	expect_charged(test, 2, 1);
}

static void new_process_is_charged_instead_of_old(struct kunit *test)
{
	make_small_tracker(test);
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3,
			.proc = 1);
	EXPECT_INSERTED(test, .pid = 1, .uid = BOB, .netns = 4,
			.proc = 2);
	expect_charged(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
	KUNIT_EXPECT_EQ(test, slot_of(test, 1)->uid, BOB);
	EXPECT_INSERTED(test, .pid = 1, .uid = BOB, .proc = 3);
	expect_charged(test, 0, 1);
}

static void stronger_origin_is_charged_instead_of_weaker(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1, .origin_takeover = true,
	});
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE, .netns = 3,
			.origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 1, .uid = BOB, .origin = ATTESTED);
	expect_charged(test, 0, 1);
	EXPECT_ORIGIN_CONFLICT(test, .pid = 1, .uid = ALICE, .nonce = 1,
			       .origin = RELAYED);
	expect_charged(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 2);
}

static void agent_rejected_for_capacity_is_uncharged(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 1,
	});
	EXPECT_INSERTED(test, .pid = 1, .uid = ALICE);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = 2, .uid = BOB);
	KUNIT_EXPECT_EQ(test, fake_procs_charge_attempts(), 2);
	expect_charged(test, 1, 0);
}

static void agent_rejected_by_full_index_is_uncharged(struct kunit *test)
{
	u32 pids[VARTA_PID_INDEX_PROBES + 1];
	u32 i;

	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = COLLISION_CAPACITY, .eviction_scan_window = 1,
	});
	hash_collision_pids(test, COLLISION_CAPACITY, 0, pids,
			    ARRAY_SIZE(pids));
	for (i = 0; i < VARTA_PID_INDEX_PROBES; i++)
		EXPECT_INSERTED(test, .pid = pids[i], .uid = ALICE);
	EXPECT_CAPACITY_EXCEEDED(test, .pid = pids[VARTA_PID_INDEX_PROBES],
				 .uid = BOB);
	EXPECT_COUNT(test, PROBE_EXHAUSTED, 1);
	expect_charged(test, VARTA_PID_INDEX_PROBES, 0);
}

static void agent_over_quota_gets_no_slot(struct kunit *test)
{
	/* Would be the earliest deadline. */
	static const u64 shortest = 1;
	unsigned int kicks;

	make_small_tracker(test);
	fake_procs_set_quota(2);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE);
	EXPECT_INSERTED(test, .pid = 2, .uid = ALICE);
	kicks = fake_procs_kicks();
	EXPECT_QUOTA_EXCEEDED(test, .pid = 3, .uid = ALICE, .proc = 3,
			      .threshold = &shortest);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 1);
	EXPECT_COUNT(test, CAPACITY_EXCEEDED, 0);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 3));
	KUNIT_EXPECT_EQ(test, varta_tracker_tracked(tracker_of(test)), 2);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(3), 0);
	KUNIT_EXPECT_EQ(test, fake_procs_kicks(), kicks);
	expect_charged(test, 2, 0);

	/* Other users and existing agents are not affected. */
	EXPECT_INSERTED(test, .pid = 3, .uid = BOB);
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .uid = ALICE);
	remove_agent(test, 2);
	EXPECT_INSERTED(test, .pid = 4, .uid = ALICE);
	expect_charged(test, 2, 1);
}

static void new_process_of_same_user_needs_no_quota(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 2, .origin_takeover = true,
	});
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 5, .uid = ALICE, .netns = 3,
			.proc = 1);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE, .netns = 4,
			.proc = 2);
	EXPECT_COUNT(test, PID_RECYCLES, 1);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(3), 0);
	KUNIT_EXPECT_EQ(test, fake_netns_charged(4), 1);
	expect_charged(test, 1, 0);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB, .origin = RELAYED);
	EXPECT_REFRESHED(test, .pid = 2, .uid = BOB, .origin = ATTESTED);
	expect_charged(test, 1, 1);
}

/* send_beat() checks that the slot is unchanged. */
static void new_process_over_quota_keeps_slot(struct kunit *test)
{
	struct varta_slot *slot;

	make_small_tracker(test);
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 5, .uid = ALICE, .netns = 3,
			.proc = 1, .name = "old", .threshold_ms = 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, U64_MAX), 2);
	slot = slot_of(test, 1);
	EXPECT_QUOTA_EXCEEDED(test, .pid = 1, .nonce = 6, .uid = BOB, .proc = 2,
			      .name = "new", .threshold_ms = 9);
	KUNIT_EXPECT_TRUE(test, slot->stalled);
	KUNIT_EXPECT_PTR_EQ(test, slot->proc, fake_proc(1));
	KUNIT_EXPECT_EQ(test, fake_proc_refs(1), 1);
	KUNIT_EXPECT_EQ(test, fake_proc_refs(2), 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 2);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 1);
	EXPECT_COUNT(test, PID_RECYCLES, 0);
	expect_charged(test, 1, 1);
	/* The old process continues. */
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 6, .proc = 1);
}

static void stronger_origin_over_quota_keeps_slot(struct kunit *test)
{
	tracker_fixture_create(test, &(struct varta_tracker_config) {
		.capacity = 2, .origin_takeover = true,
	});
	fake_procs_set_quota(1);
	EXPECT_INSERTED(test, .pid = 2, .uid = BOB);
	EXPECT_INSERTED(test, .pid = 1, .nonce = 1, .uid = ALICE,
			.origin = RELAYED);
	EXPECT_QUOTA_EXCEEDED(test, .pid = 1, .nonce = 2, .uid = BOB,
			      .origin = ATTESTED);
	KUNIT_EXPECT_EQ(test, slot_of(test, 1)->origin, RELAYED);
	EXPECT_COUNT(test, QUOTA_EXCEEDED, 1);
	EXPECT_COUNT(test, ORIGIN_CONFLICTS, 0);
	expect_charged(test, 1, 1);
	/* A refresh needs no charge. */
	EXPECT_REFRESHED(test, .pid = 1, .nonce = 2, .origin = RELAYED);
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(unknown_pid_is_inserted),
	KUNIT_CASE(unknown_pid_is_inserted_by_terminal_beat),
	KUNIT_CASE(any_first_nonce_is_accepted),
	KUNIT_CASE(capacity_of_one_tracks_one_agent),
	KUNIT_CASE(free_slot_is_used_before_eviction),

	KUNIT_CASE(different_process_restarts_slot),
	KUNIT_CASE(new_process_may_start_with_terminal_beat),
	KUNIT_CASE(unknown_process_is_not_a_recycle),
	KUNIT_CASE(late_beat_of_old_process_is_rejected),

	KUNIT_CASE(first_beat_pins_origin),
	KUNIT_CASE(stronger_origin_takes_over_if_allowed),
	KUNIT_CASE(weaker_origin_never_takes_over),
	KUNIT_CASE(origins_are_ranked),
	KUNIT_CASE(first_beat_pins_operator_attested_origin),
	KUNIT_CASE(new_process_replaces_operator_attested_one),
	KUNIT_CASE(takeover_puts_process_reference),
	KUNIT_CASE(takeover_by_same_process_keeps_one_reference),

	KUNIT_CASE(different_namespace_conflicts),
	KUNIT_CASE(different_namespace_conflicts_for_terminal_beat),
	KUNIT_CASE(all_64_bits_of_namespace_are_compared),
	KUNIT_CASE(known_namespace_must_stay_known),
	KUNIT_CASE(terminal_beat_without_namespace_is_accepted),
	KUNIT_CASE(accepted_beat_pins_unknown_namespace),
	KUNIT_CASE(terminal_beat_pins_unknown_namespace),
	KUNIT_CASE(unknown_namespace_may_stay_unknown),

	KUNIT_CASE(accepted_beat_pins_unknown_process),
	KUNIT_CASE(terminal_beat_pins_unknown_process),

	KUNIT_CASE(terminal_timestamps_must_increase),
	KUNIT_CASE(first_terminal_timestamp_may_be_zero),
	KUNIT_CASE(terminal_beat_keeps_regular_nonce),
	KUNIT_CASE(another_time_namespace_starts_nonces_afresh),
	KUNIT_CASE(another_time_namespace_starts_timestamps_afresh),
	KUNIT_CASE(unknown_time_namespace_keeps_order),
	KUNIT_CASE(fast_path_uses_two_cache_lines),
	KUNIT_CASE(fast_path_keeps_usage),
	KUNIT_CASE(fast_path_is_not_for_exited_slots),
	KUNIT_CASE(fast_path_needs_a_thread_of_the_agent_before),
	KUNIT_CASE(fast_path_is_not_for_beats_after_a_terminal_one),
	KUNIT_CASE(fast_path_needs_same_time_namespace),
	KUNIT_CASE(any_nonce_is_accepted_after_only_terminal_beats),

	KUNIT_CASE_PARAM(nonces_must_increase_or_wrap, nonce_gen_params),
	KUNIT_CASE(critical_beat_below_terminal_nonce_is_regular),
	KUNIT_CASE(wrap_of_rejected_beat_is_not_counted),
	KUNIT_CASE(terminal_nonce_does_not_allow_wrap),

	KUNIT_CASE(accepted_beat_updates_slot),
	KUNIT_CASE(times_are_rounded_down),
	KUNIT_CASE(longest_gap_is_limited),
	KUNIT_CASE(last_beat_time_never_decreases),
	KUNIT_CASE(rules_are_checked_in_documented_order),
	KUNIT_CASE(terminal_beat_rules_are_checked_in_documented_order),
	KUNIT_CASE(takeover_ignores_namespace_and_nonce),
	KUNIT_CASE(beat_changes_only_agent_of_its_source),

	KUNIT_CASE(name_defaults_to_comm),
	KUNIT_CASE(name_is_kept_until_changed),
	KUNIT_CASE(long_name_is_truncated),
	KUNIT_CASE(rejected_beat_does_not_change_name),
	KUNIT_CASE(name_is_reset_by_new_process),

	KUNIT_CASE(accepted_beat_changes_own_threshold),
	KUNIT_CASE(rejected_beat_does_not_change_own_threshold),
	KUNIT_CASE(own_threshold_is_reset_by_new_process),
	KUNIT_CASE(own_threshold_is_reset_by_stronger_origin),
	KUNIT_CASE(own_threshold_is_reset_with_slot),

	KUNIT_CASE(each_agent_is_charged_once),
	KUNIT_CASE(new_process_is_charged_instead_of_old),
	KUNIT_CASE(stronger_origin_is_charged_instead_of_weaker),
	KUNIT_CASE(agent_rejected_for_capacity_is_uncharged),
	KUNIT_CASE(agent_rejected_by_full_index_is_uncharged),
	KUNIT_CASE(agent_over_quota_gets_no_slot),
	KUNIT_CASE(new_process_of_same_user_needs_no_quota),
	KUNIT_CASE(new_process_over_quota_keeps_slot),
	KUNIT_CASE(stronger_origin_over_quota_keeps_slot),
	{}
};

static struct kunit_suite record_suite = {
	.name = "varta-record",
	.exit = tracker_fixture_exit,
	.test_cases = record_cases,
};

kunit_test_suite(record_suite);
