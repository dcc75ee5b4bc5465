/* SPDX-License-Identifier: GPL-2.0-only */
/* static_assert() as the kernel has it, for userspace. */
#ifndef FUZZ_SHIM_BUILD_BUG_H
#define FUZZ_SHIM_BUILD_BUG_H

#define static_assert(condition) _Static_assert(condition, #condition)

#endif /* FUZZ_SHIM_BUILD_BUG_H */
