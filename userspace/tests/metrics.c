// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints all that varta stats can print, without the module.
 *
 * Usage: metrics text | prometheus | openmetrics
 *
 * All values are different, so that a metric can be found by its value.
 */
#include <stdio.h>
#include <string.h>

#include "prometheus.h"
#include "values.h"

static void fill_stats(struct varta_stats *stats)
{
	unsigned int i;

	memset(stats, 0, sizeof(*stats));
	for (i = 0; i < VARTA_STATS_ROOM; i++) {
		stats->present[i] = values_is_counter(i) ||
				    i == VARTA_A_STATS_TRACKED ||
				    i == VARTA_A_STATS_STALLED_NOW ||
				    i == VARTA_A_STATS_SOURCES_SILENT;
		stats->value[i] = 1000 + i;
	}
}

static void fill_config(struct varta_config *config)
{
	unsigned int i;

	memset(config, 0, sizeof(*config));
	for (i = 0; i < VARTA_CONFIG_ROOM; i++) {
		config->present[i] = true;
		config->value[i] = 2000 + i;
	}
}

static struct value_list list;

static void print_metrics(enum prometheus_format format)
{
	prometheus_print(stdout, format, &list);
	prometheus_print_up(stdout, format, true);
}

int main(int argc, char **argv)
{
	struct varta_config config;
	struct varta_stats stats;

	fill_stats(&stats);
	fill_config(&config);
	values_add_stats(&list, &stats);
	values_add_setting(&list, &config, VARTA_A_CONFIG_CAPACITY);
	values_add_setting(&list, &config, VARTA_A_CONFIG_EVICTION_SCAN_WINDOW);
	if (argc == 2 && !strcmp(argv[1], "text")) {
		values_print_text(&list);
	} else if (argc == 2 && !strcmp(argv[1], "prometheus")) {
		print_metrics(PROMETHEUS_TEXT);
	} else if (argc == 2 && !strcmp(argv[1], "openmetrics")) {
		print_metrics(PROMETHEUS_OPENMETRICS);
		puts("# EOF");
	} else {
		fputs("Usage: metrics text | prometheus | openmetrics\n", stderr);
		return 2;
	}
	return 0;
}
