// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options that repeat a command. See watch_args.h.
 */
#include "watch_args.h"

#include <errno.h>

#include "args.h"
#include "parse.h"

#define INTERVAL_MS	2000

enum {
	OPTION_COUNT = 256,
};

static const struct argp_option option_table[] = {
	{ .name = "watch", .key = 'w', .arg = "INTERVAL",
	  .flags = OPTION_ARG_OPTIONAL,
	  .doc = "Repeat at this interval (default 2s)" },
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "With --watch: repeat N times" },
	{ 0 }
};

bool watch_parse_interval(struct watch *watch, const char *text)
{
	uint64_t number;

	return watch->on && !watch->interval_ms &&
	       parse_number(text, 0, UINT32_MAX, &number) == -EINVAL &&
	       !parse_duration(text, 1, DURATION_MAX, &watch->interval_ms);
}

static void check_options(struct watch *watch, const struct argp_state *state)
{
	if (watch->count && !watch->on)
		argp_error(state, "--count needs --watch");
	if (!watch->on)
		watch->count = 1;
	if (!watch->interval_ms)
		watch->interval_ms = INTERVAL_MS;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct watch *watch = state->input;

	switch (key) {
	case 'w':
		watch->on = true;
		if (argument)
			watch->interval_ms = args_duration(state, "--watch",
							   argument, 1,
							   DURATION_MAX);
		return 0;
	case OPTION_COUNT:
		watch->count = args_number(state, "--count", argument, 1,
					   UINT64_MAX);
		return 0;
	case ARGP_KEY_END:
		check_options(watch, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp watch_args = {
	.options = option_table,
	.parser = parse_option,
};
