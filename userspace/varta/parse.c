// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing of numbers, durations and bytes. See parse.h.
 */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* strtoull() alone would also take signs, leading spaces and octal numbers. */
static int scan_number(const char *text, uint64_t *number, const char **end)
{
	bool hex = !strncmp(text, "0x", 2);
	char *after;

	if (hex ? !isxdigit((unsigned char)text[2]) :
		  !isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &after, hex ? 16 : 10);
	*end = after;
	return -errno;
}

int parse_number(const char *text, uint64_t min, uint64_t max,
		 uint64_t *number)
{
	const char *end;
	uint64_t value;
	int error = scan_number(text, &value, &end);

	if (error == -EINVAL || *end)
		return -EINVAL;
	if (error || value < min || value > max)
		return -ERANGE;
	*number = value;
	return 0;
}

static uint64_t unit_in_ms(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = {
		{ "", 1 },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60 * 1000 },
		{ "h", 60 * 60 * 1000 },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].name, unit))
			return units[i].ms;
	return 0;
}

int parse_duration(const char *text, uint32_t min, uint32_t max, uint32_t *ms)
{
	const char *unit;
	uint64_t number, factor;
	int error = scan_number(text, &number, &unit);

	if (error == -EINVAL)
		return error;
	factor = unit_in_ms(unit);
	if (!factor)
		return -EINVAL;
	if (error || number > max / factor || number * factor < min)
		return -ERANGE;
	*ms = (uint32_t)(number * factor);
	return 0;
}

static unsigned int digit_value(char digit)
{
	if (isdigit((unsigned char)digit))
		return (unsigned int)(digit - '0');
	return (unsigned int)(tolower((unsigned char)digit) - 'a' + 10);
}

int parse_hex(const char *text, unsigned char *bytes, size_t max,
	      size_t *count)
{
	size_t length = strlen(text);
	size_t i;

	if (length % 2 || strspn(text, "0123456789abcdefABCDEF") != length)
		return -EINVAL;
	if (length / 2 > max)
		return -ERANGE;
	for (i = 0; i < length / 2; i++)
		bytes[i] = (unsigned char)(digit_value(text[2 * i]) << 4 |
					   digit_value(text[2 * i + 1]));
	*count = length / 2;
	return 0;
}
