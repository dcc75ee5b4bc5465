// SPDX-License-Identifier: GPL-2.0-only
/* Phases and their worker processes. See phase.h. */
#include "phase.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "grammar.h"

enum {
	/* Two for root, one for each other persona. */
	WORKERS		= PERSONAS + 1,
	TICK_MS		= 20,
	REPORT_S	= 30,
	/* Timeout of unloading the module after all users have ended. */
	UNLOAD_S	= 300,
	HOT_TRIES	= 5,
	/* Real user of this process; none of the personas. */
	CONTROLLER	= 3000,
};

static struct shared *shared;
static pid_t workers[WORKERS];
static uint64_t next_seed;
static int kmsg = -1;
static double begun, reported;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tick(void)
{
	struct timespec pause = { .tv_nsec = TICK_MS * 1000000L };

	nanosleep(&pause, NULL);
}

/* Error messages of the kernel; the host examines the log in detail. */
static const char *const complaints[] = {
	"WARNING:", "BUG:", "Oops", "general protection", "KASAN", "UBSAN",
	"ODEBUG:", "locking detected", "lock state", "lock order inversion",
	"suspicious RCU", "Invalid wait context", "lock freed", "unlock balance",
	"invalid context", "while atomic", "rcu: INFO:", "blocked for more than",
	"refcount_t:", "corruption", "Bad page state",
};

/* Whether the kernel has complained since the last call. */
static bool kernel_complains(void)
{
	char line[1024];
	ssize_t len;
	size_t i;

	/* EPIPE: lines were overwritten before they were read. */
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		line[len > 0 ? len : 0] = '\0';
		for (i = 0; i < ARRAY_SIZE(complaints); i++)
			if (strstr(line, complaints[i])) {
				printf("fuzz: the kernel complains: %s\n",
				       line);
				return true;
			}
	}
	return false;
}

/* A number in a file, in a base; 0 if it cannot be read. */
static uint64_t number_in(const char *path, int base)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtoull(text, NULL, base);
}

/*
 * Workers beat for their ancestors, and may ask for SIGKILL on a stall. So this
 * process has another real user than they have.
 */
static void become_controller(void)
{
	if (setresuid(CONTROLLER, 0, 0))
		err(1, "setresuid");
}

static void become_root(void)
{
	if (setresuid(0, 0, 0))
		err(1, "setresuid");
}

static bool command(const char *text)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		become_root();
		execl("/bin/sh", "sh", "-c", text, NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

static bool load(const char *parameters)
{
	struct coverage *coverage = &shared->coverage;
	char line[LOAD_MAX + 32];

	slot_note(shared, NULL, parameters);
	snprintf(line, sizeof(line), "modprobe varta %s", parameters);
	if (!command(line))
		return false;
	coverage->size = number_in("/sys/module/varta/coresize", 10);
	coverage->base = number_in("/sys/module/varta/sections/.text", 16);
	shared->generation++;
	return coverage->base;
}

static bool try_unload(void)
{
	return command("rmmod varta 2>/dev/null");
}

static enum persona persona_of(int worker)
{
	return worker < PERSONAS ? (enum persona)worker : PERSONA_HOST;
}

static void start(int number)
{
	uint64_t seed = ++next_seed;

	workers[number] = fork();
	if (workers[number] < 0)
		err(1, "fork");
	if (workers[number])
		return;
	become_root();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A process group, so that its descendants are killed with it. */
	setpgid(0, 0);
	worker_run(shared, persona_of(number), seed);
}

/* Reaps workers, and restarts them if @again; returns the number alive. */
static int look_after(bool again)
{
	int i, status, alive = 0;

	for (i = 0; i < WORKERS; i++) {
		if (workers[i] &&
		    waitpid(workers[i], &status, WNOHANG) == workers[i]) {
			kill(-workers[i], SIGKILL);
			workers[i] = 0;
		}
		if (!workers[i] && again)
			start(i);
		alive += workers[i] != 0;
	}
	return alive;
}

static void stop_all(void)
{
	int i;

	for (i = 0; i < WORKERS; i++) {
		if (!workers[i])
			continue;
		kill(workers[i], SIGKILL);
		kill(-workers[i], SIGKILL);
		waitpid(workers[i], NULL, 0);
		workers[i] = 0;
	}
}

/* Whether a persona has seeds left that no worker has taken. */
static bool seeds_left(void)
{
	int i;

	for (i = 0; i < PERSONAS; i++)
		if (shared->next_seed[i] < shared->seeds)
			return true;
	return false;
}

static bool unload(bool hot)
{
	bool gone = false;
	double until;
	int i;

	if (number_in("/sys/kernel/varta/counters/invariant_violations", 10)) {
		printf("fuzz: invariant_violations is not 0\n");
		return false;
	}
	for (i = 0; hot && !gone && i < HOT_TRIES; i++) {
		gone = try_unload();
		tick();
	}
	shared->generation++;
	stop_all();
	until = now() + UNLOAD_S;
	while (!gone && now() < until) {
		gone = try_unload();
		if (!gone)
			tick();
	}
	if (!gone) {
		printf("fuzz: the module cannot be unloaded; it has, and runs:\n");
		command("grep varta /proc/modules; ps; rmmod varta");
	}
	return gone;
}

void phase_begin(struct shared *s, uint64_t seed)
{
	shared = s;
	become_controller();
	next_seed = seed << 32;
	begun = reported = now();
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0)
		err(1, "/dev/kmsg");
	/* The host checks the messages of booting. */
	lseek(kmsg, 0, SEEK_END);
}

void phase_report(void)
{
	double seconds = now() - begun;

	printf("fuzz: %.0f s, %llu messages (%.0f in a second), %llu programs, corpus %u, %u places, %u edges\n",
	       seconds, (unsigned long long)shared->messages,
	       (double)shared->messages / seconds,
	       (unsigned long long)shared->programs, shared->corpus_count,
	       shared->coverage.place_count, shared->coverage.edge_count);
	reported = now();
}

bool phase_run(const char *parameters, unsigned int seconds, bool hot)
{
	double until = now() + seconds;
	int i;

	for (i = 0; i < PERSONAS; i++)
		shared->next_seed[i] = 0;
	if (!load(parameters)) {
		printf("fuzz: the module cannot be loaded with %s\n",
		       parameters);
		return false;
	}
	while (now() < until || (shared->only_seeds && seeds_left())) {
		look_after(true);
		tick();
		if (kernel_complains()) {
			stop_all();
			return false;
		}
		if (now() - reported >= REPORT_S)
			phase_report();
	}
	/* Workers may still run the last seeds. */
	while (shared->only_seeds && look_after(false))
		tick();
	return unload(hot) && !kernel_complains();
}
