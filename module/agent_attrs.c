// SPDX-License-Identifier: GPL-2.0-only

#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>
#include <uapi/linux/varta.h>

#include "agent_attrs.h"
#include "flow.h"
#include "params.h"
#include "source.h"

/* Of the largest: with an exit and a lane, and what put_sender() and put_stall() add. */
size_t varta_agent_nest_size(void)
{
	return (18 + 14 + 4) * nla_total_size(sizeof(u32)) +
	       (15 + 3 + 1) * nla_total_size_64bit(sizeof(u64)) +
	       4 * nla_total_size(VARTA_NAME_SIZE) +
	       7 * nla_total_size(0); /* six flags and the nest itself */
}

/* As nla_put(). An agent has some thirty numbers: their sizes are constants. */
static __always_inline int put_number(struct sk_buff *skb, int attribute,
				      const void *value, int size)
{
	struct nlattr *nla;

	if (skb_tailroom(skb) < nla_total_size(size))
		return -EMSGSIZE;
	nla = __skb_put(skb, nla_total_size(size));
	nla->nla_type = attribute;
	nla->nla_len = nla_attr_size(size);
	memcpy(nla_data(nla), value, size);
	return 0;
}

static int put_u32(struct sk_buff *skb, int attribute, u32 value)
{
	return put_number(skb, attribute, &value, sizeof(value));
}

static int put_u64(struct sk_buff *skb, int attribute, u64 value)
{
	if (nla_need_padding_for_64bit(skb))
		return nla_put_u64_64bit(skb, attribute, value,
					 VARTA_A_AGENT_PAD);
	return put_number(skb, attribute, &value, sizeof(value));
}

static int put_exit(struct sk_buff *skb, const struct varta_agent_info *agent)
{
	u32 exit_code = agent->exit_code;

	if (put_u64(skb, VARTA_A_AGENT_EXIT_TIME, agent->exit_ns) ||
	    (agent->oom_killed && nla_put_flag(skb, VARTA_A_AGENT_OOM_KILLED)))
		return -EMSGSIZE;
	/* WTERMSIG(), WCOREDUMP() and WEXITSTATUS() of wait(2). */
	if (!(exit_code & 0x7f))
		return put_u32(skb, VARTA_A_AGENT_EXIT_CODE,
			       exit_code >> 8 & 0xff);
	if (exit_code & 0x80 && nla_put_flag(skb, VARTA_A_AGENT_CORE_DUMPED))
		return -EMSGSIZE;
	return put_u32(skb, VARTA_A_AGENT_EXIT_SIGNAL, exit_code & 0x7f);
}

/* 0 if the thread has no number in the namespace, or is gone. */
static u32 tid_in_ns(u32 tid, struct pid_namespace *pid_ns)
{
	u32 nr;

	if (pid_ns == &init_pid_ns || !pid_ns)
		return pid_ns ? tid : 0;
	rcu_read_lock();
	nr = pid_nr_ns(find_pid_ns(tid, &init_pid_ns), pid_ns);
	rcu_read_unlock();
	return nr;
}

static int put_thread(struct sk_buff *skb, const struct varta_agent_info *agent,
		      const struct varta_view *view)
{
	u32 tid = tid_in_ns(agent->usage.tid, view->pid_ns);

	if ((tid && put_u32(skb, VARTA_A_AGENT_TID, tid)) ||
	    (agent->thread_name[0] &&
	     nla_put_string(skb, VARTA_A_AGENT_THREAD_NAME,
			    agent->thread_name)))
		return -EMSGSIZE;
	return 0;
}

static int put_owner(struct sk_buff *skb, const struct varta_agent_info *agent,
		     const struct varta_view *view)
{
	const struct varta_agent_id *id = &agent->id;
	uid_t uid = from_kuid(view->user_ns, make_kuid(&init_user_ns, id->uid));

	if ((uid != (uid_t)-1 && put_u32(skb, VARTA_A_AGENT_UID, uid)) ||
	    (id->cgroup_id &&
	     put_u64(skb, VARTA_A_AGENT_CGROUP_ID, id->cgroup_id)) ||
	    (id->start_ns &&
	     put_u64(skb, VARTA_A_AGENT_START_TIME, id->start_ns)))
		return -EMSGSIZE;
	return 0;
}

static int put_history(struct sk_buff *skb,
		       const struct varta_agent_info *agent)
{
	if (put_u64(skb, VARTA_A_AGENT_BEATS, agent->beats) ||
	    put_u32(skb, VARTA_A_AGENT_STALLS, agent->stalls) ||
	    put_u64(skb, VARTA_A_AGENT_FIRST_BEAT, agent->first_ns) ||
	    put_u64(skb, VARTA_A_AGENT_LONGEST_GAP, agent->longest_gap_ns))
		return -EMSGSIZE;
	return 0;
}

/* What it asked for on a stall. */
static int put_action(struct sk_buff *skb, const struct varta_agent_info *agent)
{
	if (put_u32(skb, VARTA_A_AGENT_STALL_SIGNAL, agent->stall_signal) ||
	    (agent->kill_after_ms &&
	     put_u32(skb, VARTA_A_AGENT_KILL_AFTER_MS, agent->kill_after_ms)) ||
	    (agent->even_if_starved &&
	     nla_put_flag(skb, VARTA_A_AGENT_EVEN_IF_STARVED)))
		return -EMSGSIZE;
	return 0;
}

static int put_sender(struct sk_buff *skb, const struct varta_view *view)
{
	const struct varta_event_info *event = &view->event->info;
	uid_t uid = from_kuid(view->user_ns,
			      make_kuid(&init_user_ns, event->sender.uid));

	if (put_u32(skb, VARTA_A_AGENT_SENDER_ORIGIN, event->sender.origin) ||
	    (event->sender.ns_inode &&
	     put_u64(skb, VARTA_A_AGENT_SENDER_NS_INODE,
		     event->sender.ns_inode)) ||
	    (view->pid_ns &&
	     put_u32(skb, VARTA_A_AGENT_SENDER_PID, event->sender.pid)) ||
	    (uid != (uid_t)-1 && put_u32(skb, VARTA_A_AGENT_SENDER_UID, uid)) ||
	    (event->suppressed &&
	     put_u32(skb, VARTA_A_AGENT_SUPPRESSED, event->suppressed)))
		return -EMSGSIZE;
	return 0;
}

static int put_status_change(struct sk_buff *skb,
			     const struct varta_event_info *event)
{
	if (put_u32(skb, VARTA_A_AGENT_OLD_STATUS, event->old_status))
		return -EMSGSIZE;
	if (event->changes == 1)
		return 0;
	return put_u32(skb, VARTA_A_AGENT_CHANGES, event->changes);
}

static int put_action_event(struct sk_buff *skb,
			    const struct varta_event_info *event)
{
	if (put_u32(skb, VARTA_A_AGENT_SIGNAL, event->action.signal))
		return -EMSGSIZE;
	if (!event->action.withheld)
		return 0;
	return put_u32(skb, VARTA_A_AGENT_WITHHELD, event->action.withheld);
}

static int put_event_attrs(struct sk_buff *skb, const struct varta_view *view)
{
	const struct varta_event_info *event = &view->event->info;

	if (put_u64(skb, VARTA_A_AGENT_EVENT_TIME, event->time_ns) ||
	    put_u64(skb, VARTA_A_AGENT_EVENT_SEQ, view->event->seq) ||
	    put_u32(skb, VARTA_A_AGENT_EVENT_KIND, event->kind))
		return -EMSGSIZE;
	switch (event->kind) {
	case VARTA_EVENT_KIND_CONFLICT:
		return put_sender(skb, view);
	case VARTA_EVENT_KIND_STATUS:
		return put_status_change(skb, event);
	case VARTA_EVENT_KIND_ACTION:
		return put_action_event(skb, event);
	case VARTA_EVENT_KIND_GOODBYE:
		return put_u32(skb, VARTA_A_AGENT_CAUSE, event->cause);
	case VARTA_EVENT_KIND_SOURCE_STALL:
	case VARTA_EVENT_KIND_SOURCE_RECOVER:
		return put_u32(skb, VARTA_A_AGENT_SOURCE_AGENTS,
			       event->source_agents);
	default:
		return 0;
	}
}

static int put_usage(struct sk_buff *skb, const struct varta_stall_info *stall)
{
	if (put_u64(skb, VARTA_A_AGENT_CPU_TIME, stall->cpu_time) ||
	    put_u64(skb, VARTA_A_AGENT_RUN_DELAY, stall->run_delay) ||
	    (stall->state != VARTA_THREAD_STATE_RUNNABLE &&
	     put_u64(skb, VARTA_A_AGENT_ASLEEP, stall->asleep)) ||
	    put_u32(skb, VARTA_A_AGENT_VOLUNTARY_SWITCHES, stall->voluntary) ||
	    put_u32(skb, VARTA_A_AGENT_INVOLUNTARY_SWITCHES,
		    stall->involuntary) ||
	    put_u32(skb, VARTA_A_AGENT_MAJOR_FAULTS, stall->major_faults))
		return -EMSGSIZE;
	return 0;
}

static int put_group(struct sk_buff *skb, const struct varta_stall_info *stall)
{
	if (put_u32(skb, VARTA_A_AGENT_THREADS_RUNNABLE, stall->runnable) ||
	    put_u32(skb, VARTA_A_AGENT_THREADS_UNINTERRUPTIBLE,
		    stall->uninterruptible) ||
	    put_u32(skb, VARTA_A_AGENT_THREADS_STOPPED, stall->stopped) ||
	    (stall->partial && nla_put_flag(skb, VARTA_A_AGENT_PARTIAL)))
		return -EMSGSIZE;
	return 0;
}

static int put_stall(struct sk_buff *skb, const struct varta_view *view)
{
	const struct varta_stall_info *stall = view->stall;
	u32 tracer = tid_in_ns(stall->tracer, view->pid_ns);

	if (put_u32(skb, VARTA_A_AGENT_REASON_NOW, stall->reason) ||
	    (stall->threads &&
	     put_u32(skb, VARTA_A_AGENT_THREADS, stall->threads)) ||
	    (stall->has_group && put_group(skb, stall)) ||
	    (stall->together &&
	     put_u32(skb, VARTA_A_AGENT_STALLS_TOGETHER, stall->together)))
		return -EMSGSIZE;
	if (!stall->sampled)
		return 0;
	if (put_u32(skb, VARTA_A_AGENT_THREAD_STATE, stall->state) ||
	    put_u32(skb, VARTA_A_AGENT_THREAD_CPU, stall->cpu) ||
	    (stall->syscall >= 0 &&
	     put_u32(skb, VARTA_A_AGENT_THREAD_SYSCALL, stall->syscall)) ||
	    (tracer && put_u32(skb, VARTA_A_AGENT_TRACER_PID, tracer)) ||
	    (stall->has_usage && put_usage(skb, stall)))
		return -EMSGSIZE;
	return 0;
}

static int put_lane(struct sk_buff *skb, const struct varta_lane_info *lane,
		    const struct varta_view *view)
{
	u32 tid = tid_in_ns(lane->tid, view->pid_ns);

	if (nla_put_string(skb, VARTA_A_AGENT_LANE, lane->name) ||
	    put_u32(skb, VARTA_A_AGENT_LANE_THRESHOLD_MS, lane->threshold_ms) ||
	    put_u64(skb, VARTA_A_AGENT_LANE_OVERDUE, lane->overdue_ns) ||
	    (tid && put_u32(skb, VARTA_A_AGENT_LANE_TID, tid)) ||
	    (lane->thread_name[0] &&
	     nla_put_string(skb, VARTA_A_AGENT_LANE_THREAD_NAME,
			    lane->thread_name)) ||
	    (lane->stalled &&
	     put_u32(skb, VARTA_A_AGENT_LANES_STALLED, lane->stalled)))
		return -EMSGSIZE;
	return 0;
}

/* Of a lane event, or of an agent that is shown. */
static const struct varta_lane_info *
lane_of(const struct varta_agent_info *agent, const struct varta_view *view)
{
	if (view->event &&
	    (view->event->info.kind == VARTA_EVENT_KIND_LANE_STALL ||
	     view->event->info.kind == VARTA_EVENT_KIND_LANE_RECOVER))
		return &view->event->info.lane;
	return agent->lane;
}

static u64 silence_of(const struct varta_agent_info *agent,
		      const struct varta_view *view)
{
	u64 end = agent->exited ? agent->exit_ns : view->now;

	if (view->event && view->event->info.kind == VARTA_EVENT_KIND_RECOVER)
		return view->event->info.silence_ns;
	return end > agent->last_ns ? end - agent->last_ns : 0;
}

static u64 stall_time_of(const struct varta_agent_info *agent,
			 const struct varta_view *view)
{
	if (view->event && view->event->info.kind == VARTA_EVENT_KIND_RECOVER)
		return view->event->info.stall_ns;
	return agent->stall_ns;
}

static int put_source(struct sk_buff *skb, const struct varta_agent_info *agent,
		      const struct varta_view *view)
{
	if (put_u32(skb, VARTA_A_AGENT_SOURCE, agent->id.source))
		return -EMSGSIZE;
	/* Of an agent that is shown; its slot is locked. */
	if (!view->event &&
	    varta_source_has_gathered(agent, agent->stall_ns))
		return nla_put_flag(skb, VARTA_A_AGENT_SOURCE_SILENT);
	return 0;
}

/**
 * varta_put_agent() - add an agent to a message
 * @skb: the message
 * @agent: the agent
 * @view: how the reader sees it
 * Return: 0, or -EMSGSIZE with the message unchanged if there is no room.
 */
int varta_put_agent(struct sk_buff *skb, const struct varta_agent_info *agent,
		    const struct varta_view *view)
{
	u32 threshold_ms = agent->threshold_ms ?:
			   varta_setting_get(VARTA_SET_THRESHOLD_MS);
	ktime_t last_real = ktime_mono_to_real(ns_to_ktime(agent->last_ns));
	u64 stall_ns = stall_time_of(agent, view);
	const struct varta_lane_info *lane = lane_of(agent, view);
	struct nlattr *nest = nla_nest_start(skb, VARTA_A_AGENTS_AGENT);

	if (!nest)
		return -EMSGSIZE;
	if ((view->pid && put_u32(skb, VARTA_A_AGENT_PID, view->pid)) ||
	    put_u32(skb, VARTA_A_AGENT_NS_PID, agent->id.ns_pid) ||
	    (agent->id.ns_inode &&
	     put_u64(skb, VARTA_A_AGENT_NS_INODE, agent->id.ns_inode)) ||
	    put_u32(skb, VARTA_A_AGENT_ORIGIN, agent->id.origin) ||
	    put_u32(skb, VARTA_A_AGENT_STATUS, agent->status) ||
	    put_u64(skb, VARTA_A_AGENT_NONCE, agent->nonce) ||
	    put_u32(skb, VARTA_A_AGENT_PAYLOAD, agent->payload) ||
	    put_u64(skb, VARTA_A_AGENT_LAST_BEAT, agent->last_ns) ||
	    put_u64(skb, VARTA_A_AGENT_LAST_BEAT_REALTIME,
		    ktime_to_ns(last_real)) ||
	    put_u64(skb, VARTA_A_AGENT_SILENCE, silence_of(agent, view)) ||
	    (agent->stalled && nla_put_flag(skb, VARTA_A_AGENT_STALLED)) ||
	    (stall_ns && put_u64(skb, VARTA_A_AGENT_STALL_TIME, stall_ns)) ||
	    (((agent->stalled && !agent->exited) || agent->late_ns) &&
	     put_u32(skb, VARTA_A_AGENT_REASON, agent->reason)) ||
	    (view->stall && put_stall(skb, view)) ||
	    (view->stack &&
	     nla_put_string(skb, VARTA_A_AGENT_KERNEL_STACK, view->stack)) ||
	    (agent->id.source && put_source(skb, agent, view)) ||
	    put_u32(skb, VARTA_A_AGENT_THRESHOLD_MS, threshold_ms) ||
	    nla_put_string(skb, VARTA_A_AGENT_NAME, agent->name) ||
	    put_owner(skb, agent, view) || put_thread(skb, agent, view) ||
	    put_history(skb, agent) ||
	    (agent->stall_signal && put_action(skb, agent)) ||
	    (agent->exited && put_exit(skb, agent)) ||
	    (lane && put_lane(skb, lane, view)) ||
	    (view->event && put_event_attrs(skb, view))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * varta_put_event() - add an event to a message
 * @skb: the message
 * @event: the event
 * @net: network namespace of the reader; host pids are shown in the initial one
 * Return: 0, or -EMSGSIZE with the message unchanged if there is no room.
 */
int varta_put_event(struct sk_buff *skb, const struct varta_event *event,
		    const struct net *net)
{
	bool host = net == &init_net;
	const struct varta_view view = {
		.event		= event,
		.now		= event->info.time_ns,
		.pid		= host ? event->pid : 0,
		.pid_ns		= host ? &init_pid_ns : NULL,
		.user_ns	= net->user_ns,
		.stall		= event->info.kind == VARTA_EVENT_KIND_STALL ||
				  event->info.kind == VARTA_EVENT_KIND_LATE ||
				  event->info.kind == VARTA_EVENT_KIND_SOURCE_STALL ||
				  event->info.kind == VARTA_EVENT_KIND_LANE_STALL ?
				  &event->info.stall : NULL,
	};

	return varta_put_agent(skb, &event->info.agent, &view);
}
