/* SPDX-License-Identifier: GPL-2.0-only */
/* The attribute set "agent", which replies and events share. */
#ifndef _VARTA_AGENT_ATTRS_H
#define _VARTA_AGENT_ATTRS_H

#include <net/netlink.h>

#include "agent.h"

size_t varta_agent_nest_size(void);
int varta_put_agent(struct sk_buff *skb, const struct varta_agent_info *agent,
		    u32 pid, u64 now);

#endif /* _VARTA_AGENT_ATTRS_H */
