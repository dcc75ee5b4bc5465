// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passes messages of sd_notify(3) on. See notify_upstream.h.
 */
#include "notify_upstream.h"

#include <errno.h>
#include <unistd.h>

int notify_upstream_init(struct notify_upstream *upstream, const char *address)
{
	upstream->size = 0;
	upstream->fd = -1;
	upstream->first = 0;
	upstream->count = 0;
	upstream->fds = 0;
	upstream->error = 0;
	if (!address || !address[0])
		return 0;
	upstream->size = notify_address_parse(&upstream->address, address);
	return upstream->size < 0 ? upstream->size : 0;
}

/* Connected, so that poll(2) tells when there is room again. */
static int reconnect(struct notify_upstream *upstream)
{
	if (upstream->fd >= 0)
		close(upstream->fd);
	upstream->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (upstream->fd < 0)
		return -errno;
	if (!connect(upstream->fd, (struct sockaddr *)&upstream->address,
		     (socklen_t)upstream->size))
		return 0;
	return -errno;
}

/*
 * The manager may accept notifications of the main process only. Others are sent
 * as from this process, which still exists when the manager looks.
 */
static int send_as(const struct notify_upstream *upstream,
		   const struct notify_packet *packet, bool main)
{
	int error = -EPERM;

	if (main)
		error = notify_socket_send(upstream->fd, packet, true);
	/* Without CAP_SYS_ADMIN, or the main process has been reaped. */
	if (error == -EPERM || error == -ESRCH)
		error = notify_socket_send(upstream->fd, packet, false);
	return error;
}

/* The manager may have made its socket again. */
static bool is_disconnected(int error)
{
	return error == -ECONNREFUSED || error == -ENOTCONN ||
	       error == -ECONNRESET || error == -EPIPE || error == -EBADF;
}

static int send_packet(struct notify_upstream *upstream,
		       const struct notify_packet *packet, bool main)
{
	int error = -EBADF;

	if (upstream->fd >= 0)
		error = send_as(upstream, packet, main);
	if (is_disconnected(error)) {
		error = reconnect(upstream);
		if (!error)
			error = send_as(upstream, packet, main);
	}
	return error;
}

/* Of the same sender: the manager may accept only one of two. */
static bool has_plain(const struct notify_upstream *upstream, pid_t pid)
{
	const struct notify_queued *queued;
	unsigned int i;

	for (i = 0; i < upstream->count; i++) {
		queued = &upstream->queue[(upstream->first + i) %
					  NOTIFY_QUEUE_MAX];
		if (queued->plain && queued->packet.pid == pid)
			return true;
	}
	return false;
}

static bool has_room(const struct notify_upstream *upstream,
		     const struct notify_packet *packet, bool main)
{
	unsigned int room = NOTIFY_QUEUE_MAX - upstream->count;

	return room > (main ? 0 : NOTIFY_QUEUE_RESERVED) &&
	       upstream->fds + packet->fd_count <= NOTIFY_QUEUE_FDS_MAX;
}

static void enqueue(struct notify_upstream *upstream,
		    struct notify_packet *packet, bool main, bool plain)
{
	struct notify_queued *queued = &upstream->queue
		[(upstream->first + upstream->count) % NOTIFY_QUEUE_MAX];

	queued->packet = *packet;
	queued->main = main;
	queued->plain = plain;
	upstream->fds += packet->fd_count;
	upstream->count++;
}

void notify_upstream_pass(struct notify_upstream *upstream,
			  struct notify_packet *packet, bool main, bool plain)
{
	int error = -EAGAIN;

	/* What waits goes first. */
	notify_upstream_flush(upstream);
	if (upstream->size && !upstream->count)
		error = send_packet(upstream, packet, main);
	if (upstream->size && error == -EAGAIN) {
		if (plain && has_plain(upstream, packet->pid)) {
			/* The one that waits says the same. */
			error = 0;
		} else if (has_room(upstream, packet, main)) {
			enqueue(upstream, packet, main, plain);
			return;
		}
	}
	if (upstream->size && error)
		upstream->error = error;
	notify_packet_close(packet);
}

void notify_upstream_flush(struct notify_upstream *upstream)
{
	struct notify_queued *queued;
	int error;

	while (upstream->count) {
		queued = &upstream->queue[upstream->first];
		error = send_packet(upstream, &queued->packet,
				    queued->main);
		if (error == -EAGAIN)
			return;
		if (error)
			upstream->error = error;
		upstream->fds -= queued->packet.fd_count;
		notify_packet_close(&queued->packet);
		upstream->first = (upstream->first + 1) % NOTIFY_QUEUE_MAX;
		upstream->count--;
	}
}
