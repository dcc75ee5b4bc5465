/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of settings as text: words, durations or numbers.
 */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <stdint.h>

/* Range of all thresholds, as in the netlink specification. */
#define THRESHOLD_MIN_MS	10
#define THRESHOLD_MAX_MS	86400000

/* Room for the text of config_value_choices(). */
#define CHOICES_SIZE	64

/**
 * config_find() - Find a setting by its name.
 * @name: With underscores, as in /sys/kernel/varta.
 *
 * Return: Its attribute, one of VARTA_A_CONFIG_*; 0 if there is none.
 */
unsigned int config_find(const char *name);

/**
 * config_value_word() - The word for a value of a setting.
 * @attribute: The setting.
 * @value: The value.
 *
 * Return: A constant string; NULL if the setting's values are numbers.
 */
const char *config_value_word(unsigned int attribute, uint64_t value);

/**
 * config_value_parse() - Parse a value of a setting.
 * @attribute: The setting.
 * @text: One of its words; or a duration, if the setting's name ends in _ms;
 *   or a number.
 * @value: Set on success. Only the kernel checks its range.
 *
 * Return: 0, -EINVAL if @text is malformed, -ERANGE if it does not fit.
 */
int config_value_parse(unsigned int attribute, const char *text,
		       uint64_t *value);

/**
 * config_parameter_parse() - Parse a value as the module does when it is loaded.
 * @attribute: The setting.
 * @text: The value of the parameter, which is a word or a number: "5s" is a
 *   value of config_value_parse() only.
 * @value: Set on success.
 *
 * Return: 0, or -EINVAL or -ERANGE if the module would refuse it.
 */
int config_parameter_parse(unsigned int attribute, const char *text,
			   uint64_t *value);

/**
 * config_value_choices() - The values that a setting takes.
 * @attribute: The setting.
 * @choices: Receives CHOICES_SIZE bytes, such as "strict or balanced" or
 *   "10..86400000 ms".
 */
void config_value_choices(unsigned int attribute, char *choices);

#endif /* CONFIG_VALUES_H */
