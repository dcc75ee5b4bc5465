// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Leaving the ledger.
 */
#include <errno.h>

#include <netlink/attr.h>

#include "handle.h"
#include "query.h"

static int say_bye(struct varta *v, uint32_t pid)
{
	struct nl_msg *request;

	request = varta_connection_request(&v->connection, VARTA_CMD_BYE,
					   NLM_F_ACK);
	if (request && pid && nla_put_u32(request, VARTA_A_BEAT_PID, pid)) {
		nlmsg_free(request);
		return -ENOMEM;
	}
	return varta_query(&v->connection, request, NULL, NULL);
}

int varta_bye(struct varta *v, uint32_t pid)
{
	int error = varta_call_begin(v);

	if (!error)
		error = say_bye(v, pid);
	return varta_call_end(v, error);
}
