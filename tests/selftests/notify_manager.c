// SPDX-License-Identifier: GPL-2.0-only
/*
 * A service manager as far as notifications go: prints each with its sender, and how many
 * descriptors came with it.
 *
 * Usage: notify_manager SOCKET [HOLD]
 *
 * Newlines are printed as "|". It reads no more after a barrier, and does not acknowledge it,
 * while the file HOLD exists.
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	FDS_MAX = 253,
};

static int open_socket(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (length >= sizeof(address.sun_path))
		errx(1, "%s: too long", name);
	memcpy(address.sun_path, name, length);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	else
		unlink(name);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, (socklen_t)
		 (offsetof(struct sockaddr_un, sun_path) + length)))
		err(1, "%s", name);
	return fd;
}

int main(int argc, char **argv)
{
	static union {
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int)) +
			   CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr header;
	} control;
	int fd, i, fds[FDS_MAX], count = 0;
	struct ucred sender = { 0 };
	char text[4097];
	ssize_t length;

	if (argc < 2)
		return 2;
	fd = open_socket(argv[1]);
	for (;;) {
		struct iovec bytes = { text, sizeof(text) - 1 };
		struct msghdr message = {
			.msg_iov = &bytes, .msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		struct cmsghdr *part;

		length = recvmsg(fd, &message, 0);
		if (length < 0)
			err(1, "recvmsg");
		text[length] = '\0';
		count = 0;
		for (part = CMSG_FIRSTHDR(&message); part;
		     part = CMSG_NXTHDR(&message, part)) {
			if (part->cmsg_type == SCM_CREDENTIALS) {
				memcpy(&sender, CMSG_DATA(part), sizeof(sender));
			} else if (part->cmsg_type == SCM_RIGHTS) {
				count = (int)((part->cmsg_len - CMSG_LEN(0)) /
					      sizeof(int));
				memcpy(fds, CMSG_DATA(part),
				       (size_t)count * sizeof(int));
			}
		}
		for (i = 0; text[i]; i++)
			if (text[i] == '\n')
				text[i] = '|';
		if (length > 60)
			strcpy(text + 60, "...");
		printf("%d %d %s\n", sender.pid, count, text);
		fflush(stdout);
		while (argc > 2 && !strcmp(text, "BARRIER=1") &&
		       !access(argv[2], F_OK))
			usleep(10000);
		for (i = 0; i < count; i++)
			close(fds[i]);
	}
}
