/* SPDX-License-Identifier: GPL-2.0-only */
/* The attribute set "notice": events that are not about an agent. */
#ifndef _VARTA_NOTICE_ATTRS_H
#define _VARTA_NOTICE_ATTRS_H

#include <net/netlink.h>

struct net;
struct varta_event;

size_t varta_notice_nest_size(void);
int varta_put_notice(struct sk_buff *skb, const struct varta_event *event,
		     const struct net *net);

#endif /* _VARTA_NOTICE_ATTRS_H */
