// SPDX-License-Identifier: GPL-2.0-only
/*
 * From datagrams to beats. See gateway.h.
 */
#include "gateway.h"

#include <errno.h>
#include <time.h>

#include "clock.h"
#include "process.h"
#include "vlp.h"

_Static_assert(BATCH_MAX == VARTA_RELAY_MAX, "a batch is a message");

/* Of other machines; local users have 32 bits. */
#define OWNER_IS_MACHINE	(UINT64_C(1) << 32)

/* Between two looks at a process whose frames have another pid: they must not cost more. */
#define LOOK_INTERVAL		NS_PER_S

/* The clocks, read once for each batch. */
struct times {
	uint64_t monotonic, boot, real;
};

static uint64_t read_clock(clockid_t clock)
{
	struct timespec time = { 0 };

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static bool refuse(struct gateway *gateway, enum refusal refusal)
{
	gateway->tally.refused[refusal]++;
	return false;
}

static bool identify(struct gateway *gateway, struct sender *sender,
		     const struct datagram *datagram, const struct times *times)
{
	uint64_t age = datagram->sent && times->real > datagram->sent ?
		       times->real - datagram->sent : 0;
	struct process_identity identity;

	if (process_identify(gateway->procfs, (uint32_t)datagram->pid,
			     &identity) ||
	    !process_existed(identity.start_time, times->boot, age))
		return refuse(gateway, REFUSED_SENDER_GONE);
	sender->start_time = identity.start_time;
	sender->ns_pid = identity.ns_pid;
	sender->is_checked = true;
	sender->look_due = times->monotonic + LOOK_INTERVAL;
	return true;
}

/*
 * A frame with another pid than the sender's may be that of a new process, which has its pid
 * in another pid namespace.
 */
static bool is_from(struct gateway *gateway, struct sender *sender,
		    const struct datagram *datagram, const struct times *times,
		    uint32_t ns_pid)
{
	if (!sender->is_checked &&
	    !identify(gateway, sender, datagram, times))
		return false;
	if (ns_pid != sender->ns_pid && times->monotonic >= sender->look_due &&
	    !identify(gateway, sender, datagram, times))
		return false;
	return ns_pid == sender->ns_pid ||
	       refuse(gateway, REFUSED_WRONG_PID);
}

static struct sender *sender_of(struct gateway *gateway, uint64_t key,
				uint64_t owner, uint64_t now)
{
	struct sender *sender = senders_find(&gateway->senders, key);

	if (sender)
		return sender;
	if (!senders_may_add(&gateway->senders, owner, now)) {
		refuse(gateway, REFUSED_NEW_SENDERS);
		return NULL;
	}
	sender = senders_add(&gateway->senders, key);
	sender->used = now;
	return sender;
}

static bool decode(struct gateway *gateway, const unsigned char *frame,
		   size_t length, struct varta_beat *beat)
{
	enum varta_reason reason = vlp_decode(frame, length, beat);

	if (reason)
		tally_invalid(&gateway->tally, reason);
	return !reason;
}

static bool allow(struct gateway *gateway, struct sender *sender,
		  const struct varta_beat *beat, uint64_t now)
{
	return senders_allow(&gateway->senders, sender,
			     beat->nonce == VARTA_TERMINAL_NONCE, now) ||
	       refuse(gateway, REFUSED_RATE);
}

static bool admit_local(struct gateway *gateway,
			const struct datagram *datagram,
			const struct times *times, struct admitted *admitted)
{
	struct varta_beat *beat = &admitted->beat;
	struct sender *sender;

	if (!decode(gateway, datagram->bytes, datagram->length, beat))
		return false;
	if (datagram->pid <= 0)
		return refuse(gateway, REFUSED_NO_SENDER);
	sender = sender_of(gateway, sender_key(0, (uint32_t)datagram->pid),
			   datagram->uid, times->monotonic);
	if (!sender || !allow(gateway, sender, beat, times->monotonic))
		return false;
	if (!is_from(gateway, sender, datagram, times, beat->pid))
		return false;
	beat->pid = (uint32_t)datagram->pid;
	beat->start_time = sender->start_time;
	admitted->sender = sender;
	return true;
}

static bool decode_sealed(struct gateway *gateway,
			  const struct datagram *datagram, uint64_t now,
			  struct varta_beat *beat)
{
	struct sealed_frame opened;
	enum varta_reason reason;

	if (datagram->length == VARTA_FRAME_LEN)
		return refuse(gateway, REFUSED_NOT_SEALED);
	reason = sealed_open(&gateway->keys, datagram->bytes, datagram->length,
			     &opened);
	if (reason == VARTA_REASON_BAD_LENGTH) {
		tally_invalid(&gateway->tally, reason);
		return false;
	}
	if (reason)
		return refuse(gateway, REFUSED_NO_KEY);
	if (!sealed_is_new(gateway->sequences, &opened, now))
		return refuse(gateway, REFUSED_REPLAY);
	if (!decode(gateway, opened.frame, sizeof(opened.frame), beat))
		return false;
	if (opened.pid && opened.pid != beat->pid)
		return refuse(gateway, REFUSED_WRONG_PID);
	return true;
}

static bool decode_remote(struct gateway *gateway,
			  const struct datagram *datagram, uint64_t now,
			  struct varta_beat *beat)
{
	if (gateway->keys.count || gateway->keys.has_master)
		return decode_sealed(gateway, datagram, now, beat);
	return decode(gateway, datagram->bytes, datagram->length, beat);
}

static bool admit_remote(struct gateway *gateway,
			 const struct datagram *datagram,
			 const struct times *times, struct admitted *admitted)
{
	const struct source *source = sources_find(&gateway->sources,
						   &datagram->from);
	struct varta_beat *beat = &admitted->beat;
	uint64_t now = times->monotonic;
	struct sender *sender;

	if (!source)
		return refuse(gateway, REFUSED_UNKNOWN_SOURCE);
	if (!decode_remote(gateway, datagram, now, beat))
		return false;
	sender = sender_of(gateway, sender_key(source->number, beat->pid),
			   OWNER_IS_MACHINE | source->number, now);
	if (!sender || !allow(gateway, sender, beat, now))
		return false;
	admitted->source = source->number;
	beat->name = *source->name ? source->name : NULL;
	admitted->sender = sender;
	return true;
}

static bool admit(struct gateway *gateway, const struct inlet *inlet,
		  const struct datagram *datagram, const struct times *times,
		  struct admitted *admitted)
{
	*admitted = (struct admitted){
		.beat.threshold_ms = gateway->threshold_ms,
	};
	return inlet->is_unix ?
		admit_local(gateway, datagram, times, admitted) :
		admit_remote(gateway, datagram, times, admitted);
}

size_t gateway_admit(struct gateway *gateway, const struct inlet *inlet,
		     const struct datagram *datagrams, size_t count,
		     struct admitted *admitted)
{
	const struct times times = {
		.monotonic = read_clock(CLOCK_MONOTONIC),
		.boot = read_clock(CLOCK_BOOTTIME),
		.real = read_clock(CLOCK_REALTIME),
	};
	size_t i, n = 0;

	gateway->tally.received += count;
	for (i = 0; i < count; i++) {
		if (admit(gateway, inlet, &datagrams[i], &times, &admitted[n])) {
			n++;
		} else {
			gateway->tally.last_pid = (uint32_t)datagrams[i].pid;
			gateway->tally.last_uid = datagrams[i].uid;
		}
	}
	return n;
}

/*
 * The module handles all beats of a message, and names only the first that it refused.
 * What became of the later ones is not known: the next beats of their senders are messages of
 * their own. A process that has ended, and whose pid another one has, is found so.
 */
static void note_refusal(struct gateway *gateway,
			 const struct admitted *admitted, size_t count,
			 size_t refused)
{
	size_t i;

	if (varta_reason(gateway->v) == VARTA_REASON_AUTH_FAILURE)
		admitted[refused].sender->is_checked = false;
	for (i = refused + 1; i < count && !admitted[i].source; i++)
		admitted[i].sender->is_doubted = true;
}

/* How many of the beats are the next message. */
static size_t message_length(const struct admitted *admitted, size_t count)
{
	size_t n = 1;

	if (admitted[0].sender->is_doubted)
		return 1;
	while (n < count && !admitted[n].sender->is_doubted)
		n++;
	return n;
}

static void relay(struct gateway *gateway, const struct admitted *admitted,
		  size_t count)
{
	struct varta_beat beats[BATCH_MAX];
	size_t i;
	int error, refused;

	for (i = 0; i < count; i++)
		beats[i] = admitted[i].beat;
	error = varta_relay(gateway->v, admitted[0].source, beats, count);
	refused = varta_relay_refused(gateway->v);
	if (!error || refused >= 0)
		admitted[0].sender->is_doubted = false;
	if (!error) {
		gateway->tally.relayed += count;
	} else if (refused >= 0) {
		gateway->tally.relayed += count - 1;
		tally_module(&gateway->tally, varta_reason(gateway->v));
		note_refusal(gateway, admitted, count, (size_t)refused);
	} else if (error == -ENODEV) {
		gateway->tally.refused[REFUSED_NO_MODULE] += count;
		gateway->retry_at = varta_monotonic_now() + NS_PER_S;
	} else {
		gateway->tally.refused[REFUSED_SYSTEM] += count;
	}
}

/* Moves the beats of one source to @chosen, in their order, and the others up. */
static size_t take_source(struct admitted *admitted, size_t *count,
			  struct admitted *chosen)
{
	uint32_t source = admitted[0].source;
	size_t i, n = 0, left = 0;

	for (i = 0; i < *count; i++) {
		if (admitted[i].source == source)
			chosen[n++] = admitted[i];
		else
			admitted[left++] = admitted[i];
	}
	*count = left;
	return n;
}

void gateway_relay(struct gateway *gateway, struct admitted *admitted,
		   size_t count)
{
	static struct admitted chosen[BATCH_MAX];
	size_t i, n, length;

	while (count) {
		n = take_source(admitted, &count, chosen);
		for (i = 0; i < n; i += length) {
			length = message_length(chosen + i, n - i);
			if (varta_monotonic_now() < gateway->retry_at)
				gateway->tally.refused[REFUSED_NO_MODULE] +=
					length;
			else
				relay(gateway, chosen + i, length);
		}
	}
}
