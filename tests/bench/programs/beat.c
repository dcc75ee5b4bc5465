// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of a beat for its sender: one send(), which does all the work.
 *
 * Usage: beat FAMILY NAME [single]
 *
 * Several processes, one after the other, beat without acknowledgement. The
 * result NAME is the mean of the best round of each, as the place of an agent
 * in the tracker's index depends on its pid. With "single" it is the whole cost
 * of a single beat now and then.
 */
#include <err.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

enum {
	PROCESSES	= 16,
	ROUNDS		= 8,
	BEATS		= 500,
};

static uint64_t round_ns(struct sender *sender)
{
	uint64_t begun = now_ns();
	int i;

	for (i = 0; i < BEATS; i++)
		sender_beat(sender);
	return now_ns() - begun;
}

static uint64_t best_round_ns(const char *family)
{
	uint64_t best = UINT64_MAX;
	struct sender sender;
	int i;

	sender_open(&sender, family);
	/* The first beat inserts the agent. */
	sender_beat(&sender);
	for (i = 0; i < ROUNDS; i++)
		best = smaller(best, round_ns(&sender));
	sender_check(&sender);
	return best;
}

/* In a new process. */
static uint64_t ask_process(const char *family)
{
	uint64_t took;
	int ends[2];
	int status;
	pid_t pid;

	if (pipe(ends))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		took = best_round_ns(family);
		_exit(write(ends[1], &took, sizeof(took)) != sizeof(took));
	}
	close(ends[1]);
	if (read(ends[0], &took, sizeof(took)) != sizeof(took) ||
	    waitpid(pid, &status, 0) < 0 || status)
		errx(1, "a beating process failed");
	close(ends[0]);
	return took;
}

static void step(void *context)
{
	sender_beat(context);
}

static double single(const char *family)
{
	struct sender sender;
	double cost;

	sender_open(&sender, family);
	sender_beat(&sender);
	cost = single_ns(step, &sender);
	sender_check(&sender);
	return cost;
}

int main(int argc, char **argv)
{
	double sum = 0;
	int i;

	if (argc != 3 && argc != 4)
		errx(2, "needs a family and a name for the result");
	if (argc == 4) {
		result(argv[2], single(argv[1]));
		return 0;
	}
	for (i = 0; i < PROCESSES; i++)
		sum += ask_process(argv[1]);
	result(argv[2], sum / PROCESSES / BEATS);
	return 0;
}
