// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the pid index: that it finds what it holds, refuses only when it
 * must, and does not wear out. Where a pid goes is asked of an index, never
 * computed here, so that the mixer is free to change.
 */
#include <kunit/test.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "hash_collisions.h"
#include "pid_index.h"

enum {
	/* As its type; what the page calls the budget. */
	PROBES		= 64,
	/* A capacity with more places than a budget can see. */
	CAPACITY	= 128,
	TABLE		= 2 * CAPACITY,
	/* Any place, such that its probes go past the end of the table. */
	HOME		= TABLE - 20,
};

/* Two values of an entry that are no pid's, in the order of pid_index.h. */
enum {
	EMPTY,
	TOMBSTONE,
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

static void unmake_index(struct kunit *test)
{
	varta_pid_index_destroy(test->priv);
	test->priv = NULL;
}

static void pid_index_test_exit(struct kunit *test)
{
	if (test->priv)
		unmake_index(test);
}

/* U32_MAX for a pid that is not there; no test uses that slot. */
static u32 get(const struct varta_pid_index *index, u64 key)
{
	u32 slot;

	return varta_pid_index_get(index, key, &slot) ? slot : U32_MAX;
}

static u32 count_entries(const struct varta_pid_index *index, bool tombstones)
{
	u32 at, sum = 0;

	for (at = 0; at <= index->mask; at++)
		sum += tombstones ? index->entries[at] == TOMBSTONE :
				    index->entries[at] > TOMBSTONE;
	return sum;
}

/* The first of count pids that fill all that the probes from HOME can see. */
static u32 *crowd_of(struct kunit *test, u32 count)
{
	u32 *pids = kunit_kcalloc(test, count, sizeof(*pids), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pids);
	colliding_pids(test, CAPACITY, HOME, pids, count);
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

static void expect_as_it_was(struct kunit *test,
			     const struct varta_pid_index *index,
			     const u64 *copy)
{
	KUNIT_EXPECT_MEMEQ(test, index->entries, copy,
			   (index->mask + 1) * sizeof(u64));
}

/* ---- Size. */

static void table_is_a_power_of_two_and_at_most_half_full(struct kunit *test)
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
		/* Nor any larger than that asks for. */
		KUNIT_EXPECT_LT(test, entries, 4 * capacities[i]);
		KUNIT_EXPECT_EQ(test, varta_pid_index_bytes(capacities[i]),
				entries * sizeof(u64));
		unmake_index(test);
	}
}

/* ---- What it holds. */

static void what_was_inserted_is_found(struct kunit *test)
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

static void every_slot_number_is_kept_whole(struct kunit *test)
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
	/* And none spilled into another's. */
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
	/* A pid of this machine is its own key. */
	KUNIT_EXPECT_EQ(test, varta_key(0, VARTA_PID_MAX), VARTA_PID_MAX);
}

static void equal_pids_of_different_sources_never_meet(struct kunit *test)
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

/* A mixer that left the source out would put a crowd of relays in one place. */
static void sources_at_one_pid_do_not_exhaust_the_probes(struct kunit *test)
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

static void pids_are_told_apart_by_all_bits(struct kunit *test)
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

static void second_insert_gives_another_slot(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, 3);

	varta_pid_index_insert(index, pids[0], 10);
	varta_pid_index_insert(index, pids[1], 11);
	varta_pid_index_insert(index, pids[2], 12);
	KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, pids[1], 99));
	KUNIT_EXPECT_EQ(test, get(index, pids[1]), 99);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 3);

	/* Not into the tombstone before it either: there is one of each. */
	varta_pid_index_remove(index, pids[0]);
	KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(index, pids[2], 98));
	KUNIT_EXPECT_EQ(test, get(index, pids[2]), 98);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 2);
	varta_pid_index_remove(index, pids[2]);
	KUNIT_EXPECT_EQ(test, get(index, pids[2]), U32_MAX);
}

/* A lookup must be safe for a pid that was never inserted. */
static void pid_zero_is_like_any_other(struct kunit *test)
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

static void probing_goes_round_the_end_of_the_table(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, PROBES);
	u32 i;

	for (i = 0; i < PROBES; i++) {
		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_insert(index, pids[i], i));
		KUNIT_EXPECT_EQ(test, colliding_place(index, pids[i]),
				(HOME + i) % TABLE);
	}
	for (i = 0; i < PROBES; i++)
		KUNIT_EXPECT_EQ(test, get(index, pids[i]), i);
}

static void insert_beyond_the_budget_fails_and_changes_nothing(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, PROBES + 1);
	u64 *copy;
	u32 i;

	/* The 64th probe may still be used; there is no 65th. */
	for (i = 0; i < PROBES; i++)
		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_insert(index, pids[i], i));
	copy = copy_entries(test, index);
	KUNIT_EXPECT_FALSE(test,
			   varta_pid_index_insert(index, pids[PROBES], 77));
	expect_as_it_was(test, index, copy);
	KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), U32_MAX);

	/* A pid that is there needs no room. */
	KUNIT_EXPECT_TRUE(test,
			  varta_pid_index_insert(index, pids[PROBES - 1], 5));
	KUNIT_EXPECT_EQ(test, get(index, pids[PROBES - 1]), 5);
}

/* Planted beyond the budget, so that only a 65th probe could come by it. */
static void nothing_looks_beyond_the_budget(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, PROBES + 1), beyond = pids[PROBES];
	u32 i, at = (HOME + PROBES) % TABLE;

	for (i = 0; i < PROBES; i++)
		varta_pid_index_insert(index, pids[i], i);
	index->entries[at] = (u64)beyond << 23 | 7;
	KUNIT_EXPECT_EQ(test, get(index, beyond), U32_MAX);
	KUNIT_EXPECT_FALSE(test, varta_pid_index_remove(index, beyond));
	KUNIT_EXPECT_FALSE(test, varta_pid_index_insert(index, beyond, 1));
	KUNIT_EXPECT_EQ(test, index->entries[at], (u64)beyond << 23 | 7);
}

/* ---- Removal. */

static void insert_takes_a_tombstone_when_nothing_is_empty(struct kunit *test)
{
	u32 gone;

	/* The window holds one tombstone, at each place in turn. */
	for (gone = 0; gone < PROBES; gone++) {
		struct varta_pid_index *index = make_index(test, CAPACITY);
		u32 *pids = crowd_of(test, PROBES + 1);
		u32 i, beyond, at = (HOME + PROBES) % TABLE;

		for (i = 0; i < PROBES; i++)
			varta_pid_index_insert(index, pids[i], i);
		/* Found by way of the last place, which cannot become empty. */
		colliding_pids(test, CAPACITY, (HOME + PROBES - 1) % TABLE,
			       &beyond, 1);
		varta_pid_index_insert(index, beyond, 100);
		KUNIT_ASSERT_EQ(test, colliding_place(index, beyond), at);

		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_remove(index, pids[gone]));
		KUNIT_EXPECT_EQ(test, count_entries(index, true), 1);
		KUNIT_EXPECT_EQ(test, get(index, beyond), 100);
		KUNIT_EXPECT_TRUE(test,
				  varta_pid_index_insert(index, pids[PROBES],
							 200));
		KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), 200);
		KUNIT_EXPECT_EQ(test, colliding_place(index, pids[PROBES]),
				(HOME + gone) % TABLE);
		KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
		unmake_index(test);
	}
}

static void removal_breaks_nobody_elses_path(struct kunit *test)
{
	u32 first, second, i;
	u32 *pids = crowd_of(test, 12);

	/* Every two of twelve that all want the same place. */
	for (first = 0; first < 12; first++) {
		for (second = 0; second < 12; second++) {
			struct varta_pid_index *index =
				make_index(test, CAPACITY);

			for (i = 0; i < 12; i++)
				varta_pid_index_insert(index, pids[i], i);
			varta_pid_index_remove(index, pids[first]);
			varta_pid_index_remove(index, pids[second]);
			for (i = 0; i < 12; i++) {
				u32 wanted = i;

				if (i == first || i == second)
					wanted = U32_MAX;
				KUNIT_EXPECT_EQ(test, get(index, pids[i]),
						wanted);
			}
			unmake_index(test);
		}
	}
}

static void removal_leaves_no_tombstone_before_an_empty_entry(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, 5);
	u32 i;

	for (i = 0; i < 5; i++)
		varta_pid_index_insert(index, pids[i], i);
	/* Behind each of these is one that is in use. */
	varta_pid_index_remove(index, pids[1]);
	varta_pid_index_remove(index, pids[3]);
	varta_pid_index_remove(index, pids[2]);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 3);
	KUNIT_EXPECT_EQ(test, get(index, pids[4]), 4);
	/* The last one takes them all with it, as far as the first. */
	varta_pid_index_remove(index, pids[4]);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
	KUNIT_EXPECT_EQ(test, get(index, pids[0]), 0);
	varta_pid_index_remove(index, pids[0]);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 0);
}

/* Nobody in between needs the place, but the 64th probe of one pid does. */
static void removal_sees_the_longest_path(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, 2);
	u32 i, pid;

	varta_pid_index_insert(index, pids[0], 0);
	for (i = 1; i < PROBES - 1; i++) {
		colliding_pids(test, CAPACITY, (HOME + i) % TABLE, &pid, 1);
		varta_pid_index_insert(index, pid, i);
	}
	varta_pid_index_insert(index, pids[1], PROBES - 1);
	KUNIT_ASSERT_EQ(test, colliding_place(index, pids[1]),
			(HOME + PROBES - 1) % TABLE);
	varta_pid_index_remove(index, pids[0]);
	KUNIT_EXPECT_EQ(test, get(index, pids[1]), PROBES - 1);
}

/* A round of the table without an empty entry must come to an end as well. */
static void table_full_of_tombstones_still_works(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 1);
	u32 pid;

	index->entries[0] = TOMBSTONE;
	index->entries[1] = TOMBSTONE;
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

/* ---- Replacing. */

static void replace_puts_one_for_another(struct kunit *test)
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

static void replace_uses_the_room_of_the_old(struct kunit *test)
{
	u32 old;

	/* Whichever it is, the new pid has nowhere else to go. */
	for (old = 0; old < PROBES; old++) {
		struct varta_pid_index *index = make_index(test, CAPACITY);
		u32 *pids = crowd_of(test, PROBES + 1);
		u32 i;

		for (i = 0; i < PROBES; i++)
			varta_pid_index_insert(index, pids[i], i);
		KUNIT_EXPECT_EQ(test, 0,
				varta_pid_index_replace(index, pids[old],
							pids[PROBES], 99));
		KUNIT_EXPECT_EQ(test, colliding_place(index, pids[PROBES]),
				(HOME + old) % TABLE);
		for (i = 0; i < PROBES; i++)
			KUNIT_EXPECT_EQ(test, get(index, pids[i]),
					i == old ? U32_MAX : i);
		KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), 99);
		KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
		unmake_index(test);
	}
}

static void replace_that_fails_keeps_the_old(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, PROBES + 1);
	u32 i, far;
	u64 *copy;

	colliding_pids(test, CAPACITY, (HOME + PROBES + 10) % TABLE, &far, 1);
	for (i = 0; i < PROBES; i++)
		varta_pid_index_insert(index, pids[i], i);
	varta_pid_index_insert(index, far, 88);
	copy = copy_entries(test, index);
	/* What it leaves is not where the new one could go. */
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			varta_pid_index_replace(index, far, pids[PROBES], 99));
	expect_as_it_was(test, index, copy);
	KUNIT_EXPECT_EQ(test, get(index, far), 88);
	KUNIT_EXPECT_EQ(test, get(index, pids[PROBES]), U32_MAX);
}

static void replace_leaves_no_path_broken(struct kunit *test)
{
	u32 *pids = crowd_of(test, 8);
	u32 old, i, far;

	colliding_pids(test, CAPACITY, (HOME + 100) % TABLE, &far, 1);
	for (old = 0; old < 7; old++) {
		struct varta_pid_index *index = make_index(test, CAPACITY);

		for (i = 0; i < 7; i++)
			varta_pid_index_insert(index, pids[i], i);
		/* The new one lives elsewhere; a hole is left here. */
		KUNIT_EXPECT_EQ(test, 0,
				varta_pid_index_replace(index, pids[old], far,
							50));
		for (i = 0; i < 7; i++)
			KUNIT_EXPECT_EQ(test, get(index, pids[i]),
					i == old ? U32_MAX : i);
		KUNIT_EXPECT_EQ(test, get(index, far), 50);
		/* The last one in a row leaves no tombstone. */
		KUNIT_EXPECT_EQ(test, count_entries(index, true), old != 6);
		unmake_index(test);
	}
}

static void replace_prefers_the_place_nearest_to_home(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 *pids = crowd_of(test, 6);
	u32 i;

	for (i = 0; i < 5; i++)
		varta_pid_index_insert(index, pids[i], i);
	varta_pid_index_remove(index, pids[1]);
	/* A tombstone before the old one's place is there to be used. */
	KUNIT_EXPECT_EQ(test, 0,
			varta_pid_index_replace(index, pids[3], pids[5], 9));
	KUNIT_EXPECT_EQ(test, colliding_place(index, pids[5]),
			(HOME + 1) % TABLE);
	KUNIT_EXPECT_EQ(test, get(index, pids[3]), U32_MAX);
	KUNIT_EXPECT_EQ(test, get(index, pids[4]), 4);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 4);
}

static void replace_of_a_pid_that_is_not_there_inserts(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, 4);

	varta_pid_index_insert(index, 1, 10);
	KUNIT_EXPECT_EQ(test, varta_pid_index_replace(index, 2, 3, 30),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, get(index, 1), 10);
	KUNIT_EXPECT_EQ(test, get(index, 3), 30);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 2);
}

/* ---- Churn: always full, with pids that come and go. */

struct churn {
	struct varta_pid_index *index;
	/* Whose slot it is, 0 for none. */
	u32 *pids;
	u32 capacity;
	u32 refused;
	struct rnd_state random;
};

enum churn_kind {
	REMOVE_AND_INSERT,
	REPLACE,
};

static bool is_there(const struct churn *churn, u32 pid)
{
	return get(churn->index, pid) != U32_MAX;
}

/* One slot gets another pid. Anything that goes wrong is a failure at once. */
static bool churn_once(struct churn *churn, u32 pid_limit,
		       enum churn_kind kind)
{
	struct varta_pid_index *index = churn->index;
	u32 slot = prandom_u32_state(&churn->random) % churn->capacity;
	u32 old = churn->pids[slot];
	u32 pid;

	do {
		pid = 1 + prandom_u32_state(&churn->random) % pid_limit;
	} while (is_there(churn, pid));

	if (kind == REPLACE && old) {
		if (varta_pid_index_replace(index, old, pid, slot)) {
			churn->refused++;
			return get(index, old) == slot && !is_there(churn, pid);
		}
	} else {
		if (old && !varta_pid_index_remove(index, old))
			return false;
		churn->pids[slot] = 0;
		if (!varta_pid_index_insert(index, pid, slot)) {
			churn->refused++;
			return !is_there(churn, pid);
		}
	}
	churn->pids[slot] = pid;
	return get(index, pid) == slot && (!old || !is_there(churn, old));
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

	/* Half of the time pids as the kernel gives them, half of it any. */
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
	KUNIT_EXPECT_EQ_MSG(test, churn.refused, 0, "capacity %u", capacity);

	/* Whatever came before, an empty table has as much room as a new one */
	for (slot = 0; slot < capacity; slot++) {
		if (churn.pids[slot])
			varta_pid_index_remove(churn.index, churn.pids[slot]);
	}
	KUNIT_EXPECT_EQ(test, count_entries(churn.index, false), 0);
	for (slot = 0; slot < capacity; slot++)
		KUNIT_EXPECT_TRUE(test, varta_pid_index_insert(churn.index,
							       slot + 1, slot));
	unmake_index(test);
}

static const u32 churn_capacities[] = {
	1, 2, 3, 5, 7, 8, 16, 33, 64, 100, 255, 256, 1000, 4096,
};

static void churn_does_not_wear_the_table_out(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(churn_capacities); i++)
		churn_at(test, churn_capacities[i], 200000, REMOVE_AND_INSERT);
}

static void replacing_does_not_wear_the_table_out(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(churn_capacities); i++)
		churn_at(test, churn_capacities[i], 200000, REPLACE);
}

/* ---- Churn where it is crowded: long paths, and some that are refused. */

enum {
	/* So many pids have their homes in so few places. */
	NEIGHBOURS	= 200,
	NEIGHBOURHOOD	= 48,
	/* At most so many of them at a time, more than one path can hold. */
	RESIDENTS	= 100,
};

struct neighbour {
	u32 pid;
	u32 home;
	bool resident;
};

static struct neighbour *find_neighbours(struct kunit *test)
{
	struct varta_pid_index *empty = make_index(test, CAPACITY);
	struct neighbour *all = kunit_kcalloc(test, NEIGHBOURS, sizeof(*all),
					      GFP_KERNEL);
	u32 pid, found = 0;

	KUNIT_ASSERT_NOT_NULL(test, all);
	for (pid = 1; found < NEIGHBOURS; pid++) {
		u32 home = colliding_home(empty, pid);

		if ((home - HOME) % TABLE < NEIGHBOURHOOD)
			all[found++] = (struct neighbour) {
				.pid = pid, .home = home,
			};
		KUNIT_ASSERT_LT(test, pid, 100 * NEIGHBOURS);
	}
	unmake_index(test);
	return all;
}

/* Refusal is right only if all that the probes can see is in use. */
static bool has_no_room(const struct varta_pid_index *index, u32 home)
{
	u32 i;

	for (i = 0; i < PROBES; i++) {
		if (index->entries[(home + i) % TABLE] <= TOMBSTONE)
			return false;
	}
	return true;
}

static bool all_are_where_they_should(const struct varta_pid_index *index,
				      const struct neighbour *all)
{
	u32 i;

	for (i = 0; i < NEIGHBOURS; i++) {
		if (get(index, all[i].pid) != (all[i].resident ? i : U32_MAX))
			return false;
	}
	return true;
}

/* Replaces one, or inserts or removes. False if an answer was wrong. */
static bool move_house(struct varta_pid_index *index, struct neighbour *all,
		       struct rnd_state *random, u32 *residents, u32 *refused)
{
	u32 old = prandom_u32_state(random) % NEIGHBOURS;
	u32 new = prandom_u32_state(random) % NEIGHBOURS;
	int err;

	if (all[new].resident) {
		all[new].resident = false;
		(*residents)--;
		return varta_pid_index_remove(index, all[new].pid);
	}
	if (all[old].resident) {
		err = varta_pid_index_replace(index, all[old].pid,
					      all[new].pid, new);
		if (err == -ENOSPC) {
			u32 place = colliding_place(index, all[old].pid);

			(*refused)++;
			/* The room of the old would have been room enough. */
			return has_no_room(index, all[new].home) &&
			       (place - all[new].home) % TABLE >= PROBES;
		}
		all[old].resident = false;
		all[new].resident = true;
		return !err;
	}
	if (*residents == RESIDENTS)
		return true;
	if (!varta_pid_index_insert(index, all[new].pid, new)) {
		(*refused)++;
		return has_no_room(index, all[new].home);
	}
	all[new].resident = true;
	(*residents)++;
	return true;
}

static void crowded_table_loses_and_refuses_nobody_wrongly(struct kunit *test)
{
	struct neighbour *all = find_neighbours(test);
	struct varta_pid_index *index = make_index(test, CAPACITY);
	u32 moves, residents = 0, refused = 0;
	struct rnd_state random;

	prandom_seed_state(&random, 0xc0de);
	for (moves = 0; moves < 20000; moves++) {
		if (!move_house(index, all, &random, &residents, &refused) ||
		    !all_are_where_they_should(index, all) ||
		    count_entries(index, false) != residents) {
			KUNIT_FAIL(test, "move %u", moves);
			return;
		}
		cond_resched();
	}
	/* Else it was not crowded. */
	KUNIT_EXPECT_GT(test, refused, 0);
}

/* ---- Churn in the long run. */

/* As a machine that only ever starts new processes goes through its pids. */
static void pids_in_sequence_do_not_wear_the_table_out(struct kunit *test)
{
	enum { WIDTH = 1000, PIDS = 2000000 };
	struct varta_pid_index *index = make_index(test, WIDTH);
	u32 pid, wrong = 0;

	for (pid = 1; pid <= PIDS; pid++) {
		if (pid > WIDTH)
			wrong += !varta_pid_index_remove(index, pid - WIDTH);
		wrong += !varta_pid_index_insert(index, pid, pid % WIDTH);
		if (pid % 4096 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), WIDTH);
	for (pid = PIDS - WIDTH + 1; pid <= PIDS; pid++)
		KUNIT_EXPECT_EQ(test, get(index, pid), pid % WIDTH);
}

/*
 * Where no entry is empty any more, every lookup of a pid that is not there
 * takes the whole budget, and no removal can ever make an entry empty again.
 */
static void churn_leaves_empty_entries(struct kunit *test)
{
	enum { WIDTH = 256, PIDS = 100 * WIDTH };
	struct varta_pid_index *index = make_index(test, WIDTH);
	u32 pid, entries = index->mask + 1;

	for (pid = 1; pid <= PIDS; pid++) {
		if (pid > WIDTH)
			varta_pid_index_remove(index, pid - WIDTH);
		varta_pid_index_insert(index, pid, pid % WIDTH);
	}
	KUNIT_EXPECT_GT(test, entries - WIDTH, count_entries(index, true));

	for (pid = PIDS - WIDTH + 1; pid <= PIDS; pid++)
		varta_pid_index_remove(index, pid);
	KUNIT_EXPECT_EQ(test, count_entries(index, false), 0);
	KUNIT_EXPECT_EQ(test, count_entries(index, true), 0);
}

/* What a mixer is for: pids may be handed out in any pattern. */
static void pids_at_any_stride_are_admitted(struct kunit *test)
{
	enum { WIDTH = 1024 };
	u32 shift, i, refused;

	for (shift = 0; shift <= 22; shift++) {
		struct varta_pid_index *index = make_index(test, WIDTH);

		refused = 0;
		for (i = 1; i <= WIDTH; i++)
			refused += !varta_pid_index_insert(index, i << shift,
							   i);
		KUNIT_EXPECT_EQ_MSG(test, refused, 0, "shift %u", shift);
		unmake_index(test);
	}
}

enum {
	ALL_PIDS = 4 * 1024 * 1024,
};

static void every_pid_there_is_fits_at_full_capacity(struct kunit *test)
{
	struct varta_pid_index *index = make_index(test, ALL_PIDS);
	u32 pid, refused = 0, wrong = 0;

	for (pid = 1; pid <= ALL_PIDS; pid++) {
		refused += !varta_pid_index_insert(index, pid, pid - 1);
		if (pid % 4096 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, refused, 0);
	for (pid = 1; pid <= ALL_PIDS; pid++)
		wrong += get(index, pid) != pid - 1;
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static struct kunit_case pid_index_cases[] = {
	KUNIT_CASE(table_is_a_power_of_two_and_at_most_half_full),

	KUNIT_CASE(what_was_inserted_is_found),
	KUNIT_CASE(every_slot_number_is_kept_whole),
	KUNIT_CASE(key_holds_source_and_pid),
	KUNIT_CASE(equal_pids_of_different_sources_never_meet),
	KUNIT_CASE(sources_at_one_pid_do_not_exhaust_the_probes),
	KUNIT_CASE(pids_are_told_apart_by_all_bits),
	KUNIT_CASE(second_insert_gives_another_slot),
	KUNIT_CASE(pid_zero_is_like_any_other),

	KUNIT_CASE(probing_goes_round_the_end_of_the_table),
	KUNIT_CASE(insert_beyond_the_budget_fails_and_changes_nothing),
	KUNIT_CASE(nothing_looks_beyond_the_budget),

	KUNIT_CASE(insert_takes_a_tombstone_when_nothing_is_empty),
	KUNIT_CASE(removal_breaks_nobody_elses_path),
	KUNIT_CASE(removal_leaves_no_tombstone_before_an_empty_entry),
	KUNIT_CASE(removal_sees_the_longest_path),
	KUNIT_CASE(table_full_of_tombstones_still_works),

	KUNIT_CASE(replace_puts_one_for_another),
	KUNIT_CASE(replace_uses_the_room_of_the_old),
	KUNIT_CASE(replace_that_fails_keeps_the_old),
	KUNIT_CASE(replace_leaves_no_path_broken),
	KUNIT_CASE(replace_prefers_the_place_nearest_to_home),
	KUNIT_CASE(replace_of_a_pid_that_is_not_there_inserts),

	KUNIT_CASE_SLOW(churn_does_not_wear_the_table_out),
	KUNIT_CASE_SLOW(replacing_does_not_wear_the_table_out),
	KUNIT_CASE(crowded_table_loses_and_refuses_nobody_wrongly),
	KUNIT_CASE(pids_in_sequence_do_not_wear_the_table_out),
	KUNIT_CASE(churn_leaves_empty_entries),
	KUNIT_CASE(pids_at_any_stride_are_admitted),
	KUNIT_CASE_SLOW(every_pid_there_is_fits_at_full_capacity),
	{}
};

static struct kunit_suite pid_index_suite = {
	.name = "varta-pid-index",
	.exit = pid_index_test_exit,
	.test_cases = pid_index_cases,
};

kunit_test_suite(pid_index_suite);
