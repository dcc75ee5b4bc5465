// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a unit of systemd has processes. See unit_state.h.
 */
#include "unit_state.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "procfs.h"

/* Slices in slices. systemd's own are two deep. */
#define DEPTH_MAX	8

static bool is_slice(const char *name)
{
	size_t length = strlen(name);

	return length > 6 && !strcmp(name + length - 6, ".slice");
}

static bool is_populated(int cgroup)
{
	char text[256];

	return read_text_at(cgroup, "cgroup.events", text, sizeof(text)) > 0 &&
	       strstr(text, "populated 1");
}

/* Closes @directory. */
static bool find(int directory, const char *unit, unsigned int depth)
{
	DIR *list = fdopendir(directory);
	const struct dirent *entry;
	bool found = false;
	int inner;

	if (!list) {
		close(directory);
		return false;
	}
	while (!found && (entry = readdir(list))) {
		if (entry->d_type != DT_DIR ||
		    (strcmp(entry->d_name, unit) && !is_slice(entry->d_name)))
			continue;
		inner = openat(directory, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (inner < 0)
			continue;
		if (!strcmp(entry->d_name, unit)) {
			found = is_populated(inner);
			close(inner);
		} else if (depth < DEPTH_MAX) {
			found = find(inner, unit, depth + 1);
		} else {
			close(inner);
		}
	}
	closedir(list);
	return found;
}

bool unit_has_processes(int procfs, const char *unit)
{
	char below[PATH_MAX];
	int mount = cgroup_open(procfs, "/", below), root;

	if (mount < 0)
		return false;
	root = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(mount);
	return root >= 0 && find(root, unit, 0);
}
