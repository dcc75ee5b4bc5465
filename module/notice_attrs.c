// SPDX-License-Identifier: GPL-2.0-only

#include <linux/bits.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>
#include <uapi/linux/varta.h>

#include "counters.h"
#include "flow.h"
#include "netlink.h"
#include "notice_attrs.h"

size_t varta_notice_nest_size(void)
{
	/* event-kind, change, setting, old-value, new-value, pid, uid; counter */
	return (7 + VARTA_COUNTERS_NUM) * nla_total_size(sizeof(u32)) +
	       /* event-seq, event-time, lost */
	       3 * nla_total_size_64bit(sizeof(u64)) +
	       /* the nest itself */
	       nla_total_size(0);
}

static int put_u64(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, VARTA_A_NOTICE_PAD);
}

static int put_setting(struct sk_buff *skb, const struct varta_event_info *info)
{
	if (nla_put_u32(skb, VARTA_A_NOTICE_SETTING, info->config.setting) ||
	    nla_put_u32(skb, VARTA_A_NOTICE_OLD_VALUE,
			info->config.old_value) ||
	    nla_put_u32(skb, VARTA_A_NOTICE_NEW_VALUE, info->config.new_value))
		return -EMSGSIZE;
	return 0;
}

static int put_counters(struct sk_buff *skb, const struct varta_event_info *info)
{
	enum varta_counter which;

	if (info->config.counters == VARTA_ALL_COUNTERS)
		return 0;
	for (which = 0; which < VARTA_COUNTERS_NUM; which++) {
		if (info->config.counters & BIT_ULL(which) &&
		    nla_put_u32(skb, VARTA_A_NOTICE_COUNTER,
				varta_counter_attrs[which]))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_details(struct sk_buff *skb, const struct varta_event_info *info)
{
	switch (info->config.change) {
	case VARTA_CONFIG_CHANGE_SETTING:
		return put_setting(skb, info);
	case VARTA_CONFIG_CHANGE_COUNTERS_TAKEN:
		return put_counters(skb, info);
	case VARTA_CONFIG_CHANGE_UNLOAD:
		return info->config.lost ?
			put_u64(skb, VARTA_A_NOTICE_LOST, info->config.lost) : 0;
	default:
		return 0;
	}
}

static int put_change(struct sk_buff *skb, const struct varta_event_info *info,
		      const struct net *net)
{
	uid_t uid = from_kuid(net->user_ns,
			      make_kuid(&init_user_ns, info->sender.uid));

	if (nla_put_u32(skb, VARTA_A_NOTICE_CHANGE, info->config.change) ||
	    (net == &init_net &&
	     nla_put_u32(skb, VARTA_A_NOTICE_PID, info->sender.pid)) ||
	    (uid != (uid_t)-1 && nla_put_u32(skb, VARTA_A_NOTICE_UID, uid)))
		return -EMSGSIZE;
	return put_details(skb, info);
}

/**
 * varta_put_notice() - add an event that is not about an agent to a message
 * @skb: the message
 * @event: the event, of kind config or loss
 * @net: network namespace of the reader
 *
 * Return: 0, or -EMSGSIZE with the message unchanged if there is no room.
 */
int varta_put_notice(struct sk_buff *skb, const struct varta_event *event,
		     const struct net *net)
{
	const struct varta_event_info *info = &event->info;
	struct nlattr *nest = nla_nest_start(skb, VARTA_A_NOTICES_NOTICE);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, VARTA_A_NOTICE_EVENT_KIND, info->kind) ||
	    put_u64(skb, VARTA_A_NOTICE_EVENT_SEQ, event->seq) ||
	    put_u64(skb, VARTA_A_NOTICE_EVENT_TIME, info->time_ns) ||
	    (info->kind == VARTA_EVENT_KIND_CONFIG &&
	     put_change(skb, info, net))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
