// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the sender of a notification belongs to the program. See
 * notify_sender.h.
 */
#include "notify_sender.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "leftover.h"
#include "procfs.h"

enum {
	/* Holds /proc/PID/stat: about 50 numbers and a name. */
	STAT_SIZE	= 2048,
	/* Ancestors that are looked at. */
	DEPTH_MAX	= 32,
};

static bool read_parent(int procfs, uint32_t pid, uint32_t *parent)
{
	char path[32], text[STAT_SIZE];
	struct process_stat stat;
	int length;

	snprintf(path, sizeof(path), "%u/stat", pid);
	length = read_text_at(procfs, path, text, sizeof(text));
	if (length < 0 || !process_stat_parse(&stat, text, (size_t)length))
		return false;
	*parent = stat.parent;
	return true;
}

static bool is_descendant(int procfs, uint32_t program, uint32_t parent)
{
	int depth;

	for (depth = 0; depth < DEPTH_MAX && parent; depth++) {
		if (parent == program)
			return true;
		if (!read_parent(procfs, parent, &parent))
			return false;
	}
	return false;
}

/* The path in a line "0::/path". Returns its length, 0 for none. */
static size_t find_unified(const char *text, const char **path)
{
	const char *line = text;

	while (line && strncmp(line, "0::", 3)) {
		line = strchr(line, '\n');
		line += !!line;
	}
	if (!line)
		return 0;
	*path = line + 3;
	return strcspn(*path, "\n");
}

static bool ends_in(const char *path, size_t length, const char *end)
{
	size_t size = strlen(end);

	return length >= size && !memcmp(path + length - size, end, size);
}

int notify_cgroup_covers(const char *own, const char *text, bool *service)
{
	const char *root, *path;
	size_t size = find_unified(own, &root);
	size_t length = find_unified(text, &path);

	*service = size && ends_in(root, size, ".service");
	if (size <= 1 || !length)
		return -1;
	return length >= size && !memcmp(root, path, size) &&
	       (length == size || path[size] == '/');
}

/* It may have lost its parent, as one that forks into the background. */
static bool is_in_unit(int procfs, pid_t pid, bool same_user)
{
	char own[CGROUP_TEXT_SIZE], text[CGROUP_TEXT_SIZE], path[32];
	bool service;
	int covers;

	snprintf(path, sizeof(path), "%d/cgroup", pid);
	if (read_text_at(procfs, "self/cgroup", own, sizeof(own)) < 0 ||
	    read_text_at(procfs, path, text, sizeof(text)) < 0)
		return same_user;
	covers = notify_cgroup_covers(own, text, &service);
	return covers < 0 ? same_user : covers && (same_user || service);
}

enum notify_sender notify_sender_find(int procfs, pid_t program, pid_t pid,
				      uid_t uid)
{
	bool same_user = uid == getuid();
	uint32_t parent;

	if (pid == program)
		return NOTIFY_SENDER_PROGRAM;
	if (pid <= 0)
		return NOTIFY_SENDER_FOREIGN;
	if (procfs < 0)
		return same_user ? NOTIFY_SENDER_RELATED :
				   NOTIFY_SENDER_FOREIGN;
	if (!read_parent(procfs, (uint32_t)pid, &parent))
		return same_user ? NOTIFY_SENDER_GONE : NOTIFY_SENDER_FOREIGN;
	return is_descendant(procfs, (uint32_t)program, parent) ||
	       is_in_unit(procfs, pid, same_user) ?
	       NOTIFY_SENDER_RELATED : NOTIFY_SENDER_FOREIGN;
}
