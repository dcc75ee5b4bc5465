// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast events. The listeners in the initial network namespace are told of
 * all agents. Those in an agent's own network namespace are told of that agent,
 * without its number outside: what pid namespace a listener is in cannot be had
 * from the kernel, so the network namespace is the boundary.
 */

#include <linux/pid_namespace.h>
#include <net/genetlink.h>

#include "events.h"
#include "genl.h"
#include "identity.h"
#include "message.h"
#include "nets.h"
#include "varta.h"

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

/* Tell a namespace of @count agents from the one numbered @first on. */
static void send_to(struct net *net, const struct varta_events *events,
		    u32 first, u32 count)
{
	struct sk_buff *skb;
	void *header;
	u32 i;

	if (!genl_has_listeners(&varta_nl_family, net, VARTA_NLGRP_EVENTS))
		return;
	skb = genlmsg_new(count * varta_agent_nest_size(), GFP_KERNEL);
	if (!skb)
		goto lost;
	header = genlmsg_put(skb, 0, 0, &varta_nl_family, 0, events->command);
	if (!header)
		goto free;
	for (i = first; i < first + count; i++) {
		u32 number = net == &init_net ? events->numbers[i] : 0;

		if (varta_put_agent(skb, &events->agents[i], number,
				    events->now))
			goto free;
	}
	genlmsg_end(skb, header);
	/* A listener whose socket is full learns from the socket that it was. */
	genlmsg_multicast_netns(&varta_nl_family, net, skb, 0,
				VARTA_NLGRP_EVENTS, GFP_KERNEL);
	return;

free:
	nlmsg_free(skb);
lost:
	varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST, count);
}

/**
 * varta_events_send() - tell what was gathered, and begin anew
 * @events: what was gathered
 *
 * Nothing is built when nobody listens.
 *
 * Context: process, may sleep.
 */
void varta_events_send(struct varta_events *events)
{
	u32 i;

	if (events->count)
		send_to(&init_net, events, 0, events->count);
	for (i = 0; i < events->count; i++) {
		struct net *net = varta_net_get(events->agents[i].id.home);

		if (net && net != &init_net)
			send_to(net, events, i, 1);
		if (net)
			put_net(net);
		varta_net_release(events->agents[i].id.home);
	}
	events->count = 0;
}
