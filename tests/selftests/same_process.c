// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program does that gets a pid from an event: opens a pidfd, and compares
 * the start time to be sure that the process is the same.
 *
 * Usage: same_process PID START-TIME
 *
 * START-TIME is in nanoseconds, as in events. Prints "same", "other" or "gone".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Field 22 of /proc/PID/stat; the name may have spaces and parentheses. */
static uint64_t start_ticks(const char *pid)
{
	char path[64], text[1024], *at;
	size_t length;
	FILE *file;
	int field;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	at = strrchr(text, ')');
	for (field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
	uint64_t started, ticks;
	int fd;

	if (argc != 3)
		return 2;
	fd = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (fd < 0) {
		puts("gone");
		return 0;
	}
	started = strtoull(argv[2], NULL, 10);
	ticks = start_ticks(argv[1]);
	/* While it lives, what was read was of this process. */
	if (syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0))
		puts("gone");
	else if (ticks == started / (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK)))
		puts("same");
	else
		puts("other");
	return 0;
}
