// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text format of Prometheus. See prometheus.h.
 */
#include "prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* { name, doc } of every counter and setting, made by spec-docs.awk. */
static const struct {
	const char *name;
	const char *doc;
} docs[] = {
#include "varta-docs.h"
};

const char *prometheus_help(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(docs) / sizeof(docs[0]); i++)
		if (!strcmp(docs[i].name, name))
			return docs[i].doc;
	return NULL;
}

static void print_metric(const struct named_value *item)
{
	const char *help = prometheus_help(item->name);
	const char *suffix = item->counter ? "_total" : "";

	if (help)
		printf("# HELP varta_%s%s %s\n", item->name, suffix, help);
	printf("# TYPE varta_%s%s %s\n", item->name, suffix,
	       item->counter ? "counter" : "gauge");
	printf("varta_%s%s %" PRIu64 "\n", item->name, suffix, item->value);
}

void prometheus_print(const struct value_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		print_metric(&list->items[i]);
}

void prometheus_print_up(bool up)
{
	puts("# HELP varta_up Whether the module is loaded.\n"
	     "# TYPE varta_up gauge");
	printf("varta_up %d\n", up);
}
