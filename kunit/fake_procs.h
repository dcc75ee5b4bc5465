/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Implementation of struct varta_tracker_ops for tests: processes and network
 * namespaces with small numbers, a table of pids, and counted references and
 * charges. The state is global; KUnit runs one case at a time.
 */
#ifndef _VARTA_KUNIT_FAKE_PROCS_H
#define _VARTA_KUNIT_FAKE_PROCS_H

#include "tracker.h"

enum fake_procs_limits {
	/* Processes are 1 to FAKE_PROCS - 1; 0 is unknown. */
	FAKE_PROCS = 16,
	/* Pids below this can be given a process. */
	FAKE_PIDS = 256,
	/* Users and network namespaces are 0 to one less than this. */
	FAKE_USERS = 8,
	FAKE_NETNS = 8,
	/* Events that are kept. */
	FAKE_EVENTS = 80,
	/* Signals that are kept. */
	FAKE_SIGNALS = 8,
};

/**
 * struct fake_signals - what was sent by the tracker, and how processes are
 * @count: number of signals
 * @proc: number of the process that got each of the first ones
 * @signal: each of the first ones
 * @reason: why all agents stall, when an action is due
 * @main_starved: it is so because of the main thread
 * @threads: what a look at the threads of a process finds
 * @thread_looks: how often these were looked at
 * @last_look_ns: when they were looked at before, as the tracker has it
 * @exec_id: of the programs that all processes run
 * @looks: how often an agent was looked at
 * @while_looked: called while the next agent is looked at, or NULL
 * @context: passed to @while_looked
 */
struct fake_signals {
	u32 count;
	u32 proc[FAKE_SIGNALS];
	int signal[FAKE_SIGNALS];
	enum varta_stall_reason reason;
	bool main_starved;
	enum varta_threads_answer threads;
	u32 thread_looks;
	u64 last_look_ns;
	u64 exec_id;
	u32 looks;
	void (*while_looked)(void *context);
	void *context;
};

struct fake_signals *fake_signals(void);

extern const struct varta_tracker_ops fake_procs_ops;
extern const struct varta_tracker_ops fake_procs_min_ops;

void fake_procs_reset(void);
struct varta_proc *fake_proc(u32 nr);
u32 fake_proc_nr(const struct varta_proc *proc);
struct varta_netns *fake_netns(u32 nr);
u32 fake_netns_nr(const struct varta_netns *netns);
int fake_proc_refs(u32 proc);
int fake_procs_refs_total(void);
bool fake_procs_unbalanced(void);
unsigned int fake_procs_lookups(void);
void fake_procs_set_pid(u32 pid, u32 proc);
void fake_procs_set_pid_later(u32 pid, u32 proc);
struct varta_proc *fake_proc_of_pid(u32 pid);
void fake_procs_set_quota(u32 quota);
int fake_user_charged(u32 uid);
int fake_netns_charged(u32 netns);
int fake_procs_charged_total(void);
unsigned int fake_procs_charge_attempts(void);
unsigned int fake_procs_kicks(void);
const struct varta_event_info *fake_events_take(u32 *count);

void fake_procs_while_sampled(void (*call)(void *context), void *context);

#endif /* _VARTA_KUNIT_FAKE_PROCS_H */
