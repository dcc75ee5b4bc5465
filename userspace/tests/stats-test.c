// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of counters, and names of counters and values.
 */
#include "values.h"

#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include <varta.h>

#include "tap.h"

static void test_names(void)
{
	unsigned int i;
	int nameless = 0;

	for (i = VARTA_A_STATS_PAD + 1; i <= VARTA_A_STATS_MAX; i++)
		nameless += !strcmp(varta_stats_name(i), "unknown");
	check(!nameless, "stats: all have names");
	check(!strcmp(varta_stats_name(VARTA_A_STATS_OUT_OF_ORDER),
		      "out_of_order"), "stats: names as in the specification");
	check(!strcmp(varta_stats_name(0), "unknown") &&
	      !strcmp(varta_stats_name(VARTA_A_STATS_PAD), "unknown") &&
	      !strcmp(varta_stats_name(VARTA_A_STATS_MAX + 1), "unknown"),
	      "stats: an unknown attribute has no name");
	check(!strcmp(varta_stats_name(VARTA_A_STATS_CONFIG_FIXED),
		      "config_fixed") &&
	      !strcmp(varta_stats_name(VARTA_A_STATS_GOODBYES),
		      "goodbyes") &&
	      !strcmp(varta_stats_name(VARTA_A_STATS_EVENTS_LOST),
		      "events_lost"), "stats: names by attribute");
	check(!strcmp(varta_status_name(2), "critical") &&
	      !strcmp(varta_status_name(4), "unknown") &&
	      !strcmp(varta_origin_name(1), "network-unverified") &&
	      !strcmp(varta_origin_name(2), "operator-attested") &&
	      !strcmp(varta_origin_name(3), "unknown") &&
	      !strcmp(varta_eviction_policy_name(1), "balanced") &&
	      !strcmp(varta_eviction_policy_name(2), "unknown") &&
	      !strcmp(varta_namespace_policy_name(2), "host") &&
	      !strcmp(varta_namespace_policy_name(3), "unknown"),
	      "names of status, origin and policies");
}

static void test_values(struct nl_msg *message)
{
	struct varta_stats stats = { 0 };

	nla_put_u32(message, VARTA_A_STATS_STALLED_NOW, 4096);
	nla_put_u64(message, VARTA_A_STATS_STALLS, UINT64_MAX);
	nla_put_u16(message, VARTA_A_STATS_TRACKED, 1);
	nla_put_u64(message, VARTA_STATS_ROOM + 1, 1);

	varta_stats_read(nlmsg_hdr(message), &stats);
	check(stats.present[VARTA_A_STATS_STALLED_NOW] &&
	      stats.value[VARTA_A_STATS_STALLED_NOW] == 4096,
	      "stats: a value of 32 bits");
	check(stats.present[VARTA_A_STATS_STALLS] &&
	      stats.value[VARTA_A_STATS_STALLS] == UINT64_MAX,
	      "stats: a value of 64 bits");
	check(!stats.present[VARTA_A_STATS_TRACKED],
	      "stats: an attribute of the wrong size");
	check(!stats.present[VARTA_A_STATS_EVICTIONS],
	      "stats: an absent attribute");
}

TEST_GROUP(stats)
{
	struct nl_msg *message = nlmsg_alloc();

	test_names();
	if (message && genlmsg_put(message, 0, 1, 42, 0, 0,
				   VARTA_CMD_STATS_GET, 1))
		test_values(message);
	else
		check(false, "stats: out of memory");
	nlmsg_free(message);
}
