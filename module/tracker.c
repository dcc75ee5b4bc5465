// SPDX-License-Identifier: GPL-2.0-only

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "tracker_internal.h"

enum {
	LOOKUP_TRIES	= 64,
};

/* Memory that a tracker takes. */
size_t varta_tracker_bytes(const struct varta_tracker_config *config)
{
	size_t slot = sizeof(struct varta_slot);

	if (config->defer_exits)
		slot += sizeof(struct varta_deferred_exit);
	return config->capacity * slot +
	       varta_actions_bytes(config->capacity) +
	       varta_pid_index_bytes(config->capacity) +
	       varta_wheel_bytes(config->capacity) +
	       varta_wheel_groups(config->capacity);
}

/* The caller reports failure; do not invoke the OOM killer. */
static void *alloc_array(u32 capacity, size_t size)
{
	return kvcalloc(capacity, size,
			GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

/**
 * varta_tracker_init() - make an empty tracker
 * @tracker: the tracker
 * @config: copied; what it points to must outlive the tracker
 *
 * Allocates all the memory that the tracker will ever use.
 * Context: process, may sleep.
 * Return: 0, -EINVAL if the capacity is out of range, or -ENOMEM.
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

	tracker->slots = alloc_array(config->capacity, sizeof(*tracker->slots));
	if (!tracker->slots)
		goto free_slots;
	if (config->defer_exits) {
		tracker->deferred = alloc_array(config->capacity,
						sizeof(*tracker->deferred));
		if (!tracker->deferred)
			goto free_slots;
	}
	tracker->group_tracked =
		alloc_array(varta_wheel_groups(config->capacity),
			    sizeof(*tracker->group_tracked));
	if (!tracker->group_tracked)
		goto free_slots;
	if (varta_pid_index_init(&tracker->index, config->capacity))
		goto free_slots;
	if (varta_wheel_init(&tracker->wheel, config->capacity))
		goto destroy_index;
	if (varta_actions_init(&tracker->actions, config->capacity))
		goto destroy_wheel;

	for (i = 0; i < config->capacity; i++)
		spin_lock_init(&tracker->slots[i].lock);
	for (i = 0; i < ARRAY_SIZE(tracker->flow_locks); i++)
		rt_mutex_init(&tracker->flow_locks[i]);
	tracker->flow_seed = get_random_u32();
	rt_mutex_init(&tracker->request_lock);
	spin_lock_init(&tracker->lock);
	raw_spin_lock_init(&tracker->event_lock);
	tracker->free_slot = VARTA_NO_SLOT;
	tracker->exits.first = VARTA_NO_SLOT;
	tracker->exits.last = VARTA_NO_SLOT;
	return 0;

destroy_wheel:
	varta_wheel_destroy(&tracker->wheel);
destroy_index:
	varta_pid_index_destroy(&tracker->index);
free_slots:
	kvfree(tracker->group_tracked);
	kvfree(tracker->deferred);
	kvfree(tracker->slots);
	return -ENOMEM;
}

/* Uncharges the agents. */
void varta_tracker_destroy(struct varta_tracker *tracker)
{
	u32 i;

	for (i = 0; i < tracker->slots_used; i++) {
		/* Freed below. Slots are not locked here. */
		tracker->slots[i].has_action = false;
		if (tracker->slots[i].pid) {
			spin_lock(&tracker->slots[i].lock);
			varta_slot_unmap(tracker, &tracker->slots[i]);
			varta_slot_drop_sent_lanes(tracker, &tracker->slots[i]);
			spin_unlock(&tracker->slots[i].lock);
			varta_slot_uncharge(tracker, &tracker->slots[i]);
		}
		varta_tracker_put_proc(tracker, tracker->slots[i].proc);
		cond_resched();
	}
	varta_actions_destroy(&tracker->actions);
	varta_wheel_destroy(&tracker->wheel);
	varta_pid_index_destroy(&tracker->index);
	kvfree(tracker->mappings);
	kvfree(tracker->sent_lanes);
	kvfree(tracker->group_tracked);
	kvfree(tracker->deferred);
	kvfree(tracker->slots);
}

/*
 * The agent of a locked slot is shown: with what it has stored in its page, and
 * the lane that has been overdue for longest. Holds the process until the caller
 * puts it.
 */
static void hold_to_show(struct varta_tracker *tracker, struct varta_slot *slot,
			 struct varta_agent_info *agent,
			 struct varta_lane_info *lane)
{
	const struct varta_tracker_ops *ops = tracker->config.ops;
	bool looks = ops->clock && (slot->mapped || slot->lanes) &&
		     !slot->exit_state;
	bool was_late = slot->late;
	u64 now = looks ? ops->clock() : 0;

	/* It may be late again. The stall pass knows when, and is due at once. */
	if (looks && varta_slot_look(tracker, slot, now) && was_late)
		varta_slot_arm_at(tracker, slot, slot->last_ns);
	varta_slot_hold(tracker, slot, agent);
	if (looks && varta_slot_show_lane(tracker, slot, now, lane))
		agent->lane = lane;
}

/* As hold_to_show(). Returns whether the slot is that of @key. */
static bool hold_if_tracked(struct varta_tracker *tracker,
			    struct varta_slot *slot, u64 key,
			    struct varta_agent_info *agent,
			    struct varta_lane_info *lane)
{
	bool tracked;

	varta_slot_lock(tracker, slot);
	tracked = varta_slot_has_key(slot, key);
	if (tracked)
		hold_to_show(tracker, slot, agent, lane);
	spin_unlock(&slot->lock);
	return tracked;
}

/**
 * varta_tracker_lookup() - show the agent that has a pid now (section 6)
 * @tracker: the tracker
 * @source: &varta_agent_id.source
 * @pid: &varta_agent_id.pid
 * @show: called for the agent if it is tracked, without a lock; its return value
 *	is ignored
 * @context: passed to @show
 *
 * Takes the tracker's lock only if the agent gets another slot each time that this
 * finds one.
 * Context: process; does not sleep.
 * Return: whether the agent is tracked.
 */
bool varta_tracker_lookup(struct varta_tracker *tracker, u32 source, u32 pid,
			  varta_agent_cb show, void *context)
{
	u64 key = varta_key(source, pid);
	struct varta_agent_info agent;
	struct varta_lane_info lane;
	struct varta_slot *slot;
	bool tracked = false;
	u32 tries;

	for (tries = 0; tries < LOOKUP_TRIES && !tracked; tries++) {
		slot = varta_tracker_find_slot(tracker, key);
		if (!slot)
			return false;
		tracked = hold_if_tracked(tracker, slot, key, &agent, &lane);
	}
	if (!tracked) {
		/* Under this lock, the key keeps its slot. */
		spin_lock(&tracker->lock);
		slot = varta_tracker_find_slot(tracker, key);
		tracked = slot && hold_if_tracked(tracker, slot, key, &agent,
						  &lane);
		spin_unlock(&tracker->lock);
	}
	if (!tracked)
		return false;
	show(context, &agent);
	varta_tracker_put_proc(tracker, agent.id.proc);
	return true;
}

/**
 * varta_tracker_for_each() - show all agents
 * @tracker: the tracker
 * @cursor: where to begin, 0 at first; updated
 * @only_stalled: skip agents that are not stalled
 * @show: called for each agent, without its slot's lock; false means that it
 *	did not take this agent, which the next call shows first
 * @context: passed to @show
 *
 * An agent that is tracked during a whole series of calls is shown once.
 * Two have the same pid while the exit of the first is not reported.
 * Context: process, may sleep.
 * Return: whether @show ended it, and there is more to show.
 */
bool varta_tracker_for_each(struct varta_tracker *tracker, u32 *cursor,
			    bool only_stalled, varta_agent_cb show,
			    void *context)
{
	while (*cursor < READ_ONCE(tracker->slots_used)) {
		struct varta_slot *slot = &tracker->slots[*cursor];
		struct varta_agent_info agent;
		struct varta_lane_info lane;
		bool found;
		bool shown = true;

		cond_resched();
		if (only_stalled && !READ_ONCE(slot->stalled)) {
			(*cursor)++;
			continue;
		}
		varta_slot_lock(tracker, slot);
		found = slot->pid && (slot->stalled || !only_stalled);
		if (found)
			hold_to_show(tracker, slot, &agent, &lane);
		spin_unlock(&slot->lock);
		if (found) {
			shown = show(context, &agent);
			varta_tracker_put_proc(tracker, agent.id.proc);
		}
		if (!shown)
			return true;
		(*cursor)++;
	}
	return false;
}

/**
 * varta_tracker_remove() - free the slot of an agent
 * @tracker: the tracker
 * @id: identity of the agent
 * @cause: VARTA_GOODBYE_CAUSE_BYE or VARTA_GOODBYE_CAUSE_EXITED
 * @now: time in nanoseconds, monotonic
 *
 * A slot of another process or origin stays, and so does one whose exit is
 * noted and not yet reported. An unknown process reference matches any.
 * Context: process, may sleep.
 * Return: whether a slot was freed.
 */
bool varta_tracker_remove(struct varta_tracker *tracker,
			  const struct varta_agent_id *id,
			  enum varta_goodbye_cause cause, u64 now)
{
	enum varta_counter which = cause == VARTA_GOODBYE_CAUSE_BYE ?
				   VARTA_COUNT_GOODBYES :
				   VARTA_COUNT_REMOVED_DEAD;
	u64 key = varta_agent_key(id);
	struct varta_slot *slot;
	struct varta_proc *old_proc = NULL;
	bool found = false;

	/* Without an index entry, it is not tracked. */
	if (!varta_tracker_find_slot(tracker, key))
		return false;
	varta_tracker_lock_for_request(tracker, id->flow_key);
	slot = varta_tracker_find_slot(tracker, key);
	if (slot) {
		varta_slot_lock(tracker, slot);
		found = varta_slot_has_key(slot, key) &&
			slot->origin == id->origin && !slot->exit_state &&
			(!slot->proc || !id->proc || slot->proc == id->proc);
		if (found) {
			varta_tracker_count(tracker, which);
			varta_slot_look(tracker, slot, now);
			varta_slot_goodbye(tracker, slot, cause, now);
			old_proc = varta_slot_free(tracker, slot);
		}
		spin_unlock(&slot->lock);
	}
	varta_tracker_unlock_for_request(tracker, id->flow_key);
	varta_tracker_put_proc(tracker, old_proc);
	return found;
}

void varta_tracker_reset_gaps(struct varta_tracker *tracker)
{
	u32 nr;

	for (nr = 0; nr < READ_ONCE(tracker->slots_used); nr++) {
		struct varta_slot *slot = &tracker->slots[nr];

		spin_lock(&slot->lock);
		slot->longest_gap = 0;
		spin_unlock(&slot->lock);
		cond_resched();
	}
}

u32 varta_tracker_tracked(const struct varta_tracker *tracker)
{
	return READ_ONCE(tracker->tracked);
}

/* Acquire: pairs with varta_slot_set_stalled(). */
u32 varta_tracker_stalled_now(const struct varta_tracker *tracker)
{
	return atomic_read_acquire(&tracker->stalled_now);
}

/**
 * varta_tracker_take_evictions() - take the counter of evictions
 * @tracker: the tracker
 * @last: set to the last of them, with pid 0 if there were none
 * Context: process, may sleep.
 * Return: number of evictions since the last take.
 */
u64 varta_tracker_take_evictions(struct varta_tracker *tracker,
				 struct varta_evicted *last)
{
	u64 n;

	/* Evictions are counted under this lock: count and victim agree. */
	spin_lock(&tracker->lock);
	n = varta_counter_take(tracker->config.counters, VARTA_COUNT_EVICTIONS);
	*last = tracker->last_evicted;
	tracker->last_evicted = (struct varta_evicted) {};
	spin_unlock(&tracker->lock);
	return n;
}

/* Puts back what varta_tracker_take_evictions() returned. May sleep. */
void varta_tracker_untake_evictions(struct varta_tracker *tracker, u64 n,
				    const struct varta_evicted *last)
{
	spin_lock(&tracker->lock);
	varta_counter_untake(tracker->config.counters, VARTA_COUNT_EVICTIONS,
			     n);
	/* There may be a later victim. */
	if (!tracker->last_evicted.pid)
		tracker->last_evicted = *last;
	spin_unlock(&tracker->lock);
}
