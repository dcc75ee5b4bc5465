/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Only action.c, tracker.c, slot.c, record.c, evict.c, expire.c, exit.c,
 * mapped.c, stall_pass.c, lanes.c and KUnit include this.
 *
 * Lock order: one of flow_locks and request_lock (requests on real-time
 * kernels), tracker->lock, one slot->lock, then event_lock or actions.lock. None
 * is held for a loop over slots. Assigning or freeing a slot takes tracker->lock
 * and slot->lock. Everything else about a slot takes slot->lock alone, so that
 * the beats of known agents do not contend. The index gets a slot for a key while that slot
 * is locked. A deferred exit is noted under event_lock alone. Operations on one
 * agent are linearizable: each takes effect while it holds the slot's lock, or
 * tracker->lock if the agent has no slot.
 */
#ifndef _VARTA_TRACKER_INTERNAL_H
#define _VARTA_TRACKER_INTERNAL_H

#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/spinlock.h>
#include <linux/time64.h>

#include "tracker.h"
#include "word64.h"

/* A slot serves no other agent until its exit is reported, which frees it. */
enum varta_exit_state {
	VARTA_EXIT_NONE,
	/* Set without the slot's lock. varta_slot_lock() notes it. */
	VARTA_EXIT_DEFERRED,
	VARTA_EXIT_NOTED,
	/* The index has another slot for the key. Written under tracker->lock. */
	VARTA_EXIT_DETACHED,
};

/*
 * @lock protects all fields that do not say otherwise. Lockless fields are also
 * read without it, where a stale value does no harm or is checked again.
 * Fields are as in struct varta_agent_info and struct varta_agent_id.
 *
 * A beat on the fast path uses the first two cache lines only.
 */
struct varta_slot {
	spinlock_t lock;		/* see above */
	u32 pid;			/* 0 if free; lockless */
	u32 source;			/* written under both locks, like pid */
	u32 threshold_ms;		/* lockless */
	aligned_u64 last_ns;		/* lockless */
	u64 regular_nonce;		/* the highest, if has_regular */
	struct varta_proc *proc;
	u32 longest_gap;		/* in 2^VARTA_TIME_SHIFT ns; saturates */
	u32 payload;
	u32 timens;
	union {
		struct {
			u8 origin;	/* enum varta_origin */
			u8 status;	/* enum varta_status */
			bool stalled;	/* lockless */
			u8 exit_state;	/* enum varta_exit_state; lockless */
		};
		__le32 state;		/* these four; under the lock */
	};
	u64 first : 48;			/* in 2^VARTA_TIME_SHIFT ns */
	u64 has_regular : 1;
	u64 has_terminal : 1;
	u64 last_is_terminal : 1;
	u64 foreign_thread : 1;
	u64 has_action : 1;
	u64 mapped : 1;			/* there is a &varta_tracker.mappings */
	u64 unmetered : 1;		/* usage is not that of the last beat */
	u64 late : 1;			/* and no warning before the next beat */
	u64 lanes : 1;			/* that mapping has lanes, or some are sent */
	u64 clock_differs : 1;		/* that mapping has an offset */
	u64 reason : 6;			/* enum varta_stall_reason, if stalled */

	u64 beats;
	union {
		struct varta_usage usage;
		/* If free or exited. */
		struct {
			u32 tid;
			/* tracker->lock if free, event_lock in tracker->exits. */
			u32 next;
			u16 exit_code;	/* these two if exited */
			bool oom_killed;
		};
	};
	char name[VARTA_NAME_SIZE];
	char thread_name[VARTA_NAME_SIZE];

	u32 uid;			/* lockless */
	u32 flow_key;
	u32 ns_pid;
	u32 stalls;
	u64 ns_inode;
	struct varta_netns *netns;	/* charged, like uid */
	u64 event_ns;			/* of the exit, else of the stall */
	u64 terminal_timestamp;		/* if has_terminal */
	u64 start_ns;
	u64 cgroup_id;
} ____cacheline_aligned;

/* An exit that was noted without the slot's lock. */
struct varta_deferred_exit {
	u64 time_ns;
	u32 prev;		/* these two link &varta_tracker.exits */
	u32 next;
	u16 exit_code;
	bool oom_killed;
	bool listed;		/* prev, next, listed: under event_lock */
};

/* A beat in a page. The agent may change it at any time: it is read once. */
struct varta_stored_beat {
	u64 nonce;
	u64 state;		/* as in struct varta_beat_page */
};

/* One call of varta_tracker_record(). */
struct varta_record {
	const struct varta_beat_info *beat;
	const struct varta_agent_id *id;
	u64 now;
	u64 threshold;
	struct varta_proc *old_proc;	/* put once no lock is held */
	struct varta_slot *exited_slot;	/* of the agent's key, or NULL */
	struct varta_slot *victim;	/* NULL before one was looked for */
	bool only_stalled;		/* what @victim has to be */
	bool wants_victim;
	bool over_quota;
	bool started;
	enum varta_record_result result;
};

/* slot.c */
bool varta_slot_event_time(struct varta_tracker *tracker,
			   const struct varta_slot *slot, bool after_exit,
			   u64 now, u64 *time);
void varta_slot_set_proc(struct varta_tracker *tracker, struct varta_slot *slot,
			 struct varta_proc *proc);
void varta_slot_report(struct varta_tracker *tracker,
		       const struct varta_slot *slot,
		       struct varta_event_info *event, u64 now);
void varta_slot_goodbye(struct varta_tracker *tracker,
			const struct varta_slot *slot,
			enum varta_goodbye_cause cause, u64 now);
void varta_slot_to_agent(const struct varta_tracker *tracker,
			 const struct varta_slot *slot,
			 struct varta_agent_info *agent);
void varta_slot_hold(const struct varta_tracker *tracker,
		     const struct varta_slot *slot,
		     struct varta_agent_info *agent);
void varta_slot_arm_at(struct varta_tracker *tracker,
		       const struct varta_slot *slot, u64 time);
void varta_slot_arm(struct varta_tracker *tracker, struct varta_slot *slot,
		    u64 threshold);
void varta_slot_uncharge(struct varta_tracker *tracker,
			 const struct varta_slot *slot);
bool varta_slot_transfer_charge(struct varta_tracker *tracker,
				const struct varta_slot *slot,
				const struct varta_record *record,
				const enum varta_goodbye_cause *cause);
struct varta_proc *varta_slot_free(struct varta_tracker *tracker,
				   struct varta_slot *slot);

/* record.c */
void varta_slot_detach(struct varta_tracker *tracker,
		       const struct varta_record *record);
void varta_slot_start(struct varta_tracker *tracker, struct varta_slot *slot,
		      struct varta_record *record);

void varta_tracker_record_locked(struct varta_tracker *tracker,
				 struct varta_record *record);

void varta_slot_record_look(struct varta_tracker *tracker,
			    struct varta_slot *slot,
			    const struct varta_beat_info *beat, u64 time,
			    u64 now);

/* mapped.c */
bool varta_slot_look(struct varta_tracker *tracker, struct varta_slot *slot,
		     u64 now);
bool varta_slot_take_stored(struct varta_tracker *tracker,
			    struct varta_slot *slot,
			    const struct varta_stored_beat *stored, u64 now);
bool varta_slot_kick(struct varta_tracker *tracker, struct varta_slot *slot,
		     u64 now);
void varta_slot_unkick(struct varta_tracker *tracker, struct varta_slot *slot);
void varta_slot_unmap(struct varta_tracker *tracker, struct varta_slot *slot);
bool varta_slot_has_left_page(const struct varta_tracker *tracker,
			      const struct varta_slot *slot);

/* expire.c */
void varta_slot_expire(struct varta_tracker *tracker, struct varta_slot *slot,
		       u64 now, u64 threshold, varta_agent_cb report,
		       void *context);

/* lanes.c */
void varta_slot_look_at_lanes(struct varta_tracker *tracker,
			      struct varta_slot *slot, u64 now);
void varta_slot_expect_lanes(struct varta_tracker *tracker,
			     struct varta_slot *slot, u64 now);
u64 varta_slot_lanes_due(const struct varta_tracker *tracker,
			 const struct varta_slot *slot);
u64 varta_slot_lanes_early(const struct varta_tracker *tracker,
			   const struct varta_slot *slot, u64 now);
bool varta_slot_show_lane(const struct varta_tracker *tracker,
			  const struct varta_slot *slot, u64 now,
			  struct varta_lane_info *info);
bool varta_slot_has_lanes(const struct varta_tracker *tracker,
			  const struct varta_slot *slot);
void varta_slot_close_sent_lanes(struct varta_tracker *tracker,
				 const struct varta_slot *slot);
void varta_slot_drop_sent_lanes(struct varta_tracker *tracker,
				struct varta_slot *slot);
void varta_lanes_count(struct varta_tracker *tracker,
		       const struct varta_slot *slot, int lanes);
void varta_lanes_inherit(struct varta_lane_set *set,
			 const struct varta_lane_set *old);

/* exit.c */
void varta_slot_accept_exit(struct varta_tracker *tracker,
			    struct varta_slot *slot);
void varta_slot_drop_exit(struct varta_tracker *tracker,
			  struct varta_slot *slot);

/* evict.c */
void varta_tracker_reuse_victim(struct varta_tracker *tracker,
				struct varta_record *record);
void varta_tracker_evict(struct varta_tracker *tracker,
			 struct varta_record *record);

static inline void varta_tracker_count(struct varta_tracker *tracker,
				       enum varta_counter which)
{
	varta_count(tracker->config.counters, which);
}

static inline void varta_tracker_put_proc(struct varta_tracker *tracker,
					  struct varta_proc *proc)
{
	if (proc)
		tracker->config.ops->put_proc(proc);
}

static inline u64 varta_agent_key(const struct varta_agent_id *id)
{
	return varta_key(id->source, id->pid);
}

static inline u32 varta_slot_nr(const struct varta_tracker *tracker,
				const struct varta_slot *slot)
{
	return slot - tracker->slots;
}

/* For whatever depends on &varta_slot.exited. */
static inline void varta_slot_lock(struct varta_tracker *tracker,
				   struct varta_slot *slot)
{
	spin_lock(&slot->lock);
	/* Acquire: pairs with defer_exit(). */
	if (smp_load_acquire(&slot->exit_state) == VARTA_EXIT_DEFERRED)
		varta_slot_accept_exit(tracker, slot);
}

/* The time of an event. Times never decrease, though callers may be delayed. */
static inline u64 varta_tracker_event_time(struct varta_tracker *tracker,
					   u64 now)
{
	lockdep_assert_held(&tracker->event_lock);

	now = max(now, tracker->last_event_ns);
	tracker->last_event_ns = now;
	return now;
}

/* Needs the slot's lock or the tracker's. */
static inline bool varta_slot_has_key(const struct varta_slot *slot, u64 key)
{
	return slot->pid && varta_key(slot->source, slot->pid) == key;
}

/* Users cannot choose which others have the same. */
static inline u32 varta_flow_hash(const struct varta_tracker *tracker,
				  u32 flow_key)
{
	return hash_32(flow_key ^ tracker->flow_seed, VARTA_FLOW_LOCK_BITS);
}

static inline struct rt_mutex *
varta_tracker_flow_lock(struct varta_tracker *tracker, u32 flow_key)
{
	return &tracker->flow_locks[varta_flow_hash(tracker, flow_key)];
}

/*
 * Tasks that spin are as many as the processors, and each has its turn. On a
 * real-time kernel they sleep: then one of each user waits at a time.
 */
static inline void varta_tracker_lock_for_request(struct varta_tracker *tracker,
						  u32 flow_key)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		rt_mutex_lock(varta_tracker_flow_lock(tracker, flow_key));
		rt_mutex_lock(&tracker->request_lock);
	}
	spin_lock(&tracker->lock);
}

static inline void
varta_tracker_unlock_for_request(struct varta_tracker *tracker, u32 flow_key)
{
	spin_unlock(&tracker->lock);
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		rt_mutex_unlock(&tracker->request_lock);
		rt_mutex_unlock(varta_tracker_flow_lock(tracker, flow_key));
	}
}

/*
 * Without tracker->lock, the slot may be free or another agent's by now: check
 * varta_slot_has_key() under its lock.
 */
static inline struct varta_slot *
varta_tracker_find_slot(struct varta_tracker *tracker, u64 key)
{
	u32 nr = varta_pid_index_get(&tracker->index, key);

	return nr < tracker->config.capacity ? &tracker->slots[nr] : NULL;
}

static inline u64 varta_silence(u64 last_ns, u64 now)
{
	return now > last_ns ? now - last_ns : 0;
}

static inline u64 varta_slot_threshold(const struct varta_slot *slot,
				       u64 threshold)
{
	u32 own_ms = READ_ONCE(slot->threshold_ms);

	return own_ms ? (u64)own_ms * NSEC_PER_MSEC : threshold;
}

static inline u64 varta_slot_silent_since(const struct varta_tracker *tracker,
					  const struct varta_slot *slot)
{
	return max(varta_load64(&slot->last_ns),
		   varta_load64(&tracker->resume_ns));
}

static __always_inline void
varta_slot_update_time(const struct varta_tracker *tracker,
		       struct varta_slot *slot, u64 now)
{
	u64 gap = varta_silence(varta_slot_silent_since(tracker, slot), now) >>
		  VARTA_TIME_SHIFT;

	if (gap > slot->longest_gap)
		slot->longest_gap = min_t(u64, gap, U32_MAX);
	/* A thread delayed since it read the clock must not move time back. */
	varta_store64(&slot->last_ns, max(slot->last_ns, now));
}

static inline u64 varta_slot_deadline(const struct varta_tracker *tracker,
				      const struct varta_slot *slot,
				      u64 threshold)
{
	u64 deadline;

	if (check_add_overflow(varta_slot_silent_since(tracker, slot),
			       varta_slot_threshold(slot, threshold),
			       &deadline))
		return U64_MAX;
	return deadline;
}

/* Whether it is to be reported as late. */
static inline bool varta_slot_may_warn(const struct varta_tracker *tracker,
				       const struct varta_slot *slot)
{
	lockdep_assert_held(&slot->lock);

	return READ_ONCE(tracker->warn_percent) && !slot->late;
}

/* When it is late; U64_MAX if nobody wants to know that. */
static inline u64 varta_slot_warn_time(const struct varta_tracker *tracker,
				       const struct varta_slot *slot,
				       u64 threshold)
{
	u32 percent = READ_ONCE(tracker->warn_percent);
	u64 time;

	if (!percent ||
	    check_add_overflow(varta_slot_silent_since(tracker, slot),
			       div_u64(varta_slot_threshold(slot, threshold),
				       100) * percent, &time))
		return U64_MAX;
	return time;
}

/* Stalled or exited, and so not watched. Read without a lock. */
static inline bool varta_slot_is_over(const struct varta_slot *slot)
{
	/* Of the four, only these two are not 0. */
	return data_race(READ_ONCE(slot->state)) &
	       cpu_to_le32(0xffff0000);
}

/* How long it is silent until it is late, or stalled if nobody wants to know that. */
static inline u64
varta_slot_silence_until_due(const struct varta_tracker *tracker,
			     const struct varta_slot *slot, u64 threshold)
{
	u64 silence = varta_slot_threshold(slot, threshold);
	u32 percent = READ_ONCE(tracker->warn_percent);

	return percent ? div_u64(silence, 100) * percent : silence;
}

static inline u64 varta_due_after(u64 since, u64 silence)
{
	u64 due;

	return check_add_overflow(since, silence, &due) ? U64_MAX : due;
}

/* Of a slot with a page. */
static inline struct varta_mapping *
varta_slot_mapping(const struct varta_tracker *tracker,
		   const struct varta_slot *slot)
{
	lockdep_assert_held(&slot->lock);

	return tracker->mappings[varta_slot_nr(tracker, slot)];
}

static __always_inline struct varta_stored_beat
varta_page_read(const struct varta_beat_page *page)
{
	struct varta_stored_beat stored;

	/* Acquire: the state is that of this nonce, or newer. */
	stored.nonce = varta_load64_acquire(&page->nonce);
	stored.state = varta_load64(&page->state);
	return stored;
}

/* The kernel's time of an agent's; U64_MAX if it has none. */
static inline u64 varta_kernel_time(const struct varta_mapping *mapping,
				    u64 time)
{
	return varta_without_offset(time, mapping->clock_offset);
}

static inline void varta_slot_set_stalled(struct varta_tracker *tracker,
					  struct varta_slot *slot, bool stalled)
{
	if (slot->stalled == stalled)
		return;
	if (slot->has_action && !stalled)
		varta_action_cancel(tracker, slot);
	WRITE_ONCE(slot->stalled, stalled);
	/* Release: a reader that sees the count also sees slot->stalled. */
	if (stalled)
		atomic_inc_return_release(&tracker->stalled_now);
	else
		atomic_dec(&tracker->stalled_now);
}

#endif /* _VARTA_TRACKER_INTERNAL_H */
