// SPDX-License-Identifier: GPL-2.0-only
/*
 * Colour on standard output. See colour.h.
 */
#include "colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* NO_COLOR counts if it is set to anything but "": see no-color.org. */
static bool colour_wanted(void)
{
	const char *refused = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (refused && *refused)
		return false;
	if (!terminal || !strcmp(terminal, "dumb"))
		return false;
	return isatty(STDOUT_FILENO);
}

const char *colour_of_agent(const struct varta_agent *agent)
{
	if (!colour_wanted())
		return "";
	if (agent->stalled || agent->status == VARTA_STATUS_CRITICAL ||
	    agent->exit_code || agent->exit_signal)
		return "\033[31m";
	if (agent->status == VARTA_STATUS_DEGRADED)
		return "\033[33m";
	return "";
}

const char *colour_end(void)
{
	return colour_wanted() ? "\033[0m" : "";
}
