/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text format of Prometheus, version 0.0.4.
 */
#ifndef PROMETHEUS_H
#define PROMETHEUS_H

#include <stdbool.h>

#include "values.h"

/**
 * prometheus_print() - Print values as metrics.
 * @list: The values. A counter is called varta_NAME_total, a gauge varta_NAME.
 */
void prometheus_print(const struct value_list *list);

/**
 * prometheus_print_up() - Print the metric varta_up.
 * @up: Whether the module is loaded.
 */
void prometheus_print_up(bool up);

/**
 * prometheus_help() - The HELP text of a metric.
 * @name: The name of a counter, gauge or setting.
 *
 * Return: A constant string, from the netlink specification; NULL if that does
 * not have it.
 */
const char *prometheus_help(const char *name);

#endif /* PROMETHEUS_H */
