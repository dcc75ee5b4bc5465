// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of a WATCHDOG=1 of systemd's watchdog, until PID 1 has handled it. Runs
 * in a service of type notify with a watchdog.
 *
 * The socket stays open, unlike with sd_notify(3). Measures beats in a row, which
 * PID 1 receives in batches, and single beats, each of which wakes it, as in
 * practice.
 */
#include <err.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common.h"

enum {
	ROUNDS	= 5,
	BEATS	= 500,
};

static int notify;

static void open_notify(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = path ? strlen(path) : 0;

	if (!length || length >= sizeof(address.sun_path))
		errx(1, "not in a service of type notify");
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify < 0 ||
	    connect(notify, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				length)))
		err(1, "%s", path);
}

static void tell(const char *text)
{
	if (send(notify, text, strlen(text), 0) < 0)
		err(1, "send");
}

static void send_with_fd(const char *text, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {
		.header = {
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	struct iovec part = {
		.iov_base = (void *)text,
		.iov_len = strlen(text),
	};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.room),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(notify, &message, 0) < 0)
		err(1, "sendmsg");
}

/* PID 1 closes this descriptor after it has handled all messages before. */
static void wait_for_listener(void)
{
	struct pollfd end;
	int ends[2];

	if (pipe(ends))
		err(1, "pipe");
	send_with_fd("BARRIER=1", ends[1]);
	close(ends[1]);
	end = (struct pollfd){ .fd = ends[0] };
	if (poll(&end, 1, -1) < 0 || !(end.revents & POLLHUP))
		errx(1, "systemd does not answer");
	close(ends[0]);
}

static uint64_t row_ns(int beats)
{
	uint64_t begun, best = UINT64_MAX;
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		begun = now_ns();
		for (i = 0; i < beats; i++)
			tell("WATCHDOG=1");
		wait_for_listener();
		best = smaller(best, now_ns() - begun);
	}
	return best;
}

static void tell_once(void *unused)
{
	(void)unused;
	tell("WATCHDOG=1");
}

int main(void)
{
	uint64_t without;

	open_notify();
	tell("READY=1");
	wait_for_listener();
	/* Let systemd finish its work for it. */
	sleep_until(now_ns() + 5 * NS_PER_S);

	without = row_ns(0);
	result("systemd_row", (double)(row_ns(BEATS) - without) / BEATS);
	result("systemd_single", single_ns(tell_once, NULL));
	return 0;
}
