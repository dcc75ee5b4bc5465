// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are programs of their own. See sibling.h.
 */
#include "sibling.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "error.h"

static int find_program(char *path, size_t size, const char *program)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (length < 0)
		return -errno;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + strlen(program) >= size)
		return -ENAMETOOLONG;
	strcpy(slash + 1, program);
	return 0;
}

static int fail(const char *verb, const char *program, int error)
{
	char what[64];

	snprintf(what, sizeof(what), "%s %s", verb, program);
	return fail_system(what, error);
}

int run_sibling(const char *program, char **argv)
{
	char path[PATH_MAX];
	int error = find_program(path, sizeof(path), program);

	if (error)
		return fail("find", program, error);
	execv(path, argv);
	if (errno != ENOENT)
		return fail("run", program, -errno);
	fprintf(stderr, "varta: there is no %s: install the package %s\n",
		path, program);
	return EXIT_SYSTEM;
}
