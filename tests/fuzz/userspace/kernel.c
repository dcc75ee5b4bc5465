// SPDX-License-Identifier: GPL-2.0-only
/* See kernel.h. */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/varta.h>
#include <sanitizer/asan_interface.h>

enum {
	FAMILY	= 0x20,
	GROUP	= 7,
};

int __wrap_socket(int domain, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t len);
ssize_t __wrap_sendto(int fd, const void *data, size_t len, int flags,
		      const struct sockaddr *to, socklen_t to_len);
ssize_t __wrap_recvfrom(int fd, void *buffer, size_t size, int flags,
			struct sockaddr *from, socklen_t *from_len);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);

static const uint8_t *next, *end;
/* Lookups are answered; one has been asked for. */
static bool introduces, introduction;
static uint32_t sequence;

void kernel_answers(const uint8_t *data, size_t size, bool introduce)
{
	next = data;
	end = data + size;
	introduces = introduce;
	introduction = false;
	sequence = 0;
}

int __wrap_socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	/* To be closed by the library, and not to be used for anything. */
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len)
{
	(void)fd;
	(void)address;
	(void)len;
	return 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t len)
{
	(void)fd;
	(void)level;
	(void)name;
	(void)value;
	(void)len;
	return 0;
}

ssize_t __wrap_sendto(int fd, const void *data, size_t len, int flags,
		      const struct sockaddr *to, socklen_t to_len)
{
	struct nlmsghdr header;

	(void)fd;
	(void)flags;
	(void)to;
	(void)to_len;
	memcpy(&header, data, sizeof(header));
	sequence = header.nlmsg_seq;
	introduction = introduces && header.nlmsg_type == GENL_ID_CTRL;
	return (ssize_t)len;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)timeout;
	if (!count || (!introduction && next == end))
		return 0;
	fds[0].revents = POLLIN;
	return 1;
}

static const struct {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	struct nlattr family_name;
	char family_text[8];
	struct nlattr id;
	uint16_t family, padding;
	struct nlattr groups, group, number;
	uint32_t group_number;
	struct nlattr name;
	char text[8];
	struct nlmsghdr verdict;
	struct nlmsgerr error;
} answer_to_lookup = {
	.header = {
		.nlmsg_len = offsetof(__typeof__(answer_to_lookup), verdict),
		.nlmsg_type = GENL_ID_CTRL,
	},
	.generic = { .cmd = CTRL_CMD_NEWFAMILY },
	.family_name = {
		.nla_len = 4 + sizeof(VARTA_FAMILY_NAME),
		.nla_type = CTRL_ATTR_FAMILY_NAME,
	},
	.family_text = VARTA_FAMILY_NAME,
	.id = { .nla_len = 6, .nla_type = CTRL_ATTR_FAMILY_ID },
	.family = FAMILY,
	.groups = { .nla_len = 28, .nla_type = CTRL_ATTR_MCAST_GROUPS },
	.group = { .nla_len = 24, .nla_type = 1 },
	.number = { .nla_len = 8, .nla_type = CTRL_ATTR_MCAST_GRP_ID },
	.group_number = GROUP,
	.name = {
		.nla_len = 4 + sizeof(VARTA_MCGRP_EVENTS),
		.nla_type = CTRL_ATTR_MCAST_GRP_NAME,
	},
	.text = VARTA_MCGRP_EVENTS,
	.verdict = {
		.nlmsg_len = NLMSG_HDRLEN + sizeof(struct nlmsgerr),
		.nlmsg_type = NLMSG_ERROR,
		.nlmsg_flags = NLM_F_CAPPED,
	},
};

/* Puts into the messages of a datagram what the kernel would. */
static void fill_in(uint8_t *data, size_t len)
{
	struct nlmsghdr header;

	while (len >= sizeof(header)) {
		memcpy(&header, data, sizeof(header));
		if (header.nlmsg_type == FAMILY_HERE)
			header.nlmsg_type = FAMILY;
		if (!header.nlmsg_seq)
			header.nlmsg_seq = sequence;
		memcpy(data, &header, sizeof(header));
		/* Asked first: aligned, a huge one is 0. */
		if (header.nlmsg_len < sizeof(header) ||
		    header.nlmsg_len >= len ||
		    NLMSG_ALIGN(header.nlmsg_len) >= len)
			return;
		data += NLMSG_ALIGN(header.nlmsg_len);
		len -= NLMSG_ALIGN(header.nlmsg_len);
	}
}

/* The next datagram's bytes; NULL when there is none. */
static const uint8_t *next_datagram(size_t *len)
{
	const uint8_t *data;

	if (introduction) {
		introduction = false;
		*len = sizeof(answer_to_lookup);
		return (const uint8_t *)&answer_to_lookup;
	}
	if (next == end)
		return NULL;
	*len = (size_t)(end - next);
	if (*len > 2) {
		size_t said = next[0] | (size_t)next[1] << 8;

		next += 2;
		*len = said < *len - 2 ? said : *len - 2;
	}
	data = next;
	next += *len;
	return data;
}

ssize_t __wrap_recvfrom(int fd, void *buffer, size_t size, int flags,
			struct sockaddr *from, socklen_t *from_len)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const uint8_t *data;
	size_t len, copied;

	(void)fd;
	(void)flags;
	ASAN_UNPOISON_MEMORY_REGION(buffer, size);
	data = next_datagram(&len);
	if (!data) {
		errno = EAGAIN;
		return -1;
	}
	copied = len < size ? len : size;
	memcpy(buffer, data, copied);
	fill_in(buffer, copied);
	/* The library must not read behind the datagram. */
	ASAN_POISON_MEMORY_REGION((uint8_t *)buffer + copied, size - copied);
	memcpy(from, &kernel, sizeof(kernel));
	*from_len = sizeof(kernel);
	/* The library passes MSG_TRUNC. */
	return (ssize_t)len;
}
