/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fake kernel that sends given replies to the library: the linker replaces the
 * library's system calls by these (option --wrap of ld).
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * kernel_answers() - what comes from now on
 * @data: datagrams, each behind its length in two bytes; what is left at the
 *	end is one more
 * @size: of @data
 * @introduce: lookups of the family get a right answer, before the datagrams
 *
 * In a datagram, FAMILY_HERE as nlmsg_type stands for the family's number, and
 * a sequence number of 0 for that of the last request. After the last one
 * nothing comes any more.
 */
void kernel_answers(const uint8_t *data, size_t size, bool introduce);

#define FAMILY_HERE	0x7661

#endif /* FUZZ_KERNEL_H */
