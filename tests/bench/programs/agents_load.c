// SPDX-License-Identifier: GPL-2.0-only
/*
 * Very many agents, each a process of its own, that beat, fall silent and exit: the
 * load of tests/run-latency.
 *
 * Usage: agents_load FAMILY COUNT SECONDS
 *
 * In each cycle of 20 s, all beat three times and are then silent for about 16 s: in
 * the first cycle and every second one all in the same moment, in the others one after
 * the other. One of 20 exits in each cycle, before or after it would have been reported
 * with a threshold of 3 s, and is started again. Prints "ready" when all have been
 * started, and at the end the number of beats and exits.
 *
 * The family varta-empty gets the same load.
 */
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "common.h"

enum {
	START_S		= 5,	/* until then, all have been started */
	CYCLE_S		= 20,
	BEATS		= 3,
	INTERVAL_S	= 2,
	EARLY_EXIT_S	= 5,
	LATE_EXIT_S	= 8,
	LIVES		= 20,	/* cycles until an agent exits */
	STACK_SIZE	= 16384,
	MESSAGE_MAX	= 256,
};

struct agent {
	pid_t pid;
	struct sender sender;
	char message[MESSAGE_MAX];
	char *stack;
};

static struct agent *agents;
static uint64_t count, begun_ns, end_ns;
static uint64_t beats, exits;

static uint64_t cycle_begin(uint64_t cycle)
{
	return begun_ns + cycle * CYCLE_S * NS_PER_S;
}

static uint64_t phase_of(uint64_t nr, uint64_t cycle)
{
	return cycle % 2 ? nr * INTERVAL_S * NS_PER_S / count : 0;
}

/* Shares the memory of all others: calls nothing that has a state of its own. */
static int run_agent(void *data)
{
	struct agent *agent = data;
	uint64_t nr = (uint64_t)(agent - agents), now = now_ns(), cycle = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (now >= begun_ns)
		cycle = (now - begun_ns) / (CYCLE_S * NS_PER_S) + 1;
	for (;; cycle++) {
		uint64_t start = cycle_begin(cycle) + phase_of(nr, cycle);
		uint64_t i;

		for (i = 0; i < BEATS; i++) {
			sleep_until(start + i * INTERVAL_S * NS_PER_S);
			sender_beat(&agent->sender);
			__atomic_fetch_add(&beats, 1, __ATOMIC_RELAXED);
		}
		if ((nr + cycle) % LIVES)
			continue;
		sleep_until(start + NS_PER_S *
			    (nr / LIVES % 2 ? EARLY_EXIT_S : LATE_EXIT_S));
		_exit(0);
	}
	return 0;
}

static void start_agent(struct agent *agent)
{
	agent->pid = clone(run_agent, agent->stack + STACK_SIZE,
			   CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, agent);
	if (agent->pid < 0)
		err(1, "clone");
}

static void prepare_agent(struct agent *agent, const struct sender *template)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	agent->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (agent->stack == MAP_FAILED)
		err(1, "mmap");
	if (template->length > MESSAGE_MAX)
		errx(1, "the message has %zu bytes", template->length);
	memcpy(agent->message, template->message, template->length);
	agent->sender = *template;
	agent->sender.message = agent->message;
	agent->sender.nonce = agent->message +
		((char *)template->nonce - (char *)template->message);
	agent->sender.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				  NETLINK_GENERIC);
	if (agent->sender.fd < 0 ||
	    connect(agent->sender.fd, (const struct sockaddr *)&kernel,
		    sizeof(kernel)))
		err(1, "socket");
}

static struct agent *agent_of(pid_t pid)
{
	uint64_t i;

	for (i = 0; i < count; i++)
		if (agents[i].pid == pid)
			return &agents[i];
	errx(1, "unknown child %d", pid);
}

static void end(int signal)
{
	(void)signal;
}

static void restart_until_the_end(void)
{
	const struct itimerspec when = {
		.it_value.tv_sec = (time_t)(end_ns / NS_PER_S),
	};
	const struct sigaction action = { .sa_handler = end };
	timer_t timer;

	/* Interrupts waitpid(). */
	if (sigaction(SIGALRM, &action, NULL))
		err(1, "sigaction");
	if (timer_create(CLOCK_MONOTONIC, NULL, &timer) ||
	    timer_settime(timer, TIMER_ABSTIME, &when, NULL))
		err(1, "timer");
	while (now_ns() < end_ns) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			err(1, "waitpid");
		if (status)
			errx(1, "an agent ended with status %d", status);
		exits++;
		start_agent(agent_of(pid));
	}
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 1 << 17, 1 << 17 };
	struct sender template;
	uint64_t i;

	if (argc != 4)
		errx(2, "needs a family, a number of agents and seconds");
	count = number(argv[2]);
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(1, "setrlimit");
	sender_open(&template, argv[1]);
	agents = calloc(count, sizeof(*agents));
	if (!agents)
		err(1, "calloc");
	for (i = 0; i < count; i++)
		prepare_agent(&agents[i], &template);
	begun_ns = now_ns() + START_S * NS_PER_S;
	end_ns = begun_ns + number(argv[3]) * NS_PER_S;
	for (i = 0; i < count; i++)
		start_agent(&agents[i]);
	if (now_ns() >= begun_ns)
		errx(1, "it took too long to start the agents");
	puts("ready");
	fflush(stdout);
	restart_until_the_end();
	for (i = 0; i < count; i++)
		kill(agents[i].pid, SIGKILL);
	for (i = 0; i < count; i++)
		waitpid(agents[i].pid, NULL, 0);
	for (i = 0; i < count; i++)
		sender_check(&agents[i].sender);
	printf("%llu beats, %llu exits\n", (unsigned long long)beats,
	       (unsigned long long)exits);
	return 0;
}
