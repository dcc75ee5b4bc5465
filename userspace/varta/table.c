// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of agents. See table.h.
 */
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "clock.h"

/* Spaces between columns. */
#define GAP	2

/* Size of two durations and the word between. */
#define SILENCE_SIZE	(2 * TEXT_SIZE + 4)

/* Ends a text that is cut. */
#define CUT	"..."

/* Where columns are shown. */
enum column_use { ALWAYS, WIDE, IF_ANY, WIDE_IF_ANY };

/* @min_width: Not cut to less; 0 for a column that is not cut. */
static const struct {
	const char *title;
	enum column_use use;
	bool right_aligned;
	int min_width;
} columns[COLUMNS_COUNT] = {
	[COLUMN_NAME] = { "NAME", ALWAYS, false, 15 },
	[COLUMN_UNIT] = { "UNIT", ALWAYS, false, 12 },
	[COLUMN_USER] = { "USER", ALWAYS, false, 8 },
	[COLUMN_PID] = { "PID", ALWAYS, true, 0 },
	[COLUMN_STATE] = { "STATE", ALWAYS, false, 0 },
	[COLUMN_SILENCE] = { "SILENCE", ALWAYS, true, 0 },
	[COLUMN_SOURCE] = { "SOURCE", IF_ANY, true, 0 },
	[COLUMN_LONGEST_GAP] = { "LONGEST GAP", WIDE, true, 0 },
	[COLUMN_STATUS] = { "STATUS", WIDE, false, 0 },
	[COLUMN_NONCE] = { "NONCE", WIDE, true, 0 },
	[COLUMN_NS_PID] = { "NS PID", WIDE, true, 0 },
	[COLUMN_NAMESPACE] = { "NAMESPACE", WIDE, false, 0 },
	[COLUMN_ORIGIN] = { "ORIGIN", WIDE, false, 0 },
	[COLUMN_CONTAINER] = { "CONTAINER", WIDE_IF_ANY, false, 0 },
	[COLUMN_POD] = { "POD", WIDE_IF_ANY, false, 0 },
	[COLUMN_LANE] = { "OVERDUE LANE", IF_ANY, false, 12 },
	[COLUMN_STATUS_TEXT] = { "STATUS TEXT", IF_ANY, false, 11 },
};

/* Cut first to last on a narrow terminal, then hidden but for the name. */
static const enum table_column cut_columns[] = {
	COLUMN_STATUS_TEXT, COLUMN_LANE, COLUMN_UNIT, COLUMN_NAME, COLUMN_USER,
};
static const enum table_column optional_columns[] = {
	COLUMN_STATUS_TEXT, COLUMN_USER, COLUMN_LANE, COLUMN_UNIT,
};

struct row {
	const char *cells[COLUMNS_COUNT];
	char name[NAME_TEXT_SIZE], lane[NAME_TEXT_SIZE];
	char unit[OWNER_TEXT_SIZE], user[OWNER_TEXT_SIZE];
	char container[OWNER_TEXT_SIZE], pod[OWNER_TEXT_SIZE];
	char status_text[OWNER_TEXT_SIZE];
	char pid[TEXT_SIZE], state[TEXT_SIZE], silence[SILENCE_SIZE];
	char source[TEXT_SIZE];
	char longest_gap[TEXT_SIZE], nonce[TEXT_SIZE], ns_pid[TEXT_SIZE], pid_namespace[TEXT_SIZE];
};

static void format_number(char *text, uint32_t number)
{
	snprintf(text, TEXT_SIZE, "%" PRIu32, number);
}

static void format_silence(char *text, const struct varta_agent *agent)
{
	char silence[TEXT_SIZE], threshold[TEXT_SIZE];

	format_duration(silence, agent->silence);
	format_duration(threshold, (uint64_t)agent->threshold_ms * NS_PER_MS);
	snprintf(text, SILENCE_SIZE, "%s of %s", silence, threshold);
}

/* Kernels that do not count beats do not know the gap. */
static void format_longest_gap(char *text, const struct varta_agent *agent)
{
	if (agent->beats)
		format_duration(text, agent->longest_gap);
	else
		strcpy(text, "-");
}

static void format_owner(char *text, const char *from)
{
	format_text(text, *from ? from : "-");
}

static void fill_owner(struct row *row, const struct agent_owner *owner)
{
	char place[OWNER_PLACE_SIZE] = "";

	if (owner)
		owner_place(owner, place);
	format_owner(row->unit, place);
	format_owner(row->user, owner ? owner->user : "");
	format_owner(row->container, owner ? owner->container : "");
	format_owner(row->pod, owner ? owner->pod : "");
	format_owner(row->status_text, owner ? owner->status : "");
	row->cells[COLUMN_UNIT] = row->unit;
	row->cells[COLUMN_USER] = row->user;
	row->cells[COLUMN_CONTAINER] = row->container;
	row->cells[COLUMN_POD] = row->pod;
	row->cells[COLUMN_STATUS_TEXT] = row->status_text;
}

/* With what is known of it: "stalled: waiting", "stalled: source". */
static void format_state(char *text, const struct varta_agent *agent)
{
	if (!agent->stalled)
		snprintf(text, TEXT_SIZE, "%s",
			 varta_status_name(agent->status));
	else if (agent->source_silent)
		snprintf(text, TEXT_SIZE, "stalled: source");
	else if (agent->reason == VARTA_STALL_REASON_UNKNOWN)
		snprintf(text, TEXT_SIZE, "stalled");
	else
		snprintf(text, TEXT_SIZE, "stalled: %s",
			 varta_stall_reason_name(agent->reason));
}

static void format_lane(char *text, const char *lane)
{
	if (*lane)
		format_name(text, lane);
	else
		strcpy(text, "-");
}

static void fill_row(struct row *row, const struct varta_agent *agent,
		     const struct agent_owner *owner)
{
	format_name(row->name, agent->name);
	format_number(row->pid, agent->pid);
	format_silence(row->silence, agent);
	format_number(row->source, agent->source);
	format_longest_gap(row->longest_gap, agent);
	format_nonce(row->nonce, agent->nonce);
	format_number(row->ns_pid, agent->ns_pid);
	format_namespace(row->pid_namespace, agent->ns_inode);
	format_state(row->state, agent);

	fill_owner(row, owner);
	format_lane(row->lane, agent->lane);
	row->cells[COLUMN_NAME] = row->name;
	row->cells[COLUMN_LANE] = row->lane;
	row->cells[COLUMN_PID] = row->pid;
	row->cells[COLUMN_STATE] = row->state;
	row->cells[COLUMN_SILENCE] = row->silence;
	row->cells[COLUMN_SOURCE] = row->source;
	row->cells[COLUMN_LONGEST_GAP] = row->longest_gap;
	row->cells[COLUMN_STATUS] = varta_status_name(agent->status);
	row->cells[COLUMN_NONCE] = row->nonce;
	row->cells[COLUMN_NS_PID] = row->ns_pid;
	row->cells[COLUMN_NAMESPACE] = row->pid_namespace;
	row->cells[COLUMN_ORIGIN] = varta_origin_name(agent->origin);
}

/*
 * Counts the bytes of @text that are at most @most columns wide on a terminal,
 * and sets @width to these columns.
 */
static size_t measure(const char *text, int most, int *width)
{
	size_t used = 0, left = strlen(text), length;
	mbstate_t state = { 0 };
	wchar_t character;
	int columns_used;

	for (*width = 0; left; used += length, left -= length) {
		length = mbrtowc(&character, text + used, left, &state);
		/* Not text in this locale: byte by byte. */
		if (length > left || !length) {
			state = (mbstate_t){ 0 };
			length = 1;
			columns_used = 1;
		} else {
			columns_used = wcwidth(character);
		}
		if (columns_used > most - *width)
			break;
		*width += columns_used > 0 ? columns_used : 0;
	}
	return used;
}

static void widen(struct table *table, enum table_column column,
		  const char *cell)
{
	int width;

	measure(cell, INT32_MAX, &width);
	if (width > table->widths[column])
		table->widths[column] = width;
}

void table_init(struct table *table, bool wide)
{
	int i;

	*table = (struct table){ .wide = wide };
	for (i = 0; i < COLUMNS_COUNT; i++)
		if (columns[i].use == ALWAYS ||
		    (columns[i].use == WIDE && wide))
			widen(table, i, columns[i].title);
}

static bool has_value(enum table_column column, const struct varta_agent *agent,
		      const struct agent_owner *owner)
{
	switch (column) {
	case COLUMN_SOURCE:
		return agent->source;
	case COLUMN_CONTAINER:
		return owner && *owner->container;
	case COLUMN_POD:
		return owner && *owner->pod;
	case COLUMN_LANE:
		return agent->lane[0];
	case COLUMN_STATUS_TEXT:
		return owner && *owner->status;
	default:
		return true;
	}
}

static bool shows(const struct table *table, enum table_column column)
{
	return table->wide || columns[column].use == ALWAYS ||
	       columns[column].use == IF_ANY;
}

void table_widen(struct table *table, const struct varta_agent *agent,
		 const struct agent_owner *owner)
{
	struct row row;
	int i;

	fill_row(&row, agent, owner);
	for (i = 0; i < COLUMNS_COUNT; i++) {
		if (!shows(table, i) ||
		    (!table->widths[i] && !has_value(i, agent, owner)))
			continue;
		widen(table, i, columns[i].title);
		widen(table, i, row.cells[i]);
	}
}

static int total_width(const struct table *table)
{
	int i, total = -GAP;

	for (i = 0; i < COLUMNS_COUNT; i++)
		if (table->widths[i])
			total += table->widths[i] + GAP;
	return total;
}

static void narrow(struct table *table, enum table_column column, int excess)
{
	int min_width = columns[column].min_width;
	int *width = &table->widths[column];

	if (*width > min_width)
		*width = *width - excess > min_width ? *width - excess :
						       min_width;
}

void table_fit(struct table *table, int width)
{
	const size_t cuts = sizeof(cut_columns) / sizeof(cut_columns[0]);
	const size_t hides = sizeof(optional_columns) /
			     sizeof(optional_columns[0]);
	size_t i;

	for (i = 0; i < cuts && total_width(table) > width; i++)
		narrow(table, cut_columns[i], total_width(table) - width);
	for (i = 0; i < hides && total_width(table) > width; i++)
		table->widths[optional_columns[i]] = 0;
}

static char *put(char *line, const char *text, size_t length)
{
	memcpy(line, text, length);
	return line + length;
}

static char *put_spaces(char *line, int count)
{
	while (count-- > 0)
		*line++ = ' ';
	return line;
}

/* Puts a cell with spaces to its width, and a gap. */
static char *put_cell(char *line, const char *cell, enum table_column column,
		      int column_width)
{
	bool cut = false;
	size_t length;
	int width;

	length = measure(cell, column_width, &width);
	if (columns[column].min_width && cell[length]) {
		length = measure(cell, column_width - (int)strlen(CUT), &width);
		width += (int)strlen(CUT);
		cut = true;
	} else {
		length = strlen(cell);
	}
	if (columns[column].right_aligned)
		line = put_spaces(line, column_width - width);
	line = put(line, cell, length);
	if (cut)
		line = put(line, CUT, strlen(CUT));
	if (!columns[column].right_aligned)
		line = put_spaces(line, column_width - width);
	return put_spaces(line, GAP);
}

static void format_row(const struct table *table, const struct row *row,
		       char *line)
{
	char *end = line;
	int i;

	for (i = 0; i < COLUMNS_COUNT; i++)
		if (table->widths[i])
			end = put_cell(end, row->cells[i], i,
				       table->widths[i]);
	/* No spaces at the end of the line. */
	while (end > line && end[-1] == ' ')
		end--;
	*end = '\0';
}

void table_header(const struct table *table, char *line)
{
	struct row row;
	int i;

	for (i = 0; i < COLUMNS_COUNT; i++)
		row.cells[i] = columns[i].title;
	format_row(table, &row, line);
}

void table_row(const struct table *table, const struct varta_agent *agent,
	       const struct agent_owner *owner, char *line)
{
	struct row row;

	fill_row(&row, agent, owner);
	format_row(table, &row, line);
}
