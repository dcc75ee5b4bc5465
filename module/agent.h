/* SPDX-License-Identifier: GPL-2.0-only */
/* Types that several files share: a beat, the identity and state of an agent. */
#ifndef _VARTA_AGENT_H
#define _VARTA_AGENT_H

#include <linux/limits.h>
#include <linux/types.h>
#include <uapi/linux/varta.h>

enum varta_agent_limits {
	/* One agent for each pid of a 64-bit kernel. */
	VARTA_CAPACITY_MAX	= 4 * 1024 * 1024,
};

/* Opaque to the tracker: references to a process and to a network namespace. */
struct varta_proc;
struct varta_netns;

/**
 * struct varta_beat_info - content of one beat
 * @nonce: strictly increasing, or VARTA_TERMINAL_NONCE
 * @timestamp: monotonic time of the sender, its unit unknown
 * @payload: opaque
 * @pid: pid that the sender claims, in its own pid namespace
 * @status: enum varta_status
 * @threshold_ms: threshold that the agent asks for, 0 for none
 * @tid: thread that sends the beat, in the initial pid namespace; 0 if unknown
 * @name: name that the agent gives itself, NULL for none
 * @thread_name: name of the thread, of VARTA_NAME_SIZE bytes; NULL if unknown
 */
struct varta_beat_info {
	u64 nonce;
	u64 timestamp;
	u32 payload;
	u32 pid;
	u32 status;
	u32 threshold_ms;
	u32 tid;
	const char *name;
	const char *thread_name;
};

/**
 * varta_beat_is_terminal() - whether a beat is the last one of a crash handler
 * @beat: a beat that passed varta_beat_check()
 *
 * Return: true for status critical with the terminal nonce.
 */
static inline bool varta_beat_is_terminal(const struct varta_beat_info *beat)
{
	return beat->status == VARTA_STATUS_CRITICAL &&
	       beat->nonce == VARTA_TERMINAL_NONCE;
}

/**
 * struct varta_agent_id - identity of an agent
 * @proc: process reference, which distinguishes processes with the same pid;
 *	NULL if unknown
 * @ns_inode: inode number of its pid namespace, 0 if unknown
 * @netns: reference to its network namespace, NULL if unknown
 * @comm: name for an agent whose beats give none, may be NULL
 * @source: relay that beats on its behalf, 0 for this machine
 * @pid: with @source, the key of its slot
 * @ns_pid: pid in its own pid namespace
 * @time_ns: inode number of the sender's time namespace, 0 if unknown
 * @uid: user whose quota it is charged to: the real user of its process
 * @flow: whose events delay each other
 * @start_ns: when its process started, CLOCK_BOOTTIME; 0 if unknown
 * @cgroup_id: its cgroup in the unified hierarchy, 0 if unknown
 * @origin: how the identity is known; lower values are stronger
 */
struct varta_agent_id {
	struct varta_proc *proc;
	u64 ns_inode;
	struct varta_netns *netns;
	const char *comm;
	u32 source;
	u32 pid;
	u32 ns_pid;
	u32 time_ns;
	u32 uid;
	u32 flow;
	u64 start_ns;
	u64 cgroup_id;
	enum varta_origin origin;
};

/**
 * struct varta_agent_info - state of an agent
 * @id: its identity; references are valid while its slot is locked
 * @last_ns: time of the last accepted beat
 * @nonce: of the last accepted beat, VARTA_TERMINAL_NONCE if it was terminal
 * @payload: of the last accepted beat
 * @threshold_ms: its own threshold, 0 if it has none
 * @exit_ns: when its process exited, if @exited
 * @stall_ns: when the stall was found, if @stalled and not @exited; else 0
 * @first_ns: time of the first accepted beat
 * @longest_gap_ns: longest time between two beats since the last reset
 * @beats: accepted beats
 * @stalls: reported stalls
 * @tid: thread that sent the last beat, 0 if unknown
 * @exit_code: in the format of wait(2), if @exited
 * @status: of the last accepted beat
 * @name: its name; any bytes, NUL-terminated
 * @thread_name: name of the thread @tid; any bytes, NUL-terminated
 * @stalled: its stall was reported and no beat was accepted since
 * @exited: its process has exited
 * @oom_killed: the OOM killer ended the process
 */
struct varta_agent_info {
	struct varta_agent_id id;
	u64 last_ns;
	u64 nonce;
	u64 exit_ns;
	u64 stall_ns;
	u64 first_ns;
	u64 longest_gap_ns;
	u64 beats;
	u32 stalls;
	u32 tid;
	u32 payload;
	u32 threshold_ms;
	u32 exit_code;
	enum varta_status status;
	char name[VARTA_NAME_SIZE];
	char thread_name[VARTA_NAME_SIZE];
	bool stalled;
	bool exited;
	bool oom_killed;
};

/**
 * struct varta_event_info - something that happened to an agent
 * @agent: the agent after that; for a goodbye, as it was
 * @kind: what happened
 * @time_ns: when; not before earlier events of the agent
 * @silence_ns: how long it was silent before its beat, for a recover
 * @stall_ns: when the stall was found that ended, for a recover
 * @old_status: status before, for a change of status
 * @cause: why it is not tracked any more, for a goodbye
 * @sender: of the refused beat, for a conflict. The tracker sets origin and
 *	ns_inode.
 * @suppressed: conflicts without an event before this one
 */
struct varta_event_info {
	struct varta_agent_info agent;
	enum varta_event_kind kind;
	u64 time_ns;
	u64 silence_ns;
	u64 stall_ns;
	enum varta_status old_status;
	enum varta_goodbye_cause cause;
	struct {
		u64 ns_inode;
		enum varta_origin origin;
		u32 pid;
		u32 uid;
	} sender;
	u32 suppressed;
};

/**
 * typedef varta_agent_cb - called for an agent
 * @context: as passed to the function that calls it
 * @agent: state of the agent, valid during the call
 *
 * Context: the agent's slot is locked. Must not sleep or call the tracker.
 * Return: whether to go on. What false means for this agent depends on the
 * function that calls it.
 */
typedef bool (*varta_agent_cb)(void *context, const struct varta_agent_info *agent);

/**
 * enum varta_proc_state - what became of the process of an agent
 * @VARTA_PROC_SAME: it still has its pid
 * @VARTA_PROC_GONE: no process has its pid
 * @VARTA_PROC_RECYCLED: another process has its pid
 */
enum varta_proc_state {
	VARTA_PROC_SAME,
	VARTA_PROC_GONE,
	VARTA_PROC_RECYCLED,
};

/**
 * enum varta_record_result - what the tracker did with a beat (section 3)
 * @VARTA_RECORD_INSERTED: it started a slot for a new agent or new process
 * @VARTA_RECORD_REFRESHED: it was accepted from a known agent
 * @VARTA_RECORD_OUT_OF_ORDER: rejected, its nonce or terminal timestamp is old
 * @VARTA_RECORD_CAPACITY_EXCEEDED: rejected, no slot for it
 * @VARTA_RECORD_ORIGIN_CONFLICT: rejected, the slot has another origin
 * @VARTA_RECORD_NAMESPACE_CONFLICT: rejected, the slot has another pid namespace
 * @VARTA_RECORD_QUOTA_EXCEEDED: rejected, its user has too many agents
 */
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
