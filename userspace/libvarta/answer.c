// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading of the kernel's verdicts. See answer.h.
 */
#include "answer.h"

#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

/* The kernel has no greater error numbers; the least int has no negative. */
#define ERRNO_MAX	4095

bool varta_answer_is_verdict(const struct nlmsghdr *message)
{
	return message->nlmsg_type == NLMSG_ERROR ||
	       message->nlmsg_type == NLMSG_DONE;
}

/* Bytes in front of the attributes; an uncapped answer repeats the request. */
static size_t attributes_offset(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = nlmsg_data(message);

	if (message->nlmsg_type == NLMSG_DONE)
		return NLMSG_ALIGN(sizeof(int));
	if (message->nlmsg_flags & NLM_F_CAPPED)
		return sizeof(*error);
	if (error->msg.nlmsg_len < NLMSG_HDRLEN)
		return sizeof(*error);
	return sizeof(*error) + NLMSG_ALIGN((size_t)error->msg.nlmsg_len) -
	       NLMSG_HDRLEN;
}

static void copy_details(const struct nlmsghdr *message,
		      struct varta_refusal *refusal)
{
	const struct nlattr *attributes, *attribute;
	size_t length = (size_t)nlmsg_datalen(message);
	size_t offset;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	offset = attributes_offset(message);
	if (offset >= length)
		return;

	attributes = (void *)((char *)nlmsg_data(message) + offset);
	attribute = nla_find(attributes, (int)(length - offset),
			     NLMSGERR_ATTR_MSG);
	if (attribute)
		nla_strlcpy(refusal->text, attribute, sizeof(refusal->text));
	attribute = nla_find(attributes, (int)(length - offset),
			     NLMSGERR_ATTR_OFFS);
	if (attribute && nla_len(attribute) == sizeof(refusal->offset))
		refusal->offset = nla_get_u32(attribute);
}

int varta_answer_verdict(const struct nlmsghdr *message,
			 struct varta_refusal *refusal)
{
	size_t needed = message->nlmsg_type == NLMSG_ERROR ?
			sizeof(struct nlmsgerr) : sizeof(int);
	int error;

	if (!nlmsg_valid_hdr(message, (int)needed))
		return -EBADMSG;

	memcpy(&error, nlmsg_data(message), sizeof(error));
	if (error > 0 || error < -ERRNO_MAX)
		return -EBADMSG;
	/* An acceptance may carry a text too: a warning, not kept. */
	if (!error)
		return 0;
	refusal->error = error;
	refusal->text[0] = '\0';
	refusal->offset = 0;
	copy_details(message, refusal);
	return error;
}
