// SPDX-License-Identifier: GPL-2.0-only
/* See fill.h. */
#include "fill.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/varta.h>

#include "program.h"

enum {
	/* Bytes of a frame before its checksum. */
	CRC_OFFSET	= VARTA_FRAME_LEN - 4,
	FAMILY_TIMEOUT_MS = 5000,
};

static uint16_t family;
static _Atomic uint64_t nonce;

static uint32_t crc32c(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0U;
	int bit;

	while (len--) {
		crc ^= *data++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78U : 0);
	}
	return ~crc;
}

static void fill_type(uint8_t *data, size_t len)
{
	struct nlmsghdr header;

	/* In every message of the datagram whose length is valid. */
	while (len >= sizeof(header)) {
		memcpy(&header, data, sizeof(header));
		if (header.nlmsg_type == FAMILY_HERE)
			header.nlmsg_type = family;
		memcpy(data, &header, sizeof(header));
		/* Before NLMSG_ALIGN(), which makes a huge length 0. */
		if (header.nlmsg_len < sizeof(header) ||
		    header.nlmsg_len > len ||
		    NLMSG_ALIGN(header.nlmsg_len) > len)
			return;
		data += NLMSG_ALIGN(header.nlmsg_len);
		len -= NLMSG_ALIGN(header.nlmsg_len);
	}
}

static void fill_word(uint8_t *data, size_t at, size_t len)
{
	uint32_t word;
	uint64_t twice;

	memcpy(&word, data + at, sizeof(word));
	if (word == NS_PID_HERE || word == PARENT_PID_HERE) {
		word = (uint32_t)(word == NS_PID_HERE ? getpid() : getppid());
		memcpy(data + at, &word, sizeof(word));
	} else if (word == CRC_HERE && at >= CRC_OFFSET) {
		word = crc32c(data + at - CRC_OFFSET, CRC_OFFSET);
		memcpy(data + at, &word, sizeof(word));
	} else if (at + sizeof(twice) <= len) {
		memcpy(&twice, data + at, sizeof(twice));
		if (twice != NONCE_HERE)
			return;
		twice = ++nonce;
		memcpy(data + at, &twice, sizeof(twice));
	}
}

void fill_in(uint8_t *data, size_t len)
{
	size_t at;

	fill_type(data, len);
	/* Last, because the checksum covers the other values. */
	for (at = 0; at + 4 <= len; at += 4)
		fill_word(data, at, len);
}

/* Returns the attribute of @type or NULL; @len: bytes of all @attributes */
static const struct nlattr *find(const void *attributes, size_t len, int type)
{
	const uint8_t *at = attributes;

	while (len >= sizeof(struct nlattr)) {
		const struct nlattr *a = (const void *)at;

		if (a->nla_len < sizeof(*a) || a->nla_len > len)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
		if ((size_t)NLA_ALIGN(a->nla_len) >= len)
			return NULL;
		at += NLA_ALIGN(a->nla_len);
		len -= NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static const struct nlattr *inside(const struct nlattr *nest, int type)
{
	return nest ? find(nest + 1, nest->nla_len - sizeof(*nest), type) :
		      NULL;
}

static bool ask(int fd)
{
	struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
		struct nlattr attribute;
		char name[8];
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = GENL_ID_CTRL,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.generic = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attribute = {
			.nla_type = CTRL_ATTR_FAMILY_NAME,
			.nla_len = sizeof(request.attribute) +
				   sizeof(VARTA_FAMILY_NAME),
		},
		.name = VARTA_FAMILY_NAME,
	};
	struct pollfd answer = { .fd = fd, .events = POLLIN };

	return send(fd, &request, sizeof(request), 0) > 0 &&
	       poll(&answer, 1, FAMILY_TIMEOUT_MS) == 1;
}

bool fill_find_family(int fd, uint32_t *group)
{
	_Alignas(struct nlmsghdr) char buffer[4096];
	const char *attributes = buffer + NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *id, *number;
	ssize_t len;

	if (!ask(fd))
		return false;
	len = recv(fd, buffer, sizeof(buffer), 0) - NLMSG_HDRLEN - GENL_HDRLEN;
	if (len <= 0)
		return false;
	id = find(attributes, (size_t)len, CTRL_ATTR_FAMILY_ID);
	/* The family has one group. */
	number = find(attributes, (size_t)len, CTRL_ATTR_MCAST_GROUPS);
	number = inside(inside(number, 1), CTRL_ATTR_MCAST_GRP_ID);
	if (!id || !number)
		return false;
	memcpy(&family, id + 1, sizeof(family));
	memcpy(group, number + 1, sizeof(*group));
	return true;
}

bool fill_find_page(const void *message, size_t len, uint64_t *address)
{
	const struct genlmsghdr *generic;
	const struct nlmsghdr *header = message;
	const struct nlattr *found;

	if (len < NLMSG_HDRLEN + GENL_HDRLEN || header->nlmsg_type != family)
		return false;
	generic = NLMSG_DATA(header);
	if (generic->cmd != VARTA_CMD_MAP)
		return false;
	found = find((const char *)generic + GENL_HDRLEN,
		     len - NLMSG_HDRLEN - GENL_HDRLEN, VARTA_A_MAP_ADDRESS);
	if (!found)
		return false;
	memcpy(address, found + 1, sizeof(*address));
	return true;
}
