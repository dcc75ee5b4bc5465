// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sockets of a service. See server_socket.h.
 */
#include "server_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG		64

static long number_in(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtol(text, NULL, 10) : 0;
}

int server_sockets_of_systemd(int max)
{
	long count = number_in("LISTEN_FDS");

	if (number_in("LISTEN_PID") != getpid())
		count = 0;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count > max)
		return -E2BIG;
	return count > 0 ? (int)count : 0;
}

void server_socket_set_flags(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* Returns the socket or a negative errno. */
static int open_one(const struct addrinfo *info)
{
	bool listens = info->ai_socktype == SOCK_STREAM;
	const int on = 1;
	int error, fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC,
			       info->ai_protocol);

	if (fd < 0)
		return -errno;
	if (listens)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, info->ai_addr, info->ai_addrlen) ||
	    (listens && listen(fd, BACKLOG))) {
		error = -errno;
		close(fd);
		return error;
	}
	server_socket_set_flags(fd);
	return fd;
}

static const char *open_all(const struct addrinfo *info,
			    const char *(*take)(void *context, int fd),
			    void *context)
{
	const char *problem;
	int fd;

	for (; info; info = info->ai_next) {
		fd = open_one(info);
		/* The kernel may be without IPv6. */
		if (fd == -EAFNOSUPPORT && info->ai_next)
			continue;
		if (fd < 0)
			return strerror(-fd);
		problem = take(context, fd);
		if (problem) {
			close(fd);
			return problem;
		}
	}
	return NULL;
}

/* Splits ADDRESS:PORT; the address may be in brackets, or empty for any. */
static bool split_address(char *text, const char **host, const char **port)
{
	char *colon = strrchr(text, ':');

	if (!colon || !colon[1])
		return false;
	*colon = '\0';
	*port = colon + 1;
	*host = text[0] ? text : NULL;
	if (text[0] == '[' && colon > text + 1 && colon[-1] == ']') {
		colon[-1] = '\0';
		*host = text + 1;
		return true;
	}
	return !strchr(text, ':');
}

const char *server_sockets_open(const char *address,
				const struct addrinfo *hints,
				const char *(*take)(void *context, int fd),
				void *context)
{
	const char *host, *port, *problem;
	struct addrinfo *info = NULL;
	char *copy = strdup(address);
	int error;

	if (!copy)
		return strerror(ENOMEM);
	if (!split_address(copy, &host, &port)) {
		free(copy);
		return "not ADDRESS:PORT, [ADDRESS]:PORT or :PORT";
	}
	error = getaddrinfo(host, port, hints, &info);
	problem = error ? gai_strerror(error) : open_all(info, take, context);
	if (info)
		freeaddrinfo(info);
	free(copy);
	return problem;
}
