// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look as text. See look_text.h.
 */
#include "look_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "format.h"

/* Lines of threads; each stands for all that do the same in the same place. */
#define ROWS_MAX	16

/* Kernel and user stacks that are shown. */
#define STACKS_MAX	4

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

static const struct task_look *chosen_task(const struct look *look)
{
	return look->chosen < 0 ? NULL : &look->tasks[look->chosen];
}

static void write_escaped(const char *text, FILE *out)
{
	char *escaped = malloc(4 * strlen(text) + 1);

	if (!escaped)
		return;
	format_text(escaped, text);
	fputs(escaped, out);
	free(escaped);
}

static void write_duration(uint64_t ns, FILE *out)
{
	char text[TEXT_SIZE];

	format_duration(text, ns);
	fputs(text, out);
}

/* ---- The sentence. */

/* "web (nginx.service, pid 4711)" */
static void write_process(const struct look *look, FILE *out)
{
	char place[OWNER_PLACE_SIZE];

	if (look->is_agent && look->agent.name[0])
		write_escaped(look->agent.name, out);
	else if (look->name[0])
		write_escaped(look->name, out);
	else
		fputs("process", out);
	owner_place(look->owner, place);
	fputs(" (", out);
	if (place[0]) {
		write_escaped(place, out);
		fputs(", ", out);
	}
	if (look->is_agent && look->agent.source)
		fprintf(out, "pid %" PRIu32 " of source %" PRIu32 ")",
			look->agent.ns_pid, look->agent.source);
	else
		fprintf(out, "pid %" PRIu32 ")", look->pid ? look->pid :
							     look->agent.ns_pid);
}

/* The subject of what a thread does. */
static void write_thread(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);

	if (look->threads == 1) {
		fputs("its only thread", out);
		return;
	}
	fprintf(out, "1 of %zu threads, \"", look->threads);
	write_escaped(task->after.name, out);
	fputs("\",", out);
}

/* Where a thread sleeps: "futex_wait (system call futex)". */
static void write_place(const struct task_sample *task, FILE *out)
{
	const char *call = task_call_name(task);

	if (task->wait[0]) {
		fputs(" in ", out);
		write_escaped(task->wait, out);
	}
	if (call)
		fprintf(out, task->wait[0] ? " (system call %s)" :
					     " in the system call %s", call);
	else if (task->call == TASK_CALL_NUMBER)
		fprintf(out, " in the system call %" PRIu64, task->call_number);
	else if (task->call == TASK_CALL_NONE && !task->wait[0])
		fputs(" outside of system calls", out);
}

/* How long a thread has not run, as far as the kernel or the looks show. */
static void write_still(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);
	uint64_t still = task->still_since ?
			 task->after.time - task->still_since :
			 task->change.interval;

	/* The kernel was asked before the first look, as for the silence. */
	if (look->is_agent && look->agent.has_usage &&
	    task->tid == look->agent.tid && look->agent.asleep > still) {
		fputs(" for ", out);
		still = look->agent.asleep;
	} else {
		fputs(" for at least ", out);
	}
	write_duration(still, out);
}

/* What the kernel knows of the thread since its last beat. */
static void write_usage(const struct varta_agent *agent, FILE *out)
{
	if (agent->cpu_time < NS_PER_MS) {
		fputs("used no CPU", out);
		return;
	}
	fputs("used ", out);
	write_duration(agent->cpu_time, out);
	fputs(" of CPU time", out);
}

static void write_last_beat(const struct look *look, FILE *out)
{
	if (!look->is_agent)
		return;
	if (look->agent.has_usage) {
		fputs(look->reason == STALL_WAITING ? " and " : "; it ", out);
		write_usage(&look->agent, out);
		fputs(" since its last beat ", out);
		write_duration(look->agent.silence, out);
		fputs(" ago", out);
		return;
	}
	fputs("; its last beat", out);
	if (look->sent_by_other) {
		fputs(", sent by ", out);
		write_escaped(look->agent.thread_name, out);
		if (look->sender)
			fprintf(out, " (pid %" PRIu32 ")", look->sender);
		fputc(',', out);
	}
	fputs(" was ", out);
	write_duration(look->agent.silence, out);
	fputs(" ago", out);
}

static void write_run(const struct task_look *task, FILE *out)
{
	write_duration(task->change.run, out);
	fputs(" of CPU time in ", out);
	write_duration(task->change.interval, out);
}

static void write_running(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);
	uint64_t user = task->change.user_ticks;
	uint64_t kernel = task->change.system_ticks;

	fputs(" has used ", out);
	write_run(task, out);
	if (user + kernel && user >= 3 * kernel)
		fputs(", in user code", out);
	else if (user + kernel && kernel >= 3 * user)
		fputs(", in the kernel", out);
}

static void write_waiting(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);

	fputs(" has slept", out);
	write_place(&task->after, out);
	write_still(look, out);
}

static void write_uninterruptible(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);
	const struct task_change *change = &task->change;

	fputs(" waits uninterruptibly", out);
	write_place(&task->after, out);
	if (task->still_since)
		write_still(look, out);
	else
		fprintf(out, ", and woke %" PRIu64 " times in %" PRIu64 " ms",
			change->voluntary, change->interval / NS_PER_MS);
	if (look->cgroup_after.memory_high > look->cgroup_before.memory_high)
		fputs("; its cgroup is above memory.high", out);
}

static void write_active(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);

	fprintf(out, " went to sleep %" PRIu64 " times in %" PRIu64 " ms, now",
		task->change.voluntary, task->change.interval / NS_PER_MS);
	if (task->after.state == 'R')
		fputs(" runs", out);
	else
		fputs(" sleeps", out);
	write_place(&task->after, out);
}

static void write_starved(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);
	const struct cgroup_sample *before = &look->cgroup_before;
	const struct cgroup_sample *after = &look->cgroup_after;

	fputs(" is runnable and was given ", out);
	write_run(task, out);
	if (after->throttled > before->throttled)
		fprintf(out, "; cpu.max has stopped its cgroup in %" PRIu64
			" of %" PRIu64 " periods",
			after->throttled - before->throttled,
			after->periods - before->periods);
	else
		fprintf(out, "; CPU %" PRIu64 " did not run it",
			task->after.cpu);
}

static void write_stopped(const struct look *look, FILE *out)
{
	(void)look;
	fputs("a signal has stopped it; SIGCONT resumes it", out);
}

static void write_traced(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);

	fputs("its tracer", out);
	if (look->tracer_name[0]) {
		fputs(", ", out);
		write_escaped(look->tracer_name, out);
	}
	if (task->after.tracer)
		fprintf(out, " (pid %" PRIu64 "),", task->after.tracer);
	fputs(" has stopped it", out);
}

static void write_frozen(const struct look *look, FILE *out)
{
	fputs("its cgroup", out);
	if (look->cgroup[0]) {
		fputc(' ', out);
		write_escaped(look->cgroup, out);
	}
	fputs(" is frozen", out);
}

static void write_dumping(const struct look *look, FILE *out)
{
	(void)look;
	fputs("it writes a core dump", out);
}

static void write_exiting(const struct look *look, FILE *out)
{
	const struct task_look *task = chosen_task(look);

	if (task->after.state == 'Z') {
		fprintf(out, "it has exited, and its parent (pid %" PRIu32
			") has not waited for it", look->parent);
		return;
	}
	fputs("it exits", out);
	if (task->after.state == 'R')
		return;
	fputs(", and waits", out);
	write_place(&task->after, out);
}

static void write_thread_gone(const struct look *look, FILE *out)
{
	if (look_has_lane(look)) {
		fprintf(out, "the thread that beat in it last, %" PRIu32
			", has ended", look->agent.lane_tid);
		return;
	}
	fprintf(out, "the thread that beat last, %" PRIu32,
		look->agent.tid);
	if (look->agent.thread_name[0]) {
		fputs(" \"", out);
		write_escaped(look->agent.thread_name, out);
		fputc('"', out);
	}
	fprintf(out, ", has ended; %zu others have not", look->threads);
}

static void write_gone(const struct look *look, FILE *out)
{
	fputs(look->is_agent && look->agent.source ?
	      "its process is on another machine" : "its process has ended",
	      out);
}

static void write_unknown(const struct look *look, FILE *out)
{
	(void)look;
	fputs("its threads could not be read", out);
}

static const struct {
	void (*write)(const struct look *look, FILE *out);
	/* Of the chosen thread, which is its subject. */
	bool of_thread;
} sentences[] = {
	[STALL_UNKNOWN] = { write_unknown, false },
	[STALL_RUNNING] = { write_running, true },
	[STALL_WAITING] = { write_waiting, true },
	[STALL_UNINTERRUPTIBLE] = { write_uninterruptible, true },
	[STALL_ACTIVE] = { write_active, true },
	[STALL_STARVED] = { write_starved, true },
	[STALL_STOPPED] = { write_stopped, false },
	[STALL_TRACED] = { write_traced, false },
	[STALL_FROZEN] = { write_frozen, false },
	[STALL_DUMPING] = { write_dumping, false },
	[STALL_EXITING] = { write_exiting, false },
	[STALL_THREAD_GONE] = { write_thread_gone, false },
	[STALL_GONE] = { write_gone, false },
};

void look_write_sentence(const struct look *look, FILE *out)
{
	write_process(look, out);
	if (look_has_lane(look)) {
		fputs(", whose lane ", out);
		write_escaped(look->agent.lane, out);
		fputs(" is overdue,", out);
	}
	fprintf(out, " is %s: ", stall_reason_name(look->reason));
	if (sentences[look->reason].of_thread)
		write_thread(look, out);
	sentences[look->reason].write(look, out);
	write_last_beat(look, out);
}

/* ---- The threads. */

/* Whether one line can stand for both. */
static bool does_the_same(const struct task_look *a, const struct task_look *b)
{
	return a->reason == b->reason && a->after.state == b->after.state &&
	       a->after.call == b->after.call &&
	       a->after.call_number == b->after.call_number &&
	       !strcmp(a->after.wait, b->after.wait) &&
	       !strcmp(a->after.name, b->after.name);
}

/* Index of the first thread that does the same. */
static size_t first_like(const struct look *look, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (does_the_same(&look->tasks[i], &look->tasks[index]))
			return i;
	return index;
}

static size_t count_like(const struct look *look, size_t index)
{
	size_t i, count = 0;

	for (i = index; i < look->count; i++)
		if (does_the_same(&look->tasks[i], &look->tasks[index]))
			count++;
	return count;
}

static void write_call(const struct task_sample *task, FILE *out)
{
	const char *name = task_call_name(task);

	if (name)
		fprintf(out, "  %s", name);
	else if (task->call == TASK_CALL_NUMBER)
		fprintf(out, "  system call %" PRIu64, task->call_number);
}

static void write_row(const struct look *look, size_t index, FILE *out)
{
	const struct task_look *task = &look->tasks[index];
	const struct task_change *change = &task->change;
	char name[4 * TASK_NAME_SIZE];
	size_t alike = count_like(look, index);

	format_text(name, task->after.name);
	fprintf(out, "  %7" PRIu32 " %-15s %-15s %c %4" PRIu64 " %4" PRIu64
		" ms %4" PRIu64 " ms %6" PRIu64 "  ",
		task->tid, name, stall_reason_name(task->reason),
		task->after.state ? task->after.state : '?', task->after.cpu,
		change->run / NS_PER_MS, change->delay / NS_PER_MS,
		change->voluntary + change->involuntary);
	write_escaped(task->after.wait[0] ? task->after.wait : "-", out);
	write_call(&task->after, out);
	if (alike > 1)
		fprintf(out, "  (and %zu more that do the same)", alike - 1);
	fputc('\n', out);
}

static void write_threads(const struct look *look, FILE *out)
{
	size_t i, rows = 0, left = 0;

	if (!look->count)
		return;
	fprintf(out, "\n  %7s %-15s %-15s %s %4s %7s %7s %6s  %s\n", "THREAD",
		"NAME", "REASON", "S", "CPU", "RAN", "DELAY", "SWITCH",
		"WAITS IN");
	for (i = 0; i < look->count; i++) {
		if (first_like(look, i) != i)
			continue;
		if (rows < ROWS_MAX) {
			write_row(look, i, out);
			rows++;
		} else {
			left += count_like(look, i);
		}
	}
	left += look->threads > look->count ? look->threads - look->count : 0;
	if (left)
		fprintf(out, "  ... and %zu more threads\n", left);
}

static void write_kernel_stack(const struct task_look *task, FILE *out)
{
	size_t i;

	fprintf(out, "\n  kernel stack of %" PRIu32 ":\n", task->tid);
	for (i = 0; i < task->after.frames_count; i++) {
		fputs("    ", out);
		write_escaped(task->after.frames[i], out);
		fputc('\n', out);
	}
}

static void write_user_stack(const struct task_look *task, FILE *out)
{
	const char *line = task->user_stack, *end;

	fprintf(out, "\n  user stack of %" PRIu32 ":\n", task->tid);
	for (; *line; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		fprintf(out, "    %.*s\n", (int)(end - line), line);
	}
}

/* Whether an earlier thread has the same stacks. */
static bool has_known_stacks(const struct look *look, size_t index)
{
	const struct task_look *task = &look->tasks[index], *other;
	size_t i;

	for (i = 0; i < index; i++) {
		other = &look->tasks[i];
		if (does_the_same(other, task) &&
		    !task->user_stack == !other->user_stack &&
		    (!task->user_stack ||
		     !strcmp(task->user_stack, other->user_stack)))
			return true;
	}
	return false;
}

/* Those of the chosen thread first. */
static void write_stacks(const struct look *look, FILE *out)
{
	size_t chosen = look->chosen < 0 ? 0 : (size_t)look->chosen;
	size_t written = 0, i, index;
	const struct task_look *task;

	for (i = 0; i < look->count && written < STACKS_MAX; i++) {
		index = (chosen + i) % look->count;
		task = &look->tasks[index];
		if (i && has_known_stacks(look, index))
			continue;
		if (!task->after.frames_count && !task->user_stack)
			continue;
		if (task->after.frames_count)
			write_kernel_stack(task, out);
		if (task->user_stack)
			write_user_stack(task, out);
		written++;
	}
}

/* ---- Cgroup and machine. */

static void write_pressure(const char *name, const struct pressure *pressure,
			   FILE *out)
{
	if (pressure->known)
		fprintf(out, " %s %" PRIu32 ".%02" PRIu32 " %%", name,
			pressure->hundredths / 100,
			pressure->hundredths % 100);
}

static void write_pressures(const struct pressures *pressures, FILE *out)
{
	write_pressure("cpu", &pressures->cpu, out);
	write_pressure("memory", &pressures->memory, out);
	write_pressure("io", &pressures->io, out);
}

static void write_cgroup(const struct look *look, FILE *out)
{
	const struct cgroup_sample *before = &look->cgroup_before;
	const struct cgroup_sample *after = &look->cgroup_after;

	/* The root has no limits, and the pressure of the machine. */
	if (!look->cgroup[0] || !strcmp(look->cgroup, "/"))
		return;
	fputs("\n  cgroup ", out);
	write_escaped(look->cgroup, out);
	fputs(look->frozen ? ": frozen\n" : "\n", out);
	if (!after->known)
		return;
	if (after->periods)
		fprintf(out, "    throttled by cpu.max: %" PRIu64 " of %" PRIu64
			" periods meanwhile, %" PRIu64 " in all\n",
			after->throttled - before->throttled,
			after->periods - before->periods, after->throttled);
	if (after->memory_high || after->memory_max || after->oom)
		fprintf(out, "    memory events, meanwhile and in all: high "
			"%" PRIu64 " %" PRIu64 ", max %" PRIu64 " %" PRIu64
			", oom %" PRIu64 " %" PRIu64 ", killed %" PRIu64
			" %" PRIu64 "\n",
			after->memory_high - before->memory_high,
			after->memory_high,
			after->memory_max - before->memory_max,
			after->memory_max, after->oom - before->oom,
			after->oom, after->oom_kills - before->oom_kills,
			after->oom_kills);
	if (after->pressure.cpu.known || after->pressure.memory.known) {
		fputs("    pressure in the last 10 s:", out);
		write_pressures(&after->pressure, out);
		fputc('\n', out);
	}
}

static void write_machine(const struct look *look, FILE *out)
{
	if (!look->machine.cpu.known)
		return;
	fputs("\n  machine: pressure in the last 10 s:", out);
	write_pressures(&look->machine, out);
	fputc('\n', out);
}

/* What is unreadable, and what it takes. */
static const struct {
	const char *name, *right;
} parts[] = {
	[LOOK_WAIT] = { "where threads sleep",
			"needs the process's user or CAP_SYS_PTRACE" },
	[LOOK_CALL] = { "system calls",
			"needs the process's user or CAP_SYS_PTRACE" },
	[LOOK_STACK] = { "kernel stacks", "needs CAP_SYS_ADMIN" },
	[LOOK_IO] = { "disk I/O of threads",
		      "needs the process's user or CAP_SYS_PTRACE" },
	[LOOK_SCHEDSTAT] = { "CPU time in nanoseconds", "" },
	[LOOK_CGROUP] = { "the cgroup", "" },
	[LOOK_PRESSURE] = { "pressure", "" },
};

static void write_unreadable(const struct look *look, FILE *out)
{
	size_t part;
	int error;

	for (part = 0; part < COUNT(parts); part++) {
		error = -look->unreadable[part];
		if (!error || look->process < 0)
			continue;
		fprintf(out, "\n  not readable: %s (%s", parts[part].name,
			strerrorname_np(error) ? strerrorname_np(error) : "?");
		if ((error == EPERM || error == EACCES) && *parts[part].right)
			fprintf(out, "; %s", parts[part].right);
		fputs(")", out);
	}
	if (look->user_stack_text)
		fprintf(out, "\n  no user stacks: %s", look->user_stack_text);
	fputc('\n', out);
}

/* What the kernel has found when it reported the stall. */
static void write_stall(const struct look *look, FILE *out)
{
	const struct varta_agent *agent = &look->agent;

	if (!look->is_agent || !agent->stalled ||
	    agent->reason == VARTA_STALL_REASON_UNKNOWN)
		return;
	fprintf(out, "\n  when it stalled it was %s",
		varta_stall_reason_name(agent->reason));
	if (agent->stalls_together > 1)
		fprintf(out, ", with %" PRIu32 " stalls in the same 100 ms",
			agent->stalls_together);
	fputc('\n', out);
}

void look_write(const struct look *look, FILE *out)
{
	look_write_sentence(look, out);
	fputc('\n', out);
	write_stall(look, out);
	write_threads(look, out);
	write_stacks(look, out);
	write_cgroup(look, out);
	write_machine(look, out);
	write_unreadable(look, out);
}
