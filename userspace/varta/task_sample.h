/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc/PID/task/TID says of a thread at one moment. Nothing here reads files.
 */
#ifndef TASK_SAMPLE_H
#define TASK_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Size of a thread's name: workers of the kernel have up to 64 bytes. */
#define TASK_NAME_SIZE		65

/* Size of a symbol with its offset, which is cut if it is longer. */
#define TASK_SYMBOL_SIZE	64

/* Frames of a kernel stack that are kept. */
#define TASK_FRAMES_MAX		16

/* PF_EXITING of the kernel, in the flags of a thread. */
#define TASK_FLAG_EXITING	0x4

/**
 * enum task_call - What a thread does in the kernel.
 * @TASK_CALL_UNKNOWN: That could not be read.
 * @TASK_CALL_RUNNING: It runs, or could run.
 * @TASK_CALL_NONE: It waits outside of a system call, as for a page.
 * @TASK_CALL_NUMBER: It waits in a system call.
 */
enum task_call {
	TASK_CALL_UNKNOWN,
	TASK_CALL_RUNNING,
	TASK_CALL_NONE,
	TASK_CALL_NUMBER,
};

/**
 * struct task_sample - A thread at one moment.
 * @time: When it was read, on CLOCK_MONOTONIC; 0 if it was not there.
 * @state: Letter of its state; 0 if unknown.
 * @name: Its name: any bytes.
 * @start: When it started, in clock ticks since boot.
 * @flags: Flags of the kernel.
 * @cpu: CPU that it ran on last.
 * @user_ticks: CPU time in user code, in clock ticks.
 * @system_ticks: CPU time in the kernel, likewise.
 * @major_faults: Pages that were read for it.
 * @has_schedstat: The following two are known.
 * @run: CPU time in ns.
 * @delay: Time in ns in which it was runnable and had no CPU. Not updated while
 *   it waits.
 * @has_switches: The following two are known.
 * @voluntary: How often it went to sleep.
 * @involuntary: How often the CPU was given to another thread.
 * @tracer: Process that traces it; 0 for none.
 * @dumping: Its process dumps core.
 * @has_wait: @wait is known.
 * @wait: Function of the kernel in which it sleeps; "" for none.
 * @call: Whether it is in a system call.
 * @call_number: Number of the system call.
 * @other_class: The program is a 32-bit one and this tool is not, or vice versa:
 *   the number is of another table.
 * @has_io: The following two are known.
 * @read_bytes: Bytes that it has read from disks.
 * @written_bytes: Bytes that it has written to them.
 * @frames_count: Frames of the kernel stack.
 * @frames: A symbol with its offset in each; the innermost first.
 */
struct task_sample {
	uint64_t time;
	char state;
	char name[TASK_NAME_SIZE];
	uint64_t start, flags, cpu, user_ticks, system_ticks, major_faults;
	bool has_schedstat, has_switches, dumping, has_wait, has_io;
	uint64_t run, delay;
	uint64_t voluntary, involuntary, tracer;
	char wait[TASK_SYMBOL_SIZE];
	enum task_call call;
	uint64_t call_number;
	bool other_class;
	uint64_t read_bytes, written_bytes;
	size_t frames_count;
	char frames[TASK_FRAMES_MAX][TASK_SYMBOL_SIZE];
};

/**
 * task_parse_stat() - Parse /proc/PID/task/TID/stat.
 * @task: What is found is set.
 * @text: The text. The name in it can have any bytes, also ")" and newlines.
 * @length: Its length.
 *
 * Return: Whether the text is complete.
 */
bool task_parse_stat(struct task_sample *task, const char *text, size_t length);

/**
 * task_parse_status() - Parse /proc/PID/task/TID/status.
 * @task: As for task_parse_stat().
 * @text: The text; a line that is cut is ignored.
 */
void task_parse_status(struct task_sample *task, const char *text);

/**
 * task_parse_schedstat() - Parse /proc/PID/task/TID/schedstat.
 * @task: As for task_parse_stat().
 * @text: The text.
 */
void task_parse_schedstat(struct task_sample *task, const char *text);

/**
 * task_parse_wchan() - Parse /proc/PID/task/TID/wchan.
 * @task: As for task_parse_stat(), with the state that it was given.
 * @text: The text. "0" is also what a reader without the right gets.
 */
void task_parse_wchan(struct task_sample *task, const char *text);

/**
 * task_parse_syscall() - Parse /proc/PID/task/TID/syscall.
 * @task: As for task_parse_stat(). Arguments and addresses are not kept.
 * @text: The text.
 */
void task_parse_syscall(struct task_sample *task, const char *text);

/**
 * task_parse_auxv() - Parse /proc/PID/auxv, the auxiliary vector.
 * @task: As for task_parse_stat().
 * @data: Words of the size that the program has.
 * @length: Its length in bytes.
 */
void task_parse_auxv(struct task_sample *task, const void *data, size_t length);

/**
 * task_parse_stack() - Parse /proc/PID/task/TID/stack.
 * @task: As for task_parse_stat(). Addresses are not kept.
 * @text: The text.
 */
void task_parse_stack(struct task_sample *task, const char *text);

/**
 * task_parse_io() - Parse /proc/PID/task/TID/io.
 * @task: As for task_parse_stat().
 * @text: The text.
 */
void task_parse_io(struct task_sample *task, const char *text);

/**
 * task_call_name() - The name of the system call that a thread waits in.
 * @task: The thread.
 *
 * Return: A constant string; NULL for none, for one that is newer than this
 * program, and for most machines if the process is of the other class.
 */
const char *task_call_name(const struct task_sample *task);

#endif /* TASK_SAMPLE_H */
