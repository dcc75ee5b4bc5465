/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The socket that programs of sd_notify(3) send to, and packets for it.
 */
#ifndef NOTIFY_SOCKET_H
#define NOTIFY_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "notify_message.h"

enum {
	/* SCM_MAX_FD of the kernel: most descriptors of a packet. */
	NOTIFY_FDS_MAX		= 253,
	/* Holds "@" and an abstract name, or a path. */
	NOTIFY_ADDRESS_SIZE	= sizeof(((struct sockaddr_un *)0)->sun_path),
};

/**
 * struct notify_packet - A message with its sender and descriptors.
 * @text: The message.
 * @length: Its length.
 * @pid: The sender as this process sees it; 0 if it does not.
 * @uid: Its user.
 * @fds: Descriptors that came with it.
 * @fd_count: Their number.
 */
struct notify_packet {
	char text[NOTIFY_MESSAGE_MAX];
	size_t length;
	pid_t pid;
	uid_t uid;
	int fds[NOTIFY_FDS_MAX];
	int fd_count;
};

/**
 * notify_packet_close() - Close the descriptors of a packet.
 * @packet: The packet.
 */
void notify_packet_close(struct notify_packet *packet);

/**
 * notify_socket_open() - Open a socket with a new name.
 * @address: Receives NOTIFY_ADDRESS_SIZE bytes, for NOTIFY_SOCKET.
 *
 * The name is abstract, so that it needs no writable directory, can be reached
 * from another root directory, and leaves nothing behind. Anyone in the network
 * namespace can send to it: check the sender.
 *
 * Return: A descriptor or a negative errno.
 */
int notify_socket_open(char *address);

/**
 * notify_socket_receive() - Receive a packet. Does not block.
 * @fd: The socket.
 * @packet: Set. Its descriptors belong to the caller.
 *
 * Return: 1 for a packet; 0 if there is none; -EBADMSG for one that is too long,
 * had more descriptors than could be received, or has no sender, which was
 * dropped; another negative errno.
 */
int notify_socket_receive(int fd, struct notify_packet *packet);

/**
 * notify_address_parse() - Parse a value of NOTIFY_SOCKET.
 * @address: Set.
 * @text: The value, "/PATH" or "@NAME".
 *
 * Return: Size of the address; -EAFNOSUPPORT for another kind, -E2BIG if it is
 * too long.
 */
int notify_address_parse(struct sockaddr_un *address, const char *text);

/**
 * notify_socket_send() - Send a packet. Does not block.
 * @fd: A connected socket.
 * @packet: The packet. Its descriptors stay open.
 * @as_sender: As if from the process that has sent it, which takes
 *   CAP_SYS_ADMIN unless that is this one.
 *
 * Return: 0 or a negative errno.
 */
int notify_socket_send(int fd, const struct notify_packet *packet,
		       bool as_sender);

#endif /* NOTIFY_SOCKET_H */
