// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes libvarta's parsing of the kernel's messages through its public functions:
 * agents, counters, settings, verdicts, events, and the lookup of the family. The
 * first byte of an input selects the function and whether the reply to the lookup
 * is valid; the rest are the replies.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "varta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	/* In the first byte: the answers to the lookup are fuzzed too. */
	FUZZ_LOOKUP	= 0x80,
	RELAYED		= 3,
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_agent(const struct varta_agent *agent)
{
	demand(memchr(agent->name, '\0', sizeof(agent->name)));
	demand(varta_status_name(agent->status));
	demand(varta_origin_name(agent->origin));
}

static int see_agent(const struct varta_agent *agent, void *arg)
{
	check_agent(agent);
	++*(unsigned int *)arg;
	return 0;
}

static void see_event(const struct varta_event *event, void *arg)
{
	demand(event->type >= VARTA_EVENT_STALL &&
	       event->type <= VARTA_EVENT_SOURCE_RECOVER);
	if (event->agent)
		see_agent(event->agent, arg);
}

static void read_agents(struct varta *v)
{
	unsigned int seen = 0;
	struct varta_agent agent;

	demand(varta_agent_dump(v, NULL, see_agent, &seen) <= 0);
	if (!varta_agent_get(v, 0, 1, &agent))
		check_agent(&agent);
}

static void read_numbers(struct varta *v)
{
	struct varta_stats stats;
	struct varta_config config;
	unsigned int i;

	if (!varta_stats_get(v, &stats))
		for (i = 0; i < VARTA_STATS_ROOM; i++)
			demand(!stats.present[i] || varta_stats_name(i));
	varta_stats_take(v, &stats);
	if (!varta_config_get(v, &config))
		for (i = 0; i < VARTA_CONFIG_ROOM; i++)
			demand(!config.present[i] || varta_config_name(i));
	varta_config_set(v, VARTA_A_CONFIG_THRESHOLD_MS, 1000);
}

static void send_beats(struct varta *v)
{
	struct varta_beat beats[RELAYED] = {
		{ .nonce = 1, .pid = 1, .claim_pid = true },
	};

	varta_beat_send(v, &beats[0]);
	if (varta_relay(v, 1, beats, RELAYED))
		demand(varta_relay_refused(v) == -ENODATA ||
		       (varta_relay_refused(v) >= 0 &&
			varta_relay_refused(v) < RELAYED));
	varta_bye(v, 0);
}

static void use_handle(uint8_t way)
{
	struct varta *v;

	if (varta_open(&v, NULL))
		return;
	switch (way % 3) {
	case 0:
		read_agents(v);
		break;
	case 1:
		read_numbers(v);
		break;
	default:
		send_beats(v);
		break;
	}
	demand(varta_errmsg(v));
	varta_close(v);
}

static void listen_to_events(void)
{
	struct varta_events *events;
	unsigned int seen = 0;
	int i;

	if (varta_events_open(&events, NULL))
		return;
	for (i = 0; i < 8; i++)
		varta_events_receive(events, see_event, &seen);
	varta_events_close(events);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	kernel_answers(data + 1, size - 1, !(data[0] & FUZZ_LOOKUP));
	if (data[0] % 4 == 3)
		listen_to_events();
	else
		use_handle(data[0] % 4);
	return 0;
}
