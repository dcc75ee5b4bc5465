// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether this is a container. See container.h.
 */
#include "container.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* A kernel without pid namespaces has no such file. */
uint64_t pid_namespace(void)
{
	char target[64] = "";
	uint64_t inode = 0;

	if (readlink("/proc/self/ns/pid", target, sizeof(target) - 1) < 0)
		return errno == ENOENT && !access("/proc/self/ns", F_OK) ?
		       INITIAL_PID_NS : 0;
	return sscanf(target, "pid:[%" SCNu64 "]", &inode) == 1 ? inode : 0;
}

/* Docker, podman, and the container interface of systemd. */
bool is_container(void)
{
	static const char *const marks[] = {
		"/.dockerenv", "/run/.containerenv", "/run/systemd/container",
	};
	uint64_t inode = pid_namespace();
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (!access(marks[i], F_OK))
			return true;
	return inode && inode != INITIAL_PID_NS;
}
