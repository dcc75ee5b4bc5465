/* SPDX-License-Identifier: GPL-2.0-only */
/* Handing an event to those who listen, and seeing who could not take it. */
#ifndef _VARTA_MULTICAST_H
#define _VARTA_MULTICAST_H

#include <linux/types.h>

struct net;
struct sk_buff;

u32 varta_multicast(struct net *net, struct sk_buff *skb);

#endif /* _VARTA_MULTICAST_H */
