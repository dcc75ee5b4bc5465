// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of pid_index.c: the index finds what it holds, rejects only when it
 * must, and does not degrade. Home buckets are found by inserting, so that the
 * hash may change.
 */
#include <kunit/test.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "hash_collisions.h"
#include "pid_index.h"

enum {
	/* VARTA_PID_INDEX_PROBES as a plain int. */
	PROBES		= 64,
	/* More entries than the probes from one bucket reach. */
	CAPACITY	= 128,
	TABLE		= 2 * CAPACITY,
	/* Probes from here wrap around the end of the table. */
	BUCKET		= TABLE - 20,
};

static struct varta_pid_index *make_index(struct kunit *test, u32 capacity)
{
	struct varta_pid_index *index =
		kunit_kzalloc(test, sizeof(*index), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, index);
	KUNIT_ASSERT_EQ(test, varta_pid_index_init(index, capacity), 0);
	test->priv = index;
	return index;
}

static void destroy_index(struct kunit *test)
{
	varta_pid_index_destroy(test->priv);
	test->priv = NULL;
}

static void pid_index_test_exit(struct kunit *test)
{
	if (test->priv)
		destroy_index(test);
}

/* Returns U32_MAX for an unknown key; no test uses that slot. */
static u32 get(const struct varta_pid_index *index, u64 key)
{
	return varta_pid_index_get(index, key);
}

static u32 count_entries(const struct varta_pid_index *index, bool tombstones)
{
	u32 entry, sum = 0;

	for (entry = 0; entry <= index->mask; entry++)
		sum += tombstones ?
			index->entries[entry] == VARTA_INDEX_TOMBSTONE :
			varta_index_is_live(index->entries[entry]);
	return sum;
}

/* Pids with home bucket BUCKET; its probes reach PROBES of them. */
static u32 *make_colliding_pids(struct kunit *test, u32 count)
{
	u32 *pids = kunit_kcalloc(test, count, sizeof(*pids), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pids);
	hash_collision_pids(test, CAPACITY, BUCKET, pids, count);
	return pids;
}

static u64 *copy_entries(struct kunit *test,
			 const struct varta_pid_index *index)
{
	size_t bytes = (index->mask + 1) * sizeof(u64);
	u64 *copy = kunit_kmalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	return memcpy(copy, index->entries, bytes);
}

static void expect_unchanged(struct kunit *test,
			     const struct varta_pid_index *index,
			     const u64 *copy)
{
	KUNIT_EXPECT_MEMEQ(test, index->entries, copy,
			   (index->mask + 1) * sizeof(u64));
}

/* ---- Size. */

static void table_size_is_power_of_two_and_twice_capacity(struct kunit *test)
{
	static const u32 capacities[] = {
		1, 2, 3, 4, 5, 31, 32, 33, 100, 127, 128, 129, 1000, 65536,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(capacities); i++) {
		struct varta_pid_index *index =
			make_index(test, capacities[i]);
		u32 entries = index->mask + 1;

		KUNIT_EXPECT_TRUE(test, is_power_of_2(entries));
		KUNIT_EXPECT_GE(test, entries, 2 * capacities[i]);
		/* And no larger than necessary. */
		KUNIT_EXPECT_LT(test, entries, 4 * capacities[i]);
		KUNIT_EXPECT_EQ(test, varta_pid_index_bytes(capacities[i]),
				entries * sizeof(u64));
		destroy_index(test);
	}
}

/* ---- Insertion and lookup. */

static void inserted_keys_are_found(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 4);

	KUNIT_EXPECT_EQ(test, get(index, 1), U32_MAX);
	KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, 1, 3));
	KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, U32_MAX, 0));
	KUNIT_EXPECT_EQ(test, get(index, 1), 3);
	KUNIT_EXPECT_EQ(test, get(index, U32_MAX), 0);
	KUNIT_EXPECT_EQ(test, get(index, 2), U32_MAX);
	KUNIT_EXPECT_TRUE(test, varta_pid_index_remove(index, 1));
	KUNIT_EXPECT_EQ(test, get(index, 1), U32_MAX);
	KUNIT_EXPECT_EQ(test, get(index, U32_MAX), 0);
	KUNIT_EXPECT_FALSE(test, varta_pid_index_remove(index, 1));
	KUNIT_EXPECT_FALSE(test, varta_pid_index_remove(index, 2));
}

static void all_bits_of_slot_number_are_kept(struct kunit *test)
{
	static const u32 slots[] = {
		0, 1, 2, 3, 65535, 65536, VARTA_SLOT_MAX - 1, VARTA_SLOT_MAX,
	};
	static const u64 keys[] = {
		0, 9, VARTA_PID_MAX, (u64)VARTA_SOURCE_MAX << VARTA_PID_BITS,
		(u64)VARTA_SOURCE_MAX << VARTA_PID_BITS | VARTA_PID_MAX,
	};
	struct varta_pid_index *index = make_index(test, 8);
	int i, k;

	KUNIT_EXPECT_EQ(test, VARTA_SLOT_MAX, 4194303);
	for (k = 0; k < ARRAY_SIZE(keys); k++) {
		for (i = 0; i < ARRAY_SIZE(slots); i++) {
			KUNIT_EXPECT_TRUE(test,
					  varta_pid_index_insert(index, keys[k],
								 slots[i]));
			KUNIT_EXPECT_EQ(test, get(index, keys[k]), slots[i]);
		}
		KUNIT_EXPECT_EQ(test, count_entries(index, false), k + 1);
	}
	for (k = 0; k < ARRAY_SIZE(keys); k++) {
		KUNIT_EXPECT_EQ(test, get(index, keys[k]), VARTA_SLOT_MAX);
		KUNIT_EXPECT_TRUE(test, varta_pid_index_remove(index, keys[k]));
	}
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 0);
}

static void key_holds_source_and_pid(struct kunit *test)
{
	static const u32 pids[] = { 0, 1, 300, VARTA_PID_MAX };
	static const u32 sources[] = { 0, 1, 300, VARTA_SOURCE_MAX };
	int i, k;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		for (k = 0; k < ARRAY_SIZE(pids); k++) {
			u64 key = varta_key(sources[i], pids[k]);

			KUNIT_EXPECT_EQ(test, varta_key_source(key),
					sources[i]);
			KUNIT_EXPECT_EQ(test, varta_key_pid(key), pids[k]);
			KUNIT_EXPECT_EQ(test, key >> VARTA_KEY_BITS, 0);
		}
	}
	/* The key of a local pid is the pid. */
	KUNIT_EXPECT_EQ(test, varta_key(0, VARTA_PID_MAX), VARTA_PID_MAX);
}

static void same_pid_of_different_sources_is_different_key(struct kunit *test)
{
	static const u32 sources[] = {
		0, 1, 2, 1 << 9, 1 << 10, 1 << 18, VARTA_SOURCE_MAX,
	};
	struct varta_pid_index *index = make_index(test, 8);
	int i;

	for (i = 0; i < ARRAY_SIZE(sources); i++)
		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_insert(index,
							 varta_key(sources[i],
								   7),
							 i));
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		KUNIT_EXPECT_EQ(test, get(index, varta_key(sources[i], 7)), i);
	KUNIT_EXPECT_TRUE(test, varta_pid_index_remove(index, varta_key(1, 7)));
	KUNIT_EXPECT_EQ(test, get(index, varta_key(1, 7)), U32_MAX);
	KUNIT_EXPECT_FALSE(test,
			   varta_pid_index_remove(index, varta_key(1, 7)));
	KUNIT_EXPECT_EQ(test, varta_pid_index_replace(index, varta_key(0, 7),
						      varta_key(1, 7), 50), 0);
	KUNIT_EXPECT_EQ(test, get(index, 7), U32_MAX);
	KUNIT_EXPECT_EQ(test, get(index, varta_key(1, 7)), 50);
	for (i = 2; i < ARRAY_SIZE(sources); i++)
		KUNIT_EXPECT_EQ(test, get(index, varta_key(sources[i], 7)), i);
}

/* A hash without the source would put all of them in one bucket. */
static void hash_spreads_sources_of_same_pid(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 4096);
	u32 source;

	for (source = 0; source < 4096; source++)
		KUNIT_ASSERT_TRUE(test,
				  varta_pid_index_insert(index,
							 varta_key(source, 1),
							 source));
	for (source = 0; source < 4096; source++)
		KUNIT_ASSERT_EQ(test, get(index, varta_key(source, 1)), source);
}

static void all_bits_of_pid_are_compared(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 33);
	u32 bit;

	KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, 1 << 30, 32));
	for (bit = 0; bit < 32; bit++) {
		if (bit != 30)
			KUNIT_EXPECT_TRUE(test,
					  varta_pid_index_insert(index,
								 1u << bit,
								 bit));
	}
	for (bit = 0; bit < 32; bit++)
		KUNIT_EXPECT_EQ(test, get(index, 1u << bit),
				bit == 30 ? 32 : bit);
}

static void second_insert_replaces_slot(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test, 3);

	varta_pid_index_insert(index, pids[0], 10);
	varta_pid_index_insert(index, pids[1], 11);
	varta_pid_index_insert(index, pids[2], 12);
	KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, pids[1], 99));
	KUNIT_EXPECT_EQ(test, get(index, pids[1]), 99);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 3);

	/* Using the tombstone before it would leave two entries. */
	varta_pid_index_remove(index, pids[0]);
	KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, pids[2], 98));
	KUNIT_EXPECT_EQ(test, get(index, pids[2]), 98);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 2);
	varta_pid_index_remove(index, pids[2]);
	KUNIT_EXPECT_EQ(test, get(index, pids[2]), U32_MAX);
}

static void pid_zero_is_an_ordinary_key(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 1);

	KUNIT_EXPECT_EQ(test, get(index, 0), U32_MAX);
	KUNIT_EXPECT_FALSE(test, varta_pid_index_remove(index, 0));
	varta_pid_index_insert(index, 5, 0);
	varta_pid_index_remove(index, 5);
	KUNIT_EXPECT_EQ(test, get(index, 0), U32_MAX);
	KUNIT_EXPECT_FALSE(test, varta_pid_index_remove(index, 0));
}

/* ---- Probing. */

static void probing_wraps_around(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test, PROBES);
	u32 i;

	for (i = 0; i < PROBES; i++) {
		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_insert(index, pids[i], i));
		KUNIT_EXPECT_EQ(test, hash_collision_entry(index, pids[i]),
				(BUCKET + i) % TABLE);
	}
	for (i = 0; i < PROBES; i++)
		KUNIT_EXPECT_EQ(test, get(index, pids[i]), i);
}

static void insert_beyond_probe_limit_fails_and_changes_nothing(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test, PROBES + 1);
	u64 *copy;
	u32 i;

	/* There are exactly 64 probes. */
	for (i = 0; i < PROBES; i++)
		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_insert(index, pids[i], i));
	copy = copy_entries(test, index);
	KUNIT_EXPECT_FALSE(test,
			   varta_pid_index_insert(index, pids[PROBES], 77));
	expect_unchanged(test, index, copy);
	KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), U32_MAX);

	/* A known pid needs no entry. */
	KUNIT_EXPECT_TRUE(test,
			  varta_pid_index_insert(index, pids[PROBES - 1], 5));
	KUNIT_EXPECT_EQ(test, get(index, pids[PROBES - 1]), 5);
}

/* The entry is where only a 65th probe would find it. */
static void probing_stops_at_limit(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test,
					PROBES + 1), beyond = pids[PROBES];
	u32 i, entry = (BUCKET + PROBES) % TABLE;

	for (i = 0; i < PROBES; i++)
		varta_pid_index_insert(index, pids[i], i);
	index->entries[entry] = (u64)beyond << 23 | 7;
	KUNIT_EXPECT_EQ(test, get(index, beyond), U32_MAX);
	KUNIT_EXPECT_FALSE(test, varta_pid_index_remove(index, beyond));
	KUNIT_EXPECT_FALSE(test, varta_pid_index_insert(index, beyond, 1));
	KUNIT_EXPECT_EQ(test, index->entries[entry], (u64)beyond << 23 | 7);
}

/* ---- Removal. */

static void insert_reuses_tombstone(struct kunit *test)
{
	u32 gone;

	/* The probes reach one tombstone, at each position in turn. */
	for (gone = 0; gone < PROBES; gone++) {
		struct varta_pid_index *index = make_index(test, CAPACITY);
		u32 *pids = make_colliding_pids(test, PROBES + 1);
		u32 i, beyond, entry = (BUCKET + PROBES) % TABLE;

		for (i = 0; i < PROBES; i++)
			varta_pid_index_insert(index, pids[i], i);
		/* Its path keeps the last position from becoming empty. */
		hash_collision_pids(test, CAPACITY,
				    (BUCKET + PROBES - 1) % TABLE, &beyond, 1);
		varta_pid_index_insert(index, beyond, 100);
		KUNIT_ASSERT_EQ(test, hash_collision_entry(index, beyond),
				entry);

		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_remove(index, pids[gone]));
		KUNIT_EXPECT_EQ(test, count_entries(index, true), 1);
		KUNIT_EXPECT_EQ(test, get(index, beyond), 100);
		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_insert(index, pids[PROBES],
							 200));
		KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), 200);
		KUNIT_EXPECT_EQ(test, hash_collision_entry(index, pids[PROBES]),
				(BUCKET + gone) % TABLE);
		KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
		destroy_index(test);
	}
}

static void removal_keeps_other_probe_paths(struct kunit *test)
{
	u32 first, second, i;
	u32 *pids = make_colliding_pids(test, 12);

	/* All pairs of twelve pids with the same home bucket. */
	for (first = 0; first < 12; first++) {
		for (second = 0; second < 12; second++) {
			struct varta_pid_index *index =
				make_index(test, CAPACITY);

			for (i = 0; i < 12; i++)
				varta_pid_index_insert(index, pids[i], i);
			varta_pid_index_remove(index, pids[first]);
			varta_pid_index_remove(index, pids[second]);
			for (i = 0; i < 12; i++) {
				u32 expected = i;

				if (i == first || i == second)
					expected = U32_MAX;
				KUNIT_EXPECT_EQ(test, get(index, pids[i]),
						expected);
			}
			destroy_index(test);
		}
	}
}

static void removal_leaves_no_tombstone_before_empty_entry(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test, 5);
	u32 i;

	for (i = 0; i < 5; i++)
		varta_pid_index_insert(index, pids[i], i);
	/* Each is followed by an entry in use. */
	varta_pid_index_remove(index, pids[1]);
	varta_pid_index_remove(index, pids[3]);
	varta_pid_index_remove(index, pids[2]);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 3);
	KUNIT_EXPECT_EQ(test, get(index, pids[4]), 4);
	/* Removing the last entry frees the tombstones before it. */
	varta_pid_index_remove(index, pids[4]);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
	KUNIT_EXPECT_EQ(test, get(index, pids[0]), 0);
	varta_pid_index_remove(index, pids[0]);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 0);
}

/* Only the 64th probe of one pid depends on the entry. */
static void removal_keeps_longest_probe_path(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test, 2);
	u32 i, pid;

	varta_pid_index_insert(index, pids[0], 0);
	for (i = 1; i < PROBES - 1; i++) {
		hash_collision_pids(test, CAPACITY, (BUCKET + i) % TABLE, &pid,
				    1);
		varta_pid_index_insert(index, pid, i);
	}
	varta_pid_index_insert(index, pids[1], PROBES - 1);
	KUNIT_ASSERT_EQ(test, hash_collision_entry(index, pids[1]),
			(BUCKET + PROBES - 1) % TABLE);
	varta_pid_index_remove(index, pids[0]);
	KUNIT_EXPECT_EQ(test, get(index, pids[1]), PROBES - 1);
}

/* Probing must end although no entry is empty. */
static void table_full_of_tombstones_still_works(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 1);
	u32 pid;

	index->entries[0] = VARTA_INDEX_TOMBSTONE;
	index->entries[1] = VARTA_INDEX_TOMBSTONE;
	KUNIT_EXPECT_EQ(test, get(index, 7), U32_MAX);
	KUNIT_EXPECT_FALSE(test, varta_pid_index_remove(index, 7));
	for (pid = 1; pid < 100; pid++) {
		KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, pid, 0));
		KUNIT_EXPECT_EQ(test, get(index, pid), 0);
		KUNIT_EXPECT_EQ(test, count_entries(index, false), 1);
		KUNIT_EXPECT_TRUE(test, varta_pid_index_remove(index, pid));
		KUNIT_EXPECT_EQ(test, get(index, pid), U32_MAX);
	}
}

/* ---- Replacement. */

static void replace_swaps_key(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);

	varta_pid_index_insert(index, 1, 10);
	varta_pid_index_insert(index, 2, 20);
	KUNIT_EXPECT_EQ(test, varta_pid_index_replace(index, 1, 3, 30), 0);
	KUNIT_EXPECT_EQ(test, get(index, 1), U32_MAX);
	KUNIT_EXPECT_EQ(test, get(index, 2), 20);
	KUNIT_EXPECT_EQ(test, get(index, 3), 30);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 2);
}

static void replace_reuses_entry_of_old_key(struct kunit *test)
{
	u32 old;

	/* The entry of the old pid is the only one for the new pid. */
	for (old = 0; old < PROBES; old++) {
		struct varta_pid_index *index = make_index(test, CAPACITY);
		u32 *pids = make_colliding_pids(test, PROBES + 1);
		u32 i;

		for (i = 0; i < PROBES; i++)
			varta_pid_index_insert(index, pids[i], i);
		KUNIT_EXPECT_EQ(test, 0,
				varta_pid_index_replace(index, pids[old],
							pids[PROBES], 99));
		KUNIT_EXPECT_EQ(test, hash_collision_entry(index, pids[PROBES]),
				(BUCKET + old) % TABLE);
		for (i = 0; i < PROBES; i++)
			KUNIT_EXPECT_EQ(test, get(index, pids[i]),
					i == old ? U32_MAX : i);
		KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), 99);
		KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
		destroy_index(test);
	}
}

static void failed_replace_changes_nothing(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test, PROBES + 1);
	u32 i, far;
	u64 *copy;

	hash_collision_pids(test, CAPACITY, (BUCKET + PROBES + 10) % TABLE,
			    &far, 1);
	for (i = 0; i < PROBES; i++)
		varta_pid_index_insert(index, pids[i], i);
	varta_pid_index_insert(index, far, 88);
	copy = copy_entries(test, index);
	/* The entry of the old pid is out of reach for the new pid. */
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			varta_pid_index_replace(index, far, pids[PROBES], 99));
	expect_unchanged(test, index, copy);
	KUNIT_EXPECT_EQ(test, get(index, far), 88);
	KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), U32_MAX);
}

static void replace_keeps_other_probe_paths(struct kunit *test)
{
	u32 *pids = make_colliding_pids(test, 8);
	u32 old, i, far;

	hash_collision_pids(test, CAPACITY, (BUCKET + 100) % TABLE, &far, 1);
	for (old = 0; old < 7; old++) {
		struct varta_pid_index *index = make_index(test, CAPACITY);

		for (i = 0; i < 7; i++)
			varta_pid_index_insert(index, pids[i], i);
		/* The new pid has another bucket. */
		KUNIT_EXPECT_EQ(test, 0,
				varta_pid_index_replace(index, pids[old], far,
							50));
		for (i = 0; i < 7; i++)
			KUNIT_EXPECT_EQ(test, get(index, pids[i]),
					i == old ? U32_MAX : i);
		KUNIT_EXPECT_EQ(test, get(index, far), 50);
		/* Removing the last entry leaves no tombstone. */
		KUNIT_EXPECT_EQ(test, count_entries(index, true), old != 6);
		destroy_index(test);
	}
}

static void replace_uses_entry_nearest_to_home_bucket(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = make_colliding_pids(test, 6);
	u32 i;

	for (i = 0; i < 5; i++)
		varta_pid_index_insert(index, pids[i], i);
	varta_pid_index_remove(index, pids[1]);
	/* The tombstone is nearer to the home bucket than the old entry. */
	KUNIT_EXPECT_EQ(test, 0,
			varta_pid_index_replace(index, pids[3], pids[5], 9));
	KUNIT_EXPECT_EQ(test, hash_collision_entry(index, pids[5]),
			(BUCKET + 1) % TABLE);
	KUNIT_EXPECT_EQ(test, get(index, pids[3]), U32_MAX);
	KUNIT_EXPECT_EQ(test, get(index, pids[4]), 4);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 4);
}

static void replace_of_unknown_key_inserts(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 4);

	varta_pid_index_insert(index, 1, 10);
	KUNIT_EXPECT_EQ(test, varta_pid_index_replace(index, 2, 3, 30),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, get(index, 1), 10);
	KUNIT_EXPECT_EQ(test, get(index, 3), 30);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 2);
}

/* ---- Churn in a full table. */

struct churn {
	struct varta_pid_index *index;
	/* Pid of each slot, 0 for none. */
	u32 *pids;
	u32 capacity;
	u32 rejected;
	struct rnd_state random;
};

enum churn_kind {
	REMOVE_AND_INSERT,
	REPLACE,
};

static bool is_indexed(const struct churn *churn, u32 pid)
{
	return get(churn->index, pid) != U32_MAX;
}

/* Give a slot another pid. Returns false on any error. */
static bool churn_once(struct churn *churn, u32 pid_limit,
		       enum churn_kind kind)
{
	struct varta_pid_index *index = churn->index;
	u32 slot = prandom_u32_state(&churn->random) % churn->capacity;
	u32 old = churn->pids[slot];
	u32 pid;

	do {
		pid = 1 + prandom_u32_state(&churn->random) % pid_limit;
	} while (is_indexed(churn, pid));

	if (kind == REPLACE && old) {
		if (varta_pid_index_replace(index, old, pid, slot)) {
			churn->rejected++;
			return get(index, old) == slot && !is_indexed(churn,
								      pid);
		}
	} else {
		if (old && !varta_pid_index_remove(index, old))
			return false;
		churn->pids[slot] = 0;
		if (!varta_pid_index_insert(index, pid, slot)) {
			churn->rejected++;
			return !is_indexed(churn, pid);
		}
	}
	churn->pids[slot] = pid;
	return get(index, pid) == slot && (!old || !is_indexed(churn, old));
}

static void churn_at(struct kunit *test, u32 capacity, u32 rounds,
		     enum churn_kind kind)
{
	struct churn churn = { .capacity = capacity };
	u32 i, slot, used = 0;

	churn.index = make_index(test, capacity);
	churn.pids = kunit_kcalloc(test, capacity, sizeof(u32), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, churn.pids);
	prandom_seed_state(&churn.random, 0x5eed0000 + capacity);
	for (slot = 0; slot < capacity; slot++) {
		churn.pids[slot] = slot + 1;
		KUNIT_ASSERT_TRUE(test, varta_pid_index_insert(churn.index,
							       slot + 1, slot));
	}

	/* Alternate between the default range of pids and the largest one. */
	for (i = 0; i < rounds; i++) {
		if (!churn_once(&churn, i & 1024 ? 4194304 : 32768, kind)) {
			KUNIT_FAIL(test, "capacity %u, round %u", capacity, i);
			return;
		}
		if (i % 4096 == 0)
			cond_resched();
	}

	for (slot = 0; slot < capacity; slot++) {
		if (!churn.pids[slot])
			continue;
		used++;
		if (get(churn.index, churn.pids[slot]) != slot)
			KUNIT_FAIL(test, "capacity %u, slot %u", capacity,
				   slot);
	}
	KUNIT_EXPECT_EQ(test, count_entries(churn.index, false), used);
	KUNIT_EXPECT_EQ_MSG(test, churn.rejected, 0, "capacity %u", capacity);

	/* An emptied table has as much room as a new one. */
	for (slot = 0; slot < capacity; slot++) {
		if (churn.pids[slot])
			varta_pid_index_remove(churn.index, churn.pids[slot]);
	}
	KUNIT_EXPECT_EQ(test, count_entries(churn.index, false), 0);
	for (slot = 0; slot < capacity; slot++)
		KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(churn.index,
							       slot + 1, slot));
	destroy_index(test);
}

static const u32 churn_capacities[] = {
	1, 2, 3, 5, 7, 8, 16, 33, 64, 100, 255, 256, 1000, 4096,
};

static void remove_and_insert_do_not_degrade_table(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(churn_capacities); i++)
		churn_at(test, churn_capacities[i], 200000, REMOVE_AND_INSERT);
}

static void replace_does_not_degrade_table(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(churn_capacities); i++)
		churn_at(test, churn_capacities[i], 200000, REPLACE);
}

/* ---- Churn in a cluster: long probe paths, and rejected insertions. */

enum {
	/* Number of pids, and of the buckets that they share. */
	CLUSTER_PIDS	= 200,
	CLUSTER_BUCKETS	= 48,
	/* Most pids at a time; more than the probes can reach. */
	CLUSTER_MAX	= 100,
};

struct cluster_pid {
	u32 pid;
	u32 bucket;
	bool present;
};

static struct cluster_pid *make_cluster(struct kunit *test)
{
	struct varta_pid_index *empty = make_index(test, CAPACITY);
	struct cluster_pid *all = kunit_kcalloc(test, CLUSTER_PIDS,
						sizeof(*all), GFP_KERNEL);
	u32 pid, found = 0;

	KUNIT_ASSERT_NOT_NULL(test, all);
	for (pid = 1; found < CLUSTER_PIDS; pid++) {
		u32 bucket = hash_collision_bucket(empty, pid);

		if ((bucket - BUCKET) % TABLE < CLUSTER_BUCKETS)
			all[found++] = (struct cluster_pid) {
				.pid = pid, .bucket = bucket,
			};
		KUNIT_ASSERT_LT(test, pid, 100 * CLUSTER_PIDS);
	}
	destroy_index(test);
	return all;
}

/* A rejection is correct only if no reachable entry is free. */
static bool probes_are_full(const struct varta_pid_index *index, u32 bucket)
{
	u32 i;

	for (i = 0; i < PROBES; i++) {
		if (!varta_index_is_live(index->entries[(bucket + i) % TABLE]))
			return false;
	}
	return true;
}

static bool cluster_is_consistent(const struct varta_pid_index *index,
				  const struct cluster_pid *all)
{
	u32 i;

	for (i = 0; i < CLUSTER_PIDS; i++) {
		if (get(index, all[i].pid) != (all[i].present ? i : U32_MAX))
			return false;
	}
	return true;
}

/* Replace, insert or remove one pid. Returns false on a wrong result. */
static bool churn_cluster(struct varta_pid_index *index,
			  struct cluster_pid *all, struct rnd_state *random,
			  u32 *nr_present, u32 *rejected)
{
	u32 old = prandom_u32_state(random) % CLUSTER_PIDS;
	u32 new = prandom_u32_state(random) % CLUSTER_PIDS;
	int err;

	if (all[new].present) {
		all[new].present = false;
		(*nr_present)--;
		return varta_pid_index_remove(index, all[new].pid);
	}
	if (all[old].present) {
		err = varta_pid_index_replace(index, all[old].pid,
					      all[new].pid, new);
		if (err == -ENOSPC) {
			u32 entry = hash_collision_entry(index, all[old].pid);

			(*rejected)++;
			/* The entry of the old pid must be out of reach. */
			return probes_are_full(index, all[new].bucket) &&
			       (entry - all[new].bucket) % TABLE >= PROBES;
		}
		all[old].present = false;
		all[new].present = true;
		return !err;
	}
	if (*nr_present == CLUSTER_MAX)
		return true;
	if (!varta_pid_index_insert(index, all[new].pid, new)) {
		(*rejected)++;
		return probes_are_full(index, all[new].bucket);
	}
	all[new].present = true;
	(*nr_present)++;
	return true;
}

static void clustered_keys_are_never_lost_or_wrongly_rejected(struct kunit *test)
{
	struct cluster_pid *all = make_cluster(test);
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 moves, nr_present = 0, rejected = 0;
	struct rnd_state random;

	prandom_seed_state(&random, 0xc0de);
	for (moves = 0; moves < 20000; moves++) {
		if (!churn_cluster(index, all, &random, &nr_present,
				   &rejected) ||
		    !cluster_is_consistent(index, all) ||
		    count_entries(index, false) != nr_present) {
			KUNIT_FAIL(test, "move %u", moves);
			return;
		}
		cond_resched();
	}
	/* Rejections must have occurred. */
	KUNIT_EXPECT_GT(test, rejected, 0);
}

/* ---- Long runs. */

/* Like a machine that only starts new processes. */
static void sequential_pids_do_not_degrade_table(struct kunit *test)
{
	enum { LIVE_PIDS = 1000, PIDS = 2000000 };
	struct varta_pid_index *index = make_index(test, LIVE_PIDS);
	u32 pid, wrong = 0;

	for (pid = 1; pid <= PIDS; pid++) {
		if (pid > LIVE_PIDS)
			wrong += !varta_pid_index_remove(index,
							 pid - LIVE_PIDS);
		wrong += !varta_pid_index_insert(index, pid, pid % LIVE_PIDS);
		if (pid % 4096 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), LIVE_PIDS);
	for (pid = PIDS - LIVE_PIDS + 1; pid <= PIDS; pid++)
		KUNIT_EXPECT_EQ(test, get(index, pid), pid % LIVE_PIDS);
}

/*
 * Without empty entries, each failing lookup would use all probes, and no
 * removal could empty an entry again.
 */
static void sequential_pids_leave_empty_entries(struct kunit *test)
{
	enum { LIVE_PIDS = 256, PIDS = 100 * LIVE_PIDS };
	struct varta_pid_index *index = make_index(test, LIVE_PIDS);
	u32 pid, entries = index->mask + 1;

	for (pid = 1; pid <= PIDS; pid++) {
		if (pid > LIVE_PIDS)
			varta_pid_index_remove(index, pid - LIVE_PIDS);
		varta_pid_index_insert(index, pid, pid % LIVE_PIDS);
	}
	KUNIT_EXPECT_GT(test, entries - LIVE_PIDS, count_entries(index, true));

	for (pid = PIDS - LIVE_PIDS + 1; pid <= PIDS; pid++)
		varta_pid_index_remove(index, pid);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 0);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
}

/* The hash must spread pids of any pattern. */
static void pids_at_any_stride_fit(struct kunit *test)
{
	enum { LIVE_PIDS = 1024 };
	u32 shift, i, rejected;

	for (shift = 0; shift <= 22; shift++) {
		struct varta_pid_index *index = make_index(test, LIVE_PIDS);

		rejected = 0;
		for (i = 1; i <= LIVE_PIDS; i++)
			rejected += !varta_pid_index_insert(index, i << shift,
							    i);
		KUNIT_EXPECT_EQ_MSG(test, rejected, 0, "shift %u", shift);
		destroy_index(test);
	}
}

enum {
	ALL_PIDS = 4 * 1024 * 1024,
};

static void all_pids_fit_at_maximum_capacity(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, ALL_PIDS);
	u32 pid, rejected = 0, wrong = 0;

	for (pid = 1; pid <= ALL_PIDS; pid++) {
		rejected += !varta_pid_index_insert(index, pid, pid - 1);
		if (pid % 4096 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, rejected, 0);
	for (pid = 1; pid <= ALL_PIDS; pid++)
		wrong += get(index, pid) != pid - 1;
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static struct kunit_case pid_index_cases[] = {
	KUNIT_CASE(table_size_is_power_of_two_and_twice_capacity),

	KUNIT_CASE(inserted_keys_are_found),
	KUNIT_CASE(all_bits_of_slot_number_are_kept),
	KUNIT_CASE(key_holds_source_and_pid),
	KUNIT_CASE(same_pid_of_different_sources_is_different_key),
	KUNIT_CASE(hash_spreads_sources_of_same_pid),
	KUNIT_CASE(all_bits_of_pid_are_compared),
	KUNIT_CASE(second_insert_replaces_slot),
	KUNIT_CASE(pid_zero_is_an_ordinary_key),

	KUNIT_CASE(probing_wraps_around),
	KUNIT_CASE(insert_beyond_probe_limit_fails_and_changes_nothing),
	KUNIT_CASE(probing_stops_at_limit),

	KUNIT_CASE(insert_reuses_tombstone),
	KUNIT_CASE(removal_keeps_other_probe_paths),
	KUNIT_CASE(removal_leaves_no_tombstone_before_empty_entry),
	KUNIT_CASE(removal_keeps_longest_probe_path),
	KUNIT_CASE(table_full_of_tombstones_still_works),

	KUNIT_CASE(replace_swaps_key),
	KUNIT_CASE(replace_reuses_entry_of_old_key),
	KUNIT_CASE(failed_replace_changes_nothing),
	KUNIT_CASE(replace_keeps_other_probe_paths),
	KUNIT_CASE(replace_uses_entry_nearest_to_home_bucket),
	KUNIT_CASE(replace_of_unknown_key_inserts),

	KUNIT_CASE_SLOW(remove_and_insert_do_not_degrade_table),
	KUNIT_CASE_SLOW(replace_does_not_degrade_table),
	KUNIT_CASE(clustered_keys_are_never_lost_or_wrongly_rejected),
	KUNIT_CASE(sequential_pids_do_not_degrade_table),
	KUNIT_CASE(sequential_pids_leave_empty_entries),
	KUNIT_CASE(pids_at_any_stride_fit),
	KUNIT_CASE_SLOW(all_pids_fit_at_maximum_capacity),
	{}
};

static struct kunit_suite pid_index_suite = {
	.name = "varta-pid-index",
	.exit = pid_index_test_exit,
	.test_cases = pid_index_cases,
};

kunit_test_suite(pid_index_suite);
