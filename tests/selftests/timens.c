// SPDX-License-Identifier: GPL-2.0-only
/*
 * timens exec SECONDS COMMAND...: moves itself to a new time namespace whose
 * CLOCK_MONOTONIC and CLOCK_BOOTTIME are ahead by SECONDS, and executes COMMAND
 * in it.
 *
 * timens clock: prints CLOCK_MONOTONIC in nanoseconds.
 *
 * Exits with 4 if the kernel has no time namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "timens: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set_offset(const char *seconds)
{
	FILE *file = fopen("/proc/self/timens_offsets", "w");

	if (!file || fprintf(file, "monotonic %s 0\nboottime %s 0\n", seconds,
			     seconds) < 0 || fclose(file))
		fail("timens_offsets");
}

int main(int argc, char **argv)
{
	struct timespec now;
	int ns;

	if (argc == 2 && !strcmp(argv[1], "clock")) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		printf("%" PRIu64 "\n", (uint64_t)now.tv_sec * 1000000000 +
					(uint64_t)now.tv_nsec);
		return 0;
	}
	if (argc < 4 || strcmp(argv[1], "exec")) {
		fputs("Usage: timens exec SECONDS COMMAND... | timens clock\n",
		      stderr);
		return 2;
	}
	if (unshare(CLONE_NEWTIME)) {
		if (errno == EINVAL)
			return 4;
		fail("unshare");
	}
	set_offset(argv[2]);
	ns = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWTIME))
		fail("setns");
	execvp(argv[3], argv + 3);
	fail(argv[3]);
}
