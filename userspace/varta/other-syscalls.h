/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of the system calls of 32-bit programs if the tool is a 64-bit one, and
 * vice versa. Only for syscall-names.awk.
 */
#if defined(__x86_64__)
#include <asm/unistd_32.h>
#elif defined(__i386__)
#include <asm/unistd_64.h>
#endif
