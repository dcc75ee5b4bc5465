// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Attributes that are numbers. See values.h.
 */
#include "values.h"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

/* They are of 32 or 64 bits; the length tells. */
static void read_value(struct nlattr *attribute,
		       const struct varta_values *values)
{
	unsigned int type = (unsigned int)nla_type(attribute);

	if (type >= values->count || !values->names[type])
		return;
	if (nla_len(attribute) == sizeof(uint64_t))
		values->value[type] = nla_get_u64(attribute);
	else if (nla_len(attribute) == sizeof(uint32_t))
		values->value[type] = nla_get_u32(attribute);
	else
		return;
	values->present[type] = true;
}

void varta_values_read(const struct nlmsghdr *message,
		       const struct varta_values *values)
{
	struct nlattr *attribute;
	int left;

	nlmsg_for_each_attr(attribute, (struct nlmsghdr *)message,
			    GENL_HDRLEN, left)
		read_value(attribute, values);
}
