// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pids chosen by where the index puts them.
 */
#include <kunit/test.h>

#include "hash_collisions.h"

/**
 * colliding_place() - where the entry of a pid is
 * @index: the index
 * @pid: the pid
 *
 * Return: the number of the entry, or U32_MAX.
 */
u32 colliding_place(const struct varta_pid_index *index, u32 pid)
{
	u32 at;

	for (at = 0; at <= index->mask; at++) {
		/* Two values are marks for places without a pid. */
		if (index->entries[at] > 1 && index->entries[at] >> 23 == pid)
			return at;
	}
	return U32_MAX;
}

/**
 * colliding_home() - where a pid goes when all places are free
 * @empty: an empty index, which is empty again afterwards
 * @pid: the pid
 *
 * Return: the number of the entry.
 */
u32 colliding_home(struct varta_pid_index *empty, u32 pid)
{
	u32 at;

	varta_pid_index_insert(empty, pid, 0);
	at = colliding_place(empty, pid);
	varta_pid_index_remove(empty, pid);
	return at;
}

/**
 * colliding_pids() - find pids that all have the same home
 * @test: fails if they cannot be found
 * @capacity: of the index that they are for
 * @home: the home
 * @pids: where to put them
 * @count: how many
 */
void colliding_pids(struct kunit *test, u32 capacity, u32 home, u32 *pids,
		    u32 count)
{
	struct varta_pid_index empty;
	u32 pid, found = 0;

	KUNIT_ASSERT_EQ(test, varta_pid_index_init(&empty, capacity), 0);
	/* A mixer that is any good needs about one try for each entry. */
	for (pid = 1; found < count && pid < 100 * count * empty.mask; pid++) {
		if (colliding_home(&empty, pid) == home)
			pids[found++] = pid;
	}
	varta_pid_index_destroy(&empty);
	KUNIT_ASSERT_EQ(test, found, count);
}
