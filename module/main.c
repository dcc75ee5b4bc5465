// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: its parts, made in order and unmade in reverse. Its parameters
 * are in settings.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "exits.h"
#include "identity.h"
#include "nets.h"
#include "netlink.h"
#include "settings.h"
#include "sysfs.h"
#include "users.h"
#include "varta.h"
#include "watch.h"

struct varta varta;

static bool admit_agent(const struct varta_identity *id)
{
	if (!varta_user_admit(id->uid))
		return false;
	varta_net_hold(id->home);
	return true;
}

static void agent_leaves(const struct varta_identity *id)
{
	varta_user_leave(id->uid);
	varta_net_release(id->home);
}

static bool replace_agent(const struct varta_identity *old,
			  const struct varta_identity *id)
{
	if (!varta_user_replace(old->uid, id->uid))
		return false;
	varta_net_hold(id->home);
	varta_net_release(old->home);
	return true;
}

static const struct varta_generation_ops generation_ops = {
	.hold		= varta_process_hold,
	.release	= varta_process_release,
	.look		= varta_process_look,
	.admit		= admit_agent,
	.leave		= agent_leaves,
	.replace	= replace_agent,
	.sooner		= varta_watch_sooner,
};

static int __init make_tracker(void)
{
	u32 capacity = varta_setting(VARTA_SET_CAPACITY);
	const struct varta_tracker_config config = {
		.generations		= &generation_ops,
		.counters		= &varta.counters,
		.capacity		= capacity,
		.eviction_scan_window	=
			varta_setting(VARTA_SET_EVICTION_SCAN_WINDOW),
		.eviction_policy = varta_setting(VARTA_SET_EVICTION_POLICY),
		.origin_takeover = varta_setting(VARTA_SET_ORIGIN_TAKEOVER),
		.own_numbers = varta_setting(VARTA_SET_NAMESPACE_POLICY) ==
			       VARTA_NAMESPACE_POLICY_PIN,
	};
	size_t need = varta_tracker_bytes(capacity);
	long available = si_mem_available();
	int err = -ENOMEM;

	/* Asked first: an allocation on this scale can hurt before it fails. */
	if (available > 0 && need >> PAGE_SHIFT < (unsigned long)available)
		err = varta_tracker_init(&varta.tracker, &config);
	if (err == -ENOMEM)
		pr_err("capacity=%u takes %zu MiB of memory, more than can be had\n",
		       capacity, need >> 20);
	return err;
}

static int __init varta_init(void)
{
	int err;

	err = varta_counters_init(&varta.counters);
	if (err)
		return err;
	err = make_tracker();
	if (err)
		goto destroy_counters;
	err = varta_users_init(varta_setting(VARTA_SET_CAPACITY));
	if (err)
		goto destroy_tracker;
	err = varta_nets_init();
	if (err)
		goto destroy_users;
	err = varta_sysfs_init();
	if (err)
		goto exit_nets;
	err = varta_watch_start();
	if (err)
		goto remove_sysfs;
	err = varta_exits_init();
	if (err)
		goto stop_watch;
	/*
	 * Last: from here on a dump can hold a reference to the module, which
	 * a failing init does not wait for.
	 */
	err = varta_netlink_init();
	if (err)
		goto exit_exits;
	return 0;

exit_exits:
	varta_exits_exit();
stop_watch:
	varta_watch_stop();
remove_sysfs:
	varta_sysfs_exit();
exit_nets:
	varta_nets_exit();
destroy_users:
	varta_users_exit();
destroy_tracker:
	varta_tracker_destroy(&varta.tracker);
destroy_counters:
	varta_counters_destroy(&varta.counters);
	return err;
}

static void __exit varta_exit(void)
{
	/* It sends to the family's group, so it ends before the family. */
	varta_watch_stop();
	varta_netlink_exit();
	varta_exits_exit();
	varta_sysfs_exit();
	/* Its agents leave their users and namespaces. */
	varta_tracker_destroy(&varta.tracker);
	varta_nets_exit();
	varta_users_exit();
	varta_counters_destroy(&varta.counters);
}

module_init(varta_init);
module_exit(varta_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Liveness of processes, attested by the kernel");
MODULE_AUTHOR("The varta developers");
MODULE_VERSION(VARTA_VERSION);
MODULE_ALIAS_GENL_FAMILY(VARTA_FAMILY_NAME);
