// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beats in a second on one CPU and on two, and the speed-up.
 *
 * Usage: parallel FAMILY NAME [FAMILY NAME]...
 *
 * One process on each CPU. While one of them beats alone, the other makes system
 * calls that share nothing with beats, so that both CPUs are busy in every
 * measurement: what the host gives to one of two busy CPUs differs from what it
 * gives to a CPU whose neighbour is idle, and is no property of varta.
 *
 * Each round measures all families: on CPU 0, on both CPUs, and on CPU 1. Its
 * speed-up is that of both against the mean of the two. The results are medians
 * of the rounds. Further families are also compared with the first one, round by
 * round.
 */
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

enum {
	CPUS		= 2,
	ROUNDS		= 25,
	MAX_FAMILIES	= 4,
	/* Beats or other system calls between two checks of the job. */
	BATCH		= 16,
};

#define MEASURE_NS	(150 * NS_PER_MS)

/* Every other job is the number of a family to beat to. */
#define JOB_OTHER	(-1)

/* Shared memory of one process, in its own cache lines. */
struct part {
	_Alignas(256) atomic_int job;
	_Alignas(256) atomic_int current_job;
	atomic_ulong beats;
};

/* One round of one family: beats in a second. */
struct round {
	double one[CPUS];
	double both;
};

static struct part *parts;
static struct round rounds[MAX_FAMILIES][ROUNDS];

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

static void beat_while(struct part *part, struct sender *sender, int job)
{
	int i;

	while (atomic_load(&part->job) == job) {
		for (i = 0; i < BATCH; i++)
			sender_beat(sender);
		atomic_fetch_add(&part->beats, BATCH);
	}
	sender_check(sender);
}

static void work_while_other(struct part *part)
{
	int i;

	while (atomic_load(&part->job) == JOB_OTHER)
		for (i = 0; i < BATCH; i++)
			getppid();
}

_Noreturn static void work(char **families, int count, int cpu)
{
	struct sender senders[MAX_FAMILIES];
	struct part *part = &parts[cpu];
	int i, job;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(cpu);
	for (i = 0; i < count; i++)
		sender_open(&senders[i], families[2 * i]);
	for (;;) {
		job = atomic_load(&part->job);
		atomic_store(&part->current_job, job);
		if (job == JOB_OTHER)
			work_while_other(part);
		else
			beat_while(part, &senders[job], job);
	}
}

static void set_job(int cpu, int job)
{
	atomic_store(&parts[cpu].job, job);
}

static void wait_for_jobs(void)
{
	int cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		while (atomic_load(&parts[cpu].current_job) !=
		       atomic_load(&parts[cpu].job)) {
			if (waitpid(-1, NULL, WNOHANG))
				errx(1, "a process has ended");
			sleep_until(now_ns() + NS_PER_MS);
		}
}

static unsigned long beats_so_far(void)
{
	unsigned long beats = 0;
	int cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		beats += atomic_load(&parts[cpu].beats);
	return beats;
}

/* Beats in a second with these jobs of the CPUs. */
static double rate(int job0, int job1)
{
	unsigned long beats;
	uint64_t begun, took;

	set_job(0, job0);
	set_job(1, job1);
	wait_for_jobs();
	begun = now_ns();
	beats = beats_so_far();
	sleep_until(begun + MEASURE_NS);
	beats = beats_so_far() - beats;
	took = now_ns() - begun;
	return (double)beats * NS_PER_S / (double)took;
}

static double one_cpu(const struct round *round)
{
	return (round->one[0] + round->one[1]) / CPUS;
}

static double speedup(const struct round *round)
{
	return round->both / one_cpu(round);
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double quantile(double *values, int quarter)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[(ROUNDS - 1) * quarter / 4];
}

static void report(const char *name, const char *what, double value)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%s_%s", name, what);
	result(whole, value);
}

static void report_family(const char *name, int family)
{
	double one[ROUNDS], both[ROUNDS], speedups[ROUNDS], ratios[ROUNDS];
	const struct round *round;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		round = &rounds[family][i];
		one[i] = one_cpu(round);
		both[i] = round->both;
		speedups[i] = speedup(round);
		ratios[i] = speedup(round) / speedup(&rounds[0][i]);
	}
	report(name, "1cpu_per_s", quantile(one, 2));
	report(name, "2cpu_per_s", quantile(both, 2));
	report(name, "speedup", quantile(speedups, 2));
	report(name, "speedup_quartile_1", quantile(speedups, 1));
	report(name, "speedup_quartile_3", quantile(speedups, 3));
	if (family)
		report(name, "speedup_ratio", quantile(ratios, 2));
}

int main(int argc, char **argv)
{
	int i, family, count = (argc - 1) / 2;

	if (argc < 3 || argc % 2 == 0 || count > MAX_FAMILIES)
		errx(2, "needs 1 to %d families, each with a name for the results",
		     MAX_FAMILIES);
	parts = mmap(NULL, CPUS * sizeof(*parts), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (parts == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < CPUS; i++) {
		set_job(i, JOB_OTHER);
		if (!fork())
			work(argv + 1, count, i);
	}
	for (i = 0; i < ROUNDS; i++) {
		for (family = 0; family < count; family++)
			rounds[family][i].one[0] = rate(family, JOB_OTHER);
		for (family = 0; family < count; family++)
			rounds[family][i].both = rate(family, family);
		for (family = 0; family < count; family++)
			rounds[family][i].one[1] = rate(JOB_OTHER, family);
	}
	for (family = 0; family < count; family++)
		report_family(argv[2 + 2 * family], family);
	/* The children end with this process. */
	return 0;
}
