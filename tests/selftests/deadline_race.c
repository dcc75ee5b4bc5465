// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beats that race their own deadline, from the instant before it to the instant
 * after, and a listener that checks what is told of them.
 *
 * A crowd of relayed agents beats together, and this process with them. Whether
 * they are told as stalled before the next beat moves the time of the one after: a little later if
 * nobody was, a little earlier if everybody was. So the beats keep to the
 * moment at which the kernel looks at the agents, wherever that is. Now and
 * then the next beat waits until everybody was told.
 *
 * Of each beat it is known between which two times it was accepted. What must
 * hold of the events:
 *
 * - each is of one beat that there was, and no two of the same,
 * - none of a silence that another beat had ended before its threshold, or
 *   before it was looked for,
 * - there is one of each silence that lasted until it was told of,
 * - there are as many as the kernel has counted.
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
	CROWD		= 40,
	/* The crowd's come first, then this process. */
	AGENTS		= CROWD + 1,
	THRESHOLD_MS	= 10,
	/* Every so many beats, all are waited for. */
	WAIT_EVERY	= 16,
	PATIENCE_MS	= 60000,
	ROUNDS_MAX	= 20000,
};

#define THRESHOLD	(THRESHOLD_MS * UINT64_C(1000000))
#define STEP		UINT64_C(4000)

/* A beat of everybody. */
struct round {
	/* No later than this was sent, and all accepted by that. */
	uint64_t before, after;
	/* What was told of the silence after it, by agent. */
	uint64_t found[AGENTS];
	uint32_t told;
};

static struct round rounds[ROUNDS_MAX];
static uint32_t count;
static struct varta *v;
static struct varta_events *events;
static uint64_t heard;
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

/* The one that the last beat is of; the newest ones first. */
static uint32_t find_round(uint64_t last_beat)
{
	uint32_t i = count;

	while (i-- > 0)
		if (rounds[i].before <= last_beat)
			return i;
	return count;
}

static uint32_t number_of(const struct varta_agent *agent)
{
	if (agent->source == SOURCE && agent->pid <= CROWD)
		return agent->pid - 1;
	if (!agent->source && agent->pid == (uint32_t)getpid())
		return CROWD;
	fail("told of a stranger", count, agent->pid);
}

static void note(const struct varta_event *event, void *arg)
{
	const struct varta_agent *agent = event->agent;
	uint32_t who, i;

	(void)arg;
	if (event->type != VARTA_EVENT_STALL)
		return;
	who = number_of(agent);
	if (agent->threshold_ms != THRESHOLD_MS)
		fail("told with another threshold", count, who);
	i = find_round(agent->last_beat);
	if (i == count || agent->last_beat > rounds[i].after)
		fail("told of a beat that there was not", i, who);
	if (rounds[i].found[who])
		fail("told twice", i, who);
	if (agent->silence < THRESHOLD)
		fail("told too early", i, who);
	if (agent->last_beat + agent->silence > varta_monotonic_now())
		fail("told before it was found", i, who);
	rounds[i].found[who] = agent->last_beat + agent->silence;
	rounds[i].told++;
	heard++;
}

static void hear(void)
{
	int got;

	do
		got = varta_events_receive(events, note, NULL);
	while (got >= 0);
	if (got != -EAGAIN)
		failed_call("listening", got);
}

static void hear_of_all(uint32_t i)
{
	struct pollfd readable = {
		.fd = varta_events_fd(events),
		.events = POLLIN,
	};

	for (hear(); rounds[i].told < AGENTS; hear())
		if (poll(&readable, 1, PATIENCE_MS) <= 0)
			fail("was not told", i, 0);
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
	/* Before an event can tell of it. */
	count++;
	round->before = varta_monotonic_now();
	error = varta_relay(v, SOURCE, beats, CROWD);
	if (!error)
		error = varta_beat_send(v, &beats[CROWD]);
	round->after = varta_monotonic_now();
	if (error)
		failed_call("beat", error);
}

/* Without sleeping: waking up takes longer than what matters here. */
static void spin_until(uint64_t when)
{
	while (varta_monotonic_now() < when)
		;
}

/*
 * Beats; returns how often nobody, some and everybody were told of a silence
 * that the next beat ended without waiting.
 */
static void race(uint32_t wanted, uint32_t *races)
{
	uint64_t after_beat = THRESHOLD;
	uint32_t told, i;

	beat_all();
	while (count < wanted) {
		i = count - 1;
		if (i % WAIT_EVERY == WAIT_EVERY - 1) {
			hear_of_all(i);
			beat_all();
			continue;
		}
		spin_until(rounds[i].after + after_beat);
		beat_all();
		/* Whatever is told of the one before has been sent by then. */
		spin_until(rounds[i + 1].after + THRESHOLD / 2);
		hear();
		told = rounds[i].told;
		races[!told ? 0 : told < AGENTS ? 1 : 2]++;
		if (!told)
			after_beat += STEP * (1 + i % 8);
		else if (after_beat > STEP * 16)
			after_beat -= STEP * (1 + i % 8);
	}
	hear_of_all(count - 1);
}

/* What could not be known before the beat that ended the silence. */
static void check(void)
{
	uint32_t i, who;

	for (i = 0; i + 1 < count; i++)
		for (who = 0; who < AGENTS; who++)
			if (rounds[i].found[who] > rounds[i + 1].after)
				fail("told of a silence that had ended", i,
				     who);
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
	printf("%" PRIu64 " stalls told, %" PRIu64 " counted; beats that came "
	       "before any, between, after all: %" PRIu32 " %" PRIu32
	       " %" PRIu32 "\n", heard, counted, races[0], races[1], races[2]);
	if (heard != counted) {
		fputs("deadline_race: not all that was counted was told\n", stderr);
		return 1;
	}
	varta_events_close(events);
	varta_close(v);
	return 0;
}
