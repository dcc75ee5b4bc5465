/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agents as the exporter knows them, and the series that they belong to. A
 * series is all agents of one name in one unit or container, and of one relay.
 */
#ifndef AGENT_TABLE_H
#define AGENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

#include "owner.h"

/* Limits of the number of series, besides that of all other agents. */
#define SERIES_MIN	10
#define SERIES_MAX	20000
#define SERIES_DEFAULT	1000

/* How long the counters of a series stay after its last agent is gone. */
#define SERIES_LINGER_NS	(600 * 1000000000ull)

/**
 * enum exit_cause - How an agent's process ended.
 * @EXIT_BY_CHOICE: With status 0, or by a signal that asks to end: SIGTERM,
 *   SIGINT or SIGHUP.
 * @EXIT_BY_FAILURE: With another status.
 * @EXIT_BY_SIGNAL: By another signal.
 * @EXIT_BY_OOM: By the OOM killer.
 * @EXIT_BY_UNKNOWN: The kernel did not say.
 * @EXIT_CAUSES: Number of causes.
 */
enum exit_cause {
	EXIT_BY_CHOICE,
	EXIT_BY_FAILURE,
	EXIT_BY_SIGNAL,
	EXIT_BY_OOM,
	EXIT_BY_UNKNOWN,
	EXIT_CAUSES
};

/* Reasons below this number have series of their own; others count as unknown. */
#define STALL_REASONS	16

/* Limit of the lanes of a series that have a name of their own. */
#define SERIES_LANES	32

/**
 * struct series_lane - Lanes of one name in the agents of a series.
 * @name: The name: arbitrary bytes.
 * @stalls: Stalls of these lanes since the series exists.
 */
struct series_lane {
	char name[VARTA_NAME_SIZE];
	uint64_t stalls;
};

/**
 * struct series - Agents that share their labels.
 * @labels: The labels as they are written, also its identity.
 * @details: More labels, for the metric that describes it.
 * @hash: Of @labels.
 * @name: Name of its agents.
 * @from_user: Its agents belong to a user who can make any number of series.
 * @agents: Number of its agents.
 * @gone_at: When the last of them was gone, if @agents is 0.
 * @beats_before: Beats of agents that are gone.
 * @stalls: Stalls by reason, since the series exists.
 * @exits: Exits by cause, likewise.
 * @lanes: Lanes that have stalled, each with its name.
 * @lane_count: Number of @lanes.
 * @other_lane_stalls: Stalls of lanes for which there was no room in @lanes.
 * @stalled: Number of agents that are stalled. This and the following are as
 *   agent_table_summarize() found them.
 * @stalled_by: The same by reason.
 * @lanes_stalled: Number of lanes that are overdue.
 * @status: The worst status.
 * @beats: Beats of all agents, with @beats_before.
 * @silence: The longest silence, in nanoseconds.
 * @gap: The longest gap between two beats, likewise.
 * @threshold_ms: The shortest threshold; 0 if unknown.
 */
struct series {
	char *labels, *details;
	uint32_t hash;
	char name[VARTA_NAME_SIZE];
	bool from_user;
	uint32_t agents;
	uint64_t gone_at;
	uint64_t beats_before;
	uint64_t stalls[STALL_REASONS];
	uint64_t exits[EXIT_CAUSES];
	struct series_lane *lanes;
	uint32_t lane_count;
	uint64_t other_lane_stalls;
	uint32_t stalled, stalled_by[STALL_REASONS], lanes_stalled, status;
	uint64_t beats, silence, gap;
	uint32_t threshold_ms;
};

struct agent_record;

/**
 * struct agent_table - Agents and series.
 * @series: The series. The first is that of all other agents.
 * @series_count: Number of @series that are allocated, also unused ones.
 * @series_max: How many there may be, besides the first.
 * @series_used: How many are in use, besides the first.
 * @series_of_users: How many of them have @from_user.
 * @lanes_used: Number of lanes of all series, at most @series_max.
 * @lanes_of_users: How many of them are in series with @from_user.
 * @records: The agents.
 * @room: Number of @records that are allocated.
 * @free: First unused record.
 * @buckets: First record of each hash.
 * @bucket_count: Number of @buckets, a power of 2.
 * @seed: Of the hash.
 * @agents: Number of agents.
 * @others: Number of agents of the first series.
 * @pass: Number of the pass that runs, or ran last.
 */
struct agent_table {
	struct series *series;
	size_t series_count, series_max, series_used, series_of_users;
	size_t lanes_used, lanes_of_users;
	struct agent_record *records;
	uint32_t room, free;
	uint32_t *buckets;
	uint32_t bucket_count;
	uint64_t seed;
	size_t agents, others;
	uint32_t pass;
};

/**
 * agent_table_init() - Start without agents.
 * @table: The table. Release it with agent_table_free().
 * @series_max: How many series there may be.
 *
 * Return: 0 or -ENOMEM.
 */
int agent_table_init(struct agent_table *table, size_t series_max);

/**
 * agent_table_free() - Release a table.
 * @table: The table.
 */
void agent_table_free(struct agent_table *table);

/*
 * Finds the owner of an agent that is new.
 * @agent: The agent.
 * @owner: Receives the owner, which the table frees.
 * @arg: As given.
 *
 * Return: 0 or -ENOMEM.
 */
typedef int (*agent_table_owner_fn)(const struct varta_agent *agent,
				    struct agent_owner **owner, void *arg);

/**
 * agent_table_seen() - Take an agent from a dump.
 * @table: The table.
 * @agent: The agent. What the table knows from later events is kept.
 * @owner: Called if the agent is new.
 * @arg: For @owner.
 *
 * Return: 0 or -ENOMEM.
 */
int agent_table_seen(struct agent_table *table, const struct varta_agent *agent,
		     agent_table_owner_fn owner, void *arg);

/**
 * agent_table_event() - Take an event.
 * @table: The table.
 * @event: The event; types without an agent are ignored.
 * @reason: Why the agent stalled, less than STALL_REASONS.
 * @owner: Called if the agent is new.
 * @arg: For @owner.
 *
 * Return: 0 or -ENOMEM.
 */
int agent_table_event(struct agent_table *table,
		      const struct varta_event *event, unsigned int reason,
		      agent_table_owner_fn owner, void *arg);

/**
 * agent_table_pass_begin() - Begin to take all agents of a dump.
 * @table: The table.
 */
void agent_table_pass_begin(struct agent_table *table);

/**
 * agent_table_pass_end() - Forget the agents that were not in the dump.
 * @table: The table.
 * @consistent: The tracker did not change during the dump. Otherwise only those
 *   that were not in the one before either are forgotten.
 */
void agent_table_pass_end(struct agent_table *table, bool consistent);

/**
 * agent_table_clear() - Forget all agents, but not the counters of series.
 * @table: The table.
 */
void agent_table_clear(struct agent_table *table);

/**
 * agent_table_summarize() - Sum up the agents of each series.
 * @table: The table.
 *
 * Also drops the series without agents whose time is over.
 */
void agent_table_summarize(struct agent_table *table);

/**
 * series_in_use() - Whether an allocated series is one.
 * @series: The series.
 */
bool series_in_use(const struct series *series);

#endif /* AGENT_TABLE_H */
