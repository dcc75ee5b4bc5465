// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, durations and bytes from the command line. See parse.h.
 */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* As strtoull(), but without its signs, spaces, octals and silence. */
static bool scan_number(const char *text, uint64_t *number, const char **end)
{
	bool hex = !strncmp(text, "0x", 2);
	char *after;

	if (hex ? !isxdigit((unsigned char)text[2]) :
		  !isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*number = strtoull(text, &after, hex ? 16 : 10);
	*end = after;
	return !errno;
}

bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
	const char *end;

	return scan_number(text, number, &end) && !*end && *number <= max;
}

bool parse_u32(const char *text, uint32_t *number)
{
	uint64_t wide;

	if (!parse_number(text, UINT32_MAX, &wide))
		return false;
	*number = (uint32_t)wide;
	return true;
}

bool parse_count(const char *text, uint64_t *count)
{
	return parse_number(text, UINT64_MAX, count) && *count;
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

bool parse_duration(const char *text, int *ms)
{
	const char *unit;
	uint64_t number, factor;

	if (!scan_number(text, &number, &unit))
		return false;
	factor = unit_in_ms(unit);
	if (!factor || number > INT_MAX / factor)
		return false;
	*ms = (int)(number * factor);
	return true;
}

bool parse_interval(const char *text, int *ms)
{
	return parse_duration(text, ms) && *ms;
}

bool parse_threshold(const char *text, uint32_t *ms)
{
	int duration;

	if (!parse_interval(text, &duration))
		return false;
	*ms = (uint32_t)duration;
	return true;
}

static unsigned int digit_value(char digit)
{
	if (isdigit((unsigned char)digit))
		return (unsigned int)(digit - '0');
	return (unsigned int)(tolower((unsigned char)digit) - 'a' + 10);
}

bool parse_hex(const char *text, unsigned char *bytes, size_t max,
	       size_t *count)
{
	size_t length = strlen(text);
	size_t i;

	if (length % 2 || length / 2 > max ||
	    strspn(text, "0123456789abcdefABCDEF") != length)
		return false;
	for (i = 0; i < length / 2; i++)
		bytes[i] = (unsigned char)(digit_value(text[2 * i]) << 4 |
					   digit_value(text[2 * i + 1]));
	*count = length / 2;
	return true;
}
