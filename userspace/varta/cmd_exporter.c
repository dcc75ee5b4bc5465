// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta exporter: runs the program varta-exporter, which is in the directory of
 * this one. It is a package of its own, as it needs an HTTP server.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "error.h"

#define PROGRAM	"varta-exporter"

static int find_program(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (length < 0)
		return -errno;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + sizeof(PROGRAM) > size)
		return -ENAMETOOLONG;
	strcpy(slash + 1, PROGRAM);
	return 0;
}

int cmd_exporter(int argc, char **argv)
{
	char path[PATH_MAX];
	int error = find_program(path, sizeof(path));

	(void)argc;
	if (error)
		return fail_system("find " PROGRAM, error);
	execv(path, argv);
	if (errno != ENOENT)
		return fail_system("run " PROGRAM, -errno);
	fprintf(stderr, "varta: there is no %s: install the package "
		PROGRAM "\n", path);
	return EXIT_SYSTEM;
}
