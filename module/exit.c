// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of tracked processes. They are noted in atomic context. The exit pass
 * reports them and frees the slots.
 */

#include <linux/lockdep.h>
#include <linux/sched.h>

#include "tracker_internal.h"

static void append(struct varta_tracker *tracker, struct varta_slot_list *list,
		   struct varta_slot *slot)
{
	u32 nr = varta_slot_nr(tracker, slot);

	slot->next = VARTA_NO_SLOT;
	if (list->first == VARTA_NO_SLOT)
		list->first = nr;
	else
		tracker->slots[list->last].next = nr;
	list->last = nr;
}

static struct varta_slot *remove_first(struct varta_tracker *tracker,
				       struct varta_slot_list *list)
{
	struct varta_slot *slot;

	if (list->first == VARTA_NO_SLOT)
		return NULL;
	slot = &tracker->slots[list->first];
	list->first = slot->next;
	return slot;
}

/*
 * Times of exits never decrease along the list, and an exit is never before a
 * stall of the same agent: @now may be older, since the caller may have been
 * delayed after it read the clock.
 */
static void queue_exit(struct varta_tracker *tracker, struct varta_slot *slot,
		       u64 now)
{
	lockdep_assert_held(&slot->lock);

	spin_lock(&tracker->exit_lock);
	now = max3(now, tracker->last_exit_ns,
		   READ_ONCE(tracker->last_stall_ns));
	tracker->last_exit_ns = now;
	slot->exit_ns = now;
	append(tracker, &tracker->exits, slot);
	spin_unlock(&tracker->exit_lock);
}

/**
 * varta_tracker_note_exit() - note that the process of an agent has exited
 * @tracker: the tracker
 * @id: identity of the agent; ignored unless its slot has this process reference
 * @exit_code: in the format of wait(2)
 * @now: time in nanoseconds, monotonic
 *
 * Context: any but interrupts; does not sleep.
 * Return: whether the agent is tracked: varta_tracker_exit_pass() has to follow.
 */
bool varta_tracker_note_exit(struct varta_tracker *tracker,
			     const struct varta_agent_id *id, u32 exit_code,
			     u64 now)
{
	u64 key = varta_agent_key(id);
	struct varta_slot *slot = varta_tracker_find_slot(tracker, key);
	bool tracked;

	if (!slot)
		return false;
	spin_lock(&slot->lock);
	tracked = varta_slot_has_key(slot, key) && slot->proc == id->proc;
	if (tracked && !slot->exited) {
		WRITE_ONCE(slot->exited, true);
		slot->exit_code = exit_code;
		queue_exit(tracker, slot, now);
	}
	spin_unlock(&slot->lock);
	return tracked;
}

static struct varta_slot *next_exit(struct varta_tracker *tracker)
{
	struct varta_slot *slot;

	spin_lock(&tracker->exit_lock);
	slot = remove_first(tracker, &tracker->exits);
	spin_unlock(&tracker->exit_lock);
	return slot;
}

/* Returns whether to go on with the next slot. */
static bool report_exit(struct varta_tracker *tracker, struct varta_slot *slot,
			varta_agent_cb report, void *context)
{
	struct varta_agent_info agent;
	struct varta_proc *old_proc;
	bool go_on;

	rt_mutex_lock(&tracker->lock);
	spin_lock(&slot->lock);
	varta_tracker_count(tracker, VARTA_COUNT_EXITS);
	varta_slot_to_agent(slot, &agent);
	go_on = report(context, &agent);
	old_proc = varta_slot_free(tracker, slot);
	spin_unlock(&slot->lock);
	rt_mutex_unlock(&tracker->lock);
	varta_tracker_put_proc(tracker, old_proc);
	return go_on;
}

/**
 * varta_tracker_exit_pass() - report noted exits and free their slots
 * @tracker: the tracker
 * @report: called for each, the first exit first; false ends the pass after
 *	that agent
 * @context: passed to @report
 *
 * Context: process, may sleep; one caller at a time.
 * Return: whether there may be more exits.
 */
bool varta_tracker_exit_pass(struct varta_tracker *tracker,
			     varta_agent_cb report, void *context)
{
	struct varta_slot *slot;

	while ((slot = next_exit(tracker))) {
		cond_resched();
		if (!report_exit(tracker, slot, report, context))
			return READ_ONCE(tracker->exits.first) != VARTA_NO_SLOT;
	}
	return false;
}
