/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The clock of beats.
 */
#ifndef VARTA_VDSO_CLOCK_H
#define VARTA_VDSO_CLOCK_H

#include <stdint.h>
#include <time.h>

typedef int varta_clock_function(clockid_t clock, struct timespec *time);

/*
 * clock_gettime(), of the vDSO itself once varta_clock_init() has found it. Hidden here as
 * well, or its address would be loaded first.
 */
extern varta_clock_function *varta_clock_gettime
	__attribute__((visibility("hidden")));

/**
 * varta_clock_init() - Look for the vDSO's clock.
 *
 * A beat that is only stored takes a hundred instructions, of which the C library's
 * part of clock_gettime() is a tenth. May be called again, and by several threads.
 */
void varta_clock_init(void);

/* CLOCK_MONOTONIC in nanoseconds. */
static inline uint64_t varta_clock_now(void)
{
	varta_clock_function *function =
		__atomic_load_n(&varta_clock_gettime, __ATOMIC_RELAXED);
	struct timespec now;

	/* Cannot fail with this clock. */
	function(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#endif
