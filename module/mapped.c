// SPDX-License-Identifier: GPL-2.0-only
/* Pages of agents: Documentation/tracker-semantics.md, section 10. */

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mm.h>

#include <asm/barrier.h>

#include "tracker_internal.h"

static void set_kick(const struct varta_mapping *mapping, enum varta_kick kick)
{
	WRITE_ONCE(mapping->page->kick, kick);
}

/* An agent that has sent a beat sees from this that its page is read. */
static void note_look(struct varta_mapping *mapping)
{
	WRITE_ONCE(mapping->page->looks, ++mapping->looks);
}

/* The agent of the locked slot has no page from now on. */
void varta_slot_unmap(struct varta_tracker *tracker, struct varta_slot *slot)
{
	struct varta_mapping *mapping;

	if (!slot->mapped)
		return;
	mapping = varta_slot_mapping(tracker, slot);
	set_kick(mapping, VARTA_KICK_GONE);
	varta_lanes_count(tracker, slot, -(int)mapping->lanes.count);
	tracker->config.ops->put_mapping(mapping);
	tracker->mappings[varta_slot_nr(tracker, slot)] = NULL;
	slot->mapped = false;
	slot->lanes = varta_slot_has_lanes(tracker, slot);
}

/* The agent of the locked slot, which has a page, is another program by now. */
bool varta_slot_has_left_page(const struct varta_tracker *tracker,
			      const struct varta_slot *slot)
{
	const struct varta_tracker_ops *ops = tracker->config.ops;

	return ops->has_executed && slot->proc &&
	       ops->has_executed(slot->proc,
				 varta_slot_mapping(tracker, slot)->exec_id);
}

static bool accept_stored(struct varta_tracker *tracker, struct varta_slot *slot,
			  const struct varta_stored_beat *stored, u64 now)
{
	struct varta_mapping *mapping = varta_slot_mapping(tracker, slot);
	struct varta_beat_info beat = {
		.nonce	 = stored->nonce,
		.status	 = lower_32_bits(stored->state),
		.payload = upper_32_bits(stored->state),
	};

	/* 0: nothing was stored yet. */
	if (!beat.nonce || beat.nonce == VARTA_TERMINAL_NONCE ||
	    (slot->has_regular && beat.nonce <= slot->regular_nonce))
		return false;
	/* The nonce is from another clock. */
	if (mapping->timens != slot->timens) {
		varta_slot_unmap(tracker, slot);
		return false;
	}
	if (beat.status > VARTA_STATUS_CRITICAL) {
		varta_tracker_count(tracker, VARTA_COUNT_BAD_STATUS);
		return false;
	}
	varta_slot_record_look(tracker, slot, &beat,
			       min(varta_kernel_time(mapping, beat.nonce), now),
			       now);
	return true;
}

/**
 * varta_slot_look() - read a beat from the page of an agent
 * @tracker: the tracker
 * @slot: locked, not free
 * @now: time in nanoseconds, monotonic
 *
 * A stalled agent has to send its next beat: its page is not read.
 *
 * Return: whether there was a new beat, which is accepted and counted.
 */
bool varta_slot_look(struct varta_tracker *tracker, struct varta_slot *slot,
		     u64 now)
{
	struct varta_stored_beat stored;

	if (!slot->mapped || slot->stalled)
		return false;
	stored = varta_page_read(varta_slot_mapping(tracker, slot)->page);
	return varta_slot_take_stored(tracker, slot, &stored, now);
}

/* The same for what was just read from the page, of an agent that is not stalled. */
bool varta_slot_take_stored(struct varta_tracker *tracker,
			    struct varta_slot *slot,
			    const struct varta_stored_beat *stored, u64 now)
{
	bool accepted;

	note_look(varta_slot_mapping(tracker, slot));
	accepted = accept_stored(tracker, slot, stored, now);
	/* After the last beat of the old program was read. */
	if (slot->mapped && varta_slot_has_left_page(tracker, slot))
		varta_slot_unmap(tracker, slot);
	return accepted;
}

/**
 * varta_slot_kick() - have the next beat sent, as the agent is stalled
 * @tracker: the tracker
 * @slot: locked, not free and not stalled
 * @now: time in nanoseconds, monotonic
 * Return: false, with the kick undone, if there was a beat meanwhile.
 */
bool varta_slot_kick(struct varta_tracker *tracker, struct varta_slot *slot,
		     u64 now)
{
	if (!slot->mapped)
		return true;
	set_kick(varta_slot_mapping(tracker, slot), VARTA_KICK_BEAT);
	/*
	 * Either this sees the nonce that the agent has stored, or the agent the
	 * kick: pairs with its barrier between the store and the load.
	 */
	smp_mb();
	if (!varta_slot_look(tracker, slot, now))
		return true;
	varta_slot_unkick(tracker, slot);
	return false;
}

void varta_slot_unkick(struct varta_tracker *tracker, struct varta_slot *slot)
{
	struct varta_mapping *mapping;

	if (!slot->mapped)
		return;
	mapping = varta_slot_mapping(tracker, slot);
	note_look(mapping);
	set_kick(mapping, VARTA_KICK_NONE);
}

/**
 * varta_tracker_reserve_mappings() - allocate room for the pages of all agents
 * @tracker: the tracker
 *
 * Kept until the tracker is destroyed, 8 bytes for each slot.
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_tracker_reserve_mappings(struct varta_tracker *tracker)
{
	struct varta_mapping **mappings;

	if (READ_ONCE(tracker->mappings))
		return 0;
	mappings = kvcalloc(tracker->config.capacity, sizeof(*mappings),
			    GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!mappings)
		return -ENOMEM;
	if (cmpxchg(&tracker->mappings, NULL, mappings))
		kvfree(mappings);
	return 0;
}

/**
 * varta_tracker_map() - give an agent a page
 * @tracker: the tracker; varta_tracker_reserve_mappings() has returned 0
 * @id: identity of the agent, with a process reference
 * @mapping: put by the tracker when the agent loses its slot, or gets another
 * Context: process; does not sleep.
 * Return: false, and @mapping stays the caller's, if there is no such agent.
 */
bool varta_tracker_map(struct varta_tracker *tracker,
		       const struct varta_agent_id *id,
		       struct varta_mapping *mapping)
{
	u64 key = varta_agent_key(id);
	struct varta_slot *slot = varta_tracker_find_slot(tracker, key);
	bool found;

	if (!slot)
		return false;
	varta_slot_lock(tracker, slot);
	found = varta_slot_has_key(slot, key) && slot->proc == id->proc &&
		slot->origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
		!slot->exit_state;
	if (found) {
		mapping->lanes.due = U64_MAX;
		if (slot->mapped && !varta_slot_has_left_page(tracker, slot))
			varta_lanes_inherit(&mapping->lanes,
					    &varta_slot_mapping(tracker, slot)->lanes);
		varta_slot_unmap(tracker, slot);
		if (mapping->lanes.count)
			varta_slot_close_sent_lanes(tracker, slot);
		tracker->mappings[varta_slot_nr(tracker, slot)] = mapping;
		slot->mapped = true;
		slot->clock_differs = mapping->clock_offset != 0;
		slot->lanes = varta_slot_has_lanes(tracker, slot);
		varta_lanes_count(tracker, slot, (int)mapping->lanes.count);
		if (slot->stalled)
			set_kick(mapping, VARTA_KICK_BEAT);
		/* A beat has to be sent first from the other time namespace. */
		if (mapping->timens != slot->timens)
			varta_slot_unmap(tracker, slot);
	}
	spin_unlock(&slot->lock);
	return found;
}
