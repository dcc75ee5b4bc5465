// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents that beat in mapped pages, each a process of its own.
 *
 * Usage: mapped lateness NAME COUNT
 *        mapped watch NAME KIND COUNT
 *        mapped memory COUNT
 *
 * "lateness": all beat for some thresholds between 0.5 and 3 s and then fall
 * silent. The results NAME_* are of their stalls.
 *
 * "watch": all beat three times in a second, for some seconds. The result NAME is the
 * CPU time of the module's thread, and NAME_refreshed how many beats the module counted.
 * KIND says how they beat: "stored" in their pages, "lanes" in lanes as well, "relayed"
 * without pages, by messages of a relay. The agents have the default threshold. As they
 * share the memory of this process, it stores their beats, and they sleep.
 *
 * "memory": all beat, and then ask for pages. The result mapped_bytes is the
 * kernel's free memory before minus after that, for each agent.
 */
#include <dirent.h>
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta-client.h>

#include "common.h"
#include "listener.h"
#include "relay.h"

enum {
	SHORTEST_MS	= 500,
	LONGEST_MS	= 3000,
	/* Beats of an agent before it falls silent. */
	BEATS		= 12,
	WATCH_MS	= 1000,
	WATCH_ROUNDS	= 20,
	WATCH_BEATS	= 3,	/* in a round */
	STACK_SIZE	= 32768,
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

/* Beats in thirds of the threshold. */
static void beat_for(struct varta_client *c, uint32_t threshold_ms, int beats)
{
	uint64_t when = now_ns();

	while (beats--) {
		when += threshold_ms * NS_PER_MS / 3;
		sleep_until(when);
		varta_client_beat(c, VARTA_STATUS_OK, 0);
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
	beat_for(&c, threshold_ms, BEATS);
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

/* An agent that shares the memory of this process. */
struct sharer {
	struct varta_client client;
	struct varta_client_lane lanes[LANES];
	bool has_lanes;
	uint32_t lane_ms;
	uint32_t ready;
};

/* While it runs, this process waits: they share what the C library keeps. */
static int share(void *argument)
{
	struct sharer *sharer = argument;
	const struct varta_client_options options = {
		.name = "mapped",
		.mapped = true,
		.lanes = sharer->has_lanes ? LANES : 0,
	};
	struct varta_client *c = &sharer->client;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_agent_with(c, &options);
	for (i = 0; sharer->has_lanes && i < LANES; i++)
		if (varta_client_lane_open(c, &sharer->lanes[i], "lane",
					   sharer->lane_ms))
			errx(1, "a lane is not opened");
	/* With lanes, the first beat after the page is sent, too. */
	if (varta_client_beat(c, VARTA_STATUS_OK, 0) || !c->mapped->page)
		errx(1, "no page");
	__atomic_store_n(&sharer->ready, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
}

static void store_beats(struct sharer *sharers, uint32_t count)
{
	uint64_t now = now_ns();
	uint32_t i, lane;

	for (i = 0; i < count; i++) {
		struct varta_client__page *page =
			sharers[i].client.mapped->page;

		__atomic_store_n(&page->nonce, now, __ATOMIC_RELEASE);
		for (lane = 0; sharers[i].has_lanes && lane < LANES; lane++)
			__atomic_store_n(&page->lanes[lane].deadline,
					 now + sharers[i].lane_ms * NS_PER_MS,
					 __ATOMIC_RELEASE);
	}
}

static struct sharer *start_sharers(uint32_t count, bool has_lanes,
				    uint32_t lane_ms)
{
	struct sharer *sharers = calloc(count, sizeof(*sharers));
	uint64_t stored = now_ns();

	agents = calloc(count, sizeof(*agents));
	if (!sharers || !agents)
		err(1, "calloc");
	for (agents_count = 0; agents_count < count; agents_count++) {
		struct sharer *sharer = &sharers[agents_count];
		char *stack = malloc(STACK_SIZE);

		if (!stack)
			err(1, "malloc");
		sharer->has_lanes = has_lanes;
		sharer->lane_ms = lane_ms;
		agents[agents_count] = clone(share, stack + STACK_SIZE,
					     CLONE_VM | SIGCHLD,
					     sharer);
		if (agents[agents_count] < 0)
			err(1, "clone");
		while (!__atomic_load_n(&sharer->ready, __ATOMIC_ACQUIRE))
			sched_yield();
		/* The first ones are not to stall before the last one has begun. */
		if (now_ns() - stored > WATCH_MS * NS_PER_MS / WATCH_BEATS) {
			store_beats(sharers, agents_count + 1);
			stored = now_ns();
		}
	}
	return sharers;
}

static uint64_t read_number(const char *path)
{
	unsigned long long value;
	FILE *file = fopen(path, "r");

	if (!file || fscanf(file, "%llu", &value) != 1)
		err(1, "%s", path);
	fclose(file);
	return value;
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

static uint64_t refreshed(void)
{
	return read_number("/sys/kernel/varta/counters/refreshed");
}

static void watch(const char *name, const char *kind, uint32_t count)
{
	bool relayed = !strcmp(kind, "relayed");
	bool has_lanes = !strcmp(kind, "lanes");
	struct sharer *sharers = NULL;
	char counted[64];
	struct relay relay;
	uint64_t when, beats = 0;
	double thread = 0;
	uint32_t i;

	if (!relayed && !has_lanes && strcmp(kind, "stored"))
		errx(2, "there is no kind %s", kind);
	if (relayed)
		relay_open(&relay, 1);
	else
		sharers = start_sharers(count, has_lanes, (uint32_t)
					read_number("/sys/kernel/varta/threshold_ms"));
	when = now_ns();
	/* The first rounds are not counted. */
	for (i = 0; i < (2 + WATCH_ROUNDS) * WATCH_BEATS; i++) {
		if (i == 2 * WATCH_BEATS) {
			thread = thread_ns();
			beats = refreshed();
		}
		if (relayed)
			relay_crowd(&relay, 1, count, i + 1);
		else
			store_beats(sharers, count);
		when += WATCH_MS * NS_PER_MS / WATCH_BEATS;
		if (now_ns() >= when)
			errx(1, "there is too little time for a beat of each");
		sleep_until(when);
	}
	result(name, thread_ns() - thread);
	snprintf(counted, sizeof(counted), "%s_refreshed", name);
	result(counted, (double)(refreshed() - beats));
	if (read_number("/sys/kernel/varta/counters/stalls") ||
	    read_number("/sys/kernel/varta/counters/lane_stalls"))
		errx(1, "agents have stalled");
	if (relayed)
		relay_check(&relay);
	else
		end_agents();
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
	else if (argc == 5 && !strcmp(argv[1], "watch"))
		watch(argv[2], argv[3], (uint32_t)number(argv[4]));
	else if (argc == 3 && !strcmp(argv[1], "memory"))
		memory((uint32_t)number(argv[2]));
	else
		errx(2, "needs lateness, watch or memory, and a count");
	return 0;
}
