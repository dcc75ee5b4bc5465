// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening sockets. See sockets.h.
 */
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The first descriptor that systemd passes, see sd_listen_fds(3). */
#define SYSTEMD_FIRST	3

#define BACKLOG		64

static long number_in(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtol(text, NULL, 10) : 0;
}

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

static void set_flags(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int sockets_from_systemd(struct sockets *sockets)
{
	long count = number_in("LISTEN_FDS");
	int fd;

	if (number_in("LISTEN_PID") != getpid())
		count = 0;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count > SOCKETS_MAX)
		return -E2BIG;
	for (fd = SYSTEMD_FIRST; fd < SYSTEMD_FIRST + count; fd++) {
		if (!is_listening(fd))
			return -EINVAL;
		set_flags(fd);
		sockets->fds[sockets->count++] = fd;
	}
	return 0;
}

/* Returns the socket or a negative errno. */
static int listen_on(const struct addrinfo *info)
{
	const int on = 1;
	int error, fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC,
			       info->ai_protocol);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, info->ai_addr, info->ai_addrlen) || listen(fd, BACKLOG)) {
		error = -errno;
		close(fd);
		return error;
	}
	set_flags(fd);
	return fd;
}

static const char *listen_on_all(struct sockets *sockets,
				 const struct addrinfo *info)
{
	int fd;

	for (; info; info = info->ai_next) {
		if (sockets->count == SOCKETS_MAX)
			return "too many addresses";
		fd = listen_on(info);
		/* The kernel may be without IPv6. */
		if (fd == -EAFNOSUPPORT && info->ai_next)
			continue;
		if (fd < 0)
			return strerror(-fd);
		sockets->fds[sockets->count++] = fd;
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

const char *sockets_add(struct sockets *sockets, const char *address)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	const char *host, *port, *problem = NULL;
	struct addrinfo *info = NULL;
	char *copy = strdup(address);
	int error;

	if (!copy)
		return strerror(ENOMEM);
	if (!split_address(copy, &host, &port)) {
		free(copy);
		return "not ADDRESS:PORT, [ADDRESS]:PORT or :PORT";
	}
	error = getaddrinfo(host, port, &hints, &info);
	if (error)
		problem = gai_strerror(error);
	else
		problem = listen_on_all(sockets, info);
	if (info)
		freeaddrinfo(info);
	free(copy);
	return problem;
}

void sockets_close(struct sockets *sockets)
{
	while (sockets->count)
		close(sockets->fds[--sockets->count]);
}
