/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Actions: the signal that an agent asked for on a stall, and SIGKILL some time
 * later. Part of the tracker. Documentation/hang-to-restart.md has the rules.
 */
#ifndef _VARTA_ACTION_H
#define _VARTA_ACTION_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/spinlock_types.h>
#include <linux/time64.h>
#include <linux/timerqueue.h>
#include <linux/types.h>
#include <uapi/linux/varta.h>

#include "agent.h"
#include "stall_reason.h"

enum varta_action_limits {
	VARTA_SIGNAL_MAX	= 64,
	VARTA_KILL_AFTER_MIN_MS	= 10,
	VARTA_KILL_AFTER_MAX_MS	= 86400000,
	VARTA_DUMP_FACTOR	= 10,	/* kill-after-ms that a core may take */
	VARTA_ACTIONS_PER_MINUTE_MAX = 1000,
	VARTA_ACTION_BATCH	= 16,
	VARTA_ACTION_POLL_NS	= NSEC_PER_SEC / 2,
	/* More for each that waits, so that there are 4000 looks a second. */
	VARTA_ACTION_POLL_EACH_NS = NSEC_PER_SEC / 4000,
};

struct pid;
struct varta_agent_info;
struct varta_proc;
struct varta_slot;
struct varta_tracker;

/* Which process may be signalled, for varta_tracker_ops::may_signal(). */
struct varta_action_target {
	u64 exec_id;		/* of the program that it ran when asked for */
	u32 uid;		/* its real user then */
	bool foreign;		/* a descendant asked */
};

/* What a beat asks for. */
struct varta_action_request {
	u32 signal;		/* 0 for none */
	u32 kill_after_ms;	/* 0 for never */
	bool even_if_starved;
	struct varta_action_target target;
	struct varta_action *spare;	/* taken if it is needed */
};

/* What the administrator allows. */
struct varta_action_policy {
	bool enabled;
	u32 per_minute;		/* up to VARTA_ACTIONS_PER_MINUTE_MAX */
};

enum varta_action_phase {
	VARTA_ACTION_SIGNAL,	/* what the agent asked for */
	VARTA_ACTION_KILL,
	VARTA_ACTION_PHASES,
};

/* &timer under varta_actions::lock; the rest under its slot's lock. */
struct varta_action {
	struct hlist_node node;		/* in varta_actions::buckets */
	struct rcu_head rcu;
	struct timerqueue_node timer;	/* queued only while the agent stalls */
	struct varta_action_target target;
	struct varta_usage main_usage;	/* at a beat of another process */
	struct varta_stall_threads threads;	/* of the last look */
	u64 armed_ns;			/* when it was last queued */
	u64 dump_ns;			/* when it was first seen to dump */
	u32 slot;			/* its number */
	u32 kill_after_ms;
	u16 reported[VARTA_ACTION_PHASES]; /* bits of enum varta_withheld */
	u8 signal;
	u8 phase;			/* enum varta_action_phase */
	u8 withheld;			/* enum varta_withheld */
	bool even_if_starved;
};

/* Signals sent, to keep the limit. */
struct varta_action_log {
	struct {
		u64 time_ns;
		u32 flow_key;
	} sent[VARTA_ACTIONS_PER_MINUTE_MAX];	/* a ring */
	u32 next;
	u32 used;
};

struct varta_actions {
	/* Readers find the action of a locked slot by RCU. */
	struct hlist_head *buckets;
	u32 mask;
	spinlock_t lock;	/* taken inside a slot's lock */
	struct timerqueue_head timers;
	u32 queued;
	struct varta_action_log log;	/* only the stall thread */
};

/* What is known about an action that is due. */
struct varta_action_view {
	enum varta_stall_reason reason;
	enum varta_action_phase phase;
	enum varta_withheld withheld;	/* when it was last looked at */
	bool undecided;			/* whether it is starved */
	bool enabled;
	bool may_signal;
	bool even_if_starved;
	bool within_limit;
	bool dump_overdue;
};

enum varta_action_step {
	VARTA_ACTION_SEND,
	VARTA_ACTION_WITHHOLD,
	VARTA_ACTION_GIVE_TIME,	/* to beat, now that it can again */
	VARTA_ACTION_LOOK_AGAIN,
	VARTA_ACTION_FORGET,
};

enum varta_action_step varta_action_decide(const struct varta_action_view *view,
					   enum varta_withheld *why);
bool varta_action_within_limit(const struct varta_action_log *log, u32 flow_key,
			       u64 now, u32 per_minute);
void varta_action_note_sent(struct varta_action_log *log, u32 flow_key, u64 now);

struct varta_action *varta_action_alloc(gfp_t gfp);
int varta_actions_init(struct varta_actions *actions, u32 capacity);
void varta_actions_destroy(struct varta_actions *actions);
size_t varta_actions_bytes(u32 capacity);

/* All of these need the slot's lock. */
void varta_action_set(struct varta_tracker *tracker, struct varta_slot *slot,
		      struct varta_action_request *request);
void varta_action_note_beat(const struct varta_tracker *tracker,
			    const struct varta_slot *slot,
			    const struct varta_beat_info *beat);
bool varta_action_repeats(const struct varta_tracker *tracker,
			  const struct varta_slot *slot,
			  const struct varta_action_request *request);
void varta_action_begin(struct varta_tracker *tracker, struct varta_slot *slot,
			u64 now);
void varta_action_cancel(struct varta_tracker *tracker, struct varta_slot *slot);
void varta_action_drop(struct varta_tracker *tracker, struct varta_slot *slot);
void varta_action_describe(const struct varta_tracker *tracker,
			   const struct varta_slot *slot,
			   struct varta_agent_info *agent);

u64 varta_tracker_next_action(struct varta_tracker *tracker);
bool varta_tracker_action_pass(struct varta_tracker *tracker, u64 now,
			       u64 threshold,
			       const struct varta_action_policy *policy);

/* action_target.c */
bool varta_target_read(struct varta_action_target *target, struct pid *pid);
bool varta_target_may_signal(const struct varta_agent_info *agent,
			     const struct varta_action_target *target);
void varta_target_signal(struct varta_proc *proc, int signal);

#endif /* _VARTA_ACTION_H */
