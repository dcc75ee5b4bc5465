// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Beats: writing one, sending it, and what the kernel says to it.
 */
#include <errno.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "handle.h"

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
	struct nlmsghdr *header = nlmsg_hdr(v->beat);

	if (beat->frame && beat->frame_len > VARTA_FRAME_SEND_MAX)
		return -EMSGSIZE;
	/* Back to the bare generic netlink header of varta_open(). */
	header->nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	header->nlmsg_flags = NLM_F_REQUEST;
	if (v->acknowledge)
		header->nlmsg_flags |= NLM_F_ACK;
	return put_fields(v->beat, beat) ? -EMSGSIZE : 0;
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
		if (length == -EAGAIN && !v->acknowledge)
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
	return v->acknowledge ? -ETIMEDOUT : outcome;
}

int varta_beat_send(struct varta *v, const struct varta_beat *beat)
{
	int error;

	varta_call_begin(v);
	error = write_beat(v, beat);
	if (!error)
		error = varta_connection_send(&v->connection, v->beat);
	if (!error)
		error = collect_answers(v);
	return varta_call_end(v, error);
}

int varta_beat(struct varta *v, enum varta_status status, uint32_t payload)
{
	struct varta_beat beat = {
		.status = status,
		.payload = payload,
		.nonce = v->nonce,
		.timestamp = varta_monotonic_now(),
	};
	int error;

	v->nonce = varta_nonce_after(v->nonce);
	if (!v->introduced) {
		beat.threshold_ms = v->threshold_ms;
		beat.name = v->name[0] ? v->name : NULL;
	}
	error = varta_beat_send(v, &beat);
	v->introduced = !error;
	return error;
}
