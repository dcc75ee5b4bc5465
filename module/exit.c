// SPDX-License-Identifier: GPL-2.0-only
/* Exits are noted in atomic context. Reporting one frees the slot. */

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

/* Like varta_tracker_event_time(): times never decrease along the list. */
static void queue_exit(struct varta_tracker *tracker, struct varta_slot *slot,
		       u64 now)
{
	lockdep_assert_held(&slot->lock);

	spin_lock(&tracker->event_lock);
	now = max(now, tracker->last_event_ns);
	tracker->last_event_ns = now;
	slot->event_ns = now;
	append(tracker, &tracker->exits, slot);
	spin_unlock(&tracker->event_lock);
}

/**
 * varta_tracker_note_exit() - note that the process of an agent has exited
 * @tracker: the tracker
 * @id: identity of the agent; ignored unless its slot has this process reference
 * @exit_code: in the format of wait(2)
 * @oom_killed: the OOM killer ended it
 * @now: time in nanoseconds, monotonic
 * Context: any but interrupts; does not sleep.
 * Return: whether the agent is tracked: varta_tracker_take_exits() has to follow.
 */
bool varta_tracker_note_exit(struct varta_tracker *tracker,
			     const struct varta_agent_id *id, u32 exit_code,
			     bool oom_killed, u64 now)
{
	u64 key = varta_agent_key(id);
	struct varta_slot *slot = varta_tracker_find_slot(tracker, key);
	bool tracked;

	if (!slot)
		return false;
	spin_lock(&slot->lock);
	tracked = varta_slot_has_key(slot, key) && slot->proc == id->proc;
	if (tracked && !slot->exit_state) {
		WRITE_ONCE(slot->exit_state, VARTA_EXIT_NOTED);
		slot->exit_code = exit_code;
		slot->oom_killed = oom_killed;
		queue_exit(tracker, slot, now);
	}
	spin_unlock(&slot->lock);
	return tracked;
}

static struct varta_slot *next_exit(struct varta_tracker *tracker)
{
	struct varta_slot *slot;

	spin_lock(&tracker->event_lock);
	slot = remove_first(tracker, &tracker->exits);
	spin_unlock(&tracker->event_lock);
	return slot;
}

/**
 * varta_tracker_take_exits() - sort noted exits into the caller's lists
 * @tracker: the tracker
 * @list_of: returns the list for an exit of a flow
 * Context: process, may sleep; one caller at a time.
 */
void varta_tracker_take_exits(struct varta_tracker *tracker,
			      struct varta_slot_list *(*list_of)(u32 flow))
{
	struct varta_slot *slot;

	while ((slot = next_exit(tracker))) {
		append(tracker, list_of(slot->flow), slot);
		cond_resched();
	}
}

/* Of the first exit, U64_MAX if there is none. */
u64 varta_tracker_exit_time(const struct varta_tracker *tracker,
			    const struct varta_slot_list *exits)
{
	return exits->first == VARTA_NO_SLOT ? U64_MAX :
		tracker->slots[exits->first].event_ns;
}

/**
 * varta_tracker_report_exit() - report the first exit of a list, free its slot
 * @tracker: the tracker
 * @exits: the list, filled by varta_tracker_take_exits()
 * @report: called for the agent; its return value is ignored
 * @context: passed to @report
 * Context: process, may sleep; one caller at a time.
 * Return: false if the list is empty.
 */
bool varta_tracker_report_exit(struct varta_tracker *tracker,
			       struct varta_slot_list *exits,
			       varta_agent_cb report, void *context)
{
	struct varta_slot *slot = remove_first(tracker, exits);
	struct varta_agent_info agent;
	struct varta_proc *old_proc;

	if (!slot)
		return false;
	rt_mutex_lock(&tracker->lock);
	spin_lock(&slot->lock);
	varta_tracker_count(tracker, VARTA_COUNT_EXITS);
	varta_slot_to_agent(slot, &agent);
	report(context, &agent);
	old_proc = varta_slot_free(tracker, slot);
	spin_unlock(&slot->lock);
	rt_mutex_unlock(&tracker->lock);
	varta_tracker_put_proc(tracker, old_proc);
	return true;
}
