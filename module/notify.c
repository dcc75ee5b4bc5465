// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast events and their listeners. Listeners in the initial network
 * namespace get events about all agents. Listeners in an agent's own network
 * namespace get events about that agent, without its host pid: the kernel does
 * not provide a listener's pid namespace, so the network namespace decides.
 */

#include <linux/bits.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/pid_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "notify.h"
#include "genl.h"
#include "attest.h"
#include "agent_attrs.h"
#include "netns_ref.h"
#include "varta.h"

/* Sets of agents in a batch are bit masks. */
static_assert(sizeof(u64) * BITS_PER_BYTE >= VARTA_NOTIFY_AGENTS);

void varta_notify_begin(struct varta_notify_batch *batch, u8 command, u64 now)
{
	batch->command = command;
	batch->now = now;
	batch->count = 0;
}

/* Adds an agent whose slot is locked. Returns whether there is room for more. */
bool varta_notify_add(struct varta_notify_batch *batch,
		      const struct varta_agent_info *agent)
{
	batch->agents[batch->count] = *agent;
	batch->pids[batch->count] = varta_pid_in_ns(&agent->id, &init_pid_ns);
	varta_netns_get(agent->id.netns);
	return ++batch->count < ARRAY_SIZE(batch->agents);
}

/* A multicast on its way from listener to listener. */
struct delivery {
	const struct net *net;
	/* The last one that got it, held, and its sk_drops before that. */
	struct sock *listener;
	int drops;
	u32 missed;
};

static int drops_of(const struct sock *listener)
{
	return atomic_read(&listener->sk_drops);
}

static void account_drops(struct delivery *delivery)
{
	if (!delivery->listener)
		return;
	if (drops_of(delivery->listener) != delivery->drops)
		delivery->missed++;
	sock_put(delivery->listener);
	delivery->listener = NULL;
}

/*
 * The netlink core checks the capability when a socket joins a group, but a
 * socket may join a number that no group has yet.
 */
static bool may_listen(const struct sock *listener, const struct net *net)
{
	const struct socket *socket = listener->sk_socket;

	return socket && socket->file &&
	       file_ns_capable(socket->file, net->user_ns, CAP_NET_ADMIN);
}

/* Called before each delivery. Returns nonzero to skip the listener. */
static int filter_listener(struct sock *listener, struct sk_buff *skb,
			   void *data)
{
	struct delivery *delivery = data;

	account_drops(delivery);
	if (!may_listen(listener, delivery->net))
		return 1;
	sock_hold(listener);
	delivery->listener = listener;
	delivery->drops = drops_of(listener);
	return 0;
}

/*
 * Sends @skb to the listeners in @net. Returns how many missed it because their
 * buffer was full. Netlink does not report that, so the filter looks whether
 * the previous listener's drops increased; a drop of another family's message
 * at that moment counts too. Before 6.8 no filter is called. Then 1 stands for
 * all listeners that set NETLINK_BROADCAST_ERROR.
 */
static u32 multicast(struct net *net, struct sk_buff *skb)
{
	struct delivery delivery = { .net = net };
	int err;

	err = genlmsg_multicast_netns_filtered(&varta_nl_family, net, skb, 0,
					       VARTA_NLGRP_EVENTS, GFP_KERNEL,
					       filter_listener, &delivery);
	account_drops(&delivery);
	if (err == -ENOBUFS && !delivery.missed)
		return 1;
	return delivery.missed;
}

/* The event for @net with the agents in @mask; NULL if out of memory. */
static struct sk_buff *build(const struct net *net,
			     const struct varta_notify_batch *batch, u64 mask)
{
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(hweight64(mask) * varta_agent_nest_size(), GFP_KERNEL);
	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &varta_nl_family, 0, batch->command);
	if (!header)
		goto free;
	for (; mask; mask &= mask - 1) {
		u32 i = __ffs64(mask);
		u32 pid = net == &init_net ? batch->pids[i] : 0;

		if (varta_put_agent(skb, &batch->agents[i], pid, batch->now))
			goto free;
	}
	genlmsg_end(skb, header);
	return skb;

free:
	nlmsg_free(skb);
	return NULL;
}

static void notify_netns(struct net *net,
			 const struct varta_notify_batch *batch, u64 mask)
{
	struct sk_buff *skb;
	u32 missed;

	if (!genl_has_listeners(&varta_nl_family, net, VARTA_NLGRP_EVENTS))
		return;
	skb = build(net, batch, mask);
	if (!skb) {
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST,
				 hweight64(mask));
		return;
	}
	missed = multicast(net, skb);
	if (missed)
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_MISSED,
				 missed * hweight64(mask));
}

/* The agents in @mask that have the network namespace of the first one. */
static u64 same_netns_mask(const struct varta_notify_batch *batch, u64 mask)
{
	const struct varta_netns *netns = batch->agents[__ffs64(mask)].id.netns;
	u64 found = 0;

	for (; mask; mask &= mask - 1) {
		u32 i = __ffs64(mask);

		if (batch->agents[i].id.netns == netns)
			found |= BIT_ULL(i);
	}
	return found;
}

static void notify_agent_netns(const struct varta_notify_batch *batch, u64 mask)
{
	while (mask) {
		u64 same = same_netns_mask(batch, mask);
		struct net *net;

		mask &= ~same;
		net = varta_netns_get_net(batch->agents[__ffs64(same)].id.netns);
		if (!net)
			continue;
		if (net != &init_net)
			notify_netns(net, batch, same);
		put_net(net);
	}
}

/* May sleep. varta_notify_begin() starts the batch again. */
void varta_notify_send(struct varta_notify_batch *batch)
{
	u64 all;
	u32 i;

	if (!batch->count)
		return;
	all = GENMASK_ULL(batch->count - 1, 0);
	notify_netns(&init_net, batch, all);
	notify_agent_netns(batch, all);
	for (i = 0; i < batch->count; i++)
		varta_netns_put(batch->agents[i].id.netns);
}
