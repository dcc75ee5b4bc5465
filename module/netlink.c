// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink door: the handlers of the family's commands, which genl.c, made
 * from the specification, lists with their policies.
 */

#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/unaligned.h>
#include <net/genetlink.h>

#include "genl.h"
#include "attest.h"
#include "ratelimit.h"
#include "agent_attrs.h"
#include "netlink.h"
#include "reject.h"
#include "params.h"
#include "varta.h"
#include "stall_thread.h"

/*
 * Beats come as attributes of two sets, a sender's own and a relay's, in which
 * the same fields have the same numbers.
 */
#define SAME(NAME)							\
	static_assert((int)VARTA_A_RELAYED_BEAT_##NAME ==		\
		      (int)VARTA_A_BEAT_##NAME)
SAME(STATUS);
SAME(NONCE);
SAME(TIMESTAMP);
SAME(PAYLOAD);
SAME(PID);
SAME(FRAME);
SAME(THRESHOLD_MS);
SAME(NAME);
#undef SAME

/* As nla_get_u64() does, which is not inlined everywhere; the policy is met. */
static u64 get_u64(const struct nlattr *attr)
{
	return get_unaligned((const u64 *)nla_data(attr));
}

/* The beat as typed fields. @ns_pid is whose it is if it does not say. */
static int read_fields(struct netlink_ext_ack *extack, struct nlattr **attrs,
		       u32 ns_pid, u64 now, struct varta_beat_info *beat)
{
	const struct nlattr *status = attrs[VARTA_A_BEAT_STATUS];
	const struct nlattr *nonce = attrs[VARTA_A_BEAT_NONCE];
	const struct nlattr *timestamp = attrs[VARTA_A_BEAT_TIMESTAMP];
	const struct nlattr *payload = attrs[VARTA_A_BEAT_PAYLOAD];
	const struct nlattr *pid = attrs[VARTA_A_BEAT_PID];
	enum varta_frame_error error;

	if (!status)
		return varta_reject(extack, VARTA_REFUSE_NO_STATUS);
	if (!nonce)
		return varta_reject(extack, VARTA_REFUSE_NO_NONCE);

	beat->status = nla_get_u32(status);
	beat->nonce = get_u64(nonce);
	beat->timestamp = timestamp ? get_u64(timestamp) : now;
	beat->payload = payload ? nla_get_u32(payload) : 0;
	beat->pid = pid ? nla_get_u32(pid) : ns_pid;

	error = varta_beat_check(beat, 1);
	return error ? varta_reject_frame(extack, error) : 0;
}

static int read_frame(struct netlink_ext_ack *extack, struct nlattr **attrs,
		      struct varta_beat_info *beat)
{
	const struct nlattr *frame = attrs[VARTA_A_BEAT_FRAME];
	enum varta_frame_error error;

	if (attrs[VARTA_A_BEAT_STATUS] || attrs[VARTA_A_BEAT_NONCE] ||
	    attrs[VARTA_A_BEAT_TIMESTAMP] || attrs[VARTA_A_BEAT_PAYLOAD] ||
	    attrs[VARTA_A_BEAT_PID])
		return varta_reject(extack, VARTA_REFUSE_FRAME_AND_FIELDS);
	error = varta_frame_decode(nla_data(frame), nla_len(frame), beat);
	return error ? varta_reject_frame(extack, error) : 0;
}

static bool threshold_allowed(u32 threshold_ms)
{
	return threshold_ms >= varta_setting(VARTA_SET_MIN_THRESHOLD_MS) &&
	       threshold_ms <= varta_setting(VARTA_SET_MAX_THRESHOLD_MS);
}

/* What a beat says, and that it is allowed to say that. */
static int read_beat(struct netlink_ext_ack *extack, struct nlattr **attrs,
		     u32 ns_pid, u64 now, struct varta_beat_info *beat)
{
	const struct nlattr *threshold_ms = attrs[VARTA_A_BEAT_THRESHOLD_MS];
	const struct nlattr *name = attrs[VARTA_A_BEAT_NAME];
	int err;

	if (attrs[VARTA_A_BEAT_FRAME])
		err = read_frame(extack, attrs, beat);
	else
		err = read_fields(extack, attrs, ns_pid, now, beat);
	if (err)
		return err;

	beat->name = name ? nla_data(name) : NULL;
	beat->threshold_ms = 0;
	if (threshold_ms) {
		beat->threshold_ms = nla_get_u32(threshold_ms);
		if (!threshold_allowed(beat->threshold_ms))
			return varta_reject(extack, VARTA_REFUSE_THRESHOLD);
	}
	return 0;
}

/*
 * The gates in front of the tracker that are about how often, and what there is
 * to be spent if the beat is accepted behind them.
 */
static int check_limits(struct netlink_ext_ack *extack,
			const struct varta_beat_info *beat,
			const struct varta_agent_id *id, u64 now, u64 *cost)
{
	*cost = 0;
	if (varta_agent_ratelimited(beat, id, now))
		return varta_reject(extack, VARTA_REFUSE_AGENT_RATE);
	if (varta_global_ratelimited(beat, id, now, cost))
		return varta_reject(extack, VARTA_REFUSE_GLOBAL_RATE);
	return 0;
}

/* Put a beat that passed the gates into the ledger. */
static enum varta_record_result record(const struct varta_beat_info *beat,
				       const struct varta_agent_id *id, u64 now,
				bool *started)
{
	u64 threshold = varta_threshold_ns();
	enum varta_record_result answer;

	answer = varta_tracker_record(&varta.tracker, beat, id, now, threshold,
				      started);
	/*
	 * When the threshold was changed meanwhile, the ledger may have been
	 * rearmed for it before this agent was there.
	 */
	if (*started) {
		/*
		 * Pairs with test_and_clear_bit() in rearm() of the watch, and,
		 * for who looks next whether the agent lives, with the one in
		 * counting the threads that do.
		 */
		smp_mb();
	}
	if (threshold != varta_threshold_ns())
		varta_stall_thread_rescan();
	return answer;
}

/*
 * Whose request it is: the current process's, or that of one that it may speak
 * for. What is found is for varta_sender_put(), whatever this returns.
 */
static int identify(struct varta_sender *sender, u32 claimed,
		    struct netlink_ext_ack *extack)
{
	if (claimed == sender->id.ns_pid)
		return 0;
	return varta_attest_ancestor(sender, claimed, extack);
}

/* A beat of whom the ledger may not know yet, or not so. */
static int beat_slow_path(struct netlink_ext_ack *extack,
			  const struct varta_beat_info *beat, u64 now)
{
	struct varta_sender sender;
	bool started = false;
	u64 cost;
	int err;

	varta_attest_current(&sender);
	err = identify(&sender, beat->pid, extack);
	if (err)
		return err;

	err = check_limits(extack, beat, &sender.id, now, &cost);
	if (!err)
		err = varta_check_namespace(&sender, extack);
	if (!err)
		err = varta_reject_record(extack, record(beat, &sender.id,
							 now, &started));
	if (!err)
		varta_ratelimit_consume(cost, now);
	/*
	 * If it ended in between, nobody else will free a slot that it has got
	 * just now. One that was there is for the probe of exits to find.
	 */
	if (started && sender.pid != task_tgid(current) &&
	    !varta_sender_alive(&sender))
		varta_tracker_remove(&varta.tracker, &sender.id);
	varta_sender_put(&sender);
	return err;
}

/* VARTA_CMD_BEAT */
int varta_nl_beat_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pid *pid = task_tgid(current);
	u32 ns_pid = varta_ns_pid(pid);
	u64 now = ktime_get_ns();
	struct varta_beat_info beat;
	int err;

	err = read_beat(info->extack, info->attrs, ns_pid, now, &beat);
	if (err)
		return err;
	/* Nearly always, that is all. */
	if (beat.pid == ns_pid && !varta_ratelimit_enabled() &&
	    varta_tracker_record_fast(&varta.tracker, &beat, varta_tracker_pid(pid),
				      varta_proc_of_pid(pid), now))
		return 0;
	return beat_slow_path(info->extack, &beat, now);
}

/* VARTA_CMD_BYE */
int varta_nl_bye_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *pid = info->attrs[VARTA_A_BEAT_PID];
	struct varta_sender sender;
	int err = 0;

	varta_attest_current(&sender);
	if (pid)
		err = identify(&sender, nla_get_u32(pid), info->extack);
	if (err)
		return err;
	if (varta_tracker_remove(&varta.tracker, &sender.id))
		varta_count(&varta.counters, VARTA_COUNT_GOODBYES);
	else
		err = varta_reject(info->extack, VARTA_REFUSE_NO_SUCH_AGENT);
	varta_sender_put(&sender);
	return err;
}

/* One beat that a relay reports. */
static int relay_beat(struct netlink_ext_ack *extack, struct nlattr *nest,
		      u32 source)
{
	struct nlattr *tb[VARTA_A_RELAYED_BEAT_NS_INODE + 1];
	struct varta_agent_id id = {
		.source	= source,
		.origin	= VARTA_ORIGIN_NETWORK_UNVERIFIED,
		/* What a relay brings in is its own user's. */
		.uid	= from_kuid(&init_user_ns, current_uid()),
	};
	struct varta_beat_info beat;
	u64 now = ktime_get_ns();
	bool started;
	u64 cost;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       varta_relayed_beat_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VARTA_A_RELAYED_BEAT_PID] && !tb[VARTA_A_RELAYED_BEAT_FRAME])
		return varta_reject(extack, VARTA_REFUSE_NO_PID);
	err = read_beat(extack, tb, 0, now, &beat);
	if (err)
		return err;
	if (beat.pid > VARTA_PID_MAX)
		return varta_reject(extack, VARTA_REFUSE_SOURCE);

	id.pid = beat.pid;
	id.ns_pid = beat.pid;
	if (tb[VARTA_A_RELAYED_BEAT_NS_INODE])
		id.ns_inode = get_u64(tb[VARTA_A_RELAYED_BEAT_NS_INODE]);
	err = check_limits(extack, &beat, &id, now, &cost);
	if (!err)
		err = varta_reject_record(extack, record(&beat, &id, now,
							 &started));
	if (!err)
		varta_ratelimit_consume(cost, now);
	return err;
}

/* VARTA_CMD_RELAY: every beat is handled, the first refusal is the answer */
int varta_nl_relay_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VARTA_A_RELAY_SOURCE];
	struct netlink_ext_ack later = {};
	struct nlattr *nest;
	int first_err = 0;
	u32 source;
	int left;

	if (!attr)
		return varta_reject(info->extack, VARTA_REFUSE_NO_SOURCE);
	source = nla_get_u32(attr);
	if (source > VARTA_SOURCE_MAX)
		return varta_reject(info->extack, VARTA_REFUSE_SOURCE);

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, left) {
		int err;

		if (nla_type(nest) != VARTA_A_RELAY_BEAT)
			continue;
		err = relay_beat(first_err ? &later : info->extack, nest,
				 source);
		if (err && !first_err) {
			NL_SET_BAD_ATTR(info->extack, nest);
			first_err = err;
		}
		cond_resched();
	}
	return first_err;
}

/*
 * For requests without attributes. From 6.2 on the core passes over them where
 * an operation has no policy, and a reader who asks for something that is not
 * there would think that it was given. Before, it refuses those that no
 * operation of the command has.
 */
static int reject_attributes(const struct nlmsghdr *request,
			     struct netlink_ext_ack *extack)
{
	if (!nlmsg_attrlen(request, GENL_HDRLEN))
		return 0;
	return varta_reject(extack, VARTA_REFUSE_ATTRIBUTES);
}

/* A reply under way. */
struct reply {
	struct sk_buff *skb;
	u32 portid;
	u32 seq;
	int flags;
	u64 now;
	/* Only agents that exist there are shown, by their numbers there. */
	struct pid_namespace *reader;
	/* By which number there, 0 for any. */
	u32 wanted;
};

/*
 * Add one agent to a reply, as a message of its own, if the reader may see it.
 * Returns false if there was no room.
 */
static bool reply_agent(void *context, const struct varta_agent_info *agent)
{
	struct reply *reply = context;
	u32 number = varta_pid_in_ns(&agent->id, reply->reader);
	void *header;

	if (!number || (reply->wanted && number != reply->wanted))
		return true;

	header = genlmsg_put(reply->skb, reply->portid, reply->seq,
			     &varta_nl_family, reply->flags,
			     VARTA_CMD_AGENT_GET);
	if (!header)
		return false;
	if (varta_put_agent(reply->skb, agent, number, reply->now)) {
		genlmsg_cancel(reply->skb, header);
		return false;
	}
	genlmsg_end(reply->skb, header);
	return true;
}

/*
 * Under what number the ledger has the process that a reader means. One that
 * has ended is still found by its number outside, where that is the key.
 */
static u32 key_of_process(u32 number)
{
	u32 key = number;
	struct pid *pid;

	rcu_read_lock();
	pid = find_vpid(number);
	if (pid)
		key = varta_tracker_pid(pid);
	else if (task_active_pid_ns(current) != &init_pid_ns)
		key = 0;
	rcu_read_unlock();
	return key;
}

/* VARTA_CMD_AGENT_GET - do */
int varta_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *pid = info->attrs[VARTA_A_AGENTS_PID];
	const struct nlattr *source = info->attrs[VARTA_A_AGENTS_SOURCE];
	struct reply reply = {
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
		.now	= ktime_get_ns(),
		.reader	= task_active_pid_ns(current),
	};
	u32 source_number = source ? nla_get_u32(source) : 0;
	u32 number;

	if (!pid)
		return varta_reject(info->extack, VARTA_REFUSE_NO_PID);
	number = nla_get_u32(pid);
	if (number > VARTA_PID_MAX || source_number > VARTA_SOURCE_MAX)
		return varta_reject(info->extack, VARTA_REFUSE_NO_SUCH_AGENT);
	if (!source_number) {
		/* Pinned ones may have another's number as their key. */
		reply.wanted = number;
		number = key_of_process(number);
	}

	reply.skb = genlmsg_new(varta_agent_nest_size(), GFP_KERNEL);
	if (!reply.skb)
		return -ENOMEM;
	varta_tracker_lookup(&varta.tracker, source_number, number, reply_agent,
			     &reply);
	/* Nor is there one for a reader who may not see it. */
	if (!reply.skb->len) {
		nlmsg_free(reply.skb);
		return varta_reject(info->extack, VARTA_REFUSE_NO_SUCH_AGENT);
	}
	return genlmsg_reply(reply.skb, info);
}

/* What a dump is to show. Kernels before 6.2 let pass what is for a do. */
static int read_filter(const struct netlink_callback *cb, bool *only_stalled)
{
	const struct nlattr *attr;
	int left;

	*only_stalled = false;
	nlmsg_for_each_attr(attr, cb->nlh, GENL_HDRLEN, left) {
		if (nla_type(attr) != VARTA_A_AGENTS_STALLED)
			return varta_reject(cb->extack,
					    VARTA_REFUSE_ATTRIBUTES);
		*only_stalled = true;
	}
	return 0;
}

/* A dump under way, in the room that netlink has for it; zeroed at first. */
struct dump {
	/* Held. That of who asked: another process may go on to receive. */
	struct pid_namespace *reader;
	/* The slot to go on with. */
	u32 cursor;
	bool only_stalled;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	return (struct dump *)cb->ctx;
}

/* VARTA_CMD_AGENT_GET - dump, begins */
int varta_nl_agent_get_start(struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	int err = read_filter(cb, &dump->only_stalled);

	if (!err)
		dump->reader = get_pid_ns(task_active_pid_ns(current));
	return err;
}

/* VARTA_CMD_AGENT_GET - dump, ends */
int varta_nl_agent_get_done(struct netlink_callback *cb)
{
	put_pid_ns(dump_of(cb)->reader);
	return 0;
}

/* VARTA_CMD_AGENT_GET - dump */
int varta_nl_agent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	struct reply reply = {
		.skb	= skb,
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.flags	= NLM_F_MULTI,
		.now	= ktime_get_ns(),
		.reader	= dump->reader,
	};

	varta_tracker_for_each(&varta.tracker, &dump->cursor, dump->only_stalled,
			       reply_agent, &reply);
	return skb->len;
}

/* The attribute of each counter. A new one may follow other attributes. */
static const u16 stats_attrs[] = {
#define X(NAME, name)							\
	[VARTA_COUNT_##NAME] = VARTA_A_STATS_##NAME,
	VARTA_COUNTERS(X)
#undef X
};

static int put_now(struct sk_buff *skb)
{
	if (nla_put_u32(skb, VARTA_A_STATS_TRACKED,
			varta_tracker_tracked(&varta.tracker)) ||
	    nla_put_u32(skb, VARTA_A_STATS_STALLED_NOW,
			varta_tracker_stalled_now(&varta.tracker)))
		return -EMSGSIZE;
	return 0;
}

/* What a take takes is gone, so there has to be room for it beforehand. */
static size_t counters_size(void)
{
	return VARTA_COUNTERS_NUM * nla_total_size_64bit(sizeof(u64)) +
	       nla_total_size(sizeof(u32));
}

static int put_totals(struct sk_buff *skb)
{
	enum varta_counter which;

	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		u64 total = varta_counter_total(&varta.counters, which);

		if (nla_put_u64_64bit(skb, stats_attrs[which], total,
				      VARTA_A_STATS_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_taken(struct sk_buff *skb)
{
	enum varta_counter which;

	if (skb_tailroom(skb) < counters_size())
		return -EMSGSIZE;
	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		u64 taken = varta_counter_take(&varta.counters, which);

		if (nla_put_u64_64bit(skb, stats_attrs[which], taken,
				      VARTA_A_STATS_PAD))
			return -EMSGSIZE;
	}
	return nla_put_u32(skb, VARTA_A_STATS_LAST_EVICTED_PID,
			   varta_tracker_take_last_evicted_pid(&varta.tracker));
}

static int put_settings(struct sk_buff *skb)
{
	enum varta_setting_id id;

	for (id = 0; id < VARTA_SETTINGS_NUM; id++) {
		if (nla_put_u32(skb, VARTA_A_CONFIG_CAPACITY + id,
				varta_setting(id)))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_stats(struct sk_buff *skb)
{
	return put_now(skb) ?: put_totals(skb);
}

/* The reply of a request without attributes. */
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

/* VARTA_CMD_STATS_GET */
int varta_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_with(info, VARTA_CMD_STATS_GET, put_stats);
}

/* VARTA_CMD_STATS_TAKE */
int varta_nl_stats_take_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_with(info, VARTA_CMD_STATS_TAKE, put_taken);
}

#define X(NAME, ...)							\
	static_assert(VARTA_A_CONFIG_##NAME ==				\
		      VARTA_A_CONFIG_CAPACITY + VARTA_SET_##NAME);
VARTA_SETTINGS(X)
#undef X

/* VARTA_CMD_CONFIG_GET */
int varta_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_with(info, VARTA_CMD_CONFIG_GET, put_settings);
}

/* Refuse a request to change a setting, if there is reason to. */
static int check_change(struct genl_info *info, enum varta_setting_id id)
{
	const struct nlattr *attr = info->attrs[VARTA_A_CONFIG_CAPACITY + id];
	const struct varta_setting *setting = &varta_settings[id];

	if (!attr)
		return 0;
	NL_SET_BAD_ATTR(info->extack, attr);
	if (!setting->writable)
		return varta_reject(info->extack, VARTA_REFUSE_SET_AT_LOAD);
	if (!varta_setting_allows(setting, nla_get_u32(attr)))
		return varta_reject(info->extack, VARTA_REFUSE_OUT_OF_RANGE);
	return 0;
}

/* VARTA_CMD_CONFIG_SET: all of what is asked for, or nothing */
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
			varta_setting_change(&varta_settings[id],
					     nla_get_u32(attrs[id]));
	}
	return 0;
}

/*
 * The generated table of groups with what the specification cannot say: to
 * listen takes CAP_NET_ADMIN over the network namespace.
 */
static const struct genl_multicast_group guarded_groups[] = {
	[VARTA_NLGRP_EVENTS] = {
		.name	= VARTA_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

/*
 * Where a multicast cannot ask about each listener: whoever joined the number
 * of our group before it was one leaves it with a family that has the number
 * before ours, and nothing else. The first number that is free is given.
 */
static struct genl_family flush_family = {
	.name		= VARTA_FAMILY_NAME "_decoy",
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

/**
 * varta_netlink_init() - open the door
 *
 * Context: process; all else is there, since requests can come at once.
 * Return: 0 or a negative errno.
 */
int __init varta_netlink_init(void)
{
	varta_nl_family.mcgrps = guarded_groups;
	return flush_stale_members() ?: genl_register_family(&varta_nl_family);
}

/**
 * varta_netlink_exit() - close the door
 *
 * Context: process; waits for requests under way.
 */
void varta_netlink_exit(void)
{
	genl_unregister_family(&varta_nl_family);
}
