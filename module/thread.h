/* SPDX-License-Identifier: GPL-2.0-only */
/* Priorities of the module's threads. */
#ifndef _VARTA_THREAD_H
#define _VARTA_THREAD_H

#include <linux/bug.h>
#include <linux/sched.h>
#include <uapi/linux/sched/types.h>

/* May sleep. */
static inline void varta_thread_set_fifo(struct task_struct *thread,
					 u32 priority)
{
	const struct sched_attr attr = {
		.size		= sizeof(attr),
		.sched_policy	= SCHED_FIFO,
		.sched_priority	= priority,
	};

	WARN_ON_ONCE(sched_setattr_nocheck(thread, &attr));
}

#endif /* _VARTA_THREAD_H */
