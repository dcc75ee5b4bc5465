// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program says of itself. See status_text.h.
 */
#include "status_text.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "leftover.h"
#include "procfs.h"

/* Holds /proc/PID/stat, and a title. */
#define FILE_SIZE	2048

static bool is_helper_of(int process, const struct varta_agent *agent)
{
	char text[FILE_SIZE];
	int length = read_text_at(process, "stat", text, sizeof(text));
	struct process_stat stat;

	return length > 0 && process_stat_parse(&stat, text, (size_t)length) &&
	       stat.parent == agent->pid && !strcmp(stat.name, "varta-run");
}

static void read_title(int process, char *text)
{
	const size_t prefix = strlen(STATUS_TEXT_TITLE);
	char title[FILE_SIZE];
	size_t length;

	if (read_text_at(process, "cmdline", title, sizeof(title)) <= 0 ||
	    strncmp(title, STATUS_TEXT_TITLE, prefix))
		return;
	length = format_fit(title + prefix, STATUS_TEXT_SIZE - 1);
	memcpy(text, title + prefix, length);
	text[length] = '\0';
}

void status_text_read(int procfs, const struct varta_agent *agent, char *text)
{
	int process;

	*text = '\0';
	if (procfs < 0 || agent->source || !agent->tid ||
	    agent->tid == agent->pid)
		return;
	process = procfs_open_process(procfs, agent->tid);
	if (process < 0)
		return;
	if (is_helper_of(process, agent))
		read_title(process, text);
	close(process);
}
