// SPDX-License-Identifier: GPL-2.0-only
/*
 * The helper process of varta run. See run_helper.h.
 *
 * The kernel accepts beats for an ancestor, so the helper must be and stay a
 * child of the program. The program does not know of it: the helper must not
 * show in wait(2), hold the program's files open, or take its signals.
 *
 * It may miss system calls that a seccomp filter refuses, and files of a root
 * directory that has little. It does without what it can, and says what it
 * cannot do without before the program starts.
 */
#include "run_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <varta.h>

#include "clock.h"
#include "descriptors.h"
#include "error.h"
#include "format.h"
#include "late_stderr.h"
#include "leftover.h"
#include "probe.h"
#include "program_state.h"
#include "rlimits.h"
#include "run_notify.h"

enum {
	/* Used if the module's threshold is unknown. */
	INTERVAL_MS		= 1000,
	/* One late beat does not make the agent stall. */
	BEATS_PER_THRESHOLD	= 3,
	/* How often to look for an exit that no pidfd reports. */
	EXIT_POLL_MS		= 1000,
	/* How often to look for notifications if poll(2) is refused. */
	NOTIFY_POLL_MS		= 50,
	/* Between two beats that notifications ask for. */
	NOTIFY_GAP_MS		= 10,
	/* Until the last notifications are passed on. */
	NOTIFY_LAST_MS		= 5000,
	PROBE_POLL_MS		= 10,
	/*
	 * A program that forks into the background exits at its start. Later,
	 * children may outlive it for a moment. As systemd's TimeoutStartSec.
	 */
	START_MS		= 90000,
	/* Most files that are open at once to read the program's state. */
	FILES_NEEDED		= 6,
	LINE_SIZE		= PROBE_RESULT_SIZE + NAME_TEXT_SIZE + 64,
};

#define SHELL	"/bin/sh"

/**
 * struct helper - State of the helper process.
 * @plan: The agent to beat for.
 * @program: To read the program's state.
 * @traits: To find what it leaves behind.
 * @started: When this was started.
 * @pidfd: Of the program; -1 if it cannot be had.
 * @report: Where the result is written.
 * @null: What stands in for standard input and output.
 * @messages: The program's standard error.
 * @speaker: The directory of the threads of a process that has it.
 * @v: The handle, which finds the module whenever it is loaded.
 * @interval_ms: Time from beat to beat.
 * @default_interval: @interval_ms has to be computed from the module's
 *   threshold.
 * @signals: The program's signal mask, restored for probes.
 * @limits: The program's resource limits, likewise.
 * @probe_state: What the last probe said.
 * @output: What it has written.
 * @refused: The last beat was refused, and that was not reported.
 * @failed: A failed beat was reported. Only the first one is.
 * @user_failed: The same of those of a program that has changed its user.
 * @state_failed: The same of failures to read the program's state.
 * @beat_after: No notification is a beat before this time.
 * @stranger_said: That others have sent notifications was reported.
 * @lost_said: That some could not be passed on was reported.
 */
struct helper {
	const struct run_plan *plan;
	struct program program;
	struct program_traits traits;
	uint64_t started;
	int pidfd, report;
	struct null_files null;
	struct late_stderr messages;
	int speaker;
	struct varta *v;
	uint32_t interval_ms;
	bool default_interval;
	sigset_t signals;
	struct rlimits limits;
	enum probe_state probe_state;
	struct probe_output output;
	bool refused, failed, user_failed, state_failed;
	uint64_t beat_after;
	bool stranger_said, lost_said;
};

static int send_beat_with(struct helper *helper, enum varta_status status,
			  uint32_t threshold_ms)
{
	const struct run_plan *plan = helper->plan;
	uint64_t now = varta_monotonic_now();
	struct varta_beat beat = {
		.status = status,
		.nonce = now,
		.timestamp = now,
		.pid = plan->pid,
		.claim_pid = true,
		/* The module may have been reloaded since the last beat. */
		.threshold_ms = threshold_ms,
		.name = plan->name,
		/* The program has executed another one since the first beat. */
		.stall_signal = plan->stall_signal,
		.kill_after_ms = plan->kill_after_ms,
		.even_if_starved = plan->even_if_starved,
	};
	int error = varta_beat_send(helper->v, &beat);

	return error == VARTA_NOT_LOADED ? -ENODEV : error;
}

static int send_beat(struct helper *helper)
{
	const struct run_plan *plan = helper->plan;

	return send_beat_with(helper, VARTA_STATUS_OK, plan->notify ?
			      plan->notify->agent.threshold_ms :
			      plan->threshold_ms);
}

static void set_interval(struct helper *helper, uint32_t threshold_ms)
{
	helper->interval_ms = threshold_ms >= BEATS_PER_THRESHOLD ?
			      threshold_ms / BEATS_PER_THRESHOLD : INTERVAL_MS;
}

/* Only after a beat: then this cannot make the kernel look for the module. */
static void read_interval(struct helper *helper)
{
	struct varta_config config;

	if (!helper->default_interval || varta_config_get(helper->v, &config))
		return;
	helper->default_interval = false;
	set_interval(helper,
		     (uint32_t)config.value[VARTA_A_CONFIG_THRESHOLD_MS]);
}

/*
 * On the program's standard error, which the journal or the container's log
 * has. If that is closed or blocked, in the system log.
 */
__attribute__((format(printf, 2, 3)))
static void say(const struct helper *helper, const char *format, ...)
{
	const struct run_plan *plan = helper->plan;
	char name[NAME_TEXT_SIZE], text[PROBE_RESULT_SIZE], line[LINE_SIZE];
	va_list arguments;

	format_name(name, plan->name);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(line, sizeof(line), "varta: %s (process %u): %s\n", name,
		 plan->pid, text);
	if (late_stderr_write(&helper->messages, helper->speaker, line))
		return;
	openlog("varta", LOG_PID, LOG_DAEMON);
	syslog(LOG_WARNING, "run: %s (process %u): %s", name, plan->pid, text);
	closelog();
}

static bool program_exited(const struct helper *helper)
{
	return getppid() != (pid_t)helper->plan->pid;
}

/* The kernel accepts beats only for ancestors with the same real user. */
static bool user_changed(const struct helper *helper, uid_t *uid)
{
	return program_user(&helper->program, uid) && *uid != getuid();
}

static void explain_failure(struct helper *helper, int error)
{
	uid_t uid;

	if (program_exited(helper))
		return;
	if (user_changed(helper, &uid)) {
		if (!helper->user_failed)
			say(helper, "cannot beat: the program has changed its "
			    "user from %u to %u; run varta as that user, in a "
			    "unit with User=", getuid(), uid);
		helper->user_failed = true;
	} else if (error == -EPERM && !helper->refused) {
		/* It may be exiting. */
		helper->refused = true;
	} else if (!helper->failed) {
		helper->failed = true;
		say(helper, "cannot beat: %s: %s", strerrorname_np(-error),
		    error == -ENODEV ? "the module is not loaded" :
				       varta_errmsg(helper->v));
	}
}

static void beat(struct helper *helper)
{
	int error = send_beat(helper);

	if (error) {
		explain_failure(helper, error);
		return;
	}
	helper->refused = false;
	read_interval(helper);
}

/* Read what probes have written, so that they can write on. */
static void drain(struct helper *helper)
{
	char bytes[4096];
	ssize_t got;
	int i;

	/* A pipe holds no more. A probe may write without end. */
	for (i = 0; i < 16 && helper->null.drain >= 0; i++) {
		got = read(helper->null.drain, bytes, sizeof(bytes));
		if (got <= 0)
			return;
		probe_output_add(&helper->output, bytes, (size_t)got);
	}
}

static bool probe_exited(pid_t probe)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)probe, &info,
		      WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* A filter may refuse poll(2). Then this sleeps for @blind_ms at most. */
static void wait_for_any(struct pollfd *wake_ups, nfds_t count, int ms,
			 int blind_ms)
{
	if (poll(wake_ups, count, ms) >= 0)
		return;
	if (ms > blind_ms)
		ms = blind_ms;
	sleep_until(varta_monotonic_now() + (uint64_t)ms * NS_PER_MS);
}

/* Until @deadline, or until the program or the probe, 0 for none, exits. */
static void wait_until(struct helper *helper, uint64_t deadline, pid_t probe)
{
	int pidfd = probe ? pidfd_open(probe, 0) : -1;
	struct pollfd wake_ups[] = {
		{ .fd = helper->pidfd, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = helper->null.drain, .events = POLLIN },
	};
	int ms;

	/* poll(2) is not interrupted: all signals are blocked. */
	do {
		ms = ms_until(deadline);
		if (helper->pidfd < 0 && ms > EXIT_POLL_MS)
			ms = EXIT_POLL_MS;
		if (probe && pidfd < 0 && ms > PROBE_POLL_MS)
			ms = PROBE_POLL_MS;
		wait_for_any(wake_ups, 3, ms,
			     probe ? PROBE_POLL_MS : EXIT_POLL_MS);
		drain(helper);
	} while (ms && !program_exited(helper) &&
		 !(probe && probe_exited(probe)));
	if (pidfd >= 0)
		close(pidfd);
}

static pid_t start_probe(const struct helper *helper)
{
	/* posix_spawn(3) needs clone3(2), which older filters refuse. */
	pid_t probe = fork();

	if (probe < 0)
		return -errno;
	/* By both, so that neither can be too late. */
	setpgid(probe, 0);
	if (probe)
		return probe;
	rlimits_restore(&helper->limits);
	sigprocmask(SIG_SETMASK, &helper->signals, NULL);
	execl(SHELL, "sh", "-c", helper->plan->probe, NULL);
	_exit(127);
}

/* Kills the probe's process group afterwards in any case. */
static struct probe_result run_probe(struct helper *helper, uint64_t deadline)
{
	struct probe_result result = { .limit_ms = helper->interval_ms };
	pid_t probe = start_probe(helper);
	bool in_time;

	if (probe < 0) {
		result.state = PROBE_ERROR;
		result.error = probe;
		return result;
	}
	wait_until(helper, deadline, probe);
	in_time = probe_exited(probe);
	kill(-probe, SIGKILL);
	/* It leads no group if setpgid(2) was refused. */
	kill(probe, SIGKILL);
	if (waitpid(probe, &result.status, 0) != probe) {
		result.state = PROBE_ERROR;
		result.error = -errno;
	} else {
		result.state = in_time ? probe_state(result.status) :
					 PROBE_TIMES_OUT;
	}
	return result;
}

/* Says what the probe says if that has changed. */
static bool probe_succeeds(struct helper *helper, uint64_t deadline)
{
	char text[PROBE_RESULT_SIZE];
	struct probe_result result;

	/* Not the words of a probe before. */
	drain(helper);
	probe_output_clear(&helper->output);
	result = run_probe(helper, deadline);
	drain(helper);
	/* The exit may have ended the probe, too. */
	if (result.state != helper->probe_state && !program_exited(helper)) {
		helper->probe_state = result.state;
		probe_result_text(&result, &helper->output, text);
		say(helper, "%s", text);
	}
	return result.state == PROBE_SUCCEEDS;
}

/* A thread may move to another cgroup while the state is read. */
static enum program_state read_state(struct helper *helper)
{
	enum program_state state = program_state(&helper->program);

	return state == PROGRAM_UNKNOWN ? program_state(&helper->program) :
					  state;
}

/* A beat says that the program can run. If that is unknown, none is sent. */
static bool program_runs(struct helper *helper)
{
	enum program_state state = read_state(helper);

	if (state == PROGRAM_UNKNOWN && !helper->state_failed &&
	    !program_exited(helper)) {
		helper->state_failed = true;
		say(helper, "cannot read whether it is stopped or frozen: no "
		    "beats until then");
	}
	return state == PROGRAM_RUNS;
}

static void beat_until_exit(struct helper *helper)
{
	uint64_t due = varta_monotonic_now();
	uint64_t now, interval;

	for (;;) {
		interval = helper->interval_ms * NS_PER_MS;
		due += interval;
		wait_until(helper, due, 0);
		/* Missed beats are not sent later. */
		now = varta_monotonic_now();
		if (due < now)
			due = now;
		if (program_exited(helper))
			return;
		if (!program_runs(helper))
			continue;
		if (helper->plan->probe &&
		    !probe_succeeds(helper, due + interval))
			continue;
		beat(helper);
	}
}

/* The settings may have changed. */
static int send_notified_beat(struct helper *helper)
{
	struct notify_agent *agent = &helper->plan->notify->agent;
	struct notify_beat *next = &helper->plan->notify->next;
	enum varta_status status = next->failed ? VARTA_STATUS_CRITICAL :
						  VARTA_STATUS_OK;
	int error = send_beat_with(helper, status, next->threshold_ms);

	if (!error || varta_reason(helper->v) != VARTA_REASON_BAD_THRESHOLD)
		return error;
	run_notify_read_limits(agent, helper->v);
	return send_beat_with(helper, status,
			      notify_allowed(agent, next->threshold_ms));
}

/* What notifications ask for: one beat for all that came with a flood. */
static void follow_notifications(struct helper *helper)
{
	struct notify_beat *next = &helper->plan->notify->next;
	uint64_t now = varta_monotonic_now();
	int error;

	if (next->bye)
		varta_bye(helper->v, helper->plan->pid);
	next->bye = false;
	if (!next->beat || now < helper->beat_after)
		return;
	error = send_notified_beat(helper);
	/* No other one would follow the last one. */
	next->beat = error && error != -EPERM && next->failed;
	helper->beat_after = now + (next->beat ? EXIT_POLL_MS : NOTIFY_GAP_MS) *
			     NS_PER_MS;
	if (error)
		explain_failure(helper, error);
	else
		helper->refused = false;
}

static void explain_notifications(struct helper *helper)
{
	struct run_notify *notify = helper->plan->notify;

	if (notify->stranger >= 0 && !helper->stranger_said) {
		helper->stranger_said = true;
		say(helper, "ignores notifications of other programs: process "
		    "%d of user %u", notify->stranger, notify->stranger_uid);
	}
	if (notify->upstream.error && !helper->lost_said) {
		helper->lost_said = true;
		say(helper, "cannot pass a notification on: %s",
		    strerrorname_np(-notify->upstream.error));
	}
}

static void wait_for_notifications(struct helper *helper, int ms)
{
	struct run_notify *notify = helper->plan->notify;
	bool receive = run_notify_may_receive(notify, &ms);
	int main_fd = run_notify_has_main(notify) ? notify->main_fd : -1;
	struct pollfd wake_ups[] = {
		{ .fd = program_exited(helper) ? main_fd : helper->pidfd,
		  .events = POLLIN },
		{ .fd = receive ? notify->socket : -1, .events = POLLIN },
		{ .fd = notify->upstream.count ? notify->upstream.fd : -1,
		  .events = POLLOUT },
	};
	int beat = ms_until(helper->beat_after);

	if (notify->next.beat && ms > beat)
		ms = beat;
	wait_for_any(wake_ups, 3, ms, NOTIFY_POLL_MS);
}

/* The program has exited, but not the one that it has named as its main one. */
static void serve_main(struct helper *helper)
{
	struct run_notify *notify = helper->plan->notify;

	if (!run_notify_has_main(notify))
		return;
	say(helper, "its main process is %d now, which is not watched; "
	    "notifications are passed on", notify->main_pid);
	while (run_notify_has_main(notify)) {
		wait_for_notifications(helper, EXIT_POLL_MS);
		run_notify_receive(notify);
		explain_notifications(helper);
	}
}

/* The last words of processes that have exited. */
static void pass_the_rest_on(struct helper *helper)
{
	struct run_notify *notify = helper->plan->notify;
	uint64_t end = varta_monotonic_now() + NOTIFY_LAST_MS * NS_PER_MS;
	int ms;

	do {
		while (run_notify_receive(notify))
			;
		ms = PROBE_POLL_MS;
		if (run_notify_may_receive(notify, &ms) &&
		    !notify->upstream.count)
			return;
		wait_for_notifications(helper, ms);
	} while (ms_until(end));
}

static void serve_until_exit(struct helper *helper)
{
	struct run_notify *notify = helper->plan->notify;

	while (!program_exited(helper)) {
		/* Without a pidfd, the exit is found by time. */
		wait_for_notifications(helper, EXIT_POLL_MS);
		run_notify_receive(notify);
		follow_notifications(helper);
		explain_notifications(helper);
	}
	run_notify_receive(notify);
	serve_main(helper);
	pass_the_rest_on(helper);
}

/* The helper, too, gets the signal by which systemd stops a unit. */
static bool is_being_stopped(void)
{
	sigset_t pending;

	return !sigpending(&pending) && sigismember(&pending, SIGTERM) == 1;
}

/* A daemon that has forked into the background. */
static void explain_exit(struct helper *helper)
{
	uint64_t lifetime = varta_monotonic_now() - helper->started;
	char name[NAME_TEXT_SIZE], path[32];
	struct process_stat left;

	if (lifetime > START_MS * NS_PER_MS || is_being_stopped() ||
	    !leftover_find(&helper->traits, &left))
		return;
	snprintf(path, sizeof(path), "%u/task", left.pid);
	helper->speaker = openat(helper->traits.procfs, path,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	format_name(name, left.name);
	say(helper, "exited and left process %u (%s) behind, which is not "
	    "watched; let it run in the foreground, in a unit with Type=exec",
	    left.pid, name);
}

static void export_pid(uint32_t pid)
{
	char number[16];

	if (snprintf(number, sizeof(number), "%u", pid) > 0)
		setenv("VARTA_PID", number, 1);
}

/* Release all that the program may expect to be the only holder of. */
static void detach(struct helper *helper)
{
	const struct program *program = &helper->program;
	int keep[] = { helper->pidfd, helper->report, program->procfs,
		       program->stat, program->status, program->task,
		       program->cgroup };

	prctl(PR_SET_NAME, "varta-run");
	program_traits_read(&helper->traits, program->procfs,
			    helper->plan->command);
	helper->started = varta_monotonic_now();
	setsid();
	rlimits_lift();
	/* If the program ignores it, probes could not be waited for. */
	signal(SIGCHLD, SIG_DFL);
	descriptors_close_others(keep, sizeof(keep) / sizeof(keep[0]),
				 program->procfs);
}

static int try_files(const struct helper *helper)
{
	int files[FILES_NEEDED], count = 0, error = 0;

	while (count < FILES_NEEDED && !error) {
		files[count] = dup(helper->report);
		error = files[count] < 0 ? -errno : 0;
		count += !error;
	}
	while (count--)
		close(files[count]);
	/* A filter may refuse dup(2), which is not needed. */
	return error == -EMFILE ? error : 0;
}

static int try_process(void)
{
	pid_t child = fork();
	int error = 0;

	if (!child)
		_exit(EXIT_SUCCESS);
	if (child < 0)
		return -errno;
	/* As probe_exited() does. */
	if (waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT))
		error = -errno;
	waitpid(child, NULL, 0);
	return error;
}

static int try_waiting(void)
{
	const struct timespec none = { 0, 0 };

	return poll(NULL, 0, 0) < 0 ?
	       -clock_nanosleep(CLOCK_MONOTONIC, 0, &none, NULL) : 0;
}

/* Hard limits, and those of the user, hold for the helper, too. */
static bool has_resources(const struct helper *helper)
{
	struct rlimit cpu;
	int error = try_files(helper);

	if (error) {
		fail_system("open the files to watch the program", error);
		return false;
	}
	error = helper->plan->probe ? try_process() : 0;
	if (error) {
		fail_system("run a process for the probe", error);
		return false;
	}
	if (!getrlimit(RLIMIT_CPU, &cpu) && cpu.rlim_max != RLIM_INFINITY)
		fprintf(stderr, "varta: the helper process ends after %llu "
			"seconds of processor time, the hard limit\n",
			(unsigned long long)cpu.rlim_max);
	return true;
}

static bool prepare_notify(struct helper *helper)
{
	const struct run_plan *plan = helper->plan;
	struct run_notify *notify = plan->notify;

	/* It may show another pid namespace than senders are of. */
	notify->procfs = helper->traits.pid == plan->pid ?
			 helper->program.procfs : -1;
	return run_notify_open(notify, (pid_t)plan->pid, plan->threshold_ms,
			       helper->v);
}

/* What a beat needs. Returns false if that is missing, which it has said. */
static bool prepare(struct helper *helper)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	int error = null_files_open(&helper->null, helper->plan->probe);

	if (error) {
		fail_system("open /dev/null or a pipe", error);
		return false;
	}
	if (helper->plan->probe && access(SHELL, X_OK)) {
		fail_system("run the probe with " SHELL, -errno);
		return false;
	}
	if (!has_resources(helper))
		return false;
	error = try_waiting();
	if (error) {
		fail_system("wait for the time of a beat", error);
		return false;
	}
	if (!helper->plan->notify && read_state(helper) == PROGRAM_UNKNOWN) {
		fputs("varta: cannot read from /proc and /sys/fs/cgroup "
		      "whether the program is stopped or frozen\n", stderr);
		return false;
	}
	how.acknowledge = true;
	how.optional = true;
	error = varta_open(&helper->v, &how);
	if (!error && varta_fd(helper->v) < 0)
		error = varta_fd(helper->v);
	if (error)
		fail_open(error);
	return !error && (!helper->plan->notify || prepare_notify(helper));
}

/*
 * This beat is the agent's first: a hang from now on is a stall. With
 * notifications it only shows whether the kernel accepts beats: how long the
 * program may take until it is ready is up to the service manager.
 */
static enum run_helper_result send_first_beat(struct helper *helper)
{
	const struct run_plan *plan = helper->plan;
	int error = send_beat(helper);

	if (!error) {
		if (plan->notify)
			varta_bye(helper->v, plan->pid);
		read_interval(helper);
		return RUN_HELPER_BEATS;
	}
	if (error == -ENODEV)
		fail_open(error);
	else
		fail_beat(helper->v, "beat", error, plan->notify ?
			  plan->notify->agent.threshold_ms :
			  plan->threshold_ms);
	return RUN_HELPER_WAITS;
}

static enum run_helper_result become_ready(struct helper *helper)
{
	enum run_helper_result result;

	if (!prepare(helper))
		return RUN_HELPER_FAILED;
	result = send_first_beat(helper);
	late_stderr_open(&helper->messages);
	helper->speaker = helper->program.task;
	/* Without a result, run_helper_start() takes the helper for dead. */
	if (null_files_use(&helper->null))
		_exit(EXIT_FAILURE);
	/* Probes run in the program's first working directory. */
	if (!helper->plan->probe && chdir("/"))
		_exit(EXIT_FAILURE);
	return result;
}

/* Less than PIPE_BUF, so that it is written as a whole. */
static bool report_environment(const struct helper *helper)
{
	const struct run_notify *notify = helper->plan->notify;

	return write(helper->report, &notify->environment,
		     sizeof(notify->environment)) ==
	       (ssize_t)sizeof(notify->environment);
}

/* A title will replace the arguments. */
static void keep_plan(struct helper *helper)
{
	static struct run_plan plan;
	static char name[VARTA_NAME_SIZE];

	plan = *helper->plan;
	snprintf(name, sizeof(name), "%s", plan.name);
	plan.name = name;
	/* detach() was the last to need it. */
	plan.command = NULL;
	helper->plan = &plan;
}

/* The other end is closed when the program is executed, or was not found. */
static void wait_for_exec(struct helper *helper)
{
	struct pollfd report = { .fd = helper->report };
	int ms = helper->interval_ms > INT_MAX ? INT_MAX :
						 (int)helper->interval_ms;

	/* A filter may refuse it: then this is known an interval later. */
	poll(&report, 1, ms);
}

static _Noreturn void helper_main(struct helper *helper)
{
	enum run_helper_result result;
	char byte;

	detach(helper);
	if (helper->plan->notify)
		keep_plan(helper);
	export_pid(helper->plan->pid);
	result = become_ready(helper);
	byte = (char)result;
	if ((helper->plan->notify && !report_environment(helper)) ||
	    write(helper->report, &byte, 1) != 1 || result == RUN_HELPER_FAILED)
		_exit(EXIT_FAILURE);
	/*
	 * The module signals no other program than the one for which the signal
	 * was asked, and the first beat was for this tool.
	 */
	if (helper->plan->stall_signal && result == RUN_HELPER_BEATS &&
	    !helper->plan->notify) {
		wait_for_exec(helper);
		if (!program_exited(helper) && program_runs(helper))
			beat(helper);
	}
	close(helper->report);
	if (helper->plan->notify)
		serve_until_exit(helper);
	else
		beat_until_exit(helper);
	explain_exit(helper);
	_exit(EXIT_SUCCESS);
}

/* The helper has died, or was killed by a seccomp filter, and cannot say so. */
static void explain_death(pid_t child)
{
	int status;

	if (waitpid(child, &status, __WALL) != child)
		fputs("varta: the helper process has ended\n", stderr);
	else if (WIFSIGNALED(status))
		fprintf(stderr, "varta: the helper process was killed: "
			"%s\n", strsignal(WTERMSIG(status)));
	else
		fputs("varta: the helper process has failed\n", stderr);
}

/* The agent may have been tracked already. */
static void say_bye(void)
{
	struct varta *v;

	if (varta_open(&v, NULL))
		return;
	varta_bye(v, 0);
	varta_close(v);
}

static ssize_t read_report(int report, void *bytes, size_t size)
{
	ssize_t got;

	do
		got = read(report, bytes, size);
	while (got < 0 && errno == EINTR);
	return got;
}

static enum run_helper_result read_result(const struct run_plan *plan,
					  int report, pid_t child)
{
	ssize_t got;
	char byte;

	if (plan->notify)
		read_report(report, &plan->notify->environment,
			    sizeof(plan->notify->environment));
	got = read_report(report, &byte, 1);
	if (got == 1 && byte != RUN_HELPER_FAILED)
		return (enum run_helper_result)byte;
	if (got != 1) {
		kill(child, SIGKILL);
		explain_death(child);
		say_bye();
	} else {
		run_helper_stop(child);
	}
	return RUN_HELPER_FAILED;
}

/* Returns the child's pid or a negative errno. */
static pid_t start_child(struct helper *helper)
{
	sigset_t all;
	pid_t child;
	int error;

	/* The program may survive a signal that would end the helper. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &helper->signals);
	/* fork() without an exit signal: hides the child from wait(2). */
	child = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (!child)
		helper_main(helper);
	error = errno;
	sigprocmask(SIG_SETMASK, &helper->signals, NULL);
	return child < 0 ? -error : child;
}

static enum run_helper_result start_and_wait(struct helper *helper,
					     pid_t *child)
{
	enum run_helper_result result;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC)) {
		fail_system("make a pipe", -errno);
		return RUN_HELPER_FAILED;
	}
	helper->report = ends[1];
	*child = start_child(helper);
	close(ends[1]);
	if (*child < 0) {
		fail_system("start the helper process", *child);
		result = RUN_HELPER_FAILED;
	} else {
		result = read_result(helper->plan, ends[0], *child);
	}
	/* Otherwise execve() closes it, for which the helper waits. */
	if (result == RUN_HELPER_FAILED)
		close(ends[0]);
	return result;
}

enum run_helper_result run_helper_start(const struct run_plan *plan,
					pid_t *child)
{
	static struct helper helper;
	enum run_helper_result result = RUN_HELPER_FAILED;
	int error;

	rlimits_raise(&helper.limits);
	error = program_open_self(&helper.program);
	helper.plan = plan;
	helper.null.drain = -1;
	helper.interval_ms = plan->interval_ms;
	if (!plan->interval_ms)
		set_interval(&helper, plan->threshold_ms);
	helper.default_interval = !plan->interval_ms && !plan->threshold_ms &&
				  !plan->notify;
	helper.pidfd = pidfd_open(getpid(), 0);
	if (error && !plan->notify)
		fail_system("read /proc, which says whether a program is "
			    "stopped", error);
	else
		result = start_and_wait(&helper, child);
	if (helper.pidfd >= 0)
		close(helper.pidfd);
	program_close(&helper.program);
	rlimits_restore(&helper.limits);
	return result;
}

void run_helper_stop(pid_t helper)
{
	kill(helper, SIGKILL);
	waitpid(helper, NULL, __WALL);
}
