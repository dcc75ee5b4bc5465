// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beats that race their own deadline, from just before to just after it, and a
 * listener that checks the reported stalls.
 *
 * Relayed agents and this process beat together in rounds. If no agent stalled
 * before a round, the next round comes a little later; if all stalled, a little
 * earlier. So the beats stay close to the moment at which the kernel checks the
 * deadline. Every WAIT_EVERY rounds, the next beat waits for all stalls.
 *
 * The time of each round is known within limits. The checks:
 *
 * - each stall belongs to one round, and no two stalls to the same silence,
 * - no stall of a silence that a beat ended before the threshold or before the
 *   kernel found it,
 * - one stall for each silence that lasted until it was reported,
 * - as many stalls as the kernel has counted.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

enum {
	SOURCE		= 23,
	RELAYED		= 40,
	/* The relayed agents come first, then this process. */
	AGENTS		= RELAYED + 1,
	THRESHOLD_MS	= 10,
	/* Rounds between those that wait for all stalls. */
	WAIT_EVERY	= 16,
	PATIENCE_MS	= 60000,
	ROUNDS_MAX	= 20000,
};

#define THRESHOLD	(THRESHOLD_MS * UINT64_C(1000000))
#define STEP		UINT64_C(4000)

/* One beat of every agent. */
struct round {
	/* All beats were accepted between these times. */
	uint64_t before, after;
	/* When the silence after it was found, by agent. */
	uint64_t found[AGENTS];
	uint32_t reported;
};

static struct round rounds[ROUNDS_MAX];
static uint32_t count;
static struct varta *v;
static struct varta_events *events;
static uint64_t received;
/* The agents may have beaten before, in an earlier run. */
static uint64_t first_nonce;

_Noreturn static void fail(const char *what, uint32_t round, uint32_t agent)
{
	fprintf(stderr, "deadline_race: beat %" PRIu32 " of agent %" PRIu32 ": %s\n",
		round, agent, what);
	exit(1);
}

_Noreturn static void failed_call(const char *what, int error)
{
	fprintf(stderr, "deadline_race: %s: %s\n", what, strerror(-error));
	exit(1);
}

static void open_all(void)
{
	const struct varta_events_options options = {
		.size = sizeof(options),
		.buffer = 1 << 24,
	};
	int error = varta_open(&v, NULL);

	if (!error)
		error = varta_events_open(&events, &options);
	if (error)
		failed_call("open", error);
}

static uint64_t stalls_counted(void)
{
	struct varta_stats stats;
	int error = varta_stats_get(v, &stats);

	if (error)
		failed_call("stats", error);
	return stats.value[VARTA_A_STATS_STALLS];
}

/* The round of a beat, searched from the newest. */
static uint32_t find_round(uint64_t last_beat)
{
	uint32_t i = count;

	while (i-- > 0)
		if (rounds[i].before <= last_beat)
			return i;
	return count;
}

static uint32_t index_of(const struct varta_agent *agent)
{
	if (agent->source == SOURCE && agent->pid <= RELAYED)
		return agent->pid - 1;
	if (!agent->source && agent->pid == (uint32_t)getpid())
		return RELAYED;
	fail("stall of an unknown agent", count, agent->pid);
}

static void note_stall(const struct varta_event *event, void *arg)
{
	const struct varta_agent *agent = event->agent;
	uint32_t index, i;

	(void)arg;
	if (event->type != VARTA_EVENT_STALL)
		return;
	index = index_of(agent);
	if (agent->threshold_ms != THRESHOLD_MS)
		fail("stall with another threshold", count, index);
	i = find_round(agent->last_beat);
	if (i == count || agent->last_beat > rounds[i].after)
		fail("stall after a beat that was not sent", i, index);
	if (rounds[i].found[index])
		fail("reported twice", i, index);
	if (agent->silence < THRESHOLD)
		fail("reported too early", i, index);
	if (agent->last_beat + agent->silence > varta_monotonic_now())
		fail("reported before it was found", i, index);
	rounds[i].found[index] = agent->last_beat + agent->silence;
	rounds[i].reported++;
	received++;
}

static void receive(void)
{
	int got;

	do
		got = varta_events_receive(events, note_stall, NULL);
	while (got >= 0);
	if (got != -EAGAIN)
		failed_call("listening", got);
}

static void wait_for_all(uint32_t i)
{
	struct pollfd readable = {
		.fd = varta_events_fd(events),
		.events = POLLIN,
	};

	for (receive(); rounds[i].reported < AGENTS; receive())
		if (poll(&readable, 1, PATIENCE_MS) <= 0)
			fail("not reported", i, 0);
}

static void beat_all(void)
{
	static struct varta_beat beats[AGENTS];
	struct round *round = &rounds[count];
	uint32_t i;
	int error;

	for (i = 0; i < AGENTS; i++)
		beats[i] = (struct varta_beat){
			.pid = 1 + i,
			.nonce = first_nonce + count,
			.timestamp = 1,
			.threshold_ms = THRESHOLD_MS,
		};
	/* Before an event can refer to it. */
	count++;
	round->before = varta_monotonic_now();
	error = varta_relay(v, SOURCE, beats, RELAYED);
	if (!error)
		error = varta_beat_send(v, &beats[RELAYED]);
	round->after = varta_monotonic_now();
	if (error)
		failed_call("beat", error);
}

/* Without sleeping, as waking up takes too long. */
static void spin_until(uint64_t when)
{
	while (varta_monotonic_now() < when)
		;
}

/*
 * @races counts the rounds in which no, some and all agents were reported
 * before the next beat, which did not wait for it.
 */
static void race(uint32_t wanted, uint32_t *races)
{
	uint64_t after_beat = THRESHOLD;
	uint32_t reported, i;

	beat_all();
	while (count < wanted) {
		i = count - 1;
		if (i % WAIT_EVERY == WAIT_EVERY - 1) {
			wait_for_all(i);
			beat_all();
			continue;
		}
		spin_until(rounds[i].after + after_beat);
		beat_all();
		/* By then, all stalls of the round before have been sent. */
		spin_until(rounds[i + 1].after + THRESHOLD / 2);
		receive();
		reported = rounds[i].reported;
		races[!reported ? 0 : reported < AGENTS ? 1 : 2]++;
		if (!reported)
			after_beat += STEP * (1 + i % 8);
		else if (after_beat > STEP * 16)
			after_beat -= STEP * (1 + i % 8);
	}
	wait_for_all(count - 1);
}

/* Checks that need the time of the beat that ended the silence. */
static void check(void)
{
	uint32_t i, index;

	for (i = 0; i + 1 < count; i++)
		for (index = 0; index < AGENTS; index++)
			if (rounds[i].found[index] > rounds[i + 1].after)
				fail("reported a silence that had ended", i,
				     index);
}

int main(int argc, char **argv)
{
	uint32_t wanted = argc == 2 ? (uint32_t)atoi(argv[1]) : 0;
	uint32_t races[3] = { 0 };
	uint64_t counted;

	if (wanted < WAIT_EVERY || wanted > ROUNDS_MAX) {
		fputs("Usage: deadline_race BEATS\nRaces BEATS beats of each agent "
		      "against their deadlines.\n", stderr);
		return 2;
	}
	open_all();
	first_nonce = varta_monotonic_now();
	counted = stalls_counted();
	race(wanted, races);
	check();
	counted = stalls_counted() - counted;
	printf("%" PRIu64 " stalls reported, %" PRIu64 " counted; beats that came "
	       "before any, between, after all: %" PRIu32 " %" PRIu32
	       " %" PRIu32 "\n", received, counted, races[0], races[1], races[2]);
	if (received != counted) {
		fputs("deadline_race: fewer stalls reported than counted\n", stderr);
		return 1;
	}
	varta_events_close(events);
	varta_close(v);
	return 0;
}
