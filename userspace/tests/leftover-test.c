// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the program of varta run leaves behind: parsing /proc/PID/stat.
 */
#include "leftover.h"

#include <string.h>

#include "tap.h"

#define BETWEEN	" 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21"

static const struct {
	const char *text;
	bool valid;
	struct process_stat stat;
} stats[] = {
	{ "12 (sh) S 4 5" BETWEEN " 22 23", true,
	  { 12, "sh", 'S', 4, 5, 22 } },
	{ "12 () Z 1 1" BETWEEN " 18446744073709551615 23", true,
	  { 12, "", 'Z', 1, 1, UINT64_MAX } },
	{ "12 (a) S 9 (\n) R 4 5" BETWEEN " 22", true,
	  { 12, "a) S 9 (\n", 'R', 4, 5, 22 } },
	/* A kernel thread can have a longer one. */
	{ "12 (0123456789abcdefg) I 0 0" BETWEEN " 22 23", true,
	  { 12, "0123456789abcde", 'I', 0, 0, 22 } },
	{ "12 (sh) S 4 5" BETWEEN, false, { 0 } },
	{ "12 (sh) S 4", false, { 0 } },
	{ "12 (sh", false, { 0 } },
	{ "12 )sh( S 4 5" BETWEEN " 22", false, { 0 } },
	{ "", false, { 0 } },
};

TEST_GROUP(leftover)
{
	struct process_stat stat;
	bool valid, same;
	size_t i;

	for (i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		valid = process_stat_parse(&stat, stats[i].text,
					   strlen(stats[i].text));
		same = stat.pid == stats[i].stat.pid &&
		       !strcmp(stat.name, stats[i].stat.name) &&
		       stat.state == stats[i].stat.state &&
		       stat.parent == stats[i].stat.parent &&
		       stat.group == stats[i].stat.group &&
		       stat.start == stats[i].stat.start;
		check(valid == stats[i].valid && (!valid || same),
		      "leftover: text %zu", i);
	}
}
