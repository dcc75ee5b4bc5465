/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadlines on CLOCK_MONOTONIC, in nanoseconds as of varta_monotonic_now().
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define NS_PER_MS	UINT64_C(1000000)
#define NS_PER_S	UINT64_C(1000000000)

/**
 * sleep_until() - Sleep until a deadline, signals or not.
 * @deadline: Returns at once if it has passed.
 */
void sleep_until(uint64_t deadline);

/**
 * ms_until() - Time until a deadline, as a timeout for poll(2).
 * @deadline: The deadline.
 *
 * Return: Milliseconds, rounded up; 0 if it has passed.
 */
int ms_until(uint64_t deadline);

#endif /* CLOCK_H */
