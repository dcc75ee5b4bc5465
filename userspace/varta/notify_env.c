// SPDX-License-Identifier: GPL-2.0-only
/*
 * The environment of a service manager. See notify_env.h and sd_watchdog_enabled(3).
 */
#include "notify_env.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static bool env_number(const char *name, uint64_t *number)
{
	const char *text = getenv(name);
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && !*end;
}

uint64_t notify_env_watchdog(pid_t pid)
{
	uint64_t whose, usec;

	if (env_number("WATCHDOG_PID", &whose) && whose != (uint64_t)pid)
		return 0;
	return env_number("WATCHDOG_USEC", &usec) && usec != UINT64_MAX ?
	       usec : 0;
}
