// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings and their values on the command line.
 */
#include "config_values.h"

#include <string.h>

#include <varta.h>

#include "tap.h"

static const struct {
	unsigned int attribute;
	const char *text;
	uint64_t value;
} values[] = {
	{ VARTA_A_CONFIG_THRESHOLD_MS, "500ms", 500 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "2m", 120000 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "7", 7 },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "strict", 0 },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "balanced", 1 },
	{ VARTA_A_CONFIG_NAMESPACE_POLICY, "isolate", 0 },
	{ VARTA_A_CONFIG_NAMESPACE_POLICY, "host", 2 },
	{ VARTA_A_CONFIG_MIN_BEAT_INTERVAL_MS, "1s", 1000 },
	{ VARTA_A_CONFIG_TRACK_EXIT, "1", 1 },
	{ VARTA_A_CONFIG_CAPACITY, "0", 0 },
	{ VARTA_A_CONFIG_EVICTION_SCAN_WINDOW, "4294967295", UINT32_MAX },
};

static const struct {
	unsigned int attribute;
	const char *text;
} no_values[] = {
	{ VARTA_A_CONFIG_THRESHOLD_MS, "5 s" },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "soon" },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "1" },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "unknown" },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "" },
	{ VARTA_A_CONFIG_NAMESPACE_POLICY, "strict" },
	{ VARTA_A_CONFIG_CAPACITY, "5s" },
	{ VARTA_A_CONFIG_CAPACITY, "4294967296" },
};

static void test_values(void)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		check(parse_setting(values[i].attribute, values[i].text,
				    &value) && value == values[i].value,
		      "setting: %s '%s'",
		      varta_config_name(values[i].attribute), values[i].text);
	for (i = 0; i < sizeof(no_values) / sizeof(no_values[0]); i++)
		check(!parse_setting(no_values[i].attribute, no_values[i].text,
				     &value), "no setting: %s '%s'",
		      varta_config_name(no_values[i].attribute),
		      no_values[i].text);
}

static void test_words(void)
{
	const unsigned int policy = VARTA_A_CONFIG_EVICTION_POLICY;

	check(!strcmp(setting_word(policy, 1), "balanced") &&
	      !strcmp(setting_word(policy, 2), "unknown") &&
	      !strcmp(setting_word(policy, UINT64_C(1) << 32), "unknown"),
	      "setting: words");
	check(!strcmp(setting_word(VARTA_A_CONFIG_NAMESPACE_POLICY, 1), "pin"),
	      "setting: words of each its own");
	check(!setting_word(VARTA_A_CONFIG_CAPACITY, 1),
	      "setting: numbers have none");
}

TEST_GROUP(setting)
{
	check(find_setting("origin_takeover") ==
	      VARTA_A_CONFIG_ORIGIN_TAKEOVER, "setting: by its name");
	check(!find_setting("") && !find_setting("origin") &&
	      !find_setting("origin-takeover"), "setting: no other name");
	test_values();
	test_words();
}
