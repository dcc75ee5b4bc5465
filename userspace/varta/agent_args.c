// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options that say which agents are wanted. See agent_args.h.
 */
#include "agent_args.h"

#include "parse.h"
#include "session.h"
#include "snapshot.h"

enum {
	OPTION_STALLED = 0x2000,
	OPTION_SOURCE,
	OPTION_SORT,
};

static const struct argp_option option_table[] = {
	{ .name = "stalled", .key = OPTION_STALLED,
	  .doc = "Only agents whose stall still stands" },
	{ .name = "source", .key = OPTION_SOURCE, .arg = "N",
	  .doc = "Only agents that this relay speaks for; 0 for this "
		 "machine's own" },
	{ .name = "sort", .key = OPTION_SORT, .arg = "KEY",
	  .doc = "By " SORT_KEY_NAMES " (default pid); the longest silence and "
		 "the worst status come first" },
	{ .name = "reverse", .key = 'r', .doc = "The other way round" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct ledger_query *query = state->input;

	switch (key) {
	case OPTION_STALLED:
		query->stalled = true;
		return 0;
	case OPTION_SOURCE:
		query->of_source = true;
		return understood(parse_u32(argument, &query->source),
				  argument, state);
	case OPTION_SORT:
		if (!parse_sort_key(argument, &query->key))
			argp_error(state, "'%s' is not " SORT_KEY_NAMES,
				   argument);
		return 0;
	case 'r':
		query->reverse = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp query_parser = {
	.options = option_table,
	.parser = parse_option,
};
