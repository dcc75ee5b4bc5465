// SPDX-License-Identifier: GPL-2.0-only
/*
 * The latency of stall events, with thresholds from short to long.
 *
 * Usage: lateness NAME COUNT LONGEST_MS PER_SECOND
 *
 * COUNT relayed agents beat once, PER_SECOND of them in a second, with thresholds
 * between 10 ms and LONGEST_MS in a logarithmic distribution. A single agent,
 * with COUNT 1, does so repeatedly. The latency is the time from the deadline,
 * which the event has as last beat and threshold, to its arrival at a listener.
 */
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "listener.h"
#include "relay.h"

enum {
	/* Other agents in the tracker have other sources. */
	SOURCE		= 77,
	/* Coprime to any number of agents. */
	STEP		= 7919,
	/* Rounds of a single agent. */
	ALONE		= 64,
	SHORTEST_MS	= 10,
	BATCHES_PER_S	= 100,
};

/* Only a failure takes this long. */
#define PATIENCE	(60 * NS_PER_S)

static uint32_t longest_ms;

/* The threshold of agent @i of @count; consecutive agents differ. */
static uint32_t threshold_ms(uint32_t i, uint32_t count)
{
	double rank = (double)((uint64_t)i * STEP % count) / count;

	return (uint32_t)(SHORTEST_MS *
			  pow((double)longest_ms / SHORTEST_MS, rank));
}

static void alone(struct listener *listener)
{
	struct relay relay;
	uint32_t i;

	relay_open(&relay, SOURCE);
	for (i = 0; i < ALONE; i++) {
		uint32_t ms = threshold_ms(i, ALONE);

		relay_beat(&relay, 1, i + 1, ms);
		relay_flush(&relay);
		listener_hear(listener, i + 1,
			      now_ns() + ms * NS_PER_MS + PATIENCE);
		if (listener->count != i + 1)
			errx(1, "no event came");
	}
	relay_check(&relay);
}

/* A few at a time, so that the machine is idle but for that. */
static void beat_all(uint32_t count, uint32_t per_second)
{
	uint64_t when = now_ns();
	struct relay relay;
	uint32_t i;

	relay_open(&relay, SOURCE);
	for (i = 0; i < count; i++) {
		relay_beat(&relay, i + 1, 1, threshold_ms(i, count));
		if ((i + 1) % (per_second / BATCHES_PER_S) == 0) {
			relay_flush(&relay);
			when += NS_PER_S / BATCHES_PER_S;
			sleep_until(when);
		}
	}
	relay_flush(&relay);
	relay_check(&relay);
}

static void crowd(struct listener *listener, uint32_t count,
		  uint32_t per_second)
{
	uint64_t until = now_ns() + longest_ms * NS_PER_MS + PATIENCE +
			 count * NS_PER_S / per_second;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		beat_all(count, per_second);
		_exit(0);
	}
	be_urgent();
	listener_hear(listener, count, until);
	if (waitpid(pid, &status, 0) < 0 || status)
		errx(1, "the beating process failed");
}

int main(int argc, char **argv)
{
	uint32_t count, per_second;
	struct listener listener;

	if (argc != 5)
		errx(2, "needs a name, a count, a threshold and a rate");
	count = (uint32_t)number(argv[2]);
	longest_ms = (uint32_t)number(argv[3]);
	per_second = (uint32_t)number(argv[4]);
	if (per_second < BATCHES_PER_S)
		errx(2, "the rate is too low");

	if (count == 1)
		count = ALONE;
	listener_open(&listener, SOURCE, count);
	if (count == ALONE)
		alone(&listener);
	else
		crowd(&listener, count, per_second);
	listener_report(&listener, argv[1], count);
	return 0;
}
