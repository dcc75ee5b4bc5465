// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The lookup of the varta family. See family.h.
 */
#include "family.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include <linux/genetlink.h>
#include <linux/varta.h>

#include "query.h"

static struct nla_policy family_policy[CTRL_ATTR_MAX + 1] = {
	[CTRL_ATTR_FAMILY_NAME] = { .type = NLA_STRING },
	[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	[CTRL_ATTR_MCAST_GROUPS] = { .type = NLA_NESTED },
};

static struct nla_policy group_policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
	[CTRL_ATTR_MCAST_GRP_NAME] = { .type = NLA_STRING },
	[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
};

static void read_group(struct varta_connection *c, struct nlattr *group)
{
	struct nlattr *a[CTRL_ATTR_MCAST_GRP_MAX + 1];

	if (nla_parse_nested(a, CTRL_ATTR_MCAST_GRP_MAX, group, group_policy))
		return;
	if (!a[CTRL_ATTR_MCAST_GRP_NAME] || !a[CTRL_ATTR_MCAST_GRP_ID])
		return;
	if (nla_strcmp(a[CTRL_ATTR_MCAST_GRP_NAME], VARTA_MCGRP_EVENTS))
		return;
	c->events_group = nla_get_u32(a[CTRL_ATTR_MCAST_GRP_ID]);
}

static int read_family(const struct nlmsghdr *message, void *arg)
{
	struct varta_connection *c = arg;
	struct nlattr *a[CTRL_ATTR_MAX + 1];
	struct nlattr *group;
	int left;

	if (nlmsg_parse((struct nlmsghdr *)message, GENL_HDRLEN, a,
			CTRL_ATTR_MAX, family_policy))
		return -EBADMSG;
	if (!a[CTRL_ATTR_FAMILY_ID])
		return -EBADMSG;
	c->family = nla_get_u16(a[CTRL_ATTR_FAMILY_ID]);

	if (a[CTRL_ATTR_MCAST_GROUPS])
		nla_for_each_nested(group, a[CTRL_ATTR_MCAST_GROUPS], left)
			read_group(c, group);
	return 0;
}

int varta_family_find(struct varta_connection *c)
{
	struct nl_msg *request = nlmsg_alloc();

	if (!request)
		return -ENOMEM;
	if (!genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0,
			 NLM_F_REQUEST | NLM_F_ACK, CTRL_CMD_GETFAMILY, 1) ||
	    nla_put_string(request, CTRL_ATTR_FAMILY_NAME,
			   VARTA_FAMILY_NAME)) {
		nlmsg_free(request);
		return -ENOMEM;
	}
	return varta_query(c, request, read_family, c);
}

int varta_family_follow(const struct varta_connection *c)
{
	/* Of all groups, this one has a number that is known beforehand. */
	const int notify = GENL_ID_CTRL;

	if (setsockopt(c->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &notify,
		       sizeof(notify)))
		return -errno;
	return 0;
}

static bool is_about_varta(const struct nlmsghdr *message)
{
	struct nlattr *a[CTRL_ATTR_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)message, GENL_HDRLEN, a,
			CTRL_ATTR_MAX, family_policy))
		return false;
	return a[CTRL_ATTR_FAMILY_NAME] &&
	       !nla_strcmp(a[CTRL_ATTR_FAMILY_NAME], VARTA_FAMILY_NAME);
}

enum varta_family_news varta_family_notice(struct varta_connection *c,
					   const struct nlmsghdr *message)
{
	const struct genlmsghdr *header = nlmsg_data(message);

	if (message->nlmsg_type != GENL_ID_CTRL || !is_about_varta(message))
		return VARTA_FAMILY_SAME;
	if (header->cmd == CTRL_CMD_DELFAMILY) {
		c->family = 0;
		return VARTA_FAMILY_UNLOADED;
	}
	if (header->cmd != CTRL_CMD_NEWFAMILY || read_family(message, c))
		return VARTA_FAMILY_SAME;
	return VARTA_FAMILY_LOADED;
}
