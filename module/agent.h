/* SPDX-License-Identifier: GPL-2.0-only */
/* Types that several files share: a beat, the identity and state of an agent. */
#ifndef _VARTA_AGENT_H
#define _VARTA_AGENT_H

#include <linux/limits.h>
#include <linux/types.h>
#include <uapi/linux/varta.h>

#include "stall_reason.h"

enum varta_agent_limits {
	VARTA_CAPACITY_MAX = 4 * 1024 * 1024, /* the pids of a 64-bit kernel */
	/* 2^32 units are three days, 2^48 are more than any clock shows. */
	VARTA_TIME_SHIFT = 16,
};

/* Opaque to the tracker: references to a process and to a network namespace. */
struct varta_proc;
struct varta_netns;

struct varta_action_request;

/* What a thread has used. All but @tid are modulo 2^32. */
struct varta_usage {
	u32 tid;			/* in the initial namespace, 0 if unknown */
	u32 cpu_time;			/* in 2^VARTA_TIME_SHIFT nanoseconds */
	u32 run_delay;			/* runnable but not running, likewise */
	u32 voluntary;			/* context switches */
	u32 involuntary;
	u32 major_faults;
};

/* A thread that could run, and its process. Zeros if there was no such thread. */
struct varta_stall_threads {
	struct varta_usage usage;
	u64 cpu_time;			/* of all threads, in nanoseconds */
	u64 time_ns;
};

struct varta_beat_info {
	u64 nonce;			/* increasing, or VARTA_TERMINAL_NONCE */
	u64 timestamp;			/* of the sender, in any unit */
	u32 payload;
	u32 pid;			/* claimed, in the sender's namespace */
	u32 status;			/* enum varta_status, if checked */
	u32 threshold_ms;		/* 0 if the agent asks for none */
	struct varta_usage usage;	/* of the thread that sends it */
	const char *name;		/* NULL for none */
	const char *thread_name;	/* VARTA_NAME_SIZE bytes, or NULL */
	struct varta_action_request *action;	/* NULL for no change */
	bool foreign_thread;		/* its process is not the agent */
	struct varta_usage main_usage;	/* then: of the agent's main thread */
};

/* The last beat of a crash handler. @beat passed varta_beat_check(). */
static inline bool varta_beat_is_terminal(const struct varta_beat_info *beat)
{
	return beat->status == VARTA_STATUS_CRITICAL &&
	       beat->nonce == VARTA_TERMINAL_NONCE;
}

/* Pointers are NULL and numbers 0 if unknown. */
struct varta_agent_id {
	struct varta_proc *proc;	/* tells processes of one pid apart */
	u64 ns_inode;			/* of its pid namespace */
	struct varta_netns *netns;
	const char *comm;		/* name if its beats have none */
	u32 source;			/* its relay, 0 for this machine */
	u32 pid;			/* with @source, the key of its slot */
	u32 ns_pid;			/* in its own pid namespace */
	u32 timens;			/* inode of its time namespace */
	u32 uid;			/* whose quota it is charged to */
	u32 flow_key;			/* whose events delay each other */
	u64 start_ns;			/* of its process, CLOCK_BOOTTIME */
	u64 cgroup_id;			/* in the unified hierarchy */
	enum varta_origin origin;
};

/* The order of the numbers is that in which they were added. */
static inline bool varta_origin_is_stronger(enum varta_origin origin,
					    enum varta_origin other)
{
	static const u8 strength[] = {
		[VARTA_ORIGIN_NETWORK_UNVERIFIED]	= 0,
		[VARTA_ORIGIN_OPERATOR_ATTESTED]	= 1,
		[VARTA_ORIGIN_KERNEL_ATTESTED]		= 2,
	};

	return strength[origin] > strength[other];
}

/* Whether the kernel looked up its process. */
static inline bool varta_origin_is_attested(enum varta_origin origin)
{
	return origin != VARTA_ORIGIN_NETWORK_UNVERIFIED;
}

/* A beat of a lane that is sent. Times are those of the kernel. */
struct varta_lane_beat {
	const char *name;
	u64 deadline;			/* if @has_deadline */
	u64 exec_id;			/* of the program that has the lane */
	u32 number;			/* tells lanes of one name apart */
	u32 threshold_ms;		/* if @has_threshold; 0 closes the lane */
	u32 tid;			/* in the pid namespace of the agent, or 0 */
	bool has_deadline;
	bool has_threshold;
	bool only_new;			/* nothing if the lane is open */
};

enum varta_lane_result {
	VARTA_LANE_ACCEPTED,
	VARTA_LANE_UNKNOWN_AGENT,
	VARTA_LANE_IN_PAGE,
	VARTA_LANE_WITHOUT_THRESHOLD,
	VARTA_LANE_TOO_MANY,
	VARTA_LANE_NO_ROOM,
	VARTA_LANE_NO_MEMORY,
};

/* A lane of an agent, which is overdue or was. */
struct varta_lane_info {
	char name[VARTA_NAME_SIZE];		/* any bytes, NUL-terminated */
	char thread_name[VARTA_NAME_SIZE];	/* the same */
	u64 overdue_ns;
	u32 threshold_ms;
	u32 tid;			/* in the initial namespace, or 0 */
	u32 stalled;			/* lanes of the agent that are overdue */
};

/* Times are CLOCK_MONOTONIC. Refused beats change nothing here. */
struct varta_agent_info {
	struct varta_agent_id id;	/* valid while its slot is locked */
	u32 slot;
	u64 last_ns;
	u64 nonce;			/* VARTA_TERMINAL_NONCE if terminal */
	u64 exit_ns;			/* 0 unless @exited */
	u64 stall_ns;			/* 0 unless @stalled and not @exited */
	/* 0 but for reports that it is late, or is still stalled. */
	u64 late_ns;
	/* Rounded down to 2^VARTA_TIME_SHIFT ns. */
	u64 first_ns;
	u64 longest_gap_ns;		/* since the last reset */
	u64 beats;
	u32 stalls;			/* reported */
	/* Of the last beat's thread, at that beat. If @exited, only its tid. */
	struct varta_usage usage;
	u32 payload;
	u32 threshold_ms;		/* its own, 0 if it has none */
	u32 exit_code;			/* as in wait(2), if @exited */
	enum varta_status status;
	char name[VARTA_NAME_SIZE];	/* any bytes, NUL-terminated */
	char thread_name[VARTA_NAME_SIZE];	/* the same, of @usage.tid */
	u8 reason;			/* enum varta_stall_reason, or 0 */
	u8 stall_signal;		/* that it asked for, or 0 */
	bool even_if_starved;
	bool stalled;
	bool exited;
	bool oom_killed;
	bool foreign_thread;		/* as in the last beat */
	bool of_lane;			/* a sample for a lane's event */
	bool unmetered;			/* @usage is of an earlier beat */
	bool has_main_usage;		/* @main_usage is known */
	u32 kill_after_ms;		/* 0 for never */
	/* If @foreign_thread: of the agent's main thread, at the last beat. */
	struct varta_usage main_usage;
	/* What was sampled; NULL but for reports that it is stalled or late. */
	const struct varta_stall_info *stall;
	const struct varta_lane_info *lane;	/* the longest overdue, or NULL */
};

struct varta_event_info {
	struct varta_agent_info agent;	/* after it; before a goodbye */
	enum varta_event_kind kind;
	u64 time_ns;			/* never before earlier events */
	u64 silence_ns;			/* recover: until the beat */
	u64 stall_ns;			/* recover: when the stall was found */
	struct varta_stall_info stall;	/* stall, late, lane stall: why */
	struct varta_lane_info lane;	/* lane events */
	enum varta_status old_status;	/* status: before the change */
	enum varta_goodbye_cause cause;	/* goodbye: why it is not tracked */
	struct {			/* conflict: of the refused beat */
		u64 ns_inode;
		enum varta_origin origin;
		u32 pid;
		u32 uid;
		u32 flow_key;
	} sender;
	struct {			/* action */
		u32 signal;
		enum varta_withheld withheld;
	} action;
	u32 suppressed;			/* conflicts before without an event */
	u32 source_agents;		/* source events: how many it has */
	u32 changes;			/* status: how many it stands for */
	struct {			/* config: no agent; @sender did it */
		enum varta_config_change change;
		u32 setting;		/* number of its attribute */
		u32 old_value;
		u32 new_value;
		u64 counters;		/* taken ones, by enum varta_counter */
		u64 lost;		/* at unload */
	} config;
};

/*
 * Called with the agent's slot locked, or its process reference held: must not
 * sleep or call the tracker. The function that calls it says what false means.
 */
typedef bool (*varta_agent_cb)(void *context, const struct varta_agent_info *agent);

enum varta_proc_state {
	VARTA_PROC_SAME,
	VARTA_PROC_GONE,
	VARTA_PROC_RECYCLED,	/* another process has its pid */
};

/* Documentation/tracker-semantics.md, section 3. */
enum varta_record_result {
	VARTA_RECORD_INSERTED,
	VARTA_RECORD_REFRESHED,
	VARTA_RECORD_OUT_OF_ORDER,
	VARTA_RECORD_CAPACITY_EXCEEDED,
	VARTA_RECORD_ORIGIN_CONFLICT,
	VARTA_RECORD_NAMESPACE_CONFLICT,
	VARTA_RECORD_QUOTA_EXCEEDED,
};

#endif /* _VARTA_AGENT_H */
