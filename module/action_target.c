// SPDX-License-Identifier: GPL-2.0-only
/* The process that an action is about. */

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>

#include "action.h"
#include "agent.h"

/* self_exec_id counts the programs that a process has executed. */
bool varta_target_read(struct varta_action_target *target, struct pid *pid)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader) {
		target->exec_id = READ_ONCE(leader->self_exec_id);
		target->uid = from_kuid(&init_user_ns, task_uid(leader));
	}
	rcu_read_unlock();
	return leader;
}

/**
 * varta_target_may_signal() - whether a process is what it was when asked for
 * @agent: the agent; the caller holds its process reference
 * @target: what it was
 *
 * A program that runs with more rights than its predecessor, or gained them,
 * must not be signalled for one that had less. A process that asked for itself
 * may change its user.
 */
bool varta_target_may_signal(const struct varta_agent_info *agent,
			     const struct varta_action_target *target)
{
	struct varta_action_target now = {};

	if (!varta_target_read(&now, (struct pid *)agent->id.proc))
		return false;
	return now.exec_id == target->exec_id &&
	       (!target->foreign || now.uid == target->uid);
}

/*
 * As sent by the kernel, so that SIGKILL also ends the init process of a pid
 * namespace. Nothing happens if the process has exited.
 */
void varta_target_signal(struct varta_proc *proc, int signal)
{
	kill_pid((struct pid *)proc, signal, 1);
}
