// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reference model of the tracker. Written from the specification alone; numbers
 * in comments are sections and rules of Documentation/tracker-semantics.md.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "model.h"

/**
 * model_init() - set up an empty model
 * @model: the model
 * @config: configuration of the tracker; capacity up to MODEL_CAPACITY_MAX
 */
void model_init(struct model *model, const struct varta_tracker_config *config)
{
	memset(model, 0, sizeof(*model));
	model->capacity = config->capacity;
	model->window = config->eviction_scan_window;
	if (model->window < 1)
		model->window = 1;
	if (model->window > VARTA_CAPACITY_MAX)
		model->window = VARTA_CAPACITY_MAX;
	model->policy = config->eviction_policy;
	model->takeover = config->origin_takeover;
	model->quota = U32_MAX;
}

/**
 * model_find() - find the slot of the agent that has a pid now
 * @model: the model
 * @source: number of the relay, 0 for this machine
 * @pid: the agent's pid
 *
 * Return: number of the slot, or MODEL_NO_SLOT.
 */
u32 model_find(const struct model *model, u32 source, u32 pid)
{
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		if (model->slots[i].pid == pid && !model->slots[i].detached &&
		    model->slots[i].source == source)
			return i;
	}
	return MODEL_NO_SLOT;
}

/**
 * model_find_free() - find a free slot
 * @model: the model
 *
 * Return: number of the slot, or MODEL_NO_SLOT.
 */
u32 model_find_free(const struct model *model)
{
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		if (!model->slots[i].pid)
			return i;
	}
	return MODEL_NO_SLOT;
}

/**
 * model_charged() - number of agents of a user
 * @model: the model
 * @uid: the user
 */
u32 model_charged(const struct model *model, u32 uid)
{
	u32 i, sum = 0;

	for (i = 0; i < model->capacity; i++)
		sum += model->slots[i].pid && model->slots[i].uid == uid;
	return sum;
}

/**
 * model_tracked() - number of slots in use
 * @model: the model
 */
u32 model_tracked(const struct model *model)
{
	u32 i, sum = 0;

	for (i = 0; i < model->capacity; i++)
		sum += model->slots[i].pid != 0;
	return sum;
}

/**
 * model_stalled_now() - number of stalled agents
 * @model: the model
 */
u32 model_stalled_now(const struct model *model)
{
	u32 i, sum = 0;

	for (i = 0; i < model->capacity; i++)
		sum += model->slots[i].pid && model->slots[i].stalled;
	return sum;
}

static bool is_terminal(const struct varta_beat_info *beat)
{
	return beat->status == VARTA_STATUS_CRITICAL && beat->nonce == U64_MAX;
}

static u64 silence(u64 since, u64 now)
{
	return now > since ? now - since : 0;
}

static u64 threshold_of(const struct model_slot *slot, u64 threshold)
{
	if (slot->threshold_ms)
		return slot->threshold_ms * (u64)NSEC_PER_MSEC;
	return threshold;
}

/**
 * model_event_time() - the time of an event: times never decrease
 * @model: the model
 * @now: when it was found
 */
u64 model_event_time(struct model *model, u64 now)
{
	if (now > model->last_event_ns)
		model->last_event_ns = now;
	return model->last_event_ns;
}

/* Section 8. */
static struct varta_event_info *add_event(struct model *model,
					  const struct model_slot *slot,
					  enum varta_event_kind kind, u64 now)
{
	struct varta_event_info *event = &model->events[model->nr_events++];

	*event = (struct varta_event_info) {
		.kind = kind,
		.time_ns = model_event_time(model, now),
		.agent.id.pid = slot->pid,
		.agent.id.source = slot->source,
		.agent.id.uid = slot->uid,
		.agent.id.netns = slot->netns,
		.agent.status = slot->status,
		.agent.stalled = slot->stalled,
		.agent.stall_signal = slot->action.signal,
	};
	return event;
}

static void add_goodbye(struct model *model, const struct model_slot *slot,
			enum varta_goodbye_cause cause, u64 now)
{
	add_event(model, slot, VARTA_EVENT_KIND_GOODBYE, now)->cause = cause;
}

static void set_name(struct model_slot *slot, const char *name)
{
	u32 i;

	memset(slot->name, 0, sizeof(slot->name));
	for (i = 0; i < 15 && name[i]; i++)
		slot->name[i] = name[i];
}

/* Slots keep no more of a time. */
static u64 shorten(u64 ns)
{
	return ns - ns % 65536;
}

/* Section 9. */
static void ask(struct model_slot *slot,
		const struct varta_action_request *request)
{
	const struct varta_usage main_usage = slot->action.main_usage;

	memset(&slot->action, 0, sizeof(slot->action));
	if (!request->signal)
		return;
	slot->action.main_usage = main_usage;
	slot->action.signal = request->signal;
	slot->action.kill_after_ms = request->kill_after_ms;
	slot->action.even_if_starved = request->even_if_starved;
	slot->action.target = request->target;
}

/* What every accepted beat changes, in new and known slots. */
static void apply_beat(const struct model *model, struct model_slot *slot,
		       const struct varta_beat_info *beat, u64 now)
{
	u64 gap = shorten(silence(max(slot->last_ns, model->resume_ns), now));

	if (beat->threshold_ms)
		slot->threshold_ms = beat->threshold_ms;
	if (beat->name)
		set_name(slot, beat->name);
	slot->longest_gap_ns = max(slot->longest_gap_ns,
				   min(gap, shorten(1ULL << 48) - 65536));
	if (now > slot->last_ns)
		slot->last_ns = now;
	slot->beats++;
	slot->usage = beat->usage;
	slot->foreign_thread = beat->foreign_thread;
	slot->unmetered = false;
	slot->page.kick = VARTA_KICK_NONE;
	if (beat->thread_name)
		memcpy(slot->thread_name, beat->thread_name, 15);
	slot->status = beat->status;
	slot->payload = beat->payload;
	slot->nonce = beat->nonce;
	slot->stalled = false;
	slot->action.pending = false;
	if (beat->action)
		ask(slot, beat->action);
	if (slot->action.signal && beat->foreign_thread)
		slot->action.main_usage = beat->main_usage;
	slot->stall_ns = 0;
	slot->late = false;
	if (is_terminal(beat)) {
		slot->has_terminal = true;
		slot->terminal_timestamp = beat->timestamp;
	} else {
		slot->has_regular = true;
		slot->regular_nonce = beat->nonce;
	}
}

/* Section 8: what an accepted beat has changed. @before is without beats if new. */
static void add_changes(struct model *model, const struct model_slot *slot,
			const struct model_slot *before, u64 now)
{
	struct varta_event_info *event;

	/* The exit is the last event. */
	if (before->exited)
		return;
	if (before->stalled) {
		event = add_event(model, slot, VARTA_EVENT_KIND_RECOVER, now);
		event->silence_ns = silence(before->last_ns, now);
		event->stall_ns = before->stall_ns;
	}
	if (slot->status != before->status ||
	    (slot->nonce == U64_MAX &&
	     (!before->beats || before->nonce != U64_MAX))) {
		event = add_event(model, slot, VARTA_EVENT_KIND_STATUS, now);
		event->old_status = before->status;
	}
}

static void fill_slot(struct model_slot *slot, const struct varta_agent_id *id,
		      u64 now)
{
	memset(slot, 0, sizeof(*slot));
	slot->pid = id->pid;
	slot->source = id->source;
	slot->uid = id->uid;
	slot->flow_key = id->flow_key;
	slot->netns = id->netns;
	if (id->comm)
		set_name(slot, id->comm);
	slot->ns_pid = id->ns_pid;
	slot->proc = id->proc;
	slot->ns_inode = id->ns_inode;
	slot->timens = id->timens;
	slot->origin = id->origin;
	slot->start_ns = id->start_ns;
	slot->cgroup_id = id->cgroup_id;
	slot->first_ns = shorten(now);
	slot->last_ns = now;
}

static void start_slot(struct model *model, struct model_slot *slot,
		       const struct varta_beat_info *beat,
		       const struct varta_agent_id *id, u64 now)
{
	/* A new agent was well. */
	const struct model_slot before = {};

	fill_slot(slot, id, now);
	apply_beat(model, slot, beat, now);
	add_changes(model, slot, &before, now);
}

/* 3.2: the same agent, with another origin. */
static void take_over(struct model *model, struct model_slot *slot,
		      const struct varta_beat_info *beat,
		      const struct varta_agent_id *id, u64 now)
{
	const struct model_slot before = *slot;

	fill_slot(slot, id, now);
	apply_beat(model, slot, beat, now);
	add_changes(model, slot, &before, now);
}

static enum varta_record_result count_result(struct model *model,
					     enum varta_record_result result)
{
	static const enum varta_counter counter[] = {
		[VARTA_RECORD_INSERTED] = VARTA_COUNT_INSERTED,
		[VARTA_RECORD_REFRESHED] = VARTA_COUNT_REFRESHED,
		[VARTA_RECORD_OUT_OF_ORDER] = VARTA_COUNT_OUT_OF_ORDER,
		[VARTA_RECORD_CAPACITY_EXCEEDED] =
			VARTA_COUNT_CAPACITY_EXCEEDED,
		[VARTA_RECORD_ORIGIN_CONFLICT] = VARTA_COUNT_ORIGIN_CONFLICTS,
		[VARTA_RECORD_NAMESPACE_CONFLICT] =
			VARTA_COUNT_NAMESPACE_CONFLICTS,
		[VARTA_RECORD_QUOTA_EXCEEDED] = VARTA_COUNT_QUOTA_EXCEEDED,
	};

	model->totals[counter[result]]++;
	return result;
}

/* One windowed pass of section 5, limited to slots of @user if not NULL. */
static u32 find_victim(struct model *model, u64 now, u64 threshold,
		       bool only_stalled, const u32 *user)
{
	u32 window = min(model->window, model->used);
	u32 i;

	for (i = 0; i < window; i++) {
		u32 nr = model->cursor;
		struct model_slot *slot = &model->slots[nr];

		model->cursor = (model->cursor + 1) % model->used;
		if (!slot->pid || (user && slot->uid != *user))
			continue;
		if (slot->exited)
			continue;
		if (only_stalled && !slot->stalled)
			continue;
		/* Ten thresholds exceed U64_MAX: no silence is longer. */
		if (threshold_of(slot, threshold) > U64_MAX / 10)
			continue;
		if (silence(slot->last_ns, now) >
		    10 * threshold_of(slot, threshold))
			return nr;
	}
	return MODEL_NO_SLOT;
}

/* Section 5. */
static u32 evict(struct model *model, u64 now, u64 threshold, const u32 *user)
{
	u32 victim = MODEL_NO_SLOT;
	bool ran = false;

	if (model_stalled_now(model)) {
		victim = find_victim(model, now, threshold, true, user);
		ran = true;
	}
	if (victim == MODEL_NO_SLOT &&
	    model->policy == VARTA_EVICTION_POLICY_BALANCED) {
		victim = find_victim(model, now, threshold, false, user);
		ran = true;
	}
	if (victim == MODEL_NO_SLOT) {
		if (ran)
			model->totals[VARTA_COUNT_EVICTION_SCAN_TRUNCATED]++;
		return MODEL_NO_SLOT;
	}
	model->totals[VARTA_COUNT_EVICTIONS]++;
	model->last_evicted = (struct varta_evicted) {
		.pid = model->slots[victim].pid,
		.source = model->slots[victim].source,
		.ns_inode = model->slots[victim].ns_inode,
	};
	add_goodbye(model, &model->slots[victim], VARTA_GOODBYE_CAUSE_EVICTED,
		    now);
	return victim;
}

static enum varta_record_result insert(struct model *model,
				       const struct varta_beat_info *beat,
				       const struct varta_agent_id *id, u64 now,
				       u64 threshold, u32 chosen)
{
	u32 nr;

	if (model_charged(model, id->uid) >= model->quota) {
		nr = evict(model, now, threshold, &id->uid);
		if (nr == MODEL_NO_SLOT)
			return VARTA_RECORD_QUOTA_EXCEEDED;
	} else if (model_find_free(model) != MODEL_NO_SLOT) {
		/* Any free slot is correct. */
		if (chosen < model->capacity && !model->slots[chosen].pid)
			nr = chosen;
		else
			nr = model_find_free(model);
	} else {
		nr = evict(model, now, threshold, NULL);
		if (nr == MODEL_NO_SLOT)
			return VARTA_RECORD_CAPACITY_EXCEEDED;
	}
	model->used = max(model->used, nr + 1);
	start_slot(model, &model->slots[nr], beat, id, now);
	return VARTA_RECORD_INSERTED;
}

/* Replacing an agent of the same user does not change its charge. */
static bool may_transfer_charge(const struct model *model,
				const struct model_slot *slot,
				const struct varta_agent_id *id)
{
	return slot->uid == id->uid ||
	       model_charged(model, id->uid) < model->quota;
}

/* Section 1, origin. */
static bool is_stronger(enum varta_origin origin, enum varta_origin other)
{
	switch (origin) {
	case VARTA_ORIGIN_KERNEL_ATTESTED:
		return other != VARTA_ORIGIN_KERNEL_ATTESTED;
	case VARTA_ORIGIN_OPERATOR_ATTESTED:
		return other == VARTA_ORIGIN_NETWORK_UNVERIFIED;
	default:
		return false;
	}
}

static enum varta_record_result refuse(struct model *model,
				       const struct model_slot *slot,
				       const struct varta_agent_id *id, u64 now,
				       enum varta_record_result result)
{
	struct varta_event_info *event;

	event = add_event(model, slot, VARTA_EVENT_KIND_CONFLICT, now);
	event->sender.origin = id->origin;
	event->sender.ns_inode = id->ns_inode;
	return result;
}

/* Section 10: CLOCK_MONOTONIC of the page's agent, as the kernel has it. */
static u64 time_of_page(const struct model_page *page, u64 now)
{
	u64 offset = page->clock_offset;

	if (page->clock_offset >= 0)
		return page->nonce > offset ? page->nonce - offset : 0;
	return page->nonce > U64_MAX - -offset ? now : page->nonce + -offset;
}

/* Section 10: the beat in a page, if there is one. */
static void take_stored(struct model *model, struct model_slot *slot, u64 now)
{
	const struct model_page *page = &slot->page;
	const struct model_slot before = *slot;
	struct varta_beat_info beat;
	u64 time;

	if (!page->nonce || page->nonce == U64_MAX ||
	    (slot->has_regular && page->nonce <= slot->regular_nonce))
		return;
	if (page->timens != slot->timens) {
		slot->mapped = false;
		return;
	}
	if (page->status > VARTA_STATUS_CRITICAL) {
		model->totals[VARTA_COUNT_BAD_STATUS]++;
		return;
	}
	beat = (struct varta_beat_info) {
		.nonce = page->nonce,
		.status = page->status,
		.payload = page->payload,
		.usage = slot->usage,
		.foreign_thread = slot->foreign_thread,
		.main_usage = slot->action.main_usage,
	};
	time = time_of_page(page, now);
	apply_beat(model, slot, &beat, time < now ? time : now);
	slot->unmetered = true;
	add_changes(model, slot, &before, now);
	model->totals[VARTA_COUNT_REFRESHED]++;
}

static bool has_left_page(const struct model *model,
			  const struct model_slot *slot)
{
	return model->has_executed(slot->proc, slot->page.exec_id);
}

static void look(struct model *model, struct model_slot *slot, u64 now)
{
	if (!slot->mapped || slot->stalled)
		return;
	take_stored(model, slot, now);
	if (has_left_page(model, slot))
		slot->mapped = false;
	slot->looks_after_exec = 0;
}

/**
 * model_look() - read the page of an agent, if it has one (section 10)
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 */
void model_look(struct model *model, u32 nr, u64 now)
{
	look(model, &model->slots[nr], now);
}

/**
 * model_look_shortly() - the same, early, and without giving up the page
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 *
 * Return: false if it has to be given up.
 */
bool model_look_shortly(struct model *model, u32 nr, u64 now)
{
	struct model_slot *slot = &model->slots[nr];

	take_stored(model, slot, now);
	if (has_left_page(model, slot))
		slot->looks_after_exec++;
	else
		slot->looks_after_exec = 0;
	return slot->looks_after_exec < VARTA_EXEC_LOOKS;
}

/**
 * model_map() - give an agent a page (section 10)
 * @model: the model
 * @id: the agent
 * @page: its page
 *
 * Return: whether there is such an agent.
 */
bool model_map(struct model *model, const struct varta_agent_id *id,
	       const struct model_page *page)
{
	u32 nr = model_find(model, id->source, id->pid);
	struct model_slot *slot;

	if (nr == MODEL_NO_SLOT)
		return false;
	slot = &model->slots[nr];
	if (slot->proc != id->proc || slot->exited ||
	    slot->origin != VARTA_ORIGIN_KERNEL_ATTESTED)
		return false;
	slot->mapped = page->timens == slot->timens;
	slot->page = *page;
	slot->looks_after_exec = 0;
	slot->page.kick = slot->stalled ? VARTA_KICK_BEAT : VARTA_KICK_NONE;
	return true;
}

static enum varta_record_result update_slot(struct model *model,
					    struct model_slot *slot,
					    const struct varta_beat_info *beat,
					    const struct varta_agent_id *id,
					    u64 now)
{
	struct model_slot before;
	bool wrapped = false;

	/* 3.1 */
	if (slot->proc && id->proc &&
	    slot->proc != id->proc) {
		if (model->pid_owner(slot->pid) == slot->proc)
			return VARTA_RECORD_OUT_OF_ORDER;
		if (!may_transfer_charge(model, slot, id))
			return VARTA_RECORD_QUOTA_EXCEEDED;
		model->totals[VARTA_COUNT_PID_RECYCLES]++;
		add_goodbye(model, slot, VARTA_GOODBYE_CAUSE_PID_RECYCLED, now);
		start_slot(model, slot, beat, id, now);
		return VARTA_RECORD_INSERTED;
	}

	/* 3.2 */
	if (slot->origin != id->origin) {
		if (!model->takeover ||
		    !is_stronger(id->origin, slot->origin))
			return refuse(model, slot, id, now,
				      VARTA_RECORD_ORIGIN_CONFLICT);
		if (!may_transfer_charge(model, slot, id))
			return VARTA_RECORD_QUOTA_EXCEEDED;
		take_over(model, slot, beat, id, now);
		return VARTA_RECORD_REFRESHED;
	}

	/* 3.3 */
	if (slot->ns_inode && id->ns_inode && slot->ns_inode != id->ns_inode)
		return refuse(model, slot, id, now,
			      VARTA_RECORD_NAMESPACE_CONFLICT);
	if (slot->ns_inode && !id->ns_inode && !is_terminal(beat))
		return refuse(model, slot, id, now,
			      VARTA_RECORD_NAMESPACE_CONFLICT);

	/* 10: what was stored came first. */
	look(model, slot, now);

	/* 3, time namespace */
	if (slot->timens && id->timens && slot->timens != id->timens) {
		slot->has_regular = false;
		slot->has_terminal = false;
	}

	if (is_terminal(beat)) {
		/* 3.5 */
		if (slot->has_terminal &&
		    beat->timestamp <= slot->terminal_timestamp)
			return VARTA_RECORD_OUT_OF_ORDER;
	} else if (slot->has_regular && beat->nonce <= slot->regular_nonce) {
		/* 3.6 */
		wrapped = slot->regular_nonce >= U64_MAX - 1048576 &&
			  beat->nonce <= 1048576;
		if (!wrapped)
			return VARTA_RECORD_OUT_OF_ORDER;
	}

	/* 3.7 */
	if (wrapped)
		model->totals[VARTA_COUNT_NONCE_WRAPS]++;
	if (!slot->ns_inode && id->ns_inode) {
		slot->ns_inode = id->ns_inode;
		/* Not in the specification: a pid of that namespace. */
		slot->ns_pid = id->ns_pid;
	}
	if (!slot->proc)
		slot->proc = id->proc;
	if (id->timens)
		slot->timens = id->timens;
	before = *slot;
	apply_beat(model, slot, beat, now);
	add_changes(model, slot, &before, now);
	return VARTA_RECORD_REFRESHED;
}

/**
 * model_record() - record a beat (section 3)
 * @model: the model
 * @beat: the beat
 * @id: the sender
 * @now: the time
 * @threshold: default threshold
 * @chosen: free slot to use for a new agent, if any is free
 *
 * Return: the result.
 */
enum varta_record_result model_record(struct model *model,
				      const struct varta_beat_info *beat,
				      const struct varta_agent_id *id, u64 now,
				      u64 threshold, u32 chosen)
{
	u32 nr = model_find(model, id->source, id->pid);
	enum varta_record_result result;

	if (nr == MODEL_NO_SLOT)
		return count_result(model, insert(model, beat, id, now,
						  threshold, chosen));
	/* 3.1: the exit is still to be reported. */
	if (model->slots[nr].exited &&
	    (model->slots[nr].proc != id->proc ||
	     model->slots[nr].origin != id->origin)) {
		result = insert(model, beat, id, now, threshold, chosen);
		if (result == VARTA_RECORD_INSERTED)
			model->slots[nr].detached = true;
		return count_result(model, result);
	}
	return count_result(model, update_slot(model, &model->slots[nr], beat,
					       id, now));
}

/**
 * model_is_due() - whether an agent has stalled and is not reported (section 4)
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 * @threshold: default threshold
 */
bool model_is_due(const struct model *model, u32 nr, u64 now, u64 threshold)
{
	const struct model_slot *slot = &model->slots[nr];
	u64 silent = min(silence(slot->last_ns, now),
			 silence(model->resume_ns, now));

	return slot->pid && !slot->stalled && !slot->exited &&
	       silent >= threshold_of(slot, threshold);
}

/**
 * model_is_late() - whether an agent is late, reported or not
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 * @threshold: default threshold
 */
bool model_is_late(const struct model *model, u32 nr, u64 now, u64 threshold)
{
	const struct model_slot *slot = &model->slots[nr];
	u64 silent = min(silence(slot->last_ns, now),
			 silence(model->resume_ns, now));

	return slot->pid && model->warn_percent && !slot->stalled &&
	       !slot->exited &&
	       silent >= div_u64(threshold_of(slot, threshold), 100) *
			 model->warn_percent &&
	       silent < threshold_of(slot, threshold);
}

/**
 * model_may_look_early() - whether the page of an agent may be read before it is due
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 * @threshold: default threshold
 *
 * Half of the time until it is late or stalled has passed (section 10).
 */
bool model_may_look_early(const struct model *model, u32 nr, u64 now,
			  u64 threshold)
{
	const struct model_slot *slot = &model->slots[nr];
	u64 silent = min(silence(slot->last_ns, now),
			 silence(model->resume_ns, now));
	u64 until_due = threshold_of(slot, threshold);

	if (model->warn_percent)
		until_due = div_u64(until_due, 100) * model->warn_percent;
	/* Times saturate. */
	until_due = min(until_due,
			U64_MAX - max(slot->last_ns, model->resume_ns));
	return slot->pid && !slot->stalled && !slot->exited &&
	       (silent >= until_due || silent >= until_due - silent);
}

/**
 * model_must_warn() - whether an agent is late and is not reported
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 * @threshold: default threshold
 */
bool model_must_warn(const struct model *model, u32 nr, u64 now, u64 threshold)
{
	return model_is_late(model, nr, now, threshold) &&
	       !model->slots[nr].late;
}

/**
 * model_deadline() - when an agent stalls, or is late if that is to be reported
 * @model: the model
 * @nr: number of the slot
 * @threshold: default threshold
 *
 * Return: the time; U64_MAX if it is not representable, or the slot is free or
 * stalled.
 */
u64 model_deadline(const struct model *model, u32 nr, u64 threshold)
{
	const struct model_slot *slot = &model->slots[nr];
	u64 since = max(slot->last_ns, model->resume_ns);
	u64 threshold_ns = threshold_of(slot, threshold);

	if (model->warn_percent && !slot->late)
		threshold_ns = div_u64(threshold_ns, 100) * model->warn_percent;
	if (!slot->pid || slot->stalled || since > U64_MAX - threshold_ns)
		return U64_MAX;
	return since + threshold_ns;
}

/**
 * model_next_deadline() - when the next agent stalls
 * @model: the model
 * @threshold: default threshold
 *
 * Return: the time, or U64_MAX.
 */
u64 model_next_deadline(const struct model *model, u64 threshold)
{
	u64 next = U64_MAX;
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		if (!model->slots[i].exited)
			next = min(next, model_deadline(model, i, threshold));
	}
	return next;
}

/**
 * model_is_recycled() - whether another process has an agent's pid
 * @model: the model
 * @nr: number of the slot
 * @pid_owner: returns the process that has a pid, NULL for none
 */
bool model_is_recycled(const struct model *model, u32 nr,
		       struct varta_proc *(*pid_owner)(u32 pid))
{
	const struct model_slot *slot = &model->slots[nr];

	return slot->origin != VARTA_ORIGIN_NETWORK_UNVERIFIED &&
	       slot->proc && pid_owner(slot->pid) &&
	       pid_owner(slot->pid) != slot->proc;
}

static void wait_until(struct model *model, struct model_action *action,
		       u64 now, u64 due)
{
	action->pending = true;
	action->since_ns = now;
	/* As long as a timer can be. */
	action->due_ns = min_t(u64, due, S64_MAX);
	action->order = model->next_order++;
}

static u64 later(u64 time, u64 ns)
{
	return time + ns < time ? U64_MAX : time + ns;
}

/* Section 9: the stall is reported, and the signal is due. */
static void begin_action(struct model *model, struct model_slot *slot, u64 now)
{
	struct model_action *action = &slot->action;

	if (!action->signal)
		return;
	action->kills = false;
	action->withheld = VARTA_WITHHELD_NONE;
	memset(action->reported, 0, sizeof(action->reported));
	wait_until(model, action, now, now);
}

/* Of the last minute; SIGKILL counts. */
static u32 count_sent(const struct model *model, u64 now, const u32 *user,
		      bool without_root)
{
	u32 i, count = 0;

	for (i = 0; i < model->nr_sent; i++) {
		if (now - model->sent[i].time_ns >= 60ull * NSEC_PER_SEC)
			continue;
		if (user && model->sent[i].flow_key != *user)
			continue;
		count += !without_root || model->sent[i].flow_key;
	}
	return count;
}

static bool is_limited(const struct model *model, u32 user, u64 now, u32 limit)
{
	if (count_sent(model, now, NULL, false) >= limit)
		return true;
	return user && (count_sent(model, now, &user, false) * 2 >= limit ||
			count_sent(model, now, NULL, true) >=
				limit - limit / 4);
}

/* Why a signal must not be sent, but for the limit. */
static enum varta_withheld why_not(const struct model_slot *slot,
				   const struct model_process *process, u64 now,
				   const struct varta_action_policy *policy)
{
	const struct model_action *action = &slot->action;
	u64 dump_end = later(action->dumps_since_ns, 10ull * NSEC_PER_MSEC *
						     action->kill_after_ms);

	if (process->exec_id != action->target.exec_id)
		return VARTA_WITHHELD_CHANGED;
	if (!policy->enabled)
		return VARTA_WITHHELD_DISABLED;
	if (process->reason == VARTA_STALL_REASON_FROZEN)
		return VARTA_WITHHELD_FROZEN;
	if (process->reason == VARTA_STALL_REASON_STOPPED)
		return VARTA_WITHHELD_STOPPED;
	if (process->reason == VARTA_STALL_REASON_TRACED)
		return VARTA_WITHHELD_TRACED;
	if (process->reason == VARTA_STALL_REASON_EXITING)
		return VARTA_WITHHELD_EXITING;
	if (process->reason == VARTA_STALL_REASON_DUMPING &&
	    !(action->kills && action->withheld == VARTA_WITHHELD_DUMPING &&
	      now >= dump_end))
		return VARTA_WITHHELD_DUMPING;
	if (process->reason == VARTA_STALL_REASON_STARVED &&
	    !action->even_if_starved)
		return VARTA_WITHHELD_STARVED;
	return VARTA_WITHHELD_NONE;
}

static void add_action_event(struct model *model, const struct model_slot *slot,
			     enum varta_withheld withheld, u64 now)
{
	struct varta_event_info *event;

	event = add_event(model, slot, VARTA_EVENT_KIND_ACTION, now);
	event->action.signal = slot->action.kills ? 9 : slot->action.signal;
	event->action.withheld = withheld;
}

static void withhold(struct model *model, struct model_slot *slot,
		     enum varta_withheld why, u64 now)
{
	struct model_action *action = &slot->action;
	bool *reported = &action->reported[action->kills][why];

	if (why == VARTA_WITHHELD_DUMPING && action->withheld != why)
		action->dumps_since_ns = now;
	action->withheld = why;
	if (!*reported) {
		model->totals[VARTA_COUNT_ACTIONS_WITHHELD]++;
		if (why == VARTA_WITHHELD_LIMIT)
			model->totals[VARTA_COUNT_ACTIONS_LIMITED]++;
		add_action_event(model, slot, why, now);
	}
	*reported = true;
	/* Twice a second. Another program stays another. */
	if (why != VARTA_WITHHELD_CHANGED)
		wait_until(model, action, now, later(now, NSEC_PER_SEC / 2));
}

static void send(struct model *model, struct model_slot *slot, u64 now)
{
	struct model_action *action = &slot->action;
	struct model_signal *signal = &model->signals[model->nr_signals++];

	add_action_event(model, slot, VARTA_WITHHELD_NONE, now);
	signal->proc = slot->proc;
	signal->signal = action->kills ? 9 : action->signal;
	model->sent[model->nr_sent].time_ns = now;
	model->sent[model->nr_sent++].flow_key = slot->flow_key;
	model->totals[action->kills ? VARTA_COUNT_STALL_KILLS :
				      VARTA_COUNT_STALL_SIGNALS]++;
	if (action->kills || !action->kill_after_ms)
		return;
	action->kills = true;
	action->withheld = VARTA_WITHHELD_NONE;
	wait_until(model, action, now,
		   later(now, action->kill_after_ms * (u64)NSEC_PER_MSEC));
}

static void act(struct model *model, struct model_slot *slot,
		const struct model_process *process, u64 now, u64 threshold,
		const struct varta_action_policy *policy)
{
	struct model_action *action = &slot->action;
	u64 time = action->kills ? action->kill_after_ms * (u64)NSEC_PER_MSEC :
				   threshold_of(slot, threshold);
	enum varta_withheld why, was = action->withheld;

	/* A resume lets the time begin anew. */
	if (model->resume_ns > action->since_ns) {
		action->withheld = VARTA_WITHHELD_NONE;
		wait_until(model, action, now, later(model->resume_ns, time));
		return;
	}
	if (process->reason == VARTA_STALL_REASON_GONE)
		return;
	why = why_not(slot, process, now, policy);
	if (why) {
		withhold(model, slot, why, now);
		return;
	}
	/* The reason has ended. */
	if (was != VARTA_WITHHELD_NONE && was != VARTA_WITHHELD_LIMIT &&
	    process->reason != VARTA_STALL_REASON_DUMPING) {
		action->withheld = VARTA_WITHHELD_NONE;
		wait_until(model, action, now, later(now, time));
		return;
	}
	if (!action->kills &&
	    is_limited(model, slot->flow_key, now, policy->per_minute))
		withhold(model, slot, VARTA_WITHHELD_LIMIT, now);
	else
		send(model, slot, now);
}

static struct model_slot *find_due(struct model *model, u64 now)
{
	struct model_slot *found = NULL;
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		struct model_slot *slot = &model->slots[i];

		if (!slot->action.pending || slot->action.due_ns > now)
			continue;
		if (!found || slot->action.due_ns < found->action.due_ns ||
		    (slot->action.due_ns == found->action.due_ns &&
		     slot->action.order < found->action.order))
			found = slot;
	}
	return found;
}

/**
 * model_act() - send or withhold up to VARTA_ACTION_BATCH signals (section 9)
 * @model: the model
 * @now: the time
 * @threshold: default threshold
 * @policy: what is allowed
 * @process_of: returns how a process is
 *
 * Return: whether there may be more.
 */
bool model_act(struct model *model, u64 now, u64 threshold,
	       const struct varta_action_policy *policy,
	       const struct model_process *(*process_of)(const struct varta_proc *proc))
{
	struct model_slot *due[VARTA_ACTION_BATCH];
	u32 i, count;

	for (count = 0; count < VARTA_ACTION_BATCH; count++) {
		due[count] = find_due(model, now);
		if (!due[count])
			break;
		due[count]->action.pending = false;
	}
	for (i = 0; i < count; i++) {
		/* An exit ends it, and so does what has no process. */
		if (!due[i]->exited && due[i]->proc)
			act(model, due[i], process_of(due[i]->proc), now,
			    threshold, policy);
	}
	return count == VARTA_ACTION_BATCH;
}

/**
 * model_next_action() - when the next signal is due, or looked at again
 * @model: the model
 *
 * Return: the time, or U64_MAX.
 */
u64 model_next_action(const struct model *model)
{
	u64 next = U64_MAX;
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		if (model->slots[i].action.pending)
			next = min(next, model->slots[i].action.due_ns);
	}
	return next;
}

/**
 * model_stall() - report a stall
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 */
void model_stall(struct model *model, u32 nr, u64 now)
{
	struct model_slot *slot = &model->slots[nr];

	slot->stalled = true;
	slot->page.kick = VARTA_KICK_BEAT;
	slot->stalls++;
	slot->stall_ns = model_event_time(model, now);
	model->totals[VARTA_COUNT_STALLS]++;
	/* As sample() in fake_procs.c. */
	if (slot->origin != VARTA_ORIGIN_NETWORK_UNVERIFIED && slot->proc)
		model->totals[VARTA_COUNT_STALLS_WAITING]++;
	else
		model->totals[VARTA_COUNT_STALLS_UNKNOWN]++;
	begin_action(model, slot, now);
}

/**
 * model_warn() - report that an agent is late
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 */
void model_warn(struct model *model, u32 nr, u64 now)
{
	model->slots[nr].late = true;
	model_event_time(model, now);
	model->totals[VARTA_COUNT_LATE]++;
}

/**
 * model_remove_recycled() - remove an agent whose pid was recycled
 * @model: the model
 * @nr: number of the slot
 * @now: the time
 */
void model_remove_recycled(struct model *model, u32 nr, u64 now)
{
	add_goodbye(model, &model->slots[nr], VARTA_GOODBYE_CAUSE_PID_RECYCLED,
		    now);
	model->totals[VARTA_COUNT_PID_RECYCLES]++;
	memset(&model->slots[nr], 0, sizeof(model->slots[nr]));
}

/**
 * model_remove() - remove an agent
 * @model: the model
 * @id: the agent
 * @cause: VARTA_GOODBYE_CAUSE_BYE or VARTA_GOODBYE_CAUSE_EXITED
 * @now: the time
 *
 * Return: whether it was removed.
 */
bool model_remove(struct model *model, const struct varta_agent_id *id,
		  enum varta_goodbye_cause cause, u64 now)
{
	u32 nr = model_find(model, id->source, id->pid);
	struct model_slot *slot;

	if (nr == MODEL_NO_SLOT)
		return false;
	slot = &model->slots[nr];
	if (slot->proc && id->proc &&
	    slot->proc != id->proc)
		return false;
	if (slot->origin != id->origin || slot->exited)
		return false;
	look(model, slot, now);
	add_goodbye(model, slot, cause, now);
	if (cause == VARTA_GOODBYE_CAUSE_BYE)
		model->totals[VARTA_COUNT_GOODBYES]++;
	else
		model->totals[VARTA_COUNT_REMOVED_DEAD]++;
	memset(slot, 0, sizeof(*slot));
	return true;
}

/**
 * model_reset_gaps() - forget the longest gaps
 * @model: the model
 */
void model_reset_gaps(struct model *model)
{
	u32 i;

	for (i = 0; i < model->capacity; i++)
		model->slots[i].longest_gap_ns = 0;
}

/**
 * model_note_exit() - note the exit of an agent's process
 * @model: the model
 * @id: the agent
 * @exit_code: its exit code
 * @oom_killed: the OOM killer ended it
 * @now: the time
 *
 * Return: whether there is such an agent.
 */
bool model_note_exit(struct model *model, const struct varta_agent_id *id,
		     u32 exit_code, bool oom_killed, u64 now)
{
	u32 nr = model_find(model, id->source, id->pid);
	struct model_slot *slot;

	if (nr == MODEL_NO_SLOT)
		return false;
	slot = &model->slots[nr];
	if (slot->proc != id->proc)
		return false;
	if (slot->exited)
		return true;
	now = model_event_time(model, now);
	model->exits[model->nr_exits++] = nr;
	slot->exited = true;
	slot->exit_code = exit_code;
	slot->oom_killed = oom_killed;
	slot->stall_ns = 0;
	slot->exit_ns = now;
	return true;
}

/**
 * model_exits() - number of unreported exits
 * @model: the model
 */
u32 model_exits(const struct model *model)
{
	return model->nr_exits;
}

/**
 * model_report_exit() - report the first exit and free the slot
 * @model: the model
 */
void model_report_exit(struct model *model)
{
	struct model_slot *slot = &model->slots[model->exits[0]];

	model->totals[VARTA_COUNT_EXITS]++;
	memset(slot, 0, sizeof(*slot));
	model->nr_exits--;
	memmove(model->exits, model->exits + 1,
		model->nr_exits * sizeof(model->exits[0]));
}

/**
 * model_take() - take a counter
 * @model: the model
 * @which: the counter
 */
u64 model_take(struct model *model, enum varta_counter which)
{
	u64 n = model->totals[which] - model->taken[which];

	model->taken[which] = model->totals[which];
	return n;
}

/**
 * model_untake() - put back what a take returned
 * @model: the model
 * @which: the counter
 * @n: what model_take() returned
 */
void model_untake(struct model *model, enum varta_counter which, u64 n)
{
	model->taken[which] -= n;
}

/**
 * model_take_last_evicted() - take the agent that was evicted last
 * @model: the model
 *
 * Return: the agent, with pid 0 for none since the last take.
 */
struct varta_evicted model_take_last_evicted(struct model *model)
{
	struct varta_evicted last = model->last_evicted;

	model->last_evicted = (struct varta_evicted) {};
	return last;
}
