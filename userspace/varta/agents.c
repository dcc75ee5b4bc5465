// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta agents: the ledger, or one agent in it.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

#include "colour.h"
#include "command.h"
#include "failure.h"
#include "handle.h"
#include "json.h"
#include "number.h"
#include "text.h"

#define NS_PER_MS	1000000

struct agents_options {
	bool one;
	uint32_t pid;
	bool of_source;
	uint32_t source;
	bool stalled;
	bool json;
};

enum {
	OPTION_STALLED = 256,
	OPTION_SOURCE,
};

static const struct argp_option option_table[] = {
	{ .name = "stalled", .key = OPTION_STALLED,
	  .doc = "Only agents whose stall still stands" },
	{ .name = "source", .key = OPTION_SOURCE, .arg = "N",
	  .doc = "Only agents that this relay speaks for; 0 for this "
		 "machine's own. With PID, this machine's is the default" },
	{ .name = "json", .key = 'j', .doc = "Print a JSON array" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct agents_options *options = state->input;

	switch (key) {
	case OPTION_STALLED:
		options->stalled = true;
		return 0;
	case OPTION_SOURCE:
		if (!parse_u32(argument, &options->source))
			argp_error(state, "'%s' is no source", argument);
		options->of_source = true;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->one)
			argp_error(state, "one PID is enough");
		if (!parse_u32(argument, &options->pid))
			argp_error(state, "'%s' is no process id", argument);
		options->one = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "[PID]",
	.doc = "Show the agents in the ledger, or the one with this process id "
	       "in the caller's pid namespace.\v"
	       "Only agents that exist in the caller's pid namespace are "
	       "shown. In names, bytes that are not UTF-8 or could do "
	       "something to a terminal are shown as \\xNN, a backslash as "
	       "two. JSON has the names and units of the netlink interface: "
	       "times are in nanoseconds.",
};

struct list {
	const struct agents_options *options;
	struct varta_agent *agents;
	size_t count, room;
};

static int add(const struct varta_agent *agent, void *arg)
{
	struct list *list = arg;
	struct varta_agent *grown;
	size_t room;

	if (list->options->stalled && !agent->stalled)
		return 0;
	if (list->options->of_source &&
	    list->options->source != agent->source)
		return 0;
	if (list->count == list->room) {
		room = list->room ? 2 * list->room : 64;
		grown = reallocarray(list->agents, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->agents = grown;
		list->room = room;
	}
	list->agents[list->count++] = *agent;
	return 0;
}

static int by_source_and_pid(const void *a, const void *b)
{
	const struct varta_agent *one = a, *other = b;

	if (one->source != other->source)
		return one->source < other->source ? -1 : 1;
	return (one->pid > other->pid) - (one->pid < other->pid);
}

static int read_one(struct varta *v, struct list *list)
{
	struct varta_agent agent;
	int error = varta_agent_get_from(v, list->options->source,
					 list->options->pid, &agent);

	if (error)
		return fail_call(v, "read the agent", error);
	error = add(&agent, list);
	return error ? fail_system("list the agent", error) : EXIT_OK;
}

static int read_all(struct varta *v, struct list *list)
{
	int error = varta_agent_dump(v, add, list);

	if (error == -EAGAIN)
		fputs("varta: the ledger changed while it was read: agents "
		      "may be missing or listed twice\n", stderr);
	else if (error)
		return fail_call(v, "read the ledger", error);
	if (list->count)
		qsort(list->agents, list->count, sizeof(*list->agents),
		      by_source_and_pid);
	return EXIT_OK;
}

/* Columns of the table. */
enum {
	PID, OWN_PID, NAMESPACE, STATUS, NONCE, SILENCE, THRESHOLD, STALLED,
	ORIGIN, SOURCE, NAME, COLUMNS
};

/*
 * Numbers and what is read like them end at the same place. Names are last: a
 * terminal may need less room for them than their bytes.
 */
static const struct {
	const char *title;
	bool right;
} columns[COLUMNS] = {
	[PID] = { "PID", true },
	[OWN_PID] = { "OWN PID", true },
	[NAMESPACE] = { "NAMESPACE", false },
	[STATUS] = { "STATUS", false },
	[NONCE] = { "NONCE", true },
	[SILENCE] = { "SILENCE", true },
	[THRESHOLD] = { "THRESHOLD", true },
	[STALLED] = { "STALLED", false },
	[ORIGIN] = { "ORIGIN", false },
	[SOURCE] = { "SOURCE", true },
	[NAME] = { "NAME", false },
};

struct row {
	const char *cells[COLUMNS];
	char pid[TEXT_SIZE], own_pid[TEXT_SIZE], pid_namespace[TEXT_SIZE];
	char nonce[TEXT_SIZE], silence[TEXT_SIZE], threshold[TEXT_SIZE];
	char source[TEXT_SIZE], name[NAME_TEXT_SIZE];
};

static void format_number(char *text, uint32_t number)
{
	if (snprintf(text, TEXT_SIZE, "%" PRIu32, number) < 0)
		text[0] = '\0';
}

static void fill_row(struct row *row, const struct varta_agent *agent)
{
	format_number(row->pid, agent->pid);
	format_number(row->own_pid, agent->own_pid);
	format_namespace(row->pid_namespace, agent->ns_inode);
	format_nonce(row->nonce, agent->nonce);
	format_duration(row->silence, agent->silence);
	format_duration(row->threshold,
			(uint64_t)agent->threshold_ms * NS_PER_MS);
	format_number(row->source, agent->source);
	format_name(row->name, agent->name);

	row->cells[PID] = row->pid;
	row->cells[OWN_PID] = row->own_pid;
	row->cells[NAMESPACE] = row->pid_namespace;
	row->cells[STATUS] = varta_status_name(agent->status);
	row->cells[NONCE] = row->nonce;
	row->cells[SILENCE] = row->silence;
	row->cells[THRESHOLD] = row->threshold;
	row->cells[STALLED] = agent->stalled ? "yes" : "no";
	row->cells[ORIGIN] = varta_origin_name(agent->origin);
	row->cells[SOURCE] = row->source;
	row->cells[NAME] = row->name;
}

static void widen(int *widths, const char *const *cells)
{
	int i;

	for (i = 0; i < COLUMNS; i++)
		if ((int)strlen(cells[i]) > widths[i])
			widths[i] = (int)strlen(cells[i]);
}

static void print_row(const int *widths, const char *const *cells)
{
	int i;

	for (i = 0; i < COLUMNS - 1; i++)
		if (widths[i])
			printf("%*s  ",
			       columns[i].right ? widths[i] : -widths[i],
			       cells[i]);
	fputs(cells[i], stdout);
}

static bool any_relayed(const struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->agents[i].source)
			return true;
	return false;
}

static void print_table(const struct list *list)
{
	const char *titles[COLUMNS];
	int widths[COLUMNS] = { 0 };
	struct row row;
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		titles[i] = columns[i].title;
	widen(widths, titles);
	for (i = 0; i < list->count; i++) {
		fill_row(&row, &list->agents[i]);
		widen(widths, row.cells);
	}
	/* Where all are this machine's own, that need not be said. */
	if (!any_relayed(list))
		widths[SOURCE] = 0;

	print_row(widths, titles);
	putchar('\n');
	for (i = 0; i < list->count; i++) {
		fill_row(&row, &list->agents[i]);
		fputs(colour_of_agent(&list->agents[i]), stdout);
		print_row(widths, row.cells);
		puts(colour_end());
	}
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

static int print_json(const struct list *list)
{
	struct json_object *array = json_object_new_array();
	int error = array ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < list->count && !error; i++)
		error = add_to_array(array, &list->agents[i]);
	if (!error)
		error = json_print(array, JSON_C_TO_STRING_PRETTY |
				   JSON_C_TO_STRING_SPACED);
	json_object_put(array);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}

static int show(struct varta *v, void *arg)
{
	const struct agents_options *options = arg;
	struct list list = { .options = options };
	int code = options->one ? read_one(v, &list) : read_all(v, &list);

	if (code == EXIT_OK && options->json)
		code = print_json(&list);
	else if (code == EXIT_OK)
		print_table(&list);
	free(list.agents);
	return code;
}

int run_agents(int argc, char **argv)
{
	struct agents_options options = { 0 };

	return parse_and_work(&parser, argc, argv, &options, show);
}
