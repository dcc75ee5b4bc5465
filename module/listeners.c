// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink core has one set of members for all network namespaces, and loops
 * over it for each multicast. So it is noted where a multicast found nobody.
 * That holds until a socket joins the group somewhere.
 *
 * The core calls varta_listeners_join() before the socket is a member. Until
 * then a multicast does not find it, so nothing is noted. The task that joins
 * does not sleep interruptibly in between: when it is seen doing so, or is gone,
 * the socket is a member.
 *
 * Before 6.8 the core does not call, and only network namespaces without any
 * netlink socket are known to have no listener.
 */

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "listeners.h"
#include "netns_ref.h"

enum {
	/* Joining tasks to look at in one call. */
	EXAMINED_MAX = 16,
	HASH_BITS = 10,
};

struct joining_task {
	struct list_head list;
	/* In the hash table, by task. */
	struct hlist_node node;
	struct task_struct *task;
};

/* Number of joins, plus one. */
static atomic64_t joins = ATOMIC64_INIT(1);
static DEFINE_SPINLOCK(joining_lock);
/* Tasks that may be joining; each at most once. Protected by joining_lock. */
static LIST_HEAD(joining);
static DEFINE_HASHTABLE(joining_table, HASH_BITS);

static bool has_joined(struct task_struct *task)
{
	return READ_ONCE(task->__state) &
	       (TASK_INTERRUPTIBLE | __TASK_STOPPED | __TASK_TRACED |
		TASK_DEAD) || READ_ONCE(task->exit_state);
}

static void forget(struct joining_task *entry)
{
	list_del(&entry->list);
	hash_del(&entry->node);
	put_task_struct(entry->task);
	kfree(entry);
}

/* Forgets tasks that have joined. Returns whether none is left. */
static bool all_have_joined(void)
{
	struct joining_task *entry, *next;
	int examined = 0;
	bool none_left;

	spin_lock(&joining_lock);
	list_for_each_entry_safe(entry, next, &joining, list) {
		if (has_joined(entry->task))
			forget(entry);
		else
			list_move_tail(&entry->list, &joining);
		if (++examined == EXAMINED_MAX)
			break;
	}
	none_left = list_empty(&joining);
	spin_unlock(&joining_lock);
	return none_left;
}

/* Returns whether it is in the list now, and was not before. */
static bool remember_current(struct joining_task *entry)
{
	struct joining_task *other;

	lockdep_assert_held(&joining_lock);
	hash_for_each_possible(joining_table, other, node,
			       (unsigned long)current) {
		if (other->task == current)
			return false;
	}
	entry->task = get_task_struct(current);
	list_add_tail(&entry->list, &joining);
	hash_add(joining_table, &entry->node, (unsigned long)current);
	return true;
}

/**
 * varta_listeners_join() - a socket is about to join the group
 * @group: not used
 *
 * Context: the task that joins; may sleep.
 * Return: 0. The core ignores it, so this must not fail.
 */
int varta_listeners_join(int group)
{
	struct joining_task *entry;

	entry = kmalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	spin_lock(&joining_lock);
	if (remember_current(entry))
		entry = NULL;
	spin_unlock(&joining_lock);
	kfree(entry);
	/* The list does not grow if nothing is sent. */
	all_have_joined();
	/* The task is in the list before the number changes. */
	smp_mb__before_atomic();
	atomic64_inc(&joins);
	return 0;
}

/* The group has no members and cannot be joined any more. */
void varta_listeners_exit(void)
{
	struct joining_task *entry, *next;

	list_for_each_entry_safe(entry, next, &joining, list)
		forget(entry);
}

/**
 * varta_listeners_snapshot() - to be called before a multicast
 *
 * Return: a value for varta_listeners_set_none().
 */
u64 varta_listeners_snapshot(void)
{
	u64 snapshot = atomic64_read(&joins);

	/* Pairs with varta_listeners_join(). */
	smp_rmb();
	return all_have_joined() ? snapshot : 0;
}

/**
 * varta_listeners_set_none() - a multicast has found no listener
 * @net: in this network namespace
 * @snapshot: taken before the multicast
 */
void varta_listeners_set_none(struct net *net, u64 snapshot)
{
	varta_netns_set_mark(net, snapshot);
}

/**
 * varta_listeners_possible() - whether a multicast may find a listener
 * @net: in this network namespace
 *
 * Return: false if no socket had joined when the call began.
 */
bool varta_listeners_possible(struct net *net)
{
	/* The sum over CPUs may miss sockets that are closed on another CPU. */
	if (!COMPAT_GENL_HAS_FILTER)
		return net == &init_net ||
		       sock_prot_inuse_get(net, net->genl_sock->sk_prot);
	return varta_netns_mark(net) != atomic64_read(&joins);
}
