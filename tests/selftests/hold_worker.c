// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps a kernel thread from running, so that its work stays as it is: both have
 * the last processor, which this program does not leave. Ends by SIGTERM, or after
 * a while, as other threads of this processor wait, too.
 *
 * Usage: hold_worker PID [MS]
 *
 * With MS, the thread may run for MS milliseconds of each SLOW_MS.
 * Prints "ready" when the thread is held.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Before the kernel complains. */
	SECONDS_MAX = 15,
	SLOW_MS = 100,
};

static const char limit[] = "/proc/sys/kernel/sched_rt_runtime_us";

_Noreturn static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Without this, the kernel lets others run for a part of each second. */
static void set_limit(const char *value, size_t length)
{
	int fd = open(limit, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, length) < 0)
		fail(limit);
	close(fd);
}

static void end(int number)
{
	(void)number;
	set_limit("950000", 6);
	_exit(0);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void let_it_run(long ms)
{
	const struct timespec time = { 0, ms * 1000000 };

	nanosleep(&time, NULL);
}

int main(int argc, char **argv)
{
	const struct sched_param lowest = { .sched_priority = 1 };
	const struct sigaction action = { .sa_handler = end };
	long share = argc == 3 ? atol(argv[2]) : 0;
	cpu_set_t last;
	long begin, start;

	if (argc < 2 || argc > 3 || share < 0 || share >= SLOW_MS)
		return 2;
	CPU_ZERO(&last);
	CPU_SET((size_t)sysconf(_SC_NPROCESSORS_ONLN) - 1, &last);
	if (sigaction(SIGTERM, &action, NULL) || mlockall(MCL_CURRENT))
		fail("prepare");
	set_limit("-1", 2);
	if (sched_setaffinity(0, sizeof(last), &last) ||
	    sched_setscheduler(0, SCHED_FIFO, &lowest) ||
	    sched_setaffinity(atoi(argv[1]), sizeof(last), &last))
		fail("hold");
	begin = now_ms();
	puts("ready");
	fflush(stdout);
	for (;;) {
		start = now_ms();
		while (now_ms() - start < SLOW_MS - share)
			;
		/* A timer might not expire on this processor meanwhile. */
		if (start - begin >= SECONDS_MAX * 1000)
			end(0);
		if (share)
			let_it_run(share);
	}
}
