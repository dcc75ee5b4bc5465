// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands for journald, in a guest without systemd: prints the fields of each entry that
 * libsystemd sends, one on a line, with newlines of values as spaces, and an empty line.
 * Prints 'listening' first.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET	"/run/systemd/journal/socket"

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "journal_reader: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void print_value(const char *value, size_t length)
{
	for (; length; value++, length--)
		putchar(*value == '\n' ? ' ' : *value);
	putchar('\n');
}

/* Either NAME=VALUE, or a line with NAME, a 64-bit length and that many bytes. */
static const char *print_field(const char *at, const char *end)
{
	const char *line = memchr(at, '\n', (size_t)(end - at));
	uint64_t length;

	if (!line)
		line = end;
	if (memchr(at, '=', (size_t)(line - at))) {
		print_value(at, (size_t)(line - at));
		return line + 1;
	}
	if (end - line < 1 + (int)sizeof(length))
		fail("an entry that is cut");
	printf("%.*s=", (int)(line - at), at);
	memcpy(&length, line + 1, sizeof(length));
	line += 1 + sizeof(length);
	if (length > (uint64_t)(end - line))
		fail("a field that is cut");
	print_value(line, (size_t)length);
	return line + length + 1;
}

int main(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	static char entry[65536];
	const char *at;
	ssize_t got;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	mkdir("/run/systemd", 0755);
	mkdir("/run/systemd/journal", 0755);
	unlink(SOCKET);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(SOCKET);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("listening");
	while ((got = recv(fd, entry, sizeof(entry), 0)) > 0) {
		for (at = entry; at < entry + got;)
			at = print_field(at, entry + got);
		putchar('\n');
	}
	fail("recv");
}
