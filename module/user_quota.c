// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents counted by user, so that one user cannot fill the ledger for the
 * others. The table is a hash of fixed size with a chain for each bucket, of
 * entries that are all allocated at load: there can be no more users than
 * agents, nor than USERS_MAX, but for those who are admitted before another
 * leaves.
 */

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "params.h"
#include "user_quota.h"

enum {
	/* Users with agents at the same time. */
	USERS_MAX = 65536,
	/*
	 * One that an eviction is to make room for, one eviction at a time, and
	 * one in varta_quota_transfer().
	 */
	USERS_SPARE = 2,
};

struct user {
	/* In a bucket, or in the list of free ones. */
	struct hlist_node node;
	u32 uid;
	u32 agents;
};

static struct {
	/* Protects all that follows. Nests in a slot's lock. */
	spinlock_t lock;
	struct user *users;
	struct hlist_head *buckets;
	struct hlist_head free;
	unsigned int bits;
} table;

/**
 * varta_quota_init() - make an empty table
 * @capacity: of the ledger
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_quota_init(u32 capacity)
{
	u32 number = min_t(u32, capacity, USERS_MAX) + USERS_SPARE;
	u32 i;

	table.bits = ilog2(roundup_pow_of_two(number)) + 1;
	table.users = kvcalloc(number, sizeof(*table.users), GFP_KERNEL);
	table.buckets = kvcalloc(1U << table.bits, sizeof(*table.buckets),
				 GFP_KERNEL);
	if (!table.users || !table.buckets) {
		varta_quota_exit();
		return -ENOMEM;
	}
	spin_lock_init(&table.lock);
	INIT_HLIST_HEAD(&table.free);
	for (i = 0; i < number; i++)
		hlist_add_head(&table.users[i].node, &table.free);
	return 0;
}

/** varta_quota_exit() - free the table */
void varta_quota_exit(void)
{
	kvfree(table.buckets);
	kvfree(table.users);
}

static struct hlist_head *bucket_of(u32 uid)
{
	return &table.buckets[hash_32(uid, table.bits)];
}

static struct user *user_of(u32 uid)
{
	struct user *user;

	hlist_for_each_entry(user, bucket_of(uid), node) {
		if (user->uid == uid)
			return user;
	}
	return NULL;
}

static struct user *make_user(u32 uid)
{
	struct user *user;

	if (hlist_empty(&table.free))
		return NULL;
	user = hlist_entry(table.free.first, struct user, node);
	hlist_del(&user->node);
	user->uid = uid;
	user->agents = 0;
	hlist_add_head(&user->node, bucket_of(uid));
	return user;
}

/* With the table locked. */
static bool admit(u32 uid)
{
	u32 most = varta_setting(VARTA_SET_MAX_AGENTS_PER_USER);
	struct user *user = user_of(uid) ?: make_user(uid);

	if (!user || (most && user->agents >= most))
		return false;
	user->agents++;
	return true;
}

/* With the table locked. */
static void leave(u32 uid)
{
	struct user *user = user_of(uid);

	if (user && !--user->agents) {
		hlist_del(&user->node);
		hlist_add_head(&user->node, &table.free);
	}
}

/**
 * varta_quota_try_charge() - count one more agent of a user
 * @uid: in the initial user namespace
 *
 * Context: any but interrupts; does not sleep.
 * Return: false, and it is not counted, if the user has as many as may be.
 */
bool varta_quota_try_charge(u32 uid)
{
	bool admitted;

	spin_lock(&table.lock);
	admitted = admit(uid);
	spin_unlock(&table.lock);
	return admitted;
}

/**
 * varta_quota_uncharge() - count one agent less
 * @uid: whose agent was admitted
 *
 * Context: any but interrupts; does not sleep.
 */
void varta_quota_uncharge(u32 uid)
{
	spin_lock(&table.lock);
	leave(uid);
	spin_unlock(&table.lock);
}

/**
 * varta_quota_transfer() - count an agent of one user in place of another's
 * @old: whose agent was admitted, and leaves
 * @uid: whose comes; if it is the same user, nothing is counted
 *
 * Context: any but interrupts; does not sleep.
 * Return: false, with nothing changed, if @uid has as many as may be.
 */
bool varta_quota_transfer(u32 old, u32 uid)
{
	bool admitted = true;

	spin_lock(&table.lock);
	if (old != uid) {
		admitted = admit(uid);
		if (admitted)
			leave(old);
	}
	spin_unlock(&table.lock);
	return admitted;
}
