/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal that standard output may be.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/**
 * terminal_size() - How much room there is.
 * @columns: Receives it; 0 if it is not known.
 * @lines: Likewise.
 *
 * Return: Whether standard output is a terminal.
 */
bool terminal_size(int *columns, int *lines);

/**
 * print_clock() - Print the time of day, to milliseconds.
 */
void print_clock(void);

#endif /* TERMINAL_H */
