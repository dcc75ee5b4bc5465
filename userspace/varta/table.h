/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of agents as lines of text. It prints nothing itself.
 */
#ifndef TABLE_H
#define TABLE_H

#include <varta.h>

#include "format.h"

enum table_column {
	COLUMN_PID,
	COLUMN_NS_PID,
	COLUMN_NAMESPACE,
	COLUMN_STATUS,
	COLUMN_NONCE,
	COLUMN_SILENCE,
	COLUMN_THRESHOLD,
	COLUMN_STALLED,
	COLUMN_ORIGIN,
	COLUMN_SOURCE,
	COLUMN_NAME,
	COLUMNS_COUNT
};

/* Size of a buffer for a line. */
#define TABLE_LINE_SIZE	(COLUMNS_COUNT * (TEXT_SIZE + 2) + NAME_TEXT_SIZE)

/**
 * struct table - The layout of a table.
 * @widths: Width of each column; 0 for one that is not shown.
 *
 * Begins with table_init(), grows by table_widen(), and is made to fit a
 * terminal by table_fit().
 */
struct table {
	int widths[COLUMNS_COUNT];
};

/**
 * table_init() - A table as wide as its header.
 * @table: The table.
 */
void table_init(struct table *table);

/**
 * table_widen() - Make the columns wide enough for an agent.
 * @table: The table.
 * @agent: The agent.
 */
void table_widen(struct table *table, const struct varta_agent *agent);

/**
 * table_fit() - Hide the least important columns until the table fits.
 * @table: The table, not to be widened afterwards.
 * @width: Width of the terminal. The remaining columns may need more.
 */
void table_fit(struct table *table, int width);

/**
 * table_header() - Format the header.
 * @table: The table.
 * @line: Receives TABLE_LINE_SIZE bytes, without a newline.
 */
void table_header(const struct table *table, char *line);

/**
 * table_row() - Format the row of an agent.
 * @table: The table, wide enough for the agent.
 * @agent: The agent.
 * @line: Receives TABLE_LINE_SIZE bytes, without a newline.
 */
void table_row(const struct table *table, const struct varta_agent *agent,
	       char *line);

#endif /* TABLE_H */
