// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings and their values in words. See config_values.h.
 */
#include "config_values.h"

#include <string.h>

#include <varta.h>

#include "parse.h"

unsigned int find_setting(const char *name)
{
	unsigned int i;

	for (i = 1; i <= VARTA_A_CONFIG_MAX; i++)
		if (!strcmp(varta_config_name(i), name))
			return i;
	return 0;
}

/* Settings whose values have names, from 0 to the last. */
static const struct words {
	unsigned int attribute;
	uint32_t last;
	const char *(*name)(uint32_t value);
	const char *all;
} settings_with_words[] = {
	{ VARTA_A_CONFIG_EVICTION_POLICY, VARTA_EVICTION_POLICY_BALANCED,
	  varta_eviction_policy_name, "strict or balanced" },
	{ VARTA_A_CONFIG_NAMESPACE_POLICY, VARTA_NAMESPACE_POLICY_HOST,
	  varta_namespace_policy_name, "isolate, pin or host" },
};

static const struct words *words_of(unsigned int attribute)
{
	size_t i;

	for (i = 0; i < sizeof(settings_with_words) /
			sizeof(settings_with_words[0]); i++)
		if (settings_with_words[i].attribute == attribute)
			return &settings_with_words[i];
	return NULL;
}

const char *setting_word(unsigned int attribute, uint64_t value)
{
	const struct words *words = words_of(attribute);

	if (!words)
		return NULL;
	/* What is wider is unknown, and stays so when it is narrowed. */
	return words->name(value < UINT32_MAX ? (uint32_t)value : UINT32_MAX);
}

static bool parse_word(const struct words *words, const char *text,
		       uint64_t *value)
{
	uint32_t i;

	for (i = 0; i <= words->last; i++) {
		if (!strcmp(text, words->name(i))) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool is_duration(unsigned int attribute)
{
	static const char unit[] = "_ms";
	const char *name = varta_config_name(attribute);
	size_t length = strlen(name);

	return length >= strlen(unit) &&
	       !strcmp(name + length - strlen(unit), unit);
}

bool parse_setting(unsigned int attribute, const char *text, uint64_t *value)
{
	const struct words *words = words_of(attribute);
	uint32_t number;
	int ms;

	if (words)
		return parse_word(words, text, value);
	if (is_duration(attribute)) {
		if (!parse_duration(text, &ms))
			return false;
		*value = (uint64_t)ms;
		return true;
	}
	if (!parse_u32(text, &number))
		return false;
	*value = number;
	return true;
}

const char *setting_values(unsigned int attribute)
{
	const struct words *words = words_of(attribute);

	if (words)
		return words->all;
	if (is_duration(attribute))
		return "a duration: 500ms, 5s, 2m; a bare number is ms";
	return "a number of 32 bits";
}
