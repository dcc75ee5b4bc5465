/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracker (the "ledger" of Documentation/tracker-semantics.md, whose
 * section numbers the comments give): one slot for each agent. Beats, times,
 * thresholds and identities are arguments; it knows nothing of netlink, sysfs,
 * clocks or the current process.
 */
#ifndef _VARTA_TRACKER_H
#define _VARTA_TRACKER_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/rtmutex.h>
#include <linux/spinlock_types.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "agent.h"
#include "counters.h"
#include "pid_index.h"
#include "wheel.h"

enum varta_tracker_limits {
	/* A victim has been silent for more than this many thresholds. */
	VARTA_EVICTION_FACTOR	= 10,
	/* A nonce this close to its maximum may wrap to one this close to 0. */
	VARTA_NONCE_WRAP	= 1 << 20,
	/* Most stalls that one stall pass reports. */
	VARTA_STALL_BATCH	= 48,
	/* Delay until a stall that could not be reported is found again. */
	VARTA_STALL_RETRY_MIN_NS = 10 * NSEC_PER_MSEC,
	VARTA_STALL_RETRY_MAX_NS = NSEC_PER_SEC,
};

struct varta_slot;

/**
 * struct varta_evicted - an agent that lost its slot to another
 * @pid: its pid, 0 for no agent
 * @source: relay that beat on its behalf, 0 for this machine
 * @ns_inode: inode number of its pid namespace, 0 if unknown
 */
struct varta_evicted {
	u32 pid;
	u32 source;
	u64 ns_inode;
};

/**
 * struct varta_tracker_ops - what the tracker needs from its owner
 * @get_proc: take a reference to a process, for a slot
 * @put_proc: put it
 * @proc_state: what became of the process of an agent
 * @try_charge: charge a new agent to its user and network namespace; false if
 *	the user has too many agents. NULL if there are no quotas.
 * @uncharge: undo @try_charge. NULL if @try_charge is.
 * @transfer_charge: charge @id in place of @old; false, with nothing changed,
 *	if the user of @id has too many agents, which cannot happen if it is the
 *	user of @old. NULL if @try_charge is.
 * @end_transfer: put what @old still holds after @transfer_charge. NULL if
 *	@try_charge is.
 * @kick: there is a deadline before what varta_tracker_next_deadline()
 *	returned last. May be NULL.
 * @event: an agent recovered, changed its status or is not tracked any more, or
 *	a beat was refused for its origin or pid namespace.
 *	Stalls and exits are reported by the functions that find them. May be
 *	NULL.
 *
 * Context: called with a slot locked, except @put_proc; must not sleep.
 */
struct varta_tracker_ops {
	void (*get_proc)(struct varta_proc *proc);
	void (*put_proc)(struct varta_proc *proc);
	enum varta_proc_state (*proc_state)(const struct varta_agent_id *id);
	bool (*try_charge)(const struct varta_agent_id *id);
	void (*uncharge)(const struct varta_agent_id *id);
	bool (*transfer_charge)(const struct varta_agent_id *old,
				const struct varta_agent_id *id);
	void (*end_transfer)(const struct varta_agent_id *old);
	void (*kick)(void);
	void (*event)(const struct varta_event_info *event);
};

/**
 * struct varta_tracker_config - settings fixed for a tracker's lifetime
 * @ops: the owner's functions
 * @counters: where to count
 * @capacity: number of slots, 1 to VARTA_CAPACITY_MAX
 * @eviction_scan_window: slots that one eviction pass examines, clamped to 1 to
 *	VARTA_CAPACITY_MAX
 * @eviction_policy: which agents may be evicted
 * @origin_takeover: a stronger origin takes a slot over
 * @key_by_ns_pid: agents are found by the pid in their own pid namespace, so
 *	agents with equal pids in different namespaces are different agents
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

/* Ends a chain of slots. */
#define VARTA_NO_SLOT	U32_MAX

/* Slots in order, linked by &varta_slot.next; VARTA_NO_SLOT at the ends. */
struct varta_slot_list {
	u32 first;
	u32 last;
};

/* Private to the files that include tracker_internal.h, which has the locking. */
struct varta_tracker {
	/* Never changes. */
	struct varta_tracker_config config;
	struct varta_slot *slots;

	/* Read without a lock, written under @lock. */
	struct varta_pid_index index;

	/*
	 * Timers by slot number. Armed and disarmed under that slot's lock, but
	 * for the stall pass. See expire.c.
	 */
	struct varta_wheel wheel ____cacheline_aligned_in_smp;

	/*
	 * Held while a request takes @lock, so that of all requests at most one
	 * waits for it: a user may send many at a time, and must not make
	 * reports of exits wait for all of them.
	 */
	struct rt_mutex request_lock ____cacheline_aligned_in_smp;
	/*
	 * Assigning and freeing slots. Inherits priority, since both the stall
	 * thread and a task's first beat take it.
	 */
	struct rt_mutex lock;
	/* Head of the chain of freed slots. Protected by @lock. */
	u32 free_slot;
	/* Where the next eviction pass begins. Protected by @lock. */
	u32 eviction_cursor;
	/* Reset to 0 when taken. Protected by @lock. */
	struct varta_evicted last_evicted;
	/* Slots from here on were never used. Written under @lock. */
	u32 slots_used;
	/* Written under @lock. */
	u32 tracked;
	/* Changed under the lock of the slot whose stalled flag changes. */
	atomic_t stalled_now;
	/* Innermost; protects the next two. */
	spinlock_t event_lock;
	/* Exits noted and not reported, by time. */
	struct varta_slot_list exits;
	/* Time of the last event; times of events never decrease. */
	u64 last_event_ns;
	/* Silence before this time does not count. Read without a lock. */
	u64 resume_ns;
};

size_t varta_tracker_bytes(u32 capacity);
int varta_tracker_init(struct varta_tracker *tracker,
		       const struct varta_tracker_config *config);
void varta_tracker_destroy(struct varta_tracker *tracker);
bool varta_tracker_lookup(struct varta_tracker *tracker, u32 source, u32 pid,
			  varta_agent_cb show, void *context);
bool varta_tracker_for_each(struct varta_tracker *tracker, u32 *cursor,
			    bool only_stalled, varta_agent_cb show,
			    void *context);
bool varta_tracker_remove(struct varta_tracker *tracker,
			  const struct varta_agent_id *id,
			  enum varta_goodbye_cause cause, u64 now);
void varta_tracker_reset_gaps(struct varta_tracker *tracker);
u32 varta_tracker_tracked(const struct varta_tracker *tracker);
u32 varta_tracker_stalled_now(const struct varta_tracker *tracker);
u64 varta_tracker_take_evictions(struct varta_tracker *tracker,
				 struct varta_evicted *last);
void varta_tracker_untake_evictions(struct varta_tracker *tracker, u64 n,
				    const struct varta_evicted *last);

/* record.c */
bool varta_tracker_record_fast(struct varta_tracker *tracker,
			       const struct varta_beat_info *beat, u32 pid,
			       const struct varta_proc *proc, u32 time_ns,
			       u64 now);
enum varta_record_result varta_tracker_record(struct varta_tracker *tracker,
					      const struct varta_beat_info *beat,
					      const struct varta_agent_id *id,
					      u64 now, u64 threshold,
					      bool *started);

/* expire.c */
bool varta_tracker_stall_pass(struct varta_tracker *tracker, u64 now,
			      u64 threshold, u32 max_reports,
			      varta_agent_cb report, void *context);
u64 varta_tracker_next_deadline(struct varta_tracker *tracker);
bool varta_tracker_rescan(struct varta_tracker *tracker, u32 *cursor,
			  u64 threshold);
void varta_tracker_resume(struct varta_tracker *tracker, u64 now);

/* exit.c */
bool varta_tracker_note_exit(struct varta_tracker *tracker,
			     const struct varta_agent_id *id, u32 exit_code,
			     bool oom_killed, u64 now);
void varta_tracker_take_exits(struct varta_tracker *tracker,
			      struct varta_slot_list *(*list_of)(u32 flow));
u64 varta_tracker_exit_time(const struct varta_tracker *tracker,
			    const struct varta_slot_list *exits);
bool varta_tracker_report_exit(struct varta_tracker *tracker,
			       struct varta_slot_list *exits,
			       varta_agent_cb report, void *context);

#endif /* _VARTA_TRACKER_H */
