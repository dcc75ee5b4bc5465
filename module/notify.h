/* SPDX-License-Identifier: GPL-2.0-only */
/* Multicast events about agents. */
#ifndef _VARTA_NOTIFY_H
#define _VARTA_NOTIFY_H

#include "agent.h"

enum varta_notify_limits {
	/* Agents in one event: a message that fits in two pages. */
	VARTA_NOTIFY_AGENTS = 48,
};

/**
 * struct varta_notify_batch - agents of one event
 * @command: the event, VARTA_CMD_..._NTF
 * @count: number of agents
 * @now: time of the event, CLOCK_MONOTONIC in nanoseconds
 * @agents: the agents. @id.netns is held, @id.proc may be stale.
 * @pids: their pids in the initial pid namespace
 */
struct varta_notify_batch {
	u8 command;
	u32 count;
	u64 now;
	struct varta_agent_info agents[VARTA_NOTIFY_AGENTS];
	u32 pids[VARTA_NOTIFY_AGENTS];
};

void varta_notify_begin(struct varta_notify_batch *batch, u8 command, u64 now);
bool varta_notify_add(struct varta_notify_batch *batch,
		      const struct varta_agent_info *agent);
void varta_notify_send(struct varta_notify_batch *batch);

#endif /* _VARTA_NOTIFY_H */
