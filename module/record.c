// SPDX-License-Identifier: GPL-2.0-only
/* Recording a beat, by the rules of Documentation/tracker-semantics.md, section 3. */

#include <linux/lockdep.h>
#include <linux/string.h>

#include "tracker_internal.h"

/* What each accepted beat updates. On the fast path a call is too much. */
static __always_inline void
update_from_beat(const struct varta_tracker *tracker, struct varta_slot *slot,
		 const struct varta_beat_info *beat, u64 now)
{
	varta_slot_update_time(tracker, slot, now);
	slot->payload = beat->payload;
	slot->beats++;
	if (beat->thread_name)
		memcpy(slot->thread_name, beat->thread_name,
		       sizeof(slot->thread_name));
	if (beat->name)
		strscpy(slot->name, beat->name, sizeof(slot->name));
}

static void update_last_beat(const struct varta_tracker *tracker,
			     struct varta_slot *slot,
			     const struct varta_beat_info *beat, u64 now)
{
	update_from_beat(tracker, slot, beat, now);
	/* An exited slot is in a list. */
	if (slot->exit_state)
		slot->tid = beat->usage.tid;
	else
		slot->usage = beat->usage;
	slot->unmetered = false;
	slot->foreign_thread = beat->foreign_thread;
	slot->status = beat->status;
	slot->last_is_terminal = varta_beat_is_terminal(beat);
	if (slot->last_is_terminal) {
		slot->terminal_timestamp = beat->timestamp;
		slot->has_terminal = true;
	} else {
		slot->regular_nonce = beat->nonce;
		slot->has_regular = true;
	}
}

/* What events tell of a slot as it was before a beat. */
struct before {
	u64 last_ns;
	u64 stall_ns;
	u8 status;
	bool terminal;
	bool stalled;
};

static struct before before_of(const struct varta_slot *slot)
{
	return (struct before) {
		.last_ns	= slot->last_ns,
		.stall_ns	= slot->event_ns,
		.status		= slot->status,
		.terminal	= slot->last_is_terminal,
		.stalled	= slot->stalled,
	};
}

static bool has_new_status(const struct varta_slot *slot,
			   const struct before *before)
{
	return slot->status != before->status ||
	       (slot->last_is_terminal && !before->terminal);
}

/* Apart, as an event is large, and nearly all beats have none. */
static noinline void report_change(struct varta_tracker *tracker,
				   const struct varta_slot *slot,
				   const struct before *before, u64 now,
				   enum varta_event_kind kind)
{
	struct varta_event_info event = {
		.kind		= kind,
		.silence_ns	= varta_silence(before->last_ns, now),
		.stall_ns	= before->stalled ? before->stall_ns : 0,
		.old_status	= before->status,
		.changes	= 1,
	};

	varta_slot_report(tracker, slot, &event, now);
}

static void report_changes(struct varta_tracker *tracker,
			   const struct varta_slot *slot,
			   const struct before *before, u64 now)
{
	if (before->stalled)
		report_change(tracker, slot, before, now,
			      VARTA_EVENT_KIND_RECOVER);
	if (has_new_status(slot, before))
		report_change(tracker, slot, before, now,
			      VARTA_EVENT_KIND_STATUS);
}

static void init_slot(struct varta_tracker *tracker, struct varta_slot *slot,
		      struct varta_record *record)
{
	const struct varta_agent_id *id = record->id;

	varta_slot_set_stalled(tracker, slot, false);
	varta_action_drop(tracker, slot);
	if (record->beat->action)
		varta_action_set(tracker, slot, record->beat->action);
	varta_action_note_beat(tracker, slot, record->beat);
	varta_slot_unmap(tracker, slot);
	varta_slot_drop_sent_lanes(tracker, slot);
	if (id->proc)
		tracker->config.ops->get_proc(id->proc);
	record->started = true;
	record->old_proc = slot->proc;
	varta_slot_set_proc(tracker, slot, id->proc);
	slot->ns_inode = id->ns_inode;
	slot->timens = id->timens;
	slot->netns = id->netns;
	WRITE_ONCE(slot->uid, id->uid);
	slot->flow_key = id->flow_key;
	slot->ns_pid = id->ns_pid;
	slot->start_ns = id->start_ns;
	slot->cgroup_id = id->cgroup_id;
	slot->origin = id->origin;
	slot->has_regular = false;
	slot->has_terminal = false;
	slot->late = false;
	slot->beats = 0;
	slot->stalls = 0;
	slot->first = record->now >> VARTA_TIME_SHIFT;
	slot->longest_gap = 0;
	WRITE_ONCE(slot->threshold_ms, record->beat->threshold_ms);
	strscpy(slot->name, id->comm ?: "", sizeof(slot->name));
	memset(slot->thread_name, 0, sizeof(slot->thread_name));
	varta_store64(&slot->last_ns, record->now);
	update_last_beat(tracker, slot, record->beat, record->now);
	varta_slot_arm(tracker, slot, record->threshold);
}

/* The slot is locked, and has the agent's key and charge already. */
void varta_slot_start(struct varta_tracker *tracker, struct varta_slot *slot,
		      struct varta_record *record)
{
	static const struct before before = { .status = VARTA_STATUS_OK };

	init_slot(tracker, slot, record);
	report_changes(tracker, slot, &before, record->now);
}

/* Returns false, with nothing changed, if the user is over quota. */
static bool restart_for_process(struct varta_tracker *tracker,
				struct varta_slot *slot,
				struct varta_record *record)
{
	static const enum varta_goodbye_cause cause =
		VARTA_GOODBYE_CAUSE_PID_RECYCLED;

	if (!varta_slot_transfer_charge(tracker, slot, record, &cause))
		return false;
	varta_slot_start(tracker, slot, record);
	return true;
}

static bool take_over(struct varta_tracker *tracker, struct varta_slot *slot,
		      struct varta_record *record)
{
	struct before before = before_of(slot);

	if (!varta_slot_transfer_charge(tracker, slot, record, NULL))
		return false;
	init_slot(tracker, slot, record);
	report_changes(tracker, slot, &before, record->now);
	return true;
}

/* Rule 1: the pid belongs to a new process. */
static bool is_recycled(const struct varta_tracker *tracker,
			const struct varta_slot *slot,
			const struct varta_agent_id *id)
{
	if (!slot->proc || !id->proc || slot->proc == id->proc)
		return false;
	return !tracker->config.key_by_ns_pid ||
	       slot->ns_inode == id->ns_inode;
}

/* Rule 1: the beat is by a descendant for a process that has exited. */
static bool still_has_pid(const struct varta_tracker *tracker,
			  const struct varta_slot *slot)
{
	struct varta_agent_info agent;

	varta_slot_to_agent(tracker, slot, &agent);
	return tracker->config.ops->proc_state(&agent.id) == VARTA_PROC_SAME;
}

/* Rule 3. */
static bool namespace_conflicts(const struct varta_slot *slot,
				const struct varta_beat_info *beat,
				const struct varta_agent_id *id)
{
	if (!slot->ns_inode || slot->ns_inode == id->ns_inode)
		return false;
	/* A crash handler may be unable to give its namespace. */
	return id->ns_inode || !varta_beat_is_terminal(beat);
}

static bool nonce_wrapped(const struct varta_slot *slot,
			  const struct varta_beat_info *beat)
{
	return slot->regular_nonce >= U64_MAX - VARTA_NONCE_WRAP &&
	       beat->nonce <= VARTA_NONCE_WRAP;
}

/* Nonces and timestamps may be made from the clock of a time namespace. */
static void forget_order_of_other_clock(struct varta_slot *slot,
					const struct varta_agent_id *id)
{
	if (!id->timens || !slot->timens || slot->timens == id->timens)
		return;
	slot->has_regular = false;
	slot->has_terminal = false;
}

/* Rules 5 and 6. */
static bool beat_is_new(struct varta_tracker *tracker,
			const struct varta_slot *slot,
			const struct varta_beat_info *beat)
{
	if (varta_beat_is_terminal(beat))
		return !slot->has_terminal ||
		       beat->timestamp > slot->terminal_timestamp;
	if (!slot->has_regular || beat->nonce > slot->regular_nonce)
		return true;
	if (!nonce_wrapped(slot, beat))
		return false;
	varta_tracker_count(tracker, VARTA_COUNT_NONCE_WRAPS);
	return true;
}

/* Rules 3 and 4: an accepted beat fills in what was unknown. */
static void learn_identity(struct varta_tracker *tracker,
			   struct varta_slot *slot,
			   const struct varta_agent_id *id)
{
	if (!slot->ns_inode && id->ns_inode) {
		slot->ns_inode = id->ns_inode;
		slot->ns_pid = id->ns_pid;
	}
	if (!slot->proc && id->proc) {
		tracker->config.ops->get_proc(id->proc);
		varta_slot_set_proc(tracker, slot, id->proc);
	}
	if (id->timens)
		slot->timens = id->timens;
}

static enum varta_record_result refuse(struct varta_tracker *tracker,
				       const struct varta_slot *slot,
				       const struct varta_record *record,
				       enum varta_record_result result)
{
	struct varta_event_info event = {
		.kind		 = VARTA_EVENT_KIND_CONFLICT,
		.sender.origin	 = record->id->origin,
		.sender.ns_inode = record->id->ns_inode,
	};

	varta_slot_report(tracker, slot, &event, record->now);
	return result;
}

/* A rejected beat changes nothing in the slot. */
static enum varta_record_result update_slot(struct varta_tracker *tracker,
					    struct varta_slot *slot,
					    struct varta_record *record)
{
	const struct varta_agent_id *id = record->id;
	const struct varta_beat_info *beat = record->beat;
	struct before before;
	bool was_late = slot->late;
	bool new_threshold;

	lockdep_assert_held(&slot->lock);

	if (is_recycled(tracker, slot, id)) {
		if (still_has_pid(tracker, slot))
			return VARTA_RECORD_OUT_OF_ORDER;
		if (!restart_for_process(tracker, slot, record))
			return VARTA_RECORD_QUOTA_EXCEEDED;
		varta_tracker_count(tracker, VARTA_COUNT_PID_RECYCLES);
		return VARTA_RECORD_INSERTED;
	}
	if (slot->origin != id->origin) {
		if (!tracker->config.origin_takeover ||
		    !varta_origin_is_stronger(id->origin, slot->origin))
			return refuse(tracker, slot, record,
				      VARTA_RECORD_ORIGIN_CONFLICT);
		return take_over(tracker, slot, record) ?
			VARTA_RECORD_REFRESHED : VARTA_RECORD_QUOTA_EXCEEDED;
	}
	if (namespace_conflicts(slot, beat, id))
		return refuse(tracker, slot, record,
			      VARTA_RECORD_NAMESPACE_CONFLICT);
	/* What the agent stored before it sent this. */
	varta_slot_look(tracker, slot, record->now);
	/* If it forgets, the beat is new, and so not rejected. */
	forget_order_of_other_clock(slot, id);
	if (!beat_is_new(tracker, slot, beat)) {
		if (was_late && !slot->late)
			varta_slot_arm(tracker, slot, record->threshold);
		return VARTA_RECORD_OUT_OF_ORDER;
	}

	before = before_of(slot);
	update_last_beat(tracker, slot, beat, record->now);
	learn_identity(tracker, slot, id);
	new_threshold = beat->threshold_ms &&
			beat->threshold_ms != slot->threshold_ms;
	if (new_threshold)
		WRITE_ONCE(slot->threshold_ms, beat->threshold_ms);
	if (new_threshold || slot->stalled || was_late) {
		varta_slot_set_stalled(tracker, slot, false);
		varta_slot_unkick(tracker, slot);
		slot->late = false;
		varta_slot_arm(tracker, slot, record->threshold);
	}
	varta_slot_expect_lanes(tracker, slot, record->now);
	if (beat->action)
		varta_action_set(tracker, slot, beat->action);
	varta_action_note_beat(tracker, slot, beat);
	report_changes(tracker, slot, &before, record->now);
	return VARTA_RECORD_REFRESHED;
}

/* A beat from the page of the agent: its thread is unknown. */
void varta_slot_record_look(struct varta_tracker *tracker,
			    struct varta_slot *slot,
			    const struct varta_beat_info *beat, u64 time,
			    u64 now)
{
	struct before before = before_of(slot);

	lockdep_assert_held(&slot->lock);

	update_from_beat(tracker, slot, beat, time);
	slot->unmetered = true;
	slot->late = false;
	slot->status = beat->status;
	slot->last_is_terminal = false;
	slot->regular_nonce = beat->nonce;
	slot->has_regular = true;
	report_changes(tracker, slot, &before, now);
	varta_tracker_count(tracker, VARTA_COUNT_REFRESHED);
}

/* Until its exit is reported, a slot must not be reused for another process. */
static bool awaits_exit_report(const struct varta_slot *slot,
			       const struct varta_agent_id *id)
{
	return slot->exit_state &&
	       (slot->proc != id->proc || slot->origin != id->origin);
}

/* If false, that and record->exited_slot are certain only under tracker->lock. */
static bool update_if_tracked(struct varta_tracker *tracker,
			      struct varta_record *record)
{
	u64 key = varta_agent_key(record->id);
	struct varta_slot *slot = varta_tracker_find_slot(tracker, key);
	bool tracked;

	if (!slot)
		return false;
	varta_slot_lock(tracker, slot);
	tracked = varta_slot_has_key(slot, key);
	if (tracked && awaits_exit_report(slot, record->id)) {
		tracked = false;
		record->exited_slot = slot;
	}
	if (tracked)
		record->result = update_slot(tracker, slot, record);
	spin_unlock(&slot->lock);
	return tracked;
}

/* The index has a new slot for the agent's key, which is locked. */
void varta_slot_detach(struct varta_tracker *tracker,
		       const struct varta_record *record)
{
	lockdep_assert_held(&tracker->lock);

	if (!record->exited_slot)
		return;
	WRITE_ONCE(record->exited_slot->exit_state, VARTA_EXIT_DETACHED);
}

/* An index entry for an agent without a slot is a bug; heal it. */
static void drop_stray_entry(struct varta_tracker *tracker, u64 key)
{
	if (varta_pid_index_remove(&tracker->index, key))
		varta_tracker_count(tracker, VARTA_COUNT_INVARIANT_VIOLATIONS);
}

static void insert_charged(struct varta_tracker *tracker,
			   struct varta_record *record)
{
	u32 nr = tracker->free_slot;
	struct varta_slot *slot;

	lockdep_assert_held(&tracker->lock);

	if (nr == VARTA_NO_SLOT)
		nr = tracker->slots_used;
	if (nr == tracker->config.capacity) {
		varta_tracker_reuse_victim(tracker, record);
		return;
	}

	slot = &tracker->slots[nr];
	/* Before the index has it, so that a lookup waits for the agent. */
	spin_lock(&slot->lock);
	if (!varta_pid_index_insert(&tracker->index,
				    varta_agent_key(record->id), nr)) {
		spin_unlock(&slot->lock);
		varta_tracker_count(tracker, VARTA_COUNT_PROBE_EXHAUSTED);
		record->result = VARTA_RECORD_CAPACITY_EXCEEDED;
		return;
	}
	varta_slot_detach(tracker, record);

	if (nr == tracker->slots_used)
		WRITE_ONCE(tracker->slots_used, nr + 1);
	else
		tracker->free_slot = slot->next;
	WRITE_ONCE(tracker->tracked, tracker->tracked + 1);
	tracker->group_tracked[nr / VARTA_WHEEL_GROUP]++;

	WRITE_ONCE(slot->pid, record->id->pid);
	slot->source = record->id->source;
	varta_slot_start(tracker, slot, record);
	spin_unlock(&slot->lock);
	record->result = VARTA_RECORD_INSERTED;
}

static void insert_agent(struct varta_tracker *tracker,
			 struct varta_record *record)
{
	const struct varta_tracker_ops *ops = tracker->config.ops;

	if (!record->exited_slot)
		drop_stray_entry(tracker, varta_agent_key(record->id));
	/* An agent over quota must not evict agents of other users. */
	record->over_quota = ops->try_charge && !ops->try_charge(record->id);
	if (record->over_quota) {
		varta_tracker_reuse_victim(tracker, record);
		return;
	}
	insert_charged(tracker, record);
	if (record->result != VARTA_RECORD_INSERTED && ops->uncharge)
		ops->uncharge(record->id);
}

void varta_tracker_record_locked(struct varta_tracker *tracker,
				 struct varta_record *record)
{
	varta_tracker_lock_for_request(tracker, record->id->flow_key);
	record->exited_slot = NULL;
	record->wants_victim = false;
	if (!update_if_tracked(tracker, record))
		insert_agent(tracker, record);
	varta_tracker_unlock_for_request(tracker, record->id->flow_key);
}

static void record_unknown(struct varta_tracker *tracker,
			   struct varta_record *record)
{
	varta_tracker_record_locked(tracker, record);
	if (record->wants_victim)
		varta_tracker_evict(tracker, record);
}

/* &varta_slot.state of an agent whose beat may take the fast path. */
static u32 live_state(u32 status)
{
	static_assert(offsetof(struct varta_slot, status) ==
		      offsetof(struct varta_slot, origin) + 1);

	return VARTA_ORIGIN_KERNEL_ATTESTED | status << 8;
}

/* The beat only updates time, nonce, payload, usage and names. */
static bool is_fast_path(const struct varta_tracker *tracker,
			 const struct varta_slot *slot,
			 const struct varta_beat_info *beat,
			 const struct varta_proc *proc, u32 timens)
{
	return slot->proc == proc &&
	       slot->timens == timens &&
	       slot->has_regular &&
	       !slot->last_is_terminal &&
	       !slot->foreign_thread &&
	       !slot->mapped &&
	       !slot->unmetered &&
	       !slot->late &&
	       le32_to_cpu(slot->state) == live_state(beat->status) &&
	       beat->nonce > slot->regular_nonce &&
	       beat->nonce != VARTA_TERMINAL_NONCE &&
	       (!beat->threshold_ms ||
		beat->threshold_ms == slot->threshold_ms) &&
	       (!beat->action ||
		varta_action_repeats(tracker, slot, beat->action));
}

/**
 * varta_tracker_record_fast() - record a beat that takes the fast path
 * @tracker: the tracker
 * @beat: the beat; it passed varta_beat_check(). Its time, pid and foreign_thread are
 *	not read
 * @pid: pid that the slot is found by, with source 0
 * @proc: process reference of the agent, not NULL; the caller holds it
 * @timens: inode number of the sender's time namespace, 0 if unknown
 * @now: time in nanoseconds, monotonic
 *
 * An equal process reference implies the same pid, and the same pid namespace.
 *
 * Context: any but interrupts; does not sleep.
 * Return: whether the beat was accepted and counted. If not, nothing was done:
 * varta_tracker_record() has to follow.
 */
bool varta_tracker_record_fast(struct varta_tracker *tracker,
			       const struct varta_beat_info *beat, u32 pid,
			       const struct varta_proc *proc, u32 timens,
			       u64 now)
{
	u32 nr = varta_pid_index_find(&tracker->index, varta_key(0, pid));
	struct varta_slot *slot;
	bool fast;

	if (nr >= tracker->config.capacity)
		return false;
	slot = &tracker->slots[nr];
	spin_lock(&slot->lock);
	fast = is_fast_path(tracker, slot, beat, proc, timens);
	if (fast) {
		update_from_beat(tracker, slot, beat, now);
		slot->usage = beat->usage;
		slot->regular_nonce = beat->nonce;
	}
	spin_unlock(&slot->lock);
	if (fast)
		varta_tracker_count(tracker, VARTA_COUNT_REFRESHED);
	return fast;
}

/**
 * varta_tracker_record() - record a beat (section 3)
 * @tracker: the tracker
 * @beat: the beat; it passed varta_beat_check()
 * @id: identity of its agent; the caller holds the references
 * @now: time in nanoseconds, monotonic
 * @threshold: threshold of agents without their own, in nanoseconds
 * @started: set to whether the beat started a slot
 * Context: process; sleeps only for an agent that has no slot.
 * Return: what became of the beat, which is counted.
 */
enum varta_record_result varta_tracker_record(struct varta_tracker *tracker,
					      const struct varta_beat_info *beat,
					      const struct varta_agent_id *id,
					      u64 now, u64 threshold,
					      bool *started)
{
	static const enum varta_counter counters[] = {
		[VARTA_RECORD_INSERTED]		= VARTA_COUNT_INSERTED,
		[VARTA_RECORD_REFRESHED]	= VARTA_COUNT_REFRESHED,
		[VARTA_RECORD_OUT_OF_ORDER]	= VARTA_COUNT_OUT_OF_ORDER,
		[VARTA_RECORD_CAPACITY_EXCEEDED] = VARTA_COUNT_CAPACITY_EXCEEDED,
		[VARTA_RECORD_ORIGIN_CONFLICT]	= VARTA_COUNT_ORIGIN_CONFLICTS,
		[VARTA_RECORD_NAMESPACE_CONFLICT] = VARTA_COUNT_NAMESPACE_CONFLICTS,
		[VARTA_RECORD_QUOTA_EXCEEDED]	= VARTA_COUNT_QUOTA_EXCEEDED,
	};
	struct varta_record record = {
		.beat		= beat,
		.id		= id,
		.now		= now,
		.threshold	= threshold,
	};

	if (!update_if_tracked(tracker, &record))
		record_unknown(tracker, &record);
	varta_tracker_put_proc(tracker, record.old_proc);
	varta_tracker_count(tracker, counters[record.result]);
	*started = record.started;
	return record.result;
}
