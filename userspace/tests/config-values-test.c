// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of settings as text.
 */
#include "config_values.h"

#include <errno.h>
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
} bad_values[] = {
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
		check(!config_value_parse(values[i].attribute, values[i].text,
					  &value) && value == values[i].value,
		      "config values: %s '%s'",
		      varta_config_name(values[i].attribute), values[i].text);
	for (i = 0; i < sizeof(bad_values) / sizeof(bad_values[0]); i++)
		check(config_value_parse(bad_values[i].attribute,
					 bad_values[i].text, &value), "config values: bad %s '%s'",
		      varta_config_name(bad_values[i].attribute),
		      bad_values[i].text);
}

static const struct {
	unsigned int attribute;
	const char *text;
	int error;
	uint64_t value;
} parameters[] = {
	{ VARTA_A_CONFIG_THRESHOLD_MS, "5000", 0, 5000 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "0x10", 0, 16 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "+10", 0, 10 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "5s", -EINVAL, 0 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "-5", -EINVAL, 0 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "+-5", -EINVAL, 0 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "", -EINVAL, 0 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "9", -ERANGE, 0 },
	/* Octal. */
	{ VARTA_A_CONFIG_THRESHOLD_MS, "010", -ERANGE, 0 },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "08", -EINVAL, 0 },
	{ VARTA_A_CONFIG_CAPACITY, "4k", -EINVAL, 0 },
	{ VARTA_A_CONFIG_CAPACITY, "0", -ERANGE, 0 },
	{ VARTA_A_CONFIG_CAPACITY, "99999999999999999999", -ERANGE, 0 },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "balanced", 0, 1 },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "Balanced", -EINVAL, 0 },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "1", 0, 1 },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "2", -ERANGE, 0 },
	{ VARTA_A_CONFIG_TRACK_EXIT, "Y", -EINVAL, 0 },
};

static void test_parameters(void)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		value = 0;
		check(config_parameter_parse(parameters[i].attribute,
					     parameters[i].text, &value) ==
		      parameters[i].error && value == parameters[i].value,
		      "config values: parameter %s=%s",
		      varta_config_name(parameters[i].attribute),
		      parameters[i].text);
	}
}

static void test_words(void)
{
	const unsigned int policy = VARTA_A_CONFIG_EVICTION_POLICY;

	check(!strcmp(config_value_word(policy, 1), "balanced") &&
	      !strcmp(config_value_word(policy, 2), "unknown") &&
	      !strcmp(config_value_word(policy, UINT64_C(1) << 32), "unknown"),
	      "config values: words");
	check(!strcmp(config_value_word(VARTA_A_CONFIG_NAMESPACE_POLICY, 1), "pin"),
	      "config values: words differ between settings");
	check(!config_value_word(VARTA_A_CONFIG_CAPACITY, 1),
	      "config values: numbers have no words");
}

static const struct {
	unsigned int attribute;
	const char *choices;
} choices[] = {
	{ VARTA_A_CONFIG_CAPACITY, "1..4194304" },
	{ VARTA_A_CONFIG_THRESHOLD_MS, "10..86400000 ms" },
	{ VARTA_A_CONFIG_EVICTION_POLICY, "strict or balanced" },
	{ VARTA_A_CONFIG_NAMESPACE_POLICY, "isolate, pin or host" },
	/* Of a module that is newer than the tool. */
	{ VARTA_CONFIG_ROOM - 1, "0..4294967295" },
};

static void test_choices(void)
{
	char text[CHOICES_SIZE];
	unsigned int i;

	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		config_value_choices(choices[i].attribute, text);
		check(!strcmp(text, choices[i].choices),
		      "config values: choices %s", text);
	}
	for (i = 1; i <= VARTA_A_CONFIG_MAX; i++) {
		config_value_choices(i, text);
		check(strcmp(text, "0..4294967295"),
		      "config values: %s has a range", varta_config_name(i));
	}
}

TEST_GROUP(config_values)
{
	check(config_find("origin_takeover") ==
	      VARTA_A_CONFIG_ORIGIN_TAKEOVER, "config values: found by name");
	check(!config_find("") && !config_find("origin") &&
	      !config_find("origin-takeover"), "config values: not found by another name");
	test_values();
	test_parameters();
	test_words();
	test_choices();
}
