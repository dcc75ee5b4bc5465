// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets for notifications: what is received, and what is passed on.
 */
#include "notify_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <varta.h>

#include "close_aside.h"
#include "notify_sender.h"
#include "notify_upstream.h"
#include "tap.h"

static struct notify_packet packet, received;
static struct notify_upstream upstream;

static int open_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void set_text(const char *text)
{
	packet = (struct notify_packet){ .length = strlen(text),
					 .pid = getpid() };
	memcpy(packet.text, text, packet.length);
}

static bool is_text(const char *text)
{
	return received.length == strlen(text) &&
	       !memcmp(received.text, text, received.length);
}

static int connect_to(const char *address)
{
	struct sockaddr_un name;
	int size = notify_address_parse(&name, address);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&name, (socklen_t)size))
		abort();
	return fd;
}

static void test_addresses(void)
{
	struct sockaddr_un name;
	char text[120];

	check(notify_address_parse(&name, "/run/x") == 2 + 7 &&
	      !strcmp(name.sun_path, "/run/x"), "notify_socket: a path");
	check(notify_address_parse(&name, "@x") == 2 + 2 &&
	      !memcmp(name.sun_path, "\0x", 2), "notify_socket: an abstract name");
	check(notify_address_parse(&name, "") == -EAFNOSUPPORT &&
	      notify_address_parse(&name, "@") == -EAFNOSUPPORT &&
	      notify_address_parse(&name, "/") == -EAFNOSUPPORT &&
	      notify_address_parse(&name, "x") == -EAFNOSUPPORT &&
	      notify_address_parse(&name, "vsock:2:1") == -EAFNOSUPPORT,
	      "notify_socket: addresses of another kind");
	memset(text, 'x', sizeof(text));
	text[108] = '\0';
	text[0] = '/';
	check(notify_address_parse(&name, text) == -E2BIG,
	      "notify_socket: a path without room for its end");
	text[0] = '@';
	check(notify_address_parse(&name, text) == 2 + 108,
	      "notify_socket: the longest abstract name");
	text[108] = 'x';
	text[109] = '\0';
	check(notify_address_parse(&name, text) == -E2BIG,
	      "notify_socket: a longer one");
}

/* It has no clone(2) as close_aside() needs it, and sets no limits. */
static bool runs_under_valgrind(void)
{
	const char *libraries = getenv("LD_PRELOAD");

	return libraries && strstr(libraries, "vgpreload");
}

/* The kernel passes as many as fit. */
static void receive_too_many(int fd, int to)
{
	struct rlimit limit, low;

	getrlimit(RLIMIT_NOFILE, &limit);
	low = limit;
	low.rlim_cur = (rlim_t)open_descriptors() + 3;
	notify_socket_send(to, &packet, false);
	setrlimit(RLIMIT_NOFILE, &low);
	check(notify_socket_receive(fd, &received) == -EBADMSG &&
	      !received.fd_count,
	      "notify_socket: too many descriptors are dropped");
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void test_receive(void)
{
	char address[NOTIFY_ADDRESS_SIZE], other[NOTIFY_ADDRESS_SIZE];
	static char big[NOTIFY_MESSAGE_MAX + 1];
	int before = open_descriptors(), fd, second, to, i;

	fd = notify_socket_open(address);
	second = notify_socket_open(other);
	check(fd >= 0 && second >= 0 && strcmp(address, other),
	      "notify_socket: each has another name");
	close(second);
	to = connect_to(address);
	check(!notify_socket_receive(fd, &received),
	      "notify_socket: nothing to receive");
	set_text("READY=1");
	check(!notify_socket_send(to, &packet, false) &&
	      notify_socket_receive(fd, &received) == 1 &&
	      is_text("READY=1") && received.pid == getpid() &&
	      received.uid == getuid() && !received.fd_count,
	      "notify_socket: a message and its sender");
	check(!notify_socket_send(to, &packet, true) &&
	      notify_socket_receive(fd, &received) == 1 &&
	      received.pid == getpid(), "notify_socket: as its sender");
	packet.fd_count = NOTIFY_FDS_MAX;
	for (i = 0; i < NOTIFY_FDS_MAX; i++)
		packet.fds[i] = to;
	check(!notify_socket_send(to, &packet, true) &&
	      notify_socket_receive(fd, &received) == 1 &&
	      received.fd_count == NOTIFY_FDS_MAX &&
	      fcntl(received.fds[252], F_GETFD) == FD_CLOEXEC,
	      "notify_socket: the most descriptors");
	notify_packet_close(&received);
	memset(big, 'x', sizeof(big));
	check(send(to, big, sizeof(big) - 1, 0) > 0 &&
	      notify_socket_receive(fd, &received) == 1 &&
	      received.length == NOTIFY_MESSAGE_MAX,
	      "notify_socket: the longest message");
	check(send(to, big, sizeof(big), 0) > 0 &&
	      notify_socket_receive(fd, &received) == -EBADMSG,
	      "notify_socket: a longer one is dropped");
	if (!runs_under_valgrind())
		receive_too_many(fd, to);
	check(!notify_socket_receive(fd, &received), "notify_socket: all read");
	close(to);
	close(fd);
	check(open_descriptors() == before, "notify_socket: no descriptor is left");
}

/* Closes at once. */
static int open_memory(void)
{
	return memfd_create("notify", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

static void pass(const char *text, bool own, int fds)
{
	set_text(text);
	while (packet.fd_count < fds)
		packet.fds[packet.fd_count++] = open_memory();
	notify_upstream_pass(&upstream, &packet, own, !strcmp(text, "WATCHDOG=1"));
}

/* Until the socket holds no more. */
static unsigned int fill_up(void)
{
	unsigned int sent = 0;

	while (!upstream.count && sent < 100000) {
		pass("STATUS=fill", false, 0);
		sent++;
	}
	return sent;
}

static void test_busy_manager(int fd)
{
	char text[32];
	unsigned int i, expected;
	bool in_order = true;

	expected = fill_up();
	check(upstream.count == 1 && !upstream.error,
	      "notify_upstream: a busy manager is waited for");
	for (i = 0; i < 3; i++)
		pass("WATCHDOG=1", true, 0);
	check(upstream.count == 2, "notify_upstream: one watchdog waits");
	for (i = 0; i < NOTIFY_QUEUE_MAX; i++)
		pass("STATUS=x", false, 1);
	check(upstream.count == NOTIFY_QUEUE_MAX - NOTIFY_QUEUE_RESERVED &&
	      upstream.error == -EAGAIN,
	      "notify_upstream: there are places for others");
	for (i = 0; i < NOTIFY_QUEUE_MAX; i++) {
		snprintf(text, sizeof(text), "STATUS=%u", i);
		pass(text, true, 0);
	}
	check(upstream.count == NOTIFY_QUEUE_MAX,
	      "notify_upstream: and for the program");
	for (i = 0; upstream.count && i < 1000000; i++) {
		if (notify_socket_receive(fd, &received) != 1)
			break;
		notify_packet_close(&received);
		if (i + 1 == expected)
			break;
		notify_upstream_flush(&upstream);
	}
	notify_upstream_flush(&upstream);
	check(notify_socket_receive(fd, &received) == 1 &&
	      is_text("WATCHDOG=1"), "notify_upstream: then in order");
	for (i = 0; i < NOTIFY_QUEUE_MAX - NOTIFY_QUEUE_RESERVED - 2; i++) {
		notify_upstream_flush(&upstream);
		in_order &= notify_socket_receive(fd, &received) == 1 &&
			    is_text("STATUS=x") && received.fd_count == 1;
		notify_packet_close(&received);
	}
	for (i = 0; i < NOTIFY_QUEUE_RESERVED; i++) {
		notify_upstream_flush(&upstream);
		snprintf(text, sizeof(text), "STATUS=%u", i);
		in_order &= notify_socket_receive(fd, &received) == 1 &&
			    is_text(text);
	}
	check(in_order && !upstream.count && !upstream.fds &&
	      !notify_socket_receive(fd, &received),
	      "notify_upstream: with descriptors");
	upstream.error = 0;
}

static void test_upstream(void)
{
	char address[NOTIFY_ADDRESS_SIZE];
	int before = open_descriptors(), fd;
	unsigned int i;

	check(!notify_upstream_init(&upstream, NULL) && !upstream.size,
	      "notify_upstream: no manager");
	pass("READY=1", true, 2);
	check(open_descriptors() == before && !upstream.error,
	      "notify_upstream: without one, descriptors are closed");
	check(notify_upstream_init(&upstream, "vsock:2:1") == -EAFNOSUPPORT,
	      "notify_upstream: a manager of another kind");
	fd = notify_socket_open(address);
	notify_upstream_init(&upstream, address);
	pass("READY=1", true, 2);
	check(notify_socket_receive(fd, &received) == 1 &&
	      is_text("READY=1") && received.fd_count == 2,
	      "notify_upstream: a message is passed on");
	notify_packet_close(&received);
	/* No process has this number. */
	set_text("MAINPID=1");
	packet.pid = 1 << 30;
	notify_upstream_pass(&upstream, &packet, true, false);
	check(!upstream.error && notify_socket_receive(fd, &received) == 1 &&
	      received.pid == getpid(),
	      "notify_upstream: as from this process if need be");
	test_busy_manager(fd);
	for (i = fill_up(); i < NOTIFY_QUEUE_MAX * 100 && !upstream.error; i++)
		pass("FDSTORE=1", true, NOTIFY_FDS_MAX);
	check(upstream.fds <= NOTIFY_QUEUE_FDS_MAX &&
	      open_descriptors() <= before + 2 + NOTIFY_QUEUE_FDS_MAX,
	      "notify_upstream: not all descriptors wait");
	close(fd);
	notify_upstream_flush(&upstream);
	check(!upstream.count && upstream.error == -ECONNREFUSED,
	      "notify_upstream: a manager that has ended");
	if (upstream.fd >= 0)
		close(upstream.fd);
	check(open_descriptors() == before,
	      "notify_upstream: no descriptor is left");
}

/* A socket whose close(2) waits until all is sent, which is never. */
static int open_lingering(int *peer)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct linger linger = { 1, 1000 };
	socklen_t size = sizeof(name);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	static char bytes[65536];

	if (bind(listener, (struct sockaddr *)&name, size) ||
	    listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&name, &size) ||
	    connect(fd, (struct sockaddr *)&name, size))
		return -1;
	*peer = accept(listener, NULL, NULL);
	close(listener);
	while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return fd;
}

static void test_close_that_blocks(void)
{
	int before = open_descriptors(), peer = -1;
	uint64_t begun = varta_monotonic_now();

	if (runs_under_valgrind()) {
		check(true, "notify_socket: valgrind cannot clone # SKIP");
		return;
	}
	packet.fds[0] = open("/dev/null", O_RDONLY);
	packet.fds[1] = open_lingering(&peer);
	packet.fds[2] = open("/dev/null", O_RDONLY);
	packet.fd_count = 3;
	if (packet.fds[1] < 0) {
		check(true, "notify_socket: no network # SKIP");
		return;
	}
	notify_packet_close(&packet);
	check(open_descriptors() == before + 1,
	      "notify_socket: what comes with it is closed, too");
	check(varta_monotonic_now() - begun < 100 * UINT64_C(1000000000),
	      "notify_socket: a close that blocks is not waited for");
	close(peer);
	check(open_descriptors() == before && !close_aside_is_stuck(),
	      "notify_socket: and leaves nothing");
}

static const struct {
	const char *name, *own, *text;
	int covers;
	bool service;
} cgroups[] = {
	{ "the same", "0::/system.slice/web.service\n",
	  "0::/system.slice/web.service\n", 1, true },
	{ "below", "0::/web.service\n", "0::/web.service/worker\n", 1, true },
	{ "a name that begins so", "0::/web.service\n", "0::/web.service2\n", 0,
	  true },
	{ "above", "0::/a/web.service\n", "0::/a\n", 0, true },
	{ "another", "0::/a\n", "0::/b\n", 0, false },
	{ "the root", "0::/\n", "0::/\n", -1, false },
	{ "version 1", "3:freezer:/a\n", "3:freezer:/a\n", -1, false },
	{ "after version 1", "3:cpu:/x\n0::/a\n", "3:cpu:/y\n0::/a\n", 1, false },
	{ "no newline", "0::/a", "0::/a/b", 1, false },
	{ "nothing", "", "", -1, false },
};

static void test_senders(void)
{
	bool service;
	size_t i;

	for (i = 0; i < sizeof(cgroups) / sizeof(cgroups[0]); i++)
		check(notify_cgroup_covers(cgroups[i].own, cgroups[i].text,
					   &service) == cgroups[i].covers &&
		      service == cgroups[i].service,
		      "notify_sender: a cgroup: %s", cgroups[i].name);
	check(notify_sender_find(-1, getpid(), getpid(), 12345) ==
	      NOTIFY_SENDER_PROGRAM &&
	      notify_sender_find(-1, getpid(), 0, getuid()) ==
	      NOTIFY_SENDER_FOREIGN &&
	      notify_sender_find(-1, getpid(), getppid(), getuid()) ==
	      NOTIFY_SENDER_RELATED &&
	      notify_sender_find(-1, getpid(), getppid(), getuid() + 1) ==
	      NOTIFY_SENDER_FOREIGN,
	      "notify_sender: by user where there is no /proc");
}

TEST_GROUP(notify_socket)
{
	test_addresses();
	test_receive();
	test_close_that_blocks();
	test_upstream();
	test_senders();
}
