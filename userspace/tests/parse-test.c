// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, durations and bytes from the command line.
 */
#include "parse.h"

#include <limits.h>

#include "tap.h"

static const struct {
	const char *text;
	int ms;
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

static const char *const no_durations[] = {
	"", " 5", "-5", "+5", "s", "5 s", "5sec", "1.5s", "5ss", "2147483648",
	"2147484s", "18446744073709551616", "18446744073709551615h", "0x", "m5",
};

static void test_durations(void)
{
	size_t i;
	int ms;

	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		check(parse_duration(durations[i].text, &ms) &&
		      ms == durations[i].ms, "duration: '%s'",
		      durations[i].text);
	for (i = 0; i < sizeof(no_durations) / sizeof(no_durations[0]); i++)
		check(!parse_duration(no_durations[i], &ms),
		      "no duration: '%s'", no_durations[i]);
}

static void test_intervals(void)
{
	int ms;

	check(parse_interval("2s", &ms) && ms == 2000, "interval: '2s'");
	check(!parse_interval("0", &ms) && !parse_interval("0s", &ms) &&
	      !parse_interval("", &ms), "no interval: 0");
}

static void test_thresholds(void)
{
	uint32_t ms;

	check(parse_threshold("2s", &ms) && ms == 2000, "threshold: '2s'");
	check(!parse_threshold("0", &ms) && !parse_threshold("0s", &ms) &&
	      !parse_threshold("", &ms), "no threshold: 0 stands for none");
}

static void test_numbers(void)
{
	uint64_t number;
	uint32_t narrow;

	check(parse_number("18446744073709551615", UINT64_MAX, &number) &&
	      number == UINT64_MAX, "number: 2^64-1");
	check(!parse_number("18446744073709551616", UINT64_MAX, &number),
	      "no number: 2^64");
	check(parse_number("0x1F", UINT64_MAX, &number) && number == 31,
	      "number: hexadecimal");
	check(parse_number("010", UINT64_MAX, &number) && number == 10,
	      "number: never octal");
	check(!parse_number("-1", UINT64_MAX, &number) &&
	      !parse_number("0x-1", UINT64_MAX, &number) &&
	      !parse_number("1x", UINT64_MAX, &number), "no number: others");
	check(parse_u32("4294967295", &narrow) && narrow == UINT32_MAX &&
	      !parse_u32("4294967296", &narrow), "number: of 32 bits");
}

static void test_counts(void)
{
	uint64_t count;

	check(parse_count("1", &count) && count == 1 &&
	      parse_count("18446744073709551615", &count) &&
	      count == UINT64_MAX, "count: from 1 to 2^64-1");
	check(!parse_count("0", &count) && !parse_count("0x0", &count) &&
	      !parse_count("", &count) && !parse_count("-1", &count),
	      "no count: 0");
}

static void test_hex(void)
{
	unsigned char bytes[2];
	size_t count;

	check(parse_hex("5aF0", bytes, sizeof(bytes), &count) && count == 2 &&
	      bytes[0] == 0x5a && bytes[1] == 0xf0, "bytes");
	check(parse_hex("", bytes, sizeof(bytes), &count) && !count,
	      "bytes: none");
	check(!parse_hex("5", bytes, sizeof(bytes), &count) &&
	      !parse_hex("5g", bytes, sizeof(bytes), &count) &&
	      !parse_hex("010203", bytes, sizeof(bytes), &count),
	      "no bytes: odd, no digit, too many");
}

TEST_GROUP(number)
{
	test_durations();
	test_intervals();
	test_thresholds();
	test_numbers();
	test_counts();
	test_hex();
}
