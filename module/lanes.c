// SPDX-License-Identifier: GPL-2.0-only
/* Lanes of agents: Documentation/tracker-semantics.md, section 11. */

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tracker_internal.h"

enum {
	/* Room for lanes that are sent doubles from here on. */
	FIRST_ROOM	= 8,
};

/*
 * Lanes without a page, protected by the slot's lock. A lane is found by its name
 * and number. It has its place until it is closed and its recovery is reported.
 */
struct varta_sent_lanes {
	struct varta_lane_set set;
	u64 exec_id;		/* of the program whose lanes they are */
	u32 room;
	u32 *numbers;
};

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

static struct varta_page_lane *lane_of(const struct varta_lane_set *set, u32 nr)
{
	/* In a page, the beat has the first place. */
	u32 place = nr + !set->sent;

	return &set->tables[place / VARTA_LANE_PLACES]
			   [place % VARTA_LANE_PLACES];
}

static struct varta_mapping *mapping_of(const struct varta_lane_set *set)
{
	return container_of(set, struct varta_mapping, lanes);
}

static u64 kernel_deadline(const struct varta_lane_set *set, u64 deadline)
{
	return set->sent ? deadline :
	       varta_kernel_time(mapping_of(set), deadline);
}

static void look_at(const struct varta_tracker *tracker,
		    const struct varta_lane_set *set, u32 nr,
		    struct lane_look *look)
{
	const struct varta_page_lane *lane = lane_of(set, nr);
	/* Acquire: the threshold is that of this deadline, or newer. */
	u64 deadline = varta_load64_acquire(&lane->deadline);
	u32 threshold_ms = READ_ONCE(lane->threshold_ms);

	look->watched = deadline && threshold_ms;
	look->threshold = max_t(u64, (u64)threshold_ms * NSEC_PER_MSEC,
				VARTA_LANE_THRESHOLD_MIN_NS);
	look->deadline = kernel_deadline(set, deadline);
	/* A resume does not end the stall of a lane without a beat since. */
	if (!set->overdue[nr] || look->deadline > set->overdue[nr])
		look->deadline = after_resume(tracker, look->deadline,
					      look->threshold);
}

/* The lanes in the page of a locked slot, or NULL. */
static struct varta_lane_set *stored_lanes(const struct varta_tracker *tracker,
					   const struct varta_slot *slot)
{
	struct varta_mapping *mapping;

	if (!slot->mapped)
		return NULL;
	mapping = varta_slot_mapping(tracker, slot);
	return mapping->lanes.count ? &mapping->lanes : NULL;
}

/* Where those are that are sent; the tracker may have no room for any yet. */
static struct varta_sent_lanes **sent_of(const struct varta_tracker *tracker,
					 const struct varta_slot *slot)
{
	struct varta_sent_lanes **sent = READ_ONCE(tracker->sent_lanes);

	lockdep_assert_held(&slot->lock);

	return sent ? &sent[varta_slot_nr(tracker, slot)] : NULL;
}

static struct varta_lane_set *sent_lanes(const struct varta_tracker *tracker,
					 const struct varta_slot *slot)
{
	struct varta_sent_lanes **sent = sent_of(tracker, slot);

	return sent && *sent ? &(*sent)->set : NULL;
}

/* In the page or @sent. NULL if the locked slot has no such lanes. */
static struct varta_lane_set *lanes_of(const struct varta_tracker *tracker,
				       const struct varta_slot *slot, bool sent)
{
	return sent ? sent_lanes(tracker, slot) : stored_lanes(tracker, slot);
}

static bool is_overdue(const struct lane_look *look, u64 now)
{
	return look->watched && look->deadline <= now;
}

static bool has_changed(const struct varta_lane_set *set, u32 nr,
			const struct lane_look *look, u64 now)
{
	return is_overdue(look, now) != !!set->overdue[nr];
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
 * When to look at a lane again. In a page, a scope can begin at any time in a lane
 * that is not watched, and end early in one that is. The beat of a lane that is sent
 * has it looked at.
 */
static u64 next_look(const struct varta_lane_set *set, u32 nr,
		     const struct lane_look *look, u64 now)
{
	if (set->sent)
		return look->watched && !set->overdue[nr] ? look->deadline :
							    U64_MAX;
	if (set->overdue[nr])
		return now + min_t(u64, look->threshold,
				   VARTA_LANE_RECOVER_NS);
	if (look->watched)
		return min(look->deadline, now + look->threshold);
	return READ_ONCE(lane_of(set, nr)->threshold_ms) ?
	       now + look->threshold : U64_MAX;
}

/*
 * Looks at all lanes, the next one first. Returns the first that has changed, or
 * the number of lanes.
 */
static u32 find_changed(const struct varta_tracker *tracker,
			const struct varta_slot *slot,
			struct varta_lane_set *set, u64 now)
{
	u32 i, nr, changed = set->count;
	u64 due = U64_MAX;

	for (i = 0; i < set->count; i++) {
		struct lane_look look;

		nr = (set->next + i) % set->count;
		look_at(tracker, set, nr, &look);
		if (has_changed(set, nr, &look, now)) {
			due = now;
			if (changed == set->count)
				changed = nr;
		} else {
			due = min(due, next_look(set, nr, &look, now));
		}
	}
	set->due = max(due, now + look_interval(tracker, slot));
	set->looked = now;
	return changed;
}

static u32 lanes_stalled(const struct varta_tracker *tracker,
			 const struct varta_slot *slot)
{
	const struct varta_lane_set *stored = stored_lanes(tracker, slot);
	const struct varta_lane_set *sent = sent_lanes(tracker, slot);

	return (stored ? stored->stalled : 0) + (sent ? sent->stalled : 0);
}

/* What the agent has written is copied once, and may be anything. */
static void describe(const struct varta_tracker *tracker,
		     const struct varta_slot *slot,
		     const struct varta_lane_set *set, u32 nr, u64 deadline,
		     u64 now, struct varta_lane_info *info)
{
	const struct varta_page_lane *lane = lane_of(set, nr);

	*info = (struct varta_lane_info) {
		.threshold_ms	= READ_ONCE(lane->threshold_ms),
		.overdue_ns	= varta_silence(deadline, now),
		.stalled	= lanes_stalled(tracker, slot),
		.tid		= READ_ONCE(lane->tid),
	};
	memcpy(info->name, lane->name, sizeof(info->name));
	info->name[sizeof(info->name) - 1] = '\0';
	if (!tracker->config.ops->find_thread || !slot->proc ||
	    !tracker->config.ops->find_thread(slot->proc, info))
		info->tid = 0;
}

static void set_overdue(struct varta_lane_set *set, u32 nr, u64 deadline)
{
	set->stalled += !!deadline - !!set->overdue[nr];
	set->overdue[nr] = deadline;
	set->next = nr + 1;
}

/*
 * Reports that a lane has changed, unless it has changed back. If the owner has
 * no room for the event, a later look finds it again.
 */
static void report(struct varta_tracker *tracker, struct varta_slot *slot,
		   struct varta_lane_set *set, u32 nr,
		   const struct varta_stall_info *stall, u64 now)
{
	u64 old = set->overdue[nr];
	struct varta_event_info event = {
		.kind	= old ? VARTA_EVENT_KIND_LANE_RECOVER :
				VARTA_EVENT_KIND_LANE_STALL,
		.stall	= *stall,
	};
	struct lane_look look;

	look_at(tracker, set, nr, &look);
	if (!has_changed(set, nr, &look, now) ||
	    !varta_slot_event_time(tracker, slot, false, now, &event.time_ns))
		return;
	/* A deadline of 0 is that of no lane that is overdue. */
	set_overdue(set, nr, old ? 0 : look.deadline ?: 1);
	varta_slot_to_agent(tracker, slot, &event.agent);
	describe(tracker, slot, set, nr, old ?: look.deadline, now,
		 &event.lane);
	if (!tracker->config.ops->lane_event ||
	    tracker->config.ops->lane_event(&event)) {
		if (!old)
			varta_tracker_count(tracker, VARTA_COUNT_LANE_STALLS);
		set->due = min(set->due,
			       max(next_look(set, nr, &look, now),
				   now + look_interval(tracker, slot)));
	} else {
		set_overdue(set, nr, old);
		set->due = min(set->due, now + VARTA_STALL_RETRY_MIN_NS);
	}
}

static bool may_look(const struct varta_tracker *tracker,
		     const struct varta_slot *slot,
		     const struct varta_lane_set *set)
{
	return slot->pid && !slot->stalled && !slot->exit_state &&
	       (set->sent || mapping_of(set)->timens == slot->timens);
}

/* The thread of a lane that is overdue is sampled without the slot's lock. */
static void sample(struct varta_tracker *tracker, struct varta_slot *slot,
		   struct varta_lane_set *set, u32 nr, u64 now,
		   struct varta_stall_info *stall)
{
	struct varta_agent_info agent;
	struct varta_lane_info lane;
	bool sent = set->sent;

	describe(tracker, slot, set, nr, now, now, &lane);
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
	if (slot->proc != agent.id.proc ||
	    lanes_of(tracker, slot, sent) != set)
		*stall = (struct varta_stall_info) {};
	varta_tracker_put_proc(tracker, agent.id.proc);
}

/* Of looks that are not due. They must not delay those that are. */
static bool may_look_early(const struct varta_tracker *tracker,
			   const struct varta_slot *slot,
			   const struct varta_lane_set *set, u64 now)
{
	u64 passed = varta_silence(set->looked, now);
	u64 ahead = varta_silence(now, set->due);

	return ahead <= passed &&
	       min(ahead, passed) >= look_interval(tracker, slot);
}

/* The lanes are those of a program that the process does not run any more. */
static bool has_left(const struct varta_tracker *tracker,
		     const struct varta_slot *slot, bool sent)
{
	const struct varta_tracker_ops *ops = tracker->config.ops;

	if (!sent)
		return varta_slot_has_left_page(tracker, slot);
	return ops->has_executed && slot->proc &&
	       ops->has_executed(slot->proc, (*sent_of(tracker, slot))->exec_id);
}

/* Unlocks the slot for a while. */
static void look_at_set(struct varta_tracker *tracker, struct varta_slot *slot,
			bool sent, u64 now)
{
	struct varta_lane_set *set = lanes_of(tracker, slot, sent);
	struct varta_stall_info stall = {};
	u32 nr;

	if (!set || !may_look(tracker, slot, set) ||
	    (now < set->due && !may_look_early(tracker, slot, set, now)))
		return;
	if (has_left(tracker, slot, sent)) {
		if (sent)
			varta_slot_drop_sent_lanes(tracker, slot);
		return;
	}
	nr = find_changed(tracker, slot, set, now);
	if (nr == set->count)
		return;
	if (!set->overdue[nr] && tracker->config.ops->sample && slot->proc) {
		sample(tracker, slot, set, nr, now, &stall);
		set = lanes_of(tracker, slot, sent);
		if (!set || !may_look(tracker, slot, set) || nr >= set->count)
			return;
	}
	report(tracker, slot, set, nr, &stall, now);
}

/**
 * varta_slot_look_at_lanes() - look at the lanes of an agent
 * @tracker: the tracker
 * @slot: a slot, not locked
 * @now: time in nanoseconds, monotonic
 *
 * Does nothing if less than half of the time has passed until that is due.
 * Reports one lane at most of those in the page, and one of those that are sent.
 * The slot has to be armed afterwards.
 * Context: process; does not sleep.
 */
void varta_slot_look_at_lanes(struct varta_tracker *tracker,
			      struct varta_slot *slot, u64 now)
{
	varta_slot_lock(tracker, slot);
	look_at_set(tracker, slot, false, now);
	look_at_set(tracker, slot, true, now);
	spin_unlock(&slot->lock);
}

/* Has the lanes looked at by @time, but not sooner than is allowed. */
static void make_due(const struct varta_tracker *tracker,
		     const struct varta_slot *slot, struct varta_lane_set *set,
		     u64 time)
{
	set->due = min(set->due, max(time, set->looked +
					   look_interval(tracker, slot)));
}

/*
 * The locked slot had a beat, and is not stalled: lanes may have been opened in the
 * page since the last look.
 */
void varta_slot_expect_lanes(struct varta_tracker *tracker,
			     struct varta_slot *slot, u64 now)
{
	struct varta_lane_set *stored;

	if (!slot->lanes)
		return;
	stored = stored_lanes(tracker, slot);
	if (stored)
		make_due(tracker, slot, stored, now);
	varta_slot_arm_at(tracker, slot, varta_slot_lanes_due(tracker, slot));
}

/* When to look at the lanes of a locked slot; U64_MAX for never. */
u64 varta_slot_lanes_due(const struct varta_tracker *tracker,
			 const struct varta_slot *slot)
{
	const struct varta_lane_set *stored, *sent;

	if (!slot->lanes)
		return U64_MAX;
	stored = stored_lanes(tracker, slot);
	sent = sent_lanes(tracker, slot);
	return min(stored ? stored->due : U64_MAX, sent ? sent->due : U64_MAX);
}

/* The same, but @now if varta_slot_look_at_lanes() would look now. */
u64 varta_slot_lanes_early(const struct varta_tracker *tracker,
			   const struct varta_slot *slot, u64 now)
{
	const struct varta_lane_set *stored, *sent;

	if (!slot->lanes)
		return U64_MAX;
	stored = stored_lanes(tracker, slot);
	sent = sent_lanes(tracker, slot);
	if ((stored && may_look_early(tracker, slot, stored, now)) ||
	    (sent && may_look_early(tracker, slot, sent, now)))
		return now;
	return varta_slot_lanes_due(tracker, slot);
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
	const struct varta_lane_set *set, *first_set = NULL;
	u32 kind, nr, first = 0;

	if (!slot->lanes)
		return false;
	for (kind = 0; kind < 2; kind++) {
		set = lanes_of(tracker, slot, kind);
		if (!set || !set->stalled)
			continue;
		for (nr = 0; nr < set->count; nr++) {
			if (set->overdue[nr] &&
			    (!first_set || set->overdue[nr] <
					   first_set->overdue[first])) {
				first_set = set;
				first = nr;
			}
		}
	}
	if (!first_set)
		return false;
	describe(tracker, slot, first_set, first, first_set->overdue[first],
		 now, info);
	return true;
}

/* An agent gets a new page: its lanes are those of the old one. */
void varta_lanes_inherit(struct varta_lane_set *set,
			 const struct varta_lane_set *old)
{
	u32 nr;

	for (nr = 0; nr < min(set->count, old->count); nr++) {
		set->overdue[nr] = old->overdue[nr];
		set->stalled += !!old->overdue[nr];
	}
	set->looked = old->looked;
	set->due = old->due;
}

/* Whether the agent of the locked slot has lanes, in its page or sent. */
bool varta_slot_has_lanes(const struct varta_tracker *tracker,
			  const struct varta_slot *slot)
{
	return stored_lanes(tracker, slot) || sent_lanes(tracker, slot);
}

/* ---- Lanes that are sent. */

static struct varta_sent_lanes *new_sent_lanes(u32 room)
{
	static_assert(sizeof(struct varta_sent_lanes) %
		      __alignof__(struct varta_page_lane) == 0);
	u32 i, tables = DIV_ROUND_UP(room, VARTA_LANE_PLACES);
	struct varta_page_lane *lanes;
	struct varta_sent_lanes *sent;

	sent = kzalloc(sizeof(*sent) + tables * sizeof(*sent->set.tables) +
		       room * (sizeof(*lanes) + sizeof(*sent->set.overdue) +
			       sizeof(*sent->numbers)), GFP_KERNEL_ACCOUNT);
	if (!sent)
		return NULL;
	lanes = (struct varta_page_lane *)(sent + 1);
	sent->set.overdue = (u64 *)(lanes + room);
	sent->set.tables = (void *)(sent->set.overdue + room);
	sent->numbers = (u32 *)(sent->set.tables + tables);
	for (i = 0; i < tables; i++)
		sent->set.tables[i] = lanes + i * VARTA_LANE_PLACES;
	sent->set.sent = true;
	sent->set.due = U64_MAX;
	sent->room = room;
	return sent;
}

/* @from has less room. */
static void copy_sent_lanes(struct varta_sent_lanes *to,
			    const struct varta_sent_lanes *from)
{
	u32 nr;

	for (nr = 0; nr < from->set.count; nr++) {
		*lane_of(&to->set, nr) = *lane_of(&from->set, nr);
		to->numbers[nr] = from->numbers[nr];
	}
	to->set.count = from->set.count;
	varta_lanes_inherit(&to->set, &from->set);
	to->set.next = from->set.next;
}

/* As at the end of a program: no event ends the stalls of the lanes. */
void varta_slot_drop_sent_lanes(struct varta_tracker *tracker,
				struct varta_slot *slot)
{
	struct varta_sent_lanes **sent = sent_of(tracker, slot);

	if (!sent || !*sent)
		return;
	varta_lanes_count(tracker, slot, -(int)(*sent)->set.count);
	kfree(*sent);
	*sent = NULL;
	slot->lanes = varta_slot_has_lanes(tracker, slot);
}

static bool is_open(const struct varta_lane_set *set, u32 nr)
{
	return lane_of(set, nr)->threshold_ms;
}

/* The agent of the locked slot has lanes in a page from now on. */
void varta_slot_close_sent_lanes(struct varta_tracker *tracker,
				 const struct varta_slot *slot)
{
	struct varta_lane_set *set = sent_lanes(tracker, slot);
	u32 nr;

	if (!set)
		return;
	for (nr = 0; nr < set->count; nr++)
		lane_of(set, nr)->threshold_ms = 0;
	/* The next beat arms for it, as for the lanes in the page. */
	make_due(tracker, slot, set, 0);
}

/* It is closed, and its recovery is reported. */
static bool is_free(const struct varta_lane_set *set, u32 nr)
{
	return !is_open(set, nr) && !set->overdue[nr];
}

/* The place of a lane, or the number of lanes. */
static u32 find_lane(const struct varta_sent_lanes *sent,
		     const struct varta_lane_beat *beat)
{
	u32 nr;

	for (nr = 0; nr < sent->set.count; nr++) {
		if (!is_free(&sent->set, nr) &&
		    sent->numbers[nr] == beat->number &&
		    !strncmp(lane_of(&sent->set, nr)->name, beat->name,
			     VARTA_NAME_SIZE))
			break;
	}
	return nr;
}

/* Where a lane can be opened, or the number of lanes. */
static u32 find_free(const struct varta_sent_lanes *sent)
{
	u32 nr;

	for (nr = 0; nr < sent->set.count; nr++) {
		if (is_free(&sent->set, nr))
			break;
	}
	return nr;
}

/* There is room at @nr. */
static void open_lane(struct varta_tracker *tracker,
		      const struct varta_slot *slot,
		      struct varta_sent_lanes *sent, u32 nr,
		      const struct varta_lane_beat *beat)
{
	struct varta_page_lane *lane = lane_of(&sent->set, nr);

	if (nr == sent->set.count) {
		sent->set.count++;
		varta_lanes_count(tracker, slot, 1);
	}
	memset(lane->name, 0, sizeof(lane->name));
	strscpy(lane->name, beat->name, sizeof(lane->name));
	sent->numbers[nr] = beat->number;
}

static void update_lane(struct varta_tracker *tracker,
			const struct varta_slot *slot,
			struct varta_sent_lanes *sent, u32 nr,
			const struct varta_lane_beat *beat, u64 now)
{
	struct varta_page_lane *lane = lane_of(&sent->set, nr);
	u64 old_due = sent->set.due, deadline = beat->deadline;

	if (beat->has_threshold)
		lane->threshold_ms = beat->threshold_ms;
	if (!beat->has_deadline)
		deadline = now + (u64)lane->threshold_ms * NSEC_PER_MSEC;
	lane->tid = beat->tid;
	varta_store64(&lane->deadline, deadline);
	if (sent->set.overdue[nr])
		make_due(tracker, slot, &sent->set, now);
	else if (lane->threshold_ms)
		make_due(tracker, slot, &sent->set, deadline);
	if (sent->set.due < old_due && !slot->stalled)
		varta_slot_arm_at(tracker, slot, sent->set.due);
}

/* Takes @spare, if it is needed. */
static enum varta_lane_result
beat_lane(struct varta_tracker *tracker, struct varta_slot *slot,
	  const struct varta_lane_beat *beat, u64 now,
	  struct varta_sent_lanes **spare)
{
	struct varta_sent_lanes **sent = sent_of(tracker, slot);
	bool found;
	u32 nr;

	if (stored_lanes(tracker, slot))
		return VARTA_LANE_IN_PAGE;
	if (*sent && (*sent)->exec_id != beat->exec_id)
		varta_slot_drop_sent_lanes(tracker, slot);
	nr = *sent ? find_lane(*sent, beat) : 0;
	found = *sent && nr < (*sent)->set.count;
	if (!found || !is_open(&(*sent)->set, nr)) {
		if (!beat->has_threshold)
			return VARTA_LANE_WITHOUT_THRESHOLD;
		/* It is closed. */
		if (!beat->threshold_ms)
			return VARTA_LANE_ACCEPTED;
	} else if (beat->only_new) {
		return VARTA_LANE_ACCEPTED;
	}
	if (found) {
		update_lane(tracker, slot, *sent, nr, beat, now);
		return VARTA_LANE_ACCEPTED;
	}
	nr = *sent ? find_free(*sent) : 0;
	if (nr == VARTA_AGENT_LANES_MAX)
		return VARTA_LANE_TOO_MANY;
	if (!*sent || nr == (*sent)->room) {
		if (!*spare || (*spare)->room <= nr)
			return VARTA_LANE_NO_ROOM;
		if (*sent)
			copy_sent_lanes(*spare, *sent);
		swap(*sent, *spare);
		(*sent)->exec_id = beat->exec_id;
		slot->lanes = true;
	}
	open_lane(tracker, slot, *sent, nr, beat);
	update_lane(tracker, slot, *sent, nr, beat, now);
	return VARTA_LANE_ACCEPTED;
}

/* @room: set to that which the agent needs for another lane. */
static enum varta_lane_result
find_and_beat(struct varta_tracker *tracker, const struct varta_agent_id *id,
	      const struct varta_lane_beat *beat, u64 now,
	      struct varta_sent_lanes **spare, u32 *room)
{
	enum varta_lane_result result = VARTA_LANE_UNKNOWN_AGENT;
	u64 key = varta_agent_key(id);
	struct varta_slot *slot = varta_tracker_find_slot(tracker, key);
	struct varta_sent_lanes *sent;

	if (!slot)
		return result;
	varta_slot_lock(tracker, slot);
	if (varta_slot_has_key(slot, key) && slot->proc == id->proc &&
	    slot->origin == VARTA_ORIGIN_KERNEL_ATTESTED && !slot->exit_state)
		result = beat_lane(tracker, slot, beat, now, spare);
	sent = *sent_of(tracker, slot);
	*room = sent ? min_t(u32, 2 * sent->room, VARTA_AGENT_LANES_MAX) :
		       FIRST_ROOM;
	spin_unlock(&slot->lock);
	return result;
}

/**
 * varta_tracker_beat_lane() - beat in a lane of an agent without a page
 * @tracker: the tracker; varta_tracker_reserve_lanes() has returned 0
 * @id: identity of the agent, with a process reference
 * @beat: the beat
 * @now: time in nanoseconds, monotonic
 * Context: process, may sleep.
 * Return: what became of it.
 */
enum varta_lane_result varta_tracker_beat_lane(struct varta_tracker *tracker,
					       const struct varta_agent_id *id,
					       const struct varta_lane_beat *beat,
					       u64 now)
{
	struct varta_sent_lanes *spare = NULL;
	enum varta_lane_result result;
	u32 room;

	/* Other threads may take the room meanwhile, but only so often. */
	while ((result = find_and_beat(tracker, id, beat, now, &spare,
				       &room)) == VARTA_LANE_NO_ROOM) {
		kfree(spare);
		spare = new_sent_lanes(room);
		if (!spare)
			return VARTA_LANE_NO_MEMORY;
	}
	kfree(spare);
	return result;
}

/**
 * varta_tracker_reserve_lanes() - allocate room for lanes of agents without a page
 * @tracker: the tracker
 *
 * Kept until the tracker is destroyed, 8 bytes for each slot.
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_tracker_reserve_lanes(struct varta_tracker *tracker)
{
	struct varta_sent_lanes **sent;

	if (READ_ONCE(tracker->sent_lanes))
		return 0;
	sent = kvcalloc(tracker->config.capacity, sizeof(*sent),
			GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!sent)
		return -ENOMEM;
	if (cmpxchg(&tracker->sent_lanes, NULL, sent))
		kvfree(sent);
	return 0;
}
