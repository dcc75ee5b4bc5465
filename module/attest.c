// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identity of processes. An agent is a thread group; its process reference is the
 * address of the group's struct pid, of which a slot holds a reference: the
 * kernel may give the number to another process, but that one has another
 * struct pid for as long as the slot lasts.
 */

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>

#include "attest.h"
#include "netns_ref.h"
#include "pid_index.h"
#include "reject.h"
#include "params.h"

enum {
	/* How far up a sender may be from the ancestor that it speaks for. */
	ANCESTORS_MAX = 256,
};

static struct pid *pid_of_proc(struct varta_proc *proc)
{
	return (struct pid *)proc;
}

/**
 * varta_attest_pid() - the identity of a process, as far as its pid tells
 * @id: set
 * @pid: of a thread group; the caller holds it
 *
 * Context: any.
 */
void varta_attest_pid(struct varta_agent_id *id, struct pid *pid)
{
	*id = (struct varta_agent_id) {
		.proc	= varta_proc_of_pid(pid),
		.ns_inode	= ns_of_pid(pid)->ns.inum,
		.pid		= varta_tracker_pid(pid),
		.ns_pid	= varta_ns_pid(pid),
		.origin		= VARTA_ORIGIN_KERNEL_ATTESTED,
	};
}

/**
 * varta_pid_in_ns() - an agent's number as a pid namespace sees it
 * @id: of the agent; its process reference is held
 * @reader: the namespace
 *
 * Context: any.
 * Return: the number, 0 if the agent does not exist there.
 */
u32 varta_pid_in_ns(const struct varta_agent_id *id,
		    struct pid_namespace *reader)
{
	if (id->proc)
		return pid_nr_ns(pid_of_proc(id->proc), reader);
	/* What a relay says is for the host, and a number of its own. */
	return reader == &init_pid_ns ? id->pid : 0;
}

/**
 * varta_check_namespace() - whether an agent's pid namespace may beat
 * @sender: the agent
 * @extack: of the request
 *
 * Context: any.
 * Return: 0, or the negative errno of a refusal.
 */
int varta_check_namespace(const struct varta_sender *sender,
			  struct netlink_ext_ack *extack)
{
	if (varta_setting(VARTA_SET_NAMESPACE_POLICY) !=
		    VARTA_NAMESPACE_POLICY_HOST ||
	    ns_of_pid(sender->pid) == &init_pid_ns)
		return 0;
	return varta_reject(extack, VARTA_REFUSE_NAMESPACE);
}

/* A task may be given another name while this one is read; it always ends. */
static void name_after(struct varta_sender *sender,
		       const struct task_struct *task)
{
	memcpy(sender->comm, task->comm, sizeof(sender->comm));
	sender->comm[sizeof(sender->comm) - 1] = '\0';
}

/* What an attested identity is made of; the name is there. */
static void identify(struct varta_sender *sender, struct pid *pid, struct varta_netns *netns)
{
	sender->pid = pid;
	varta_attest_pid(&sender->id, pid);
	sender->id.uid = from_kuid(&init_user_ns, current_uid());
	sender->id.netns = netns;
	sender->id.comm = sender->comm;
}

/**
 * varta_attest_current() - attest who is running
 * @sender: set from the current task, for varta_sender_put()
 *
 * A netlink message to the kernel is handled in the system call that sends it,
 * so the current task is the sender, whoever opened the socket.
 *
 * Context: process.
 */
void varta_attest_current(struct varta_sender *sender)
{
	/* An execve() by another thread may be about to free the leader. */
	rcu_read_lock();
	name_after(sender, current->group_leader);
	rcu_read_unlock();
	/* Good while the task runs here: nothing to hold. */
	identify(sender, task_tgid(current), varta_netns_of_current());
}

/*
 * Where a process lives, held: its first thread that is not about to end says
 * so. 0 if there is none.
 */
static struct varta_netns *get_netns_of(struct task_struct *process)
{
	struct task_struct *thread;
	struct varta_netns *netns;

	for_each_thread(process, thread) {
		netns = varta_netns_get_of_task(thread);
		if (netns)
			return netns;
	}
	return NULL;
}

/*
 * Whether the current task descends from the thread group @pid, with the same
 * real user. Fills in that process's name, and where it lives, held: not where
 * the current task does.
 */
static bool descends_from(struct varta_sender *sender, struct pid *pid,
			  struct varta_netns **netns)
{
	struct task_struct *task = current;
	int up;

	for (up = 0; up < ANCESTORS_MAX; up++) {
		task = rcu_dereference(task->real_parent);
		if (is_global_init(task))
			return false;
		if (task_tgid(task) != pid)
			continue;
		/* One that is about to end would leave a slot behind. */
		if (!uid_eq(task_uid(task), current_uid()) ||
		    !atomic_read(&task->signal->live))
			return false;
		name_after(sender, task->group_leader);
		*netns = get_netns_of(task);
		return true;
	}
	return false;
}

/**
 * varta_attest_ancestor() - attest a process that the sender may speak for
 * @sender: set from that process, for varta_sender_put()
 * @claimed: its pid, in the current task's namespace
 * @extack: of the request
 *
 * It has to be an ancestor with the same real user: a shell script's children
 * can beat for the script.
 *
 * Context: process.
 * Return: 0, or the negative errno of a refusal.
 */
int varta_attest_ancestor(struct varta_sender *sender, u32 claimed,
			  struct netlink_ext_ack *extack)
{
	struct pid *pid;
	bool may = false;
	struct varta_netns *netns;

	rcu_read_lock();
	pid = claimed <= VARTA_PID_MAX ? find_vpid(claimed) : NULL;
	if (pid)
		may = descends_from(sender, pid, &netns);
	if (may)
		get_pid(pid);
	rcu_read_unlock();
	if (!may)
		return varta_reject(extack, VARTA_REFUSE_NOT_SENDERS_PID);

	identify(sender, pid, netns);
	return 0;
}

/**
 * varta_sender_alive() - whether an agent's process has not ended
 * @sender: the agent
 *
 * Context: any.
 */
bool varta_sender_alive(const struct varta_sender *sender)
{
	struct task_struct *task;
	bool lives;

	rcu_read_lock();
	task = pid_task(sender->pid, PIDTYPE_TGID);
	lives = task && atomic_read(&task->signal->live);
	rcu_read_unlock();
	return lives;
}

/**
 * varta_sender_put() - let go of what an identity hangs on
 * @sender: set by one of the above, whatever that returned, or zeroed
 *
 * Context: any.
 */
void varta_sender_put(struct varta_sender *sender)
{
	if (!sender->pid || sender->pid == task_tgid(current))
		return;
	varta_netns_put(sender->id.netns);
	put_pid(sender->pid);
}

/**
 * varta_proc_get() - a slot begins to hold a process reference
 * @proc: held by the caller
 *
 * Context: any.
 */
void varta_proc_get(struct varta_proc *proc)
{
	get_pid(pid_of_proc(proc));
}

/**
 * varta_proc_put() - a slot no longer holds a process reference
 * @proc: that varta_proc_get() was called with
 *
 * Context: any.
 */
void varta_proc_put(struct varta_proc *proc)
{
	put_pid(pid_of_proc(proc));
}

/**
 * varta_proc_get_state() - what has become of an attested process
 * @id: of the agent; its process reference is held
 *
 * Context: any.
 */
enum varta_proc_state varta_proc_get_state(const struct varta_agent_id *id)
{
	enum varta_proc_state process = VARTA_PROC_GONE;
	struct pid *own = pid_of_proc(id->proc);
	const struct upid *key = varta_tracker_upid(own);
	struct pid *pid;

	rcu_read_lock();
	pid = find_pid_ns(key->nr, key->ns);
	if (pid == own)
		process = VARTA_PROC_SAME;
	/* The number may also be in use for a thread, which is no process. */
	else if (pid && pid_has_task(pid, PIDTYPE_TGID))
		process = VARTA_PROC_RECYCLED;
	rcu_read_unlock();
	return process;
}
