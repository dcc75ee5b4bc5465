/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters in the text format that Prometheus reads, version 0.0.4.
 */
#ifndef PROMETHEUS_H
#define PROMETHEUS_H

#include <varta.h>

/**
 * print_prometheus() - Write what is so now and the counters.
 * @stats: They.
 * @config: For the limits that go with them.
 *
 * Counters are called varta_NAME_total and the others varta_NAME, with the
 * names of varta_stats_name() and varta_config_name().
 */
void print_prometheus(const struct varta_stats *stats,
		      const struct varta_config *config);

/**
 * prometheus_help() - What a counter or a setting is about.
 * @name: As of varta_stats_name() or varta_config_name().
 *
 * Return: A constant string, from the interface's specification; NULL if that
 * has none.
 */
const char *prometheus_help(const char *name);

#endif /* PROMETHEUS_H */
