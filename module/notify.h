/* SPDX-License-Identifier: GPL-2.0-only */
/* Multicast events about agents, and the thread that sends them. */
#ifndef _VARTA_NOTIFY_H
#define _VARTA_NOTIFY_H

#include "agent.h"

enum varta_notify_limits {
	VARTA_NOTIFY_AGENTS = 40, /* in one message, which fits in four pages */
};

int varta_notify_start(void);
u64 varta_notify_stop(void);
void varta_notify_unload(u64 lost);
bool varta_notify_stall(const struct varta_agent_info *agent);
void varta_notify_event(const struct varta_event_info *event);
bool varta_notify_lane(const struct varta_event_info *info);
void varta_notify_source_beat(const struct varta_agent_id *id, u64 now);
void varta_notify_change(struct varta_event_info *event);
void varta_notify_wake(void);
void varta_notify_reprioritize(void);

#endif /* _VARTA_NOTIFY_H */
