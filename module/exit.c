// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of tracked processes. They are noted in atomic context. The exit pass
 * reports them and frees the slots.
 */

#include <linux/sched.h>

#include "tracker_internal.h"

/**
 * varta_tracker_note_exit() - note that the process of an agent has exited
 * @tracker: the tracker
 * @id: identity of the agent; its slot must have the same process reference
 * @exit_code: in the format of wait(2)
 *
 * Context: any but interrupts; does not sleep.
 * Return: whether there is an exit for varta_tracker_exit_pass().
 */
bool varta_tracker_note_exit(struct varta_tracker *tracker,
			     const struct varta_agent_id *id, u32 exit_code)
{
	u64 key = varta_agent_key(id);
	struct varta_slot *slot = varta_tracker_find_slot(tracker, key);
	bool tracked;

	if (!slot)
		return false;
	spin_lock(&slot->lock);
	tracked = varta_slot_has_key(slot, key) && slot->proc == id->proc;
	if (tracked) {
		slot->exited = true;
		slot->exit_code = exit_code;
		/* A queued slot may be restarted, and its new process exit. */
		if (!slot->exit_queued) {
			slot->exit_queued = true;
			llist_add(&slot->exit_node, &tracker->exits);
		}
	}
	spin_unlock(&slot->lock);
	return tracked;
}

/* Returns whether to go on with the next slot. */
static bool report_exit(struct varta_tracker *tracker, struct varta_slot *slot,
			varta_agent_cb report, void *context)
{
	struct varta_agent_info agent;
	struct varta_proc *old_proc = NULL;
	bool go_on = true;

	rt_mutex_lock(&tracker->lock);
	spin_lock(&slot->lock);
	slot->exit_queued = false;
	if (slot->pid && slot->exited) {
		varta_tracker_count(tracker, VARTA_COUNT_EXITS);
		varta_slot_to_agent(slot, &agent);
		go_on = report(context, &agent);
		old_proc = varta_slot_free(tracker, slot);
	}
	spin_unlock(&slot->lock);
	rt_mutex_unlock(&tracker->lock);
	varta_tracker_put_proc(tracker, old_proc);
	return go_on;
}

/**
 * varta_tracker_exit_pass() - report noted exits and free their slots
 * @tracker: the tracker
 * @report: called for each; false ends the pass after that agent
 * @context: passed to @report
 *
 * Context: process, may sleep; one caller at a time.
 * Return: whether there are more exits.
 */
bool varta_tracker_exit_pass(struct varta_tracker *tracker,
			     varta_agent_cb report, void *context)
{
	struct llist_node *node;

	while ((node = llist_del_first(&tracker->exits))) {
		struct varta_slot *slot =
			llist_entry(node, struct varta_slot, exit_node);

		cond_resched();
		if (!report_exit(tracker, slot, report, context))
			return !llist_empty(&tracker->exits);
	}
	return false;
}
