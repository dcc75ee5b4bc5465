/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flow has the events of one user, which must not delay those of others. Only
 * varta_flows_init() and varta_flows_exit() sleep.
 */
#ifndef _VARTA_FLOW_H
#define _VARTA_FLOW_H

#include <linux/list.h>
#include <linux/rbtree_types.h>

#include "agent.h"
#include "tracker.h"

enum varta_flow_limits {
	VARTA_FLOW_EVENTS = 16,		/* and two for each of its agents */
	VARTA_FLOWS_MAX = 2 * 65536,	/* twice the users of the quota */
};

struct varta_event {
	struct list_head list;
	struct varta_event_info info;	/* holds netns; proc may be stale */
	u64 seq;	/* in the network namespace that it is sent to */
	u32 pid;	/* in the initial pid namespace */
	bool after_terminal;	/* a terminal beat was queued before it */
};

struct varta_flow {
	struct hlist_node node;		/* in the hash table */
	struct rb_node active_node;	/* if @active */
	struct list_head list;		/* of unused flows, or empty */
	struct list_head events;
	/* Only the worker uses these two. */
	struct list_head sent;		/* not yet to their agent's netns */
	struct varta_slot_list exits;	/* not reported, by time */
	u64 vtime;			/* spent on it, at least flows.vtime */
	u32 key;			/* &varta_agent_id.flow_key */
	u32 agents;
	u32 queued;			/* number of @events */
	bool active;			/* has something to send */
};

int varta_flows_init(u32 max, u32 slots);
void varta_flows_exit(void);
void varta_flows_charge(u32 key);
void varta_flows_uncharge(u32 key);
struct varta_event *varta_event_alloc(gfp_t gfp);
void varta_event_free(struct varta_event *event);
bool varta_flows_have_room(u32 key);
bool varta_flows_add(struct varta_event *event);
bool varta_flows_add_end(struct varta_event *event);
bool varta_flows_merge(const struct varta_event_info *info);
void varta_flows_close(void);

/* Only the worker calls these. */
struct varta_slot_list *varta_flows_exits_of(u32 key);
bool varta_flows_any_fresh(void);
struct varta_flow *varta_flows_next(void);
const struct varta_event *varta_flow_first(struct varta_flow *flow);
struct varta_event *varta_flow_pop(struct varta_flow *flow);
u32 varta_flow_pop_alike(struct varta_flow *flow, u64 until, u32 max,
			 struct list_head *events);
void varta_flow_postpone(struct varta_flow *flow);
void varta_flow_served(struct varta_flow *flow, u64 ns);

#endif /* _VARTA_FLOW_H */
