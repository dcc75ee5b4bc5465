// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracker against the naive ledger of model.c: both are given the same
 * random steps, and after each step everything that can be seen of them must
 * be the same. Repeatable: the steps follow from the parameter "seed".
 */
#include <kunit/test.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/time64.h>

#include "fake_procs.h"
#include "tracker_fixture.h"
#include "model.h"
#include "parameters.h"

unsigned long varta_kunit_seed;
module_param_named(seed, varta_kunit_seed, ulong, 0444);
MODULE_PARM_DESC(seed, "where the random tests begin, 0 for the usual place");

unsigned long varta_kunit_steps = 2000000;
module_param_named(steps, varta_kunit_steps, ulong, 0444);
MODULE_PARM_DESC(steps, "how many steps the tracker and the model are compared for");

enum {
	STEPS_OF_A_RUN	= 1000,
	/* So many steps come by everything that can be counted. */
	STEPS_FOR_ALL	= 200000,
	NAMESPACES	= 4,
	PROCS_USED = 5,
	SOURCES		= 3,
	USERS		= 3,
	NETNS_USED		= 3,
	/* Own thresholds in milliseconds, of which one unit of time is half. */
	OWN_MAX		= 3,
	UNIT		= NSEC_PER_MSEC / 2,
	/* So many reports of a pass are kept. */
	TOLD		= MODEL_CAPACITY_MAX + 1,
};

/* With this one, time is long. */
static const u64 long_unit = 1ull << 34;

static_assert((int)TOLD > (int)VARTA_STALL_BATCH);

enum kind {
	RECORD,
	STALL_PASS,
	TIME,
	PROCESS,
	RETIRE,
	NOTE_EXIT,
	EXIT_PASS,
	REARM,
	FORGIVE,
	DEADLINE,
	QUOTA,
	TAKE,
	QUERY,
	WALK,
};

static const char * const kind_names[] = {
	[RECORD]	= "record",
	[STALL_PASS]	= "stall pass",
	[TIME]		= "time",
	[PROCESS]	= "process",
	[RETIRE]	= "retire",
	[NOTE_EXIT]	= "note exit",
	[EXIT_PASS]	= "exit pass",
	[REARM]		= "rearm",
	[FORGIVE]	= "forgive",
	[DEADLINE]	= "deadline",
	[QUOTA]		= "quota",
	[TAKE]		= "take",
	[QUERY]		= "query",
	[WALK]		= "walk",
};

/* What was done last, for whoever reads the failure. */
struct step {
	enum kind kind;
	struct varta_beat_info beat;
	struct varta_agent_id id;
	u64 now;
	u32 quota;
	s64 answer;
	s64 wanted;
};

struct duel {
	struct rnd_state random;
	struct varta_tracker_config config;
	struct ledger *ledger;
	struct model model;
	u32 pids;
	u64 now;
	u64 threshold;
	/* What a small number of nanoseconds is multiplied with. */
	u64 unit;
	struct step step;

	/* The threshold is another one, and not all slots are armed for it. */
	bool rearming;
	u32 cursor;
	/* Before when whoever waits would have to be told. */
	u64 alarm;
	u32 sooners;

	/* What the callbacks were told. */
	struct varta_agent_info told[TOLD];
	u32 tellings;
	u32 quota;
};

static u32 below(struct duel *duel, u32 n)
{
	return prandom_u32_state(&duel->random) % n;
}

static bool one_in(struct duel *duel, u32 n)
{
	return !below(duel, n);
}

/* ---- What may be done. */

static struct varta_proc *any_proc(struct duel *duel, u32 pid)
{
	switch (below(duel, 8)) {
	case 0:
		return NULL;
	case 1:
		return fake_proc(1 + below(duel, PROCS_USED));
	default:
		return fake_proc_of_pid(pid);
	}
}

static const char *any_name(struct duel *duel)
{
	static const char * const names[] = {
		NULL, NULL, NULL, "", "sh", "fifteen-letters",
		"sixteen-letters!", "one of many letters",
	};

	return names[below(duel, ARRAY_SIZE(names))];
}

static struct varta_agent_id any_identity(struct duel *duel)
{
	struct varta_agent_id id = {
		.pid = 1 + below(duel, duel->pids),
		.ns_pid = 1 + below(duel, 3),
		.uid = below(duel, USERS),
		.netns = fake_netns(below(duel, NETNS_USED)),
		.comm = any_name(duel),
		.origin = VARTA_ORIGIN_KERNEL_ATTESTED,
	};

	if (one_in(duel, 3))
		id.source = below(duel, SOURCES);
	id.proc = any_proc(duel, id.pid);
	if (one_in(duel, 6))
		id.origin = VARTA_ORIGIN_NETWORK_UNVERIFIED;
	/* Mostly the namespace that agents of this pid are in. */
	if (!one_in(duel, 5))
		id.ns_inode = 1 + id.pid % (NAMESPACES - 1);
	else
		id.ns_inode = below(duel, NAMESPACES);
	return id;
}

static u64 any_regular_nonce(struct duel *duel, const struct varta_agent_id *id)
{
	u32 number = model_find(&duel->model, id->source, id->pid);
	u64 last = 0;

	if (number != MODEL_NO_SLOT)
		last = duel->model.slots[number].regular_nonce;
	switch (below(duel, 16)) {
	case 0:
	case 1:
		return below(duel, 8);
	case 2:
		return (1 << 20) + below(duel, 5) - 2;
	case 3:
	case 4:
		return U64_MAX - (1 << 20) + below(duel, 5) - 2;
	case 5:
		return U64_MAX - 1 - below(duel, 3);
	case 6:
		return min(last, U64_MAX - 1);
	case 7:
		return last ? last - 1 : 0;
	default:
		return min(last + 1 + below(duel, 3), U64_MAX - 1);
	}
}

static struct varta_beat_info any_beat(struct duel *duel,
				       const struct varta_agent_id *id)
{
	struct varta_beat_info beat = {
		.status = below(duel, VARTA_STATUS_STALL),
		.timestamp = below(duel, 6),
		.payload = prandom_u32_state(&duel->random),
		.pid = id->pid,
	};

	if (one_in(duel, 64))
		beat.timestamp = U64_MAX - 1;
	if (one_in(duel, 6))
		beat.threshold_ms = 1 + below(duel, OWN_MAX);
	if (one_in(duel, 8))
		beat.name = any_name(duel);
	if (one_in(duel, 7)) {
		beat.status = VARTA_STATUS_CRITICAL;
		beat.nonce = VARTA_TERMINAL_NONCE;
	} else {
		beat.nonce = any_regular_nonce(duel, id);
	}
	return beat;
}

/* Mostly the time that it is, sometimes one that is over. */
static u64 any_now(struct duel *duel)
{
	if (!one_in(duel, 12))
		return duel->now;
	return duel->now - min_t(u64, duel->now, below(duel, 20) * duel->unit);
}

static u64 any_threshold(struct duel *duel)
{
	static const u64 extreme[] = {
		0, U64_MAX / 10, U64_MAX / 10 + 1, U64_MAX - 3, U64_MAX,
	};

	if (one_in(duel, 10))
		return extreme[below(duel, ARRAY_SIZE(extreme))];
	return (1 + below(duel, 5)) * duel->unit;
}

static void change_threshold(struct duel *duel)
{
	duel->threshold = any_threshold(duel);
	duel->rearming = true;
	duel->cursor = 0;
	duel->ledger->threshold = max(duel->ledger->threshold,
				      duel->threshold);
}

static void let_time_pass(struct duel *duel)
{
	u64 step = below(duel, 6) * duel->unit;

	/* To where an agent that has just beaten may, or may not, be evicted */
	if (one_in(duel, 4) && duel->threshold < 1000 * duel->unit)
		step = 10 * duel->threshold + below(duel, 4);
	else if (duel->unit > 1 && one_in(duel, 8))
		step = 10 * (1 + below(duel, OWN_MAX)) * NSEC_PER_MSEC +
		       below(duel, 2);
	/* One more or less is on the other side of everything. */
	else if (one_in(duel, 8))
		step += below(duel, 3) - (step > 0);
	/* The last time of all is none. */
	duel->now += min(step, U64_MAX - 1 - duel->now);
	if (one_in(duel, 50))
		change_threshold(duel);
}

/* ---- Each kind of step, done to both. False means that they disagree. */

/*
 * Only a beat, and another threshold, make for an earlier deadline. Whoever
 * waits is told of it, and only of it.
 */
static bool told_if_sooner(struct duel *duel)
{
	const struct varta_agent_id *id = &duel->step.id;
	u32 number = model_find(&duel->model, id->source, id->pid);
	u32 told = fake_procs_kicks() - duel->sooners;
	u64 deadline = U64_MAX;
	bool is_sooner, armed = !duel->rearming;

	if (number != MODEL_NO_SLOT) {
		deadline = model_deadline(&duel->model, number,
					  duel->threshold);
		armed &= !duel->model.slots[number].exited;
	}
	is_sooner = deadline < duel->alarm;
	duel->sooners += told;
	if (told)
		duel->alarm = deadline;
	/* Of agents that are not armed, it is told when they are. */
	return armed ? told == is_sooner : told <= is_sooner;
}

/* One process has one namespace, though a step may say otherwise. */
static bool may_be_plain(const struct duel *duel, const struct step *step)
{
	const struct varta_slot *slot = ledger_slot(duel->ledger, 0,
						    step->id.pid);

	return !step->id.source && step->id.proc &&
	       step->id.origin == VARTA_ORIGIN_KERNEL_ATTESTED && slot &&
	       slot->ns_inode == step->id.ns_inode;
}

/* As the door does: the short way first, where there is one. */
static enum varta_record_result record_either_way(const struct duel *duel,
						  const struct step *step)
{
	struct varta_tracker *tracker = &duel->ledger->tracker;
	bool started;

	if (may_be_plain(duel, step) &&
	    varta_tracker_record_fast(tracker, &step->beat, step->id.pid,
				      step->id.proc, step->now))
		return VARTA_RECORD_REFRESHED;
	return varta_tracker_record(tracker, &step->beat, &step->id, step->now,
				    duel->threshold, &started);
}

static bool record(struct duel *duel)
{
	struct step *step = &duel->step;
	const struct varta_slot *slot;
	u32 chosen = MODEL_NO_SLOT;

	step->id = any_identity(duel);
	step->beat = any_beat(duel, &step->id);
	step->now = any_now(duel);
	step->answer = record_either_way(duel, step);
	slot = ledger_slot(duel->ledger, step->id.source, step->id.pid);
	if (slot)
		chosen = slot - duel->ledger->tracker.slots;
	step->wanted = model_record(&duel->model, &step->beat, &step->id,
				    step->now, duel->threshold, chosen);
	return step->answer == step->wanted && told_if_sooner(duel);
}

static bool hear(void *context, const struct varta_agent_info *agent)
{
	struct duel *duel = context;

	if (duel->tellings < ARRAY_SIZE(duel->told))
		duel->told[duel->tellings] = *agent;
	duel->tellings++;
	return duel->tellings < duel->quota;
}

static bool same_agent(const struct varta_agent_info *agent,
		       const struct model_slot *slot)
{
	return agent->id.pid == slot->pid &&
	       agent->id.source == slot->source &&
	       agent->id.ns_pid == slot->ns_pid &&
	       agent->id.uid == slot->uid &&
	       agent->id.netns == slot->netns &&
	       agent->id.proc == slot->proc &&
	       agent->id.ns_inode == slot->ns_inode &&
	       agent->id.origin == slot->origin &&
	       agent->last_ns == slot->last_ns &&
	       agent->nonce == slot->nonce &&
	       agent->payload == slot->payload &&
	       agent->status == slot->status &&
	       agent->threshold_ms == slot->threshold_ms &&
	       !strcmp(agent->name, slot->name) &&
	       agent->exited == slot->exited &&
	       agent->exit_code == slot->exit_code &&
	       agent->stalled == slot->stalled;
}

/* Of a part of the slots. */
static bool rearm(struct duel *duel)
{
	u64 alarm = duel->alarm;
	u32 told;

	if (!duel->rearming)
		duel->cursor = 0;
	duel->rearming = varta_tracker_rescan(&duel->ledger->tracker,
					      &duel->cursor, duel->threshold);
	if (!duel->rearming)
		duel->ledger->threshold = duel->threshold;
	duel->alarm = duel->ledger->tracker.wheel.next_event;
	told = fake_procs_kicks() - duel->sooners;
	duel->sooners += told;
	duel->step.answer = duel->alarm;
	duel->step.wanted = model_next_deadline(&duel->model, duel->threshold);
	return duel->alarm <= alarm && !told == (duel->alarm == alarm) &&
	       (duel->rearming || duel->alarm <= duel->step.wanted);
}

static bool forgive(struct duel *duel)
{
	varta_tracker_resume(&duel->ledger->tracker, duel->now);
	duel->model.resume_ns = duel->now;
	return true;
}

/* Never late, and none if there is nobody to wait for. */
static bool deadline(struct duel *duel)
{
	struct step *step = &duel->step;
	u64 next = varta_tracker_next_deadline(&duel->ledger->tracker);

	duel->alarm = next;
	step->answer = next;
	step->wanted = model_next_deadline(&duel->model, duel->threshold);
	if (model_stalled_now(&duel->model) == model_tracked(&duel->model))
		return next == U64_MAX;
	return duel->rearming || next <= step->wanted;
}

/* In whatever order. */
static bool same_stalls(struct duel *duel)
{
	const struct varta_slot *slots = duel->ledger->tracker.slots;
	struct model *model = &duel->model;
	u64 now = duel->step.now;
	u32 i, number;

	for (i = 0; i < duel->tellings; i++) {
		number = model_find(model, duel->told[i].id.source,
				    duel->told[i].id.pid);
		if (number == MODEL_NO_SLOT ||
		    !model_is_due(model, number, now, duel->threshold) ||
		    model_is_recycled(model, number, fake_proc_of_pid))
			return false;
		model_stall(model, number);
		if (!same_agent(&duel->told[i], &model->slots[number]))
			return false;
	}
	for (i = 0; i < model->capacity; i++) {
		if (model_is_due(model, i, now, duel->threshold) &&
		    model_is_recycled(model, i, fake_proc_of_pid) &&
		    !slots[i].pid)
			model_retire_recycled(model, i);
	}
	return true;
}

/*
 * A pass for less than all may be followed by anything. When there is no more,
 * nobody is left who is due.
 */
static bool stall_pass(struct duel *duel)
{
	struct step *step = &duel->step;
	bool more;

	/* Mostly, another threshold is heeded first. */
	while (duel->rearming && !one_in(duel, 8)) {
		if (!rearm(duel))
			return false;
	}
	step->now = any_now(duel);
	step->quota = one_in(duel, 2) ? VARTA_STALL_BATCH : below(duel, 4);
	duel->tellings = 0;
	duel->quota = below(duel, 3);
	more = varta_tracker_stall_pass(&duel->ledger->tracker, step->now,
					duel->threshold, step->quota, hear,
					duel);
	step->answer = duel->tellings;
	if (duel->tellings > max(step->quota, 1) || !same_stalls(duel))
		return false;
	if (more || duel->rearming)
		return true;
	step->wanted = model_next_deadline(&duel->model, duel->threshold);
	if (step->wanted <= step->now)
		return false;
	/* The next one is not wanted before something can have come of it. */
	return one_in(duel, 3) ||
	       (deadline(duel) && duel->alarm > step->now);
}

static bool change_process(struct duel *duel)
{
	struct step *step = &duel->step;

	step->id.pid = 1 + below(duel, duel->pids);
	step->id.proc = fake_proc(below(duel, PROCS_USED + 1));
	fake_procs_set_pid(step->id.pid, fake_proc_nr(step->id.proc));
	return true;
}

static bool retire(struct duel *duel)
{
	struct step *step = &duel->step;

	step->id = any_identity(duel);
	step->answer = varta_tracker_remove(&duel->ledger->tracker, &step->id);
	step->wanted = model_retire(&duel->model, &step->id);
	return step->answer == step->wanted;
}

static bool note_exit(struct duel *duel)
{
	struct step *step = &duel->step;
	u32 exit_code = below(duel, 1000);

	step->id = any_identity(duel);
	step->answer = varta_tracker_note_exit(&duel->ledger->tracker,
					       &step->id, exit_code);
	step->wanted = model_note_exit(&duel->model, &step->id, exit_code);
	return step->answer == step->wanted;
}

/* In whatever order, as many as are wanted. */
static bool exit_pass(struct duel *duel)
{
	struct step *step = &duel->step;
	u32 number, i;
	bool more;

	step->quota = one_in(duel, 2) ? U32_MAX : 1 + below(duel, 2);
	step->wanted = min(step->quota, model_exits(&duel->model));
	duel->tellings = 0;
	duel->quota = step->quota;
	more = varta_tracker_exit_pass(&duel->ledger->tracker, hear, duel);
	step->answer = duel->tellings;
	if (step->answer != step->wanted)
		return false;
	for (i = 0; i < duel->tellings; i++) {
		number = model_find(&duel->model, duel->told[i].id.source,
				    duel->told[i].id.pid);
		if (number == MODEL_NO_SLOT ||
		    !duel->model.slots[number].exited ||
		    !same_agent(&duel->told[i], &duel->model.slots[number]))
			return false;
		model_tell_exit(&duel->model, number);
	}
	/* There may be more that turns out to be none, but not the reverse. */
	return more ? duel->tellings == step->quota :
		      !model_exits(&duel->model);
}

static bool change_quota(struct duel *duel)
{
	u32 quota = one_in(duel, 3) ? below(duel, duel->config.capacity + 1) :
				      U32_MAX;

	duel->step.quota = quota;
	fake_procs_set_quota(quota);
	duel->model.quota = quota;
	return true;
}

static bool take(struct duel *duel)
{
	struct step *step = &duel->step;
	int which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		step->answer = varta_counter_take(&duel->ledger->counters,
						  which);
		step->wanted = model_take(&duel->model, which);
		if (step->answer != step->wanted)
			return false;
	}
	step->answer =
		varta_tracker_take_last_evicted_pid(&duel->ledger->tracker);
	step->wanted = model_take_last_evicted_pid(&duel->model);
	return step->answer == step->wanted;
}

static bool query(struct duel *duel)
{
	struct step *step = &duel->step;
	u32 number;

	step->id.pid = 1 + below(duel, duel->pids);
	step->id.source = below(duel, SOURCES);
	duel->tellings = 0;
	duel->quota = U32_MAX;
	step->answer = varta_tracker_lookup(&duel->ledger->tracker,
					    step->id.source, step->id.pid,
					   hear, duel);
	number = model_find(&duel->model, step->id.source, step->id.pid);
	step->wanted = number != MODEL_NO_SLOT;
	if (step->answer != step->wanted || duel->tellings != step->wanted)
		return false;
	return !step->wanted ||
	       same_agent(&duel->told[0], &duel->model.slots[number]);
}

/* Stopped at random; who says stop has not taken the agent. */
static bool walk(struct duel *duel)
{
	bool seen[MODEL_CAPACITY_MAX] = {};
	struct step *step = &duel->step;
	u32 cursor = 0, taken, number, calls, i;
	bool stalled = one_in(duel, 2);
	bool more = true;

	step->answer = 0;
	step->wanted = stalled ? model_stalled_now(&duel->model) :
				 model_tracked(&duel->model);
	for (calls = 0; more; calls++) {
		if (calls > 2 * MODEL_CAPACITY_MAX)
			return false;
		duel->tellings = 0;
		duel->quota = 2 + below(duel, 8);
		more = varta_tracker_for_each(&duel->ledger->tracker, &cursor,
					      stalled, hear, duel);
		if (more && duel->tellings < duel->quota)
			return false;
		taken = duel->tellings;
		if (taken == duel->quota)
			taken--;
		if (!more && taken < duel->tellings)
			return false;
		for (i = 0; i < taken; i++) {
			number = model_find(&duel->model,
					    duel->told[i].id.source,
					    duel->told[i].id.pid);
			if (number == MODEL_NO_SLOT || seen[number])
				return false;
			seen[number] = true;
			if (!same_agent(&duel->told[i],
					&duel->model.slots[number]))
				return false;
			step->answer++;
		}
	}
	return step->answer == step->wanted;
}

/* ---- What must be the same after each step. */

static bool same_slot(const struct varta_slot *slot,
		      const struct model_slot *model)
{
	if (slot->pid != model->pid || slot->stalled != model->stalled)
		return false;
	if (!model->pid)
		return true;
	if (slot->has_regular != model->has_regular ||
	    slot->has_terminal != model->has_terminal)
		return false;
	if (model->has_regular && slot->regular_nonce != model->regular_nonce)
		return false;
	if (model->has_terminal &&
	    slot->terminal_timestamp != model->terminal_timestamp)
		return false;
	return slot->source == model->source &&
	       slot->ns_pid == model->ns_pid &&
	       slot->uid == model->uid &&
	       slot->netns == model->netns &&
	       slot->threshold_ms == model->threshold_ms &&
	       !strcmp(slot->name, model->name) &&
	       slot->exited == model->exited &&
	       slot->exit_code == model->exit_code &&
	       slot->proc == model->proc &&
	       slot->ns_inode == model->ns_inode &&
	       slot->origin == model->origin &&
	       slot->last_ns == model->last_ns &&
	       slot->nonce == model->nonce &&
	       slot->payload == model->payload &&
	       slot->status == model->status;
}

static const char * const counter_names[] = {
#define X(NAME, name)	#name,
	VARTA_COUNTERS(X)
#undef X
};

/* Names what is not the same, or NULL. */
static const char *difference(const struct duel *duel)
{
	const struct varta_tracker *tracker = &duel->ledger->tracker;
	const struct model *model = &duel->model;
	int held[FAKE_PROCS] = {};
	int netns_charged[NETNS_USED] = {};
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		if (!same_slot(&tracker->slots[i], &model->slots[i]))
			return "slots";
		if (!ledger_timer_is_right(duel->ledger, i))
			return "timers";
		held[fake_proc_nr(model->slots[i].proc)]++;
		if (model->slots[i].pid)
			netns_charged[fake_netns_nr(model->slots[i].netns)]++;
	}
	for (i = 1; i < FAKE_PROCS; i++) {
		if (fake_proc_refs(i) != held[i])
			return "process references";
	}
	for (i = 0; i < USERS; i++) {
		if (fake_user_charged(i) != model_admitted(model, i))
			return "admitted";
	}
	for (i = 0; i < NETNS_USED; i++) {
		if (fake_netns_charged(i) != netns_charged[i])
			return "network namespaces";
	}
	if (fake_procs_kicks() != duel->sooners)
		return "sooner";
	if (tracker->wheel.next_event != duel->alarm)
		return "alarm";
	for (i = 0; i < VARTA_COUNTERS_NUM; i++) {
		if (ledger_total(duel->ledger, i) != model->totals[i])
			return counter_names[i];
	}
	if (varta_tracker_tracked(tracker) != model_tracked(model))
		return "tracked";
	if (varta_tracker_stalled_now(tracker) != model_stalled_now(model))
		return "stalled now";
	if (tracker->eviction_cursor != model->cursor)
		return "eviction cursor";
	if (tracker->last_evicted_pid != model->last_evicted_pid)
		return "last evicted pid";
	return NULL;
}

/* ---- The driver. */

typedef bool (*step_fn)(struct duel *duel);

static const step_fn do_step[] = {
	[RECORD]	= record,
	[STALL_PASS]	= stall_pass,
	[PROCESS]	= change_process,
	[RETIRE]	= retire,
	[NOTE_EXIT]	= note_exit,
	[EXIT_PASS]	= exit_pass,
	[REARM]		= rearm,
	[FORGIVE]	= forgive,
	[DEADLINE]	= deadline,
	[QUOTA]		= change_quota,
	[TAKE]		= take,
	[QUERY]		= query,
	[WALK]		= walk,
};

static enum kind any_kind(struct duel *duel)
{
	u32 n = below(duel, 100);

	if (n < 57)
		return RECORD;
	if (n < 60)
		return n < 58 ? REARM : n < 59 ? FORGIVE : DEADLINE;
	if (n < 73)
		return STALL_PASS;
	if (n < 83)
		return TIME;
	if (n < 86)
		return PROCESS;
	if (n < 88)
		return RETIRE;
	if (n < 92)
		return NOTE_EXIT;
	if (n < 94)
		return EXIT_PASS;
	if (n < 95)
		return QUOTA;
	if (n < 97)
		return TAKE;
	return n < 99 ? QUERY : WALK;
}

static const char *take_step(struct duel *duel)
{
	memset(&duel->step, 0, sizeof(duel->step));
	duel->step.kind = any_kind(duel);
	duel->step.now = duel->now;
	if (duel->step.kind == TIME) {
		let_time_pass(duel);
		return NULL;
	}
	if (!do_step[duel->step.kind](duel))
		return "answer";
	return difference(duel);
}

static void any_config(struct duel *duel)
{
	struct varta_tracker_config *config = &duel->config;

	config->capacity = 1 + below(duel, 8);
	if (one_in(duel, 16))
		config->capacity = 1 + below(duel, MODEL_CAPACITY_MAX);
	config->eviction_scan_window = 1 + below(duel, config->capacity + 2);
	if (one_in(duel, 16))
		config->eviction_scan_window = one_in(duel, 2) ? 0 : U32_MAX;
	config->eviction_policy = one_in(duel, 2) ? VARTA_EVICTION_POLICY_STRICT :
						    VARTA_EVICTION_POLICY_BALANCED;
	config->origin_takeover = one_in(duel, 2);
	duel->pids = config->capacity + 1;
	duel->unit = one_in(duel, 3) ? 1 : one_in(duel, 4) ? long_unit : UNIT;
	duel->threshold = any_threshold(duel);
	switch (below(duel, 4)) {
	case 0:
		duel->now = 0;
		break;
	case 1:
		duel->now = U64_MAX - 1 - below(duel, 500) * duel->unit;
		break;
	default:
		duel->now = prandom_u32_state(&duel->random);
		break;
	}
}

static void explain(struct kunit *test, const struct duel *duel,
		    const char *what, unsigned long run, unsigned int number)
{
	const struct step *step = &duel->step;
	u32 i;

	kunit_err(test, "seed %lu, run %lu, step %u: %s\n",
		  varta_kunit_seed ?: USUAL_SEED, run, number, what);
	kunit_err(test, "capacity %u, window %u, policy %u, takeover %u\n",
		  duel->config.capacity, duel->config.eviction_scan_window,
		  duel->config.eviction_policy, duel->config.origin_takeover);
	kunit_err(test, "%s: answer %lld, wanted %lld, now %llu, threshold %llu, quota %u\n",
		  kind_names[step->kind], step->answer, step->wanted, step->now,
		  duel->threshold, step->quota);
	kunit_err(test, "source %u, pid %u/%u, user %u, process %u, ns %llu, origin %u\n",
		  step->id.source, step->id.pid, step->id.ns_pid, step->id.uid,
		  fake_proc_nr(step->id.proc), step->id.ns_inode, step->id.origin);
	kunit_err(test, "nonce %llu, status %u, timestamp %llu, own threshold %u, name %s\n",
		  step->beat.nonce, step->beat.status, step->beat.timestamp,
		  step->beat.threshold_ms, step->beat.name ?: "none");
	kunit_err(test, "cursor %u, wanted %u\n",
		  duel->ledger->tracker.eviction_cursor, duel->model.cursor);
	for (i = 0; i < duel->config.capacity; i++) {
		const struct varta_slot *slot = &duel->ledger->tracker.slots[i];
		const struct model_slot *model = &duel->model.slots[i];

		if (same_slot(slot, model))
			continue;
		kunit_err(test, "slot %u: pid %u/%u own %u exited %u process %u ns %llu last %llu nonce %llu/%llu stalled %u\n",
			  i, slot->source, slot->pid, slot->threshold_ms,
			  slot->exited, fake_proc_nr(slot->proc), slot->ns_inode,
			  slot->last_ns, slot->nonce, slot->regular_nonce,
			  slot->stalled);
		kunit_err(test, "wanted: pid %u/%u own %u exited %u process %u ns %llu last %llu nonce %llu/%llu stalled %u\n",
			  model->source, model->pid, model->threshold_ms,
			  model->exited, fake_proc_nr(model->proc), model->ns_inode,
			  model->last_ns, model->nonce, model->regular_nonce,
			  model->stalled);
	}
	KUNIT_FAIL(test, "the tracker differs from the model: %s", what);
}

static bool run_once(struct kunit *test, struct duel *duel, unsigned long run,
		     u64 sums[])
{
	const char *what = NULL;
	unsigned int i;

	memset(duel, 0, sizeof(*duel));
	/* The generator's own seeding keeps 32 bits of what it is given. */
	prandom_seed_state(&duel->random,
			   (varta_kunit_seed ?: USUAL_SEED) * 0x9e3779b1 + run);
	any_config(duel);
	duel->ledger = ledger_make(test, &duel->config);
	duel->ledger->threshold = duel->threshold;
	duel->alarm = U64_MAX;
	model_init(&duel->model, &duel->config);
	for (i = 0; i < STEPS_OF_A_RUN && !what; i++)
		what = take_step(duel);
	if (what)
		explain(test, duel, what, run, i - 1);
	for (i = 0; i < VARTA_COUNTERS_NUM; i++)
		sums[i] += duel->model.totals[i];
	ledger_destroy(test, duel->ledger);
	return !what;
}

/* Else the agreement would say little. */
static void was_reached(struct kunit *test, const u64 sums[])
{
	static const enum varta_counter reachable[] = {
		VARTA_COUNT_INSERTED, VARTA_COUNT_REFRESHED,
		VARTA_COUNT_OUT_OF_ORDER, VARTA_COUNT_STALLS,
		VARTA_COUNT_EVICTIONS, VARTA_COUNT_NONCE_WRAPS,
		VARTA_COUNT_CAPACITY_EXCEEDED, VARTA_COUNT_ORIGIN_CONFLICTS,
		VARTA_COUNT_NAMESPACE_CONFLICTS, VARTA_COUNT_PID_RECYCLES,
		VARTA_COUNT_EVICTION_SCAN_TRUNCATED,
		VARTA_COUNT_QUOTA_EXCEEDED, VARTA_COUNT_EXITS,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(reachable); i++) {
		kunit_info(test, "%s: %llu\n", counter_names[reachable[i]],
			   sums[reachable[i]]);
		KUNIT_EXPECT_GT_MSG(test, sums[reachable[i]], varta_kunit_steps / 1000,
				    "%s", counter_names[reachable[i]]);
	}
}

static void tracker_and_model_agree_after_every_step(struct kunit *test)
{
	u64 *sums = kunit_kcalloc(test, VARTA_COUNTERS_NUM, sizeof(*sums),
				  GFP_KERNEL);
	struct duel *duel = kunit_kzalloc(test, sizeof(*duel), GFP_KERNEL);
	unsigned long run;

	KUNIT_ASSERT_NOT_NULL(test, sums);
	KUNIT_ASSERT_NOT_NULL(test, duel);
	kunit_info(test, "seed %lu, %lu steps\n",
		   varta_kunit_seed ?: USUAL_SEED, varta_kunit_steps);
	for (run = 0; run < DIV_ROUND_UP(varta_kunit_steps, STEPS_OF_A_RUN); run++) {
		if (!run_once(test, duel, run, sums))
			return;
		cond_resched();
	}
	if (varta_kunit_steps >= STEPS_FOR_ALL)
		was_reached(test, sums);
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE(tracker_and_model_agree_after_every_step),
	{}
};

static struct kunit_suite model_suite = {
	.name = "varta-model",
	.exit = ledger_test_exit,
	.test_cases = model_cases,
};

kunit_test_suite(model_suite);

MODULE_DESCRIPTION("KUnit tests of the varta liveness ledger");
MODULE_LICENSE("GPL");
