// SPDX-License-Identifier: GPL-2.0-only
/*
 * For programs that qemu runs without a machine: it refuses sockets of generic netlink. The unit
 * tests send nothing through them, so those of another protocol will do.
 */
#define _GNU_SOURCE
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int socket(int domain, int type, int protocol)
{
	if (domain == AF_NETLINK && protocol == NETLINK_GENERIC)
		protocol = NETLINK_ROUTE;
	return (int)syscall(SYS_socket, domain, type, protocol);
}
