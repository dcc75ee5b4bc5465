// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the program of varta run leaves behind. See leftover.h.
 */
#include "leftover.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "procfs.h"

/* Holds /proc/PID/stat: about 50 numbers and a name. */
#define STAT_SIZE	2048

static void copy_name(char *name, const char *from, size_t length)
{
	if (length > PROCESS_NAME_SIZE - 1)
		length = PROCESS_NAME_SIZE - 1;
	memcpy(name, from, length);
	name[length] = '\0';
}

bool process_stat_parse(struct process_stat *stat, const char *text,
			size_t length)
{
	const char *name = memchr(text, '(', length);
	const char *end = memrchr(text, ')', length);

	if (!name || !end || end < name)
		return false;
	stat->pid = (uint32_t)strtoul(text, NULL, 10);
	copy_name(stat->name, name + 1, (size_t)(end - name - 1));
	/* The fields 3, 4, 5 and 22 of proc(5). */
	return sscanf(end + 1, " %c %" SCNu32 " %" SCNu32
		      " %*s %*s %*s %*s %*s %*s %*s %*s"
		      " %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64,
		      &stat->state, &stat->parent, &stat->group,
		      &stat->start) == 4;
}

static bool read_stat(int procfs, const char *process,
		      struct process_stat *stat)
{
	char path[300], text[STAT_SIZE];
	int length;

	snprintf(path, sizeof(path), "%s/stat", process);
	length = read_text_at(procfs, path, text, sizeof(text));
	return length >= 0 && process_stat_parse(stat, text, (size_t)length);
}

void program_traits_read(struct program_traits *traits, int procfs,
			 const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *last = slash ? slash + 1 : command;
	struct process_stat own;

	*traits = (struct program_traits){ .procfs = procfs };
	copy_name(traits->name, last, strlen(last));
	if (read_stat(procfs, "self", &own)) {
		traits->pid = own.parent;
		traits->group = own.group;
	}
}

/**
 * struct search - Processes that are looked for.
 * @traits: The program that may have left them.
 * @own: This process.
 * @cgroup: Its cgroups, "" if the kernel has none.
 * @is_service: One of them is a service's.
 */
struct search {
	const struct program_traits *traits;
	struct process_stat own;
	char cgroup[CGROUP_TEXT_SIZE];
	bool is_service;
};

static bool is_in_cgroup(const struct search *search, const char *process)
{
	char path[300], text[CGROUP_TEXT_SIZE];

	if (!search->cgroup[0])
		return true;
	snprintf(path, sizeof(path), "%s/cgroup", process);
	return read_text_at(search->traits->procfs, path, text,
			    sizeof(text)) >= 0 &&
	       !strcmp(text, search->cgroup);
}

static bool is_alike(const struct program_traits *traits,
		     const struct process_stat *stat)
{
	/* The process group of a script may have other programs. */
	return (traits->group == traits->pid && stat->group == traits->pid) ||
	       !strcmp(stat->name, traits->name);
}

static bool is_leftover(const struct search *search, const char *process,
			struct process_stat *stat)
{
	const struct process_stat *own = &search->own;

	return read_stat(search->traits->procfs, process, stat) &&
	       stat->pid != own->pid && stat->parent == own->parent &&
	       stat->start >= own->start && stat->state != 'Z' &&
	       (search->is_service || is_alike(search->traits, stat)) &&
	       is_in_cgroup(search, process);
}

static DIR *open_directory(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);

	if (copy >= 0 && !directory)
		close(copy);
	return directory;
}

bool leftover_find(const struct program_traits *traits,
		   struct process_stat *found)
{
	struct search search = { .traits = traits };
	const struct dirent *entry;
	bool is_found = false;
	DIR *processes;

	if (!traits->pid || !read_stat(traits->procfs, "self", &search.own))
		return false;
	if (read_text_at(traits->procfs, "self/cgroup", search.cgroup,
			 sizeof(search.cgroup)) < 0)
		search.cgroup[0] = '\0';
	search.is_service = strstr(search.cgroup, ".service\n");
	processes = open_directory(traits->procfs);
	while (processes && !is_found && (entry = readdir(processes)))
		is_found = isdigit((unsigned char)entry->d_name[0]) &&
			   is_leftover(&search, entry->d_name, found);
	if (processes)
		closedir(processes);
	return is_found;
}
