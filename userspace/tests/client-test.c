// SPDX-License-Identifier: GPL-2.0-only
/*
 * The header-only client with answers that a kernel does not give on request:
 * out of memory, lost and damaged answers, other senders.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

static int fake_clock_gettime(clockid_t clock, struct timespec *now);
static int fake_madvise(void *address, size_t size, int advice);
static ssize_t fake_sendto(int fd, const void *message, size_t size, int flags,
			   const struct sockaddr *to, socklen_t to_size);
static ssize_t fake_send(int fd, const void *message, size_t size, int flags);
static ssize_t fake_recvfrom(int fd, void *buffer, size_t size, int flags,
			     struct sockaddr *sender, socklen_t *sender_size);

/* Replaces system calls of the header. */
#define clock_gettime	fake_clock_gettime
#define madvise		fake_madvise
#define sendto		fake_sendto
#define recvfrom	fake_recvfrom
#define send		fake_send
#include <varta-client.h>
#undef clock_gettime
#undef madvise
#undef sendto
#undef recvfrom
#undef send

#include "tap.h"

/*
 * The fake kernel, which gives one answer once, or as often as @repeat says in
 * addition. It has no families, and says so unless it is silent.
 */
static struct {
	unsigned char answer[512];
	size_t answer_size;
	int repeat;
	int send_error, receive_error;
	bool silent;
	uint32_t sender;
	int sent, short_beats, received;
	union varta_client__message last;
} kernel;

/* Nanoseconds; a reading takes one. */
static uint64_t clock_now = 1000 * UINT64_C(1000000000);

static int fake_clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	clock_now++;
	now->tv_sec = (time_t)(clock_now / 1000000000);
	now->tv_nsec = (long)(clock_now % 1000000000);
	return 0;
}

/* Errno of madvise(); 0 for the real one. */
static int madvise_error;

static int fake_madvise(void *address, size_t size, int advice)
{
	if (!madvise_error)
		return madvise(address, size, advice);
	errno = madvise_error;
	return -1;
}

/* The end of a dump or a verdict. */
static void answer(uint16_t type, uint32_t sequence, int error)
{
	const struct nlmsgerr verdict = { .error = error };
	struct nlmsghdr header = {
		.nlmsg_len = NLMSG_HDRLEN + sizeof(verdict),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_CAPPED,
		.nlmsg_seq = sequence,
	};

	memcpy(kernel.answer, &header, sizeof(header));
	memcpy(kernel.answer + NLMSG_HDRLEN, &verdict, sizeof(verdict));
	kernel.answer_size = NLMSG_ALIGN(header.nlmsg_len);
}

static ssize_t fake_sendto(int fd, const void *message, size_t size, int flags,
			   const struct sockaddr *to, socklen_t to_size)
{
	(void)fd;
	(void)flags;
	(void)to;
	(void)to_size;
	kernel.sent++;
	memcpy(&kernel.last, message,
	       size < sizeof(kernel.last) ? size : sizeof(kernel.last));
	if (!kernel.send_error && !kernel.silent && !kernel.answer_size &&
	    kernel.last.header.nlmsg_type == GENL_ID_CTRL)
		answer(NLMSG_DONE, kernel.last.header.nlmsg_seq, 0);
	if (!kernel.send_error)
		return (ssize_t)size;
	errno = kernel.send_error;
	return -1;
}

/* Short beats have no address. */
static ssize_t fake_send(int fd, const void *message, size_t size, int flags)
{
	kernel.short_beats++;
	return fake_sendto(fd, message, size, flags, NULL, 0);
}

static ssize_t fake_recvfrom(int fd, void *buffer, size_t size, int flags,
			     struct sockaddr *sender, socklen_t *sender_size)
{
	struct sockaddr_nl from = {
		.nl_family = AF_NETLINK,
		.nl_pid = kernel.sender,
	};
	size_t length = kernel.answer_size;

	(void)fd;
	(void)flags;
	kernel.received++;
	if (kernel.receive_error || !length) {
		errno = kernel.receive_error ? kernel.receive_error : EAGAIN;
		return -1;
	}
	if (kernel.repeat)
		kernel.repeat--;
	else
		kernel.answer_size = 0;
	if (length > size)
		length = size;
	memcpy(buffer, kernel.answer, length);
	memcpy(sender, &from, sizeof(from));
	*sender_size = sizeof(from);
	return (ssize_t)length;
}

/* A refusal with a text of @text_size bytes, or without one. */
static void refuse(uint32_t sequence, int error, const char *text,
		   size_t text_size)
{
	const struct nlmsgerr verdict = { .error = error };
	struct nlmsghdr header = {
		.nlmsg_len = NLMSG_HDRLEN + sizeof(verdict),
		.nlmsg_type = NLMSG_ERROR,
		.nlmsg_flags = NLM_F_CAPPED,
		.nlmsg_seq = sequence,
	};
	struct nlattr attribute = {
		.nla_type = NLMSGERR_ATTR_MSG,
		.nla_len = (uint16_t)(NLA_HDRLEN + text_size),
	};
	unsigned char *at = kernel.answer;

	if (text) {
		header.nlmsg_flags |= NLM_F_ACK_TLVS;
		header.nlmsg_len += (uint32_t)(NLA_HDRLEN + text_size);
	}
	memcpy(at, &header, sizeof(header));
	memcpy(at + NLMSG_HDRLEN, &verdict, sizeof(verdict));
	if (text) {
		at += NLMSG_HDRLEN + sizeof(verdict);
		memcpy(at, &attribute, sizeof(attribute));
		memcpy(at + NLA_HDRLEN, text, text_size);
	}
	kernel.answer_size = NLMSG_ALIGN(header.nlmsg_len);
}

/* Opens a client that knows the family; the kernel has no answer. */
static void begin(struct varta_client *c, bool acknowledge)
{
	const struct varta_client_options options = {
		.name = "a name that is too long",
		.threshold_ms = 500,
		.acknowledge = acknowledge,
	};

	memset(&kernel, 0, sizeof(kernel));
	varta_client_open(c, &options);
	c->socket.family = 42;
	kernel.sent = 0;
	kernel.received = 0;
}

static int beat(struct varta_client *c)
{
	return varta_client_beat(c, VARTA_STATUS_OK, 7);
}

/* The beats of an agent with a threshold of 500 ms are full at this distance. */
#define INTERVAL_NS	(500 * UINT64_C(1000000) / 3)

/* Beats so that refusals are read. */
static int full_beat(struct varta_client *c)
{
	varta_client__reset(c);
	return beat(c);
}

/* The value of an attribute of the last message. */
static const unsigned char *sent_value(uint16_t type, size_t *size)
{
	const size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;

	return varta_client__find(kernel.last.bytes + skip,
				  kernel.last.header.nlmsg_len - skip, type,
				  size);
}

static bool sent(uint16_t type)
{
	size_t size;

	return sent_value(type, &size);
}

static void test_message(struct varta_client *c)
{
	static const uint32_t values[2] = { VARTA_STATUS_OK, 7 };
	const unsigned char *bytes = kernel.last.bytes, *value;
	size_t size;
	uint64_t first, second;
	uint32_t number;

	begin(c, false);
	check(!beat(c), "client: no answer means success");
	value = sent_value(VARTA_A_BEAT_NAME, &size);
	check(value && size == 16 && !memcmp(value, "a name that is \0", 16),
	      "client: a name is cut");
	value = sent_value(VARTA_A_BEAT_COMPACT, &size);
	check(value && size == 16 && !memcmp(value + 8, values, 8),
	      "client: status and payload");
	value = sent_value(VARTA_A_BEAT_THRESHOLD_MS, &size);
	if (value)
		memcpy(&number, value, sizeof(number));
	check(value && size == 4 && number == 500, "client: threshold");
	memcpy(&first, bytes + VARTA_CLIENT__NONCE_OFFSET, sizeof(first));
	beat(c);
	memcpy(&second, bytes + VARTA_CLIENT__NONCE_OFFSET, sizeof(second));
	check(second > first, "client: nonces increase");
	check(kernel.last.header.nlmsg_type == 42,
	      "client: sent to the family");
	varta_client_close(c);
}

static void test_short(struct varta_client *c)
{
	begin(c, false);
	check(!beat(c) && !kernel.short_beats && kernel.received == 1,
	      "client: the first beat is full");
	check(!beat(c) && kernel.short_beats == 1 && kernel.received == 1 &&
	      kernel.last.header.nlmsg_len == VARTA_CLIENT__SHORT_SIZE &&
	      sent(VARTA_A_BEAT_COMPACT) && !sent(VARTA_A_BEAT_NAME),
	      "client: the second is short, and reads nothing");
	refuse(1, -ESTALE, "no", 3);
	clock_now += INTERVAL_NS - 100;
	check(!beat(c) && kernel.short_beats == 2,
	      "client: no refusal is read before an interval has passed");
	clock_now += 100;
	check(beat(c) == -ESTALE && kernel.short_beats == 2 &&
	      sent(VARTA_A_BEAT_NAME) && sent(VARTA_A_BEAT_THRESHOLD_MS),
	      "client: then a full beat reads it");
	refuse(c->socket.sequence + 1, -ESTALE, "no", 3);
	check(beat(c) == -ESTALE, "client: a refused beat after a refusal");
	check(!beat(c) && kernel.short_beats == 2,
	      "client: a full beat after a refusal");
	check(!beat(c) && kernel.short_beats == 3,
	      "client: a short beat after a success");
	varta_client_bye(c);
	check(!beat(c) && kernel.short_beats == 3 && sent(VARTA_A_BEAT_NAME),
	      "client: a full beat after bye");
	varta_client_close(c);
}

/* Refusals are noticed an interval later, and an evicted agent at once. */
static void test_slow_beats(struct varta_client *c)
{
	int i, alternates = 0;

	begin(c, false);
	beat(c);
	for (i = 0; i < 10; i++) {
		clock_now += INTERVAL_NS;
		beat(c);
		alternates += kernel.short_beats == i / 2 + 1;
	}
	check(alternates == 10,
	      "client: with one beat in each interval, every second is short");
	clock_now += 3 * INTERVAL_NS;
	kernel.short_beats = 0;
	beat(c);
	check(!kernel.short_beats && sent(VARTA_A_BEAT_NAME),
	      "client: a full beat after the silence of a threshold");
	clock_now += 3 * INTERVAL_NS;
	beat(c);
	check(!kernel.short_beats, "client: and after the next");
	varta_client_close(c);

	begin(c, true);
	for (i = 0; i < 3; i++) {
		answer(NLMSG_ERROR, c->socket.sequence + 1, 0);
		alternates += !beat(c);
	}
	check(alternates == 13 && !kernel.short_beats,
	      "client: acknowledged beats are full");
	varta_client_close(c);
}

static void test_short_failures(struct varta_client *c)
{
	uint64_t inode;

	begin(c, false);
	beat(c);
	kernel.send_error = EBADF;
	check(beat(c) == -EBADF && kernel.short_beats == 1 &&
	      kernel.sent == 3 && c->socket.fd == -1,
	      "client: a short beat that fails is sent again in full");
	kernel.send_error = 0;
	check(!beat(c), "client: which opens a new socket");

	inode = c->socket.inode;
	refuse(1, -ESTALE, "no", 3);
	kernel.repeat = VARTA_CLIENT__DATAGRAMS_MAX + 10;
	check(full_beat(c) == -ESTALE && c->socket.fd == -1,
	      "client: too many refusals to read");
	kernel.answer_size = 0;
	check(!beat(c) && c->socket.inode != inode && !c->refusal.error,
	      "client: are left in the old socket");
	varta_client_close(c);
}

static void test_old_kernel(struct varta_client *c)
{
	static const char text[] = "Unknown attribute type";
	static const uint32_t payload = 7;
	const unsigned char *value;
	size_t size;
	int i, old = 0;

	begin(c, false);
	refuse(1, -EINVAL, text, sizeof(text));
	check(!beat(c) && kernel.sent == 2 && !c->refusal.error,
	      "client: an older kernel is sent another beat");
	for (i = 0; i < 3; i++) {
		beat(c);
		value = sent_value(VARTA_A_BEAT_PAYLOAD, &size);
		old += value && size == 4 && !memcmp(value, &payload, 4) &&
		       sent(VARTA_A_BEAT_STATUS) &&
		       sent(VARTA_A_BEAT_NONCE) &&
		       sent(VARTA_A_BEAT_THRESHOLD_MS) &&
		       sent(VARTA_A_BEAT_NAME) && !sent(VARTA_A_BEAT_COMPACT);
	}
	check(old == 3 && kernel.sent == 5 && !kernel.short_beats,
	      "client: and only such from then on");
	varta_client_close(c);
}

static void test_full(struct varta_client *c)
{
	begin(c, false);
	kernel.send_error = ENOBUFS;
	check(beat(c) == -EAGAIN && !c->refusal.error,
	      "client: no room to send");
	kernel.send_error = EAGAIN;
	check(beat(c) == -EAGAIN && !c->refusal.error, "client: a full socket");
	kernel.send_error = 0;
	check(!beat(c), "client: room again");
	varta_client_close(c);

	begin(c, true);
	check(beat(c) == -EAGAIN && !c->refusal.error,
	      "client: a lost acknowledgement");
	varta_client_close(c);
}

static void test_refused(struct varta_client *c)
{
	begin(c, false);
	refuse(c->socket.sequence + 1, -ESTALE, "no", 3);
	check(beat(c) == -ESTALE && c->refusal.error == -ESTALE &&
	      !strcmp(c->refusal.text, "no"), "client: refused, and why");
	refuse(1, -EPERM, "was it", 6);
	check(beat(c) == -EPERM && !strcmp(c->refusal.text, "was it"),
	      "client: refusal of an earlier beat, with an unterminated text");
	refuse(c->socket.sequence + 1, -ESTALE, "no", 3);
	kernel.sender = 99;
	check(!beat(c),
	      "client: messages of other processes are ignored");
	kernel.sender = 0;
	check(!beat(c) && !c->refusal.text[0],
	      "client: no refusal after a success");
	varta_client_close(c);
}

static void test_damaged(struct varta_client *c)
{
	size_t size, whole;
	int wrong = 0;

	begin(c, false);
	refuse(1, -ESTALE, "a text", 7);
	whole = kernel.answer_size;
	for (size = 1; size < whole; size++) {
		refuse(1, -ESTALE, "a text", 7);
		kernel.answer_size = size;
		wrong += full_beat(c) == -ESTALE;
	}
	/* The last bytes are padding. */
	check(wrong <= 1, "client: incomplete answers are ignored");

	refuse(1, -ESTALE, "a text", 7);
	kernel.answer[NLMSG_HDRLEN + sizeof(struct nlmsgerr)] = 0xff;
	check(full_beat(c) == -ESTALE && !c->refusal.text[0],
	      "client: an attribute that is longer than the message");
	refuse(1, 5, NULL, 0);
	check(!beat(c), "client: a positive errno is ignored");
	varta_client_close(c);
}

static void test_absent(struct varta_client *c)
{
	int sent;

	begin(c, false);
	refuse(1, -ENOENT, NULL, 0);
	check(beat(c) == -ENODEV && !c->refusal.error && kernel.sent == 2,
	      "client: the module is missing, and looked up once");
	sent = kernel.sent;
	check(beat(c) == -ENODEV && beat(c) == -ENODEV &&
	      kernel.sent == sent, "client: but not with every beat");
	check(varta_client_terminal(c, 11) == -ENODEV &&
	      kernel.sent == sent + 1, "client: and for a last word");
	sent = kernel.sent;
	c->lookup_error = 0;
	check(beat(c) == -ENODEV && kernel.sent == sent,
	      "client: it was found, and is missing again");
	varta_client_close(c);

	begin(c, false);
	refuse(1, -ENOENT, "no agent with this pid", 23);
	check(varta_client_bye(c) == -ENOENT && c->refusal.error == -ENOENT,
	      "client: a missing agent is not a missing module");
	varta_client_close(c);
}

/* Only the kernel's answer says that the module is missing. */
static void test_lookup_errors(struct varta_client *c)
{
	static const struct {
		int receive_error, verdict, result;
	} lookups[] = {
		{ 0, 0, -ENODEV },
		{ 0, -ENOENT, -ENODEV },
		{ 0, -ENOMEM, -ENOMEM },
		{ 0, -EPERM, -EPERM },
		{ EPERM, 0, -EPERM },
		{ ENOSYS, 0, -ENOSYS },
		{ EAGAIN, 0, -EAGAIN },
		{ ENOBUFS, 0, -ENOBUFS },
	};
	size_t i;

	for (i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		memset(&kernel, 0, sizeof(kernel));
		kernel.receive_error = lookups[i].receive_error;
		answer(NLMSG_ERROR, 1, lookups[i].verdict);
		check(varta_client_open(c, NULL) == lookups[i].result,
		      "client: lookup %zu", i);
		varta_client_close(c);
	}

	begin(c, false);
	c->socket.family = 0;
	kernel.receive_error = EPERM;
	check(beat(c) == -EPERM && kernel.sent == 1,
	      "client: an answer that may not be read");
	check(beat(c) == -EPERM && kernel.sent == 1,
	      "client: is not looked up with every beat");
	c->socket.family = 42;
	check(beat(c) == -EPERM && kernel.sent == 2,
	      "client: a verdict that may not be read");
	kernel.receive_error = 0;
	kernel.send_error = ECONNREFUSED;
	check(beat(c) == -ECONNREFUSED, "client: an errno of sendto()");
	varta_client_close(c);
}

static void test_closed(struct varta_client *c)
{
	begin(c, false);
	close(c->socket.fd);
	kernel.send_error = EBADF;
	check(beat(c) == -EBADF && !c->refusal.error &&
	      c->socket.fd == -1, "client: closed by somebody else");
	kernel.send_error = 0;
	check(!beat(c) && c->socket.fd >= 0,
	      "client: opens a new socket");
	kernel.send_error = EBADF;
	kernel.sent = 0;
	check(varta_client_terminal(c, 11) == -EBADF &&
	      kernel.sent == 2, "client: at once for a last word");
	kernel.send_error = 0;
	varta_client_close(c);
	varta_client_close(c);
	check(beat(c) == -EBADF, "client: used after it was closed");
	varta_client_close(c);
	begin(c, false);
	check(!beat(c) && c->full_at, "client: may send short beats");
	varta_client_close(c);
	check(beat(c) == -EBADF, "client: used after it was closed early");
	varta_client_close(c);
}

/* Whether a child uses a socket of its own, and its parent another one. */
static bool notices_forks(struct varta_client *c)
{
	uint64_t inode = c->socket.inode;
	int status = -1;
	pid_t child;

	if (beat(c))
		return false;
	child = fork();
	if (!child) {
		/* The first beat looks for the module. */
		beat(c);
		_exit(c->forks != 1 || c->socket.inode == inode);
	}
	return waitpid(child, &status, 0) == child && !status && !beat(c) &&
	       !c->forks && c->socket.inode == inode;
}

static void test_fork(struct varta_client *c)
{
	begin(c, false);
	check(notices_forks(c), "client: a child has a socket of its own");
	varta_client_close(c);

	madvise_error = EPERM;
	begin(c, false);
	check(!beat(c), "client: beats where madvise is refused");
	check(notices_forks(c), "client: and a child still has its own socket");
	varta_client_close(c);
	madvise_error = 0;
}

TEST_GROUP(client)
{
	static struct varta_client c;

	test_message(&c);
	test_short(&c);
	test_slow_beats(&c);
	test_short_failures(&c);
	test_old_kernel(&c);
	test_full(&c);
	test_refused(&c);
	test_damaged(&c);
	test_absent(&c);
	test_lookup_errors(&c);
	test_closed(&c);
	test_fork(&c);
}
