/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers, durations and bytes from the command line.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * parse_number() - Read a whole number.
 * @text: Decimal, or hexadecimal after 0x; nothing else around it.
 * @max: The largest that is allowed.
 * @number: Receives it.
 *
 * Return: Whether @text was such a number.
 */
bool parse_number(const char *text, uint64_t max, uint64_t *number);

/**
 * parse_u32() - parse_number() for 32 bits.
 * @text: As there.
 * @number: Receives it.
 */
bool parse_u32(const char *text, uint32_t *number);

/**
 * parse_count() - Read how many there are to be.
 * @text: As in parse_number(), but not 0.
 * @count: Receives it.
 *
 * Return: Whether @text was such a number.
 */
bool parse_count(const char *text, uint64_t *count);

/**
 * parse_duration() - Read a duration.
 * @text: A whole number and its unit: ms, s, m or h; without a unit, ms.
 * @ms: Receives milliseconds; at most INT_MAX, which poll(2) can wait for.
 *
 * Return: Whether @text was such a duration.
 */
bool parse_duration(const char *text, int *ms);

/**
 * parse_interval() - Read how far apart things are to be.
 * @text: As in parse_duration(), but not 0.
 * @ms: Receives milliseconds.
 *
 * Return: Whether @text was such a duration.
 */
bool parse_interval(const char *text, int *ms);

/**
 * parse_threshold() - Read a threshold that an agent asks for.
 * @text: As in parse_duration(), but not 0, which stands for none.
 * @ms: Receives milliseconds.
 *
 * Return: Whether @text was such a duration.
 */
bool parse_threshold(const char *text, uint32_t *ms);

/**
 * parse_hex() - Read bytes.
 * @text: Two digits for each byte.
 * @bytes: Receives them.
 * @max: How many fit there.
 * @count: Receives how many there were.
 *
 * Return: Whether @text was such bytes, and they did fit.
 */
bool parse_hex(const char *text, unsigned char *bytes, size_t max,
	       size_t *count);

#endif /* PARSE_H */
