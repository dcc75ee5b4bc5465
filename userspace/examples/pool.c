// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A pool of threads, each with a lane: that the process beats says little if one
 * of its threads hangs.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <varta.h>

static const char usage[] =
	"Usage: pool THREADS THRESHOLD_MS [HANG]\n"
	"Each of THREADS threads works, and beats in its lane. If HANG is given,\n"
	"that thread, counted from 0, waits after its first work for a line on the\n"
	"standard input.\n";

struct worker {
	pthread_t thread;
	struct varta_lane *lane;
	long pause_ms;
	bool hangs;
};

static void wait_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static void *work(void *arg)
{
	const struct worker *worker = arg;
	bool hangs = worker->hangs;

	for (;;) {
		varta_lane_beat(worker->lane);
		/* Here would be the work. */
		wait_ms(worker->pause_ms);
		if (hangs)
			getchar();
		hangs = false;
	}
	return NULL;
}

static int start(struct varta *v, struct worker *worker, unsigned int number,
		 uint32_t threshold_ms)
{
	char name[32];
	int error;

	snprintf(name, sizeof(name), "worker-%u", number);
	error = varta_lane_open(v, &worker->lane, name, threshold_ms);
	if (!error)
		error = -pthread_create(&worker->thread, NULL, work, worker);
	if (error)
		fprintf(stderr, "pool: %s: %s\n", name, strerror(-error));
	return error;
}

int main(int argc, char **argv)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	int hang;
	unsigned int count, i;
	struct worker *workers;
	uint32_t threshold_ms;
	struct varta *v;

	if (argc < 3) {
		fputs(usage, stderr);
		return 2;
	}
	count = (unsigned int)atoi(argv[1]);
	threshold_ms = (uint32_t)atoi(argv[2]);
	hang = argc > 3 ? atoi(argv[3]) : -1;
	options.lanes = VARTA_LANES_MAX;
	if (count > VARTA_LANES_MAX)
		options.more_lanes = count - VARTA_LANES_MAX;
	options.optional = true;
	workers = calloc(count, sizeof(*workers));
	if (!workers || varta_open(&v, &options))
		return 1;
	for (i = 0; i < count; i++) {
		workers[i].pause_ms = threshold_ms / 4;
		workers[i].hangs = (int)i == hang;
		if (start(v, &workers[i], i, threshold_ms))
			return 1;
	}
	/* The process beats as before; the lanes are watched besides. */
	for (;;) {
		varta_beat(v, VARTA_STATUS_OK, 0);
		wait_ms(varta_timeout(v));
	}
}
