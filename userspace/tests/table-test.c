// SPDX-License-Identifier: GPL-2.0-only
/*
 * Columns of the table of agents.
 */
#include "table.h"

#include <string.h>

#include "tap.h"

static const struct varta_agent plain = {
	.pid = 7, .ns_pid = 7, .ns_inode = 4026531836, .nonce = 3,
	.silence = 20000000, .threshold_ms = 5000, .name = "web",
};

/* Every field has its maximum length. */
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
	table_init(table);
	table_widen(table, agent);
	if (room)
		table_fit(table, room);
}

static void test_widths(void)
{
	char line[TABLE_LINE_SIZE], header[TABLE_LINE_SIZE];
	struct table table;
	int room;

	make_table(&table, &plain, 0);
	table_header(&table, header);
	table_row(&table, &plain, line);
	check(!strcmp(header, "PID  NS PID  NAMESPACE         STATUS  NONCE  "
		      "SILENCE  THRESHOLD  STALLED  ORIGIN           NAME"),
	      "table: header");
	check(!strcmp(line, "  7       7  pid:[4026531836]  ok          3  "
		      "  20 ms      5.0 s  no       kernel-attested  web"),
	      "table: row");
	for (room = 200; room >= 60; room--) {
		make_table(&table, &plain, room);
		table_row(&table, &plain, line);
		if (strlen(line) > (size_t)room || !strstr(line, "ok") ||
		    !strstr(line, "web") || !strstr(line, "20 ms"))
			break;
	}
	check(room < 60, "table: fits from 200 columns down to 60");
	make_table(&table, &plain, 1);
	table_header(&table, header);
	check(!strcmp(header, "PID  STATUS  SILENCE  STALLED  NAME"),
	      "table: columns that are never hidden");
}

static void test_longest(void)
{
	char line[TABLE_LINE_SIZE], header[TABLE_LINE_SIZE];
	struct table table;

	make_table(&table, &longest, 0);
	table_row(&table, &longest, line);
	table_header(&table, header);
	check(strstr(line, "18446744073709551614") &&
	      strstr(line, "pid:[18446744073709551615]") &&
	      strlen(line) > 60 && !strcmp(line + strlen(line) - 4, "\\xff"),
	      "table: maximum length of each column");
	check(strstr(header, "SOURCE"), "table: source of a relayed agent");
	/* Without table_widen() the row may be cut off, but must not overflow. */
	make_table(&table, &plain, 0);
	table_row(&table, &longest, line);
	check(strlen(line) < TABLE_LINE_SIZE, "table: row without table_widen()");
}

TEST_GROUP(table)
{
	test_widths();
	test_longest();
}
