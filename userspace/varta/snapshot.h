/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot of the tracked agents: filtered, sorted, kept in memory.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

/**
 * enum sort_key - What agents are sorted by; equal ones by source and pid.
 * @SORT_PID: Source, then pid.
 * @SORT_NAME: Name, by bytes.
 * @SORT_SILENCE: Silence, longest first.
 * @SORT_STATUS: Stalled agents first, then the worst status.
 * @SORT_THRESHOLD: Threshold, shortest first.
 * @SORT_NAMESPACE: Inode number of the pid namespace.
 * @SORT_KEYS: Number of keys.
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

/* For help texts and messages. */
#define SORT_KEY_NAMES	"pid, name, silence, status, threshold or namespace"

/**
 * sort_key_name() - The name of a key on the command line.
 * @key: The key.
 *
 * Return: A constant string.
 */
const char *sort_key_name(enum sort_key key);

/**
 * sort_key_parse() - Find a key by its name.
 * @text: The name.
 * @key: Set on success.
 *
 * Return: Whether there is such a key.
 */
bool sort_key_parse(const char *text, enum sort_key *key);

/**
 * struct agent_query - Which agents to read, and their order.
 * @one: Only the agent with this @pid and @source, a local one by default.
 * @pid: In the caller's pid namespace; for a relayed agent, as relayed.
 * @by_source: Only agents of @source.
 * @source: Number of a relay; 0 for local agents.
 * @stalled: Only agents with the stalled flag.
 * @key: Sort key.
 * @reverse: Reverse the order.
 */
struct agent_query {
	bool one;
	uint32_t pid;
	bool by_source;
	uint32_t source;
	bool stalled;
	enum sort_key key;
	bool reverse;
};

/**
 * struct snapshot - Agents as they were read.
 * @agents: The agents, owned by the snapshot.
 * @count: Number of agents.
 * @allocated: Number of agents that @agents has memory for.
 * @torn: The tracker changed while it was read: an agent may be missing or
 *   listed twice.
 *
 * Begins as zeros, can be read into repeatedly, ends with snapshot_free().
 */
struct snapshot {
	struct varta_agent *agents;
	size_t count, allocated;
	bool torn;
};

/**
 * snapshot_read() - Read agents, replacing the contents of a snapshot.
 * @v: The handle.
 * @query: Which agents, and their order.
 * @snapshot: The snapshot.
 *
 * Return: 0; -ENOMEM; or the library's negative errno.
 */
int snapshot_read(struct varta *v, const struct agent_query *query,
		  struct snapshot *snapshot);

/**
 * snapshot_sort() - Sort agents.
 * @agents: The agents.
 * @count: Number of agents.
 * @key: Sort key.
 * @reverse: Reverse the order.
 */
void snapshot_sort(struct varta_agent *agents, size_t count, enum sort_key key,
		   bool reverse);

/**
 * snapshot_free() - Free the memory of a snapshot.
 * @snapshot: May be read into again.
 */
void snapshot_free(struct snapshot *snapshot);

#endif /* SNAPSHOT_H */
