/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stalls that a listener was given. After an overrun it gets the others,
 * and none twice. A stall is identified by its agent and the agent's last beat.
 */
#ifndef VARTA_REPORTED_STALLS_H
#define VARTA_REPORTED_STALLS_H

#include "varta.h"

/**
 * struct varta_reported_stalls - The stalls of one listener.
 * @tree: Tree of tsearch(3).
 * @count: Number of stalls in @tree.
 * @limit: With more than this many, dump the agents to drop stalls that ended.
 * @dump: Number of the last dump.
 */
struct varta_reported_stalls {
	void *tree;
	size_t count;
	size_t limit;
	uint32_t dump;
};

/**
 * varta_stalls_init() - Start without stalls.
 * @stalls: The stalls.
 */
void varta_stalls_init(struct varta_reported_stalls *stalls);

/**
 * varta_stalls_clear() - Drop all stalls.
 * @stalls: The stalls.
 */
void varta_stalls_clear(struct varta_reported_stalls *stalls);

/**
 * varta_stalls_add_event() - Add a stall that the kernel reports.
 * @stalls: The stalls.
 * @agent: The agent.
 *
 * Return: 1 if it must be reported; 0 if a dump has reported it; -ENOMEM.
 */
int varta_stalls_add_event(struct varta_reported_stalls *stalls,
			   const struct varta_agent *agent);

/**
 * varta_stalls_add_dumped() - Add a stall that was found in a dump.
 * @stalls: The stalls.
 * @agent: The agent.
 *
 * Return: 1 if it must be reported; 0 if it was reported; -ENOMEM.
 */
int varta_stalls_add_dumped(struct varta_reported_stalls *stalls,
			    const struct varta_agent *agent);

/**
 * varta_stalls_add_earlier() - Add a stall from before the subscription.
 * @stalls: The stalls.
 * @agent: The agent. If the kernel reports the stall later, it is a new one.
 *
 * Return: 0 or -ENOMEM.
 */
int varta_stalls_add_earlier(struct varta_reported_stalls *stalls,
			     const struct varta_agent *agent);

/**
 * varta_stalls_forget() - Drop the stall of an agent that has ended.
 * @stalls: The stalls.
 * @agent: The agent. The stall of a new agent with its pid is kept.
 *
 * Return: Whether there was one.
 */
bool varta_stalls_forget(struct varta_reported_stalls *stalls,
			 const struct varta_agent *agent);

/**
 * varta_stalls_recover() - Drop the stall of an agent that beats again.
 * @stalls: The stalls.
 * @agent: The agent after the beat.
 *
 * Without a stall, its end was reported after a dump, or it was never reported
 * itself. A dump may also have found a stall after this beat. That stall has not
 * ended, and the listener knows of it, so it must not hear of the recovery
 * before.
 *
 * Return: Whether the recovery must be reported.
 */
bool varta_stalls_recover(struct varta_reported_stalls *stalls,
			  const struct varta_agent *agent);

/**
 * varta_stalls_begin_dump() - Begin a dump of the stalled agents.
 * @stalls: The stalls.
 */
void varta_stalls_begin_dump(struct varta_reported_stalls *stalls);

/**
 * typedef varta_ended_fn - Receive a stall that has ended.
 * @agent: What is known of its agent: what identifies it, name and last beat.
 * @arg: As given to varta_stalls_end_dump().
 */
typedef void (*varta_ended_fn)(const struct varta_agent *agent, void *arg);

/**
 * varta_stalls_end_dump() - End a complete dump.
 * @stalls: The stalls. Those not added since varta_stalls_begin_dump() have
 *   ended, and are dropped.
 * @fn: Called for each of these.
 * @arg: For @fn.
 */
void varta_stalls_end_dump(struct varta_reported_stalls *stalls,
			   varta_ended_fn fn, void *arg);

#endif /* VARTA_REPORTED_STALLS_H */
