// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents that ought to be there: when their absence is reported.
 */
#include "expectation.h"

#include <string.h>

#include "clock.h"
#include "tap.h"

static const struct {
	const char *text;
	bool valid;
	const char *name, *unit;
	uint32_t within_ms;
} texts[] = {
	{ "web", true, "web", NULL, 30000 },
	{ "web,within=5s", true, "web", NULL, 5000 },
	{ "web,unit=web.service,within=2m", true, "web", "web.service", 120000 },
	{ "a b,unit=x", true, "a b", "x", 30000 },
	{ "unit=web.service", true, NULL, "web.service", 30000 },
	{ "unit=web.service,within=2m", true, NULL, "web.service", 120000 },
	{ "within=2m,unit=web.service", true, NULL, "web.service", 120000 },
	{ "within=5s", false, NULL, NULL, 0 },
	{ "unit=", false, NULL, NULL, 0 },
	{ "unit=web.service,web", false, NULL, NULL, 0 },
	{ "", false, NULL, NULL, 0 },
	{ ",within=5s", false, NULL, NULL, 0 },
	{ "web,within=999", false, NULL, NULL, 0 },
	{ "web,within=soon", false, NULL, NULL, 0 },
	{ "web,unit=", false, NULL, NULL, 0 },
	{ "web,", false, NULL, NULL, 0 },
	{ "web,other=1", false, NULL, NULL, 0 },
	{ "0123456789012345678901234567890123456789012345678901234567890123",
	  false, NULL, NULL, 0 },
};

static void test_parse(void)
{
	struct expectation expected;
	char text[128];
	bool valid;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		strcpy(text, texts[i].text);
		valid = !expectation_parse(&expected, text);
		check(valid == texts[i].valid &&
		      (!valid || (!expected.name == !texts[i].name &&
				  (!expected.name ||
				   !strcmp(expected.name, texts[i].name)) &&
				  expected.within_ms == texts[i].within_ms &&
				  !expected.unit == !texts[i].unit &&
				  (!expected.unit ||
				   !strcmp(expected.unit, texts[i].unit)))),
		      "expectation: '%s'", texts[i].text);
	}
}

static enum expectation_change at(struct expectation *expected, uint64_t second,
				  bool wanted, bool found)
{
	return expectation_update(expected, wanted, found, second * NS_PER_S);
}

static void test_name_limit(void)
{
	char longest[] = "fifteen-bytes-x", longer[] = "sixteen-bytes-xx";
	struct expectation expected;
	const char *problem = expectation_parse(&expected, longer);

	check(!expectation_parse(&expected, longest) && problem &&
	      strstr(problem, "15 bytes"),
	      "expectation: the limit of a name is said");
}

TEST_GROUP(expectation)
{
	test_name_limit();
	struct expectation web = { .name = "web", .within_ms = 10000 };

	test_parse();
	check(!at(&web, 1, true, false) && !at(&web, 10, true, false),
	      "expectation: missing, but not for long");
	check(at(&web, 11, true, false) == EXPECTATION_ABSENT,
	      "expectation: missing for too long");
	check(!at(&web, 12, true, false) && !at(&web, 1000, true, false),
	      "expectation: reported once");
	check(at(&web, 1001, true, true) == EXPECTATION_PRESENT &&
	      !at(&web, 1002, true, true), "expectation: there again");
	check(!at(&web, 1003, true, false) && !at(&web, 1012, true, true) &&
	      !at(&web, 1013, true, false) && !at(&web, 1022, true, false) &&
	      at(&web, 1023, true, false) == EXPECTATION_ABSENT,
	      "expectation: the time begins anew");
	check(at(&web, 1024, false, false) == EXPECTATION_OVER &&
	      !at(&web, 1025, false, false),
	      "expectation: over when the unit has ended");
	check(!at(&web, 1026, true, false) && !at(&web, 1030, false, false) &&
	      !at(&web, 1035, true, false) && !at(&web, 1044, true, false) &&
	      at(&web, 1045, true, false) == EXPECTATION_ABSENT,
	      "expectation: the time begins with the unit");
	web = (struct expectation){ .name = "web", .within_ms = 10000 };
	check(!at(&web, 1, true, false), "expectation: missing");
	expectation_unknown(&web);
	check(!at(&web, 50, true, false) && !at(&web, 59, true, false) &&
	      at(&web, 60, true, false) == EXPECTATION_ABSENT,
	      "expectation: time in which nothing is known does not count");
}
