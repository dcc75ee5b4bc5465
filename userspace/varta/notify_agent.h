/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the messages of sd_notify(3) become beats of an agent.
 */
#ifndef NOTIFY_AGENT_H
#define NOTIFY_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "notify_message.h"

/**
 * struct notify_agent - An agent that says by messages that it is alive.
 * @threshold_ms: Its threshold, which is its watchdog's timeout.
 * @min_ms: Lowest threshold that the module allows.
 * @max_ms: Highest one.
 * @watched: It is in the tracker, or will be with the beat that is to be sent.
 * @stopping: It has said that it stops.
 * @disabled: It has set its watchdog's timeout to 0.
 * @failed: It has said so, with WATCHDOG=trigger. It is silent from then on.
 */
struct notify_agent {
	uint32_t threshold_ms, min_ms, max_ms;
	bool watched, stopping, disabled, failed;
};

/**
 * struct notify_beat - What to send to the tracker.
 * @beat: A beat.
 * @threshold_ms: Its threshold.
 * @failed: Its status is critical, and there are no more.
 * @bye: Remove the agent.
 *
 * At most one of @beat and @bye is true.
 */
struct notify_beat {
	bool beat, failed, bye;
	uint32_t threshold_ms;
};

/**
 * notify_agent_init() - Start without a message.
 * @agent: Set.
 * @threshold_ms: Its threshold.
 */
void notify_agent_init(struct notify_agent *agent, uint32_t threshold_ms);

/**
 * notify_threshold() - The threshold for a watchdog's timeout.
 * @usec: The timeout in microseconds, rounded up.
 *
 * Return: Milliseconds; UINT32_MAX if they do not fit.
 */
uint32_t notify_threshold(uint64_t usec);

/**
 * notify_allowed() - The nearest threshold that the module allows.
 * @agent: The agent.
 * @ms: Milliseconds.
 *
 * Return: Milliseconds.
 */
uint32_t notify_allowed(const struct notify_agent *agent, uint32_t ms);

/**
 * notify_agent_message() - Process a message.
 * @agent: The agent.
 * @message: The message.
 * @beat: What to send. That of earlier messages that was not sent yet is
 *   replaced where the message says otherwise.
 *
 * WATCHDOG=1 is a beat. So is READY=1, the first one: before it, systemd limits
 * the time of the start. STOPPING=1 removes the agent, as systemd limits the
 * time of the stop. EXTEND_TIMEOUT_USEC= is a beat with a longer threshold,
 * which lasts until the next beat. WATCHDOG=trigger is a last beat with the
 * lowest threshold, so that its silence is a stall at once.
 */
void notify_agent_message(struct notify_agent *agent,
			  const struct notify_message *message,
			  struct notify_beat *beat);

#endif /* NOTIFY_AGENT_H */
