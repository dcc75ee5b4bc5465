// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes all counters once for each line of its input, with a receive buffer in
 * which replies find no room, and prints "asked" each time. At the end it reads
 * the replies that came, and prints how many they are and the sum of their
 * counters "inserted".
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/varta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX	65536

struct request {
	struct nlmsghdr header;
	struct genlmsghdr command;
	struct nlattr attribute;
	char name[8];
};

static char buffer[MESSAGE_MAX];

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "take_unread: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void send_request(int fd, uint16_t type, uint8_t command, const char *name)
{
	struct request request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.command = { .cmd = command, .version = 1 },
	};

	if (name) {
		request.header.nlmsg_len = sizeof(request);
		request.attribute.nla_type = CTRL_ATTR_FAMILY_NAME;
		request.attribute.nla_len = (uint16_t)(NLA_HDRLEN + strlen(name) + 1);
		strncpy(request.name, name, sizeof(request.name) - 1);
	}
	/* An earlier answer that found no room makes this fail. */
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0 &&
	    errno != ENOBUFS)
		fail("send");
}

/* Returns the payload of an attribute of the message in the buffer, or NULL. */
static const void *find(const struct nlmsghdr *header, uint16_t type)
{
	const char *end = (const char *)header + header->nlmsg_len;
	const char *at = (const char *)header + NLMSG_LENGTH(GENL_HDRLEN);
	const struct nlattr *attribute;

	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(attribute->nla_len)) {
		attribute = (const struct nlattr *)at;
		if (attribute->nla_len < NLA_HDRLEN)
			break;
		if (attribute->nla_type == type)
			return at + NLA_HDRLEN;
	}
	return NULL;
}

/* ENOBUFS tells that an answer found no room. */
static const struct nlmsghdr *receive(int fd, int flags)
{
	ssize_t length;

	do
		length = recv(fd, buffer, sizeof(buffer), flags);
	while (length < 0 && errno == ENOBUFS);
	return length > 0 ? (const struct nlmsghdr *)buffer : NULL;
}

static uint16_t resolve(int fd)
{
	const struct nlmsghdr *reply;
	const void *id;
	uint16_t family;

	send_request(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, VARTA_FAMILY_NAME);
	reply = receive(fd, 0);
	id = reply ? find(reply, CTRL_ATTR_FAMILY_ID) : NULL;
	if (!id)
		fail("resolve");
	memcpy(&family, id, sizeof(family));
	return family;
}

int main(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	const struct nlmsghdr *reply;
	uint64_t value, sum = 0;
	unsigned int replies = 0;
	const void *inserted;
	uint16_t family;
	int bytes = 1;
	int c;

	if (fd < 0)
		fail("socket");
	family = resolve(fd);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setvbuf(stdout, NULL, _IOLBF, 0);

	while ((c = getchar()) != EOF) {
		if (c != '\n')
			continue;
		send_request(fd, family, VARTA_CMD_STATS_TAKE, NULL);
		puts("asked");
	}

	while ((reply = receive(fd, MSG_DONTWAIT))) {
		inserted = reply->nlmsg_type == family ?
			   find(reply, VARTA_A_STATS_INSERTED) : NULL;
		if (!inserted)
			continue;
		memcpy(&value, inserted, sizeof(value));
		sum += value;
		replies++;
	}
	printf("replies %u inserted %" PRIu64 "\n", replies, sum);
	return 0;
}
