/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of agents as lines of text. It prints nothing itself.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>

#include <varta.h>

#include "format.h"
#include "owner.h"

/**
 * enum table_column - The columns, in their order.
 * @COLUMN_NAME: Name of the agent.
 * @COLUMN_UNIT: Its place, see owner_place().
 * @COLUMN_USER: Name of its user.
 * @COLUMN_PID: Process id as the reader sees it.
 * @COLUMN_STATE: "stalled" or its status.
 * @COLUMN_SILENCE: Silence and threshold.
 * @COLUMN_SOURCE: Number of its relay; only if an agent has one.
 * @COLUMN_LONGEST_GAP: Longest time between two beats; this and the following
 *   only in wide tables.
 * @COLUMN_STATUS: Status.
 * @COLUMN_NONCE: Nonce of the last beat.
 * @COLUMN_NS_PID: Process id in its own pid namespace.
 * @COLUMN_NAMESPACE: That namespace.
 * @COLUMN_ORIGIN: Origin of its beats.
 * @COLUMN_CONTAINER: Whole id of its container; only if an agent has one.
 * @COLUMN_POD: Uid of its pod; only if an agent has one.
 * @COLUMN_LANE: The lane that is overdue for longest; only if one is.
 * @COLUMN_STATUS_TEXT: What its program says; only if one says something.
 * @COLUMNS_COUNT: Number of columns.
 */
enum table_column {
	COLUMN_NAME,
	COLUMN_UNIT,
	COLUMN_USER,
	COLUMN_PID,
	COLUMN_STATE,
	COLUMN_SILENCE,
	COLUMN_SOURCE,
	COLUMN_LONGEST_GAP,
	COLUMN_STATUS,
	COLUMN_NONCE,
	COLUMN_NS_PID,
	COLUMN_NAMESPACE,
	COLUMN_ORIGIN,
	COLUMN_CONTAINER,
	COLUMN_POD,
	COLUMN_LANE,
	COLUMN_STATUS_TEXT,
	COLUMNS_COUNT
};

/*
 * Size of a buffer for a line. A text may have bytes without any width, and be
 * in a column that is as wide as another text with all bytes escaped.
 */
#define TABLE_LINE_SIZE	(COLUMNS_COUNT * (3 * TEXT_SIZE) + \
			 2 * (NAME_TEXT_SIZE + VARTA_NAME_SIZE) + \
			 5 * (OWNER_TEXT_SIZE + OWNER_PLACE_SIZE))

/**
 * struct table - The layout of a table.
 * @widths: Width of each column on a terminal; 0 for one that is not shown.
 * @wide: It has all columns.
 *
 * Begins with table_init(), grows by table_widen(), and is made to fit a
 * terminal by table_fit().
 */
struct table {
	int widths[COLUMNS_COUNT];
	bool wide;
};

/**
 * table_init() - A table as wide as its header.
 * @table: The table.
 * @wide: Show all columns.
 */
void table_init(struct table *table, bool wide);

/**
 * table_widen() - Make the columns wide enough for an agent.
 * @table: The table.
 * @agent: The agent.
 * @owner: Its owner; NULL if unknown.
 */
void table_widen(struct table *table, const struct varta_agent *agent,
		 const struct agent_owner *owner);

/**
 * table_fit() - Cut texts, then hide columns, until the table fits.
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
 * @table: The table. A text that is longer than its column is cut.
 * @agent: The agent.
 * @owner: As for table_widen().
 * @line: Receives TABLE_LINE_SIZE bytes, without a newline.
 */
void table_row(const struct table *table, const struct varta_agent *agent,
	       const struct agent_owner *owner, char *line);

#endif /* TABLE_H */
