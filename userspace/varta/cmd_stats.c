// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta stats: shows the tracker's gauges and counters.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "atomic_file.h"
#include "command.h"
#include "error.h"
#include "genl.h"
#include "prometheus.h"
#include "session.h"
#include "values.h"

/**
 * struct stats_options - What to print.
 * @take: Read and reset the counters.
 * @counters: Which counters to take.
 * @count: Number of @counters; 0 for all.
 * @json: Print JSON.
 * @prometheus: Print metrics for Prometheus.
 * @output: Write the metrics to this file; NULL for standard output.
 */
struct stats_options {
	bool take;
	uint32_t counters[VARTA_STATS_ROOM];
	size_t count;
	bool json;
	bool prometheus;
	const char *output;
};

enum {
	OPTION_TAKE = 256,
	OPTION_PROMETHEUS,
	OPTION_OUTPUT,
};

static const struct argp_option option_table[] = {
	{ .name = "take", .key = OPTION_TAKE,
	  .doc = "Read and reset the counters NAME, or all: only what was "
		 "counted since the last take; needs CAP_NET_ADMIN" },
	{ .name = "json", .key = 'j', .doc = "Print a JSON object" },
	{ .name = "prometheus", .key = OPTION_PROMETHEUS,
	  .doc = "Print metrics in the text format of Prometheus (0.0.4)" },
	{ .name = "output", .key = OPTION_OUTPUT, .arg = "FILE",
	  .doc = "With --prometheus: replace FILE at once, or remove it if "
		 "that fails" },
	{ 0 }
};

/* The names of all counters, then NULL. */
static const char *counter_name(unsigned int index)
{
	unsigned int i;

	for (i = 0; i <= VARTA_A_STATS_MAX; i++)
		if (values_is_counter(i) && !index--)
			return varta_stats_name(i);
	return NULL;
}

static void parse_counter(const char *name, struct stats_options *options,
			  const struct argp_state *state)
{
	unsigned int i;

	for (i = 0; i <= VARTA_A_STATS_MAX; i++)
		if (values_is_counter(i) && !strcmp(name, varta_stats_name(i)))
			break;
	if (i > VARTA_A_STATS_MAX)
		args_unknown(state, "counter", name, counter_name);
	if (options->count == VARTA_STATS_ROOM)
		argp_error(state, "too many counters");
	options->counters[options->count++] = i;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct stats_options *options = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		parse_counter(argument, options, state);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case OPTION_TAKE:
		options->take = true;
		return 0;
	case OPTION_PROMETHEUS:
		options->prometheus = true;
		return 0;
	case OPTION_OUTPUT:
		options->output = argument;
		return 0;
	case ARGP_KEY_END:
		if (options->output && !options->prometheus)
			argp_error(state, "--output needs --prometheus");
		if (options->count && !options->take)
			argp_error(state, "NAME needs --take");
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
	.args_doc = "[NAME...]",
	.doc = "Show gauges and counters.\v"
	       "Only the first take shows a count, whichever program does "
	       "it. Totals, shown without --take, are not reset.",
};

/*
 * A collector writes the output to a file. With a failure, the file of the last
 * success would stay, and the module would seem to be loaded.
 */
static int print_down(FILE *out)
{
	prometheus_print_up(out, PROMETHEUS_TEXT, false);
	return EXIT_OK;
}

static int print_totals(struct varta *v, FILE *out, struct value_list *list)
{
	struct varta_config config;
	int error = varta_config_get(v, &config);

	if (error == -ENODEV)
		return print_down(out);
	if (error)
		return fail_call(v, "read the settings", error);
	/* To compare with the number of tracked agents. */
	values_add_setting(list, &config, VARTA_A_CONFIG_CAPACITY);
	values_add_setting(list, &config, VARTA_A_CONFIG_EVICTION_SCAN_WINDOW);
	prometheus_print(out, PROMETHEUS_TEXT, list);
	prometheus_print_up(out, PROMETHEUS_TEXT, true);
	return EXIT_OK;
}

static int print_from(struct varta *v, FILE *out)
{
	struct value_list list = { .count = 0 };
	struct varta_stats stats;
	int error = varta_stats_get(v, &stats);

	if (error == -ENODEV)
		return print_down(out);
	if (error)
		return fail_call(v, "read the counters", error);
	values_add_stats(&list, &stats);
	return print_totals(v, out, &list);
}

/* Does not load the module: nobody would see that it was not loaded. */
static int print_metrics(FILE *out)
{
	struct varta *v;
	int error, code;

	if (!genl_module_is_loaded())
		return print_down(out);
	error = varta_open(&v, NULL);
	if (error == -ENODEV)
		return print_down(out);
	if (error)
		return fail_open(error);
	code = print_from(v, out);
	varta_close(v);
	return code;
}

/* Metrics that are not current are worse than none. */
static int write_metrics(const char *path)
{
	struct atomic_file file;
	struct stat status;
	int code, error;

	/* Replacing or removing /dev/null would harm the whole machine. */
	if (!stat(path, &status) && !S_ISREG(status.st_mode)) {
		fprintf(stderr, "varta: --output %s: not a regular file\n",
			path);
		return EXIT_USAGE;
	}
	error = atomic_file_open(&file, path);
	code = error ? EXIT_SYSTEM : print_metrics(file.stream);
	if (!error && code == EXIT_OK)
		error = atomic_file_commit(&file);
	else if (!error)
		atomic_file_abort(&file);
	if (code != EXIT_OK || error)
		unlink(path);
	return error ? fail_system("write the metrics", error) : code;
}

static int show(struct varta *v, void *arg)
{
	const struct stats_options *options = arg;
	struct value_list list = { .count = 0 };
	struct varta_stats stats;
	int error;

	error = options->take ?
			varta_stats_take_some(v, options->counters,
					      options->count, &stats) :
			varta_stats_get(v, &stats);
	if (error)
		return fail_privileged(v, options->take ? "take the counters" :
				       "read the counters", error);
	values_add_stats(&list, &stats);
	if (options->json)
		return values_print_json(&list);
	values_print_text(&list);
	return EXIT_OK;
}

int cmd_stats(int argc, char **argv)
{
	struct stats_options options = { 0 };

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	if (options.output)
		return write_metrics(options.output);
	if (options.prometheus)
		return print_metrics(stdout);
	return session_run(NULL, show, &options);
}
