// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta stats: what is so now in the ledger, and its counters.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <varta.h>

#include "command.h"
#include "failure.h"
#include "json.h"

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print a JSON object" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	bool *json = state->input;

	(void)argument;
	if (key != 'j')
		return ARGP_ERR_UNKNOWN;
	*json = true;
	return 0;
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Show the ledger's counters.",
};

static int print_text(const struct varta_stats *stats)
{
	unsigned int i;
	int width = 0;

	for (i = 0; i < VARTA_STATS_ROOM; i++)
		if (stats->present[i] &&
		    (int)strlen(varta_stats_name(i)) > width)
			width = (int)strlen(varta_stats_name(i));
	for (i = 0; i < VARTA_STATS_ROOM; i++)
		if (stats->present[i])
			printf("%-*s  %" PRIu64 "\n", width,
			       varta_stats_name(i), stats->value[i]);
	return EXIT_OK;
}

static int print_json(const struct varta_stats *stats)
{
	struct json_object *object = json_object_new_object();
	int error = object ? 0 : -ENOMEM;
	unsigned int i;

	for (i = 0; i < VARTA_STATS_ROOM && !error; i++)
		if (stats->present[i])
			error = json_put_new(object, varta_stats_name(i),
				json_object_new_uint64(stats->value[i]));
	if (!error)
		error = json_print(object, JSON_C_TO_STRING_PRETTY |
				   JSON_C_TO_STRING_SPACED);
	json_object_put(object);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}

int run_stats(int argc, char **argv)
{
	struct varta_stats stats;
	bool json = false;
	struct varta *v;
	int error, code;

	if (argp_parse(&parser, argc, argv, 0, NULL, &json))
		return EXIT_SYSTEM;
	error = varta_open(&v, NULL);
	if (error)
		return fail_open(error);

	error = varta_stats_get(v, &stats);
	if (error)
		code = fail_call(v, "read the counters", error);
	else
		code = json ? print_json(&stats) : print_text(&stats);
	varta_close(v);
	return code;
}
