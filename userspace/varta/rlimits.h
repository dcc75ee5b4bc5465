/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resource limits, which the helper process of varta run inherits.
 */
#ifndef RLIMITS_H
#define RLIMITS_H

#include <sys/resource.h>

/**
 * struct rlimits - Resource limits of a process.
 * @of: By number, RLIMIT_*.
 */
struct rlimits {
	struct rlimit of[RLIM_NLIMITS];
};

/**
 * rlimits_raise() - Raise the limits of this process.
 * @before: Receives the limits before that.
 *
 * Soft limits become the hard ones, but for RLIMIT_CORE.
 */
void rlimits_raise(struct rlimits *before);

/**
 * rlimits_lift() - Remove the hard limits of this process, if it may do that.
 */
void rlimits_lift(void);

/**
 * rlimits_restore() - Set the limits of this process.
 * @limits: From rlimits_raise().
 */
void rlimits_restore(const struct rlimits *limits);

#endif /* RLIMITS_H */
