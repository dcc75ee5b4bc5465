// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket that programs of sd_notify(3) send to. See notify_socket.h.
 */
#include "notify_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "close_aside.h"

#define ADDRESS_PREFIX	"@varta-run-"

enum {
	RANDOM_SIZE	= 16,
	CONTROL_SIZE	= CMSG_SPACE(sizeof(struct ucred)) +
			  CMSG_SPACE(NOTIFY_FDS_MAX * sizeof(int)),
};

/* Aligned for the first header. */
union control {
	char bytes[CONTROL_SIZE];
	struct cmsghdr align;
};

void notify_packet_close(struct notify_packet *packet)
{
	close_aside(packet->fds, packet->fd_count);
	packet->fd_count = 0;
}

/* Nobody can bind the name before, and a process that comes later gets another. */
static int make_name(char *address)
{
	unsigned char random[RANDOM_SIZE];
	size_t i;
	int length;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -errno;
	length = snprintf(address, NOTIFY_ADDRESS_SIZE, "%s", ADDRESS_PREFIX);
	for (i = 0; i < sizeof(random); i++)
		length += snprintf(address + length,
				   NOTIFY_ADDRESS_SIZE - (size_t)length,
				   "%02x", random[i]);
	return 0;
}

int notify_socket_open(char *address)
{
	int error = make_name(address), on = 1, fd, size;
	struct sockaddr_un name;

	if (error)
		return error;
	size = notify_address_parse(&name, address);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&name, (socklen_t)size)) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static void take_control(struct msghdr *header, struct notify_packet *packet)
{
	struct cmsghdr *control;
	struct ucred sender;
	size_t size;

	for (control = CMSG_FIRSTHDR(header); control;
	     control = CMSG_NXTHDR(header, control)) {
		if (control->cmsg_level != SOL_SOCKET)
			continue;
		size = control->cmsg_len - CMSG_LEN(0);
		if (control->cmsg_type == SCM_RIGHTS) {
			memcpy(packet->fds, CMSG_DATA(control), size);
			packet->fd_count = (int)(size / sizeof(int));
		} else if (control->cmsg_type == SCM_CREDENTIALS &&
			   size == sizeof(sender)) {
			memcpy(&sender, CMSG_DATA(control), sizeof(sender));
			packet->pid = sender.pid;
			packet->uid = sender.uid;
		}
	}
}

int notify_socket_receive(int fd, struct notify_packet *packet)
{
	struct iovec bytes = { packet->text, sizeof(packet->text) };
	union control control;
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t got;

	/* The kernel drops descriptors without room, and closes them itself. */
	if (close_aside_is_stuck())
		header.msg_controllen = CMSG_SPACE(sizeof(struct ucred));
	got = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	packet->fd_count = 0;
	packet->pid = 0;
	packet->uid = (uid_t)-1;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	packet->length = (size_t)got;
	take_control(&header, packet);
	if (!(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) &&
	    packet->uid != (uid_t)-1)
		return 1;
	notify_packet_close(packet);
	return -EBADMSG;
}

int notify_address_parse(struct sockaddr_un *address, const char *text)
{
	size_t length = strlen(text);

	if ((text[0] != '/' && text[0] != '@') || !text[1])
		return -EAFNOSUPPORT;
	if (length > sizeof(address->sun_path) ||
	    (text[0] == '/' && length == sizeof(address->sun_path)))
		return -E2BIG;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, text, length);
	if (text[0] == '@')
		address->sun_path[0] = '\0';
	else
		length++;
	return (int)(offsetof(struct sockaddr_un, sun_path) + length);
}

static void add_control(struct msghdr *header, int type, const void *data,
			size_t size)
{
	struct cmsghdr *control = (struct cmsghdr *)
		((char *)header->msg_control + header->msg_controllen);

	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = type;
	control->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(control), data, size);
	header->msg_controllen += CMSG_SPACE(size);
}

int notify_socket_send(int fd, const struct notify_packet *packet,
		       bool as_sender)
{
	struct ucred sender = { packet->pid, getuid(), getgid() };
	struct iovec bytes = { (char *)packet->text, packet->length };
	union control control = { .bytes = { 0 } };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
	};

	if (packet->fd_count)
		add_control(&header, SCM_RIGHTS, packet->fds,
			    (size_t)packet->fd_count * sizeof(int));
	if (as_sender)
		add_control(&header, SCM_CREDENTIALS, &sender, sizeof(sender));
	if (!header.msg_controllen)
		header.msg_control = NULL;
	return sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ?
	       -errno : 0;
}
