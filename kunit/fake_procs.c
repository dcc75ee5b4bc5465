// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generations for tests. Holds are counted for each generation, so that a
 * missing one does not hide behind one too many of another.
 */
#include <linux/atomic.h>
#include <linux/string.h>

#include "fake_procs.h"

struct varta_proc {
	atomic_t refs;
};

struct varta_netns {
	atomic_t charged;
};

static struct {
	struct varta_proc procs[FAKE_PROCS];
	/* By pid, the number of its process; 0 for none. */
	u32 process[FAKE_PIDS];
	atomic_t looks;
	/* Who has the pid from the first look at it on, if later_pid is set. */
	u32 later_pid;
	u32 later_proc;
	/* How many agents each user may have. */
	u32 quota;
	/* Those who were admitted and have not left, by user and by home. */
	atomic_t admitted[FAKE_USERS];
	struct varta_netns netns[FAKE_NETNS];
	/* Calls of admit, and of sooner. */
	atomic_t asked;
	atomic_t sooners;
	/*
	 * Something was released that was not held, or never existed, or
	 * somebody left who was not admitted.
	 */
	bool misused;
} world;

/**
 * fake_proc() - a process by its number
 * @nr: 1 to FAKE_PROCS - 1, or 0 for NULL
 */
struct varta_proc *fake_proc(u32 nr)
{
	return nr ? &world.procs[nr] : NULL;
}

/**
 * fake_proc_nr() - the number of a process
 * @proc: of fake_proc(), or NULL
 */
u32 fake_proc_nr(const struct varta_proc *proc)
{
	return proc ? proc - world.procs : 0;
}

/**
 * fake_netns() - a network namespace by its number
 * @nr: 1 to FAKE_NETNS - 1, or 0 for NULL
 */
struct varta_netns *fake_netns(u32 nr)
{
	return nr ? &world.netns[nr] : NULL;
}

/**
 * fake_netns_nr() - the number of a network namespace
 * @netns: of fake_netns(), or NULL
 */
u32 fake_netns_nr(const struct varta_netns *netns)
{
	return netns ? netns - world.netns : 0;
}

/**
 * fake_procs_reset() - begin anew: nothing held, no processes, no quota
 */
void fake_procs_reset(void)
{
	memset(&world, 0, sizeof(world));
	world.quota = U32_MAX;
}

/**
 * fake_proc_refs() - how many slots hold a generation now
 * @proc: its number
 */
int fake_proc_refs(u32 proc)
{
	return atomic_read(&world.procs[proc].refs);
}

/**
 * fake_procs_refs_total() - how many slots hold any generation now
 */
int fake_procs_refs_total(void)
{
	int i, sum = 0;

	for (i = 0; i < FAKE_PROCS; i++)
		sum += atomic_read(&world.procs[i].refs);
	return sum;
}

/**
 * fake_procs_misused() - whether a release or a leave was ever one too many,
 *	or a hold or an admit of what does not exist
 */
bool fake_procs_misused(void)
{
	return READ_ONCE(world.misused);
}

/**
 * fake_procs_lookups() - how many times a process was looked at
 */
unsigned int fake_procs_lookups(void)
{
	return atomic_read(&world.looks);
}

/**
 * fake_procs_set_pid() - say which process has a pid
 * @pid: less than FAKE_PIDS
 * @proc: the number of that process, 0 for none
 */
void fake_procs_set_pid(u32 pid, u32 proc)
{
	WRITE_ONCE(world.process[pid], proc);
}

/**
 * fake_procs_set_pid_later() - say which process has a pid once it was
 *	looked at
 * @pid: less than FAKE_PIDS; only the last one that was given counts
 * @proc: the number of that process, 0 for none
 *
 * Not for when there are several threads.
 */
void fake_procs_set_pid_later(u32 pid, u32 proc)
{
	world.later_pid = pid;
	world.later_proc = proc;
}

/**
 * fake_proc_of_pid() - which process has a pid
 * @pid: any
 *
 * Return: the process, NULL for none.
 */
struct varta_proc *fake_proc_of_pid(u32 pid)
{
	return fake_proc(pid < FAKE_PIDS ? READ_ONCE(world.process[pid]) : 0);
}

/**
 * fake_procs_set_quota() - say how many agents each user may have
 * @quota: so many; who has more keeps them
 */
void fake_procs_set_quota(u32 quota)
{
	WRITE_ONCE(world.quota, quota);
}

/**
 * fake_user_charged() - how many agents of a user are admitted now
 * @uid: which
 */
int fake_user_charged(u32 uid)
{
	return atomic_read(&world.admitted[uid]);
}

/**
 * fake_netns_charged() - how many agents with a home are admitted now
 * @netns: its number
 */
int fake_netns_charged(u32 netns)
{
	return atomic_read(&world.netns[netns].charged);
}

/**
 * fake_procs_charged_total() - how many agents are admitted now
 */
int fake_procs_charged_total(void)
{
	int i, sum = 0;

	for (i = 0; i < FAKE_USERS; i++)
		sum += atomic_read(&world.admitted[i]);
	return sum;
}

/**
 * fake_procs_charge_attempts() - how many times somebody was to be admitted
 */
unsigned int fake_procs_charge_attempts(void)
{
	return atomic_read(&world.asked);
}

/**
 * fake_procs_kicks() - how many times somebody was due sooner than was known
 */
unsigned int fake_procs_kicks(void)
{
	return atomic_read(&world.sooners);
}

static bool exists(const struct varta_proc *proc)
{
	if (proc > world.procs && proc < world.procs + FAKE_PROCS)
		return true;
	WRITE_ONCE(world.misused, true);
	return false;
}

static void get_proc(struct varta_proc *proc)
{
	if (exists(proc))
		atomic_inc(&proc->refs);
}

static void put_proc(struct varta_proc *proc)
{
	if (exists(proc) && atomic_dec_return(&proc->refs) < 0)
		WRITE_ONCE(world.misused, true);
}

static enum varta_proc_state proc_state(const struct varta_agent_id *id)
{
	struct varta_proc *now = fake_proc_of_pid(id->pid);

	atomic_inc(&world.looks);
	if (world.later_pid == id->pid)
		fake_procs_set_pid(id->pid, world.later_proc);
	if (!now)
		return VARTA_PROC_GONE;
	return now == id->proc ? VARTA_PROC_SAME :
				       VARTA_PROC_RECYCLED;
}

/* Agents without a network namespace are counted as number 0. */
static struct varta_netns *netns_of(const struct varta_agent_id *id)
{
	return &world.netns[fake_netns_nr(id->netns)];
}

static bool is_somebody(const struct varta_agent_id *id)
{
	if (id->uid < FAKE_USERS && fake_netns_nr(id->netns) < FAKE_NETNS &&
	    id->pid)
		return true;
	WRITE_ONCE(world.misused, true);
	return false;
}

static bool try_charge(const struct varta_agent_id *id)
{
	atomic_inc(&world.asked);
	if (!is_somebody(id))
		return false;
	if ((u32)atomic_inc_return(&world.admitted[id->uid]) >
	    READ_ONCE(world.quota)) {
		atomic_dec(&world.admitted[id->uid]);
		return false;
	}
	atomic_inc(&netns_of(id)->charged);
	return true;
}

static void uncharge(const struct varta_agent_id *id)
{
	if (!is_somebody(id))
		return;
	if (atomic_dec_return(&world.admitted[id->uid]) < 0 ||
	    atomic_dec_return(&netns_of(id)->charged) < 0)
		WRITE_ONCE(world.misused, true);
}

static bool transfer_charge(const struct varta_agent_id *old,
			    const struct varta_agent_id *id)
{
	if (old->uid != id->uid) {
		if (!try_charge(id))
			return false;
		uncharge(old);
		return true;
	}
	atomic_inc(&world.asked);
	if (is_somebody(id) && is_somebody(old)) {
		atomic_inc(&netns_of(id)->charged);
		if (atomic_dec_return(&netns_of(old)->charged) < 0)
			WRITE_ONCE(world.misused, true);
	}
	return true;
}

static void kick(void)
{
	atomic_inc(&world.sooners);
}

const struct varta_tracker_ops fake_procs_ops = {
	.get_proc		= get_proc,
	.put_proc	= put_proc,
	.proc_state		= proc_state,
	.try_charge		= try_charge,
	.uncharge		= uncharge,
	.transfer_charge	= transfer_charge,
	.kick		= kick,
};

/* Without what may be left out. */
const struct varta_tracker_ops fake_procs_min_ops = {
	.get_proc		= get_proc,
	.put_proc	= put_proc,
	.proc_state		= proc_state,
};
