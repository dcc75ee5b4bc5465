/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pids with a chosen home bucket. The bucket is found by inserting the pid, so
 * that the tests do not depend on the hash function.
 */
#ifndef _VARTA_KUNIT_HASH_COLLISIONS_H
#define _VARTA_KUNIT_HASH_COLLISIONS_H

#include <kunit/test.h>

#include "pid_index.h"

u32 hash_collision_entry(const struct varta_pid_index *index, u32 pid);
u32 hash_collision_bucket(struct varta_pid_index *empty, u32 pid);
void hash_collision_pids(struct kunit *test, u32 capacity, u32 bucket,
			 u32 *pids, u32 count);

#endif /* _VARTA_KUNIT_HASH_COLLISIONS_H */
