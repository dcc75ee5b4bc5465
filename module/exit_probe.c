// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoint sched_process_exit is not exported, but found by its name. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/oom.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/varta_compat.h>

#include "attest.h"
#include "exit_probe.h"
#include "notify.h"
#include "params.h"
#include "varta.h"

static struct tracepoint *exit_tracepoint;

/*
 * Only the last thread of a group counts: @task, in the arguments of all kernels.
 * Preemption is disabled, so on PREEMPT_RT this takes only raw spinlocks.
 */
static void probe_exit(VARTA_EXIT_PROBE_ARGS)
{
	struct varta_agent_id id;

	if (atomic_read(&task->signal->live) ||
	    !varta_setting_get(VARTA_SET_TRACK_EXIT))
		return;
	varta_attest_pid(&id, task_tgid(task));
	if (varta_tracker_note_exit(&varta.tracker, &id,
				    task->signal->group_exit_code,
				    tsk_is_oom_victim(task), ktime_get_ns()))
		varta_notify_wake();
}

static void find_exit_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "sched_process_exit"))
		exit_tracepoint = tracepoint;
}

int varta_exit_probe_init(void)
{
	for_each_kernel_tracepoint(find_exit_tracepoint, NULL);
	if (!exit_tracepoint) {
		net_err_ratelimited("this kernel has no tracepoint sched_process_exit\n");
		return -ENOENT;
	}
	return tracepoint_probe_register(exit_tracepoint, probe_exit, NULL);
}

void varta_exit_probe_exit(void)
{
	tracepoint_probe_unregister(exit_tracepoint, probe_exit, NULL);
	tracepoint_synchronize_unregister();
}
