/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Passes messages of sd_notify(3) on to the service manager, in their order.
 */
#ifndef NOTIFY_UPSTREAM_H
#define NOTIFY_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "notify_socket.h"

enum {
	/* Packets that wait for a manager that is busy. */
	NOTIFY_QUEUE_MAX	= 64,
	/* The last of them are for the main process. */
	NOTIFY_QUEUE_RESERVED	= 16,
	/* Descriptors of all packets that wait. */
	NOTIFY_QUEUE_FDS_MAX	= 2 * NOTIFY_FDS_MAX,
};

/**
 * struct notify_queued - A packet that waits.
 * @packet: The packet.
 * @main: Its sender is the main process.
 * @plain: It has nothing but WATCHDOG=1.
 */
struct notify_queued {
	struct notify_packet packet;
	bool main, plain;
};

/**
 * struct notify_upstream - The service manager.
 * @address: Of its socket.
 * @size: Size of @address; 0 if there is no manager.
 * @fd: A socket that is connected to it; -1 if there is none now.
 * @queue: A ring of packets that wait.
 * @first: Index of the oldest one.
 * @count: Their number.
 * @fds: Number of their descriptors.
 * @error: Why the last packet that was lost could not be sent; 0 for none.
 */
struct notify_upstream {
	struct sockaddr_un address;
	int size, fd;
	struct notify_queued queue[NOTIFY_QUEUE_MAX];
	unsigned int first, count;
	int fds, error;
};

/**
 * notify_upstream_init() - Set where to pass packets on to.
 * @upstream: Set.
 * @address: A value of NOTIFY_SOCKET; NULL or "" for nowhere.
 *
 * Return: 0 or a negative errno, as of notify_address_parse().
 */
int notify_upstream_init(struct notify_upstream *upstream, const char *address);

/**
 * notify_upstream_pass() - Pass a packet on. Does not block.
 * @upstream: The manager.
 * @packet: The packet, whose descriptors are taken over.
 * @main: Its sender is the main process: it is sent as from that if this process
 *   may do so, and may use the reserved places.
 * @plain: It has nothing but WATCHDOG=1.
 *
 * While the manager is busy, packets wait. Plain ones are dropped then if one of
 * the same sender waits, and others if there is no room.
 */
void notify_upstream_pass(struct notify_upstream *upstream,
			  struct notify_packet *packet, bool main, bool plain);

/**
 * notify_upstream_flush() - Send what waits, as far as possible.
 * @upstream: The manager.
 */
void notify_upstream_flush(struct notify_upstream *upstream);

#endif /* NOTIFY_UPSTREAM_H */
