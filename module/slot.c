// SPDX-License-Identifier: GPL-2.0-only
/* Operations on a slot: copy, arm, charge, free. */

#include <linux/align.h>
#include <linux/lockdep.h>
#include <linux/string.h>

#include "tracker_internal.h"

/* Limits the memory of each agent. Lock debugging needs more. */
static_assert(sizeof(spinlock_t) > 4 ||
	      sizeof(struct varta_slot) <= ALIGN(128, SMP_CACHE_BYTES));

/* The slot is locked and not free. Takes no references. */
void varta_slot_to_agent(const struct varta_slot *slot,
			 struct varta_agent_info *agent)
{
	*agent = (struct varta_agent_info) {
		.id.proc	= slot->proc,
		.id.ns_inode	= slot->ns_inode,
		.id.netns	= slot->netns,
		.id.source	= slot->source,
		.id.pid		= slot->pid,
		.id.ns_pid	= slot->ns_pid,
		.id.uid		= slot->uid,
		.id.flow	= slot->flow,
		.id.origin	= slot->origin,
		.last_ns	= slot->last_ns,
		.nonce		= slot->nonce,
		.exit_ns	= slot->exit_ns,
		.payload	= slot->payload,
		.threshold_ms	= slot->threshold_ms,
		.exit_code	= slot->exit_code,
		.status		= slot->status,
		.stalled	= slot->stalled,
		.exited		= slot->exited,
	};
	memcpy(agent->name, slot->name, sizeof(agent->name));
}

/*
 * Arms a locked slot for its deadline. A beat on the fast path does not: when
 * the wheel expires the slot, the stall pass arms it for its new deadline.
 */
void varta_slot_arm(struct varta_tracker *tracker, struct varta_slot *slot,
		    u64 threshold)
{
	lockdep_assert_held(&slot->lock);

	if (varta_wheel_arm(&tracker->wheel, varta_slot_nr(tracker, slot),
			    varta_slot_deadline(tracker, slot, threshold)) &&
	    tracker->config.ops->kick)
		tracker->config.ops->kick();
}

void varta_slot_uncharge(struct varta_tracker *tracker,
			 const struct varta_slot *slot)
{
	struct varta_agent_info agent;

	if (!tracker->config.ops->uncharge)
		return;
	varta_slot_to_agent(slot, &agent);
	tracker->config.ops->uncharge(&agent.id);
}

/* Returns false, with nothing changed, if the user of @id has too many agents. */
bool varta_slot_transfer_charge(struct varta_tracker *tracker,
				const struct varta_slot *slot,
				const struct varta_agent_id *id)
{
	struct varta_agent_info agent;

	varta_slot_to_agent(slot, &agent);
	return !tracker->config.ops->transfer_charge ||
	       tracker->config.ops->transfer_charge(&agent.id, id);
}

/*
 * Needs both locks. Returns the reference that the slot held, to be put once no
 * lock is held.
 */
struct varta_proc *varta_slot_free(struct varta_tracker *tracker,
				   struct varta_slot *slot)
{
	struct varta_proc *old_proc = slot->proc;

	lockdep_assert_held(&tracker->lock);
	lockdep_assert_held(&slot->lock);

	if (slot->exited != VARTA_SLOT_DETACHED &&
	    !varta_pid_index_remove(&tracker->index,
				    varta_key(slot->source, slot->pid)))
		varta_tracker_count(tracker, VARTA_COUNT_INVARIANT_VIOLATIONS);
	varta_slot_uncharge(tracker, slot);
	/* Before disarming: see disarm_freed_slots(). */
	WRITE_ONCE(slot->pid, 0);
	varta_wheel_disarm(&tracker->wheel, varta_slot_nr(tracker, slot));
	varta_slot_set_stalled(tracker, slot, false);
	WRITE_ONCE(slot->exited, 0);
	slot->exit_ns = 0;
	slot->exit_code = 0;
	slot->proc = NULL;
	slot->next = tracker->free_slot;
	tracker->free_slot = varta_slot_nr(tracker, slot);
	WRITE_ONCE(tracker->tracked, tracker->tracked - 1);
	return old_proc;
}
