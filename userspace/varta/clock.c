// SPDX-License-Identifier: GPL-2.0-only
/*
 * Points in time to wait for. See clock.h.
 */
#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#include <varta.h>

#define NS_PER_MS	1000000
#define NS_PER_S	1000000000

void sleep_until(uint64_t when)
{
	struct timespec time = {
		.tv_sec = (time_t)(when / NS_PER_S),
		.tv_nsec = (long)(when % NS_PER_S),
	};

	/* Ends with the time: each turn sleeps for what is left. */
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) ==
	       EINTR)
		;
}

int ms_until(uint64_t when)
{
	uint64_t now = varta_monotonic_now();
	uint64_t ms;

	if (now >= when)
		return 0;
	ms = (when - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}
