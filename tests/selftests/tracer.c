// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traces a process, as strace and debuggers do.
 *
 * Usage: tracer calls|hold PID
 *
 * calls: stops the process for 50 ms at the start and at the end of each system
 * call. hold: stops it once, until the tracer is killed. Prints "tracing" first.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOLD_US		50000

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Returns the signal to deliver when it goes on. */
static int wait_for_stop(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		exit(0);
	/* Stops of the tracer's own are no signals. */
	return status >> 16 || WSTOPSIG(status) & 0x80 ? 0 : WSTOPSIG(status);
}

int main(int argc, char **argv)
{
	pid_t pid;
	int number;

	if (argc != 3)
		return 100;
	pid = atoi(argv[2]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD))
		fail("PTRACE_SEIZE");
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL))
		fail("PTRACE_INTERRUPT");
	number = wait_for_stop(pid);
	puts("tracing");
	fflush(stdout);
	while (!strcmp(argv[1], "hold"))
		pause();
	for (;;) {
		usleep(HOLD_US);
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)number))
			fail("PTRACE_SYSCALL");
		number = wait_for_stop(pid);
	}
}
