/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.12 this header was asm/unaligned.h. */
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
