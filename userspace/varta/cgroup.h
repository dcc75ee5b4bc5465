/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a process is in a frozen cgroup. /proc says that it sleeps, as if it
 * could run.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <limits.h>
#include <stdbool.h>

/* Holds /proc/PID/cgroup: the controllers, and a path for each hierarchy. */
#define CGROUP_TEXT_SIZE	16384

/**
 * struct cgroup_paths - The cgroups that can freeze a process.
 * @unified: In the hierarchy of version 2; "" for none.
 * @freezer: In the freezer's hierarchy of version 1; "" for none.
 */
struct cgroup_paths {
	char unified[PATH_MAX];
	char freezer[PATH_MAX];
};

/**
 * cgroup_paths_parse() - Parse the text of /proc/PID/cgroup.
 * @paths: Set.
 * @text: The text.
 */
void cgroup_paths_parse(struct cgroup_paths *paths, const char *text);

/**
 * enum cgroup_kind - A hierarchy of cgroups that can freeze.
 * @CGROUP_NONE: None.
 * @CGROUP_UNIFIED: Version 2.
 * @CGROUP_FREEZER: Version 1, with the controller freezer.
 */
enum cgroup_kind {
	CGROUP_NONE,
	CGROUP_UNIFIED,
	CGROUP_FREEZER,
};

/**
 * struct cgroup_mount - Where a hierarchy is mounted.
 * @kind: The hierarchy.
 * @root: The cgroup that is the root of the mount.
 * @point: The directory.
 */
struct cgroup_mount {
	enum cgroup_kind kind;
	const char *root, *point;
};

/**
 * cgroup_mount_parse() - Parse a line of /proc/PID/mountinfo.
 * @mount: Set; its kind is CGROUP_NONE if the line is another file system's.
 * @line: The line, which is changed and must outlive @mount.
 */
void cgroup_mount_parse(struct cgroup_mount *mount, char *line);

/**
 * cgroup_path_below() - Path of a cgroup relative to a mount.
 * @root: The cgroup that is the root of the mount.
 * @path: The cgroup.
 *
 * Return: A part of @path, "" for the root itself; NULL if it is not below.
 */
const char *cgroup_path_below(const char *root, const char *path);

/**
 * cgroup_is_frozen() - Whether a process is frozen.
 * @procfs: Descriptor of /proc.
 * @text: The process's /proc/PID/cgroup.
 * @own: This process's. Where both are the same, this one would be frozen too.
 *
 * Return: 1 if it is frozen or being frozen, also by an ancestor of its cgroup;
 * 0 if not; a negative errno if that is unknown.
 */
int cgroup_is_frozen(int procfs, const char *text, const char *own);

/**
 * cgroup_open() - Open the unified hierarchy, to read files of a cgroup.
 * @procfs: Descriptor of /proc.
 * @path: The cgroup, as in struct cgroup_paths.
 * @below: Receives PATH_MAX bytes: its path relative to the descriptor.
 *
 * Return: A descriptor for openat(2); -ENOENT if the cgroup is not visible here,
 * or another negative errno.
 */
int cgroup_open(int procfs, const char *path, char *below);

#endif /* CGROUP_H */
