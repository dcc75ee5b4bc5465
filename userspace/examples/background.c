// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An agent with a beat thread: a program that works through its input without
 * a loop to put a beat into. It is alive as long as it gets on: lines are done,
 * or there are none to do.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#define THRESHOLD_MS	3000

/* Odd while a line is worked on; changes with every line. */
static atomic_uint progress;

static bool gets_on(enum varta_status *status, uint32_t *payload, void *arg)
{
	unsigned int now = atomic_load(&progress);
	unsigned int *before = arg;
	bool stuck = now % 2 && now == *before;

	(void)status;
	*before = now;
	*payload = now / 2;
	return !stuck;
}

/* "stop" takes for ever, as work does that waits for itself. */
static void work(const char *line)
{
	while (!strcmp(line, "stop\n"))
		pause();
	printf("%zu\n", strlen(line) - 1);
	fflush(stdout);
}

int main(void)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct varta_thread *thread;
	unsigned int before = 0;
	char line[512];
	int error;

	how.name = "background";
	how.threshold_ms = THRESHOLD_MS;
	how.optional = true;
	error = varta_thread_start(&thread, &how, gets_on, &before);
	/* Unwatched is no reason not to work. */
	if (error)
		fprintf(stderr, "background: %s\n", strerror(-error));
	varta_crash_enable(NULL);
	while (fgets(line, sizeof(line), stdin)) {
		atomic_fetch_add(&progress, 1);
		work(line);
		atomic_fetch_add(&progress, 1);
	}
	varta_thread_stop(thread);
	return 0;
}
