/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Agents in the kernel's messages.
 */
#ifndef VARTA_READER_H
#define VARTA_READER_H

#include <netlink/msg.h>

#include "varta.h"

/**
 * varta_agent_read_all() - Read each agent in a message.
 * @message: A message of the attribute set "agents".
 * @fn: Called for each.
 * @arg: For @fn.
 *
 * Return: 0, what @fn returned to stop, or -EBADMSG if an agent is malformed.
 */
int varta_agent_read_all(const struct nlmsghdr *message, varta_agent_fn fn,
			 void *arg);

/**
 * typedef varta_read_event_fn - Receive an event that was read.
 * @event: The event. Its type is 0 if the kernel did not say.
 * @arg: As given to varta_event_read_all().
 *
 * Return: 0 to continue; any other value stops and becomes the result.
 */
typedef int (*varta_read_event_fn)(const struct varta_event *event, void *arg);

/**
 * varta_event_read_all() - Read each event in a message.
 * @message: An event of the attribute set "agents".
 * @fn: Called for each.
 * @arg: For @fn.
 *
 * Return: 0, what @fn returned to stop, or -EBADMSG if one is malformed.
 */
int varta_event_read_all(const struct nlmsghdr *message, varta_read_event_fn fn,
			 void *arg);

/**
 * varta_notice_read_all() - Read each event that is not about an agent.
 * @message: An event of the attribute set "notices".
 * @fn: Called for each. Of a loss, the type is 0.
 * @arg: For @fn.
 *
 * Return: 0, what @fn returned to stop, or -EBADMSG if one is malformed.
 */
int varta_notice_read_all(const struct nlmsghdr *message,
			  varta_read_event_fn fn, void *arg);

/**
 * varta_event_dump() - Read the events that the kernel keeps.
 * @v: The handle.
 * @since: Only those with higher numbers.
 * @fn: Called for each, the oldest first. Must not use the handle.
 * @arg: For @fn.
 *
 * Return: 0, what @fn returned to stop, or a negative errno.
 */
int varta_event_dump(struct varta *v, uint64_t since, varta_read_event_fn fn,
		     void *arg);

#endif /* VARTA_READER_H */
