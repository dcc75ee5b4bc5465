/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A socket to the varta family: what handles and subscriptions have in common.
 */
#ifndef VARTA_CONNECTION_H
#define VARTA_CONNECTION_H

#include <stdint.h>
#include <sys/types.h>

#include "answer.h"

/* The kernel never makes a netlink message of its own choice larger. */
#define VARTA_MESSAGE_MAX	32768

struct nl_msg;

/**
 * struct varta_connection - A socket and what is needed to talk on it.
 * @fd: Non-blocking.
 * @socket_id: Its inode number, to know it again.
 * @timeout_ms: For an answer that must come.
 * @sequence: Of the last request, so that answers can be told apart.
 * @events_group: The multicast group for events.
 * @family: The id that generic netlink gave to varta.
 * @refusal: The last one by the kernel.
 */
struct varta_connection {
	int fd;
	uint64_t socket_id;
	int timeout_ms;
	uint32_t sequence;
	uint32_t events_group;
	uint16_t family;
	struct varta_refusal refusal;
};

/**
 * varta_connection_open() - Open a socket and find the family.
 * @c: Filled in; its @fd is -1 on failure.
 * @timeout_ms: See struct varta_connection.
 *
 * Return: 0; -ENODEV if there is no such family; or another negative errno.
 */
int varta_connection_open(struct varta_connection *c, int timeout_ms);

/**
 * varta_connection_close() - Close the socket, if it is open.
 * @c: The connection.
 */
void varta_connection_close(struct varta_connection *c);

/**
 * varta_connection_request() - Begin a request.
 * @c: The connection.
 * @command: Of the varta family.
 * @flags: NLM_F_*, besides NLM_F_REQUEST.
 *
 * Return: A message for attributes to be added, to be freed with nlmsg_free(),
 * or NULL when there is no memory.
 */
struct nl_msg *varta_connection_request(const struct varta_connection *c,
					uint8_t command, int flags);

/**
 * varta_connection_send() - Send a message under the next sequence number.
 * @c: The connection.
 * @message: Stays the caller's.
 *
 * Return: 0 or a negative errno; if the socket is not the connection's any
 * more, that is closed.
 */
int varta_connection_send(struct varta_connection *c, struct nl_msg *message);

/**
 * varta_connection_receive() - Take what the kernel sent, without waiting.
 * @c: The connection.
 * @buffer: Aligned for a struct nlmsghdr.
 * @size: Of @buffer.
 *
 * Return: Bytes; -EAGAIN if there is nothing; -EBADF if the socket is not the
 * connection's any more, which is closed then; or another negative errno.
 */
ssize_t varta_connection_receive(struct varta_connection *c, void *buffer,
				 size_t size);

/**
 * varta_connection_wait() - Wait until there is something to receive.
 * @c: The connection.
 *
 * Return: 0, -ETIMEDOUT or another negative errno.
 */
int varta_connection_wait(const struct varta_connection *c);

/**
 * varta_connection_outcome() - Tell a missing family from a missing agent.
 * @c: The connection.
 * @error: How a request ended.
 *
 * Return: -ENODEV if the kernel has no such family (any more), else @error.
 */
int varta_connection_outcome(struct varta_connection *c, int error);

#endif /* VARTA_CONNECTION_H */
