// SPDX-License-Identifier: GPL-2.0-only
/*
 * Documentation/tracker-semantics.md, section 2: open addressing with linear
 * probing.
 *
 * Lookups take no lock. They find every key that stays in the table: an entry
 * never moves, and no entry on the way from a key's home to its entry is empty.
 * An insert uses no entry behind the first empty one. A removed entry becomes
 * empty only if it is on the way to no other key.
 *
 * A lookup that races with inserting or removing its own key may see either: the
 * caller checks again under its lock.
 */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "pid_index.h"
#include "word64.h"

#define NO_ENTRY	U32_MAX

static_assert(VARTA_SLOT_MAX + VARTA_INDEX_FIRST_SLOT <
	      1U << VARTA_INDEX_SLOT_BITS);

static u64 make_entry(u64 key, u32 slot)
{
	return key << VARTA_INDEX_SLOT_BITS | (slot + VARTA_INDEX_FIRST_SLOT);
}

static u32 entries_for(u32 capacity)
{
	return roundup_pow_of_two(2 * capacity);
}

size_t varta_pid_index_bytes(u32 capacity)
{
	return (size_t)entries_for(capacity) * sizeof(u64);
}

/**
 * varta_pid_index_init() - make an empty index
 * @index: the index
 * @capacity: number of keys, 1 to 2^30
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_pid_index_init(struct varta_pid_index *index, u32 capacity)
{
	/* The caller reports failure; do not invoke the OOM killer. */
	index->entries = kvzalloc(varta_pid_index_bytes(capacity),
				  GFP_KERNEL | __GFP_RETRY_MAYFAIL |
				  __GFP_NOWARN);
	if (!index->entries)
		return -ENOMEM;
	index->mask = entries_for(capacity) - 1;
	return 0;
}

void varta_pid_index_destroy(struct varta_pid_index *index)
{
	kvfree(index->entries);
}

struct probe_result {
	u32 found;	/* entry of the key, or NO_ENTRY */
	u32 vacant;	/* first tombstone or empty entry, or NO_ENTRY */
	u32 budget;	/* probes left */
};

/* The entry @removed counts as a tombstone. */
static struct probe_result probe_key(const struct varta_pid_index *index,
				     u64 key, u32 removed)
{
	struct probe_result result = {
		.found = NO_ENTRY,
		.vacant = NO_ENTRY,
		.budget = VARTA_PID_INDEX_PROBES,
	};
	u32 idx = varta_index_home(index, key);

	for (; result.budget; idx = (idx + 1) & index->mask) {
		u64 entry = index->entries[idx];

		result.budget--;
		if (varta_index_entry_has_key(entry, key)) {
			result.found = idx;
			break;
		}
		if (result.vacant == NO_ENTRY &&
		    (!varta_index_is_live(entry) || idx == removed))
			result.vacant = idx;
		if (entry == VARTA_INDEX_EMPTY)
			break;
	}
	return result;
}

static void store(struct varta_pid_index *index, u32 idx, u64 entry)
{
	varta_store64(&index->entries[idx], entry);
}

/* Whether a key behind @idx has its home not behind it; true if in doubt. */
static bool is_on_probe_path(const struct varta_pid_index *index, u32 idx,
			     u32 *budget)
{
	u32 distance;

	for (distance = 1; distance < VARTA_PID_INDEX_PROBES; distance++) {
		u32 next = (idx + distance) & index->mask;
		u64 entry = index->entries[next];
		u32 from_home;

		if (entry == VARTA_INDEX_EMPTY)
			return false;
		if (!*budget)
			return true;
		(*budget)--;
		if (!varta_index_is_live(entry))
			continue;
		from_home = (next - varta_index_home(index, varta_index_entry_key(entry))) &
			    index->mask;
		if (from_home >= distance)
			return true;
	}
	return false;
}

/* Empties tombstones where it can: they must not fill the table with time. */
static void remove_entry(struct varta_pid_index *index, u32 idx, u32 budget)
{
	store(index, idx, VARTA_INDEX_TOMBSTONE);
	if (is_on_probe_path(index, idx, &budget))
		return;
	while (index->entries[idx] == VARTA_INDEX_TOMBSTONE) {
		store(index, idx, VARTA_INDEX_EMPTY);
		if (!budget--)
			return;
		idx = (idx - 1) & index->mask;
	}
}

/**
 * varta_pid_index_get() - look up a key
 * @index: the index
 * @key: the key, of varta_key()
 * Context: any. Takes no lock: check again under that of the slot.
 * Return: its slot, VARTA_NO_SLOT if it was not found.
 */
u32 varta_pid_index_get(const struct varta_pid_index *index, u64 key)
{
	return varta_pid_index_find(index, key);
}

/**
 * varta_pid_index_insert() - add a key, or change its slot
 * @index: the index
 * @key: the key
 * @slot: its slot, up to VARTA_SLOT_MAX
 * Context: any; the caller's lock excludes other changes.
 * Return: false, with nothing changed, if no entry was vacant within 64 probes.
 */
bool varta_pid_index_insert(struct varta_pid_index *index, u64 key, u32 slot)
{
	struct probe_result result = probe_key(index, key, NO_ENTRY);
	u32 idx = result.found != NO_ENTRY ? result.found : result.vacant;

	if (idx == NO_ENTRY)
		return false;
	store(index, idx, make_entry(key, slot));
	return true;
}

/* Returns whether @key was found. The caller's lock excludes other changes. */
bool varta_pid_index_remove(struct varta_pid_index *index, u64 key)
{
	struct probe_result result = probe_key(index, key, NO_ENTRY);

	if (result.found == NO_ENTRY)
		return false;
	remove_entry(index, result.found, result.budget);
	return true;
}

/**
 * varta_pid_index_replace() - remove one key and add another
 * @index: the index
 * @old_key: the key to remove, whose entry may be used for @key
 * @key: the key to add; if it is in the table, its slot is changed in place
 * @slot: slot of @key, up to VARTA_SLOT_MAX
 * Context: any; the caller's lock excludes other changes.
 * Return: 0; -ENOSPC, with nothing changed, if no entry was vacant within 64
 * probes; -ENOENT if @key was added and @old_key not found.
 */
int varta_pid_index_replace(struct varta_pid_index *index, u64 old_key,
			    u64 key, u32 slot)
{
	struct probe_result old = probe_key(index, old_key, NO_ENTRY);
	struct probe_result new = probe_key(index, key, old.found);
	u32 idx = new.found != NO_ENTRY ? new.found : new.vacant;

	if (idx == NO_ENTRY)
		return -ENOSPC;
	store(index, idx, make_entry(key, slot));
	if (old.found == NO_ENTRY)
		return -ENOENT;
	if (old.found != idx)
		remove_entry(index, old.found, old.budget);
	return 0;
}
