// SPDX-License-Identifier: GPL-2.0-only
/* Writes the attribute set "agent" of the netlink specification. */

#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <uapi/linux/varta.h>

#include "agent_attrs.h"
#include "params.h"

/* Largest size of what varta_put_agent() adds. */
size_t varta_agent_nest_size(void)
{
	/* pid, ns-pid, origin, status, payload, source, threshold-ms, exit-* */
	return 8 * nla_total_size(sizeof(u32)) +
	       /* ns-inode, nonce, last-beat, its realtime, silence, exit-time */
	       6 * nla_total_size_64bit(sizeof(u64)) +
	       nla_total_size(VARTA_NAME_SIZE) +
	       /* stalled, and the nest itself */
	       2 * nla_total_size(0);
}

static int put_exit(struct sk_buff *skb, const struct varta_agent_info *agent)
{
	u32 exit_code = agent->exit_code;

	if (nla_put_u64_64bit(skb, VARTA_A_AGENT_EXIT_TIME, agent->exit_ns,
			      VARTA_A_AGENT_PAD))
		return -EMSGSIZE;
	/* The format of wait(2): WTERMSIG() and WEXITSTATUS(). */
	if (exit_code & 0x7f)
		return nla_put_u32(skb, VARTA_A_AGENT_EXIT_SIGNAL,
				   exit_code & 0x7f);
	return nla_put_u32(skb, VARTA_A_AGENT_EXIT_CODE, exit_code >> 8 & 0xff);
}

/**
 * varta_put_agent() - add an agent to a message
 * @skb: the message
 * @agent: the agent
 * @pid: its pid for the reader, 0 to omit it
 * @now: time of the reply or event, CLOCK_MONOTONIC in nanoseconds
 *
 * Return: 0, or -EMSGSIZE with the message unchanged if there is no room.
 */
int varta_put_agent(struct sk_buff *skb, const struct varta_agent_info *agent,
		    u32 pid, u64 now)
{
	u32 threshold_ms = agent->threshold_ms ?:
			   varta_setting(VARTA_SET_THRESHOLD_MS);
	u64 end = agent->exited ? agent->exit_ns : now;
	u64 silence = end > agent->last_ns ? end - agent->last_ns : 0;
	ktime_t last_real = ktime_mono_to_real(ns_to_ktime(agent->last_ns));
	struct nlattr *nest = nla_nest_start(skb, VARTA_A_AGENTS_AGENT);

	if (!nest)
		return -EMSGSIZE;
	if ((pid && nla_put_u32(skb, VARTA_A_AGENT_PID, pid)) ||
	    nla_put_u32(skb, VARTA_A_AGENT_NS_PID, agent->id.ns_pid) ||
	    (agent->id.ns_inode &&
	     nla_put_u64_64bit(skb, VARTA_A_AGENT_NS_INODE, agent->id.ns_inode,
			       VARTA_A_AGENT_PAD)) ||
	    nla_put_u32(skb, VARTA_A_AGENT_ORIGIN, agent->id.origin) ||
	    nla_put_u32(skb, VARTA_A_AGENT_STATUS, agent->status) ||
	    nla_put_u64_64bit(skb, VARTA_A_AGENT_NONCE, agent->nonce,
			      VARTA_A_AGENT_PAD) ||
	    nla_put_u32(skb, VARTA_A_AGENT_PAYLOAD, agent->payload) ||
	    nla_put_u64_64bit(skb, VARTA_A_AGENT_LAST_BEAT, agent->last_ns,
			      VARTA_A_AGENT_PAD) ||
	    nla_put_u64_64bit(skb, VARTA_A_AGENT_LAST_BEAT_REALTIME,
			      ktime_to_ns(last_real), VARTA_A_AGENT_PAD) ||
	    nla_put_u64_64bit(skb, VARTA_A_AGENT_SILENCE, silence,
			      VARTA_A_AGENT_PAD) ||
	    (agent->stalled && nla_put_flag(skb, VARTA_A_AGENT_STALLED)) ||
	    (agent->id.source &&
	     nla_put_u32(skb, VARTA_A_AGENT_SOURCE, agent->id.source)) ||
	    nla_put_u32(skb, VARTA_A_AGENT_THRESHOLD_MS, threshold_ms) ||
	    nla_put_string(skb, VARTA_A_AGENT_NAME, agent->name) ||
	    (agent->exited && put_exit(skb, agent))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
