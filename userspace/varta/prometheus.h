/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text formats of Prometheus.
 */
#ifndef PROMETHEUS_H
#define PROMETHEUS_H

#include <stdbool.h>
#include <stdio.h>

#include "values.h"

/**
 * enum prometheus_format - How metrics are written.
 * @PROMETHEUS_TEXT: The text format of Prometheus, version 0.0.4.
 * @PROMETHEUS_OPENMETRICS: OpenMetrics, version 1.0.0.
 */
enum prometheus_format {
	PROMETHEUS_TEXT,
	PROMETHEUS_OPENMETRICS,
};

/**
 * prometheus_print() - Print values as metrics.
 * @out: Where to.
 * @format: The format.
 * @list: The values. Metrics have the names that the admin guide lists; a value
 *   that this version does not know is varta_NAME, or varta_NAME_total if it is
 *   a counter.
 */
void prometheus_print(FILE *out, enum prometheus_format format,
		      const struct value_list *list);

/**
 * prometheus_print_up() - Print the metric varta_up.
 * @out: Where to.
 * @format: The format.
 * @up: Whether the module is loaded.
 */
void prometheus_print_up(FILE *out, enum prometheus_format format, bool up);

/**
 * prometheus_head() - Print what precedes the samples of a metric.
 * @out: Where to.
 * @format: The format.
 * @name: Name of the metric; that of a counter ends in _total.
 * @counter: It is a counter; a gauge otherwise.
 * @help: Its description, NULL for none.
 */
void prometheus_head(FILE *out, enum prometheus_format format, const char *name,
		     bool counter, const char *help);

/**
 * prometheus_label() - Print NAME="VALUE".
 * @out: Where to.
 * @name: Name of the label.
 * @value: Its value. U+FFFD stands for each byte that is not UTF-8, and for each
 *   control character.
 */
void prometheus_label(FILE *out, const char *name, const char *value);

/**
 * prometheus_help() - The HELP text of a value's metric.
 * @value: The name of a counter, gauge or setting.
 *
 * Return: A constant string, from the netlink specification unless values share
 * the metric; NULL if there is none.
 */
const char *prometheus_help(const char *value);

#endif /* PROMETHEUS_H */
