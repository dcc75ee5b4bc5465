// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracker against the model of model.c: both are given the same random
 * steps, and all their visible state must be equal after each. Parameters: see
 * README.md.
 */
#include <kunit/test.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include "fake_procs.h"
#include "model.h"
#include "parameters.h"
#include "tracker_fixture.h"
#include "wheel_check.h"

unsigned long varta_kunit_seed;
module_param_named(seed, varta_kunit_seed, ulong, 0444);
MODULE_PARM_DESC(seed, "seed of the random tests, 0 for the default");

unsigned long varta_kunit_steps = 2000000;
module_param_named(steps, varta_kunit_steps, ulong, 0444);
MODULE_PARM_DESC(steps, "number of steps of the random tests");

enum {
	STEPS_PER_RUN		= 1000,
	/* Enough steps to reach every counter. */
	MIN_STEPS_FOR_ALL	= 200000,
	/* One beat in 70,000 steps. */
	MIN_STEPS_FOR_REPEATS	= 2000000,
	NAMESPACES		= 4,
	TIME_NAMESPACES		= 3,
	PROCS_USED		= 5,
	SOURCES			= 3,
	USERS			= 3,
	NETNS_USED		= 3,
	/* Own thresholds; two units are a millisecond. */
	THRESHOLD_MS_MAX	= 3,
	UNIT			= NSEC_PER_MSEC / 2,
	/* Reports of one pass that are kept. */
	REPORTED_MAX		= MODEL_CAPACITY_MAX + 1,
};

/* A unit for long times. */
static const u64 long_unit = 1ull << 34;

static_assert((int)REPORTED_MAX > (int)VARTA_STALL_BATCH);

enum step_kind {
	RECORD,
	STALL_PASS,
	ADVANCE_TIME,
	SET_PROCESS,
	REMOVE,
	NOTE_EXIT,
	EXIT_PASS,
	RESCAN,
	RESUME,
	DEADLINE,
	SET_QUOTA,
	TAKE,
	LOOKUP,
	FOR_EACH,
	RESET_GAPS,
	MAP,
	STORE,
	ACT,
};

static const char * const kind_names[] = {
	[RECORD]	= "record",
	[STALL_PASS]	= "stall pass",
	[ADVANCE_TIME]	= "advance time",
	[SET_PROCESS]	= "set process",
	[REMOVE]	= "remove",
	[NOTE_EXIT]	= "note exit",
	[EXIT_PASS]	= "exit pass",
	[RESCAN]	= "rescan",
	[RESUME]	= "resume",
	[DEADLINE]	= "deadline",
	[SET_QUOTA]	= "set quota",
	[TAKE]		= "take",
	[LOOKUP]	= "lookup",
	[FOR_EACH]	= "for each",
	[RESET_GAPS]	= "reset gaps",
	[MAP]		= "map",
	[STORE]		= "store",
	[ACT]		= "act",
};

/* A page of an agent. */
struct test_page {
	struct varta_beat_page page;
	struct varta_mapping mapping;
	bool held;
	/* What page.looks was before the step. */
	u32 looks;
};

/* The last step, for failure messages. */
struct step {
	enum step_kind kind;
	struct varta_beat_info beat;
	struct varta_action_request action;
	struct varta_agent_id id;
	u64 now;
	u32 limit;
	s64 result;
	s64 expected;
};

struct model_run {
	struct rnd_state random;
	struct varta_tracker_config config;
	struct tracker_fixture *fixture;
	struct model model;
	/* One for each agent, and one that replaces another. */
	struct test_page pages[MODEL_CAPACITY_MAX + 1];
	/* A page was put twice, or without VARTA_KICK_GONE. */
	bool bad_put;
	/* Many steps are those that lead to signals. */
	bool often_acts;
	/* How each is when it is looked at. */
	struct model_process processes[FAKE_PROCS];
	/* Of the last step. */
	struct model_signal signals[MODEL_CAPACITY_MAX];
	u32 nr_signals;
	u32 pids;
	u64 now;
	u64 threshold;
	/* Unit of times, in nanoseconds. */
	u64 unit;
	struct step step;

	/* The threshold has changed, and the rescan is not complete. */
	bool rescanning;
	u32 cursor;
	/* Expected &varta_wheel.next_event: an earlier deadline kicks. */
	u64 next_event;
	u32 kicks;

	/* Reports of the last pass or dump, which ends at report_limit. */
	struct varta_agent_info reported[REPORTED_MAX];
	u32 nr_reported;
	u32 report_limit;
	/* Events of the last step. */
	const struct varta_event_info *events;
	u32 nr_events;
	/* The last stall pass could not report all. */
	bool refused;
	/* The deadline was not asked for since the last stall pass. */
	bool passed;
};

/* For the operations of the tracker. */
static struct model_run *current_run;

/* Looks in the short way, in all runs. */
static unsigned long repeats;

static struct test_page *test_page_of(const struct varta_mapping *mapping)
{
	return container_of((struct varta_mapping *)mapping, struct test_page,
			    mapping);
}

static void put_mapping(struct varta_mapping *mapping)
{
	struct test_page *page = test_page_of(mapping);

	if (!page->held || page->page.kick != VARTA_KICK_GONE)
		current_run->bad_put = true;
	page->held = false;
}

static u64 read_clock(void)
{
	return current_run->now;
}

static const struct model_process *process_of(const struct varta_proc *proc)
{
	return &current_run->processes[fake_proc_nr(proc)];
}

static void sample_again(const struct varta_agent_info *agent, u64 now,
			 struct varta_stall_info *info)
{
	*info = (struct varta_stall_info) {
		.reason = process_of(agent->id.proc)->reason,
	};
}

static bool has_executed(const struct varta_proc *proc, u64 exec_id)
{
	return process_of(proc)->exec_id != exec_id;
}

static bool may_signal(const struct varta_agent_info *agent,
		       const struct varta_action_target *target)
{
	return process_of(agent->id.proc)->exec_id == target->exec_id;
}

static void note_signal(struct varta_proc *proc, int signal)
{
	struct model_run *run = current_run;

	/* Checks that it is held. */
	fake_procs_ops.signal(proc, signal);
	if (run->nr_signals < ARRAY_SIZE(run->signals)) {
		run->signals[run->nr_signals].proc = proc;
		run->signals[run->nr_signals].signal = signal;
	}
	run->nr_signals++;
}

static u32 random_below(struct model_run *run, u32 n)
{
	return prandom_u32_state(&run->random) % n;
}

static bool one_in(struct model_run *run, u32 n)
{
	return !random_below(run, n);
}

/* ---- Random arguments. */

static struct varta_proc *random_proc(struct model_run *run, u32 pid)
{
	switch (random_below(run, 8)) {
	case 0:
		return NULL;
	case 1:
		return fake_proc(1 + random_below(run, PROCS_USED));
	default:
		return fake_proc_of_pid(pid);
	}
}

static const char *random_name(struct model_run *run)
{
	static const char * const names[] = {
		NULL, NULL, NULL, "", "sh", "fifteen-letters",
		"sixteen-letters!", "one of many letters",
	};

	return names[random_below(run, ARRAY_SIZE(names))];
}

static struct varta_agent_id random_id(struct model_run *run)
{
	struct varta_agent_id id = {
		.pid = 1 + random_below(run, run->pids),
		.ns_pid = 1 + random_below(run, 3),
		.uid = random_below(run, USERS),
		.flow_key = random_below(run, USERS),
		.netns = fake_netns(random_below(run, NETNS_USED)),
		.comm = random_name(run),
		.start_ns = random_below(run, 4),
		.cgroup_id = random_below(run, 4),
		.origin = VARTA_ORIGIN_KERNEL_ATTESTED,
	};

	if (one_in(run, 3))
		id.source = random_below(run, SOURCES);
	id.proc = random_proc(run, id.pid);
	if (one_in(run, 6))
		id.origin = one_in(run, 2) ? VARTA_ORIGIN_NETWORK_UNVERIFIED :
					     VARTA_ORIGIN_OPERATOR_ATTESTED;
	else if (one_in(run, 16))
		id.timens = random_below(run, TIME_NAMESPACES);
	else
		id.timens = 1;
	/* Mostly the same namespace for each pid. */
	if (!one_in(run, 5))
		id.ns_inode = 1 + id.pid % (NAMESPACES - 1);
	else
		id.ns_inode = random_below(run, NAMESPACES);
	return id;
}

/* As task->comm: VARTA_NAME_SIZE bytes. */
static const char *random_thread_name(struct model_run *run)
{
	static const char names[][VARTA_NAME_SIZE] = {
		"", "main", "worker/1", "fifteen-letters",
	};
	u32 nr = random_below(run, ARRAY_SIZE(names) + 1);

	return nr < ARRAY_SIZE(names) ? names[nr] : NULL;
}

static u64 random_nonce(struct model_run *run, const struct varta_agent_id *id)
{
	u32 nr = model_find(&run->model, id->source, id->pid);
	u64 last = 0;

	if (nr != MODEL_NO_SLOT)
		last = run->model.slots[nr].regular_nonce;
	switch (random_below(run, 16)) {
	case 0:
	case 1:
		return random_below(run, 8);
	case 2:
		return (1 << 20) + random_below(run, 5) - 2;
	case 3:
	case 4:
		return U64_MAX - (1 << 20) + random_below(run, 5) - 2;
	case 5:
		return U64_MAX - 1 - random_below(run, 3);
	case 6:
		return min(last, U64_MAX - 1);
	case 7:
		return last ? last - 1 : 0;
	default:
		return min(last + 1 + random_below(run, 3), U64_MAX - 1);
	}
}

static struct varta_beat_info random_beat(struct model_run *run,
					  const struct varta_agent_id *id)
{
	struct varta_beat_info beat = {
		.status = random_below(run, VARTA_STATUS_STALL),
		.timestamp = random_below(run, 6),
		.payload = prandom_u32_state(&run->random),
		.pid = id->pid,
		.usage.tid = random_below(run, 4),
		.usage.cpu_time = prandom_u32_state(&run->random),
		.usage.major_faults = random_below(run, 4),
		.foreign_thread = one_in(run, 8),
		.main_usage.tid = random_below(run, 4),
		.main_usage.cpu_time = prandom_u32_state(&run->random),
		.thread_name = random_thread_name(run),
	};

	if (one_in(run, 64))
		beat.timestamp = U64_MAX - 1;
	if (one_in(run, 6))
		beat.threshold_ms = 1 + random_below(run, THRESHOLD_MS_MAX);
	if (one_in(run, 8))
		beat.name = random_name(run);
	if (one_in(run, 7)) {
		beat.status = VARTA_STATUS_CRITICAL;
		beat.nonce = VARTA_TERMINAL_NONCE;
	} else {
		beat.nonce = random_nonce(run, id);
	}
	return beat;
}

/* Signal 0 asks for none from now on. */
static struct varta_action_request random_action(struct model_run *run,
						 const struct step *step)
{
	static const u32 times[] = { 0, 10, 11, 500, 700, 60000 };

	return (struct varta_action_request) {
		.signal = one_in(run, 8) ? 0 : 1 + random_below(run, 3),
		.kill_after_ms = times[random_below(run, ARRAY_SIZE(times))],
		.even_if_starved = one_in(run, 2),
		.target.exec_id = one_in(run, 8) ? random_below(run, 2) :
				  process_of(step->id.proc)->exec_id,
		.target.uid = random_below(run, USERS),
		.target.foreign = step->beat.foreign_thread,
		.spare = varta_action_alloc(GFP_KERNEL),
	};
}

static void change_process(struct model_run *run)
{
	struct model_process *process =
		&run->processes[random_below(run, PROCS_USED + 1)];

	process->reason = one_in(run, 3) ?
		random_below(run, VARTA_STALL_REASON_GONE + 1) :
		VARTA_STALL_REASON_WAITING;
	if (one_in(run, 4))
		process->reason = VARTA_STALL_REASON_DUMPING;
	process->exec_id = one_in(run, 4);
}

/* Mostly the current time, sometimes an earlier one. */
static u64 random_now(struct model_run *run)
{
	if (!one_in(run, 12))
		return run->now;
	return run->now - min_t(u64, run->now,
				random_below(run, 20) * run->unit);
}

static u64 random_threshold(struct model_run *run)
{
	static const u64 extreme[] = {
		0, U64_MAX / 10, U64_MAX / 10 + 1, U64_MAX - 3, U64_MAX,
	};

	if (one_in(run, 10))
		return extreme[random_below(run, ARRAY_SIZE(extreme))];
	return (1 + random_below(run, 5)) * run->unit;
}

/* Until the rescan, timers may be armed for the old one. */
static void change_warn_percent(struct model_run *run)
{
	u32 percent = one_in(run, 3) ? 0 : 1 + random_below(run, 99);
	u32 armed = run->fixture->warn_percent;

	varta_tracker_set_warn_percent(&run->fixture->tracker, percent);
	run->model.warn_percent = percent;
	run->rescanning = true;
	run->cursor = 0;
	run->fixture->warn_percent = percent && armed ? max(percent, armed) : 0;
}

static void change_threshold(struct model_run *run)
{
	run->threshold = random_threshold(run);
	run->rescanning = true;
	run->cursor = 0;
	run->fixture->threshold = max(run->fixture->threshold,
				      run->threshold);
}

/* To just about when a signal is due, or an older one leaves the limit. */
static u64 random_action_time(struct model_run *run)
{
	const struct model *model = &run->model;
	u64 next = model_next_action(model);

	if (next == U64_MAX)
		return 0;
	if (model->nr_sent && one_in(run, 4))
		next = model->sent[random_below(run, model->nr_sent)].time_ns +
		       60 * (u64)NSEC_PER_SEC;
	return next + random_below(run, 3) - 1;
}

static void step_advance_time(struct model_run *run)
{
	u64 step = random_below(run, 6) * run->unit;
	u64 action = random_action_time(run);

	/* To just about where an agent may be evicted. */
	if (one_in(run, 4) && run->threshold < 1000 * run->unit)
		step = 10 * run->threshold + random_below(run, 4);
	else if (run->unit > 1 && one_in(run, 8))
		step = 10 * NSEC_PER_MSEC *
			       (1 + random_below(run, THRESHOLD_MS_MAX)) +
		       random_below(run, 2);
	/* One nanosecond decides all comparisons. */
	else if (one_in(run, 8))
		step += random_below(run, 3) - (step > 0);
	if (action > run->now && one_in(run, 3))
		step = action - run->now;
	/* U64_MAX is no valid time. */
	run->now += min(step, U64_MAX - 1 - run->now);
	if (one_in(run, 50))
		change_threshold(run);
	if (one_in(run, 50))
		change_warn_percent(run);
}

/* ---- Steps; each returns false if tracker and model disagree. */

/* Whether a beat has kicked exactly if it made the next deadline earlier. */
static bool kicked_if_earlier(struct model_run *run)
{
	const struct varta_agent_id *id = &run->step.id;
	u32 nr = model_find(&run->model, id->source, id->pid);
	u32 kicks = fake_procs_kicks() - run->kicks;
	u64 deadline = U64_MAX;
	bool is_earlier, armed = !run->rescanning;

	if (nr != MODEL_NO_SLOT) {
		deadline = model_deadline(&run->model, nr, run->threshold);
		armed &= !run->model.slots[nr].exited &&
			 deadline > run->fixture->retry_at;
	}
	is_earlier = deadline < run->next_event;
	run->kicks += kicks;
	if (kicks)
		run->next_event = deadline;
	/* Agents not armed yet kick when they are armed. */
	return armed ? kicks == is_earlier : kicks <= is_earlier;
}

/* A process has one namespace, though random steps may change it. */
static bool may_use_fast_path(const struct model_run *run,
			      const struct step *step)
{
	const struct varta_slot *slot = tracker_fixture_slot(run->fixture, 0,
							     step->id.pid);

	return !step->id.source && step->id.proc &&
	       !step->beat.foreign_thread &&
	       step->id.origin == VARTA_ORIGIN_KERNEL_ATTESTED && slot &&
	       slot->ns_inode == step->id.ns_inode;
}

/* As the netlink handler does: the fast path first. */
static enum varta_record_result record_fast_or_slow(const struct model_run *run,
						    const struct step *step)
{
	struct varta_tracker *tracker = &run->fixture->tracker;
	bool started;

	if (may_use_fast_path(run, step) &&
	    varta_tracker_record_fast(tracker, &step->beat, step->id.pid,
				      step->id.proc, step->id.timens,
				      step->now))
		return VARTA_RECORD_REFRESHED;
	return varta_tracker_record(tracker, &step->beat, &step->id, step->now,
				    run->threshold, &started);
}

static bool step_record(struct model_run *run)
{
	struct step *step = &run->step;
	const struct varta_slot *slot;
	u32 chosen = MODEL_NO_SLOT;

	step->id = random_id(run);
	step->beat = random_beat(run, &step->id);
	step->now = random_now(run);
	if (run->often_acts || one_in(run, 3)) {
		step->action = random_action(run, step);
		if (!step->action.spare)
			return false;
		step->beat.action = &step->action;
	}
	step->result = record_fast_or_slow(run, step);
	kfree(step->action.spare);
	slot = tracker_fixture_slot(run->fixture, step->id.source,
				    step->id.pid);
	if (slot)
		chosen = slot - run->fixture->tracker.slots;
	step->expected = model_record(&run->model, &step->beat, &step->id,
				      step->now, run->threshold, chosen);
	return step->result == step->expected && kicked_if_earlier(run);
}

static bool keep_report(void *context, const struct varta_agent_info *agent)
{
	struct model_run *run = context;

	if (run->nr_reported < ARRAY_SIZE(run->reported))
		run->reported[run->nr_reported] = *agent;
	run->nr_reported++;
	return run->nr_reported < run->report_limit;
}

static bool agent_matches(const struct varta_agent_info *agent,
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
	       agent->exit_ns == slot->exit_ns &&
	       agent->oom_killed == slot->oom_killed &&
	       agent->stall_ns == slot->stall_ns &&
	       agent->first_ns == slot->first_ns &&
	       agent->longest_gap_ns == slot->longest_gap_ns &&
	       agent->beats == slot->beats &&
	       agent->stalls == slot->stalls &&
	       agent->usage.tid == slot->usage.tid &&
	       !strcmp(agent->thread_name, slot->thread_name) &&
	       agent->id.start_ns == slot->start_ns &&
	       agent->id.cgroup_id == slot->cgroup_id &&
	       agent->stall_signal == slot->action.signal &&
	       agent->kill_after_ms == slot->action.kill_after_ms &&
	       agent->even_if_starved == slot->action.even_if_starved &&
	       agent->main_usage.cpu_time == slot->action.main_usage.cpu_time &&
	       agent->has_main_usage == !!slot->action.main_usage.tid &&
	       agent->stalled == slot->stalled;
}

static void ask_for_deadline(struct model_run *run)
{
	run->next_event = varta_tracker_next_deadline(&run->fixture->tracker);
	run->passed = false;
}

/* Rescans a part of the slots. */
static bool step_rescan(struct model_run *run)
{
	u64 next_event = run->next_event;
	bool earlier;
	u32 kicks;

	if (!run->rescanning)
		run->cursor = 0;
	run->rescanning = varta_tracker_rescan(&run->fixture->tracker,
					       &run->cursor, run->threshold);
	if (!run->rescanning) {
		run->fixture->threshold = run->threshold;
		run->fixture->warn_percent = run->model.warn_percent;
	}
	run->next_event = run->fixture->tracker.wheel.next_event;
	kicks = fake_procs_kicks() - run->kicks;
	run->kicks += kicks;
	earlier = run->next_event < next_event;
	if (run->next_event > next_event || earlier != !!kicks)
		return false;
	if (run->rescanning)
		return true;
	/* A stall pass arms timers without a kick. */
	if (run->passed)
		ask_for_deadline(run);
	run->step.result = run->next_event;
	run->step.expected = model_next_deadline(&run->model, run->threshold);
	return run->next_event <= max_t(u64, run->step.expected,
					run->fixture->retry_at);
}

static bool step_resume(struct model_run *run)
{
	varta_tracker_resume(&run->fixture->tracker, run->now);
	run->model.resume_ns = run->now;
	return true;
}

/* Never late; U64_MAX if no agent can stall. */
static bool step_deadline(struct model_run *run)
{
	struct step *step = &run->step;
	u64 next;

	ask_for_deadline(run);
	next = run->next_event;
	step->result = next;
	step->expected = model_next_deadline(&run->model, run->threshold);
	if (!model_tracked(&run->model))
		return next == U64_MAX;
	/* Nobody is watched, but a group of theirs may be. */
	if (model_stalled_now(&run->model) == model_tracked(&run->model))
		return next == U64_MAX ||
		       wheel_any_group_is_armed(&run->fixture->tracker.wheel);
	return run->rescanning ||
	       next <= max_t(u64, step->expected, run->fixture->retry_at);
}

/* A resume may make it less late, so that it is found again earlier. */
static void note_refused(struct model_run *run,
			 const struct varta_agent_info *agent)
{
	u64 threshold = agent->threshold_ms ?
		agent->threshold_ms * (u64)NSEC_PER_MSEC : run->threshold;
	u64 now = run->step.now;
	u64 share = agent->stalled ? threshold :
		div_u64(threshold, 100) * run->model.warn_percent;
	u64 late = now - agent->last_ns - share;
	u64 delay = clamp_t(u64, late, VARTA_STALL_RETRY_MIN_NS,
			    VARTA_STALL_RETRY_MAX_NS);

	run->refused = true;
	model_event_time(&run->model, now);
	run->fixture->retry_at = max(run->fixture->retry_at,
				     min(now, U64_MAX - 1 - delay) + delay);
}

/* Sometimes the stall cannot be reported. */
static bool keep_stall(void *context, const struct varta_agent_info *agent)
{
	struct model_run *run = context;

	if (one_in(run, 8)) {
		note_refused(run, agent);
		return false;
	}
	keep_report(run, agent);
	return true;
}

static struct varta_mapping *mapping_of(const struct model_run *run, u32 nr)
{
	return run->fixture->tracker.mappings[nr];
}

static bool was_looked_at(const struct varta_mapping *mapping)
{
	const struct test_page *page = test_page_of(mapping);

	return page->page.looks != page->looks;
}

/* A look in the short way is not shown in the page. */
static bool was_repeated(const struct model_run *run, u32 nr,
			 const struct varta_mapping *mapping)
{
	return mapping_of(run, nr) == mapping &&
	       run->fixture->tracker.slots[nr].beats !=
	       run->model.slots[nr].beats;
}

/*
 * @mapping: before the pass. An agent that is due or late, or will be soon, is looked at first,
 * then once it was sampled, and last, if it stalls, when it is kicked.
 */
static bool look_matches(struct model_run *run, u32 nr,
			 const struct varta_mapping *mapping)
{
	bool repeated = was_repeated(run, nr, mapping);
	bool looked_at = was_looked_at(mapping);
	struct model *model = &run->model;
	u64 now = run->step.now;
	u32 more;

	if (!looked_at && !repeated)
		return true;
	if (!model_may_look_early(model, nr, now, run->threshold))
		return false;
	if (!looked_at) {
		repeats++;
		return model_look_shortly(model, nr, now);
	}
	model_look(model, nr, now);
	if (model_is_recycled(model, nr, fake_proc_of_pid))
		return true;
	if (model_is_due(model, nr, now, run->threshold))
		more = 2;
	else
		more = model_must_warn(model, nr, now, run->threshold);
	while (more--)
		model_look(model, nr, now);
	return true;
}

static bool looks_match(struct model_run *run,
			struct varta_mapping *const *mappings)
{
	u32 i;

	for (i = 0; i < run->model.capacity; i++)
		if (mappings[i] && !look_matches(run, i, mappings[i]))
			return false;
	return true;
}

/* Reports may come in any order. */
static bool stalls_match(struct model_run *run)
{
	const struct varta_slot *slots = run->fixture->tracker.slots;
	struct model *model = &run->model;
	u64 now = run->step.now;
	u32 i, nr;

	for (i = 0; i < run->nr_reported; i++) {
		nr = model_find(model, run->reported[i].id.source,
				run->reported[i].id.pid);
		if (nr == MODEL_NO_SLOT ||
		    model_is_recycled(model, nr, fake_proc_of_pid))
			return false;
		if (run->reported[i].stalled &&
		    model_is_due(model, nr, now, run->threshold))
			model_stall(model, nr, now);
		else if (!run->reported[i].stalled &&
			 model_must_warn(model, nr, now, run->threshold))
			model_warn(model, nr, now);
		else
			return false;
		if (!agent_matches(&run->reported[i], &model->slots[nr]))
			return false;
	}
	for (i = 0; i < model->capacity; i++) {
		if ((model_is_due(model, i, now, run->threshold) ||
		     model_must_warn(model, i, now, run->threshold)) &&
		    model_is_recycled(model, i, fake_proc_of_pid) &&
		    !slots[i].pid)
			model_remove_recycled(model, i, now);
	}
	return true;
}

/* A partial pass may report any of the due agents, a complete one reports all. */
static bool step_stall_pass(struct model_run *run)
{
	struct varta_mapping *mappings[MODEL_CAPACITY_MAX];
	struct step *step = &run->step;
	bool more;
	u32 i;

	/* Mostly, complete a pending rescan first. */
	while (run->rescanning && !one_in(run, 8)) {
		if (!step_rescan(run))
			return false;
	}
	step->now = random_now(run);
	step->limit = one_in(run, 2) ? VARTA_STALL_BATCH : random_below(run, 4);
	run->nr_reported = 0;
	run->refused = false;
	run->passed = true;
	for (i = 0; i < run->config.capacity; i++)
		mappings[i] = mapping_of(run, i);
	more = varta_tracker_stall_pass(&run->fixture->tracker, step->now,
					run->threshold, step->limit,
					keep_stall, run);
	step->result = run->nr_reported;
	/* Agents that are late, or were not reported, are armed again. */
	if (run->refused || run->model.warn_percent) {
		run->next_event = run->fixture->tracker.wheel.next_event;
		run->kicks = fake_procs_kicks();
	}
	if (run->nr_reported > max(step->limit, 1) ||
	    !looks_match(run, mappings) || !stalls_match(run))
		return false;
	if (more || run->rescanning || run->refused)
		return true;
	step->expected = model_next_deadline(&run->model, run->threshold);
	if (step->expected <= step->now)
		return step->now < run->fixture->retry_at;
	/* The next deadline is in the future. */
	return one_in(run, 3) ||
	       (step_deadline(run) && run->next_event > step->now);
}

static bool step_set_process(struct model_run *run)
{
	struct step *step = &run->step;

	step->id.pid = 1 + random_below(run, run->pids);
	step->id.proc = fake_proc(random_below(run, PROCS_USED + 1));
	fake_procs_set_pid(step->id.pid, fake_proc_nr(step->id.proc));
	return true;
}

static bool step_remove(struct model_run *run)
{
	enum varta_goodbye_cause cause = one_in(run, 4) ?
		VARTA_GOODBYE_CAUSE_EXITED : VARTA_GOODBYE_CAUSE_BYE;
	struct step *step = &run->step;

	step->id = random_id(run);
	step->now = random_now(run);
	step->result = varta_tracker_remove(&run->fixture->tracker, &step->id,
					    cause, step->now);
	step->expected = model_remove(&run->model, &step->id, cause, step->now);
	return step->result == step->expected;
}

static bool step_note_exit(struct model_run *run)
{
	struct step *step = &run->step;
	u32 exit_code = random_below(run, 1000);
	bool oom_killed = one_in(run, 2);

	step->id = random_id(run);
	step->now = random_now(run);
	step->result = varta_tracker_note_exit(&run->fixture->tracker,
					       &step->id, exit_code, oom_killed,
					       step->now);
	step->expected = model_note_exit(&run->model, &step->id, exit_code,
					 oom_killed, step->now);
	return step->result == step->expected;
}

/* In order, up to the limit. */
static bool step_exit_pass(struct model_run *run)
{
	struct step *step = &run->step;
	bool more;
	u32 i, nr;

	step->limit = one_in(run, 2) ? U32_MAX : 1 + random_below(run, 2);
	step->expected = min(step->limit, model_exits(&run->model));
	run->nr_reported = 0;
	run->report_limit = step->limit;
	more = tracker_fixture_exit_pass(run->fixture, keep_report, run);
	step->result = run->nr_reported;
	if (step->result != step->expected)
		return false;
	for (i = 0; i < run->nr_reported; i++) {
		nr = run->model.exits[0];
		model_look(&run->model, nr, run->model.slots[nr].exit_ns);
		if (!agent_matches(&run->reported[i], &run->model.slots[nr]))
			return false;
		model_report_exit(&run->model);
	}
	/* "More" may turn out to be nothing, but not the reverse. */
	return more ? run->nr_reported == step->limit :
		      !model_exits(&run->model);
}

static bool step_set_quota(struct model_run *run)
{
	u32 quota = U32_MAX;

	if (one_in(run, 3))
		quota = random_below(run, run->config.capacity + 1);
	run->step.limit = quota;
	fake_procs_set_quota(quota);
	run->model.quota = quota;
	return true;
}

static bool step_reset_gaps(struct model_run *run)
{
	varta_tracker_reset_gaps(&run->fixture->tracker);
	model_reset_gaps(&run->model);
	return true;
}

static bool step_take(struct model_run *run)
{
	struct varta_tracker *tracker = &run->fixture->tracker;
	struct varta_counters *counters = &run->fixture->counters;
	struct varta_evicted last, expected_last;
	struct step *step = &run->step;
	bool put_back = one_in(run, 3);
	int which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		if (which == VARTA_COUNT_EVICTIONS)
			step->result = varta_tracker_take_evictions(tracker,
								    &last);
		else
			step->result = varta_counter_take(counters, which);
		step->expected = model_take(&run->model, which);
		if (step->result != step->expected)
			return false;
		if (!put_back)
			continue;
		model_untake(&run->model, which, step->expected);
		if (which == VARTA_COUNT_EVICTIONS)
			varta_tracker_untake_evictions(tracker, step->result,
						       &last);
		else
			varta_counter_untake(counters, which, step->result);
	}
	expected_last = run->model.last_evicted;
	if (!put_back)
		model_take_last_evicted(&run->model);
	step->result = last.pid;
	step->expected = expected_last.pid;
	return last.pid == expected_last.pid &&
	       last.source == expected_last.source &&
	       last.ns_inode == expected_last.ns_inode;
}

/* Nobody looks for an agent that has exited or is stalled. */
static void look_to_show(struct model_run *run, u32 nr)
{
	if (!run->model.slots[nr].exited)
		model_look(&run->model, nr, run->now);
}

/* A late agent whose page had a beat when it was shown is armed. */
static void note_kicks(struct model_run *run)
{
	run->next_event = run->fixture->tracker.wheel.next_event;
	run->kicks = fake_procs_kicks();
}

static bool step_lookup(struct model_run *run)
{
	struct step *step = &run->step;
	u32 nr;

	step->id.pid = 1 + random_below(run, run->pids);
	step->id.source = random_below(run, SOURCES);
	run->nr_reported = 0;
	run->report_limit = U32_MAX;
	step->result = varta_tracker_lookup(&run->fixture->tracker,
					    step->id.source, step->id.pid,
					    keep_report, run);
	nr = model_find(&run->model, step->id.source, step->id.pid);
	step->expected = nr != MODEL_NO_SLOT;
	if (step->expected)
		look_to_show(run, nr);
	note_kicks(run);
	if (step->result != step->expected ||
	    run->nr_reported != step->expected)
		return false;
	return !step->expected ||
	       agent_matches(&run->reported[0], &run->model.slots[nr]);
}

/* Slots with unreported exits may have equal pids. */
static u32 find_shown(const struct model_run *run,
		      const struct varta_agent_info *agent, const bool *seen)
{
	u32 i;

	for (i = 0; i < run->model.capacity; i++) {
		if (!seen[i] && agent_matches(agent, &run->model.slots[i]))
			return i;
	}
	return MODEL_NO_SLOT;
}

/* The dump stops at random; the agent that was refused is shown again. */
static bool step_for_each(struct model_run *run)
{
	bool seen[MODEL_CAPACITY_MAX] = {};
	struct step *step = &run->step;
	u32 cursor = 0, taken, nr, calls, i;
	bool stalled = one_in(run, 2);
	bool more = true;

	step->result = 0;
	step->expected = stalled ? model_stalled_now(&run->model) :
				 model_tracked(&run->model);
	for (calls = 0; more; calls++) {
		if (calls > 2 * MODEL_CAPACITY_MAX)
			return false;
		run->nr_reported = 0;
		run->report_limit = 2 + random_below(run, 8);
		more = varta_tracker_for_each(&run->fixture->tracker, &cursor,
					      stalled, keep_report, run);
		if (more && run->nr_reported < run->report_limit)
			return false;
		for (i = 0; i < run->nr_reported; i++)
			look_to_show(run, run->reported[i].slot);
		taken = run->nr_reported;
		if (taken == run->report_limit)
			taken--;
		if (!more && taken < run->nr_reported)
			return false;
		for (i = 0; i < taken; i++) {
			nr = find_shown(run, &run->reported[i], seen);
			if (nr == MODEL_NO_SLOT)
				return false;
			seen[nr] = true;
			step->result++;
		}
	}
	note_kicks(run);
	return step->result == step->expected;
}

static struct test_page *unused_page(struct model_run *run)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(run->pages); i++) {
		if (!run->pages[i].held)
			break;
	}
	return &run->pages[i];
}

static s64 random_offset(struct model_run *run)
{
	static const s64 extreme[] = { S64_MIN, S64_MIN + 1, S64_MAX };

	if (one_in(run, 2))
		return 0;
	if (one_in(run, 8))
		return extreme[random_below(run, ARRAY_SIZE(extreme))];
	return ((s64)random_below(run, 5) - 2) * (s64)run->unit;
}

static bool step_map(struct model_run *run)
{
	struct test_page *page = unused_page(run);
	struct model_page model_page = {};
	struct step *step = &run->step;
	u32 nr;

	step->id = random_id(run);
	nr = model_find(&run->model, step->id.source, step->id.pid);
	if (nr != MODEL_NO_SLOT && one_in(run, 2))
		step->id.proc = run->model.slots[nr].proc;
	if (!step->id.proc)
		return true;
	model_page.clock_offset = random_offset(run);
	model_page.timens = step->id.timens;
	if (nr != MODEL_NO_SLOT && !one_in(run, 8))
		model_page.timens = run->model.slots[nr].timens;
	model_page.exec_id = process_of(step->id.proc)->exec_id;
	*page = (struct test_page) {
		.mapping.page		= &page->page,
		.mapping.clock_offset	= model_page.clock_offset,
		.mapping.timens		= model_page.timens,
		.mapping.exec_id	= model_page.exec_id,
		.held			= true,
	};
	step->result = varta_tracker_map(&run->fixture->tracker, &step->id,
					 &page->mapping);
	step->expected = model_map(&run->model, &step->id, &model_page);
	/* It may have been put already. */
	if (!step->result)
		page->held = false;
	return step->result == step->expected;
}

/* Around the last beat, around now, or anything. */
static u64 random_stored_nonce(struct model_run *run,
			       const struct model_slot *slot)
{
	switch (random_below(run, 12)) {
	case 0 ... 4:
		return run->now + slot->page.clock_offset -
		       random_below(run, 3) * run->unit;
	case 5:
		return S64_MAX + random_below(run, 3) - 1;
	case 6:
		return U64_MAX - random_below(run, 3);
	case 7:
		return random_below(run, 2);
	default:
		return slot->regular_nonce + random_below(run, 4) - 1;
	}
}

/* An agent stores a beat, or nonsense. */
static bool step_store(struct model_run *run)
{
	u32 nr = random_below(run, run->config.capacity), tries;
	struct model_slot *slot = &run->model.slots[nr];
	struct model_page *model_page = &slot->page;
	struct varta_beat_page *page;

	for (tries = 0; tries < 8 && !slot->mapped; tries++) {
		nr = (nr + 1) % run->config.capacity;
		slot = &run->model.slots[nr];
	}
	if (!slot->mapped)
		return true;
	model_page = &slot->page;
	model_page->nonce = random_stored_nonce(run, slot);
	model_page->status = one_in(run, 6) ? prandom_u32_state(&run->random) :
			     random_below(run, VARTA_STATUS_STALL);
	model_page->payload = prandom_u32_state(&run->random);
	/* Mostly what is read in the short way, if the last beat was read. */
	if (slot->unmetered && !one_in(run, 4)) {
		model_page->nonce = run->now + model_page->clock_offset;
		model_page->status = slot->status;
	}
	run->step.limit = nr;
	page = mapping_of(run, nr)->page;
	page->state = model_page->status | (u64)model_page->payload << 32;
	page->nonce = model_page->nonce;
	return true;
}

static bool step_act(struct model_run *run)
{
	const struct varta_action_policy policy = {
		.enabled = !one_in(run, 16),
		.per_minute = 1 + random_below(run, run->often_acts ? 4 : 12),
	};
	struct step *step = &run->step;

	if (one_in(run, 2))
		change_process(run);
	step->limit = policy.per_minute;
	do {
		if (run->model.nr_sent + VARTA_ACTION_BATCH > MODEL_SENT_MAX)
			return false;
		step->result = varta_tracker_action_pass(&run->fixture->tracker,
							 step->now,
							 run->threshold,
							 &policy);
		step->expected = model_act(&run->model, step->now,
					   run->threshold, &policy, process_of);
	} while (step->result && step->expected);
	return step->result == step->expected;
}

/* ---- Comparison after each step. */

static bool action_matches(const struct varta_action *action,
			   const struct model_action *model)
{
	bool waits;

	if (!action)
		return !model->signal;
	waits = !RB_EMPTY_NODE(&action->timer.node);
	return action->signal == model->signal &&
	       action->kill_after_ms == model->kill_after_ms &&
	       action->even_if_starved == model->even_if_starved &&
	       action->target.exec_id == model->target.exec_id &&
	       action->target.foreign == model->target.foreign &&
	       (!model->target.foreign ||
		action->target.uid == model->target.uid) &&
	       waits == model->pending &&
	       (!waits || (action->timer.expires == model->due_ns &&
			   action->phase == (model->kills ?
					     VARTA_ACTION_KILL :
					     VARTA_ACTION_SIGNAL)));
}

static bool signals_match(const struct model_run *run)
{
	const struct model_signal *expected = run->model.signals;
	u32 i;

	if (run->nr_signals != run->model.nr_signals)
		return false;
	for (i = 0; i < run->nr_signals; i++) {
		if (run->signals[i].proc != expected[i].proc ||
		    run->signals[i].signal != expected[i].signal)
			return false;
	}
	return true;
}

static bool pages_match(const struct model_run *run)
{
	u32 i, held = 0;

	for (i = 0; i < ARRAY_SIZE(run->pages); i++)
		held += run->pages[i].held;
	for (i = 0; i < run->config.capacity; i++) {
		const struct model_slot *slot = &run->model.slots[i];
		const struct varta_mapping *mapping = mapping_of(run, i);

		if (slot->mapped != !!mapping ||
		    (mapping && mapping->page->kick != slot->page.kick))
			return false;
		held -= slot->mapped;
	}
	return !held && !run->bad_put;
}

/* What a noted exit will set in its slot. */
static bool exit_matches(const struct varta_tracker *tracker,
			 const struct varta_slot *slot,
			 const struct model_slot *model)
{
	const struct varta_deferred_exit *exit;

	if (!slot->exit_state)
		return !model->exit_code && !model->oom_killed;
	if (slot->exit_state != VARTA_EXIT_DEFERRED)
		return slot->exit_code == model->exit_code &&
		       slot->oom_killed == model->oom_killed &&
		       slot->event_ns == model->exit_ns;
	exit = &tracker->deferred[varta_slot_nr(tracker, slot)];
	return exit->listed && exit->exit_code == model->exit_code &&
	       exit->oom_killed == model->oom_killed &&
	       exit->time_ns == model->exit_ns;
}

static bool slot_matches(const struct varta_tracker *tracker,
			 const struct varta_slot *slot,
			 const struct model_slot *model)
{
	if (slot->pid != model->pid || slot->stalled != model->stalled)
		return false;
	if (!model->pid)
		return true;
	if (slot->late != model->late)
		return false;
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
	       !slot->exit_state == !model->exited &&
	       (slot->exit_state == VARTA_EXIT_DETACHED) == model->detached &&
	       exit_matches(tracker, slot, model) &&
	       (!slot->stalled || slot->exit_state ||
		slot->event_ns == model->stall_ns) &&
	       (u64)slot->first << 16 == model->first_ns &&
	       (u64)slot->longest_gap << 16 == model->longest_gap_ns &&
	       slot->beats == model->beats &&
	       slot->stalls == model->stalls &&
	       slot->tid == model->usage.tid &&
	       slot->foreign_thread == model->foreign_thread &&
	       slot->unmetered == model->unmetered &&
	       slot->mapped == model->mapped &&
	       (slot->exit_state ||
		!memcmp(&slot->usage, &model->usage, sizeof(slot->usage))) &&
	       !strcmp(slot->thread_name, model->thread_name) &&
	       slot->start_ns == model->start_ns &&
	       slot->cgroup_id == model->cgroup_id &&
	       slot->proc == model->proc &&
	       slot->ns_inode == model->ns_inode &&
	       slot->origin == model->origin &&
	       slot->last_ns == model->last_ns &&
	       (slot->last_is_terminal ? U64_MAX : slot->regular_nonce) ==
		       model->nonce &&
	       slot->payload == model->payload &&
	       slot->status == model->status;
}

static const char * const counter_names[] = {
#define X(NAME, name)	#name,
	VARTA_COUNTERS(X)
#undef X
};

static bool event_matches(const struct varta_event_info *a,
			  const struct varta_event_info *b)
{
	return a->kind == b->kind && a->time_ns == b->time_ns &&
	       a->agent.id.pid == b->agent.id.pid &&
	       a->agent.id.source == b->agent.id.source &&
	       a->agent.id.uid == b->agent.id.uid &&
	       a->agent.id.netns == b->agent.id.netns &&
	       a->agent.status == b->agent.status &&
	       a->agent.stalled == b->agent.stalled &&
	       a->agent.stall_signal == b->agent.stall_signal &&
	       (a->kind != VARTA_EVENT_KIND_ACTION ||
		(a->action.signal == b->action.signal &&
		 a->action.withheld == b->action.withheld)) &&
	       (a->kind != VARTA_EVENT_KIND_RECOVER ||
		(a->silence_ns == b->silence_ns &&
		 a->stall_ns == b->stall_ns)) &&
	       (a->kind != VARTA_EVENT_KIND_STATUS ||
		a->old_status == b->old_status) &&
	       (a->kind != VARTA_EVENT_KIND_GOODBYE || a->cause == b->cause) &&
	       a->sender.origin == b->sender.origin &&
	       a->sender.ns_inode == b->sender.ns_inode;
}

/* In their order, but for those of one stall pass. */
static bool events_match(const struct model_run *run)
{
	const struct varta_event_info *events = run->events;
	const struct model *model = &run->model;
	bool seen[MODEL_CAPACITY_MAX] = {};
	u32 i, nr, count = run->nr_events;

	if (count != model->nr_events)
		return false;
	for (i = 0; i < count; i++) {
		nr = i;
		if (run->step.kind == STALL_PASS) {
			for (nr = 0; nr < count; nr++) {
				if (!seen[nr] &&
				    event_matches(&events[i],
						  &model->events[nr]))
					break;
			}
		}
		if (nr == count ||
		    !event_matches(&events[i], &model->events[nr]))
			return false;
		seen[nr] = true;
	}
	return true;
}

/* Returns the name of what differs, or NULL. */
static const char *find_difference(const struct model_run *run)
{
	const struct varta_tracker *tracker = &run->fixture->tracker;
	const struct model *model = &run->model;
	int refs[FAKE_PROCS] = {};
	int netns_charged[NETNS_USED] = {};
	u32 i;

	for (i = 0; i < model->capacity; i++) {
		if (!slot_matches(tracker, &tracker->slots[i],
				  &model->slots[i]))
			return "slots";
		if (!tracker_fixture_timer_ok(run->fixture, i))
			return "timers";
		if (tracker->slots[i].has_action !=
			    !!model->slots[i].action.signal ||
		    !action_matches(tracker_fixture_action(run->fixture, i),
				    &model->slots[i].action))
			return "actions";
		refs[fake_proc_nr(model->slots[i].proc)]++;
		if (model->slots[i].pid)
			netns_charged[fake_netns_nr(model->slots[i].netns)]++;
	}
	for (i = 1; i < FAKE_PROCS; i++) {
		if (fake_proc_refs(i) != refs[i])
			return "process references";
	}
	for (i = 0; i < USERS; i++) {
		if (fake_user_charged(i) != model_charged(model, i))
			return "charges of users";
	}
	for (i = 0; i < NETNS_USED; i++) {
		if (fake_netns_charged(i) != netns_charged[i])
			return "charges of network namespaces";
	}
	if (!pages_match(run))
		return "pages";
	if (!signals_match(run))
		return "signals";
	if (varta_tracker_next_action(&run->fixture->tracker) !=
	    model_next_action(model))
		return "next action";
	if (!events_match(run))
		return "events";
	if (fake_procs_kicks() != run->kicks)
		return "kicks";
	if (tracker->wheel.next_event != run->next_event)
		return "next event";
	for (i = 0; i < VARTA_COUNTERS_NUM; i++) {
		if (tracker_fixture_total(run->fixture, i) != model->totals[i])
			return counter_names[i];
	}
	if (varta_tracker_tracked(tracker) != model_tracked(model))
		return "tracked";
	if (varta_tracker_stalled_now(tracker) != model_stalled_now(model))
		return "stalled now";
	if (tracker->eviction_cursor != model->cursor)
		return "eviction cursor";
	if (tracker->last_evicted.pid != model->last_evicted.pid)
		return "last evicted pid";
	return NULL;
}

/* ---- Driver. */

typedef bool (*step_fn)(struct model_run *run);

static const step_fn step_fns[] = {
	[RECORD]	= step_record,
	[STALL_PASS]	= step_stall_pass,
	[SET_PROCESS]	= step_set_process,
	[REMOVE]	= step_remove,
	[NOTE_EXIT]	= step_note_exit,
	[EXIT_PASS]	= step_exit_pass,
	[RESCAN]	= step_rescan,
	[RESUME]	= step_resume,
	[DEADLINE]	= step_deadline,
	[SET_QUOTA]	= step_set_quota,
	[TAKE]		= step_take,
	[LOOKUP]	= step_lookup,
	[FOR_EACH]	= step_for_each,
	[RESET_GAPS]	= step_reset_gaps,
	[MAP]		= step_map,
	[STORE]		= step_store,
	[ACT]		= step_act,
};

static enum step_kind random_kind(struct model_run *run)
{
	u32 n = random_below(run, 100);

	if (run->often_acts && one_in(run, 2))
		return n < 45 ? ACT : n < 60 ? STALL_PASS : ADVANCE_TIME;
	if (n < 42)
		return n < 37 ? RECORD : ACT;
	if (n < 57)
		return n < 47 ? MAP : STORE;
	if (n < 60)
		return n < 58 ? RESCAN : n < 59 ? RESUME : DEADLINE;
	if (n < 73)
		return STALL_PASS;
	if (n < 83)
		return ADVANCE_TIME;
	if (n < 86)
		return SET_PROCESS;
	if (n < 88)
		return REMOVE;
	if (n < 92)
		return NOTE_EXIT;
	if (n < 94)
		return EXIT_PASS;
	if (n < 95)
		return one_in(run, 3) ? RESET_GAPS : SET_QUOTA;
	if (n < 97)
		return TAKE;
	return n < 99 ? LOOKUP : FOR_EACH;
}

static const char *run_step(struct model_run *run)
{
	u32 i;

	memset(&run->step, 0, sizeof(run->step));
	for (i = 0; i < ARRAY_SIZE(run->pages); i++)
		run->pages[i].looks = run->pages[i].page.looks;
	run->model.nr_events = 0;
	run->model.nr_signals = 0;
	run->nr_signals = 0;
	run->step.kind = random_kind(run);
	run->step.now = run->now;
	if (run->step.kind == ADVANCE_TIME) {
		step_advance_time(run);
		return NULL;
	}
	if (!step_fns[run->step.kind](run))
		return "result";
	run->events = fake_events_take(&run->nr_events);
	return find_difference(run);
}

static void random_config(struct model_run *run)
{
	struct varta_tracker_config *config = &run->config;

	config->capacity = 1 + random_below(run, 8);
	if (one_in(run, 16))
		config->capacity = 1 + random_below(run, MODEL_CAPACITY_MAX);
	config->eviction_scan_window =
		1 + random_below(run, config->capacity + 2);
	if (one_in(run, 16))
		config->eviction_scan_window = one_in(run, 2) ? 0 : U32_MAX;
	config->eviction_policy = one_in(run, 2) ?
				  VARTA_EVICTION_POLICY_STRICT :
				  VARTA_EVICTION_POLICY_BALANCED;
	config->origin_takeover = one_in(run, 2);
	config->defer_exits = one_in(run, 2);
	run->pids = config->capacity + 1;
	run->often_acts = one_in(run, 3);
	run->unit = one_in(run, 3) ? 1 : one_in(run, 4) ? long_unit : UNIT;
	run->threshold = random_threshold(run);
	switch (random_below(run, 4)) {
	case 0:
		run->now = 0;
		break;
	case 1:
		run->now = U64_MAX - 1 - random_below(run, 500) * run->unit;
		break;
	default:
		run->now = prandom_u32_state(&run->random);
		break;
	}
}

static void print_event(struct kunit *test, const char *what,
			const struct varta_event_info *event)
{
	kunit_err(test,
		  "%s %u: pid %u/%u, user %u, netns %u, time %llu, silence %llu, stall %llu, stalled %u, status %u, was %u, cause %u, signal %u, withheld %u\n",
		  what, event->kind, event->agent.id.source,
		  event->agent.id.pid, event->agent.id.uid,
		  fake_netns_nr(event->agent.id.netns), event->time_ns,
		  event->silence_ns, event->stall_ns, event->agent.stalled,
		  event->agent.status, event->old_status, event->cause,
		  event->action.signal, event->action.withheld);
}

static void report_failure(struct kunit *test, const struct model_run *run,
			   const char *what, unsigned long run_nr,
			   unsigned int nr)
{
	const struct step *step = &run->step;
	u32 i;

	kunit_err(test, "seed %lu, run %lu, step %u: %s\n",
		  varta_kunit_seed ?: DEFAULT_SEED, run_nr, nr, what);
	kunit_err(test, "capacity %u, window %u, policy %u, takeover %u, deferred exits %u\n",
		  run->config.capacity, run->config.eviction_scan_window,
		  run->config.eviction_policy, run->config.origin_takeover,
		  run->config.defer_exits);
	kunit_err(test,
		  "%s: result %lld, expected %lld, now %llu, threshold %llu, limit %u\n",
		  kind_names[step->kind], step->result, step->expected,
		  step->now, run->threshold, step->limit);
	kunit_err(test,
		  "source %u, pid %u/%u, user %u, process %u, ns %llu, origin %u\n",
		  step->id.source, step->id.pid, step->id.ns_pid, step->id.uid,
		  fake_proc_nr(step->id.proc), step->id.ns_inode,
		  step->id.origin);
	kunit_err(test,
		  "nonce %llu, status %u, timestamp %llu, own threshold %u, name %s\n",
		  step->beat.nonce, step->beat.status, step->beat.timestamp,
		  step->beat.threshold_ms, step->beat.name ?: "none");
	for (i = 0; i < run->config.capacity; i++) {
		const struct model_slot *model = &run->model.slots[i];
		const struct varta_mapping *mapping = mapping_of(run, i);

		if (model->mapped && mapping)
			kunit_err(test,
				  "page of slot %u: nonce %llu, status %u, kick %u, clock %lld, looks %u to %u\n",
				  i, model->page.nonce, model->page.status,
				  mapping->page->kick,
				  model->page.clock_offset,
				  test_page_of(mapping)->looks,
				  mapping->page->looks);
	}
	for (i = 0; i < run->nr_events; i++)
		print_event(test, "event", &run->events[i]);
	for (i = 0; i < run->model.nr_events; i++)
		print_event(test, "expected", &run->model.events[i]);
	for (i = 0; i < run->config.capacity; i++) {
		const struct model_action *model = &run->model.slots[i].action;
		const struct varta_action *action =
			tracker_fixture_action(run->fixture, i);

		if (action)
			kunit_err(test,
				  "action of slot %u: signal %u, waits %u, due %llu, phase %u, withheld %u\n",
				  i, action->signal,
				  !RB_EMPTY_NODE(&action->timer.node),
				  (u64)action->timer.expires, action->phase,
				  action->withheld);
		if (model->signal)
			kunit_err(test,
				  "expected: signal %u, waits %u, due %llu, phase %u, withheld %u\n",
				  model->signal, model->pending, model->due_ns,
				  model->kills, model->withheld);
	}
	kunit_err(test, "signals %u, expected %u\n", run->nr_signals,
		  run->model.nr_signals);
	kunit_err(test, "cursor %u, expected %u\n",
		  run->fixture->tracker.eviction_cursor, run->model.cursor);
	for (i = 0; i < run->config.capacity; i++) {
		const struct varta_slot *slot = &run->fixture->tracker.slots[i];
		const struct model_slot *model = &run->model.slots[i];

		if (slot_matches(&run->fixture->tracker, slot, model))
			continue;
		kunit_err(test,
			  "slot %u: pid %u/%u own %u exited %u process %u ns %llu last %llu nonce %llu/%llu stalled %u\n",
			  i, slot->source, slot->pid, slot->threshold_ms,
			  slot->exit_state, fake_proc_nr(slot->proc),
			  slot->ns_inode, slot->last_ns,
			  (u64)slot->last_is_terminal,
			  slot->regular_nonce, slot->stalled);
		kunit_err(test,
			  "expected: pid %u/%u own %u exited %u process %u ns %llu last %llu nonce %llu/%llu stalled %u\n",
			  model->source, model->pid, model->threshold_ms,
			  model->exited, fake_proc_nr(model->proc),
			  model->ns_inode, model->last_ns, model->nonce,
			  model->regular_nonce, model->stalled);
	}
	KUNIT_FAIL(test, "the tracker differs from the model: %s", what);
}

static bool run_once(struct kunit *test, struct model_run *run,
		     unsigned long run_nr, u64 sums[])
{
	static struct varta_tracker_ops ops;
	const char *what = NULL;
	unsigned int i;

	memset(run, 0, sizeof(*run));
	current_run = run;
	ops = fake_procs_ops;
	ops.put_mapping = put_mapping;
	ops.has_executed = has_executed;
	ops.clock = read_clock;
	ops.sample_again = sample_again;
	ops.may_signal = may_signal;
	ops.signal = note_signal;
	/* prandom_seed_state() uses only 32 bits of the seed. */
	prandom_seed_state(&run->random, (varta_kunit_seed ?: DEFAULT_SEED) *
			   0x9e3779b1 + run_nr);
	random_config(run);
	run->config.ops = &ops;
	run->fixture = tracker_fixture_create(test, &run->config);
	run->fixture->threshold = run->threshold;
	KUNIT_ASSERT_EQ(test,
			varta_tracker_reserve_mappings(&run->fixture->tracker),
			0);
	run->next_event = U64_MAX;
	model_init(&run->model, &run->config);
	run->model.pid_owner = fake_proc_of_pid;
	run->model.has_executed = has_executed;
	for (i = 0; i < STEPS_PER_RUN && !what; i++)
		what = run_step(run);
	if (what)
		report_failure(test, run, what, run_nr, i - 1);
	for (i = 0; i < VARTA_COUNTERS_NUM; i++)
		sums[i] += run->model.totals[i];
	tracker_fixture_destroy(test, run->fixture);
	for (i = 0; i < ARRAY_SIZE(run->pages); i++)
		KUNIT_EXPECT_FALSE(test, run->pages[i].held);
	KUNIT_EXPECT_FALSE(test, run->bad_put);
	return !what;
}

/* Every counter must have been reached. */
static void expect_all_counted(struct kunit *test, const u64 sums[])
{
	static const enum varta_counter reachable[] = {
		VARTA_COUNT_INSERTED, VARTA_COUNT_REFRESHED,
		VARTA_COUNT_OUT_OF_ORDER, VARTA_COUNT_STALLS,
		VARTA_COUNT_EVICTIONS, VARTA_COUNT_NONCE_WRAPS,
		VARTA_COUNT_CAPACITY_EXCEEDED, VARTA_COUNT_ORIGIN_CONFLICTS,
		VARTA_COUNT_NAMESPACE_CONFLICTS, VARTA_COUNT_PID_RECYCLES,
		VARTA_COUNT_EVICTION_SCAN_TRUNCATED,
		VARTA_COUNT_QUOTA_EXCEEDED, VARTA_COUNT_EXITS,
		VARTA_COUNT_REMOVED_DEAD, VARTA_COUNT_BAD_STATUS,
		VARTA_COUNT_LATE, VARTA_COUNT_STALL_SIGNALS,
		VARTA_COUNT_STALL_KILLS, VARTA_COUNT_ACTIONS_WITHHELD,
		VARTA_COUNT_ACTIONS_LIMITED,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(reachable); i++) {
		kunit_info(test, "%s: %llu\n", counter_names[reachable[i]],
			   sums[reachable[i]]);
		KUNIT_EXPECT_GT_MSG(test, sums[reachable[i]],
				    varta_kunit_steps / 2000, "%s",
				    counter_names[reachable[i]]);
	}
}

static void tracker_matches_model_after_every_step(struct kunit *test)
{
	u64 *sums = kunit_kcalloc(test, VARTA_COUNTERS_NUM, sizeof(*sums),
				  GFP_KERNEL);
	struct model_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);
	unsigned long runs = DIV_ROUND_UP(varta_kunit_steps, STEPS_PER_RUN);
	unsigned long run_nr;

	KUNIT_ASSERT_NOT_NULL(test, sums);
	KUNIT_ASSERT_NOT_NULL(test, run);
	repeats = 0;
	kunit_info(test, "seed %lu, %lu steps\n",
		   varta_kunit_seed ?: DEFAULT_SEED, varta_kunit_steps);
	for (run_nr = 0; run_nr < runs; run_nr++) {
		if (!run_once(test, run, run_nr, sums))
			return;
		cond_resched();
	}
	if (varta_kunit_steps >= MIN_STEPS_FOR_ALL)
		expect_all_counted(test, sums);
	kunit_info(test, "repeated beats: %lu\n", repeats);
	if (varta_kunit_steps >= MIN_STEPS_FOR_REPEATS)
		KUNIT_EXPECT_GT(test, repeats, 0UL);
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE(tracker_matches_model_after_every_step),
	{}
};

static struct kunit_suite model_suite = {
	.name = "varta-model",
	.exit = tracker_fixture_exit,
	.test_cases = model_cases,
};

kunit_test_suite(model_suite);

MODULE_DESCRIPTION("KUnit tests of the varta liveness tracker");
MODULE_LICENSE("GPL");
