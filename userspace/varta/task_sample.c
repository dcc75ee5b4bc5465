// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /proc says of a thread. See task_sample.h.
 */
#include "task_sample.h"

#include <elf.h>
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

/* Those of programs of the other class. Empty if they are not known. */
static const char *const other_call_names[] = {
#include "varta-other-syscalls.h"
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

static uint64_t word_at(const char *data, size_t size)
{
	uint64_t word64;
	uint32_t word32;

	if (size == sizeof(word64)) {
		memcpy(&word64, data, sizeof(word64));
		return word64;
	}
	memcpy(&word32, data, sizeof(word32));
	return word32;
}

void task_parse_auxv(struct task_sample *task, const void *data, size_t length)
{
	const bool is_64 = sizeof(void *) == sizeof(uint64_t);
	/* Of the other class: a word, and what AT_PHENT says. */
	size_t word = is_64 ? sizeof(uint32_t) : sizeof(uint64_t);
	size_t header = is_64 ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
	const char *text = data;
	size_t at;

	task->other_class = false;
	for (at = 0; at + 2 * word <= length; at += 2 * word)
		if (word_at(text + at, word) == AT_PHENT &&
		    word_at(text + at + word, word) == header)
			task->other_class = true;
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

static const char *name_of(const char *const *names, size_t count, uint64_t nr)
{
	return nr < count ? names[nr] : NULL;
}

const char *task_call_name(const struct task_sample *task)
{
	if (task->call != TASK_CALL_NUMBER)
		return NULL;
	if (task->other_class)
		return name_of(other_call_names, sizeof(other_call_names) /
			       sizeof(char *), task->call_number);
	return name_of(call_names, sizeof(call_names) / sizeof(char *),
		       task->call_number);
}
