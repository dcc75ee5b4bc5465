/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what a thread has used. */
#ifndef _VARTA_USAGE_H
#define _VARTA_USAGE_H

#include <linux/compiler.h>
#include <linux/sched.h>

#include "agent.h"
#include "word64.h"

/* On the fast path of beats, for the current task. */
static inline void varta_usage_read(struct varta_usage *usage,
				    const struct task_struct *thread)
{
	usage->tid = thread->pid;
	usage->cpu_time = varta_peek64(&thread->se.sum_exec_runtime) >>
			  VARTA_TIME_SHIFT;
#ifdef CONFIG_SCHED_INFO
	usage->run_delay = varta_peek64(&thread->sched_info.run_delay) >>
			   VARTA_TIME_SHIFT;
#else
	usage->run_delay = 0;
#endif
	usage->voluntary = READ_ONCE(thread->nvcsw);
	usage->involuntary = READ_ONCE(thread->nivcsw);
	usage->major_faults = READ_ONCE(thread->maj_flt);
}

#endif /* _VARTA_USAGE_H */
