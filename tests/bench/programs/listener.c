// SPDX-License-Identifier: GPL-2.0-only
/* See listener.h. */
#include "listener.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <varta.h>

#include "common.h"

/* Large enough for no overrun. */
#define BUFFER_SIZE	(256 << 20)

/* Points of a distribution, for a plot. */
#define POINTS		200

void listener_open(struct listener *listener, uint32_t source, size_t room)
{
	struct varta_events_options options = VARTA_EVENTS_OPTIONS_INIT;
	int error;

	options.buffer = BUFFER_SIZE;
	*listener = (struct listener){ .source = source, .room = room };
	error = varta_events_open(&listener->events, &options);
	if (error)
		errx(1, "cannot listen: %s", strerror(-error));
	listener->stalls = calloc(room, sizeof(*listener->stalls));
	if (!listener->stalls)
		err(1, "calloc");
	/* A page fault would delay an event. */
	memset(listener->stalls, 1, room * sizeof(*listener->stalls));
}

void listener_forget(struct listener *listener)
{
	listener->count = 0;
	listener->messages = 0;
	listener->overruns = 0;
}

static void note(const struct varta_event *event, void *arg)
{
	const struct varta_agent *agent = event->agent;
	struct listener *listener = arg;

	if (event->type != VARTA_EVENT_STALL ||
	    agent->source != listener->source)
		return;
	if (listener->count == listener->room)
		errx(1, "more stalls than agents");
	listener->stalls[listener->count++] = (struct stall){
		.deadline = agent->last_beat +
			    agent->threshold_ms * NS_PER_MS,
		.received = now_ns(),
	};
}

static void wait_for_message(const struct listener *listener, uint64_t until)
{
	struct pollfd readable = {
		.fd = varta_events_fd(listener->events),
		.events = POLLIN,
	};
	uint64_t now = now_ns();
	uint64_t left = until > now ? until - now : 0;
	const struct timespec patience = {
		.tv_sec = (time_t)(left / NS_PER_S),
		.tv_nsec = (long)(left % NS_PER_S),
	};

	if (ppoll(&readable, 1, &patience, NULL) < 0)
		err(1, "ppoll");
}

/* Receives until there are @count events, or until the timeout. */
void listener_hear(struct listener *listener, size_t count, uint64_t until)
{
	int got;

	while (listener->count < count) {
		got = varta_events_receive(listener->events, note, listener);
		if (got > 0)
			listener->messages++;
		else if (got == -ENOBUFS)
			listener->overruns++;
		else if (got != -EAGAIN && got < 0)
			errx(1, "listening: %s", strerror(-got));
		else if (now_ns() >= until)
			return;
		else
			wait_for_message(listener, until);
	}
}

static int64_t lateness(const struct stall *stall)
{
	return (int64_t)(stall->received - stall->deadline);
}

static int by_lateness(const void *a, const void *b)
{
	int64_t x = lateness(a), y = lateness(b);

	return (x > y) - (x < y);
}

static double quantile(const struct listener *listener, double part)
{
	size_t at = (size_t)(part * (double)listener->count);

	if (at >= listener->count)
		at = listener->count - 1;
	return (double)lateness(&listener->stalls[at]);
}

static void result_of(const char *name, const char *what, double value)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%s_%s", name, what);
	result(whole, value);
}

/* Prints the latency of the events; @expected is the number of stalls. */
void listener_report(struct listener *listener, const char *name,
		     size_t expected)
{
	int i;

	result_of(name, "stalls", (double)listener->count);
	result_of(name, "missed", (double)expected - (double)listener->count);
	result_of(name, "overruns", (double)listener->overruns);
	if (!listener->count)
		return;
	qsort(listener->stalls, listener->count, sizeof(*listener->stalls),
	      by_lateness);
	result_of(name, "min_ns", quantile(listener, 0));
	result_of(name, "p50_ns", quantile(listener, 0.5));
	result_of(name, "p90_ns", quantile(listener, 0.9));
	result_of(name, "p99_ns", quantile(listener, 0.99));
	result_of(name, "max_ns", quantile(listener, 1));
	for (i = 0; i <= POINTS; i++)
		printf("point %s %.0f %g\n", name,
		       quantile(listener, (double)i / POINTS),
		       (double)i / POINTS);
}
