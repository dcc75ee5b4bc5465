// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /proc says of a thread. See task_sample.h.
 */
#include "task_sample.h"

#include <stdlib.h>
#include <string.h>

#include "program_state.h"

/* The fields of stat after the name. proc_pid_stat(5) counts from 1. */
enum {
	FIELD_STATE		= 3,
	FIELD_FLAGS		= 9,
	FIELD_MAJOR_FAULTS	= 12,
	FIELD_USER_TICKS	= 14,
	FIELD_SYSTEM_TICKS	= 15,
	FIELD_START		= 22,
	FIELD_CPU		= 39,
};

/* By the number of the system call. */
static const char *const call_names[] = {
#include "varta-syscalls.h"
};

static void copy(char *to, size_t size, const char *from, size_t length)
{
	if (length > size - 1)
		length = size - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

static void set_field(struct task_sample *task, int field, const char *text)
{
	uint64_t number = strtoull(text, NULL, 10);

	switch (field) {
	case FIELD_FLAGS:
		task->flags = number;
		break;
	case FIELD_MAJOR_FAULTS:
		task->major_faults = number;
		break;
	case FIELD_USER_TICKS:
		task->user_ticks = number;
		break;
	case FIELD_SYSTEM_TICKS:
		task->system_ticks = number;
		break;
	case FIELD_START:
		task->start = number;
		break;
	case FIELD_CPU:
		task->cpu = number;
		break;
	}
}

bool task_parse_stat(struct task_sample *task, const char *text, size_t length)
{
	const char *name = memchr(text, '(', length);
	const char *end = memrchr(text, ')', length), *at;
	int field = FIELD_STATE;

	task->state = stat_state(text, length);
	if (!task->state || !name || name > end)
		return false;
	copy(task->name, sizeof(task->name), name + 1,
	     (size_t)(end - name - 1));
	for (at = end + 2; at && field <= FIELD_CPU; field++) {
		set_field(task, field, at);
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return field > FIELD_CPU;
}

/* Finds the number in the line that begins with @key, if the line is complete. */
static bool find_number(const char *text, const char *key, uint64_t *number)
{
	size_t length = strlen(key);

	while (text && *text) {
		if (!strncmp(text, key, length) && strchr(text, '\n')) {
			*number = strtoull(text + length, NULL, 10);
			return true;
		}
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return false;
}

void task_parse_status(struct task_sample *task, const char *text)
{
	uint64_t dumping = 0;

	find_number(text, "TracerPid:", &task->tracer);
	find_number(text, "CoreDumping:", &dumping);
	task->dumping = dumping;
	task->has_switches =
		find_number(text, "voluntary_ctxt_switches:",
			    &task->voluntary) &&
		find_number(text, "nonvoluntary_ctxt_switches:",
			    &task->involuntary);
}

void task_parse_schedstat(struct task_sample *task, const char *text)
{
	char *end;

	task->run = strtoull(text, &end, 10);
	if (*end != ' ')
		return;
	task->delay = strtoull(end, &end, 10);
	/* All zeros where the kernel does not measure. */
	task->has_schedstat = *end == ' ' &&
			      (task->run || task->user_ticks ||
			       task->system_ticks);
}

void task_parse_wchan(struct task_sample *task, const char *text)
{
	bool none = !*text || !strcmp(text, "0");

	/* A thread that sleeps does so somewhere. */
	task->has_wait = !none || task->state == 'R';
	copy(task->wait, sizeof(task->wait), none ? "" : text,
	     none ? 0 : strcspn(text, "\n"));
}

void task_parse_syscall(struct task_sample *task, const char *text)
{
	if (!strncmp(text, "running", strlen("running"))) {
		task->call = TASK_CALL_RUNNING;
	} else if (*text == '-') {
		task->call = TASK_CALL_NONE;
	} else if (*text >= '0' && *text <= '9') {
		task->call = TASK_CALL_NUMBER;
		task->call_number = strtoull(text, NULL, 10);
	}
}

/* Lines are "[<0>] SYMBOL+0xOFFSET/0xSIZE", also with an address in the brackets. */
void task_parse_stack(struct task_sample *task, const char *text)
{
	const char *symbol;
	size_t length;

	task->frames_count = 0;
	while (*text && task->frames_count < TASK_FRAMES_MAX) {
		length = strcspn(text, "\n");
		symbol = memchr(text, ']', length);
		if (symbol && symbol[1] == ' ' && strncmp(symbol + 2, "0x", 2))
			copy(task->frames[task->frames_count++],
			     TASK_SYMBOL_SIZE, symbol + 2,
			     (size_t)(text + length - symbol - 2));
		text += length + (text[length] == '\n');
	}
}

void task_parse_io(struct task_sample *task, const char *text)
{
	task->has_io = find_number(text, "read_bytes:", &task->read_bytes) &&
		       find_number(text, "write_bytes:", &task->written_bytes);
}

const char *task_call_name(const struct task_sample *task)
{
	if (task->call != TASK_CALL_NUMBER || task->call_number >=
	    sizeof(call_names) / sizeof(call_names[0]))
		return NULL;
	return call_names[task->call_number];
}
