/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Saying what went wrong, and which exit code that is.
 */
#ifndef ERROR_H
#define ERROR_H

#include <varta.h>

/**
 * fail_open() - The library could not connect.
 * @error: Negative errno.
 */
int fail_open(int error);

/**
 * fail_call() - A call on a handle failed.
 * @v: The handle; the kernel's reason is taken from it.
 * @what: What was to be done, as in "cannot @what".
 * @error: Negative errno.
 */
int fail_call(const struct varta *v, const char *what, int error);

/**
 * fail_privileged() - A call on a handle failed that takes a privilege.
 * @v: As for fail_call().
 * @what: Likewise.
 * @error: Likewise.
 */
int fail_privileged(const struct varta *v, const char *what, int error);

/**
 * fail_system() - Something on this side failed.
 * @what: What was to be done, as in "cannot @what".
 * @error: Negative errno.
 */
int fail_system(const char *what, int error);

#endif /* ERROR_H */
