/* SPDX-License-Identifier: GPL-2.0-only */
/* Listening to stall events, and how late they come. */
#ifndef BENCH_LISTENER_H
#define BENCH_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct stall - One event.
 * @deadline: Last beat and threshold, of which the event tells.
 * @heard: When the listener had it.
 */
struct stall {
	uint64_t deadline;
	uint64_t heard;
};

/**
 * struct listener - What was heard.
 * @events: The library's subscription.
 * @source: The relay whose agents' events are kept; others are passed over.
 * @stalls: The events, in the order in which they came.
 * @count: How many.
 * @room: How many are kept.
 * @messages: Messages in which they came.
 * @overruns: How often the kernel said that events were missed.
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
