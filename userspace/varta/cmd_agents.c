// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta agents: lists the tracked agents, once or repeatedly.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

#include "agent_args.h"
#include "args.h"
#include "clock.h"
#include "colour.h"
#include "command.h"
#include "error.h"
#include "json.h"
#include "owner.h"
#include "owner_args.h"
#include "parse.h"
#include "session.h"
#include "snapshot.h"
#include "status_text.h"
#include "table.h"
#include "terminal.h"
#include "watch_args.h"

/* Lines of a watched terminal that are not agents. */
#define OTHER_LINES	4

/**
 * struct agents_options - What to show, and how.
 * @query: Which agents.
 * @filter: Whose agents.
 * @json: Print JSON.
 * @wide: Show all columns, however narrow the terminal is.
 * @quiet: Print nothing.
 * @reset_gaps: Forget the longest gaps, and show nothing.
 * @watch: Whether and how to repeat.
 */
struct agents_options {
	struct agent_query query;
	struct owner_filter filter;
	bool json, wide, quiet, reset_gaps;
	struct watch watch;
};

/**
 * struct listing - Agents and whose they are.
 * @snapshot: The agents.
 * @owners: An owner for each of them, NULL if none was read.
 * @stack: Kernel stack of the only agent; empty if it is not known.
 * @reader: Reads the owners.
 */
struct listing {
	struct snapshot snapshot;
	struct agent_owner **owners;
	char stack[VARTA_STACK_ROOM];
	struct owner_reader *reader;
};

enum {
	OPTION_RESET_GAPS = 256,
};

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print a JSON array" },
	{ .name = "wide", .key = 'W',
	  .doc = "Show all columns, also on a narrow terminal" },
	{ .name = "quiet", .key = 'q',
	  .doc = "Print nothing; exit with 1 if there is no such agent" },
	{ .name = "reset-gaps", .key = OPTION_RESET_GAPS,
	  .doc = "Forget the longest gaps of all agents, and print nothing" },
	{ 0 }
};

static void parse_argument(const char *text, struct agents_options *options,
			   const struct argp_state *state)
{
	if (watch_parse_interval(&options->watch, text))
		return;
	if (options->query.one)
		argp_error(state, "unexpected argument '%s': only one PID is "
			   "allowed", text);
	options->query.pid = args_pid(state, "PID", text);
	options->query.one = true;
}

static void check_options(const struct agents_options *options,
			  const struct argp_state *state)
{
	if (options->quiet && (options->json || options->watch.on))
		argp_error(state, "--quiet cannot be combined with --json or "
			   "--watch");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct agents_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->query;
		state->child_inputs[1] = &options->filter;
		state->child_inputs[2] = &options->watch;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case 'W':
		options->wide = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case OPTION_RESET_GAPS:
		options->reset_gaps = true;
		return 0;
	case ARGP_KEY_ARG:
		parse_argument(argument, options, state);
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &agent_args },
	{ .argp = &owner_args },
	{ .argp = &watch_args },
	{ .argp = &colour_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.args_doc = "[PID]",
	.doc = "List the agents in the caller's pid namespace, or the one with "
	       "this process id.\v"
	       "PID is a local agent unless --source is given. UNIT is a "
	       "container or pod, if the agent is in one. In names, bytes "
	       "that are not UTF-8 or not safe on a terminal are shown as "
	       "\\xNN, a backslash as two. JSON has the names and units of the "
	       "netlink interface: times are in nanoseconds.",
};

/* @most: number of agents that fit the terminal. */
static void print_rows(const struct table *table,
		       const struct listing *listing, size_t most)
{
	const struct snapshot *snapshot = &listing->snapshot;
	char line[TABLE_LINE_SIZE];
	enum severity severity;
	size_t i;

	table_header(table, line);
	puts(line);
	for (i = 0; i < snapshot->count && i < most; i++) {
		severity = agent_severity(&snapshot->agents[i]);
		table_row(table, &snapshot->agents[i], listing->owners[i],
			  line);
		printf("%s%s%s\n", colour_begin(severity), line,
		       colour_end(severity));
	}
	if (i < snapshot->count)
		printf("... and %zu more\n", snapshot->count - i);
}

/* A watched terminal is overwritten; elsewhere an empty line separates. */
static void print_table(const struct listing *listing,
			const struct agents_options *options, bool first)
{
	const struct snapshot *snapshot = &listing->snapshot;
	struct table table;
	size_t most = SIZE_MAX, i;
	int columns, lines;
	bool terminal = terminal_size(&columns, &lines);

	table_init(&table, options->wide);
	for (i = 0; i < snapshot->count; i++)
		table_widen(&table, &snapshot->agents[i], listing->owners[i]);
	if (columns && !options->wide)
		table_fit(&table, columns);
	if (options->watch.on && terminal) {
		fputs("\033[H\033[J", stdout);
		print_time();
		printf("  agents: %zu\n", snapshot->count);
		if (lines > OTHER_LINES)
			most = (size_t)(lines - OTHER_LINES);
	} else if (!first) {
		putchar('\n');
	}
	print_rows(&table, listing, most);
}

/* An array of the lines, if there are any. */
static int add_stack(struct json_object *object, const char *stack)
{
	struct json_object *array;
	size_t length;

	if (!*stack)
		return 0;
	array = json_object_new_array();
	while (array && *stack) {
		length = strcspn(stack, "\n");
		if (json_object_array_add(array,
				json_object_new_string_len(stack,
							   (int)length))) {
			json_object_put(array);
			return -ENOMEM;
		}
		stack += length + (stack[length] == '\n');
	}
	return json_add(object, "kernel_stack", array);
}

static int add_to_array(struct json_object *array,
			const struct varta_agent *agent,
			const struct agent_owner *owner, const char *stack)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return -ENOMEM;
	if (json_add_agent(object, agent) || json_add_owner(object, owner) ||
	    add_stack(object, stack) ||
	    json_object_array_add(array, object)) {
		json_object_put(object);
		return -ENOMEM;
	}
	return 0;
}

static int print_json(const struct listing *listing, bool one_line)
{
	const struct snapshot *snapshot = &listing->snapshot;
	struct json_object *array = json_object_new_array();
	int error = array ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < snapshot->count && !error; i++)
		error = add_to_array(array, &snapshot->agents[i],
				     listing->owners[i], listing->stack);
	if (!error)
		error = json_print(array, one_line);
	json_object_put(array);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}

static void free_owners(struct listing *listing)
{
	size_t i;

	for (i = 0; listing->owners && i < listing->snapshot.count; i++)
		free(listing->owners[i]);
	free(listing->owners);
	listing->owners = NULL;
}

/* Reads the owners of all agents, and drops those that @filter does not want. */
static int read_owners(struct listing *listing,
		       const struct owner_filter *filter)
{
	struct snapshot *snapshot = &listing->snapshot;
	size_t count = snapshot->count, i;
	struct agent_owner *owner;

	snapshot->count = 0;
	listing->owners = calloc(count + 1, sizeof(*listing->owners));
	if (!listing->owners)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		owner = owner_read(listing->reader, &snapshot->agents[i]);
		if (!owner)
			return -ENOMEM;
		if (!owner_matches(filter, owner)) {
			free(owner);
			continue;
		}
		status_text_read(owner_reader_procfs(listing->reader),
				 &snapshot->agents[i], owner->status);
		listing->owners[snapshot->count] = owner;
		snapshot->agents[snapshot->count++] = snapshot->agents[i];
	}
	return 0;
}

static int read_listing(struct varta *v, const struct agents_options *options,
			struct listing *listing)
{
	int error;

	free_owners(listing);
	error = snapshot_read(v, &options->query, &listing->snapshot);
	if (error)
		return error;
	listing->stack[0] = '\0';
	if (options->query.one && options->json)
		error = varta_agent_stack(v, options->query.source,
					  options->query.pid, listing->stack,
					  sizeof(listing->stack));
	/* It may have ended since. */
	if (error && error != -ENOENT)
		return error;
	if (options->quiet && owner_filter_is_empty(&options->filter))
		return 0;
	return read_owners(listing, &options->filter);
}

static int show_once(struct varta *v, const struct agents_options *options,
		     struct listing *listing, bool first)
{
	int error = read_listing(v, options, listing);

	if (error == -ENOENT && options->quiet)
		return EXIT_REFUSED;
	if (error)
		return fail_call(v, options->query.one ? "read the agent" :
				 "read the agents", error);
	if (listing->snapshot.torn)
		fputs("varta: the tracker changed while it was read: agents "
		      "may be missing or listed twice\n", stderr);
	if (options->quiet)
		return listing->snapshot.count ? EXIT_OK : EXIT_REFUSED;
	if (options->json)
		return print_json(listing, options->watch.on);
	print_table(listing, options, first);
	return EXIT_OK;
}

static int reset_gaps(struct varta *v)
{
	int error = varta_gap_reset(v);

	return error ? fail_call(v, "reset the longest gaps", error) : EXIT_OK;
}

static int show(struct varta *v, void *arg)
{
	const struct agents_options *options = arg;
	struct listing listing = { 0 };
	uint64_t due = varta_monotonic_now(), shown = 0;
	int code;

	if (options->reset_gaps)
		return reset_gaps(v);
	listing.reader = owner_reader_open();
	if (!listing.reader)
		return fail_system("read the owners", -ENOMEM);
	for (;;) {
		code = show_once(v, options, &listing, !shown);
		shown++;
		/* A closed pipe ends the command; main() reports it. */
		if (code != EXIT_OK || shown == options->watch.count ||
		    fflush(stdout) || ferror(stdout))
			break;
		due += options->watch.interval_ms * NS_PER_MS;
		sleep_until(due);
	}
	free_owners(&listing);
	snapshot_free(&listing.snapshot);
	owner_reader_close(listing.reader);
	return code;
}

int cmd_agents(int argc, char **argv)
{
	struct agents_options options = { 0 };

	return session_parse_and_run(&parser, argc, argv, &options, show);
}
