/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the attribute set "agent", which replies and events share. */
#ifndef _VARTA_AGENT_ATTRS_H
#define _VARTA_AGENT_ATTRS_H

#include <net/netlink.h>

#include "agent.h"

struct net;
struct pid_namespace;
struct user_namespace;
struct varta_event;

struct varta_view {
	const struct varta_event *event;	/* NULL in a reply about agents */
	u64 now;				/* CLOCK_MONOTONIC, ns */
	u32 pid;				/* 0 to omit it */
	struct pid_namespace *pid_ns;		/* NULL if unknown */
	struct user_namespace *user_ns;
	const struct varta_stall_info *stall;	/* NULL if it is not stalled */
	const char *stack;			/* NULL if there is none */
};

size_t varta_agent_nest_size(void);
int varta_put_agent(struct sk_buff *skb, const struct varta_agent_info *agent,
		    const struct varta_view *view);
int varta_put_event(struct sk_buff *skb, const struct varta_event *event,
		    const struct net *net);

#endif /* _VARTA_AGENT_ATTRS_H */
