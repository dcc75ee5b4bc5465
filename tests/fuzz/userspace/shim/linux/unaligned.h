/* SPDX-License-Identifier: GPL-2.0-only */
/* Little-endian integers of any alignment, for userspace. */
#ifndef FUZZ_SHIM_UNALIGNED_H
#define FUZZ_SHIM_UNALIGNED_H

#include <endian.h>
#include <string.h>

#include <linux/types.h>

static inline u32 get_unaligned_le32(const void *at)
{
	u32 value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static inline u64 get_unaligned_le64(const void *at)
{
	u64 value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

#endif /* FUZZ_SHIM_UNALIGNED_H */
