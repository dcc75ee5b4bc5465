// SPDX-License-Identifier: GPL-2.0-only
/*
 * A generic netlink family with the operations and policies of varta, whose
 * handlers do nothing. The bench measures with it what netlink itself costs.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "genl.h"

static int do_nothing(struct sk_buff *skb, struct genl_info *info)
{
	return 0;
}

typeof(do_nothing) varta_nl_beat_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_agent_get_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_stats_get_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_config_get_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_config_set_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_bye_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_relay_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_stats_take_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_gap_reset_doit __alias(do_nothing);
typeof(do_nothing) varta_nl_map_doit __alias(do_nothing);

static int dump_nothing(struct netlink_callback *cb)
{
	return 0;
}

typeof(dump_nothing) varta_nl_agent_get_start __alias(dump_nothing);
typeof(dump_nothing) varta_nl_agent_get_done __alias(dump_nothing);
typeof(dump_nothing) varta_nl_event_get_start __alias(dump_nothing);
typeof(dump_nothing) varta_nl_event_get_done __alias(dump_nothing);

int varta_nl_agent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}

int varta_nl_event_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}

static int __init empty_init(void)
{
	strscpy(varta_nl_family.name, "varta-empty",
		sizeof(varta_nl_family.name));
	return genl_register_family(&varta_nl_family);
}

static void __exit empty_exit(void)
{
	genl_unregister_family(&varta_nl_family);
}

module_init(empty_init);
module_exit(empty_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Netlink family that does nothing, for varta's bench");
MODULE_AUTHOR("The varta developers");
