/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points in time to wait for.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/**
 * sleep_until() - Sleep until a point in time.
 * @when: CLOCK_MONOTONIC in nanoseconds; returns at once if it is past.
 */
void sleep_until(uint64_t when);

/**
 * ms_until() - How long it is until a point in time.
 * @when: CLOCK_MONOTONIC in nanoseconds.
 *
 * Return: Milliseconds for poll(2), rounded up; 0 if it is past.
 */
int ms_until(uint64_t when);

#endif /* CLOCK_H */
