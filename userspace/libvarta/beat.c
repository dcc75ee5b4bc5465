// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Beats: writing one, sending it, and what the kernel says to it.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "handle.h"

#define NS_PER_MS	1000000

/* An answer to a beat is a verdict and its text. */
#define ANSWER_SIZE	1024

/* Answers that one call looks at; more than a beat can cause. */
#define ANSWERS_MAX	64

static int put_report(struct nl_msg *message, const struct varta_beat *beat)
{
	if (beat->frame)
		return nla_put(message, VARTA_A_BEAT_FRAME,
			       (int)beat->frame_len, beat->frame);
	if (nla_put_u32(message, VARTA_A_BEAT_STATUS, beat->status) ||
	    nla_put_u64(message, VARTA_A_BEAT_NONCE, beat->nonce) ||
	    nla_put_u64(message, VARTA_A_BEAT_TIMESTAMP, beat->timestamp) ||
	    nla_put_u32(message, VARTA_A_BEAT_PAYLOAD, beat->payload))
		return -1;
	if (beat->claim_pid)
		return nla_put_u32(message, VARTA_A_BEAT_PID, beat->pid);
	return 0;
}

static int put_fields(struct nl_msg *message, const struct varta_beat *beat)
{
	if (put_report(message, beat))
		return -1;
	if (beat->threshold_ms &&
	    nla_put_u32(message, VARTA_A_BEAT_THRESHOLD_MS,
			beat->threshold_ms))
		return -1;
	if (beat->name)
		return nla_put_string(message, VARTA_A_BEAT_NAME, beat->name);
	return 0;
}

static int write_beat(struct varta *v, const struct varta_beat *beat)
{
	struct nlmsghdr *header = nlmsg_hdr(v->message);

	if (beat->frame && beat->frame_len > VARTA_FRAME_SEND_MAX)
		return -EMSGSIZE;
	/* Back to the bare message of varta_open(). */
	header->nlmsg_len = NLMSG_HDRLEN;
	if (!genlmsg_put(v->message, NL_AUTO_PORT, NL_AUTO_SEQ,
			 v->connection.family, 0, NLM_F_REQUEST,
			 VARTA_CMD_BEAT, VARTA_FAMILY_VERSION))
		return -EMSGSIZE;
	if (v->client.acknowledge)
		header->nlmsg_flags |= NLM_F_ACK;
	return put_fields(v->message, beat) ? -EMSGSIZE : 0;
}

/*
 * Takes in one datagram of answers. Returns true when the last request has
 * been answered; *outcome is the latest refusal, or that answer.
 */
static bool read_answers(struct varta *v, void *buffer, int length,
			 int *outcome)
{
	struct nlmsghdr *message = buffer;
	int verdict;

	while (nlmsg_ok(message, length)) {
		if (message->nlmsg_type == NLMSG_ERROR) {
			verdict = varta_answer_verdict(message,
						       &v->connection.refusal);
			if (verdict)
				*outcome = verdict;
			if (message->nlmsg_seq == v->connection.sequence)
				return true;
		}
		message = nlmsg_next(message, &length);
	}
	return false;
}

/*
 * The kernel handles a beat within send(), so that its answer, if it gives
 * one, is there already: a refusal need not wait for the next call to be told,
 * and looking for it costs the same now as then.
 */
static int collect_answers(struct varta *v)
{
	_Alignas(struct nlmsghdr) char buffer[ANSWER_SIZE];
	int outcome = 0;
	ssize_t length;
	int i, error;

	for (i = 0; i < ANSWERS_MAX; i++) {
		length = varta_connection_receive(&v->connection, buffer,
						  sizeof(buffer));
		if (length == -EAGAIN && !v->client.acknowledge)
			return outcome;
		if (length == -EAGAIN) {
			error = varta_connection_wait(&v->connection);
			if (error && error != -EINTR)
				return error;
			continue;
		}
		if (length < 0)
			return (int)length;
		if (read_answers(v, buffer, (int)length, &outcome))
			return outcome;
	}
	return v->client.acknowledge ? -ETIMEDOUT : outcome;
}

int varta_beat_send(struct varta *v, const struct varta_beat *beat)
{
	int error;

	error = varta_call_begin(v);
	if (!error)
		error = write_beat(v, beat);
	if (!error)
		error = varta_connection_send(&v->connection, v->message);
	if (!error)
		error = collect_answers(v);
	return varta_call_end(v, error);
}

#define SAME(NAME)							\
	_Static_assert((int)VARTA_BEAT_##NAME == (int)VARTA_CLIENT_##NAME, \
		       "outcomes have come apart")
SAME(OK);
SAME(REFUSED);
SAME(ABSENT);
SAME(FULL);
SAME(FAILED);
_Static_assert(VARTA_NAME_SIZE == VARTA_CLIENT_NAME_SIZE, "names are cut");

/* What the client has to tell, for varta_strerror() and its like. */
static enum varta_outcome keep(struct varta *v,
			       enum varta_client_outcome outcome)
{
	struct varta_refusal *refusal = &v->connection.refusal;

	v->error = outcome == VARTA_CLIENT_OK ? 0 : v->client.error;
	refusal->error = 0;
	if (outcome == VARTA_CLIENT_REFUSED) {
		refusal->error = v->client.error;
		refusal->offset = 0;
		strcpy(refusal->text, v->client.text);
	}
	return (enum varta_outcome)outcome;
}

enum varta_outcome varta_beat(struct varta *v, enum varta_status status,
			      uint32_t payload)
{
	v->due = varta_monotonic_now() + v->interval;
	return keep(v, varta_client_beat(&v->client, status, payload));
}

/* Its socket, and one that is not the parent's. */
static enum varta_client_outcome connect_client(struct varta *v)
{
	varta_client_notice_fork(&v->client);
	return v->client.fd < 0 ? varta_client_connect(&v->client) :
				  VARTA_CLIENT_OK;
}

int varta_fd(struct varta *v)
{
	keep(v, connect_client(v));
	return v->client.fd;
}

int varta_timeout(const struct varta *v)
{
	uint64_t now = varta_monotonic_now();
	uint64_t ms;

	if (now >= v->due)
		return 0;
	ms = (v->due - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

enum varta_outcome varta_dispatch(struct varta *v, enum varta_status status,
				  uint32_t payload)
{
	enum varta_client_outcome outcome;

	if (varta_monotonic_now() >= v->due)
		return varta_beat(v, status, payload);
	outcome = connect_client(v);
	if (outcome == VARTA_CLIENT_OK)
		outcome = varta_client_answers(&v->client, false);
	return keep(v, outcome);
}
