/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on the standard error of another process.
 */
#ifndef LATE_STDERR_H
#define LATE_STDERR_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct late_stderr - The standard error that a program started with.
 * @kept: A duplicate, if it is a regular file, which has one position for all
 *   writers, or the journal's socket, which cannot be opened again; else -1.
 * @reopen: It is a pipe or a terminal, opened when there is a message: who
 *   reads from a pipe may wait until all its writers have closed it.
 * @device: With @reopen: what it is.
 * @inode: Likewise.
 */
struct late_stderr {
	int kept;
	bool reopen;
	dev_t device;
	ino_t inode;
};

/**
 * late_stderr_open() - Take the standard error of this process.
 * @late: Set.
 */
void late_stderr_open(struct late_stderr *late);

/**
 * late_stderr_write() - Write a line.
 * @late: The standard error.
 * @task: The directory /proc/PID/task of a process that has it, -1 for none.
 * @line: The line, not longer than PIPE_BUF.
 *
 * Does not block. Does not write to a file that the program has opened as its
 * standard error since.
 *
 * Return: Whether it was written.
 */
bool late_stderr_write(const struct late_stderr *late, int task,
		       const char *line);

#endif /* LATE_STDERR_H */
