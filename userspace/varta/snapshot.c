// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agents that the kernel has in its ledger. See snapshot.h.
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

bool parse_sort_key(const char *text, enum sort_key *key)
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

static int in_order(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	int result = keys[order->key].compare(a, b);

	if (!result)
		result = by_pid(a, b);
	return order->reverse ? -result : result;
}

void ledger_sort(struct varta_agent *agents, size_t count, enum sort_key key,
		 bool reverse)
{
	struct order order = { .key = key, .reverse = reverse };

	if (count)
		qsort_r(agents, count, sizeof(*agents), in_order, &order);
}

/* Of what was asked for; one agent is asked for whether it is stalled or not. */
static bool is_wanted(const struct ledger_query *query,
		      const struct varta_agent *agent)
{
	if (query->stalled && !agent->stalled)
		return false;
	return !query->of_source || query->source == agent->source;
}

struct reading {
	const struct ledger_query *query;
	struct ledger *ledger;
};

static int add(const struct varta_agent *agent, void *arg)
{
	const struct reading *reading = arg;
	struct ledger *ledger = reading->ledger;
	struct varta_agent *grown;
	size_t room;

	if (!is_wanted(reading->query, agent))
		return 0;
	if (ledger->count == ledger->room) {
		room = ledger->room ? 2 * ledger->room : 64;
		grown = reallocarray(ledger->agents, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		ledger->agents = grown;
		ledger->room = room;
	}
	ledger->agents[ledger->count++] = *agent;
	return 0;
}

static int read_one(struct varta *v, struct reading *reading)
{
	struct varta_agent agent;
	int error = varta_agent_get(v, reading->query->source,
				    reading->query->pid, &agent);

	return error ? error : add(&agent, reading);
}

int ledger_read(struct varta *v, const struct ledger_query *query,
		struct ledger *ledger)
{
	const struct varta_agent_filter filter = {
		.size = sizeof(filter),
		.stalled = query->stalled,
	};
	struct reading reading = { .query = query, .ledger = ledger };
	int error;

	ledger->count = 0;
	ledger->torn = false;
	if (query->one)
		return read_one(v, &reading);
	error = varta_agent_dump(v, &filter, add, &reading);
	if (error == -EAGAIN)
		ledger->torn = true;
	else if (error)
		return error;
	ledger_sort(ledger->agents, ledger->count, query->key, query->reverse);
	return 0;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->agents);
	*ledger = (struct ledger){ 0 };
}
