// SPDX-License-Identifier: GPL-2.0-only
/*
 * A multicast loops over the listeners of all network namespaces. So namespaces
 * where one found nobody are marked, until a socket joins somewhere.
 *
 * The core calls varta_listeners_join() before the socket is a member. Until it
 * is, none is marked. The task that joins does not sleep interruptibly in
 * between: once it is seen doing so, or is gone, the socket is a member.
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
	EXAMINED_MAX = 16,	/* joining tasks, in one call */
	HASH_BITS = 10,
};

struct joining_task {
	struct list_head list;
	struct hlist_node node;
	struct task_struct *task;
};

/* 0 is no snapshot. */
static atomic64_t joins = ATOMIC64_INIT(1);
/* Protects the list and the table, which have each task at most once. */
static DEFINE_SPINLOCK(joining_lock);
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

/* Returns whether it took @entry. */
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

/* Called by the task that joins. The core ignores errors: this must not fail. */
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

void varta_listeners_exit(void)
{
	struct joining_task *entry, *next;

	list_for_each_entry_safe(entry, next, &joining, list)
		forget(entry);
}

/* To be taken before a multicast, for varta_listeners_set_none(). */
u64 varta_listeners_snapshot(void)
{
	u64 snapshot = atomic64_read(&joins);

	/* Pairs with varta_listeners_join(). */
	smp_rmb();
	return all_have_joined() ? snapshot : 0;
}

/* A multicast in @net has found no listener. */
void varta_listeners_set_none(struct net *net, u64 snapshot)
{
	varta_netns_set_mark(net, snapshot);
}

static bool has_sockets(struct net *net)
{
#ifdef CONFIG_PROC_FS
	return sock_prot_inuse_get(net, net->genl_sock->sk_prot);
#else
	/* They are not counted. */
	return true;
#endif
}

/* False only if no socket in @net had joined when the call began. */
bool varta_listeners_possible(struct net *net)
{
	/* The sum over CPUs may miss sockets that are closed on another CPU. */
	if (!COMPAT_GENL_HAS_FILTER)
		return net == &init_net || has_sockets(net);
	return varta_netns_mark(net) != atomic64_read(&joins);
}
