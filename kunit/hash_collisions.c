// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pids with a chosen home bucket.
 */
#include <kunit/test.h>

#include "hash_collisions.h"

/**
 * hash_collision_entry() - position of a pid's entry in the table
 * @index: the index
 * @pid: the pid
 *
 * Return: the position, or U32_MAX.
 */
u32 hash_collision_entry(const struct varta_pid_index *index, u32 pid)
{
	u32 entry;

	for (entry = 0; entry <= index->mask; entry++) {
		/* 0 and 1 mark empty entries and tombstones. */
		if (index->entries[entry] > 1 &&
		    index->entries[entry] >> 23 == pid)
			return entry;
	}
	return U32_MAX;
}

/**
 * hash_collision_bucket() - home bucket of a pid
 * @empty: an empty index; empty again afterwards
 * @pid: the pid
 */
u32 hash_collision_bucket(struct varta_pid_index *empty, u32 pid)
{
	u32 entry;

	varta_pid_index_insert(empty, pid, 0);
	entry = hash_collision_entry(empty, pid);
	varta_pid_index_remove(empty, pid);
	return entry;
}

/**
 * hash_collision_pids() - find pids with the same home bucket
 * @test: the test; fails if there are not enough
 * @capacity: capacity of the index
 * @bucket: the home bucket
 * @pids: set to the pids
 * @count: number of pids
 */
void hash_collision_pids(struct kunit *test, u32 capacity, u32 bucket,
			 u32 *pids, u32 count)
{
	struct varta_pid_index empty;
	u32 pid, found = 0;

	KUNIT_ASSERT_EQ(test, varta_pid_index_init(&empty, capacity), 0);
	/* A good hash needs about one try per entry of the table. */
	for (pid = 1; found < count && pid < 100 * count * empty.mask; pid++) {
		if (hash_collision_bucket(&empty, pid) == bucket)
			pids[found++] = pid;
	}
	varta_pid_index_destroy(&empty);
	KUNIT_ASSERT_EQ(test, found, count);
}
