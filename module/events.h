/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling those who listen. */
#ifndef _VARTA_EVENTS_H
#define _VARTA_EVENTS_H

#include "tracker.h"

enum varta_events_limits {
	/* Agents in one event: a message that fits in two pages. */
	VARTA_EVENT_AGENTS = VARTA_STALL_BATCH,
};

/**
 * struct varta_events - agents that something has happened to, for one event
 * @command: what has happened, VARTA_CMD_..._NTF
 * @count: how many there are
 * @now: when it was found
 * @agents: the agents. Their homes are held; of generations only the number
 *	that is left of them in @numbers is to be used.
 * @numbers: their pids in the initial pid namespace
 */
struct varta_events {
	u8 command;
	u32 count;
	u64 now;
	struct varta_agent agents[VARTA_EVENT_AGENTS];
	u32 numbers[VARTA_EVENT_AGENTS];
};

void varta_events_begin(struct varta_events *events, u8 command, u64 now);
bool varta_events_add(struct varta_events *events,
		      const struct varta_agent *agent);
void varta_events_send(struct varta_events *events);

#endif /* _VARTA_EVENTS_H */
