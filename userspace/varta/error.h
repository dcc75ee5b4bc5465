/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Error messages, and the exit status that goes with each.
 */
#ifndef ERROR_H
#define ERROR_H

#include <stdbool.h>

#include <varta.h>

/**
 * may_listen() - Whether this process has CAP_NET_ADMIN, as listeners need.
 *
 * Return: true if it has the capability over its network namespace.
 */
bool may_listen(void);

/**
 * fail_open() - Report that varta_open() failed.
 * @error: Negative errno.
 *
 * Return: The exit status, an enum exit_code; so do all functions below.
 */
int fail_open(int error);

/**
 * fail_listen() - Report that varta_events_open() failed.
 * @error: Negative errno.
 */
int fail_listen(int error);

/**
 * fail_call() - Report that a call on a handle failed.
 * @v: The handle, which has the kernel's message.
 * @what: What failed, as in "cannot @what".
 * @error: Negative errno.
 */
int fail_call(const struct varta *v, const char *what, int error);

/**
 * fail_privileged() - Report that a call which needs CAP_NET_ADMIN failed.
 * @v: As for fail_call().
 * @what: Likewise.
 * @error: Likewise.
 */
int fail_privileged(const struct varta *v, const char *what, int error);

/**
 * fail_beat() - Report that a beat failed.
 * @v: As for fail_call(). If the threshold was refused, the limits are read
 *   from the kernel, which changes the handle's last error.
 * @what: Likewise.
 * @error: Likewise.
 * @threshold_ms: The threshold that the beat asked for.
 */
int fail_beat(struct varta *v, const char *what, int error,
	      uint32_t threshold_ms);

/**
 * fail_system() - Report that something failed outside of the kernel module.
 * @what: What failed, as in "cannot @what".
 * @error: Negative errno.
 */
int fail_system(const char *what, int error);

#endif /* ERROR_H */
