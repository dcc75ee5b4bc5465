// SPDX-License-Identifier: GPL-2.0-only
/*
 * The helper process of varta run. See run_helper.h.
 *
 * The kernel accepts beats for an ancestor, so the helper must be and stay a
 * child of the program. The program does not know of it: the helper must not
 * show in wait(2), hold the program's files open, or take its signals.
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

/* Pidfd of the program. The only other open files are 0, 1 and 2. */
#define PROGRAM_FD	3

/**
 * struct helper - State of the helper process.
 * @plan: The agent to beat for.
 * @v: The handle; NULL while the module is not loaded.
 * @signals: The program's signal mask, restored for probes.
 * @opened: varta_open() was called at least once.
 * @logged: A failure was logged. Only the first one is.
 */
struct helper {
	const struct run_plan *plan;
	struct varta *v;
	sigset_t signals;
	bool opened, logged;
};

int run_helper_beat(struct varta *v, const struct run_plan *plan)
{
	uint64_t now = varta_monotonic_now();
	struct varta_beat beat = {
		.status = VARTA_STATUS_OK,
		/* The time rises from the program's beat to the helper's. */
		.nonce = now,
		.timestamp = now,
		.pid = plan->pid,
		.claim_pid = true,
		.threshold_ms = plan->threshold_ms,
		.name = plan->name,
	};

	return varta_beat_send(v, &beat);
}

/* The helper has no terminal. */
static void log_failure(struct helper *helper, int error)
{
	if (helper->logged)
		return;
	helper->logged = true;
	openlog("varta", LOG_PID, LOG_DAEMON);
	syslog(LOG_WARNING, "run: cannot beat for process %u: %s: %s",
	       helper->plan->pid, strerrorname_np(-error),
	       helper->v ? varta_errmsg(helper->v) : strerror(-error));
	closelog();
}

/* varta_open() makes the kernel run modprobe, which is too much per beat. */
static int reopen(struct helper *helper)
{
	struct varta_options how = VARTA_OPTIONS_INIT;

	if (helper->opened && access("/sys/module/varta", F_OK))
		return -ENODEV;
	helper->opened = true;
	how.acknowledge = true;
	return varta_open(&helper->v, &how);
}

static void beat(struct helper *helper)
{
	int error = helper->v ? 0 : reopen(helper);

	if (!error)
		error = run_helper_beat(helper->v, helper->plan);
	if (error)
		log_failure(helper, error);
	if (error == -ENODEV) {
		varta_close(helper->v);
		helper->v = NULL;
	}
}

/* See proc(5), /proc/pid/stat: the command may contain spaces and ")". */
static char process_state(uint32_t pid)
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

/* By a signal or a debugger. */
static bool is_stopped(uint32_t pid)
{
	char state = process_state(pid);

	return state == 'T' || state == 't';
}

static bool program_exited(void)
{
	struct pollfd exited = { .fd = PROGRAM_FD, .events = POLLIN };

	return poll(&exited, 1, 0) > 0;
}

/* Until @deadline, or until the program or the process of @pidfd exits. */
static void wait_until(uint64_t deadline, int pidfd)
{
	struct pollfd exits[] = {
		{ .fd = PROGRAM_FD, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};
	int ms;

	/* poll(2) is not interrupted: all signals are blocked. */
	do
		ms = ms_until(deadline);
	while (!poll(exits, 2, ms) && ms);
}

static int start_probe(const struct helper *helper, pid_t *probe)
{
	char *const arguments[] = { (char *)"sh", (char *)"-c",
				    (char *)helper->plan->probe, NULL };
	posix_spawnattr_t attributes;
	int error = posix_spawnattr_init(&attributes);

	if (error)
		return error;
	posix_spawnattr_setsigmask(&attributes, &helper->signals);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETPGROUP);
	error = posix_spawn(probe, "/bin/sh", NULL, &attributes, arguments,
			    environ);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Kills the probe's process group afterwards in any case. */
static bool probe_succeeds(const struct helper *helper, uint64_t deadline)
{
	int status = -1, pidfd;
	pid_t probe;

	if (start_probe(helper, &probe))
		return false;
	pidfd = pidfd_open(probe, 0);
	if (pidfd >= 0) {
		wait_until(deadline, pidfd);
		close(pidfd);
	}
	kill(-probe, SIGKILL);
	return waitpid(probe, &status, 0) == probe && status == 0;
}

static void beat_until_exit(struct helper *helper)
{
	uint64_t interval = (uint64_t)helper->plan->interval_ms * NS_PER_MS;
	uint64_t due = varta_monotonic_now();
	uint64_t now;

	for (;;) {
		due += interval;
		wait_until(due, -1);
		/* Missed beats are not sent later. */
		now = varta_monotonic_now();
		if (due < now)
			due = now;
		if (program_exited())
			return;
		if (is_stopped(helper->plan->pid))
			continue;
		if (helper->plan->probe &&
		    !probe_succeeds(helper, due + interval))
			continue;
		beat(helper);
	}
}

/* Release all that the program may expect to be the only holder of. */
static bool detach(int pidfd, bool has_probe)
{
	int null;

	setsid();
	if (dup3(pidfd, PROGRAM_FD, O_CLOEXEC) < 0 && errno != EINVAL)
		return false;
	if (close_range(PROGRAM_FD + 1, ~0U, 0))
		return false;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		return false;
	if (null > PROGRAM_FD)
		close(null);
	/* Probes run in the program's first working directory. */
	return has_probe || !chdir("/");
}

static void export_pid(uint32_t pid)
{
	char number[16];

	if (snprintf(number, sizeof(number), "%u", pid) > 0)
		setenv("VARTA_PID", number, 1);
}

static _Noreturn void helper_main(struct helper *helper, int pidfd)
{
	prctl(PR_SET_NAME, "varta-run");
	if (!detach(pidfd, helper->plan->probe))
		_exit(EXIT_FAILURE);
	export_pid(helper->plan->pid);
	beat_until_exit(helper);
	_exit(EXIT_SUCCESS);
}

pid_t run_helper_start(const struct run_plan *plan)
{
	struct helper helper = { .plan = plan };
	sigset_t all;
	pid_t child;
	int error, pidfd = pidfd_open(getpid(), 0);

	if (pidfd < 0)
		return -errno;
	/* The program may survive a signal that would end the helper. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &helper.signals);
	/* fork() without an exit signal: hides the child from wait(2). */
	child = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (!child)
		helper_main(&helper, pidfd);
	error = errno;
	sigprocmask(SIG_SETMASK, &helper.signals, NULL);
	close(pidfd);
	return child < 0 ? -error : child;
}

void run_helper_stop(pid_t helper)
{
	kill(helper, SIGKILL);
	waitpid(helper, NULL, __WALL);
}
