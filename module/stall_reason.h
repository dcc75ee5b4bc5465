/* SPDX-License-Identifier: GPL-2.0-only */
/* Why an agent stalled: what is sampled, and what it means. */
#ifndef _VARTA_STALL_REASON_H
#define _VARTA_STALL_REASON_H

#include <linux/types.h>
#include <uapi/linux/varta.h>

struct varta_agent_info;
struct varta_lane_info;
struct varta_proc;
struct varta_stall_threads;

enum varta_stall_limits {
	VARTA_STALL_THREADS = 64,	/* that are looked at, of a process */
	/* One in so many is the share of the CPU below which it starves. */
	VARTA_STARVED_SHARE = 4,
	VARTA_STACK_FRAMES = 32,	/* that are shown, of a kernel stack */
	VARTA_STACK_SIZE = 2048,	/* of their text, with the NUL */
};

/* Times are in nanoseconds. Those of use are since the last beat. */
struct varta_stall_info {
	enum varta_stall_reason reason;
	bool gone;			/* the process has exited */
	bool dumping;
	bool exiting;
	bool thread_ended;		/* but not its process */
	bool sampled;			/* all below is known, but for: */
	bool has_usage;			/* use, and its thread is the agent's */
	bool has_group;			/* runnable to partial */
	bool partial;
	bool main_starved;		/* one of several; why it is starved */
	enum varta_thread_state state;
	bool memory_stall;		/* it waits for memory, or frees some */
	u64 cpu_time;
	u64 run_delay;			/* including the wait that goes on */
	u64 asleep;			/* at least, up to now; known without use */
	u32 voluntary;
	u32 involuntary;
	u32 major_faults;
	u32 cpu;
	int syscall;			/* -1 for none */
	u32 threads;
	u32 runnable;
	u32 uninterruptible;
	u32 stopped;
	u32 tracer;			/* in the initial pid namespace, or 0 */
	u32 together;			/* stalls in the same 100 ms so far */
};

enum varta_threads_answer {
	VARTA_THREADS_FINE,
	VARTA_THREADS_UNDECIDED,	/* until they are looked at again */
	VARTA_THREADS_STARVED,
};

enum varta_stall_reason varta_stall_decide(const struct varta_stall_info *info,
					   u64 silence);

/* stall_sample.c */
bool varta_stall_find_thread(const struct varta_proc *proc,
			     struct varta_lane_info *lane);
void varta_stall_sample(const struct varta_agent_info *agent, u64 now,
			bool group, struct varta_stall_info *info);
enum varta_threads_answer
varta_stall_look_at_threads(const struct varta_agent_info *agent, u64 now,
			    bool main_starved,
			    struct varta_stall_threads *threads);
void varta_stall_stack(const struct varta_agent_info *agent, char *text);

#endif /* _VARTA_STALL_REASON_H */
