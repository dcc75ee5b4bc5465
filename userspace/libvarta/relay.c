// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Beats for others. See relay.h.
 */
#include "relay.h"

#include <errno.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "client.h"

static const struct varta_beat_attributes attributes = {
	.status = VARTA_A_RELAYED_BEAT_STATUS,
	.nonce = VARTA_A_RELAYED_BEAT_NONCE,
	.timestamp = VARTA_A_RELAYED_BEAT_TIMESTAMP,
	.payload = VARTA_A_RELAYED_BEAT_PAYLOAD,
	.pid = VARTA_A_RELAYED_BEAT_PID,
	.frame = VARTA_A_RELAYED_BEAT_FRAME,
	.threshold_ms = VARTA_A_RELAYED_BEAT_THRESHOLD_MS,
	.name = VARTA_A_RELAYED_BEAT_NAME,
	.always_pid = true,
};

static int put_beat(struct nl_msg *message, const struct varta_beat *beat)
{
	struct nlattr *nest = nla_nest_start(message, VARTA_A_RELAY_BEAT);
	int error;

	if (!nest)
		return -EMSGSIZE;
	error = varta_beat_write(message, beat, &attributes);
	if (error)
		return error;
	if (beat->ns_inode && nla_put_u64(message, VARTA_A_RELAYED_BEAT_NS_INODE,
					  beat->ns_inode))
		return -EMSGSIZE;
	if (beat->start_time &&
	    nla_put_u64(message, VARTA_A_RELAYED_BEAT_START_TIME,
			beat->start_time))
		return -EMSGSIZE;
	return nla_nest_end(message, nest) < 0 ? -EMSGSIZE : 0;
}

int varta_relay_write(struct nl_msg *message, uint32_t source,
		      const struct varta_beat *beats, size_t count)
{
	size_t i;
	int error;

	if (count > VARTA_RELAY_MAX)
		return -EMSGSIZE;
	if (nla_put_u32(message, VARTA_A_RELAY_SOURCE, source))
		return -EMSGSIZE;
	for (i = 0; i < count; i++) {
		error = put_beat(message, &beats[i]);
		if (error)
			return error;
	}
	return 0;
}

int varta_relay_find(struct nl_msg *message, uint32_t offset)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	struct nlattr *attribute;
	int left, i = 0;

	nlmsg_for_each_attr(attribute, header, GENL_HDRLEN, left) {
		if (nla_type(attribute) != VARTA_A_RELAY_BEAT)
			continue;
		if ((char *)attribute - (char *)header == (ptrdiff_t)offset)
			return i;
		i++;
	}
	return -ENODATA;
}

static int relay(struct varta *v, struct nl_msg *message, uint32_t source,
		 const struct varta_beat *beats, size_t count)
{
	struct varta_connection *c = &v->connection;
	int error = varta_relay_write(message, source, beats, count);

	if (error)
		return error;
	/* The query frees the message, which is needed afterwards. */
	nlmsg_get(message);
	error = varta_connection_query(c, message, NULL, NULL);
	if (error && error == c->refusal.error && c->refusal.offset)
		v->relay_refused = varta_relay_find(message,
						    c->refusal.offset);
	return error;
}

int varta_relay(struct varta *v, uint32_t source,
		const struct varta_beat *beats, size_t count)
{
	struct nl_msg *message;
	int error;

	v->relay_refused = -ENODATA;
	error = varta_call_begin(v);
	if (error)
		return varta_call_end(v, error);
	message = varta_connection_request(&v->connection, VARTA_CMD_RELAY,
					   NLM_F_ACK);
	error = message ? relay(v, message, source, beats, count) : -ENOMEM;
	nlmsg_free(message);
	return varta_call_end(v, error);
}

int varta_relay_refused(const struct varta *v)
{
	return v->relay_refused;
}
