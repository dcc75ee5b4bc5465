/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's crc32c(), for userspace, with the library's. */
#ifndef FUZZ_SHIM_CRC32C_H
#define FUZZ_SHIM_CRC32C_H

#include <stdlib.h>

#include <linux/types.h>

#include "libvarta/frame.h"

/* The library's begins with all ones, and inverts at the end. */
static inline u32 crc32c(u32 begin, const void *data, size_t len)
{
	if (begin != ~0U)
		abort();
	return ~varta_crc32c(data, len);
}

#endif /* FUZZ_SHIM_CRC32C_H */
