// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An agent with a beat thread, for a program whose work has no place for a
 * beat. It is alive while it makes progress, or has nothing to do.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

#define THRESHOLD_MS	3000

/* Odd while a line is processed; changes with every line. */
static atomic_uint progress;

static bool is_alive(enum varta_status *status, uint32_t *payload, void *arg)
{
	unsigned int now = atomic_load(&progress);
	unsigned int *before = arg;
	bool stuck = now % 2 && now == *before;

	(void)status;
	*before = now;
	*payload = now / 2;
	return !stuck;
}

/* The line "stop" never ends, like a deadlock. */
static void work(const char *line)
{
	while (!strcmp(line, "stop\n"))
		pause();
	printf("%zu\n", strlen(line) - 1);
	fflush(stdout);
}

int main(void)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	struct varta_thread *thread;
	unsigned int before = 0;
	char line[512];
	int error;

	options.name = "background";
	options.threshold_ms = THRESHOLD_MS;
	options.optional = true;
	error = varta_thread_start(&thread, &options, is_alive, &before);
	/* The program works without varta too. */
	if (error < 0)
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
