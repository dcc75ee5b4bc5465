// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which beats follow from notifications.
 */
#include "notify_agent.h"

#include <string.h>

#include "tap.h"

/* What is sent, one letter for each message: - nothing, b beat, c critical, g goodbye. */
static const struct {
	const char *name;
	/* Messages, each ends in ";". */
	const char *messages;
	const char *sent;
	/* Of the last beat. */
	uint32_t threshold_ms;
} sequences[] = {
	{ "ready", "READY=1;", "b", 5000 },
	{ "nothing before it is ready",
	  "STATUS=starting;EXTEND_TIMEOUT_USEC=9000000;WATCHDOG_USEC=7000000;",
	  "---", 0 },
	{ "a watchdog without ready", "WATCHDOG=1;", "b", 5000 },
	{ "status", "READY=1;STATUS=x;FDSTORE=1;MAINPID=3;", "b---", 5000 },
	{ "each watchdog", "READY=1;WATCHDOG=1;WATCHDOG=1;", "bbb", 5000 },
	{ "stopping", "READY=1;STOPPING=1;WATCHDOG=1;", "bg-", 5000 },
	{ "stopping twice", "READY=1;STOPPING=1;STOPPING=1;", "bg-", 5000 },
	{ "stopping before ready", "STOPPING=1;WATCHDOG=1;", "--", 0 },
	{ "ready again after stopping", "READY=1;STOPPING=1;READY=1;", "bgb",
	  5000 },
	{ "ready and stopping", "READY=1\nSTOPPING=1;", "-", 0 },
	{ "reloading", "READY=1;RELOADING=1;READY=1;", "b-b", 5000 },
	{ "another timeout", "READY=1;WATCHDOG_USEC=7000000;", "bb", 7000 },
	{ "another timeout, from then on",
	  "READY=1;WATCHDOG_USEC=7000000;WATCHDOG=1;", "bbb", 7000 },
	{ "another timeout before ready", "WATCHDOG_USEC=7000001;READY=1;", "-b",
	  7001 },
	{ "a timeout below the limit", "READY=1\nWATCHDOG_USEC=1;", "b", 10 },
	{ "a timeout above the limit",
	  "READY=1\nWATCHDOG_USEC=999999999999999;", "b", 86400000 },
	{ "no watchdog", "READY=1;WATCHDOG_USEC=0;WATCHDOG=1;READY=1;", "bg--",
	  5000 },
	{ "no watchdog, another way",
	  "READY=1;WATCHDOG_USEC=18446744073709551615;WATCHDOG=1;", "bg-", 5000 },
	{ "a watchdog again", "READY=1;WATCHDOG_USEC=0;WATCHDOG_USEC=1000000;"
	  "WATCHDOG=1;", "bg-b", 1000 },
	{ "more time", "READY=1;EXTEND_TIMEOUT_USEC=60000000;", "bb", 60000 },
	{ "more time, once",
	  "READY=1;EXTEND_TIMEOUT_USEC=60000000;WATCHDOG=1;", "bbb", 5000 },
	{ "more time that is less", "READY=1;EXTEND_TIMEOUT_USEC=1;", "bb", 5000 },
	{ "trigger", "READY=1;WATCHDOG=trigger;", "bc", 10 },
	{ "nothing after trigger",
	  "READY=1;WATCHDOG=trigger;WATCHDOG=1;WATCHDOG_USEC=7000000;"
	  "EXTEND_TIMEOUT_USEC=9;WATCHDOG=trigger;", "bc----", 10 },
	{ "ready after trigger", "READY=1;WATCHDOG=trigger;READY=1;", "bcb",
	  5000 },
	{ "stopping after trigger", "READY=1;WATCHDOG=trigger;STOPPING=1;",
	  "bcg", 10 },
	{ "trigger without a watchdog",
	  "READY=1;WATCHDOG_USEC=0;WATCHDOG=trigger;", "bg-", 5000 },
	{ "a barrier", "READY=1;BARRIER=1\nSTOPPING=1;", "b-", 5000 },
};

static char letter(const struct notify_beat *beat)
{
	if (beat->bye)
		return beat->beat ? '?' : 'g';
	if (beat->beat)
		return beat->failed ? 'c' : 'b';
	return '-';
}

static void test_sequence(size_t at)
{
	const char *text = sequences[at].messages, *end;
	struct notify_message message;
	struct notify_agent agent;
	struct notify_beat beat;
	uint32_t threshold_ms = 0;
	char sent[16];
	size_t i;

	notify_agent_init(&agent, 5000);
	for (i = 0; (end = strchr(text, ';')); i++, text = end + 1) {
		beat = (struct notify_beat){ 0 };
		notify_message_parse(&message, text, (size_t)(end - text));
		notify_agent_message(&agent, &message, &beat);
		sent[i] = letter(&beat);
		if (beat.beat)
			threshold_ms = beat.threshold_ms;
	}
	sent[i] = '\0';
	check(!strcmp(sent, sequences[at].sent) &&
	      threshold_ms == sequences[at].threshold_ms,
	      "notify_agent: %s: %s %u", sequences[at].name, sent, threshold_ms);
}

/* Messages that come before anything was sent: what they say last, is sent. */
static const struct {
	const char *name, *messages;
	char sent;
} batches[] = {
	{ "many watchdogs", "READY=1;WATCHDOG=1;WATCHDOG=1;", 'b' },
	{ "ready, then stopping", "READY=1;STOPPING=1;", 'g' },
	{ "stopping, then ready", "READY=1;STOPPING=1;READY=1;", 'b' },
	{ "trigger, then a watchdog", "READY=1;WATCHDOG=trigger;WATCHDOG=1;",
	  'c' },
	{ "a watchdog, then status", "WATCHDOG=1;STATUS=x;BARRIER=1;", 'b' },
};

static void test_batch(size_t at)
{
	const char *text = batches[at].messages, *end;
	struct notify_beat beat = { 0 };
	struct notify_message message;
	struct notify_agent agent;

	notify_agent_init(&agent, 5000);
	for (; (end = strchr(text, ';')); text = end + 1) {
		notify_message_parse(&message, text, (size_t)(end - text));
		notify_agent_message(&agent, &message, &beat);
	}
	check(letter(&beat) == batches[at].sent, "notify_agent: at once: %s",
	      batches[at].name);
}

TEST_GROUP(notify_agent)
{
	struct notify_agent agent;
	size_t i;

	for (i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		test_sequence(i);
	for (i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		test_batch(i);
	check(!notify_threshold(0) && notify_threshold(1) == 1 &&
	      notify_threshold(1000) == 1 && notify_threshold(1001) == 2 &&
	      notify_threshold(UINT64_MAX) == UINT32_MAX,
	      "notify_agent: thresholds are rounded up");
	notify_agent_init(&agent, 5000);
	agent.min_ms = 1000;
	agent.max_ms = 100;
	check(notify_allowed(&agent, 500) == 1000,
	      "notify_agent: limits that exclude each other");
}
