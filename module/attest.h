/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is sending, as the kernel sees it, for whom it may speak, and what has
 * become of a process since. Never what a message says.
 */
#ifndef _VARTA_ATTEST_H
#define _VARTA_ATTEST_H

#include <linux/pid.h>
#include <linux/sched.h>

#include "agent.h"
#include "params.h"

struct netlink_ext_ack;
struct pid_namespace;

/* The following are for every beat, and so are read from the pid right here. */

/**
 * varta_proc_of_pid() - the token of a process
 * @pid: of its thread group
 */
static inline struct varta_proc *varta_proc_of_pid(struct pid *pid)
{
	return (struct varta_proc *)pid;
}

/**
 * varta_ns_pid() - a process's number in its own pid namespace
 * @pid: of its thread group
 */
static inline u32 varta_ns_pid(const struct pid *pid)
{
	return pid->numbers[pid->level].nr;
}

/**
 * varta_tracker_upid() - the number that the ledger has a process under, and where
 *	it is a number
 * @pid: of its thread group
 */
static inline const struct upid *varta_tracker_upid(const struct pid *pid)
{
	bool pinned = varta_setting(VARTA_SET_NAMESPACE_POLICY) ==
		      VARTA_NAMESPACE_POLICY_PIN;

	return &pid->numbers[pinned ? pid->level : 0];
}

/**
 * varta_tracker_pid() - the number that the ledger has a process under
 * @pid: of its thread group
 */
static inline u32 varta_tracker_pid(const struct pid *pid)
{
	return varta_tracker_upid(pid)->nr;
}

/**
 * struct varta_sender - an attested identity, and what it hangs on
 * @id: who the agent is; its home is held like @pid
 * @pid: of its process, held until varta_sender_put(); NULL if nothing is
 * @comm: what @id.comm points to
 */
struct varta_sender {
	struct varta_agent_id id;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
};

void varta_attest_current(struct varta_sender *sender);
int varta_attest_ancestor(struct varta_sender *sender, u32 claimed,
			  struct netlink_ext_ack *extack);
int varta_check_namespace(const struct varta_sender *sender,
			  struct netlink_ext_ack *extack);
bool varta_sender_alive(const struct varta_sender *sender);
void varta_sender_put(struct varta_sender *sender);

void varta_attest_pid(struct varta_agent_id *id, struct pid *pid);
u32 varta_pid_in_ns(const struct varta_agent_id *id,
		    struct pid_namespace *reader);

void varta_proc_get(struct varta_proc *proc);
void varta_proc_put(struct varta_proc *proc);
enum varta_proc_state varta_proc_get_state(const struct varta_agent_id *id);

#endif /* _VARTA_ATTEST_H */
