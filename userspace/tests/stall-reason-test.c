// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why threads hang, from two samples of /proc.
 */
#include "stall_reason.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "tap.h"

struct texts {
	const char *stat, *status, *schedstat, *wchan, *syscall, *stack;
};

static const struct {
	const char *name;
	enum stall_reason reason;
	uint32_t interval_ms;
	bool frozen;
	struct texts before, after;
} samples[] = {
#include "stall-samples.h"
};

#define INTERVAL	(200 * NS_PER_MS)

static void parse(struct task_sample *task, const struct texts *texts,
		  uint64_t time)
{
	*task = (struct task_sample){ .time = time };
	check(task_parse_stat(task, texts->stat, strlen(texts->stat)),
	      "stall-reason: stat is complete");
	task_parse_status(task, texts->status);
	task_parse_schedstat(task, texts->schedstat);
	task_parse_wchan(task, texts->wchan);
	task_parse_syscall(task, texts->syscall);
	task_parse_stack(task, texts->stack);
}

TEST_GROUP(stall_reason_samples)
{
	struct task_sample before, after;
	enum stall_reason reason;
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		parse(&before, &samples[i].before, NS_PER_S);
		parse(&after, &samples[i].after, NS_PER_S +
		      samples[i].interval_ms * NS_PER_MS);
		reason = task_reason(&before, &after, samples[i].frozen);
		check(reason == samples[i].reason, "stall-reason: %s is %s",
		      samples[i].name, stall_reason_name(reason));
		check(before.has_switches && after.has_switches &&
		      before.has_schedstat && after.has_schedstat,
		      "stall-reason: %s is read", samples[i].name);
	}
}

/* Samples that differ in what is said here only. */
struct made {
	const char *name;
	enum stall_reason reason;
	char before, after;
	uint64_t run_ms, delay_ms, voluntary, involuntary;
	uint64_t flags;
	bool dumping, frozen, other_start, no_before, no_after, no_schedstat;
};

static const struct made made[] = {
	{ .name = "half of the CPU", .reason = STALL_RUNNING, .before = 'R',
	  .after = 'R', .run_ms = 100 },
	{ .name = "less than half of it", .reason = STALL_STARVED,
	  .before = 'R', .after = 'R', .run_ms = 99 },
	{ .name = "runs, and sleeps between", .reason = STALL_RUNNING,
	  .before = 'S', .after = 'R', .run_ms = 150, .voluntary = 20 },
	{ .name = "seen awake twice", .reason = STALL_ACTIVE, .before = 'R',
	  .after = 'R', .run_ms = 5, .voluntary = 20 },
	{ .name = "waits for the CPU, and sleeps between",
	  .reason = STALL_STARVED, .before = 'S', .after = 'R',
	  .run_ms = 10, .delay_ms = 100, .voluntary = 3 },
	{ .name = "woke once", .reason = STALL_ACTIVE, .before = 'S',
	  .after = 'S', .voluntary = 1 },
	{ .name = "has just woken", .reason = STALL_ACTIVE, .before = 'S',
	  .after = 'R' },
	{ .name = "sleeps", .reason = STALL_WAITING, .before = 'S',
	  .after = 'S' },
	{ .name = "a kernel thread sleeps", .reason = STALL_WAITING,
	  .before = 'I', .after = 'I' },
	{ .name = "reads from a disk", .reason = STALL_UNINTERRUPTIBLE,
	  .before = 'D', .after = 'D', .run_ms = 2, .voluntary = 40 },
	{ .name = "has left state D", .reason = STALL_ACTIVE, .before = 'D',
	  .after = 'S', .voluntary = 1 },
	{ .name = "strace", .reason = STALL_ACTIVE, .before = 't',
	  .after = 't', .voluntary = 40 },
	{ .name = "cpulimit", .reason = STALL_ACTIVE, .before = 'T',
	  .after = 'T', .run_ms = 50, .involuntary = 2 },
	{ .name = "a debugger", .reason = STALL_TRACED, .before = 't',
	  .after = 't' },
	{ .name = "a signal", .reason = STALL_STOPPED, .before = 'T',
	  .after = 'T' },
	{ .name = "frozen, in state S", .reason = STALL_FROZEN, .before = 'S',
	  .after = 'S', .frozen = true },
	{ .name = "stopped and frozen", .reason = STALL_FROZEN, .before = 'T',
	  .after = 'T', .frozen = true },
	{ .name = "dumps core, in state D", .reason = STALL_DUMPING,
	  .before = 'D', .after = 'D', .dumping = true },
	{ .name = "exits", .reason = STALL_EXITING, .before = 'D',
	  .after = 'D', .flags = TASK_FLAG_EXITING },
	{ .name = "exits in a frozen cgroup", .reason = STALL_EXITING,
	  .before = 'S', .after = 'S', .flags = TASK_FLAG_EXITING,
	  .frozen = true },
	{ .name = "dead", .reason = STALL_EXITING, .before = 'R',
	  .after = 'X' },
	{ .name = "ended meanwhile", .reason = STALL_THREAD_GONE,
	  .before = 'S', .no_after = true },
	{ .name = "has begun meanwhile", .reason = STALL_UNKNOWN,
	  .after = 'S', .no_before = true },
	{ .name = "another thread has the number", .reason = STALL_UNKNOWN,
	  .before = 'S', .after = 'S', .other_start = true },
	{ .name = "runs, by clock ticks", .reason = STALL_RUNNING,
	  .before = 'R', .after = 'R', .run_ms = 150, .no_schedstat = true },
	{ .name = "starves, by clock ticks", .reason = STALL_STARVED,
	  .before = 'R', .after = 'R', .run_ms = 50, .no_schedstat = true },
};

static enum stall_reason judge(const struct made *case_)
{
	struct task_sample before = {
		.time = case_->no_before ? 0 : NS_PER_S,
		.state = case_->before, .start = 5, .has_switches = true,
		.has_schedstat = !case_->no_schedstat, .run = NS_PER_S,
		.delay = NS_PER_S, .voluntary = 7, .involuntary = 9,
		.user_ticks = 1000,
	};
	struct task_sample after = before;

	after.time = case_->no_after ? 0 : NS_PER_S + INTERVAL;
	after.state = case_->after;
	after.run += case_->run_ms * NS_PER_MS;
	after.user_ticks += case_->run_ms / 10;
	after.delay += case_->delay_ms * NS_PER_MS;
	after.voluntary += case_->voluntary;
	after.involuntary += case_->involuntary;
	after.flags = case_->flags;
	after.dumping = case_->dumping;
	after.start += case_->other_start;
	return task_reason(&before, &after, case_->frozen);
}

TEST_GROUP(stall_reason)
{
	size_t i;

	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		check(judge(&made[i]) == made[i].reason,
		      "stall-reason: %s: %s", made[i].name,
		      stall_reason_name(judge(&made[i])));
}

/* 162 is nanosleep in 32-bit programs on x86 and sync in 64-bit ones. */
static void test_calls_of_other_class(void)
{
	const uint64_t long64[] = { AT_PAGESZ, 4096, AT_PHENT, 56, AT_NULL, 0 };
	const uint32_t long32[] = { AT_PAGESZ, 4096, AT_PHENT, 32, AT_NULL, 0 };
	const bool is_64 = sizeof(void *) == 8;
	const void *own = is_64 ? (const void *)long64 : long32;
	const void *other = is_64 ? (const void *)long32 : long64;
	const size_t own_size = is_64 ? sizeof(long64) : sizeof(long32);
	const size_t other_size = is_64 ? sizeof(long32) : sizeof(long64);
	struct task_sample task = { 0 };
	const char *own_name, *name;

	task_parse_syscall(&task, "162 0x0 0x0\n");
	task_parse_auxv(&task, own, own_size);
	own_name = task_call_name(&task);
	check(!task.other_class && own_name,
	      "task-sample: a program of the tool's class");
	task_parse_auxv(&task, other, other_size / 2);
	check(!task.other_class, "task-sample: an auxiliary vector that is cut");
	task_parse_auxv(&task, other, other_size);
	name = task_call_name(&task);
	check(task.other_class, "task-sample: a program of the other class");
#if defined(__x86_64__)
	check(own_name && !strcmp(own_name, "sync") &&
	      name && !strcmp(name, "nanosleep"),
	      "task-sample: calls of 32-bit programs");
#elif defined(__i386__)
	check(own_name && !strcmp(own_name, "nanosleep") &&
	      name && !strcmp(name, "sync"),
	      "task-sample: calls of 64-bit programs");
#else
	check(!name, "task-sample: a call of the other class has no name");
#endif
	task_parse_auxv(&task, own, own_size);
	check(!task.other_class, "task-sample: it executed another program");
}

static void parse_stat(struct task_sample *task, const char *text)
{
	*task = (struct task_sample){ 0 };
	task_parse_stat(task, text, strlen(text));
}

TEST_GROUP(task_sample)
{
	static const char rest[] = " S 1 2 3 0 -1 4194308 5 0 6 0 7 8 0 0 20 0 "
		"1 0 99 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 3 0\n";
	static const char *const names[] = {
		"sh", "a) R 1 (b", "\n) S\n", "", ")", "((", "\033[31m",
	};
	struct task_sample task;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text), "42 (%s)%s", names[i], rest);
		parse_stat(&task, text);
		check(!strcmp(task.name, names[i]) && task.state == 'S' &&
		      task.flags == 4194308 && task.major_faults == 6 &&
		      task.user_ticks == 7 && task.system_ticks == 8 &&
		      task.start == 99 && task.cpu == 3,
		      "task-sample: name %zu", i);
	}
	check(!task_parse_stat(&task, "1 (sh) S 1 2", strlen("1 (sh) S 1 2")),
	      "task-sample: a stat that is cut");

	task = (struct task_sample){ .state = 'S' };
	task_parse_wchan(&task, "0");
	check(!task.has_wait, "task-sample: no right to see where it sleeps");
	task_parse_wchan(&task, "futex_wait_queue");
	check(task.has_wait && !strcmp(task.wait, "futex_wait_queue"),
	      "task-sample: where it sleeps");
	task.state = 'R';
	task_parse_wchan(&task, "0");
	check(task.has_wait && !task.wait[0], "task-sample: it runs");

	task_parse_syscall(&task, "running\n");
	check(task.call == TASK_CALL_RUNNING, "task-sample: in no system call");
	task_parse_syscall(&task, "-1 0x7ffe 0x55\n");
	check(task.call == TASK_CALL_NONE, "task-sample: in a page fault");
	task_parse_syscall(&task, "100000 0x0 0x0\n");
	check(task.call == TASK_CALL_NUMBER && task.call_number == 100000 &&
	      !task_call_name(&task), "task-sample: a call without a name");
	task.call_number = 0xffffffffffffffff;
	check(!task_call_name(&task), "task-sample: the highest number");
	test_calls_of_other_class();

	task_parse_stack(&task, "[<0>] futex_wait+0x1/0x2\n"
			 "[<ffffffff81000000>] do_futex+0x3/0x4\n"
			 "[<0>] 0xffffffff81000000\n"
			 "[<0>] cut");
	check(task.frames_count == 3 &&
	      !strcmp(task.frames[0], "futex_wait+0x1/0x2") &&
	      !strcmp(task.frames[1], "do_futex+0x3/0x4") &&
	      !strcmp(task.frames[2], "cut"),
	      "task-sample: a stack has no addresses");

	task = (struct task_sample){ 0 };
	task_parse_schedstat(&task, "0 0 0\n");
	check(!task.has_schedstat, "task-sample: the kernel does not measure");
	task_parse_schedstat(&task, "12 34 5\n");
	check(task.has_schedstat && task.run == 12 && task.delay == 34,
	      "task-sample: schedstat");
	task_parse_io(&task, "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\n"
		      "read_bytes: 5\nwrite_bytes: 6\n"
		      "cancelled_write_bytes: 7\n");
	check(task.has_io && task.read_bytes == 5 && task.written_bytes == 6,
	      "task-sample: io");
}
