// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lanes of a process without a page, whose beats are sent.
 *
 * Usage: sent_lanes [COUNT THRESHOLD_MS HANGING [exec]]
 *
 * Runs COUNT threads, each with a lane of that threshold, in which it beats four
 * times as often. The one with the number HANGING stops when it has beaten, until
 * there is a line on standard input. The process beats until it is killed. With
 * "exec", it executes itself as a program that beats without lanes once all lanes
 * have had a beat.
 *
 * Without arguments, prints TAP: what the module accepts and refuses.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <varta-client.h>

#define TEST_NAME	"sent_lanes"

#include "agent_test.h"
#include "counters.h"
#include "tap.h"

enum {
	LONG_MS		= 600000,
	STEP_MS		= 5,
	THREADS_MAX	= 64,
	/* Only a failure takes this long. */
	PATIENCE_S	= 60,
};

static struct varta_client c;

/* A client with @acknowledge has no page. */
static void begin(uint32_t lanes)
{
	const struct varta_client_options options = {
		.name = "sent_lanes",
		.threshold_ms = LONG_MS,
		.acknowledge = true,
		.lanes = lanes,
	};

	must(!varta_client_open(&c, &options), "open");
}

static void beat(void)
{
	must(!varta_client_beat(&c, VARTA_STATUS_OK, 0), "beat");
}

/* ---- A program with lanes */

struct worker {
	struct varta_client_lane lane;
	long pause_ms;
	bool hangs;
	bool has_beaten;
};

static void *work(void *arg)
{
	struct worker *worker = arg;

	for (;;) {
		varta_client_lane_beat(&worker->lane);
		__atomic_store_n(&worker->has_beaten, true, __ATOMIC_RELEASE);
		if (worker->hangs)
			worker->hangs = getchar() == EOF;
		sleep_ms(worker->pause_ms);
	}
	return NULL;
}

static bool all_have_beaten(const struct worker *workers, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (!__atomic_load_n(&workers[i].has_beaten, __ATOMIC_ACQUIRE))
			return false;
	return true;
}

static _Noreturn void run(int count, uint32_t threshold_ms, int hanging,
			  bool executes)
{
	static struct worker workers[THREADS_MAX];
	char name[32];
	pthread_t thread;
	int i;

	begin((uint32_t)count);
	/* Lanes are sent from the first beat on. */
	beat();
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "sent-%d", i);
		must(!varta_client_lane_open(&c, &workers[i].lane, name,
					     threshold_ms), "a lane");
		workers[i].pause_ms = (long)threshold_ms / 4;
		workers[i].hangs = i == hanging;
		must(!pthread_create(&thread, NULL, work, &workers[i]),
		     "a thread");
	}
	for (;;) {
		/* The module may be absent for a while. */
		varta_client_beat(&c, VARTA_STATUS_OK, 0);
		if (executes && all_have_beaten(workers, count))
			execl("/proc/self/exe", "sent_lanes", "0", "1", "0",
			      NULL);
		sleep_ms(20);
	}
}

/* ---- What is accepted */

/* What a beat of a lane has. */
struct lane_beat {
	const char *name;
	int64_t threshold_ms;	/* -1 for none */
	uint32_t number;
	bool has_nonce;		/* without a status */
	bool has_payload;
	bool has_status;	/* and the nonce */
};

static int send_lane(const struct lane_beat *beat)
{
	const uint32_t status = VARTA_STATUS_OK;
	const uint32_t threshold_ms = (uint32_t)beat->threshold_ms;
	const uint64_t nonce = varta_client__now();
	union varta_client__message message;
	struct nlattr nest = { .nla_type = VARTA_A_BEAT_LANE | NLA_F_NESTED };
	unsigned char *at;

	varta_client__begin(&message, VARTA_CMD_BEAT, true);
	if (beat->has_status)
		varta_client__put(&message, VARTA_A_BEAT_STATUS, &status, 4);
	if (beat->has_payload)
		varta_client__put(&message, VARTA_A_BEAT_PAYLOAD, &status, 4);
	if (beat->has_status || beat->has_nonce)
		varta_client__put(&message, VARTA_A_BEAT_NONCE, &nonce, 8);
	at = message.bytes + message.header.nlmsg_len;
	message.header.nlmsg_len += NLA_HDRLEN;
	if (beat->name)
		varta_client__put(&message, VARTA_A_LANE_NAME, beat->name,
				  strlen(beat->name) + 1);
	if (beat->number)
		varta_client__put(&message, VARTA_A_LANE_NUMBER, &beat->number,
				  4);
	if (beat->threshold_ms >= 0)
		varta_client__put(&message, VARTA_A_LANE_THRESHOLD_MS,
				  &threshold_ms, 4);
	nest.nla_len = (unsigned short)(message.bytes +
					message.header.nlmsg_len - at);
	memcpy(at, &nest, sizeof(nest));
	return varta_client__exchange(&c, &message.header, nonce);
}

static bool is_refused(const struct lane_beat *beat, int error,
		       const char *reason)
{
	long refused = counter(reason);
	char words[32];
	char *at;
	int result = send_lane(beat);

	snprintf(words, sizeof(words), "%s", reason);
	while ((at = strchr(words, '_')))
		*at = '-';
	return result == error && counter(reason) == refused + 1 &&
	       !strncmp(c.refusal.text, words, strlen(words)) &&
	       c.refusal.text[strlen(words)] == ':';
}

static bool waits_for_lane_stalls(long stalls)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (counter("lane_stalls") < stalls && time(NULL) < until)
		sleep_ms(STEP_MS);
	return counter("lane_stalls") == stalls;
}

static void test_refusals(void)
{
	const struct varta_client_options mapped = {
		.name = "sent_lanes", .threshold_ms = LONG_MS, .lanes = 1,
	};
	const struct lane_beat good = { .name = "a", .threshold_ms = LONG_MS };
	long refused;
	uint32_t i;

	check(send_lane(&good) == -ENOENT &&
	      !strncmp(c.refusal.text, "unknown-agent:", 14),
	      "sent_lanes: a process that is not tracked has none");
	beat();
	check(!send_lane(&good), "sent_lanes: an agent has one");
	check(is_refused(&(struct lane_beat){ .threshold_ms = 10 }, -EINVAL,
			 "missing_attribute"), "sent_lanes: without a name");
	check(is_refused(&(struct lane_beat){ .name = "b", .threshold_ms = -1 },
			 -EINVAL, "bad_lane"),
	      "sent_lanes: the first beat without a threshold");
	check(is_refused(&(struct lane_beat){ .name = "a", .threshold_ms = 10,
					      .has_payload = true }, -EINVAL,
			 "missing_attribute"),
	      "sent_lanes: a payload without a beat");
	check(is_refused(&(struct lane_beat){ .name = "a", .threshold_ms = 10,
					      .has_nonce = true }, -EINVAL,
			 "missing_attribute"),
	      "sent_lanes: a nonce without a status");
	refused = counter("refreshed");
	check(!send_lane(&(struct lane_beat){ .name = "a", .threshold_ms = -1 })
	      && counter("refreshed") == refused,
	      "sent_lanes: a later beat without a threshold, which is none of the agent");
	check(!send_lane(&(struct lane_beat){ .name = "a", .threshold_ms = -1,
					      .has_status = true }) &&
	      counter("refreshed") == refused + 1,
	      "sent_lanes: a beat of the agent with one of a lane");
	/* The first one is 0. */
	for (i = 1; i < VARTA_AGENT_LANES_MAX; i++)
		must(!send_lane(&(struct lane_beat){
			.name = "a", .threshold_ms = LONG_MS, .number = i }),
		     "many lanes");
	check(is_refused(&(struct lane_beat){ .name = "a", .number = i,
					      .threshold_ms = LONG_MS },
			 -EINVAL, "bad_lane"), "sent_lanes: too many");
	check(!send_lane(&(struct lane_beat){ .name = "a", .threshold_ms = 0 })
	      && !send_lane(&(struct lane_beat){ .name = "a", .number = i,
						 .threshold_ms = LONG_MS }),
	      "sent_lanes: one that is closed makes room");
	varta_client_close(&c);

	must(!varta_client_open(&c, &mapped), "open");
	beat();
	must(c.mapped->page, "a page");
	check(is_refused(&good, -EINVAL, "bad_lane"),
	      "sent_lanes: a process with lanes in its page");
	varta_client_bye(&c);
	varta_client_close(&c);
}

static void test_events(void)
{
	long stalls = counter("lane_stalls");

	begin(1);
	beat();
	must(!send_lane(&(struct lane_beat){ .name = "a", .threshold_ms = 50 }),
	     "a lane");
	check(waits_for_lane_stalls(stalls + 1) &&
	      shows(".lane == \"a\" and .stalled == false"),
	      "sent_lanes: a lane stalls");
	/* Its thread is this one, which is the main thread. */
	check(shows(".lane_tid == .pid"), "sent_lanes: its thread is known");
	varta_client_bye(&c);
	varta_client_close(&c);
}

int main(int argc, char **argv)
{
	if (argc > 3)
		run(atoi(argv[1]), (uint32_t)atoi(argv[2]), atoi(argv[3]),
		    argc > 4);
	begin(1);
	test_refusals();
	test_events();
	return tap_end();
}
