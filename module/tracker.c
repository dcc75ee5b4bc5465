// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger. Section numbers are those of Documentation/tracker-semantics.md.
 *
 * A beat of a known agent finds its slot without a lock, locks the slot, which
 * only beats of the same agent, readers and the stall pass ever do, and makes
 * sure that the slot is still the agent's. Whatever gives a slot away or takes
 * it back does so under the tracker's lock and the slot's. So an operation
 * takes effect at one moment, while it holds its slot's lock (a beat that is
 * refused for want of room: the tracker's).
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "tracker.h"

/* Marks the end of the chain of free slots. */
#define NO_SLOT	U32_MAX

/* What an agent costs; debugging makes the lock larger. */
static_assert(sizeof(spinlock_t) > 4 ||
	      sizeof(struct varta_slot) <= ALIGN(128, SMP_CACHE_BYTES));

/**
 * varta_tracker_bytes() - memory that a tracker takes, index and wheel included
 * @capacity: how many agents it is for
 *
 * Return: bytes.
 */
size_t varta_tracker_bytes(u32 capacity)
{
	return (size_t)capacity * sizeof(struct varta_slot) +
	       varta_pid_index_bytes(capacity) + varta_wheel_bytes(capacity);
}

/**
 * varta_tracker_init() - make an empty tracker
 * @tracker: to be set up
 * @config: copied; what it points to must outlive the tracker
 *
 * All the memory that the tracker will ever use is allocated here.
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL for a capacity out of range, -ENOMEM.
 */
int varta_tracker_init(struct varta_tracker *tracker,
		       const struct varta_tracker_config *config)
{
	u32 i;

	if (!config->capacity || config->capacity > VARTA_CAPACITY_MAX)
		return -EINVAL;

	memset(tracker, 0, sizeof(*tracker));
	tracker->config = *config;
	tracker->config.eviction_scan_window =
		clamp_t(u32, config->eviction_scan_window, 1,
			VARTA_CAPACITY_MAX);

	/* Failing is for the caller to report; nobody is to be killed for it */
	tracker->slots = kvcalloc(config->capacity, sizeof(*tracker->slots),
				  GFP_KERNEL | __GFP_RETRY_MAYFAIL |
				  __GFP_NOWARN);
	if (!tracker->slots)
		return -ENOMEM;
	if (varta_pid_index_init(&tracker->index, config->capacity))
		goto free_slots;
	if (varta_wheel_init(&tracker->wheel, config->capacity))
		goto destroy_index;

	for (i = 0; i < config->capacity; i++)
		spin_lock_init(&tracker->slots[i].lock);
	rt_mutex_init(&tracker->lock);
	tracker->free_slot = NO_SLOT;
	return 0;

destroy_index:
	varta_pid_index_destroy(&tracker->index);
free_slots:
	kvfree(tracker->slots);
	return -ENOMEM;
}

static void put_proc(struct varta_tracker *tracker, struct varta_proc *proc)
{
	if (proc)
		tracker->config.ops->put_proc(proc);
}

static void count(struct varta_tracker *tracker, enum varta_counter which)
{
	varta_count(tracker->config.counters, which);
}

static u64 silence(u64 last_ns, u64 now)
{
	return now > last_ns ? now - last_ns : 0;
}

static u64 saturating_add(u64 a, u64 b)
{
	u64 sum;

	return check_add_overflow(a, b, &sum) ? U64_MAX : sum;
}

static u64 saturating_mul(u64 a, u64 b)
{
	u64 product;

	return check_mul_overflow(a, b, &product) ? U64_MAX : product;
}

static void set_stalled(struct varta_tracker *tracker, struct varta_slot *slot,
			bool stalled)
{
	if (slot->stalled == stalled)
		return;
	WRITE_ONCE(slot->stalled, stalled);
	/* Who finds one counted is to find the slot when they look for it. */
	if (stalled)
		atomic_inc_return_release(&tracker->stalled_now);
	else
		atomic_dec(&tracker->stalled_now);
}

static void slot_to_agent(const struct varta_slot *slot, struct varta_agent_info *agent)
{
	*agent = (struct varta_agent_info) {
		.id.proc	= slot->proc,
		.id.ns_inode	= slot->ns_inode,
		.id.netns	= slot->netns,
		.id.source	= slot->source,
		.id.pid		= slot->pid,
		.id.ns_pid	= slot->ns_pid,
		.id.uid		= slot->uid,
		.id.origin	= slot->origin,
		.last_ns	= slot->last_ns,
		.nonce		= slot->nonce,
		.payload	= slot->payload,
		.threshold_ms	= slot->threshold_ms,
		.exit_code	= slot->exit_code,
		.status		= slot->status,
		.stalled	= slot->stalled,
		.exited		= slot->exited,
	};
	memcpy(agent->name, slot->name, sizeof(agent->name));
}

/*
 * One beat on its way through the ledger: what varta_tracker_record() is given
 * and what comes of it. A process reference that a slot no longer holds is released
 * when no lock is held.
 */
struct record {
	const struct varta_beat_info *beat;
	const struct varta_agent_id *id;
	u64 now;
	u64 threshold;
	struct varta_proc *released;
	bool over_quota;
	bool started;
	enum varta_record_result answer;
};

static u64 key_of(const struct varta_agent_id *id)
{
	return varta_key(id->source, id->pid);
}

/* With the slot locked, or the tracker. */
static bool is_slot_of(const struct varta_slot *slot, u64 key)
{
	return slot->pid && varta_key(slot->source, slot->pid) == key;
}

/*
 * The slot that the index gives for a pid, or NULL. Without the tracker's lock
 * it may be on its way from or to another agent: lock it, and see whose it is.
 */
static struct varta_slot *look_up(struct varta_tracker *tracker, u64 key)
{
	u32 number;

	if (!varta_pid_index_get(&tracker->index, key, &number) ||
	    number >= tracker->config.capacity)
		return NULL;
	return &tracker->slots[number];
}

/* Note an accepted beat, the slot's first or a later one. */
static void update_last_beat(struct varta_slot *slot, const struct varta_beat_info *beat,
			     u64 now)
{
	/*
	 * A thread that was held up between reading the clock and getting here
	 * must not turn the agent's time back.
	 */
	WRITE_ONCE(slot->last_ns, max(slot->last_ns, now));
	slot->nonce = beat->nonce;
	slot->payload = beat->payload;
	slot->status = beat->status;
	if (varta_beat_is_terminal(beat)) {
		slot->terminal_timestamp = beat->timestamp;
		slot->has_terminal = true;
	} else {
		slot->regular_nonce = beat->nonce;
		slot->has_regular = true;
	}
	if (beat->name)
		strscpy(slot->name, beat->name, sizeof(slot->name));
}

static u64 threshold_of(const struct varta_slot *slot, u64 threshold)
{
	u32 own_ms = READ_ONCE(slot->threshold_ms);

	return own_ms ? (u64)own_ms * NSEC_PER_MSEC : threshold;
}

static u32 number_of(const struct varta_tracker *tracker,
		     const struct varta_slot *slot)
{
	return slot - tracker->slots;
}

static u64 silent_since(const struct varta_tracker *tracker,
			const struct varta_slot *slot)
{
	return max(READ_ONCE(slot->last_ns), READ_ONCE(tracker->resume_ns));
}

static u64 deadline_of(const struct varta_tracker *tracker,
		       const struct varta_slot *slot, u64 threshold)
{
	return saturating_add(silent_since(tracker, slot),
			      threshold_of(slot, threshold));
}

/*
 * See to it that the slot is looked at when its agent, if it is silent from
 * here on, is stalled. Later beats do not come here: when it is looked at, it
 * is put off to the deadline that it has by then.
 */
static void arm(struct varta_tracker *tracker, struct varta_slot *slot,
		u64 threshold)
{
	lockdep_assert_held(&slot->lock);

	if (varta_wheel_arm(&tracker->wheel, number_of(tracker, slot),
			    deadline_of(tracker, slot, threshold)) &&
	    tracker->config.ops->kick)
		tracker->config.ops->kick();
}

static bool try_charge(struct varta_tracker *tracker,
		       const struct varta_agent_id *id)
{
	return !tracker->config.ops->try_charge ||
	       tracker->config.ops->try_charge(id);
}

static void uncharge(struct varta_tracker *tracker,
		     const struct varta_agent_id *id)
{
	if (tracker->config.ops->uncharge)
		tracker->config.ops->uncharge(id);
}

/* The agent of a slot leaves, and the slot is given up or to another. */
static void uncharge_slot(struct varta_tracker *tracker, struct varta_slot *slot)
{
	struct varta_agent_info agent;

	slot_to_agent(slot, &agent);
	uncharge(tracker, &agent.id);
}

/* The agent of a slot leaves for another, if that one is admitted. */
static bool transfer_charge(struct varta_tracker *tracker,
			    const struct varta_slot *slot,
		    const struct varta_agent_id *id)
{
	struct varta_agent_info agent;

	slot_to_agent(slot, &agent);
	return !tracker->config.ops->transfer_charge ||
	       tracker->config.ops->transfer_charge(&agent.id, id);
}

/**
 * varta_tracker_destroy() - free what varta_tracker_init() made
 * @tracker: no longer used by anyone
 *
 * Context: process, may sleep.
 */
void varta_tracker_destroy(struct varta_tracker *tracker)
{
	u32 i;

	for (i = 0; i < tracker->slots_used; i++) {
		if (tracker->slots[i].pid)
			uncharge_slot(tracker, &tracker->slots[i]);
		put_proc(tracker, tracker->slots[i].proc);
		cond_resched();
	}
	varta_wheel_destroy(&tracker->wheel);
	varta_pid_index_destroy(&tracker->index);
	kvfree(tracker->slots);
}

/*
 * Start a slot from a beat of an agent that was admitted. Whoever had the slot
 * has left.
 */
static void start_slot(struct varta_tracker *tracker, struct varta_slot *slot,
		       struct record *record)
{
	const struct varta_agent_id *id = record->id;

	set_stalled(tracker, slot, false);
	if (id->proc)
		tracker->config.ops->get_proc(id->proc);
	record->started = true;
	record->released = slot->proc;
	slot->proc = id->proc;
	slot->ns_inode = id->ns_inode;
	slot->netns = id->netns;
	WRITE_ONCE(slot->uid, id->uid);
	slot->ns_pid = id->ns_pid;
	slot->origin = id->origin;
	slot->has_regular = false;
	slot->has_terminal = false;
	/* If it is in the list of exits, it is not to be freed on that account */
	slot->exited = false;
	slot->exit_code = 0;
	WRITE_ONCE(slot->threshold_ms, record->beat->threshold_ms);
	strscpy(slot->name, id->comm ?: "", sizeof(slot->name));
	WRITE_ONCE(slot->last_ns, record->now);
	update_last_beat(slot, record->beat, record->now);
	arm(tracker, slot, record->threshold);
}

/*
 * Start an agent's slot afresh for the one that has come in its place. Returns
 * false, with nothing changed, if that one is not admitted.
 */
static bool restart_slot(struct varta_tracker *tracker, struct varta_slot *slot,
			 struct record *record)
{
	if (!transfer_charge(tracker, slot, record->id))
		return false;
	start_slot(tracker, slot, record);
	return true;
}

/* Take a slot from its agent. Returns the process reference to be released. */
static struct varta_proc *free_slot(struct varta_tracker *tracker, struct varta_slot *slot)
{
	struct varta_proc *old_proc = slot->proc;

	lockdep_assert_held(&tracker->lock);
	lockdep_assert_held(&slot->lock);

	if (!varta_pid_index_remove(&tracker->index,
				    varta_key(slot->source, slot->pid)))
		count(tracker, VARTA_COUNT_INVARIANT_VIOLATIONS);
	uncharge_slot(tracker, slot);
	WRITE_ONCE(slot->pid, 0);
	varta_wheel_disarm(&tracker->wheel, number_of(tracker, slot));
	set_stalled(tracker, slot, false);
	slot->exited = false;
	slot->proc = NULL;
	slot->next_free = tracker->free_slot;
	tracker->free_slot = number_of(tracker, slot);
	WRITE_ONCE(tracker->tracked, tracker->tracked - 1);
	return old_proc;
}

/* Rule 1: the pid belongs to a new process. */
static bool is_recycled(const struct varta_tracker *tracker,
			const struct varta_slot *slot,
			const struct varta_agent_id *id)
{
	if (!slot->proc || !id->proc ||
	    slot->proc == id->proc)
		return false;
	return !tracker->config.key_by_ns_pid ||
	       slot->ns_inode == id->ns_inode;
}

/* Rule 3: pinned and not the same. */
static bool namespace_conflicts(const struct varta_slot *slot,
				const struct varta_beat_info *beat,
				const struct varta_agent_id *id)
{
	if (!slot->ns_inode || slot->ns_inode == id->ns_inode)
		return false;
	/* A crash handler may no longer be able to say where it is. */
	return id->ns_inode || !varta_beat_is_terminal(beat);
}

static bool nonce_wrapped(const struct varta_slot *slot,
			  const struct varta_beat_info *beat)
{
	return slot->regular_nonce >= U64_MAX - VARTA_NONCE_WRAP &&
	       beat->nonce <= VARTA_NONCE_WRAP;
}

/* Rules 5 and 6: whether the beat says something that was not said before. */
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
	count(tracker, VARTA_COUNT_NONCE_WRAPS);
	return true;
}

/* Rules 3 and 4: what was not known is pinned, now that the beat is accepted */
static void learn_identity(struct varta_tracker *tracker, struct varta_slot *slot,
			   const struct varta_agent_id *id)
{
	if (!slot->ns_inode && id->ns_inode) {
		slot->ns_inode = id->ns_inode;
		slot->ns_pid = id->ns_pid;
	}
	if (!slot->proc && id->proc) {
		tracker->config.ops->get_proc(id->proc);
		slot->proc = id->proc;
	}
}

/*
 * A beat for the agent whose slot this is (section 3, known pid). A refused
 * beat changes nothing in it.
 */
static enum varta_record_result update_slot(struct varta_tracker *tracker,
					    struct varta_slot *slot,
				      struct record *record)
{
	const struct varta_agent_id *id = record->id;
	const struct varta_beat_info *beat = record->beat;
	bool new_threshold;

	lockdep_assert_held(&slot->lock);

	if (is_recycled(tracker, slot, id)) {
		if (!restart_slot(tracker, slot, record))
			return VARTA_RECORD_QUOTA_EXCEEDED;
		count(tracker, VARTA_COUNT_PID_RECYCLES);
		return VARTA_RECORD_INSERTED;
	}
	if (slot->origin != id->origin) {
		if (!tracker->config.origin_takeover ||
		    id->origin > slot->origin)
			return VARTA_RECORD_ORIGIN_CONFLICT;
		return restart_slot(tracker, slot, record) ?
			VARTA_RECORD_REFRESHED : VARTA_RECORD_QUOTA_EXCEEDED;
	}
	if (namespace_conflicts(slot, beat, id))
		return VARTA_RECORD_NAMESPACE_CONFLICT;
	if (!beat_is_new(tracker, slot, beat))
		return VARTA_RECORD_OUT_OF_ORDER;

	update_last_beat(slot, beat, record->now);
	learn_identity(tracker, slot, id);
	new_threshold = beat->threshold_ms &&
			beat->threshold_ms != slot->threshold_ms;
	if (new_threshold)
		WRITE_ONCE(slot->threshold_ms, beat->threshold_ms);
	if (new_threshold || slot->stalled) {
		set_stalled(tracker, slot, false);
		arm(tracker, slot, record->threshold);
	}
	return VARTA_RECORD_REFRESHED;
}

/*
 * Returns whether there is a slot for the beat's agent. If there is, the
 * answer is set. If not, that is for certain only under the tracker's lock.
 */
static bool update_if_tracked(struct varta_tracker *tracker,
			      struct record *record)
{
	u64 key = key_of(record->id);
	struct varta_slot *slot = look_up(tracker, key);
	bool known;

	if (!slot)
		return false;
	spin_lock(&slot->lock);
	known = is_slot_of(slot, key);
	if (known)
		record->answer = update_slot(tracker, slot, record);
	spin_unlock(&slot->lock);
	return known;
}

static bool is_victim(const struct varta_slot *slot,
		      const struct record *record, bool only_stalled)
{
	u64 limit = saturating_mul(threshold_of(slot, record->threshold),
				   VARTA_EVICTION_FACTOR);

	return READ_ONCE(slot->pid) &&
	       silence(READ_ONCE(slot->last_ns), record->now) > limit &&
	       (!only_stalled || READ_ONCE(slot->stalled)) &&
	       (!record->over_quota ||
		READ_ONCE(slot->uid) == record->id->uid);
}

/*
 * Give a victim's slot to the beat's agent. Returns false if it turns out to
 * be no victim; else the answer is set.
 */
static bool evict_and_reuse(struct varta_tracker *tracker, struct varta_slot *slot,
			    struct record *record, bool only_stalled)
{
	u64 victim = varta_key(slot->source, slot->pid);
	bool taken;
	int err;

	lockdep_assert_held(&tracker->lock);

	spin_lock(&slot->lock);
	/* A beat may have come in between. */
	taken = is_victim(slot, record, only_stalled);
	if (!taken)
		goto unlock;

	err = varta_pid_index_replace(&tracker->index, victim,
				      key_of(record->id),
				      number_of(tracker, slot));
	if (err == -ENOSPC) {
		count(tracker, VARTA_COUNT_PROBE_EXHAUSTED);
		record->answer = VARTA_RECORD_CAPACITY_EXCEEDED;
		goto unlock;
	}
	if (err)
		count(tracker, VARTA_COUNT_INVARIANT_VIOLATIONS);
	tracker->last_evicted_pid = slot->pid;
	if (record->over_quota)
		transfer_charge(tracker, slot, record->id);
	else
		uncharge_slot(tracker, slot);
	WRITE_ONCE(slot->pid, record->id->pid);
	slot->source = record->id->source;
	start_slot(tracker, slot, record);
	count(tracker, VARTA_COUNT_EVICTIONS);
	record->answer = VARTA_RECORD_INSERTED;
unlock:
	spin_unlock(&slot->lock);
	return taken;
}

/*
 * One windowed pass from where the last one stopped (section 5), for a slot to
 * take over. Slots are looked at without their locks, so that refused beats of
 * unknown agents do not hold up the beats of known ones. Returns whether a
 * victim was found; the answer is then set.
 */
static bool eviction_pass(struct varta_tracker *tracker, struct record *record,
			  bool only_stalled)
{
	u32 used = tracker->slots_used;
	u32 left = min(tracker->config.eviction_scan_window, used);

	while (left--) {
		struct varta_slot *slot;

		slot = &tracker->slots[tracker->eviction_cursor++];
		if (tracker->eviction_cursor == used)
			tracker->eviction_cursor = 0;
		if (is_victim(slot, record, only_stalled) &&
		    evict_and_reuse(tracker, slot, record, only_stalled))
			return true;
		cond_resched();
	}
	return false;
}

/*
 * An unknown agent that no free slot is for: evict another, one of its user's
 * if that has as many as may be, or refuse (section 5).
 */
static void evict_or_refuse(struct varta_tracker *tracker,
			    struct record *record)
{
	bool looked = false;

	if (atomic_read(&tracker->stalled_now)) {
		if (eviction_pass(tracker, record, true))
			return;
		looked = true;
	}
	if (tracker->config.eviction_policy == VARTA_EVICTION_POLICY_BALANCED) {
		if (eviction_pass(tracker, record, false))
			return;
		looked = true;
	}
	if (looked)
		count(tracker, VARTA_COUNT_EVICTION_SCAN_TRUNCATED);
	record->answer = record->over_quota ? VARTA_RECORD_QUOTA_EXCEEDED :
					      VARTA_RECORD_CAPACITY_EXCEEDED;
}

/*
 * The agent is unknown, and yet the index may have an entry for its pid: that
 * would lead nowhere. Without it, all is well again.
 */
static void drop_stray_entry(struct varta_tracker *tracker, u64 key)
{
	if (varta_pid_index_remove(&tracker->index, key))
		count(tracker, VARTA_COUNT_INVARIANT_VIOLATIONS);
}

/* An unknown agent that was admitted: give it a slot (section 3, unknown pid) */
static void insert_charged(struct varta_tracker *tracker,
			   struct record *record)
{
	u32 number = tracker->free_slot;
	struct varta_slot *slot;

	lockdep_assert_held(&tracker->lock);

	if (number == NO_SLOT)
		number = tracker->slots_used;
	if (number == tracker->config.capacity) {
		evict_or_refuse(tracker, record);
		return;
	}

	/* First, since it may fail. Who finds the entry, finds no agent yet. */
	if (!varta_pid_index_insert(&tracker->index, key_of(record->id),
				    number)) {
		count(tracker, VARTA_COUNT_PROBE_EXHAUSTED);
		record->answer = VARTA_RECORD_CAPACITY_EXCEEDED;
		return;
	}

	slot = &tracker->slots[number];
	if (number == tracker->slots_used)
		WRITE_ONCE(tracker->slots_used, number + 1);
	else
		tracker->free_slot = slot->next_free;
	WRITE_ONCE(tracker->tracked, tracker->tracked + 1);

	spin_lock(&slot->lock);
	WRITE_ONCE(slot->pid, record->id->pid);
	slot->source = record->id->source;
	start_slot(tracker, slot, record);
	spin_unlock(&slot->lock);
	record->answer = VARTA_RECORD_INSERTED;
}

static void insert_agent(struct varta_tracker *tracker,
			 struct record *record)
{
	drop_stray_entry(tracker, key_of(record->id));
	/* Who may have no more, must not evict others either. */
	record->over_quota = !try_charge(tracker, record->id);
	if (record->over_quota) {
		evict_or_refuse(tracker, record);
		return;
	}
	insert_charged(tracker, record);
	if (record->answer != VARTA_RECORD_INSERTED)
		uncharge(tracker, record->id);
}

static void record_locked(struct varta_tracker *tracker,
			  struct record *record)
{
	rt_mutex_lock(&tracker->lock);
	if (!update_if_tracked(tracker, record))
		insert_agent(tracker, record);
	rt_mutex_unlock(&tracker->lock);
}

/*
 * Whether all that an accepted beat changes is what the slot says of beats. If
 * no regular one was, the nonce is of another agent: what is above is in order.
 */
static bool is_fast_path(const struct varta_slot *slot,
			 const struct varta_beat_info *beat, struct varta_proc *proc)
{
	return slot->proc == proc &&
	       slot->origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
	       !slot->stalled &&
	       beat->nonce > slot->regular_nonce &&
	       beat->nonce != VARTA_TERMINAL_NONCE &&
	       (!beat->threshold_ms ||
		beat->threshold_ms == slot->threshold_ms);
}

/**
 * varta_tracker_record_fast() - one beat, if it is like nearly all are
 * @tracker: the tracker
 * @beat: what the beat says; it has been checked
 * @pid: what its agent's slot is found by, of this machine
 * @proc: its agent's, not 0; the caller holds it
 * @now: the time, in nanoseconds of a clock that does not run backwards
 *
 * Does and counts what varta_tracker_record() would, for a beat of a known
 * agent that is in order and no more than a sign of life. All others are left
 * to that function, with nothing done. The process reference says which process the
 * slot is for, and so its namespace too: no other rule is to be looked at.
 *
 * Context: any but interrupts; does not sleep.
 * Return: whether it was such a beat.
 */
bool varta_tracker_record_fast(struct varta_tracker *tracker,
			       const struct varta_beat_info *beat, u32 pid,
			   struct varta_proc *proc, u64 now)
{
	struct varta_slot *slot = look_up(tracker, varta_key(0, pid));
	bool fast;

	if (!slot)
		return false;
	spin_lock(&slot->lock);
	fast = is_fast_path(slot, beat, proc);
	if (fast)
		update_last_beat(slot, beat, now);
	spin_unlock(&slot->lock);
	if (fast)
		count(tracker, VARTA_COUNT_REFRESHED);
	return fast;
}

/**
 * varta_tracker_record() - one beat against the ledger (section 3)
 * @tracker: the tracker
 * @beat: what the beat says; it has been checked
 * @id: who sent it; the caller holds the process reference for the call
 * @now: the time, in nanoseconds of a clock that does not run backwards
 * @threshold: silence from which an agent is stalled, in nanoseconds
 * @started: set to whether the agent has got its slot by this beat
 *
 * Context: process; sleeps only if the agent is not known.
 * Return: what became of the beat. Each answer is counted.
 */
enum varta_record_result varta_tracker_record(struct varta_tracker *tracker,
					      const struct varta_beat_info *beat,
				       const struct varta_agent_id *id,
				       u64 now, u64 threshold, bool *started)
{
	static const enum varta_counter answers[] = {
		[VARTA_RECORD_INSERTED]	= VARTA_COUNT_INSERTED,
		[VARTA_RECORD_REFRESHED]	= VARTA_COUNT_REFRESHED,
		[VARTA_RECORD_OUT_OF_ORDER]	= VARTA_COUNT_OUT_OF_ORDER,
		[VARTA_RECORD_CAPACITY_EXCEEDED] = VARTA_COUNT_CAPACITY_EXCEEDED,
		[VARTA_RECORD_ORIGIN_CONFLICT]	= VARTA_COUNT_ORIGIN_CONFLICTS,
		[VARTA_RECORD_NAMESPACE_CONFLICT] = VARTA_COUNT_NAMESPACE_CONFLICTS,
		[VARTA_RECORD_QUOTA_EXCEEDED]	= VARTA_COUNT_QUOTA_EXCEEDED,
	};
	struct record record = {
		.beat		= beat,
		.id		= id,
		.now		= now,
		.threshold	= threshold,
	};

	if (!update_if_tracked(tracker, &record))
		record_locked(tracker, &record);
	put_proc(tracker, record.released);
	count(tracker, answers[record.answer]);
	*started = record.started;
	return record.answer;
}

/* Retire a slot whose pid was seen to belong to a new process (section 4). */
static void remove_recycled(struct varta_tracker *tracker,
			    struct varta_slot *slot,
			    const struct varta_agent_id *id, u64 threshold)
{
	struct varta_proc *released = NULL;

	rt_mutex_lock(&tracker->lock);
	spin_lock(&slot->lock);
	/*
	 * A beat of the new process may have started it afresh meanwhile, and
	 * its process reference have come to be the same as the old one was.
	 */
	if (is_slot_of(slot, key_of(id)) && slot->proc == id->proc &&
	    !slot->exited &&
	    tracker->config.ops->proc_state(id) == VARTA_PROC_RECYCLED) {
		count(tracker, VARTA_COUNT_PID_RECYCLES);
		released = free_slot(tracker, slot);
	} else if (slot->pid && !slot->stalled) {
		arm(tracker, slot, threshold);
	}
	spin_unlock(&slot->lock);
	rt_mutex_unlock(&tracker->lock);
	put_proc(tracker, released);
}

/*
 * A slot whose time may have come, and whose agent has not beaten since. The
 * slot may have been given up meanwhile, or the beat come just now.
 */
static void expire_slot(struct varta_tracker *tracker, struct varta_slot *slot,
			u64 now, u64 threshold, varta_agent_cb report,
			 void *context)
{
	struct varta_agent_info agent;

	spin_lock(&slot->lock);
	/* One whose exit is to be told is freed with that. */
	if (!slot->pid || slot->stalled || slot->exited)
		goto unlock;
	if (silence(silent_since(tracker, slot), now) <
	    threshold_of(slot, threshold)) {
		arm(tracker, slot, threshold);
		goto unlock;
	}
	slot_to_agent(slot, &agent);
	if (agent.id.origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
	    agent.id.proc &&
	    tracker->config.ops->proc_state(&agent.id) ==
		    VARTA_PROC_RECYCLED) {
		spin_unlock(&slot->lock);
		remove_recycled(tracker, slot, &agent.id, threshold);
		return;
	}
	/* It may have been armed again between its time and this. */
	varta_wheel_disarm(&tracker->wheel, number_of(tracker, slot));
	set_stalled(tracker, slot, true);
	agent.stalled = true;
	count(tracker, VARTA_COUNT_STALLS);
	report(context, &agent);
unlock:
	spin_unlock(&slot->lock);
}

/*
 * Slots that were armed without being locked: one that was given up before that
 * must not stay so. It says that it is free before it disarms.
 */
static void disarm_freed_slots(struct varta_tracker *tracker, const u32 *numbers,
			       u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		struct varta_slot *slot = &tracker->slots[numbers[i]];

		if (READ_ONCE(slot->pid))
			continue;
		spin_lock(&slot->lock);
		if (!slot->pid)
			varta_wheel_disarm(&tracker->wheel, numbers[i]);
		spin_unlock(&slot->lock);
	}
}

/**
 * varta_tracker_stall_pass() - find, latch and report stalls (section 4)
 * @tracker: the tracker
 * @now: the time
 * @threshold: silence from which an agent is stalled, in nanoseconds; if it is
 *	less than it was, varta_tracker_rescan() has to follow
 * @room: how many reports are welcome, 1 to VARTA_STALL_BATCH
 * @report: called once for each stall; what it returns does not matter
 * @context: handed to @report
 *
 * Looks at no slot but those whose time has come.
 *
 * Context: process, may sleep; one caller at a time.
 * Return: whether to be called again for the same time, which it may be
 * without anything reported.
 */
bool varta_tracker_stall_pass(struct varta_tracker *tracker, u64 now,
			      u64 threshold, u32 room, varta_agent_cb report,
			      void *context)
{
	u32 numbers[VARTA_STALL_BATCH];
	u64 deadlines[VARTA_STALL_BATCH];
	u32 due, i, later = 0;
	bool more;

	room = clamp_t(u32, room, 1, ARRAY_SIZE(numbers));
	due = varta_wheel_expire(&tracker->wheel, now, numbers, room, &more);
	for (i = 0; i < due; i++) {
		struct varta_slot *slot = &tracker->slots[numbers[i]];
		u64 deadline = deadline_of(tracker, slot, threshold);

		/* Nearly all have beaten, and are put off without a lock. */
		if (deadline > now && READ_ONCE(slot->pid)) {
			numbers[later] = numbers[i];
			deadlines[later++] = deadline;
			continue;
		}
		expire_slot(tracker, slot, now, threshold, report, context);
	}
	varta_wheel_arm_batch(&tracker->wheel, numbers, deadlines, later);
	disarm_freed_slots(tracker, numbers, later);
	return more;
}

/**
 * varta_tracker_next_deadline() - when the next stall pass is due
 * @tracker: the tracker
 *
 * Context: process; does not sleep.
 * Return: a time; no agent will be stalled earlier, unless @sooner of &struct
 * varta_tracker_ops is called. U64_MAX if there is nothing to wait for.
 */
u64 varta_tracker_next_deadline(struct varta_tracker *tracker)
{
	return varta_wheel_next(&tracker->wheel);
}

/**
 * varta_tracker_rescan() - heed another threshold for those without their own
 * @tracker: the tracker
 * @cursor: where to begin, 0 for all; left where to go on
 * @threshold: what is to be heeded, in nanoseconds; those who call
 *	varta_tracker_record() must have been told already
 *
 * A part of the slots; to be called until there are no more.
 *
 * Context: process, may sleep.
 * Return: whether there is more.
 */
bool varta_tracker_rescan(struct varta_tracker *tracker, u32 *cursor,
			  u64 threshold)
{
	u32 end = min(READ_ONCE(tracker->slots_used),
		      *cursor + VARTA_STALL_BATCH);

	for (; *cursor < end; (*cursor)++) {
		struct varta_slot *slot = &tracker->slots[*cursor];

		spin_lock(&slot->lock);
		if (slot->pid && !slot->stalled && !slot->threshold_ms)
			arm(tracker, slot, threshold);
		spin_unlock(&slot->lock);
	}
	return end < READ_ONCE(tracker->slots_used);
}

/**
 * varta_tracker_resume() - nobody could beat until now
 * @tracker: the tracker
 * @now: the time
 *
 * No agent is stalled before it has been silent for its threshold from here
 * on. What is said of its last beat stays as it is.
 *
 * Context: any; does not sleep.
 */
void varta_tracker_resume(struct varta_tracker *tracker, u64 now)
{
	WRITE_ONCE(tracker->resume_ns, now);
}

/**
 * varta_tracker_remove() - free the slot of an agent
 * @tracker: the tracker
 * @id: whose; a slot that is known to be another process's is left alone, as
 *	is one of another origin, and one whose exit is still to be told
 *
 * Context: process, may sleep.
 * Return: whether there was such a slot.
 */
bool varta_tracker_remove(struct varta_tracker *tracker,
			  const struct varta_agent_id *id)
{
	struct varta_slot *slot;
	struct varta_proc *released = NULL;
	bool found = false;

	rt_mutex_lock(&tracker->lock);
	slot = look_up(tracker, key_of(id));
	if (slot) {
		spin_lock(&slot->lock);
		found = is_slot_of(slot, key_of(id)) &&
			slot->origin == id->origin && !slot->exited &&
			(!slot->proc || !id->proc ||
			 slot->proc == id->proc);
		if (found)
			released = free_slot(tracker, slot);
		spin_unlock(&slot->lock);
	}
	rt_mutex_unlock(&tracker->lock);
	put_proc(tracker, released);
	return found;
}

/**
 * varta_tracker_note_exit() - the process of an agent has ended
 * @tracker: the tracker
 * @id: whose; only a slot with the same process reference is meant
 * @exit_code: as wait(2) gives it
 *
 * The slot is freed, and the exit reported, by the next
 * varta_tracker_exit_pass().
 *
 * Context: any but interrupts; does not sleep.
 * Return: whether there is something for the next pass.
 */
bool varta_tracker_note_exit(struct varta_tracker *tracker,
			     const struct varta_agent_id *id, u32 exit_code)
{
	struct varta_slot *slot = look_up(tracker, key_of(id));
	bool tracked;

	if (!slot)
		return false;
	spin_lock(&slot->lock);
	tracked = is_slot_of(slot, key_of(id)) &&
		  slot->proc == id->proc;
	if (tracked) {
		slot->exited = true;
		slot->exit_code = exit_code;
		/* A slot may be started afresh, and exit, while it is listed. */
		if (!slot->exit_queued) {
			slot->exit_queued = true;
			llist_add(&slot->exit_node, &tracker->exits);
		}
	}
	spin_unlock(&slot->lock);
	return tracked;
}

/* Report one listed exit and free the slot. Returns whether to go on. */
static bool report_exit(struct varta_tracker *tracker, struct varta_slot *slot,
			varta_agent_cb report, void *context)
{
	struct varta_agent_info agent;
	struct varta_proc *released = NULL;
	bool go_on = true;

	rt_mutex_lock(&tracker->lock);
	spin_lock(&slot->lock);
	slot->exit_queued = false;
	if (slot->pid && slot->exited) {
		count(tracker, VARTA_COUNT_EXITS);
		slot_to_agent(slot, &agent);
		go_on = report(context, &agent);
		released = free_slot(tracker, slot);
	}
	spin_unlock(&slot->lock);
	rt_mutex_unlock(&tracker->lock);
	put_proc(tracker, released);
	return go_on;
}

/**
 * varta_tracker_exit_pass() - report and free what varta_tracker_note_exit()
 *	has listed
 * @tracker: the tracker
 * @report: called once for each; returning false stops the pass behind the
 *	agent that it was told of
 * @context: handed to @report
 *
 * Context: process, may sleep; one caller at a time.
 * Return: whether there is more.
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

/**
 * varta_tracker_lookup() - what the ledger says of one pid (section 6)
 * @tracker: the tracker
 * @source: which relay's, 0 for this machine's
 * @pid: which
 * @show: told of the agent if it is tracked
 * @context: handed to @show
 *
 * Context: process; does not sleep.
 * Return: whether @pid is tracked.
 */
bool varta_tracker_lookup(struct varta_tracker *tracker, u32 source, u32 pid,
			  varta_agent_cb show, void *context)
{
	u64 key = varta_key(source, pid);
	struct varta_slot *slot = look_up(tracker, key);
	struct varta_agent_info agent;
	bool tracked;

	if (!slot)
		return false;
	spin_lock(&slot->lock);
	tracked = is_slot_of(slot, key);
	if (tracked) {
		slot_to_agent(slot, &agent);
		show(context, &agent);
	}
	spin_unlock(&slot->lock);
	return tracked;
}

/**
 * varta_tracker_for_each() - what the ledger says of all its agents
 * @tracker: the tracker
 * @cursor: where to begin, 0 for all; left at the agent to go on with
 * @only_stalled: show only those whose stall stands when they are looked at
 * @show: told of each; false means that it did not take this one and wants no
 *	more now
 * @context: handed to @show
 *
 * An agent that is tracked from before the first to after the last of a series
 * of calls is shown exactly once, whatever else comes and goes.
 *
 * Context: process, may sleep.
 * Return: whether there is more to be shown.
 */
bool varta_tracker_for_each(struct varta_tracker *tracker, u32 *cursor,
			    bool only_stalled, varta_agent_cb show, void *context)
{
	while (*cursor < READ_ONCE(tracker->slots_used)) {
		struct varta_slot *slot = &tracker->slots[*cursor];
		struct varta_agent_info agent;
		bool shown = true;

		cond_resched();
		if (only_stalled && !READ_ONCE(slot->stalled)) {
			(*cursor)++;
			continue;
		}
		spin_lock(&slot->lock);
		if (slot->pid && (slot->stalled || !only_stalled)) {
			slot_to_agent(slot, &agent);
			shown = show(context, &agent);
		}
		spin_unlock(&slot->lock);
		if (!shown)
			return true;
		(*cursor)++;
	}
	return false;
}

/**
 * varta_tracker_tracked() - how many agents there are
 * @tracker: the tracker
 *
 * Context: any.
 */
u32 varta_tracker_tracked(const struct varta_tracker *tracker)
{
	return READ_ONCE(tracker->tracked);
}

/**
 * varta_tracker_stalled_now() - how many agents' stalls still stand
 * @tracker: the tracker
 *
 * Context: any.
 */
u32 varta_tracker_stalled_now(const struct varta_tracker *tracker)
{
	return atomic_read_acquire(&tracker->stalled_now);
}

/**
 * varta_tracker_take_last_evicted_pid() - whose slot was evicted last
 * @tracker: the tracker
 *
 * Context: process, may sleep.
 * Return: the pid, or 0 if there was no eviction since the last call.
 */
u32 varta_tracker_take_last_evicted_pid(struct varta_tracker *tracker)
{
	u32 pid;

	rt_mutex_lock(&tracker->lock);
	pid = tracker->last_evicted_pid;
	tracker->last_evicted_pid = 0;
	rt_mutex_unlock(&tracker->lock);
	return pid;
}
