/* SPDX-License-Identifier: GPL-2.0-only */
/* The attribute set "agent", which replies and events share. */
#ifndef _VARTA_AGENT_ATTRS_H
#define _VARTA_AGENT_ATTRS_H

#include <net/netlink.h>

#include "agent.h"

struct net;
struct pid_namespace;
struct user_namespace;
struct varta_event;

/**
 * struct varta_view - how a reader sees an agent
 * @event: the event, NULL in a reply about agents
 * @now: time of the reply or event, CLOCK_MONOTONIC in nanoseconds
 * @pid: pid of the agent for the reader, 0 to omit it
 * @pid_ns: pid namespace of the reader, NULL if unknown
 * @user_ns: user namespace of the reader
 */
struct varta_view {
	const struct varta_event *event;
	u64 now;
	u32 pid;
	struct pid_namespace *pid_ns;
	struct user_namespace *user_ns;
};

size_t varta_agent_nest_size(void);
int varta_put_agent(struct sk_buff *skb, const struct varta_agent_info *agent,
		    const struct varta_view *view);
int varta_put_event(struct sk_buff *skb, const struct varta_event *event,
		    const struct net *net);

#endif /* _VARTA_AGENT_ATTRS_H */
