// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta stats: shows the tracker's gauges and counters.
 */
#include <argp.h>
#include <stdbool.h>

#include <varta.h>

#include "command.h"
#include "error.h"
#include "prometheus.h"
#include "session.h"
#include "values.h"

/**
 * struct stats_options - What to print.
 * @take: Read and reset the counters.
 * @json: Print JSON.
 * @prometheus: Print metrics for Prometheus.
 */
struct stats_options {
	bool take;
	bool json;
	bool prometheus;
};

enum {
	OPTION_TAKE = 256,
	OPTION_PROMETHEUS,
};

static const struct argp_option option_table[] = {
	{ .name = "take", .key = OPTION_TAKE,
	  .doc = "Read and reset: only what was counted since the last take; "
		 "needs CAP_NET_ADMIN" },
	{ .name = "json", .key = 'j', .doc = "Print a JSON object" },
	{ .name = "prometheus", .key = OPTION_PROMETHEUS,
	  .doc = "Print metrics in the text format of Prometheus (0.0.4)" },
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
			argp_error(state, "--prometheus cannot be combined "
				   "with --json or --take");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Show gauges and counters.\v"
	       "Only the first take shows a count, whichever program does "
	       "it. Totals, shown without --take, are not reset.",
};

static int print_metrics(struct varta *v, struct value_list *list)
{
	struct varta_config config;
	int error = varta_config_get(v, &config);

	if (error)
		return fail_call(v, "read the settings", error);
	/* To compare with the number of tracked agents. */
	values_add_setting(list, &config, VARTA_A_CONFIG_CAPACITY);
	prometheus_print(list);
	return EXIT_OK;
}

static int show(struct varta *v, void *arg)
{
	const struct stats_options *options = arg;
	struct value_list list = { .count = 0 };
	struct varta_stats stats;
	int error;

	error = options->take ? varta_stats_take(v, &stats) :
				varta_stats_get(v, &stats);
	if (error)
		return fail_privileged(v, options->take ? "take the counters" :
				       "read the counters", error);
	values_add_stats(&list, &stats);
	if (options->prometheus)
		return print_metrics(v, &list);
	if (options->json)
		return values_print_json(&list);
	values_print_text(&list);
	return EXIT_OK;
}

int cmd_stats(int argc, char **argv)
{
	struct stats_options options = { 0 };

	return session_parse_and_run(&parser, argc, argv, &options, show);
}
