// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Beats, their nonces, and leaving the tracker.
 */
#include <errno.h>
#include <limits.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "client.h"
#include "vdso_clock.h"

#define NS_PER_MS	1000000

uint64_t varta_monotonic_now(void)
{
	return varta_clock_now();
}

uint64_t varta_nonce_after(uint64_t nonce)
{
	nonce++;
	return nonce == VARTA_TERMINAL_NONCE ? 0 : nonce;
}

uint64_t varta_next_nonce(const struct varta *v)
{
	uint64_t next = varta_nonce_after(v->client.nonce);
	uint64_t now = varta_monotonic_now();

	return v->client.clocked && next < now ? now : next;
}

/* Ends a call that uses the client. */
static int client_result(struct varta *v, int error)
{
	v->refusal = &v->client.refusal;
	v->error = error;
	return error;
}

static int beat_result(struct varta *v, int error)
{
	if (error == -ENODEV && v->optional && !v->client.refusal.error) {
		client_result(v, 0);
		return VARTA_NOT_LOADED;
	}
	return client_result(v, error);
}

static __attribute__((noinline)) int
long_beat(struct varta *v, uint64_t state, uint64_t now)
{
	return beat_result(v, varta_client__beat_at(&v->client, (uint32_t)state,
						    (uint32_t)(state >> 32),
						    now));
}

static __attribute__((noinline)) int
other_beat(struct varta *v, uint64_t state, uint64_t now)
{
	v->due = now + v->interval;
	if (v->client.maps ||
	    !varta_client__short_beat(&v->client, (uint32_t)state,
				      (uint32_t)(state >> 32), now))
		return long_beat(v, state, now);
	v->error = 0;
	return 0;
}

/*
 * A beat that is only stored, with the state of the one before, changes as little of
 * the handle as possible.
 */
int varta_beat(struct varta *v, enum varta_status status, uint32_t payload)
{
	const uint64_t state = varta_client__state(status, payload);
	const uint64_t now = varta_clock_now();

	if (!varta_client__repeat_beat(&v->client, state, now))
		return other_beat(v, state, now);
	v->error = 0;
	return 0;
}

/* Time of the next beat. */
static uint64_t due_time(const struct varta *v)
{
	const struct varta_client__page *page = v->client.mapped->page;
	uint64_t stored = page ? page->nonce + v->interval : 0;

	return stored > v->due ? stored : v->due;
}

/* Before a beat, another file's data must not be read as answers. */
static int connect_client(struct varta *v)
{
	struct varta_client__socket *s = &v->client.socket;

	varta_client__notice_fork(&v->client);
	if (s->fd >= 0 && varta_client__inode(s->fd) == s->inode)
		return 0;
	varta_client__disconnect(s);
	return varta_client__connect(s);
}

int varta_fd(struct varta *v)
{
	int error;

	varta_client__clear_refusal(&v->client);
	error = client_result(v, connect_client(v));
	return error ? error : v->client.socket.fd;
}

int varta_timeout(const struct varta *v)
{
	uint64_t now = varta_monotonic_now(), due = due_time(v);
	uint64_t ms;

	if (now >= due)
		return 0;
	ms = (due - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

int varta_dispatch(struct varta *v, enum varta_status status, uint32_t payload)
{
	int error;

	if (varta_monotonic_now() >= due_time(v))
		return varta_beat(v, status, payload);
	varta_client__clear_refusal(&v->client);
	error = connect_client(v);
	if (!error)
		error = varta_client__read_answers(&v->client, false);
	return beat_result(v, error);
}

static int put_report(struct nl_msg *message, const struct varta_beat *beat,
		      const struct varta_beat_attributes *attribute)
{
	if (nla_put_u32(message, attribute->status, beat->status) ||
	    nla_put_u64(message, attribute->nonce, beat->nonce) ||
	    nla_put_u64(message, attribute->timestamp, beat->timestamp) ||
	    nla_put_u32(message, attribute->payload, beat->payload))
		return -1;
	if (attribute->always_pid || beat->claim_pid)
		return nla_put_u32(message, attribute->pid, beat->pid);
	return 0;
}

static int put_action(struct nl_msg *message, const struct varta_beat *beat,
		      const struct varta_beat_attributes *attribute)
{
	bool asks = beat->stall_signal || beat->no_stall_signal;

	if (!asks && !beat->kill_after_ms && !beat->even_if_starved)
		return 0;
	if (!attribute->stall_signal)
		return -EINVAL;
	if ((asks && nla_put_u32(message, attribute->stall_signal,
				 beat->stall_signal)) ||
	    (beat->kill_after_ms &&
	     nla_put_u32(message, attribute->kill_after_ms,
			 beat->kill_after_ms)) ||
	    (beat->even_if_starved &&
	     nla_put_flag(message, attribute->even_if_starved)))
		return -EMSGSIZE;
	return 0;
}

int varta_beat_write(struct nl_msg *message, const struct varta_beat *beat,
		     const struct varta_beat_attributes *attribute)
{
	if (!varta_is_zero(beat->reserved, sizeof(beat->reserved)))
		return -E2BIG;
	if (beat->frame && beat->frame_len > VARTA_FRAME_SEND_MAX)
		return -EMSGSIZE;
	if (beat->frame ? nla_put(message, attribute->frame,
				  (int)beat->frame_len, beat->frame) :
			  put_report(message, beat, attribute))
		return -EMSGSIZE;
	if (beat->threshold_ms &&
	    nla_put_u32(message, attribute->threshold_ms, beat->threshold_ms))
		return -EMSGSIZE;
	if (beat->name && nla_put_string(message, attribute->name, beat->name))
		return -EMSGSIZE;
	return put_action(message, beat, attribute);
}

static int write_beat(struct varta *v, const struct varta_beat *beat)
{
	static const struct varta_beat_attributes attributes = {
		.status = VARTA_A_BEAT_STATUS,
		.nonce = VARTA_A_BEAT_NONCE,
		.timestamp = VARTA_A_BEAT_TIMESTAMP,
		.payload = VARTA_A_BEAT_PAYLOAD,
		.pid = VARTA_A_BEAT_PID,
		.frame = VARTA_A_BEAT_FRAME,
		.threshold_ms = VARTA_A_BEAT_THRESHOLD_MS,
		.name = VARTA_A_BEAT_NAME,
		.stall_signal = VARTA_A_BEAT_STALL_SIGNAL,
		.kill_after_ms = VARTA_A_BEAT_KILL_AFTER_MS,
		.even_if_starved = VARTA_A_BEAT_EVEN_IF_STARVED,
	};
	struct nlmsghdr *header = nlmsg_hdr(v->message);

	/* Back to the empty message of varta_open(). */
	header->nlmsg_len = NLMSG_HDRLEN;
	if (!genlmsg_put(v->message, NL_AUTO_PORT, NL_AUTO_SEQ, 0, 0,
			 NLM_F_REQUEST, VARTA_CMD_BEAT, VARTA_FAMILY_VERSION))
		return -EMSGSIZE;
	if (v->client.acknowledge)
		header->nlmsg_flags |= NLM_F_ACK;
	return varta_beat_write(v->message, beat, &attributes);
}

int varta_beat_send(struct varta *v, const struct varta_beat *beat)
{
	int error = write_beat(v, beat);

	varta_client__clear_refusal(&v->client);
	if (!error)
		error = varta_client__exchange(&v->client,
					       nlmsg_hdr(v->message),
					       varta_monotonic_now());
	return beat_result(v, error);
}

int varta_bye(struct varta *v, uint32_t pid)
{
	union varta_client__message message;

	varta_client__begin(&message, VARTA_CMD_BYE, true);
	if (pid)
		varta_client__put(&message, VARTA_A_BEAT_PID, &pid,
				  sizeof(pid));
	return client_result(v, varta_client__exchange(&v->client,
						       &message.header,
						       varta_monotonic_now()));
}
