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

#include "notify.h"
#include "genl.h"
#include "attest.h"
#include "agent_attrs.h"
#include "multicast.h"
#include "netns_ref.h"
#include "varta.h"

/* Sets of the agents of an event are words. */
static_assert(sizeof(u64) * BITS_PER_BYTE >= VARTA_NOTIFY_AGENTS);

/**
 * varta_notify_begin() - begin to gather for one event
 * @events: sent, or never used
 * @command: what has happened, VARTA_CMD_..._NTF
 * @now: when it was found
 */
void varta_notify_begin(struct varta_notify_batch *events, u8 command, u64 now)
{
	events->command = command;
	events->now = now;
	events->count = 0;
}

/**
 * varta_notify_add() - add an agent to what will be told
 * @events: what is gathered
 * @agent: the agent, with its slot locked
 *
 * Context: any; does not sleep.
 * Return: whether there is room for another.
 */
bool varta_notify_add(struct varta_notify_batch *events,
		      const struct varta_agent_info *agent)
{
	events->agents[events->count] = *agent;
	events->numbers[events->count] = varta_pid_in_ns(&agent->id,
							 &init_pid_ns);
	varta_netns_get(agent->id.netns);
	return ++events->count < ARRAY_SIZE(events->agents);
}

/* The event for a namespace, with those agents of @set; NULL if it is lost. */
static struct sk_buff *build(const struct net *net,
			     const struct varta_notify_batch *events, u64 set)
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
static void send_to(struct net *net, const struct varta_notify_batch *events, u64 set)
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
static u64 same_netns_mask(const struct varta_notify_batch *events, u64 set)
{
	const struct varta_netns *netns = events->agents[__ffs64(set)].id.netns;
	u64 found = 0;

	for (; set; set &= set - 1) {
		u32 i = __ffs64(set);

		if (events->agents[i].id.netns == netns)
			found |= BIT_ULL(i);
	}
	return found;
}

/* Tell the agents' own namespaces. */
static void notify_agent_netns(const struct varta_notify_batch *events, u64 set)
{
	while (set) {
		u64 some = same_netns_mask(events, set);
		struct net *net;

		set &= ~some;
		net = varta_netns_get_net(events->agents[__ffs64(some)].id.netns);
		if (!net)
			continue;
		if (net != &init_net)
			send_to(net, events, some);
		put_net(net);
	}
}

/**
 * varta_notify_send() - tell what was gathered
 * @events: what was gathered; to be begun anew
 *
 * Context: process, may sleep.
 */
void varta_notify_send(struct varta_notify_batch *events)
{
	u64 all;
	u32 i;

	if (!events->count)
		return;
	all = GENMASK_ULL(events->count - 1, 0);
	send_to(&init_net, events, all);
	notify_agent_netns(events, all);
	for (i = 0; i < events->count; i++)
		varta_netns_put(events->agents[i].id.netns);
}
