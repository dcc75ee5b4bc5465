// SPDX-License-Identifier: GPL-2.0-only
/*
 * Colour on standard output. See colour.h.
 */
#include "colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_COLOR = 0x1000 };

static const struct argp_option option_table[] = {
	{ .name = "color", .key = OPTION_COLOR, .arg = "WHEN",
	  .doc = "auto (on terminals, unless NO_COLOR is set; the default), "
		 "always or never" },
	{ .name = "colour", .flags = OPTION_ALIAS | OPTION_HIDDEN },
	{ 0 }
};

static enum { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER } when;

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	if (key != OPTION_COLOR)
		return ARGP_ERR_UNKNOWN;
	if (!strcmp(argument, "auto"))
		when = WHEN_AUTO;
	else if (!strcmp(argument, "always"))
		when = WHEN_ALWAYS;
	else if (!strcmp(argument, "never"))
		when = WHEN_NEVER;
	else
		argp_error(state, "'%s' is not auto, always or never",
			   argument);
	return 0;
}

const struct argp colour_parser = {
	.options = option_table,
	.parser = parse_option,
};

bool colour_wanted(void)
{
	const char *refused = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (when != WHEN_AUTO)
		return when == WHEN_ALWAYS;
	/* It counts if it is set to anything but "". */
	if (refused && *refused)
		return false;
	if (!terminal || !strcmp(terminal, "dumb"))
		return false;
	return isatty(STDOUT_FILENO);
}

enum concern concern_about(const struct varta_agent *agent)
{
	if (agent->stalled || agent->status == VARTA_STATUS_CRITICAL ||
	    agent->exit_code || agent->exit_signal)
		return CONCERN_GREAT;
	return agent->status == VARTA_STATUS_DEGRADED ? CONCERN_SOME :
							CONCERN_NONE;
}

const char *colour_of(enum concern concern)
{
	static const char *const sequences[] = {
		[CONCERN_NONE] = "",
		[CONCERN_SOME] = "\033[33m",
		[CONCERN_GREAT] = "\033[31m",
	};

	return colour_wanted() ? sequences[concern] : "";
}

const char *colour_end(void)
{
	return colour_wanted() ? "\033[0m" : "";
}
