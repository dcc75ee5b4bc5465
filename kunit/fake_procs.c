// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fake processes. References are counted for each process, so that a missing
 * get cannot be hidden by a missing put of another process.
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
	/* By pid: number of the process that has it, 0 for none. */
	u32 pid_owner[FAKE_PIDS];
	atomic_t lookups;
	/* After the next lookup of next_owner_pid, next_owner has that pid. */
	u32 next_owner_pid;
	u32 next_owner;
	/* Agents per user. */
	u32 quota;
	atomic_t charged[FAKE_USERS];
	struct varta_netns netns[FAKE_NETNS];
	atomic_t charge_attempts;
	atomic_t kicks;
	atomic_t events_count;
	struct varta_event_info events[FAKE_EVENTS];
	/* Called once, while a stall is sampled. */
	void (*while_sampled)(void *context);
	void *sample_context;
	struct fake_signals signals;
	/* A put without get, an uncharge without charge, a bad argument. */
	bool unbalanced;
} fake;

/**
 * fake_proc() - a process by its number
 * @nr: 1 to FAKE_PROCS - 1, or 0 for NULL
 */
struct varta_proc *fake_proc(u32 nr)
{
	return nr ? &fake.procs[nr] : NULL;
}

/**
 * fake_proc_nr() - the number of a process
 * @proc: of fake_proc(), or NULL
 */
u32 fake_proc_nr(const struct varta_proc *proc)
{
	return proc ? proc - fake.procs : 0;
}

/**
 * fake_netns() - a network namespace by its number
 * @nr: 1 to FAKE_NETNS - 1, or 0 for NULL
 */
struct varta_netns *fake_netns(u32 nr)
{
	return nr ? &fake.netns[nr] : NULL;
}

/**
 * fake_netns_nr() - the number of a network namespace
 * @netns: of fake_netns(), or NULL
 */
u32 fake_netns_nr(const struct varta_netns *netns)
{
	return netns ? netns - fake.netns : 0;
}

/**
 * fake_procs_reset() - drop all references, charges, pids and the quota
 */
void fake_procs_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.quota = U32_MAX;
	fake.signals.reason = VARTA_STALL_REASON_WAITING;
}

/**
 * fake_proc_refs() - number of slots that hold a reference to a process
 * @proc: its number
 */
int fake_proc_refs(u32 proc)
{
	return atomic_read(&fake.procs[proc].refs);
}

/**
 * fake_procs_refs_total() - number of references to all processes
 */
int fake_procs_refs_total(void)
{
	int i, sum = 0;

	for (i = 0; i < FAKE_PROCS; i++)
		sum += atomic_read(&fake.procs[i].refs);
	return sum;
}

/**
 * fake_procs_unbalanced() - whether any put, uncharge or argument was invalid
 */
bool fake_procs_unbalanced(void)
{
	return READ_ONCE(fake.unbalanced);
}

/**
 * fake_procs_lookups() - number of calls of proc_state
 */
unsigned int fake_procs_lookups(void)
{
	return atomic_read(&fake.lookups);
}

/**
 * fake_procs_set_pid() - set the process that has a pid
 * @pid: less than FAKE_PIDS
 * @proc: number of the process, 0 for none
 */
void fake_procs_set_pid(u32 pid, u32 proc)
{
	WRITE_ONCE(fake.pid_owner[pid], proc);
}

/**
 * fake_procs_set_pid_later() - set the process of a pid after the next lookup
 * @pid: less than FAKE_PIDS; only the last call counts
 * @proc: number of the process, 0 for none
 *
 * Not for tests with several threads.
 */
void fake_procs_set_pid_later(u32 pid, u32 proc)
{
	fake.next_owner_pid = pid;
	fake.next_owner = proc;
}

/**
 * fake_proc_of_pid() - the process that has a pid
 * @pid: the pid
 *
 * Return: the process, NULL for none.
 */
struct varta_proc *fake_proc_of_pid(u32 pid)
{
	return fake_proc(pid < FAKE_PIDS ? READ_ONCE(fake.pid_owner[pid]) : 0);
}

/**
 * fake_procs_set_quota() - set how many agents each user may have
 * @quota: the limit; agents above it are kept
 */
void fake_procs_set_quota(u32 quota)
{
	WRITE_ONCE(fake.quota, quota);
}

/**
 * fake_user_charged() - number of agents charged to a user
 * @uid: the user
 */
int fake_user_charged(u32 uid)
{
	return atomic_read(&fake.charged[uid]);
}

/**
 * fake_netns_charged() - number of agents charged to a network namespace
 * @netns: its number
 */
int fake_netns_charged(u32 netns)
{
	return atomic_read(&fake.netns[netns].charged);
}

/**
 * fake_procs_charged_total() - number of agents charged to all users
 */
int fake_procs_charged_total(void)
{
	int i, sum = 0;

	for (i = 0; i < FAKE_USERS; i++)
		sum += atomic_read(&fake.charged[i]);
	return sum;
}

/**
 * fake_procs_charge_attempts() - calls of try_charge and transfer_charge
 */
unsigned int fake_procs_charge_attempts(void)
{
	return atomic_read(&fake.charge_attempts);
}

/**
 * fake_procs_kicks() - number of calls of kick
 */
unsigned int fake_procs_kicks(void)
{
	return atomic_read(&fake.kicks);
}

static bool proc_is_valid(const struct varta_proc *proc)
{
	if (proc > fake.procs && proc < fake.procs + FAKE_PROCS)
		return true;
	WRITE_ONCE(fake.unbalanced, true);
	return false;
}

static void get_proc(struct varta_proc *proc)
{
	if (proc_is_valid(proc))
		atomic_inc(&proc->refs);
}

static void put_proc(struct varta_proc *proc)
{
	if (proc_is_valid(proc) && atomic_dec_return(&proc->refs) < 0)
		WRITE_ONCE(fake.unbalanced, true);
}

static enum varta_proc_state proc_state(const struct varta_agent_id *id)
{
	struct varta_proc *now = fake_proc_of_pid(id->pid);

	atomic_inc(&fake.lookups);
	if (fake.next_owner_pid == id->pid)
		fake_procs_set_pid(id->pid, fake.next_owner);
	if (!now)
		return VARTA_PROC_GONE;
	return now == id->proc ? VARTA_PROC_SAME :
				       VARTA_PROC_RECYCLED;
}

/* Agents without a network namespace are counted as number 0. */
static struct varta_netns *netns_of(const struct varta_agent_id *id)
{
	return &fake.netns[fake_netns_nr(id->netns)];
}

static bool id_is_valid(const struct varta_agent_id *id)
{
	if (id->uid < FAKE_USERS && fake_netns_nr(id->netns) < FAKE_NETNS &&
	    id->pid)
		return true;
	WRITE_ONCE(fake.unbalanced, true);
	return false;
}

static bool try_charge(const struct varta_agent_id *id)
{
	atomic_inc(&fake.charge_attempts);
	if (!id_is_valid(id))
		return false;
	if ((u32)atomic_inc_return(&fake.charged[id->uid]) >
	    READ_ONCE(fake.quota)) {
		atomic_dec(&fake.charged[id->uid]);
		return false;
	}
	atomic_inc(&netns_of(id)->charged);
	return true;
}

static void uncharge(const struct varta_agent_id *id)
{
	if (!id_is_valid(id))
		return;
	if (atomic_dec_return(&fake.charged[id->uid]) < 0 ||
	    atomic_dec_return(&netns_of(id)->charged) < 0)
		WRITE_ONCE(fake.unbalanced, true);
}

static bool transfer_charge(const struct varta_agent_id *old,
			    const struct varta_agent_id *id)
{
	if (old->uid != id->uid) {
		if (!try_charge(id))
			return false;
		if (atomic_dec_return(&fake.charged[old->uid]) < 0)
			WRITE_ONCE(fake.unbalanced, true);
		return true;
	}
	atomic_inc(&fake.charge_attempts);
	if (id_is_valid(id) && id_is_valid(old))
		atomic_inc(&netns_of(id)->charged);
	return true;
}

static void end_transfer(const struct varta_agent_id *old)
{
	if (id_is_valid(old) &&
	    atomic_dec_return(&netns_of(old)->charged) < 0)
		WRITE_ONCE(fake.unbalanced, true);
}

static void keep_event(const struct varta_event_info *event)
{
	u32 nr = atomic_inc_return(&fake.events_count) - 1;

	/* What it has must not be put yet. */
	if (atomic_read(&netns_of(&event->agent.id)->charged) <= 0)
		WRITE_ONCE(fake.unbalanced, true);
	if (nr < FAKE_EVENTS)
		fake.events[nr] = *event;
}

/**
 * fake_events_take() - the events since the last take
 * @count: set to their number, which may exceed FAKE_EVENTS
 *
 * Return: the first FAKE_EVENTS of them, until the next event.
 */
const struct varta_event_info *fake_events_take(u32 *count)
{
	*count = atomic_xchg(&fake.events_count, 0);
	return fake.events;
}

static void kick(void)
{
	atomic_inc(&fake.kicks);
}

/**
 * fake_procs_while_sampled() - do something while the next stall is sampled
 * @call: called once
 * @context: passed to @call
 */
void fake_procs_while_sampled(void (*call)(void *context), void *context)
{
	fake.while_sampled = call;
	fake.sample_context = context;
}

/* Every sampled agent waits. */
static void sample(const struct varta_agent_info *agent, u64 now,
		   struct varta_stall_info *info)
{
	void (*call)(void *context) = fake.while_sampled;

	*info = (struct varta_stall_info) {
		.reason = VARTA_STALL_REASON_WAITING,
		.threads = fake_proc_nr(agent->id.proc),
	};
	fake.while_sampled = NULL;
	if (call)
		call(fake.sample_context);
}

/**
 * fake_signals() - the signals so far; members may be changed
 */
struct fake_signals *fake_signals(void)
{
	return &fake.signals;
}

static void sample_again(const struct varta_agent_info *agent, u64 now,
			 struct varta_stall_info *info)
{
	void (*call)(void *context) = fake.signals.while_looked;

	*info = (struct varta_stall_info) {
		.reason = fake.signals.reason,
		.main_starved = fake.signals.main_starved,
	};
	fake.signals.looks++;
	fake.signals.while_looked = NULL;
	if (call)
		call(fake.signals.context);
}

static enum varta_threads_answer
look_at_threads(const struct varta_agent_info *agent, u64 now,
		bool main_starved, struct varta_stall_threads *threads)
{
	fake.signals.thread_looks++;
	fake.signals.last_look_ns = threads->time_ns;
	threads->time_ns = now;
	return fake.signals.threads;
}

static bool may_signal(const struct varta_agent_info *agent,
		       const struct varta_action_target *target)
{
	return target->exec_id == fake.signals.exec_id;
}

/* The tracker must hold the process. */
static void send_signal(struct varta_proc *proc, int signal)
{
	u32 nr = fake.signals.count++;

	if (!proc_is_valid(proc) || atomic_read(&proc->refs) <= 0)
		WRITE_ONCE(fake.unbalanced, true);
	if (nr < FAKE_SIGNALS) {
		fake.signals.proc[nr] = fake_proc_nr(proc);
		fake.signals.signal[nr] = signal;
	}
}

const struct varta_tracker_ops fake_procs_ops = {
	.get_proc		= get_proc,
	.put_proc		= put_proc,
	.proc_state		= proc_state,
	.sample			= sample,
	.sample_again		= sample_again,
	.look_at_threads	= look_at_threads,
	.may_signal		= may_signal,
	.signal			= send_signal,
	.try_charge		= try_charge,
	.uncharge		= uncharge,
	.transfer_charge	= transfer_charge,
	.end_transfer		= end_transfer,
	.kick			= kick,
	.event			= keep_event,
};

/* Only the mandatory operations. */
const struct varta_tracker_ops fake_procs_min_ops = {
	.get_proc	= get_proc,
	.put_proc	= put_proc,
	.proc_state	= proc_state,
};
