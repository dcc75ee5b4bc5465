// SPDX-License-Identifier: GPL-2.0-only
/* Lanes of agents: Documentation/tracker-semantics.md, section 11. */

#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "tracker_internal.h"

/* A lane as it was read. Times are those of the kernel. */
struct lane_look {
	u64 deadline;
	u64 threshold;
	bool watched;
};

/* Silence before a resume does not count. */
static u64 after_resume(const struct varta_tracker *tracker, u64 deadline,
			u64 threshold)
{
	u64 resume_ns = varta_load64(&tracker->resume_ns);

	return resume_ns ? max(deadline, resume_ns + threshold) : deadline;
}

static void look_at(const struct varta_tracker *tracker,
		    const struct varta_mapping *mapping, u32 nr,
		    struct lane_look *look)
{
	const struct varta_page_lane *lane = &mapping->page->lanes[nr];
	/* Acquire: the threshold is that of this deadline, or newer. */
	u64 deadline = varta_load64_acquire(&lane->deadline);
	u32 threshold_ms = READ_ONCE(lane->threshold_ms);

	look->watched = deadline && threshold_ms;
	look->threshold = max_t(u64, (u64)threshold_ms * NSEC_PER_MSEC,
				VARTA_LANE_THRESHOLD_MIN_NS);
	look->deadline = varta_kernel_time(mapping, deadline);
	/* A resume does not end the stall of a lane without a beat since. */
	if (!mapping->overdue[nr] || look->deadline > mapping->overdue[nr])
		look->deadline = after_resume(tracker, look->deadline,
					      look->threshold);
}

static bool is_overdue(const struct lane_look *look, u64 now)
{
	return look->watched && look->deadline <= now;
}

static bool has_changed(const struct varta_mapping *mapping, u32 nr,
			const struct lane_look *look, u64 now)
{
	return is_overdue(look, now) != !!mapping->overdue[nr];
}

/* The user of the locked slot has so many lanes more. */
void varta_lanes_count(struct varta_tracker *tracker,
		       const struct varta_slot *slot, int lanes)
{
	atomic_add(lanes, &tracker->lanes[varta_flow_hash(tracker,
							  slot->flow_key)]);
}

/* The least time between two looks. */
static u64 look_interval(const struct varta_tracker *tracker,
			 const struct varta_slot *slot)
{
	u32 hash = varta_flow_hash(tracker, slot->flow_key);

	return max_t(u64, VARTA_LANE_LOOK_NS,
		     (u64)atomic_read(&tracker->lanes[hash]) *
		     VARTA_LANE_EACH_NS);
}

/*
 * When to look at a lane again. A scope can begin at any time in a lane that is
 * not watched, and end early in one that is.
 */
static u64 next_look(const struct varta_mapping *mapping, u32 nr,
		     const struct lane_look *look, u64 now)
{
	if (mapping->overdue[nr])
		return now + min_t(u64, look->threshold,
				   VARTA_LANE_RECOVER_NS);
	if (look->watched)
		return min(look->deadline, now + look->threshold);
	return READ_ONCE(mapping->page->lanes[nr].threshold_ms) ?
	       now + look->threshold : U64_MAX;
}

/*
 * Looks at all lanes, the next one first. Returns the first that has changed, or
 * the number of lanes.
 */
static u32 find_changed(const struct varta_tracker *tracker,
			const struct varta_slot *slot, u64 now)
{
	struct varta_mapping *mapping = varta_slot_mapping(tracker, slot);
	u32 i, nr, changed = mapping->lanes;
	u64 due = U64_MAX;

	for (i = 0; i < mapping->lanes; i++) {
		struct lane_look look;

		nr = (mapping->next_lane + i) % mapping->lanes;
		look_at(tracker, mapping, nr, &look);
		if (has_changed(mapping, nr, &look, now)) {
			due = now;
			if (changed == mapping->lanes)
				changed = nr;
		} else {
			due = min(due, next_look(mapping, nr, &look, now));
		}
	}
	mapping->lanes_due = max(due, now + look_interval(tracker, slot));
	mapping->lanes_looked = now;
	return changed;
}

/* What the agent has written is copied once, and may be anything. */
static void describe(const struct varta_tracker *tracker,
		     const struct varta_slot *slot, u32 nr, u64 deadline,
		     u64 now, struct varta_lane_info *info)
{
	const struct varta_mapping *mapping = varta_slot_mapping(tracker, slot);
	const struct varta_page_lane *lane = &mapping->page->lanes[nr];

	*info = (struct varta_lane_info) {
		.threshold_ms	= READ_ONCE(lane->threshold_ms),
		.overdue_ns	= varta_silence(deadline, now),
		.stalled	= mapping->lanes_stalled,
		.tid		= READ_ONCE(lane->tid),
	};
	memcpy(info->name, lane->name, sizeof(info->name));
	info->name[sizeof(info->name) - 1] = '\0';
	if (!tracker->config.ops->find_thread || !slot->proc ||
	    !tracker->config.ops->find_thread(slot->proc, info))
		info->tid = 0;
}

static void set_overdue(struct varta_mapping *mapping, u32 nr, u64 deadline)
{
	mapping->lanes_stalled += !!deadline - !!mapping->overdue[nr];
	mapping->overdue[nr] = deadline;
	mapping->next_lane = nr + 1;
}

/*
 * Reports that a lane has changed, unless it has changed back. If the owner has
 * no room for the event, a later look finds it again.
 */
static void report(struct varta_tracker *tracker, struct varta_slot *slot,
		   u32 nr, const struct varta_stall_info *stall, u64 now)
{
	struct varta_mapping *mapping = varta_slot_mapping(tracker, slot);
	u64 old = mapping->overdue[nr];
	struct varta_event_info event = {
		.kind	= old ? VARTA_EVENT_KIND_LANE_RECOVER :
				VARTA_EVENT_KIND_LANE_STALL,
		.stall	= *stall,
	};
	struct lane_look look;

	look_at(tracker, mapping, nr, &look);
	if (!has_changed(mapping, nr, &look, now) ||
	    !varta_slot_event_time(tracker, slot, false, now, &event.time_ns))
		return;
	/* A deadline of 0 is that of no lane that is overdue. */
	set_overdue(mapping, nr, old ? 0 : look.deadline ?: 1);
	varta_slot_to_agent(tracker, slot, &event.agent);
	describe(tracker, slot, nr, old ?: look.deadline, now, &event.lane);
	if (!tracker->config.ops->lane_event ||
	    tracker->config.ops->lane_event(&event)) {
		if (!old)
			varta_tracker_count(tracker, VARTA_COUNT_LANE_STALLS);
		mapping->lanes_due = min(mapping->lanes_due,
					 max(next_look(mapping, nr, &look, now),
					     now + look_interval(tracker,
								 slot)));
	} else {
		set_overdue(mapping, nr, old);
		mapping->lanes_due = min(mapping->lanes_due,
					 now + VARTA_STALL_RETRY_MIN_NS);
	}
}

static bool may_look(const struct varta_tracker *tracker,
		     const struct varta_slot *slot)
{
	return slot->lanes && slot->pid && !slot->stalled &&
	       !slot->exit_state &&
	       varta_slot_mapping(tracker, slot)->timens == slot->timens;
}

/* The thread of a lane that is overdue is sampled without the slot's lock. */
static void sample(struct varta_tracker *tracker, struct varta_slot *slot,
		   u32 nr, u64 now, struct varta_stall_info *stall)
{
	struct varta_agent_info agent;
	struct varta_lane_info lane;
	const struct varta_mapping *mapping = varta_slot_mapping(tracker, slot);

	describe(tracker, slot, nr, now, now, &lane);
	varta_slot_hold(tracker, slot, &agent);
	agent.usage = (struct varta_usage) { .tid = lane.tid };
	agent.unmetered = true;
	agent.foreign_thread = false;
	agent.of_lane = true;
	agent.last_ns = now;
	spin_unlock(&slot->lock);
	tracker->config.ops->sample(&agent, now, stall);
	varta_slot_lock(tracker, slot);
	/* It may be another agent, or have another page. */
	if (slot->proc != agent.id.proc || !may_look(tracker, slot) ||
	    varta_slot_mapping(tracker, slot) != mapping)
		*stall = (struct varta_stall_info) {};
	varta_tracker_put_proc(tracker, agent.id.proc);
}

/* Of looks that are not due. They must not delay those that are. */
static bool may_look_early(const struct varta_tracker *tracker,
			   const struct varta_slot *slot, u64 now)
{
	const struct varta_mapping *mapping = varta_slot_mapping(tracker, slot);
	u64 passed = varta_silence(mapping->lanes_looked, now);
	u64 ahead = varta_silence(now, mapping->lanes_due);

	return ahead <= passed &&
	       min(ahead, passed) >= look_interval(tracker, slot);
}

/**
 * varta_slot_look_at_lanes() - look at the lanes of an agent
 * @tracker: the tracker
 * @slot: a slot, not locked
 * @now: time in nanoseconds, monotonic
 *
 * Does nothing if less than half of the time has passed until that is due.
 * Reports one lane at most. The slot has to be armed afterwards.
 * Context: process; does not sleep.
 */
void varta_slot_look_at_lanes(struct varta_tracker *tracker,
			      struct varta_slot *slot, u64 now)
{
	struct varta_stall_info stall = {};
	struct varta_mapping *mapping;
	u32 nr;

	varta_slot_lock(tracker, slot);
	if (!may_look(tracker, slot))
		goto unlock;
	mapping = varta_slot_mapping(tracker, slot);
	if ((now < mapping->lanes_due &&
	     !may_look_early(tracker, slot, now)) ||
	    varta_slot_has_left_page(tracker, slot))
		goto unlock;
	nr = find_changed(tracker, slot, now);
	if (nr == mapping->lanes)
		goto unlock;
	if (!mapping->overdue[nr] && tracker->config.ops->sample &&
	    slot->proc) {
		sample(tracker, slot, nr, now, &stall);
		if (!may_look(tracker, slot) ||
		    nr >= varta_slot_mapping(tracker, slot)->lanes)
			goto unlock;
	}
	report(tracker, slot, nr, &stall, now);
unlock:
	spin_unlock(&slot->lock);
}

/*
 * The locked slot had a beat, and is not stalled: lanes may have been opened since
 * the last look.
 */
void varta_slot_expect_lanes(struct varta_tracker *tracker,
			     struct varta_slot *slot, u64 now)
{
	struct varta_mapping *mapping;

	if (!slot->lanes)
		return;
	mapping = varta_slot_mapping(tracker, slot);
	mapping->lanes_due = min(mapping->lanes_due,
				 max(now, mapping->lanes_looked +
					  look_interval(tracker, slot)));
	varta_slot_arm_at(tracker, slot, mapping->lanes_due);
}

/* When to look at the lanes of a locked slot; U64_MAX for never. */
u64 varta_slot_lanes_due(const struct varta_tracker *tracker,
			 const struct varta_slot *slot)
{
	return slot->lanes ? varta_slot_mapping(tracker, slot)->lanes_due : U64_MAX;
}

/* The same, but @now if varta_slot_look_at_lanes() would look now. */
u64 varta_slot_lanes_early(const struct varta_tracker *tracker,
			   const struct varta_slot *slot, u64 now)
{
	if (!slot->lanes)
		return U64_MAX;
	return may_look_early(tracker, slot, now) ?
	       now : varta_slot_lanes_due(tracker, slot);
}

/**
 * varta_slot_show_lane() - describe the lane that has been overdue for longest
 * @tracker: the tracker
 * @slot: locked, not free
 * @now: time in nanoseconds, monotonic
 * @info: set if there is one
 * Return: whether a lane is overdue.
 */
bool varta_slot_show_lane(const struct varta_tracker *tracker,
			  const struct varta_slot *slot, u64 now,
			  struct varta_lane_info *info)
{
	const struct varta_mapping *mapping;
	u32 nr, first;

	if (!slot->lanes)
		return false;
	mapping = varta_slot_mapping(tracker, slot);
	first = mapping->lanes;
	if (!mapping->lanes_stalled)
		return false;
	for (nr = 0; nr < mapping->lanes; nr++) {
		if (mapping->overdue[nr] &&
		    (first == mapping->lanes ||
		     mapping->overdue[nr] < mapping->overdue[first]))
			first = nr;
	}
	describe(tracker, slot, first, mapping->overdue[first], now, info);
	return true;
}

/* An agent gets a new page: its lanes are those of the old one. */
void varta_lanes_inherit(struct varta_mapping *mapping,
			 const struct varta_mapping *old)
{
	u32 nr;

	for (nr = 0; nr < min(mapping->lanes, old->lanes); nr++) {
		mapping->overdue[nr] = old->overdue[nr];
		mapping->lanes_stalled += !!old->overdue[nr];
	}
	mapping->lanes_looked = old->lanes_looked;
	mapping->lanes_due = old->lanes_due;
}
