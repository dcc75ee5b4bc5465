// SPDX-License-Identifier: GPL-2.0-only
/*
 * The full-screen display of varta top. See tui.h.
 */
#define _XOPEN_SOURCE_EXTENDED
#include "tui.h"

#include <curses.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "colour.h"
#include "table.h"

/* Totals, order and filter, table header. */
#define HEAD_LINES	3
/* Keys, or the filter that is typed. */
#define FOOT_LINES	1

/* Foreground colours; a severity is the number of its colour pair. */
static const short colours[] = {
	[SEVERITY_WARNING] = COLOR_YELLOW,
	[SEVERITY_CRITICAL] = COLOR_RED,
};

static SCREEN *screen;

static bool is_terminal(void)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return true;
	fputs("varta: top needs a terminal at standard input and output; "
	      "without one, use: varta agents\n", stderr);
	return false;
}

static void init_colours(void)
{
	short i;

	if (!colour_enabled() || !has_colors())
		return;
	start_color();
	use_default_colors();
	for (i = SEVERITY_WARNING; i <= SEVERITY_CRITICAL; i++)
		init_pair(i, colours[i], -1);
}

bool tui_open(void)
{
	const char *type = getenv("TERM");

	if (!is_terminal())
		return false;
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		fprintf(stderr, "varta: unknown terminal type: TERM is '%s'\n",
			type ? type : "");
		return false;
	}
	init_colours();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	/* A short wait tells the Escape key from an escape sequence. */
	set_escdelay(25);
	curs_set(0);
	return true;
}

void tui_close(void)
{
	endwin();
	delscreen(screen);
	screen = NULL;
}

/* Also where ncurses does not do so itself: Debian's for 32-bit PCs. */
void tui_follow_size(void)
{
	struct winsize size;

	/* These are for ncurses to prefer to the terminal's size. */
	if (getenv("LINES") || getenv("COLUMNS"))
		return;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col)
		return;
	if (is_term_resized(size.ws_row, size.ws_col))
		resizeterm(size.ws_row, size.ws_col);
}

size_t tui_rows(void)
{
	int rows = LINES - HEAD_LINES - FOOT_LINES;

	return rows > 0 ? (size_t)rows : 0;
}

/* Number of characters that fit; some are two columns wide. */
static size_t characters_that_fit(const wchar_t *text, int columns)
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

/* Cut off at the right edge. */
static void draw_line(int y, attr_t attributes, const char *text)
{
	wchar_t wide[TABLE_LINE_SIZE];
	size_t count = mbstowcs(wide, text, TABLE_LINE_SIZE - 1);

	if (y < 0 || y >= LINES)
		return;
	attrset(attributes);
	move(y, 0);
	/* Not representable in this locale: convert byte by byte. */
	if (count == (size_t)-1) {
		for (count = 0; text[count]; count++)
			wide[count] = text[count] & 0x80 ? L'?' : text[count];
	}
	wide[count] = L'\0';
	addnwstr(wide, (int)characters_that_fit(wide, COLS));
	attrset(A_NORMAL);
}

__attribute__((format(printf, 3, 4)))
static void draw_text(int y, attr_t attributes, const char *format, ...)
{
	char line[TABLE_LINE_SIZE];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length >= 0)
		draw_line(y, attributes, line);
}

/* A narrow terminal cuts off the end. */
static void draw_head(const struct tui_view *view)
{
	const struct agent_query *query = &view->query;

	draw_text(0, A_BOLD, "varta: %" PRIu64 " agents, %" PRIu64
		  " stalled, %" PRIu64 " beats/s, capacity %" PRIu64 "%s",
		  view->tracked, view->stalled, view->beats, view->capacity,
		  view->paused ? "  PAUSED" : "");
	draw_text(1, A_NORMAL, "%zu shown, by %s%s%s%s%s%s", view->count,
		  sort_key_name(query->key), query->reverse ? ", reversed" : "",
		  query->stalled ? ", stalled only" : "",
		  view->filter[0] ? ", with '" : "", view->filter,
		  view->filter[0] ? "'" : "");
}

static void draw_foot(const struct tui_view *view)
{
	if (view->typing)
		draw_text(LINES - FOOT_LINES, A_REVERSE,
			  "Filter: %s_  (Enter: keep, Escape: clear)",
			  view->filter);
	else
		draw_line(LINES - FOOT_LINES, A_REVERSE,
			  "q quit  s sort  r reverse  / filter  t stalled only"
			  "  Space pause  arrows scroll");
}

static void draw_table_header(const struct table *table)
{
	char line[TABLE_LINE_SIZE];
	int length;

	table_header(table, line);
	length = (int)strlen(line);
	draw_line(HEAD_LINES - 1, A_REVERSE, line);
	if (length < COLS)
		mvchgat(HEAD_LINES - 1, length, -1, A_REVERSE, 0, NULL);
}

static void draw_agent(int y, const struct table *table,
		       const struct varta_agent *agent,
		       const struct agent_owner *owner)
{
	enum severity severity = agent_severity(agent);
	attr_t attributes = A_NORMAL;
	char line[TABLE_LINE_SIZE];

	if (severity && colour_enabled())
		attributes = COLOR_PAIR(severity);
	table_row(table, agent, owner, line);
	draw_line(y, attributes, line);
}

/* Computes the layout for @count agents on the screen. */
static void lay_out(struct tui_view *view, struct agent_owner **owners,
		    size_t count, struct table *table)
{
	size_t i;

	for (i = 0; i < count; i++)
		table_widen(&view->table, view->matches[view->first + i],
			    owners[i]);
	*table = view->table;
	table_fit(table, COLS);
}

/* Draws @count agents. Owners that there is no memory for are unknown. */
static void draw_agents(struct tui_view *view, struct agent_owner **owners,
			size_t count)
{
	const struct varta_agent **agents = view->matches + view->first;
	struct table table;
	size_t i;

	for (i = 0; i < count; i++)
		owners[i] = owner_read(view->owners, agents[i]);
	lay_out(view, owners, count, &table);
	draw_table_header(&table);
	for (i = 0; i < count; i++) {
		draw_agent(HEAD_LINES + (int)i, &table, agents[i], owners[i]);
		free(owners[i]);
	}
}

void tui_draw(struct tui_view *view)
{
	size_t count = view->count - view->first, rows = tui_rows();
	struct agent_owner **owners;

	if (count > rows)
		count = rows;
	owners = calloc(count + 1, sizeof(*owners));
	erase();
	draw_head(view);
	if (owners)
		draw_agents(view, owners, count);
	free(owners);
	draw_foot(view);
	refresh();
}
