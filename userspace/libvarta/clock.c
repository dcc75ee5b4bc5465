// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The clock of beats.
 */
#include <time.h>

#include "varta.h"

#define NS_PER_S	1000000000

uint64_t varta_monotonic_now(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}
