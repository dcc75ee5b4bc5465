// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends notifications to $NOTIFY_SOCKET, as sd_notify(3) does, and such as it never would.
 *
 * Usage: notify_send [-c COUNT] [-f FDS] [-l LENGTH] [-b] [-s SECONDS] [MESSAGE]...
 *
 *   -c COUNT   send each message so often
 *   -f FDS     with as many descriptors of /dev/null
 *   -l LENGTH  fill up with that many bytes
 *   -b         print "passed" when all has been processed
 *   -s SECONDS stay so long, instead of waiting until all has been processed
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	FDS_MAX		= 253,
	LENGTH_MAX	= 65536,
};

static int open_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *name = getenv("NOTIFY_SOCKET");
	size_t length = name ? strlen(name) : 0;
	int fd;

	if (!length || length > sizeof(address.sun_path))
		errx(1, "NOTIFY_SOCKET=%s", name ? name : "(none)");
	memcpy(address.sun_path, name, length);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, (socklen_t)
			      (offsetof(struct sockaddr_un, sun_path) +
			       length)))
		err(1, "%s", name);
	return fd;
}

static int send_message(int fd, const void *text, size_t length,
			const int *fds, size_t count)
{
	union {
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
		struct cmsghdr header;
	} control = { .bytes = { 0 } };
	struct iovec bytes = { (void *)text, length };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };

	if (count) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void pass_barrier(int fd, bool verbose)
{
	struct pollfd end;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) ||
	    send_message(fd, "BARRIER=1", 9, &ends[1], 1))
		err(1, "barrier");
	close(ends[1]);
	end = (struct pollfd){ .fd = ends[0] };
	if (poll(&end, 1, -1) == 1 && (end.revents & POLLHUP) && verbose)
		puts("passed");
}

int main(int argc, char **argv)
{
	static char text[LENGTH_MAX];
	int count = 1, stay = -1, fds[FDS_MAX], option, fd, i, error;
	size_t fd_count = 0, length = 0, used;
	bool barrier = false;

	while ((option = getopt(argc, argv, "c:f:l:bs:")) != -1) {
		switch (option) {
		case 'c':
			count = atoi(optarg);
			break;
		case 'f':
			fd_count = (size_t)atoi(optarg);
			break;
		case 'l':
			length = (size_t)atoi(optarg);
			break;
		case 'b':
			barrier = true;
			break;
		case 's':
			stay = atoi(optarg);
			break;
		default:
			return 2;
		}
	}
	if (fd_count > FDS_MAX || length > LENGTH_MAX)
		return 2;
	fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (i = 1; i < (int)fd_count; i++)
		fds[i] = fds[0];
	fd = open_socket();
	for (; optind < argc; optind++) {
		used = strlen(argv[optind]);
		if (used > sizeof(text))
			return 2;
		memset(text, 'x', sizeof(text));
		memcpy(text, argv[optind], used);
		for (i = 0; i < count; i++) {
			error = send_message(fd, text,
					     used < length ? length : used,
					     fds, fd_count);
			if (error && error != -ETOOMANYREFS)
				errx(1, "send: %s", strerror(-error));
		}
	}
	if (stay < 0)
		pass_barrier(fd, barrier);
	else
		sleep((unsigned int)stay);
	return 0;
}
