// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of settings, and names of settings.
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

	for (i = 1; i <= VARTA_A_CONFIG_MAX; i++)
		nameless += !strcmp(varta_config_name(i), "unknown");
	check(!nameless, "config: all have names");
	check(!strcmp(varta_config_name(VARTA_A_CONFIG_THRESHOLD_MS),
		      "threshold_ms"), "config: names with underscores");
	check(!strcmp(varta_config_name(0), "unknown") &&
	      !strcmp(varta_config_name(VARTA_A_CONFIG_MAX + 1), "unknown"),
	      "config: an unknown attribute has no name");
}

static void test_values(struct nl_msg *message)
{
	struct varta_config config = { 0 };

	nla_put_u32(message, VARTA_A_CONFIG_THRESHOLD_MS, UINT32_MAX);
	nla_put_u32(message, VARTA_A_CONFIG_ORIGIN_TAKEOVER, 0);
	nla_put_u16(message, VARTA_A_CONFIG_CAPACITY, 1);
	nla_put_u32(message, VARTA_A_CONFIG_MAX + 1, 1);
	nla_put_u32(message, VARTA_CONFIG_ROOM + 1, 1);

	varta_config_read(nlmsg_hdr(message), &config);
	check(config.present[VARTA_A_CONFIG_THRESHOLD_MS] &&
	      config.value[VARTA_A_CONFIG_THRESHOLD_MS] == UINT32_MAX,
	      "config: a value");
	check(config.present[VARTA_A_CONFIG_ORIGIN_TAKEOVER] &&
	      !config.value[VARTA_A_CONFIG_ORIGIN_TAKEOVER],
	      "config: 0 is a value");
	check(!config.present[VARTA_A_CONFIG_CAPACITY],
	      "config: an attribute of the wrong size");
	check(!config.present[VARTA_A_CONFIG_EVICTION_POLICY],
	      "config: an absent attribute");
	check(!config.present[VARTA_A_CONFIG_MAX + 1],
	      "config: an unknown attribute");
}

TEST_GROUP(config)
{
	struct nl_msg *message = nlmsg_alloc();

	test_names();
	if (message && genlmsg_put(message, 0, 1, 42, 0, 0,
				   VARTA_CMD_CONFIG_GET, 1))
		test_values(message);
	else
		check(false, "config: out of memory");
	nlmsg_free(message);
}
