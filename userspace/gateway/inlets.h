/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets that frames come by: those of systemd's socket activation, and those that
 * the gateway opens itself.
 */
#ifndef INLETS_H
#define INLETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#define INLETS_MAX	16

/* Where clients send by default. */
#define INLETS_DEFAULT	"/run/varta/varta.sock"

/* The longest frame: a sealed one with the pid. A byte more tells that it is longer. */
#define DATAGRAM_MAX	64

/* Datagrams that are received at once: as many fit in one message of a relay. */
#define BATCH_MAX	256

/**
 * struct inlet - A socket.
 * @fd: The socket.
 * @is_unix: Senders are processes of this machine, known by their credentials.
 * @path: The file that inlets_close() removes, or NULL.
 */
struct inlet {
	int fd;
	bool is_unix;
	const char *path;
};

/**
 * struct inlets - All of them.
 * @inlets: The sockets.
 * @count: Number of them.
 */
struct inlets {
	struct inlet inlets[INLETS_MAX];
	size_t count;
};

/**
 * struct datagram - What one of them has received.
 * @bytes: Its bytes.
 * @length: Number of them, more than DATAGRAM_MAX if it is too long.
 * @pid: The sender of a Unix socket, 0 if it is not visible here.
 * @uid: Its user, likewise.
 * @sent: CLOCK_REALTIME when it was sent, in ns; 0 if unknown.
 * @from: The sender by UDP.
 */
struct datagram {
	unsigned char bytes[DATAGRAM_MAX];
	size_t length;
	pid_t pid;
	uid_t uid;
	uint64_t sent;
	struct sockaddr_storage from;
};

/**
 * inlets_from_systemd() - Take the sockets that systemd has passed.
 * @inlets: Receives them; none if there are none.
 *
 * Return: 0, -E2BIG if there are too many, or -EINVAL for another descriptor than
 * that of a Unix datagram socket or a UDP socket.
 */
int inlets_from_systemd(struct inlets *inlets);

/**
 * inlets_add_unix() - Open a Unix socket.
 * @inlets: Receives it.
 * @path: Its path, which must stay valid. A socket that nobody reads is replaced.
 * @mode: Permissions.
 *
 * Return: NULL, or what is wrong.
 */
const char *inlets_add_unix(struct inlets *inlets, const char *path,
			    mode_t mode);

/**
 * inlets_add_udp() - Open the sockets of an address.
 * @inlets: Receives them.
 * @address: ADDRESS:PORT, [ADDRESS]:PORT or :PORT.
 *
 * Return: NULL, or what is wrong.
 */
const char *inlets_add_udp(struct inlets *inlets, const char *address);

/**
 * inlet_receive() - Receive what has come, without waiting.
 * @inlet: The socket.
 * @datagrams: Room for BATCH_MAX.
 *
 * Descriptors that a sender passes are closed.
 *
 * Return: How many.
 */
size_t inlet_receive(const struct inlet *inlet, struct datagram *datagrams);

/**
 * inlets_close() - Close all.
 * @inlets: The sockets.
 */
void inlets_close(struct inlets *inlets);

#endif /* INLETS_H */
