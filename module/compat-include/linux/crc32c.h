/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before 6.14, crc32c() was in a module of its own and used the crypto API.
 * Today's crc32c() was called __crc32c_le().
 */
#ifndef _VARTA_COMPAT_LINUX_CRC32C_H
#define _VARTA_COMPAT_LINUX_CRC32C_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#include_next <linux/crc32c.h>
#else
#include <linux/crc32.h>

static inline u32 crc32c(u32 crc, const void *data, size_t len)
{
	return __crc32c_le(crc, data, len);
}
#endif

#endif /* _VARTA_COMPAT_LINUX_CRC32C_H */
