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

#include "nets.h"

struct home {
	refcount_t refs;
	/* Protects net. */
	spinlock_t lock;
	/* NULL once the namespace is going. */
	struct net *net;
};

/* What the network core keeps for us in each namespace. */
struct home_pointer {
	struct home *home;
};

static unsigned int net_id;

static struct home *home_of(u64 token)
{
	return (struct home *)(uintptr_t)token;
}

static int __net_init enter_net(struct net *net)
{
	struct home_pointer *pointer = net_generic(net, net_id);
	struct home *home;

	home = kzalloc(sizeof(*home), GFP_KERNEL_ACCOUNT);
	if (!home)
		return -ENOMEM;
	refcount_set(&home->refs, 1);
	spin_lock_init(&home->lock);
	home->net = net;
	pointer->home = home;
	return 0;
}

static void __net_exit exit_net(struct net *net)
{
	struct home_pointer *pointer = net_generic(net, net_id);
	struct home *home = pointer->home;

	spin_lock(&home->lock);
	home->net = NULL;
	spin_unlock(&home->lock);
	varta_net_release((uintptr_t)home);
}

static struct pernet_operations net_ops = {
	.init	= enter_net,
	.exit	= exit_net,
	.id	= &net_id,
	.size	= sizeof(struct home_pointer),
};

/**
 * varta_nets_init() - begin to know network namespaces
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int varta_nets_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * varta_nets_exit() - forget them
 *
 * Context: process, may sleep. Tokens that are still held stay good.
 */
void varta_nets_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}

static u64 token_of(const struct net *net)
{
	struct home_pointer *pointer = net_generic(net, net_id);

	return (uintptr_t)pointer->home;
}

/**
 * varta_net_of_current() - token for the current task's network namespace
 *
 * Context: process. Good while the task is here; hold it to keep it.
 */
u64 varta_net_of_current(void)
{
	return token_of(current->nsproxy->net_ns);
}

/**
 * varta_net_hold() - keep a token
 * @home: the token, 0 for none
 *
 * Context: any.
 */
void varta_net_hold(u64 home)
{
	if (home)
		refcount_inc(&home_of(home)->refs);
}

/**
 * varta_net_hold_of() - keep a token for another task's network namespace
 * @task: the task; need not live
 *
 * Context: any but interrupts; does not sleep.
 * Return: the token, held; 0 if the task has left its namespaces, to end.
 */
u64 varta_net_hold_of(struct task_struct *task)
{
	u64 home = 0;

	task_lock(task);
	if (task->nsproxy)
		home = token_of(task->nsproxy->net_ns);
	varta_net_hold(home);
	task_unlock(task);
	return home;
}

/**
 * varta_net_release() - keep a token no longer
 * @home: the token, 0 for none
 *
 * Context: any.
 */
void varta_net_release(u64 home)
{
	if (home && refcount_dec_and_test(&home_of(home)->refs))
		kfree(home_of(home));
}

/**
 * varta_net_get() - the namespace of a token
 * @home: the token, held
 *
 * Context: any.
 * Return: the namespace, for put_net(); NULL if it is gone or going.
 */
struct net *varta_net_get(u64 home)
{
	struct net *net;

	if (!home)
		return NULL;
	spin_lock(&home_of(home)->lock);
	net = home_of(home)->net;
	if (net)
		net = maybe_get_net(net);
	spin_unlock(&home_of(home)->lock);
	return net;
}
