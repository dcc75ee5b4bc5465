// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: its parameters, and its parts made in order and unmade in
 * reverse.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "genl.h"
#include "identity.h"
#include "sysfs.h"
#include "varta.h"
#include "watch.h"

enum {
	THRESHOLD_MS_MIN = 10,
	THRESHOLD_MS_MAX = 24 * 60 * 60 * 1000,
};

static unsigned int capacity = 4096;
module_param(capacity, uint, 0444);
MODULE_PARM_DESC(capacity, "Agents that there is room for, 1 to 4194304 (default 4096)");

static unsigned int threshold_ms = 5000;
module_param(threshold_ms, uint, 0444);
MODULE_PARM_DESC(threshold_ms, "Silence in milliseconds from which an agent is stalled, 10 to 86400000 (default 5000)");

struct varta varta;

static int __init check_parameter(const char *name, unsigned int value,
				  unsigned int min, unsigned int max)
{
	if (value >= min && value <= max)
		return 0;
	pr_err("%s=%u is out of range, %u to %u\n", name, value, min, max);
	return -EINVAL;
}

static int __init make_tracker(void)
{
	const struct varta_tracker_config config = {
		.generations		= &varta_process_generations,
		.counters		= &varta.counters,
		.capacity		= capacity,
		.eviction_scan_window	= 256,
		.eviction_policy	= VARTA_EVICT_STRICT,
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

	err = check_parameter("capacity", capacity, 1, VARTA_CAPACITY_MAX);
	if (err)
		return err;
	err = check_parameter("threshold_ms", threshold_ms, THRESHOLD_MS_MIN,
			      THRESHOLD_MS_MAX);
	if (err)
		return err;
	varta.threshold_ms = threshold_ms;

	err = varta_counters_init(&varta.counters);
	if (err)
		return err;
	err = make_tracker();
	if (err)
		goto destroy_counters;
	err = varta_sysfs_init();
	if (err)
		goto destroy_tracker;
	err = genl_register_family(&varta_nl_family);
	if (err)
		goto remove_sysfs;
	err = varta_watch_start();
	if (err)
		goto unregister_family;
	return 0;

unregister_family:
	genl_unregister_family(&varta_nl_family);
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
