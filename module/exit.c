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

	raw_spin_lock(&tracker->event_lock);
	slot->event_ns = varta_tracker_event_time(tracker, now);
	append(tracker, &tracker->exits, slot);
	raw_spin_unlock(&tracker->event_lock);
}

static bool is_listed(const struct varta_tracker *tracker,
		      const struct varta_slot *slot)
{
	lockdep_assert_held(&tracker->event_lock);

	return tracker->deferred[varta_slot_nr(tracker, slot)].listed;
}

static void append_deferred(struct varta_tracker *tracker, u32 nr)
{
	struct varta_slot_list *list = &tracker->exits;

	tracker->deferred[nr].prev = list->last;
	tracker->deferred[nr].next = VARTA_NO_SLOT;
	tracker->deferred[nr].listed = true;
	if (list->last == VARTA_NO_SLOT)
		list->first = nr;
	else
		tracker->deferred[list->last].next = nr;
	list->last = nr;
}

static void unlink_deferred(struct varta_tracker *tracker, u32 nr)
{
	struct varta_deferred_exit *exit = &tracker->deferred[nr];
	struct varta_slot_list *list = &tracker->exits;

	if (exit->prev == VARTA_NO_SLOT)
		list->first = exit->next;
	else
		tracker->deferred[exit->prev].next = exit->next;
	if (exit->next == VARTA_NO_SLOT)
		list->last = exit->prev;
	else
		tracker->deferred[exit->next].prev = exit->prev;
	exit->listed = false;
}

/*
 * The slot is not locked, but slot->proc changes under event_lock, too. The
 * exiting process still has its struct pid, so an equal one is its own.
 */
static bool defer_exit(struct varta_tracker *tracker, struct varta_slot *slot,
		       const struct varta_proc *proc, u32 exit_code,
		       bool oom_killed, u64 now)
{
	u32 nr = varta_slot_nr(tracker, slot);
	bool tracked;

	raw_spin_lock(&tracker->event_lock);
	tracked = slot->proc == proc;
	if (tracked && !slot->exit_state) {
		tracker->deferred[nr].time_ns =
			varta_tracker_event_time(tracker, now);
		tracker->deferred[nr].exit_code = exit_code;
		tracker->deferred[nr].oom_killed = oom_killed;
		append_deferred(tracker, nr);
		/* Release: pairs with varta_slot_lock(). */
		smp_store_release(&slot->exit_state, VARTA_EXIT_DEFERRED);
	}
	raw_spin_unlock(&tracker->event_lock);
	return tracked;
}

/* The slot is locked, and its exit noted. */
void varta_slot_accept_exit(struct varta_tracker *tracker,
			    struct varta_slot *slot)
{
	const struct varta_deferred_exit *exit =
		&tracker->deferred[varta_slot_nr(tracker, slot)];

	lockdep_assert_held(&slot->lock);

	slot->event_ns = exit->time_ns;
	slot->exit_code = exit->exit_code;
	slot->oom_killed = exit->oom_killed;
	WRITE_ONCE(slot->exit_state, VARTA_EXIT_NOTED);
}

/* The locked slot loses its process; that was before the exit. */
void varta_slot_drop_exit(struct varta_tracker *tracker,
			  struct varta_slot *slot)
{
	u32 nr = varta_slot_nr(tracker, slot);

	lockdep_assert_held(&slot->lock);
	lockdep_assert_held(&tracker->event_lock);

	if (slot->exit_state != VARTA_EXIT_DEFERRED)
		return;
	if (is_listed(tracker, slot))
		unlink_deferred(tracker, nr);
	WRITE_ONCE(slot->exit_state, VARTA_EXIT_NONE);
}

/**
 * varta_tracker_note_exit() - note that the process of an agent has exited
 * @tracker: the tracker
 * @id: identity of the agent; ignored unless its slot has this process reference
 * @exit_code: in the format of wait(2)
 * @oom_killed: the OOM killer ended it
 * @now: time in nanoseconds, monotonic
 * Context: any but interrupts; does not sleep. With &varta_tracker.deferred,
 * it takes no lock that may sleep on PREEMPT_RT.
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
	if (tracker->deferred)
		return defer_exit(tracker, slot, id->proc, exit_code,
				  oom_killed, now);
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

	raw_spin_lock(&tracker->event_lock);
	if (!tracker->deferred) {
		slot = remove_first(tracker, &tracker->exits);
	} else if (tracker->exits.first == VARTA_NO_SLOT) {
		slot = NULL;
	} else {
		slot = &tracker->slots[tracker->exits.first];
		unlink_deferred(tracker, tracker->exits.first);
	}
	raw_spin_unlock(&tracker->event_lock);
	return slot;
}

/*
 * Whether the slot that was taken from the list still has that exit: it may have
 * lost its process, and may have another, in the list again. A deferred exit can be
 * noted as soon as event_lock is released, so the list and the state are read
 * together. Sets its flow_key.
 */
static bool has_exit(struct varta_tracker *tracker, struct varta_slot *slot,
		     u32 *flow_key)
{
	bool exited;

	spin_lock(&slot->lock);
	if (tracker->deferred) {
		raw_spin_lock(&tracker->event_lock);
		exited = slot->exit_state && !is_listed(tracker, slot);
		raw_spin_unlock(&tracker->event_lock);
	} else {
		exited = slot->exit_state;
	}
	if (exited && slot->exit_state == VARTA_EXIT_DEFERRED)
		varta_slot_accept_exit(tracker, slot);
	*flow_key = slot->flow_key;
	spin_unlock(&slot->lock);
	return exited;
}

/**
 * varta_tracker_take_exits() - sort noted exits into the caller's lists
 * @tracker: the tracker
 * @list_of: returns the list for an exit of a flow
 * Context: process, may sleep; one caller at a time.
 */
void varta_tracker_take_exits(struct varta_tracker *tracker,
			      struct varta_slot_list *(*list_of)(u32 flow_key))
{
	struct varta_slot *slot;

	while ((slot = next_exit(tracker))) {
		u32 flow_key;

		if (has_exit(tracker, slot, &flow_key))
			append(tracker, list_of(flow_key), slot);
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
	spin_lock(&tracker->lock);
	spin_lock(&slot->lock);
	varta_tracker_count(tracker, VARTA_COUNT_EXITS);
	varta_slot_look(tracker, slot, slot->event_ns);
	varta_slot_to_agent(tracker, slot, &agent);
	report(context, &agent);
	old_proc = varta_slot_free(tracker, slot);
	spin_unlock(&slot->lock);
	spin_unlock(&tracker->lock);
	varta_tracker_put_proc(tracker, old_proc);
	return true;
}
