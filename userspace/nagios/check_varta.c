// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_varta: a plugin for Nagios, Icinga and others with the same conventions:
 * one line with performance data, and an exit status of 0 to 3.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

#include "format.h"
#include "genl.h"
#include "owner.h"
#include "range.h"

const char *argp_program_version = "check_varta " VARTA_VERSION;

/* Stalled agents that are named. */
#define NAMED_MAX	5

/**
 * enum state - The exit status.
 * @STATE_OK: All is well.
 * @STATE_WARNING: Outside of a range of --warning.
 * @STATE_CRITICAL: Outside of a range of --critical, or the module is gone.
 * @STATE_UNKNOWN: Wrong usage, or it could not be found out.
 */
enum state {
	STATE_OK,
	STATE_WARNING,
	STATE_CRITICAL,
	STATE_UNKNOWN,
};

static const char *const state_names[] = {
	"OK", "WARNING", "CRITICAL", "UNKNOWN",
};

/**
 * struct check - What to check, and what was found.
 * @stalled_warning: Range of the number of stalled agents.
 * @stalled_critical: Likewise.
 * @agents_warning: Range of the number of agents.
 * @agents_critical: Likewise.
 * @fill_warning: Range of how full the table is, in percent.
 * @fill_critical: Likewise.
 * @filter: Which agents.
 * @owners: Reads owners.
 * @stalled: Number of stalled agents.
 * @agents: Number of agents.
 * @named: Number of agents in @names.
 * @names: Names of stalled agents.
 */
struct check {
	struct range stalled_warning, stalled_critical;
	struct range agents_warning, agents_critical;
	struct range fill_warning, fill_critical;
	struct owner_filter filter;
	struct owner_reader *owners;
	unsigned int stalled, agents, named;
	FILE *names;
};

enum {
	OPTION_AGENTS_WARNING = 256,
	OPTION_AGENTS_CRITICAL,
	OPTION_FILL_WARNING,
	OPTION_FILL_CRITICAL,
};

static const struct argp_option option_table[] = {
	{ .name = "warning", .key = 'w', .arg = "RANGE",
	  .doc = "Range of the number of stalled agents" },
	{ .name = "critical", .key = 'c', .arg = "RANGE",
	  .doc = "The same, for CRITICAL (default 0)" },
	{ .name = "agents-warning", .key = OPTION_AGENTS_WARNING,
	  .arg = "RANGE", .doc = "Range of the number of agents" },
	{ .name = "agents-critical", .key = OPTION_AGENTS_CRITICAL,
	  .arg = "RANGE", .doc = "The same, for CRITICAL" },
	{ .name = "fill-warning", .key = OPTION_FILL_WARNING, .arg = "RANGE",
	  .doc = "Range of how full the table is, in percent (default 80)" },
	{ .name = "fill-critical", .key = OPTION_FILL_CRITICAL, .arg = "RANGE",
	  .doc = "The same, for CRITICAL (default 95)" },
	{ .name = "unit", .key = 'u', .arg = "UNIT",
	  .doc = "Only agents of this systemd unit" },
	{ 0 }
};

static void parse_range(struct range *range, const char *text,
			const struct argp_state *state)
{
	if (!range_parse(range, text))
		argp_error(state, "'%s' is not a range: N, N:, N:M or ~:M, "
			   "each also after @", text);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct check *check = state->input;

	switch (key) {
	case 'w':
		parse_range(&check->stalled_warning, argument, state);
		return 0;
	case 'c':
		parse_range(&check->stalled_critical, argument, state);
		return 0;
	case OPTION_AGENTS_WARNING:
		parse_range(&check->agents_warning, argument, state);
		return 0;
	case OPTION_AGENTS_CRITICAL:
		parse_range(&check->agents_critical, argument, state);
		return 0;
	case OPTION_FILL_WARNING:
		parse_range(&check->fill_warning, argument, state);
		return 0;
	case OPTION_FILL_CRITICAL:
		parse_range(&check->fill_critical, argument, state);
		return 0;
	case 'u':
		check->filter.unit = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Check the agents of the varta kernel module, for Nagios.\v"
	       "A RANGE is what is fine, as in the guidelines for plugins: 3 "
	       "for 0 to 3, 1: for 1 and more, @1:3 for all but these. "
	       "Without the module: CRITICAL.",
};

/* A bar would begin the performance data. */
static void add_name(struct check *check, const struct varta_agent *agent,
		     const struct agent_owner *owner)
{
	char place[OWNER_PLACE_SIZE], text[OWNER_TEXT_SIZE], *bar;
	char name[NAME_TEXT_SIZE];

	if (check->named++ >= NAMED_MAX)
		return;
	owner_place(owner, place);
	format_name(name, agent->name);
	format_text(text, place);
	while ((bar = strchr(name, '|')))
		*bar = '?';
	while ((bar = strchr(text, '|')))
		*bar = '?';
	fprintf(check->names, "%s%s (%s%spid %" PRIu32 ", silent for %" PRIu64
		" s)", check->named == 1 ? ": " : ", ", name, text,
		text[0] ? ", " : "", agent->pid, agent->silence / 1000000000);
}

static int count_agent(const struct varta_agent *agent, void *arg)
{
	struct check *check = arg;
	struct agent_owner *owner;

	/* Only those that are named need one. */
	if (!agent->stalled && owner_filter_is_empty(&check->filter)) {
		check->agents++;
		return 0;
	}
	owner = owner_read(check->owners, agent);
	if (!owner)
		return -ENOMEM;
	if (owner_matches(&check->filter, owner)) {
		check->agents++;
		check->stalled += agent->stalled;
		if (agent->stalled)
			add_name(check, agent, owner);
	}
	free(owner);
	return 0;
}

static enum state state_of(const struct range *warning,
			   const struct range *critical, double value)
{
	if (range_alerts(critical, value))
		return STATE_CRITICAL;
	return range_alerts(warning, value) ? STATE_WARNING : STATE_OK;
}

static enum state worst(enum state one, enum state other)
{
	return one > other ? one : other;
}

static const char *text_of(const struct range *range)
{
	return range->text ? range->text : "";
}

static enum state fail(const char *what, int error)
{
	enum state state = error == -ENODEV ? STATE_CRITICAL : STATE_UNKNOWN;

	if (error == -ENODEV)
		printf("VARTA CRITICAL - the module is not loaded\n");
	else
		printf("VARTA UNKNOWN - cannot %s: %s\n", what,
		       strerror(-error));
	return state;
}

static enum state report(const struct check *check, const char *names,
			 uint64_t tracked, uint64_t capacity)
{
	double fill = capacity ? 100.0 * (double)tracked / (double)capacity : 0;
	enum state state;

	state = worst(state_of(&check->stalled_warning,
			       &check->stalled_critical, check->stalled),
		      state_of(&check->agents_warning, &check->agents_critical,
			       check->agents));
	state = worst(state, state_of(&check->fill_warning,
				      &check->fill_critical, fill));
	printf("VARTA %s - %u of %u agents stalled%s%s; the table is %.0f%% full"
	       " | stalled=%u;%s;%s;0 agents=%u;%s;%s;0 fill=%.1f%%;%s;%s;0;100\n",
	       state_names[state], check->stalled, check->agents, names,
	       check->named > NAMED_MAX ? ", ..." : "", fill, check->stalled,
	       text_of(&check->stalled_warning),
	       text_of(&check->stalled_critical), check->agents,
	       text_of(&check->agents_warning),
	       text_of(&check->agents_critical), fill,
	       text_of(&check->fill_warning), text_of(&check->fill_critical));
	return state;
}

static enum state run(struct varta *v, struct check *check)
{
	struct varta_config config;
	struct varta_stats stats;
	enum state state;
	char *names = NULL;
	size_t size;
	int error;

	error = varta_stats_get(v, &stats);
	if (!error)
		error = varta_config_get(v, &config);
	if (error)
		return fail("read the counters", error);
	check->names = open_memstream(&names, &size);
	if (!check->names)
		return fail("name agents", -ENOMEM);
	error = varta_agent_dump(v, NULL, count_agent, check);
	/* The last of several dumps, in each of which something changed. */
	if (error == -EAGAIN)
		error = 0;
	fclose(check->names);
	state = error ? fail("read the agents", error) :
			report(check, names, stats.value[VARTA_A_STATS_TRACKED],
			       config.value[VARTA_A_CONFIG_CAPACITY]);
	free(names);
	return state;
}

int main(int argc, char **argv)
{
	struct check check = { 0 };
	enum state state;
	struct varta *v;
	int error;

	if (!setlocale(LC_ALL, ""))
		setlocale(LC_CTYPE, "");
	/* Performance data has a point. */
	setlocale(LC_NUMERIC, "C");
	range_parse(&check.stalled_critical, "0");
	range_parse(&check.fill_warning, "80");
	range_parse(&check.fill_critical, "95");
	argp_err_exit_status = STATE_UNKNOWN;
	if (argp_parse(&parser, argc, argv, 0, NULL, &check))
		return STATE_UNKNOWN;
	if (!genl_module_is_loaded())
		return fail("reach the kernel", -ENODEV);
	error = varta_open(&v, NULL);
	if (error)
		return fail("reach the kernel", error);
	check.owners = owner_reader_open();
	state = check.owners ? run(v, &check) : fail("read owners", -ENOMEM);
	owner_reader_close(check.owners);
	varta_close(v);
	return fflush(stdout) || ferror(stdout) ? STATE_UNKNOWN : state;
}
