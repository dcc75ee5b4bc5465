// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Requests and their answers. See query.h.
 */
#include "query.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <netlink/genl/genl.h>

/* Far more than the largest ledger needs; a dump that goes on is a defect. */
#define DATAGRAMS_MAX	(1 << 20)

struct query {
	struct varta_connection *connection;
	varta_message_fn fn;
	void *arg;
	bool ended;
	bool interrupted;
	int result;
};

static void read_message(struct query *q, const struct nlmsghdr *message)
{
	if (message->nlmsg_seq != q->connection->sequence)
		return;
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		q->interrupted = true;

	if (varta_answer_is_verdict(message)) {
		int verdict = varta_answer_verdict(message,
						   &q->connection->refusal);

		if (!q->result)
			q->result = verdict;
		q->ended = true;
		return;
	}
	/* After a failure, the rest is read only to empty the socket. */
	if (q->result || message->nlmsg_type < NLMSG_MIN_TYPE)
		return;
	if (!nlmsg_valid_hdr(message, GENL_HDRLEN))
		q->result = -EBADMSG;
	else if (q->fn)
		q->result = q->fn(message, q->arg);
}

static void read_datagram(struct query *q, void *buffer, int length)
{
	struct nlmsghdr *message = buffer;

	while (!q->ended && nlmsg_ok(message, length)) {
		read_message(q, message);
		message = nlmsg_next(message, &length);
	}
}

static int read_answer(struct query *q, void *buffer, size_t size)
{
	ssize_t length;
	int i, error;

	for (i = 0; i < DATAGRAMS_MAX && !q->ended; i++) {
		length = varta_connection_receive(q->connection, buffer, size);
		if (length == -EAGAIN) {
			error = varta_connection_wait(q->connection);
			if (error && error != -EINTR)
				return error;
			continue;
		}
		if (length < 0)
			return (int)length;
		read_datagram(q, buffer, (int)length);
	}
	if (!q->ended)
		return -EOVERFLOW;
	if (!q->result && q->interrupted)
		return -EINTR;
	return q->result;
}

int varta_query(struct varta_connection *c, struct nl_msg *request,
		varta_message_fn fn, void *arg)
{
	struct query q = { .connection = c, .fn = fn, .arg = arg };
	void *buffer;
	int error;

	if (!request)
		return -ENOMEM;
	buffer = malloc(VARTA_MESSAGE_MAX);
	error = buffer ? varta_connection_send(c, request) : -ENOMEM;
	if (!error)
		error = read_answer(&q, buffer, VARTA_MESSAGE_MAX);
	free(buffer);
	nlmsg_free(request);
	return error;
}
