/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger: one slot for each agent. What it does is described, case by
 * case, in Documentation/tracker-semantics.md, whose section numbers the
 * comments give. It knows nothing of netlink, sysfs, clocks or the current
 * process: beat, time, threshold and identity are arguments.
 */
#ifndef _VARTA_TRACKER_H
#define _VARTA_TRACKER_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/llist.h>
#include <linux/rtmutex.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

#include "agent.h"
#include "counters.h"
#include "pid_index.h"
#include "wheel.h"

enum varta_tracker_limits {
	/* A victim has been silent for more than so many thresholds. */
	VARTA_EVICTION_FACTOR	= 10,
	/* How near to its end and its start the nonce space may wrap. */
	VARTA_NONCE_WRAP	= 1 << 20,
	/* Stalls that one stall pass reports at most. */
	VARTA_STALL_BATCH	= 48,
};

static_assert(VARTA_CAPACITY_MAX == VARTA_SLOT_MAX + 1);

/**
 * struct varta_tracker_ops - what the tracker's tokens mean
 * @get_proc: a slot begins to hold the process reference, which the caller has
 * @put_proc: a slot no longer holds it
 * @proc_state: what has become of the process
 * @try_charge: an agent is about to get a slot; false if its user may not have one
 *	more. May be NULL, for anybody.
 * @uncharge: an admitted agent has no slot any more, or got none. NULL if @try_charge
 *	is.
 * @transfer_charge: an agent is about to get the slot of one that was admitted and
 *	leaves; false, with nothing changed, if its user may not have one more,
 *	which is never so if the other was the same user's. NULL if @try_charge is.
 * @kick: an agent is due before varta_tracker_next_deadline() last said. May
 *	be NULL.
 *
 * Context: all may be called with a slot locked and must not sleep. @put_proc
 * is called without a slot lock.
 */
struct varta_tracker_ops {
	void (*get_proc)(struct varta_proc *proc);
	void (*put_proc)(struct varta_proc *proc);
	enum varta_proc_state (*proc_state)(const struct varta_agent_id *id);
	bool (*try_charge)(const struct varta_agent_id *id);
	void (*uncharge)(const struct varta_agent_id *id);
	bool (*transfer_charge)(const struct varta_agent_id *old,
				const struct varta_agent_id *id);
	void (*kick)(void);
};

/**
 * struct varta_tracker_config - what is fixed when a tracker is made
 * @ops: what generations mean
 * @counters: where to count
 * @capacity: how many agents, 1 to VARTA_CAPACITY_MAX
 * @eviction_scan_window: slots looked at in one pass, clamped to 1 to
 *	VARTA_CAPACITY_MAX
 * @eviction_policy: who may be evicted
 * @origin_takeover: whether a stronger origin takes a slot over
 * @key_by_ns_pid: pids are those of the agents' own namespaces: one from another
 *	namespace is not the same pid at a later time, whatever its process reference
 */
struct varta_tracker_config {
	const struct varta_tracker_ops *ops;
	struct varta_counters *counters;
	u32 capacity;
	u32 eviction_scan_window;
	enum varta_eviction_policy eviction_policy;
	bool origin_takeover;
	bool key_by_ns_pid;
};

/*
 * Where a field's comment does not say otherwise, it is protected by @lock.
 * The fields marked "looked at" may be read without it by who then looks again
 * under the lock, or can do with what was true a moment ago.
 */
struct varta_slot {
	/* Protects what the slot says. */
	spinlock_t lock;
	/*
	 * 0 when free. Written under @lock and the tracker's lock, so either
	 * is enough to read it. Looked at.
	 */
	u32 pid;
	/* Like pid. */
	u32 source;
	/* 0 without one of its own. Looked at. */
	u32 threshold_ms;
	/* Time of the last accepted beat. Looked at. */
	u64 last_ns;
	/* Of the last accepted beat, of whichever kind. */
	u64 nonce;
	/* Highest nonce of a regular beat, if has_regular. */
	u64 regular_nonce;
	/* Timestamp of the last terminal beat, if has_terminal. */
	u64 terminal_timestamp;
	/* 0 while unknown. */
	struct varta_proc *proc;
	/* 0 while unknown. */
	u64 ns_inode;
	/* Who was admitted, and has to leave. */
	struct varta_netns *netns;
	u32 uid;
	u32 ns_pid;
	u32 payload;
	/* If exited. */
	u32 exit_code;
	/* In the tracker's list of exits, if exit_queued. */
	struct llist_node exit_node;
	char name[VARTA_NAME_LEN];
	/* Protected by the tracker's lock, used while free. */
	u32 next_free;
	/* enum varta_origin */
	u8 origin;
	/* enum varta_status */
	u8 status;
	/* The latch: reported, and no beat accepted since. Looked at. */
	bool stalled;
	bool has_regular;
	bool has_terminal;
	/* Its process has ended; the slot is to be freed, with an event. */
	bool exited;
	bool exit_queued;
} ____cacheline_aligned;

/*
 * Locking: &varta_tracker.lock serialises whatever gives a slot to an agent or
 * takes it away. A slot's own lock protects what the slot says; only beats of
 * the agent itself, the stall pass and readers take it. The tracker's lock
 * comes first.
 */
struct varta_tracker {
	/* Set once, then only read. */
	struct varta_tracker_config config;
	struct varta_slot *slots;

	/* Read without a lock, written under @lock. */
	struct varta_pid_index index;

	/*
	 * By the number of the slot. Under the slot's lock: armed, for no later
	 * than its deadline, if it is tracked and not stalled, and not armed
	 * otherwise. The stall pass has those that it is about to look at.
	 */
	struct varta_wheel wheel ____cacheline_aligned_in_smp;

	/*
	 * With priority inheritance: an urgent thread takes it, and so does
	 * whoever beats for the first time.
	 */
	struct rt_mutex lock ____cacheline_aligned_in_smp;
	/* Protected by lock: first of the chain of slots that were freed. */
	u32 free_slot;
	/* Protected by lock: where the next eviction pass begins. */
	u32 eviction_cursor;
	/* Protected by lock: 0 when none was, or it was taken. */
	u32 last_evicted_pid;
	/* Written under lock: slots that were ever used, the first ones. */
	u32 slots_used;
	/* Written under lock. */
	u32 tracked;
	/*
	 * Changed under the lock of the slot whose latch changes. A refresh
	 * writes it only when it ends a stall.
	 */
	atomic_t stalled_now;
	/* Slots whose process has exited, or that were started afresh since. */
	struct llist_head exits;
	/* Silence before this does not count. Read without a lock. */
	u64 resume_ns;
};

size_t varta_tracker_bytes(u32 capacity);
int varta_tracker_init(struct varta_tracker *tracker,
		       const struct varta_tracker_config *config);
void varta_tracker_destroy(struct varta_tracker *tracker);

bool varta_tracker_record_fast(struct varta_tracker *tracker,
			       const struct varta_beat_info *beat, u32 pid,
			   struct varta_proc *proc, u64 now);
enum varta_record_result varta_tracker_record(struct varta_tracker *tracker,
					      const struct varta_beat_info *beat,
				       const struct varta_agent_id *id,
				       u64 now, u64 threshold, bool *started);
bool varta_tracker_stall_pass(struct varta_tracker *tracker, u64 now,
			      u64 threshold, u32 room, varta_agent_cb report,
			      void *context);
u64 varta_tracker_next_deadline(struct varta_tracker *tracker);
bool varta_tracker_rescan(struct varta_tracker *tracker, u32 *cursor,
			  u64 threshold);
void varta_tracker_resume(struct varta_tracker *tracker, u64 now);
bool varta_tracker_remove(struct varta_tracker *tracker,
			  const struct varta_agent_id *id);

bool varta_tracker_note_exit(struct varta_tracker *tracker,
			     const struct varta_agent_id *id, u32 exit_code);
bool varta_tracker_exit_pass(struct varta_tracker *tracker,
			     varta_agent_cb report, void *context);

bool varta_tracker_lookup(struct varta_tracker *tracker, u32 source, u32 pid,
			  varta_agent_cb show, void *context);
bool varta_tracker_for_each(struct varta_tracker *tracker, u32 *cursor,
			    bool only_stalled, varta_agent_cb show, void *context);
u32 varta_tracker_tracked(const struct varta_tracker *tracker);
u32 varta_tracker_stalled_now(const struct varta_tracker *tracker);
u32 varta_tracker_take_last_evicted_pid(struct varta_tracker *tracker);

#endif /* _VARTA_TRACKER_H */
