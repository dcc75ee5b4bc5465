// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges of check_varta.
 */
#include "range.h"

#include <stddef.h>

#include "tap.h"

TEST_GROUP(range)
{
	static const struct {
		const char *text;
		double fine, alert;
	} ranges[] = {
		{ "10", 10, 11 }, { "10", 0, -1 }, { "0", 0, 1 },
		{ "10:", 10, 9.9 }, { "~:10", -1e9, 10.1 },
		{ "10:20", 20, 20.5 }, { "@10:20", 9, 10 }, { "@5", 6, 5 },
		{ "-5:-1", -3, 0 }, { "0.5:1.5", 0.5, 0.4 },
	};
	static const char *const wrong[] = {
		"", "a", "1:2:3", ":", ":5", "~", "~5", "20:10", "-1", "1 ",
		" 1", "0x10", "inf", "nan", "@", "1:x",
	};
	struct range range = { .text = NULL };
	size_t i;

	check(!range_alerts(&range, 1), "range: none has no alerts");
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		check(range_parse(&range, ranges[i].text) &&
		      !range_alerts(&range, ranges[i].fine) &&
		      range_alerts(&range, ranges[i].alert),
		      "range: %s", ranges[i].text);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check(!range_parse(&range, wrong[i]), "range: '%s' is none",
		      wrong[i]);
}
