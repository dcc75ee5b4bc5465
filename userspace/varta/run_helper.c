// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process that beats for another. See run_helper.h.
 *
 * The kernel takes beats for an ancestor, so the beater has to be a child of
 * the process it beats for, and stay one. That process becomes a program that
 * does not know of it: so it must not show in wait(2), nor keep open what the
 * program closes, nor take the signals that are for the program.
 */
#include "run_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"

#define NS_PER_MS	1000000

/* The only file that is open besides standard input, output and error. */
#define WATCHED_FD	3

/**
 * struct beater - The beater at work.
 * @plan: What it was told.
 * @v: NULL while there is no module.
 * @signals: The mask that the program has, and the probes get.
 * @tried: It has looked for the module.
 * @complained: It has written to the system's log. Once is enough.
 */
struct beater {
	const struct beater_plan *plan;
	struct varta *v;
	sigset_t signals;
	bool tried, complained;
};

int beater_beat(struct varta *v, const struct beater_plan *plan)
{
	uint64_t now = varta_monotonic_now();
	struct varta_beat beat = {
		.status = VARTA_STATUS_OK,
		/* Goes up by itself, whoever of us sends it. */
		.nonce = now,
		.timestamp = now,
		.pid = plan->pid,
		.claim_pid = true,
		.threshold_ms = plan->threshold_ms,
		.name = plan->name,
	};

	return varta_beat_send(v, &beat);
}

/* Without a terminal, the log is the only place to say it. */
static void complain(struct beater *b, int error)
{
	if (b->complained)
		return;
	b->complained = true;
	openlog("varta", LOG_PID, LOG_DAEMON);
	syslog(LOG_WARNING, "run: cannot beat for process %u: %s: %s",
	       b->plan->pid, strerrorname_np(-error),
	       b->v ? varta_errmsg(b->v) : strerror(-error));
	closelog();
}

/*
 * Opening a handle makes the kernel look for the module, by a modprobe of its
 * own each time: not for each beat.
 */
static int reopen(struct beater *b)
{
	struct varta_options how = VARTA_OPTIONS_INIT;

	if (b->tried && access("/sys/module/varta", F_OK))
		return -ENODEV;
	b->tried = true;
	how.acknowledge = true;
	return varta_open(&b->v, &how);
}

static void beat(struct beater *b)
{
	int error = b->v ? 0 : reopen(b);

	if (!error)
		error = beater_beat(b->v, b->plan);
	if (error)
		complain(b, error);
	if (error == -ENODEV) {
		varta_close(b->v);
		b->v = NULL;
	}
}

/* The third field of its stat, after a name that may hold anything. */
static char state_of(uint32_t pid)
{
	char path[32], line[512], state = 0;
	const char *after;
	FILE *stat;

	if (snprintf(path, sizeof(path), "/proc/%u/stat", pid) < 0)
		return 0;
	stat = fopen(path, "re");
	if (!stat)
		return 0;
	if (fgets(line, sizeof(line), stat)) {
		after = strrchr(line, ')');
		if (after && after[1] == ' ')
			state = after[2];
	}
	fclose(stat);
	return state;
}

/* By a signal, or a debugger. If that cannot be read, it is not. */
static bool is_stopped(uint32_t pid)
{
	char state = state_of(pid);

	return state == 'T' || state == 't';
}

static bool has_ended(int pidfd)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };

	return poll(&ended, 1, 0) > 0;
}

/* Until the time is over, or one of the two processes; @other may be -1. */
static void wait_for(int pidfd, int other, uint64_t when)
{
	struct pollfd ends[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = other, .events = POLLIN },
	};
	int ms;

	/* All signals are blocked: this ends for what it waits for. */
	do
		ms = ms_until(when);
	while (!poll(ends, 2, ms) && ms);
}

static int start_probe(const struct beater *b, pid_t *probe)
{
	char *const arguments[] = { (char *)"sh", (char *)"-c",
				    (char *)b->plan->probe, NULL };
	posix_spawnattr_t how;
	int error = posix_spawnattr_init(&how);

	if (error)
		return error;
	posix_spawnattr_setsigmask(&how, &b->signals);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETPGROUP);
	error = posix_spawn(probe, "/bin/sh", NULL, &how, arguments, environ);
	posix_spawnattr_destroy(&how);
	return error;
}

/* Whether the probe succeeds in time. Nothing of it is left afterwards. */
static bool probe_succeeds(const struct beater *b, uint64_t deadline)
{
	int status = -1, pidfd;
	pid_t probe;

	if (start_probe(b, &probe))
		return false;
	pidfd = pidfd_open(probe, 0);
	if (pidfd >= 0) {
		wait_for(WATCHED_FD, pidfd, deadline);
		close(pidfd);
	}
	kill(-probe, SIGKILL);
	return waitpid(probe, &status, 0) == probe && status == 0;
}

static void work(struct beater *b)
{
	uint64_t interval = (uint64_t)b->plan->interval_ms * NS_PER_MS;
	uint64_t when = varta_monotonic_now();
	uint64_t now;

	for (;;) {
		when += interval;
		wait_for(WATCHED_FD, -1, when);
		/* Beats that were missed are not made up for. */
		now = varta_monotonic_now();
		if (when < now)
			when = now;
		if (has_ended(WATCHED_FD))
			return;
		if (is_stopped(b->plan->pid))
			continue;
		if (b->plan->probe && !probe_succeeds(b, when + interval))
			continue;
		beat(b);
	}
}

/* Keeps nothing that the program has, but for the watch over it. */
static bool let_go(int pidfd, bool probes)
{
	int null;

	setsid();
	if (dup3(pidfd, WATCHED_FD, O_CLOEXEC) < 0 && errno != EINVAL)
		return false;
	if (close_range(WATCHED_FD + 1, ~0U, 0))
		return false;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		return false;
	if (null > WATCHED_FD)
		close(null);
	/* Probes run where the program was started. */
	return probes || !chdir("/");
}

static void publish(uint32_t pid)
{
	char number[16];

	if (snprintf(number, sizeof(number), "%u", pid) > 0)
		setenv("VARTA_PID", number, 1);
}

static _Noreturn void be_beater(struct beater *b, int pidfd)
{
	prctl(PR_SET_NAME, "varta-run");
	if (!let_go(pidfd, b->plan->probe))
		_exit(EXIT_FAILURE);
	publish(b->plan->pid);
	work(b);
	_exit(EXIT_SUCCESS);
}

pid_t beater_start(const struct beater_plan *plan)
{
	struct beater b = { .plan = plan };
	sigset_t all;
	pid_t child;
	int error, pidfd = pidfd_open(getpid(), 0);

	if (pidfd < 0)
		return -errno;
	/* What ends the program may be for it to handle, and the beats go on. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &b.signals);
	/* As fork(), but with no signal for its end: hidden from wait(2). */
	child = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (!child)
		be_beater(&b, pidfd);
	error = errno;
	sigprocmask(SIG_SETMASK, &b.signals, NULL);
	close(pidfd);
	return child < 0 ? -error : child;
}

void beater_stop(pid_t beater)
{
	kill(beater, SIGKILL);
	waitpid(beater, NULL, __WALL);
}
