// SPDX-License-Identifier: GPL-2.0-only

#include <linux/atomic.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/nsproxy.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "netns_ref.h"
#include "word64.h"

struct varta_netns {
	refcount_t refs;
	spinlock_t lock;	/* protects net */
	struct net *net;	/* NULL once the namespace exits */
	aligned_u64 mark;	/* of listeners.c */
	atomic64_t seq;		/* of the last event there, sent or lost */
	u64 known_seq;		/* listeners know of all up to this one */
	/* Protected by losses_lock. */
	struct list_head losses_list;	/* in @losses, if not empty */
	u64 notice_ns;			/* no notice of a loss before */
};

static DEFINE_SPINLOCK(losses_lock);
/* Held namespaces that lost events; those in front are due first. */
static LIST_HEAD(losses);

struct pernet_data {
	struct varta_netns *netns;
};

static unsigned int net_id;

static int __net_init init_netns(struct net *net)
{
	struct pernet_data *data = net_generic(net, net_id);
	struct varta_netns *netns;

	netns = kzalloc(sizeof(*netns), GFP_KERNEL_ACCOUNT);
	if (!netns)
		return -ENOMEM;
	refcount_set(&netns->refs, 1);
	spin_lock_init(&netns->lock);
	INIT_LIST_HEAD(&netns->losses_list);
	netns->net = net;
	data->netns = netns;
	return 0;
}

static void __net_exit exit_netns(struct net *net)
{
	struct pernet_data *data = net_generic(net, net_id);
	struct varta_netns *netns = data->netns;

	spin_lock(&netns->lock);
	netns->net = NULL;
	spin_unlock(&netns->lock);
	varta_netns_put(netns);
}

static struct pernet_operations net_ops = {
	.init	= init_netns,
	.exit	= exit_netns,
	.id	= &net_id,
	.size	= sizeof(struct pernet_data),
};

int varta_netns_ref_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/* References that are held stay valid. */
void varta_netns_ref_exit(void)
{
	struct varta_netns *netns, *next;

	unregister_pernet_subsys(&net_ops);
	list_for_each_entry_safe(netns, next, &losses, losses_list) {
		list_del(&netns->losses_list);
		varta_netns_put(netns);
	}
}

/* Valid while @net is held. */
struct varta_netns *varta_netns_of(const struct net *net)
{
	struct pernet_data *data = net_generic(net, net_id);

	return data->netns;
}

/* Valid while the task stays in the namespace. */
struct varta_netns *varta_netns_of_current(void)
{
	return varta_netns_of(current->nsproxy->net_ns);
}

void varta_netns_get(struct varta_netns *netns)
{
	if (netns)
		refcount_inc(&netns->refs);
}

/* Returns NULL if the task already left its namespaces on exit. */
struct varta_netns *varta_netns_get_of_task(struct task_struct *task)
{
	struct varta_netns *netns = NULL;

	task_lock(task);
	if (task->nsproxy)
		netns = varta_netns_of(task->nsproxy->net_ns);
	varta_netns_get(netns);
	task_unlock(task);
	return netns;
}

void varta_netns_put(struct varta_netns *netns)
{
	if (netns && refcount_dec_and_test(&netns->refs))
		kfree(netns);
}

/* Returns NULL once the namespace exits. Release with put_net(). */
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

bool varta_netns_is_init(const struct varta_netns *netns)
{
	return netns == varta_netns_of(&init_net);
}

/* The number of the next event there; the initial one for NULL. */
u64 varta_netns_next_seq(struct varta_netns *netns)
{
	return atomic64_inc_return(&(netns ?: varta_netns_of(&init_net))->seq);
}

/* The worker only. Listeners know of @seq, and of gaps before it. */
void varta_netns_set_known_seq(struct varta_netns *netns, u64 seq)
{
	netns->known_seq = seq;
}

/* To be called after an event was numbered that is not sent. */
void varta_netns_note_loss(struct varta_netns *netns)
{
	spin_lock(&losses_lock);
	if (list_empty(&netns->losses_list)) {
		varta_netns_get(netns);
		list_add_tail(&netns->losses_list, &losses);
	}
	spin_unlock(&losses_lock);
}

static struct varta_netns *pop_loss(u64 now, u64 *due)
{
	struct varta_netns *netns;

	*due = U64_MAX;
	spin_lock(&losses_lock);
	netns = list_first_entry_or_null(&losses, struct varta_netns,
					 losses_list);
	if (netns && netns->notice_ns > now) {
		*due = netns->notice_ns;
		netns = NULL;
	}
	if (netns) {
		list_del_init(&netns->losses_list);
		netns->notice_ns = now + NSEC_PER_SEC;
	}
	spin_unlock(&losses_lock);
	return netns;
}

/**
 * varta_netns_next_loss() - where listeners need a notice of a loss
 * @now: CLOCK_MONOTONIC, ns
 * @due: when to call again after NULL, U64_MAX for never
 *
 * The numbers of later events show a loss, so a notice is for lack of them.
 * Context: the worker; does not sleep.
 * Return: the namespace, to be put; at most once a second. Or NULL.
 */
struct varta_netns *varta_netns_next_loss(u64 now, u64 *due)
{
	struct varta_netns *netns;

	while ((netns = pop_loss(now, due))) {
		if (atomic64_read(&netns->seq) != netns->known_seq)
			return netns;
		varta_netns_put(netns);
	}
	return NULL;
}

u64 varta_netns_mark(const struct net *net)
{
	return varta_load64(&varta_netns_of(net)->mark);
}

void varta_netns_set_mark(struct net *net, u64 mark)
{
	varta_store64(&varta_netns_of(net)->mark, mark);
}
