/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the sender of a notification belongs to the program.
 */
#ifndef NOTIFY_SENDER_H
#define NOTIFY_SENDER_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * enum notify_sender - Who has sent a notification.
 * @NOTIFY_SENDER_PROGRAM: The program itself.
 * @NOTIFY_SENDER_RELATED: A descendant, or another process of its service.
 * @NOTIFY_SENDER_GONE: A process of the same user, which does not exist any
 *   more.
 * @NOTIFY_SENDER_FOREIGN: Another process.
 */
enum notify_sender {
	NOTIFY_SENDER_PROGRAM,
	NOTIFY_SENDER_RELATED,
	NOTIFY_SENDER_GONE,
	NOTIFY_SENDER_FOREIGN,
};

/**
 * notify_sender_find() - Find out who has sent a notification.
 * @procfs: /proc, with the process ids of this process's namespace; -1 for none.
 * @program: The program.
 * @pid: The sender; 0 if it is not in this process's namespace.
 * @uid: Its user.
 *
 * Without @procfs, all processes of this process's user are related.
 *
 * Return: Who it is.
 */
enum notify_sender notify_sender_find(int procfs, pid_t program, pid_t pid,
				      uid_t uid);

/**
 * notify_cgroup_covers() - Whether a process is in a cgroup, or in one below.
 * @own: The text of /proc/PID/cgroup of a process that is in the cgroup.
 * @text: That of the process.
 * @service: Set to whether the cgroup is that of a service.
 *
 * Return: 1 if it is, 0 if not; -1 if that says nothing, as @own is the root of
 * its cgroup namespace or has no cgroup of version 2.
 */
int notify_cgroup_covers(const char *own, const char *text, bool *service);

#endif /* NOTIFY_SENDER_H */
