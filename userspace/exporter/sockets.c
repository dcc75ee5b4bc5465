// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening sockets. See sockets.h.
 */
#include "sockets.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server_socket.h"

static bool is_option_set(int fd, int option, int expected)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return !getsockopt(fd, SOL_SOCKET, option, &value, &size) &&
	       value == expected;
}

static bool is_listening(int fd)
{
	return is_option_set(fd, SO_ACCEPTCONN, 1) &&
	       is_option_set(fd, SO_TYPE, SOCK_STREAM);
}

int sockets_from_systemd(struct sockets *sockets)
{
	int fd, count = server_sockets_of_systemd(SOCKETS_MAX);

	for (fd = SYSTEMD_FIRST; fd < SYSTEMD_FIRST + count; fd++) {
		if (!is_listening(fd))
			return -EINVAL;
		server_socket_set_flags(fd);
		sockets->fds[sockets->count++] = fd;
	}
	return count < 0 ? count : 0;
}

static const char *take(void *context, int fd)
{
	struct sockets *sockets = context;

	if (sockets->count == SOCKETS_MAX)
		return "too many addresses";
	sockets->fds[sockets->count++] = fd;
	return NULL;
}

const char *sockets_add(struct sockets *sockets, const char *address)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};

	return server_sockets_open(address, &hints, take, sockets);
}

void sockets_close(struct sockets *sockets)
{
	while (sockets->count)
		close(sockets->fds[--sockets->count]);
}
