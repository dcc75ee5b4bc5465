/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets on which the exporter is reached: those of systemd's socket
 * activation, or one for each address.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stddef.h>

/* Most sockets. */
#define SOCKETS_MAX	8

/* Where it listens without an option. */
#define SOCKETS_DEFAULT	"127.0.0.1:8278"

/**
 * struct sockets - Listening sockets.
 * @fds: The sockets.
 * @count: Number of them.
 */
struct sockets {
	int fds[SOCKETS_MAX];
	size_t count;
};

/**
 * sockets_from_systemd() - Take the sockets that systemd has passed.
 * @sockets: Receives them; none if there are none.
 *
 * Return: 0, -E2BIG if there are too many, or -EINVAL for another descriptor
 * than that of a listening stream socket.
 */
int sockets_from_systemd(struct sockets *sockets);

/**
 * sockets_add() - Listen on an address.
 * @sockets: Receives the sockets: more than one for a name with more than one
 *   address.
 * @address: ADDRESS:PORT, [ADDRESS]:PORT or :PORT.
 *
 * Return: NULL, or what is wrong.
 */
const char *sockets_add(struct sockets *sockets, const char *address);

/**
 * sockets_close() - Close the sockets.
 * @sockets: The sockets.
 */
void sockets_close(struct sockets *sockets);

#endif /* SOCKETS_H */
