// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of settings as text. See config_values.h.
 */
#include "config_values.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

#include "parse.h"

enum value_kind {
	KIND_NUMBER,
	KIND_DURATION,
	KIND_WORD,
};

/*
 * From the netlink specification. The module alone enforces the ranges. A
 * setting of a newer module is a number of 32 bits.
 */
static const struct setting {
	enum value_kind kind;
	uint32_t min, max;
	const char *(*word)(uint32_t value);
} settings[VARTA_CONFIG_ROOM] = {
#include "varta-settings.h"
};

static const struct setting *find_setting(unsigned int attribute)
{
	static const struct setting unknown = { .max = UINT32_MAX };

	if (attribute >= VARTA_CONFIG_ROOM || !settings[attribute].max)
		return &unknown;
	return &settings[attribute];
}

unsigned int config_find(const char *name)
{
	unsigned int i;

	for (i = 1; i <= VARTA_A_CONFIG_MAX; i++)
		if (!strcmp(varta_config_name(i), name))
			return i;
	return 0;
}

const char *config_value_word(unsigned int attribute, uint64_t value)
{
	const struct setting *setting = find_setting(attribute);

	if (setting->kind != KIND_WORD)
		return NULL;
	/* A wider value must not become a known one by truncation. */
	return setting->word(value < UINT32_MAX ? (uint32_t)value : UINT32_MAX);
}

static int parse_word(const struct setting *setting, const char *text,
		      uint64_t *value)
{
	uint32_t i;

	for (i = setting->min; i <= setting->max; i++) {
		if (!strcmp(text, setting->word(i))) {
			*value = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_ms(const char *text, uint64_t *value)
{
	uint32_t ms;
	int error = parse_duration(text, 0, DURATION_MAX, &ms);

	if (!error)
		*value = ms;
	return error;
}

int config_value_parse(unsigned int attribute, const char *text,
		       uint64_t *value)
{
	const struct setting *setting = find_setting(attribute);

	switch (setting->kind) {
	case KIND_WORD:
		return parse_word(setting, text, value);
	case KIND_DURATION:
		return parse_ms(text, value);
	default:
		return parse_number(text, 0, UINT32_MAX, value);
	}
}

/* kstrtou32() of the kernel. */
int config_parameter_parse(unsigned int attribute, const char *text,
			   uint64_t *value)
{
	const struct setting *setting = find_setting(attribute);
	unsigned long long number;
	char *end;

	if (setting->kind == KIND_WORD && !parse_word(setting, text, value))
		return 0;
	if (!isdigit((unsigned char)text[text[0] == '+']))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 0);
	if (*end)
		return -EINVAL;
	if (errno || number < setting->min || number > setting->max)
		return -ERANGE;
	*value = number;
	return 0;
}

static void list_words(const struct setting *setting, char *choices)
{
	const char *separator = "";
	size_t used = 0;
	uint32_t i;
	int length;

	for (i = setting->min; i <= setting->max; i++) {
		length = snprintf(choices + used, CHOICES_SIZE - used, "%s%s",
				  separator, setting->word(i));
		if (length < 0 || (size_t)length >= CHOICES_SIZE - used)
			return;
		used += (size_t)length;
		separator = i + 1 < setting->max ? ", " : " or ";
	}
}

void config_value_choices(unsigned int attribute, char *choices)
{
	const struct setting *setting = find_setting(attribute);

	if (setting->kind == KIND_WORD)
		list_words(setting, choices);
	else if (snprintf(choices, CHOICES_SIZE, "%" PRIu32 "..%" PRIu32 "%s",
			  setting->min, setting->max,
			  setting->kind == KIND_DURATION ? " ms" : "") < 0)
		choices[0] = '\0';
}
