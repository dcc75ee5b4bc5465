/* SPDX-License-Identifier: GPL-2.0-only */
/* The pid index: a hash table from the key of an agent to its slot. */
#ifndef _VARTA_PID_INDEX_H
#define _VARTA_PID_INDEX_H

#include <linux/build_bug.h>
#include <linux/types.h>

#include "agent.h"

enum varta_pid_index_limits {
	VARTA_PID_INDEX_PROBES = 64,
	/* Highest slot number. */
	VARTA_SLOT_MAX	= VARTA_CAPACITY_MAX - 1,
};

/*
 * Key and slot fit in one word. A key has as many bits for the pid as a 64-bit
 * kernel needs, and the rest of its bits for the source.
 */
enum varta_key_limits {
	VARTA_PID_BITS		= 22,
	VARTA_SOURCE_BITS	= 19,
	VARTA_KEY_BITS		= VARTA_PID_BITS + VARTA_SOURCE_BITS,
	VARTA_PID_MAX		= (1 << VARTA_PID_BITS) - 1,
};

static_assert(VARTA_SOURCE_MAX == (1 << VARTA_SOURCE_BITS) - 1);

/**
 * varta_key() - key of an agent
 * @source: number of its relay, up to VARTA_SOURCE_MAX; 0 for this machine
 * @pid: up to VARTA_PID_MAX
 *
 * Return: the key, VARTA_KEY_BITS wide.
 */
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

/**
 * struct varta_pid_index - hash table of fixed size
 * @entries: key and slot, empty, or a tombstone. Read without a lock; written
 *	under the owner's lock, each in one store.
 * @mask: number of entries, a power of two, minus one. Never changes.
 */
struct varta_pid_index {
	u64 *entries;
	u32 mask;
};

int varta_pid_index_init(struct varta_pid_index *index, u32 capacity);
void varta_pid_index_destroy(struct varta_pid_index *index);
size_t varta_pid_index_bytes(u32 capacity);
bool varta_pid_index_get(const struct varta_pid_index *index, u64 key,
			 u32 *slot);
bool varta_pid_index_insert(struct varta_pid_index *index, u64 key, u32 slot);
bool varta_pid_index_remove(struct varta_pid_index *index, u64 key);
int varta_pid_index_replace(struct varta_pid_index *index, u64 old_key,
			    u64 key, u32 slot);

#endif /* _VARTA_PID_INDEX_H */
