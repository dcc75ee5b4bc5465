// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets programs hang again and again, and counts the reasons of their stalls.
 *
 * Usage: count_reasons [-n PROGRAMS] [-s STALLS] [-d COMMAND] [-a COMMAND]
 *                      ROUNDS REASON hang [ARGUMENT]...
 *
 *   -n  start so many in each round (default 1)
 *   -s  each stalls so often by itself (default 1): it beats again when it is
 *       signalled for its stall
 *   -d  when all hang, run this with their pids as arguments
 *   -a  when all are reported, or were not for a minute, run this. Then they are
 *       killed.
 *
 * A round is over when each program has its stalls. A stall is right if it has the
 * reason and the thread that hang names. Prints how many are right, and a line for
 * each that is not:
 *
 *   wrong PID: REASON, ...
 *   right N of M
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta.h>

enum {
	MAX_PROGRAMS = 64,
	PATIENCE_MS = 60000,
};

struct program {
	pid_t started;			/* leads a process group */
	pid_t pid, tid;			/* that hangs */
	unsigned int stalls;		/* so far, in this round */
};

static struct program programs[MAX_PROGRAMS];
static unsigned int program_count = 1, stalls_of_each = 1, waited_for;
static unsigned int right, all;
static const char *wanted;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned int number(const char *text, unsigned int most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || !value || value > most) {
		fprintf(stderr, "count_reasons: %s is not in 1..%u\n", text, most);
		exit(100);
	}
	return (unsigned int)value;
}

/* Returns what it prints. */
static FILE *start(struct program *program, char **command)
{
	int output[2];

	if (pipe(output))
		fail("pipe");
	program->started = fork();
	if (program->started < 0)
		fail("fork");
	if (!program->started) {
		dup2(output[1], STDOUT_FILENO);
		close(output[0]);
		close(output[1]);
		execvp(command[0], command);
		fail(command[0]);
	}
	close(output[1]);
	return fdopen(output[0], "r");
}

static void start_all(char **command)
{
	FILE *outputs[MAX_PROGRAMS];
	unsigned int i;

	for (i = 0; i < program_count; i++)
		outputs[i] = start(&programs[i], command);
	for (i = 0; i < program_count; i++) {
		if (fscanf(outputs[i], "hangs %d %d", &programs[i].pid,
			   &programs[i].tid) != 2)
			fail(command[0]);
		fclose(outputs[i]);
		programs[i].stalls = 0;
	}
	waited_for = program_count * stalls_of_each;
}

static void kill_all(void)
{
	unsigned int i;

	for (i = 0; i < program_count; i++)
		kill(-programs[i].started, SIGKILL);
	for (i = 0; i < program_count; i++)
		if (waitpid(programs[i].started, NULL, 0) < 0)
			fail("waitpid");
}

/* run COMMAND: with the pids as arguments */
static void run(const char *command)
{
	char pids[MAX_PROGRAMS][12];
	const char *arguments[MAX_PROGRAMS + 5] = { "sh", "-ec", command, "sh" };
	unsigned int i;
	int status;
	pid_t child;

	if (!command)
		return;
	for (i = 0; i < program_count; i++) {
		snprintf(pids[i], sizeof(pids[i]), "%d", programs[i].pid);
		arguments[4 + i] = pids[i];
	}
	child = fork();
	if (!child) {
		execvp(arguments[0], (char **)(uintptr_t)arguments);
		fail(arguments[0]);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		fail("fork");
	if (status) {
		fprintf(stderr, "count_reasons: failed: %s\n", command);
		kill_all();
		exit(1);
	}
}

static void count(const struct program *program, const struct varta_agent *agent)
{
	const char *reason = varta_stall_reason_name(agent->reason);

	if (!strcmp(reason, wanted) && agent->tid == (uint32_t)program->tid) {
		right++;
		return;
	}
	printf("wrong %" PRIu32 ": %s, thread %" PRIu32 " of %d %d, state %" PRIu32
	       ", silence %" PRIu64 ", ran %" PRIu64 ", delay %" PRIu64
	       ", asleep %" PRIu64 ", switches %" PRIu32 " and %" PRIu32 "\n",
	       agent->pid, reason, agent->tid, program->pid, program->tid,
	       agent->thread_state, agent->silence, agent->cpu_time,
	       agent->run_delay, agent->asleep, agent->voluntary_switches,
	       agent->involuntary_switches);
}

static void note_event(const struct varta_event *event, void *unused)
{
	unsigned int i;

	(void)unused;
	if (event->type != VARTA_EVENT_STALL)
		return;
	for (i = 0; i < program_count; i++) {
		if (event->agent->pid != (uint32_t)programs[i].pid ||
		    programs[i].stalls == stalls_of_each)
			continue;
		programs[i].stalls++;
		waited_for--;
		count(&programs[i], event->agent);
	}
}

static void wait_for_stalls(struct varta_events *events)
{
	uint64_t give_up = varta_monotonic_now() + PATIENCE_MS * 1000000ULL;
	struct pollfd readable = {
		.fd = varta_events_fd(events),
		.events = POLLIN,
	};
	int got;

	while (waited_for && varta_monotonic_now() < give_up) {
		got = varta_events_receive(events, note_event, NULL);
		if (got >= 0)
			continue;
		if (got != -EAGAIN) {
			fprintf(stderr, "count_reasons: events: %s\n", strerror(-got));
			exit(1);
		}
		poll(&readable, 1, 1000);
	}
	if (waited_for)
		printf("%u of %u stalls are not reported\n", waited_for,
		       program_count * stalls_of_each);
}

int main(int argc, char **argv)
{
	const char *during = NULL, *after = NULL;
	struct varta_events *events;
	unsigned int rounds;
	int option;

	while ((option = getopt(argc, argv, "+n:s:d:a:")) != -1) {
		switch (option) {
		case 'n':
			program_count = number(optarg, MAX_PROGRAMS);
			break;
		case 's':
			stalls_of_each = number(optarg, 1000);
			break;
		case 'd':
			during = optarg;
			break;
		case 'a':
			after = optarg;
			break;
		default:
			return 100;
		}
	}
	if (argc - optind < 3)
		return 100;
	rounds = number(argv[optind], 1000);
	wanted = argv[optind + 1];
	if (varta_events_open(&events, NULL))
		fail("events");
	while (rounds--) {
		start_all(argv + optind + 2);
		all += waited_for;
		run(during);
		wait_for_stalls(events);
		run(after);
		kill_all();
	}
	printf("right %u of %u\n", right, all);
	varta_events_close(events);
	return right * 100 >= all * 99 ? 0 : 1;
}
