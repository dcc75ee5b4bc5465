// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast events. The listeners in the initial network namespace are told of
 * all agents. Those in an agent's own network namespace are told of that agent,
 * without its number outside: what pid namespace a listener is in cannot be had
 * from the kernel, so the network namespace is the boundary.
 */

#include <linux/bits.h>
#include <linux/pid_namespace.h>
#include <net/genetlink.h>

#include "events.h"
#include "genl.h"
#include "identity.h"
#include "message.h"
#include "multicast.h"
#include "nets.h"
#include "varta.h"

/* Sets of the agents of an event are words. */
static_assert(sizeof(u64) * BITS_PER_BYTE >= VARTA_EVENT_AGENTS);

/**
 * varta_events_begin() - begin to gather for one event
 * @events: sent, or never used
 * @command: what has happened, VARTA_CMD_..._NTF
 * @now: when it was found
 */
void varta_events_begin(struct varta_events *events, u8 command, u64 now)
{
	events->command = command;
	events->now = now;
	events->count = 0;
}

/**
 * varta_events_add() - add an agent to what will be told
 * @events: what is gathered
 * @agent: the agent, with its slot locked
 *
 * Context: any; does not sleep.
 * Return: whether there is room for another.
 */
bool varta_events_add(struct varta_events *events,
		      const struct varta_agent *agent)
{
	events->agents[events->count] = *agent;
	events->numbers[events->count] = varta_number_in(&agent->id,
							 &init_pid_ns);
	varta_net_hold(agent->id.home);
	return ++events->count < ARRAY_SIZE(events->agents);
}

/* The event for a namespace, with those agents of @set; NULL if it is lost. */
static struct sk_buff *build(const struct net *net,
			     const struct varta_events *events, u64 set)
{
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(hweight64(set) * varta_agent_nest_size(), GFP_KERNEL);
	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &varta_nl_family, 0, events->command);
	if (!header)
		goto free;
	for (; set; set &= set - 1) {
		u32 i = __ffs64(set);
		u32 number = net == &init_net ? events->numbers[i] : 0;

		if (varta_put_agent(skb, &events->agents[i], number,
				    events->now))
			goto free;
	}
	genlmsg_end(skb, header);
	return skb;

free:
	nlmsg_free(skb);
	return NULL;
}

/* Tell a namespace of the agents in @set. Nothing is built for nobody. */
static void send_to(struct net *net, const struct varta_events *events, u64 set)
{
	struct sk_buff *skb;
	u32 missed;

	if (!genl_has_listeners(&varta_nl_family, net, VARTA_NLGRP_EVENTS))
		return;
	skb = build(net, events, set);
	if (!skb) {
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST,
				 hweight64(set));
		return;
	}
	/* Who missed it learns that from the socket; here it is counted. */
	missed = varta_multicast(net, skb);
	if (missed)
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_MISSED,
				 missed * hweight64(set));
}

/* Those agents of @set that live where its first does. */
static u64 neighbours(const struct varta_events *events, u64 set)
{
	u64 home = events->agents[__ffs64(set)].id.home;
	u64 found = 0;

	for (; set; set &= set - 1) {
		u32 i = __ffs64(set);

		if (events->agents[i].id.home == home)
			found |= BIT_ULL(i);
	}
	return found;
}

/* Tell the agents' own namespaces. */
static void send_home(const struct varta_events *events, u64 set)
{
	while (set) {
		u64 some = neighbours(events, set);
		struct net *net;

		set &= ~some;
		net = varta_net_get(events->agents[__ffs64(some)].id.home);
		if (!net)
			continue;
		if (net != &init_net)
			send_to(net, events, some);
		put_net(net);
	}
}

/**
 * varta_events_send() - tell what was gathered
 * @events: what was gathered; to be begun anew
 *
 * Context: process, may sleep.
 */
void varta_events_send(struct varta_events *events)
{
	u64 all;
	u32 i;

	if (!events->count)
		return;
	all = GENMASK_ULL(events->count - 1, 0);
	send_to(&init_net, events, all);
	send_home(events, all);
	for (i = 0; i < events->count; i++)
		varta_net_release(events->agents[i].id.home);
}
