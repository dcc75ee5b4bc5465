// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents are charged to their user, so that one user cannot fill the tracker.
 * All entries are allocated at load.
 */

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "params.h"
#include "user_quota.h"

enum {
	USERS_MAX = 65536,	/* with agents at the same time */
	USERS_SPARE = 2,	/* charged before others are uncharged */
};

struct user {
	struct hlist_node node;	/* in a bucket or in the free list */
	u32 uid;
	u32 agents;
};

static struct {
	spinlock_t lock;	/* of all fields; taken inside a slot's lock */
	struct user *users;
	struct hlist_head *buckets;
	struct hlist_head free;
	unsigned int bits;
} table;

/* Unless the administrator says otherwise, one user gets half of the slots. */
static void set_default_limit(u32 capacity)
{
	struct varta_setting *setting =
		&varta_settings[VARTA_SET_MAX_AGENTS_PER_USER];

	if (!setting->given)
		setting->value = max(capacity / 2, 1U);
}

int varta_quota_init(u32 capacity)
{
	u32 users = min_t(u32, capacity, USERS_MAX);
	u32 nr = users + USERS_SPARE;
	u32 i;

	set_default_limit(capacity);
	table.bits = ilog2(roundup_pow_of_two(users)) + 1;
	table.users = kvcalloc(nr, sizeof(*table.users), GFP_KERNEL);
	table.buckets = kvcalloc(1U << table.bits, sizeof(*table.buckets),
				 GFP_KERNEL);
	if (!table.users || !table.buckets) {
		varta_quota_exit();
		return -ENOMEM;
	}
	spin_lock_init(&table.lock);
	INIT_HLIST_HEAD(&table.free);
	for (i = 0; i < nr; i++)
		hlist_add_head(&table.users[i].node, &table.free);
	return 0;
}

void varta_quota_exit(void)
{
	kvfree(table.buckets);
	kvfree(table.users);
}

static struct hlist_head *bucket_of(u32 uid)
{
	return &table.buckets[hash_32(uid, table.bits)];
}

static struct user *lookup_user(u32 uid)
{
	struct user *user;

	lockdep_assert_held(&table.lock);
	hlist_for_each_entry(user, bucket_of(uid), node) {
		if (user->uid == uid)
			return user;
	}
	return NULL;
}

static struct user *add_user(u32 uid)
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

/* The default is for unprivileged users: root can still fill the tracker. */
static bool is_at_limit(const struct user *user)
{
	const struct varta_setting *setting =
		&varta_settings[VARTA_SET_MAX_AGENTS_PER_USER];
	u32 max = READ_ONCE(setting->value);

	if (!max || (!user->uid && !READ_ONCE(setting->given)))
		return false;
	return user->agents >= max;
}

static bool try_charge(u32 uid)
{
	struct user *user = lookup_user(uid) ?: add_user(uid);

	if (!user || is_at_limit(user))
		return false;
	user->agents++;
	return true;
}

static void uncharge(u32 uid)
{
	struct user *user = lookup_user(uid);

	if (user && !--user->agents) {
		hlist_del(&user->node);
		hlist_add_head(&user->node, &table.free);
	}
}

bool varta_quota_try_charge(u32 uid)
{
	bool charged;

	spin_lock(&table.lock);
	charged = try_charge(uid);
	spin_unlock(&table.lock);
	return charged;
}

void varta_quota_uncharge(u32 uid)
{
	spin_lock(&table.lock);
	uncharge(uid);
	spin_unlock(&table.lock);
}

/* @old may be the same user. */
bool varta_quota_transfer(u32 old, u32 uid)
{
	bool charged = true;

	spin_lock(&table.lock);
	if (old != uid) {
		charged = try_charge(uid);
		if (charged)
			uncharge(old);
	}
	spin_unlock(&table.lock);
	return charged;
}
