/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pid index: from an agent's pid to the number of its slot. It knows
 * nothing of what a slot holds.
 */
#ifndef _VARTA_PID_INDEX_H
#define _VARTA_PID_INDEX_H

#include <linux/types.h>

enum varta_pid_index_limits {
	VARTA_PID_INDEX_PROBES = 64,
};

/**
 * struct varta_pid_index - fixed open-addressed table with linear probing
 * @entries: (pid << 32 | slot + 2), or one of two marks below that; see
 *	pid_index.c. Read without a lock; written under the owner's lock, each
 *	in one store.
 * @mask: number of entries, a power of two, less one. Never changes.
 */
struct varta_pid_index {
	u64 *entries;
	u32 mask;
};

int varta_pid_index_init(struct varta_pid_index *index, u32 capacity);
void varta_pid_index_destroy(struct varta_pid_index *index);
size_t varta_pid_index_bytes(u32 capacity);
bool varta_pid_index_get(const struct varta_pid_index *index, u32 pid,
			 u32 *slot);
bool varta_pid_index_insert(struct varta_pid_index *index, u32 pid, u32 slot);
bool varta_pid_index_remove(struct varta_pid_index *index, u32 pid);
int varta_pid_index_replace(struct varta_pid_index *index, u32 old_pid,
			    u32 pid, u32 slot);

#endif /* _VARTA_PID_INDEX_H */
