/* SPDX-License-Identifier: GPL-2.0-only */
/* Identity of senders as the kernel knows it, whatever the message says. */
#ifndef _VARTA_ATTEST_H
#define _VARTA_ATTEST_H

#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/time_namespace.h>

#include "agent.h"
#include "params.h"

struct pid_namespace;

static inline struct varta_proc *varta_proc_of_pid(struct pid *pid)
{
	return (struct varta_proc *)pid;
}

static inline u32 varta_ns_pid(const struct pid *pid)
{
	return pid->numbers[pid->level].nr;
}

static inline const struct upid *varta_tracker_upid(const struct pid *pid)
{
	bool by_ns_pid = varta_setting_get(VARTA_SET_NAMESPACE_POLICY) ==
			 VARTA_NAMESPACE_POLICY_PIN;

	return &pid->numbers[by_ns_pid ? pid->level : 0];
}

static inline u32 varta_tracker_pid(const struct pid *pid)
{
	return varta_tracker_upid(pid)->nr;
}

/* Its inode number, 0 without CONFIG_TIME_NS. A sender has its namespaces. */
static inline u32 varta_timens_of_current(void)
{
	if (!IS_ENABLED(CONFIG_TIME_NS))
		return 0;
	return current->nsproxy->time_ns->ns.inum;
}

struct varta_sender {
	struct varta_agent_id id;
	struct pid *pid;
	bool held;			/* pid and netns, by this */
	u64 start_ns;
	u64 cgroup_id;
	char comm[TASK_COMM_LEN];	/* buffer of @id.comm */
};

void varta_attest_current(struct varta_sender *sender);
bool varta_attest_ancestor(struct varta_sender *sender, u32 claimed);
void varta_attest_main_usage(const struct varta_sender *sender,
			     struct varta_usage *usage);
bool varta_attest_process(struct varta_sender *sender, u32 pid, u64 start_ns,
			  struct varta_beat_info *beat);
bool varta_namespace_allowed(const struct varta_sender *sender);
bool varta_sender_alive(const struct varta_sender *sender);
u64 varta_sender_clock(u64 now);
void varta_sender_put(struct varta_sender *sender);

void varta_attest_user(struct varta_agent_id *id);
void varta_attest_pid(struct varta_agent_id *id, struct pid *pid);
u32 varta_pid_in_ns(const struct varta_agent_id *id,
		    struct pid_namespace *pid_ns);

void varta_proc_get(struct varta_proc *proc);
void varta_proc_put(struct varta_proc *proc);
enum varta_proc_state varta_proc_get_state(const struct varta_agent_id *id);

#endif /* _VARTA_ATTEST_H */
