// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings and their values in words. See setting.h.
 */
#include "setting.h"

#include <string.h>

#include <varta.h>

#include "number.h"

unsigned int find_setting(const char *name)
{
	unsigned int i;

	for (i = 0; i < VARTA_CONFIG_ROOM; i++)
		if (varta_config_name(i) && !strcmp(varta_config_name(i), name))
			return i;
	return 0;
}

const char *setting_word(unsigned int attribute, uint64_t value)
{
	if (attribute != VARTA_A_CONFIG_EVICTION_POLICY)
		return NULL;
	/* What is wider is unknown, and stays so when it is narrowed. */
	return varta_eviction_policy_name(value < UINT32_MAX ?
					  (uint32_t)value : UINT32_MAX);
}

static bool parse_policy(const char *text, uint64_t *value)
{
	uint32_t i;

	for (i = VARTA_EVICTION_POLICY_STRICT;
	     i <= VARTA_EVICTION_POLICY_BALANCED; i++) {
		if (!strcmp(text, varta_eviction_policy_name(i))) {
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
	uint32_t number;
	int ms;

	if (attribute == VARTA_A_CONFIG_EVICTION_POLICY)
		return parse_policy(text, value);
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
	if (attribute == VARTA_A_CONFIG_EVICTION_POLICY)
		return "strict or balanced";
	if (is_duration(attribute))
		return "a duration: 500ms, 5s, 2m; a bare number is ms";
	return "a number of 32 bits";
}
