// SPDX-License-Identifier: GPL-2.0-only
/* Eviction: Documentation/tracker-semantics.md, section 5. */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

#include "tracker_internal.h"

static bool is_victim(const struct varta_slot *slot,
		      const struct varta_record *record, bool only_stalled)
{
	u64 limit;

	if (check_mul_overflow(varta_slot_threshold(slot, record->threshold),
			       (u64)VARTA_EVICTION_FACTOR, &limit))
		limit = U64_MAX;
	return READ_ONCE(slot->pid) && !READ_ONCE(slot->exit_state) &&
	       varta_silence(varta_load64(&slot->last_ns), record->now) > limit &&
	       (!only_stalled || READ_ONCE(slot->stalled)) &&
	       (!record->over_quota ||
		READ_ONCE(slot->uid) == record->id->uid);
}

/* Sets record->result, unless the slot is no victim after all. */
static bool evict_and_reuse(struct varta_tracker *tracker,
			    struct varta_slot *slot,
			    struct varta_record *record, bool only_stalled)
{
	static const enum varta_goodbye_cause cause =
		VARTA_GOODBYE_CAUSE_EVICTED;
	u64 old_key = varta_key(slot->source, slot->pid);
	bool confirmed;
	int err;

	lockdep_assert_held(&tracker->lock);

	varta_slot_lock(tracker, slot);
	confirmed = is_victim(slot, record, only_stalled);
	if (!confirmed)
		goto unlock;

	err = varta_pid_index_replace(&tracker->index, old_key,
				      varta_agent_key(record->id),
				      varta_slot_nr(tracker, slot));
	if (err == -ENOSPC) {
		varta_tracker_count(tracker, VARTA_COUNT_PROBE_EXHAUSTED);
		record->result = VARTA_RECORD_CAPACITY_EXCEEDED;
		goto unlock;
	}
	varta_slot_detach(tracker, record);
	if (err)
		varta_tracker_count(tracker, VARTA_COUNT_INVARIANT_VIOLATIONS);
	tracker->last_evicted = (struct varta_evicted) {
		.pid = slot->pid,
		.source = slot->source,
		.ns_inode = slot->ns_inode,
	};
	if (record->over_quota) {
		varta_slot_transfer_charge(tracker, slot, record, &cause);
	} else {
		varta_slot_goodbye(tracker, slot, cause, record->now);
		varta_slot_uncharge(tracker, slot);
	}
	WRITE_ONCE(slot->pid, record->id->pid);
	slot->source = record->id->source;
	varta_slot_start(tracker, slot, record);
	varta_tracker_count(tracker, VARTA_COUNT_EVICTIONS);
	record->result = VARTA_RECORD_INSERTED;
unlock:
	spin_unlock(&slot->lock);
	return confirmed;
}

/*
 * No slot is free, or the user is over quota: takes record->victim. Sets
 * record->result and whether another victim is wanted.
 */
void varta_tracker_reuse_victim(struct varta_tracker *tracker,
				struct varta_record *record)
{
	record->wants_victim = !record->victim ||
			       !evict_and_reuse(tracker, record->victim, record,
						record->only_stalled);
	if (record->wants_victim)
		record->result = record->over_quota ?
				 VARTA_RECORD_QUOTA_EXCEEDED :
				 VARTA_RECORD_CAPACITY_EXCEEDED;
}

/* Returns whether another victim is not wanted. */
static bool record_with_victim(struct varta_tracker *tracker,
			       struct varta_slot *slot,
			       struct varta_record *record, bool only_stalled)
{
	record->victim = slot;
	record->only_stalled = only_stalled;
	varta_tracker_record_locked(tracker, record);
	return !record->wants_victim;
}

/*
 * Examines slots without any lock: it may take long, and be preempted. Others
 * must not wait meanwhile.
 */
static bool scan_window(struct varta_tracker *tracker,
			struct varta_record *record, bool only_stalled)
{
	u32 used = READ_ONCE(tracker->slots_used);
	u32 left = min(tracker->config.eviction_scan_window, used);
	u32 nr = READ_ONCE(tracker->eviction_cursor);
	bool done = false;

	/* Slots may have been used since by others, who have set the cursor. */
	if (nr >= used)
		nr = 0;
	while (left--) {
		struct varta_slot *slot = &tracker->slots[nr++];

		if (nr == used)
			nr = 0;
		done = is_victim(slot, record, only_stalled) &&
		       record_with_victim(tracker, slot, record, only_stalled);
		if (done)
			break;
		cond_resched();
	}
	WRITE_ONCE(tracker->eviction_cursor, nr);
	return done;
}

/* Over quota, only agents of the same user are victims. */
void varta_tracker_evict(struct varta_tracker *tracker,
			 struct varta_record *record)
{
	bool scanned = false;

	if (atomic_read(&tracker->stalled_now)) {
		if (scan_window(tracker, record, true))
			return;
		scanned = true;
	}
	if (tracker->config.eviction_policy == VARTA_EVICTION_POLICY_BALANCED) {
		if (scan_window(tracker, record, false))
			return;
		scanned = true;
	}
	if (scanned)
		varta_tracker_count(tracker, VARTA_COUNT_EVICTION_SCAN_TRUNCATED);
}
