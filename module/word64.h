/* SPDX-License-Identifier: GPL-2.0-only */
/* 64-bit words that are read without a lock, also where a load has only 32 bits. */
#ifndef _VARTA_WORD64_H
#define _VARTA_WORD64_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Our own words, all of whose stores are by varta_store64(). Under the lock that
 * excludes these, a plain read will do.
 */
#ifdef CONFIG_64BIT
#define varta_load64(word)		READ_ONCE(*(word))
#define varta_store64(word, value)	WRITE_ONCE(*(word), value)

static inline u64 varta_load64_acquire(const u64 *word)
{
	/* Pairs with a release by the writer. */
	return smp_load_acquire(word);
}
#else
static inline u64 varta_load64(const u64 *word)
{
	return atomic64_read((const atomic64_t *)word);
}

static inline u64 varta_load64_acquire(const u64 *word)
{
	return atomic64_read_acquire((const atomic64_t *)word);
}

static inline void varta_store64(u64 *word, u64 value)
{
	atomic64_set((atomic64_t *)word, value);
}
#endif

/*
 * Times that the scheduler adds to. The upper half changes once in 4.3 s: on 32
 * bit, a reader has to fall twice between two instructions of the writer to get
 * halves that do not belong together.
 */
static inline u64 varta_peek64(const u64 *word)
{
	u64 value = READ_ONCE(*word);
#ifndef CONFIG_64BIT
	u64 before;

	do {
		before = value;
		smp_rmb();	/* between the two reads */
		value = READ_ONCE(*word);
	} while (value >> 32 != before >> 32);
#endif
	return value;
}

#endif /* _VARTA_WORD64_H */
