// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents that ought to be there. See expectation.h.
 */
#include "expectation.h"

#include <stddef.h>
#include <string.h>

#include <varta.h>

#include "clock.h"
#include "parse.h"

_Static_assert(VARTA_NAME_SIZE == 16, "as the message says");

const char *expectation_parse(struct expectation *expectation, char *text)
{
	char *word;

	*expectation = (struct expectation){
		.within_ms = EXPECTATION_WITHIN_MS,
	};
	if (strncmp(text, "unit=", 5) && strncmp(text, "within=", 7)) {
		expectation->name = strsep(&text, ",");
		if (!*expectation->name ||
		    strlen(expectation->name) >= VARTA_NAME_SIZE)
			return "the name of an agent has 1 to 15 bytes";
	}
	while ((word = strsep(&text, ","))) {
		if (!strncmp(word, "unit=", 5) && word[5])
			expectation->unit = word + 5;
		else if (strncmp(word, "within=", 7))
			return "must be NAME[,within=DURATION][,unit=UNIT] or "
			       "unit=UNIT[,within=DURATION]";
		else if (parse_duration(word + 7, 1000, DURATION_MAX,
					&expectation->within_ms))
			return "within= must be a duration from 1s on";
	}
	return expectation->name || expectation->unit ? NULL :
	       "needs the name of an agent or a unit";
}

enum expectation_change expectation_update(struct expectation *expectation,
					   bool expected, bool found,
					   uint64_t now)
{
	bool reported = expectation->reported;

	if (!expected || found) {
		expectation->since = 0;
		expectation->reported = false;
		if (!reported)
			return EXPECTATION_SAME;
		return found ? EXPECTATION_PRESENT : EXPECTATION_OVER;
	}
	if (!expectation->since)
		expectation->since = now;
	if (reported || now - expectation->since <
		    expectation->within_ms * NS_PER_MS)
		return EXPECTATION_SAME;
	expectation->reported = true;
	return EXPECTATION_ABSENT;
}

void expectation_unknown(struct expectation *expectation)
{
	expectation->since = 0;
}
