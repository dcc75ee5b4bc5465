// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An agent with an event loop: it prints the length of every line that it
 * reads, and beats in between. The library provides a descriptor and a timeout
 * for epoll.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <varta.h>

#define THRESHOLD_MS	3000

static bool watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Returns false at the end of the input. */
static bool work(void)
{
	char line[512];
	ssize_t length = read(STDIN_FILENO, line, sizeof(line));

	if (length <= 0)
		return false;
	printf("%zd\n", length - 1);
	fflush(stdout);
	return true;
}

static int loop(struct varta *v, int epoll)
{
	struct epoll_event event;
	int ready;

	for (;;) {
		/* A failure is ignored: the next beat tries again. */
		varta_dispatch(v, VARTA_STATUS_OK, 0);
		ready = epoll_wait(epoll, &event, 1, varta_timeout(v));
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready == 1 && event.data.fd == STDIN_FILENO && !work())
			return 0;
	}
}

int main(void)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	struct varta *v;
	int epoll, error;

	options.name = "loop";
	options.threshold_ms = THRESHOLD_MS;
	options.optional = true;
	error = varta_open(&v, &options);
	if (error < 0) {
		fprintf(stderr, "loop: %s\n", strerror(-error));
		return 1;
	}
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0 || !watch(epoll, STDIN_FILENO)) {
		perror("loop: epoll");
		return 1;
	}
	/* If there is no socket, the timeout is enough. */
	if (varta_fd(v) >= 0)
		watch(epoll, varta_fd(v));
	error = loop(v, epoll);
	varta_bye(v, 0);
	varta_close(v);
	return error ? 1 : 0;
}
