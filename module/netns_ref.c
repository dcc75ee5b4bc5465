// SPDX-License-Identifier: GPL-2.0-only
/* Tokens for network namespaces. See nets.h. */

#include <linux/nsproxy.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "netns_ref.h"

struct varta_netns {
	refcount_t refs;
	/* Protects net. */
	spinlock_t lock;
	/* NULL once the namespace is going. */
	struct net *net;
};

/* What the network core keeps for us in each namespace. */
struct netns_slot {
	struct varta_netns *netns;
};

static unsigned int net_id;

static int __net_init init_netns(struct net *net)
{
	struct netns_slot *pointer = net_generic(net, net_id);
	struct varta_netns *netns;

	netns = kzalloc(sizeof(*netns), GFP_KERNEL_ACCOUNT);
	if (!netns)
		return -ENOMEM;
	refcount_set(&netns->refs, 1);
	spin_lock_init(&netns->lock);
	netns->net = net;
	pointer->netns = netns;
	return 0;
}

static void __net_exit exit_netns(struct net *net)
{
	struct netns_slot *pointer = net_generic(net, net_id);
	struct varta_netns *netns = pointer->netns;

	spin_lock(&netns->lock);
	netns->net = NULL;
	spin_unlock(&netns->lock);
	varta_netns_put(netns);
}

static struct pernet_operations net_ops = {
	.init	= init_netns,
	.exit	= exit_netns,
	.id	= &net_id,
	.size	= sizeof(struct netns_slot),
};

/**
 * varta_netns_ref_init() - begin to know network namespaces
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int varta_netns_ref_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * varta_netns_ref_exit() - forget them
 *
 * Context: process, may sleep. Tokens that are still held stay good.
 */
void varta_netns_ref_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}

static struct varta_netns *netns_of(const struct net *net)
{
	struct netns_slot *pointer = net_generic(net, net_id);

	return pointer->netns;
}

/**
 * varta_netns_of_current() - token for the current task's network namespace
 *
 * Context: process. Good while the task is here; hold it to keep it.
 */
struct varta_netns *varta_netns_of_current(void)
{
	return netns_of(current->nsproxy->net_ns);
}

/**
 * varta_netns_get() - keep a token
 * @netns: the token, 0 for none
 *
 * Context: any.
 */
void varta_netns_get(struct varta_netns *netns)
{
	if (netns)
		refcount_inc(&netns->refs);
}

/**
 * varta_netns_get_of_task() - keep a token for another task's network namespace
 * @task: the task; need not live
 *
 * Context: any but interrupts; does not sleep.
 * Return: the token, held; 0 if the task has left its namespaces, to end.
 */
struct varta_netns *varta_netns_get_of_task(struct task_struct *task)
{
	struct varta_netns *netns = NULL;

	task_lock(task);
	if (task->nsproxy)
		netns = netns_of(task->nsproxy->net_ns);
	varta_netns_get(netns);
	task_unlock(task);
	return netns;
}

/**
 * varta_netns_put() - keep a token no longer
 * @netns: the token, 0 for none
 *
 * Context: any.
 */
void varta_netns_put(struct varta_netns *netns)
{
	if (netns && refcount_dec_and_test(&netns->refs))
		kfree(netns);
}

/**
 * varta_netns_get_net() - the namespace of a token
 * @netns: the token, held
 *
 * Context: any.
 * Return: the namespace, for put_net(); NULL if it is gone or going.
 */
struct net *varta_netns_get_net(struct varta_netns *netns)
{
	struct net *net;

	if (!netns)
		return NULL;
	spin_lock(&netns->lock);
	net = netns->net;
	if (net)
		net = maybe_get_net(net);
	spin_unlock(&netns->lock);
	return net;
}
