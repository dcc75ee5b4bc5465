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

#include "genl.h"
#include "identity.h"
#include "settings.h"
#include "sysfs.h"
#include "varta.h"
#include "watch.h"

struct varta varta;

static int __init make_tracker(void)
{
	u32 capacity = varta_setting(VARTA_SET_CAPACITY);
	const struct varta_tracker_config config = {
		.generations		= &varta_process_generations,
		.counters		= &varta.counters,
		.capacity		= capacity,
		.eviction_scan_window	=
			varta_setting(VARTA_SET_EVICTION_SCAN_WINDOW),
		.eviction_policy = varta_setting(VARTA_SET_EVICTION_POLICY),
		.origin_takeover = varta_setting(VARTA_SET_ORIGIN_TAKEOVER),
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
	err = varta_sysfs_init();
	if (err)
		goto destroy_tracker;
	err = varta_watch_start();
	if (err)
		goto remove_sysfs;
	/*
	 * Last: from here on a dump can hold a reference to the module, which
	 * a failing init does not wait for.
	 */
	err = genl_register_family(&varta_nl_family);
	if (err)
		goto stop_watch;
	return 0;

stop_watch:
	varta_watch_stop();
remove_sysfs:
	varta_sysfs_exit();
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
	genl_unregister_family(&varta_nl_family);
	varta_sysfs_exit();
	varta_tracker_destroy(&varta.tracker);
	varta_counters_destroy(&varta.counters);
}

module_init(varta_init);
module_exit(varta_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Liveness of processes, attested by the kernel");
MODULE_AUTHOR("The varta developers");
MODULE_ALIAS_GENL_FAMILY(VARTA_FAMILY_NAME);
