/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling those who listen. */
#ifndef _VARTA_EVENTS_H
#define _VARTA_EVENTS_H

#include "tracker.h"

enum varta_events_limits {
	/* Agents in one event: a message of about a page. */
	VARTA_EVENT_AGENTS = 24,
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

bool varta_events_add(struct varta_events *events,
		      const struct varta_agent *agent);
void varta_events_send(struct varta_events *events);

#endif /* _VARTA_EVENTS_H */
