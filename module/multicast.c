// SPDX-License-Identifier: GPL-2.0-only
/*
 * A multicast for those with the right to hear it, which says how many of them
 * missed it. A socket whose buffer is
 * full is passed over, and its owner learns by ENOBUFS that it was, but netlink
 * does not say so to the sender. Its filter, which is asked about each listener
 * in turn, is a chance to see whether the one before has a drop more than when
 * it was asked about.
 *
 * Before 6.8 there is no such filter for generic netlink, and the compat header
 * does without. What is said there is whether a listener missed it of those that
 * asked for it to be said, by the socket option NETLINK_BROADCAST_ERROR.
 */

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "genl.h"
#include "multicast.h"

/* Where a message is on its way round the listeners. */
struct delivery {
	/* Where it is told. */
	const struct net *net;
	/* Held; the one it was handed to last. */
	struct sock *listener;
	int drops;
	u32 missed;
};

static int drops_of(const struct sock *listener)
{
	return atomic_read(&listener->sk_drops);
}

static void settle(struct delivery *delivery)
{
	if (!delivery->listener)
		return;
	if (drops_of(delivery->listener) != delivery->drops)
		delivery->missed++;
	sock_put(delivery->listener);
	delivery->listener = NULL;
}

/*
 * The kernel looks for the right to listen when a socket joins a group. But
 * anybody can join numbers that no group has yet.
 */
static bool may_listen(const struct sock *listener, const struct net *net)
{
	const struct socket *socket = listener->sk_socket;

	return socket && socket->file &&
	       file_ns_capable(socket->file, net->user_ns, CAP_NET_ADMIN);
}

static int note_listener(struct sock *listener, struct sk_buff *skb, void *data)
{
	struct delivery *delivery = data;

	settle(delivery);
	if (!may_listen(listener, delivery->net))
		return 1;
	sock_hold(listener);
	delivery->listener = listener;
	delivery->drops = drops_of(listener);
	return 0;
}

/**
 * varta_multicast() - tell the listeners of a namespace
 * @net: the network namespace
 * @skb: the event; consumed
 *
 * Context: process, may sleep.
 * Return: how many listeners missed it, as far as can be told: a drop of another
 * family's on the same socket at this moment counts, too.
 */
u32 varta_multicast(struct net *net, struct sk_buff *skb)
{
	struct delivery delivery = { .net = net };
	int err;

	err = genlmsg_multicast_netns_filtered(&varta_nl_family, net, skb, 0,
					       VARTA_NLGRP_EVENTS, GFP_KERNEL,
					       note_listener, &delivery);
	settle(&delivery);
	if (err == -ENOBUFS && !delivery.missed)
		return 1;
	return delivery.missed;
}
