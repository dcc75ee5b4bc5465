// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters, gauges and settings by name. See values.h.
 */
#include "values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "config_values.h"
#include "error.h"
#include "json.h"

bool values_is_counter(unsigned int attribute)
{
	switch (attribute) {
	case VARTA_A_STATS_TRACKED:
	case VARTA_A_STATS_STALLED_NOW:
	case VARTA_A_STATS_SOURCES_SILENT:
	case VARTA_A_STATS_LAST_EVICTED_PID:
	case VARTA_A_STATS_LAST_EVICTED_SOURCE:
	case VARTA_A_STATS_LAST_EVICTED_NS_INODE:
	case VARTA_A_STATS_COUNTER:
		return false;
	default:
		return attribute > VARTA_A_STATS_PAD &&
		       attribute <= VARTA_A_STATS_MAX;
	}
}

void values_add_stats(struct value_list *list, const struct varta_stats *stats)
{
	unsigned int i;

	for (i = 0; i < VARTA_STATS_ROOM; i++)
		if (stats->present[i])
			list->items[list->count++] = (struct named_value){
				.name = varta_stats_name(i),
				.value = stats->value[i],
				.counter = values_is_counter(i),
			};
}

void values_add_setting(struct value_list *list,
			const struct varta_config *config,
			unsigned int attribute)
{
	uint64_t value = config->value[attribute];

	if (config->present[attribute])
		list->items[list->count++] = (struct named_value){
			.name = varta_config_name(attribute),
			.word = config_value_word(attribute, value),
			.value = value,
		};
}

void values_add_config(struct value_list *list,
		       const struct varta_config *config)
{
	unsigned int i;

	for (i = 0; i < VARTA_CONFIG_ROOM; i++)
		values_add_setting(list, config, i);
}

void values_print_value(const struct named_value *item)
{
	if (item->word)
		puts(item->word);
	else
		printf("%" PRIu64 "\n", item->value);
}

void values_print_text(const struct value_list *list)
{
	int length, width = 0;
	size_t i;

	for (i = 0; i < list->count; i++) {
		length = (int)strlen(list->items[i].name);
		if (length > width)
			width = length;
	}
	for (i = 0; i < list->count; i++) {
		printf("%-*s  ", width, list->items[i].name);
		values_print_value(&list->items[i]);
	}
}

static struct json_object *json_value(const struct named_value *item)
{
	return item->word ? json_object_new_string(item->word) :
			    json_object_new_uint64(item->value);
}

int values_print_json(const struct value_list *list)
{
	struct json_object *object = json_object_new_object();
	int error = object ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < list->count && !error; i++)
		error = json_add(object, list->items[i].name,
				 json_value(&list->items[i]));
	if (!error)
		error = json_print(object, false);
	json_object_put(object);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}
