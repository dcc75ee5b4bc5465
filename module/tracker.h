/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracker (the "ledger" of Documentation/tracker-semantics.md, to which
 * section numbers refer): one slot for each agent. It knows nothing of netlink,
 * sysfs, clocks or the current process. Times are CLOCK_MONOTONIC, in ns.
 */
#ifndef _VARTA_TRACKER_H
#define _VARTA_TRACKER_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/rtmutex.h>
#include <linux/spinlock_types.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "action.h"
#include "agent.h"
#include "beat_page.h"
#include "counters.h"
#include "pid_index.h"
#include "wheel.h"

enum varta_tracker_limits {
	VARTA_EVICTION_FACTOR	= 10,	/* thresholds that a victim was silent */
	/* A nonce this close to U64_MAX may wrap to one this close to 0. */
	VARTA_NONCE_WRAP	= 1 << 20,
	VARTA_STALL_BATCH	= 48,
	/* Beats in the page of an old program, the last of which gives it up. */
	VARTA_EXEC_LOOKS	= 16,
	VARTA_SOURCE_BATCH	= 1024,
	VARTA_STALL_RETRY_MIN_NS = 10 * NSEC_PER_MSEC,
	VARTA_STALL_RETRY_MAX_NS = NSEC_PER_SEC,
	/*
	 * The least time between looks at the lanes of an agent, and what each
	 * lane of its user adds up to. So the work for the lanes of a user is
	 * bounded, however many there are.
	 */
	VARTA_LANE_LOOK_NS	= 4 * NSEC_PER_MSEC,
	VARTA_LANE_EACH_NS	= 400,
	VARTA_LANE_THRESHOLD_MIN_NS = 10 * NSEC_PER_MSEC,
	/* A lane that is overdue is looked at as often, or more. */
	VARTA_LANE_RECOVER_NS	= NSEC_PER_SEC,
};

struct varta_slot;

/* As in struct varta_agent_id; pid is 0 for no agent. */
struct varta_evicted {
	u32 pid;
	u32 source;
	u64 ns_inode;
};

/**
 * struct varta_tracker_ops - what the tracker needs from its owner
 * @get_proc: take a reference to a process, for a slot
 * @put_proc: put it; no slot is locked
 * @proc_state: what became of the process of an agent
 * @sample: sample why an agent stalls, without a lock; NULL if nothing is known
 * @sample_again: the same for an agent that is still stalled; this and the next
 *	two may be NULL if no beat asks for an action
 * @look_at_threads: whether the threads of an agent's process are starved, for
 *	an agent for which another process beats; may be NULL
 * @may_signal: whether the process of an agent is still what it was when an
 *	action was asked for, without a lock
 * @signal: send a signal to a process, without a lock
 * @try_charge: charge an agent to its user and network namespace; false if the
 *	user is over quota. NULL, like the next three, if there are no quotas.
 * @uncharge: undo @try_charge
 * @transfer_charge: charge @id in place of @old; false, with nothing changed,
 *	if the user is over quota; never if both have the same user
 * @end_transfer: put what @old still holds after @transfer_charge
 * @kick: there is an earlier deadline than varta_tracker_next_deadline()
 *	returned last; may be NULL
 * @event: an event other than a stall or exit; may be NULL
 * @lane_event: a lane has stalled or recovered; false if there is no room for
 *	the event, which then comes again. May be NULL
 * @find_thread: of @lane.tid, the number in a process's own pid namespace, make
 *	that in the initial one, and set the name; false if the process has no
 *	such thread; may be NULL
 * @put_mapping: put a mapping; NULL if there is no varta_tracker_map()
 * @has_executed: whether a process runs another program by now than that of
 *	@exec_id; may be NULL
 * @clock: the time, for agents with a page or lanes that are shown; may be NULL
 * Context: called with a slot locked, except @put_proc; must not sleep.
 */
struct varta_tracker_ops {
	void (*get_proc)(struct varta_proc *proc);
	void (*put_proc)(struct varta_proc *proc);
	enum varta_proc_state (*proc_state)(const struct varta_agent_id *id);
	void (*sample)(const struct varta_agent_info *agent, u64 now,
		       struct varta_stall_info *info);
	void (*sample_again)(const struct varta_agent_info *agent, u64 now,
			     struct varta_stall_info *info);
	enum varta_threads_answer
	(*look_at_threads)(const struct varta_agent_info *agent, u64 now,
			   bool main_starved,
			   struct varta_stall_threads *threads);
	bool (*may_signal)(const struct varta_agent_info *agent,
			   const struct varta_action_target *target);
	void (*signal)(struct varta_proc *proc, int signal);
	bool (*try_charge)(const struct varta_agent_id *id);
	void (*uncharge)(const struct varta_agent_id *id);
	bool (*transfer_charge)(const struct varta_agent_id *old,
				const struct varta_agent_id *id);
	void (*end_transfer)(const struct varta_agent_id *old);
	void (*kick)(void);
	void (*event)(const struct varta_event_info *event);
	bool (*lane_event)(const struct varta_event_info *event);
	bool (*find_thread)(const struct varta_proc *proc,
			    struct varta_lane_info *lane);
	void (*put_mapping)(struct varta_mapping *mapping);
	bool (*has_executed)(const struct varta_proc *proc, u64 exec_id);
	u64 (*clock)(void);
};

struct varta_tracker_config {
	const struct varta_tracker_ops *ops;
	struct varta_counters *counters;
	u32 capacity;			/* in slots, up to VARTA_CAPACITY_MAX */
	u32 eviction_scan_window;	/* in slots, clamped to the same */
	enum varta_eviction_policy eviction_policy;
	bool origin_takeover;		/* by a stronger origin */
	bool key_by_ns_pid;		/* &varta_agent_id.pid is its ns_pid */
	bool defer_exits;		/* for PREEMPT_RT; see exit.c */
};

/* Linked by &varta_slot.next, up to VARTA_NO_SLOT. */
struct varta_slot_list {
	u32 first;
	u32 last;
};

#define VARTA_FLOW_LOCK_BITS	8

/* Private to the files that include tracker_internal.h, which has the locking. */
struct varta_tracker {
	struct varta_tracker_config config;	/* never changes */
	struct varta_slot *slots;
	struct varta_pid_index index;	/* read without a lock */
	/* By slot number, NULL until it is needed. Entries: the slot's lock. */
	struct varta_mapping **mappings;
	struct varta_sent_lanes **sent_lanes;	/* the same */
	/* Of the agents of a flow, by its hash. */
	atomic_t lanes[1 << VARTA_FLOW_LOCK_BITS];

	struct varta_actions actions;

	/* By slot number. Changed under the slot's lock, but for stall_pass.c. */
	struct varta_wheel wheel ____cacheline_aligned_in_smp;

	/*
	 * On real-time kernels, where spinlocks sleep. Of each user, at most one
	 * request waits for @request_lock, and of all at most one for @lock:
	 * neither other users nor reports of exits must wait for all threads of
	 * a user. By a hash of the flow, which users cannot choose.
	 */
	struct rt_mutex flow_locks[1 << VARTA_FLOW_LOCK_BITS];
	u32 flow_seed;
	struct rt_mutex request_lock;
	/*
	 * A spinlock, because a task that sleeps with it, or whose turn it is,
	 * might not run for long: its priority is the user's choice.
	 */
	spinlock_t lock ____cacheline_aligned_in_smp;
	u32 free_slot;			/* first of the free slots */
	u32 eviction_cursor;		/* lockless */
	struct varta_evicted last_evicted;	/* since the last take */
	u32 slots_used;			/* ever, from number 0 on */
	u32 tracked;
	u8 *group_tracked;		/* of each group of the wheel */
	atomic_t stalled_now;		/* changed under the slot's lock */
	raw_spinlock_t event_lock;	/* innermost; protects the next three */
	struct varta_slot_list exits;	/* noted and not taken, by time */
	struct varta_deferred_exit *deferred; /* by slot, NULL unless defer_exits */
	u64 last_event_ns;
	aligned_u64 resume_ns;		/* silence before does not count */
	u32 warn_percent;		/* of the threshold; 0 for no warning */
	u32 repeated;			/* beats that the stall pass is to count */
};

size_t varta_tracker_bytes(const struct varta_tracker_config *config);
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
			       const struct varta_proc *proc, u32 timens,
			       u64 now);
enum varta_record_result varta_tracker_record(struct varta_tracker *tracker,
					      const struct varta_beat_info *beat,
					      const struct varta_agent_id *id,
					      u64 now, u64 threshold,
					      bool *started);

/* stall_pass.c */
bool varta_tracker_stall_pass(struct varta_tracker *tracker, u64 now,
			      u64 threshold, u32 max_reports,
			      varta_agent_cb report, void *context);
u64 varta_tracker_next_deadline(struct varta_tracker *tracker);

/* expire.c */
bool varta_tracker_report_again(struct varta_tracker *tracker, u32 source,
				u32 *cursor, u64 now, varta_agent_cb report,
				void *context);
bool varta_tracker_rescan(struct varta_tracker *tracker, u32 *cursor,
			  u64 threshold);
void varta_tracker_resume(struct varta_tracker *tracker, u64 now);
void varta_tracker_set_warn_percent(struct varta_tracker *tracker, u32 percent);

/* mapped.c */
int varta_tracker_reserve_mappings(struct varta_tracker *tracker);
bool varta_tracker_map(struct varta_tracker *tracker,
		       const struct varta_agent_id *id,
		       struct varta_mapping *mapping);

/* lanes.c */
int varta_tracker_reserve_lanes(struct varta_tracker *tracker);
enum varta_lane_result varta_tracker_beat_lane(struct varta_tracker *tracker,
					       const struct varta_agent_id *id,
					       const struct varta_lane_beat *beat,
					       u64 now);

/* exit.c */
bool varta_tracker_note_exit(struct varta_tracker *tracker,
			     const struct varta_agent_id *id, u32 exit_code,
			     bool oom_killed, u64 now);
void varta_tracker_take_exits(struct varta_tracker *tracker,
			      struct varta_slot_list *(*list_of)(u32 flow_key));
u64 varta_tracker_exit_time(const struct varta_tracker *tracker,
			    const struct varta_slot_list *exits);
bool varta_tracker_report_exit(struct varta_tracker *tracker,
			       struct varta_slot_list *exits,
			       varta_agent_cb report, void *context);

#endif /* _VARTA_TRACKER_H */
