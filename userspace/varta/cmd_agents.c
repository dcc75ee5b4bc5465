// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta agents: the ledger, or one agent in it, once or again and again.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>

#include <varta.h>

#include "agent_args.h"
#include "clock.h"
#include "colour.h"
#include "command.h"
#include "error.h"
#include "json.h"
#include "parse.h"
#include "session.h"
#include "snapshot.h"
#include "table.h"
#include "terminal.h"

#define NS_PER_MS	1000000
#define INTERVAL_MS	2000

/* What is on a watched screen besides agents: titles, and lines around. */
#define OTHER_LINES	4

/**
 * struct agents_options - What to show, and how.
 * @query: Which agents.
 * @json: For programs.
 * @wide: All columns, however narrow the terminal is.
 * @quiet: Only by the exit status.
 * @watch: Again and again.
 * @interval_ms: How often; 0 until it is given.
 * @count: How many times; 0 for no end.
 */
struct agents_options {
	struct ledger_query query;
	bool json, wide, quiet, watch;
	int interval_ms;
	uint64_t count;
};

enum { OPTION_COUNT = 256 };

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print a JSON array" },
	{ .name = "wide", .key = 'W',
	  .doc = "All columns, also on a terminal that is too narrow" },
	{ .name = "quiet", .key = 'q',
	  .doc = "Print nothing; the exit status is 1 if there is no such "
		 "agent" },
	{ .name = "watch", .key = 'w', .arg = "INTERVAL",
	  .flags = OPTION_ARG_OPTIONAL,
	  .doc = "Again and again (default every 2s)" },
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "With --watch: N times" },
	{ 0 }
};

/* As in "-w 5s": a number with a unit is no process id. */
static bool belongs_to_watch(const char *text, struct agents_options *options)
{
	uint32_t pid;

	return options->watch && !options->interval_ms &&
	       !parse_u32(text, &pid) && parse_interval(text, &options->interval_ms);
}

static void take_argument(const char *text, struct agents_options *options,
			  struct argp_state *state)
{
	if (belongs_to_watch(text, options))
		return;
	if (options->query.one)
		argp_error(state, "one PID is enough");
	if (!parse_u32(text, &options->query.pid))
		argp_error(state, "'%s' is no process id", text);
	options->query.one = true;
}

static void check_options(struct agents_options *options,
			  struct argp_state *state)
{
	if (options->quiet && (options->json || options->watch))
		argp_error(state, "--quiet prints nothing, once");
	if (options->count && !options->watch)
		argp_error(state, "--count goes with --watch");
	if (!options->watch)
		options->count = 1;
	if (!options->interval_ms)
		options->interval_ms = INTERVAL_MS;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct agents_options *options = state->input;
	bool valid = true;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->query;
		break;
	case 'j':
		options->json = true;
		break;
	case 'W':
		options->wide = true;
		break;
	case 'q':
		options->quiet = true;
		break;
	case 'w':
		options->watch = true;
		valid = !argument || parse_interval(argument, &options->interval_ms);
		break;
	case OPTION_COUNT:
		valid = parse_count(argument, &options->count);
		break;
	case ARGP_KEY_ARG:
		take_argument(argument, options, state);
		break;
	case ARGP_KEY_END:
		check_options(options, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return understood(valid, argument, state);
}

static const struct argp_child children[] = {
	{ .argp = &query_parser },
	{ .argp = &colour_parser },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.args_doc = "[PID]",
	.doc = "Show the agents in the ledger, or the one with this process id "
	       "in the caller's pid namespace.\v"
	       "Only agents that exist in the caller's pid namespace are "
	       "shown. With PID and no --source, this machine's agent is "
	       "meant. In names, bytes that are not UTF-8 or could do "
	       "something to a terminal are shown as \\xNN, a backslash as "
	       "two. JSON has the names and units of the netlink interface: "
	       "times are in nanoseconds.",
};

/* @most: how many there is room for. */
static void print_agents(const struct table *table,
			 const struct ledger *ledger, size_t most)
{
	char line[TABLE_LINE_SIZE];
	enum concern concern;
	size_t i;

	table_titles(table, line);
	puts(line);
	for (i = 0; i < ledger->count && i < most; i++) {
		concern = concern_about(&ledger->agents[i]);
		table_line(table, &ledger->agents[i], line);
		printf("%s%s%s\n", colour_of(concern), line,
		       concern ? colour_end() : "");
	}
	if (i < ledger->count)
		printf("... and %zu more\n", ledger->count - i);
}

/* A terminal is written over each time, where that is watched. */
static void print_table(const struct ledger *ledger,
			const struct agents_options *options, bool first)
{
	struct table table;
	size_t most = SIZE_MAX, i;
	int columns, lines;
	bool terminal = terminal_size(&columns, &lines);

	table_begin(&table);
	for (i = 0; i < ledger->count; i++)
		table_widen(&table, &ledger->agents[i]);
	if (columns && !options->wide)
		table_fit(&table, columns);
	if (options->watch && terminal) {
		fputs("\033[H\033[J", stdout);
		print_clock();
		printf("  agents: %zu\n", ledger->count);
		if (lines > OTHER_LINES)
			most = (size_t)(lines - OTHER_LINES);
	} else if (!first) {
		putchar('\n');
	}
	print_agents(&table, ledger, most);
}

static int add_to_array(struct json_object *array,
			const struct varta_agent *agent)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return -ENOMEM;
	if (json_put_agent(object, agent) ||
	    json_object_array_add(array, object)) {
		json_object_put(object);
		return -ENOMEM;
	}
	return 0;
}

/* When watched, each array is a line. */
static int print_json(const struct ledger *ledger, bool one_line)
{
	struct json_object *array = json_object_new_array();
	int error = array ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < ledger->count && !error; i++)
		error = add_to_array(array, &ledger->agents[i]);
	if (!error)
		error = json_print(array, one_line);
	json_object_put(array);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}

static int show_once(struct varta *v, const struct agents_options *options,
		     struct ledger *ledger, bool first)
{
	int error = ledger_read(v, &options->query, ledger);

	if (error == -ENOENT && options->quiet)
		return EXIT_REFUSED;
	if (error)
		return fail_call(v, options->query.one ? "read the agent" :
				 "read the ledger", error);
	if (ledger->torn)
		fputs("varta: the ledger changed while it was read: agents "
		      "may be missing or listed twice\n", stderr);
	if (options->quiet)
		return ledger->count ? EXIT_OK : EXIT_REFUSED;
	if (options->json)
		return print_json(ledger, options->watch);
	print_table(ledger, options, first);
	return EXIT_OK;
}

static int show(struct varta *v, void *arg)
{
	const struct agents_options *options = arg;
	struct ledger ledger = { 0 };
	uint64_t interval = (uint64_t)options->interval_ms * NS_PER_MS;
	uint64_t when = varta_monotonic_now(), shown = 0;
	int code;

	for (;;) {
		code = show_once(v, options, &ledger, !shown);
		shown++;
		/* Nobody reads any more: no use in going on. */
		if (code != EXIT_OK || shown == options->count ||
		    fflush(stdout) || ferror(stdout))
			break;
		when += interval;
		sleep_until(when);
	}
	ledger_free(&ledger);
	return code;
}

int run_agents(int argc, char **argv)
{
	struct agents_options options = { 0 };

	return parse_and_work(&parser, argc, argv, &options, show);
}
