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

#include "text.h"

enum table_column {
	COLUMN_PID,
	COLUMN_OWN_PID,
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

/* Enough for every line: each column is a text of text.h, and two spaces. */
#define TABLE_LINE_SIZE	(COLUMNS_COUNT * (TEXT_SIZE + 2) + NAME_TEXT_SIZE)

/**
 * struct table - How wide the columns are.
 * @widths: Of each; 0 where it is not shown.
 */
struct table {
	int widths[COLUMNS_COUNT];
};

/**
 * table_measure() - Find out how wide the columns have to be.
 * @table: Receives it.
 * @agents: All that will be shown.
 * @count: How many.
 * @room: The width of the terminal: columns that matter least are left out
 *   until the rest fits, or only what always matters is left. 0 for all.
 */
void table_measure(struct table *table, const struct varta_agent *agents,
		   size_t count, int room);

/**
 * table_titles() - The line above the agents.
 * @table: As measured.
 * @line: Receives TABLE_LINE_SIZE bytes, without a newline.
 */
void table_titles(const struct table *table, char *line);

/**
 * table_line() - The line of an agent.
 * @table: As measured, with this agent among the others.
 * @agent: The agent.
 * @line: Receives TABLE_LINE_SIZE bytes, without a newline.
 */
void table_line(const struct table *table, const struct varta_agent *agent,
		char *line);

#endif /* TABLE_H */
