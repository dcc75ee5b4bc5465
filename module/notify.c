// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast events. Listeners in the initial network namespace get those of all
 * agents. Listeners elsewhere get those of agents in their network namespace,
 * without host pids, because the pid namespace of a listener is unknown.
 *
 * One multicast can take long: the kernel loops over the members of all generic
 * netlink groups of the machine. flow.c shares the worker's time among users.
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
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "agent_attrs.h"
#include "attest.h"
#include "event_log.h"
#include "flow.h"
#include "genl.h"
#include "listeners.h"
#include "netns_ref.h"
#include "notice_attrs.h"
#include "notify.h"
#include "source.h"
#include "thread.h"
#include "trace.h"
#include "varta.h"
#include "word64.h"

enum {
	CONFLICTS_PER_SECOND = 10,
};

/* Flow of config events. No user has this number. */
#define CONFIG_FLOW	U32_MAX

struct delivery {
	const struct net *net;
	struct sock *listener;	/* the last one that was sent to, held */
	int drops;		/* its sk_drops before that */
	u32 missed;
	u32 listeners;		/* found, whether or not they may listen */
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

/* A socket can join a group's number unchecked, before the group exists. */
static bool may_listen(const struct sock *listener, const struct net *net)
{
	const struct socket *socket = listener->sk_socket;

	return socket && socket->file &&
	       file_ns_capable(socket->file, net->user_ns, CAP_NET_ADMIN);
}

/* Called before each delivery; nonzero skips the listener. */
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
 * Returns how many listeners missed @skb. Netlink does not report that, so the
 * filter checks whether the previous listener's drops increased, be it by
 * another family's message. Before 6.8 no filter is called: 1 stands for all
 * listeners that set NETLINK_BROADCAST_ERROR.
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

/* Netlink counts the listeners of all network namespaces together. */
static bool has_listeners(void)
{
	return genl_has_listeners(&varta_nl_family, &init_net,
				  VARTA_NLGRP_EVENTS);
}

/* Events of one kind, for one message. */
struct batch {
	struct list_head events;
	u32 count;
};

/* It is not about an agent. */
static bool is_notice(const struct varta_event *event)
{
	return event->info.kind == VARTA_EVENT_KIND_CONFIG ||
	       event->info.kind == VARTA_EVENT_KIND_LOSS;
}

static struct sk_buff *build_message(const struct net *net,
				     const struct batch *batch)
{
	static const u8 commands[] = {
		[VARTA_EVENT_KIND_STALL]	= VARTA_CMD_STALL_NTF,
		[VARTA_EVENT_KIND_RECOVER]	= VARTA_CMD_RECOVER_NTF,
		[VARTA_EVENT_KIND_STATUS]	= VARTA_CMD_STATUS_NTF,
		[VARTA_EVENT_KIND_EXIT]		= VARTA_CMD_EXIT_NTF,
		[VARTA_EVENT_KIND_GOODBYE]	= VARTA_CMD_GOODBYE_NTF,
		[VARTA_EVENT_KIND_CONFLICT]	= VARTA_CMD_CONFLICT_NTF,
		[VARTA_EVENT_KIND_CONFIG]	= VARTA_CMD_CONFIG_NTF,
		[VARTA_EVENT_KIND_LOSS]		= VARTA_CMD_LOSS_NTF,
		[VARTA_EVENT_KIND_ACTION]	= VARTA_CMD_ACTION_NTF,
		[VARTA_EVENT_KIND_LATE]		= VARTA_CMD_LATE_NTF,
		[VARTA_EVENT_KIND_LANE_STALL]	= VARTA_CMD_LANE_STALL_NTF,
		[VARTA_EVENT_KIND_LANE_RECOVER]	= VARTA_CMD_LANE_RECOVER_NTF,
		[VARTA_EVENT_KIND_SOURCE_STALL]	= VARTA_CMD_SOURCE_STALL_NTF,
		[VARTA_EVENT_KIND_SOURCE_RECOVER] =
			VARTA_CMD_SOURCE_RECOVER_NTF,
	};
	const struct varta_event *event =
		list_first_entry(&batch->events, struct varta_event, list);
	bool notices = is_notice(event);
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(batch->count * (notices ? varta_notice_nest_size() :
						    varta_agent_nest_size()),
			  GFP_KERNEL);
	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &varta_nl_family, 0,
			     commands[event->info.kind]);
	if (!header)
		goto free;
	list_for_each_entry(event, &batch->events, list) {
		if (notices ? varta_put_notice(skb, event, net) :
			      varta_put_event(skb, event, net))
			goto free;
	}
	genlmsg_end(skb, header);
	return skb;

free:
	nlmsg_free(skb);
	return NULL;
}

/* A dump of the agents does not show these. */
static bool is_logged(const struct varta_event *event)
{
	switch (event->info.kind) {
	case VARTA_EVENT_KIND_EXIT:
	case VARTA_EVENT_KIND_ACTION:
	case VARTA_EVENT_KIND_CONFLICT:
	case VARTA_EVENT_KIND_LANE_STALL:
	case VARTA_EVENT_KIND_LANE_RECOVER:
	case VARTA_EVENT_KIND_SOURCE_STALL:
	case VARTA_EVENT_KIND_SOURCE_RECOVER:
		return true;
	default:
		return false;
	}
}

/* @netns is NULL for the initial one. */
static void number_events(const struct batch *batch, struct varta_netns *netns)
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
	const struct varta_event *last =
		list_last_entry(&batch->events, struct varta_event, list);
	struct varta_netns *netns = varta_netns_of(net);
	struct sk_buff *skb;
	u32 missed;

	if (!has_listeners() || !varta_listeners_possible(net)) {
		varta_netns_set_known_seq(netns, last->seq);
		return false;
	}
	skb = build_message(net, batch);
	if (!skb) {
		varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST,
				 batch->count);
		varta_netns_note_loss(netns);
		return true;
	}
	varta_netns_set_known_seq(netns, last->seq);
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

/* Of what its agent points to, only the network namespace is kept. */
static void hold_agent(struct varta_event *event)
{
	struct varta_agent_info *agent = &event->info.agent;

	agent->stall = NULL;
	agent->lane = NULL;
	event->pid = varta_pid_in_ns(&agent->id, &init_pid_ns);
	varta_netns_get(agent->id.netns);
}

static void init_event(struct varta_event *event,
		       const struct varta_event_info *info)
{
	event->info = *info;
	hold_agent(event);
}

static bool init_exit_event(void *event, const struct varta_agent_info *agent)
{
	const struct varta_event_info info = {
		.agent		= *agent,
		.kind		= VARTA_EVENT_KIND_EXIT,
		.time_ns	= agent->exit_ns,
	};

	trace_exit(agent);
	init_event(event, &info);
	return true;
}

static bool ends_stall(const struct varta_event_info *info)
{
	return info->kind == VARTA_EVENT_KIND_RECOVER ||
	       info->kind == VARTA_EVENT_KIND_SOURCE_RECOVER ||
	       (info->kind == VARTA_EVENT_KIND_GOODBYE && info->agent.stalled);
}

/*
 * Refused senders must not flood listeners, nor hide those of others: any user
 * but root has half of what is sent at most. @suppressed is set if allowed.
 */
static bool conflict_allowed(u64 now, u32 flow_key, u32 *suppressed)
{
	static DEFINE_SPINLOCK(lock);
	static struct {
		u64 second;
		u32 senders[CONFLICTS_PER_SECOND];
		u32 sent;
		u32 suppressed;
	} conflicts;
	u32 own = 0, i;
	bool allowed;

	spin_lock(&lock);
	if (now >= conflicts.second + NSEC_PER_SEC) {
		conflicts.second = now;
		conflicts.sent = 0;
	}
	for (i = 0; i < conflicts.sent; i++)
		own += conflicts.senders[i] == flow_key;
	allowed = conflicts.sent < CONFLICTS_PER_SECOND &&
		  (!flow_key || own < CONFLICTS_PER_SECOND / 2);
	if (allowed) {
		conflicts.senders[conflicts.sent++] = flow_key;
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
	if (info->kind == VARTA_EVENT_KIND_CONFLICT ||
	    info->kind == VARTA_EVENT_KIND_ACTION)
		return true;
	if (!has_listeners())
		return false;
	return info->kind != VARTA_EVENT_KIND_GOODBYE || info->agent.stalled ||
	       (info->cause == VARTA_GOODBYE_CAUSE_BYE &&
		varta_setting_get(VARTA_SET_GOODBYE_EVENTS));
}

static bool queue_event(const struct varta_event_info *info, gfp_t gfp)
{
	struct varta_event *event = varta_event_alloc(gfp);

	if (!event)
		return false;
	init_event(event, info);
	if (ends_stall(info) ? varta_flows_add_end(event) :
			       varta_flows_add(event))
		return true;
	free_event(event);
	return false;
}

/*
 * The slot of its agent is locked. Copies no more than this event needs.
 * @source_agents: 0 unless it is the event of a source.
 */
static bool queue_stall(const struct varta_agent_info *agent,
			enum varta_event_kind kind, u64 now, u32 source_agents)
{
	struct varta_event *event;

	/* The cheap check first: refused stalls are found again and again. */
	if (!varta_flows_have_room(agent->id.flow_key))
		return false;
	event = varta_event_alloc(GFP_NOWAIT);
	if (!event)
		return false;
	event->info.agent = *agent;
	event->info.kind = kind;
	event->info.time_ns = now;
	event->info.source_agents = source_agents;
	if (agent->stall)
		event->info.stall = *agent->stall;
	hold_agent(event);
	if (varta_flows_add(event))
		return true;
	free_event(event);
	return false;
}

/* It is kept for later listeners, too. */
static bool report_silent_source(const struct varta_agent_info *agent, u64 now,
				 u32 agents)
{
	if (!queue_stall(agent, VARTA_EVENT_KIND_SOURCE_STALL, now, agents))
		return false;
	varta_count(&varta.counters, VARTA_COUNT_SOURCE_STALLS);
	return true;
}

static bool report_stall(const struct varta_agent_info *agent)
{
	switch (varta_source_judge(agent, varta_load64(&varta.tracker.resume_ns),
				   report_silent_source)) {
	case VARTA_SOURCE_GATHERED:
		return true;
	case VARTA_SOURCE_FAILED:
		return false;
	default:
		break;
	}
	if (!has_listeners())
		return true;
	return agent->stalled ?
		queue_stall(agent, VARTA_EVENT_KIND_STALL, agent->stall_ns, 0) :
		queue_stall(agent, VARTA_EVENT_KIND_LATE, agent->late_ns, 0);
}

/**
 * varta_notify_stall() - queue the event of an agent that is stalled or late
 * @agent: the agent, whose slot is locked
 *
 * If its source is silent as a whole, that has one event instead.
 * Context: process; does not sleep. varta_notify_wake() has to follow.
 * Return: false if there is no memory, or the user has too many events.
 */
bool varta_notify_stall(const struct varta_agent_info *agent)
{
	if (!report_stall(agent))
		return false;
	if (agent->stalled)
		trace_stall(agent);
	else
		trace_late(agent);
	return true;
}

/**
 * varta_notify_lane() - queue the event of a lane
 * @info: the event of an agent whose slot is locked
 * Context: process; does not sleep.
 * Return: false if there is no memory, or the user has too many events.
 */
bool varta_notify_lane(const struct varta_event_info *info)
{
	if (!has_listeners())
		return true;
	if (!varta_flows_have_room(info->agent.id.flow_key) ||
	    !queue_event(info, GFP_NOWAIT))
		return false;
	varta_notify_wake();
	return true;
}

/* The gap in the numbers, or a notice if there is none, tells listeners. */
static void lose_event(struct varta_netns *netns)
{
	struct varta_netns *init = varta_netns_of(&init_net);

	varta_netns_next_seq(init);
	varta_netns_note_loss(init);
	if (netns && netns != init) {
		varta_netns_next_seq(netns);
		varta_netns_note_loss(netns);
	}
	varta_count(&varta.counters, VARTA_COUNT_EVENTS_LOST);
}

static void queue_or_lose(const struct varta_event_info *info, gfp_t gfp)
{
	if (!queue_event(info, gfp))
		lose_event(info->agent.id.netns);
	varta_notify_wake();
}

static bool report_returned_source(const struct varta_agent_info *agent,
				   u64 now, u32 agents)
{
	const struct varta_event_info info = {
		.agent		= *agent,
		.kind		= VARTA_EVENT_KIND_SOURCE_RECOVER,
		.time_ns	= now,
		.source_agents	= agents,
	};

	queue_or_lose(&info, GFP_NOWAIT);
	return true;
}

static bool return_source(void *unused, const struct varta_agent_info *agent)
{
	u64 silence_ms = varta_setting_get(VARTA_SET_SOURCE_SILENCE_MS);
	u64 grace_ns = max(silence_ms * NSEC_PER_MSEC, varta_threshold_ns());

	varta_source_return(agent, ktime_get_ns(), grace_ns,
			    report_returned_source);
	return true;
}

/**
 * varta_notify_source_beat() - note an accepted beat that was relayed
 * @id: the agent, whose source is not 0
 * @now: time of the beat
 * Context: process, may sleep.
 */
void varta_notify_source_beat(const struct varta_agent_id *id, u64 now)
{
	struct varta_agent_info agent;

	if (!varta_source_note_beat(id->source, now))
		return;
	agent = (struct varta_agent_info) {
		.id	= *id,
		.slot	= VARTA_NO_SLOT,
		.last_ns = now,
	};
	/* It may be evicted or say bye meanwhile. */
	if (!varta_tracker_lookup(&varta.tracker, id->source, id->pid,
				  return_source, NULL))
		return_source(NULL, &agent);
	/* For the scan that is due later. */
	varta_notify_wake();
}

static void set_sender(struct varta_event_info *info)
{
	struct varta_agent_id id = {};

	varta_attest_user(&id);
	info->sender.pid = task_tgid_nr(current);
	info->sender.uid = id.uid;
	info->sender.flow_key = id.flow_key;
}

/**
 * varta_notify_event() - queue an event other than a stall or an exit
 * @info: the event of an agent whose slot is locked
 *
 * Without memory, or if the user has too many events, it is lost and counted.
 * Context: process; does not sleep.
 */
void varta_notify_event(const struct varta_event_info *info)
{
	struct varta_event_info conflict;

	if (info->kind == VARTA_EVENT_KIND_RECOVER)
		trace_recover(info);
	else if (info->kind == VARTA_EVENT_KIND_CONFLICT)
		trace_conflict(info);
	else if (info->kind == VARTA_EVENT_KIND_ACTION)
		trace_action(info);
	/* Its stall had no event either. */
	if (info->kind == VARTA_EVENT_KIND_RECOVER &&
	    varta_source_has_gathered(&info->agent, info->stall_ns))
		return;
	if (!is_wanted(info))
		return;
	if (info->kind == VARTA_EVENT_KIND_CONFLICT) {
		conflict = *info;
		set_sender(&conflict);
		if (!conflict_allowed(info->time_ns, conflict.sender.flow_key,
				      &conflict.suppressed))
			return;
		info = &conflict;
	}
	if (info->kind != VARTA_EVENT_KIND_STATUS || !varta_flows_merge(info))
		queue_or_lose(info, GFP_NOWAIT);
}

static void describe_change(struct varta_event_info *info)
{
	info->kind = VARTA_EVENT_KIND_CONFIG;
	info->time_ns = ktime_get_ns();
	info->agent.id.netns = varta_netns_of_current();
	info->agent.id.flow_key = CONFIG_FLOW;
	info->agent.slot = VARTA_NO_SLOT;
	set_sender(info);
}

/**
 * varta_notify_change() - queue the event of a change by the current process
 * @info: @info.config says what was changed; the rest is set
 *
 * If there are too many such events, it is lost and counted.
 * Context: process, may sleep.
 */
void varta_notify_change(struct varta_event_info *info)
{
	if (!has_listeners())
		return;
	describe_change(info);
	queue_or_lose(info, GFP_KERNEL);
}

enum {
	RUN_NS		= 4 * NSEC_PER_MSEC,	/* CPU time before a sleep */
	DEBT_MAX_NS	= 100 * NSEC_PER_MSEC,	/* the same for fresh flows */
	/* Bits of @work. */
	WORK_PENDING	= 0,
	PRIORITY_PENDING,
};

/* Its wake-up takes no lock that may sleep. */
static struct rcuwait worker_wait = __RCUWAIT_INITIALIZER(worker_wait);
static struct task_struct *worker;
static unsigned long work;

/* No event of an agent is later than its exit. */
static bool exit_is_next(struct varta_flow *flow, u64 exit_ns)
{
	const struct varta_event *event = varta_flow_first(flow);

	return exit_ns != U64_MAX &&
	       (!event || exit_ns < event->info.time_ns);
}

static u64 next_exit_time(const struct varta_flow *flow)
{
	return varta_tracker_exit_time(&varta.tracker, &flow->exits);
}

/* As for a workqueue of high priority: its work is short. */
static void set_normal(struct task_struct *task)
{
	sched_set_normal(task, MIN_NICE);
}

static void set_priority(struct task_struct *task)
{
	u32 priority = varta_setting_get(VARTA_SET_NOTIFY_PRIORITY);

	if (priority)
		varta_thread_set_fifo(task, priority);
	else
		set_normal(task);
}

/* Frees the slot. Without memory, the exit stays in it. */
static struct varta_event *take_exit(struct varta_flow *flow)
{
	struct varta_event *event = varta_event_alloc(GFP_KERNEL);
	bool is_normal;

	if (!event)
		return ERR_PTR(-ENOMEM);
	/* On PREEMPT_RT it lends its priority to the lock's holder. */
	is_normal = current->policy == SCHED_NORMAL;
	if (is_normal)
		sched_set_fifo_low(current);
	varta_tracker_report_exit(&varta.tracker, &flow->exits, init_exit_event,
				  event);
	if (is_normal)
		set_normal(current);
	return event;
}

static int take_exits(struct batch *batch, struct varta_flow *flow)
{
	struct varta_event *event;

	do {
		event = take_exit(flow);
		if (IS_ERR(event))
			return batch->count ? 0 : PTR_ERR(event);
		list_add_tail(&event->list, &batch->events);
		batch->count++;
	} while (batch->count < VARTA_NOTIFY_AGENTS &&
		 exit_is_next(flow, next_exit_time(flow)));
	return 0;
}

static int fill_batch(struct batch *batch, struct varta_flow *flow)
{
	u64 exit_ns = next_exit_time(flow);

	INIT_LIST_HEAD(&batch->events);
	batch->count = 0;
	if (exit_is_next(flow, exit_ns))
		return take_exits(batch, flow);
	batch->count = varta_flow_pop_alike(flow, exit_ns, VARTA_NOTIFY_AGENTS,
					    &batch->events);
	return 0;
}

static int send_to_init_net(struct varta_flow *flow)
{
	struct varta_event *event, *next;
	struct batch batch;
	int err;

	err = fill_batch(&batch, flow);
	if (err || !batch.count)
		return err;
	number_events(&batch, NULL);
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

/* To that of the first event's agent, with all other events that go there. */
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
		number_events(&batch, netns);
		multicast = send(net, &batch);
		put_net(net);
	}
	free_events(&batch.events);
	return multicast;
}

/* One multicast for the flow whose turn it is; -EAGAIN if there is none. */
static int serve(void)
{
	struct varta_flow *flow = varta_flows_next();
	u64 start = ktime_get_ns();
	int err = 0;

	if (!flow)
		return -EAGAIN;
	if (list_empty(&flow->sent)) {
		err = send_to_init_net(flow);
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

/* Returns whether there is work. */
static bool wait_for_work(ktime_t *expires)
{
	prepare_to_rcuwait(&worker_wait);
	set_current_state(TASK_IDLE);
	if (!test_bit(WORK_PENDING, &work) && !kthread_should_stop())
		schedule_hrtimeout(expires, HRTIMER_MODE_ABS);
	finish_rcuwait(&worker_wait);
	/* A full barrier: what is queued later sets the bit again. */
	return test_and_clear_bit(WORK_PENDING, &work);
}

/* Returns how long it slept: less than @ns once a fresh flow ends it. */
static u64 throttle(u64 ns, bool until_fresh)
{
	u64 start = ktime_get_ns(), now = start;
	ktime_t expires = ns_to_ktime(start + ns);

	while (now < start + ns && !kthread_should_stop()) {
		if (until_fresh && varta_flows_any_fresh())
			break;
		if (wait_for_work(&expires))
			sort_exits();
		now = ktime_get_ns();
	}
	return ktime_get_ns() - start;
}

static u64 cpu_time(void)
{
	return varta_peek64(&current->se.sum_exec_runtime);
}

/* Returns false without memory. */
static bool send_loss(struct varta_netns *netns)
{
	struct varta_event *event = varta_event_alloc(GFP_KERNEL);
	struct batch batch = {
		.events	= LIST_HEAD_INIT(batch.events),
		.count	= 1,
	};
	struct net *net;

	if (!event)
		return false;
	init_event(event, &(struct varta_event_info) {
		.kind		= VARTA_EVENT_KIND_LOSS,
		.time_ns	= ktime_get_ns(),
	});
	list_add(&event->list, &batch.events);
	net = varta_netns_get_net(netns);
	if (net) {
		number_events(&batch, netns);
		send(net, &batch);
		put_net(net);
	}
	free_events(&batch.events);
	return true;
}

/* Sends one notice at most. Returns when to call again, U64_MAX for never. */
static u64 report_loss(void)
{
	struct varta_netns *netns;
	u64 due;

	netns = varta_netns_next_loss(ktime_get_ns(), &due);
	if (!netns)
		return due;
	if (!send_loss(netns))
		varta_netns_note_loss(netns);
	varta_netns_put(netns);
	return 0;
}

struct source_scan {
	u32 nr;
	bool is_full;		/* the user has too many events */
};

static bool report_left(const struct varta_agent_info *agent)
{
	struct varta_agent_info stalled = *agent;

	stalled.late_ns = 0;
	return !has_listeners() ||
	       queue_stall(&stalled, VARTA_EVENT_KIND_STALL, agent->late_ns, 0);
}

/* The slot of the agent is locked. */
static bool look_at_left(void *context, const struct varta_agent_info *agent)
{
	struct source_scan *scan = context;

	switch (varta_source_judge_left(agent, agent->late_ns,
					varta_load64(&varta.tracker.resume_ns),
					report_silent_source)) {
	case VARTA_SOURCE_REPORT:
		scan->is_full = !report_left(agent);
		break;
	case VARTA_SOURCE_FAILED:
		scan->is_full = true;
		break;
	case VARTA_SOURCE_SILENT:
		return false;
	case VARTA_SOURCE_GATHERED:
		break;
	}
	if (scan->is_full)
		return false;
	varta_source_pass(scan->nr, agent->slot + 1);
	return true;
}

/*
 * Reports agents that are still stalled, though their source is back. Returns when
 * to call again, U64_MAX for never.
 */
static u64 report_left_agents(void)
{
	u64 now = ktime_get_ns();
	struct source_scan scan = {};
	u32 cursor;
	u64 due;

	due = varta_source_next_scan(now, &scan.nr, &cursor);
	if (due)
		return due;
	if (!varta_tracker_report_again(&varta.tracker, scan.nr, &cursor, now,
					look_at_left, &scan))
		varta_source_end_scan(scan.nr);
	else
		varta_source_pass(scan.nr, cursor);
	return scan.is_full ? now + VARTA_STALL_RETRY_MIN_NS : 0;
}

static void wait_until(u64 due)
{
	ktime_t expires = ns_to_ktime(due);

	wait_for_work(due == U64_MAX ? NULL : &expires);
}

static int worker_fn(void *unused)
{
	u64 debt = 0, mark = cpu_time(), now, due;

	while (!kthread_should_stop()) {
		int err;

		if (test_and_clear_bit(PRIORITY_PENDING, &work))
			set_priority(current);
		sort_exits();
		err = serve();
		due = min(report_loss(), report_left_agents());
		if (err == -EAGAIN)
			wait_until(due);
		else if (err)
			throttle(NSEC_PER_MSEC, true);
		/* It lags: what is missing is charged in the next round. */
		now = cpu_time();
		debt += now - mark;
		mark = now;
		if (debt >= RUN_NS)
			debt -= min(debt, throttle(debt, debt < DEBT_MAX_NS));
	}
	return 0;
}

int varta_notify_start(void)
{
	worker = kthread_run(worker_fn, NULL, "varta-notify");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	set_priority(worker);
	varta_flows_charge(CONFIG_FLOW);
	return 0;
}

static bool count_exit(void *dropped, const struct varta_agent_info *agent)
{
	++*(u64 *)dropped;
	return true;
}

/* Returns how many were to be sent to one network namespace or both. */
static u64 drop_events(struct varta_flow *flow)
{
	struct varta_event *event, *next;
	u64 dropped = 0;

	while ((event = varta_flow_pop(flow)))
		list_add_tail(&event->list, &flow->sent);
	list_for_each_entry_safe(event, next, &flow->sent, list) {
		free_event(event);
		dropped++;
	}
	INIT_LIST_HEAD(&flow->sent);
	while (varta_tracker_report_exit(&varta.tracker, &flow->exits,
					 count_exit, &dropped))
		cond_resched();
	return dropped;
}

/**
 * varta_notify_stop() - stop sending, and drop what is queued
 *
 * Beats still come, and cause no more events.
 * Return: how many events were dropped.
 */
u64 varta_notify_stop(void)
{
	struct varta_flow *flow;
	u64 dropped = 0;

	kthread_stop(worker);
	varta_flows_close();
	sort_exits();
	while ((flow = varta_flows_next())) {
		dropped += drop_events(flow);
		varta_flow_served(flow, 0);
	}
	varta_flows_uncharge(CONFIG_FLOW);
	varta_count_many(&varta.counters, VARTA_COUNT_EVENTS_LOST, dropped);
	return dropped;
}

/**
 * varta_notify_unload() - send the last event of all
 * @lost: events that were dropped
 *
 * To be called after varta_notify_stop(), by the process that unloads.
 */
void varta_notify_unload(u64 lost)
{
	struct varta_event *event = varta_event_alloc(GFP_KERNEL);
	struct varta_event_info info = {
		.config.change	= VARTA_CONFIG_CHANGE_UNLOAD,
		.config.lost	= lost,
	};
	struct varta_netns *netns = varta_netns_of_current();
	struct batch batch = {
		.events	= LIST_HEAD_INIT(batch.events),
		.count	= 1,
	};

	if (!event)
		return;
	describe_change(&info);
	init_event(event, &info);
	list_add(&event->list, &batch.events);
	number_events(&batch, NULL);
	send(&init_net, &batch);
	if (!varta_netns_is_init(netns)) {
		number_events(&batch, netns);
		send(current->nsproxy->net_ns, &batch);
	}
	free_events(&batch.events);
}

/* To be called after varta_notify_stall() and varta_tracker_note_exit(). */
void varta_notify_wake(void)
{
	set_bit(WORK_PENDING, &work);
	rcuwait_wake_up(&worker_wait);
}

/*
 * To be called after the setting was changed. The thread applies it: to change
 * a priority can sleep.
 */
void varta_notify_reprioritize(void)
{
	/* The setting is visible before the bit. Pairs with worker_fn(). */
	smp_mb__before_atomic();
	set_bit(PRIORITY_PENDING, &work);
	varta_notify_wake();
}
