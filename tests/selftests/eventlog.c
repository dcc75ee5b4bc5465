// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints a line for each event, and for each message and each overrun, which
 * varta monitor does not show.
 *
 *	listening
 *	message		the following events came in one message
 *	stall SOURCE PID NS-PID THRESHOLD-MS LAST-BEAT SILENCE RECEIVED NUMBER
 *	exit SOURCE PID NS-PID CODE EXIT-TIME RECEIVED NUMBER
 *	recover SOURCE PID NS-PID SILENCE NUMBER
 *	config NUMBER
 *	overrun		the kernel reported lost messages
 *
 * LAST-BEAT, EXIT-TIME and RECEIVED are CLOCK_MONOTONIC, in nanoseconds, and SILENCE is in
 * nanoseconds. NUMBER is that of the event. Runs until it is killed.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <varta.h>

static const char usage[] =
	"Usage: eventlog [BUFFER]\n"
	"Prints events. BUFFER is the size of the receive buffer in bytes.\n";

_Noreturn static void fail(const char *what, int error)
{
	fprintf(stderr, "eventlog: %s: %s\n", what, strerror(error));
	exit(1);
}

static void print_event(const struct varta_event *event, void *arg)
{
	const struct varta_agent *a = event->agent;
	bool *first = arg;

	if (*first)
		puts("message");
	*first = false;
	if (event->type == VARTA_EVENT_STALL)
		printf("stall %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32
		       " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		       a->source, a->pid, a->ns_pid, a->threshold_ms,
		       a->last_beat, a->silence, varta_monotonic_now(),
		       event->seq);
	else if (event->type == VARTA_EVENT_RECOVER)
		printf("recover %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu64
		       " %" PRIu64 "\n",
		       a->source, a->pid, a->ns_pid, a->silence, event->seq);
	else if (event->type == VARTA_EVENT_EXIT)
		printf("exit %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32
		       " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		       a->source, a->pid, a->ns_pid, a->exit_code,
		       a->exit_time, varta_monotonic_now(), event->seq);
	else if (event->type == VARTA_EVENT_CONFIG)
		printf("config %" PRIu64 "\n", event->seq);
}

static struct varta_events *subscribe(const char *buffer)
{
	struct varta_events_options options = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;
	int error;

	if (buffer)
		options.buffer = (uint32_t)strtoul(buffer, NULL, 10);
	error = varta_events_open(&events, &options);
	if (error)
		fail("subscription", -error);
	return events;
}

static void wait_for(const struct varta_events *events)
{
	struct pollfd readable = {
		.fd = varta_events_fd(events),
		.events = POLLIN,
	};

	/* A reader of the file sees all received events. */
	fflush(stdout);
	if (poll(&readable, 1, -1) < 0)
		fail("poll", errno);
}

int main(int argc, char **argv)
{
	struct varta_events *events;

	if (argc > 2) {
		fputs(usage, stderr);
		return 2;
	}
	events = subscribe(argv[1]);
	puts("listening");
	for (;;) {
		bool first = true;
		int got = varta_events_receive(events, print_event, &first);

		if (got == -EAGAIN)
			wait_for(events);
		else if (got == -ENOBUFS)
			puts("overrun");
		else if (got < 0)
			fail("receiving", -got);
	}
}
