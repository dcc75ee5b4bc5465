// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of a beat for a tracker in userspace that identifies the sender as
 * reliably as varta: a datagram with credentials, the sender's pid namespace, and
 * a check that the pid is still that of the same process.
 *
 * Measures each system call in a loop without context switches, and all of them
 * for a single beat that wakes the tracker.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common.h"

enum {
	ROUNDS	= 8,
	BEATS	= 200,
};

/* The message of the userspace tracker. */
#define FRAME_LEN	32

static int pair[2];
static char ns_path[64], stat_path[64];

static void open_pair(void)
{
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) ||
	    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		err(1, "socketpair");
}

static void send_beat(void *unused)
{
	char frame[FRAME_LEN] = "";

	(void)unused;
	if (send(pair[0], frame, sizeof(frame), 0) != sizeof(frame))
		err(1, "send");
}

static void receive_beat(void)
{
	char frame[FRAME_LEN] = "", control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec part = { .iov_base = frame, .iov_len = sizeof(frame) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	if (recvmsg(pair[1], &message, 0) != sizeof(frame) ||
	    !CMSG_FIRSTHDR(&message))
		err(1, "recvmsg");
}

static void datagram(void)
{
	send_beat(NULL);
	receive_beat();
}

static void look_at_namespace(void)
{
	char name[64];

	if (readlink(ns_path, name, sizeof(name)) < 0)
		err(1, "%s", ns_path);
}

static void look_at_process(void)
{
	char stat[1024];
	int fd = open(stat_path, O_RDONLY);

	if (fd < 0 || read(fd, stat, sizeof(stat)) <= 0)
		err(1, "%s", stat_path);
	close(fd);
}

static void measure(const char *name, void (*step)(void))
{
	uint64_t best = UINT64_MAX;
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		uint64_t begun = now_ns();

		for (i = 0; i < BEATS; i++)
			step();
		best = smaller(best, now_ns() - begun);
	}
	result(name, (double)best / BEATS);
}

static pid_t start(void (*run)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run();
	}
	return pid;
}

static void do_nothing(void)
{
	for (;;)
		pause();
}

static void track(void)
{
	for (;;) {
		receive_beat();
		look_at_namespace();
		look_at_process();
	}
}

int main(void)
{
	/* The sender is another process, as in practice. */
	pid_t agent = start(do_nothing);

	open_pair();
	snprintf(ns_path, sizeof(ns_path), "/proc/%d/ns/pid", agent);
	snprintf(stat_path, sizeof(stat_path), "/proc/%d/stat", agent);
	measure("tracker_datagram", datagram);
	measure("tracker_namespace", look_at_namespace);
	measure("tracker_process", look_at_process);

	start(track);
	result("tracker_single", single_ns(send_beat, NULL));
	return 0;
}
