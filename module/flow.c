// SPDX-License-Identifier: GPL-2.0-only
/* Flows are served by virtual time, like tasks by the fair scheduler. */

#include <linux/bug.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "flow.h"

enum {
	HASH_BITS = 10,
	EXAMINED_MAX = 16,	/* unused flows, in one call */
	STATUS_EVENTS_MAX = 65536,
};

static struct {
	spinlock_t lock;	/* of all fields; innermost */
	DECLARE_HASHTABLE(table, HASH_BITS);
	struct rb_root_cached active;	/* by virtual time */
	/* Ahead of @vtime: a user must not get rid of the time that it used. */
	struct list_head unused;
	u64 vtime;		/* of the flow served last; never decreases */
	struct varta_flow fallback;	/* of users without a flow in @table */
	u32 shared[1 << HASH_BITS];	/* its agents, by bucket of @table */
	u32 count;		/* of flows in @table */
	u32 max;
	/*
	 * By slot: the last event of its agent, if that is a change of status.
	 * Slots beyond STATUS_EVENTS_MAX share entries, so their agents' events
	 * are merged less often.
	 */
	struct varta_event **status_events;
	u32 slots;
	u32 status_mask;
	bool closed;
} flows;

static struct kmem_cache *flow_cache;
static struct kmem_cache *event_cache;

static void init_flow(struct varta_flow *flow, u32 key)
{
	*flow = (struct varta_flow) {
		.list	= LIST_HEAD_INIT(flow->list),
		.events	= LIST_HEAD_INIT(flow->events),
		.sent	= LIST_HEAD_INIT(flow->sent),
		.exits	= { VARTA_NO_SLOT, VARTA_NO_SLOT },
		.key	= key,
	};
}

/**
 * varta_flows_init() - start without agents
 * @max: most flows; further users share one
 * @slots: of the tracker
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_flows_init(u32 max, u32 slots)
{
	spin_lock_init(&flows.lock);
	hash_init(flows.table);
	flows.active = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&flows.unused);
	flows.vtime = 0;
	flows.count = 0;
	flows.max = max;
	flows.closed = false;
	init_flow(&flows.fallback, 0);
	memset(flows.shared, 0, sizeof(flows.shared));
	flows.slots = slots;
	flows.status_mask =
		roundup_pow_of_two(min_t(u32, slots, STATUS_EVENTS_MAX)) - 1;
	flows.status_events = kvcalloc(flows.status_mask + 1,
				       sizeof(*flows.status_events),
				       GFP_KERNEL);
	flow_cache = KMEM_CACHE(varta_flow, 0);
	event_cache = KMEM_CACHE(varta_event, 0);
	if (flows.status_events && flow_cache && event_cache)
		return 0;
	varta_flows_exit();
	return -ENOMEM;
}

/* All agents were uncharged, all events freed. */
void varta_flows_exit(void)
{
	struct varta_flow *flow;
	struct hlist_node *next;
	int bucket;

	/* What was never served is still active. */
	hash_for_each_safe(flows.table, bucket, next, flow, node)
		kmem_cache_free(flow_cache, flow);
	kmem_cache_destroy(event_cache);
	kmem_cache_destroy(flow_cache);
	kvfree(flows.status_events);
}

struct varta_event *varta_event_alloc(gfp_t gfp)
{
	struct varta_event *event;

	event = kmem_cache_alloc(event_cache, gfp | __GFP_NOWARN);
	/* The compiler clears words, memset() bytes. */
	if (event)
		*event = (struct varta_event) {};
	return event;
}

void varta_event_free(struct varta_event *event)
{
	kmem_cache_free(event_cache, event);
}

static struct varta_flow *lookup_flow(u32 key)
{
	struct varta_flow *flow;

	lockdep_assert_held(&flows.lock);
	hash_for_each_possible(flows.table, flow, node, key) {
		if (flow->key == key)
			return flow;
	}
	return NULL;
}

static struct varta_flow *flow_of(u32 key)
{
	return lookup_flow(key) ?: &flows.fallback;
}

static void free_flow(struct varta_flow *flow)
{
	list_del(&flow->list);
	hash_del(&flow->node);
	flows.count--;
	kmem_cache_free(flow_cache, flow);
}

static void release_flow(struct varta_flow *flow)
{
	if (flow == &flows.fallback || flow->agents || flow->active)
		return;
	if (flow->vtime <= flows.vtime)
		free_flow(flow);
	else
		list_move_tail(&flow->list, &flows.unused);
}

static void free_unused_flows(void)
{
	struct varta_flow *flow, *next;
	int examined = 0;

	list_for_each_entry_safe(flow, next, &flows.unused, list) {
		if (examined++ == EXAMINED_MAX)
			break;
		release_flow(flow);
	}
}

static u32 *shared_agents(u32 key)
{
	return &flows.shared[hash_min(key, HASH_BITS)];
}

/* Agents of @key may be in the fallback. A new flow would not count them. */
static struct varta_flow *add_flow(u32 key)
{
	struct varta_flow *flow;

	if (*shared_agents(key) || flows.count == flows.max)
		return NULL;
	flow = kmem_cache_alloc(flow_cache, GFP_NOWAIT | __GFP_NOWARN);
	if (!flow)
		return NULL;
	init_flow(flow, key);
	hash_add(flows.table, &flow->node, key);
	flows.count++;
	return flow;
}

/* Adds an agent to its flow, which is made if there is none. */
void varta_flows_charge(u32 key)
{
	struct varta_flow *flow;

	spin_lock(&flows.lock);
	flow = lookup_flow(key) ?: add_flow(key) ?: &flows.fallback;
	flow->agents++;
	if (flow == &flows.fallback)
		++*shared_agents(key);
	list_del_init(&flow->list);
	spin_unlock(&flows.lock);
}

void varta_flows_uncharge(u32 key)
{
	struct varta_flow *flow;

	spin_lock(&flows.lock);
	flow = flow_of(key);
	if (!WARN_ON_ONCE(!flow->agents)) {
		flow->agents--;
		if (flow == &flows.fallback)
			--*shared_agents(key);
	}
	release_flow(flow);
	spin_unlock(&flows.lock);
}

static bool goes_before(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct varta_flow, active_node)->vtime <
	       rb_entry(b, struct varta_flow, active_node)->vtime;
}

static struct varta_flow *first_active(void)
{
	return rb_entry_safe(rb_first_cached(&flows.active), struct varta_flow,
			     active_node);
}

static void set_vtime(struct varta_flow *flow, u64 vtime)
{
	lockdep_assert_held(&flows.lock);

	rb_erase_cached(&flow->active_node, &flows.active);
	flow->vtime = vtime;
	rb_add_cached(&flow->active_node, &flows.active, goes_before);
}

static void activate(struct varta_flow *flow)
{
	lockdep_assert_held(&flows.lock);

	if (flow->active)
		return;
	flow->active = true;
	flow->vtime = max(flow->vtime, flows.vtime);
	list_del_init(&flow->list);
	rb_add_cached(&flow->active_node, &flows.active, goes_before);
}

static void deactivate(struct varta_flow *flow)
{
	lockdep_assert_held(&flows.lock);

	flow->active = false;
	rb_erase_cached(&flow->active_node, &flows.active);
	release_flow(flow);
}

static bool has_room(const struct varta_flow *flow)
{
	return !flows.closed &&
	       flow->queued < 2 * (u64)flow->agents + VARTA_FLOW_EVENTS;
}

/* Whether varta_flows_add() would queue an event. */
bool varta_flows_have_room(u32 key)
{
	bool room;

	spin_lock(&flows.lock);
	room = has_room(flow_of(key));
	spin_unlock(&flows.lock);
	return room;
}

/* NULL for events without an agent. */
static struct varta_event **status_event_of(const struct varta_agent_info *agent)
{
	lockdep_assert_held(&flows.lock);
	if (agent->slot >= flows.slots)
		return NULL;
	return &flows.status_events[agent->slot & flows.status_mask];
}

/* The slot may have another agent by now. */
static bool is_same_agent(const struct varta_agent_info *a,
			  const struct varta_agent_info *b)
{
	return a->id.source == b->id.source && a->id.pid == b->id.pid &&
	       a->id.start_ns == b->id.start_ns && a->first_ns == b->first_ns;
}

static bool is_terminal(const struct varta_event_info *info)
{
	return info->agent.nonce == VARTA_TERMINAL_NONCE;
}

static void note_last_event(struct varta_event *event)
{
	struct varta_event **last = status_event_of(&event->info.agent);

	if (!last)
		return;
	if (event->info.kind != VARTA_EVENT_KIND_STATUS) {
		*last = NULL;
		return;
	}
	event->after_terminal = *last && is_terminal(&(*last)->info) &&
				is_same_agent(&(*last)->info.agent,
					      &event->info.agent);
	*last = event;
}

static void queue(struct varta_flow *flow, struct varta_event *event)
{
	note_last_event(event);
	list_add_tail(&event->list, &flow->events);
	flow->queued++;
	activate(flow);
}

/**
 * varta_flows_add() - queue an event
 * @event: the event; the caller keeps it if there is no room
 * Context: any but interrupts; does not sleep.
 * Return: false if its flow has too many events.
 */
bool varta_flows_add(struct varta_event *event)
{
	struct varta_flow *flow;
	bool room;

	spin_lock(&flows.lock);
	flow = flow_of(event->info.agent.id.flow_key);
	room = has_room(flow);
	if (room)
		queue(flow, event);
	spin_unlock(&flows.lock);
	return room;
}

/**
 * varta_flows_add_end() - queue an event that ends a stall
 * @event: the event
 *
 * It has room: while there is none, no agent stalls again, so each adds one.
 * Context: any but interrupts; does not sleep.
 * Return: false after varta_flows_close(); the caller keeps the event.
 */
bool varta_flows_add_end(struct varta_event *event)
{
	bool closed;

	spin_lock(&flows.lock);
	closed = flows.closed;
	if (!closed)
		queue(flow_of(event->info.agent.id.flow_key), event);
	spin_unlock(&flows.lock);
	return !closed;
}

/*
 * Listeners must hear of a terminal beat. Once one is queued, further
 * changes of the agent may share an event.
 */
static bool hides_terminal(const struct varta_event *event,
			   const struct varta_event_info *info)
{
	return is_terminal(&event->info) && !is_terminal(info) &&
	       !event->after_terminal;
}

/**
 * varta_flows_merge() - let a queued event stand for another change of status
 * @info: the change, of an agent whose slot is locked
 *
 * The queued event keeps its place, its time and its old status. It must be the
 * last of the agent, so that events stay in order.
 * Context: any but interrupts; does not sleep.
 * Return: false if the change needs an event of its own.
 */
bool varta_flows_merge(const struct varta_event_info *info)
{
	struct varta_event **last, *event;
	bool merged;

	spin_lock(&flows.lock);
	last = status_event_of(&info->agent);
	event = last ? *last : NULL;
	merged = event && is_same_agent(&event->info.agent, &info->agent) &&
		 !hides_terminal(event, info);
	if (merged) {
		event->info.agent = info->agent;
		if (event->info.changes < U32_MAX)
			event->info.changes++;
	}
	spin_unlock(&flows.lock);
	return merged;
}

void varta_flows_close(void)
{
	spin_lock(&flows.lock);
	flows.closed = true;
	spin_unlock(&flows.lock);
}

/* The list for another exit of the flow. */
struct varta_slot_list *varta_flows_exits_of(u32 key)
{
	struct varta_flow *flow;

	spin_lock(&flows.lock);
	flow = flow_of(key);
	activate(flow);
	spin_unlock(&flows.lock);
	return &flow->exits;
}

/* Fresh flows used less time than others, and were not served since. */
bool varta_flows_any_fresh(void)
{
	struct varta_flow *flow;
	bool fresh;

	spin_lock(&flows.lock);
	flow = first_active();
	fresh = flow && flow->vtime <= flows.vtime;
	spin_unlock(&flows.lock);
	return fresh;
}

/**
 * varta_flows_next() - choose the flow to serve next
 * Return: the flow, to be given to varta_flow_served(); NULL if none is active.
 */
struct varta_flow *varta_flows_next(void)
{
	struct varta_flow *next;

	spin_lock(&flows.lock);
	next = first_active();
	if (next)
		flows.vtime = max(flows.vtime, next->vtime);
	free_unused_flows();
	spin_unlock(&flows.lock);
	return next;
}

const struct varta_event *varta_flow_first(struct varta_flow *flow)
{
	const struct varta_event *event;

	spin_lock(&flows.lock);
	event = list_first_entry_or_null(&flow->events, struct varta_event,
					 list);
	spin_unlock(&flows.lock);
	return event;
}

/* No other change of its agent may share it from now on. */
static void unqueue(struct varta_flow *flow, struct varta_event *event)
{
	struct varta_event **last = status_event_of(&event->info.agent);

	if (last && *last == event)
		*last = NULL;
	list_del(&event->list);
	flow->queued--;
}

struct varta_event *varta_flow_pop(struct varta_flow *flow)
{
	struct varta_event *event;

	spin_lock(&flows.lock);
	event = list_first_entry_or_null(&flow->events, struct varta_event,
					 list);
	if (event)
		unqueue(flow, event);
	spin_unlock(&flows.lock);
	return event;
}

/**
 * varta_flow_pop_alike() - take the first events as long as they are of one kind
 * @flow: the flow
 * @until: the time of the last event to take
 * @max: most events to take
 * @events: they are added at its end
 * Return: how many were taken.
 */
u32 varta_flow_pop_alike(struct varta_flow *flow, u64 until, u32 max,
			 struct list_head *events)
{
	struct varta_event *event, *next, *first = NULL;
	u32 taken = 0;

	spin_lock(&flows.lock);
	list_for_each_entry_safe(event, next, &flow->events, list) {
		first = first ?: event;
		if (taken == max || event->info.kind != first->info.kind ||
		    event->info.time_ns > until)
			break;
		unqueue(flow, event);
		list_add_tail(&event->list, events);
		taken++;
	}
	spin_unlock(&flows.lock);
	return taken;
}

/* Lets all other active flows go first. @flow is from varta_flows_next(). */
void varta_flow_postpone(struct varta_flow *flow)
{
	struct rb_node *last;

	spin_lock(&flows.lock);
	last = rb_last(&flows.active.rb_root);
	set_vtime(flow,
		  rb_entry(last, struct varta_flow, active_node)->vtime + 1);
	spin_unlock(&flows.lock);
}

/**
 * varta_flow_served() - charge a flow for what was done for it
 * @flow: the flow, which may be freed
 * @ns: time that it took
 */
void varta_flow_served(struct varta_flow *flow, u64 ns)
{
	spin_lock(&flows.lock);
	set_vtime(flow, flow->vtime + ns);
	if (list_empty(&flow->events) && list_empty(&flow->sent) &&
	    flow->exits.first == VARTA_NO_SLOT)
		deactivate(flow);
	spin_unlock(&flows.lock);
}
