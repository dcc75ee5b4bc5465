/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parsing of numbers, durations and bytes. No function here prints: see args.h
 * for options.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stddef.h>
#include <stdint.h>

/* The longest duration, in ms: poll(2) takes an int. */
#define DURATION_MAX	INT32_MAX

/**
 * parse_number() - Parse a decimal number, or a hexadecimal one after "0x".
 * @text: The digits, without sign or space.
 * @min: The least value allowed.
 * @max: The largest value allowed.
 * @number: Set on success.
 *
 * Return: 0, -EINVAL if @text is not a number, -ERANGE if it is out of range.
 */
int parse_number(const char *text, uint64_t min, uint64_t max,
		 uint64_t *number);

/**
 * parse_duration() - Parse a number with a unit: ms, s, m or h.
 * @text: The duration; a number without a unit is in ms.
 * @min: The least value allowed, in ms.
 * @max: The largest value allowed, in ms.
 * @ms: Set on success.
 *
 * Return: 0, -EINVAL if @text is not a duration, -ERANGE if it is out of range.
 */
int parse_duration(const char *text, uint32_t min, uint32_t max, uint32_t *ms);

/**
 * parse_hex() - Parse bytes, two hexadecimal digits each.
 * @text: The digits.
 * @bytes: Set on success.
 * @max: Size of @bytes.
 * @count: Set to the number of bytes on success.
 *
 * Return: 0, -EINVAL if @text is not bytes, -ERANGE if there are more than
 * @max.
 */
int parse_hex(const char *text, unsigned char *bytes, size_t max,
	      size_t *count);

#endif /* PARSE_H */
