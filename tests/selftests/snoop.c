// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries to join every multicast group of generic netlink, whether the number
 * has a group or not, and counts the messages. A listener without privilege
 * must not get events this way.
 *
 *	joined N refused N	after it has tried all groups
 *	control N		at the end: messages about families, which
 *				everybody may receive
 *	other N			at the end: all other messages
 *
 * With 'again', it joins repeatedly. At SIGTERM, it reads the messages sent
 * until then and exits.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	GROUPS_MAX	= 2047,
	MESSAGE_MAX	= 65536,
	BUFFER_BYTES	= 1 << 20,
	/* Interval of joining. */
	AGAIN_MS	= 1,
};

static volatile sig_atomic_t ended;
static unsigned long control, other;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "snoop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_socket(void)
{
	struct sockaddr_nl any_port = { .nl_family = AF_NETLINK };
	int bytes = BUFFER_BYTES;
	int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_GENERIC);

	/* Multicasts skip a socket without a port. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&any_port, sizeof(any_port)))
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof(on));
	/* This fails without privilege. */
	setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on));
	return fd;
}

/* Returns the number of joined groups. */
static int join_all(int fd)
{
	int joined = 0;
	int group;

	for (group = 1; group <= GROUPS_MAX; group++)
		joined += !setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				      &group, sizeof(group));
	return joined;
}

static void hear(int fd)
{
	static _Alignas(struct nlmsghdr) char buffer[MESSAGE_MAX];
	const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;

	while (recv(fd, buffer, sizeof(buffer), 0) > 0) {
		if (message->nlmsg_type == GENL_ID_CTRL)
			control++;
		else
			other++;
	}
}

int main(int argc, char **argv)
{
	bool again = argc == 2 && !strcmp(argv[1], "again");
	const struct sigaction action = { .sa_handler = end };
	sigset_t blocked, during_wait;
	struct pollfd readable = { .events = POLLIN };
	const struct timespec pause = { .tv_nsec = AGAIN_MS * 1000000 };
	int joined;

	if (argc > 1 && !again) {
		fputs("Usage: snoop [again]\n", stderr);
		return 2;
	}
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &during_wait);
	sigaction(SIGTERM, &action, NULL);

	readable.fd = open_socket();
	joined = join_all(readable.fd);
	printf("joined %d refused %d\n", joined, GROUPS_MAX - joined);
	fflush(stdout);
	while (!ended) {
		hear(readable.fd);
		if (again)
			join_all(readable.fd);
		ppoll(&readable, 1, again ? &pause : NULL, &during_wait);
	}
	hear(readable.fd);
	printf("control %lu\nother %lu\n", control, other);
	return 0;
}
