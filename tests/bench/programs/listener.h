/* SPDX-License-Identifier: GPL-2.0-only */
/* Receives stall events and measures their latency. */
#ifndef BENCH_LISTENER_H
#define BENCH_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct stall - One event.
 * @deadline: Last beat plus threshold, from the event.
 * @received: When the listener received it.
 */
struct stall {
	uint64_t deadline;
	uint64_t received;
};

/**
 * struct listener - The received events.
 * @events: The library's subscription.
 * @source: Events of agents of this source are kept, others ignored.
 * @stalls: The events, in order of arrival.
 * @count: The number of @stalls.
 * @room: The size of @stalls.
 * @messages: The number of messages.
 * @overruns: The number of overruns.
 */
struct listener {
	struct varta_events *events;
	uint32_t source;
	struct stall *stalls;
	size_t count, room;
	uint64_t messages;
	uint64_t overruns;
};

void listener_open(struct listener *listener, uint32_t source, size_t room);
void listener_forget(struct listener *listener);
void listener_hear(struct listener *listener, size_t count, uint64_t until);
void listener_report(struct listener *listener, const char *name,
		     size_t expected);

#endif /* BENCH_LISTENER_H */
