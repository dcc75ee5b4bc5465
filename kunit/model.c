// SPDX-License-Identifier: GPL-2.0-only
/*
 * The naive ledger. Written from the page alone; the numbers in the comments
 * are those of its sections and of the tests in section 3.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "model.h"

/**
 * model_init() - an empty ledger
 * @model: to be set up
 * @config: what the tracker is made with; its capacity must be in the limits
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
 * model_find() - the slot of a pid
 * @model: the ledger
 * @source: which relay's, 0 for this machine's
 * @pid: whose
 *
 * Return: its number or MODEL_NO_SLOT.
 */
u32 model_find(const struct model *model, u32 source, u32 pid)
{
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		if (model->slots[i].pid == pid &&
		    model->slots[i].source == source)
			return i;
	}
	return MODEL_NO_SLOT;
}

/**
 * model_find_free() - a slot of nobody
 * @model: the ledger
 *
 * Return: its number or MODEL_NO_SLOT.
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
 * model_admitted() - how many agents a user has
 * @model: the ledger
 * @uid: which
 */
u32 model_admitted(const struct model *model, u32 uid)
{
	u32 i, sum = 0;

	for (i = 0; i < model->capacity; i++)
		sum += model->slots[i].pid && model->slots[i].uid == uid;
	return sum;
}

/**
 * model_tracked() - how many slots are in use
 * @model: the ledger
 */
u32 model_tracked(const struct model *model)
{
	u32 i, sum = 0;

	for (i = 0; i < model->capacity; i++)
		sum += model->slots[i].pid != 0;
	return sum;
}

/**
 * model_stalled_now() - how many slots are latched
 * @model: the ledger
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

static void take_name(struct model_slot *slot, const char *name)
{
	u32 i;

	memset(slot->name, 0, sizeof(slot->name));
	for (i = 0; i < 15 && name[i]; i++)
		slot->name[i] = name[i];
}

/* What every accepted beat sets, whether the slot is new or not. */
static void take_beat(struct model_slot *slot, const struct varta_beat_info *beat,
		      u64 now)
{
	if (beat->threshold_ms)
		slot->threshold_ms = beat->threshold_ms;
	if (beat->name)
		take_name(slot, beat->name);
	if (now > slot->last_ns)
		slot->last_ns = now;
	slot->status = beat->status;
	slot->payload = beat->payload;
	slot->nonce = beat->nonce;
	slot->stalled = false;
	if (is_terminal(beat)) {
		slot->has_terminal = true;
		slot->terminal_timestamp = beat->timestamp;
	} else {
		slot->has_regular = true;
		slot->regular_nonce = beat->nonce;
	}
}

static void start_afresh(struct model_slot *slot,
			 const struct varta_beat_info *beat,
			 const struct varta_agent_id *id, u64 now)
{
	memset(slot, 0, sizeof(*slot));
	slot->pid = id->pid;
	slot->source = id->source;
	slot->uid = id->uid;
	slot->netns = id->netns;
	if (id->comm)
		take_name(slot, id->comm);
	slot->ns_pid = id->ns_pid;
	slot->proc = id->proc;
	slot->ns_inode = id->ns_inode;
	slot->origin = id->origin;
	take_beat(slot, beat, now);
}

static enum varta_record_result count_answer(struct model *model,
					     enum varta_record_result answer)
{
	static const enum varta_counter counter[] = {
		[VARTA_RECORD_INSERTED] = VARTA_COUNT_INSERTED,
		[VARTA_RECORD_REFRESHED] = VARTA_COUNT_REFRESHED,
		[VARTA_RECORD_OUT_OF_ORDER] = VARTA_COUNT_OUT_OF_ORDER,
		[VARTA_RECORD_CAPACITY_EXCEEDED] = VARTA_COUNT_CAPACITY_EXCEEDED,
		[VARTA_RECORD_ORIGIN_CONFLICT] = VARTA_COUNT_ORIGIN_CONFLICTS,
		[VARTA_RECORD_NAMESPACE_CONFLICT] = VARTA_COUNT_NAMESPACE_CONFLICTS,
		[VARTA_RECORD_QUOTA_EXCEEDED] = VARTA_COUNT_QUOTA_EXCEEDED,
	};

	model->totals[counter[answer]]++;
	return answer;
}

/* One windowed pass of section 5, for a slot of @user if there is one. */
static u32 find_victim(struct model *model, u64 now, u64 threshold,
		       bool only_latched, const u32 *user)
{
	u32 looks = min(model->window, model->used);
	u32 i;

	for (i = 0; i < looks; i++) {
		u32 number = model->cursor;
		struct model_slot *slot = &model->slots[number];

		model->cursor = (model->cursor + 1) % model->used;
		if (!slot->pid || (user && slot->uid != *user))
			continue;
		if (only_latched && !slot->stalled)
			continue;
		/* Nothing is longer than ten thresholds beyond the clock. */
		if (threshold_of(slot, threshold) > U64_MAX / 10)
			continue;
		if (silence(slot->last_ns, now) > 10 * threshold_of(slot, threshold))
			return number;
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
	if (victim == MODEL_NO_SLOT && model->policy == VARTA_EVICTION_POLICY_BALANCED) {
		victim = find_victim(model, now, threshold, false, user);
		ran = true;
	}
	if (victim == MODEL_NO_SLOT) {
		if (ran)
			model->totals[VARTA_COUNT_EVICTION_SCAN_TRUNCATED]++;
		return MODEL_NO_SLOT;
	}
	model->totals[VARTA_COUNT_EVICTIONS]++;
	model->last_evicted_pid = model->slots[victim].pid;
	return victim;
}

static enum varta_record_result insert(struct model *model,
				       const struct varta_beat_info *beat,
				const struct varta_agent_id *id,
				u64 now, u64 threshold, u32 chosen)
{
	u32 number;

	if (model_admitted(model, id->uid) >= model->quota) {
		number = evict(model, now, threshold, &id->uid);
		if (number == MODEL_NO_SLOT)
			return VARTA_RECORD_QUOTA_EXCEEDED;
	} else if (model_find_free(model) != MODEL_NO_SLOT) {
		/* Any free slot is right, but it must be one. */
		if (chosen < model->capacity && !model->slots[chosen].pid)
			number = chosen;
		else
			number = model_find_free(model);
	} else {
		number = evict(model, now, threshold, NULL);
		if (number == MODEL_NO_SLOT)
			return VARTA_RECORD_CAPACITY_EXCEEDED;
	}
	model->used = max(model->used, number + 1);
	start_afresh(&model->slots[number], beat, id, now);
	return VARTA_RECORD_INSERTED;
}

/* The same user has as many agents afterwards as before. */
static bool may_replace(const struct model *model,
			const struct model_slot *slot,
			const struct varta_agent_id *id)
{
	return slot->uid == id->uid ||
	       model_admitted(model, id->uid) < model->quota;
}

static enum varta_record_result update_slot(struct model *model,
					    struct model_slot *slot,
				      const struct varta_beat_info *beat,
				      const struct varta_agent_id *id, u64 now)
{
	bool wrapped = false;

	/* 3.1 */
	if (slot->proc && id->proc &&
	    slot->proc != id->proc) {
		if (!may_replace(model, slot, id))
			return VARTA_RECORD_QUOTA_EXCEEDED;
		model->totals[VARTA_COUNT_PID_RECYCLES]++;
		start_afresh(slot, beat, id, now);
		return VARTA_RECORD_INSERTED;
	}

	/* 3.2 */
	if (slot->origin != id->origin) {
		if (!model->takeover ||
		    id->origin != VARTA_ORIGIN_KERNEL_ATTESTED)
			return VARTA_RECORD_ORIGIN_CONFLICT;
		if (!may_replace(model, slot, id))
			return VARTA_RECORD_QUOTA_EXCEEDED;
		start_afresh(slot, beat, id, now);
		return VARTA_RECORD_REFRESHED;
	}

	/* 3.3 */
	if (slot->ns_inode && id->ns_inode && slot->ns_inode != id->ns_inode)
		return VARTA_RECORD_NAMESPACE_CONFLICT;
	if (slot->ns_inode && !id->ns_inode && !is_terminal(beat))
		return VARTA_RECORD_NAMESPACE_CONFLICT;

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
		/* Not on the page, but it is a number of that namespace. */
		slot->ns_pid = id->ns_pid;
	}
	if (!slot->proc)
		slot->proc = id->proc;
	take_beat(slot, beat, now);
	return VARTA_RECORD_REFRESHED;
}

/**
 * model_record() - section 3
 * @model: the ledger
 * @beat: what the beat says
 * @id: who sent it
 * @now: the time
 * @threshold: silence from which an agent is stalled
 * @chosen: the slot to use if there is a choice of free ones
 *
 * Return: the answer.
 */
enum varta_record_result model_record(struct model *model,
				      const struct varta_beat_info *beat,
			       const struct varta_agent_id *id,
			       u64 now, u64 threshold, u32 chosen)
{
	u32 number = model_find(model, id->source, id->pid);

	if (number == MODEL_NO_SLOT)
		return count_answer(model, insert(model, beat, id, now,
						  threshold, chosen));
	return count_answer(model, update_slot(model, &model->slots[number],
						beat, id, now));
}

/**
 * model_is_due() - whether an agent is to be reported (section 4)
 * @model: the ledger
 * @number: of the slot
 * @now: the time
 * @threshold: silence from which an agent is stalled
 */
bool model_is_due(const struct model *model, u32 number, u64 now, u64 threshold)
{
	const struct model_slot *slot = &model->slots[number];
	u64 silent = min(silence(slot->last_ns, now),
			 silence(model->resume_ns, now));

	return slot->pid && !slot->stalled && !slot->exited &&
	       silent >= threshold_of(slot, threshold);
}

/**
 * model_deadline() - from when on an agent is due
 * @model: the ledger
 * @number: of the slot
 * @threshold: silence from which an agent is stalled
 *
 * Return: the time; U64_MAX if it is not reached, or nobody is there who can
 * stall.
 */
u64 model_deadline(const struct model *model, u32 number, u64 threshold)
{
	const struct model_slot *slot = &model->slots[number];
	u64 since = max(slot->last_ns, model->resume_ns);
	u64 own = threshold_of(slot, threshold);

	if (!slot->pid || slot->stalled || since > U64_MAX - own)
		return U64_MAX;
	return since + own;
}

/**
 * model_next_deadline() - from when on the first agent is due
 * @model: the ledger
 * @threshold: silence from which an agent is stalled
 *
 * Return: the time or U64_MAX.
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
 * model_is_recycled() - whether an agent's pid is seen to be another process's
 * @model: the ledger
 * @number: of the slot
 * @process: says which generation has a pid now, 0 for none
 */
bool model_is_recycled(const struct model *model, u32 number,
		       struct varta_proc *(*process)(u32 pid))
{
	const struct model_slot *slot = &model->slots[number];

	return slot->origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
	       slot->proc && process(slot->pid) &&
	       process(slot->pid) != slot->proc;
}

/**
 * model_stall() - an agent is reported
 * @model: the ledger
 * @number: of the slot
 */
void model_stall(struct model *model, u32 number)
{
	model->slots[number].stalled = true;
	model->totals[VARTA_COUNT_STALLS]++;
}

/**
 * model_retire_recycled() - an agent is retired instead
 * @model: the ledger
 * @number: of the slot
 */
void model_retire_recycled(struct model *model, u32 number)
{
	model->totals[VARTA_COUNT_PID_RECYCLES]++;
	memset(&model->slots[number], 0, sizeof(model->slots[number]));
}

/**
 * model_retire() - free the slot of an agent
 * @model: the ledger
 * @id: whose
 *
 * Return: whether there was such a slot.
 */
bool model_retire(struct model *model, const struct varta_agent_id *id)
{
	u32 number = model_find(model, id->source, id->pid);
	struct model_slot *slot;

	if (number == MODEL_NO_SLOT)
		return false;
	slot = &model->slots[number];
	if (slot->proc && id->proc &&
	    slot->proc != id->proc)
		return false;
	if (slot->origin != id->origin || slot->exited)
		return false;
	memset(slot, 0, sizeof(*slot));
	return true;
}

/**
 * model_note_exit() - the process of an agent has ended
 * @model: the ledger
 * @id: whose
 * @exit_code: how
 *
 * Return: whether there is such an agent.
 */
bool model_note_exit(struct model *model, const struct varta_agent_id *id,
		     u32 exit_code)
{
	u32 number = model_find(model, id->source, id->pid);

	if (number == MODEL_NO_SLOT ||
	    model->slots[number].proc != id->proc)
		return false;
	model->slots[number].exited = true;
	model->slots[number].exit_code = exit_code;
	return true;
}

/**
 * model_exits() - how many exits are to be told
 * @model: the ledger
 */
u32 model_exits(const struct model *model)
{
	u32 i, sum = 0;

	for (i = 0; i < model->capacity; i++)
		sum += model->slots[i].pid && model->slots[i].exited;
	return sum;
}

/**
 * model_tell_exit() - an exit is told
 * @model: the ledger
 * @number: of the slot, which is freed
 */
void model_tell_exit(struct model *model, u32 number)
{
	model->totals[VARTA_COUNT_EXITS]++;
	memset(&model->slots[number], 0, sizeof(model->slots[number]));
}

/**
 * model_take() - what was counted since the last take
 * @model: the ledger
 * @which: which counter
 */
u64 model_take(struct model *model, enum varta_counter which)
{
	u64 n = model->totals[which] - model->taken[which];

	model->taken[which] = model->totals[which];
	return n;
}

/**
 * model_take_last_evicted_pid() - whose slot was evicted last
 * @model: the ledger
 *
 * Return: the pid, 0 if there was none since the last take.
 */
u32 model_take_last_evicted_pid(struct model *model)
{
	u32 pid = model->last_evicted_pid;

	model->last_evicted_pid = 0;
	return pid;
}
