// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink fuzzer. Runs as root in a guest, and loads and unloads the module.
 *
 * Usage: netlink-fuzz fuzz CORPUS SECONDS SEED
 *        netlink-fuzz replay FILE ROUNDS
 *        netlink-fuzz decode MEMORY
 *
 * fuzz ends after SECONDS, or when the kernel reports an error, and prints its
 * coverage and lines "corpus PROGRAM". replay runs the programs in FILE; those of one
 * persona run in order. decode prints the last programs from the memory of a
 * guest, and runs on the host.
 *
 * Exits 1 if the kernel reports an error or an invariant is violated.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "grammar.h"
#include "phase.h"
#include "shared.h"

enum {
	/* Seconds of a phase, if the total allows it. */
	PHASE_S		= 60,
};

static struct shared *new_shared(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		err(1, "mmap");
	return shared;
}

/* The module parameters of each phase, in turn. */
static const char *const loads[] = {
	"capacity=64 threshold_ms=20",
	"capacity=4 threshold_ms=10 eviction_policy=balanced origin_takeover=1",
	"capacity=64 threshold_ms=20 namespace_policy=pin origin_takeover=1",
	"capacity=1 threshold_ms=10 eviction_scan_window=1",
	"capacity=16 threshold_ms=10 namespace_policy=pin eviction_policy=balanced",
	"capacity=4096 namespace_policy=host max_agents_per_user=4",
	"capacity=64 threshold_ms=50 min_beat_interval_ms=1 beat_rate=100 beat_burst=5",
	"capacity=64 track_exit=0 threshold_ms=10 origin_takeover=1",
};

static int fuzz(const char *corpus, unsigned int seconds, uint64_t seed)
{
	/* A short run shortens the phases, so that each runs once. */
	unsigned int phases = seconds / PHASE_S > ARRAY_SIZE(loads) ?
			      seconds / PHASE_S : ARRAY_SIZE(loads);
	struct shared *shared = new_shared();
	char load[LOAD_MAX] = "";
	bool good = true;
	unsigned int i;

	corpus_read(shared, corpus, load);
	phase_begin(shared, seed);
	for (i = 0; i < phases && good; i++)
		good = phase_run(loads[i % ARRAY_SIZE(loads)],
				 seconds / phases, i % 2);
	phase_report();
	if (good)
		corpus_print(shared);
	return good ? 0 : 1;
}

static int replay(const char *path, unsigned int rounds)
{
	struct shared *shared = new_shared();
	char load[LOAD_MAX] = "";
	bool good = true;
	unsigned int i;

	shared->only_seeds = true;
	corpus_read(shared, path, load);
	phase_begin(shared, 1);
	for (i = 0; i < rounds && good; i++)
		good = phase_run(load, 0, false);
	phase_report();
	return good ? 0 : 1;
}

int main(int count, char **arguments)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (count == 5 && !strcmp(arguments[1], "fuzz"))
		return fuzz(arguments[2], (unsigned int)atoi(arguments[3]),
			    strtoull(arguments[4], NULL, 10));
	if (count == 4 && !strcmp(arguments[1], "replay"))
		return replay(arguments[2], (unsigned int)atoi(arguments[3]));
	if (count == 3 && !strcmp(arguments[1], "decode"))
		return slots_print(arguments[2]);
	fprintf(stderr, "netlink-fuzz: wrong arguments\n");
	return 2;
}
