// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast events. They go to the listeners in the initial network namespace.
 */

#include <net/genetlink.h>

#include "events.h"
#include "genl.h"
#include "message.h"
#include "varta.h"

static struct sk_buff *build_stalls(const struct varta_agent *agents,
				    u32 count, u64 now)
{
	struct sk_buff *skb;
	void *header;
	u32 i;

	skb = genlmsg_new(count * varta_agent_nest_size(), GFP_KERNEL);
	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &varta_nl_family, 0,
			     VARTA_CMD_STALL_NTF);
	if (!header)
		goto free;
	for (i = 0; i < count; i++) {
		if (varta_put_agent(skb, &agents[i], now))
			goto free;
	}
	genlmsg_end(skb, header);
	return skb;

free:
	nlmsg_free(skb);
	return NULL;
}

/**
 * varta_send_stalls() - tell the listeners of agents that are newly stalled
 * @agents: the agents; their generations are not looked at
 * @count: how many, at most VARTA_EVENT_AGENTS
 * @now: when their stalls were found
 *
 * Nothing is built when nobody listens. A listener whose socket is full learns
 * from the socket that it has missed something; the ledger still has it.
 *
 * Context: process, may sleep.
 */
void varta_send_stalls(const struct varta_agent *agents, u32 count, u64 now)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&varta_nl_family, &init_net,
				VARTA_NLGRP_EVENTS))
		return;
	skb = build_stalls(agents, count, now);
	if (!skb) {
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST,
				 count);
		return;
	}
	genlmsg_multicast_netns(&varta_nl_family, &init_net, skb, 0,
				VARTA_NLGRP_EVENTS, GFP_KERNEL);
}
