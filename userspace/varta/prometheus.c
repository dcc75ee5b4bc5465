// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters for Prometheus. See prometheus.h.
 */
#include "prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Made from the specification: { name, doc } of counters and settings. */
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

static void print_metric(const char *name, const char *suffix,
			 const char *type, uint64_t value)
{
	const char *help = prometheus_help(name);

	if (help)
		printf("# HELP varta_%s%s %s\n", name, suffix, help);
	printf("# TYPE varta_%s%s %s\n", name, suffix, type);
	printf("varta_%s%s %" PRIu64 "\n", name, suffix, value);
}

/* What goes up and down again; all others are counters. */
static bool is_gauge(unsigned int attribute)
{
	return attribute == VARTA_A_STATS_TRACKED ||
	       attribute == VARTA_A_STATS_STALLED_NOW;
}

void print_prometheus(const struct varta_stats *stats,
		      const struct varta_config *config)
{
	unsigned int i;

	for (i = 0; i < VARTA_STATS_ROOM; i++) {
		if (!stats->present[i])
			continue;
		if (is_gauge(i))
			print_metric(varta_stats_name(i), "", "gauge",
				     stats->value[i]);
		else
			print_metric(varta_stats_name(i), "_total", "counter",
				     stats->value[i]);
	}
	/* Says how full the ledger is, with the number of agents. */
	i = VARTA_A_CONFIG_CAPACITY;
	if (config->present[i])
		print_metric(varta_config_name(i), "", "gauge",
			     config->value[i]);
}
