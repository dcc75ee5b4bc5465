/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The full-screen view of the ledger: what is drawn, and where. It decides
 * nothing: what is to be seen is in its struct view.
 */
#ifndef TUI_H
#define TUI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"
#include "table.h"

/* What is typed as a filter, and the NUL behind it. */
#define FILTER_SIZE	32

/**
 * struct view - What is to be seen.
 * @query: How the ledger was read.
 * @ledger: The agents.
 * @shown: Those of them that @filter leaves, in their order.
 * @room: For how many there is memory there.
 * @count: How many there are.
 * @first: The first of them that is on the screen.
 * @table: As wide as what was on the screen, so that columns do not jump.
 * @tracked: How many agents the ledger has, whatever was asked for.
 * @stalled: How many of them are stalled.
 * @capacity: For how many it has room; 0 if that is not known.
 * @beats: Accepted in the last second, or so.
 * @filter: Only agents in whose line this is found; "" for all.
 * @typing: The filter is being typed.
 * @paused: The ledger is not read again.
 */
struct view {
	struct ledger_query query;
	struct ledger ledger;
	const struct varta_agent **shown;
	size_t room, count, first;
	struct table table;
	uint64_t tracked, stalled, capacity;
	uint64_t beats;
	char filter[FILTER_SIZE];
	bool typing, paused;
};

/**
 * screen_open() - Take the terminal.
 *
 * Return: Whether it can be had: standard input and output are a terminal
 * whose type is known. If not, why was said.
 */
bool screen_open(void);

/**
 * screen_close() - Give the terminal back as it was.
 */
void screen_close(void);

/**
 * screen_rows() - How many agents there is room for.
 */
size_t screen_rows(void);

/**
 * screen_draw() - Show what is to be seen.
 * @view: What that is.
 */
void screen_draw(struct view *view);

#endif /* TUI_H */
