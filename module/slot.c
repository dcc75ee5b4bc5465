// SPDX-License-Identifier: GPL-2.0-only

#include <linux/align.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "tracker_internal.h"

/* Limits the memory of each agent. Lock debugging needs more. */
static_assert(sizeof(spinlock_t) > 4 ||
	      sizeof(struct varta_slot) <= ALIGN(192, SMP_CACHE_BYTES));
/* The rest is not used on the fast path. */
static_assert(sizeof(spinlock_t) > 4 ||
	      offsetof(struct varta_slot, uid) <= 128);

/* Returns false if the exit is noted and the event may not be @after_exit. */
bool varta_slot_event_time(struct varta_tracker *tracker,
			   const struct varta_slot *slot, bool after_exit,
			   u64 now, u64 *time)
{
	bool allowed;

	raw_spin_lock(&tracker->event_lock);
	allowed = after_exit || !slot->exit_state;
	if (allowed)
		*time = varta_tracker_event_time(tracker, now);
	raw_spin_unlock(&tracker->event_lock);
	return allowed;
}

/* The slot is locked. Takes and puts no references. */
void varta_slot_set_proc(struct varta_tracker *tracker, struct varta_slot *slot,
			 struct varta_proc *proc)
{
	if (!tracker->deferred) {
		slot->proc = proc;
		return;
	}
	raw_spin_lock(&tracker->event_lock);
	if (slot->proc != proc)
		varta_slot_drop_exit(tracker, slot);
	slot->proc = proc;
	raw_spin_unlock(&tracker->event_lock);
}

/* The slot is locked and not free. Takes no references. */
void varta_slot_to_agent(const struct varta_tracker *tracker,
			 const struct varta_slot *slot,
			 struct varta_agent_info *agent)
{
	bool exited = READ_ONCE(slot->exit_state) > VARTA_EXIT_DEFERRED;

	*agent = (struct varta_agent_info) {
		.id.proc	= slot->proc,
		.id.ns_inode	= slot->ns_inode,
		.id.netns	= slot->netns,
		.id.source	= slot->source,
		.id.pid		= slot->pid,
		.id.ns_pid	= slot->ns_pid,
		.id.uid		= slot->uid,
		.id.flow_key	= slot->flow_key,
		.id.start_ns	= slot->start_ns,
		.id.cgroup_id	= slot->cgroup_id,
		.id.origin	= slot->origin,
		.slot		= varta_slot_nr(tracker, slot),
		.last_ns	= slot->last_ns,
		.nonce		= slot->last_is_terminal ?
				  VARTA_TERMINAL_NONCE : slot->regular_nonce,
		.exit_ns	= exited ? slot->event_ns : 0,
		.stall_ns	= slot->stalled && !exited ? slot->event_ns : 0,
		.first_ns	= (u64)slot->first << VARTA_TIME_SHIFT,
		.longest_gap_ns	= (u64)slot->longest_gap << VARTA_TIME_SHIFT,
		.beats		= slot->beats,
		.stalls		= slot->stalls,
		.usage.tid	= slot->tid,
		.payload	= slot->payload,
		.threshold_ms	= slot->threshold_ms,
		.exit_code	= exited ? slot->exit_code : 0,
		.status		= slot->status,
		.stalled	= slot->stalled,
		.exited		= exited,
		.oom_killed	= exited && slot->oom_killed,
		.reason		= slot->stalled ? slot->reason :
				  VARTA_STALL_REASON_UNKNOWN,
		.foreign_thread	= slot->foreign_thread,
		.unmetered	= slot->unmetered,
	};
	if (!slot->exit_state)
		agent->usage = slot->usage;
	if (slot->has_action)
		varta_action_describe(tracker, slot, agent);
	memcpy(agent->name, slot->name, sizeof(agent->name));
	memcpy(agent->thread_name, slot->thread_name,
	       sizeof(agent->thread_name));
	/* The thread may have been renamed while it was copied. */
	agent->thread_name[sizeof(agent->thread_name) - 1] = '\0';
}

/* As varta_slot_to_agent(). Holds the process until the caller puts it. */
void varta_slot_hold(const struct varta_tracker *tracker,
		     const struct varta_slot *slot,
		     struct varta_agent_info *agent)
{
	varta_slot_to_agent(tracker, slot, agent);
	if (agent->id.proc)
		tracker->config.ops->get_proc(agent->id.proc);
}

/* Sets time and agent of @event. */
void varta_slot_report(struct varta_tracker *tracker,
		       const struct varta_slot *slot,
		       struct varta_event_info *event, u64 now)
{
	bool after_exit = event->kind != VARTA_EVENT_KIND_RECOVER &&
			  event->kind != VARTA_EVENT_KIND_STATUS &&
			  event->kind != VARTA_EVENT_KIND_ACTION;

	lockdep_assert_held(&slot->lock);

	if (!tracker->config.ops->event ||
	    !varta_slot_event_time(tracker, slot, after_exit, now,
				   &event->time_ns))
		return;
	varta_slot_to_agent(tracker, slot, &event->agent);
	tracker->config.ops->event(event);
}

void varta_slot_goodbye(struct varta_tracker *tracker,
			const struct varta_slot *slot,
			enum varta_goodbye_cause cause, u64 now)
{
	struct varta_event_info event = {
		.kind	= VARTA_EVENT_KIND_GOODBYE,
		.cause	= cause,
	};

	varta_slot_report(tracker, slot, &event, now);
}

void varta_slot_arm_at(struct varta_tracker *tracker,
		       const struct varta_slot *slot, u64 time)
{
	lockdep_assert_held(&slot->lock);

	if (varta_wheel_arm(&tracker->wheel, varta_slot_nr(tracker, slot),
			    time) &&
	    tracker->config.ops->kick)
		tracker->config.ops->kick();
}

/* The fast path does not arm: the stall pass arms the slots that expire early. */
void varta_slot_arm(struct varta_tracker *tracker, struct varta_slot *slot,
		    u64 threshold)
{
	u64 deadline = varta_slot_deadline(tracker, slot, threshold);

	lockdep_assert_held(&slot->lock);

	if (varta_slot_may_warn(tracker, slot))
		deadline = min(deadline,
			       varta_slot_warn_time(tracker, slot, threshold));
	deadline = min(deadline, varta_slot_lanes_due(tracker, slot));
	varta_slot_arm_at(tracker, slot, deadline);
}

void varta_slot_uncharge(struct varta_tracker *tracker,
			 const struct varta_slot *slot)
{
	struct varta_agent_info agent;

	if (!tracker->config.ops->uncharge)
		return;
	varta_slot_to_agent(tracker, slot, &agent);
	tracker->config.ops->uncharge(&agent.id);
}

/* @cause: of a goodbye to report, or NULL. Over quota, returns false. */
bool varta_slot_transfer_charge(struct varta_tracker *tracker,
				const struct varta_slot *slot,
				const struct varta_record *record,
				const enum varta_goodbye_cause *cause)
{
	const struct varta_tracker_ops *ops = tracker->config.ops;
	struct varta_agent_info old;

	varta_slot_to_agent(tracker, slot, &old);
	if (ops->transfer_charge && !ops->transfer_charge(&old.id, record->id))
		return false;
	if (cause)
		varta_slot_goodbye(tracker, slot, *cause, record->now);
	if (ops->end_transfer)
		ops->end_transfer(&old.id);
	return true;
}

/* Nothing is watched without need: the timer of an empty group is disarmed. */
static void leave_group(struct varta_tracker *tracker,
			const struct varta_slot *slot)
{
	u32 nr = varta_slot_nr(tracker, slot);

	lockdep_assert_held(&tracker->lock);

	if (!--tracker->group_tracked[nr / VARTA_WHEEL_GROUP])
		varta_wheel_disarm(&tracker->wheel,
				   varta_wheel_group_timer(&tracker->wheel, nr));
}

/* Returns the process reference, to be put once no lock is held. */
struct varta_proc *varta_slot_free(struct varta_tracker *tracker,
				   struct varta_slot *slot)
{
	struct varta_proc *old_proc = slot->proc;

	lockdep_assert_held(&tracker->lock);
	lockdep_assert_held(&slot->lock);

	if (slot->exit_state != VARTA_EXIT_DETACHED &&
	    !varta_pid_index_remove(&tracker->index,
				    varta_key(slot->source, slot->pid)))
		varta_tracker_count(tracker, VARTA_COUNT_INVARIANT_VIOLATIONS);
	varta_slot_uncharge(tracker, slot);
	varta_slot_unmap(tracker, slot);
	varta_slot_drop_sent_lanes(tracker, slot);
	/* Before disarming: see disarm_if_freed(). */
	WRITE_ONCE(slot->pid, 0);
	varta_wheel_disarm(&tracker->wheel, varta_slot_nr(tracker, slot));
	leave_group(tracker, slot);
	varta_slot_set_stalled(tracker, slot, false);
	varta_action_drop(tracker, slot);
	varta_slot_set_proc(tracker, slot, NULL);
	WRITE_ONCE(slot->exit_state, VARTA_EXIT_NONE);
	slot->event_ns = 0;
	slot->next = tracker->free_slot;
	tracker->free_slot = varta_slot_nr(tracker, slot);
	WRITE_ONCE(tracker->tracked, tracker->tracked - 1);
	return old_proc;
}
