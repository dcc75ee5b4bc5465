// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which agents are due: Documentation/tracker-semantics.md, sections 4, 10 and 11.
 *
 * Invariant: a slot in use that is not stalled is armed in the wheel, for no
 * later than its deadline or, if that comes first and was not reported, the time
 * when it is late; or it is not armed while its group is, for less than that. Any
 * other slot is not armed. Slots that the stall pass is handling are exempt.
 */

#include <linux/kernel.h>

#include "tracker_internal.h"

/* Half of the time until a slot is due has passed. */
static bool is_half_over(u64 since, u64 silence, u64 now)
{
	return now > since && (now - since) * 2 >= silence;
}

/* An early look of a locked slot. */
static void look_early(struct varta_tracker *tracker, struct varta_slot *slot,
		       u64 now)
{
	struct varta_stored_beat stored;

	if (!slot->mapped || slot->stalled || READ_ONCE(slot->exit_state))
		return;
	stored = varta_page_read(varta_slot_mapping(tracker, slot)->page);
	/* Without a beat, the agent is due soon, and that look is not early. */
	if (slot->has_regular && stored.nonce > slot->regular_nonce &&
	    lower_32_bits(stored.state) <= VARTA_STATUS_CRITICAL)
		varta_slot_take_stored(tracker, slot, &stored, now);
}

/*
 * Of a locked slot: it has a page, and the last beat was read from one. So its time
 * namespace is the page's, see varta_tracker_map(), and has the kernel's clock.
 */
static bool may_repeat(const struct varta_slot *slot)
{
	return slot->mapped && slot->unmetered && !slot->late &&
	       !slot->clock_differs;
}

/* The same without lanes: in one expression, so that it is one test. */
static bool may_repeat_without_lanes(const struct varta_slot *slot)
{
	return slot->mapped && slot->unmetered && !slot->late &&
	       !slot->clock_differs && !slot->lanes;
}

/*
 * Records a beat in the page of a locked slot for which may_repeat() is true, if its
 * status is that of the last one and its time needs no limit: all that
 * varta_slot_record_look() would change. Nearly all early looks find such a beat, and
 * cost a third of what they would with it. Returns whether there was such a beat.
 */
static __always_inline bool repeat_beat(struct varta_tracker *tracker,
					struct varta_slot *slot, u32 nr,
					u64 now)
{
	struct varta_stored_beat stored =
		varta_page_read(tracker->mappings[nr]->page);

	/*
	 * A nonce from @now on may be the terminal one. The time since the last beat is no
	 * less than the gap, and above all gaps if the nonce is from before.
	 */
	if (stored.nonce <= slot->regular_nonce || stored.nonce >= now ||
	    (stored.nonce - slot->last_ns) >> VARTA_TIME_SHIFT >
	    slot->longest_gap ||
	    lower_32_bits(stored.state) != slot->status)
		return false;
	/*
	 * The memory of a program that the process has left may go on beating. With
	 * READ_ONCE(), the count is then incremented in memory, which is shorter.
	 */
	if (unlikely(READ_ONCE(slot->beats) % VARTA_EXEC_LOOKS == 0) &&
	    varta_slot_has_left_page(tracker, slot))
		return false;
	varta_store64(&slot->last_ns, stored.nonce);
	slot->regular_nonce = stored.nonce;
	slot->payload = upper_32_bits(stored.state);
	slot->beats++;
	tracker->repeated++;
	return true;
}

/*
 * The rest of page_due_time(), for a locked slot: its beat is no repetition, or it has
 * lanes, which may be sent and without a page.
 */
static noinline u64 locked_page_due_time(struct varta_tracker *tracker,
					 struct varta_slot *slot, u64 now,
					 u64 silence)
	__releases(&slot->lock)
{
	u64 since = varta_slot_silent_since(tracker, slot);
	u64 due;

	if (is_half_over(since, silence, now) &&
	    (!may_repeat(slot) ||
	     !repeat_beat(tracker, slot, varta_slot_nr(tracker, slot), now)))
		look_early(tracker, slot, now);
	due = varta_due_after(varta_slot_silent_since(tracker, slot), silence);
	if (slot->lanes)
		due = min(due, varta_slot_lanes_early(tracker, slot, now));
	spin_unlock(&slot->lock);
	return due;
}

static u64 sent_due_time(const struct varta_tracker *tracker,
			 const struct varta_slot *slot, u64 threshold)
{
	if (!READ_ONCE(slot->pid))
		return U64_MAX;
	return varta_due_after(varta_slot_silent_since(tracker, slot),
			       varta_slot_silence_until_due(tracker, slot,
							    threshold));
}

/*
 * When an agent with a page or lanes is due. Reads the page early, once half of the
 * time until then has passed. So agents that beat do not wake the thread. Only the
 * stall pass, which alone sets the stalled flag, calls this: without the flag, the slot
 * has none under its lock either. May be too early after a suspend.
 */
static __always_inline u64 page_due_time(struct varta_tracker *tracker,
					 struct varta_slot *slot, u64 now,
					 u64 threshold, u32 nr)
{
	u64 silence = varta_slot_silence_until_due(tracker, slot, threshold);
	u64 since = varta_slot_silent_since(tracker, slot);
	bool is_half = is_half_over(since, silence, now);

	/* A page is mapped before a beat arms for its lanes. */
	if (unlikely(!is_half) && !data_race((bool)slot->lanes))
		return varta_due_after(since, silence);
	spin_lock(&slot->lock);
	if (!is_half || !may_repeat_without_lanes(slot) ||
	    !repeat_beat(tracker, slot, nr, now))
		return locked_page_due_time(tracker, slot, now, silence);
	spin_unlock(&slot->lock);
	/* Of this beat, or of a later one. */
	return varta_load64(&slot->last_ns) + silence;
}

/*
 * U64_MAX if it is not watched. In the past if the agent was reported as late.
 * Another task may make the slot due earlier while this reads it. That task then arms
 * the slot. A call would cost as much as a third of this.
 */
static __always_inline u64 due_time(struct varta_tracker *tracker,
				    struct varta_slot *slot, u64 now,
				    u64 threshold, u32 nr)
{
	if (varta_slot_is_over(slot))
		return U64_MAX;
	/* Checked again under the lock; the beats before were not stored. */
	if (data_race(slot->mapped || slot->lanes))
		return page_due_time(tracker, slot, now, threshold, nr);
	return sent_due_time(tracker, slot, threshold);
}

/*
 * The slot was armed without its lock, so it may be free. varta_slot_free() clears
 * pid before it disarms: either it or this disarms.
 */
static void disarm_if_freed(struct varta_tracker *tracker, u32 nr)
{
	struct varta_slot *slot = &tracker->slots[nr];

	if (READ_ONCE(slot->pid))
		return;
	spin_lock(&slot->lock);
	if (!slot->pid)
		varta_wheel_disarm(&tracker->wheel, nr);
	spin_unlock(&slot->lock);
}

/* Not inlined: the loop needs all registers. */
static noinline void group_due_times(struct varta_tracker *tracker, u32 begin,
				     u32 end, u64 now, u64 threshold,
				     u64 *earliest, u64 *latest)
{
	u64 min_due = U64_MAX, max_due = 0;
	u32 nr;

	for (nr = begin; nr < end; nr++) {
		u64 due = due_time(tracker, &tracker->slots[nr], now,
				   threshold, nr);

		if (due == U64_MAX)
			continue;
		min_due = min(min_due, due);
		max_due = max(max_due, due);
	}
	*earliest = min_due;
	*latest = max_due;
}

/*
 * The timer of a group has expired. Nearly all of its agents have had a beat.
 * Those that are due soon are armed. Returns whether one of these is due now.
 */
static bool look_at_group(struct varta_tracker *tracker, u32 timer, u64 now,
			  u64 threshold)
{
	u32 begin = (timer - tracker->config.capacity) * VARTA_WHEEL_GROUP;
	u32 end = min(begin + VARTA_WHEEL_GROUP,
		      READ_ONCE(tracker->slots_used));
	u64 earliest, latest, look, due;
	u32 nr;

	group_due_times(tracker, begin, end, now, threshold, &earliest, &latest);
	if (earliest == U64_MAX)
		return false;

	look = varta_wheel_look_time(earliest, latest, now);
	if (!varta_wheel_is_covered(earliest, look, now)) {
		for (nr = begin; nr < end; nr++) {
			due = due_time(tracker, &tracker->slots[nr], now,
				       threshold, nr);
			if (due == U64_MAX ||
			    varta_wheel_is_covered(due, look, now))
				continue;
			varta_wheel_arm_idle(&tracker->wheel, nr, due);
			disarm_if_freed(tracker, nr);
		}
	}
	varta_wheel_arm(&tracker->wheel, timer, look);
	return earliest <= now;
}

static bool is_watched(const struct varta_slot *slot)
{
	return READ_ONCE(slot->pid) && !varta_slot_is_over(slot);
}

/**
 * varta_tracker_stall_pass() - report who is late or stalled (section 4)
 * @tracker: the tracker
 * @now: time in nanoseconds, monotonic
 * @threshold: threshold of agents without their own, in nanoseconds; once it
 *	is lowered, varta_tracker_rescan() has to follow
 * @max_reports: most agents to report, 1 to VARTA_STALL_BATCH
 * @report: called for each; &varta_agent_info.stalled tells what it is. If it
 *	returns false, a pass finds it again, after VARTA_STALL_RETRY_MIN_NS to
 *	VARTA_STALL_RETRY_MAX_NS
 * @context: passed to @report
 *
 * Does not kick: varta_tracker_next_deadline() has to be called afterwards.
 * Context: process, may sleep; one caller at a time.
 * Return: whether to call again for the same time.
 */
bool varta_tracker_stall_pass(struct varta_tracker *tracker, u64 now,
			      u64 threshold, u32 max_reports,
			      varta_agent_cb report, void *context)
{
	u32 nrs[VARTA_STALL_BATCH];
	u64 deadlines[VARTA_STALL_BATCH];
	u32 expired, i, postponed = 0;
	bool more;

	max_reports = clamp_t(u32, max_reports, 1, ARRAY_SIZE(nrs));
	expired = varta_wheel_expire(&tracker->wheel, now, nrs, max_reports,
				     &more);
	for (i = 0; i < expired; i++) {
		struct varta_slot *slot;
		u64 deadline;

		if (nrs[i] >= tracker->config.capacity) {
			more |= look_at_group(tracker, nrs[i], now, threshold);
			continue;
		}
		slot = &tracker->slots[nrs[i]];
		/* Checked again under the lock. */
		if (data_race((bool)slot->lanes))
			varta_slot_look_at_lanes(tracker, slot, now);
		deadline = due_time(tracker, slot, now, threshold, nrs[i]);
		/* Nearly all have had a beat: postpone without locking the slot. */
		if (deadline > now && is_watched(slot)) {
			nrs[postponed] = nrs[i];
			deadlines[postponed++] = deadline;
			continue;
		}
		/* Checked again under the lock. */
		varta_slot_expire(tracker, slot, now, threshold, report,
				  context);
	}
	varta_wheel_postpone(&tracker->wheel, nrs, deadlines, postponed, now);
	if (tracker->repeated) {
		varta_count_many(tracker->config.counters,
				 VARTA_COUNT_REFRESHED, tracker->repeated);
		tracker->repeated = 0;
	}
	for (i = 0; i < postponed; i++)
		disarm_if_freed(tracker, nrs[i]);
	return more;
}

/**
 * varta_tracker_next_deadline() - when the next stall pass is due
 * @tracker: the tracker
 * Context: process; does not sleep.
 * Return: the time, valid until &varta_tracker_ops.kick is called; U64_MAX if
 * there is nothing to wait for.
 */
u64 varta_tracker_next_deadline(struct varta_tracker *tracker)
{
	return varta_wheel_next(&tracker->wheel);
}
