/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection to the varta family for requests with long answers and for
 * multicast. The socket is that of varta-client.h.
 */
#ifndef VARTA_CONNECTION_H
#define VARTA_CONNECTION_H

#include <stdint.h>

#include <netlink/msg.h>

#include "varta-client.h"

/* The kernel makes no longer netlink message of its own accord. */
#define VARTA_MESSAGE_MAX	32768

/**
 * struct varta_connection - A socket, and what the kernel said on it.
 * @socket: The socket.
 * @timeout_ms: Time to wait for an answer.
 * @events_group: Id of the multicast group for events.
 * @refusal: The kernel's last refusal.
 */
struct varta_connection {
	struct varta_client__socket socket;
	int timeout_ms;
	uint32_t events_group;
	struct varta_client_refusal refusal;
};

/**
 * varta_connection_open() - Open a socket and look up the family.
 * @c: The connection; its socket is closed on failure.
 * @timeout_ms: See struct varta_connection.
 *
 * Makes the kernel load the module if it can.
 *
 * Return: 0; -ENODEV if there is no such family; or another negative errno.
 */
int varta_connection_open(struct varta_connection *c, int timeout_ms);

/**
 * varta_connection_close() - Close the socket if it is open.
 * @c: The connection.
 */
void varta_connection_close(struct varta_connection *c);

/**
 * varta_connection_request() - Allocate a request.
 * @c: The connection.
 * @command: Command of the varta family.
 * @flags: NLM_F_*, in addition to NLM_F_REQUEST.
 *
 * Return: A message with room for VARTA_MESSAGE_MAX bytes, for attributes to be
 * added; NULL if there is no memory. Free it with nlmsg_free().
 */
struct nl_msg *varta_connection_request(const struct varta_connection *c,
					uint8_t command, int flags);

/**
 * typedef varta_message_fn - Receive one message of an answer.
 * @message: A message with a whole generic netlink header.
 * @arg: As given to varta_connection_query().
 *
 * Return: 0, or a negative errno that becomes the query's result.
 */
typedef int (*varta_message_fn)(const struct nlmsghdr *message, void *arg);

/**
 * varta_connection_query() - Send a request and read its whole answer.
 * @c: The connection. Its refusal is set if the kernel refuses.
 * @request: With NLM_F_ACK or NLM_F_DUMP, so that the answer has an end. Freed
 *   in any case. May be NULL, for -ENOMEM.
 * @fn: Called for each message of the answer; may be NULL.
 * @arg: For @fn.
 *
 * Return: 0; -EINTR if it was a dump and the data changed during it; or another
 * negative errno of the kernel or @fn.
 */
int varta_connection_query(struct varta_connection *c, struct nl_msg *request,
			   varta_message_fn fn, void *arg);

/**
 * varta_connection_result() - Tell an unloaded module from other refusals.
 * @c: The connection.
 * @result: Result of a query.
 *
 * Return: -ENODEV if the kernel has no such family, else @result.
 */
int varta_connection_result(struct varta_connection *c, int result);

/**
 * varta_connection_follow_family() - Subscribe to changes of families.
 * @c: The connection, which receives them among its other messages.
 *
 * Return: 0 or a negative errno.
 */
int varta_connection_follow_family(const struct varta_connection *c);

/**
 * enum varta_family_change - A change of the varta family.
 * @VARTA_FAMILY_UNCHANGED: The message is about something else.
 * @VARTA_FAMILY_LOADED: The module was loaded; the family has a new id.
 * @VARTA_FAMILY_UNLOADED: The module was unloaded.
 */
enum varta_family_change {
	VARTA_FAMILY_UNCHANGED,
	VARTA_FAMILY_LOADED,
	VARTA_FAMILY_UNLOADED,
};

/**
 * varta_connection_family_change() - Read a change of families.
 * @c: The connection. Its family and events group are updated.
 * @message: A message with a whole generic netlink header.
 *
 * Return: The change.
 */
enum varta_family_change
varta_connection_family_change(struct varta_connection *c,
			       const struct nlmsghdr *message);

/**
 * varta_connection_find_family() - Look up the family after lost messages.
 * @c: The connection. Its family, 0 for none, and events group are updated. No
 *   message is read from its socket.
 *
 * Never makes the kernel load the module.
 *
 * Return: 0 or a negative errno.
 */
int varta_connection_find_family(struct varta_connection *c);

#endif /* VARTA_CONNECTION_H */
