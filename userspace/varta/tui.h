/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The full-screen display of varta top. It only draws a struct tui_view.
 */
#ifndef TUI_H
#define TUI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "owner.h"
#include "snapshot.h"
#include "table.h"

/* Size of a filter, with its NUL. */
#define FILTER_SIZE	32

/**
 * struct tui_view - What the screen shows.
 * @query: How the snapshot was read.
 * @snapshot: The agents.
 * @matches: Agents that match @filter, in their order.
 * @allocated: Number of agents that @matches has memory for.
 * @count: Number of @matches.
 * @first: Index of the match on the first line.
 * @owners: Reads the owners of agents.
 * @table: Layout. It never gets narrower, so that columns stay in place.
 * @tracked: Number of tracked agents.
 * @stalled: Number of stalled agents.
 * @capacity: Capacity of the tracker.
 * @beats: Accepted beats per second.
 * @filter: Part of a line, "" to show all agents.
 * @typing: The user is typing the filter.
 * @paused: The view is not updated.
 */
struct tui_view {
	struct agent_query query;
	struct snapshot snapshot;
	const struct varta_agent **matches;
	size_t allocated, count, first;
	struct owner_reader *owners;
	struct table table;
	uint64_t tracked, stalled, capacity;
	uint64_t beats;
	char filter[FILTER_SIZE];
	bool typing, paused;
};

/**
 * tui_open() - Switch the terminal to full-screen mode.
 *
 * Return: Whether that worked. If not, the reason was reported.
 */
bool tui_open(void);

/**
 * tui_close() - Restore the terminal.
 */
void tui_close(void);

/**
 * tui_follow_size() - Take the size that the terminal has now.
 */
void tui_follow_size(void);

/**
 * tui_rows() - Number of agents that fit the screen.
 */
size_t tui_rows(void);

/**
 * tui_draw() - Draw the screen.
 * @view: What to show.
 */
void tui_draw(struct tui_view *view);

#endif /* TUI_H */
