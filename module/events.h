/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling those who listen. */
#ifndef _VARTA_EVENTS_H
#define _VARTA_EVENTS_H

#include "tracker.h"

enum varta_events_limits {
	/* Agents in one event: a message of less than a page. */
	VARTA_EVENT_AGENTS = 24,
};

void varta_send_stalls(const struct varta_agent *agents, u32 count, u64 now);

#endif /* _VARTA_EVENTS_H */
