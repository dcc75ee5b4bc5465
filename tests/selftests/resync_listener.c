// SPDX-License-Identifier: GPL-2.0-only
/*
 * A listener that dumps the stalled agents after an overrun. Prints a line for
 * each event and exits after STALLS stalls.
 *
 * Usage: resync_listener BUFFER [STALLS]
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

static unsigned long stalls;

static const char *name_of(unsigned int type)
{
	static const char *const names[] = {
		[VARTA_EVENT_STALL] = "stall",
		[VARTA_EVENT_EXIT] = "exit",
		[VARTA_EVENT_OVERRUN] = "overrun",
		[VARTA_EVENT_UNLOADED] = "unloaded",
		[VARTA_EVENT_LOADED] = "loaded",
		[VARTA_EVENT_RECOVER] = "recover",
		[VARTA_EVENT_STATUS] = "status",
		[VARTA_EVENT_GOODBYE] = "goodbye",
		[VARTA_EVENT_CONFLICT] = "conflict",
		[VARTA_EVENT_CONFIG] = "config",
		[VARTA_EVENT_ACTION] = "action",
		[VARTA_EVENT_LATE] = "late",
		[VARTA_EVENT_LANE_STALL] = "lane-stall",
		[VARTA_EVENT_LANE_RECOVER] = "lane-recover",
		[VARTA_EVENT_SOURCE_STALL] = "source-stall",
		[VARTA_EVENT_SOURCE_RECOVER] = "source-recover",
	};

	return type < sizeof(names) / sizeof(names[0]) && names[type] ?
		names[type] : "unknown";
}

static void print_event(const struct varta_event *event, void *arg)
{
	(void)arg;
	stalls += event->type == VARTA_EVENT_STALL;
	printf("%s", name_of(event->type));
	if (event->agent)
		printf(" %" PRIu32 ".%" PRIu32 " %" PRIu64 " %s",
		       event->agent->source, event->agent->ns_pid,
		       event->agent->last_beat,
		       event->resynced ? "read" : "told");
	putchar('\n');
}

static int listen_on(struct varta_events *events, unsigned long wanted)
{
	struct pollfd readable = {
		.fd = varta_events_fd(events),
		.events = POLLIN,
	};
	int result;

	while (!wanted || stalls < wanted) {
		result = varta_events_receive(events, print_event, NULL);
		if (result == -EAGAIN && poll(&readable, 1, -1) < 0)
			result = -errno;
		if (result < 0 && result != -EAGAIN && result != -EINTR)
			return result;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct varta_events_options how = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;
	int error;

	if (argc != 2 && argc != 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	how.buffer = (uint32_t)strtoul(argv[1], NULL, 10);
	how.resync = true;
	error = varta_events_open(&events, &how);
	if (!error) {
		puts("listening");
		error = listen_on(events, argc == 3 ?
				  strtoul(argv[2], NULL, 10) : 0);
		varta_events_close(events);
	}
	if (error)
		fprintf(stderr, "resync_listener: %s\n", strerror(-error));
	return error ? 1 : 0;
}
