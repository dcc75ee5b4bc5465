/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause */
/*
 * Beats for the varta kernel module in one header, for programs that do not
 * want a library: copy this file and <linux/varta.h>. It compiles as C11 and as
 * C++11, with what glibc declares under _GNU_SOURCE: define that, or include
 * this header first. libvarta uses it for its own sockets and messages. It does
 * not read agents.
 *
 *	static struct varta_client client;
 *	struct varta_client_options options = { .name = "worker",
 *						.threshold_ms = 5000 };
 *
 *	varta_client_open(&client, &options);
 *	while (work())
 *		varta_client_beat(&client, VARTA_STATUS_OK, 0);
 *	varta_client_close(&client);
 *
 * Names with two underscores, as varta_client__send(), are private.
 *
 * Results. Functions return 0 on success and a negative errno on failure, which
 * may be ignored: a later beat opens a new socket, or finds the module, as
 * needed. It looks for a missing module at most once a second.
 *
 *	0		the kernel has accepted the beat; without @acknowledge:
 *			no refusal has been read so far
 *	-ENODEV		the module is not loaded
 *	-EAGAIN		no room in the kernel or in the socket
 *	any other	the kernel refused a beat, or a system call failed
 *
 * Without @acknowledge, a beat reads the refusals of beats before it if an
 * interval has passed since the last time: a third of the threshold, or a second
 * if the client has none. So a refusal is returned at the latest by the first
 * beat after an interval, and then by every beat that is refused. Likewise, that
 * the module is gone or was loaded again may be noticed an interval later. A client
 * that beats more often than that is in the tracker again, with its name and
 * threshold, within one threshold.
 *
 * If @refusal.error is not 0, the errno is the kernel's, also if it is one of
 * the above, and @refusal.text is its reason.
 *
 * Memory. The caller provides the client, 9 KiB. Opening maps one page, with
 * @lanes another for each 127 of them, and a beat of a client with @mapped as
 * many more, again whenever the module was loaded anew; nothing else allocates.
 *
 * Blocking. Only opening may block, while the kernel loads the module.
 *
 * Threads. A client must not be used by two threads at the same time.
 *
 * Fork. A child that goes on using the client beats as itself, on a socket of
 * its own. The parent must not be beating in another thread during fork().
 *
 * Descriptors. The socket belongs to the client. A program that closes all of
 * its descriptors, with closefrom(3) for example, must close its clients and
 * open them again. A child of fork() need not. Otherwise the number may belong
 * to another file. The client does not close that. Only sockets accept a beat,
 * and for at most an interval: then a beat has an address that most kinds of
 * sockets reject, so that it fails, and the next one opens a socket. Netlink
 * sockets and AF_UNIX sockets of type SOCK_SEQPACKET are among the few that
 * accept it.
 *
 * Signals. All functions but varta_client_open() may be called in a signal
 * handler, on a client that was not in use when the signal arrived.
 */
#ifndef VARTA_CLIENT_H
#define VARTA_CLIENT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* for SOCK_CLOEXEC and madvise() */
#endif

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/varta.h>

/* Size of the kernel's text with its terminating NUL; longer ones are cut. */
#define VARTA_CLIENT_TEXT_SIZE		256

/* Nanoseconds between two lookups of a missing module. */
#define VARTA_CLIENT__RETRY_NS		UINT64_C(1000000000)

/* The interval of a client without a threshold. */
#define VARTA_CLIENT__INTERVAL_NS	UINT64_C(1000000000)

/* The kernel fills no datagram beyond what it has seen received at once. */
#define VARTA_CLIENT__BUFFER_SIZE	8192

/* Limit of datagrams for one request; an answer has fewer. */
#define VARTA_CLIENT__DATAGRAMS_MAX	256

/* The kernel has no greater error numbers. */
#define VARTA_CLIENT__ERRNO_MAX		4095

/**
 * struct varta_client_options - Options of varta_client_open().
 * @name: Name of this agent; copied, and cut if it is too long. NULL: the
 *   command name of its process.
 * @threshold_ms: Silence after which this agent is stalled; 0: the module's
 *   setting.
 * @acknowledge: Ask the kernel to confirm every beat. Otherwise it answers only
 *   the beats that it refuses, which is cheaper.
 * @first_nonce: Nonce of the first beat, for tests. 0: nonces follow the clock,
 *   see varta_client_beat().
 * @stall_signal: Signal that the module sends to this process when it finds its
 *   stall; 0: none.
 * @kill_after_ms: Time from that to SIGKILL, unless the process has had a beat
 *   or ended until then; 0: never.
 * @even_if_starved: Also when the process does not get the CPU.
 * @mapped: Beat by storing the time in a page that the kernel reads before the
 *   silence reaches the threshold, without a system call. See "Mapped beats" in
 *   varta(3). One client of a process at a time can have the page. Not with
 *   @acknowledge or @first_nonce, and not on processors that store 64 bits in
 *   two parts.
 * @lanes: How many lanes can be open at a time, up to VARTA_AGENT_LANES_MAX;
 *   implies @mapped. See varta_client_lane_open(). Where beats cannot be mapped,
 *   each beat of a lane is sent.
 */
struct varta_client_options {
	const char *name;
	uint32_t threshold_ms;
	bool acknowledge;
	uint64_t first_nonce;
	uint32_t stall_signal;
	uint32_t kill_after_ms;
	bool even_if_starved;
	bool mapped;
	uint32_t lanes;
};

/**
 * struct varta_client_refusal - The kernel's refusal of a request.
 * @error: Negative errno; 0 if it has not refused.
 * @offset: Offset in the request of the attribute that is wrong; 0 if the
 *   kernel did not say.
 * @text: The kernel's text; "" if it gave none.
 */
struct varta_client_refusal {
	int error;
	uint32_t offset;
	char text[VARTA_CLIENT_TEXT_SIZE];
};

/**
 * struct varta_client__socket - A socket to the varta family.
 * @fd: Non-blocking; -1 for none.
 * @family: Id of the family; 0 if unknown.
 * @sequence: Sequence number of the last request.
 * @inode: Inode number of the socket, to recognise it.
 */
struct varta_client__socket {
	int fd;
	uint16_t family;
	uint32_t sequence;
	uint64_t inode;
};

/*
 * Values of a beat in VARTA_A_BEAT_COMPACT; attributes that are optional follow,
 * and a short beat ends before them. The kernel's own time is the timestamp.
 */
enum {
	VARTA_CLIENT__NONCE_OFFSET	= NLMSG_HDRLEN + GENL_HDRLEN +
					  NLA_HDRLEN,
	VARTA_CLIENT__STATUS_OFFSET	= VARTA_CLIENT__NONCE_OFFSET + 8,
	VARTA_CLIENT__PAYLOAD_OFFSET	= VARTA_CLIENT__STATUS_OFFSET + 4,
	VARTA_CLIENT__SHORT_SIZE	= VARTA_CLIENT__PAYLOAD_OFFSET + 4,
	/* For a kernel without that attribute; the status is first. */
	VARTA_CLIENT__OLD_STATUS_OFFSET	= NLMSG_HDRLEN + GENL_HDRLEN +
					  NLA_HDRLEN,
	VARTA_CLIENT__OLD_PAYLOAD_OFFSET = VARTA_CLIENT__OLD_STATUS_OFFSET + 8,
	VARTA_CLIENT__OLD_NONCE_OFFSET	= VARTA_CLIENT__OLD_PAYLOAD_OFFSET + 8,
	VARTA_CLIENT__MESSAGE_SIZE	= VARTA_CLIENT__OLD_NONCE_OFFSET + 8 +
					  8 + NLA_HDRLEN + VARTA_NAME_SIZE +
					  8 + 8 + NLA_HDRLEN
};

/*
 * See the command map in the specification of the netlink family. What is stored at once
 * is aligned to 64 bits also on i386, where clang would call a function otherwise.
 */
struct varta_client__lane {
	union {
		uint64_t deadline __attribute__((aligned(8)));
		uint32_t halves[2];
	};
	uint32_t threshold_ms;
	uint32_t tid;
	char name[VARTA_NAME_SIZE];
};

/*
 * The kernel does not use @before: the page that this one replaced, or 0. There are
 * as many lanes as the client has asked for, in this page and those after it.
 */
struct varta_client__page {
	uint64_t nonce __attribute__((aligned(8)));
	uint64_t state __attribute__((aligned(8)));
	uint32_t kick;
	uint32_t looks;
	uint64_t before;
	struct varta_client__lane lanes[VARTA_AGENT_LANES_MAX];
};

/* The kernel has these offsets. */
#ifdef __cplusplus
#define VARTA_CLIENT__ASSERT	static_assert
#else
#define VARTA_CLIENT__ASSERT	_Static_assert
#endif
VARTA_CLIENT__ASSERT(offsetof(struct varta_client__lane, threshold_ms) == 8 &&
		     offsetof(struct varta_client__lane, tid) == 12 &&
		     offsetof(struct varta_client__lane, name) == 16 &&
		     sizeof(struct varta_client__lane) == 32, "a lane");
VARTA_CLIENT__ASSERT(offsetof(struct varta_client__page, state) == 8 &&
		     offsetof(struct varta_client__page, kick) == 16 &&
		     offsetof(struct varta_client__page, looks) == 20 &&
		     offsetof(struct varta_client__page, before) == 24 &&
		     offsetof(struct varta_client__page, lanes) == 32,
		     "a page");

/* No family has more than 10 bits, and no kernel more descriptors by default. */
#define VARTA_CLIENT__FD_BITS	22

/**
 * struct varta_client__mapped - For beats in the page. The kernel clears it in
 *   a child.
 * @send_at: When the next beat has to be sent; 0 for now: otherwise @page is
 *   mapped, and there is no refusal.
 * @page: The page, or NULL.
 * @looks: Those of the page before a beat was sent last.
 * @lanes: Where lanes are: @page, the one before it, or one that the kernel does
 *   not know; NULL without lanes.
 * @opened: How many lanes were opened.
 * @lane_target: Where beats of lanes are sent: the id of the family, and in the
 *   lower VARTA_CLIENT__FD_BITS a socket plus 1; 0 for nowhere.
 * @used: A bit for each lane that is open.
 */
struct varta_client__mapped {
	uint64_t send_at __attribute__((aligned(8)));
	struct varta_client__page *page;
	uint32_t looks;
	uint32_t opened;
	struct varta_client__page *lanes;
	uint32_t lane_target;
	uint32_t used[(VARTA_AGENT_LANES_MAX + 31) / 32];
};

/* A request, and room for the longest one of this header. */
union varta_client__message {
	struct nlmsghdr header;
	unsigned char bytes[VARTA_CLIENT__MESSAGE_SIZE];
};

/**
 * struct varta_client - One agent's connection to the kernel.
 * @refusal: The kernel's refusal in the last call. All other members are
 *   private.
 * @socket: The socket.
 * @acknowledge: As in the options.
 * @clocked: Nonces follow the clock.
 * @nonce: The last nonce, or the one before the first.
 * @interval: Nanoseconds from a full beat to the next.
 * @full_at: When the next full beat is due. 0 for now: otherwise the socket is
 *   connected, the family known, and there is no refusal.
 * @full_nonce: Nonce of the last full beat.
 * @full_size: Length of a full beat.
 * @old_kernel: Beats are not compact, and all of them are full.
 * @retry_at: When to look for the module again.
 * @lookup_error: Result of the last time.
 * @same_process: A page that the kernel clears in a child; 1 in this process.
 * @pid: This process, if the kernel does not clear the page; else 0.
 * @forks: How often the client has moved to a child.
 * @maps: Beats may be mapped, or there are lanes: @mapped is of this client.
 * @may_map: Beats may be mapped.
 * @mapped: Never NULL, so that a beat need not check it.
 * @map_at: When to ask for a page again.
 * @lanes: As in the options.
 * @lane_socket: For beats of lanes, which other threads send.
 * @tend_at: When to send lanes again, which the kernel may have lost.
 * @beat: A beat, complete but for its values.
 * @buffer: Buffer for answers.
 */
struct varta_client {
	struct varta_client_refusal refusal;
	struct varta_client__socket socket;
	bool acknowledge;
	bool clocked;
	uint64_t nonce;
	uint64_t interval, full_at, full_nonce;
	uint32_t full_size;
	bool old_kernel;
	uint64_t retry_at;
	int lookup_error;
	volatile unsigned char *same_process;
	pid_t pid;
	uint32_t forks;
	bool maps, may_map;
	struct varta_client__mapped *mapped;
	uint64_t map_at;
	uint32_t lanes;
	struct varta_client__socket lane_socket;
	uint64_t tend_at;
	union varta_client__message beat;
	union {
		struct nlmsghdr header;
		unsigned char bytes[VARTA_CLIENT__BUFFER_SIZE];
	} buffer;
};

/*
 * CLOCK_MONOTONIC in nanoseconds. It begins at boot, so that 32 bits of time_t, which
 * the including program has chosen, are enough for its seconds.
 */
static inline uint64_t varta_client__now(void)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- Requests */

static inline void varta_client__begin(union varta_client__message *message,
				       uint8_t command, bool acknowledge)
{
	struct genlmsghdr *genl;

	memset(message, 0, sizeof(*message));
	message->header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	message->header.nlmsg_flags = NLM_F_REQUEST;
	if (acknowledge)
		message->header.nlmsg_flags |= NLM_F_ACK;
	genl = (struct genlmsghdr *)(message->bytes + NLMSG_HDRLEN);
	genl->cmd = command;
	genl->version = VARTA_FAMILY_VERSION;
}

/* The message has room for every attribute that this header adds. */
static inline void varta_client__put(union varta_client__message *message,
				     uint16_t type, const void *value,
				     size_t size)
{
	struct nlattr attribute;
	unsigned char *at = message->bytes + message->header.nlmsg_len;

	attribute.nla_type = type;
	attribute.nla_len = (uint16_t)(NLA_HDRLEN + size);
	memcpy(at, &attribute, sizeof(attribute));
	memcpy(at + NLA_HDRLEN, value, size);
	message->header.nlmsg_len += (uint32_t)(NLA_HDRLEN + NLA_ALIGN(size));
}

/* What to do when this agent stalls. */
static inline void
varta_client__put_action(union varta_client__message *beat,
			 const struct varta_client_options *options)
{
	if (options->stall_signal)
		varta_client__put(beat, VARTA_A_BEAT_STALL_SIGNAL,
				  &options->stall_signal, 4);
	if (options->kill_after_ms)
		varta_client__put(beat, VARTA_A_BEAT_KILL_AFTER_MS,
				  &options->kill_after_ms, 4);
	if (options->even_if_starved)
		varta_client__put(beat, VARTA_A_BEAT_EVEN_IF_STARVED, "", 0);
}

static inline void
varta_client__prepare_beat(struct varta_client *c,
			   const struct varta_client_options *options)
{
	union varta_client__message *beat = &c->beat;
	const uint64_t unset[2] = { 0, 0 };
	char name[VARTA_NAME_SIZE];

	varta_client__begin(beat, VARTA_CMD_BEAT, c->acknowledge);
	varta_client__put(beat, VARTA_A_BEAT_COMPACT, unset, sizeof(unset));
	if (options->threshold_ms)
		varta_client__put(beat, VARTA_A_BEAT_THRESHOLD_MS,
				  &options->threshold_ms, 4);
	if (options->name) {
		size_t length = strnlen(options->name, sizeof(name) - 1);

		memcpy(name, options->name, length);
		name[length] = '\0';
		varta_client__put(beat, VARTA_A_BEAT_NAME, name, length + 1);
	}
	varta_client__put_action(beat, options);
	c->full_size = beat->header.nlmsg_len;
}

/* ---- The socket */

/* Inode number of a socket; 0 if @fd is none. */
static inline uint64_t varta_client__inode(int fd)
{
	struct stat now;

	return !fstat(fd, &now) && S_ISSOCK(now.st_mode) ? now.st_ino : 0;
}

/*
 * A program may have closed all of its descriptors, as daemons do. The number
 * may be another file's then.
 */
static inline void varta_client__disconnect(struct varta_client__socket *s)
{
	if (s->fd >= 0 && varta_client__inode(s->fd) == s->inode)
		close(s->fd);
	s->fd = -1;
}

/* Returns 0 or a negative errno. */
static inline int varta_client__connect(struct varta_client__socket *s)
{
	int on = 1;

	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_GENERIC);
	if (s->fd < 0)
		return -errno;
	s->inode = varta_client__inode(s->fd);
	/* Texts with refusals, and no copy of the request before them. */
	if (setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on))) {
		int error = -errno;

		varta_client__disconnect(s);
		return error;
	}
	return 0;
}

/*
 * Returns 0 or a negative errno. The number may be another socket's by now, and
 * checking that first would cost a system call for each beat. So this passes an
 * address and a flag that netlink does not need: most other families reject the
 * address, and TCP, which ignores it, rejects the flag.
 */
static inline int varta_client__send(struct varta_client__socket *s,
				     struct nlmsghdr *message)
{
	static const struct sockaddr_nl kernel = { AF_NETLINK, 0, 0, 0 };
	int error;

	message->nlmsg_seq = ++s->sequence;
	if (sendto(s->fd, message, message->nlmsg_len,
		   MSG_DONTWAIT | MSG_NOSIGNAL | MSG_FASTOPEN,
		   (const struct sockaddr *)&kernel, sizeof(kernel)) >= 0)
		return 0;
	error = -errno;
	switch (-error) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
	case ECONNREFUSED:
		break;
	default:
		/* The program may have closed the socket. */
		varta_client__disconnect(s);
		break;
	}
	return error;
}

/* Whether the number is another file's: netlink always names the sender. */
static inline bool varta_client__is_foreign(ssize_t length,
					    const struct sockaddr_nl *sender,
					    socklen_t sender_size)
{
	if (length < 0)
		return errno == EBADF || errno == ENOTSOCK;
	return sender_size != sizeof(*sender) ||
	       sender->nl_family != AF_NETLINK;
}

/*
 * Returns the bytes of one datagram from the kernel, or a negative errno:
 * -EAGAIN if there is none, -ENOBUFS if datagrams were lost, -EMSGSIZE if it is
 * too long, -EBADF if the socket is another file, which it does not close.
 */
static inline int varta_client__receive(struct varta_client__socket *s,
					void *buffer, size_t size)
{
	struct sockaddr_nl sender;
	socklen_t sender_size;
	ssize_t length;
	int i;

	for (i = 0; i < VARTA_CLIENT__DATAGRAMS_MAX; i++) {
		sender_size = sizeof(sender);
		length = recvfrom(s->fd, buffer, size, MSG_DONTWAIT | MSG_TRUNC,
				  (struct sockaddr *)&sender, &sender_size);
		if (varta_client__is_foreign(length, &sender, sender_size)) {
			varta_client__disconnect(s);
			return -EBADF;
		}
		if (length < 0)
			return -errno;
		/* Any process can send to any port. */
		if (sender.nl_pid)
			continue;
		return (size_t)length > size ? -EMSGSIZE : (int)length;
	}
	return -EAGAIN;
}

/* ---- Answers */

/* The message at @at in a datagram, or NULL if there is no whole one. */
static inline const struct nlmsghdr *
varta_client__message_at(const void *buffer, int at, int length)
{
	const struct nlmsghdr *message =
		(const struct nlmsghdr *)((const unsigned char *)buffer + at);

	if (length - at < (int)NLMSG_HDRLEN ||
	    message->nlmsg_len < NLMSG_HDRLEN ||
	    message->nlmsg_len > (uint32_t)(length - at))
		return NULL;
	return message;
}

/* The value of an attribute among @length bytes at @bytes, or NULL. */
static inline const unsigned char *
varta_client__find(const unsigned char *bytes, size_t length, uint16_t type,
		   size_t *size)
{
	struct nlattr attribute;

	while (length >= sizeof(attribute)) {
		size_t step;

		memcpy(&attribute, bytes, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) ||
		    attribute.nla_len > length)
			return NULL;
		if ((attribute.nla_type & NLA_TYPE_MASK) == type) {
			*size = attribute.nla_len - sizeof(attribute);
			return bytes + sizeof(attribute);
		}
		step = (size_t)NLA_ALIGN(attribute.nla_len);
		if (step >= length)
			return NULL;
		bytes += step;
		length -= step;
	}
	return NULL;
}

/* Bytes before the attributes; an uncapped answer repeats the request. */
static inline size_t
varta_client__answer_offset(const struct nlmsghdr *message)
{
	const unsigned char *bytes = (const unsigned char *)message;
	struct nlmsgerr answer;

	if (message->nlmsg_type == NLMSG_DONE)
		return NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(int));
	memcpy(&answer, bytes + NLMSG_HDRLEN, sizeof(answer));
	if (message->nlmsg_flags & NLM_F_CAPPED ||
	    answer.msg.nlmsg_len < NLMSG_HDRLEN)
		return NLMSG_HDRLEN + sizeof(answer);
	return sizeof(answer) + NLMSG_ALIGN((size_t)answer.msg.nlmsg_len);
}

static inline void
varta_client__read_details(const struct nlmsghdr *message,
			   struct varta_client_refusal *refusal)
{
	const unsigned char *attributes, *value;
	size_t offset = varta_client__answer_offset(message);
	size_t length, size;

	refusal->text[0] = '\0';
	refusal->offset = 0;
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    offset >= message->nlmsg_len)
		return;
	attributes = (const unsigned char *)message + offset;
	length = message->nlmsg_len - offset;
	value = varta_client__find(attributes, length, NLMSGERR_ATTR_MSG,
				   &size);
	if (value) {
		if (size > sizeof(refusal->text) - 1)
			size = sizeof(refusal->text) - 1;
		memcpy(refusal->text, value, size);
		refusal->text[size] = '\0';
	}
	value = varta_client__find(attributes, length, NLMSGERR_ATTR_OFFS,
				   &size);
	if (value && size == sizeof(refusal->offset))
		memcpy(&refusal->offset, value, size);
}

/*
 * Reads NLMSG_ERROR, which also confirms requests, or NLMSG_DONE. Returns 0 if
 * the kernel accepted the request, the negative errno of its refusal, or
 * -EBADMSG if the message is malformed; @refusal changes only with a refusal.
 */
static inline int varta_client__verdict(const struct nlmsghdr *message,
					struct varta_client_refusal *refusal)
{
	size_t size = message->nlmsg_type == NLMSG_ERROR ?
		      sizeof(struct nlmsgerr) : sizeof(int);
	int error;

	if (message->nlmsg_len < NLMSG_HDRLEN + size)
		return -EBADMSG;
	memcpy(&error, (const unsigned char *)message + NLMSG_HDRLEN,
	       sizeof(error));
	if (error > 0 || error < -VARTA_CLIENT__ERRNO_MAX)
		return -EBADMSG;
	if (!error)
		return 0;
	refusal->error = error;
	varta_client__read_details(message, refusal);
	return error;
}

/*
 * Netlink itself answers -ENOENT for an unknown family, and -EPROTONOSUPPORT
 * for a dump of one that is being unloaded, without a text. The module's own
 * refusals have one.
 */
static inline bool
varta_client__is_unloaded(const struct varta_client_refusal *refusal)
{
	return (refusal->error == -ENOENT ||
		refusal->error == -EPROTONOSUPPORT) && !refusal->text[0];
}

/* ---- Mapped beats */

/*
 * Where 64 bits take two stores, the kernel could read halves of two times, the
 * later of which seems to be up to 4.3 s ahead: no later beat would be newer. There,
 * nothing is mapped.
 */
#ifndef VARTA_CLIENT__STORES_WHOLE
#define VARTA_CLIENT__STORES_WHOLE	__atomic_always_lock_free(8, NULL)
#endif

/*
 * Of what is used with a page only: its values, and send_at, which is 0 without one. So
 * no atomic access is needed where it would be a call into another library.
 */
#define VARTA_CLIENT__LOAD(from) \
	(VARTA_CLIENT__STORES_WHOLE ? \
	 __atomic_load_n(from, __ATOMIC_RELAXED) : *(from))
#define VARTA_CLIENT__STORE(to, value, order) \
	(VARTA_CLIENT__STORES_WHOLE ? \
	 __atomic_store_n(to, value, order) : (void)(*(to) = (value)))

/* Intervals after which a beat is sent, for an agent that the tracker lost. */
#define VARTA_CLIENT__SEND_INTERVALS	10

/* Offset in the page that the kernel clears in a child. */
#define VARTA_CLIENT__MAPPED_OFFSET	64

static inline uint64_t varta_client__state(uint32_t status, uint32_t payload)
{
	return status | (uint64_t)payload << 32;
}

/* Returns false, with nothing stored, if the status is another one. */
static inline bool
varta_client__store_state(struct varta_client__page *page, uint64_t state)
{
	uint64_t last = VARTA_CLIENT__LOAD(&page->state);

	if (last == state)
		return true;
	if ((uint32_t)last != (uint32_t)state)
		return false;
	VARTA_CLIENT__STORE(&page->state, state, __ATOMIC_RELAXED);
	return true;
}

/*
 * After the state: the kernel must not read the new nonce and the old state.
 * Returns whether the kernel reads the beat. @nonce is greater than that of every
 * beat before.
 */
static inline bool varta_client__store_nonce(struct varta_client__page *page,
					     uint64_t nonce)
{
	VARTA_CLIENT__STORE(&page->nonce, nonce, __ATOMIC_RELEASE);
	/* Either the kernel sees the nonce, or this the kick. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !__atomic_load_n(&page->kick, __ATOMIC_RELAXED);
}

/*
 * Where 64 bits take two stores, the upper half is stored first and read last: who
 * reads meanwhile, to send the lane again, has a deadline that is up to 4.3 s late,
 * not early. The thread that has stored it sends it afterwards.
 */
#define VARTA_CLIENT__UPPER	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static inline void
varta_client__set_deadline(struct varta_client__lane *to, uint64_t deadline)
{
	if (VARTA_CLIENT__STORES_WHOLE) {
		__atomic_store_n(&to->deadline, deadline, __ATOMIC_RELEASE);
		return;
	}
	__atomic_store_n(&to->halves[VARTA_CLIENT__UPPER],
			 (uint32_t)(deadline >> 32), __ATOMIC_RELAXED);
	__atomic_store_n(&to->halves[!VARTA_CLIENT__UPPER], (uint32_t)deadline,
			 __ATOMIC_RELEASE);
}

static inline uint64_t
varta_client__get_deadline(const struct varta_client__lane *from)
{
	uint32_t lower;

	if (VARTA_CLIENT__STORES_WHOLE)
		return __atomic_load_n(&from->deadline, __ATOMIC_RELAXED);
	lower = __atomic_load_n(&from->halves[!VARTA_CLIENT__UPPER],
				__ATOMIC_ACQUIRE);
	return (uint64_t)__atomic_load_n(&from->halves[VARTA_CLIENT__UPPER],
					 __ATOMIC_RELAXED) << 32 | lower;
}

/* For a client that may not map: all beats have to be sent. */
static inline struct varta_client__mapped *varta_client__not_mapped(void)
{
	static struct varta_client__mapped none;

	return &none;
}

/* Other threads may store in a page with lanes. */
static inline void varta_client__unmap(struct varta_client *c)
{
	if (c->mapped->page && !c->mapped->lanes)
		munmap(c->mapped->page, (size_t)sysconf(_SC_PAGESIZE));
	c->mapped->page = NULL;
}

/*
 * Sends what a lane is: a beat of the calling thread if @tid is NULL, else what the
 * kernel may have lost. There is no answer but a refusal, which the agent's beats
 * read.
 */
static inline void
varta_client__put_lane(uint32_t target, const struct varta_client__lane *lane,
		       uint32_t number, const uint32_t *tid)
{
	static const struct sockaddr_nl kernel = { AF_NETLINK, 0, 0, 0 };
	union varta_client__message message;
	unsigned char *nest;
	struct nlattr header;

	varta_client__begin(&message, VARTA_CMD_BEAT, false);
	nest = message.bytes + message.header.nlmsg_len;
	message.header.nlmsg_len += NLA_HDRLEN;
	varta_client__put(&message, VARTA_A_LANE_NAME, lane->name,
			  strnlen(lane->name, sizeof(lane->name) - 1) + 1);
	varta_client__put(&message, VARTA_A_LANE_NUMBER, &number,
			  sizeof(number));
	varta_client__put(&message, VARTA_A_LANE_THRESHOLD_MS,
			  &lane->threshold_ms, sizeof(lane->threshold_ms));
	varta_client__put(&message, VARTA_A_LANE_DEADLINE, &lane->deadline,
			  sizeof(lane->deadline));
	if (tid) {
		varta_client__put(&message, VARTA_A_LANE_TID, tid,
				  sizeof(*tid));
		varta_client__put(&message, VARTA_A_LANE_ONLY_NEW, "", 0);
	}
	header.nla_type = VARTA_A_BEAT_LANE | NLA_F_NESTED;
	header.nla_len = (uint16_t)(message.bytes + message.header.nlmsg_len -
				    nest);
	memcpy(nest, &header, sizeof(header));
	message.header.nlmsg_type = (uint16_t)(target >> VARTA_CLIENT__FD_BITS);
	target &= (UINT32_C(1) << VARTA_CLIENT__FD_BITS) - 1;
	/* As varta_client__send(), but by any thread. */
	sendto((int)target - 1, &message, message.header.nlmsg_len,
	       MSG_DONTWAIT | MSG_NOSIGNAL | MSG_FASTOPEN,
	       (const struct sockaddr *)&kernel, sizeof(kernel));
}

static inline void
varta_client__copy_lane(struct varta_client__lane *to,
			const struct varta_client__lane *lane)
{
	to->threshold_ms = __atomic_load_n(&lane->threshold_ms,
					   __ATOMIC_ACQUIRE);
	to->deadline = varta_client__get_deadline(lane);
	to->tid = __atomic_load_n(&lane->tid, __ATOMIC_RELAXED);
	memcpy(to->name, lane->name, sizeof(to->name));
}

/* If the kernel does not read the lane, which the calling thread has changed. */
static inline void
varta_client__send_lane(const struct varta_client__mapped *m,
			const struct varta_client__page *page, uint32_t number)
{
	const uint32_t target = __atomic_load_n(&m->lane_target,
						__ATOMIC_RELAXED);
	struct varta_client__lane lane;

	if (!target)
		return;
	varta_client__copy_lane(&lane, &page->lanes[number]);
	varta_client__put_lane(target, &lane, number, NULL);
}

/* A deadline that never comes: the lane is idle. 0 is for a lane without one. */
#define VARTA_CLIENT__NEVER	UINT64_MAX

/* Bytes of the page of a client, with those after it for its lanes. */
static inline size_t varta_client__pages_size(const struct varta_client *c)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = offsetof(struct varta_client__page, lanes) +
			    c->lanes * sizeof(struct varta_client__lane);

	return (size + page - 1) / page * page;
}

/* Lanes can be opened and beat before the kernel has a page for them. */
static inline void varta_client__make_lanes(struct varta_client *c)
{
	const size_t size = varta_client__pages_size(c);
	void *page;

	if (!c->lanes || !c->maps || c->mapped->lanes)
		return;
	page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return;
	madvise(page, size, MADV_DONTFORK);
	c->mapped->lanes = (struct varta_client__page *)page;
}

static inline void varta_client__close_lanes(struct varta_client *c)
{
	struct varta_client__page *page = c->mapped->lanes, *before;
	uint32_t i;

	/* The kernel may still read the page, as the agent stays. */
	for (i = 0; page && i < c->lanes; i++) {
		__atomic_store_n(&page->lanes[i].threshold_ms, 0,
				 __ATOMIC_RELAXED);
		if (c->mapped->used[i / 32] & UINT32_C(1) << i % 32)
			varta_client__send_lane(c->mapped, page, i);
	}
	c->mapped->lanes = NULL;
	for (; page; page = before) {
		before = (struct varta_client__page *)(uintptr_t)page->before;
		munmap(page, varta_client__pages_size(c));
	}
}

/* Other threads can beat meanwhile, in the old page or the new one. */
static inline void varta_client__move_lanes(struct varta_client *c,
					    struct varta_client__page *page)
{
	struct varta_client__mapped *m = c->mapped;
	struct varta_client__page *old = m->lanes;
	uint32_t i;

	/* There is no page then, and no code for this. */
	if (!VARTA_CLIENT__STORES_WHOLE)
		return;
	page->before = (uintptr_t)old;
	for (i = 0; i < c->lanes; i++) {
		const struct varta_client__lane *lane = &old->lanes[i];

		memcpy(page->lanes[i].name, lane->name, sizeof(lane->name));
		page->lanes[i].tid = __atomic_load_n(&lane->tid,
						     __ATOMIC_RELAXED);
	}
	__atomic_store_n(&m->lanes, page, __ATOMIC_SEQ_CST);
	/* Either this sees what a thread has stored, or the thread the new page. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < c->lanes; i++) {
		struct varta_client__lane *to = &page->lanes[i];
		uint32_t threshold_ms =
			__atomic_load_n(&old->lanes[i].threshold_ms,
					__ATOMIC_ACQUIRE);
		uint64_t deadline = varta_client__get_deadline(&old->lanes[i]);
		uint64_t no_deadline = 0;
		uint32_t no_threshold = 0;

		__atomic_compare_exchange_n(&to->deadline, &no_deadline,
					    deadline, false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED);
		__atomic_compare_exchange_n(&to->threshold_ms, &no_threshold,
					    threshold_ms, false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED);
	}
}

/* Reads the address from an answer; 0 if it has none. */
static inline uint64_t
varta_client__read_address(const struct nlmsghdr *message)
{
	const unsigned char *bytes = (const unsigned char *)message, *value;
	const size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;
	uint64_t address = 0;
	size_t size;

	if (message->nlmsg_len < skip)
		return 0;
	value = varta_client__find(bytes + skip, message->nlmsg_len - skip,
				   VARTA_A_MAP_ADDRESS, &size);
	if (value && size == sizeof(address))
		memcpy(&address, value, sizeof(address));
	return address;
}

/* Asks for a page. What the kernel says to that is no refusal of a beat. */
static inline void varta_client__map(struct varta_client *c)
{
	union varta_client__message request;
	const struct nlmsghdr *message;
	uint64_t address = 0;
	int i, at, length;

	varta_client__begin(&request, VARTA_CMD_MAP, true);
	if (c->mapped->lanes)
		varta_client__put(&request, VARTA_A_MAP_LANES, &c->lanes,
				  sizeof(c->lanes));
	request.header.nlmsg_type = c->socket.family;
	if (varta_client__send(&c->socket, &request.header))
		return;
	for (i = 0; i < VARTA_CLIENT__DATAGRAMS_MAX; i++) {
		length = varta_client__receive(&c->socket, &c->buffer,
					       sizeof(c->buffer));
		if (length < 0)
			break;
		for (at = 0; (message = varta_client__message_at(&c->buffer, at,
								 length));
		     at += (int)NLMSG_ALIGN(message->nlmsg_len)) {
			if (message->nlmsg_seq == c->socket.sequence &&
			    message->nlmsg_type == c->socket.family)
				address = varta_client__read_address(message);
		}
	}
	if (!address)
		return;
	c->mapped->page = (struct varta_client__page *)(uintptr_t)address;
	/* Where the kernel is too old to do it, in children and core dumps. */
	madvise(c->mapped->page, varta_client__pages_size(c), MADV_DONTFORK);
	if (c->mapped->lanes)
		varta_client__move_lanes(c, c->mapped->page);
	/* From here on, the kernel refuses lanes that are sent. */
	__atomic_store_n(&c->mapped->lane_target, 0, __ATOMIC_RELAXED);
}

/* After a beat that was sent, and accepted as far as is known. */
static inline void varta_client__renew_page(struct varta_client *c,
					    uint64_t state, uint64_t nonce,
					    uint64_t now, uint32_t opened)
{
	struct varta_client__mapped *m = c->mapped;
	bool is_new = false;

	/*
	 * The kernel has looked at the page when the beat arrived, unless it does
	 * not know the page: after CRIU, for example.
	 */
	if (m->page &&
	    (__atomic_load_n(&m->page->kick, __ATOMIC_RELAXED) > 1 ||
	     __atomic_load_n(&m->page->looks, __ATOMIC_RELAXED) == m->looks))
		varta_client__unmap(c);
	if (!m->page && now >= c->map_at) {
		varta_client__map(c);
		is_new = true;
		c->map_at = now + VARTA_CLIENT__SEND_INTERVALS * c->interval;
	}
	if (!m->page)
		return;
	VARTA_CLIENT__STORE(&m->page->state, state, __ATOMIC_RELAXED);
	varta_client__store_nonce(m->page, nonce);
	/* The next beat has to be sent: see varta_client__unstored_beat(). */
	if (is_new && m->lanes)
		return;
	VARTA_CLIENT__STORE(&m->send_at,
			    now + VARTA_CLIENT__SEND_INTERVALS * c->interval,
			    __ATOMIC_SEQ_CST);
	/* One that was opened meanwhile has set it before, or opened now. */
	if (__atomic_load_n(&m->opened, __ATOMIC_SEQ_CST) != opened)
		VARTA_CLIENT__STORE(&m->send_at, 0, __ATOMIC_RELAXED);
}

/* The kernel may have lost the lane, or it is closed meanwhile. */
static inline void varta_client__restore_lane(const struct varta_client *c,
					      uint32_t target, uint32_t number)
{
	const struct varta_client__lane *from = &c->mapped->lanes->lanes[number];
	struct varta_client__lane lane, again;

	varta_client__copy_lane(&lane, from);
	if (!lane.threshold_ms)
		return;
	varta_client__put_lane(target, &lane, number, &lane.tid);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	varta_client__copy_lane(&again, from);
	if (again.threshold_ms &&
	    !strncmp(again.name, lane.name, sizeof(lane.name)))
		return;
	lane.threshold_ms = 0;
	varta_client__put_lane(target, &lane, number, NULL);
}

/* Returns where to send lanes, 0 for nowhere. */
static inline uint32_t varta_client__find_target(struct varta_client *c)
{
	struct varta_client__socket *s = &c->lane_socket;
	int i;

	if (s->fd >= 0 && varta_client__inode(s->fd) != s->inode)
		s->fd = -1;
	/* Refusals, of an agent that was not tracked for example. */
	for (i = 0; s->fd >= 0 && i < VARTA_CLIENT__DATAGRAMS_MAX; i++) {
		if (varta_client__receive(s, &c->buffer,
					  sizeof(c->buffer)) == -EAGAIN)
			break;
	}
	if ((s->fd < 0 && varta_client__connect(s)) || !c->socket.family ||
	    ((uint32_t)s->fd + 1) >> VARTA_CLIENT__FD_BITS)
		return 0;
	return (uint32_t)c->socket.family << VARTA_CLIENT__FD_BITS |
	       ((uint32_t)s->fd + 1);
}

/*
 * Once in an interval, after a beat of an agent without a page: sends all lanes
 * that the kernel may have lost. From the first time on, beats of lanes are sent.
 */
static inline void varta_client__tend_lanes(struct varta_client *c,
					    uint64_t now)
{
	struct varta_client__mapped *m = c->mapped;
	uint32_t target, i;

	if (!m->lanes || m->page || now < c->tend_at)
		return;
	c->tend_at = now + c->interval;
	target = varta_client__find_target(c);
	__atomic_store_n(&m->lane_target, target, __ATOMIC_SEQ_CST);
	for (i = 0; target && i < c->lanes; i++) {
		if (__atomic_load_n(&m->used[i / 32], __ATOMIC_RELAXED) &
		    UINT32_C(1) << i % 32)
			varta_client__restore_lane(c, target, i);
	}
}

/* ---- Answers to beats */

/* The next beat is a full one, and reads answers. */
static inline void varta_client__reset(struct varta_client *c)
{
	c->full_at = 0;
	if (c->maps)
		VARTA_CLIENT__STORE(&c->mapped->send_at, 0, __ATOMIC_RELAXED);
}

/*
 * Reads the answers that have arrived. The kernel processes a message within
 * send(), so that its answer is there already, and nothing needs to be waited
 * for.
 */
static inline int varta_client__read_answers(struct varta_client *c,
					     bool expected)
{
	const struct nlmsghdr *message;
	int i, at, length, error = -EAGAIN;

	for (i = 0; i < VARTA_CLIENT__DATAGRAMS_MAX; i++) {
		length = varta_client__receive(&c->socket, &c->buffer,
					       sizeof(c->buffer));
		/* Other answers may follow. */
		if (length == -ENOBUFS || length == -EMSGSIZE)
			continue;
		if (length < 0) {
			error = length;
			break;
		}
		for (at = 0; (message = varta_client__message_at(&c->buffer, at,
								 length));
		     at += (int)NLMSG_ALIGN(message->nlmsg_len)) {
			if (message->nlmsg_type != NLMSG_ERROR)
				continue;
			varta_client__verdict(message, &c->refusal);
			if (message->nlmsg_seq == c->socket.sequence)
				expected = false;
		}
	}
	/* Leftovers must not be taken for answers to later beats. */
	if (i == VARTA_CLIENT__DATAGRAMS_MAX)
		varta_client__disconnect(&c->socket);
	if (varta_client__is_unloaded(&c->refusal)) {
		c->refusal.error = 0;
		error = -ENODEV;
	} else if (c->refusal.error) {
		error = c->refusal.error;
	} else if (error == -EAGAIN && !expected) {
		/* Otherwise, whether the beat was refused is unknown. */
		error = 0;
	}
	if (error || i == VARTA_CLIENT__DATAGRAMS_MAX)
		varta_client__reset(c);
	return error;
}

/* ---- The family */

/* The id of the varta family if the message has it, else 0. */
static inline uint16_t
varta_client__read_family(const struct nlmsghdr *message)
{
	const unsigned char *bytes = (const unsigned char *)message;
	const size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;
	const unsigned char *name, *id;
	size_t name_size = 0, id_size = 0;
	uint16_t family = 0;

	if (message->nlmsg_type != GENL_ID_CTRL || message->nlmsg_len < skip)
		return 0;
	name = varta_client__find(bytes + skip, message->nlmsg_len - skip,
				  CTRL_ATTR_FAMILY_NAME, &name_size);
	id = varta_client__find(bytes + skip, message->nlmsg_len - skip,
				CTRL_ATTR_FAMILY_ID, &id_size);
	if (name && name_size == sizeof(VARTA_FAMILY_NAME) &&
	    !memcmp(name, VARTA_FAMILY_NAME, name_size) &&
	    id && id_size == sizeof(family))
		memcpy(&family, id, sizeof(family));
	return family;
}

/*
 * Reads the answer to its end, so that none of it is left in the socket.
 * Returns 0; -ENODEV if the kernel says that there is no such family; or
 * another negative errno.
 */
static inline int varta_client__read_families(struct varta_client *c)
{
	struct varta_client_refusal refusal;
	const struct nlmsghdr *message;
	int i, at, length, verdict, lost = 0;
	uint16_t family;

	for (i = 0; i < VARTA_CLIENT__DATAGRAMS_MAX; i++) {
		length = varta_client__receive(&c->socket, &c->buffer,
					       sizeof(c->buffer));
		if (length == -ENOBUFS || length == -EMSGSIZE) {
			lost = length;
			continue;
		}
		if (length < 0)
			return length;
		for (at = 0; (message = varta_client__message_at(&c->buffer, at,
								 length));
		     at += (int)NLMSG_ALIGN(message->nlmsg_len)) {
			if (message->nlmsg_seq != c->socket.sequence)
				continue;
			if (message->nlmsg_type == NLMSG_DONE ||
			    message->nlmsg_type == NLMSG_ERROR) {
				verdict = varta_client__verdict(message,
								&refusal);
				if (verdict && verdict != -ENOENT)
					return verdict;
				return lost ? lost : -ENODEV;
			}
			family = varta_client__read_family(message);
			if (family)
				c->socket.family = family;
		}
	}
	varta_client__disconnect(&c->socket);
	return lost ? lost : -EMSGSIZE;
}

/*
 * A lookup by name makes the kernel load a missing module, which takes time and
 * a process. That is for opening; later lookups list all families.
 */
static inline int varta_client__look_up(struct varta_client *c, bool by_name)
{
	union varta_client__message message;
	int error;

	varta_client__begin(&message, CTRL_CMD_GETFAMILY, by_name);
	message.header.nlmsg_type = GENL_ID_CTRL;
	if (by_name)
		varta_client__put(&message, CTRL_ATTR_FAMILY_NAME,
				  VARTA_FAMILY_NAME, sizeof(VARTA_FAMILY_NAME));
	else
		message.header.nlmsg_flags |= NLM_F_DUMP;
	c->socket.family = 0;
	error = varta_client__send(&c->socket, &message.header);
	if (error)
		return error;
	error = varta_client__read_families(c);
	return c->socket.family ? 0 : error;
}

/* ---- Calls */

static inline bool varta_client__is_child(const struct varta_client *c)
{
	return !*c->same_process || (c->pid && c->pid != getpid());
}

/* A child needs a socket of its own. The kernel knows none of its nonces. */
static inline void varta_client__notice_fork(struct varta_client *c)
{
	if (!varta_client__is_child(c))
		return;
	varta_client__disconnect(&c->socket);
	varta_client__reset(c);
	varta_client__disconnect(&c->lane_socket);
	c->socket.sequence = 0;
	c->retry_at = 0;
	c->map_at = c->may_map ? 0 : UINT64_MAX;
	c->tend_at = 0;
	c->forks++;
	varta_client__make_lanes(c);
	*c->same_process = 1;
	if (c->pid)
		c->pid = getpid();
}

static inline int varta_client__ready(struct varta_client *c, uint64_t now)
{
	int error = 0;

	if (!c->same_process)
		return -EBADF;
	varta_client__notice_fork(c);
	if (c->socket.fd < 0)
		error = varta_client__connect(&c->socket);
	if (error || c->socket.family)
		return error;
	/* The last lookup may have found a module that is unloaded by now. */
	if (now < c->retry_at)
		return c->lookup_error ? c->lookup_error : -ENODEV;
	c->retry_at = now + VARTA_CLIENT__RETRY_NS;
	c->lookup_error = varta_client__look_up(c, false);
	return c->lookup_error;
}

static inline int varta_client__exchange_once(struct varta_client *c,
					      struct nlmsghdr *message,
					      uint64_t now)
{
	int error = varta_client__ready(c, now);

	if (!error) {
		message->nlmsg_type = c->socket.family;
		error = varta_client__send(&c->socket, message);
	}
	switch (-error) {
	case 0:
		return varta_client__read_answers(c, message->nlmsg_flags &
						     NLM_F_ACK);
	case ENOBUFS:
	case ENOMEM:
		return -EAGAIN;
	default:
		return error;
	}
}

static inline void varta_client__clear_refusal(struct varta_client *c)
{
	c->refusal.error = 0;
	c->refusal.offset = 0;
	c->refusal.text[0] = '\0';
}

/* Sends a request and reads its answer. */
static inline int varta_client__exchange(struct varta_client *c,
					 struct nlmsghdr *message, uint64_t now)
{
	int error;

	varta_client__reset(c);
	varta_client__clear_refusal(c);
	error = varta_client__exchange_once(c, message, now);
	if (error != -ENODEV || c->refusal.error || !c->socket.family)
		return error;
	/* The module may have been loaded again, under another id. */
	c->socket.family = 0;
	c->tend_at = 0;
	return varta_client__exchange_once(c, message, now);
}

/**
 * varta_client_open() - Open a client.
 * @c: The client: any contents, but not an open client.
 * @options: May be NULL for defaults.
 *
 * May block while the kernel loads the module.
 *
 * Return: 0 or a negative errno. The client is usable after a failure too, and
 * beats as soon as it can: -ENODEV if the module is not loaded, -EMFILE if
 * there are too many open files. Only after -ENOMEM all its calls fail with
 * -EBADF.
 */
static inline int varta_client_open(struct varta_client *c,
				    const struct varta_client_options *options)
{
	static const struct varta_client_options defaults = {
		NULL, 0, false, 0, 0, 0, false, false, 0
	};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *mark;
	int error;

	if (!options)
		options = &defaults;
	memset(c, 0, offsetof(struct varta_client, buffer));
	c->mapped = varta_client__not_mapped();
	c->socket.fd = -1;
	c->lane_socket.fd = -1;
	c->acknowledge = options->acknowledge;
	c->clocked = !options->first_nonce;
	c->nonce = options->first_nonce - !c->clocked;
	c->interval = options->threshold_ms ?
		      (uint64_t)options->threshold_ms * 1000000 / 3 :
		      VARTA_CLIENT__INTERVAL_NS;
	varta_client__prepare_beat(c, options);

	mark = mmap(NULL, page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mark == MAP_FAILED)
		return -errno;
	/* Seccomp and emulators may refuse this. */
	if (madvise(mark, page, MADV_WIPEONFORK))
		c->pid = getpid();
	else
		c->may_map = (options->mapped || options->lanes) &&
			     c->clocked && !c->acknowledge &&
			     VARTA_CLIENT__STORES_WHOLE;
	c->maps = c->may_map || (options->lanes && !c->pid);
	c->map_at = c->may_map ? 0 : UINT64_MAX;
	if (c->maps)
		c->mapped = (struct varta_client__mapped *)
			((unsigned char *)mark + VARTA_CLIENT__MAPPED_OFFSET);
	c->same_process = (volatile unsigned char *)mark;
	*c->same_process = 1;
	c->lanes = options->lanes < VARTA_AGENT_LANES_MAX ?
		   options->lanes : VARTA_AGENT_LANES_MAX;
	varta_client__make_lanes(c);
	error = varta_client__connect(&c->socket);
	return error ? error : varta_client__look_up(c, true);
}

/**
 * varta_client_close() - Close a client.
 * @c: An open client, or one of zeros.
 *
 * The agent stays in the tracker; varta_client_bye() removes it. Lanes that are
 * open are closed. In a child, this does not affect the parent.
 */
static inline void varta_client_close(struct varta_client *c)
{
	/* In a client of zeros, descriptor 0 is not its own. */
	if (c->same_process) {
		varta_client__disconnect(&c->socket);
		if (c->maps) {
			varta_client__unmap(c);
			varta_client__close_lanes(c);
			varta_client__disconnect(&c->lane_socket);
		}
		c->maps = false;
		c->mapped = varta_client__not_mapped();
		munmap((void *)(uintptr_t)c->same_process,
		       (size_t)sysconf(_SC_PAGESIZE));
	}
	c->same_process = NULL;
	c->full_at = 0;
	c->socket.fd = -1;
	c->lane_socket.fd = -1;
}

static inline void varta_client__write_beat(struct varta_client *c,
					    uint32_t status, uint32_t payload,
					    uint64_t nonce)
{
	unsigned char *bytes = c->beat.bytes;

	memcpy(bytes + VARTA_CLIENT__NONCE_OFFSET, &nonce, sizeof(nonce));
	memcpy(bytes + VARTA_CLIENT__STATUS_OFFSET, &status, sizeof(status));
	memcpy(bytes + VARTA_CLIENT__PAYLOAD_OFFSET, &payload,
	       sizeof(payload));
}

static inline void varta_client__write_old_beat(struct varta_client *c,
						uint32_t status,
						uint32_t payload,
						uint64_t nonce)
{
	unsigned char *bytes = c->beat.bytes;

	memcpy(bytes + VARTA_CLIENT__OLD_STATUS_OFFSET, &status,
	       sizeof(status));
	memcpy(bytes + VARTA_CLIENT__OLD_PAYLOAD_OFFSET, &payload,
	       sizeof(payload));
	memcpy(bytes + VARTA_CLIENT__OLD_NONCE_OFFSET, &nonce, sizeof(nonce));
}

/* Netlink's own text for an attribute that the module does not know. */
static inline bool
varta_client__is_too_new(const struct varta_client_refusal *refusal)
{
	return refusal->error == -EINVAL &&
	       !strcmp(refusal->text, "Unknown attribute type");
}

static inline void varta_client__use_old_beats(struct varta_client *c)
{
	const union varta_client__message compact = c->beat;
	const size_t rest = c->full_size - VARTA_CLIENT__SHORT_SIZE;
	const uint64_t unset = 0;

	c->old_kernel = true;
	varta_client__begin(&c->beat, VARTA_CMD_BEAT, c->acknowledge);
	varta_client__put(&c->beat, VARTA_A_BEAT_STATUS, &unset, 4);
	varta_client__put(&c->beat, VARTA_A_BEAT_PAYLOAD, &unset, 4);
	varta_client__put(&c->beat, VARTA_A_BEAT_NONCE, &unset, 8);
	memcpy(c->beat.bytes + c->beat.header.nlmsg_len,
	       compact.bytes + VARTA_CLIENT__SHORT_SIZE, rest);
	c->full_size = c->beat.header.nlmsg_len + (uint32_t)rest;
}

/* Not inlined, so that a short beat saves few registers. */
__attribute__((noinline, cold, unused))
static int varta_client__full_beat(struct varta_client *c, uint32_t status,
				   uint32_t payload, uint64_t nonce,
				   uint64_t now)
{
	int error = 0;

	if (!c->old_kernel) {
		varta_client__write_beat(c, status, payload, nonce);
		c->beat.header.nlmsg_len = c->full_size;
		error = varta_client__exchange(c, &c->beat.header, now);
		if (varta_client__is_too_new(&c->refusal))
			varta_client__use_old_beats(c);
	}
	if (c->old_kernel) {
		varta_client__write_old_beat(c, status, payload, nonce);
		c->beat.header.nlmsg_len = c->full_size;
		return varta_client__exchange(c, &c->beat.header, now);
	}
	if (!error && !c->acknowledge && c->socket.fd >= 0) {
		c->full_at = now + c->interval;
		c->full_nonce = nonce;
	}
	return error;
}

/*
 * Whether a full beat is due. It restores the name and the threshold of an agent
 * that the tracker has lost, has an address, and reads answers. An agent that
 * beats once in each interval alternates.
 */
static inline bool varta_client__full_is_due(const struct varta_client *c,
					     uint64_t now)
{
	return now >= c->full_at &&
	       (!c->full_at || c->nonce != c->full_nonce ||
		now >= c->full_at + 2 * c->interval);
}

static inline void varta_client__advance_nonce(struct varta_client *c,
					       uint64_t now)
{
	c->nonce++;
	if (c->clocked && c->nonce < now)
		c->nonce = now;
	else if (c->nonce == VARTA_TERMINAL_NONCE)
		c->nonce = 0;
}

/* Returns whether the beat was sent. If not, a full one has to be. */
static inline bool varta_client__short_beat(struct varta_client *c,
					    uint32_t status, uint32_t payload,
					    uint64_t now)
{
	if (varta_client__full_is_due(c, now) || varta_client__is_child(c))
		return false;
	varta_client__advance_nonce(c, now);
	varta_client__write_beat(c, status, payload, c->nonce);
	c->beat.header.nlmsg_len = VARTA_CLIENT__SHORT_SIZE;
	if (send(c->socket.fd, &c->beat, VARTA_CLIENT__SHORT_SIZE,
		 MSG_DONTWAIT | MSG_NOSIGNAL | MSG_FASTOPEN) >= 0)
		return true;
	/* Nobody has received it. The full one has the same nonce. */
	c->nonce--;
	c->full_at = 0;
	return false;
}

/* @now is the time. */
static inline int varta_client__send_beat(struct varta_client *c,
					  uint32_t status, uint32_t payload,
					  uint64_t now)
{
	if (varta_client__short_beat(c, status, payload, now))
		return 0;
	varta_client__advance_nonce(c, now);
	return varta_client__full_beat(c, status, payload, c->nonce, now);
}

/* Sends a beat, and asks for a page if there is none. */
static inline int varta_client__mapping_beat(struct varta_client *c,
					     uint32_t status, uint32_t payload,
					     uint64_t now)
{
	struct varta_client__mapped *m = c->mapped;
	const uint32_t opened = __atomic_load_n(&m->opened, __ATOMIC_SEQ_CST);
	int error;

	if (m->page) {
		m->looks = __atomic_load_n(&m->page->looks, __ATOMIC_RELAXED);
		if (c->nonce < m->page->nonce)
			c->nonce = m->page->nonce;
		c->full_at = 0;
	}
	error = varta_client__send_beat(c, status, payload, now);
	/* Not after a short beat, whose answer is unknown. */
	if (!error && c->full_nonce == c->nonce)
		varta_client__renew_page(c, varta_client__state(status,
								payload),
					 c->nonce, now, opened);
	return error;
}

/* Of a client that maps. Not inline, so that a short beat saves few registers. */
__attribute__((noinline, unused))
static int varta_client__mapping_beats(struct varta_client *c, uint32_t status,
				       uint32_t payload, uint64_t now)
{
	struct varta_client__mapped *m = c->mapped;
	const struct varta_client__page *page = m->page;
	int error;

	error = varta_client__mapping_beat(c, status, payload, now);
	/* Another beat has the kernel look at the lanes in the new page. */
	if (!error && m->lanes && m->page && m->page != page)
		error = varta_client__mapping_beat(c, status, payload, now);
	if (!error)
		varta_client__tend_lanes(c, now);
	return error;
}

/*
 * Sends what a page cannot say, as a new status, and whatever comes after a kick,
 * a failure or in a child. Not inline, so that a stored beat saves no registers.
 */
__attribute__((noinline, unused))
static int varta_client__unstored_beat(struct varta_client *c, uint32_t status,
				       uint32_t payload, uint64_t now)
{
	if (c->maps)
		return varta_client__mapping_beats(c, status, payload, now);
	return varta_client__send_beat(c, status, payload, now);
}

/*
 * Stores a beat at @now with the state of the last one that was stored. Returns false
 * if it has to be sent, or has another state.
 */
static inline bool varta_client__repeat_beat(struct varta_client *c,
					     uint64_t state, uint64_t now)
{
	struct varta_client__mapped *m = c->mapped;

	/* In a child there is no page, and send_at is 0. */
	return now < VARTA_CLIENT__LOAD(&m->send_at) &&
	       now > m->page->nonce &&
	       VARTA_CLIENT__LOAD(&m->page->state) == state &&
	       varta_client__store_nonce(m->page, now);
}

/* @now is the time. */
static inline int varta_client__beat_at(struct varta_client *c, uint32_t status,
					uint32_t payload, uint64_t now)
{
	const uint64_t state = varta_client__state(status, payload);
	struct varta_client__mapped *m = c->mapped;

	/* In a child there is no page, and send_at is 0. */
	if (now < VARTA_CLIENT__LOAD(&m->send_at) &&
	    now > m->page->nonce &&
	    varta_client__store_state(m->page, state) &&
	    varta_client__store_nonce(m->page, now))
		return 0;
	return varta_client__unstored_beat(c, status, payload, now);
}

/**
 * varta_client_beat() - Send a beat of the calling process.
 * @c: The client.
 * @status: VARTA_STATUS_OK, _DEGRADED or _CRITICAL.
 * @payload: Stored with the agent for readers; opaque to varta.
 *
 * Neither allocates nor blocks. The nonce is the time in nanoseconds, or the
 * last nonce plus one if that is greater. So nonces go on increasing after
 * exec(3), and over several clients of one process.
 *
 * Return: 0 or a negative errno, see the top of this file.
 */
static inline int varta_client_beat(struct varta_client *c, uint32_t status,
				    uint32_t payload)
{
	return varta_client__beat_at(c, status, payload, varta_client__now());
}

/**
 * varta_client_terminal() - Send a terminal beat, for a crash handler.
 * @c: The client. In a signal handler, one that nothing else uses.
 * @payload: As for varta_client_beat(); for example the signal's number.
 *
 * There is no later beat. So this looks for a missing module at once, and opens
 * a new socket if the program has closed the old one.
 *
 * Return: As varta_client_beat().
 */
static inline int varta_client_terminal(struct varta_client *c,
					uint32_t payload)
{
	int i, error = -EBADF;

	c->retry_at = 0;
	for (i = 0; i < 2; i++) {
		error = varta_client__full_beat(c, VARTA_STATUS_CRITICAL,
						payload, VARTA_TERMINAL_NONCE,
						varta_client__now());
		if (c->socket.fd >= 0)
			break;
	}
	return error;
}

/**
 * varta_client_bye() - Remove the calling process from the tracker.
 * @c: The client.
 *
 * No event is sent. A later beat makes the process a new agent.
 *
 * Return: 0 if the kernel has confirmed it, or a negative errno as
 * varta_client_beat(); -ENOENT if the process was not in the tracker.
 */
static inline int varta_client_bye(struct varta_client *c)
{
	union varta_client__message message;

	c->tend_at = 0;
	varta_client__begin(&message, VARTA_CMD_BYE, true);
	return varta_client__exchange(c, &message.header, varta_client__now());
}

/* ---- Lanes */

/**
 * struct varta_client_lane - A named watch within the process, with a threshold
 *   of its own. All members are private.
 * @client: Its client.
 * @number: Its place in the page.
 * @threshold: In nanoseconds.
 */
struct varta_client_lane {
	struct varta_client *client;
	uint32_t number;
	uint64_t threshold;
};

/* The calling thread's number, which it keeps until it forks. */
static inline uint32_t varta_client__tid(const struct varta_client *c)
{
	static __thread const struct varta_client *client;
	static __thread uint32_t forks, tid;

	if (client != c || forks != c->forks) {
		client = c;
		forks = c->forks;
		tid = (uint32_t)syscall(SYS_gettid);
	}
	return tid;
}

/* Into the page that the kernel reads, even if that is replaced meanwhile. */
static inline void
varta_client__store_deadline(const struct varta_client_lane *lane,
			     uint64_t deadline, uint32_t tid)
{
	struct varta_client__mapped *m = lane->client->mapped;
	struct varta_client__page *page, *again;

	page = __atomic_load_n(&m->lanes, __ATOMIC_ACQUIRE);
	/* In a child there is none. */
	while (page) {
		struct varta_client__lane *to = &page->lanes[lane->number];

		if (__atomic_load_n(&to->tid, __ATOMIC_RELAXED) != tid)
			__atomic_store_n(&to->tid, tid, __ATOMIC_RELAXED);
		varta_client__set_deadline(to, deadline);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		again = __atomic_load_n(&m->lanes, __ATOMIC_RELAXED);
		if (again == page) {
			varta_client__send_lane(m, page, lane->number);
			return;
		}
		page = again;
	}
}

/**
 * varta_client_lane_open() - Open a lane, for a loop or a thread of this process.
 * @c: A client with @lanes. It must stay open until the last call for the lane.
 * @lane: The lane: any contents.
 * @name: Its name in events; copied, and cut if it is too long.
 * @threshold_ms: Time after a beat of the lane until the lane is overdue. The
 *   module takes less than 10 for 10.
 *
 * The lane is watched once it has had a beat, and the process has had one by
 * varta_client_beat() since it was opened. It is watched while the process is not
 * stalled, by a module that has lanes. Any thread may call this and the functions
 * below, at any time; they take no lock, and only the first call of a thread a
 * system call. Where the kernel has no page for this process, each call sends the
 * beat of the lane, and what the kernel may have lost is sent again by a beat of
 * the process, once in an interval.
 *
 * Return: 0; -EINVAL if @threshold_ms is 0, -EOPNOTSUPP if the client has no
 * lanes, -ENOSPC if all are open.
 */
static inline int varta_client_lane_open(struct varta_client *c,
					 struct varta_client_lane *lane,
					 const char *name,
					 uint32_t threshold_ms)
{
	struct varta_client__mapped *m = c->mapped;
	struct varta_client__page *page, *again;
	char text[VARTA_NAME_SIZE] = { 0 };
	uint32_t i;
	size_t at;

	if (!threshold_ms)
		return -EINVAL;
	if (!__atomic_load_n(&m->lanes, __ATOMIC_ACQUIRE))
		return -EOPNOTSUPP;
	for (i = 0; i < c->lanes; i++) {
		const uint32_t bit = UINT32_C(1) << i % 32;

		if (!(__atomic_fetch_or(&m->used[i / 32], bit,
					__ATOMIC_ACQ_REL) & bit))
			break;
	}
	if (i == c->lanes)
		return -ENOSPC;
	for (at = 0; at < sizeof(text) - 1 && name[at]; at++)
		text[at] = name[at];
	lane->client = c;
	lane->number = i;
	lane->threshold = (uint64_t)threshold_ms * 1000000;
	varta_client__store_deadline(lane, VARTA_CLIENT__NEVER, 0);
	page = __atomic_load_n(&m->lanes, __ATOMIC_ACQUIRE);
	do {
		memcpy(page->lanes[i].name, text, sizeof(text));
		__atomic_store_n(&page->lanes[i].threshold_ms, threshold_ms,
				 __ATOMIC_RELEASE);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		again = page;
		page = __atomic_load_n(&m->lanes, __ATOMIC_ACQUIRE);
	} while (again != page);
	__atomic_fetch_add(&m->opened, 1, __ATOMIC_SEQ_CST);
	VARTA_CLIENT__STORE(&m->send_at, 0, __ATOMIC_SEQ_CST);
	return 0;
}

/**
 * varta_client_lane_beat() - Beat in a lane.
 * @lane: The lane.
 *
 * In a child of fork(), this does nothing.
 */
static inline void varta_client_lane_beat(const struct varta_client_lane *lane)
{
	varta_client__store_deadline(lane,
				     varta_client__now() + lane->threshold,
				     varta_client__tid(lane->client));
}

/**
 * varta_client_scope_begin() - Begin work that has to end in time.
 * @lane: The lane.
 * @limit_ms: Time after which the lane is overdue, instead of its threshold. If
 *   it is less than that, it may be found late by the difference.
 */
static inline void
varta_client_scope_begin(const struct varta_client_lane *lane,
			 uint32_t limit_ms)
{
	varta_client__store_deadline(lane, varta_client__now() +
					   (uint64_t)limit_ms * 1000000,
				     varta_client__tid(lane->client));
}

/**
 * varta_client_scope_end() - The work has ended: the lane is idle.
 * @lane: The lane. The next beat or scope has it watched again.
 */
static inline void varta_client_scope_end(const struct varta_client_lane *lane)
{
	varta_client__store_deadline(lane, VARTA_CLIENT__NEVER,
				     varta_client__tid(lane->client));
}

/**
 * varta_client_lane_close() - Close a lane.
 * @lane: The lane, which nothing uses any more.
 *
 * One that is overdue recovers.
 */
static inline void varta_client_lane_close(const struct varta_client_lane *lane)
{
	struct varta_client__mapped *m = lane->client->mapped;
	struct varta_client__page *page;

	varta_client_scope_end(lane);
	page = __atomic_load_n(&m->lanes, __ATOMIC_ACQUIRE);
	if (!page)
		return;
	/* If the page is replaced meanwhile, the lane is idle in the new one. */
	__atomic_store_n(&page->lanes[lane->number].threshold_ms, 0,
			 __ATOMIC_SEQ_CST);
	varta_client__send_lane(m, page, lane->number);
	__atomic_fetch_and(&m->used[lane->number / 32],
			   ~(UINT32_C(1) << lane->number % 32),
			   __ATOMIC_ACQ_REL);
}

#endif /* VARTA_CLIENT_H */
