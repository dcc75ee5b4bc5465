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

TEST_GROUP(prometheus)
{
	const char *name;
	unsigned int i;

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
