/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments of a probe of sched_process_exit. 6.16 added group_dead. */
#ifndef _VARTA_COMPAT_TRACE_H
#define _VARTA_COMPAT_TRACE_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define VARTA_EXIT_PROBE_ARGS						\
	void *unused, struct task_struct *task, bool group_dead
#else
#define VARTA_EXIT_PROBE_ARGS						\
	void *unused, struct task_struct *task
#endif

#endif /* _VARTA_COMPAT_TRACE_H */
