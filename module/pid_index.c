// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pid index (tracker semantics, section 2): a power of two of entries, at
 * least twice the capacity, a deterministic mixer, linear probing, and at most
 * 64 probes for anything. A key is a pid and, for agents that a relay speaks
 * for, the relay's number.
 *
 * Lookups take no lock. What makes that right for a pid that is in the table:
 * an entry holds pid and slot in one word, an entry never moves, and no entry
 * between a pid's home and its place is empty while it is there: an insert
 * stops at the first empty one, and removal turns an entry back to empty only
 * when no pid in the table has its home there or before and its place behind.
 * A lookup that races with the insertion or removal of its own pid may see
 * either; the caller settles that under its lock.
 */

#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "pid_index.h"

/*
 * A tombstone is where an entry was removed: a lookup goes on past it, an
 * insert may take it. Slot n is stored as n + FIRST_SLOT, in the bits that the
 * key leaves.
 */
enum {
	EMPTY		= 0,
	TOMBSTONE	= 1,
	FIRST_SLOT	= 2,
	SLOT_BITS	= 64 - VARTA_KEY_BITS,
	NO_ENTRY	= U32_MAX,
};

static_assert(VARTA_SLOT_MAX + FIRST_SLOT < 1U << SLOT_BITS);

static u64 live_entry(u64 key, u32 slot)
{
	return key << SLOT_BITS | (slot + FIRST_SLOT);
}

static bool is_live(u64 entry)
{
	return entry > TOMBSTONE;
}

static u64 key_of(u64 entry)
{
	return entry >> SLOT_BITS;
}

static u32 slot_of(u64 entry)
{
	return (entry & GENMASK_ULL(SLOT_BITS - 1, 0)) - FIRST_SLOT;
}

static bool holds(u64 entry, u64 key)
{
	return is_live(entry) && key_of(entry) == key;
}

/*
 * The 32-bit finaliser of MurmurHash3, a bijection: pids that come in
 * sequence are spread, and where a pid goes is the same on every machine.
 */
static u32 mix(u32 word)
{
	word ^= word >> 16;
	word *= 0x85ebca6b;
	word ^= word >> 13;
	word *= 0xc2b2ae35;
	word ^= word >> 16;
	return word;
}

static u32 entries_for(u32 capacity)
{
	return roundup_pow_of_two(2 * capacity);
}

/**
 * varta_pid_index_bytes() - memory that an index takes
 * @capacity: how many pids it is for
 *
 * Return: bytes.
 */
size_t varta_pid_index_bytes(u32 capacity)
{
	return (size_t)entries_for(capacity) * sizeof(u64);
}

/**
 * varta_pid_index_init() - make an empty index
 * @index: to be set up
 * @capacity: how many pids it is for, 1 to 2^30
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_pid_index_init(struct varta_pid_index *index, u32 capacity)
{
	/* Failing is for the caller to report; nobody is to be killed for it */
	index->entries = kvzalloc(varta_pid_index_bytes(capacity),
				  GFP_KERNEL | __GFP_RETRY_MAYFAIL |
				  __GFP_NOWARN);
	if (!index->entries)
		return -ENOMEM;
	index->mask = entries_for(capacity) - 1;
	return 0;
}

/**
 * varta_pid_index_destroy() - free what varta_pid_index_init() made
 * @index: no longer used by anyone
 */
void varta_pid_index_destroy(struct varta_pid_index *index)
{
	kvfree(index->entries);
}

static u32 home(const struct varta_pid_index *index, u64 key)
{
	u32 source = varta_key_source(key);

	/* 0 is mixed to 0. */
	return mix(varta_key_pid(key) ^ (source ? mix(source) : 0)) &
	       index->mask;
}

/*
 * What one walk over the probes of a pid found: the entry that holds it, where
 * it could go (the first tombstone before an empty entry, else that empty
 * entry), each or NO_ENTRY, and how many probes of the budget are left.
 */
struct walk {
	u32 found;
	u32 room;
	u32 left;
};

/* @vacated is an entry to be treated as a tombstone, or NO_ENTRY. */
static struct walk walk(const struct varta_pid_index *index, u64 key,
			u32 vacated)
{
	struct walk walk = {
		.found = NO_ENTRY,
		.room = NO_ENTRY,
		.left = VARTA_PID_INDEX_PROBES,
	};
	u32 at = home(index, key);

	for (; walk.left; at = (at + 1) & index->mask) {
		u64 entry = index->entries[at];

		walk.left--;
		if (holds(entry, key)) {
			walk.found = at;
			break;
		}
		if (walk.room == NO_ENTRY && (!is_live(entry) || at == vacated))
			walk.room = at;
		if (entry == EMPTY)
			break;
	}
	return walk;
}

static void store(struct varta_pid_index *index, u32 at, u64 entry)
{
	WRITE_ONCE(index->entries[at], entry);
}

/*
 * Whether a probe for a pid in the table may have to get past @at: up to the
 * next empty entry, or as far as a probe can reach, does one have its home at
 * @at or before? Yes, too, when @budget does not suffice to tell.
 */
static bool is_crossed(const struct varta_pid_index *index, u32 at,
		       u32 *budget)
{
	u32 distance;

	for (distance = 1; distance < VARTA_PID_INDEX_PROBES; distance++) {
		u32 next = (at + distance) & index->mask;
		u64 entry = index->entries[next];

		if (entry == EMPTY)
			return false;
		if (!*budget)
			return true;
		(*budget)--;
		if (is_live(entry) &&
		    ((next - home(index, key_of(entry))) & index->mask) >= distance)
			return true;
	}
	return false;
}

/*
 * Remove the entry at @at, as far as @budget goes without leaving a tombstone:
 * where no probe has to get past it, it becomes empty, and then so can the
 * tombstones right before it. That keeps churn from wearing the table out.
 */
static void vacate(struct varta_pid_index *index, u32 at, u32 budget)
{
	store(index, at, TOMBSTONE);
	if (is_crossed(index, at, &budget))
		return;
	while (index->entries[at] == TOMBSTONE) {
		store(index, at, EMPTY);
		if (!budget--)
			return;
		at = (at - 1) & index->mask;
	}
}

/**
 * varta_pid_index_get() - look up a pid
 * @index: the index
 * @key: what to look for
 * @slot: where to put the number of its slot
 *
 * Context: any. Takes no lock; see the top of the file for what a lookup
 * means that races with a change.
 * Return: whether @key is there.
 */
bool varta_pid_index_get(const struct varta_pid_index *index, u64 key,
			 u32 *slot)
{
	u32 at = home(index, key);
	u32 probe;

	for (probe = 0; probe < VARTA_PID_INDEX_PROBES; probe++) {
		/* One read: pid and slot are those of one moment. */
		u64 entry = READ_ONCE(index->entries[at]);

		if (holds(entry, key)) {
			*slot = slot_of(entry);
			return true;
		}
		if (entry == EMPTY)
			break;
		at = (at + 1) & index->mask;
	}
	return false;
}

/**
 * varta_pid_index_insert() - add a pid, or give it another slot
 * @index: the index
 * @key: the pid
 * @slot: the number of its slot, up to VARTA_SLOT_MAX
 *
 * Context: the owner's lock is held against other changes.
 * Return: false if there was no room within 64 probes; the table is then as
 * it was.
 */
bool varta_pid_index_insert(struct varta_pid_index *index, u64 key, u32 slot)
{
	struct walk to = walk(index, key, NO_ENTRY);
	u32 at = to.found != NO_ENTRY ? to.found : to.room;

	if (at == NO_ENTRY)
		return false;
	store(index, at, live_entry(key, slot));
	return true;
}

/**
 * varta_pid_index_remove() - remove a pid
 * @index: the index
 * @key: the pid
 *
 * Context: the owner's lock is held against other changes.
 * Return: whether it was there.
 */
bool varta_pid_index_remove(struct varta_pid_index *index, u64 key)
{
	struct walk to = walk(index, key, NO_ENTRY);

	if (to.found == NO_ENTRY)
		return false;
	vacate(index, to.found, to.left);
	return true;
}

/**
 * varta_pid_index_replace() - put one pid in the place of another
 * @index: the index
 * @old_key: to be removed
 * @key: to be added, not in the table
 * @slot: the number of its slot
 *
 * The room that @old_key leaves counts for @key.
 *
 * Context: the owner's lock is held against other changes.
 * Return: 0, -ENOSPC if @key found no room within 64 probes; the table is then
 * as it was, with @old_key in it; -ENOENT if @key was added but @old_key was
 * not there.
 */
int varta_pid_index_replace(struct varta_pid_index *index, u64 old_key,
			    u64 key, u32 slot)
{
	struct walk from = walk(index, old_key, NO_ENTRY);
	struct walk to = walk(index, key, from.found);

	if (to.room == NO_ENTRY)
		return -ENOSPC;
	store(index, to.room, live_entry(key, slot));
	if (from.found == NO_ENTRY)
		return -ENOENT;
	if (from.found != to.room)
		vacate(index, from.found, from.left);
	return 0;
}
