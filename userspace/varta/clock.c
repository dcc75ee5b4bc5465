// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deadlines on CLOCK_MONOTONIC. See clock.h.
 */
#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#include <varta.h>

void sleep_until(uint64_t deadline)
{
	struct timespec time = {
		.tv_sec = (time_t)(deadline / NS_PER_S),
		.tv_nsec = (long)(deadline % NS_PER_S),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) ==
	       EINTR)
		;
}

int ms_until(uint64_t deadline)
{
	uint64_t now = varta_monotonic_now();
	uint64_t ms;

	if (now >= deadline)
		return 0;
	ms = (deadline - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}
