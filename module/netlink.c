// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of the netlink commands, which genl.c lists with their policies. */

#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "agent_attrs.h"
#include "attest.h"
#include "audit.h"
#include "beat_page.h"
#include "config.h"
#include "event_log.h"
#include "frame.h"
#include "genl.h"
#include "listeners.h"
#include "netlink.h"
#include "netns_ref.h"
#include "notify.h"
#include "params.h"
#include "ratelimit.h"
#include "reject.h"
#include "source.h"
#include "stall_thread.h"
#include "trace.h"
#include "usage.h"
#include "varta.h"

/* read_beat() reads both a sender's own beat and a relayed one. */
#define ASSERT_SAME_ATTR(NAME)						\
	static_assert((int)VARTA_A_RELAYED_BEAT_##NAME ==		\
		      (int)VARTA_A_BEAT_##NAME)
ASSERT_SAME_ATTR(STATUS);
ASSERT_SAME_ATTR(NONCE);
ASSERT_SAME_ATTR(TIMESTAMP);
ASSERT_SAME_ATTR(PAYLOAD);
ASSERT_SAME_ATTR(PID);
ASSERT_SAME_ATTR(FRAME);
ASSERT_SAME_ATTR(THRESHOLD_MS);
ASSERT_SAME_ATTR(NAME);

/* Without it, hardened kernels clear the variable first. */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized __attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

/* The value of VARTA_A_BEAT_COMPACT, aligned as an attribute. */
struct compact_beat {
	u64 nonce;
	u32 status;
	u32 payload;
} __packed __aligned(NLA_ALIGNTO);

/* nla_get_u64() is not inlined on all kernels. The policy checked the size. */
static u64 get_u64(const struct nlattr *attr)
{
	u64 value;

	memcpy(&value, nla_data(attr), sizeof(value));
	return value;
}

static const enum varta_reason record_reasons[] = {
	[VARTA_RECORD_OUT_OF_ORDER]	  = VARTA_REASON_OUT_OF_ORDER,
	[VARTA_RECORD_CAPACITY_EXCEEDED]  = VARTA_REASON_CAPACITY_EXCEEDED,
	[VARTA_RECORD_ORIGIN_CONFLICT]	  = VARTA_REASON_ORIGIN_CONFLICT,
	[VARTA_RECORD_NAMESPACE_CONFLICT] = VARTA_REASON_NAMESPACE_CONFLICT,
	[VARTA_RECORD_QUOTA_EXCEEDED]	  = VARTA_REASON_QUOTA_EXCEEDED,
};

static const struct nlattr *bad_attr(struct nlattr **attrs,
				     enum varta_reason reason)
{
	switch (reason) {
	case VARTA_REASON_BAD_STATUS:
	case VARTA_REASON_STALL_ON_WIRE:
		return attrs[VARTA_A_BEAT_STATUS];
	case VARTA_REASON_BAD_PID:
		return attrs[VARTA_A_BEAT_PID];
	case VARTA_REASON_BAD_TIMESTAMP:
		return attrs[VARTA_A_BEAT_TIMESTAMP];
	default:
		return attrs[VARTA_A_BEAT_NONCE];
	}
}

static int read_beat_attrs(struct netlink_ext_ack *extack, struct nlattr **attrs,
			   struct nlattr *nest, struct varta_beat_info *beat)
{
	const struct nlattr *status = attrs[VARTA_A_BEAT_STATUS];
	const struct nlattr *nonce = attrs[VARTA_A_BEAT_NONCE];
	const struct nlattr *timestamp = attrs[VARTA_A_BEAT_TIMESTAMP];
	const struct nlattr *payload = attrs[VARTA_A_BEAT_PAYLOAD];
	const struct nlattr *pid = attrs[VARTA_A_BEAT_PID];
	enum varta_reason reason;

	if (!status)
		return varta_reject_missing(extack, nest, VARTA_A_BEAT_STATUS);
	if (!nonce)
		return varta_reject_missing(extack, nest, VARTA_A_BEAT_NONCE);

	beat->status = nla_get_u32(status);
	beat->nonce = get_u64(nonce);
	if (timestamp)
		beat->timestamp = get_u64(timestamp);
	if (payload)
		beat->payload = nla_get_u32(payload);
	if (pid)
		beat->pid = nla_get_u32(pid);

	reason = varta_beat_check(beat, VARTA_LOWEST_TYPED_PID);
	if (!reason)
		return 0;
	return varta_reject(extack, bad_attr(attrs, reason), reason);
}

static int read_frame(struct netlink_ext_ack *extack, struct nlattr **attrs,
		      struct varta_beat_info *beat)
{
	const struct nlattr *frame = attrs[VARTA_A_BEAT_FRAME];
	enum varta_reason reason;

	if (attrs[VARTA_A_BEAT_STATUS] || attrs[VARTA_A_BEAT_NONCE] ||
	    attrs[VARTA_A_BEAT_TIMESTAMP] || attrs[VARTA_A_BEAT_PAYLOAD] ||
	    attrs[VARTA_A_BEAT_PID])
		return varta_reject(extack, frame,
				    VARTA_REASON_CONFLICTING_ATTRIBUTES);
	reason = varta_frame_decode(nla_data(frame), nla_len(frame), beat);
	return reason ? varta_reject(extack, frame, reason) : 0;
}

static int read_compact(struct netlink_ext_ack *extack, struct nlattr **attrs,
			struct varta_beat_info *beat)
{
	const struct nlattr *compact = attrs[VARTA_A_BEAT_COMPACT];
	const struct nlattr *timestamp = attrs[VARTA_A_BEAT_TIMESTAMP];
	const struct nlattr *pid = attrs[VARTA_A_BEAT_PID];
	const struct compact_beat *value = nla_data(compact);
	enum varta_reason reason;

	if (nla_len(compact) != sizeof(*value))
		return varta_reject(extack, compact, VARTA_REASON_BAD_LENGTH);
	if (attrs[VARTA_A_BEAT_STATUS] || attrs[VARTA_A_BEAT_NONCE] ||
	    attrs[VARTA_A_BEAT_PAYLOAD] || attrs[VARTA_A_BEAT_FRAME])
		return varta_reject(extack, compact,
				    VARTA_REASON_CONFLICTING_ATTRIBUTES);
	beat->nonce = value->nonce;
	beat->status = value->status;
	beat->payload = value->payload;
	if (timestamp)
		beat->timestamp = get_u64(timestamp);
	if (pid)
		beat->pid = nla_get_u32(pid);

	reason = varta_beat_check(beat, VARTA_LOWEST_TYPED_PID);
	if (!reason)
		return 0;
	return varta_reject(extack, bad_attr(attrs, reason) ?: compact, reason);
}

static bool threshold_allowed(u32 threshold_ms)
{
	return threshold_ms >= varta_setting_get(VARTA_SET_MIN_THRESHOLD_MS) &&
	       threshold_ms <= varta_setting_get(VARTA_SET_MAX_THRESHOLD_MS);
}

static int read_agent_attrs(struct netlink_ext_ack *extack,
			    struct nlattr **attrs, struct varta_beat_info *beat)
{
	const struct nlattr *threshold_ms = attrs[VARTA_A_BEAT_THRESHOLD_MS];
	const struct nlattr *name = attrs[VARTA_A_BEAT_NAME];

	if (name)
		beat->name = nla_data(name);
	if (threshold_ms) {
		beat->threshold_ms = nla_get_u32(threshold_ms);
		if (!threshold_allowed(beat->threshold_ms))
			return varta_reject(extack, threshold_ms,
					    VARTA_REASON_BAD_THRESHOLD);
	}
	return 0;
}

/* @beat has defaults, or 0. @nest is the relayed beat, NULL for the sender's own. */
static int read_beat(struct netlink_ext_ack *extack, struct nlattr **attrs,
		     struct nlattr *nest, struct varta_beat_info *beat)
{
	int err;

	if (attrs[VARTA_A_BEAT_FRAME])
		err = read_frame(extack, attrs, beat);
	else
		err = read_beat_attrs(extack, attrs, nest, beat);
	return err ?: read_agent_attrs(extack, attrs, beat);
}

static int read_compact_beat(struct netlink_ext_ack *extack,
			     struct nlattr **attrs,
			     struct varta_beat_info *beat)
{
	return read_compact(extack, attrs, beat) ?:
	       read_agent_attrs(extack, attrs, beat);
}

static bool has_action(struct nlattr **attrs)
{
	return (uintptr_t)attrs[VARTA_A_BEAT_STALL_SIGNAL] |
	       (uintptr_t)attrs[VARTA_A_BEAT_KILL_AFTER_MS] |
	       (uintptr_t)attrs[VARTA_A_BEAT_EVEN_IF_STARVED];
}

/* On the fast path: one branch. */
static bool has_action_or_lane(struct nlattr **attrs)
{
	return has_action(attrs) | (bool)attrs[VARTA_A_BEAT_LANE];
}

/* Only of an agent's own beat: nobody can signal the agents of a relay. */
static int read_action(struct netlink_ext_ack *extack, struct nlattr **attrs,
		       struct varta_action_request *action)
{
	const struct nlattr *signal = attrs[VARTA_A_BEAT_STALL_SIGNAL];
	const struct nlattr *kill_after = attrs[VARTA_A_BEAT_KILL_AFTER_MS];
	int err;

	if (!signal) {
		err = varta_reject_missing(extack, NULL,
					   VARTA_A_BEAT_STALL_SIGNAL);
		NL_SET_ERR_MSG(extack, VARTA_REASON_WORD_MISSING_ATTRIBUTE
			       ": kill-after-ms and even-if-starved need stall-signal");
		return err;
	}
	*action = (struct varta_action_request) {
		.signal = nla_get_u32(signal),
		.even_if_starved = attrs[VARTA_A_BEAT_EVEN_IF_STARVED],
		.target.exec_id = READ_ONCE(current->self_exec_id),
	};
	/* A stopped process is not killed. */
	if (action->signal > VARTA_SIGNAL_MAX ||
	    sig_kernel_stop(action->signal))
		return varta_reject(extack, signal, VARTA_REASON_BAD_SIGNAL);
	if (!kill_after)
		return 0;
	action->kill_after_ms = nla_get_u32(kill_after);
	if (action->kill_after_ms < VARTA_KILL_AFTER_MIN_MS ||
	    action->kill_after_ms > VARTA_KILL_AFTER_MAX_MS)
		return varta_reject(extack, kill_after,
				    VARTA_REASON_BAD_KILL_AFTER);
	return 0;
}

/* The sender may kill(2) the process, and it is not the init of the machine. */
static int prepare_action(struct netlink_ext_ack *extack,
			  const struct nlattr *attr,
			  const struct varta_sender *sender,
			  struct varta_action_request *action)
{
	if (!action->signal)
		return 0;
	if (pid_nr(sender->pid) == 1)
		return varta_reject(extack, attr, VARTA_REASON_BAD_SIGNAL);
	if (sender->pid != task_tgid(current)) {
		action->target.foreign = true;
		if (kill_pid(sender->pid, 0, 0) ||
		    !varta_target_read(&action->target, sender->pid))
			return varta_reject(extack, attr,
					    VARTA_REASON_AUTH_FAILURE);
	}
	action->spare = varta_action_alloc(GFP_KERNEL_ACCOUNT);
	if (action->spare)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "no memory for stall-signal");
	return -ENOMEM;
}

static int check_limits(struct netlink_ext_ack *extack,
			const struct varta_beat_info *beat,
			const struct varta_agent_id *id, u64 now, bool *consumes)
{
	*consumes = false;
	if (varta_agent_ratelimited(beat, id, now))
		return varta_reject(extack, NULL,
				    VARTA_REASON_RATE_LIMITED_AGENT);
	if (varta_global_ratelimited(beat, id, now, consumes))
		return varta_reject(extack, NULL,
				    VARTA_REASON_RATE_LIMITED_GLOBAL);
	return 0;
}

static int record(struct netlink_ext_ack *extack,
		  const struct varta_beat_info *beat,
		  const struct varta_agent_id *id, u64 now, bool consumes,
		  bool *started)
{
	u64 threshold = varta_threshold_ns();
	enum varta_record_result result;

	result = varta_tracker_record(&varta.tracker, beat, id, now, threshold,
				      started);
	if (*started) {
		/*
		 * The slot is visible before the threshold and, by the caller,
		 * the process are read again. Pairs with test_and_clear_bit()
		 * in rescan(), and with signal->live in do_exit().
		 */
		smp_mb();
	}
	/* The threshold changed: the rescan may have missed the new slot. */
	if (threshold != varta_threshold_ns())
		varta_stall_thread_rescan();
	if (result == VARTA_RECORD_INSERTED ||
	    result == VARTA_RECORD_REFRESHED) {
		if (trace_beat_enabled())
			trace_beat(varta_pid_in_ns(id, &init_pid_ns),
				   id->source, beat);
		if (consumes)
			varta_ratelimit_consume(now);
		return 0;
	}
	return varta_reject(extack, NULL, record_reasons[result]);
}

/* If @claimed is an ancestor of the current process, @sender becomes that. */
static int identify(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    u32 claimed, struct varta_sender *sender)
{
	if (claimed == sender->id.ns_pid ||
	    varta_attest_ancestor(sender, claimed))
		return 0;
	return varta_reject(extack, attr, VARTA_REASON_AUTH_FAILURE);
}

/* The current process, or the ancestor of it that the message names. */
static int identify_sender(struct genl_info *info, struct varta_sender *sender)
{
	const struct nlattr *pid = info->attrs[VARTA_A_BEAT_PID];

	varta_attest_current(sender);
	if (!pid)
		return 0;
	return identify(info->extack, pid, nla_get_u32(pid), sender);
}

/* The exit probe saw no slot if the process exited before the start. */
static void remove_if_exited(const struct varta_sender *sender)
{
	if (!varta_sender_alive(sender))
		varta_tracker_remove(&varta.tracker, &sender->id,
				     VARTA_GOODBYE_CAUSE_EXITED,
				     ktime_get_ns());
}

/* Of a process, once the rate limits allow it. */
static int record_of_process(struct netlink_ext_ack *extack,
			     const struct varta_beat_info *beat,
			     const struct varta_sender *sender, u64 now,
			     bool consumes)
{
	bool started;
	int err;

	if (!varta_namespace_allowed(sender))
		return varta_reject(extack, NULL,
				    VARTA_REASON_NAMESPACE_MISMATCH);
	err = record(extack, beat, &sender->id, now, consumes, &started);
	/* The current process has not exited. */
	if (started && sender->held)
		remove_if_exited(sender);
	return err;
}

static int beat_slow_path(struct netlink_ext_ack *extack, struct nlattr **attrs,
			  struct varta_beat_info *beat, u64 now)
{
	struct varta_sender sender;
	bool consumes;
	int err;

	if (!attrs[VARTA_A_BEAT_TIMESTAMP] && !attrs[VARTA_A_BEAT_FRAME])
		beat->timestamp = varta_sender_clock(now);
	varta_attest_current(&sender);
	err = identify(extack,
		       attrs[VARTA_A_BEAT_PID] ?: attrs[VARTA_A_BEAT_FRAME],
		       beat->pid, &sender);
	if (err)
		return err;
	beat->foreign_thread = sender.pid != task_tgid(current);
	if (beat->foreign_thread)
		varta_attest_main_usage(&sender, &beat->main_usage);

	err = check_limits(extack, beat, &sender.id, now, &consumes);
	if (!err && beat->action)
		err = prepare_action(extack, attrs[VARTA_A_BEAT_STALL_SIGNAL],
				     &sender, beat->action);
	if (!err)
		err = record_of_process(extack, beat, &sender, now, consumes);
	varta_sender_put(&sender);
	if (beat->action)
		kfree(beat->action->spare);
	return err;
}

static __always_inline int handle_beat(struct genl_info *info,
				       struct varta_beat_info *beat,
				       struct pid *pid, u32 ns_pid, u64 now)
{
	if (beat->pid == ns_pid && !varta_ratelimit_enabled() &&
	    varta_tracker_record_fast(&varta.tracker, beat,
				      varta_tracker_pid(pid),
				      varta_proc_of_pid(pid),
				      varta_timens_of_current(), now)) {
		if (trace_beat_enabled())
			trace_beat(current->tgid, 0, beat);
		return 0;
	}
	return beat_slow_path(info->extack, info->attrs, beat, now);
}

static int reject_lane(struct netlink_ext_ack *extack, struct nlattr **tb,
		       enum varta_lane_result result)
{
	switch (result) {
	case VARTA_LANE_ACCEPTED:
		return 0;
	case VARTA_LANE_UNKNOWN_AGENT:
		return varta_reject(extack, NULL, VARTA_REASON_UNKNOWN_AGENT);
	case VARTA_LANE_NO_ROOM:
	case VARTA_LANE_NO_MEMORY:
		NL_SET_ERR_MSG_ATTR(extack, tb[VARTA_A_LANE_NAME],
				    "no memory for a lane");
		return -ENOMEM;
	case VARTA_LANE_IN_PAGE:
	case VARTA_LANE_WITHOUT_THRESHOLD:
	case VARTA_LANE_TOO_MANY:
		break;
	}
	return varta_reject(extack, tb[VARTA_A_LANE_NAME],
			    VARTA_REASON_BAD_LANE);
}

/* The kernel's time of one of the current process. 0 is that of no deadline. */
static u64 deadline_of(const struct nlattr *attr, u64 now)
{
	u64 deadline = get_u64(attr);

	if (!deadline || deadline > S64_MAX)
		return deadline ? U64_MAX : 0;
	return varta_without_offset(deadline, varta_sender_clock(now) - now) ?:
	       1;
}

static int beat_lane(struct netlink_ext_ack *extack, struct nlattr *nest,
		     const struct varta_sender *sender, u64 exec_id, u64 now)
{
	bool is_own = sender->pid == task_tgid(current);
	struct nlattr *tb[VARTA_A_LANE_ONLY_NEW + 1];
	struct varta_lane_beat beat = {
		.exec_id	= exec_id,
		.tid		= is_own ? task_pid_vnr(current) : 0,
	};
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       varta_lane_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VARTA_A_LANE_NAME])
		return varta_reject_missing(extack, nest, VARTA_A_LANE_NAME);
	beat.name = nla_data(tb[VARTA_A_LANE_NAME]);
	if (tb[VARTA_A_LANE_NUMBER])
		beat.number = nla_get_u32(tb[VARTA_A_LANE_NUMBER]);
	if (tb[VARTA_A_LANE_TID])
		beat.tid = nla_get_u32(tb[VARTA_A_LANE_TID]);
	beat.has_threshold = tb[VARTA_A_LANE_THRESHOLD_MS];
	if (beat.has_threshold)
		beat.threshold_ms = nla_get_u32(tb[VARTA_A_LANE_THRESHOLD_MS]);
	beat.has_deadline = tb[VARTA_A_LANE_DEADLINE];
	if (beat.has_deadline)
		beat.deadline = deadline_of(tb[VARTA_A_LANE_DEADLINE], now);
	beat.only_new = tb[VARTA_A_LANE_ONLY_NEW];
	return reject_lane(extack, tb,
			   varta_tracker_beat_lane(&varta.tracker, &sender->id,
						   &beat, now));
}

static int beat_lanes(struct genl_info *info, const struct varta_sender *sender,
		      u64 now)
{
	struct varta_action_target target = {};
	struct netlink_ext_ack unused = {};
	struct nlattr *nest;
	int first_err, left;

	first_err = varta_tracker_reserve_lanes(&varta.tracker);
	if (first_err)
		return first_err;
	if (!varta_target_read(&target, sender->pid))
		return varta_reject(info->extack, NULL,
				    VARTA_REASON_UNKNOWN_AGENT);
	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, left) {
		int err;

		if (nla_type(nest) != VARTA_A_BEAT_LANE)
			continue;
		err = beat_lane(first_err ? &unused : info->extack, nest,
				sender, target.exec_id, now);
		if (err && !first_err) {
			NL_SET_BAD_ATTR(info->extack, nest);
			first_err = err;
		}
		cond_resched();
	}
	return first_err;
}

/* Handles all lanes of the message, and replies with the first error. */
static noinline int handle_lanes(struct genl_info *info, u64 now)
{
	struct varta_sender sender;
	int err = identify_sender(info, &sender);

	if (err)
		return err;
	err = beat_lanes(info, &sender, now);
	varta_sender_put(&sender);
	return err;
}

/* Apart, so that other beats need no room for @action. */
static noinline int handle_long_beat(struct genl_info *info,
				     struct varta_beat_info *beat,
				     struct pid *pid, u32 ns_pid, u64 now)
{
	struct varta_action_request action;
	int err;

	if (has_action(info->attrs)) {
		err = read_action(info->extack, info->attrs, &action);
		if (err)
			return err;
		beat->action = &action;
	}
	err = handle_beat(info, beat, pid, ns_pid, now);
	if (!err && info->attrs[VARTA_A_BEAT_LANE])
		err = handle_lanes(info, now);
	return err;
}

/* The agent itself does not beat: there is nothing else about it. */
static bool has_only_lanes(struct nlattr **attrs)
{
	u32 attr;

	if (attrs[VARTA_A_BEAT_STATUS] || !attrs[VARTA_A_BEAT_LANE])
		return false;
	for (attr = VARTA_A_BEAT_STATUS; attr < VARTA_A_BEAT_LANE; attr++) {
		if (attrs[attr] && attr != VARTA_A_BEAT_PID)
			return false;
	}
	return true;
}

/*
 * What the fast path reads of a beat besides its values: the sender's thread, and that
 * there is nothing that only some beats have. On the fast path a call is too much.
 */
static __always_inline void init_sender(struct varta_beat_info *beat,
					const struct task_struct *thread)
{
	beat->threshold_ms = 0;
	varta_usage_read(&beat->usage, thread);
	beat->name = NULL;
	beat->thread_name = thread->comm;
	beat->action = NULL;
}

/*
 * All but nonce and status, which each beat has, and foreign_thread, which the
 * slow path finds out. Field by field: an initializer would first clear the
 * whole struct.
 */
static void init_beat(struct varta_beat_info *beat, u32 ns_pid)
{
	beat->timestamp = 0;
	beat->payload = 0;
	beat->pid = ns_pid;
	init_sender(beat, current);
}

static noinline int handle_any_beat(struct genl_info *info)
{
	struct pid *pid = task_tgid(current);
	u32 ns_pid = varta_ns_pid(pid);
	u64 now = ktime_get_ns();
	struct varta_beat_info beat __uninitialized;
	int err;

	init_beat(&beat, ns_pid);
	if (info->attrs[VARTA_A_BEAT_COMPACT])
		err = read_compact_beat(info->extack, info->attrs, &beat);
	else if (!has_only_lanes(info->attrs))
		err = read_beat(info->extack, info->attrs, NULL, &beat);
	else
		return handle_lanes(info, now);
	if (err)
		return err;
	if (has_action_or_lane(info->attrs))
		return handle_long_beat(info, &beat, pid, ns_pid, now);
	return handle_beat(info, &beat, pid, ns_pid, now);
}

/* A compact beat, in a message that has no room for anything else. */
static bool is_short(const struct genl_info *info)
{
	const struct nlattr *compact = info->attrs[VARTA_A_BEAT_COMPACT];
	const u32 size = nla_attr_size(sizeof(struct compact_beat));

	return compact && compact->nla_len == size &&
	       info->nlhdr->nlmsg_len == NLMSG_HDRLEN + GENL_HDRLEN + size;
}

/* If it cannot be recorded at once, it is handled as any other. */
static noinline int handle_short_beat(struct genl_info *info)
{
	const struct compact_beat *value =
		nla_data(info->attrs[VARTA_A_BEAT_COMPACT]);
	struct task_struct *thread = current;
	struct pid *pid = task_tgid(thread);
	struct varta_beat_info beat __uninitialized;

	/* A terminal nonce may be allowed. */
	if (value->status > VARTA_STATUS_CRITICAL ||
	    value->nonce == VARTA_TERMINAL_NONCE ||
	    varta_ratelimit_enabled() || trace_beat_enabled())
		return handle_any_beat(info);
	beat.nonce = value->nonce;
	beat.status = value->status;
	beat.payload = value->payload;
	init_sender(&beat, thread);
	if (varta_tracker_record_fast(&varta.tracker, &beat,
				      varta_tracker_pid(pid),
				      varta_proc_of_pid(pid),
				      varta_timens_of_current(),
				      ktime_get_ns()))
		return 0;
	return handle_any_beat(info);
}

/* Nearly all beats of the libraries are short. */
int varta_nl_beat_doit(struct sk_buff *skb, struct genl_info *info)
{
	return is_short(info) ? handle_short_beat(info) : handle_any_beat(info);
}

int varta_nl_bye_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct varta_sender sender;
	int err = identify_sender(info, &sender);

	if (err)
		return err;
	if (!varta_tracker_remove(&varta.tracker, &sender.id,
				  VARTA_GOODBYE_CAUSE_BYE, ktime_get_ns()))
		err = varta_reject(info->extack,
				   info->attrs[VARTA_A_BEAT_PID],
				   VARTA_REASON_UNKNOWN_AGENT);
	varta_sender_put(&sender);
	return err;
}

static int relay_remote_beat(struct netlink_ext_ack *extack, struct nlattr **tb,
			     const struct varta_beat_info *beat, u32 source,
			     u64 now)
{
	struct varta_agent_id id = {
		.source	= source,
		.origin	= VARTA_ORIGIN_NETWORK_UNVERIFIED,
		.pid	= beat->pid,
		.ns_pid	= beat->pid,
	};
	bool started;
	bool consumes;
	int err;

	/* Agents on other machines are charged to the relay's user. */
	varta_attest_user(&id);
	if (tb[VARTA_A_RELAYED_BEAT_NS_INODE])
		id.ns_inode = get_u64(tb[VARTA_A_RELAYED_BEAT_NS_INODE]);
	err = check_limits(extack, beat, &id, now, &consumes);
	if (!err)
		err = record(extack, beat, &id, now, consumes, &started);
	if (!err && source)
		varta_notify_source_beat(&id, now);
	return err;
}

static int check_start_time(struct netlink_ext_ack *extack, struct nlattr **tb,
			    u32 source)
{
	const struct nlattr *start_time = tb[VARTA_A_RELAYED_BEAT_START_TIME];
	int err;

	if (source) {
		err = varta_reject(extack, start_time, VARTA_REASON_BAD_SOURCE);
		NL_SET_ERR_MSG(extack, VARTA_REASON_WORD_BAD_SOURCE
			       ": start-time needs source 0");
		return err;
	}
	if (!tb[VARTA_A_RELAYED_BEAT_NS_INODE])
		return 0;
	err = varta_reject(extack, tb[VARTA_A_RELAYED_BEAT_NS_INODE],
			   VARTA_REASON_CONFLICTING_ATTRIBUTES);
	NL_SET_ERR_MSG(extack, VARTA_REASON_WORD_CONFLICTING_ATTRIBUTES
		       ": start-time excludes ns-inode");
	return err;
}

/* The relay answers for the process being the sender. */
static int relay_local_beat(struct netlink_ext_ack *extack, struct nlattr **tb,
			    struct varta_beat_info *beat, u32 source, u64 now)
{
	const struct nlattr *start_time = tb[VARTA_A_RELAYED_BEAT_START_TIME];
	struct varta_sender sender;
	bool consumes;
	int err;

	err = check_start_time(extack, tb, source);
	if (err)
		return err;
	if (!varta_attest_process(&sender, beat->pid, get_u64(start_time),
				  beat)) {
		err = varta_reject(extack, start_time,
				   VARTA_REASON_AUTH_FAILURE);
		NL_SET_ERR_MSG(extack, VARTA_REASON_WORD_AUTH_FAILURE
			       ": no process has this pid and start-time");
		return err;
	}
	err = check_limits(extack, beat, &sender.id, now, &consumes);
	if (!err)
		err = record_of_process(extack, beat, &sender, now, consumes);
	varta_sender_put(&sender);
	return err;
}

static int relay_beat(struct netlink_ext_ack *extack, struct nlattr *nest,
		      u32 source)
{
	struct nlattr *tb[VARTA_A_RELAYED_BEAT_START_TIME + 1];
	u64 now = ktime_get_ns();
	struct varta_beat_info beat = { .timestamp = varta_sender_clock(now) };
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       varta_relayed_beat_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VARTA_A_RELAYED_BEAT_PID] && !tb[VARTA_A_RELAYED_BEAT_FRAME])
		return varta_reject_missing(extack, nest,
					    VARTA_A_RELAYED_BEAT_PID);
	err = read_beat(extack, tb, nest, &beat);
	if (err)
		return err;
	if (beat.pid > VARTA_PID_MAX)
		return varta_reject(extack, NULL, VARTA_REASON_BAD_SOURCE);
	if (tb[VARTA_A_RELAYED_BEAT_START_TIME])
		return relay_local_beat(extack, tb, &beat, source, now);
	return relay_remote_beat(extack, tb, &beat, source, now);
}

/* Handles all beats, and replies with the first error. */
int varta_nl_relay_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VARTA_A_RELAY_SOURCE];
	struct netlink_ext_ack unused = {};
	struct nlattr *nest;
	int first_err = 0;
	u32 source;
	int left;

	if (!attr)
		return varta_reject_missing(info->extack, NULL,
					    VARTA_A_RELAY_SOURCE);
	source = nla_get_u32(attr);
	if (source > VARTA_SOURCE_MAX)
		return varta_reject(info->extack, attr,
				    VARTA_REASON_BAD_SOURCE);

	varta_audit_relay(genl_info_net(info), info->snd_portid, source);
	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, left) {
		int err;

		if (nla_type(nest) != VARTA_A_RELAY_BEAT)
			continue;
		err = relay_beat(first_err ? &unused : info->extack, nest,
				 source);
		if (err && !first_err) {
			NL_SET_BAD_ATTR(info->extack, nest);
			first_err = err;
		}
		cond_resched();
	}
	return first_err;
}

/* From 6.2 on, the netlink core ignores them if the operation has no policy. */
static int reject_attributes(const struct nlmsghdr *request,
			     struct netlink_ext_ack *extack)
{
	if (!nlmsg_attrlen(request, GENL_HDRLEN))
		return 0;
	return varta_reject(extack, nlmsg_attrdata(request, GENL_HDRLEN),
			    VARTA_REASON_UNEXPECTED_ATTRIBUTE);
}

struct reply {
	struct sk_buff *skb;
	u32 portid;
	u32 seq;
	int flags;
	/* About agents; @vpid selects one, 0 for any. */
	u64 now;
	struct pid_namespace *reader_pid_ns;
	struct user_namespace *reader_user_ns;
	u32 vpid;
	char *stack;			/* VARTA_STACK_SIZE bytes, or NULL */
	/* About events. */
	const struct net *reader_net;
};

static void *begin_part(const struct reply *reply, u8 command)
{
	return genlmsg_put(reply->skb, reply->portid, reply->seq,
			   &varta_nl_family, reply->flags, command);
}

/* @err is of what was added. Returns false if there was no room. */
static bool end_part(const struct reply *reply, void *header, int err)
{
	if (err)
		genlmsg_cancel(reply->skb, header);
	else
		genlmsg_end(reply->skb, header);
	return !err;
}

/* Skips an agent outside the reader's pid namespace. */
static bool reply_agent(void *context, const struct varta_agent_info *agent)
{
	struct reply *reply = context;
	u32 vpid = varta_pid_in_ns(&agent->id, reply->reader_pid_ns);
	bool sampled = agent->stalled && !agent->exited && agent->id.proc &&
		       varta_origin_is_attested(agent->id.origin);
	struct varta_stall_info stall;
	struct varta_view view = {
		.now		= reply->now,
		.pid		= vpid,
		.pid_ns		= reply->reader_pid_ns,
		.user_ns	= reply->reader_user_ns,
		.stall		= sampled ? &stall : NULL,
	};
	void *header;

	if (!vpid || (reply->vpid && vpid != reply->vpid))
		return true;
	if (sampled)
		varta_stall_sample(agent, reply->now, true, &stall);
	if (sampled && reply->stack) {
		varta_stall_stack(agent, reply->stack);
		view.stack = reply->stack[0] ? reply->stack : NULL;
	}

	header = begin_part(reply, VARTA_CMD_AGENT_GET);
	return header && end_part(reply, header,
				  varta_put_agent(reply->skb, agent, &view));
}

/* 0 for none. A process that has exited can be found only by its host pid. */
static u32 tracker_pid_of_vpid(u32 vpid)
{
	u32 tracker_pid = vpid;
	struct pid *pid;

	rcu_read_lock();
	pid = find_vpid(vpid);
	if (pid)
		tracker_pid = varta_tracker_pid(pid);
	else if (task_active_pid_ns(current) != &init_pid_ns)
		tracker_pid = 0;
	rcu_read_unlock();
	return tracker_pid;
}

int varta_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VARTA_A_AGENTS_PID];
	const struct nlattr *source_attr = info->attrs[VARTA_A_AGENTS_SOURCE];
	struct reply reply = {
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
		.now	= ktime_get_ns(),
		.reader_pid_ns	= task_active_pid_ns(current),
		.reader_user_ns	= current_user_ns(),
	};
	u32 source = source_attr ? nla_get_u32(source_attr) : 0;
	u32 pid;

	if (!attr)
		return varta_reject_missing(info->extack, NULL,
					    VARTA_A_AGENTS_PID);
	pid = nla_get_u32(attr);
	if (pid > VARTA_PID_MAX || source > VARTA_SOURCE_MAX)
		return varta_reject(info->extack,
				    pid > VARTA_PID_MAX ? attr : source_attr,
				    VARTA_REASON_UNKNOWN_AGENT);
	if (!source) {
		/* With key_by_ns_pid, this may find an agent with another vpid. */
		reply.vpid = pid;
		pid = tracker_pid_of_vpid(pid);
	}

	reply.skb = genlmsg_new(varta_agent_nest_size() +
				nla_total_size(VARTA_STACK_SIZE), GFP_KERNEL);
	if (!reply.skb)
		return -ENOMEM;
	/* As /proc/PID/stack. Events have none: they go to others, too. */
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		reply.stack = kmalloc(VARTA_STACK_SIZE, GFP_KERNEL);
	varta_tracker_lookup(&varta.tracker, source, pid, reply_agent, &reply);
	kfree(reply.stack);
	/* The same error whether it does not exist or must not be seen. */
	if (!reply.skb->len) {
		nlmsg_free(reply.skb);
		return varta_reject(info->extack, attr,
				    VARTA_REASON_UNKNOWN_AGENT);
	}
	return genlmsg_reply(reply.skb, info);
}

/* Before 6.2, the netlink core accepts the attributes of a do in a dump. */
static int read_filter(const struct netlink_callback *cb, bool *only_stalled)
{
	const struct nlattr *attr;
	int left;

	*only_stalled = false;
	nlmsg_for_each_attr(attr, cb->nlh, GENL_HDRLEN, left) {
		if (nla_type(attr) != VARTA_A_AGENTS_STALLED)
			return varta_reject(cb->extack, attr,
					    VARTA_REASON_UNEXPECTED_ATTRIBUTE);
		*only_stalled = true;
	}
	return 0;
}

/*
 * In netlink_callback::ctx, which starts zeroed. The namespaces are held, because
 * another process may receive the rest.
 */
struct agent_dump {
	struct pid_namespace *reader_pid_ns;
	struct user_namespace *reader_user_ns;
	u32 cursor;
	bool only_stalled;
};

static struct agent_dump *agent_dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct agent_dump) > sizeof(cb->ctx));
	return (struct agent_dump *)cb->ctx;
}

int varta_nl_agent_get_start(struct netlink_callback *cb)
{
	struct agent_dump *dump = agent_dump_of(cb);
	int err = read_filter(cb, &dump->only_stalled);

	if (err)
		return err;
	dump->reader_pid_ns = get_pid_ns(task_active_pid_ns(current));
	dump->reader_user_ns = get_user_ns(current_user_ns());
	return 0;
}

int varta_nl_agent_get_done(struct netlink_callback *cb)
{
	put_pid_ns(agent_dump_of(cb)->reader_pid_ns);
	put_user_ns(agent_dump_of(cb)->reader_user_ns);
	return 0;
}

int varta_nl_agent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct agent_dump *dump = agent_dump_of(cb);
	struct reply reply = {
		.skb	= skb,
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.flags	= NLM_F_MULTI,
		.now	= ktime_get_ns(),
		.reader_pid_ns	= dump->reader_pid_ns,
		.reader_user_ns	= dump->reader_user_ns,
	};

	varta_tracker_for_each(&varta.tracker, &dump->cursor, dump->only_stalled,
			       reply_agent, &reply);
	return skb->len;
}

/* In netlink_callback::ctx, which starts zeroed. */
struct event_dump {
	u64 since;
};

static struct event_dump *event_dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct event_dump) > sizeof(cb->ctx));
	return (struct event_dump *)cb->ctx;
}

int varta_nl_event_get_start(struct netlink_callback *cb)
{
	const struct nlattr *attr;
	int left;

	/* As for joining the group of events. */
	if (!netlink_ns_capable(cb->skb, sock_net(cb->skb->sk)->user_ns,
				CAP_NET_ADMIN))
		return -EPERM;
	nlmsg_for_each_attr(attr, cb->nlh, GENL_HDRLEN, left) {
		if (nla_type(attr) != VARTA_A_AGENTS_SINCE)
			return varta_reject(cb->extack, attr,
					    VARTA_REASON_UNEXPECTED_ATTRIBUTE);
		event_dump_of(cb)->since = get_u64(attr);
	}
	return 0;
}

int varta_nl_event_get_done(struct netlink_callback *cb)
{
	return 0;
}

static bool reply_event(void *context, const struct varta_event *event)
{
	struct reply *reply = context;
	void *header = begin_part(reply, VARTA_CMD_EVENT_GET);

	return header && end_part(reply, header,
				  varta_put_event(reply->skb, event,
						  reply->reader_net));
}

int varta_nl_event_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct net *net = sock_net(cb->skb->sk);
	struct reply reply = {
		.skb	= skb,
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.flags	= NLM_F_MULTI,
		.reader_net = net,
	};

	varta_event_log_read(varta_netns_of(net), &event_dump_of(cb)->since,
			     reply_event, &reply);
	return skb->len;
}

/* Gives the sender a page. Returns an errno if it is not tracked. */
static int map_page(struct netlink_ext_ack *extack,
		    const struct varta_sender *sender, u32 lanes,
		    unsigned long *address)
{
	struct varta_mapping *mapping;
	int err;

	/* The kernel would read times of agents in two parts. */
	if (IS_ENABLED(CONFIG_GENERIC_ATOMIC64)) {
		NL_SET_ERR_MSG(extack, "this kernel reads 64 bits in two parts");
		return -EOPNOTSUPP;
	}
	if (!varta_namespace_allowed(sender))
		return varta_reject(extack, NULL,
				    VARTA_REASON_NAMESPACE_MISMATCH);
	err = varta_tracker_reserve_mappings(&varta.tracker);
	if (err)
		return err;
	mapping = varta_beat_page_map(lanes, address);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);
	if (varta_tracker_map(&varta.tracker, &sender->id, mapping))
		return 0;
	varta_mapping_put(mapping);
	varta_beat_page_unmap(*address, lanes);
	return varta_reject(extack, NULL, VARTA_REASON_UNKNOWN_AGENT);
}

int varta_nl_map_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct reply reply = {
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
	};
	const struct nlattr *lanes = info->attrs[VARTA_A_MAP_LANES];
	struct varta_sender sender;
	unsigned long address;
	void *header;
	int err;

	/* Before the page, so that nothing can fail after it. */
	reply.skb = genlmsg_new(nla_total_size_64bit(sizeof(u64)), GFP_KERNEL);
	if (!reply.skb)
		return -ENOMEM;
	varta_attest_current(&sender);
	err = map_page(info->extack, &sender,
		       lanes ? nla_get_u32(lanes) : 0, &address);
	varta_sender_put(&sender);
	if (err)
		goto free_reply;
	header = begin_part(&reply, VARTA_CMD_MAP);
	if (!header ||
	    !end_part(&reply, header,
		      nla_put_u64_64bit(reply.skb, VARTA_A_MAP_ADDRESS, address,
					VARTA_A_MAP_PAD))) {
		err = -EMSGSIZE;
		goto free_reply;
	}
	return genlmsg_reply(reply.skb, info);

free_reply:
	nlmsg_free(reply.skb);
	return err;
}

int varta_nl_gap_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = reject_attributes(info->nlhdr, info->extack);

	if (err)
		return err;
	varta_tracker_reset_gaps(&varta.tracker);
	varta_config_report_gaps_reset();
	return 0;
}

/* The numbers of these attributes need not be consecutive. */
const u16 varta_counter_attrs[VARTA_COUNTERS_NUM] = {
#define X(NAME, name)							\
	[VARTA_COUNT_##NAME] = VARTA_A_STATS_##NAME,
	VARTA_COUNTERS(X)
#undef X
};

static int put_current_values(struct sk_buff *skb)
{
	if (nla_put_u32(skb, VARTA_A_STATS_TRACKED,
			varta_tracker_tracked(&varta.tracker)) ||
	    nla_put_u32(skb, VARTA_A_STATS_STALLED_NOW,
			varta_tracker_stalled_now(&varta.tracker)) ||
	    nla_put_u32(skb, VARTA_A_STATS_SOURCES_SILENT,
			varta_sources_silent()))
		return -EMSGSIZE;
	return 0;
}

static int put_totals(struct sk_buff *skb)
{
	enum varta_counter which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		u64 total = varta_counter_total(&varta.counters, which);

		if (nla_put_u64_64bit(skb, varta_counter_attrs[which], total,
				      VARTA_A_STATS_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

struct take {
	DECLARE_BITMAP(selected, VARTA_COUNTERS_NUM);
	u64 taken[VARTA_COUNTERS_NUM];
	struct varta_evicted last_evicted;
};

static bool select_counter(struct take *take, u32 attr)
{
	enum varta_counter which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		if (varta_counter_attrs[which] == attr) {
			__set_bit(which, take->selected);
			return true;
		}
	}
	return false;
}

/* A request that names no counter takes all. */
static int read_selection(const struct genl_info *info, struct take *take)
{
	const struct nlattr *attr;
	int left;

	bitmap_zero(take->selected, VARTA_COUNTERS_NUM);
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != VARTA_A_STATS_COUNTER ||
		    !select_counter(take, nla_get_u32(attr)))
			return varta_reject(info->extack, attr,
					    VARTA_REASON_UNEXPECTED_ATTRIBUTE);
	}
	if (bitmap_empty(take->selected, VARTA_COUNTERS_NUM))
		bitmap_fill(take->selected, VARTA_COUNTERS_NUM);
	return 0;
}

static void take_counters(struct take *take)
{
	unsigned int which;

	for_each_set_bit(which, take->selected, VARTA_COUNTERS_NUM) {
		if (which == VARTA_COUNT_EVICTIONS)
			take->taken[which] =
				varta_tracker_take_evictions(&varta.tracker,
							     &take->last_evicted);
		else
			take->taken[which] =
				varta_counter_take(&varta.counters, which);
	}
}

static void untake_counters(const struct take *take)
{
	unsigned int which;

	for_each_set_bit(which, take->selected, VARTA_COUNTERS_NUM) {
		if (which == VARTA_COUNT_EVICTIONS)
			varta_tracker_untake_evictions(&varta.tracker,
						       take->taken[which],
						       &take->last_evicted);
		else
			varta_counter_untake(&varta.counters, which,
					     take->taken[which]);
	}
}

static int put_last_evicted(struct sk_buff *skb,
			    const struct varta_evicted *last)
{
	if (nla_put_u32(skb, VARTA_A_STATS_LAST_EVICTED_PID, last->pid) ||
	    nla_put_u32(skb, VARTA_A_STATS_LAST_EVICTED_SOURCE, last->source) ||
	    nla_put_u64_64bit(skb, VARTA_A_STATS_LAST_EVICTED_NS_INODE,
			      last->ns_inode, VARTA_A_STATS_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_taken(struct sk_buff *skb, const struct take *take)
{
	unsigned int which;

	for_each_set_bit(which, take->selected, VARTA_COUNTERS_NUM) {
		if (nla_put_u64_64bit(skb, varta_counter_attrs[which],
				      take->taken[which], VARTA_A_STATS_PAD))
			return -EMSGSIZE;
	}
	if (!test_bit(VARTA_COUNT_EVICTIONS, take->selected))
		return 0;
	return put_last_evicted(skb, &take->last_evicted);
}

static int put_settings(struct sk_buff *skb)
{
	enum varta_setting_id id;

	for (id = 0; id < VARTA_SETTINGS_NUM; id++) {
		if (nla_put_u32(skb, VARTA_A_CONFIG_CAPACITY + id,
				varta_setting_get(id)))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_stats(struct sk_buff *skb)
{
	return put_current_values(skb) ?: put_totals(skb);
}

static int reply_with(struct genl_info *info, u8 command,
		      int (*put)(struct sk_buff *skb))
{
	struct sk_buff *reply;
	void *header;
	int err;

	err = reject_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put(reply, info->snd_portid, info->snd_seq,
			     &varta_nl_family, 0, command);
	if (!header || put(reply)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

int varta_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_with(info, VARTA_CMD_STATS_GET, put_stats);
}

static int send_taken(struct genl_info *info, const struct take *take)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put(reply, info->snd_portid, info->snd_seq,
			     &varta_nl_family, 0, VARTA_CMD_STATS_TAKE);
	if (!header || put_taken(reply, take)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

int varta_nl_stats_take_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct take take = {};
	u64 selected;
	int err;

	err = read_selection(info, &take);
	if (err)
		return err;
	take_counters(&take);
	err = send_taken(info, &take);
	if (err) {
		untake_counters(&take);
		return err;
	}
	bitmap_to_arr64(&selected, take.selected, VARTA_COUNTERS_NUM);
	varta_config_report_take(selected);
	return 0;
}

#define X(NAME, ...)							\
	static_assert(VARTA_A_CONFIG_##NAME ==				\
		      VARTA_A_CONFIG_CAPACITY + VARTA_SET_##NAME);
VARTA_SETTINGS(X)
#undef X

int varta_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_with(info, VARTA_CMD_CONFIG_GET, put_settings);
}

static int check_change(struct genl_info *info, enum varta_setting_id id)
{
	const struct nlattr *attr = info->attrs[VARTA_A_CONFIG_CAPACITY + id];
	const struct varta_setting *setting = &varta_settings[id];

	if (!attr)
		return 0;
	if (!setting->writable)
		return varta_reject(info->extack, attr,
				    VARTA_REASON_SETTING_FIXED);
	if (!varta_setting_allows(setting, nla_get_u32(attr)))
		return varta_reject_value(info->extack, attr, id);
	return 0;
}

/* Changes all settings that are given, or none. */
int varta_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = &info->attrs[VARTA_A_CONFIG_CAPACITY];
	enum varta_setting_id id;
	int err;

	for (id = 0; id < VARTA_SETTINGS_NUM; id++) {
		err = check_change(info, id);
		if (err)
			return err;
	}
	for (id = 0; id < VARTA_SETTINGS_NUM; id++) {
		if (attrs[id])
			varta_config_change(&varta_settings[id],
					    nla_get_u32(attrs[id]));
	}
	return 0;
}

/* The generated table, with a flag that the specification cannot express. */
static const struct genl_multicast_group guarded_groups[] = {
	[VARTA_NLGRP_EVENTS] = {
		.name	= VARTA_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

/*
 * Removes sockets that joined the group's number unchecked, before the family
 * had it: unregistering removes all members, and the next family to register
 * gets the same number. Needed where multicasts cannot check each listener.
 */
static struct genl_family flush_family = {
	.name		= VARTA_FAMILY_NAME "_flush",
	.version	= 1,
	.netnsok	= true,
	.module		= THIS_MODULE,
	.mcgrps		= guarded_groups,
	.n_mcgrps	= ARRAY_SIZE(guarded_groups),
};

static int __init flush_stale_members(void)
{
	int err;

	if (COMPAT_GENL_HAS_FILTER)
		return 0;
	err = genl_register_family(&flush_family);
	return err ?: genl_unregister_family(&flush_family);
}

/* Requests can come as soon as the family is registered. */
int __init varta_netlink_init(void)
{
	varta_nl_family.mcgrps = guarded_groups;
#if COMPAT_GENL_HAS_FILTER
	varta_nl_family.bind = varta_listeners_join;
#endif
	return flush_stale_members() ?: genl_register_family(&varta_nl_family);
}

void varta_netlink_exit(void)
{
	genl_unregister_family(&varta_nl_family);
	varta_listeners_exit();
}
