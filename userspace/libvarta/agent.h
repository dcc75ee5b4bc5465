/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading agents out of the kernel's messages.
 */
#ifndef VARTA_AGENT_H
#define VARTA_AGENT_H

#include <netlink/msg.h>

#include "varta.h"

/**
 * varta_agent_read_all() - Read each agent in a message.
 * @message: A message of the attribute set "agents".
 * @fn: Called for each.
 * @arg: For @fn.
 *
 * Return: 0, what @fn returned to stop, or -EBADMSG.
 */
int varta_agent_read_all(const struct nlmsghdr *message, varta_agent_fn fn,
			 void *arg);

#endif /* VARTA_AGENT_H */
