// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identity of processes. An agent is a thread group; its generation is the
 * address of the group's struct pid, of which a slot holds a reference: the
 * kernel may give the number to another process, but that one has another
 * struct pid for as long as the slot lasts.
 */

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "identity.h"

static struct pid *generation_pid(u64 generation)
{
	return (struct pid *)(uintptr_t)generation;
}

/**
 * varta_identify_current() - attest who is running
 * @id: set from the current task
 *
 * A netlink message to the kernel is handled in the system call that sends it,
 * so the current task is the sender, whoever opened the socket. The generation
 * is good for as long as the task runs here.
 *
 * Context: process.
 */
void varta_identify_current(struct varta_identity *id)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	struct pid *pid = task_tgid(current);

	id->generation = (uintptr_t)pid;
	id->ns_inode = ns->ns.inum;
	id->pid = pid_nr(pid);
	id->own_pid = pid_nr_ns(pid, ns);
	id->origin = VARTA_ORIGIN_KERNEL_ATTESTED;
}

static void hold_generation(u64 generation)
{
	get_pid(generation_pid(generation));
}

static void release_generation(u64 generation)
{
	put_pid(generation_pid(generation));
}

static enum varta_process look_at_process(const struct varta_identity *id)
{
	enum varta_process process = VARTA_PROCESS_GONE;
	struct pid *pid;

	rcu_read_lock();
	pid = find_pid_ns(id->pid, &init_pid_ns);
	if (pid && pid == generation_pid(id->generation))
		process = VARTA_PROCESS_SAME;
	/* The number may also be in use for a thread, which is no process. */
	else if (pid && pid_has_task(pid, PIDTYPE_TGID))
		process = VARTA_PROCESS_RECYCLED;
	rcu_read_unlock();
	return process;
}

const struct varta_generation_ops varta_process_generations = {
	.hold		= hold_generation,
	.release	= release_generation,
	.look		= look_at_process,
};
