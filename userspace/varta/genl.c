// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queries about generic netlink families. See genl.h.
 */
#include "genl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <unistd.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>

#include <varta.h>

/* libnl's error codes do not map to errno: any but -ENOENT is -EIO. */
static int version_of(struct nl_sock *socket, const char *name)
{
	struct genl_family *family;
	struct nl_cache *cache;
	int version;

	if (genl_connect(socket) || genl_ctrl_alloc_cache(socket, &cache))
		return -EIO;
	family = genl_ctrl_search_by_name(cache, name);
	version = family ? (int)genl_family_get_version(family) : -ENOENT;
	if (family)
		genl_family_put(family);
	nl_cache_free(cache);
	return version;
}

int genl_family_version(const char *name)
{
	struct nl_sock *socket = nl_socket_alloc();
	int version;

	if (!socket)
		return -ENOMEM;
	version = version_of(socket, name);
	nl_socket_free(socket);
	return version;
}

bool genl_module_is_loaded(void)
{
	if (!access("/sys/kernel/varta", F_OK))
		return true;
	return access("/sys/kernel", F_OK) &&
	       genl_family_version(VARTA_FAMILY_NAME) >= 0;
}
