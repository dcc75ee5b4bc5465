/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests that are agents themselves. TEST_NAME is defined before.
 */
#ifndef AGENT_TEST_H
#define AGENT_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

/* Ends the test if something that it needs has failed. */
static inline void must(bool done, const char *what)
{
	if (done)
		return;
	check(false, TEST_NAME ": %s: %s", what, strerror(errno));
	exit(tap_end());
}

static inline void sleep_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* Whether a child exited with 0. */
static inline bool child_was_well(pid_t child)
{
	int status;

	must(waitpid(child, &status, 0) == child, "waitpid");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Forks; returns 0 in the child. */
static inline pid_t fork_or_end(void)
{
	pid_t child = fork();

	must(child >= 0, "fork");
	return child;
}

/* As the tool shows this process. */
static inline bool shows(const char *condition)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "varta agents %d -j | jq -e '.[0] | %s' >/dev/null", getpid(),
		 condition);
	return !system(command);
}

#endif /* AGENT_TEST_H */
