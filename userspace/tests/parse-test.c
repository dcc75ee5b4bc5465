// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing of numbers, durations and bytes.
 */
#include "parse.h"

#include <errno.h>
#include <limits.h>

#include "tap.h"

static const struct {
	const char *text;
	uint32_t ms;
} durations[] = {
	{ "0", 0 },
	{ "7", 7 },
	{ "500ms", 500 },
	{ "5s", 5000 },
	{ "2m", 120000 },
	{ "1h", 3600000 },
	{ "2147483647", INT_MAX },
	{ "2147483s", 2147483000 },
};

static const struct {
	const char *text;
	int error;
} bad_durations[] = {
	{ "", -EINVAL },
	{ " 5", -EINVAL },
	{ "-5", -EINVAL },
	{ "+5", -EINVAL },
	{ "s", -EINVAL },
	{ "5 s", -EINVAL },
	{ "5sec", -EINVAL },
	{ "1.5s", -EINVAL },
	{ "5ss", -EINVAL },
	{ "2147483648", -ERANGE },
	{ "2147484s", -ERANGE },
	{ "18446744073709551616", -ERANGE },
	{ "18446744073709551615h", -ERANGE },
	{ "0x", -EINVAL },
	{ "m5", -EINVAL },
};

static void test_durations(void)
{
	uint32_t ms;
	size_t i;

	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		check(!parse_duration(durations[i].text, 0, DURATION_MAX,
				      &ms) && ms == durations[i].ms,
		      "parse: duration '%s'", durations[i].text);
	for (i = 0; i < sizeof(bad_durations) / sizeof(bad_durations[0]); i++)
		check(parse_duration(bad_durations[i].text, 0, DURATION_MAX,
				     &ms) == bad_durations[i].error,
		      "parse: bad duration '%s'", bad_durations[i].text);
}

static void test_duration_range(void)
{
	uint32_t ms;

	check(!parse_duration("2s", 1, DURATION_MAX, &ms) && ms == 2000,
	      "parse: duration in range");
	check(parse_duration("0", 1, DURATION_MAX, &ms) == -ERANGE &&
	      parse_duration("0s", 1, DURATION_MAX, &ms) == -ERANGE &&
	      parse_duration("", 1, DURATION_MAX, &ms) == -EINVAL,
	      "parse: duration below its minimum");
	check(!parse_duration("2s", 10, 2000, &ms) && ms == 2000 &&
	      !parse_duration("10", 10, 2000, &ms) && ms == 10,
	      "parse: duration at its limits");
	check(parse_duration("2001", 10, 2000, &ms) == -ERANGE &&
	      parse_duration("3s", 10, 2000, &ms) == -ERANGE &&
	      parse_duration("9", 10, 2000, &ms) == -ERANGE,
	      "parse: duration beyond its limits");
}

static void test_numbers(void)
{
	uint64_t number;

	check(!parse_number("18446744073709551615", 0, UINT64_MAX, &number) &&
	      number == UINT64_MAX, "parse: number 2^64-1");
	check(parse_number("18446744073709551616", 0, UINT64_MAX, &number) ==
	      -ERANGE, "parse: number 2^64 is out of range");
	check(!parse_number("0x1F", 0, UINT64_MAX, &number) && number == 31,
	      "parse: hexadecimal number");
	check(!parse_number("010", 0, UINT64_MAX, &number) && number == 10,
	      "parse: leading zero is not octal");
	check(parse_number("-1", 0, UINT64_MAX, &number) == -EINVAL &&
	      parse_number("0x-1", 0, UINT64_MAX, &number) == -EINVAL &&
	      parse_number("1x", 0, UINT64_MAX, &number) == -EINVAL,
	      "parse: malformed numbers");
	check(!parse_number("4294967295", 0, UINT32_MAX, &number) &&
	      number == UINT32_MAX &&
	      parse_number("4294967296", 0, UINT32_MAX, &number) == -ERANGE,
	      "parse: number of 32 bits");
}

static void test_number_range(void)
{
	uint64_t number;

	check(!parse_number("1", 1, UINT64_MAX, &number) && number == 1 &&
	      !parse_number("18446744073709551615", 1, UINT64_MAX, &number) &&
	      number == UINT64_MAX, "parse: number from 1 to 2^64-1");
	check(parse_number("0", 1, UINT64_MAX, &number) == -ERANGE &&
	      parse_number("0x0", 1, UINT64_MAX, &number) == -ERANGE &&
	      parse_number("", 1, UINT64_MAX, &number) == -EINVAL &&
	      parse_number("-1", 1, UINT64_MAX, &number) == -EINVAL,
	      "parse: number below its minimum");
}

static void test_hex(void)
{
	unsigned char bytes[2];
	size_t count;

	check(!parse_hex("5aF0", bytes, sizeof(bytes), &count) && count == 2 &&
	      bytes[0] == 0x5a && bytes[1] == 0xf0, "parse: bytes");
	check(!parse_hex("", bytes, sizeof(bytes), &count) && !count,
	      "parse: no bytes");
	check(parse_hex("5", bytes, sizeof(bytes), &count) == -EINVAL &&
	      parse_hex("5g", bytes, sizeof(bytes), &count) == -EINVAL &&
	      parse_hex("010203", bytes, sizeof(bytes), &count) == -ERANGE,
	      "parse: bytes with an odd digit, a bad digit, too many");
}

TEST_GROUP(parse)
{
	test_durations();
	test_duration_range();
	test_numbers();
	test_number_range();
	test_hex();
}
