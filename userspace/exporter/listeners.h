/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets on which the exporter is reached: those of systemd's socket
 * activation, or one for each address.
 */
#ifndef LISTENERS_H
#define LISTENERS_H

#include <stddef.h>

/* Most sockets. */
#define LISTENERS_MAX	8

/* Where it listens without an option. */
#define LISTENERS_DEFAULT	"127.0.0.1:8278"

/**
 * struct listeners - Listening sockets.
 * @fds: The sockets.
 * @count: Number of them.
 */
struct listeners {
	int fds[LISTENERS_MAX];
	size_t count;
};

/**
 * listeners_from_systemd() - Take the sockets that systemd has passed.
 * @listeners: Receives them; none if there are none.
 *
 * Return: 0, -E2BIG if there are too many, or -EINVAL for another descriptor
 * than that of a listening stream socket.
 */
int listeners_from_systemd(struct listeners *listeners);

/**
 * listeners_add() - Listen on an address.
 * @listeners: Receives the sockets: more than one for a name with more than one
 *   address.
 * @address: ADDRESS:PORT, [ADDRESS]:PORT or :PORT.
 *
 * Return: NULL, or what is wrong.
 */
const char *listeners_add(struct listeners *listeners, const char *address);

/**
 * listeners_close() - Close the sockets.
 * @listeners: The sockets.
 */
void listeners_close(struct listeners *listeners);

#endif /* LISTENERS_H */
