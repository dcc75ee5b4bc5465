/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What agents say of themselves, from the command line.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * parse_status() - Read a status.
 * @text: Its name; or any number, so that others can be tried.
 * @status: Receives it.
 *
 * Return: Whether @text was understood.
 */
bool parse_status(const char *text, uint32_t *status);

#endif /* STATUS_H */
