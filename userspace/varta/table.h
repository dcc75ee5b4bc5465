/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agents as lines with columns, for people. As text only: how it comes to the
 * terminal is for who asks for it.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

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

/* Enough for every line: each column is a text of format.h, and two spaces. */
#define TABLE_LINE_SIZE	(COLUMNS_COUNT * (TEXT_SIZE + 2) + NAME_TEXT_SIZE)

/**
 * struct table - How wide the columns are.
 * @widths: Of each; 0 where it is not shown.
 *
 * Begins with table_begin(), is given what will be shown by table_widen(), and
 * then the room there is by table_fit().
 */
struct table {
	int widths[COLUMNS_COUNT];
};

/**
 * table_begin() - A table with titles only.
 * @table: Receives it.
 */
void table_begin(struct table *table);

/**
 * table_widen() - Make the columns as wide as an agent needs.
 * @table: The table.
 * @agent: The agent.
 */
void table_widen(struct table *table, const struct varta_agent *agent);

/**
 * table_fit() - Leave out the columns that matter least.
 * @table: The table. It is shown so, not widened any more.
 * @room: The width of the terminal, if the rest can be as narrow as that.
 */
void table_fit(struct table *table, int room);

/**
 * table_titles() - The line above the agents.
 * @table: The table.
 * @line: Receives TABLE_LINE_SIZE bytes, without a newline.
 */
void table_titles(const struct table *table, char *line);

/**
 * table_line() - The line of an agent.
 * @table: Wide enough for it.
 * @agent: The agent.
 * @line: Receives TABLE_LINE_SIZE bytes, without a newline.
 */
void table_line(const struct table *table, const struct varta_agent *agent,
		char *line);

#endif /* TABLE_H */
