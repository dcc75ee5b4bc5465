/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's verdicts: the netlink messages that end a request, and the text
 * (extended acknowledgement) in them.
 */
#ifndef VARTA_ANSWER_H
#define VARTA_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/netlink.h>

/* The kernel's formatted texts end at 80 bytes; its constant ones need not. */
#define VARTA_ANSWER_TEXT_SIZE	256

/**
 * varta_answer_is_verdict() - Whether a message ends a request.
 * @message: NLMSG_ERROR, which also carries acceptance, or NLMSG_DONE.
 */
bool varta_answer_is_verdict(const struct nlmsghdr *message);

/**
 * struct varta_refusal - What the kernel said when it refused.
 * @error: Negative errno; 0 if it has not refused. Kept apart from what a call
 *   returns because this side fails with some of the same numbers.
 * @text: The reason; "" if the kernel gave none.
 * @offset: Where in the request the attribute is that it is about; 0 if the
 *   kernel did not say.
 */
struct varta_refusal {
	int error;
	char text[VARTA_ANSWER_TEXT_SIZE];
	uint32_t offset;
};

/**
 * varta_answer_verdict() - Read a message that ends a request.
 * @message: One that varta_answer_is_verdict().
 * @refusal: Receives the refusal; untouched if it is none.
 *
 * Return: 0 for acceptance, the refusal's negative errno, or -EBADMSG if the
 * message is malformed.
 */
int varta_answer_verdict(const struct nlmsghdr *message,
			 struct varta_refusal *refusal);

#endif /* VARTA_ANSWER_H */
