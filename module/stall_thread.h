/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VARTA_STALL_THREAD_H
#define _VARTA_STALL_THREAD_H

#include <linux/types.h>

struct varta_agent_info;
struct varta_stall_info;

int varta_stall_thread_start(void);
void varta_stall_thread_stop(void);
void varta_stall_thread_sample(const struct varta_agent_info *agent, u64 now,
			       struct varta_stall_info *info);
void varta_stall_thread_kick(void);
void varta_stall_thread_rescan(void);
void varta_stall_thread_reprioritize(void);

#endif /* _VARTA_STALL_THREAD_H */
