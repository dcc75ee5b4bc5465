/* SPDX-License-Identifier: GPL-2.0-only */
/* What module/frame.h has of the kernel's limits, for userspace. */
#ifndef FUZZ_SHIM_LIMITS_H
#define FUZZ_SHIM_LIMITS_H

#include_next <linux/limits.h>

#define U64_MAX UINT64_MAX

#endif /* FUZZ_SHIM_LIMITS_H */
