/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints varta:*. varta(4) describes them. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM varta

#if !defined(_VARTA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VARTA_TRACE_H

#include <linux/tracepoint.h>

#include "agent.h"

TRACE_DEFINE_ENUM(VARTA_STATUS_OK);
TRACE_DEFINE_ENUM(VARTA_STATUS_DEGRADED);
TRACE_DEFINE_ENUM(VARTA_STATUS_CRITICAL);
TRACE_DEFINE_ENUM(VARTA_ORIGIN_KERNEL_ATTESTED);
TRACE_DEFINE_ENUM(VARTA_ORIGIN_NETWORK_UNVERIFIED);
TRACE_DEFINE_ENUM(VARTA_ORIGIN_OPERATOR_ATTESTED);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_UNKNOWN);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_RUNNING);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_WAITING);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_UNINTERRUPTIBLE);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_ACTIVE);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_STARVED);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_STOPPED);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_TRACED);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_FROZEN);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_DUMPING);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_EXITING);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_THREAD_GONE);
TRACE_DEFINE_ENUM(VARTA_STALL_REASON_GONE);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_NONE);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_FROZEN);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_STOPPED);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_TRACED);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_DUMPING);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_EXITING);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_STARVED);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_LIMIT);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_DISABLED);
TRACE_DEFINE_ENUM(VARTA_WITHHELD_CHANGED);

#define varta_trace_status(status)					\
	__print_symbolic(status,					\
			 { VARTA_STATUS_OK, "ok" },			\
			 { VARTA_STATUS_DEGRADED, "degraded" },		\
			 { VARTA_STATUS_CRITICAL, "critical" })

#define varta_trace_origin(origin)					\
	__print_symbolic(origin,					\
			 { VARTA_ORIGIN_KERNEL_ATTESTED, "kernel-attested" }, \
			 { VARTA_ORIGIN_NETWORK_UNVERIFIED, "network-unverified" }, \
			 { VARTA_ORIGIN_OPERATOR_ATTESTED, "operator-attested" })

#define varta_trace_reason(reason)					\
	__print_symbolic(reason,					\
			 { VARTA_STALL_REASON_UNKNOWN, "unknown" },	\
			 { VARTA_STALL_REASON_RUNNING, "running" },	\
			 { VARTA_STALL_REASON_WAITING, "waiting" },	\
			 { VARTA_STALL_REASON_UNINTERRUPTIBLE, "uninterruptible" }, \
			 { VARTA_STALL_REASON_ACTIVE, "active" },	\
			 { VARTA_STALL_REASON_STARVED, "starved" },	\
			 { VARTA_STALL_REASON_STOPPED, "stopped" },	\
			 { VARTA_STALL_REASON_TRACED, "traced" },	\
			 { VARTA_STALL_REASON_FROZEN, "frozen" },	\
			 { VARTA_STALL_REASON_DUMPING, "dumping" },	\
			 { VARTA_STALL_REASON_EXITING, "exiting" },	\
			 { VARTA_STALL_REASON_THREAD_GONE, "thread-gone" }, \
			 { VARTA_STALL_REASON_GONE, "gone" })

#define varta_trace_withheld(withheld)					\
	__print_symbolic(withheld,					\
			 { VARTA_WITHHELD_NONE, "none" }, \
			 { VARTA_WITHHELD_FROZEN, "frozen" }, \
			 { VARTA_WITHHELD_STOPPED, "stopped" }, \
			 { VARTA_WITHHELD_TRACED, "traced" }, \
			 { VARTA_WITHHELD_DUMPING, "dumping" }, \
			 { VARTA_WITHHELD_EXITING, "exiting" }, \
			 { VARTA_WITHHELD_STARVED, "starved" }, \
			 { VARTA_WITHHELD_LIMIT, "limit" }, \
			 { VARTA_WITHHELD_DISABLED, "disabled" }, \
			 { VARTA_WITHHELD_CHANGED, "changed" })

/* An accepted beat. @pid is in the initial pid namespace, or as relayed. */
TRACE_EVENT(beat,

	TP_PROTO(u32 pid, u32 source, const struct varta_beat_info *beat),
	TP_ARGS(pid, source, beat),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(u32, source)
		__field(u64, nonce)
		__field(u32, status)
		__field(u32, payload)
	),
	TP_fast_assign(
		__entry->pid = pid;
		__entry->source = source;
		__entry->nonce = beat->nonce;
		__entry->status = beat->status;
		__entry->payload = beat->payload;
	),
	TP_printk("pid=%u source=%u status=%s nonce=%llu payload=%u",
		  __entry->pid, __entry->source,
		  varta_trace_status(__entry->status), __entry->nonce,
		  __entry->payload)
);

/* @agent's slot is locked. */
DECLARE_EVENT_CLASS(varta_silence,

	TP_PROTO(const struct varta_agent_info *agent),
	TP_ARGS(agent),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(u32, source)
		__field(u32, ns_pid)
		__field(u32, uid)
		__field(u32, tid)
		__field(u32, reason)
		__field(u64, silence)
		__array(char, name, VARTA_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->pid = host_pid(agent);
		__entry->source = agent->id.source;
		__entry->ns_pid = agent->id.ns_pid;
		__entry->uid = agent->id.uid;
		__entry->tid = agent->usage.tid;
		__entry->reason = agent->reason;
		__entry->silence = (agent->late_ns ?: agent->stall_ns) -
				   agent->last_ns;
		copy_name(__entry->name, agent->name);
	),
	TP_printk("pid=%u source=%u ns_pid=%u uid=%u name=%s tid=%u reason=%s silence=%llu",
		  __entry->pid, __entry->source, __entry->ns_pid,
		  __entry->uid, __entry->name, __entry->tid,
		  varta_trace_reason(__entry->reason), __entry->silence)
);

DEFINE_EVENT(varta_silence, stall,
	TP_PROTO(const struct varta_agent_info *agent),
	TP_ARGS(agent)
);

DEFINE_EVENT(varta_silence, late,
	TP_PROTO(const struct varta_agent_info *agent),
	TP_ARGS(agent)
);

TRACE_EVENT(recover,

	TP_PROTO(const struct varta_event_info *event),
	TP_ARGS(event),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(u32, source)
		__field(u32, ns_pid)
		__field(u32, uid)
		__field(u64, silence)
		__field(u64, stall_time)
		__array(char, name, VARTA_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->pid = host_pid(&event->agent);
		__entry->source = event->agent.id.source;
		__entry->ns_pid = event->agent.id.ns_pid;
		__entry->uid = event->agent.id.uid;
		__entry->silence = event->silence_ns;
		__entry->stall_time = event->stall_ns;
		copy_name(__entry->name, event->agent.name);
	),
	TP_printk("pid=%u source=%u ns_pid=%u uid=%u name=%s silence=%llu stall_time=%llu",
		  __entry->pid, __entry->source, __entry->ns_pid,
		  __entry->uid, __entry->name, __entry->silence,
		  __entry->stall_time)
);

/* @agent's exit was noted, and is being reported. */
TRACE_EVENT(exit,

	TP_PROTO(const struct varta_agent_info *agent),
	TP_ARGS(agent),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(u32, source)
		__field(u32, ns_pid)
		__field(u32, uid)
		__field(u64, exit_time)
		__field(u32, exit_code)
		__field(bool, oom_killed)
		__field(bool, stalled)
		__array(char, name, VARTA_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->pid = host_pid(agent);
		__entry->source = agent->id.source;
		__entry->ns_pid = agent->id.ns_pid;
		__entry->uid = agent->id.uid;
		__entry->exit_time = agent->exit_ns;
		__entry->exit_code = agent->exit_code;
		__entry->oom_killed = agent->oom_killed;
		__entry->stalled = agent->stalled;
		copy_name(__entry->name, agent->name);
	),
	TP_printk("pid=%u source=%u ns_pid=%u uid=%u name=%s exit_time=%llu exit_code=%#x oom_killed=%d stalled=%d",
		  __entry->pid, __entry->source, __entry->ns_pid,
		  __entry->uid, __entry->name, __entry->exit_time,
		  __entry->exit_code, __entry->oom_killed, __entry->stalled)
);

/* A request of the current process. @reason is the first word of the answer. */
TRACE_EVENT(refused,

	TP_PROTO(const char *reason, int error),
	TP_ARGS(reason, error),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(int, error)
		__array(char, reason, 32)
	),
	TP_fast_assign(
		__entry->pid = current->tgid;
		__entry->error = error;
		strscpy(__entry->reason, reason, sizeof(__entry->reason));
	),
	TP_printk("pid=%u error=%d reason=%s", __entry->pid, __entry->error,
		  __entry->reason)
);

/* By the current process, for the pid of @event->agent. */
TRACE_EVENT(conflict,

	TP_PROTO(const struct varta_event_info *event),
	TP_ARGS(event),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(u32, source)
		__field(u32, origin)
		__field(u32, sender_pid)
		__field(u32, sender_uid)
		__field(u32, sender_origin)
		__field(u64, ns_inode)
		__field(u64, sender_ns_inode)
		__array(char, name, VARTA_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->pid = host_pid(&event->agent);
		__entry->source = event->agent.id.source;
		__entry->origin = event->agent.id.origin;
		__entry->ns_inode = event->agent.id.ns_inode;
		__entry->sender_pid = current->tgid;
		__entry->sender_uid = from_kuid(&init_user_ns, current_uid());
		__entry->sender_origin = event->sender.origin;
		__entry->sender_ns_inode = event->sender.ns_inode;
		copy_name(__entry->name, event->agent.name);
	),
	TP_printk("pid=%u source=%u name=%s origin=%s ns_inode=%llu sender_pid=%u sender_uid=%u sender_origin=%s sender_ns_inode=%llu",
		  __entry->pid, __entry->source, __entry->name,
		  varta_trace_origin(__entry->origin), __entry->ns_inode,
		  __entry->sender_pid, __entry->sender_uid,
		  varta_trace_origin(__entry->sender_origin),
		  __entry->sender_ns_inode)
);

/* A signal was sent to @event->agent, or withheld. Its slot is locked. */
TRACE_EVENT(action,

	TP_PROTO(const struct varta_event_info *event),
	TP_ARGS(event),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(u32, source)
		__field(u32, ns_pid)
		__field(u32, uid)
		__field(u32, signal)
		__field(u32, withheld)
		__array(char, name, VARTA_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->pid = host_pid(&event->agent);
		__entry->source = event->agent.id.source;
		__entry->ns_pid = event->agent.id.ns_pid;
		__entry->uid = event->agent.id.uid;
		__entry->signal = event->action.signal;
		__entry->withheld = event->action.withheld;
		copy_name(__entry->name, event->agent.name);
	),
	TP_printk("pid=%u source=%u ns_pid=%u uid=%u name=%s signal=%u withheld=%s",
		  __entry->pid, __entry->source, __entry->ns_pid,
		  __entry->uid, __entry->name, __entry->signal,
		  varta_trace_withheld(__entry->withheld))
);

#endif /* _VARTA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
