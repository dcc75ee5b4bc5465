// SPDX-License-Identifier: GPL-2.0-only
/* Agents that are due: Documentation/tracker-semantics.md, section 4. */

#include <linux/kernel.h>

#include "tracker_internal.h"

static void remove_recycled(struct varta_tracker *tracker,
			    struct varta_slot *slot,
			    const struct varta_agent_id *id, u64 now,
			    u64 threshold)
{
	struct varta_proc *old_proc = NULL;

	spin_lock(&tracker->lock);
	varta_slot_lock(tracker, slot);
	/* A beat may have restarted the slot, even with a reused @id->proc. */
	if (varta_slot_has_key(slot, varta_agent_key(id)) &&
	    slot->proc == id->proc && !slot->exit_state &&
	    tracker->config.ops->proc_state(id) == VARTA_PROC_RECYCLED) {
		varta_tracker_count(tracker, VARTA_COUNT_PID_RECYCLES);
		varta_slot_goodbye(tracker, slot,
				   VARTA_GOODBYE_CAUSE_PID_RECYCLED, now);
		old_proc = varta_slot_free(tracker, slot);
	} else if (slot->pid && !slot->stalled) {
		varta_slot_arm(tracker, slot, threshold);
	}
	spin_unlock(&slot->lock);
	spin_unlock(&tracker->lock);
	varta_tracker_put_proc(tracker, old_proc);
}

/* Waits as long again as the report is late already: the delay doubles. */
static u64 retry_time(u64 due, u64 now)
{
	u64 late = varta_silence(due, now);
	u64 delay = clamp_t(u64, late, VARTA_STALL_RETRY_MIN_NS,
			    VARTA_STALL_RETRY_MAX_NS);

	return min(now, U64_MAX - 1 - delay) + delay;
}

/* The caller does not kick. */
static void arm_wheel(struct varta_tracker *tracker,
		      const struct varta_slot *slot, u64 time)
{
	varta_wheel_arm(&tracker->wheel, varta_slot_nr(tracker, slot),
			min(time, varta_slot_lanes_due(tracker, slot)));
}

static void postpone_stall(struct varta_tracker *tracker,
			   struct varta_slot *slot, u64 now, u64 threshold)
{
	u64 retry = retry_time(varta_slot_deadline(tracker, slot, threshold),
			       now);

	varta_slot_set_stalled(tracker, slot, false);
	varta_slot_unkick(tracker, slot);
	arm_wheel(tracker, slot, retry);
}

/* A stall is reported in time, whatever became of the warning. */
static void postpone_warning(struct varta_tracker *tracker,
			     struct varta_slot *slot, u64 now, u64 threshold)
{
	u64 retry = retry_time(varta_slot_warn_time(tracker, slot, threshold),
			       now);

	retry = min(retry, varta_slot_deadline(tracker, slot, threshold));
	arm_wheel(tracker, slot, retry);
}

enum due {
	NOT_DUE,
	DUE_WARNING,
	DUE_STALL,
};

/* Of a locked slot. Arms one that is not due if it has to be. */
static enum due what_is_due(struct varta_tracker *tracker,
			    struct varta_slot *slot, u64 now, u64 threshold)
{
	if (!slot->pid || slot->stalled || slot->exit_state)
		return NOT_DUE;
	varta_slot_look(tracker, slot, now);
	if (varta_silence(varta_slot_silent_since(tracker, slot), now) >=
	    varta_slot_threshold(slot, threshold))
		return DUE_STALL;
	if (varta_slot_may_warn(tracker, slot) &&
	    varta_slot_warn_time(tracker, slot, threshold) <= now)
		return DUE_WARNING;
	varta_slot_arm(tracker, slot, threshold);
	return NOT_DUE;
}

static bool is_attested(const struct varta_slot *slot)
{
	return varta_origin_is_attested(slot->origin) && slot->proc;
}

/* Returns false if the agent's pid belongs to a new process. */
static bool sample(const struct varta_tracker *tracker,
		   const struct varta_agent_info *agent, u64 now,
		   struct varta_stall_info *info)
{
	const struct varta_tracker_ops *ops = tracker->config.ops;

	if (ops->proc_state(&agent->id) == VARTA_PROC_RECYCLED)
		return false;
	if (ops->sample)
		ops->sample(agent, now, info);
	return true;
}

static enum varta_counter counter_of(enum varta_stall_reason reason)
{
	static_assert(VARTA_COUNT_STALLS_GONE - VARTA_COUNT_STALLS_UNKNOWN ==
		      VARTA_STALL_REASON_GONE);
	/* They fit into a slot. */
	static_assert(VARTA_STALL_REASON_GONE < 1 << 6);

	return VARTA_COUNT_STALLS_UNKNOWN + reason;
}

static void report_stall(struct varta_tracker *tracker, struct varta_slot *slot,
			 const struct varta_stall_info *info, u64 now,
			 u64 threshold, varta_agent_cb report, void *context)
{
	struct varta_agent_info agent;
	u64 stall_ns;

	varta_slot_to_agent(tracker, slot, &agent);
	/* It may have been armed again since it left the wheel. */
	varta_wheel_disarm(&tracker->wheel, varta_slot_nr(tracker, slot));
	if (!varta_slot_event_time(tracker, slot, false, now, &stall_ns))
		return;
	if (!varta_slot_kick(tracker, slot, now)) {
		varta_slot_arm(tracker, slot, threshold);
		return;
	}
	varta_slot_set_stalled(tracker, slot, true);
	slot->event_ns = stall_ns;
	slot->reason = info->reason;
	agent.stalled = true;
	agent.stall_ns = slot->event_ns;
	agent.stalls++;
	agent.reason = info->reason;
	agent.stall = info;
	if (report(context, &agent)) {
		varta_tracker_count(tracker, VARTA_COUNT_STALLS);
		varta_tracker_count(tracker, counter_of(info->reason));
		slot->stalls++;
		if (slot->has_action)
			varta_action_begin(tracker, slot, now);
	} else {
		postpone_stall(tracker, slot, now, threshold);
	}
}

static void report_late(struct varta_tracker *tracker, struct varta_slot *slot,
			const struct varta_stall_info *info, u64 now,
			u64 threshold, varta_agent_cb report, void *context)
{
	struct varta_agent_info agent;

	varta_slot_to_agent(tracker, slot, &agent);
	if (!varta_slot_event_time(tracker, slot, false, now, &agent.late_ns))
		return;
	agent.reason = info->reason;
	agent.stall = info;
	if (report(context, &agent)) {
		varta_tracker_count(tracker, VARTA_COUNT_LATE);
		slot->late = true;
		arm_wheel(tracker, slot,
			  varta_slot_deadline(tracker, slot, threshold));
	} else {
		postpone_warning(tracker, slot, now, threshold);
	}
}

/* Reports the agent if it is due. */
void varta_slot_expire(struct varta_tracker *tracker, struct varta_slot *slot,
		       u64 now, u64 threshold, varta_agent_cb report,
		       void *context)
{
	struct varta_stall_info info = {};
	struct varta_agent_info sampled;
	bool recycled;
	enum due due;

	varta_slot_lock(tracker, slot);
	due = what_is_due(tracker, slot, now, threshold);
	if (due && is_attested(slot)) {
		varta_slot_hold(tracker, slot, &sampled);
		if (due == DUE_WARNING)
			sampled.late_ns = now;
		/* So that beats do not wait. */
		spin_unlock(&slot->lock);
		recycled = !sample(tracker, &sampled, now, &info);
		if (recycled)
			remove_recycled(tracker, slot, &sampled.id, now,
					threshold);
		varta_tracker_put_proc(tracker, sampled.id.proc);
		if (recycled)
			return;

		varta_slot_lock(tracker, slot);
		due = what_is_due(tracker, slot, now, threshold);
		/* It may be another agent, which is due, too. */
		if (slot->proc != sampled.id.proc ||
		    slot->last_ns != sampled.last_ns)
			info = (struct varta_stall_info) {};
	}
	if (due == DUE_STALL)
		report_stall(tracker, slot, &info, now, threshold, report,
			     context);
	else if (due == DUE_WARNING)
		report_late(tracker, slot, &info, now, threshold, report,
			    context);
	spin_unlock(&slot->lock);
}

/**
 * varta_tracker_rescan() - apply a new threshold, or a new share of it
 * @tracker: the tracker
 * @cursor: where to begin, 0 at first; updated
 * @threshold: the new threshold, in nanoseconds; calls of
 *	varta_tracker_record() must use it already
 * Context: process; does not sleep.
 * Return: whether there are more slots, so that it has to be called again.
 */
bool varta_tracker_rescan(struct varta_tracker *tracker, u32 *cursor,
			  u64 threshold)
{
	u32 end = min(READ_ONCE(tracker->slots_used),
		      *cursor + VARTA_STALL_BATCH);

	for (; *cursor < end; (*cursor)++) {
		struct varta_slot *slot = &tracker->slots[*cursor];

		spin_lock(&slot->lock);
		if (slot->pid && !slot->stalled &&
		    (!slot->threshold_ms || READ_ONCE(tracker->warn_percent)))
			varta_slot_arm(tracker, slot, threshold);
		spin_unlock(&slot->lock);
	}
	return end < READ_ONCE(tracker->slots_used);
}

/* Returns false if it has to be called again for this slot. */
static bool report_again(struct varta_tracker *tracker, struct varta_slot *slot,
			 u64 now, varta_agent_cb report, void *context)
{
	struct varta_agent_info agent;
	u64 time;

	varta_slot_to_agent(tracker, slot, &agent);
	if (!varta_slot_event_time(tracker, slot, false, now, &time))
		return true;
	if (slot->stalled)
		agent.late_ns = time;
	return report(context, &agent);
}

/**
 * varta_tracker_report_again() - look at the agents of a source
 * @tracker: the tracker
 * @source: number of the source, not 0
 * @cursor: where to begin, 0 at first; updated
 * @now: time in nanoseconds, monotonic
 * @report: called for each, with its slot locked. If it is stalled,
 *	&varta_agent_info.late_ns is the time that an event of it has now. If it
 *	returns false, the next call begins with this agent
 * @context: passed to @report
 *
 * Context: process; does not sleep.
 * Return: whether there are more slots, so that it has to be called again.
 */
bool varta_tracker_report_again(struct varta_tracker *tracker, u32 source,
				u32 *cursor, u64 now, varta_agent_cb report,
				void *context)
{
	u32 end = min(READ_ONCE(tracker->slots_used),
		      *cursor + VARTA_SOURCE_BATCH);

	for (; *cursor < end; (*cursor)++) {
		struct varta_slot *slot = &tracker->slots[*cursor];
		bool done = true;

		/* One that gets the source meanwhile has had a beat. */
		if (data_race(slot->source) != source)
			continue;
		varta_slot_lock(tracker, slot);
		if (slot->pid && slot->source == source)
			done = report_again(tracker, slot, now, report,
					    context);
		spin_unlock(&slot->lock);
		if (!done)
			return true;
	}
	return end < READ_ONCE(tracker->slots_used);
}

/**
 * varta_tracker_resume() - let the silence of all agents begin anew
 * @tracker: the tracker
 * @now: when processes can beat again after a suspend
 * Context: any; does not sleep.
 */
void varta_tracker_resume(struct varta_tracker *tracker, u64 now)
{
	varta_store64(&tracker->resume_ns, now);
}

/**
 * varta_tracker_set_warn_percent() - report agents before they stall
 * @tracker: the tracker
 * @percent: of its threshold, for which an agent is silent until it is late,
 *	below 100; 0 for no such reports
 *
 * varta_tracker_rescan() has to follow.
 * Context: any; does not sleep.
 */
void varta_tracker_set_warn_percent(struct varta_tracker *tracker, u32 percent)
{
	WRITE_ONCE(tracker->warn_percent, percent);
}
