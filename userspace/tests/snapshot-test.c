// SPDX-License-Identifier: GPL-2.0-only
/*
 * Order of agents in a snapshot.
 */
#include "snapshot.h"

#include <string.h>

#include "tap.h"

/* An order is written as the names of the agents. */
static const struct varta_agent agents[] = {
	{ .name = "c", .pid = 1, .silence = 5, .status = VARTA_STATUS_CRITICAL,
	  .threshold_ms = 20, .ns_inode = 9 },
	{ .name = "a", .pid = 2, .silence = 9, .stalled = true,
	  .threshold_ms = 10, .ns_inode = 9 },
	{ .name = "d", .pid = 1, .source = 7, .silence = 7,
	  .threshold_ms = 30, .ns_inode = 0 },
	{ .name = "b", .pid = 3, .silence = UINT64_MAX,
	  .status = VARTA_STATUS_DEGRADED, .threshold_ms = 10, .ns_inode = 8 },
};

#define COUNT	(sizeof(agents) / sizeof(agents[0]))

static const struct {
	const char *key;
	const char *order;
} orders[] = {
	{ "pid", "cabd" },
	{ "name", "abcd" },
	{ "silence", "badc" },
	{ "status", "acbd" },
	{ "threshold", "abcd" },
	{ "namespace", "dbca" },
};

static void put_order(enum sort_key key, bool reverse, char *order)
{
	struct varta_agent sorted[COUNT];
	size_t i;

	memcpy(sorted, agents, sizeof(sorted));
	snapshot_sort(sorted, COUNT, key, reverse);
	for (i = 0; i < COUNT; i++)
		order[i] = sorted[i].name[0];
	order[i] = '\0';
}

TEST_GROUP(snapshot)
{
	char order[COUNT + 1], reversed[COUNT + 1];
	enum sort_key key = SORT_KEYS;
	size_t i, j;
	bool same;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		check(sort_key_parse(orders[i].key, &key) &&
		      !strcmp(sort_key_name(key), orders[i].key),
		      "snapshot: key %s", orders[i].key);
		put_order(key, false, order);
		check(!strcmp(order, orders[i].order), "snapshot: by %s: %s",
		      orders[i].key, order);
		put_order(key, true, reversed);
		for (j = 0, same = true; j < COUNT; j++)
			same &= reversed[j] == order[COUNT - 1 - j];
		check(same, "snapshot: by %s, reversed", orders[i].key);
	}
	check(i == SORT_KEYS, "snapshot: every key is tested");
	check(!sort_key_parse("", &key) && !sort_key_parse("PID", &key),
	      "snapshot: unknown keys");
	snapshot_sort(NULL, 0, SORT_PID, false);
}
