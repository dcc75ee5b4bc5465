/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is sending, as the kernel sees it, for whom it may speak, and what has
 * become of a process since. Never what a message says.
 */
#ifndef _VARTA_IDENTITY_H
#define _VARTA_IDENTITY_H

#include <linux/pid.h>
#include <linux/sched.h>

#include "settings.h"
#include "tracker.h"

struct netlink_ext_ack;
struct pid_namespace;

/* The following are for every beat, and so are read from the pid right here. */

/**
 * varta_generation_of() - the token of a process
 * @pid: of its thread group
 */
static inline u64 varta_generation_of(const struct pid *pid)
{
	return (uintptr_t)pid;
}

/**
 * varta_own_number() - a process's number in its own pid namespace
 * @pid: of its thread group
 */
static inline u32 varta_own_number(const struct pid *pid)
{
	return pid->numbers[pid->level].nr;
}

/**
 * varta_key_upid() - the number that the ledger has a process under, and where
 *	it is a number
 * @pid: of its thread group
 */
static inline const struct upid *varta_key_upid(const struct pid *pid)
{
	bool pinned = varta_setting(VARTA_SET_NAMESPACE_POLICY) ==
		      VARTA_NAMESPACE_POLICY_PIN;

	return &pid->numbers[pinned ? pid->level : 0];
}

/**
 * varta_key_number() - the number that the ledger has a process under
 * @pid: of its thread group
 */
static inline u32 varta_key_number(const struct pid *pid)
{
	return varta_key_upid(pid)->nr;
}

/**
 * struct varta_sender - an attested identity, and what it hangs on
 * @id: who the agent is; its home is held like @pid
 * @pid: of its process, held until varta_sender_put(); NULL if nothing is
 * @comm: what @id.comm points to
 */
struct varta_sender {
	struct varta_identity id;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
};

void varta_identify_current(struct varta_sender *sender);
int varta_identify_other(struct varta_sender *sender, u32 claimed,
			 struct netlink_ext_ack *extack);
int varta_check_namespace(const struct varta_sender *sender,
			  struct netlink_ext_ack *extack);
bool varta_sender_lives(const struct varta_sender *sender);
void varta_sender_put(struct varta_sender *sender);

void varta_identify_pid(struct varta_identity *id, struct pid *pid);
u32 varta_number_in(const struct varta_identity *id,
		    struct pid_namespace *reader);

void varta_process_hold(u64 generation);
void varta_process_release(u64 generation);
enum varta_process varta_process_look(const struct varta_identity *id);

#endif /* _VARTA_IDENTITY_H */
