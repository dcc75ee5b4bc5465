// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents in messages.
 */
#include "reader.h"

#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "tap.h"

struct seen {
	struct varta_agent agents[4];
	int count;
	int stop_after;
};

static int collect(const struct varta_agent *agent, void *arg)
{
	struct seen *seen = arg;

	if (seen->count < 4)
		seen->agents[seen->count] = *agent;
	seen->count++;
	return seen->count == seen->stop_after ? 77 : 0;
}

static struct nl_msg *new_message(void)
{
	struct nl_msg *message = nlmsg_alloc();

	if (message && genlmsg_put(message, 0, 1, 42, 0, 0,
				   VARTA_CMD_STALL_NTF, 1))
		return message;
	nlmsg_free(message);
	return NULL;
}

/* An agent of a newer kernel, with an unknown attribute. */
static void put_full(struct nl_msg *message)
{
	struct nlattr *nest = nla_nest_start(message, VARTA_A_AGENTS_AGENT);

	nla_put_u32(message, VARTA_A_AGENT_PID, 314);
	nla_put_u32(message, VARTA_A_AGENT_NS_PID, 1);
	/* Without a pad before it, it is not aligned to 8. */
	nla_put_u64(message, VARTA_A_AGENT_NS_INODE, 4026532201);
	nla_put_u32(message, VARTA_A_AGENT_ORIGIN,
		    VARTA_ORIGIN_NETWORK_UNVERIFIED);
	nla_put_u32(message, VARTA_A_AGENT_STATUS, VARTA_STATUS_CRITICAL);
	nla_put_u64(message, VARTA_A_AGENT_NONCE, VARTA_TERMINAL_NONCE);
	nla_put_u32(message, VARTA_A_AGENT_PAYLOAD, 9);
	nla_put_u64(message, VARTA_A_AGENT_LAST_BEAT, 0x0102030405060708);
	nla_put_u64(message, VARTA_A_AGENT_SILENCE, 502000000);
	nla_put_flag(message, VARTA_A_AGENT_STALLED);
	nla_put_u32(message, VARTA_A_AGENT_SOURCE, VARTA_SOURCE_MAX);
	nla_put_u32(message, VARTA_A_AGENT_THRESHOLD_MS, 200);
	nla_put_string(message, VARTA_A_AGENT_NAME, "web");
	nla_put_u32(message, VARTA_A_AGENT_EXIT_SIGNAL, 9);
	nla_put_u64(message, VARTA_A_AGENT_EXIT_TIME, 0x0102030405060709);
	nla_put_u64(message, VARTA_A_AGENT_MAX + 9, 1);
	nla_nest_end(message, nest);
}

static void put_sparse(struct nl_msg *message, uint32_t pid)
{
	struct nlattr *nest = nla_nest_start(message, VARTA_A_AGENTS_AGENT);

	nla_put_u32(message, VARTA_A_AGENT_PID, pid);
	nla_nest_end(message, nest);
}

/* @name may lack a terminating NUL. */
static void put_named(struct nl_msg *message, const char *name, int length)
{
	struct nlattr *nest = nla_nest_start(message, VARTA_A_AGENTS_AGENT);

	nla_put(message, VARTA_A_AGENT_NAME, length, name);
	nla_put_u32(message, VARTA_A_AGENT_EXIT_CODE, 0);
	nla_nest_end(message, nest);
}

static void put_missized(struct nl_msg *message)
{
	struct nlattr *nest = nla_nest_start(message, VARTA_A_AGENTS_AGENT);

	nla_put_u16(message, VARTA_A_AGENT_PID, 1);
	nla_nest_end(message, nest);
}

static int read_all(struct nl_msg *message, struct seen *seen)
{
	return varta_agent_read_all(nlmsg_hdr(message), collect, seen);
}

static void test_full(const struct varta_agent *agent)
{
	check(agent->pid == 314 && agent->ns_pid == 1 &&
	      agent->ns_inode == 4026532201, "reader: identity");
	check(agent->origin == VARTA_ORIGIN_NETWORK_UNVERIFIED &&
	      agent->status == VARTA_STATUS_CRITICAL && agent->payload == 9,
	      "reader: origin, status and payload");
	check(agent->nonce == VARTA_TERMINAL_NONCE &&
	      agent->last_beat == 0x0102030405060708 &&
	      agent->silence == 502000000, "reader: 64-bit values");
	check(agent->stalled, "reader: stalled");
	check(agent->source == VARTA_SOURCE_MAX &&
	      agent->threshold_ms == 200 && !strcmp(agent->name, "web"),
	      "reader: source, threshold and name");
	check(agent->exit_type == VARTA_EXIT_SIGNAL &&
	      agent->exit_signal == 9 && !agent->exit_code &&
	      agent->exit_time == 0x0102030405060709,
	      "reader: exit by a signal");
}

static void test_names(struct nl_msg *message)
{
	struct seen seen = { 0 };

	put_named(message, "", 0);
	put_named(message, "0123456789abcdefghi", 20);
	put_named(message, "abc", 3);
	check(!read_all(message, &seen) && seen.count == 3 &&
	      !seen.agents[0].name[0], "reader: empty name");
	check(!strcmp(seen.agents[1].name, "0123456789abcde"),
	      "reader: a name that is too long is cut");
	check(!strcmp(seen.agents[2].name, "abc"),
	      "reader: a name without a NUL");
	check(!seen.agents[0].pid &&
	      seen.agents[0].exit_type == VARTA_EXIT_CODE &&
	      !seen.agents[0].exit_code && !seen.agents[0].exit_time,
	      "reader: no pid, exit 0 at an unknown time");
}

static void test_several(struct nl_msg *message)
{
	struct seen all = { 0 }, some = { .stop_after = 2 };

	put_full(message);
	put_sparse(message, 2);
	nla_put_u32(message, VARTA_A_AGENTS_MAX + 5, 1);
	put_sparse(message, 3);

	check(!read_all(message, &all) && all.count == 3,
	      "reader: three agents and an unknown attribute");
	test_full(&all.agents[0]);
	check(all.agents[1].pid == 2 && !all.agents[1].stalled &&
	      !all.agents[1].ns_inode && !all.agents[1].nonce &&
	      !all.agents[1].name[0] &&
	      all.agents[1].exit_type == VARTA_EXIT_UNKNOWN,
	      "reader: absent values are 0");
	check(all.agents[2].pid == 3,
	      "reader: the agent after the unknown attribute");
	check(read_all(message, &some) == 77 && some.count == 2,
	      "reader: the callback can stop");
}

TEST_GROUP(reader)
{
	struct nl_msg *several = new_message(), *bad = new_message();
	struct nl_msg *none = new_message(), *named = new_message();
	struct seen seen = { 0 };

	if (several && bad && none && named) {
		test_several(several);
		test_names(named);
		put_missized(bad);
		check(read_all(bad, &seen) == -EBADMSG && !seen.count,
		      "reader: an attribute of the wrong size");
		check(!read_all(none, &seen) && !seen.count,
		      "reader: no agents");
	} else {
		check(false, "reader: out of memory");
	}
	nlmsg_free(several);
	nlmsg_free(bad);
	nlmsg_free(none);
	nlmsg_free(named);
}
