// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Requests and their answers, and the family. See connection.h.
 *
 * libnl builds requests and parses attributes. It does not provide the socket:
 * it turns errnos into fewer codes of its own, chooses ports that can collide
 * with those of other libraries in the process, and allocates for each message
 * that it receives.
 */
#include "connection.h"

#include <poll.h>
#include <stdlib.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

/* A dump of the largest tracker has far fewer datagrams. */
#define DATAGRAMS_MAX	(1 << 20)

static struct nla_policy family_policy[CTRL_ATTR_MAX + 1] = {
	[CTRL_ATTR_FAMILY_NAME] = { .type = NLA_STRING },
	[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	[CTRL_ATTR_MCAST_GROUPS] = { .type = NLA_NESTED },
};

static struct nla_policy group_policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
	[CTRL_ATTR_MCAST_GRP_NAME] = { .type = NLA_STRING },
	[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
};

static void read_group(struct varta_connection *c, struct nlattr *group)
{
	struct nlattr *a[CTRL_ATTR_MCAST_GRP_MAX + 1];

	if (nla_parse_nested(a, CTRL_ATTR_MCAST_GRP_MAX, group, group_policy))
		return;
	if (!a[CTRL_ATTR_MCAST_GRP_NAME] || !a[CTRL_ATTR_MCAST_GRP_ID])
		return;
	if (nla_strcmp(a[CTRL_ATTR_MCAST_GRP_NAME], VARTA_MCGRP_EVENTS))
		return;
	c->events_group = nla_get_u32(a[CTRL_ATTR_MCAST_GRP_ID]);
}

static int read_family(const struct nlmsghdr *message, void *arg)
{
	struct varta_connection *c = arg;
	uint16_t family = varta_client__read_family(message);
	struct nlattr *a[CTRL_ATTR_MAX + 1];
	struct nlattr *group;
	int left;

	if (!family ||
	    nlmsg_parse((struct nlmsghdr *)message, GENL_HDRLEN, a,
			CTRL_ATTR_MAX, family_policy))
		return -EBADMSG;
	c->socket.family = family;
	if (a[CTRL_ATTR_MCAST_GROUPS])
		nla_for_each_nested(group, a[CTRL_ATTR_MCAST_GROUPS], left)
			read_group(c, group);
	return 0;
}

static int look_up_family(struct varta_connection *c)
{
	struct nl_msg *request = nlmsg_alloc();

	if (!request)
		return -ENOMEM;
	if (!genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0,
			 NLM_F_REQUEST | NLM_F_ACK, CTRL_CMD_GETFAMILY, 1) ||
	    nla_put_string(request, CTRL_ATTR_FAMILY_NAME,
			   VARTA_FAMILY_NAME)) {
		nlmsg_free(request);
		return -ENOMEM;
	}
	return varta_connection_query(c, request, read_family, c);
}

/* Multicasts skip a socket without a port. */
static int bind_port(const struct varta_connection *c)
{
	struct sockaddr_nl any_port = { .nl_family = AF_NETLINK };

	if (bind(c->socket.fd, (struct sockaddr *)&any_port, sizeof(any_port)))
		return -errno;
	return 0;
}

int varta_connection_open(struct varta_connection *c, int timeout_ms)
{
	int error;

	memset(c, 0, sizeof(*c));
	c->timeout_ms = timeout_ms;
	error = varta_client__connect(&c->socket);
	if (!error)
		error = bind_port(c);
	if (!error)
		error = look_up_family(c);
	if (error)
		varta_connection_close(c);
	return varta_connection_result(c, error);
}

void varta_connection_close(struct varta_connection *c)
{
	varta_client__disconnect(&c->socket);
}

struct nl_msg *varta_connection_request(const struct varta_connection *c,
					uint8_t command, int flags)
{
	struct nl_msg *message = nlmsg_alloc_size(VARTA_MESSAGE_MAX);

	if (!message)
		return NULL;
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, c->socket.family,
			 0, NLM_F_REQUEST | flags, command,
			 VARTA_FAMILY_VERSION)) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

int varta_connection_result(struct varta_connection *c, int result)
{
	if (result >= 0 || result != c->refusal.error ||
	    !varta_client__is_unloaded(&c->refusal))
		return result;
	c->refusal.error = 0;
	return -ENODEV;
}

struct query {
	struct varta_connection *connection;
	varta_message_fn fn;
	void *arg;
	bool ended;
	bool interrupted;
	int result;
};

static void read_message(struct query *q, const struct nlmsghdr *message)
{
	if (message->nlmsg_seq != q->connection->socket.sequence)
		return;
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		q->interrupted = true;

	if (message->nlmsg_type == NLMSG_ERROR ||
	    message->nlmsg_type == NLMSG_DONE) {
		int verdict = varta_client__verdict(message,
						    &q->connection->refusal);

		if (!q->result)
			q->result = verdict;
		q->ended = true;
		return;
	}
	/* After a failure, the rest is read only to empty the socket. */
	if (q->result || message->nlmsg_type < NLMSG_MIN_TYPE)
		return;
	if (message->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		q->result = -EBADMSG;
	else if (q->fn)
		q->result = q->fn(message, q->arg);
}

static void read_datagram(struct query *q, const void *buffer, int length)
{
	const struct nlmsghdr *message;
	int at = 0;

	while (!q->ended &&
	       (message = varta_client__message_at(buffer, at, length))) {
		read_message(q, message);
		at += (int)NLMSG_ALIGN(message->nlmsg_len);
	}
}

/* Returns 0, -ETIMEDOUT or another negative errno. */
static int wait_for_answer(const struct varta_connection *c)
{
	struct pollfd readable = { .fd = c->socket.fd, .events = POLLIN };
	int ready = poll(&readable, 1, c->timeout_ms);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	return ready ? 0 : -ETIMEDOUT;
}

static int read_answer(struct query *q, void *buffer, size_t size)
{
	struct varta_connection *c = q->connection;
	int i, length, error;

	for (i = 0; i < DATAGRAMS_MAX && !q->ended; i++) {
		length = varta_client__receive(&c->socket, buffer, size);
		if (length == -EAGAIN) {
			error = wait_for_answer(c);
			if (error)
				return error;
			continue;
		}
		if (length < 0)
			return length;
		read_datagram(q, buffer, length);
	}
	if (!q->ended)
		return -EOVERFLOW;
	if (!q->result && q->interrupted)
		return -EINTR;
	return q->result;
}

int varta_connection_query(struct varta_connection *c, struct nl_msg *request,
			   varta_message_fn fn, void *arg)
{
	struct query q = { .connection = c, .fn = fn, .arg = arg };
	void *buffer;
	int error;

	if (!request)
		return -ENOMEM;
	buffer = malloc(VARTA_MESSAGE_MAX);
	error = buffer ? varta_client__send(&c->socket, nlmsg_hdr(request)) :
			 -ENOMEM;
	/* To callers, -EAGAIN means that the tracker kept changing. */
	if (error == -EAGAIN)
		error = -ENOBUFS;
	if (!error)
		error = read_answer(&q, buffer, VARTA_MESSAGE_MAX);
	free(buffer);
	nlmsg_free(request);
	return error;
}

int varta_connection_follow_family(const struct varta_connection *c)
{
	/* The only group with a fixed number. */
	const int group = GENL_ID_CTRL;

	if (setsockopt(c->socket.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &group, sizeof(group)))
		return -errno;
	return 0;
}

static bool is_about_varta(const struct nlmsghdr *message)
{
	struct nlattr *a[CTRL_ATTR_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)message, GENL_HDRLEN, a,
			CTRL_ATTR_MAX, family_policy))
		return false;
	return a[CTRL_ATTR_FAMILY_NAME] &&
	       !nla_strcmp(a[CTRL_ATTR_FAMILY_NAME], VARTA_FAMILY_NAME);
}

static int read_if_varta(const struct nlmsghdr *message, void *arg)
{
	return is_about_varta(message) ? read_family(message, arg) : 0;
}

int varta_connection_find_family(struct varta_connection *c)
{
	struct varta_connection other = { .timeout_ms = c->timeout_ms };
	struct nl_msg *request = nlmsg_alloc();
	int error = varta_client__connect(&other.socket);

	if (error || !request ||
	    !genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0,
			 NLM_F_REQUEST | NLM_F_DUMP, CTRL_CMD_GETFAMILY, 1)) {
		nlmsg_free(request);
		error = error ? error : -ENOMEM;
	} else {
		error = varta_connection_query(&other, request, read_if_varta,
					       &other);
	}
	if (!error) {
		c->socket.family = other.socket.family;
		c->events_group = other.events_group;
	}
	varta_connection_close(&other);
	return error;
}

enum varta_family_change
varta_connection_family_change(struct varta_connection *c,
			       const struct nlmsghdr *message)
{
	const struct genlmsghdr *header = nlmsg_data(message);
	bool is_current;

	if (message->nlmsg_type != GENL_ID_CTRL || !is_about_varta(message))
		return VARTA_FAMILY_UNCHANGED;
	/* varta_connection_find_family() may have been ahead of messages. */
	is_current = varta_client__read_family(message) == c->socket.family;
	if (header->cmd == CTRL_CMD_DELFAMILY && is_current) {
		c->socket.family = 0;
		return VARTA_FAMILY_UNLOADED;
	}
	if (header->cmd != CTRL_CMD_NEWFAMILY || is_current ||
	    read_family(message, c))
		return VARTA_FAMILY_UNCHANGED;
	return VARTA_FAMILY_LOADED;
}
