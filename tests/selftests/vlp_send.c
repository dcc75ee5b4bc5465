// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends frames of VLP v0.2, as a client of the userspace observer does.
 *
 * Usage: vlp_send [-s PATH | -u PORT [-a ADDRESS]] [-p PID] [-n COUNT] [-i MS] [-g]
 *                 [-f NONCE] [-r] [-c] [-d] [-w] [-t] [-x HEX] [-l | -e]
 *
 *   -s  Unix socket (default /run/varta/varta.sock)
 *   -u  UDP, to this port of 127.0.0.1
 *   -a  from this address (default: 127.0.0.1)
 *   -p  pid in the frames (default: its own)
 *   -n  number of frames (default 1); 0 for no end
 *   -i  milliseconds between them (default 0)
 *   -g  wait for a line of input before each frame, and print "sent" after each
 *   -f  the first nonce (default 1)
 *   -r  the same nonce in all frames
 *   -c  with a wrong checksum
 *   -d  do not wait: what finds no room is lost
 *   -w  connect again when the socket is gone, until there is one
 *   -t  the last frame is terminal
 *   -x  these bytes instead of a frame
 *   -l  loop at the end
 *   -e  end; otherwise it sleeps
 *
 * Prints "sent COUNT" when all are sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <varta.h>

static const char *path = "/run/varta/varta.sock";
static const char *from = "127.0.0.1";
static int port, flags, interval_ms;
static unsigned char bytes[128];
static size_t length;
static bool corrupt, wait_for_socket, terminal, loop, end, guided, repeat;

static int open_unix(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	while (connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		if (!wait_for_socket) {
			perror(path);
			exit(1);
		}
		usleep(20000);
	}
	return fd;
}

static int open_udp(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in own = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, from, &own.sin_addr);
	if (bind(fd, (const struct sockaddr *)&own, sizeof(own)) ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		perror("connect");
		exit(1);
	}
	return fd;
}

static int open_socket(void)
{
	return port ? open_udp() : open_unix();
}

static void read_bytes(const char *hex)
{
	unsigned int byte;

	for (; length < sizeof(bytes) && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		bytes[length++] = (unsigned char)byte;
}

static void send_frame(int *fd, const struct varta_beat *beat)
{
	if (!length || length == VARTA_FRAME_LEN) {
		varta_frame_encode(beat, bytes);
		length = VARTA_FRAME_LEN;
	}
	if (corrupt)
		bytes[28] ^= 1;
	while (send(*fd, bytes, length, flags) < 0) {
		if (flags)
			return;
		if (!wait_for_socket) {
			perror("send");
			exit(1);
		}
		close(*fd);
		*fd = open_socket();
	}
}

static void wait_for_line(void)
{
	char byte;

	do {
		if (read(STDIN_FILENO, &byte, 1) != 1)
			exit(1);
	} while (byte != '\n');
}

int main(int argc, char **argv)
{
	struct varta_beat beat = { .pid = (uint32_t)getpid(), .nonce = 1 };
	unsigned long i, count = 1;
	int option, fd;

	while ((option = getopt(argc, argv, "s:u:a:p:n:i:f:x:cdgrwtle")) != -1) {
		switch (option) {
		case 's': path = optarg; break;
		case 'u': port = atoi(optarg); break;
		case 'a': from = optarg; break;
		case 'p': beat.pid = (uint32_t)atol(optarg); break;
		case 'n': count = strtoul(optarg, NULL, 10); break;
		case 'i': interval_ms = atoi(optarg); break;
		case 'f': beat.nonce = strtoull(optarg, NULL, 10); break;
		case 'x': read_bytes(optarg); break;
		case 'c': corrupt = true; break;
		case 'd': flags = MSG_DONTWAIT; break;
		case 'g': guided = true; break;
		case 'r': repeat = true; break;
		case 'w': wait_for_socket = true; break;
		case 't': terminal = true; break;
		case 'l': loop = true; break;
		case 'e': end = true; break;
		default: return 2;
		}
	}
	fd = open_socket();
	for (i = 1; !count || i <= count; i++) {
		if (guided)
			wait_for_line();
		beat.timestamp = varta_monotonic_now();
		if (terminal && i == count) {
			beat.status = VARTA_STATUS_CRITICAL;
			beat.nonce = VARTA_TERMINAL_NONCE;
		}
		send_frame(&fd, &beat);
		beat.nonce += !repeat;
		if (guided) {
			puts("sent");
			fflush(stdout);
		}
		if (interval_ms && i != count)
			usleep((useconds_t)interval_ms * 1000);
	}
	printf("sent %lu\n", count);
	fflush(stdout);
	while (loop)
		__asm__ volatile("");
	while (!end)
		pause();
	return 0;
}
