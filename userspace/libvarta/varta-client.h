/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause */
/*
 * A client of the varta kernel module in one header, for programs that beat and
 * want no library for it: copy this file and <linux/varta.h>, include it where
 * it is used. It compiles as C (from C11 on) and as C++ (from C++11 on), with
 * what glibc has under _GNU_SOURCE: define that, or include this first. It is
 * also what libvarta's beats are made of. Reading the ledger is not in here.
 *
 *	static struct varta_client client;
 *	struct varta_client_options how = { "worker", 5000, false, 0 };
 *
 *	varta_client_open(&client, &how);
 *	while (work())
 *		varta_client_beat(&client, VARTA_STATUS_OK, 0);
 *	varta_client_close(&client);
 *
 * Outcomes. Every function that talks to the kernel says how it went, and what
 * it says may be ignored: the client is always as usable as it can be, and puts
 * itself right with a later beat. It looks for a module that is not there at
 * most once a second.
 *
 * Memory. The client is the caller's, 9 KiB; its contents are private but for
 * @error and @text. Opening maps one page; nothing else allocates.
 *
 * Waiting. Only opening may wait, while the kernel loads the module.
 *
 * Threads. A client serves one thread at a time.
 *
 * Fork. A child that goes on using the client beats as itself, on a socket of
 * its own. The parent must not be beating in another thread while it forks.
 *
 * Descriptors. The socket is the client's own. A program that closes all of its
 * descriptors, with closefrom(3) say, has to close its clients before, or close
 * them after and open others, before it uses them again; but a child of fork()
 * has not. Else the number may have become another file's. The client never
 * closes that, and nearly all kinds refuse a beat: then it is
 * VARTA_CLIENT_FAILED, and the next has a socket again. But a few kinds of
 * sockets take it, netlink's and AF_UNIX ones of SOCK_SEQPACKET among them.
 *
 * Signals. All but opening may be called in a signal handler, on a client that
 * was not in use when the signal came.
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
#include <time.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/varta.h>

/* With status critical: a terminal beat, a crash handler's last word. */
#define VARTA_CLIENT_NONCE_TERMINAL	UINT64_MAX

/* Room for an agent's name and the NUL behind it. */
#define VARTA_CLIENT_NAME_SIZE		16

/* Room for the kernel's words; more are cut. */
#define VARTA_CLIENT_TEXT_SIZE		128

/* Nanoseconds between two looks for a module that is not there. */
#define VARTA_CLIENT_RETRY_NS		UINT64_C(1000000000)

/* The kernel fills no datagram beyond what it has seen received at once. */
#define VARTA_CLIENT_BUFFER_SIZE	8192

/* Datagrams that one request may be answered with; more than it takes. */
#define VARTA_CLIENT_DATAGRAMS_MAX	256

/**
 * enum varta_client_outcome - How a beat went.
 * @VARTA_CLIENT_OK: The kernel has it, and has refused nothing so far.
 * @VARTA_CLIENT_REFUSED: The kernel refused it, or one before it that the
 *   client had not heard of: @error and @text say why.
 * @VARTA_CLIENT_ABSENT: The kernel has no varta: the module is not loaded.
 * @VARTA_CLIENT_FULL: There was no room for it in the kernel or the socket.
 * @VARTA_CLIENT_FAILED: No socket was to be had, or it is not the client's any
 *   more: @error says why.
 */
enum varta_client_outcome {
	VARTA_CLIENT_OK,
	VARTA_CLIENT_REFUSED,
	VARTA_CLIENT_ABSENT,
	VARTA_CLIENT_FULL,
	VARTA_CLIENT_FAILED
};

/**
 * struct varta_client_options - How varta_client_open() makes a client.
 * @name: What to call this agent; copied, and cut to the room there is. NULL
 *   leaves it with the command name of its process.
 * @threshold_ms: Silence from which this agent is stalled; 0 for the ledger's.
 * @acknowledge: Have every beat confirmed, so that VARTA_CLIENT_OK means that
 *   it is in the ledger. Without, only refusals are answered, which is cheaper.
 * @first_nonce: Of the first beat, for tests of what nonces do; 0 for the usual
 *   ones, see varta_client_beat().
 */
struct varta_client_options {
	const char *name;
	uint32_t threshold_ms;
	bool acknowledge;
	uint64_t first_nonce;
};

/* Where the values are in a beat; what is behind them differs. */
enum {
	VARTA_CLIENT_AT_STATUS		= NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN,
	VARTA_CLIENT_AT_PAYLOAD		= VARTA_CLIENT_AT_STATUS + 8,
	VARTA_CLIENT_AT_NONCE		= VARTA_CLIENT_AT_PAYLOAD + 8,
	VARTA_CLIENT_AT_TIMESTAMP	= VARTA_CLIENT_AT_NONCE + 12,
	VARTA_CLIENT_MESSAGE_SIZE	= VARTA_CLIENT_AT_TIMESTAMP + 8 +
					  8 + NLA_HDRLEN +
					  VARTA_CLIENT_NAME_SIZE
};

/* A message under way, and room for one. */
union varta_client_message {
	struct nlmsghdr header;
	unsigned char bytes[VARTA_CLIENT_MESSAGE_SIZE];
};

/**
 * struct varta_client - One agent's connection to the kernel.
 * @error: Negative errno of the last call; 0 if it was VARTA_CLIENT_OK.
 * @text: What the kernel said when it last refused; "" if nothing.
 * @fd: The socket, -1 for none.
 * @socket_id: Its inode number, to know it again.
 * @family: What generic netlink calls varta at present; 0 if that is unknown.
 * @acknowledge: As in the options.
 * @clocked: Nonces come from the clock.
 * @sequence: Of the last message.
 * @nonce: The last one, or the one before the first.
 * @retry_at: When to look for the module again.
 * @same_process: A page that is all zeros in a child; 1 here.
 * @forks: How many this client has come through.
 * @beat: A beat, but for its values.
 * @buffer: For what the kernel says.
 */
struct varta_client {
	int error;
	char text[VARTA_CLIENT_TEXT_SIZE];
	int fd;
	uint64_t socket_id;
	uint16_t family;
	bool acknowledge;
	bool clocked;
	uint32_t sequence;
	uint64_t nonce;
	uint64_t retry_at;
	volatile unsigned char *same_process;
	uint32_t forks;
	union varta_client_message beat;
	union {
		struct nlmsghdr header;
		unsigned char bytes[VARTA_CLIENT_BUFFER_SIZE];
	} buffer;
};

/* CLOCK_MONOTONIC in nanoseconds, the time of beats. */
static inline uint64_t varta_client_now(void)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- Messages */

static inline void varta_client_begin(union varta_client_message *message,
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

/* There is always room: the messages are all made in this file. */
static inline void varta_client_put(union varta_client_message *message,
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

/*
 * What does not change from beat to beat is written once. Name and threshold
 * go with every beat, because the ledger may have forgotten the agent.
 */
static inline void varta_client_write(struct varta_client *c,
				      const struct varta_client_options *how)
{
	union varta_client_message *beat = &c->beat;
	const uint64_t later = 0;
	char name[VARTA_CLIENT_NAME_SIZE];

	varta_client_begin(beat, VARTA_CMD_BEAT, c->acknowledge);
	varta_client_put(beat, VARTA_A_BEAT_STATUS, &later, 4);
	varta_client_put(beat, VARTA_A_BEAT_PAYLOAD, &later, 4);
	varta_client_put(beat, VARTA_A_BEAT_NONCE, &later, 8);
	varta_client_put(beat, VARTA_A_BEAT_TIMESTAMP, &later, 8);
	if (how->threshold_ms)
		varta_client_put(beat, VARTA_A_BEAT_THRESHOLD_MS,
				 &how->threshold_ms, 4);
	if (how->name) {
		size_t length = strnlen(how->name, sizeof(name) - 1);

		memcpy(name, how->name, length);
		name[length] = '\0';
		varta_client_put(beat, VARTA_A_BEAT_NAME, name, length + 1);
	}
}

/* ---- The socket */

/* The number of a socket's inode, to know it again; 0 if it is none. */
static inline uint64_t varta_client_socket_id(int fd)
{
	struct stat now;

	return !fstat(fd, &now) && S_ISSOCK(now.st_mode) ? now.st_ino : 0;
}

/*
 * A program may have closed what it did not know of, as one that becomes a
 * daemon does, and have another file under the number.
 */
static inline void varta_client_disconnect(struct varta_client *c)
{
	if (c->fd >= 0 && varta_client_socket_id(c->fd) == c->socket_id)
		close(c->fd);
	c->fd = -1;
}

static inline enum varta_client_outcome
varta_client_failed(struct varta_client *c, int error)
{
	c->error = -error;
	return VARTA_CLIENT_FAILED;
}

static inline enum varta_client_outcome
varta_client_connect(struct varta_client *c)
{
	int on = 1;

	c->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_GENERIC);
	if (c->fd < 0)
		return varta_client_failed(c, errno);
	/* Texts with refusals, and no copy of the request in front of them. */
	if (setsockopt(c->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(c->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on))) {
		int error = errno;

		close(c->fd);
		c->fd = -1;
		return varta_client_failed(c, error);
	}
	c->socket_id = varta_client_socket_id(c->fd);
	return VARTA_CLIENT_OK;
}

/*
 * The number may be another socket's by now, and asking beforehand would cost a
 * system call for each beat. So this gives an address and a flag that netlink
 * could do without: most other families refuse the address, and TCP, which does
 * not look at it, refuses the flag.
 */
static inline ssize_t varta_client_send_to_kernel(int fd, const void *message,
						  size_t size)
{
	static const struct sockaddr_nl kernel = { AF_NETLINK, 0, 0, 0 };

	return sendto(fd, message, size,
		      MSG_DONTWAIT | MSG_NOSIGNAL | MSG_FASTOPEN,
		      (const struct sockaddr *)&kernel, sizeof(kernel));
}

/*
 * Whether receiving has shown that the number is another file's: netlink always
 * says who has sent.
 */
static inline bool varta_client_is_foreign(ssize_t length,
					   const struct sockaddr_nl *sender,
					   socklen_t sender_size)
{
	if (length < 0)
		return errno == EBADF || errno == ENOTSOCK;
	return sender_size != sizeof(*sender) ||
	       sender->nl_family != AF_NETLINK;
}

static inline enum varta_client_outcome
varta_client_send(struct varta_client *c, union varta_client_message *message)
{
	message->header.nlmsg_seq = ++c->sequence;
	if (varta_client_send_to_kernel(c->fd, message,
					message->header.nlmsg_len) >= 0)
		return VARTA_CLIENT_OK;
	c->error = -errno;
	switch (errno) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
		return VARTA_CLIENT_FULL;
	case ECONNREFUSED:
		return VARTA_CLIENT_ABSENT;
	default:
		/* Closed under us, perhaps, or another file by now. */
		varta_client_disconnect(c);
		return VARTA_CLIENT_FAILED;
	}
}

/* Returns the bytes of one datagram from the kernel, or -1 if there is none. */
static inline int varta_client_receive(struct varta_client *c)
{
	struct sockaddr_nl sender;
	socklen_t size;
	ssize_t length;
	int i;

	for (i = 0; i < VARTA_CLIENT_DATAGRAMS_MAX; i++) {
		size = sizeof(sender);
		length = recvfrom(c->fd, &c->buffer, sizeof(c->buffer),
				  MSG_DONTWAIT, (struct sockaddr *)&sender,
				  &size);
		/* Told once: answers were lost. There may be others. */
		if (length < 0 && errno == ENOBUFS)
			continue;
		if (varta_client_is_foreign(length, &sender, size)) {
			varta_client_disconnect(c);
			return -1;
		}
		if (length < 0)
			return -1;
		/* Any process may write to any port; believe the kernel. */
		if (!sender.nl_pid)
			return (int)length;
	}
	return -1;
}

/* The message at @at in the buffer, or NULL if there is no whole one. */
static inline const struct nlmsghdr *
varta_client_message_at(const struct varta_client *c, int at, int length)
{
	const struct nlmsghdr *message =
		(const struct nlmsghdr *)(c->buffer.bytes + at);

	if (length - at < (int)NLMSG_HDRLEN ||
	    message->nlmsg_len < NLMSG_HDRLEN ||
	    message->nlmsg_len > (uint32_t)(length - at))
		return NULL;
	return message;
}

/* The value of an attribute among @length bytes at @bytes, or NULL. */
static inline const unsigned char *
varta_client_find(const unsigned char *bytes, size_t length, uint16_t type,
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

/* ---- Answers */

static inline void varta_client_keep_text(struct varta_client *c,
					  const struct nlmsghdr *message,
					  const struct nlmsgerr *verdict)
{
	const unsigned char *bytes = (const unsigned char *)message;
	size_t skip = NLMSG_HDRLEN + sizeof(*verdict);
	const unsigned char *text;
	size_t size;

	c->text[0] = '\0';
	if (!(message->nlmsg_flags & NLM_F_CAPPED) &&
	    verdict->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += NLMSG_ALIGN(verdict->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    skip >= message->nlmsg_len)
		return;
	text = varta_client_find(bytes + skip, message->nlmsg_len - skip,
				 NLMSGERR_ATTR_MSG, &size);
	if (!text)
		return;
	if (size > sizeof(c->text) - 1)
		size = sizeof(c->text) - 1;
	memcpy(c->text, text, size);
	c->text[size] = '\0';
}

static inline enum varta_client_outcome
varta_client_verdict(struct varta_client *c, const struct nlmsghdr *message)
{
	struct nlmsgerr verdict;

	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(verdict))
		return VARTA_CLIENT_OK;
	memcpy(&verdict, (const unsigned char *)message + NLMSG_HDRLEN,
	       sizeof(verdict));
	if (verdict.error >= 0)
		return VARTA_CLIENT_OK;
	c->error = verdict.error;
	varta_client_keep_text(c, message, &verdict);
	/*
	 * Generic netlink itself says this of a family that is not there, and
	 * without a text; varta's own refusals have one.
	 */
	if (verdict.error == -ENOENT && !c->text[0])
		return VARTA_CLIENT_ABSENT;
	return VARTA_CLIENT_REFUSED;
}

/*
 * The kernel handles a message within send(), so that its answer is there
 * already if there is one: nothing needs to be waited for.
 */
static inline enum varta_client_outcome
varta_client_answers(struct varta_client *c, bool expected)
{
	enum varta_client_outcome outcome = VARTA_CLIENT_OK, verdict;
	const struct nlmsghdr *message;
	int i, at, length;

	for (i = 0; i < VARTA_CLIENT_DATAGRAMS_MAX; i++) {
		length = varta_client_receive(c);
		if (length < 0)
			break;
		for (at = 0; (message = varta_client_message_at(c, at, length));
		     at += (int)NLMSG_ALIGN(message->nlmsg_len)) {
			if (message->nlmsg_type != NLMSG_ERROR)
				continue;
			verdict = varta_client_verdict(c, message);
			if (verdict != VARTA_CLIENT_OK)
				outcome = verdict;
			if (message->nlmsg_seq == c->sequence)
				expected = false;
		}
	}
	if (c->fd < 0)
		return varta_client_failed(c, EBADF);
	if (expected && outcome == VARTA_CLIENT_OK) {
		c->error = -ENOBUFS;
		return VARTA_CLIENT_FULL;
	}
	return outcome;
}

/* ---- The family */

static inline void varta_client_take_family(struct varta_client *c,
					    const struct nlmsghdr *message)
{
	const unsigned char *bytes = (const unsigned char *)message;
	const size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;
	const unsigned char *name, *id;
	size_t name_size, id_size;

	if (message->nlmsg_type != GENL_ID_CTRL || message->nlmsg_len < skip)
		return;
	name = varta_client_find(bytes + skip, message->nlmsg_len - skip,
				 CTRL_ATTR_FAMILY_NAME, &name_size);
	id = varta_client_find(bytes + skip, message->nlmsg_len - skip,
			       CTRL_ATTR_FAMILY_ID, &id_size);
	if (name && name_size == sizeof(VARTA_FAMILY_NAME) &&
	    !memcmp(name, VARTA_FAMILY_NAME, name_size) &&
	    id && id_size == sizeof(c->family))
		memcpy(&c->family, id, sizeof(c->family));
}

/* Reads the answer to its end: the next one begins with a clean socket. */
static inline void varta_client_families(struct varta_client *c)
{
	const struct nlmsghdr *message;
	int i, at, length;

	for (i = 0; i < VARTA_CLIENT_DATAGRAMS_MAX; i++) {
		length = varta_client_receive(c);
		if (length < 0)
			return;
		for (at = 0; (message = varta_client_message_at(c, at, length));
		     at += (int)NLMSG_ALIGN(message->nlmsg_len)) {
			if (message->nlmsg_seq != c->sequence)
				continue;
			if (message->nlmsg_type == NLMSG_DONE ||
			    message->nlmsg_type == NLMSG_ERROR)
				return;
			varta_client_take_family(c, message);
		}
	}
	varta_client_disconnect(c);
}

/*
 * Asked for by its name, a family that is not there makes the kernel look for
 * its module, which takes time and a process. So that is for opening, and later
 * all families are listed.
 */
static inline enum varta_client_outcome
varta_client_look_up(struct varta_client *c, bool by_name)
{
	union varta_client_message message;
	enum varta_client_outcome outcome;

	varta_client_begin(&message, CTRL_CMD_GETFAMILY, by_name);
	message.header.nlmsg_type = GENL_ID_CTRL;
	if (by_name)
		varta_client_put(&message, CTRL_ATTR_FAMILY_NAME,
				 VARTA_FAMILY_NAME, sizeof(VARTA_FAMILY_NAME));
	else
		message.header.nlmsg_flags |= NLM_F_DUMP;
	c->family = 0;
	outcome = varta_client_send(c, &message);
	if (outcome != VARTA_CLIENT_OK)
		return outcome;
	varta_client_families(c);
	if (c->family)
		return VARTA_CLIENT_OK;
	c->error = -ENODEV;
	return VARTA_CLIENT_ABSENT;
}

/* ---- Readiness */

/*
 * In a child, what it must not share with its parent is let go. Its nonces need
 * no change: they go on with the clock, and the kernel has seen none of it.
 */
static inline void varta_client_notice_fork(struct varta_client *c)
{
	if (*c->same_process)
		return;
	varta_client_disconnect(c);
	c->sequence = 0;
	c->retry_at = 0;
	c->forks++;
	*c->same_process = 1;
}

static inline enum varta_client_outcome
varta_client_ready(struct varta_client *c, uint64_t now)
{
	enum varta_client_outcome outcome;

	if (!c->same_process)
		return varta_client_failed(c, EBADF);
	varta_client_notice_fork(c);
	if (c->fd < 0) {
		outcome = varta_client_connect(c);
		if (outcome != VARTA_CLIENT_OK)
			return outcome;
	}
	if (c->family)
		return VARTA_CLIENT_OK;
	if (now < c->retry_at) {
		c->error = -ENODEV;
		return VARTA_CLIENT_ABSENT;
	}
	c->retry_at = now + VARTA_CLIENT_RETRY_NS;
	return varta_client_look_up(c, false);
}

static inline enum varta_client_outcome
varta_client_exchange_once(struct varta_client *c,
			   union varta_client_message *message, uint64_t now)
{
	enum varta_client_outcome outcome = varta_client_ready(c, now);

	if (outcome == VARTA_CLIENT_OK) {
		message->header.nlmsg_type = c->family;
		outcome = varta_client_send(c, message);
	}
	if (outcome == VARTA_CLIENT_OK)
		outcome = varta_client_answers(c, message->header.nlmsg_flags &
						  NLM_F_ACK);
	return outcome;
}

static inline enum varta_client_outcome
varta_client_exchange(struct varta_client *c,
		      union varta_client_message *message, uint64_t now)
{
	enum varta_client_outcome outcome;

	c->error = 0;
	c->text[0] = '\0';
	outcome = varta_client_exchange_once(c, message, now);
	if (outcome != VARTA_CLIENT_ABSENT || !c->family)
		return outcome;
	/* It may be back under another number. */
	c->family = 0;
	c->error = 0;
	outcome = varta_client_exchange_once(c, message, now);
	if (outcome == VARTA_CLIENT_ABSENT)
		c->error = -ENODEV;
	return outcome;
}

/* ---- What a program calls */

/**
 * varta_client_open() - Make a client ready.
 * @c: The client: any contents, but not one that is open.
 * @how: May be NULL for defaults.
 *
 * May wait, while the kernel loads the module, where it can.
 *
 * Return: VARTA_CLIENT_OK; VARTA_CLIENT_ABSENT if there is no module, or
 * VARTA_CLIENT_FAILED if there is no socket: the client may be used all the
 * same, and beats when there is. Only if there is no memory for the one page
 * that it takes, all its beats are VARTA_CLIENT_FAILED.
 */
static inline enum varta_client_outcome
varta_client_open(struct varta_client *c,
		  const struct varta_client_options *how)
{
	static const struct varta_client_options defaults = {
		NULL, 0, false, 0
	};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	enum varta_client_outcome outcome;
	void *mark;

	if (!how)
		how = &defaults;
	memset(c, 0, offsetof(struct varta_client, buffer));
	c->fd = -1;
	c->acknowledge = how->acknowledge;
	c->clocked = !how->first_nonce;
	c->nonce = how->first_nonce - !c->clocked;
	varta_client_write(c, how);

	mark = mmap(NULL, page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mark == MAP_FAILED)
		return varta_client_failed(c, errno);
	if (madvise(mark, page, MADV_WIPEONFORK)) {
		int error = errno;

		munmap(mark, page);
		return varta_client_failed(c, error);
	}
	c->same_process = (volatile unsigned char *)mark;
	*c->same_process = 1;
	outcome = varta_client_connect(c);
	return outcome == VARTA_CLIENT_OK ? varta_client_look_up(c, true) :
					    outcome;
}

/**
 * varta_client_close() - Give back what a client holds.
 * @c: An open client, or one of zeros.
 *
 * The agent stays in the ledger, see varta_client_bye(). A child that closes
 * its copy takes nothing from its parent.
 */
static inline void varta_client_close(struct varta_client *c)
{
	/* In one of zeros, 0 is nobody's socket. */
	if (c->same_process) {
		varta_client_disconnect(c);
		munmap((void *)(uintptr_t)c->same_process,
		       (size_t)sysconf(_SC_PAGESIZE));
	}
	c->same_process = NULL;
	c->fd = -1;
}

/* One that a program sees: its values are all that is new in it. */
static inline enum varta_client_outcome
varta_client_say(struct varta_client *c, uint32_t status, uint32_t payload,
		 uint64_t nonce, uint64_t now)
{
	unsigned char *at = c->beat.bytes;

	memcpy(at + VARTA_CLIENT_AT_STATUS, &status, sizeof(status));
	memcpy(at + VARTA_CLIENT_AT_PAYLOAD, &payload, sizeof(payload));
	memcpy(at + VARTA_CLIENT_AT_NONCE, &nonce, sizeof(nonce));
	memcpy(at + VARTA_CLIENT_AT_TIMESTAMP, &now, sizeof(now));
	return varta_client_exchange(c, &c->beat, now);
}

/**
 * varta_client_beat() - Say that the calling process is alive.
 * @c: The client.
 * @status: How it is: VARTA_STATUS_OK, _DEGRADED or _CRITICAL.
 * @payload: Kept with the agent for its readers; opaque to varta.
 *
 * Neither allocates nor waits. The nonce is the time in nanoseconds, or one
 * more than the last: so a program that takes the place of another by exec(3),
 * and a second client in the process, go on where the first has come to.
 *
 * Return: What may be ignored; see enum varta_client_outcome.
 */
static inline enum varta_client_outcome
varta_client_beat(struct varta_client *c, uint32_t status, uint32_t payload)
{
	uint64_t now = varta_client_now();

	c->nonce++;
	if (c->clocked && c->nonce < now)
		c->nonce = now;
	else if (c->nonce == VARTA_CLIENT_NONCE_TERMINAL)
		c->nonce = 0;
	return varta_client_say(c, status, payload, c->nonce, now);
}

/**
 * varta_client_terminal() - Send a terminal beat, a crash handler's last word.
 * @c: The client. For a signal handler, one that nothing else uses.
 * @payload: As in varta_client_beat(); the number of the signal, say.
 *
 * Looks for the module at once if it is not where it was, and takes another
 * socket if its own is gone: there is no later beat.
 *
 * Return: As varta_client_beat().
 */
static inline enum varta_client_outcome
varta_client_terminal(struct varta_client *c, uint32_t payload)
{
	enum varta_client_outcome outcome = VARTA_CLIENT_FAILED;
	int i;

	c->retry_at = 0;
	for (i = 0; i < 2 && outcome == VARTA_CLIENT_FAILED; i++)
		outcome = varta_client_say(c, VARTA_STATUS_CRITICAL, payload,
					   VARTA_CLIENT_NONCE_TERMINAL,
					   varta_client_now());
	return outcome;
}

/**
 * varta_client_bye() - Take the calling process off the ledger.
 * @c: The client.
 *
 * Nobody is told of it. The next beat, if there is one, starts afresh.
 *
 * Return: As varta_client_beat(), with an answer of the kernel in any case;
 * VARTA_CLIENT_REFUSED with @error -ENOENT if it was not in the ledger.
 */
static inline enum varta_client_outcome
varta_client_bye(struct varta_client *c)
{
	union varta_client_message message;

	varta_client_begin(&message, VARTA_CMD_BYE, true);
	return varta_client_exchange(c, &message, varta_client_now());
}

#endif /* VARTA_CLIENT_H */
