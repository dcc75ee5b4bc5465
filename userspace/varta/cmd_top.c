// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta top: shows the agents live. Reads agents and keys; tui.c draws.
 */
#include <argp.h>
#include <ctype.h>
#include <curses.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#include "agent_args.h"
#include "args.h"
#include "clock.h"
#include "colour.h"
#include "command.h"
#include "error.h"
#include "owner_args.h"
#include "parse.h"
#include "session.h"
#include "tui.h"

#define INTERVAL_MS	1000
/* Each update reads all agents. */
#define INTERVAL_MIN_MS	100

#define KEY_ESCAPE	27

/**
 * struct top - The view and its updates.
 * @view: What the screen shows.
 * @owned_by: Whose agents it shows.
 * @interval_ms: Time from update to update.
 * @read_at: Time of the last update.
 * @beats_at: Number of accepted beats at that time.
 * @outdated: Read the agents before drawing them.
 * @ended: The user quit.
 */
struct top {
	struct tui_view view;
	struct owner_filter owned_by;
	uint32_t interval_ms;
	uint64_t read_at, beats_at;
	bool outdated, ended;
};

static const struct argp_option option_table[] = {
	{ .name = "delay", .key = 'd', .arg = "DURATION",
	  .doc = "Time between updates: 500ms, 5s, 2m or 1h; a bare number is "
		 "ms (default 1s, at least 100ms)" },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct top *top = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &top->view.query;
		state->child_inputs[1] = &top->owned_by;
		return 0;
	case 'd':
		top->interval_ms = args_duration(state, "--delay", argument,
						 INTERVAL_MIN_MS, DURATION_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &agent_args },
	{ .argp = &owner_args },
	{ .argp = &colour_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.doc = "Show the agents live, full screen.\v"
	       "Keys: q quits; s sorts by the next column, r reverses the "
	       "order; / takes a filter, which must match a part of the line, "
	       "and Escape clears it; t shows only stalled agents; Space "
	       "pauses; arrows, Page Up, Page Down, Home and End scroll.",
};

/* A reloaded module counts from 0. */
static uint64_t beats_per_second(const struct top *top, uint64_t beats,
				 uint64_t now)
{
	uint64_t elapsed = now - top->read_at;

	if (!top->read_at || !elapsed || beats < top->beats_at)
		return 0;
	return (uint64_t)((double)(beats - top->beats_at) * (double)NS_PER_S /
			  (double)elapsed + 0.5);
}

static int read_stats(struct varta *v, struct top *top)
{
	uint64_t now = varta_monotonic_now(), beats;
	struct varta_stats stats;
	int error = varta_stats_get(v, &stats);

	if (error)
		return error;
	beats = stats.value[VARTA_A_STATS_INSERTED] +
		stats.value[VARTA_A_STATS_REFRESHED];
	top->view.beats = beats_per_second(top, beats, now);
	top->read_at = now;
	top->beats_at = beats;
	top->view.tracked = stats.value[VARTA_A_STATS_TRACKED];
	top->view.stalled = stats.value[VARTA_A_STATS_STALLED_NOW];
	return 0;
}

/* Searches hidden columns, too. */
static bool line_matches(const struct tui_view *view,
			 const struct varta_agent *agent,
			 const struct agent_owner *owner)
{
	char line[TABLE_LINE_SIZE];
	struct table table;

	table_init(&table, true);
	table_widen(&table, agent, owner);
	table_row(&table, agent, owner, line);
	return strcasestr(line, view->filter);
}

/* The owner is read, from files of /proc, only if the rest does not decide. */
static bool matches_filter(const struct top *top,
			   const struct varta_agent *agent)
{
	const struct tui_view *view = &top->view;
	bool matches = !view->filter[0] || line_matches(view, agent, NULL);
	struct agent_owner *owner;

	if (matches && owner_filter_is_empty(&top->owned_by))
		return true;
	owner = owner_read(view->owners, agent);
	if (!owner)
		return false;
	matches = (matches || line_matches(view, agent, owner)) &&
		  owner_matches(&top->owned_by, owner);
	free(owner);
	return matches;
}

static int apply_filter(struct top *top)
{
	struct tui_view *view = &top->view;
	const struct varta_agent **grown, *agent;
	size_t i;

	if (view->allocated < view->snapshot.allocated) {
		grown = reallocarray(view->matches, view->snapshot.allocated,
				     sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		view->matches = grown;
		view->allocated = view->snapshot.allocated;
	}
	view->count = 0;
	for (i = 0; i < view->snapshot.count; i++) {
		agent = &view->snapshot.agents[i];
		if (matches_filter(top, agent))
			view->matches[view->count++] = agent;
	}
	return 0;
}

static int update(struct varta *v, struct top *top)
{
	struct varta_config config;
	int error = varta_config_get(v, &config);

	if (!error) {
		top->view.capacity = config.value[VARTA_A_CONFIG_CAPACITY];
		error = read_stats(v, top);
	}
	if (!error)
		error = snapshot_read(v, &top->view.query, &top->view.snapshot);
	if (!error)
		error = apply_filter(top);
	return error;
}

static void scroll_to(struct tui_view *view, size_t first)
{
	size_t rows = tui_rows();
	size_t last = view->count > rows ? view->count - rows : 0;

	view->first = first < last ? first : last;
}

static void scroll_up(struct tui_view *view, size_t lines)
{
	scroll_to(view, view->first > lines ? view->first - lines : 0);
}

/* Bytes 10xxxxxx continue a UTF-8 character. */
static void remove_last_character(char *text)
{
	size_t length = strlen(text);

	while (length && (text[length - 1] & 0xc0) == 0x80)
		length--;
	if (length)
		text[length - 1] = '\0';
}

static void edit_filter(struct tui_view *view, int key)
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
		remove_last_character(view->filter);
		break;
	default:
		if (key > 0xff || iscntrl(key) || length + 1 >= FILTER_SIZE)
			break;
		view->filter[length] = (char)key;
		view->filter[length + 1] = '\0';
		break;
	}
}

static void scroll_by_key(struct tui_view *view, int key)
{
	switch (key) {
	case KEY_UP:
		scroll_up(view, 1);
		break;
	case KEY_DOWN:
		scroll_to(view, view->first + 1);
		break;
	case KEY_PPAGE:
		scroll_up(view, tui_rows());
		break;
	case KEY_NPAGE:
		scroll_to(view, view->first + tui_rows());
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

static void handle_key(struct top *top, int key)
{
	struct tui_view *view = &top->view;

	if (view->typing) {
		edit_filter(view, key);
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
		scroll_by_key(view, key);
		break;
	}
}

static int redraw(struct varta *v, struct top *top)
{
	struct tui_view *view = &top->view;
	int error;

	if (top->outdated) {
		error = update(v, top);
	} else {
		snapshot_sort(view->snapshot.agents, view->snapshot.count,
			      view->query.key, view->query.reverse);
		error = apply_filter(top);
	}
	if (error)
		return error;
	top->outdated = false;
	tui_follow_size();
	scroll_to(view, view->first);
	tui_draw(view);
	return 0;
}

/* Handles keys that were typed ahead, too, before drawing once. */
static void handle_keys(struct top *top, int key)
{
	timeout(0);
	while (key != ERR && !top->ended) {
		handle_key(top, key);
		key = getch();
	}
}

/* Returns 0 when the user quits, or a negative errno. */
static int run_until_quit(struct varta *v, struct top *top)
{
	uint64_t interval = top->interval_ms * NS_PER_MS;
	uint64_t due = varta_monotonic_now() + interval;
	int key, error = redraw(v, top);

	while (!error && !top->ended) {
		timeout(top->view.paused ? -1 : ms_until(due));
		key = getch();
		if (key != ERR) {
			handle_keys(top, key);
		} else {
			top->outdated = true;
			/* getch() also fails at once after a hangup. */
			top->ended = !isatty(STDIN_FILENO);
		}
		if (top->outdated)
			due = varta_monotonic_now() + interval;
		error = redraw(v, top);
	}
	return error;
}

static int work(struct varta *v, void *arg)
{
	struct top *top = arg;
	int error;

	top->view.owners = owner_reader_open();
	if (!top->view.owners)
		return fail_system("read the owners", -ENOMEM);
	if (!tui_open()) {
		owner_reader_close(top->view.owners);
		return EXIT_SYSTEM;
	}
	table_init(&top->view.table, false);
	error = run_until_quit(v, top);
	tui_close();
	snapshot_free(&top->view.snapshot);
	free(top->view.matches);
	owner_reader_close(top->view.owners);
	return error ? fail_call(v, "read the agents", error) : EXIT_OK;
}

int cmd_top(int argc, char **argv)
{
	struct top top = { .interval_ms = INTERVAL_MS, .outdated = true };

	return session_parse_and_run(&parser, argc, argv, &top, work);
}
