/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling those who listen. */
#ifndef _VARTA_NOTIFY_H
#define _VARTA_NOTIFY_H

#include "agent.h"

enum varta_events_limits {
	/* Agents in one event: a message that fits in two pages. */
	VARTA_NOTIFY_AGENTS = 48,
};

/**
 * struct varta_notify_batch - agents that something has happened to, for one event
 * @command: what has happened, VARTA_CMD_..._NTF
 * @count: how many there are
 * @now: when it was found
 * @agents: the agents. Their homes are held; of generations only the number
 *	that is left of them in @numbers is to be used.
 * @numbers: their pids in the initial pid namespace
 */
struct varta_notify_batch {
	u8 command;
	u32 count;
	u64 now;
	struct varta_agent_info agents[VARTA_NOTIFY_AGENTS];
	u32 numbers[VARTA_NOTIFY_AGENTS];
};

void varta_notify_begin(struct varta_notify_batch *events, u8 command, u64 now);
bool varta_notify_add(struct varta_notify_batch *events,
		      const struct varta_agent_info *agent);
void varta_notify_send(struct varta_notify_batch *events);

#endif /* _VARTA_NOTIFY_H */
