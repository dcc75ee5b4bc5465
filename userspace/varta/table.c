// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of agents. See table.h.
 */
#include "table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

/* Spaces between columns. */
#define GAP	2

/* The name is last: on a terminal it may be narrower than its bytes. */
static const struct {
	const char *title;
	bool right_aligned;
} columns[COLUMNS_COUNT] = {
	[COLUMN_PID] = { "PID", true },
	[COLUMN_NS_PID] = { "NS PID", true },
	[COLUMN_NAMESPACE] = { "NAMESPACE", false },
	[COLUMN_STATUS] = { "STATUS", false },
	[COLUMN_NONCE] = { "NONCE", true },
	[COLUMN_SILENCE] = { "SILENCE", true },
	[COLUMN_THRESHOLD] = { "THRESHOLD", true },
	[COLUMN_STALLED] = { "STALLED", false },
	[COLUMN_ORIGIN] = { "ORIGIN", false },
	[COLUMN_SOURCE] = { "SOURCE", true },
	[COLUMN_NAME] = { "NAME", false },
};

/* Hidden first to last on a narrow terminal. */
static const enum table_column optional_columns[] = {
	COLUMN_ORIGIN, COLUMN_NONCE, COLUMN_NAMESPACE, COLUMN_NS_PID,
	COLUMN_THRESHOLD,
};

struct row {
	const char *cells[COLUMNS_COUNT];
	char pid[TEXT_SIZE], ns_pid[TEXT_SIZE], pid_namespace[TEXT_SIZE];
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
	format_number(row->ns_pid, agent->ns_pid);
	format_namespace(row->pid_namespace, agent->ns_inode);
	format_nonce(row->nonce, agent->nonce);
	format_duration(row->silence, agent->silence);
	format_duration(row->threshold,
			(uint64_t)agent->threshold_ms * NS_PER_MS);
	format_number(row->source, agent->source);
	format_name(row->name, agent->name);

	row->cells[COLUMN_PID] = row->pid;
	row->cells[COLUMN_NS_PID] = row->ns_pid;
	row->cells[COLUMN_NAMESPACE] = row->pid_namespace;
	row->cells[COLUMN_STATUS] = varta_status_name(agent->status);
	row->cells[COLUMN_NONCE] = row->nonce;
	row->cells[COLUMN_SILENCE] = row->silence;
	row->cells[COLUMN_THRESHOLD] = row->threshold;
	row->cells[COLUMN_STALLED] = agent->stalled ? "yes" : "no";
	row->cells[COLUMN_ORIGIN] = varta_origin_name(agent->origin);
	row->cells[COLUMN_SOURCE] = row->source;
	row->cells[COLUMN_NAME] = row->name;
}

static void widen(struct table *table, enum table_column column,
		  const char *cell)
{
	int width = (int)strlen(cell);

	if (width > table->widths[column])
		table->widths[column] = width;
}

void table_init(struct table *table)
{
	int i;

	*table = (struct table){ 0 };
	for (i = 0; i < COLUMNS_COUNT; i++)
		if (i != COLUMN_SOURCE)
			widen(table, i, columns[i].title);
}

void table_widen(struct table *table, const struct varta_agent *agent)
{
	struct row row;
	int i;

	/* The source is shown only if there is a relayed agent. */
	if (agent->source)
		widen(table, COLUMN_SOURCE, columns[COLUMN_SOURCE].title);
	fill_row(&row, agent);
	for (i = 0; i < COLUMNS_COUNT; i++)
		if (table->widths[i])
			widen(table, i, row.cells[i]);
}

static int total_width(const struct table *table)
{
	int i, total = -GAP;

	for (i = 0; i < COLUMNS_COUNT; i++)
		if (table->widths[i])
			total += table->widths[i] + GAP;
	return total;
}

void table_fit(struct table *table, int width)
{
	const size_t count = sizeof(optional_columns) /
			     sizeof(optional_columns[0]);
	size_t i;

	for (i = 0; i < count && total_width(table) > width; i++)
		table->widths[optional_columns[i]] = 0;
}

static void format_row(const struct table *table, const struct row *row,
		       char *line)
{
	int i, width, gap, length;
	size_t used = 0;

	line[0] = '\0';
	for (i = 0; i < COLUMNS_COUNT; i++) {
		if (!table->widths[i])
			continue;
		width = columns[i].right_aligned ? table->widths[i] :
						   -table->widths[i];
		gap = GAP;
		/* No spaces at the end of the line. */
		if (i == COLUMN_NAME)
			width = gap = 0;
		length = snprintf(line + used, TABLE_LINE_SIZE - used,
				  "%*s%*s", width, row->cells[i], gap, "");
		if (length < 0 || (size_t)length >= TABLE_LINE_SIZE - used)
			return;
		used += (size_t)length;
	}
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
	       char *line)
{
	struct row row;

	fill_row(&row, agent);
	format_row(table, &row, line);
}
