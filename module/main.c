// SPDX-License-Identifier: GPL-2.0-only

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/net.h>
#include <net/genetlink.h>

#include "attest.h"
#include "audit.h"
#include "event_log.h"
#include "exit_probe.h"
#include "flow.h"
#include "netlink.h"
#include "netns_ref.h"
#include "notify.h"
#include "params.h"
#include "ratelimit.h"
#include "source.h"
#include "stall_thread.h"
#include "sysfs.h"
#include "user_quota.h"
#include "varta.h"

enum {
#define X(NAME, name, value, min, max, ...) NAME##_MAX = (max),
	VARTA_SETTINGS(X)
#undef X
};

static_assert((int)CAPACITY_MAX == (int)VARTA_CAPACITY_MAX);
static_assert((int)STALL_ACTIONS_PER_MINUTE_MAX ==
	      (int)VARTA_ACTIONS_PER_MINUTE_MAX);

struct varta_module varta;

static bool try_charge_agent(const struct varta_agent_id *id)
{
	if (!varta_quota_try_charge(id->uid))
		return false;
	varta_flows_charge(id->flow_key);
	varta_source_charge(id->source, ktime_get_ns());
	varta_netns_get(id->netns);
	return true;
}

static void uncharge_agent(const struct varta_agent_id *id)
{
	varta_quota_uncharge(id->uid);
	varta_flows_uncharge(id->flow_key);
	varta_source_uncharge(id->source);
	varta_netns_put(id->netns);
}

static bool transfer_charge(const struct varta_agent_id *old,
			    const struct varta_agent_id *id)
{
	if (!varta_quota_transfer(old->uid, id->uid))
		return false;
	varta_flows_charge(id->flow_key);
	varta_source_charge(id->source, ktime_get_ns());
	varta_netns_get(id->netns);
	return true;
}

static void end_transfer(const struct varta_agent_id *old)
{
	varta_flows_uncharge(old->flow_key);
	varta_source_uncharge(old->source);
	varta_netns_put(old->netns);
}

static void sample_again(const struct varta_agent_info *agent, u64 now,
			 struct varta_stall_info *info)
{
	varta_stall_sample(agent, now, false, info);
}

static u64 read_clock(void)
{
	return ktime_get_ns();
}

static const struct varta_tracker_ops tracker_ops = {
	.get_proc	 = varta_proc_get,
	.put_proc	 = varta_proc_put,
	.proc_state	 = varta_proc_get_state,
	.sample		 = varta_stall_thread_sample,
	.sample_again	 = sample_again,
	.look_at_threads = varta_stall_look_at_threads,
	.may_signal	 = varta_target_may_signal,
	.signal		 = varta_target_signal,
	.try_charge	 = try_charge_agent,
	.uncharge	 = uncharge_agent,
	.transfer_charge = transfer_charge,
	.end_transfer	 = end_transfer,
	.kick		 = varta_stall_thread_kick,
	.event		 = varta_notify_event,
	.lane_event	 = varta_notify_lane,
	.find_thread	 = varta_stall_find_thread,
	.put_mapping	 = varta_mapping_put,
	.has_executed	 = varta_has_executed,
	.clock		 = read_clock,
};

static void set_warn_percent(void)
{
	varta_tracker_set_warn_percent(&varta.tracker,
				       varta_setting_get(VARTA_SET_WARN_PERCENT));
}

static int __init init_tracker(void)
{
	u32 capacity = varta_setting_get(VARTA_SET_CAPACITY);
	const struct varta_tracker_config config = {
		.ops = &tracker_ops,
		.counters = &varta.counters,
		.capacity = capacity,
		.eviction_scan_window =
			varta_setting_get(VARTA_SET_EVICTION_SCAN_WINDOW),
		.eviction_policy = varta_setting_get(VARTA_SET_EVICTION_POLICY),
		.origin_takeover = varta_setting_get(VARTA_SET_ORIGIN_TAKEOVER),
		.defer_exits = IS_ENABLED(CONFIG_PREEMPT_RT),
		.key_by_ns_pid = varta_setting_get(VARTA_SET_NAMESPACE_POLICY) ==
			       VARTA_NAMESPACE_POLICY_PIN,
	};
	size_t need = varta_tracker_bytes(&config);
	long available = si_mem_available();
	int err = -ENOMEM;

	/* A huge allocation can trigger the OOM killer before it fails. */
	if (available > 0 && need >> PAGE_SHIFT < (unsigned long)available)
		err = varta_tracker_init(&varta.tracker, &config);
	if (!err)
		set_warn_percent();
	if (err == -ENOMEM)
		net_err_ratelimited("capacity=%u takes %zu MiB of memory, which is not available: use a lower one\n",
				    capacity, need >> 20);
	return err;
}

static void warn_percent_changed(void)
{
	set_warn_percent();
	varta_stall_thread_rescan();
}

static void set_source_silence(void)
{
	u64 silence_ms = varta_setting_get(VARTA_SET_SOURCE_SILENCE_MS);

	varta_sources_set_silence(silence_ms * NSEC_PER_MSEC, ktime_get_ns());
}

static void source_silence_changed(void)
{
	set_source_silence();
	/* For the scan of sources that were silent. */
	varta_notify_wake();
}

static int __init varta_init(void)
{
	int err;

	err = varta_settings_check();
	if (err)
		return err;

	varta_setting_on_change(VARTA_SET_THRESHOLD_MS,
				varta_stall_thread_rescan);
	varta_setting_on_change(VARTA_SET_WARN_PERCENT, warn_percent_changed);
	varta_setting_on_change(VARTA_SET_THREAD_PRIORITY,
				varta_stall_thread_reprioritize);
	varta_setting_on_change(VARTA_SET_NOTIFY_PRIORITY,
				varta_notify_reprioritize);
	varta_setting_on_change(VARTA_SET_SOURCE_SILENCE_MS,
				source_silence_changed);
	varta_setting_on_change(VARTA_SET_BEAT_RATE, varta_ratelimit_changed);
	varta_setting_on_change(VARTA_SET_BEAT_BURST, varta_ratelimit_changed);

	varta_sources_init();
	set_source_silence();
	err = varta_counters_init(&varta.counters);
	if (err)
		return err;
	err = varta_flows_init(VARTA_FLOWS_MAX,
			       varta_setting_get(VARTA_SET_CAPACITY));
	if (err)
		goto destroy_counters;
	err = init_tracker();
	if (err)
		goto exit_flows;
	err = varta_quota_init(varta_setting_get(VARTA_SET_CAPACITY));
	if (err)
		goto destroy_tracker;
	err = varta_netns_ref_init();
	if (err)
		goto exit_quota;
	err = varta_event_log_init();
	if (err)
		goto exit_netns_ref;
	err = varta_sysfs_init();
	if (err)
		goto exit_event_log;
	err = varta_notify_start();
	if (err)
		goto remove_sysfs;
	err = varta_stall_thread_start();
	if (err)
		goto stop_notify;
	err = varta_exit_probe_init();
	if (err)
		goto stop_stall_thread;
	err = varta_audit_init();
	if (err)
		goto exit_exit_probe;
	/* Last: a failing init would not wait for a dump to put the module. */
	err = varta_netlink_init();
	if (err)
		goto exit_audit;
	pr_info("version %s, capacity %u, threshold %u ms\n", VARTA_VERSION,
		varta_setting_get(VARTA_SET_CAPACITY),
		varta_setting_get(VARTA_SET_THRESHOLD_MS));
	return 0;

exit_audit:
	varta_audit_exit();
exit_exit_probe:
	varta_exit_probe_exit();
stop_stall_thread:
	varta_stall_thread_stop();
stop_notify:
	varta_notify_stop();
remove_sysfs:
	varta_sysfs_exit();
exit_event_log:
	varta_event_log_exit();
exit_netns_ref:
	varta_netns_ref_exit();
exit_quota:
	varta_quota_exit();
destroy_tracker:
	varta_tracker_destroy(&varta.tracker);
exit_flows:
	varta_flows_exit();
destroy_counters:
	varta_counters_destroy(&varta.counters);
	return err;
}

static void __exit varta_exit(void)
{
	/* It sends to the multicast group, so it stops before the family. */
	varta_stall_thread_stop();
	varta_notify_unload(varta_notify_stop());
	varta_netlink_exit();
	varta_audit_exit();
	varta_exit_probe_exit();
	varta_sysfs_exit();
	/* Uncharges flows and users. */
	varta_tracker_destroy(&varta.tracker);
	varta_flows_exit();
	varta_event_log_exit();
	varta_netns_ref_exit();
	varta_quota_exit();
	varta_counters_destroy(&varta.counters);
}

module_init(varta_init);
module_exit(varta_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Liveness of processes, attested by the kernel");
MODULE_AUTHOR("The varta developers");
MODULE_VERSION(VARTA_VERSION);
MODULE_ALIAS_GENL_FAMILY(VARTA_FAMILY_NAME);
