/* SPDX-License-Identifier: GPL-2.0-only */
/* What module/frame.c has of the kernel's types, for userspace. */
#ifndef FUZZ_SHIM_TYPES_H
#define FUZZ_SHIM_TYPES_H

#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define __packed __attribute__((packed))

#endif /* FUZZ_SHIM_TYPES_H */
