/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agents that the kernel has in its ledger: which of them are wanted, and
 * in what order.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

/**
 * enum sort_key - What agents are sorted by. Where that is the same for two,
 *   by source and pid.
 * @SORT_PID: Source and pid.
 * @SORT_NAME: As strcmp() has it.
 * @SORT_SILENCE: The longest first.
 * @SORT_STATUS: The worst first; those that are stalled before all others.
 * @SORT_THRESHOLD: The shortest first.
 * @SORT_NAMESPACE: By inode number.
 * @SORT_KEYS: How many there are.
 */
enum sort_key {
	SORT_PID,
	SORT_NAME,
	SORT_SILENCE,
	SORT_STATUS,
	SORT_THRESHOLD,
	SORT_NAMESPACE,
	SORT_KEYS
};

/* For options' help and messages. */
#define SORT_KEY_NAMES	"pid, name, silence, status, threshold or namespace"

/**
 * sort_key_name() - What a key is called on the command line.
 * @key: The key.
 *
 * Return: A constant string.
 */
const char *sort_key_name(enum sort_key key);

/**
 * parse_sort_key() - Read a key.
 * @text: Its name.
 * @key: Receives it.
 *
 * Return: Whether @text was understood.
 */
bool parse_sort_key(const char *text, enum sort_key *key);

/**
 * struct ledger_query - Which agents, and how.
 * @one: Only that of @pid, and @source if that is given.
 * @pid: In the caller's pid namespace.
 * @of_source: Only those of @source.
 * @source: The relay's number.
 * @stalled: Only those whose stall still stands.
 * @key: What they are sorted by.
 * @reverse: The other way round.
 */
struct ledger_query {
	bool one;
	uint32_t pid;
	bool of_source;
	uint32_t source;
	bool stalled;
	enum sort_key key;
	bool reverse;
};

/**
 * struct ledger - Agents as they were read.
 * @agents: They, owned by this.
 * @count: How many.
 * @room: For how many there is memory.
 * @torn: The ledger changed while it was read: agents may be missing, or there
 *   twice.
 *
 * Begins as zeros, can be read into again and again, and is given back with
 * ledger_free().
 */
struct ledger {
	struct varta_agent *agents;
	size_t count, room;
	bool torn;
};

/**
 * ledger_read() - Read agents.
 * @v: The handle.
 * @query: Which, and how.
 * @ledger: Receives them in place of what it had.
 *
 * Return: 0, or what the library said, which varta_errmsg() explains;
 * -ENOMEM.
 */
int ledger_read(struct varta *v, const struct ledger_query *query,
		struct ledger *ledger);

/**
 * ledger_sort() - Sort agents.
 * @agents: They.
 * @count: How many.
 * @key: By what.
 * @reverse: The other way round.
 */
void ledger_sort(struct varta_agent *agents, size_t count, enum sort_key key,
		 bool reverse);

/**
 * ledger_free() - Give the memory back.
 * @ledger: May be read into again.
 */
void ledger_free(struct ledger *ledger);

#endif /* SNAPSHOT_H */
