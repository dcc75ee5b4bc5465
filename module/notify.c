// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast events and their listeners. Listeners in the initial network
 * namespace get events about all agents. Listeners in an agent's own network
 * namespace get events about that agent, without its host pid: the kernel does
 * not provide a listener's pid namespace, so the network namespace decides.
 *
 * A thread of normal priority sends. A multicast in one network namespace makes
 * the kernel loop over all members of generic netlink groups on the machine, so
 * it can take long. It is the unit in which users share the thread: see flow.c.
 */

#include <linux/bitops.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/net.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "agent_attrs.h"
#include "attest.h"
#include "event_log.h"
#include "flow.h"
#include "genl.h"
#include "listeners.h"
#include "netns_ref.h"
#include "notify.h"
#include "varta.h"

enum {
	CONFLICTS_PER_SECOND = 10,
};

/* A multicast on its way from listener to listener. */
struct delivery {
	const struct net *net;
	/* The last one that got it, held, and its sk_drops before that. */
	struct sock *listener;
	int drops;
	u32 missed;
	/* Listeners found, whether or not they may listen. */
	u32 listeners;
};

static int drops_of(const struct sock *listener)
{
	return atomic_read(&listener->sk_drops);
}

static void account_drops(struct delivery *delivery)
{
	if (!delivery->listener)
		return;
	if (drops_of(delivery->listener) != delivery->drops)
		delivery->missed++;
	sock_put(delivery->listener);
	delivery->listener = NULL;
}

/*
 * The netlink core checks the capability when a socket joins a group, but a
 * socket may join a number that no group has yet.
 */
static bool may_listen(const struct sock *listener, const struct net *net)
{
	const struct socket *socket = listener->sk_socket;

	return socket && socket->file &&
	       file_ns_capable(socket->file, net->user_ns, CAP_NET_ADMIN);
}

/* Called before each delivery. Returns nonzero to skip the listener. */
static int filter_listener(struct sock *listener, struct sk_buff *skb,
			   void *data)
{
	struct delivery *delivery = data;

	account_drops(delivery);
	delivery->listeners++;
	if (!may_listen(listener, delivery->net))
		return 1;
	sock_hold(listener);
	delivery->listener = listener;
	delivery->drops = drops_of(listener);
	return 0;
}

/*
 * Sends @skb to the listeners in @net. Returns how many missed it because their
 * buffer was full. Netlink does not report that, so the filter looks whether
 * the previous listener's drops increased; a drop of another family's message
 * at that moment counts too. Before 6.8 no filter is called. Then 1 stands for
 * all listeners that set NETLINK_BROADCAST_ERROR.
 */
static u32 multicast(struct net *net, struct sk_buff *skb)
{
	struct delivery delivery = { .net = net };
	u64 snapshot = varta_listeners_snapshot();
	int err;

	err = genlmsg_multicast_netns_filtered(&varta_nl_family, net, skb, 0,
					       VARTA_NLGRP_EVENTS, GFP_KERNEL,
					       filter_listener, &delivery);
	account_drops(&delivery);
	if (err == -ESRCH && !delivery.listeners)
		varta_listeners_set_none(net, snapshot);
	if (err == -ENOBUFS && !delivery.missed)
		return 1;
	return delivery.missed;
}

/* Whether anybody listens in any network namespace. */
static bool has_listeners(void)
{
	return genl_has_listeners(&varta_nl_family, &init_net,
				  VARTA_NLGRP_EVENTS);
}

/* Events of one kind that are sent in one message. */
struct batch {
	struct list_head events;
	u32 count;
};

/* The message for @net, NULL without memory. */
static struct sk_buff *build(const struct net *net, const struct batch *batch)
{
	static const u8 commands[] = {
		[VARTA_EVENT_KIND_STALL]	= VARTA_CMD_STALL_NTF,
		[VARTA_EVENT_KIND_RECOVER]	= VARTA_CMD_RECOVER_NTF,
		[VARTA_EVENT_KIND_STATUS]	= VARTA_CMD_STATUS_NTF,
		[VARTA_EVENT_KIND_EXIT]		= VARTA_CMD_EXIT_NTF,
		[VARTA_EVENT_KIND_GOODBYE]	= VARTA_CMD_GOODBYE_NTF,
		[VARTA_EVENT_KIND_CONFLICT]	= VARTA_CMD_CONFLICT_NTF,
	};
	const struct varta_event *event;
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(batch->count * varta_agent_nest_size(), GFP_KERNEL);
	if (!skb)
		return NULL;
	event = list_first_entry(&batch->events, struct varta_event, list);
	header = genlmsg_put(skb, 0, 0, &varta_nl_family, 0,
			     commands[event->info.kind]);
	if (!header)
		goto free;
	list_for_each_entry(event, &batch->events, list) {
		if (varta_put_event(skb, event, net))
			goto free;
	}
	genlmsg_end(skb, header);
	return skb;

free:
	nlmsg_free(skb);
	return NULL;
}

/* Events that a dump of the agents does not show. */
static bool is_logged(const struct varta_event *event)
{
	return event->info.kind == VARTA_EVENT_KIND_EXIT ||
	       event->info.kind == VARTA_EVENT_KIND_CONFLICT;
}

/* Numbers the events of a batch. @netns: where they go, NULL for the initial one */
static void number(const struct batch *batch, struct varta_netns *netns)
{
	struct varta_event *event;

	list_for_each_entry(event, &batch->events, list) {
		event->seq = varta_netns_next_seq(netns);
		if (is_logged(event))
			varta_event_log_add(event, !netns);
	}
}

/* Returns whether it took a multicast. */
static bool send(struct net *net, const struct batch *batch)
{
	struct sk_buff *skb;
	u32 missed;

	if (!has_listeners() || !varta_listeners_possible(net))
		return false;
	skb = build(net, batch);
	if (!skb) {
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST,
				 batch->count);
		return true;
	}
	missed = multicast(net, skb);
	if (missed)
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_MISSED,
				 missed * batch->count);
	return true;
}

static void free_event(struct varta_event *event)
{
	varta_netns_put(event->info.agent.id.netns);
	varta_event_free(event);
}

static void free_events(struct list_head *events)
{
	struct varta_event *event, *next;

	list_for_each_entry_safe(event, next, events, list)
		free_event(event);
}

/* The agent's slot is locked. */
static void describe(struct varta_event *event,
		     const struct varta_event_info *info)
{
	event->info = *info;
	event->pid = varta_pid_in_ns(&info->agent.id, &init_pid_ns);
	varta_netns_get(info->agent.id.netns);
}

static bool describe_exit(void *data, const struct varta_agent_info *agent)
{
	const struct varta_event_info info = {
		.agent		= *agent,
		.kind		= VARTA_EVENT_KIND_EXIT,
		.time_ns	= agent->exit_ns,
	};

	describe(data, &info);
	return true;
}

/* Whether listeners wait for this event, having heard of a stall. */
static bool ends_stall(const struct varta_event_info *info)
{
	return info->kind == VARTA_EVENT_KIND_RECOVER ||
	       (info->kind == VARTA_EVENT_KIND_GOODBYE && info->agent.stalled);
}

/*
 * Limits conflicts, so that nobody floods listeners by being refused. Returns
 * whether there may be an event now, and sets how many had none before it.
 */
static bool conflict_allowed(u64 now, u32 *suppressed)
{
	static DEFINE_SPINLOCK(lock);
	static struct {
		u64 second;
		u32 sent;
		u32 suppressed;
	} conflicts;
	bool allowed;

	spin_lock(&lock);
	if (now >= conflicts.second + NSEC_PER_SEC) {
		conflicts.second = now;
		conflicts.sent = 0;
	}
	allowed = conflicts.sent < CONFLICTS_PER_SECOND;
	if (allowed) {
		conflicts.sent++;
		*suppressed = conflicts.suppressed;
		conflicts.suppressed = 0;
	} else if (conflicts.suppressed < U32_MAX) {
		conflicts.suppressed++;
	}
	spin_unlock(&lock);
	return allowed;
}

static bool is_wanted(const struct varta_event_info *info)
{
	if (info->kind == VARTA_EVENT_KIND_CONFLICT)
		return true;
	if (!has_listeners())
		return false;
	return info->kind != VARTA_EVENT_KIND_GOODBYE || info->agent.stalled ||
	       (info->cause == VARTA_GOODBYE_CAUSE_BYE &&
		varta_setting(VARTA_SET_GOODBYE_EVENTS));
}

/* Returns false if there is no memory, or the user has too many events. */
static bool queue_event(const struct varta_event_info *info)
{
	struct varta_event *event = varta_event_alloc(GFP_NOWAIT);

	if (!event)
		return false;
	describe(event, info);
	if (ends_stall(info) ? varta_flows_add_end(event) :
			       varta_flows_add(event))
		return true;
	free_event(event);
	return false;
}

/**
 * varta_notify_stall() - queue the event of a stall
 * @agent: the agent, whose slot is locked
 *
 * Context: process; does not sleep. varta_notify_wake() has to follow.
 * Return: false if there is no memory, or the user has too many events.
 */
bool varta_notify_stall(const struct varta_agent_info *agent)
{
	const struct varta_event_info info = {
		.agent		= *agent,
		.kind		= VARTA_EVENT_KIND_STALL,
		.time_ns	= agent->stall_ns,
	};

	if (!has_listeners())
		return true;
	/* First: a user's refused stalls are found again and again. */
	return varta_flows_have_room(agent->id.flow) && queue_event(&info);
}

/**
 * varta_notify_event() - queue an event other than a stall or an exit
 * @info: the event of an agent whose slot is locked
 *
 * If there is no memory, or the user has too many events, it is lost, and
 * counted.
 *
 * Context: process; does not sleep.
 */
void varta_notify_event(const struct varta_event_info *info)
{
	struct varta_event_info conflict;

	if (!is_wanted(info))
		return;
	if (info->kind == VARTA_EVENT_KIND_CONFLICT) {
		conflict = *info;
		if (!conflict_allowed(info->time_ns, &conflict.suppressed))
			return;
		conflict.sender.pid = task_tgid_nr(current);
		conflict.sender.uid = from_kuid(&init_user_ns, current_uid());
		info = &conflict;
	}
	if (queue_event(info)) {
		varta_notify_wake();
		return;
	}
	/* The gap in the numbers shows it. */
	varta_netns_next_seq(NULL);
	if (info->agent.id.netns && !varta_netns_is_init(info->agent.id.netns))
		varta_netns_next_seq(info->agent.id.netns);
	varta_count(&varta.counters, VARTA_COUNT_EVENTS_LOST);
}

enum {
	/* CPU time after which the worker sleeps as long, in nanoseconds. */
	RUN_NS		= 4 * NSEC_PER_MSEC,
	/* Most CPU time without sleep, for flows that used less than others. */
	DEBT_MAX_NS	= 100 * NSEC_PER_MSEC,
	/* Bits of @work. */
	WORK_PENDING	= 0,
};

static DECLARE_WAIT_QUEUE_HEAD(worker_wait);
static struct task_struct *worker;
static unsigned long work;

/*
 * Kind of the next event of a flow; -1 if there is none. An exit is after all
 * events of its agent: those queued before the exit have times up to its own.
 * See varta_tracker_event_time().
 */
static int next_kind(struct varta_flow *flow)
{
	const struct varta_event *event = varta_flow_first(flow);
	u64 exit_ns = varta_tracker_exit_time(&varta.tracker, &flow->exits);

	if (exit_ns != U64_MAX && (!event || exit_ns < event->info.time_ns))
		return VARTA_EVENT_KIND_EXIT;
	return event ? event->info.kind : -1;
}

/* Frees the slot. Without memory, the exit stays there. */
static struct varta_event *take_exit(struct varta_flow *flow)
{
	struct varta_event *event = varta_event_alloc(GFP_KERNEL);

	if (!event)
		return ERR_PTR(-ENOMEM);
	/* What waits for a lock lends its priority only if that is real-time. */
	sched_set_fifo_low(current);
	varta_tracker_report_exit(&varta.tracker, &flow->exits, describe_exit,
				  event);
	sched_set_normal(current, MIN_NICE);
	return event;
}

/* Takes the oldest events of a flow as long as they are of one kind. */
static int fill(struct batch *batch, struct varta_flow *flow)
{
	int kind = next_kind(flow);
	bool exits = kind == VARTA_EVENT_KIND_EXIT;
	u32 taken;

	INIT_LIST_HEAD(&batch->events);
	batch->count = 0;
	for (taken = 0; taken < VARTA_NOTIFY_AGENTS; taken++) {
		struct varta_event *event;

		if (kind < 0 || next_kind(flow) != kind)
			break;
		event = exits ? take_exit(flow) : varta_flow_pop(flow);
		if (IS_ERR(event))
			return batch->count ? 0 : PTR_ERR(event);
		list_add_tail(&event->list, &batch->events);
		batch->count++;
	}
	return 0;
}

/* To the initial network namespace, where all events go. */
static int send_new(struct varta_flow *flow)
{
	struct varta_event *event, *next;
	struct batch batch;
	int err;

	err = fill(&batch, flow);
	if (err || !batch.count)
		return err;
	number(&batch, NULL);
	send(&init_net, &batch);
	list_for_each_entry_safe(event, next, &batch.events, list) {
		struct varta_netns *netns = event->info.agent.id.netns;

		if (netns && !varta_netns_is_init(netns)) {
			list_move_tail(&event->list, &flow->sent);
		} else {
			list_del(&event->list);
			free_event(event);
		}
	}
	return 0;
}

/* To the network namespace of the first agent, with others that live there. */
static bool send_to_agent_netns(struct varta_flow *flow)
{
	struct varta_event *event, *next;
	struct varta_netns *netns;
	struct batch batch = {
		.events = LIST_HEAD_INIT(batch.events),
	};
	bool multicast = false;
	struct net *net;

	event = list_first_entry(&flow->sent, struct varta_event, list);
	netns = event->info.agent.id.netns;
	list_for_each_entry_safe(event, next, &flow->sent, list) {
		if (event->info.agent.id.netns != netns)
			continue;
		list_move_tail(&event->list, &batch.events);
		batch.count++;
	}
	net = varta_netns_get_net(netns);
	if (net) {
		number(&batch, netns);
		multicast = send(net, &batch);
		put_net(net);
	}
	free_events(&batch.events);
	return multicast;
}

/* Sends one multicast of the flow whose turn it is. Returns -EAGAIN if none. */
static int serve(void)
{
	struct varta_flow *flow = varta_flows_next();
	u64 start = ktime_get_ns();
	int err = 0;

	if (!flow)
		return -EAGAIN;
	if (list_empty(&flow->sent)) {
		err = send_new(flow);
	} else {
		while (!list_empty(&flow->sent) && !send_to_agent_netns(flow))
			;
	}
	/* Its allocation failed; those of others may be smaller. */
	if (err)
		varta_flow_postpone(flow);
	varta_flow_served(flow, ktime_get_ns() - start);
	return err;
}

static void sort_exits(void)
{
	varta_tracker_take_exits(&varta.tracker, varta_flows_exits_of);
}

/* Sleeps until @expires, work, or the end. Returns whether there is work. */
static bool wait_for_work(ktime_t *expires)
{
	DEFINE_WAIT(wait);

	prepare_to_wait(&worker_wait, &wait, TASK_IDLE);
	if (!test_bit(WORK_PENDING, &work) && !kthread_should_stop())
		schedule_hrtimeout(expires, HRTIMER_MODE_ABS);
	finish_wait(&worker_wait, &wait);
	/* A full barrier: what is queued later sets the bit again. */
	return test_and_clear_bit(WORK_PENDING, &work);
}

/*
 * Sleeps for @ns, or if @fresh until a flow that used less time than the others
 * has an event. Returns how long.
 */
static u64 rest(u64 ns, bool fresh)
{
	u64 start = ktime_get_ns(), now = start;
	ktime_t expires = ns_to_ktime(start + ns);

	while (now < start + ns && !kthread_should_stop()) {
		/* It may have come while another was served. */
		if (fresh && varta_flows_any_fresh())
			break;
		if (wait_for_work(&expires))
			sort_exits();
		now = ktime_get_ns();
	}
	return ktime_get_ns() - start;
}

static u64 cpu_time(void)
{
	return READ_ONCE(current->se.sum_exec_runtime);
}

static int worker_fn(void *unused)
{
	u64 debt = 0, mark = cpu_time(), now;

	while (!kthread_should_stop()) {
		int err;

		sort_exits();
		err = serve();
		if (err == -EAGAIN)
			wait_for_work(NULL);
		else if (err)
			rest(NSEC_PER_MSEC, true);
		/* It may be updated only while the thread sleeps. */
		now = cpu_time();
		debt += now - mark;
		mark = now;
		if (debt >= RUN_NS)
			debt -= min(debt, rest(debt, debt < DEBT_MAX_NS));
	}
	return 0;
}

int varta_notify_start(void)
{
	worker = kthread_run(worker_fn, NULL, "varta-notify");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	/* As for a workqueue of high priority: sends little, but in time. */
	set_user_nice(worker, MIN_NICE);
	return 0;
}

static void drop_events(struct varta_flow *flow)
{
	struct varta_event *event;
	u32 dropped = 0;

	while ((event = varta_flow_pop(flow))) {
		free_event(event);
		dropped++;
	}
	free_events(&flow->sent);
	INIT_LIST_HEAD(&flow->sent);
	flow->exits.first = VARTA_NO_SLOT;
	if (has_listeners())
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST,
				 dropped);
}

/* Beats still come, and cause no more events. Exits stay in their slots. */
void varta_notify_stop(void)
{
	struct varta_flow *flow;

	kthread_stop(worker);
	varta_flows_close();
	while ((flow = varta_flows_next())) {
		drop_events(flow);
		varta_flow_served(flow, 0);
	}
}

/* To be called after varta_notify_stall() and varta_tracker_note_exit(). */
void varta_notify_wake(void)
{
	set_bit(WORK_PENDING, &work);
	wake_up(&worker_wait);
}
