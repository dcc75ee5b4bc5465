// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program without children that prints the result of wait(2): the helper of
 * "varta run" must not be its child.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static void print_wait(void)
{
	if (waitpid(-1, NULL, WNOHANG) < 0)
		puts(strerrorname_np(errno));
	else
		puts("there are children");
	fflush(stdout);
}

int main(void)
{
	char line[16];

	/* Once at the start, and once for each line of input. */
	print_wait();
	while (fgets(line, sizeof(line), stdin))
		print_wait();
	return 0;
}
