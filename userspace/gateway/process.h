/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who a process is, as /proc shows it.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct process_identity - A process.
 * @start_time: When it started, in ns since the boot; less exact than the kernel's.
 * @ns_pid: Its pid in its own pid namespace.
 */
struct process_identity {
	uint64_t start_time;
	uint32_t ns_pid;
};

/**
 * process_identify() - Look a process up.
 * @procfs: From procfs_open().
 * @pid: Its pid.
 * @identity: Receives who it is.
 *
 * Return: 0 or a negative errno.
 */
int process_identify(int procfs, uint32_t pid,
		     struct process_identity *identity);

/**
 * process_existed() - Whether a process existed when a message was sent.
 * @start_time: When the process started, in ns since the boot.
 * @boottime: The time now, likewise.
 * @age: Age of the message, in nanoseconds.
 *
 * Otherwise, the sender was an earlier process with the same pid.
 */
bool process_existed(uint64_t start_time, uint64_t boottime, uint64_t age);

/**
 * process_sees_all() - Whether pids here are those of the initial pid namespace.
 */
bool process_sees_all(void);

#endif /* PROCESS_H */
