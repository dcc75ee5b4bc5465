// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints 'SOURCE PID' of each agent whose stall still stands, as the kernel
 * dumps it when asked for no others. Exits with 1 if it shows another, or says
 * that the ledger changed under the reading.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "agent.h"
#include "connection.h"

_Noreturn static void fail(const char *what, int error)
{
	fprintf(stderr, "stalled: %s: %s\n", what, strerror(error));
	exit(1);
}

static void ask(struct varta_connection *c)
{
	struct nl_msg *message = varta_connection_request(c,
							  VARTA_CMD_AGENT_GET,
							  NLM_F_DUMP);
	int error;

	if (!message || nla_put_flag(message, VARTA_A_AGENTS_STALLED))
		fail("request", ENOMEM);
	error = varta_connection_send(c, message);
	if (error)
		fail("sending", -error);
	nlmsg_free(message);
}

static int print_agent(const struct varta_agent *agent, void *arg)
{
	(void)arg;
	printf("%" PRIu32 " %" PRIu32 "\n", agent->source, agent->pid);
	return agent->stalled ? 0 : -EPROTO;
}

/* Returns whether it was the last. */
static bool take(const struct nlmsghdr *message)
{
	const struct nlmsgerr *answer = nlmsg_data(message);
	int error;

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		fail("dump", EINTR);
	if (message->nlmsg_type == NLMSG_DONE)
		return true;
	if (message->nlmsg_type == NLMSG_ERROR)
		fail("dump", -answer->error);
	error = varta_agent_read_all(message, print_agent, NULL);
	if (error)
		fail("agent", -error);
	return false;
}

static bool receive(struct varta_connection *c)
{
	static _Alignas(struct nlmsghdr) char buffer[VARTA_MESSAGE_MAX];
	struct nlmsghdr *message = (struct nlmsghdr *)buffer;
	bool last = false;
	int length;

	if (varta_connection_wait(c))
		fail("waiting", ETIMEDOUT);
	length = (int)varta_connection_receive(c, buffer, sizeof(buffer));
	if (length < 0)
		fail("receiving", -length);
	for (; !last && nlmsg_ok(message, length);
	     message = nlmsg_next(message, &length))
		last = take(message);
	return last;
}

int main(void)
{
	struct varta_connection connection;
	int error = varta_connection_open(&connection, 60000);

	if (error)
		fail("connection", -error);
	ask(&connection);
	while (!receive(&connection))
		;
	varta_connection_close(&connection);
	return 0;
}
