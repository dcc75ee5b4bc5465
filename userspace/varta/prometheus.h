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
 * @list: The values. Metrics have the names that the admin guide lists; a value
 *   that this version does not know is varta_NAME, or varta_NAME_total if it is
 *   a counter.
 */
void prometheus_print(const struct value_list *list);

/**
 * prometheus_print_up() - Print the metric varta_up.
 * @up: Whether the module is loaded.
 */
void prometheus_print_up(bool up);

/**
 * prometheus_help() - The HELP text of a value's metric.
 * @value: The name of a counter, gauge or setting.
 *
 * Return: A constant string, from the netlink specification unless values share
 * the metric; NULL if there is none.
 */
const char *prometheus_help(const char *value);

#endif /* PROMETHEUS_H */
