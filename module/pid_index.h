/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash table of fixed size, from the key of an agent to its slot. */
#ifndef _VARTA_PID_INDEX_H
#define _VARTA_PID_INDEX_H

#include <linux/build_bug.h>
#include <linux/types.h>

#include "agent.h"

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

int varta_pid_index_init(struct varta_pid_index *index, u32 capacity);
void varta_pid_index_destroy(struct varta_pid_index *index);
size_t varta_pid_index_bytes(u32 capacity);
u32 varta_pid_index_get(const struct varta_pid_index *index, u64 key);
bool varta_pid_index_insert(struct varta_pid_index *index, u64 key, u32 slot);
bool varta_pid_index_remove(struct varta_pid_index *index, u64 key);
int varta_pid_index_replace(struct varta_pid_index *index, u64 old_key,
			    u64 key, u32 slot);

#endif /* _VARTA_PID_INDEX_H */
