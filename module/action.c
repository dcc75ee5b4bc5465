// SPDX-License-Identifier: GPL-2.0-only
/*
 * Few agents ask for an action, so it is kept beside their slots and found by
 * slot number.
 *
 * Invariant: an action is queued only while its agent is stalled. A beat, an
 * exit and whatever else ends the stall take it out under the slot's lock. The
 * signal goes to the process reference that the slot had under that lock, so
 * never to a later process of the same pid.
 */

#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "tracker_internal.h"

static enum varta_withheld why_withheld(const struct varta_action_view *view)
{
	if (!view->may_signal)
		return VARTA_WITHHELD_CHANGED;
	if (!view->enabled)
		return VARTA_WITHHELD_DISABLED;
	switch (view->reason) {
	case VARTA_STALL_REASON_FROZEN:
		return VARTA_WITHHELD_FROZEN;
	case VARTA_STALL_REASON_STOPPED:
		return VARTA_WITHHELD_STOPPED;
	case VARTA_STALL_REASON_TRACED:
		return VARTA_WITHHELD_TRACED;
	case VARTA_STALL_REASON_EXITING:
		return VARTA_WITHHELD_EXITING;
	case VARTA_STALL_REASON_DUMPING:
		return view->dump_overdue ? VARTA_WITHHELD_NONE :
					    VARTA_WITHHELD_DUMPING;
	case VARTA_STALL_REASON_STARVED:
		return view->even_if_starved ? VARTA_WITHHELD_NONE :
					       VARTA_WITHHELD_STARVED;
	default:
		return VARTA_WITHHELD_NONE;
	}
}

/* The agent could not beat, or nothing was to happen to it. */
static bool needs_time(const struct varta_action_view *view)
{
	return view->withheld != VARTA_WITHHELD_NONE &&
	       view->withheld != VARTA_WITHHELD_LIMIT &&
	       view->reason != VARTA_STALL_REASON_DUMPING;
}

/**
 * varta_action_decide() - what to do about an action that is due
 * @view: what is known
 * @why: set to why it is withheld
 *
 * SIGKILL does not wait for the limit: an agent that was signalled and still
 * hangs helps nobody. It counts, so that the next agents wait.
 */
enum varta_action_step varta_action_decide(const struct varta_action_view *view,
					   enum varta_withheld *why)
{
	*why = VARTA_WITHHELD_NONE;
	if (view->reason == VARTA_STALL_REASON_GONE)
		return VARTA_ACTION_FORGET;
	*why = why_withheld(view);
	if (*why)
		return VARTA_ACTION_WITHHOLD;
	if (needs_time(view))
		return VARTA_ACTION_GIVE_TIME;
	if (view->undecided)
		return VARTA_ACTION_LOOK_AGAIN;
	if (view->phase == VARTA_ACTION_SIGNAL && !view->within_limit) {
		*why = VARTA_WITHHELD_LIMIT;
		return VARTA_ACTION_WITHHOLD;
	}
	return VARTA_ACTION_SEND;
}

enum {
	WINDOW_S = 60,
};

static bool in_window(u64 time_ns, u64 now)
{
	return now < time_ns || now - time_ns < (u64)WINDOW_S * NSEC_PER_SEC;
}

/**
 * varta_action_within_limit() - whether an agent may be signalled now
 * @log: what was sent
 * @flow_key: &varta_agent_id.flow_key of the agent
 * @now: time in nanoseconds, monotonic
 * @per_minute: the limit of a minute, from 1 on
 *
 * Any user but root gets at most half of the limit, so that none uses up what
 * the others need. A quarter is left to root.
 */
bool varta_action_within_limit(const struct varta_action_log *log, u32 flow_key,
			       u64 now, u32 per_minute)
{
	u32 all = 0, own = 0, users = 0, i;

	for (i = 1; i <= min(log->used, per_minute); i++) {
		u32 nr = (log->next + VARTA_ACTIONS_PER_MINUTE_MAX - i) %
			 VARTA_ACTIONS_PER_MINUTE_MAX;

		if (!in_window(log->sent[nr].time_ns, now))
			break;
		all++;
		own += log->sent[nr].flow_key == flow_key;
		users += log->sent[nr].flow_key != 0;
	}
	if (all >= per_minute)
		return false;
	if (!flow_key)
		return true;
	return own < DIV_ROUND_UP(per_minute, 2) &&
	       users < per_minute - per_minute / 4;
}

void varta_action_note_sent(struct varta_action_log *log, u32 flow_key, u64 now)
{
	log->sent[log->next].time_ns = now;
	log->sent[log->next].flow_key = flow_key;
	log->next = (log->next + 1) % VARTA_ACTIONS_PER_MINUTE_MAX;
	log->used = min_t(u32, log->used + 1, VARTA_ACTIONS_PER_MINUTE_MAX);
}

/* Of eight slots, all of which may have an action. */
static u32 nr_buckets(u32 capacity)
{
	return roundup_pow_of_two(DIV_ROUND_UP(capacity, 8));
}

size_t varta_actions_bytes(u32 capacity)
{
	return nr_buckets(capacity) * sizeof(struct hlist_head);
}

int varta_actions_init(struct varta_actions *actions, u32 capacity)
{
	u32 nr = nr_buckets(capacity);

	actions->buckets = kvcalloc(nr, sizeof(*actions->buckets),
				    GFP_KERNEL | __GFP_RETRY_MAYFAIL |
				    __GFP_NOWARN);
	if (!actions->buckets)
		return -ENOMEM;
	actions->mask = nr - 1;
	spin_lock_init(&actions->lock);
	timerqueue_init_head(&actions->timers);
	return 0;
}

void varta_actions_destroy(struct varta_actions *actions)
{
	struct varta_action *action;
	struct hlist_node *next;
	u32 i;

	for (i = 0; actions->buckets && i <= actions->mask; i++) {
		hlist_for_each_entry_safe(action, next, &actions->buckets[i],
					  node)
			kfree(action);
		cond_resched();
	}
	kvfree(actions->buckets);
}

struct varta_action *varta_action_alloc(gfp_t gfp)
{
	struct varta_action *action = kzalloc(sizeof(*action), gfp);

	if (action)
		timerqueue_init(&action->timer);
	return action;
}

static struct hlist_head *bucket_of(const struct varta_tracker *tracker, u32 nr)
{
	return &tracker->actions.buckets[nr & tracker->actions.mask];
}

/* It stays while the slot is locked. */
static struct varta_action *find_action(const struct varta_tracker *tracker,
					const struct varta_slot *slot)
{
	u32 nr = varta_slot_nr(tracker, slot);
	struct varta_action *action;

	lockdep_assert_held(&slot->lock);

	if (!slot->has_action)
		return NULL;
	rcu_read_lock();
	hlist_for_each_entry_rcu(action, bucket_of(tracker, nr), node) {
		if (action->slot == nr)
			break;
	}
	rcu_read_unlock();
	return action;
}

static void queue(struct varta_tracker *tracker, struct varta_action *action,
		  u64 now, u64 due)
{
	struct varta_actions *actions = &tracker->actions;

	action->armed_ns = now;
	spin_lock(&actions->lock);
	/* ktime_t is signed. */
	action->timer.expires = min_t(u64, due, KTIME_MAX);
	timerqueue_add(&actions->timers, &action->timer);
	actions->queued++;
	spin_unlock(&actions->lock);
}

static void unqueue(struct varta_actions *actions, struct varta_action *action)
{
	spin_lock(&actions->lock);
	if (!RB_EMPTY_NODE(&action->timer.node)) {
		timerqueue_del(&actions->timers, &action->timer);
		actions->queued--;
	}
	spin_unlock(&actions->lock);
}

static void insert(struct varta_tracker *tracker, struct varta_slot *slot,
		   struct varta_action *action)
{
	struct varta_actions *actions = &tracker->actions;

	action->slot = varta_slot_nr(tracker, slot);
	spin_lock(&actions->lock);
	hlist_add_head_rcu(&action->node, bucket_of(tracker, action->slot));
	spin_unlock(&actions->lock);
	slot->has_action = true;
}

/* The slot keeps its agent, or gets another. */
void varta_action_drop(struct varta_tracker *tracker, struct varta_slot *slot)
{
	struct varta_actions *actions = &tracker->actions;
	struct varta_action *action = find_action(tracker, slot);

	if (!action)
		return;
	unqueue(actions, action);
	spin_lock(&actions->lock);
	hlist_del_rcu(&action->node);
	spin_unlock(&actions->lock);
	slot->has_action = false;
	kfree_rcu(action, rcu);
}

/* From now on. The agent is not stalled. */
void varta_action_set(struct varta_tracker *tracker, struct varta_slot *slot,
		      struct varta_action_request *request)
{
	struct varta_action *action = find_action(tracker, slot);

	if (!request->signal) {
		varta_action_drop(tracker, slot);
		return;
	}
	if (!action) {
		action = request->spare;
		request->spare = NULL;
		insert(tracker, slot, action);
	}
	action->signal = request->signal;
	action->kill_after_ms = request->kill_after_ms;
	action->even_if_starved = request->even_if_starved;
	action->target = request->target;
}

/* An accepted beat, after what it asks for. */
void varta_action_note_beat(const struct varta_tracker *tracker,
			    const struct varta_slot *slot,
			    const struct varta_beat_info *beat)
{
	struct varta_action *action;

	if (!beat->foreign_thread)
		return;
	action = find_action(tracker, slot);
	if (action)
		action->main_usage = beat->main_usage;
}

/* Whether the agent has asked for the same already. */
bool varta_action_repeats(const struct varta_tracker *tracker,
			  const struct varta_slot *slot,
			  const struct varta_action_request *request)
{
	const struct varta_action *action = find_action(tracker, slot);

	if (!action)
		return !request->signal;
	return action->signal == request->signal &&
	       action->kill_after_ms == request->kill_after_ms &&
	       action->even_if_starved == request->even_if_starved &&
	       action->target.exec_id == request->target.exec_id &&
	       !action->target.foreign;
}

/* The stall was reported. */
void varta_action_begin(struct varta_tracker *tracker, struct varta_slot *slot,
			u64 now)
{
	struct varta_action *action = find_action(tracker, slot);

	action->phase = VARTA_ACTION_SIGNAL;
	action->withheld = VARTA_WITHHELD_NONE;
	memset(action->reported, 0, sizeof(action->reported));
	action->threads = (struct varta_stall_threads) {};
	queue(tracker, action, now, now);
}

/* The agent is not stalled any more. */
void varta_action_cancel(struct varta_tracker *tracker, struct varta_slot *slot)
{
	unqueue(&tracker->actions, find_action(tracker, slot));
}

void varta_action_describe(const struct varta_tracker *tracker,
			   const struct varta_slot *slot,
			   struct varta_agent_info *agent)
{
	const struct varta_action *action = find_action(tracker, slot);

	agent->stall_signal = action->signal;
	agent->kill_after_ms = action->kill_after_ms;
	agent->even_if_starved = action->even_if_starved;
	agent->main_usage = action->main_usage;
	agent->has_main_usage = action->main_usage.tid;
}

/* U64_MAX if there is nothing to wait for. */
u64 varta_tracker_next_action(struct varta_tracker *tracker)
{
	struct varta_actions *actions = &tracker->actions;
	struct timerqueue_node *first;
	u64 next = U64_MAX;

	spin_lock(&actions->lock);
	first = timerqueue_getnext(&actions->timers);
	if (first)
		next = first->expires;
	spin_unlock(&actions->lock);
	return next;
}

/* Takes up to VARTA_ACTION_BATCH slots whose actions are due. */
static u32 take_due(struct varta_actions *actions, u64 now, u32 *nrs)
{
	struct timerqueue_node *first;
	u32 count = 0;

	spin_lock(&actions->lock);
	while (count < VARTA_ACTION_BATCH &&
	       (first = timerqueue_getnext(&actions->timers)) &&
	       (u64)first->expires <= now) {
		timerqueue_del(&actions->timers, first);
		actions->queued--;
		nrs[count++] = container_of(first, struct varta_action,
					    timer)->slot;
	}
	spin_unlock(&actions->lock);
	return count;
}

/* NULL if the stall has ended, or the process. */
static struct varta_action *pending_action(const struct varta_tracker *tracker,
					   const struct varta_slot *slot)
{
	if (!slot->pid || !slot->stalled || slot->exit_state || !slot->proc)
		return NULL;
	return find_action(tracker, slot);
}

static u64 kill_after_ns(const struct varta_action *action)
{
	return (u64)action->kill_after_ms * NSEC_PER_MSEC;
}

static u64 time_to_react(const struct varta_slot *slot,
			 const struct varta_action *action, u64 threshold)
{
	return action->phase == VARTA_ACTION_KILL ?
	       kill_after_ns(action) : varta_slot_threshold(slot, threshold);
}

static u64 add_time(u64 time, u64 ns)
{
	u64 sum;

	return check_add_overflow(time, ns, &sum) ? U64_MAX : sum;
}

static void give_time(struct varta_tracker *tracker,
		      const struct varta_slot *slot,
		      struct varta_action *action, u64 since, u64 now,
		      u64 threshold)
{
	u64 due = add_time(since, time_to_react(slot, action, threshold));

	action->withheld = VARTA_WITHHELD_NONE;
	queue(tracker, action, now, due);
}

static void report(struct varta_tracker *tracker, const struct varta_slot *slot,
		   u32 signal, enum varta_withheld withheld, u64 now)
{
	struct varta_event_info event = {
		.kind			= VARTA_EVENT_KIND_ACTION,
		.action.signal		= signal,
		.action.withheld	= withheld,
	};

	varta_slot_report(tracker, slot, &event, now);
}

static u32 signal_of(const struct varta_action *action)
{
	return action->phase == VARTA_ACTION_KILL ? SIGKILL : action->signal;
}

static void look_again(struct varta_tracker *tracker,
		       struct varta_action *action, u64 now)
{
	u64 poll = max_t(u64, VARTA_ACTION_POLL_NS,
			 (u64)READ_ONCE(tracker->actions.queued) *
			 VARTA_ACTION_POLL_EACH_NS);

	queue(tracker, action, now, add_time(now, poll));
}

/* An agent that changes its state again and again causes few events. */
static void withhold(struct varta_tracker *tracker,
		     const struct varta_slot *slot, struct varta_action *action,
		     enum varta_withheld why, u64 now)
{
	if (why == VARTA_WITHHELD_DUMPING && action->withheld != why)
		action->dump_ns = now;
	action->withheld = why;
	if (!(action->reported[action->phase] & BIT(why))) {
		action->reported[action->phase] |= BIT(why);
		varta_tracker_count(tracker, VARTA_COUNT_ACTIONS_WITHHELD);
		if (why == VARTA_WITHHELD_LIMIT)
			varta_tracker_count(tracker,
					    VARTA_COUNT_ACTIONS_LIMITED);
		report(tracker, slot, signal_of(action), why, now);
	}
	if (why != VARTA_WITHHELD_CHANGED)
		look_again(tracker, action, now);
}

/* Returns the signal, to be sent without the slot's lock. */
static int commit(struct varta_tracker *tracker, const struct varta_slot *slot,
		  struct varta_action *action, u64 now)
{
	int signal = signal_of(action);

	report(tracker, slot, signal, VARTA_WITHHELD_NONE, now);
	varta_action_note_sent(&tracker->actions.log, slot->flow_key, now);
	if (action->phase == VARTA_ACTION_KILL) {
		varta_tracker_count(tracker, VARTA_COUNT_STALL_KILLS);
		return signal;
	}
	varta_tracker_count(tracker, VARTA_COUNT_STALL_SIGNALS);
	if (action->kill_after_ms) {
		action->phase = VARTA_ACTION_KILL;
		give_time(tracker, slot, action, now, now, 0);
	}
	return signal;
}

struct look {
	enum varta_stall_reason reason;
	struct varta_stall_threads threads;
	bool undecided;
	bool may_signal;
};

static int take_step(struct varta_tracker *tracker, struct varta_slot *slot,
		     struct varta_action *action, const struct look *look,
		     u64 now, u64 threshold,
		     const struct varta_action_policy *policy)
{
	u64 resumed = varta_load64(&tracker->resume_ns);
	const struct varta_action_view view = {
		.reason		= look->reason,
		.phase		= action->phase,
		.withheld	= action->withheld,
		.undecided	= look->undecided,
		.enabled	= policy->enabled,
		.may_signal	= look->may_signal,
		.even_if_starved = action->even_if_starved,
		.within_limit	=
			varta_action_within_limit(&tracker->actions.log,
						  slot->flow_key, now,
						  policy->per_minute),
		.dump_overdue	= action->phase == VARTA_ACTION_KILL &&
				  action->withheld == VARTA_WITHHELD_DUMPING &&
				  now >= add_time(action->dump_ns,
						  VARTA_DUMP_FACTOR *
						  kill_after_ns(action)),
	};
	enum varta_withheld why;

	/* It could not beat in a suspend. */
	if (resumed > action->armed_ns) {
		give_time(tracker, slot, action, resumed, now, threshold);
		return 0;
	}
	switch (varta_action_decide(&view, &why)) {
	case VARTA_ACTION_SEND:
		return commit(tracker, slot, action, now);
	case VARTA_ACTION_WITHHOLD:
		withhold(tracker, slot, action, why, now);
		return 0;
	case VARTA_ACTION_GIVE_TIME:
		give_time(tracker, slot, action, now, now, threshold);
		return 0;
	case VARTA_ACTION_LOOK_AGAIN:
		look_again(tracker, action, now);
		return 0;
	case VARTA_ACTION_FORGET:
		break;
	}
	return 0;
}

/* What the main thread does cannot tell that its program is starved. */
static bool threads_matter(const struct varta_agent_info *agent,
			   const struct varta_stall_info *info)
{
	if (!agent->foreign_thread || agent->even_if_starved)
		return false;
	return info->reason == VARTA_STALL_REASON_UNKNOWN || info->main_starved;
}

static void look_at_threads(const struct varta_tracker *tracker,
			    const struct varta_agent_info *agent, u64 now,
			    const struct varta_stall_info *info,
			    struct look *look)
{
	const struct varta_tracker_ops *ops = tracker->config.ops;
	enum varta_threads_answer answer;

	look->reason = info->reason;
	look->undecided = false;
	if (!threads_matter(agent, info) || !ops->look_at_threads) {
		look->threads = (struct varta_stall_threads) {};
		return;
	}
	answer = ops->look_at_threads(agent, now, info->main_starved,
				      &look->threads);
	look->undecided = answer == VARTA_THREADS_UNDECIDED;
	look->reason = answer == VARTA_THREADS_STARVED ?
		       VARTA_STALL_REASON_STARVED : VARTA_STALL_REASON_UNKNOWN;
}

static void look_at(const struct varta_tracker *tracker,
		    const struct varta_agent_info *agent,
		    const struct varta_action_target *target, u64 now,
		    struct look *look)
{
	struct varta_stall_info info = {};

	tracker->config.ops->sample_again(agent, now, &info);
	look_at_threads(tracker, agent, now, &info, look);
	look->may_signal = tracker->config.ops->may_signal(agent, target);
}

static void act(struct varta_tracker *tracker, struct varta_slot *slot, u64 now,
		u64 threshold, const struct varta_action_policy *policy)
{
	struct varta_action_target target;
	struct varta_agent_info agent;
	struct varta_action *action;
	struct look look;
	int signal = 0;

	varta_slot_lock(tracker, slot);
	action = pending_action(tracker, slot);
	if (!action) {
		spin_unlock(&slot->lock);
		return;
	}
	target = action->target;
	look.threads = action->threads;
	varta_slot_hold(tracker, slot, &agent);
	/* So that beats do not wait. */
	spin_unlock(&slot->lock);
	look_at(tracker, &agent, &target, now, &look);

	varta_slot_lock(tracker, slot);
	/* Only this thread finds stalls: one that goes on is the same. */
	action = pending_action(tracker, slot);
	if (action) {
		action->threads = look.threads;
		signal = take_step(tracker, slot, action, &look, now, threshold,
				   policy);
	}
	spin_unlock(&slot->lock);
	if (signal)
		tracker->config.ops->signal(agent.id.proc, signal);
	varta_tracker_put_proc(tracker, agent.id.proc);
}

/**
 * varta_tracker_action_pass() - send the signals that are due
 * @tracker: the tracker
 * @now: time in nanoseconds, monotonic
 * @threshold: threshold of agents without their own, in nanoseconds
 * @policy: what is allowed
 *
 * Context: process, may sleep; by the caller of varta_tracker_stall_pass().
 * Return: whether to call again for the same time.
 */
bool varta_tracker_action_pass(struct varta_tracker *tracker, u64 now,
			       u64 threshold,
			       const struct varta_action_policy *policy)
{
	u32 nrs[VARTA_ACTION_BATCH];
	u32 count, i;

	if (!READ_ONCE(tracker->actions.queued))
		return false;
	count = take_due(&tracker->actions, now, nrs);
	for (i = 0; i < count; i++)
		act(tracker, &tracker->slots[nrs[i]], now, threshold, policy);
	return count == VARTA_ACTION_BATCH;
}
