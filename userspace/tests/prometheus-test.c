// SPDX-License-Identifier: GPL-2.0-only
/*
 * HELP texts of metrics, from the netlink specification.
 */
#include "prometheus.h"

#include <string.h>

#include "tap.h"

/* One line that needs no escapes, and is a sentence. */
static bool is_help(const char *help)
{
	return help && strlen(help) > 10 && !strpbrk(help, "\n\\") &&
	       help[strlen(help) - 1] == '.';
}

static void check_label(const char *value, const char *expected)
{
	char text[128] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	prometheus_label(out, "name", value);
	fclose(out);
	check(!strcmp(text, expected), "prometheus: %s", expected);
}

static void check_head(enum prometheus_format format, const char *expected)
{
	char text[128] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	prometheus_head(out, format, "a_total", true, "A \"b\".");
	fclose(out);
	check(!strcmp(text, expected), "prometheus: head, format %d", format);
}

static void test_texts(void)
{
	check_label("web", "name=\"web\"");
	check_label("a\"b\\c", "name=\"a\\\"b\\\\c\"");
	check_label("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		    "name=\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
	check_label("a\nb\x7f", "name=\"a\xef\xbf\xbd" "b\xef\xbf\xbd\"");
	/* Cut off, too long, a surrogate, and a control character. */
	check_label("\xc3", "name=\"\xef\xbf\xbd\"");
	check_label("\xc1\x81", "name=\"\xef\xbf\xbd\xef\xbf\xbd\"");
	check_label("\xed\xa0\x80", "name=\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	check_label("\xc2\x9b", "name=\"\xef\xbf\xbd\xef\xbf\xbd\"");
	check_head(PROMETHEUS_TEXT,
		   "# HELP a_total A \"b\".\n# TYPE a_total counter\n");
	check_head(PROMETHEUS_OPENMETRICS,
		   "# HELP a A \\\"b\\\".\n# TYPE a counter\n");
}

TEST_GROUP(prometheus)
{
	const char *name;
	unsigned int i;

	test_texts();
	for (i = 0; i < VARTA_STATS_ROOM; i++) {
		name = varta_stats_name(i);
		if (strcmp(name, "unknown"))
			check(is_help(prometheus_help(name)),
			      "prometheus: help of %s", name);
	}
	check(is_help(prometheus_help("capacity")),
	      "prometheus: help of a setting");
	check(is_help(prometheus_help("bad_crc")) &&
	      !strcmp(prometheus_help("bad_crc"), prometheus_help("bad_pid")),
	      "prometheus: one help for all values of a label");
	check(!prometheus_help("no_such_counter"), "prometheus: unknown name");
}
