/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges as the plugins of Nagios take them for thresholds.
 */
#ifndef RANGE_H
#define RANGE_H

#include <stdbool.h>

/**
 * struct range - A range.
 * @text: As it was given; NULL for none, in which no value is an alert.
 * @from: The least value that is fine.
 * @to: The largest.
 * @inside: An alert is raised inside of it, and not outside.
 */
struct range {
	const char *text;
	double from, to;
	bool inside;
};

/**
 * range_parse() - Parse a range: N, N:, N:M, ~:M, each also after @.
 * @range: The range; keeps @text.
 * @text: The text.
 *
 * Return: Whether it is one.
 */
bool range_parse(struct range *range, const char *text);

/**
 * range_alerts() - Whether a value is an alert.
 * @range: The range.
 * @value: The value.
 */
bool range_alerts(const struct range *range, double value);

#endif /* RANGE_H */
