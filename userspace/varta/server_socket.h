/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets of a service: those that systemd passes, and those of addresses.
 */
#ifndef SERVER_SOCKET_H
#define SERVER_SOCKET_H

#include <netdb.h>

/* The first descriptor that systemd passes, see sd_listen_fds(3). */
#define SYSTEMD_FIRST	3

/**
 * server_sockets_of_systemd() - Count the sockets that systemd has passed.
 * @max: Most of them.
 *
 * They are the descriptors from SYSTEMD_FIRST on. The variables about them are removed
 * from the environment.
 *
 * Return: Their number, or -E2BIG.
 */
int server_sockets_of_systemd(int max);

/**
 * server_socket_set_flags() - Set close-on-exec, and no waiting.
 * @fd: The socket.
 */
void server_socket_set_flags(int fd);

/**
 * server_sockets_open() - Open the sockets of an address.
 * @address: ADDRESS:PORT, [ADDRESS]:PORT or :PORT.
 * @hints: For getaddrinfo(3). Sockets of the type SOCK_STREAM listen.
 * @take: Called with each socket, which it takes over; or it returns why not.
 * @context: For @take.
 *
 * A family that the kernel lacks is passed over, unless it is the last. IPv6 sockets do
 * not take IPv4. What was taken before something went wrong stays taken.
 *
 * Return: NULL, or what is wrong.
 */
const char *server_sockets_open(const char *address,
				const struct addrinfo *hints,
				const char *(*take)(void *context, int fd),
				void *context);

#endif /* SERVER_SOCKET_H */
