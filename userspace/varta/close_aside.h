/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Closing descriptors of others: close(2) of such a one may block, for a file of
 * a file system in userspace that hangs, or a socket with SO_LINGER.
 */
#ifndef CLOSE_ASIDE_H
#define CLOSE_ASIDE_H

#include <stdbool.h>

enum {
	/* Most at once: SCM_MAX_FD of the kernel. */
	CLOSE_ASIDE_MAX = 253,
};

/**
 * close_aside() - Close descriptors, in another process if that may block.
 * @fds: The descriptors, whose order changes.
 * @count: Their number, at most CLOSE_ASIDE_MAX.
 *
 * Waits for that process for a moment, then ends it.
 */
void close_aside(int *fds, int count);

/**
 * close_aside_is_stuck() - Whether too many such processes cannot be ended.
 *
 * Take no more descriptors then.
 */
bool close_aside_is_stuck(void);

#endif /* CLOSE_ASIDE_H */
