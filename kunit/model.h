/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reference model of the tracker: a direct transcription of
 * Documentation/tracker-semantics.md, without index, locks or free list. It
 * shares types and limits with the module, but no code.
 */
#ifndef _VARTA_KUNIT_MODEL_H
#define _VARTA_KUNIT_MODEL_H

#include "tracker.h"

enum model_limits {
	MODEL_CAPACITY_MAX = 64,
	MODEL_NO_SLOT = 0xffffffff,
	/* Signals of a run that are remembered. */
	MODEL_SENT_MAX = 1024,
};

/* The page of an agent: what it has stored, and what the tracker has. */
struct model_page {
	/* Of the program that asked for it. */
	u64 exec_id;
	u64 nonce;
	u32 status;
	u32 payload;
	enum varta_kick kick;
	s64 clock_offset;
	u32 timens;
};

/* What an agent asks for on its stall, and where it stands (section 9). */
struct model_action {
	/* 0 for none. */
	u32 signal;
	u32 kill_after_ms;
	bool even_if_starved;
	struct varta_action_target target;
	/* At the last beat of another process. */
	struct varta_usage main_usage;
	/* Something is to be sent, or looked at again. */
	bool pending;
	u64 due_ns;
	/* Of those that are due at the same time, the first comes first. */
	u64 order;
	/* When it began to wait for due_ns. */
	u64 since_ns;
	/* The signal was sent, and SIGKILL follows. */
	bool kills;
	enum varta_withheld withheld;
	/* Reasons that were reported, without and with kills. */
	bool reported[2][VARTA_WITHHELD_CHANGED + 1];
	u64 dumps_since_ns;
};

/* How a process is when it is looked at. */
struct model_process {
	enum varta_stall_reason reason;
	u64 exec_id;
};

struct model_signal {
	const struct varta_proc *proc;
	int signal;
};

struct model_slot {
	/* 0 if free. */
	u32 pid;
	u32 source;
	u32 ns_pid;
	u32 uid;
	struct varta_netns *netns;
	struct varta_proc *proc;
	u64 ns_inode;
	u32 timens;
	enum varta_origin origin;
	u64 last_ns;
	u64 nonce;
	u32 payload;
	enum varta_status status;
	bool has_regular;
	u64 regular_nonce;
	bool has_terminal;
	u64 terminal_timestamp;
	bool stalled;
	/* No warning before the next beat. */
	bool late;
	/* 0 if it has none. */
	u32 threshold_ms;
	char name[VARTA_NAME_SIZE];
	bool exited;
	/* The exit is not reported, and the pid belongs to another slot. */
	bool detached;
	u32 exit_code;
	u64 exit_ns;
	bool oom_killed;
	u64 stall_ns;
	u64 first_ns;
	u64 longest_gap_ns;
	u64 beats;
	u32 stalls;
	struct varta_usage usage;
	bool foreign_thread;
	/* The last beat was stored. */
	bool unmetered;
	char thread_name[VARTA_NAME_SIZE];
	u64 start_ns;
	u64 cgroup_id;
	bool mapped;
	struct model_page page;
	/* Since its program has left the page. */
	u32 looks_after_exec;
	u32 flow_key;
	struct model_action action;
};

struct model {
	u32 capacity;
	u32 window;
	enum varta_eviction_policy policy;
	bool takeover;
	/* Agents per user. */
	u32 quota;
	/* Returns the process that has a pid, NULL for none. */
	struct varta_proc *(*pid_owner)(u32 pid);
	bool (*has_executed)(const struct varta_proc *proc, u64 exec_id);
	/* Time of the last resume. */
	u64 resume_ns;
	/* Of the threshold, until an agent is late. */
	u32 warn_percent;
	struct model_slot slots[MODEL_CAPACITY_MAX];
	u32 cursor;
	/* Slots with unreported exits, the first exit first. */
	u32 exits[MODEL_CAPACITY_MAX];
	u32 nr_exits;
	/* Time of the last event. */
	u64 last_event_ns;
	/* Events of the last step, without stalls and exits. */
	struct varta_event_info events[MODEL_CAPACITY_MAX];
	u32 nr_events;
	/* Signals of the last step, and for whom all were. */
	struct model_signal signals[MODEL_CAPACITY_MAX];
	u32 nr_signals;
	struct {
		u64 time_ns;
		u32 flow_key;
	} sent[MODEL_SENT_MAX];
	u32 nr_sent;
	u64 next_order;
	/* Number of slots that were ever used. */
	u32 used;
	struct varta_evicted last_evicted;
	u64 totals[VARTA_COUNTERS_NUM];
	u64 taken[VARTA_COUNTERS_NUM];
};

void model_init(struct model *model, const struct varta_tracker_config *config);
u32 model_find(const struct model *model, u32 source, u32 pid);
u32 model_find_free(const struct model *model);
u32 model_charged(const struct model *model, u32 uid);
u32 model_tracked(const struct model *model);
u32 model_stalled_now(const struct model *model);
enum varta_record_result model_record(struct model *model,
				      const struct varta_beat_info *beat,
				      const struct varta_agent_id *id, u64 now,
				      u64 threshold, u32 chosen);
bool model_is_due(const struct model *model, u32 nr, u64 now,
		  u64 threshold);
bool model_is_late(const struct model *model, u32 nr, u64 now, u64 threshold);
bool model_may_look_early(const struct model *model, u32 nr, u64 now,
			  u64 threshold);
bool model_must_warn(const struct model *model, u32 nr, u64 now, u64 threshold);
u64 model_deadline(const struct model *model, u32 nr, u64 threshold);
u64 model_next_deadline(const struct model *model, u64 threshold);
bool model_is_recycled(const struct model *model, u32 nr,
		       struct varta_proc *(*pid_owner)(u32 pid));
bool model_map(struct model *model, const struct varta_agent_id *id,
	       const struct model_page *page);
void model_look(struct model *model, u32 nr, u64 now);
bool model_look_shortly(struct model *model, u32 nr, u64 now);
void model_stall(struct model *model, u32 nr, u64 now);
void model_warn(struct model *model, u32 nr, u64 now);
u64 model_next_action(const struct model *model);
bool model_act(struct model *model, u64 now, u64 threshold,
	       const struct varta_action_policy *policy,
	       const struct model_process *(*process_of)(const struct varta_proc *proc));
void model_remove_recycled(struct model *model, u32 nr, u64 now);
bool model_remove(struct model *model, const struct varta_agent_id *id,
		  enum varta_goodbye_cause cause, u64 now);
void model_reset_gaps(struct model *model);
u64 model_event_time(struct model *model, u64 now);
bool model_note_exit(struct model *model, const struct varta_agent_id *id,
		     u32 exit_code, bool oom_killed, u64 now);
u32 model_exits(const struct model *model);
void model_report_exit(struct model *model);
u64 model_take(struct model *model, enum varta_counter which);
struct varta_evicted model_take_last_evicted(struct model *model);
void model_untake(struct model *model, enum varta_counter which, u64 n);

#endif /* _VARTA_KUNIT_MODEL_H */
