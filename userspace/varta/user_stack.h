/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User stacks of the threads of a process, by libdw of elfutils, if it is installed.
 */
#ifndef USER_STACK_H
#define USER_STACK_H

#include <stdint.h>

#include "look.h"

/* Threads whose stacks are read. */
#define USER_STACK_THREADS_MAX	16

/* Frames of a stack. */
#define USER_STACK_FRAMES_MAX	48

/* The time that a process may take; it takes some hundredths of a second. */
#define USER_STACK_LIMIT_MS	5000

/**
 * user_stacks_read() - Read the user stacks of the threads that were looked at.
 * @look: The look, after look_end(). The stacks are added, or the reason why there
 *   are none.
 * @limit_ms: The time that it may take.
 *
 * Stops one thread after the other, each for as long as it takes to walk its stack.
 * A thread that is traced, exits, dumps core or is in state D, and a process that
 * is frozen, are left alone. A stopped process stays stopped. A child does the
 * work: the kernel resumes the thread whenever it ends, also when it is killed at
 * the time limit or because this process was killed. It has the rights of the
 * process's user while it parses the process's files.
 */
void user_stacks_read(struct look *look, uint32_t limit_ms);

#endif /* USER_STACK_H */
