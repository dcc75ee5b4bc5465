// SPDX-License-Identifier: GPL-2.0-only
/*
 * Colour on standard output. See colour.h.
 */
#include "colour.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"

enum { OPTION_COLOR = 256 };

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
		args_error(state, "--color", argument,
			   "must be auto, always or never");
	return 0;
}

const struct argp colour_args = {
	.options = option_table,
	.parser = parse_option,
};

bool colour_enabled(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (when != WHEN_AUTO)
		return when == WHEN_ALWAYS;
	/* An empty NO_COLOR counts as unset. */
	if (no_color && *no_color)
		return false;
	if (!terminal || !strcmp(terminal, "dumb"))
		return false;
	return isatty(STDOUT_FILENO);
}

enum severity agent_severity(const struct varta_agent *agent)
{
	if (agent->stalled || agent->status == VARTA_STATUS_CRITICAL ||
	    agent->exit_code || agent->exit_signal)
		return SEVERITY_CRITICAL;
	return agent->status == VARTA_STATUS_DEGRADED ? SEVERITY_WARNING :
							SEVERITY_NORMAL;
}

bool is_stop_signal(uint32_t number)
{
	return number == SIGTERM || number == SIGINT || number == SIGHUP ||
	       number == SIGQUIT;
}

static enum severity exit_severity(const struct varta_agent *agent)
{
	switch (agent->exit_type) {
	case VARTA_EXIT_CODE:
		return agent->exit_code ? SEVERITY_CRITICAL : SEVERITY_NORMAL;
	case VARTA_EXIT_SIGNAL:
		/* SIGQUIT dumps core by default: who sends it wants that. */
		return is_stop_signal(agent->exit_signal) ? SEVERITY_NORMAL :
							    SEVERITY_CRITICAL;
	default:
		return SEVERITY_WARNING;
	}
}

enum severity event_severity(const struct varta_event *event)
{
	switch (event->type) {
	case VARTA_EVENT_STALL:
	case VARTA_EVENT_LANE_STALL:
	case VARTA_EVENT_SOURCE_STALL:
		return SEVERITY_CRITICAL;
	case VARTA_EVENT_RECOVER:
	case VARTA_EVENT_SOURCE_RECOVER:
	case VARTA_EVENT_STATUS:
		return agent_severity(event->agent);
	case VARTA_EVENT_EXIT:
		return exit_severity(event->agent);
	case VARTA_EVENT_GOODBYE:
		return event->cause == VARTA_GOODBYE_CAUSE_EVICTED ?
		       SEVERITY_WARNING : SEVERITY_NORMAL;
	case VARTA_EVENT_ACTION:
		return event->withheld == VARTA_WITHHELD_NONE ?
		       SEVERITY_CRITICAL : SEVERITY_WARNING;
	case VARTA_EVENT_LOADED:
		return SEVERITY_NORMAL;
	default:
		return SEVERITY_WARNING;
	}
}

const char *colour_begin(enum severity severity)
{
	static const char *const sequences[] = {
		[SEVERITY_NORMAL] = "",
		[SEVERITY_WARNING] = "\033[33m",
		[SEVERITY_CRITICAL] = "\033[31m",
	};

	return colour_enabled() ? sequences[severity] : "";
}

const char *colour_end(enum severity severity)
{
	return severity && colour_enabled() ? "\033[0m" : "";
}
