/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGTERM and SIGINT as a descriptor, for loops that have to end in order.
 */
#ifndef END_SIGNALS_H
#define END_SIGNALS_H

/**
 * end_signals_open() - From now on, the signals do not end this process.
 *
 * Return: A descriptor that is readable once one has come, or a negative errno.
 */
int end_signals_open(void);

/**
 * end_signals_reset() - In a child before execve(2): let signals be as usual.
 */
void end_signals_reset(void);

#endif /* END_SIGNALS_H */
