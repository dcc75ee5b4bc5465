// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The socket to the varta family. See connection.h.
 *
 * The messages are libnl's, the socket is not: libnl turns errnos into fewer
 * codes of its own, chooses ports that can collide with those of other
 * libraries in the process, and allocates for each message that it receives.
 */
#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <linux/varta.h>

#include "family.h"
#include "varta-client.h"

/* Messages by other processes that one receive puts up with. */
#define FOREIGN_MAX	64

/* Texts with refusals, and no copy of the request in front of them. */
static int ask_for_texts(int fd)
{
	int on = 1;

	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)))
		return -errno;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		return -errno;
	return 0;
}

static int open_socket(struct varta_connection *c)
{
	struct sockaddr_nl any_port = { .nl_family = AF_NETLINK };

	c->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_GENERIC);
	if (c->fd < 0)
		return -errno;
	c->socket_id = varta_client_socket_id(c->fd);
	/* A socket without a port is passed over by multicasts. */
	if (bind(c->fd, (struct sockaddr *)&any_port, sizeof(any_port)))
		return -errno;
	return ask_for_texts(c->fd);
}

int varta_connection_open(struct varta_connection *c, int timeout_ms)
{
	int error;

	memset(c, 0, sizeof(*c));
	c->timeout_ms = timeout_ms;

	error = open_socket(c);
	if (!error)
		error = varta_family_find(c);
	if (error)
		varta_connection_close(c);
	return varta_connection_outcome(c, error);
}

void varta_connection_close(struct varta_connection *c)
{
	/* As in varta_client_disconnect(). */
	if (c->fd >= 0 && varta_client_socket_id(c->fd) == c->socket_id)
		close(c->fd);
	c->fd = -1;
}

struct nl_msg *varta_connection_request(const struct varta_connection *c,
					uint8_t command, int flags)
{
	struct nl_msg *message = nlmsg_alloc();

	if (!message)
		return NULL;
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, c->family, 0,
			 NLM_F_REQUEST | flags, command,
			 VARTA_FAMILY_VERSION)) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

int varta_connection_send(struct varta_connection *c, struct nl_msg *message)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	int error;

	header->nlmsg_seq = ++c->sequence;
	if (varta_client_send_to_kernel(c->fd, header, header->nlmsg_len) >= 0)
		return 0;
	error = -errno;
	/* As in varta_client_send(). */
	if (error != -EAGAIN && error != -ENOBUFS && error != -ENOMEM &&
	    error != -ECONNREFUSED)
		varta_connection_close(c);
	return error;
}

ssize_t varta_connection_receive(struct varta_connection *c, void *buffer,
				 size_t size)
{
	struct sockaddr_nl sender;
	struct iovec part = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_name = &sender,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	ssize_t length;
	int i;

	for (i = 0; i < FOREIGN_MAX; i++) {
		message.msg_namelen = sizeof(sender);
		length = recvmsg(c->fd, &message, MSG_DONTWAIT);
		if (varta_client_is_foreign(length, &sender,
					    message.msg_namelen)) {
			varta_connection_close(c);
			return -EBADF;
		}
		if (length < 0)
			return -errno;
		/* Any process may write to any port; believe the kernel. */
		if (sender.nl_pid)
			continue;
		if (message.msg_flags & MSG_TRUNC)
			return -EMSGSIZE;
		return length;
	}
	return -EAGAIN;
}

int varta_connection_wait(const struct varta_connection *c)
{
	struct pollfd readable = { .fd = c->fd, .events = POLLIN };
	int ready = poll(&readable, 1, c->timeout_ms);

	if (ready < 0)
		return -errno;
	return ready ? 0 : -ETIMEDOUT;
}

int varta_connection_outcome(struct varta_connection *c, int error)
{
	/*
	 * Netlink itself says -ENOENT for a family that is not there, and
	 * -EPROTONOSUPPORT for a dump of one that is being unloaded, without a
	 * text; varta's own refusals have one.
	 */
	if ((error != -ENOENT && error != -EPROTONOSUPPORT) ||
	    c->refusal.error != error || c->refusal.text[0])
		return error;
	c->refusal.error = 0;
	return -ENODEV;
}
