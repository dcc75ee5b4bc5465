/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters, gauges and settings by name: what varta stats and varta config
 * print, as text or JSON. For Prometheus see prometheus.h.
 */
#ifndef VALUES_H
#define VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

/**
 * struct named_value - One counter, gauge or setting.
 * @name: Its name in the netlink specification, with underscores.
 * @word: Printed instead of @value; NULL for a number.
 * @value: The value.
 * @counter: The value only grows.
 */
struct named_value {
	const char *name;
	const char *word;
	uint64_t value;
	bool counter;
};

/**
 * struct value_list - Values to print, in their order.
 * @items: The values.
 * @count: Number of them. A list begins as zeros.
 */
struct value_list {
	struct named_value items[VARTA_STATS_ROOM + VARTA_CONFIG_ROOM];
	size_t count;
};

/**
 * values_is_counter() - Tell counters from current values and other attributes.
 * @attribute: One of VARTA_A_STATS_*.
 */
bool values_is_counter(unsigned int attribute);

/**
 * values_add_stats() - Append all counters and gauges.
 * @list: The list.
 * @stats: From the kernel.
 */
void values_add_stats(struct value_list *list, const struct varta_stats *stats);

/**
 * values_add_config() - Append all settings.
 * @list: The list.
 * @config: From the kernel.
 */
void values_add_config(struct value_list *list,
		       const struct varta_config *config);

/**
 * values_add_setting() - Append one setting.
 * @list: The list.
 * @config: From the kernel.
 * @attribute: The setting; nothing is appended if the kernel does not have it.
 */
void values_add_setting(struct value_list *list,
			const struct varta_config *config,
			unsigned int attribute);

/**
 * values_print_text() - Print a line for each: name and value.
 * @list: The list.
 */
void values_print_text(const struct value_list *list);

/**
 * values_print_value() - Print a value alone.
 * @item: The value.
 */
void values_print_value(const struct named_value *item);

/**
 * values_print_json() - Print one object with all values.
 * @list: The list.
 *
 * Return: An enum exit_code; a failure was reported.
 */
int values_print_json(const struct value_list *list);

#endif /* VALUES_H */
