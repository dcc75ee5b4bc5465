// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program has closed all of its descriptors, and reuses the number of the
 * library's socket for another file.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "client.h"
#include "connection.h"
#include "tap.h"
#include "varta-client.h"

/* An id that no family has. */
#define FAMILY	(GENL_MAX_ID + 1)

static bool connect_over_loopback(int listener, int pair[2])
{
	struct sockaddr_in here = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(here);

	if (bind(listener, (struct sockaddr *)&here, sizeof(here)) ||
	    listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&here, &size))
		return false;
	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (pair[0] < 0)
		return false;
	if (!connect(pair[0], (struct sockaddr *)&here, sizeof(here)))
		pair[1] = accept(listener, NULL, NULL);
	if (pair[1] >= 0)
		return true;
	close(pair[0]);
	return false;
}

static bool make_tcp(int pair[2])
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bool made;

	pair[1] = -1;
	made = listener >= 0 && connect_over_loopback(listener, pair);
	close(listener);
	return made;
}

static bool make_stream(int pair[2])
{
	return !socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static bool make_datagrams(int pair[2])
{
	return !socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
}

static bool make_pipe(int pair[2])
{
	int ends[2];

	if (pipe(ends))
		return false;
	pair[0] = ends[1];
	pair[1] = ends[0];
	return true;
}

/* The program's file: it writes to one end, and reads from the other. */
static const struct {
	const char *name;
	bool (*make)(int pair[2]);
} kinds[] = {
	{ "TCP", make_tcp },
	{ "a stream", make_stream },
	{ "datagrams", make_datagrams },
	{ "a pipe", make_pipe },
};

/* Only what the program writes arrives. */
static bool is_untouched(const int pair[2])
{
	char got[512];

	return write(pair[0], "mine", 4) == 4 &&
	       read(pair[1], got, sizeof(got)) == 4 && !memcmp(got, "mine", 4);
}

/* Makes a client whose socket had the number @fd. */
static void init_client(struct varta_client *c, int fd)
{
	static const struct varta_client_options options = { 0 };
	static unsigned char same_process = 1;

	memset(c, 0, sizeof(*c));
	c->mapped = varta_client__not_mapped();
	c->socket.fd = fd;
	c->socket.inode = varta_client__inode(fd) + 1;
	c->socket.family = FAMILY;
	/* No lookup of the module. */
	c->retry_at = UINT64_MAX;
	c->same_process = &same_process;
	varta_client__prepare_beat(c, &options);
}

static void test_beat(const char *name, const int pair[2])
{
	static struct varta_client c;
	int error;

	init_client(&c, pair[0]);
	error = varta_client_beat(&c, VARTA_STATUS_OK, 0);
	check(error < 0 && error != -ENODEV && error != -EAGAIN &&
	      !c.refusal.error && c.socket.fd < 0, "foreign: %s, no beat",
	      name);
	check(is_untouched(pair), "foreign: %s, untouched by a beat", name);
	/* The real kernel does not know the family. */
	check(varta_client_beat(&c, VARTA_STATUS_OK, 0) ==
	      -ENODEV && c.socket.fd >= 0 && c.socket.fd != pair[0],
	      "foreign: %s, another socket for the next beat", name);
	varta_client__disconnect(&c.socket);
}

static void test_request(const char *name, const int pair[2])
{
	struct varta_connection c = {
		.socket.fd = pair[0],
		.socket.inode = varta_client__inode(pair[0]) + 1,
		.socket.family = FAMILY,
	};
	struct nl_msg *message = varta_connection_request(&c, 1, 0);

	check(message &&
	      varta_client__send(&c.socket, nlmsg_hdr(message)) < 0 &&
	      c.socket.fd < 0,
	      "foreign: %s, no request", name);
	check(is_untouched(pair), "foreign: %s, untouched by a request", name);
	nlmsg_free(message);
}

/* Only the first datagram is read. */
static void test_answers(const int pair[2])
{
	struct varta_client__socket other = {
		.fd = pair[0],
		.inode = varta_client__inode(pair[0]) + 1,
	};
	static struct varta_client c;
	char buffer[16];
	int i, sent = 0;

	for (i = 0; i < 3; i++)
		sent += send(pair[1], "mine", 4, 0) == 4;
	init_client(&c, pair[0]);
	check(sent == 3 &&
	      varta_client__read_answers(&c, false) == -EBADF &&
	      c.socket.fd < 0, "foreign: no answer to a beat");
	check(varta_client__receive(&other, buffer, sizeof(buffer)) == -EBADF &&
	      other.fd < 0, "foreign: no answer to a request");
	check(recv(pair[0], buffer, sizeof(buffer), MSG_DONTWAIT) == 4,
	      "foreign: nothing more is read");
}

/* No beat is due, so nothing is sent that another file would reject. */
static void test_dispatch(const char *name, const int pair[2])
{
	static struct varta v;
	char buffer[16];

	memset(&v, 0, sizeof(v));
	init_client(&v.client, pair[0]);
	v.due = UINT64_MAX;
	check(send(pair[1], "mine", 4, 0) == 4 &&
	      !varta_dispatch(&v, VARTA_STATUS_OK, 0) &&
	      recv(pair[0], buffer, sizeof(buffer), MSG_DONTWAIT) == 4,
	      "foreign: %s, untouched by a dispatch", name);
	check(v.client.socket.fd >= 0 && v.client.socket.fd != pair[0],
	      "foreign: %s, another socket for a dispatch", name);
	varta_client__disconnect(&v.client.socket);
	init_client(&v.client, pair[0]);
	check(varta_fd(&v) >= 0 && varta_fd(&v) != pair[0],
	      "foreign: %s, not the number to wait for", name);
	varta_client__disconnect(&v.client.socket);
}

TEST_GROUP(foreign)
{
	size_t i;
	int pair[2];

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].make(pair)) {
			check(true, "foreign: %s # SKIP not available",
			      kinds[i].name);
			continue;
		}
		test_beat(kinds[i].name, pair);
		test_request(kinds[i].name, pair);
		if (kinds[i].make != make_pipe)
			test_dispatch(kinds[i].name, pair);
		if (kinds[i].make == make_datagrams)
			test_answers(pair);
		close(pair[0]);
		close(pair[1]);
	}
}
