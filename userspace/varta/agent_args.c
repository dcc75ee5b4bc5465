// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options that select and sort agents. See agent_args.h.
 */
#include "agent_args.h"

#include "args.h"
#include "snapshot.h"

enum {
	OPTION_STALLED = 256,
	OPTION_SOURCE,
	OPTION_SORT,
};

static const struct argp_option option_table[] = {
	{ .name = "stalled", .key = OPTION_STALLED,
	  .doc = "Only stalled agents" },
	{ .name = "source", .key = OPTION_SOURCE, .arg = "N",
	  .doc = "Only agents of this relay; 0 for local agents" },
	{ .name = "sort", .key = OPTION_SORT, .arg = "KEY",
	  .doc = "Sort by " SORT_KEY_NAMES " (default pid); the longest "
		 "silence and the worst status come first" },
	{ .name = "reverse", .key = 'r', .doc = "Reverse the order" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct agent_query *query = state->input;

	switch (key) {
	case OPTION_STALLED:
		query->stalled = true;
		return 0;
	case OPTION_SOURCE:
		query->by_source = true;
		query->source = args_source(state, "--source", argument);
		return 0;
	case OPTION_SORT:
		if (!sort_key_parse(argument, &query->key))
			args_error(state, "--sort", argument,
				   "must be " SORT_KEY_NAMES);
		return 0;
	case 'r':
		query->reverse = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp agent_args = {
	.options = option_table,
	.parser = parse_option,
};
