/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the path of a cgroup says of the processes in it: systemd unit, user
 * session, container, pod. Nothing here reads files.
 */
#ifndef CGROUP_NAME_H
#define CGROUP_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* Size of each text: a part of a path has at most NAME_MAX bytes. */
#define CGROUP_NAME_SIZE	256

/* No uid, as for chown(2). */
#define CGROUP_NO_UID		UINT32_MAX

/**
 * enum cgroup_runtime - What created a container.
 * @CGROUP_RUNTIME_UNKNOWN: No container; or one whose path does not tell.
 * @CGROUP_RUNTIME_DOCKER: Docker.
 * @CGROUP_RUNTIME_PODMAN: Podman.
 * @CGROUP_RUNTIME_CONTAINERD: containerd: nerdctl, ctr, or Kubernetes.
 * @CGROUP_RUNTIME_CRIO: CRI-O.
 * @CGROUP_RUNTIME_NSPAWN: systemd-nspawn.
 * @CGROUP_RUNTIME_LIBVIRT: libvirt: a virtual machine or its LXC driver.
 * @CGROUP_RUNTIME_LXC: LXC, LXD or Incus.
 */
enum cgroup_runtime {
	CGROUP_RUNTIME_UNKNOWN,
	CGROUP_RUNTIME_DOCKER,
	CGROUP_RUNTIME_PODMAN,
	CGROUP_RUNTIME_CONTAINERD,
	CGROUP_RUNTIME_CRIO,
	CGROUP_RUNTIME_NSPAWN,
	CGROUP_RUNTIME_LIBVIRT,
	CGROUP_RUNTIME_LXC,
};

/**
 * struct cgroup_name - What a path says. Texts are empty if it does not.
 * @unit: The innermost systemd unit; a slice only if there is no other.
 * @session: Id of the login session, such as "3" or "c1".
 * @container: Id of the innermost container, or the name of a machine. The
 *   process that watches a container, as conmon, counts as part of it.
 * @pod: Uid of the Kubernetes pod with dashes, or id of the Podman pod.
 * @runtime: Runtime of @container.
 * @uid: The user whose slice holds all of it, CGROUP_NO_UID without one. Only
 *   this one is the system's word: users name everything below their slice.
 * @user_unit: @unit is below a user's service manager, not the system's.
 *
 * Escapes of systemd are undone but for those of control characters. Texts have
 * no control characters, but may have bytes that are not UTF-8.
 */
struct cgroup_name {
	char unit[CGROUP_NAME_SIZE];
	char session[CGROUP_NAME_SIZE];
	char container[CGROUP_NAME_SIZE];
	char pod[CGROUP_NAME_SIZE];
	enum cgroup_runtime runtime;
	uint32_t uid;
	bool user_unit;
};

/**
 * cgroup_name_parse() - Interpret the path of a cgroup.
 * @name: Receives what it says; nothing if the path is not a valid one.
 * @path: Path from the root of the hierarchy, as in /proc/PID/cgroup. It may
 *   begin with "/.." and end with " (deleted)".
 */
void cgroup_name_parse(struct cgroup_name *name, const char *path);

/**
 * cgroup_name_parse_file() - Interpret the text of /proc/PID/cgroup.
 * @name: As for cgroup_name_parse().
 * @text: The text. systemd's own hierarchy of version 1 counts first, then
 *   version 2, then any other. A last line without a newline is ignored, as it
 *   may have been cut off.
 */
void cgroup_name_parse_file(struct cgroup_name *name, const char *text);

/**
 * cgroup_name_unescape() - Undo systemd's escapes, as "\x2d" for a dash.
 * @text: Receives at most as many bytes as @escaped has. Invalid escapes, and
 *   those of control characters, stay as they are.
 * @escaped: Text with escapes; may be @text.
 */
void cgroup_name_unescape(char *text, const char *escaped);

/**
 * cgroup_runtime_name() - The name of a runtime, as "docker".
 * @runtime: The runtime.
 *
 * Return: A constant string; NULL for CGROUP_RUNTIME_UNKNOWN.
 */
const char *cgroup_runtime_name(enum cgroup_runtime runtime);

#endif /* CGROUP_NAME_H */
