// SPDX-License-Identifier: GPL-2.0-only
/*
 * An agent is a thread group. Its process reference is the group's struct pid,
 * which a slot holds, so that no later process gets the same one.
 */

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/math64.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/time64.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "attest.h"
#include "netns_ref.h"
#include "params.h"
#include "pid_index.h"
#include "usage.h"

enum {
	ANCESTORS_MAX = 256, /* from a sender up to the one that it beats for */
};

static struct pid *pid_of_proc(struct varta_proc *proc)
{
	return (struct pid *)proc;
}

/* Sets @id, without user, network namespace and name. */
void varta_attest_pid(struct varta_agent_id *id, struct pid *pid)
{
	*id = (struct varta_agent_id) {
		.proc = varta_proc_of_pid(pid),
		.ns_inode = ns_of_pid(pid)->ns.inum,
		.pid = varta_tracker_pid(pid),
		.ns_pid = varta_ns_pid(pid),
		.origin = VARTA_ORIGIN_KERNEL_ATTESTED,
	};
}

/**
 * varta_pid_in_ns() - pid of an agent in a pid namespace
 * @id: the agent; its process reference is valid
 * @pid_ns: the pid namespace
 * Return: the pid, 0 if the agent is not visible there.
 */
u32 varta_pid_in_ns(const struct varta_agent_id *id,
		    struct pid_namespace *pid_ns)
{
	if (id->proc)
		return pid_nr_ns(pid_of_proc(id->proc), pid_ns);
	/* Relayed agents are visible in the initial pid namespace only. */
	return pid_ns == &init_pid_ns ? id->pid : 0;
}

bool varta_namespace_allowed(const struct varta_sender *sender)
{
	return varta_setting_get(VARTA_SET_NAMESPACE_POLICY) !=
		       VARTA_NAMESPACE_POLICY_HOST ||
	       ns_of_pid(sender->pid) == &init_pid_ns;
}

static u64 cgroup_id_of(struct task_struct *task)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(task_dfl_cgroup(task));
#else
	return 0;
#endif
}

/* Needs RCU. */
static void describe_process(struct varta_sender *sender,
			     struct task_struct *leader)
{
	/* The task may be renamed meanwhile, so the NUL is set here. */
	memcpy(sender->comm, leader->comm, sizeof(sender->comm));
	sender->comm[sizeof(sender->comm) - 1] = '\0';
	sender->start_ns = leader->start_boottime;
	sender->cgroup_id = cgroup_id_of(leader);
}

/*
 * A user namespace has many users at will, so the owner of the outermost one
 * counts. Root makes them for others: each of root's counts as a user.
 */
static u32 flow_key_of(const struct cred *cred)
{
	const struct user_namespace *ns = cred->user_ns;

	if (ns == &init_user_ns)
		return from_kuid(&init_user_ns, cred->uid);
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	if (uid_eq(ns->owner, GLOBAL_ROOT_UID))
		return ns->ns.inum;
	return from_kuid(&init_user_ns, ns->owner);
}

static void set_user(struct varta_agent_id *id, const struct cred *cred)
{
	id->uid = from_kuid(&init_user_ns, cred->uid);
	id->flow_key = flow_key_of(cred);
}

void varta_attest_user(struct varta_agent_id *id)
{
	set_user(id, current_cred());
}

static void set_process(struct varta_sender *sender, struct pid *pid,
			struct varta_netns *netns)
{
	sender->pid = pid;
	varta_attest_pid(&sender->id, pid);
	sender->id.netns = netns;
	sender->id.comm = sender->comm;
	sender->id.start_ns = sender->start_ns;
	sender->id.cgroup_id = sender->cgroup_id;
}

static void set_identity(struct varta_sender *sender, struct pid *pid,
			 struct varta_netns *netns)
{
	set_process(sender, pid, netns);
	sender->id.timens = varta_timens_of_current();
	varta_attest_user(&sender->id);
}

/**
 * varta_attest_current() - identify the current process
 * @sender: set; to be released with varta_sender_put()
 *
 * Netlink requests are handled in the system call that sends them, so the
 * current task is the sender, even on a socket that another process opened.
 */
void varta_attest_current(struct varta_sender *sender)
{
	/* An execve() by another thread may free the group leader. */
	rcu_read_lock();
	describe_process(sender, current->group_leader);
	rcu_read_unlock();
	/* The current task holds its pid and its namespaces. */
	set_identity(sender, task_tgid(current), varta_netns_of_current());
	sender->held = false;
}

/* Of the first thread that is not exiting. */
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

/* Describes the ancestor and gets its network namespace. */
static bool descends_from(struct varta_sender *sender, struct pid *pid,
			  struct varta_netns **netns)
{
	struct task_struct *task = current;
	int up;

	for (up = 0; up < ANCESTORS_MAX; up++) {
		task = rcu_dereference(task->real_parent);
		if (task_tgid(task) != pid) {
			/* The idle task is the parent of itself. */
			if (is_global_init(task))
				return false;
			continue;
		}
		/* A slot for an exiting process would not be freed. */
		if (!uid_eq(task_uid(task), current_uid()) ||
		    !atomic_read(&task->signal->live))
			return false;
		describe_process(sender, task->group_leader);
		*netns = get_netns_of(task);
		return true;
	}
	return false;
}

/**
 * varta_attest_ancestor() - identify an ancestor, for which scripts beat
 * @sender: set; to be released with varta_sender_put()
 * @claimed: pid of the ancestor in the current pid namespace
 * Context: process.
 * Return: false, with @sender unchanged, if no ancestor of the same real user
 * has this pid.
 */
bool varta_attest_ancestor(struct varta_sender *sender, u32 claimed)
{
	struct varta_netns *netns;
	bool allowed = false;
	struct pid *pid;

	rcu_read_lock();
	pid = claimed <= VARTA_PID_MAX ? find_vpid(claimed) : NULL;
	if (pid)
		allowed = descends_from(sender, pid, &netns);
	if (allowed)
		get_pid(pid);
	rcu_read_unlock();
	if (allowed) {
		set_identity(sender, pid, netns);
		sender->held = true;
	}
	return allowed;
}

/* In this unit, /proc/PID/stat shows the start of a process. */
static u64 start_tick(u64 start_ns)
{
	return div_u64(start_ns, NSEC_PER_SEC / USER_HZ);
}

/*
 * The relay does not know which thread sends. A single one is certain; of
 * several, none is sampled, as another one may hang than the one that is.
 */
static void describe_thread(struct varta_beat_info *beat,
			    const struct varta_sender *sender,
			    struct task_struct *leader)
{
	static const char unknown[VARTA_NAME_SIZE];

	static_assert(sizeof(sender->comm) >= VARTA_NAME_SIZE);

	beat->foreign_thread = !thread_group_empty(leader);
	beat->thread_name = beat->foreign_thread ? unknown : sender->comm;
	if (beat->foreign_thread)
		beat->usage = (struct varta_usage) {};
	else
		varta_usage_read(&beat->usage, leader);
}

/**
 * varta_attest_main_usage() - what the main thread of a sender has used
 * @sender: the sender
 * @usage: set, to zeros if it has ended
 *
 * Context: any but interrupts; does not sleep.
 */
void varta_attest_main_usage(const struct varta_sender *sender,
			     struct varta_usage *usage)
{
	struct task_struct *leader;

	*usage = (struct varta_usage) {};
	rcu_read_lock();
	leader = pid_task(sender->pid, PIDTYPE_TGID);
	if (leader)
		varta_usage_read(usage, leader);
	rcu_read_unlock();
}

/**
 * varta_attest_process() - identify a process that a relay vouches for
 * @sender: set; to be released with varta_sender_put()
 * @pid: the process, in the initial pid namespace
 * @start_ns: when it started, CLOCK_BOOTTIME
 * @beat: its thread is set, and points to @sender
 *
 * The agent is charged to the user of the process, not to that of the relay.
 *
 * Context: process.
 * Return: false, with nothing changed, if there is no such process.
 */
bool varta_attest_process(struct varta_sender *sender, u32 pid, u64 start_ns,
			  struct varta_beat_info *beat)
{
	struct task_struct *leader;
	struct pid *found;

	rcu_read_lock();
	found = find_pid_ns(pid, &init_pid_ns);
	leader = pid_task(found, PIDTYPE_TGID);
	/* A slot for an exiting process would not be freed. */
	if (!leader || !atomic_read(&leader->signal->live) ||
	    start_tick(leader->start_boottime) != start_tick(start_ns)) {
		rcu_read_unlock();
		return false;
	}
	describe_process(sender, leader);
	describe_thread(beat, sender, leader);
	set_process(sender, get_pid(found), get_netns_of(leader));
	set_user(&sender->id, __task_cred(leader));
	rcu_read_unlock();
	sender->id.origin = VARTA_ORIGIN_OPERATOR_ATTESTED;
	sender->held = true;
	return true;
}

/**
 * varta_sender_clock() - CLOCK_MONOTONIC as the current process reads it
 * @now: CLOCK_MONOTONIC of the initial time namespace in nanoseconds
 */
u64 varta_sender_clock(u64 now)
{
	struct timespec64 time = ns_to_timespec64(now);

	timens_add_monotonic(&time);
	return timespec64_to_ns(&time);
}

bool varta_sender_alive(const struct varta_sender *sender)
{
	struct task_struct *task;
	bool alive;

	rcu_read_lock();
	task = pid_task(sender->pid, PIDTYPE_TGID);
	alive = task && atomic_read(&task->signal->live);
	rcu_read_unlock();
	return alive;
}

/**
 * varta_sender_put() - release the references of an identity
 * @sender: set by one of the functions above, or zeroed
 * Context: the process that was current at the attestation.
 */
void varta_sender_put(struct varta_sender *sender)
{
	if (!sender->held)
		return;
	varta_netns_put(sender->id.netns);
	put_pid(sender->pid);
}

void varta_proc_get(struct varta_proc *proc)
{
	get_pid(pid_of_proc(proc));
}

void varta_proc_put(struct varta_proc *proc)
{
	put_pid(pid_of_proc(proc));
}

/* @id is attested, and its process reference valid. */
enum varta_proc_state varta_proc_get_state(const struct varta_agent_id *id)
{
	enum varta_proc_state state = VARTA_PROC_GONE;
	struct pid *own = pid_of_proc(id->proc);
	const struct upid *key = varta_tracker_upid(own);
	struct pid *pid;

	rcu_read_lock();
	pid = find_pid_ns(key->nr, key->ns);
	if (pid == own)
		state = VARTA_PROC_SAME;
	/* The number may also belong to a thread or a process group. */
	else if (pid && pid_has_task(pid, PIDTYPE_TGID))
		state = VARTA_PROC_RECYCLED;
	rcu_read_unlock();
	return state;
}
