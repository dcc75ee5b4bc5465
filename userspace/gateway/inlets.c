// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sockets that frames come by. See inlets.h.
 */
#include "inlets.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "server_socket.h"

/* Of the text of an address for UDP, more than any has. */
#define ADDRESS_SIZE	128

/* Credentials and a time, and no room for descriptors unless the time is missing. */
#define CONTROL_SIZE \
	(CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(struct timespec)))

static int option(int fd, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) ? -1 : value;
}

static void prepare(const struct inlet *inlet)
{
	const int on = 1;

	server_socket_set_flags(inlet->fd);
	if (!inlet->is_unix)
		return;
	setsockopt(inlet->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	setsockopt(inlet->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

static void add(struct inlets *inlets, int fd, bool is_unix, const char *path)
{
	struct inlet *inlet = &inlets->inlets[inlets->count++];

	*inlet = (struct inlet){ .fd = fd, .is_unix = is_unix, .path = path };
	prepare(inlet);
}

int inlets_from_systemd(struct inlets *inlets)
{
	int fd, domain, count = server_sockets_of_systemd(INLETS_MAX);

	for (fd = SYSTEMD_FIRST; fd < SYSTEMD_FIRST + count; fd++) {
		domain = option(fd, SO_DOMAIN);
		if (option(fd, SO_TYPE) != SOCK_DGRAM ||
		    (domain != AF_UNIX && domain != AF_INET &&
		     domain != AF_INET6))
			return -EINVAL;
		add(inlets, fd, domain == AF_UNIX, NULL);
	}
	return count < 0 ? count : 0;
}

/* A socket that a gateway left which was killed. To connect to a file is refused, too. */
static bool is_abandoned(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct stat file;
	bool refused = fd >= 0 && !lstat(address->sun_path, &file) &&
		       S_ISSOCK(file.st_mode) &&
		       connect(fd, (const struct sockaddr *)address,
			       sizeof(*address)) &&
		       errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return refused;
}

static int bind_path(int fd, const struct sockaddr_un *address)
{
	const struct sockaddr *any = (const struct sockaddr *)address;

	if (!bind(fd, any, sizeof(*address)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!is_abandoned(address))
		return -EADDRINUSE;
	if (unlink(address->sun_path) || bind(fd, any, sizeof(*address)))
		return -errno;
	return 0;
}

const char *inlets_add_unix(struct inlets *inlets, const char *path,
			    mode_t mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (inlets->count == INLETS_MAX)
		return "too many sockets";
	if (!*path || strlen(path) >= sizeof(address.sun_path))
		return "the path must have 1 to 107 bytes";
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return strerror(errno);
	error = bind_path(fd, &address);
	if (!error && chmod(path, mode)) {
		error = -errno;
		unlink(path);
	}
	if (error) {
		close(fd);
		return strerror(-error);
	}
	add(inlets, fd, true, path);
	return NULL;
}

static const char *take_udp(void *context, int fd)
{
	struct inlets *inlets = context;

	if (inlets->count == INLETS_MAX)
		return "too many sockets";
	add(inlets, fd, false, NULL);
	return NULL;
}

const char *inlets_add_udp(struct inlets *inlets, const char *address)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM,
	};

	if (strlen(address) >= ADDRESS_SIZE)
		return "too long";
	return server_sockets_open(address, &hints, take_udp, inlets);
}

static void close_passed(const struct cmsghdr *part)
{
	const unsigned char *at = CMSG_DATA(part);
	const unsigned char *end = (const unsigned char *)part + part->cmsg_len;
	int fd;

	for (; at + sizeof(fd) <= end; at += sizeof(fd)) {
		memcpy(&fd, at, sizeof(fd));
		close(fd);
	}
}

static void read_control(struct msghdr *message, struct datagram *datagram)
{
	struct cmsghdr *part;
	struct timespec sent;
	struct ucred sender;

	for (part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET)
			continue;
		if (part->cmsg_type == SCM_RIGHTS) {
			close_passed(part);
		} else if (part->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&sender, CMSG_DATA(part), sizeof(sender));
			datagram->pid = sender.pid;
			datagram->uid = sender.uid;
		} else if (part->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&sent, CMSG_DATA(part), sizeof(sent));
			datagram->sent = (uint64_t)sent.tv_sec * NS_PER_S +
					 (uint64_t)sent.tv_nsec;
		}
	}
}

static struct mmsghdr messages[BATCH_MAX];
static struct iovec parts[BATCH_MAX];
static union {
	char bytes[CONTROL_SIZE];
	struct cmsghdr aligned;
} controls[BATCH_MAX];

static void prepare_message(const struct inlet *inlet,
			    struct datagram *datagram, int i)
{
	parts[i] = (struct iovec){ datagram->bytes, DATAGRAM_MAX };
	messages[i].msg_hdr = (struct msghdr){
		.msg_iov = &parts[i],
		.msg_iovlen = 1,
		.msg_control = inlet->is_unix ? &controls[i] : NULL,
		.msg_controllen = inlet->is_unix ? CONTROL_SIZE : 0,
		.msg_name = inlet->is_unix ? NULL : &datagram->from,
		.msg_namelen = inlet->is_unix ? 0 : sizeof(datagram->from),
	};
}

static void read_message(const struct inlet *inlet, struct mmsghdr *message,
			 struct datagram *datagram)
{
	datagram->length = message->msg_len;
	if (message->msg_hdr.msg_flags & MSG_TRUNC)
		datagram->length = DATAGRAM_MAX + 1;
	datagram->pid = 0;
	datagram->sent = 0;
	if (inlet->is_unix)
		read_control(&message->msg_hdr, datagram);
	else if (!message->msg_hdr.msg_namelen)
		datagram->from.ss_family = AF_UNSPEC;
}

size_t inlet_receive(const struct inlet *inlet, struct datagram *datagrams)
{
	/* The others are as they were prepared. */
	static int used = BATCH_MAX;
	static bool was_unix;
	static const struct datagram *were_for;
	int i, count;

	if (inlet->is_unix != was_unix || datagrams != were_for)
		used = BATCH_MAX;
	for (i = 0; i < used; i++)
		prepare_message(inlet, &datagrams[i], i);
	was_unix = inlet->is_unix;
	were_for = datagrams;
	count = recvmmsg(inlet->fd, messages, BATCH_MAX,
			 MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL);
	used = count > 0 ? count : 0;
	for (i = 0; i < used; i++)
		read_message(inlet, &messages[i], &datagrams[i]);
	return (size_t)used;
}

void inlets_close(struct inlets *inlets)
{
	struct inlet *inlet;

	while (inlets->count) {
		inlet = &inlets->inlets[--inlets->count];
		if (inlet->path)
			unlink(inlet->path);
		close(inlet->fd);
	}
}
