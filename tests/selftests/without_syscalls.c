// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program under a seccomp filter that refuses some system calls.
 *
 * Usage: without_syscalls refuse|kill NAME[,NAME]... PROGRAM [ARGUMENT]...
 *
 * The named calls fail with EPERM, or end the process. Other processes of the
 * program have the filter too.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "seccomp_filter.h"

int main(int argc, char **argv)
{
	const char *names[FILTER_MAX];
	char *list;
	int count = 0;

	if (argc < 4)
		return 100;
	list = argv[2];
	while (list && count < FILTER_MAX)
		names[count++] = strsep(&list, ",");
	filter_install(names, count, strcmp(argv[1], "kill") ? FILTER_REFUSE :
							       FILTER_KILL,
		       SECCOMP_RET_ALLOW);
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 100;
}
