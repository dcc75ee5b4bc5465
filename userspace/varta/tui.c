// SPDX-License-Identifier: GPL-2.0-only
/*
 * The full-screen view of the ledger. See tui.h.
 */
#define _XOPEN_SOURCE_EXTENDED
#include "tui.h"

#include <curses.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "colour.h"
#include "table.h"
#include "terminal.h"

/* Above the agents: what is so now, how they are shown, their titles. */
#define HEAD_LINES	3
/* Below them: the keys. */
#define FOOT_LINES	1

/* Pairs of colours, by enum concern. */
static const short colours[] = {
	[CONCERN_SOME] = COLOR_YELLOW,
	[CONCERN_GREAT] = COLOR_RED,
};

static SCREEN *screen;

static bool is_terminal(void)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return true;
	fputs("varta: top needs a terminal; without one: varta agents\n",
	      stderr);
	return false;
}

static void prepare_colours(void)
{
	short i;

	if (!colour_wanted() || !has_colors())
		return;
	start_color();
	use_default_colors();
	for (i = CONCERN_SOME; i <= CONCERN_GREAT; i++)
		init_pair(i, colours[i], -1);
}

bool screen_open(void)
{
	const char *type = getenv("TERM");

	if (!is_terminal())
		return false;
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		fprintf(stderr, "varta: the terminal's type is not known: "
			"TERM is '%s'\n", type ? type : "");
		return false;
	}
	prepare_colours();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	/* Escape is a key here, and no wait for what may follow it. */
	set_escdelay(25);
	curs_set(0);
	return true;
}

void screen_close(void)
{
	endwin();
	delscreen(screen);
	screen = NULL;
}

size_t screen_rows(void)
{
	int rows = LINES - HEAD_LINES - FOOT_LINES;

	return rows > 0 ? (size_t)rows : 0;
}

/* As many characters as there are columns for; some are wider than one. */
static size_t characters_for(const wchar_t *text, int columns)
{
	size_t count = 0;
	int width;

	while (text[count]) {
		width = wcwidth(text[count]);
		columns -= width > 0 ? width : 0;
		if (columns < 0)
			break;
		count++;
	}
	return count;
}

/* A line of the screen, cut off where it ends. */
static void put_line(int y, attr_t attributes, const char *text)
{
	wchar_t wide[TABLE_LINE_SIZE];
	size_t count = mbstowcs(wide, text, TABLE_LINE_SIZE - 1);

	if (y < 0 || y >= LINES)
		return;
	attrset(attributes);
	move(y, 0);
	/* In a locale without these characters, it is written byte by byte. */
	if (count == (size_t)-1) {
		for (count = 0; text[count]; count++)
			wide[count] = text[count] & 0x80 ? L'?' : text[count];
	}
	wide[count] = L'\0';
	addnwstr(wide, (int)characters_for(wide, COLS));
	attrset(A_NORMAL);
}

__attribute__((format(printf, 3, 4)))
static void put_text(int y, attr_t attributes, const char *format, ...)
{
	char line[TABLE_LINE_SIZE];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length >= 0)
		put_line(y, attributes, line);
}

/* The most important first: the end is what a narrow terminal lacks. */
static void draw_head(const struct view *view)
{
	const struct ledger_query *query = &view->query;
	char room[64] = "";

	if (view->capacity &&
	    snprintf(room, sizeof(room), ", room for %" PRIu64,
		     view->capacity) < 0)
		room[0] = '\0';
	put_text(0, A_BOLD, "varta: %" PRIu64 " agents, %" PRIu64
		 " stalled, %" PRIu64 " beats/s%s%s", view->tracked,
		 view->stalled, view->beats, room,
		 view->paused ? "  PAUSED" : "");
	put_text(1, A_NORMAL, "%zu shown, by %s%s%s%s%s%s", view->count,
		 sort_key_name(query->key), query->reverse ? ", reversed" : "",
		 query->stalled ? ", stalled only" : "",
		 view->filter[0] ? ", with '" : "", view->filter,
		 view->filter[0] ? "'" : "");
}

static void draw_foot(const struct view *view)
{
	if (view->typing)
		put_text(LINES - FOOT_LINES, A_REVERSE,
			 "Only with: %s_  (Enter: keep, Escape: all)",
			 view->filter);
	else
		put_line(LINES - FOOT_LINES, A_REVERSE,
			 "q quit  s sort  r reverse  / filter  t stalled only"
			 "  Space pause  arrows scroll");
}

static void draw_titles(const struct table *table)
{
	char line[TABLE_LINE_SIZE];
	int length;

	table_titles(table, line);
	length = (int)strlen(line);
	put_line(HEAD_LINES - 1, A_REVERSE, line);
	if (length < COLS)
		mvchgat(HEAD_LINES - 1, length, -1, A_REVERSE, 0, NULL);
}

static void draw_agent(int y, const struct table *table,
		       const struct varta_agent *agent)
{
	enum concern concern = concern_about(agent);
	char line[TABLE_LINE_SIZE];

	table_line(table, agent, line);
	put_line(y, concern && colour_wanted() ? COLOR_PAIR(concern) :
						 A_NORMAL, line);
}

/* As wide as the terminal needs it, while what was seen is still remembered. */
static void measure(struct view *view, size_t end, struct table *table)
{
	size_t i;

	for (i = view->first; i < end; i++)
		table_widen(&view->table, view->shown[i]);
	*table = view->table;
	table_fit(table, COLS);
}

void screen_draw(struct view *view)
{
	size_t end = view->first + screen_rows(), i;
	struct table table;

	if (end > view->count)
		end = view->count;
	measure(view, end, &table);
	erase();
	draw_head(view);
	draw_titles(&table);
	for (i = view->first; i < end; i++)
		draw_agent(HEAD_LINES + (int)(i - view->first), &table,
			   view->shown[i]);
	draw_foot(view);
	refresh();
}
