/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking the kernel and reading all of its answer.
 */
#ifndef VARTA_QUERY_H
#define VARTA_QUERY_H

#include <netlink/msg.h>

#include "connection.h"

/**
 * typedef varta_message_fn - Receives one message of an answer.
 * @message: Its generic netlink header is known to be there.
 * @arg: As given to varta_query().
 *
 * Return: 0, or a negative errno that becomes the query's result.
 */
typedef int (*varta_message_fn)(const struct nlmsghdr *message, void *arg);

/**
 * varta_query() - Send a request and read the answer to its end.
 * @c: The connection. Its refusal is set if the kernel refuses.
 * @request: With NLM_F_ACK or NLM_F_DUMP, so that the answer has an end.
 *   Freed in any case; may be NULL, for want of memory.
 * @fn: Called for each message of the answer; NULL where there is to be none
 *   but the verdict.
 * @arg: For @fn.
 *
 * Return: 0; -EINTR if it was a dump and what it reads changed meanwhile; or
 * another negative errno, the kernel's or @fn's.
 */
int varta_query(struct varta_connection *c, struct nl_msg *request,
		varta_message_fn fn, void *arg);

#endif /* VARTA_QUERY_H */
