// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink door: the handlers of the family's commands, which genl.c, made
 * from the specification, lists with their policies.
 */

#include <linux/ktime.h>
#include <net/genetlink.h>

#include "genl.h"
#include "identity.h"
#include "message.h"
#include "refusal.h"
#include "settings.h"
#include "varta.h"
#include "watch.h"

/* The beat as typed attributes. */
static int read_typed_beat(struct genl_info *info,
			   const struct varta_identity *id,
			   struct varta_beat *beat)
{
	struct nlattr **attrs = info->attrs;
	enum varta_frame_error error;

	if (!attrs[VARTA_A_BEAT_STATUS]) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, VARTA_A_BEAT_STATUS);
		return varta_refuse(info->extack, VARTA_REFUSE_NO_STATUS);
	}
	if (!attrs[VARTA_A_BEAT_NONCE]) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, VARTA_A_BEAT_NONCE);
		return varta_refuse(info->extack, VARTA_REFUSE_NO_NONCE);
	}

	beat->status = nla_get_u32(attrs[VARTA_A_BEAT_STATUS]);
	beat->nonce = nla_get_u64(attrs[VARTA_A_BEAT_NONCE]);
	beat->timestamp = attrs[VARTA_A_BEAT_TIMESTAMP] ?
			  nla_get_u64(attrs[VARTA_A_BEAT_TIMESTAMP]) :
			  ktime_get_ns();
	beat->payload = attrs[VARTA_A_BEAT_PAYLOAD] ?
			nla_get_u32(attrs[VARTA_A_BEAT_PAYLOAD]) : 0;
	beat->pid = attrs[VARTA_A_BEAT_PID] ?
		    nla_get_u32(attrs[VARTA_A_BEAT_PID]) : id->own_pid;

	error = varta_beat_check(beat, 1);
	return error ? varta_refuse_frame(info->extack, error) : 0;
}

static int read_frame_beat(struct genl_info *info, struct varta_beat *beat)
{
	const struct nlattr *frame = info->attrs[VARTA_A_BEAT_FRAME];
	enum varta_frame_error error;
	int i;

	for (i = 1; i < VARTA_A_BEAT_FRAME; i++) {
		if (info->attrs[i])
			return varta_refuse(info->extack,
					    VARTA_REFUSE_FRAME_AND_FIELDS);
	}
	error = varta_frame_decode(nla_data(frame), nla_len(frame), beat);
	return error ? varta_refuse_frame(info->extack, error) : 0;
}

/* VARTA_CMD_BEAT */
int varta_nl_beat_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct varta_identity id;
	enum varta_answer answer;
	struct varta_beat beat;
	int err;

	varta_identify_current(&id);
	if (info->attrs[VARTA_A_BEAT_FRAME])
		err = read_frame_beat(info, &beat);
	else
		err = read_typed_beat(info, &id, &beat);
	if (err)
		return err;
	if (beat.pid != id.own_pid)
		return varta_refuse(info->extack, VARTA_REFUSE_NOT_SENDERS_PID);

	answer = varta_tracker_record(&varta.tracker, &beat, &id,
				      ktime_get_ns(), varta_threshold_ns());
	if (answer == VARTA_INSERTED)
		varta_watch_wake();
	return varta_answer_to_error(info->extack, answer);
}

/*
 * For requests without attributes. From 6.2 on the core passes over them where
 * an operation has no policy, and a reader who asks for something that is not
 * there would think that it was given. Before, it refuses those that no
 * operation of the command has.
 */
static int refuse_attributes(const struct nlmsghdr *request,
			     struct netlink_ext_ack *extack)
{
	if (!nlmsg_attrlen(request, GENL_HDRLEN))
		return 0;
	return varta_refuse(extack, VARTA_REFUSE_ATTRIBUTES);
}

/* A reply under way. */
struct reply {
	struct sk_buff *skb;
	u32 portid;
	u32 seq;
	int flags;
	u64 now;
};

/* Add one agent to a reply, as a message of its own. */
static bool reply_agent(void *context, const struct varta_agent *agent)
{
	struct reply *reply = context;
	void *header;

	header = genlmsg_put(reply->skb, reply->portid, reply->seq,
			     &varta_nl_family, reply->flags,
			     VARTA_CMD_AGENT_GET);
	if (!header)
		return false;
	if (varta_put_agent(reply->skb, agent, reply->now)) {
		genlmsg_cancel(reply->skb, header);
		return false;
	}
	genlmsg_end(reply->skb, header);
	return true;
}

/* VARTA_CMD_AGENT_GET - do */
int varta_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct reply reply = {
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
		.now	= ktime_get_ns(),
	};

	if (!info->attrs[VARTA_A_AGENTS_PID]) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, VARTA_A_AGENTS_PID);
		return varta_refuse(info->extack, VARTA_REFUSE_NO_PID);
	}
	reply.skb = genlmsg_new(varta_agent_nest_size(), GFP_KERNEL);
	if (!reply.skb)
		return -ENOMEM;
	if (!varta_tracker_query(&varta.tracker,
				 nla_get_u32(info->attrs[VARTA_A_AGENTS_PID]),
				 reply_agent, &reply)) {
		nlmsg_free(reply.skb);
		return varta_refuse(info->extack, VARTA_REFUSE_NO_SUCH_AGENT);
	}
	if (WARN_ON_ONCE(!reply.skb->len)) {
		nlmsg_free(reply.skb);
		return -EMSGSIZE;
	}
	return genlmsg_reply(reply.skb, info);
}

/* VARTA_CMD_AGENT_GET - dump */
int varta_nl_agent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct reply reply = {
		.skb	= skb,
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.flags	= NLM_F_MULTI,
		.now	= ktime_get_ns(),
	};
	/* The slot to go on with; zeroed when the dump begins. */
	u32 *cursor = (u32 *)cb->ctx;
	int err = refuse_attributes(cb->nlh, cb->extack);

	if (err)
		return err;
	varta_tracker_walk(&varta.tracker, cursor, reply_agent, &reply);
	return skb->len;
}

/* Counters and their attributes are listed in the same order. */
#define X(NAME, name)							\
	static_assert(VARTA_A_STATS_##NAME ==				\
		      VARTA_A_STATS_INSERTED + VARTA_COUNT_##NAME);
VARTA_COUNTERS(X)
#undef X

static int put_stats(struct sk_buff *skb)
{
	enum varta_counter which;

	if (nla_put_u32(skb, VARTA_A_STATS_TRACKED,
			varta_tracker_tracked(&varta.tracker)) ||
	    nla_put_u32(skb, VARTA_A_STATS_STALLED_NOW,
			varta_tracker_stalled_now(&varta.tracker)))
		return -EMSGSIZE;
	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		u64 total = varta_counter_total(&varta.counters, which);

		if (nla_put_u64_64bit(skb, VARTA_A_STATS_INSERTED + which,
				      total, VARTA_A_STATS_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

/* VARTA_CMD_STATS_GET */
int varta_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	int err;

	err = refuse_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put(reply, info->snd_portid, info->snd_seq,
			     &varta_nl_family, 0, VARTA_CMD_STATS_GET);
	if (!header || put_stats(reply)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

#define X(NAME, ...)							\
	static_assert(VARTA_A_CONFIG_##NAME ==				\
		      VARTA_A_CONFIG_CAPACITY + VARTA_SET_##NAME);
VARTA_SETTINGS(X)
#undef X

/* VARTA_CMD_CONFIG_GET */
int varta_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	enum varta_setting_id id;
	struct sk_buff *reply;
	void *header;
	int err;

	err = refuse_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put(reply, info->snd_portid, info->snd_seq,
			     &varta_nl_family, 0, VARTA_CMD_CONFIG_GET);
	if (!header)
		goto no_room;
	for (id = 0; id < VARTA_SETTINGS_NUM; id++) {
		if (nla_put_u32(reply, VARTA_A_CONFIG_CAPACITY + id,
				varta_setting(id)))
			goto no_room;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);

no_room:
	nlmsg_free(reply);
	return -EMSGSIZE;
}

/* Refuse a request to change a setting, if there is reason to. */
static int check_change(struct genl_info *info, enum varta_setting_id id)
{
	const struct nlattr *attr = info->attrs[VARTA_A_CONFIG_CAPACITY + id];
	const struct varta_setting *setting = &varta_settings[id];

	if (!attr)
		return 0;
	NL_SET_BAD_ATTR(info->extack, attr);
	if (!setting->live)
		return varta_refuse(info->extack, VARTA_REFUSE_SET_AT_LOAD);
	if (!varta_setting_allows(setting, nla_get_u32(attr)))
		return varta_refuse(info->extack, VARTA_REFUSE_OUT_OF_RANGE);
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
