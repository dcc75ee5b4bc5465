// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who a process is. See process.h.
 */
#include "process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "container.h"
#include "procfs.h"

/* In /proc/PID/stat. */
static uint64_t tick(void)
{
	static uint64_t length;

	if (!length)
		length = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	return length;
}

/* The last number of the line "NSpid:", 0 if it is not known. */
static uint32_t parse_ns_pid(const char *text, uint32_t pid)
{
	const char *line = status_line(text, "NSpid:\t"), *end;

	if (!line)
		return lacks_ns_pids(text) ? pid : 0;
	end = line + strcspn(line, "\n");
	while (end > line && end[-1] != '\t')
		end--;
	return (uint32_t)strtoul(end, NULL, 10);
}

int process_identify(int procfs, uint32_t pid,
		     struct process_identity *identity)
{
	int process = procfs_open_process(procfs, pid), error = -ESRCH;
	char text[16384];

	if (process < 0)
		return process;
	*identity = (struct process_identity){ 0 };
	if (read_text_at(process, "stat", text, sizeof(text)) >= 0)
		identity->start_time = stat_start(text) * tick();
	if (!read_end_of_text_at(process, "status", text, sizeof(text)))
		identity->ns_pid = parse_ns_pid(text, pid);
	if (identity->start_time && identity->ns_pid)
		error = 0;
	close(process);
	return error;
}

bool process_existed(uint64_t start_time, uint64_t boottime, uint64_t age)
{
	uint64_t lived = boottime > start_time ? boottime - start_time : 0;

	/* The start is rounded down to a tick, and clocks differ a little. */
	return lived + 2 * tick() >= age;
}

bool process_sees_all(void)
{
	return pid_namespace() == INITIAL_PID_NS;
}
