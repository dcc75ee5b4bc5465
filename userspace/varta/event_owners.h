/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners of the agents of events. That of a stalled agent is kept until its stall
 * ends: process and cgroup may be gone then.
 */
#ifndef EVENT_OWNERS_H
#define EVENT_OWNERS_H

#include <varta.h>

#include "owner.h"

/**
 * struct event_owners - Owners of agents, stalled ones and the last one.
 * @reader: Reads owners.
 * @stalled: Tree of tsearch(3) of the stalled agents.
 * @last: The owner that was returned last, if it is not in @stalled.
 */
struct event_owners {
	struct owner_reader *reader;
	void *stalled;
	struct agent_owner *last;
};

/**
 * event_owners_init() - Start without stalled agents.
 * @owners: The owners. Release them with event_owners_free().
 *
 * Return: 0 or -ENOMEM.
 */
int event_owners_init(struct event_owners *owners);

/**
 * event_owners_free() - Release owners.
 * @owners: The owners.
 */
void event_owners_free(struct event_owners *owners);

/**
 * event_owners_find() - Find the owner of an event's agent.
 * @owners: The owners.
 * @event: Each event must be given, in order, also those without an agent.
 *
 * Return: The owner, valid until the next call; NULL if there is no agent or no
 * memory.
 */
const struct agent_owner *event_owners_find(struct event_owners *owners,
					    const struct varta_event *event);

#endif /* EVENT_OWNERS_H */
