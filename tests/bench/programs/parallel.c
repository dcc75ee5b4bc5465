// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beats in a second by one process, and by two on two CPUs.
 *
 * Usage: parallel FAMILY NAME
 *
 * One process and both alternate several times. The result is the best round of
 * each, as other work of the machine only makes it slower.
 */
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

enum {
	CPUS	= 2,
	ROUNDS	= 24,
	/* Beats between two checks of the flag. */
	BEATS	= 16,
};

#define ROUND_NS	(250 * NS_PER_MS)

/* Shared memory of one process, in its own cache lines. */
struct part {
	_Alignas(256) atomic_bool runs;
	_Alignas(256) atomic_ulong beats;
};

static struct part *parts;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

_Noreturn static void beat_for_ever(const char *family, int cpu)
{
	struct part *part = &parts[cpu];
	struct sender sender;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(cpu);
	sender_open(&sender, family);
	for (;;) {
		if (!atomic_load(&part->runs)) {
			sender_check(&sender);
			usleep(1000);
			continue;
		}
		for (i = 0; i < BEATS; i++)
			sender_beat(&sender);
		atomic_fetch_add(&part->beats, BEATS);
	}
}

/* Beats in a second of the processes from @first on. */
static double rate(int first, int count)
{
	uint64_t begun, took;
	unsigned long beats = 0;
	int i;

	for (i = first; i < first + count; i++)
		atomic_store(&parts[i].runs, true);
	/* Wait until all have noticed. */
	sleep_until(now_ns() + 50 * NS_PER_MS);
	for (i = first; i < first + count; i++)
		beats -= atomic_load(&parts[i].beats);
	begun = now_ns();
	sleep_until(begun + ROUND_NS);
	took = now_ns() - begun;
	for (i = first; i < first + count; i++) {
		beats += atomic_load(&parts[i].beats);
		atomic_store(&parts[i].runs, false);
	}
	sleep_until(now_ns() + 50 * NS_PER_MS);
	return (double)beats * NS_PER_S / (double)took;
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static void report(const char *name, double one, double both)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%s_1cpu_per_s", name);
	result(whole, one);
	snprintf(whole, sizeof(whole), "%s_2cpu_per_s", name);
	result(whole, both);
	snprintf(whole, sizeof(whole), "%s_speedup", name);
	result(whole, both / one);
}

int main(int argc, char **argv)
{
	double one = 0, both = 0;
	int i;

	if (argc != 3)
		errx(2, "needs a family and a name for the results");
	parts = mmap(NULL, CPUS * sizeof(*parts), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (parts == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < CPUS; i++)
		if (!fork())
			beat_for_ever(argv[1], i);
	for (i = 0; i < ROUNDS; i++) {
		one = larger(one, rate(i % CPUS, 1));
		both = larger(both, rate(0, CPUS));
	}
	report(argv[2], one, both);
	/* The children end with this process. */
	return 0;
}
