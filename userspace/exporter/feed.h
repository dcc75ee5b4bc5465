/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the table of agents up to date: by a subscription to events, and by a
 * dump from time to time. Never makes the kernel load the module.
 */
#ifndef FEED_H
#define FEED_H

#include <stdbool.h>
#include <stdint.h>

#include <varta.h>

#include "agent_table.h"
#include "dump.h"
#include "owner.h"

/* Most agents to read in a second, on average. */
#define FEED_RATE	10000

/**
 * struct feed - What it knows, and from where.
 * @table: The agents.
 * @owners: Finds their owners.
 * @v: For counters and settings; NULL while @up is not set.
 * @events: The subscription; NULL while the module has not been found.
 * @up: The module is loaded.
 * @broken: The subscription has to be opened again.
 * @dump: The dump of agents.
 * @interval: Time between the beginnings of two passes, in nanoseconds.
 * @pass_begun: When the last pass began.
 * @pass_agents: How many agents it has read.
 * @next_pass: When the next one begins.
 * @next_look: When to look for the module again.
 * @pass_seconds: How long the last complete pass took.
 * @pass_realtime: When the last complete pass began, in seconds since the epoch;
 *   0 if there was none since the module was loaded.
 * @passes: Complete passes.
 * @overruns: How often events were lost.
 * @failures: Passes and events that could not be read.
 */
struct feed {
	struct agent_table table;
	struct owner_reader *owners;
	struct varta *v;
	struct varta_events *events;
	bool up, broken;
	struct dump dump;
	uint64_t interval;
	uint64_t pass_begun, pass_agents, next_pass, next_look;
	double pass_seconds, pass_realtime;
	uint64_t passes, overruns, failures;
};

/**
 * feed_open() - Start.
 * @feed: The feed. Release it with feed_close().
 * @series_max: As for agent_table_init().
 * @interval_ms: See @interval.
 *
 * Return: 0, also if the module is not loaded; -EPERM if this process may not
 * listen; or another negative errno.
 */
int feed_open(struct feed *feed, size_t series_max, uint32_t interval_ms);

/**
 * feed_close() - End.
 * @feed: The feed.
 */
void feed_close(struct feed *feed);

/* Number of descriptors of feed_fds(). */
#define FEED_FDS	2

/**
 * feed_fds() - Descriptors to poll for reading.
 * @feed: The feed.
 * @fds: Receives them; -1 for none.
 */
void feed_fds(const struct feed *feed, int *fds);

/**
 * feed_due() - When feed_work() has something to do besides.
 * @feed: The feed.
 *
 * Return: The time, as varta_monotonic_now().
 */
uint64_t feed_due(const struct feed *feed);

/**
 * feed_work() - Do a limited amount of what is to be done.
 * @feed: The feed.
 */
void feed_work(struct feed *feed);

/**
 * feed_stats() - Read the counters and settings that are metrics.
 * @feed: The feed.
 * @stats: Receives them.
 * @config: Receives them.
 *
 * Return: Whether the module is loaded.
 */
bool feed_stats(struct feed *feed, struct varta_stats *stats,
		struct varta_config *config);

#endif /* FEED_H */
