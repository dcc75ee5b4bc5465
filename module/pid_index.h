/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash table of fixed size, from the key of an agent to its slot. */
#ifndef _VARTA_PID_INDEX_H
#define _VARTA_PID_INDEX_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "agent.h"
#include "word64.h"

enum varta_pid_index_limits {
	VARTA_PID_INDEX_PROBES = 64,
	VARTA_SLOT_MAX	= VARTA_CAPACITY_MAX - 1,
};

/* Key and slot fit in one word. */
enum varta_key_limits {
	VARTA_PID_BITS		= 22,
	VARTA_SOURCE_BITS	= 19,
	VARTA_KEY_BITS		= VARTA_PID_BITS + VARTA_SOURCE_BITS,
	VARTA_PID_MAX		= (1 << VARTA_PID_BITS) - 1,
};

static_assert(VARTA_SOURCE_MAX == (1 << VARTA_SOURCE_BITS) - 1);

#define VARTA_NO_SLOT	U32_MAX

/* An entry has the key in its upper bits, and the slot from FIRST_SLOT on. */
enum varta_index_entry {
	VARTA_INDEX_EMPTY	= 0,
	VARTA_INDEX_TOMBSTONE	= 1,	/* lookups go on, inserts may reuse it */
	VARTA_INDEX_FIRST_SLOT	= 2,
	VARTA_INDEX_SLOT_BITS	= 64 - VARTA_KEY_BITS,
};

/* @source is up to VARTA_SOURCE_MAX, @pid up to VARTA_PID_MAX. */
static inline u64 varta_key(u32 source, u32 pid)
{
	return (u64)source << VARTA_PID_BITS | pid;
}

static inline u32 varta_key_source(u64 key)
{
	return key >> VARTA_PID_BITS;
}

static inline u32 varta_key_pid(u64 key)
{
	return key & VARTA_PID_MAX;
}

struct varta_pid_index {
	aligned_u64 *entries;	/* read without a lock, written in one store each */
	u32 mask;	/* number of entries, a power of two, minus one */
};

static inline bool varta_index_is_live(u64 entry)
{
	return entry > VARTA_INDEX_TOMBSTONE;
}

static inline u64 varta_index_entry_key(u64 entry)
{
	return entry >> VARTA_INDEX_SLOT_BITS;
}

static inline u32 varta_index_entry_slot(u64 entry)
{
	return (entry & GENMASK_ULL(VARTA_INDEX_SLOT_BITS - 1, 0)) -
	       VARTA_INDEX_FIRST_SLOT;
}

static inline bool varta_index_entry_has_key(u64 entry, u64 key)
{
	return varta_index_is_live(entry) &&
	       varta_index_entry_key(entry) == key;
}

/* The 32-bit finaliser of MurmurHash3 spreads sequential pids. */
static __always_inline u32 varta_index_mix(u32 word)
{
	word ^= word >> 16;
	word *= 0x85ebca6b;
	word ^= word >> 13;
	word *= 0xc2b2ae35;
	word ^= word >> 16;
	return word;
}

static __always_inline u32 varta_index_home(const struct varta_pid_index *index,
					    u64 key)
{
	u32 source = varta_key_source(key);

	/* mix(0) is 0: skip it for the many agents without a source. */
	return varta_index_mix(varta_key_pid(key) ^
			       (source ? varta_index_mix(source) : 0)) &
	       index->mask;
}

/* varta_pid_index_get() for the fast path of beats, where a call is too much. */
static __always_inline u32
varta_pid_index_find(const struct varta_pid_index *index, u64 key)
{
	u32 idx = varta_index_home(index, key);
	u32 probe;

	for (probe = 0; probe < VARTA_PID_INDEX_PROBES; probe++) {
		/* One read, so that key and slot belong together. */
		u64 entry = varta_load64(&index->entries[idx]);

		if (varta_index_entry_has_key(entry, key))
			return varta_index_entry_slot(entry);
		if (entry == VARTA_INDEX_EMPTY)
			break;
		idx = (idx + 1) & index->mask;
	}
	return VARTA_NO_SLOT;
}

int varta_pid_index_init(struct varta_pid_index *index, u32 capacity);
void varta_pid_index_destroy(struct varta_pid_index *index);
size_t varta_pid_index_bytes(u32 capacity);
u32 varta_pid_index_get(const struct varta_pid_index *index, u64 key);
bool varta_pid_index_insert(struct varta_pid_index *index, u64 key, u32 slot);
bool varta_pid_index_remove(struct varta_pid_index *index, u64 key);
int varta_pid_index_replace(struct varta_pid_index *index, u64 old_key,
			    u64 key, u32 slot);

#endif /* _VARTA_PID_INDEX_H */
