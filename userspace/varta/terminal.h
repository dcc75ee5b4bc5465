/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output to a terminal that is written to line by line.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/**
 * terminal_size() - The size of the terminal at standard output.
 * @columns: Receives its width; 0 if unknown.
 * @lines: Receives its height; 0 if unknown.
 *
 * Return: Whether standard output is a terminal.
 */
bool terminal_size(int *columns, int *lines);

/**
 * print_time() - Print the local time of day, to the millisecond.
 */
void print_time(void);

#endif /* TERMINAL_H */
