// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta monitor --exec. See exec_events.h.
 */
#include "exec_events.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "descriptors.h"
#include "end_signals.h"
#include "error.h"
#include "event_json.h"
#include "format.h"
#include "json.h"
#include "parse.h"

#define TIMEOUT_DEFAULT_MS	30000
#define RUNNING_DEFAULT		4

/* Number of the agent's pidfd in the program. */
#define PIDFD	3

/* What every program has in its environment, besides the event. */
static const char *const environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LANG=C.UTF-8",
};

#define ENVIRONMENT	(sizeof(environment) / sizeof(environment[0]))

/* VARTA_MESSAGE, VARTA_PIDFD and VARTA_REPLACED. */
#define OWN_VARIABLES	3

enum {
	OPTION_EXEC = 400,
	OPTION_TIMEOUT,
	OPTION_MAX,
	OPTION_DEBOUNCE,
};

static const struct argp_option option_table[] = {
	{ .name = "exec-timeout", .key = OPTION_TIMEOUT, .arg = "DURATION",
	  .doc = "Kill a program, with its process group, after this time "
		 "(default 30s)" },
	{ .name = "exec-max", .key = OPTION_MAX, .arg = "N",
	  .doc = "Run up to N programs at the same time (default 4)" },
	{ .name = "exec-debounce", .key = OPTION_DEBOUNCE, .arg = "DURATION",
	  .doc = "For an agent, run it at most once in this time, for its "
		 "newest event" },
	{ .name = "exec", .key = OPTION_EXEC,
	  .doc = "Run a program for each event: all that follows is its "
		 "absolute path and its arguments" },
	{ 0 }
};

static void take_program(struct exec_options *options, struct argp_state *state)
{
	options->argv = state->argv + state->next;
	if (state->next >= state->argc || options->argv[0][0] != '/')
		args_error(state, "--exec", state->next < state->argc ?
			   options->argv[0] : "",
			   "not the absolute path of a program");
	state->next = state->argc;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct exec_options *options = state->input;

	switch (key) {
	case OPTION_EXEC:
		take_program(options, state);
		return 0;
	case OPTION_TIMEOUT:
		options->timeout_ms = args_duration(state, "--exec-timeout",
						    argument, 1, DURATION_MAX);
		return 0;
	case OPTION_MAX:
		options->running_max = args_u32(state, "--exec-max", argument,
						1, EXEC_RUNNING_MAX);
		return 0;
	case OPTION_DEBOUNCE:
		options->debounce_ms = args_duration(state, "--exec-debounce",
						     argument, 0, DURATION_MAX);
		return 0;
	case ARGP_KEY_END:
		if (!options->argv && (options->timeout_ms ||
				       options->running_max ||
				       options->debounce_ms))
			argp_error(state, "--exec-timeout, --exec-max and "
				   "--exec-debounce need --exec");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp exec_args = {
	.options = option_table,
	.parser = parse_option,
};

int exec_events_open(struct exec_events *exec,
		     const struct exec_options *options,
		     const struct agent_processes *processes)
{
	int error;

	*exec = (struct exec_events){
		.options = options, .processes = processes,
	};
	if (!options->argv)
		return 0;
	if (access(options->argv[0], X_OK)) {
		error = -errno;
		fprintf(stderr, "varta: --exec %s: %s\n", options->argv[0],
			strerror(-error));
		return error;
	}
	exec->queue = calloc(1, sizeof(*exec->queue));
	if (!exec->queue)
		return -ENOMEM;
	exec->queue->debounce = options->debounce_ms * NS_PER_MS;
	exec->queue->running_max = options->running_max ?
				   options->running_max : RUNNING_DEFAULT;
	return 0;
}

static char **make_variables(struct json_object *fields, const char *text)
{
	char **variables = json_variables(fields, ENVIRONMENT + OWN_VARIABLES);
	bool added = variables;
	size_t i;

	for (i = 0; added && i < ENVIRONMENT; i++)
		added = json_variables_add(variables, "%s", environment[i]);
	if (added && json_variables_add(variables, "VARTA_MESSAGE=%s", text))
		return variables;
	json_variables_free(variables);
	return NULL;
}

static void say_overflow(struct exec_events *exec)
{
	uint64_t now = varta_monotonic_now();

	if (!exec->queue->overflow || now - exec->said < NS_PER_S)
		return;
	fprintf(stderr, "varta: no program for %" PRIu64 " events: %d wait\n",
		exec->queue->overflow, EXEC_WAITING_MAX);
	exec->queue->overflow = 0;
	exec->said = now;
}

/*
 * The process is looked up now. When the program starts, the pid may be another's, but
 * the descriptor is not.
 */
int exec_events_add(struct exec_events *exec, const struct varta_agent *agent,
		    struct json_object *fields, const char *text)
{
	struct exec_job job = {
		.agent = exec_agent_of(agent), .pidfd = -1, .child = -1,
		.uid = agent ? agent->uid : VARTA_UID_UNKNOWN,
		.variables = make_variables(fields, text),
		.title = strdup(text),
	};

	if (!job.variables || !job.title) {
		exec_job_free(&job);
		return -ENOMEM;
	}
	if (agent)
		job.pidfd = agent_process_open(exec->processes, agent);
	if (job.pidfd >= 0)
		job.pid = agent_process_pid(exec->processes, agent);
	exec_queue_add(exec->queue, &job);
	say_overflow(exec);
	return 0;
}

/* Only standard error and the agent's process are the program's. */
__attribute__((noreturn))
static void run_child(const struct exec_events *exec, const struct exec_job *job)
{
	int keep[] = { PIDFD }, null;
	bool has_process = job->pidfd >= 0;

	setsid();
	end_signals_reset();
	if (has_process && (job->pidfd == PIDFD ? fcntl(PIDFD, F_SETFD, 0) :
						  dup2(job->pidfd, PIDFD)) < 0)
		_exit(127);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(127);
	descriptors_close_others(keep, has_process, exec->processes->procfs);
	execve(exec->options->argv[0], exec->options->argv, job->variables);
	_exit(127);
}

/* Returns 0 or a negative errno. */
static int start(const struct exec_events *exec, struct exec_job *job)
{
	if (job->pidfd >= 0 &&
	    !json_variables_add(job->variables, "VARTA_PIDFD=%d", PIDFD))
		return -ENOMEM;
	if (job->replaced &&
	    !json_variables_add(job->variables, "VARTA_REPLACED=%" PRIu32,
				job->replaced))
		return -ENOMEM;
	job->process = fork();
	if (!job->process)
		run_child(exec, job);
	if (job->process < 0)
		return -errno;
	job->child = (int)syscall(SYS_pidfd_open, job->process, 0);
	if (job->child >= 0)
		return 0;
	/* Nothing would tell when it ends. */
	kill(job->process, SIGKILL);
	while (waitpid(job->process, NULL, 0) < 0 && errno == EINTR)
		;
	return -EMFILE;
}

/* Until it is waited for, its number is that of its process group. */
static void kill_group(struct exec_job *job)
{
	kill(-job->process, SIGKILL);
	kill(job->process, SIGKILL);
	job->killed = true;
}

static void describe_end(FILE *out, const struct exec_job *job,
			 const siginfo_t *info)
{
	const char *name = info->si_code == CLD_EXITED ? NULL :
			   sigabbrev_np(info->si_status);

	if (job->killed)
		fputs("killed, as it exceeded its time", out);
	else if (info->si_code == CLD_EXITED && info->si_status == 127)
		fputs("exit code 127: perhaps it could not be executed", out);
	else if (info->si_code == CLD_EXITED)
		fprintf(out, "exit code %d", info->si_status);
	else
		fprintf(out, "killed by SIG%s", name ? name : "?");
}

static struct json_object *result_fields(const struct exec_events *exec,
					 const struct exec_job *job,
					 const siginfo_t *info, uint64_t time)
{
	struct json_object *object = json_object_new_object();
	bool exited = info->si_code == CLD_EXITED;

	if (!object)
		return NULL;
	if (json_add(object, "event", json_object_new_string("exec")) ||
	    json_add(object, "exec_program",
		     json_object_new_string(exec->options->argv[0])) ||
	    json_add(object, "exec_for", json_object_new_string(job->title)) ||
	    json_add(object, "exec_time", json_object_new_uint64(time)) ||
	    json_add(object, exited ? "exec_exit_code" : "exec_exit_signal",
		     json_object_new_int(info->si_status)) ||
	    (job->killed && json_add(object, "exec_timeout",
				     json_object_new_boolean(true))) ||
	    (job->pid && json_add(object, "pid",
				  json_object_new_uint64(job->pid)))) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static void report(const struct exec_events *exec, const struct exec_job *job,
		   const siginfo_t *info)
{
	uint64_t time = varta_monotonic_now() - job->started;
	struct exec_result result = {
		.fields = result_fields(exec, job, info, time),
		.failed = info->si_code != CLD_EXITED || info->si_status,
	};
	char duration[TEXT_SIZE];
	size_t size = 0;
	FILE *out = open_memstream(&result.text, &size);

	format_duration(duration, time);
	if (out) {
		fprintf(out, "%s for '%s': ", exec->options->argv[0],
			job->title);
		describe_end(out, job, info);
		fprintf(out, ", after %s", duration);
		if (fclose(out)) {
			free(result.text);
			result.text = NULL;
		}
	}
	if (result.fields && result.text)
		exec->report(&result, exec->arg);
	json_object_put(result.fields);
	free(result.text);
}

/* Whether it has ended, and was waited for. */
static bool reap(const struct exec_events *exec, struct exec_job *job, bool wait)
{
	siginfo_t info = { 0 };
	int result;

	do {
		result = waitid(P_PIDFD, (id_t)job->child, &info,
				WEXITED | (wait ? 0 : WNOHANG));
	} while (result && errno == EINTR);
	if (!result && !info.si_pid)
		return false;
	if (!result)
		report(exec, job, &info);
	return true;
}

static uint64_t limit(const struct exec_events *exec,
		      const struct exec_job *job)
{
	uint64_t ms = exec->options->timeout_ms ? exec->options->timeout_ms :
						  TIMEOUT_DEFAULT_MS;

	return job->started + ms * NS_PER_MS;
}

static void end_some(struct exec_events *exec, uint64_t now)
{
	struct exec_queue *queue = exec->queue;
	struct exec_job *job;
	size_t i = 0;

	while (i < queue->running_count) {
		job = &queue->running[i];
		if (!job->killed && now >= limit(exec, job))
			kill_group(job);
		if (reap(exec, job, false))
			exec_queue_end(queue, i);
		else
			i++;
	}
}

void exec_events_work(struct exec_events *exec)
{
	struct exec_queue *queue = exec->queue;
	uint64_t now = varta_monotonic_now();
	struct exec_job *job;
	int error;

	if (!queue)
		return;
	end_some(exec, now);
	say_overflow(exec);
	while ((job = exec_queue_next(queue, now))) {
		error = start(exec, job);
		if (!error)
			continue;
		fail_system("run a program", error);
		exec_queue_end(queue, queue->running_count - 1);
	}
}

size_t exec_events_waits(const struct exec_events *exec, struct pollfd *waits,
			 uint64_t *due)
{
	const struct exec_queue *queue = exec->queue;
	uint64_t time;
	size_t i;

	if (!queue)
		return 0;
	time = exec_queue_due(queue);
	for (i = 0; i < queue->running_count; i++) {
		waits[i] = (struct pollfd){
			.fd = queue->running[i].child, .events = POLLIN,
		};
		if (time < *due)
			*due = time;
		time = queue->running[i].killed ?
		       UINT64_MAX : limit(exec, &queue->running[i]);
	}
	if (time < *due)
		*due = time;
	return queue->running_count;
}

bool exec_events_is_idle(const struct exec_events *exec)
{
	return !exec->queue || (!exec->queue->waiting_count &&
				!exec->queue->running_count);
}

void exec_events_close(struct exec_events *exec)
{
	struct exec_queue *queue = exec->queue;

	if (!queue)
		return;
	exec->said = 0;
	say_overflow(exec);
	if (queue->waiting_count)
		fprintf(stderr, "varta: no program for %zu events: this is the "
			"end\n", queue->waiting_count);
	while (queue->running_count) {
		if (!reap(exec, &queue->running[0], false)) {
			kill_group(&queue->running[0]);
			reap(exec, &queue->running[0], true);
		}
		exec_queue_end(queue, 0);
	}
	exec_queue_free(queue);
	free(queue);
}
