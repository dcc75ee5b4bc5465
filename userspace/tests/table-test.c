// SPDX-License-Identifier: GPL-2.0-only
/*
 * The columns of the table of agents.
 */
#include "table.h"

#include <string.h>

#include "tap.h"

static const struct varta_agent plain = {
	.pid = 7, .ns_pid = 7, .ns_inode = 4026531836, .nonce = 3,
	.silence = 20000000, .threshold_ms = 5000, .name = "web",
};

/* Every field as long as it can be. */
static const struct varta_agent longest = {
	.pid = UINT32_MAX, .ns_pid = UINT32_MAX, .ns_inode = UINT64_MAX,
	.nonce = UINT64_MAX - 1, .silence = UINT64_MAX, .stalled = true,
	.threshold_ms = UINT32_MAX, .source = UINT32_MAX,
	.origin = VARTA_ORIGIN_NETWORK_UNVERIFIED,
	.status = VARTA_STATUS_DEGRADED,
	.name = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
};

static void make_table(struct table *table, const struct varta_agent *agent,
		       int room)
{
	table_begin(table);
	table_widen(table, agent);
	if (room)
		table_fit(table, room);
}

static void test_widths(void)
{
	char line[TABLE_LINE_SIZE], titles[TABLE_LINE_SIZE];
	struct table table;
	int room;

	make_table(&table, &plain, 0);
	table_titles(&table, titles);
	table_line(&table, &plain, line);
	check(!strcmp(titles, "PID  OWN PID  NAMESPACE         STATUS  NONCE  "
		      "SILENCE  THRESHOLD  STALLED  ORIGIN           NAME"),
	      "table: titles");
	check(!strcmp(line, "  7        7  pid:[4026531836]  ok          3  "
		      "  20 ms      5.0 s  no       kernel-attested  web"),
	      "table: line");
	for (room = 200; room >= 60; room--) {
		make_table(&table, &plain, room);
		table_line(&table, &plain, line);
		if (strlen(line) > (size_t)room || !strstr(line, "ok") ||
		    !strstr(line, "web") || !strstr(line, "20 ms"))
			break;
	}
	check(room < 60, "table: fits from 200 columns down to 60");
	make_table(&table, &plain, 1);
	table_titles(&table, titles);
	check(!strcmp(titles, "PID  STATUS  SILENCE  STALLED  NAME"),
	      "table: what always matters");
}

static void test_longest(void)
{
	char line[TABLE_LINE_SIZE], titles[TABLE_LINE_SIZE];
	struct table table;

	make_table(&table, &longest, 0);
	table_line(&table, &longest, line);
	table_titles(&table, titles);
	check(strstr(line, "18446744073709551614") &&
	      strstr(line, "pid:[18446744073709551615]") &&
	      strlen(line) > 60 && !strcmp(line + strlen(line) - 4, "\\xff"),
	      "table: the longest of each");
	check(strstr(titles, "SOURCE"), "table: sources, where there are any");
	/* One that was not measured is cut off, and no more. */
	make_table(&table, &plain, 0);
	table_line(&table, &longest, line);
	check(strlen(line) < TABLE_LINE_SIZE, "table: unmeasured");
}

TEST_GROUP(table)
{
	test_widths();
	test_longest();
}
