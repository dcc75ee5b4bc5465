/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading messages in which every attribute is one number.
 */
#ifndef VARTA_VALUES_H
#define VARTA_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/msg.h>

/**
 * struct varta_values - Where the numbers go.
 * @names: By attribute; one without a name is not read.
 * @count: How many @names there are; the arrays have room for as many.
 * @value: By attribute.
 * @present: By attribute; set where the message had it.
 */
struct varta_values {
	const char *const *names;
	unsigned int count;
	uint64_t *value;
	bool *present;
};

/**
 * varta_values_read() - Read a message.
 * @message: The message.
 * @values: Those of the message are added to what is in it.
 *
 * What is not understood is left out.
 */
void varta_values_read(const struct nlmsghdr *message,
		       const struct varta_values *values);

#endif /* VARTA_VALUES_H */
