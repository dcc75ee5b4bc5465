// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which format a scrape wants. See accept.h.
 */
#include "accept.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Weight of one part of the header, in thousandths; 0 if it is another type. */
static int weight_of(const char *part, const char *type)
{
	size_t length = strlen(type);
	const char *q;
	double weight;

	part += strspn(part, " \t");
	if (strncasecmp(part, type, length) || !strchr("; \t", part[length]))
		return 0;
	q = strcasestr(part, "q=");
	if (!q)
		return 1000;
	weight = strtod(q + 2, NULL);
	return weight >= 0 && weight <= 1 ? (int)(weight * 1000) : 0;
}

enum prometheus_format accept_format(const char *accept)
{
	int text = 0, openmetrics = 0, weight;
	char *copy, *part, *rest;

	copy = accept ? strdup(accept) : NULL;
	if (!copy)
		return PROMETHEUS_TEXT;
	for (part = strtok_r(copy, ",", &rest); part;
	     part = strtok_r(NULL, ",", &rest)) {
		weight = weight_of(part, "application/openmetrics-text");
		if (weight > openmetrics)
			openmetrics = weight;
		weight = weight_of(part, "text/plain");
		if (weight > text)
			text = weight;
	}
	free(copy);
	return openmetrics && openmetrics >= text ? PROMETHEUS_OPENMETRICS :
						    PROMETHEUS_TEXT;
}

const char *accept_content_type(enum prometheus_format format)
{
	return format == PROMETHEUS_OPENMETRICS ?
		"application/openmetrics-text; version=1.0.0; charset=utf-8" :
		"text/plain; version=0.0.4; charset=utf-8";
}
