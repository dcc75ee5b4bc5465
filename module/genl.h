/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/varta.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VARTA_GEN_H
#define _LINUX_VARTA_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/varta.h>

/* Common nested types */
extern const struct nla_policy varta_lane_nl_policy[VARTA_A_LANE_ONLY_NEW + 1];
extern const struct nla_policy varta_relayed_beat_nl_policy[VARTA_A_RELAYED_BEAT_START_TIME + 1];

int varta_nl_agent_get_start(struct netlink_callback *cb);
int varta_nl_event_get_start(struct netlink_callback *cb);
int varta_nl_agent_get_done(struct netlink_callback *cb);
int varta_nl_event_get_done(struct netlink_callback *cb);

int varta_nl_beat_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_agent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int varta_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_bye_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_relay_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_stats_take_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_event_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int varta_nl_gap_reset_doit(struct sk_buff *skb, struct genl_info *info);
int varta_nl_map_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VARTA_NLGRP_EVENTS,
};

extern struct genl_family varta_nl_family;

#endif /* _LINUX_VARTA_GEN_H */
