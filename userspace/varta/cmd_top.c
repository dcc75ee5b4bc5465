// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta top: the ledger, live, on the full screen. Reads the ledger and the
 * keys; what that looks like is in tui.c.
 */
#include <argp.h>
#include <ctype.h>
#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#include "agent_args.h"
#include "clock.h"
#include "colour.h"
#include "command.h"
#include "error.h"
#include "parse.h"
#include "session.h"
#include "tui.h"

#define NS_PER_MS	1000000
#define NS_PER_S	1000000000
#define INTERVAL_MS	1000
/* More often than this nobody can read, and the ledger is read in whole. */
#define INTERVAL_MIN_MS	100

#define KEY_ESCAPE	27

/**
 * struct top - The view, and what keeps it up to date.
 * @view: What is seen.
 * @interval_ms: How often the ledger is read.
 * @read_at: When it was last read.
 * @beats_at: How many beats had been accepted by then.
 * @outdated: It has to be read before it is shown.
 * @ended: There is no more to do.
 */
struct top {
	struct view view;
	int interval_ms;
	uint64_t read_at, beats_at;
	bool outdated, ended;
};

static const struct argp_option option_table[] = {
	{ .name = "delay", .key = 'd', .arg = "DURATION",
	  .doc = "How often to look: 500ms, 5s, 2m; a bare number is ms "
		 "(default 1s, at least 100ms)" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct top *top = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &top->view.query;
		return 0;
	case 'd':
		return understood(parse_duration(argument, &top->interval_ms) &&
				  top->interval_ms >= INTERVAL_MIN_MS,
				  argument, state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
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
	.doc = "Show the ledger live, on the full screen.\v"
	       "Keys: q quits; s sorts by the next column, r the other way "
	       "round; / types a filter, which is looked for in the whole "
	       "line, and Escape ends it; t shows only the stalled; Space "
	       "pauses; arrows, Page and Home and End scroll.",
};

static int read_stats(struct varta *v, struct top *top)
{
	uint64_t now = varta_monotonic_now(), beats, passed;
	struct varta_stats stats;
	int error = varta_stats_get(v, &stats);

	if (error)
		return error;
	beats = stats.value[VARTA_A_STATS_INSERTED] +
		stats.value[VARTA_A_STATS_REFRESHED];
	passed = now - top->read_at;
	/* The module may have been loaded anew, and count from 0. */
	top->view.beats = 0;
	if (top->read_at && passed && beats >= top->beats_at)
		top->view.beats = (uint64_t)((double)(beats - top->beats_at) *
					     NS_PER_S / (double)passed + 0.5);
	top->read_at = now;
	top->beats_at = beats;
	top->view.tracked = stats.value[VARTA_A_STATS_TRACKED];
	top->view.stalled = stats.value[VARTA_A_STATS_STALLED_NOW];
	return 0;
}

static bool is_shown(const struct view *view, const struct varta_agent *agent)
{
	char line[TABLE_LINE_SIZE];
	struct table table;

	if (!view->filter[0])
		return true;
	/* In all columns, whether or not there is room for them. */
	table_begin(&table);
	table_widen(&table, agent);
	table_line(&table, agent, line);
	return strcasestr(line, view->filter);
}

static int apply_filter(struct view *view)
{
	const struct varta_agent **grown;
	size_t i;

	if (view->room < view->ledger.room) {
		grown = reallocarray(view->shown, view->ledger.room,
				     sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		view->shown = grown;
		view->room = view->ledger.room;
	}
	view->count = 0;
	for (i = 0; i < view->ledger.count; i++)
		if (is_shown(view, &view->ledger.agents[i]))
			view->shown[view->count++] = &view->ledger.agents[i];
	return 0;
}

static int look(struct varta *v, struct top *top)
{
	struct varta_config config;
	int error = varta_config_get(v, &config);

	if (!error) {
		top->view.capacity = config.value[VARTA_A_CONFIG_CAPACITY];
		error = read_stats(v, top);
	}
	if (!error)
		error = ledger_read(v, &top->view.query, &top->view.ledger);
	if (!error)
		error = apply_filter(&top->view);
	return error;
}

static void scroll_to(struct view *view, size_t first)
{
	size_t rows = screen_rows();
	size_t last = view->count > rows ? view->count - rows : 0;

	view->first = first < last ? first : last;
}

static void scroll_up(struct view *view, size_t lines)
{
	scroll_to(view, view->first > lines ? view->first - lines : 0);
}

/* A character may be several bytes, of which the others begin with 10. */
static void cut_last(char *text)
{
	size_t length = strlen(text);

	while (length && (text[length - 1] & 0xc0) == 0x80)
		length--;
	if (length)
		text[length - 1] = '\0';
}

static void type_filter(struct view *view, int key)
{
	size_t length = strlen(view->filter);

	switch (key) {
	case KEY_ESCAPE:
		view->filter[0] = '\0';
		view->typing = false;
		break;
	case '\n':
	case KEY_ENTER:
		view->typing = false;
		break;
	case KEY_BACKSPACE:
	case '\b':
	case 0x7f:
		cut_last(view->filter);
		break;
	default:
		if (key > 0xff || iscntrl(key) || length + 1 >= FILTER_SIZE)
			break;
		view->filter[length] = (char)key;
		view->filter[length + 1] = '\0';
		break;
	}
}

static void move_about(struct view *view, int key)
{
	switch (key) {
	case KEY_UP:
		scroll_up(view, 1);
		break;
	case KEY_DOWN:
		scroll_to(view, view->first + 1);
		break;
	case KEY_PPAGE:
		scroll_up(view, screen_rows());
		break;
	case KEY_NPAGE:
		scroll_to(view, view->first + screen_rows());
		break;
	case KEY_HOME:
		scroll_to(view, 0);
		break;
	case KEY_END:
		scroll_to(view, view->count);
		break;
	default:
		break;
	}
}

static void take_key(struct top *top, int key)
{
	struct view *view = &top->view;

	if (view->typing) {
		type_filter(view, key);
		return;
	}
	switch (key) {
	case 'q':
		top->ended = true;
		break;
	case 's':
		view->query.key = (view->query.key + 1) % SORT_KEYS;
		break;
	case 'r':
		view->query.reverse = !view->query.reverse;
		break;
	case 't':
		view->query.stalled = !view->query.stalled;
		top->outdated = true;
		break;
	case '/':
		view->typing = true;
		break;
	case KEY_ESCAPE:
		view->filter[0] = '\0';
		break;
	case ' ':
		view->paused = !view->paused;
		top->outdated = !view->paused;
		break;
	default:
		move_about(view, key);
		break;
	}
}

/* Returns a negative errno. */
static int show(struct varta *v, struct top *top)
{
	struct view *view = &top->view;
	int error;

	if (top->outdated) {
		error = look(v, top);
	} else {
		ledger_sort(view->ledger.agents, view->ledger.count,
			    view->query.key, view->query.reverse);
		error = apply_filter(view);
	}
	if (error)
		return error;
	top->outdated = false;
	scroll_to(view, view->first);
	screen_draw(view);
	return 0;
}

/* Takes a key and those typed ahead, so that they cost one drawing. */
static void take_keys(struct top *top, int key)
{
	timeout(0);
	while (key != ERR && !top->ended) {
		take_key(top, key);
		key = getch();
	}
}

/* Ends with q, or a failure. Returns a negative errno. */
static int follow(struct varta *v, struct top *top)
{
	uint64_t interval = (uint64_t)top->interval_ms * NS_PER_MS;
	uint64_t when = varta_monotonic_now() + interval;
	int key, error = show(v, top);

	while (!error && !top->ended) {
		timeout(top->view.paused ? -1 : ms_until(when));
		key = getch();
		if (key != ERR) {
			take_keys(top, key);
		} else {
			top->outdated = true;
			/* One that is gone has no keys, and no more time. */
			top->ended = !isatty(STDIN_FILENO);
		}
		if (top->outdated)
			when = varta_monotonic_now() + interval;
		error = show(v, top);
	}
	return error;
}

static int work(struct varta *v, void *arg)
{
	struct top *top = arg;
	int error;

	if (!screen_open())
		return EXIT_SYSTEM;
	table_begin(&top->view.table);
	error = follow(v, top);
	screen_close();
	ledger_free(&top->view.ledger);
	free(top->view.shown);
	return error ? fail_call(v, "read the ledger", error) : EXIT_OK;
}

int run_top(int argc, char **argv)
{
	struct top top = { .interval_ms = INTERVAL_MS, .outdated = true };

	return parse_and_work(&parser, argc, argv, &top, work);
}
