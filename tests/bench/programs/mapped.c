// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents that beat in mapped pages, each a process of its own.
 *
 * Usage: mapped lateness NAME COUNT
 *        mapped look COUNT
 *        mapped lanes COUNT
 *        mapped memory COUNT
 *
 * "lateness": all beat for some thresholds between 0.5 and 3 s and then fall
 * silent. The results NAME_* are of their stalls.
 *
 * "look": all beat three times in a threshold, first by sending, then in their
 * pages. The result mapped_look is the work of the module's thread in the second
 * case minus that in the first, for each agent and threshold. "lanes": the same
 * with lanes in the pages minus without, for each lane, as lane_look.
 *
 * "memory": all beat, and then ask for pages. The result mapped_bytes is the
 * kernel's free memory before minus after that, for each agent.
 */
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta-client.h>

#include "common.h"
#include "listener.h"

enum {
	SHORTEST_MS	= 500,
	LONGEST_MS	= 3000,
	/* Beats of an agent before it falls silent. */
	BEATS		= 12,
	LOOK_MS		= 1000,
	LOOK_ROUNDS	= 20,
	LANES		= 8,
};

#define PATIENCE	(60 * NS_PER_S)

static pid_t *agents;
static uint32_t agents_count;

static void open_agent_with(struct varta_client *c,
			    const struct varta_client_options *options)
{
	if (varta_client_open(c, options) ||
	    varta_client_beat(c, VARTA_STATUS_OK, 0))
		errx(1, "an agent does not beat");
}

static void open_agent(struct varta_client *c, uint32_t threshold_ms,
		       bool mapped)
{
	const struct varta_client_options options = {
		.name = "mapped",
		.threshold_ms = threshold_ms,
		.mapped = mapped,
	};

	open_agent_with(c, &options);
}

static void open_lanes(struct varta_client *c, struct varta_client_lane *lanes)
{
	const struct varta_client_options options = {
		.name = "mapped",
		.threshold_ms = LOOK_MS,
		.lanes = LANES,
	};
	int i;

	open_agent_with(c, &options);
	for (i = 0; i < LANES; i++)
		if (varta_client_lane_open(c, &lanes[i], "lane", LOOK_MS))
			errx(1, "a lane is not opened");
}

/* Beats in thirds of the threshold, in lanes too if there are any. */
static void beat_for(struct varta_client *c, uint32_t threshold_ms, int beats,
		     const struct varta_client_lane *lanes)
{
	uint64_t when = now_ns();
	int i;

	while (beats--) {
		when += threshold_ms * NS_PER_MS / 3;
		sleep_until(when);
		varta_client_beat(c, VARTA_STATUS_OK, 0);
		for (i = 0; lanes && i < LANES; i++)
			varta_client_lane_beat(&lanes[i]);
	}
}

static void start_agents(uint32_t count, void (*run)(uint32_t nr))
{
	agents = calloc(count, sizeof(*agents));
	if (!agents)
		err(1, "calloc");
	for (agents_count = 0; agents_count < count; agents_count++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run(agents_count);
			for (;;)
				pause();
		}
		agents[agents_count] = pid;
	}
}

static void end_agents(void)
{
	uint32_t i;

	for (i = 0; i < agents_count; i++)
		kill(agents[i], SIGKILL);
	for (i = 0; i < agents_count; i++)
		waitpid(agents[i], NULL, 0);
	free(agents);
}

static void fall_silent(uint32_t nr)
{
	static struct varta_client c;
	uint32_t threshold_ms = SHORTEST_MS +
				nr * 7919 % (LONGEST_MS - SHORTEST_MS);

	open_agent(&c, threshold_ms, true);
	beat_for(&c, threshold_ms, BEATS, NULL);
	if (!c.mapped->page)
		errx(1, "no page");
}

static void lateness(const char *name, uint32_t count)
{
	struct listener listener;

	listener_open(&listener, 0, count);
	start_agents(count, fall_silent);
	be_urgent();
	listener_hear(&listener, count, now_ns() + PATIENCE);
	listener_report(&listener, name, count);
	end_agents();
}

static void send_on(uint32_t nr)
{
	static struct varta_client c;

	(void)nr;
	open_agent(&c, LOOK_MS, false);
	beat_for(&c, LOOK_MS, INT_MAX, NULL);
}

static void store_on(uint32_t nr)
{
	static struct varta_client c;

	(void)nr;
	open_agent(&c, LOOK_MS, true);
	beat_for(&c, LOOK_MS, INT_MAX, NULL);
}

static void store_on_in_lanes(uint32_t nr)
{
	static struct varta_client_lane lanes[LANES];
	static struct varta_client c;

	(void)nr;
	open_lanes(&c, lanes);
	beat_for(&c, LOOK_MS, INT_MAX, lanes);
}

/* Nanoseconds that the module's thread has run. */
static double thread_ns(void)
{
	unsigned long long ns = 0;
	char path[300], comm[32];
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	FILE *file;

	if (!proc)
		err(1, "/proc");
	while ((entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (!fgets(comm, sizeof(comm), file))
			comm[0] = '\0';
		fclose(file);
		if (strcmp(comm, "varta\n"))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/schedstat",
			 entry->d_name);
		file = fopen(path, "r");
		if (!file || fscanf(file, "%llu", &ns) != 1)
			errx(1, "%s", path);
		fclose(file);
	}
	closedir(proc);
	return (double)ns;
}

/* Of agents that go on beating by @run. */
static double thread_cost(uint32_t count, void (*run)(uint32_t nr))
{
	double before;

	start_agents(count, run);
	sleep_until(now_ns() + 2 * NS_PER_S);
	before = thread_ns();
	sleep_until(now_ns() + LOOK_ROUNDS * LOOK_MS * NS_PER_MS);
	before = thread_ns() - before;
	end_agents();
	return before / count / LOOK_ROUNDS;
}

static void look(uint32_t count)
{
	double sent = thread_cost(count, send_on);

	result("mapped_look", thread_cost(count, store_on) - sent);
}

static void look_at_lanes(uint32_t count)
{
	double none = thread_cost(count, store_on);

	result("lane_look",
	       (thread_cost(count, store_on_in_lanes) - none) / LANES);
}

static void map_when_told(int signal)
{
	static struct varta_client c;

	(void)signal;
	open_agent(&c, LONGEST_MS * 1000, true);
	if (!c.mapped->page)
		errx(1, "no page");
}

static void beat_and_wait(uint32_t nr)
{
	static struct varta_client c;

	(void)nr;
	/* What opening another client takes is not the page's. */
	signal(SIGUSR1, map_when_told);
	open_agent(&c, LONGEST_MS * 1000, false);
	varta_client_close(&c);
}

static double free_bytes(void)
{
	unsigned long kib;
	FILE *file;

	sleep_until(now_ns() + NS_PER_S);
	file = fopen("/proc/meminfo", "r");
	if (!file || fscanf(file, "MemTotal: %lu kB MemFree: %lu kB", &kib,
			    &kib) != 2)
		errx(1, "/proc/meminfo");
	fclose(file);
	return (double)kib * 1024;
}

static void memory(uint32_t count)
{
	double before;
	uint32_t i;

	start_agents(count, beat_and_wait);
	before = free_bytes();
	for (i = 0; i < count; i++)
		kill(agents[i], SIGUSR1);
	result("mapped_bytes", (before - free_bytes()) / count);
	end_agents();
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "lateness"))
		lateness(argv[2], (uint32_t)number(argv[3]));
	else if (argc == 3 && !strcmp(argv[1], "look"))
		look((uint32_t)number(argv[2]));
	else if (argc == 3 && !strcmp(argv[1], "lanes"))
		look_at_lanes((uint32_t)number(argv[2]));
	else if (argc == 3 && !strcmp(argv[1], "memory"))
		memory((uint32_t)number(argv[2]));
	else
		errx(2, "needs lateness, look, lanes or memory, and a count");
	return 0;
}
