// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that starts nothing, and says whether wait(2) finds a child: what
 * "varta run" starts must not show.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static void say(void)
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

	/* Once before and once after the caller has done what it wants. */
	say();
	while (fgets(line, sizeof(line), stdin))
		say();
	return 0;
}
