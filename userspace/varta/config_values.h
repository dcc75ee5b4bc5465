/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings by their names, and their values as people write them: words for
 * what has words, durations for what is one, numbers for the rest.
 */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * find_setting() - The setting of a name.
 * @name: With underscores, as in /sys/kernel/varta.
 *
 * Return: Its attribute, one of VARTA_A_CONFIG_*; 0 if there is none.
 */
unsigned int find_setting(const char *name);

/**
 * setting_word() - What a value of a setting is called.
 * @attribute: The setting.
 * @value: The value.
 *
 * Return: A constant string, or NULL if the setting's values are numbers.
 */
const char *setting_word(unsigned int attribute, uint64_t value);

/**
 * parse_setting() - Read a value for a setting.
 * @attribute: The setting.
 * @text: One of its words; for a setting whose name ends in _ms, a duration as
 *   parse_duration() reads it; else a number as parse_u32() does.
 * @value: Receives it. Whether it is allowed is for the kernel to say.
 *
 * Return: Whether @text was understood.
 */
bool parse_setting(unsigned int attribute, const char *text, uint64_t *value);

/**
 * setting_values() - What parse_setting() understands.
 * @attribute: The setting.
 *
 * Return: A constant string, as in "not understood: it takes ...".
 */
const char *setting_values(unsigned int attribute);

#endif /* CONFIG_VALUES_H */
