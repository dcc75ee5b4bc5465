// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot of the tracked agents. See snapshot.h.
 */
#include "snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

static int by_pid(const struct varta_agent *one,
		  const struct varta_agent *other)
{
	int order = compare(one->source, other->source);

	return order ? order : compare(one->pid, other->pid);
}

static int by_name(const struct varta_agent *one,
		   const struct varta_agent *other)
{
	return strcmp(one->name, other->name);
}

static int by_silence(const struct varta_agent *one,
		      const struct varta_agent *other)
{
	return compare(other->silence, one->silence);
}

static int by_status(const struct varta_agent *one,
		     const struct varta_agent *other)
{
	int order = compare(other->stalled, one->stalled);

	return order ? order : compare(other->status, one->status);
}

static int by_threshold(const struct varta_agent *one,
			const struct varta_agent *other)
{
	return compare(one->threshold_ms, other->threshold_ms);
}

static int by_namespace(const struct varta_agent *one,
			const struct varta_agent *other)
{
	return compare(one->ns_inode, other->ns_inode);
}

static const struct {
	const char *name;
	int (*compare)(const struct varta_agent *one,
		       const struct varta_agent *other);
} keys[SORT_KEYS] = {
	[SORT_PID] = { "pid", by_pid },
	[SORT_NAME] = { "name", by_name },
	[SORT_SILENCE] = { "silence", by_silence },
	[SORT_STATUS] = { "status", by_status },
	[SORT_THRESHOLD] = { "threshold", by_threshold },
	[SORT_NAMESPACE] = { "namespace", by_namespace },
};

const char *sort_key_name(enum sort_key key)
{
	return keys[key].name;
}

bool sort_key_parse(const char *text, enum sort_key *key)
{
	int i;

	for (i = 0; i < SORT_KEYS; i++) {
		if (!strcmp(text, keys[i].name)) {
			*key = (enum sort_key)i;
			return true;
		}
	}
	return false;
}

struct order {
	enum sort_key key;
	bool reverse;
};

static int compare_agents(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	int result = keys[order->key].compare(a, b);

	if (!result)
		result = by_pid(a, b);
	return order->reverse ? -result : result;
}

void snapshot_sort(struct varta_agent *agents, size_t count, enum sort_key key,
		   bool reverse)
{
	struct order order = { .key = key, .reverse = reverse };

	if (count)
		qsort_r(agents, count, sizeof(*agents), compare_agents, &order);
}

/* The kernel filters dumps by the stalled flag, but not by source. */
static bool matches(const struct agent_query *query,
		    const struct varta_agent *agent)
{
	if (query->stalled && !agent->stalled)
		return false;
	return !query->by_source || query->source == agent->source;
}

struct reader {
	const struct agent_query *query;
	struct snapshot *snapshot;
};

static int add_agent(const struct varta_agent *agent, void *arg)
{
	const struct reader *reader = arg;
	struct snapshot *snapshot = reader->snapshot;
	struct varta_agent *grown;
	size_t allocated;

	if (!matches(reader->query, agent))
		return 0;
	if (snapshot->count == snapshot->allocated) {
		allocated = snapshot->allocated ? 2 * snapshot->allocated : 64;
		grown = reallocarray(snapshot->agents, allocated,
				     sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		snapshot->agents = grown;
		snapshot->allocated = allocated;
	}
	snapshot->agents[snapshot->count++] = *agent;
	return 0;
}

static int read_one(struct varta *v, struct reader *reader)
{
	struct varta_agent agent;
	int error = varta_agent_get(v, reader->query->source,
				    reader->query->pid, &agent);

	return error ? error : add_agent(&agent, reader);
}

int snapshot_read(struct varta *v, const struct agent_query *query,
		  struct snapshot *snapshot)
{
	const struct varta_agent_filter filter = {
		.size = sizeof(filter),
		.stalled = query->stalled,
	};
	struct reader reader = { .query = query, .snapshot = snapshot };
	int error;

	snapshot->count = 0;
	snapshot->torn = false;
	if (query->one)
		return read_one(v, &reader);
	error = varta_agent_dump(v, &filter, add_agent, &reader);
	if (error == -EAGAIN)
		snapshot->torn = true;
	else if (error)
		return error;
	snapshot_sort(snapshot->agents, snapshot->count, query->key,
		      query->reverse);
	return 0;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->agents);
	*snapshot = (struct snapshot){ 0 };
}
