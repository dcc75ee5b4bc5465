// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Subscriptions to the kernel's multicast events.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "client.h"
#include "connection.h"
#include "reader.h"
#include "reported_stalls.h"

/* For the lookup of the family. */
#define TIMEOUT_MS	5000

/* Most messages to receive before a dump; no socket buffer holds as many. */
#define BACKLOG_MAX	(1 << 20)

/* Events that the kernel keeps for one reader. */
#define LOG_SIZE	2048

/**
 * struct progress - Which events were received, by their numbers.
 * @known: The number of an event is known. Without it, all are new.
 * @replayed: The caller's number, for a replay; 0 for none.
 * @complete: No event up to this one is missing, or a dump has made up for it.
 * @top: The highest number received.
 * @dumped: Logged events up to this one were in the last dump.
 * @received: Numbers of the last logged events after @complete.
 * @count: How many there were.
 */
struct progress {
	bool known;
	uint64_t replayed, complete, top, dumped;
	uint64_t received[LOG_SIZE];
	size_t count;
};

/**
 * struct varta_events - See varta.h.
 * @connection: Receives the events.
 * @reader: Handle for dumps; NULL without @resync.
 * @stalls: The stalls that were reported, with @resync.
 * @behind: Events were lost, and no dump was made since.
 * @progress: Which events were received, with @resync.
 * @buffer: For one datagram.
 */
struct varta_events {
	struct varta_connection connection;
	struct varta *reader;
	struct varta_reported_stalls stalls;
	bool behind;
	struct progress progress;
	_Alignas(struct nlmsghdr) char buffer[VARTA_MESSAGE_MAX];
};

static const struct varta_agent_filter only_stalled = {
	.size = sizeof(only_stalled),
	.stalled = true,
};

/* With CAP_NET_ADMIN beyond the system's limit, otherwise up to it. */
static int set_buffer(int fd, uint32_t bytes)
{
	int size = bytes < INT_MAX ? (int)bytes : INT_MAX;

	if (!setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		return 0;
	if (!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		return 0;
	return -errno;
}

static int join_group(const struct varta_connection *c)
{
	const int on = 1;

	if (!c->events_group)
		return -EPROTO;
	if (setsockopt(c->socket.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &c->events_group, sizeof(c->events_group)))
		return -errno;
	/* Before Linux 6.8, only these sockets' lost events are counted. */
	setsockopt(c->socket.fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &on,
		   sizeof(on));
	return 0;
}

/* The kernel will not report the end of a stall that had no event of its own. */
static int add_earlier(const struct varta_agent *agent, void *arg)
{
	if (agent->source_silent)
		return 0;
	return varta_stalls_add_earlier(arg, agent);
}

/* From here on, messages say that the module is loaded again. */
static int follow_family(struct varta_connection *c)
{
	int error = varta_connection_follow_family(c);

	/* It may have been since the family was looked up. */
	if (!error)
		error = varta_connection_find_family(c);
	if (error)
		return error;
	return c->socket.family ? 0 : -ENODEV;
}

static void restart_progress(struct progress *progress, uint64_t since)
{
	*progress = (struct progress){
		.known = true,
		.complete = since,
		.top = since,
	};
}

/* Stalls from before the subscription count as reported, but for a replay. */
static int prepare_resync(struct varta_events *events,
			  const struct varta_events_options *options)
{
	int error = varta_open(&events->reader, NULL);

	if (error)
		return error;
	varta_stalls_init(&events->stalls);
	if (options->replay) {
		restart_progress(&events->progress, options->since);
		events->progress.replayed = options->since;
		events->behind = true;
		return 0;
	}
	error = varta_agent_dump(events->reader, &only_stalled, add_earlier,
				 &events->stalls);
	return error == -EAGAIN ? 0 : error;
}

static int subscribe(struct varta_events *events,
		     const struct varta_events_options *options)
{
	struct varta_connection *c = &events->connection;
	int error = varta_connection_open(c, TIMEOUT_MS);

	if (!error && options->buffer)
		error = set_buffer(c->socket.fd, options->buffer);
	if (!error && options->resync)
		error = follow_family(c);
	if (!error)
		error = join_group(c);
	if (!error && options->resync)
		error = prepare_resync(events, options);
	return error;
}

static int copy_options(struct varta_events_options *to,
			const struct varta_events_options *from)
{
	int error;

	memset(to, 0, sizeof(*to));
	if (!from)
		return 0;
	error = varta_copy_struct(to, sizeof(*to),
				  VARTA_SIZE_UP_TO(struct varta_events_options,
						   reserved), from);
	if (!error && !varta_is_zero(to->reserved, sizeof(to->reserved)))
		error = -E2BIG;
	return error;
}

int varta_events_open(struct varta_events **events,
		      const struct varta_events_options *options)
{
	struct varta_events_options copy;
	struct varta_events *made;
	int error;

	*events = NULL;
	error = copy_options(&copy, options);
	if (error)
		return error;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	error = subscribe(made, &copy);
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
	varta_close(events->reader);
	varta_stalls_clear(&events->stalls);
	free(events);
}

int varta_events_fd(const struct varta_events *events)
{
	int fd = events->connection.socket.fd;

	return fd < 0 ? -EBADF : fd;
}

struct delivery {
	struct varta_events *events;
	enum varta_event_type type;
	varta_event_fn fn;
	void *arg;
	int count;
};

static void report(struct delivery *delivery, const struct varta_event *event)
{
	delivery->fn(event, delivery->arg);
	delivery->count++;
}

/* An event of the subscription, not of an agent. */
static void report_notice(struct delivery *delivery, enum varta_event_type type)
{
	report(delivery, &(struct varta_event){ .type = type });
}

static bool is_logged(enum varta_event_type type)
{
	return type == VARTA_EVENT_EXIT || type == VARTA_EVENT_CONFLICT ||
	       type == VARTA_EVENT_ACTION || type == VARTA_EVENT_LANE_STALL ||
	       type == VARTA_EVENT_LANE_RECOVER ||
	       type == VARTA_EVENT_SOURCE_STALL ||
	       type == VARTA_EVENT_SOURCE_RECOVER;
}

static bool was_received(const struct progress *progress, uint64_t seq)
{
	size_t i;

	for (i = 0; i < progress->count && i < LOG_SIZE; i++)
		if (progress->received[i] == seq)
			return true;
	return false;
}

/* Notes a received event. Returns whether one before it is missing. */
static bool note_number(struct progress *progress, uint64_t seq,
			enum varta_event_type type)
{
	if (!progress->known)
		restart_progress(progress, seq - 1);
	/* The caller's number is of an earlier load of the module. */
	if (seq <= progress->replayed)
		restart_progress(progress, 0);
	if (seq > progress->top)
		progress->top = seq;
	if (seq == progress->complete + 1)
		progress->complete = seq;
	if (seq <= progress->complete)
		return false;
	if (is_logged(type))
		progress->received[progress->count++ % LOG_SIZE] = seq;
	return true;
}

/* Returns 1 if the event must be reported, 0 if it was, or -ENOMEM. */
static int is_new(struct delivery *delivery, const struct varta_agent *agent)
{
	struct varta_reported_stalls *stalls = &delivery->events->stalls;

	if (!delivery->events->reader)
		return 1;
	if (delivery->type == VARTA_EVENT_STALL)
		return varta_stalls_add_event(stalls, agent);
	if (delivery->type == VARTA_EVENT_RECOVER)
		return varta_stalls_recover(stalls, agent);
	/* The stall has ended already by a dump, or was never reported. */
	if (delivery->type == VARTA_EVENT_GOODBYE && agent->stalled)
		return varta_stalls_forget(stalls, agent);
	if (delivery->type != VARTA_EVENT_STATUS &&
	    delivery->type != VARTA_EVENT_CONFLICT &&
	    delivery->type != VARTA_EVENT_ACTION &&
	    delivery->type != VARTA_EVENT_LATE &&
	    delivery->type != VARTA_EVENT_LANE_STALL &&
	    delivery->type != VARTA_EVENT_LANE_RECOVER &&
	    delivery->type != VARTA_EVENT_SOURCE_STALL &&
	    delivery->type != VARTA_EVENT_SOURCE_RECOVER)
		varta_stalls_forget(stalls, agent);
	return 1;
}

/* Losses that the socket does not report: the kernel had no memory. */
static void note_gap(struct varta_events *events,
		     const struct varta_event *event,
		     struct delivery *delivery)
{
	if (!note_number(&events->progress, event->seq, event->type) ||
	    events->behind)
		return;
	events->behind = true;
	report_notice(delivery, VARTA_EVENT_OVERRUN);
}

static int deliver_event(const struct varta_event *read, void *arg)
{
	struct delivery *delivery = arg;
	struct varta_events *events = delivery->events;
	struct varta_event event = *read;
	int new;

	event.type = delivery->type;
	if (events->reader && event.seq)
		note_gap(events, &event, delivery);
	/* A dump may be ahead of the messages. */
	if (is_logged(event.type) && event.seq &&
	    event.seq <= events->progress.dumped)
		return 0;
	new = is_new(delivery, event.agent);
	if (new == 1)
		report(delivery, &event);
	return new < 0 ? new : 0;
}

static int deliver_change(const struct varta_event *event, void *arg)
{
	struct delivery *delivery = arg;

	if (delivery->events->reader && event->seq)
		note_gap(delivery->events, event, delivery);
	if (event->type == VARTA_EVENT_CONFIG)
		report(delivery, event);
	return 0;
}

/* What was lost may have been before the first event that was received. */
static int deliver_loss(const struct varta_event *event, void *arg)
{
	struct delivery *delivery = arg;
	struct varta_events *events = delivery->events;
	bool is_first = !events->progress.known;

	if (!events->reader)
		return 0;
	note_gap(events, event, delivery);
	if (is_first && !events->behind) {
		events->behind = true;
		report_notice(delivery, VARTA_EVENT_OVERRUN);
	}
	return 0;
}

/* The tracker of a module that was loaded again is empty. */
static int follow_loaded(struct varta_events *events, struct delivery *delivery)
{
	varta_stalls_clear(&events->stalls);
	restart_progress(&events->progress, 0);
	events->behind = true;
	report_notice(delivery, VARTA_EVENT_LOADED);
	return join_group(&events->connection);
}

/* What was lost may have been a change of the family. */
static int find_family(struct varta_events *events, struct delivery *delivery)
{
	struct varta_connection *c = &events->connection;
	uint16_t before = c->socket.family;
	int error = varta_connection_find_family(c);

	if (error)
		return error;
	if (c->socket.family == before)
		return 0;
	if (before)
		report_notice(delivery, VARTA_EVENT_UNLOADED);
	return c->socket.family ? follow_loaded(events, delivery) : 0;
}

static int deliver_family(struct varta_events *events,
			  const struct nlmsghdr *message,
			  struct delivery *delivery)
{
	switch (varta_connection_family_change(&events->connection, message)) {
	case VARTA_FAMILY_LOADED:
		return follow_loaded(events, delivery);
	case VARTA_FAMILY_UNLOADED:
		report_notice(delivery, VARTA_EVENT_UNLOADED);
		return 0;
	default:
		return 0;
	}
}

/* By the event's command; 0 for events of a newer kernel. */
static const enum varta_event_type event_types[] = {
	[VARTA_CMD_STALL_NTF] = VARTA_EVENT_STALL,
	[VARTA_CMD_EXIT_NTF] = VARTA_EVENT_EXIT,
	[VARTA_CMD_RECOVER_NTF] = VARTA_EVENT_RECOVER,
	[VARTA_CMD_STATUS_NTF] = VARTA_EVENT_STATUS,
	[VARTA_CMD_GOODBYE_NTF] = VARTA_EVENT_GOODBYE,
	[VARTA_CMD_CONFLICT_NTF] = VARTA_EVENT_CONFLICT,
	[VARTA_CMD_ACTION_NTF] = VARTA_EVENT_ACTION,
	[VARTA_CMD_LATE_NTF] = VARTA_EVENT_LATE,
	[VARTA_CMD_LANE_STALL_NTF] = VARTA_EVENT_LANE_STALL,
	[VARTA_CMD_LANE_RECOVER_NTF] = VARTA_EVENT_LANE_RECOVER,
	[VARTA_CMD_SOURCE_STALL_NTF] = VARTA_EVENT_SOURCE_STALL,
	[VARTA_CMD_SOURCE_RECOVER_NTF] = VARTA_EVENT_SOURCE_RECOVER,
};

static int deliver(struct varta_events *events,
		   const struct nlmsghdr *message, struct delivery *delivery)
{
	const struct genlmsghdr *header = nlmsg_data(message);

	if (message->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return 0;
	if (events->reader && message->nlmsg_type == GENL_ID_CTRL)
		return deliver_family(events, message, delivery);
	if (message->nlmsg_type != events->connection.socket.family)
		return 0;
	if (header->cmd == VARTA_CMD_CONFIG_NTF)
		return varta_notice_read_all(message, deliver_change, delivery);
	if (header->cmd == VARTA_CMD_LOSS_NTF)
		return varta_notice_read_all(message, deliver_loss, delivery);
	if (header->cmd >= sizeof(event_types) / sizeof(event_types[0]) ||
	    !event_types[header->cmd])
		return 0;
	delivery->type = event_types[header->cmd];
	return varta_event_read_all(message, deliver_event, delivery);
}

/* Receives a datagram. Returns 0 or a negative errno, -EAGAIN for none. */
static int receive(struct varta_events *events, struct delivery *delivery)
{
	const struct nlmsghdr *message;
	int length, error, at = 0;

	length = varta_client__receive(&events->connection.socket,
				       events->buffer, sizeof(events->buffer));
	if (length < 0)
		return length;
	while ((message = varta_client__message_at(events->buffer, at,
						   length))) {
		error = deliver(events, message, delivery);
		if (error)
			return error;
		at += (int)NLMSG_ALIGN(message->nlmsg_len);
	}
	return 0;
}

/* As receive(), but notes losses: with any failure, events are lost. */
static int receive_or_note_loss(struct varta_events *events,
				struct delivery *delivery)
{
	int error = receive(events, delivery);

	if (!error || error == -EAGAIN)
		return error;
	events->behind = true;
	if (error != -ENOBUFS)
		return error;
	report_notice(delivery, VARTA_EVENT_OVERRUN);
	return 0;
}

static int deliver_dumped(const struct varta_agent *agent, void *arg)
{
	struct delivery *delivery = arg;
	int new;

	if (agent->source_silent)
		return 0;
	new = varta_stalls_add_dumped(&delivery->events->stalls, agent);
	if (new == 1)
		report(delivery, &(struct varta_event){
			.type = VARTA_EVENT_STALL,
			.agent = agent,
			.resynced = true,
		});
	return new < 0 ? new : 0;
}

/* Whether the agent whose stall ended is still tracked; sets @now to it. */
static bool is_tracked(struct varta_events *events,
		       const struct varta_agent *agent, struct varta_agent *now)
{
	uint32_t pid = agent->pid ? agent->pid : agent->ns_pid;

	return !varta_agent_get(events->reader, agent->source, pid, now) &&
	       now->ns_pid == agent->ns_pid &&
	       now->ns_inode == agent->ns_inode &&
	       now->last_beat > agent->last_beat &&
	       (!now->first_beat || now->first_beat <= agent->last_beat);
}

static void deliver_ended(const struct varta_agent *agent, void *arg)
{
	struct delivery *delivery = arg;
	struct varta_agent now;
	struct varta_event event = {
		.type = VARTA_EVENT_GOODBYE,
		.agent = agent,
		.resynced = true,
		.cause = VARTA_CAUSE_UNKNOWN,
	};

	if (is_tracked(delivery->events, agent, &now)) {
		event.type = VARTA_EVENT_RECOVER;
		event.agent = &now;
	}
	report(delivery, &event);
}

static int deliver_logged(const struct varta_event *read, void *arg)
{
	struct delivery *delivery = arg;
	struct progress *progress = &delivery->events->progress;
	struct varta_event event = *read;

	if (event.seq > progress->dumped)
		progress->dumped = event.seq;
	if (!is_logged(event.type) || was_received(progress, event.seq))
		return 0;
	event.resynced = true;
	/* An end is reported once, not by the dump of stalled agents too. */
	if (event.type == VARTA_EVENT_EXIT)
		varta_stalls_forget(&delivery->events->stalls, event.agent);
	report(delivery, &event);
	return 0;
}

/*
 * Lost events that are logged. A module without a log gives none, and neither does
 * one to a program that gave up its capability once it had subscribed.
 */
static int dump_log(struct varta_events *events, struct delivery *delivery)
{
	struct progress *progress = &events->progress;
	int error;

	if (!progress->known)
		return 0;
	error = varta_event_dump(events->reader, progress->complete,
				 deliver_logged, delivery);
	if (error && error != -EOPNOTSUPP && error != -EPERM &&
	    error != -ENODEV && error != -EINTR)
		return error;
	/* The dump of the stalled agents does the rest. */
	if (progress->top < progress->dumped)
		progress->top = progress->dumped;
	if (progress->complete < progress->top)
		progress->complete = progress->top;
	progress->count = 0;
	return 0;
}

static int dump_stalled(struct varta_events *events, struct delivery *delivery)
{
	int error, torn;

	varta_stalls_begin_dump(&events->stalls);
	error = varta_agent_dump(events->reader, &only_stalled, deliver_dumped,
				 delivery);
	/* The module was loaded again, which the next call notices. */
	if (error == -ENODEV && events->connection.socket.family)
		error = varta_agent_dump(events->reader, &only_stalled,
					 deliver_dumped, delivery);
	/* The dump is made when the module is loaded. */
	if (error == -ENODEV)
		return 0;
	if (error && error != -EAGAIN)
		return error;
	torn = error;
	/* After that dump, as exits are logged after their slots are freed. */
	error = dump_log(events, delivery);
	if (error)
		return error;
	if (!torn)
		varta_stalls_end_dump(&events->stalls, deliver_ended, delivery);
	events->behind = false;
	return 0;
}

/*
 * Delivers what is in the socket before the dump. So events stay in order, and
 * the dump has the stalls of all events that were received.
 */
static int catch_up(struct varta_events *events, struct delivery *delivery)
{
	int i, error = 0;

	for (i = 0; i < BACKLOG_MAX && !error; i++)
		error = receive_or_note_loss(events, delivery);
	if (error && error != -EAGAIN)
		return error;
	error = find_family(events, delivery);
	if (error || !events->connection.socket.family)
		return error;
	return dump_stalled(events, delivery);
}

/*
 * After a loss there may be no message for long. So it catches up also when
 * there is none, and then returns -EAGAIN unless there were stalls to report.
 */
static int receive_and_catch_up(struct varta_events *events,
				struct delivery *delivery)
{
	int error = receive_or_note_loss(events, delivery);
	bool none = error == -EAGAIN;

	if (error && !(none && events->behind))
		return error;
	if (!events->behind && events->stalls.count <= events->stalls.limit)
		return 0;
	error = catch_up(events, delivery);
	return !error && none && !delivery->count ? -EAGAIN : error;
}

int varta_events_receive(struct varta_events *events, varta_event_fn fn,
			 void *arg)
{
	struct delivery delivery = { .events = events, .fn = fn, .arg = arg };
	int error;

	if (events->reader)
		error = receive_and_catch_up(events, &delivery);
	else
		error = receive(events, &delivery);
	return error ? error : delivery.count;
}
