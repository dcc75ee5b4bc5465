// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the table of agents up to date. See feed.h.
 */
#include "feed.h"

#include <errno.h>
#include <time.h>

#include "genl.h"

#define SECOND		1000000000ull
#define MILLISECOND	1000000ull

/* Time between two looks for a module that is not loaded. */
#define LOOK_INTERVAL	(SECOND / 2)

/* For mass stalls: about 1 KiB for each event. */
#define EVENT_BUFFER	(4u << 20)

/* Messages of events to read before other work. */
#define EVENTS_AT_ONCE	64

static int owner_of(const struct varta_agent *agent,
		    struct agent_owner **owner, void *arg)
{
	struct feed *feed = arg;

	*owner = owner_read(feed->owners, agent);
	return *owner ? 0 : -ENOMEM;
}

static int on_agent(const struct varta_agent *agent, void *arg)
{
	struct feed *feed = arg;

	feed->pass_agents++;
	return agent_table_seen(&feed->table, agent, owner_of, feed);
}

/* ---- The module comes and goes */

static void set_down(struct feed *feed)
{
	feed->up = false;
	feed->pass_realtime = 0;
	dump_close(&feed->dump);
	varta_close(feed->v);
	feed->v = NULL;
	agent_table_clear(&feed->table);
}

static void set_up(struct feed *feed)
{
	set_down(feed);
	feed->broken = varta_open(&feed->v, NULL) < 0;
	if (feed->broken)
		return;
	feed->up = true;
	feed->next_pass = varta_monotonic_now();
}

static int look_for_module(struct feed *feed)
{
	struct varta_events_options options = VARTA_EVENTS_OPTIONS_INIT;
	int error;

	feed->next_look = varta_monotonic_now() + LOOK_INTERVAL;
	if (!genl_module_is_loaded())
		return 0;
	options.buffer = EVENT_BUFFER;
	options.resync = true;
	error = varta_events_open(&feed->events, &options);
	if (!error)
		set_up(feed);
	return error == -ENODEV ? 0 : error;
}

/* ---- Events */

static unsigned int reason_of(const struct varta_event *event)
{
	uint32_t reason = event->agent->reason;

	return reason < STALL_REASONS ? reason : VARTA_STALL_REASON_UNKNOWN;
}

static void on_event(const struct varta_event *event, void *arg)
{
	struct feed *feed = arg;

	switch (event->type) {
	case VARTA_EVENT_UNLOADED:
		set_down(feed);
		return;
	case VARTA_EVENT_LOADED:
		set_up(feed);
		return;
	case VARTA_EVENT_OVERRUN:
		feed->overruns++;
		/* What was lost may be in the agents. */
		feed->next_pass = varta_monotonic_now();
		return;
	default:
		break;
	}
	/* A setting was changed. */
	if (!event->agent)
		return;
	if (agent_table_event(&feed->table, event, reason_of(event), owner_of,
			      feed))
		feed->failures++;
}

static void read_events(struct feed *feed)
{
	int i, result = 0;

	for (i = 0; i < EVENTS_AT_ONCE && result >= 0; i++)
		result = varta_events_receive(feed->events, on_event, feed);
	if (result < 0 && result != -EAGAIN)
		feed->failures++;
	if (result != -EBADF && result != -ENODEV && !feed->broken)
		return;
	feed->broken = false;
	varta_events_close(feed->events);
	feed->events = NULL;
	set_down(feed);
}

/* ---- Passes */

static void end_pass(struct feed *feed)
{
	uint64_t now = varta_monotonic_now();
	uint64_t pause = feed->pass_agents * SECOND / FEED_RATE;

	if (pause < feed->interval)
		pause = feed->interval;
	feed->next_pass = feed->pass_begun + pause;
	if (feed->next_pass < now)
		feed->next_pass = now;
}

static void begin_pass(struct feed *feed)
{
	feed->pass_begun = varta_monotonic_now();
	feed->pass_agents = 0;
	if (dump_begin(&feed->dump)) {
		feed->failures++;
		end_pass(feed);
		return;
	}
	agent_table_pass_begin(&feed->table);
}

static void complete_pass(struct feed *feed)
{
	double took = (double)(varta_monotonic_now() - feed->pass_begun) / 1e9;
	struct timespec now;

	agent_table_pass_end(&feed->table, !feed->dump.interrupted);
	if (!clock_gettime(CLOCK_REALTIME, &now))
		feed->pass_realtime = (double)now.tv_sec +
				      (double)now.tv_nsec / 1e9 - took;
	feed->pass_seconds = took;
	feed->passes++;
	end_pass(feed);
}

static void read_piece(struct feed *feed)
{
	if (dump_read(&feed->dump, on_agent, feed)) {
		feed->failures++;
		end_pass(feed);
	} else if (!feed->dump.running) {
		complete_pass(feed);
	}
}

void feed_work(struct feed *feed)
{
	if (!feed->events) {
		if (varta_monotonic_now() >= feed->next_look &&
		    look_for_module(feed))
			feed->failures++;
		return;
	}
	read_events(feed);
	if (!feed->up || !feed->events)
		return;
	if (feed->dump.running)
		read_piece(feed);
	else if (varta_monotonic_now() >= feed->next_pass)
		begin_pass(feed);
}

bool feed_stats(struct feed *feed, struct varta_stats *stats,
		struct varta_config *config)
{
	int error;

	/* Whether the module is loaded may be among them. */
	if (feed->events)
		read_events(feed);
	if (!feed->up)
		return false;
	error = varta_stats_get(feed->v, stats);
	if (!error)
		error = varta_config_get(feed->v, config);
	/* An event says when it is loaded again. */
	if (error == -ENODEV)
		set_down(feed);
	else if (error)
		feed->failures++;
	return !error;
}

void feed_fds(const struct feed *feed, int *fds)
{
	fds[0] = feed->events ? varta_events_fd(feed->events) : -1;
	fds[1] = dump_fd(&feed->dump);
}

uint64_t feed_due(const struct feed *feed)
{
	if (!feed->events)
		return feed->next_look;
	if (!feed->up || feed->dump.running)
		return varta_monotonic_now() + SECOND;
	return feed->next_pass;
}

int feed_open(struct feed *feed, size_t series_max, uint32_t interval_ms)
{
	int error;

	*feed = (struct feed){ .interval = interval_ms * MILLISECOND };
	error = agent_table_init(&feed->table, series_max);
	if (error)
		return error;
	feed->owners = owner_reader_open();
	error = feed->owners ? look_for_module(feed) : -ENOMEM;
	if (error)
		feed_close(feed);
	return error;
}

void feed_close(struct feed *feed)
{
	varta_events_close(feed->events);
	varta_close(feed->v);
	dump_close(&feed->dump);
	owner_reader_close(feed->owners);
	agent_table_free(&feed->table);
}
