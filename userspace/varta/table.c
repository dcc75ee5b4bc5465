// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents as lines with columns. See table.h.
 */
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_MS	1000000

/* Between columns. */
#define GAP	2

/*
 * Numbers and what is read like them end at the same place. Names are last: a
 * terminal may need less room for them than their bytes.
 */
static const struct {
	const char *title;
	bool right;
} columns[COLUMNS_COUNT] = {
	[COLUMN_PID] = { "PID", true },
	[COLUMN_NS_PID] = { "OWN PID", true },
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

/* What is left out first where there is little room. */
static const enum table_column expendable[] = {
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

void table_begin(struct table *table)
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

	/* Where all are this machine's own, that need not be said. */
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

void table_fit(struct table *table, int room)
{
	size_t i;

	for (i = 0; i < sizeof(expendable) / sizeof(expendable[0]) &&
	     total_width(table) > room; i++)
		table->widths[expendable[i]] = 0;
}

static void put_row(const struct table *table, const struct row *row,
		    char *line)
{
	size_t used = 0;
	int i, width, put;

	line[0] = '\0';
	for (i = 0; i < COLUMNS_COUNT; i++) {
		width = columns[i].right ? table->widths[i] :
					   -table->widths[i];
		if (!width)
			continue;
		/* Nothing is after the name. */
		put = i == COLUMN_NAME ?
			      snprintf(line + used, TABLE_LINE_SIZE - used,
				       "%s", row->cells[i]) :
			      snprintf(line + used, TABLE_LINE_SIZE - used,
				       "%*s%*s", width, row->cells[i], GAP, "");
		if (put < 0 || (size_t)put >= TABLE_LINE_SIZE - used)
			return;
		used += (size_t)put;
	}
}

void table_titles(const struct table *table, char *line)
{
	struct row row;
	int i;

	for (i = 0; i < COLUMNS_COUNT; i++)
		row.cells[i] = columns[i].title;
	put_row(table, &row, line);
}

void table_line(const struct table *table, const struct varta_agent *agent,
		char *line)
{
	struct row row;

	fill_row(&row, agent);
	put_row(table, &row, line);
}
