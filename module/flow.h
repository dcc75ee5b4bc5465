/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows: the events of one user each, so that the events of one user do not
 * delay those of another. They know nothing of netlink, clocks or tasks.
 */
#ifndef _VARTA_FLOW_H
#define _VARTA_FLOW_H

#include <linux/list.h>
#include <linux/rbtree_types.h>

#include "agent.h"
#include "tracker.h"

enum varta_flow_limits {
	/* Events of a flow at most: so many, and two for each of its agents. */
	VARTA_FLOW_EVENTS = 16,
	/* Two for each user that the quota allows: some have no agent now. */
	VARTA_FLOWS_MAX = 2 * 65536,
};

/**
 * struct varta_event - one event that is to be sent
 * @list: in a list of its flow
 * @info: the event. @info.agent.id.netns is held, @info.agent.id.proc may be
 *	stale.
 * @seq: its number among events to the network namespace that it is sent to
 * @pid: pid of the agent in the initial pid namespace
 */
struct varta_event {
	struct list_head list;
	struct varta_event_info info;
	u64 seq;
	u32 pid;
};

/**
 * struct varta_flow - events and agents of one user
 * @node: in the hash table
 * @active_node: in the tree of flows with something to send if @active
 * @list: in the list of those that are to be freed, or empty
 * @events: as they were queued
 * @sent: events sent to the initial network namespace, and not yet to that of
 *	their agent. Only the worker uses it.
 * @exits: slots whose exit is not reported, by time. Only the worker uses it.
 * @vtime: time that the worker spent on the flow, and at least that of the
 *	flow that was served when this one got its first event
 * @key: &varta_agent_id.flow of its agents
 * @agents: number of its agents
 * @queued: number of @events
 * @active: has something to send
 */
struct varta_flow {
	struct hlist_node node;
	struct rb_node active_node;
	struct list_head list;
	struct list_head events;
	struct list_head sent;
	struct varta_slot_list exits;
	u64 vtime;
	u32 key;
	u32 agents;
	u32 queued;
	bool active;
};

int varta_flows_init(u32 max);
void varta_flows_exit(void);
void varta_flows_charge(u32 key);
void varta_flows_uncharge(u32 key);
struct varta_event *varta_event_alloc(gfp_t gfp);
void varta_event_free(struct varta_event *event);
bool varta_flows_have_room(u32 key);
bool varta_flows_add(struct varta_event *event);
bool varta_flows_add_end(struct varta_event *event);
void varta_flows_close(void);
struct varta_slot_list *varta_flows_exits_of(u32 key);
bool varta_flows_any_fresh(void);
struct varta_flow *varta_flows_next(void);
const struct varta_event *varta_flow_first(struct varta_flow *flow);
struct varta_event *varta_flow_pop(struct varta_flow *flow);
void varta_flow_postpone(struct varta_flow *flow);
void varta_flow_served(struct varta_flow *flow, u64 ns);

#endif /* _VARTA_FLOW_H */
