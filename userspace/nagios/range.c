// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges of Nagios. See range.h.
 */
#include "range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number that ends at @end. */
static bool parse_number(const char *text, const char *end, double *number)
{
	char *after;

	/* Neither blanks nor the names and hexadecimal digits of strtod(). */
	if (text == end || strspn(text, "0123456789.-+") < (size_t)(end - text))
		return false;
	*number = strtod(text, &after);
	return after == end;
}

bool range_parse(struct range *range, const char *text)
{
	const char *colon, *end = text + strlen(text);

	*range = (struct range){ .text = text, .to = INFINITY };
	range->inside = text[0] == '@';
	text += range->inside;
	colon = strchr(text, ':');
	if (!colon)
		return parse_number(text, end, &range->to) &&
		       range->to >= range->from;
	if (colon == text + 1 && text[0] == '~')
		range->from = -INFINITY;
	else if (!parse_number(text, colon, &range->from))
		return false;
	if (colon[1] && !parse_number(colon + 1, end, &range->to))
		return false;
	return range->from <= range->to;
}

bool range_alerts(const struct range *range, double value)
{
	bool is_inside = value >= range->from && value <= range->to;

	return range->text && is_inside == range->inside;
}
