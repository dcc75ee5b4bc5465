// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Subscriptions to what the kernel reports by multicast.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "agent.h"
#include "connection.h"

/* The lookup of the family is all that a subscription waits for. */
#define TIMEOUT_MS	5000

struct varta_events {
	struct varta_connection connection;
	_Alignas(struct nlmsghdr) char buffer[VARTA_MESSAGE_MAX];
};

/* Beyond the system's limit where the caller may do that, else up to it. */
static int set_buffer(int fd, uint32_t bytes)
{
	int size = bytes < INT_MAX ? (int)bytes : INT_MAX;

	if (!setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		return 0;
	if (!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		return 0;
	return -errno;
}

static int subscribe(struct varta_events *events, uint32_t buffer)
{
	struct varta_connection *c = &events->connection;
	int error = varta_connection_open(c, TIMEOUT_MS);

	if (!error && buffer)
		error = set_buffer(c->fd, buffer);
	if (error)
		return error;
	if (!c->events_group)
		return -EPROTO;
	if (setsockopt(c->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &c->events_group, sizeof(c->events_group)))
		return -errno;
	return 0;
}

int varta_events_open(struct varta_events **events,
		      const struct varta_events_options *options)
{
	static const struct varta_events_options defaults =
		VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *made;
	int error;

	*events = NULL;
	if (!options)
		options = &defaults;
	if (options->size != sizeof(*options))
		return -EINVAL;

	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	error = subscribe(made, options->buffer);
	if (error) {
		varta_events_close(made);
		return error;
	}
	*events = made;
	return 0;
}

void varta_events_close(struct varta_events *events)
{
	if (!events)
		return;
	varta_connection_close(&events->connection);
	free(events);
}

int varta_events_fd(const struct varta_events *events)
{
	return events->connection.fd;
}

struct delivery {
	enum varta_event_type type;
	varta_event_fn fn;
	void *arg;
	int count;
};

static int deliver_agent(const struct varta_agent *agent, void *arg)
{
	struct delivery *delivery = arg;
	struct varta_event event = {
		.type = delivery->type,
		.agent = agent,
	};

	delivery->fn(&event, delivery->arg);
	delivery->count++;
	return 0;
}

static int deliver(const struct varta_events *events,
		   const struct nlmsghdr *message, struct delivery *delivery)
{
	const struct genlmsghdr *header = nlmsg_data(message);

	if (message->nlmsg_type != events->connection.family ||
	    !nlmsg_valid_hdr(message, GENL_HDRLEN))
		return 0;
	if (header->cmd == VARTA_CMD_STALL_NTF)
		delivery->type = VARTA_EVENT_STALL;
	else if (header->cmd == VARTA_CMD_EXIT_NTF)
		delivery->type = VARTA_EVENT_EXIT;
	else
		return 0;	/* A newer kernel may report more. */
	return varta_agent_read_all(message, deliver_agent, delivery);
}

int varta_events_receive(struct varta_events *events, varta_event_fn fn,
			 void *arg)
{
	struct delivery delivery = { .fn = fn, .arg = arg };
	struct nlmsghdr *message = (struct nlmsghdr *)events->buffer;
	ssize_t received;
	int length, error;

	received = varta_connection_receive(&events->connection,
					    events->buffer,
					    sizeof(events->buffer));
	if (received < 0)
		return (int)received;

	length = (int)received;
	while (nlmsg_ok(message, length)) {
		error = deliver(events, message, &delivery);
		if (error)
			return error;
		message = nlmsg_next(message, &length);
	}
	return delivery.count;
}
