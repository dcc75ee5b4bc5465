// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frozen cgroups. See cgroup.h.
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs.h"

/* Holds any of the files of a cgroup that are read here. */
#define FILE_SIZE	4096

/* Whether a list with commas has an entry. */
static bool list_has(const char *list, size_t length, const char *entry)
{
	size_t size = strlen(entry), at = 0, end;

	while (at < length) {
		end = at;
		while (end < length && list[end] != ',')
			end++;
		if (end - at == size && !memcmp(list + at, entry, size))
			return true;
		at = end + 1;
	}
	return false;
}

static void copy_path(char *to, const char *path, size_t length)
{
	/* A path that is cut is not found. */
	if (length > PATH_MAX - 1)
		length = PATH_MAX - 1;
	memcpy(to, path, length);
	to[length] = '\0';
}

/* A line is ID:CONTROLLERS:PATH; version 2 has ID 0 and no controllers. */
static void parse_line(struct cgroup_paths *paths, const char *line,
		       size_t length)
{
	const char *controllers = memchr(line, ':', length), *path;
	const char *end = line + length;

	if (!controllers)
		return;
	controllers++;
	path = memchr(controllers, ':', (size_t)(end - controllers));
	if (!path)
		return;
	if (path == controllers)
		copy_path(paths->unified, path + 1, (size_t)(end - path - 1));
	else if (list_has(controllers, (size_t)(path - controllers), "freezer"))
		copy_path(paths->freezer, path + 1, (size_t)(end - path - 1));
}

void cgroup_paths_parse(struct cgroup_paths *paths, const char *text)
{
	size_t length;

	paths->unified[0] = '\0';
	paths->freezer[0] = '\0';
	while (*text) {
		length = strcspn(text, "\n");
		parse_line(paths, text, length);
		text += length + (text[length] == '\n');
	}
}

static bool is_octal(const char *digits)
{
	int i;

	for (i = 0; i < 3; i++)
		if (digits[i] < '0' || digits[i] > '7')
			return false;
	return true;
}

/* Spaces and newlines in paths of mountinfo are \040 and \012. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && is_octal(text + 1)) {
			*to++ = (char)((text[1] - '0') << 6 |
				       (text[2] - '0') << 3 | (text[3] - '0'));
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static enum cgroup_kind kind_of(const char *type, const char *options)
{
	if (!strcmp(type, "cgroup2"))
		return CGROUP_UNIFIED;
	if (!strcmp(type, "cgroup") &&
	    list_has(options, strlen(options), "freezer"))
		return CGROUP_FREEZER;
	return CGROUP_NONE;
}

void cgroup_mount_parse(struct cgroup_mount *mount, char *line)
{
	char *rest = strstr(line, " - "), *root = NULL, *point = NULL;
	char *type, *options;
	int i;

	mount->kind = CGROUP_NONE;
	if (!rest)
		return;
	*rest = '\0';
	rest += strlen(" - ");
	/* Id, parent, device, root, mount point. */
	for (i = 0; i < 5; i++) {
		root = point;
		point = strsep(&line, " ");
	}
	type = strsep(&rest, " ");
	strsep(&rest, " ");
	options = strsep(&rest, " \n");
	if (!point || !options)
		return;
	unescape(root);
	unescape(point);
	mount->kind = kind_of(type, options);
	mount->root = root;
	mount->point = point;
}

/* A name may begin with two dots. */
static bool begins_with_parent(const char *path)
{
	return !strncmp(path, "..", 2) && (!path[2] || path[2] == '/');
}

const char *cgroup_path_below(const char *root, const char *path)
{
	size_t length = strlen(root);

	if (length && root[length - 1] == '/')
		length--;
	if (strncmp(path, root, length))
		return NULL;
	path += length;
	if (*path && *path != '/')
		return NULL;
	while (*path == '/')
		path++;
	/* Outside of this process's cgroup namespace. */
	return begins_with_parent(path) ? NULL : path;
}

/* Returns a file of the cgroup @path below @mount, as read_text_at(). */
static int read_file(int mount, const char *path, const char *name, char *text)
{
	char full[PATH_MAX + 32];

	if (snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "",
		     name) >= (int)sizeof(full))
		return -ENAMETOOLONG;
	return read_text_at(mount, full, text, FILE_SIZE);
}

/* Whether the cgroup, or an ancestor that is visible here, has to freeze. */
static int has_to_freeze(int mount, const char *path)
{
	char ancestor[PATH_MAX], text[FILE_SIZE];
	char *end;

	copy_path(ancestor, path, strlen(path));
	for (;;) {
		if (read_file(mount, ancestor, "cgroup.freeze", text) > 0 &&
		    text[0] == '1')
			return 1;
		if (!ancestor[0])
			return 0;
		end = strrchr(ancestor, '/');
		*(end ? end : ancestor) = '\0';
	}
}

/*
 * "frozen 1" includes ancestors, but only once all processes of the cgroup are
 * frozen, which one that cannot be frozen now delays for all.
 */
static int unified_is_frozen(int mount, const char *path)
{
	char text[FILE_SIZE];
	int length = read_file(mount, path, "cgroup.events", text);

	if (length < 0)
		return length;
	if (strstr(text, "frozen 1"))
		return 1;
	return has_to_freeze(mount, path);
}

/* The state includes ancestors. */
static int freezer_is_frozen(int mount, const char *path)
{
	char text[FILE_SIZE];
	int length = read_file(mount, path, "freezer.state", text);

	if (length < 0)
		return length;
	return strncmp(text, "THAWED", strlen("THAWED")) != 0;
}

static int frozen_below(enum cgroup_kind kind, int mount, const char *path)
{
	int frozen = kind == CGROUP_UNIFIED ? unified_is_frozen(mount, path) :
					      freezer_is_frozen(mount, path);

	/* The hierarchy's root cannot be frozen, and lacks the file. */
	if (frozen == -ENOENT && !*path)
		return 0;
	return frozen;
}

static int frozen_at(const struct cgroup_mount *mount, const char *path)
{
	const char *below = cgroup_path_below(mount->root, path);
	int fd, frozen;

	if (!below)
		return -ENOENT;
	fd = open(mount->point, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	frozen = frozen_below(mount->kind, fd, below);
	close(fd);
	return frozen;
}

/* Where the hierarchy is not mounted, by a mount of this process. */
static int frozen_unmounted(enum cgroup_kind kind, const char *path)
{
	const char *below = cgroup_path_below("/", path);
	int fd, frozen;

	if (kind != CGROUP_UNIFIED || !below)
		return -ENOENT;
	fd = private_mount("cgroup2");
	if (fd < 0)
		return -ENOENT;
	frozen = frozen_below(kind, fd, below);
	close(fd);
	return frozen;
}

static int frozen_in_mounts(FILE *mountinfo, enum cgroup_kind kind,
			    const char *path)
{
	struct cgroup_mount mount;
	int frozen = -ENOENT;
	char *line = NULL;
	size_t size = 0;

	while (frozen < 0 && getline(&line, &size, mountinfo) > 0) {
		cgroup_mount_parse(&mount, line);
		if (mount.kind == kind)
			frozen = frozen_at(&mount, path);
	}
	free(line);
	return frozen;
}

static int is_frozen(int procfs, enum cgroup_kind kind, const char *path)
{
	int fd = openat(procfs, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *mountinfo = fd < 0 ? NULL : fdopen(fd, "r");
	int frozen = -ENOENT;

	if (mountinfo) {
		frozen = frozen_in_mounts(mountinfo, kind, path);
		fclose(mountinfo);
	} else if (fd >= 0) {
		close(fd);
	}
	return frozen < 0 ? frozen_unmounted(kind, path) : frozen;
}

int cgroup_is_frozen(int procfs, const char *text, const char *own)
{
	struct cgroup_paths paths, own_paths;
	int frozen = 0;

	cgroup_paths_parse(&paths, text);
	cgroup_paths_parse(&own_paths, own);
	if (strcmp(paths.unified, own_paths.unified))
		frozen = is_frozen(procfs, CGROUP_UNIFIED, paths.unified);
	if (!frozen && strcmp(paths.freezer, own_paths.freezer))
		frozen = is_frozen(procfs, CGROUP_FREEZER, paths.freezer);
	return frozen;
}

static int open_below(const struct cgroup_mount *mount, const char *path,
		      char *below)
{
	const char *found = cgroup_path_below(mount->root, path);
	int fd;

	if (mount->kind != CGROUP_UNIFIED || !found)
		return -ENOENT;
	copy_path(below, found, strlen(found));
	fd = open(mount->point, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int cgroup_open(int procfs, const char *path, char *below)
{
	int fd = openat(procfs, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *mountinfo = fd < 0 ? NULL : fdopen(fd, "r");
	struct cgroup_mount mount;
	int opened = -ENOENT;
	char *line = NULL;
	size_t size = 0;

	if (!mountinfo) {
		if (fd >= 0)
			close(fd);
		return -ENOENT;
	}
	while (opened < 0 && getline(&line, &size, mountinfo) > 0) {
		cgroup_mount_parse(&mount, line);
		opened = open_below(&mount, path, below);
	}
	free(line);
	fclose(mountinfo);
	return opened;
}
