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
#include "family.h"
#include "told.h"

/* The lookup of the family is all that a subscription waits for. */
#define TIMEOUT_MS	5000

/* Messages that are taken before the ledger is read: any queue holds fewer. */
#define BACKLOG_MAX	(1 << 20)

/**
 * struct varta_events - See varta.h.
 * @connection: What the kernel reports comes on it.
 * @ledger: To read what was missed; NULL without @resync.
 * @told: Which stalls were told, with @resync.
 * @behind: Something was missed, and the ledger has not been read since.
 * @buffer: For one datagram.
 */
struct varta_events {
	struct varta_connection connection;
	struct varta *ledger;
	struct varta_told told;
	bool behind;
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

static int join(const struct varta_connection *c)
{
	const int on = 1;

	if (!c->events_group)
		return -EPROTO;
	if (setsockopt(c->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &c->events_group, sizeof(c->events_group)))
		return -errno;
	/* So that what it misses is counted by kernels before 6.8, too. */
	setsockopt(c->fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &on,
		   sizeof(on));
	return 0;
}

static int note_before(const struct varta_agent *agent, void *arg)
{
	return varta_told_before(arg, agent);
}

/* What is stalled before there is a listener was not missed by it. */
static int prepare_resync(struct varta_events *events)
{
	int error = varta_family_follow(&events->connection);

	if (!error)
		error = varta_open(&events->ledger, NULL);
	if (error)
		return error;
	varta_told_init(&events->told);
	error = varta_agent_dump_stalled(events->ledger, note_before,
					 &events->told);
	return error == -EAGAIN ? 0 : error;
}

static int subscribe(struct varta_events *events,
		     const struct varta_events_options *options)
{
	struct varta_connection *c = &events->connection;
	int error = varta_connection_open(c, TIMEOUT_MS);

	if (!error && options->buffer)
		error = set_buffer(c->fd, options->buffer);
	if (!error)
		error = join(c);
	if (!error && options->resync)
		error = prepare_resync(events);
	return error;
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
	error = subscribe(made, options);
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
	varta_close(events->ledger);
	varta_told_clear(&events->told);
	free(events);
}

int varta_events_fd(const struct varta_events *events)
{
	return events->connection.fd;
}

struct delivery {
	struct varta_events *events;
	enum varta_event_type type;
	varta_event_fn fn;
	void *arg;
	int count;
};

static void tell(struct delivery *delivery, enum varta_event_type type,
		 const struct varta_agent *agent, bool resynced)
{
	struct varta_event event = {
		.type = type,
		.agent = agent,
		.resynced = resynced,
	};

	delivery->fn(&event, delivery->arg);
	delivery->count++;
}

/* Returns 1 if the agent's event is to be told, 0 if it was, or -ENOMEM. */
static int is_news(struct delivery *delivery, const struct varta_agent *agent)
{
	struct varta_told *told = &delivery->events->told;

	if (!delivery->events->ledger)
		return 1;
	if (delivery->type == VARTA_EVENT_STALL)
		return varta_told_by_event(told, agent);
	varta_told_forget(told, agent);
	return 1;
}

static int deliver_agent(const struct varta_agent *agent, void *arg)
{
	struct delivery *delivery = arg;
	int news = is_news(delivery, agent);

	if (news == 1)
		tell(delivery, delivery->type, agent, false);
	return news < 0 ? news : 0;
}

/* The ledger of a module that was loaded anew has nothing of the old one. */
static int deliver_family(struct varta_events *events,
			  const struct nlmsghdr *message,
			  struct delivery *delivery)
{
	switch (varta_family_notice(&events->connection, message)) {
	case VARTA_FAMILY_LOADED:
		varta_told_clear(&events->told);
		events->behind = true;
		tell(delivery, VARTA_EVENT_LOADED, NULL, false);
		return join(&events->connection);
	case VARTA_FAMILY_UNLOADED:
		tell(delivery, VARTA_EVENT_UNLOADED, NULL, false);
		return 0;
	default:
		return 0;
	}
}

static int deliver(struct varta_events *events,
		   const struct nlmsghdr *message, struct delivery *delivery)
{
	const struct genlmsghdr *header = nlmsg_data(message);

	if (!nlmsg_valid_hdr(message, GENL_HDRLEN))
		return 0;
	if (events->ledger && message->nlmsg_type == GENL_ID_CTRL)
		return deliver_family(events, message, delivery);
	if (message->nlmsg_type != events->connection.family)
		return 0;
	if (header->cmd == VARTA_CMD_STALL_NTF)
		delivery->type = VARTA_EVENT_STALL;
	else if (header->cmd == VARTA_CMD_EXIT_NTF)
		delivery->type = VARTA_EVENT_EXIT;
	else
		return 0;	/* A newer kernel may report more. */
	return varta_agent_read_all(message, deliver_agent, delivery);
}

/* One datagram. Returns 0 or a negative errno, -EAGAIN if there is none. */
static int take(struct varta_events *events, struct delivery *delivery)
{
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
		error = deliver(events, message, delivery);
		if (error)
			return error;
		message = nlmsg_next(message, &length);
	}
	return 0;
}

/* The same, and takes note if something was missed: any failure loses some. */
static int take_or_notice(struct varta_events *events,
			  struct delivery *delivery)
{
	int error = take(events, delivery);

	if (!error || error == -EAGAIN)
		return error;
	events->behind = true;
	if (error != -ENOBUFS)
		return error;
	tell(delivery, VARTA_EVENT_OVERRUN, NULL, false);
	return 0;
}

static int deliver_stalled(const struct varta_agent *agent, void *arg)
{
	struct delivery *delivery = arg;
	int news = varta_told_by_ledger(&delivery->events->told, agent);

	if (news == 1)
		tell(delivery, VARTA_EVENT_STALL, agent, true);
	return news < 0 ? news : 0;
}

static int read_ledger(struct varta_events *events, struct delivery *delivery)
{
	int error;

	varta_told_begin(&events->told);
	error = varta_agent_dump_stalled(events->ledger, deliver_stalled,
					 delivery);
	/* Loaded anew: the next call finds it. */
	if (error == -ENODEV && events->connection.family)
		error = varta_agent_dump_stalled(events->ledger,
						 deliver_stalled, delivery);
	/* It is read when the module is back. */
	if (error == -ENODEV)
		return 0;
	if (!error)
		varta_told_end(&events->told);
	if (error && error != -EAGAIN)
		return error;
	events->behind = false;
	return 0;
}

/*
 * What waits in the socket is told before what the ledger has: so it comes in
 * its order, and what comes after the reading is known if it was read.
 */
static int catch_up(struct varta_events *events, struct delivery *delivery)
{
	int i, error = 0;

	for (i = 0; i < BACKLOG_MAX && !error; i++)
		error = take_or_notice(events, delivery);
	if (error && error != -EAGAIN)
		return error;
	if (!events->connection.family)
		return 0;
	return read_ledger(events, delivery);
}

/*
 * After a failure there may be no other message for long, so that having none
 * is no reason to stay behind; but it is what the caller waits to hear.
 */
static int take_and_catch_up(struct varta_events *events,
			     struct delivery *delivery)
{
	int error = take_or_notice(events, delivery);
	bool none = error == -EAGAIN;

	if (error && !(none && events->behind))
		return error;
	if (!events->behind && events->told.count <= events->told.limit)
		return 0;
	error = catch_up(events, delivery);
	return !error && none && !delivery->count ? -EAGAIN : error;
}

int varta_events_receive(struct varta_events *events, varta_event_fn fn,
			 void *arg)
{
	struct delivery delivery = { .events = events, .fn = fn, .arg = arg };
	int error;

	if (events->ledger)
		error = take_and_catch_up(events, &delivery);
	else
		error = take(events, &delivery);
	return error ? error : delivery.count;
}
