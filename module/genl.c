// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/varta.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "genl.h"

#include <uapi/linux/varta.h>

/* Common nested types */
const struct nla_policy varta_lane_nl_policy[VARTA_A_LANE_ONLY_NEW + 1] = {
	[VARTA_A_LANE_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VARTA_A_LANE_NUMBER] = { .type = NLA_U32, },
	[VARTA_A_LANE_THRESHOLD_MS] = { .type = NLA_U32, },
	[VARTA_A_LANE_DEADLINE] = { .type = NLA_U64, },
	[VARTA_A_LANE_TID] = { .type = NLA_U32, },
	[VARTA_A_LANE_ONLY_NEW] = { .type = NLA_FLAG, },
};

const struct nla_policy varta_relayed_beat_nl_policy[VARTA_A_RELAYED_BEAT_START_TIME + 1] = {
	[VARTA_A_RELAYED_BEAT_STATUS] = { .type = NLA_U32, },
	[VARTA_A_RELAYED_BEAT_NONCE] = { .type = NLA_U64, },
	[VARTA_A_RELAYED_BEAT_TIMESTAMP] = { .type = NLA_U64, },
	[VARTA_A_RELAYED_BEAT_PAYLOAD] = { .type = NLA_U32, },
	[VARTA_A_RELAYED_BEAT_PID] = { .type = NLA_U32, },
	[VARTA_A_RELAYED_BEAT_FRAME] = { .type = NLA_BINARY, },
	[VARTA_A_RELAYED_BEAT_THRESHOLD_MS] = { .type = NLA_U32, },
	[VARTA_A_RELAYED_BEAT_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VARTA_A_RELAYED_BEAT_NS_INODE] = { .type = NLA_U64, },
	[VARTA_A_RELAYED_BEAT_START_TIME] = { .type = NLA_U64, },
};

/* VARTA_CMD_BEAT - do */
static const struct nla_policy varta_beat_nl_policy[VARTA_A_BEAT_LANE + 1] = {
	[VARTA_A_BEAT_STATUS] = { .type = NLA_U32, },
	[VARTA_A_BEAT_NONCE] = { .type = NLA_U64, },
	[VARTA_A_BEAT_TIMESTAMP] = { .type = NLA_U64, },
	[VARTA_A_BEAT_PAYLOAD] = { .type = NLA_U32, },
	[VARTA_A_BEAT_PID] = { .type = NLA_U32, },
	[VARTA_A_BEAT_FRAME] = { .type = NLA_BINARY, },
	[VARTA_A_BEAT_THRESHOLD_MS] = { .type = NLA_U32, },
	[VARTA_A_BEAT_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VARTA_A_BEAT_COMPACT] = { .type = NLA_BINARY, },
	[VARTA_A_BEAT_STALL_SIGNAL] = { .type = NLA_U32, },
	[VARTA_A_BEAT_KILL_AFTER_MS] = { .type = NLA_U32, },
	[VARTA_A_BEAT_EVEN_IF_STARVED] = { .type = NLA_FLAG, },
	[VARTA_A_BEAT_LANE] = NLA_POLICY_NESTED(varta_lane_nl_policy),
};

/* VARTA_CMD_AGENT_GET - do */
static const struct nla_policy varta_agent_get_do_nl_policy[VARTA_A_AGENTS_SOURCE + 1] = {
	[VARTA_A_AGENTS_PID] = { .type = NLA_U32, },
	[VARTA_A_AGENTS_SOURCE] = { .type = NLA_U32, },
};

/* VARTA_CMD_AGENT_GET - dump */
static const struct nla_policy varta_agent_get_dump_nl_policy[VARTA_A_AGENTS_STALLED + 1] = {
	[VARTA_A_AGENTS_STALLED] = { .type = NLA_FLAG, },
};

/* VARTA_CMD_CONFIG_SET - do */
static const struct nla_policy varta_config_set_nl_policy[VARTA_A_CONFIG_NOTIFY_PRIORITY + 1] = {
	[VARTA_A_CONFIG_CAPACITY] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_THRESHOLD_MS] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_EVICTION_POLICY] = NLA_POLICY_MAX(NLA_U32, 1),
	[VARTA_A_CONFIG_EVICTION_SCAN_WINDOW] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_ORIGIN_TAKEOVER] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_NAMESPACE_POLICY] = NLA_POLICY_MAX(NLA_U32, 2),
	[VARTA_A_CONFIG_TRACK_EXIT] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_MIN_THRESHOLD_MS] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_MAX_THRESHOLD_MS] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_MAX_AGENTS_PER_USER] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_MIN_BEAT_INTERVAL_MS] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_BEAT_RATE] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_BEAT_BURST] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_GOODBYE_EVENTS] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_THREAD_PRIORITY] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_STALL_ACTIONS] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_STALL_ACTIONS_PER_MINUTE] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_WARN_PERCENT] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_SOURCE_SILENCE_MS] = { .type = NLA_U32, },
	[VARTA_A_CONFIG_NOTIFY_PRIORITY] = { .type = NLA_U32, },
};

/* VARTA_CMD_BYE - do */
static const struct nla_policy varta_bye_nl_policy[VARTA_A_BEAT_PID + 1] = {
	[VARTA_A_BEAT_PID] = { .type = NLA_U32, },
};

/* VARTA_CMD_RELAY - do */
static const struct nla_policy varta_relay_nl_policy[VARTA_A_RELAY_BEAT + 1] = {
	[VARTA_A_RELAY_SOURCE] = { .type = NLA_U32, },
	[VARTA_A_RELAY_BEAT] = NLA_POLICY_NESTED(varta_relayed_beat_nl_policy),
};

/* VARTA_CMD_STATS_TAKE - do */
static const struct nla_policy varta_stats_take_nl_policy[VARTA_A_STATS_COUNTER + 1] = {
	[VARTA_A_STATS_COUNTER] = { .type = NLA_U32, },
};

/* VARTA_CMD_EVENT_GET - dump */
static const struct nla_policy varta_event_get_nl_policy[VARTA_A_AGENTS_SINCE + 1] = {
	[VARTA_A_AGENTS_SINCE] = { .type = NLA_U64, },
};

/* VARTA_CMD_MAP - do */
static const struct nla_policy varta_map_nl_policy[VARTA_A_MAP_LANES + 1] = {
	[VARTA_A_MAP_LANES] = NLA_POLICY_RANGE(NLA_U32, 1, 1023),
};

/* Ops table for varta */
static const struct genl_split_ops varta_nl_ops[] = {
	{
		.cmd		= VARTA_CMD_BEAT,
		.doit		= varta_nl_beat_doit,
		.policy		= varta_beat_nl_policy,
		.maxattr	= VARTA_A_BEAT_LANE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_AGENT_GET,
		.doit		= varta_nl_agent_get_doit,
		.policy		= varta_agent_get_do_nl_policy,
		.maxattr	= VARTA_A_AGENTS_SOURCE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_AGENT_GET,
		.start		= varta_nl_agent_get_start,
		.dumpit		= varta_nl_agent_get_dumpit,
		.done		= varta_nl_agent_get_done,
		.policy		= varta_agent_get_dump_nl_policy,
		.maxattr	= VARTA_A_AGENTS_STALLED,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= VARTA_CMD_STATS_GET,
		.doit	= varta_nl_stats_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= VARTA_CMD_CONFIG_GET,
		.doit	= varta_nl_config_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_CONFIG_SET,
		.doit		= varta_nl_config_set_doit,
		.policy		= varta_config_set_nl_policy,
		.maxattr	= VARTA_A_CONFIG_NOTIFY_PRIORITY,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_BYE,
		.doit		= varta_nl_bye_doit,
		.policy		= varta_bye_nl_policy,
		.maxattr	= VARTA_A_BEAT_PID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_RELAY,
		.doit		= varta_nl_relay_doit,
		.policy		= varta_relay_nl_policy,
		.maxattr	= VARTA_A_RELAY_BEAT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_STATS_TAKE,
		.doit		= varta_nl_stats_take_doit,
		.policy		= varta_stats_take_nl_policy,
		.maxattr	= VARTA_A_STATS_COUNTER,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_EVENT_GET,
		.start		= varta_nl_event_get_start,
		.dumpit		= varta_nl_event_get_dumpit,
		.done		= varta_nl_event_get_done,
		.policy		= varta_event_get_nl_policy,
		.maxattr	= VARTA_A_AGENTS_SINCE,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= VARTA_CMD_GAP_RESET,
		.doit	= varta_nl_gap_reset_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VARTA_CMD_MAP,
		.doit		= varta_nl_map_doit,
		.policy		= varta_map_nl_policy,
		.maxattr	= VARTA_A_MAP_LANES,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group varta_nl_mcgrps[] = {
	[VARTA_NLGRP_EVENTS] = { "events", },
};

struct genl_family varta_nl_family __ro_after_init = {
	.name		= VARTA_FAMILY_NAME,
	.version	= VARTA_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= varta_nl_ops,
	.n_split_ops	= ARRAY_SIZE(varta_nl_ops),
	.mcgrps		= varta_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(varta_nl_mcgrps),
};
