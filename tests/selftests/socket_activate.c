// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program with a Unix datagram socket, as systemd does.
 *
 * Usage: socket_activate PATH PROGRAM [ARGUMENT]...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int on = 1;
	char pid[16];
	int fd;

	if (argc < 3)
		return 2;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[1]);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		perror(argv[1]);
		return 1;
	}
	/* PassCredentials= and Timestamping=: what is sent before the program runs. */
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (fd != 3 && dup2(fd, 3) != 3) {
		perror("dup2");
		return 1;
	}
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", pid, 1);
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
