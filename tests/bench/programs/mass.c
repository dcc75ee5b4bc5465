// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many relayed agents stall at the same time.
 *
 * Usage: mass COUNT cost|wait
 *
 * The thresholds compensate for the time between the first and the last beat, so
 * that the deadlines are within some milliseconds. With "cost" nothing else
 * runs. With "wait" a tracked process beats every millisecond; the result is the
 * maximum delay of such a beat, in the second before the deadlines and in the
 * seconds after them.
 */
#include <err.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "listener.h"
#include "relay.h"

enum {
	SOURCE		= 78,
	DELAY_MS	= 10000,
};

#define PATIENCE	(60 * NS_PER_S)

static void beat_all(uint32_t count, uint64_t deadline)
{
	struct relay relay;
	uint32_t i, left_ms = 0;

	relay_open(&relay, SOURCE);
	for (i = 0; i < count; i++) {
		/* The kernel takes the time when the message is sent. */
		if (i % RELAY_BATCH == 0)
			left_ms = (uint32_t)((deadline - now_ns()) /
					     NS_PER_MS);
		relay_beat(&relay, i + 1, 1, left_ms);
	}
	relay_flush(&relay);
	relay_check(&relay);
}

static uint64_t latest_beat_ns(struct sender *sender, uint64_t from,
			       uint64_t until)
{
	uint64_t when, took, latest = 0;

	for (when = from; when < until; when += NS_PER_MS) {
		sleep_until(when);
		sender_beat(sender);
		took = now_ns() - when;
		if (took > latest)
			latest = took;
		/* The skipped beats are at most as late as this one. */
		if (took > NS_PER_MS)
			when += took / NS_PER_MS * NS_PER_MS;
	}
	return latest;
}

static void keep_beating(uint64_t deadline)
{
	struct sender sender;
	uint64_t latest;

	sender_open(&sender, "varta");
	latest = latest_beat_ns(&sender, deadline - NS_PER_S,
				deadline - 10 * NS_PER_MS);
	result("beat_wait_before_ns", (double)latest);
	latest = latest_beat_ns(&sender, deadline - 10 * NS_PER_MS,
				deadline + 3 * NS_PER_S);
	result("beat_wait_during_ns", (double)latest);
	sender_check(&sender);
}

static void report(struct listener *listener, uint32_t count)
{
	uint64_t first = UINT64_MAX, last = 0, received = 0;
	size_t i;

	for (i = 0; i < listener->count; i++) {
		const struct stall *stall = &listener->stalls[i];

		if (stall->deadline < first)
			first = stall->deadline;
		if (stall->deadline > last)
			last = stall->deadline;
		if (stall->received > received)
			received = stall->received;
	}
	result("mass_spread_ns", (double)(last - first));
	result("mass_duration_ns", (double)(received - first));
	result("mass_messages", (double)listener->messages);
	listener_report(listener, "mass", count);
}

static uint64_t own_ns(void)
{
	struct timespec own;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	return own.tv_sec * NS_PER_S + own.tv_nsec;
}

/* The CPU time of the machine, and of the listener. */
static void cost(struct listener *listener, uint32_t count, uint64_t deadline)
{
	uint64_t busy, own;

	sleep_until(deadline - NS_PER_S);
	busy = busy_ns();
	own = own_ns();
	listener_hear(listener, count, deadline + PATIENCE);
	own = own_ns() - own;
	sleep_until(now_ns() + NS_PER_S);
	busy = busy_ns() - busy;
	report(listener, count);
	result("mass_instructions", (double)(busy - own) / count);
	result("mass_listener_instructions", (double)own / count);
}

static void wait_at_most(struct listener *listener, uint32_t count,
			 uint64_t deadline)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		keep_beating(deadline);
		_exit(0);
	}
	listener_hear(listener, count, deadline + PATIENCE);
	if (waitpid(pid, &status, 0) < 0 || status)
		errx(1, "the beating process failed");
	result("beat_wait_missed", (double)(count - listener->count));
}

int main(int argc, char **argv)
{
	struct listener listener;
	uint64_t deadline;
	uint32_t count;

	if (argc != 3)
		errx(2, "needs a count, and 'cost' or 'wait'");
	count = (uint32_t)number(argv[1]);
	listener_open(&listener, SOURCE, count);
	deadline = now_ns() + DELAY_MS * NS_PER_MS;
	beat_all(count, deadline);
	if (!strcmp(argv[2], "cost"))
		cost(&listener, count, deadline);
	else
		wait_at_most(&listener, count, deadline);
	return 0;
}
