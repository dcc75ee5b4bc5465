// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the messages of sd_notify(3) become beats. See notify_agent.h.
 */
#include "notify_agent.h"

#define USEC_PER_MS	UINT64_C(1000)

enum {
	/* The module's defaults. */
	MIN_MS	= 10,
	MAX_MS	= 24 * 60 * 60 * 1000,
};

void notify_agent_init(struct notify_agent *agent, uint32_t threshold_ms)
{
	*agent = (struct notify_agent){
		.threshold_ms = threshold_ms,
		.min_ms = MIN_MS,
		.max_ms = MAX_MS,
	};
}

uint32_t notify_threshold(uint64_t usec)
{
	uint64_t ms = usec / USEC_PER_MS + !!(usec % USEC_PER_MS);

	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

uint32_t notify_allowed(const struct notify_agent *agent, uint32_t ms)
{
	if (ms > agent->max_ms)
		ms = agent->max_ms;
	return ms < agent->min_ms ? agent->min_ms : ms;
}

static void send_beat(struct notify_agent *agent, struct notify_beat *beat,
		      uint32_t threshold_ms)
{
	agent->watched = true;
	*beat = (struct notify_beat){
		.beat = true,
		.threshold_ms = notify_allowed(agent, threshold_ms),
		.failed = agent->failed,
	};
}

static void send_bye(struct notify_agent *agent, struct notify_beat *beat)
{
	agent->watched = false;
	*beat = (struct notify_beat){ .bye = true };
}

/* Returns whether the message is a beat because of it. */
static bool set_timeout(struct notify_agent *agent, uint64_t usec)
{
	agent->disabled = !usec || usec == UINT64_MAX;
	if (agent->disabled)
		return false;
	agent->threshold_ms = notify_threshold(usec);
	return agent->watched;
}

void notify_agent_message(struct notify_agent *agent,
			  const struct notify_message *message,
			  struct notify_beat *beat)
{
	bool alive = message->watchdog == NOTIFY_WATCHDOG_ALIVE;
	uint32_t extended = 0;

	if (message->barrier)
		return;
	if (message->has_watchdog_usec)
		alive |= set_timeout(agent, message->watchdog_usec);
	if (message->ready) {
		agent->failed = false;
		agent->stopping = false;
		alive = true;
	}
	if (message->stopping)
		agent->stopping = true;
	if (agent->stopping || agent->disabled) {
		if (agent->watched)
			send_bye(agent, beat);
		return;
	}
	if (agent->failed)
		return;
	if (message->watchdog == NOTIFY_WATCHDOG_TRIGGER) {
		agent->failed = true;
		send_beat(agent, beat, agent->min_ms);
		return;
	}
	if (message->has_extend_usec && agent->watched) {
		alive = true;
		extended = notify_threshold(message->extend_usec);
	}
	if (alive)
		send_beat(agent, beat, extended > agent->threshold_ms ?
			  extended : agent->threshold_ms);
}
