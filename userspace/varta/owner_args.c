// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options that select agents by their owner. See owner_args.h.
 */
#include "owner_args.h"

#include <pwd.h>

#include "args.h"
#include "owner.h"
#include "parse.h"

enum {
	OPTION_USER = 256,
	OPTION_UNIT,
	OPTION_CONTAINER,
	OPTION_POD,
};

static const struct argp_option option_table[] = {
	{ .name = "user", .key = OPTION_USER, .arg = "USER",
	  .doc = "Only agents of this user, a name or a number" },
	{ .name = "unit", .key = OPTION_UNIT, .arg = "UNIT",
	  .doc = "Only agents of this systemd unit; '.service' may be left "
		 "out" },
	{ .name = "container", .key = OPTION_CONTAINER, .arg = "ID",
	  .doc = "Only agents of containers whose id begins so; or "
		 "RUNTIME:ID" },
	{ .name = "pod", .key = OPTION_POD, .arg = "UID",
	  .doc = "Only agents of pods whose uid begins so" },
	{ 0 }
};

static void parse_user(const char *text, struct owner_filter *filter,
		       const struct argp_state *state)
{
	const struct passwd *entry = getpwnam(text);
	uint64_t number = 0;

	if (entry)
		number = entry->pw_uid;
	else if (parse_number(text, 0, OWNER_NO_UID - 1, &number))
		args_error(state, "--user", text, "no such user");
	filter->uid = (uint32_t)number;
	filter->by_user = true;
}

static const char *parse_text(const struct argp_state *state, const char *name,
			      const char *text)
{
	if (!*text)
		args_error(state, name, text, "must not be empty");
	return text;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct owner_filter *filter = state->input;

	switch (key) {
	case OPTION_USER:
		parse_user(argument, filter, state);
		return 0;
	case OPTION_UNIT:
		filter->unit = parse_text(state, "--unit", argument);
		return 0;
	case OPTION_CONTAINER:
		filter->container = parse_text(state, "--container", argument);
		return 0;
	case OPTION_POD:
		filter->pod = parse_text(state, "--pod", argument);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp owner_args = {
	.options = option_table,
	.parser = parse_option,
};
