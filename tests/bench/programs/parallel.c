// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work in a second on one CPU and on all of them, and the speed-up.
 *
 * Usage: parallel WORK NAME [WORK NAME]...
 *
 * WORK is one of
 *
 *   FAMILY          beats to a generic netlink family
 *   mapped          beats in a mapped page, of an agent of the family varta
 *   lives:FAMILY    processes that beat to the family once, and exit
 *
 * One process on each CPU. While one of them works alone, the others make system
 * calls that share nothing with beats, so that all CPUs are busy in every
 * measurement: what the host gives to one of its busy CPUs differs from what it
 * gives to a CPU whose neighbour is idle, and is no property of varta.
 *
 * Each round measures all works: on the first CPU, on all CPUs, and on the last one.
 * Its speed-up is that of all against the mean of the two. The results are medians
 * of the rounds. Further works are also compared, round by round, with the first one
 * of their kind, and mapped beats with the first of all.
 */
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta-client.h>

#include "common.h"

enum {
	CPUS_MAX	= 64,
	ENDS		= 2,	/* the first CPU and the last one */
	ROUNDS		= 25,
	WORKS_MAX	= 8,
	/* Beats or other system calls between two checks of the job. */
	BATCH		= 16,
};

#define MEASURE_NS	(150 * NS_PER_MS)

/* Every other job is the number of a work. */
#define JOB_OTHER	(-1)

enum kind {
	BEATS,
	MAPPED,
	LIVES,
};

/* One work, as one process does it. */
struct work {
	enum kind kind;
	struct sender sender;
	struct varta_client client;
	int wake;	/* a byte for each job of the process with the page */
};

/* Shared memory of one process, in its own cache lines. */
struct part {
	_Alignas(256) atomic_int job;
	_Alignas(256) atomic_int current_job;
	atomic_ulong done;
};

/* One round of one work: how much in a second. */
struct round {
	double one[ENDS];
	double all;
};

static int cpus;
static struct part *parts;
static struct round rounds[WORKS_MAX][ROUNDS];

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

static enum kind kind_of(const char *text)
{
	if (!strcmp(text, "mapped"))
		return MAPPED;
	return strncmp(text, "lives:", 6) ? BEATS : LIVES;
}

static void wait_a_little(void)
{
	sleep_until(now_ns() + NS_PER_MS);
}

/* None ends before this process. */
static void check_children(void)
{
	if (waitpid(-1, NULL, WNOHANG))
		errx(1, "a process has ended");
}

static void open_mapped(struct varta_client *client)
{
	const struct varta_client_options options = {
		.name = "mapped",
		.mapped = true,
	};

	if (varta_client_open(client, &options) ||
	    varta_client_beat(client, VARTA_STATUS_OK, 0) ||
	    !client->mapped->page)
		errx(1, "an agent has no page");
}

static void beat_stored(struct varta_client *client)
{
	if (varta_client_beat(client, VARTA_STATUS_OK, 0))
		errx(1, "a mapped agent does not beat");
}

static void live(struct sender *sender)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		sender_beat(sender);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "a process did not beat");
}

/* Returns how much it has done. */
static unsigned long do_some(struct work *work)
{
	int i;

	if (work->kind == LIVES) {
		live(&work->sender);
		return 1;
	}
	for (i = 0; i < BATCH; i++) {
		if (work->kind == MAPPED)
			beat_stored(&work->client);
		else
			sender_beat(&work->sender);
	}
	return BATCH;
}

static void work_while(struct part *part, struct work *work, int job)
{
	while (atomic_load(&part->job) == job)
		atomic_fetch_add(&part->done, do_some(work));
	if (work->kind != MAPPED)
		sender_check(&work->sender);
}

static void work_while_other(struct part *part)
{
	int i;

	while (atomic_load(&part->job) == JOB_OTHER)
		for (i = 0; i < BATCH; i++)
			getppid();
}

/*
 * Sent beats of a process with a page would take the slow path, so it is another one. It
 * sleeps meanwhile, as a process that polls would take a part of its CPU.
 */
static void start_mapped(struct work *work, struct part *part, int nr)
{
	int pipe_fds[2];
	char byte;
	pid_t pid;

	if (pipe(pipe_fds))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	work->wake = pipe_fds[1];
	if (pid) {
		close(pipe_fds[0]);
		return;
	}
	close(pipe_fds[1]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_mapped(&work->client);
	while (read(pipe_fds[0], &byte, 1) == 1) {
		atomic_store(&part->current_job, nr);
		work_while(part, work, nr);
	}
	err(1, "read");
}

static void open_work(struct work *work, const char *text, struct part *part,
		      int nr)
{
	const char *colon = strchr(text, ':');

	work->kind = kind_of(text);
	if (work->kind == MAPPED)
		start_mapped(work, part, nr);
	else
		sender_open(&work->sender, colon ? colon + 1 : text);
}

static void do_job(struct work *works, struct part *part, int job)
{
	if (job != JOB_OTHER && works[job].kind == MAPPED) {
		if (write(works[job].wake, "", 1) != 1)
			err(1, "write");
		while (atomic_load(&part->job) == job) {
			check_children();
			wait_a_little();
		}
		return;
	}
	atomic_store(&part->current_job, job);
	if (job == JOB_OTHER)
		work_while_other(part);
	else
		work_while(part, &works[job], job);
}

_Noreturn static void work(char **arguments, int count, int cpu)
{
	static struct work works[WORKS_MAX];
	struct part *part = &parts[cpu];
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(cpu);
	for (i = 0; i < count; i++)
		open_work(&works[i], arguments[2 * i], part, i);
	for (;;)
		do_job(works, part, atomic_load(&part->job));
}

static void wait_for_jobs(void)
{
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		while (atomic_load(&parts[cpu].current_job) !=
		       atomic_load(&parts[cpu].job)) {
			check_children();
			wait_a_little();
		}
}

static unsigned long done_so_far(void)
{
	unsigned long done = 0;
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		done += atomic_load(&parts[cpu].done);
	return done;
}

/* How much of a job is done in a second, by one CPU or, if it is -1, by all. */
static double rate(int job, int only)
{
	uint64_t begun, took;
	unsigned long done;
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		atomic_store(&parts[cpu].job, only < 0 || cpu == only ?
			     job : JOB_OTHER);
	wait_for_jobs();
	begun = now_ns();
	done = done_so_far();
	sleep_until(begun + MEASURE_NS);
	done = done_so_far() - done;
	took = now_ns() - begun;
	return (double)done * NS_PER_S / (double)took;
}

static double one_cpu(const struct round *round)
{
	return (round->one[0] + round->one[1]) / ENDS;
}

static double speedup(const struct round *round)
{
	return round->all / one_cpu(round);
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

/* The work that this one is compared with; itself if there is none. */
static int reference(char **arguments, int nr)
{
	enum kind kind = kind_of(arguments[2 * nr]);
	int i;

	for (i = 0; kind != MAPPED && i < nr; i++)
		if (kind_of(arguments[2 * i]) == kind)
			return i;
	return kind == MAPPED ? 0 : nr;
}

static void report_work(const char *name, int nr, int compared)
{
	double one[ROUNDS], all[ROUNDS], speedups[ROUNDS], ratios[ROUNDS];
	const struct round *round;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		round = &rounds[nr][i];
		one[i] = one_cpu(round);
		all[i] = round->all;
		speedups[i] = speedup(round);
		ratios[i] = speedup(round) / speedup(&rounds[compared][i]);
	}
	report(name, "1cpu_per_s", quantile(one, 2));
	report(name, "all_cpus_per_s", quantile(all, 2));
	report(name, "speedup", quantile(speedups, 2));
	report(name, "speedup_quartile_1", quantile(speedups, 1));
	report(name, "speedup_quartile_3", quantile(speedups, 3));
	if (compared != nr)
		report(name, "speedup_ratio", quantile(ratios, 2));
}

int main(int argc, char **argv)
{
	int i, nr, count = (argc - 1) / 2;

	cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (argc < 3 || argc % 2 == 0 || count > WORKS_MAX)
		errx(2, "needs 1 to %d works, each with a name for the results",
		     WORKS_MAX);
	if (cpus < ENDS || cpus > CPUS_MAX)
		errx(2, "needs %d to %d CPUs", ENDS, CPUS_MAX);
	parts = mmap(NULL, (size_t)cpus * sizeof(*parts),
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (parts == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < cpus; i++) {
		atomic_store(&parts[i].job, JOB_OTHER);
		if (!fork())
			work(argv + 1, count, i);
	}
	for (i = 0; i < ROUNDS; i++) {
		for (nr = 0; nr < count; nr++)
			rounds[nr][i].one[0] = rate(nr, 0);
		for (nr = 0; nr < count; nr++)
			rounds[nr][i].all = rate(nr, -1);
		for (nr = 0; nr < count; nr++)
			rounds[nr][i].one[1] = rate(nr, cpus - 1);
	}
	result("speedup_cpus", cpus);
	for (nr = 0; nr < count; nr++)
		report_work(argv[2 + 2 * nr], nr, reference(argv + 1, nr));
	/* The children end with this process. */
	return 0;
}
