// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dump of all agents, in pieces. See dump.h.
 */
#include "dump.h"

#include <errno.h>

#include <netlink/msg.h>
#include <reader.h>

#define TIMEOUT_MS	5000

void dump_close(struct dump *dump)
{
	if (dump->is_open)
		varta_connection_close(&dump->connection);
	dump->is_open = false;
	dump->running = false;
}

int dump_begin(struct dump *dump)
{
	struct varta_connection *c = &dump->connection;
	struct nl_msg *request;
	int error = 0;

	dump->interrupted = false;
	if (!dump->is_open)
		error = varta_connection_open(c, TIMEOUT_MS);
	if (error)
		return error;
	dump->is_open = true;
	request = varta_connection_request(c, VARTA_CMD_AGENT_GET, NLM_F_DUMP);
	error = request ? varta_client__send(&c->socket, nlmsg_hdr(request)) :
			  -ENOMEM;
	nlmsg_free(request);
	dump->running = !error;
	if (error)
		dump_close(dump);
	return error;
}

int dump_fd(const struct dump *dump)
{
	return dump->running ? dump->connection.socket.fd : -1;
}

static int read_message(struct dump *dump, const struct nlmsghdr *message,
			varta_agent_fn fn, void *arg)
{
	struct varta_connection *c = &dump->connection;

	if (message->nlmsg_seq != c->socket.sequence)
		return 0;
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		dump->interrupted = true;
	if (message->nlmsg_type == NLMSG_ERROR ||
	    message->nlmsg_type == NLMSG_DONE) {
		dump->running = false;
		return varta_client__verdict(message, &c->refusal);
	}
	if (message->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	if (message->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	return varta_agent_read_all(message, fn, arg);
}

int dump_read(struct dump *dump, varta_agent_fn fn, void *arg)
{
	const struct nlmsghdr *message;
	int length, at = 0, error = 0;

	length = varta_client__receive(&dump->connection.socket, dump->buffer,
				       sizeof(dump->buffer));
	if (length == -EAGAIN)
		return 0;
	if (length < 0)
		error = length;
	while (!error && dump->running &&
	       (message = varta_client__message_at(dump->buffer, at, length))) {
		error = read_message(dump, message, fn, arg);
		at += (int)NLMSG_ALIGN(message->nlmsg_len);
	}
	if (error)
		dump_close(dump);
	return error;
}
