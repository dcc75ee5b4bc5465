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
#include "error.h"
#include "json.h"
#include "prometheus.h"
#include "session.h"

struct stats_options {
	bool json;
	bool take;
	bool prometheus;
};

enum {
	OPTION_TAKE = 256,
	OPTION_PROMETHEUS,
};

static const struct argp_option option_table[] = {
	{ .name = "take", .key = OPTION_TAKE,
	  .doc = "Only what was counted since the last take, and whose slot "
		 "was evicted last (0 for nobody's); needs CAP_NET_ADMIN" },
	{ .name = "json", .key = 'j', .doc = "Print a JSON object" },
	{ .name = "prometheus", .key = OPTION_PROMETHEUS,
	  .doc = "Print what Prometheus reads (text format 0.0.4)" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct stats_options *options = state->input;

	(void)argument;
	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case OPTION_TAKE:
		options->take = true;
		return 0;
	case OPTION_PROMETHEUS:
		options->prometheus = true;
		return 0;
	case ARGP_KEY_END:
		if (options->prometheus && (options->json || options->take))
			argp_error(state, "--prometheus goes with no other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Show the ledger's counters.\v"
	       "What one take has shown, no other will; the totals that are "
	       "shown without --take go on.",
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
		error = json_print(object, false);
	json_object_put(object);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}

static int show_prometheus(struct varta *v, const struct varta_stats *stats)
{
	struct varta_config config;
	int error = varta_config_get(v, &config);

	if (error)
		return fail_call(v, "read the settings", error);
	print_prometheus(stats, &config);
	return EXIT_OK;
}

static int show(struct varta *v, void *arg)
{
	const struct stats_options *options = arg;
	struct varta_stats stats;
	int error;

	if (options->take) {
		error = varta_stats_take(v, &stats);
		if (error)
			return fail_privileged(v, "take the counters", error);
	} else {
		error = varta_stats_get(v, &stats);
		if (error)
			return fail_call(v, "read the counters", error);
	}
	if (options->prometheus)
		return show_prometheus(v, &stats);
	return options->json ? print_json(&stats) : print_text(&stats);
}

int run_stats(int argc, char **argv)
{
	struct stats_options options = { 0 };

	return parse_and_work(&parser, argc, argv, &options, show);
}
