// SPDX-License-Identifier: GPL-2.0-only
/* See relay.h. */
#include "relay.h"

#include <err.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <linux/varta.h>

/* Enough for RELAY_BATCH beats with all attributes used here. */
#define MESSAGE_SIZE	32768

void relay_open(struct relay *relay, uint32_t source)
{
	*relay = (struct relay){ .source = source };
	relay->fd = family_socket(VARTA_FAMILY_NAME, &relay->family);
}

static void begin(struct relay *relay)
{
	relay->count = 0;
	relay->message = nlmsg_alloc_size(MESSAGE_SIZE);
	if (!relay->message ||
	    !genlmsg_put(relay->message, NL_AUTO_PORT, NL_AUTO_SEQ,
			 relay->family, 0, NLM_F_REQUEST, VARTA_CMD_RELAY,
			 VARTA_FAMILY_VERSION) ||
	    nla_put_u32(relay->message, VARTA_A_RELAY_SOURCE, relay->source))
		errx(1, "no memory for a relay's message");
}

/* Adds a beat, and sends a full message. Without a threshold, that is 0. */
void relay_beat(struct relay *relay, uint32_t pid, uint64_t nonce,
		uint32_t threshold_ms)
{
	struct nl_msg *message;
	struct nlattr *nest;

	if (!relay->message)
		begin(relay);
	message = relay->message;
	nest = nla_nest_start(message, VARTA_A_RELAY_BEAT);
	if (!nest ||
	    nla_put_u32(message, VARTA_A_RELAYED_BEAT_STATUS,
			VARTA_STATUS_OK) ||
	    nla_put_u64(message, VARTA_A_RELAYED_BEAT_NONCE, nonce) ||
	    nla_put_u64(message, VARTA_A_RELAYED_BEAT_TIMESTAMP, nonce) ||
	    nla_put_u32(message, VARTA_A_RELAYED_BEAT_PAYLOAD, 0) ||
	    nla_put_u32(message, VARTA_A_RELAYED_BEAT_PID, pid) ||
	    (threshold_ms &&
	     nla_put_u32(message, VARTA_A_RELAYED_BEAT_THRESHOLD_MS,
			 threshold_ms)) ||
	    nla_nest_end(message, nest))
		errx(1, "a relay's message is too small");
	if (++relay->count == RELAY_BATCH)
		relay_flush(relay);
}

/* Sends an incomplete message; the kernel handles it within send(). */
void relay_flush(struct relay *relay)
{
	struct nlmsghdr *header;
	uint64_t begun;

	if (!relay->message)
		return;
	header = nlmsg_hdr(relay->message);
	begun = now_ns();
	if (send(relay->fd, header, header->nlmsg_len, 0) < 0)
		err(1, "send");
	relay->sent_ns += now_ns() - begun;
	nlmsg_free(relay->message);
	relay->message = NULL;
}

/* Sends a beat of each of @count agents. */
void relay_crowd(struct relay *relay, uint32_t first, uint32_t count,
		 uint64_t nonce)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		relay_beat(relay, first + i, nonce, 0);
	relay_flush(relay);
}

/* Whether a beat was refused since the last call. */
bool relay_refused(struct relay *relay)
{
	char answer[1024];
	bool refused = false;

	/* Only refusals get a reply. */
	while (recv(relay->fd, answer, sizeof(answer), MSG_DONTWAIT) >= 0)
		refused = true;
	return refused;
}

void relay_check(struct relay *relay)
{
	if (relay_refused(relay))
		errx(1, "a relayed beat was refused");
}
