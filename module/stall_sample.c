// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples the process of an agent that stalled. Everything is read under RCU
 * without a lock, and may change meanwhile: the process may hold any lock.
 */

#include <linux/cgroup.h>
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <asm/syscall.h>

#include "agent.h"
#include "stall_reason.h"
#include "usage.h"
#include "word64.h"

/* task->frozen alone is also set while a thread is stopped or in vfork(). */
static bool is_frozen_by_cgroup(struct task_struct *thread)
{
#ifdef CONFIG_CGROUPS
	return thread->frozen &&
	       READ_ONCE(task_dfl_cgroup(thread)->freezer.e_freeze);
#else
	return false;
#endif
}

static enum varta_thread_state state_of(struct task_struct *thread)
{
	unsigned int state = READ_ONCE(thread->__state);

	if (READ_ONCE(thread->exit_state) ||
	    READ_ONCE(thread->flags) & PF_EXITING)
		return VARTA_THREAD_STATE_ENDED;
	if (state & TASK_FROZEN || is_frozen_by_cgroup(thread))
		return VARTA_THREAD_STATE_FROZEN;
	if (state & __TASK_TRACED)
		return VARTA_THREAD_STATE_TRACED;
	if (state & __TASK_STOPPED)
		return VARTA_THREAD_STATE_STOPPED;
	if (state & (TASK_UNINTERRUPTIBLE | TASK_RTLOCK_WAIT))
		return VARTA_THREAD_STATE_UNINTERRUPTIBLE;
	if (state & TASK_INTERRUPTIBLE)
		return VARTA_THREAD_STATE_SLEEPING;
	return VARTA_THREAD_STATE_RUNNABLE;
}

/*
 * The kernel frees stacks after a grace period, or keeps them for other tasks.
 * Those that it keeps are freed when their CPU goes offline, for which all CPUs
 * must schedule.
 */
static int syscall_of(struct task_struct *thread)
{
	int nr = -1;

#ifdef CONFIG_HAVE_ARCH_TRACEHOOK
	struct pt_regs *regs;

	preempt_disable();
	/* Read once: another CPU sets the stack of a thread that has ended to NULL. */
	regs = task_pt_regs(thread);
	barrier();
	if ((unsigned long)regs >= THREAD_SIZE && READ_ONCE(thread->__state))
		nr = syscall_get_nr(thread, regs);
	preempt_enable();
#endif
	return nr;
}

/* A process above memory.high sleeps in state D, and between that it reclaims. */
static bool in_memory_stall(struct task_struct *thread)
{
#ifdef CONFIG_PSI
	return thread->in_memstall;
#else
	return false;
#endif
}

static u64 silence_of(const struct varta_agent_info *agent, u64 now)
{
	return now > agent->last_ns ? now - agent->last_ns : 0;
}

/*
 * Of the last beat, in whichever process. NULL if another thread has its number
 * now.
 */
static struct task_struct *sender_of(const struct varta_agent_info *agent)
{
	struct task_struct *thread;

	thread = pid_task(find_pid_ns(agent->usage.tid, &init_pid_ns),
			  PIDTYPE_PID);
	return thread && thread->start_time <= agent->last_ns ? thread : NULL;
}

/* NULL if it has ended. */
static struct task_struct *beating_thread(struct task_struct *leader,
					  const struct varta_agent_info *agent)
{
	struct task_struct *thread;

	if (agent->foreign_thread)
		return leader;
	thread = sender_of(agent);
	if (!thread || !same_thread_group(thread, leader) ||
	    state_of(thread) == VARTA_THREAD_STATE_ENDED)
		return NULL;
	return thread;
}

/* Counters of 32 bits do not show how often they wrapped. */
static bool usage_fits(u64 silence)
{
	return IS_ENABLED(CONFIG_SCHED_INFO) &&
	       silence >> VARTA_TIME_SHIFT <= U32_MAX;
}

static u64 __maybe_unused time_between(u32 before, u32 after)
{
	return (u64)(after - before) << VARTA_TIME_SHIFT;
}

/*
 * How long it has run since it was put on a CPU last. It is more for real-time
 * tasks, of which the scheduler does not know it.
 */
static u64 __maybe_unused ran_since_arrival(struct task_struct *thread)
{
	return varta_peek64(&thread->se.sum_exec_runtime) -
	       varta_peek64(&thread->se.prev_sum_exec_runtime);
}

/* Times of the scheduler are compared with its own clock. */
static void sample_usage(const struct varta_usage *before,
			 struct task_struct *thread, u64 silence,
			 struct varta_stall_info *info)
{
#ifdef CONFIG_SCHED_INFO
	u64 queued = varta_peek64(&thread->sched_info.last_queued);
	u64 arrived = varta_peek64(&thread->sched_info.last_arrival);
	u64 clock = local_clock();
	struct varta_usage usage;
	u64 passed;

	varta_usage_read(&usage, thread);
	info->cpu_time = time_between(before->cpu_time, usage.cpu_time);
	info->run_delay = time_between(before->run_delay,
				       usage.run_delay);
	info->voluntary = usage.voluntary - before->voluntary;
	info->involuntary = usage.involuntary - before->involuntary;
	info->major_faults = usage.major_faults - before->major_faults;
	if (info->state == VARTA_THREAD_STATE_RUNNABLE) {
		if (queued && clock > queued)
			info->run_delay += min(clock - queued, silence);
		return;
	}
	passed = clock > arrived ? min(clock - arrived, silence) : 0;
	info->asleep = passed - min3(passed, info->cpu_time,
				     ran_since_arrival(thread));
#endif
}

/*
 * Without its use at the last beat: what it ran since it was put on a CPU may
 * have been before that beat, so it slept for longer.
 */
static void sample_sleep(struct task_struct *thread, u64 silence,
			 struct varta_stall_info *info)
{
#ifdef CONFIG_SCHED_INFO
	u64 arrived = varta_peek64(&thread->sched_info.last_arrival);
	u64 clock = local_clock();
	u64 passed = clock > arrived ? clock - arrived : 0;

	passed -= min(passed, ran_since_arrival(thread));
	info->asleep = min(passed, silence);
#endif
}

static void sample_group(struct task_struct *leader,
			 struct varta_stall_info *info)
{
	struct task_struct *thread;
	u32 looked_at = 0;

	for_each_thread(leader, thread) {
		if (looked_at++ == VARTA_STALL_THREADS) {
			info->partial = true;
			break;
		}
		switch (state_of(thread)) {
		case VARTA_THREAD_STATE_RUNNABLE:
			info->runnable++;
			break;
		case VARTA_THREAD_STATE_UNINTERRUPTIBLE:
			info->uninterruptible++;
			break;
		case VARTA_THREAD_STATE_STOPPED:
		case VARTA_THREAD_STATE_TRACED:
		case VARTA_THREAD_STATE_FROZEN:
			info->stopped++;
			break;
		default:
			break;
		}
	}
	info->has_group = true;
}

static void sample_thread(const struct varta_agent_info *agent,
			  struct task_struct *thread, u64 silence,
			  struct varta_stall_info *info)
{
	info->sampled = true;
	info->state = state_of(thread);
	info->memory_stall = in_memory_stall(thread);
	info->cpu = task_cpu(thread);
	info->syscall = -1;
	if (info->state != VARTA_THREAD_STATE_RUNNABLE)
		info->syscall = syscall_of(thread);
	if (READ_ONCE(thread->ptrace))
		info->tracer = rcu_dereference(thread->parent)->tgid;
	info->has_usage = !agent->foreign_thread && !agent->unmetered &&
			  usage_fits(silence);
	if (info->has_usage)
		sample_usage(&agent->usage, thread, silence, info);
	/* Of several threads, it is not known which one has to beat. */
	else if (info->state == VARTA_THREAD_STATE_SLEEPING &&
		 (!agent->foreign_thread || info->threads == 1))
		sample_sleep(thread, silence, info);
}

static void sample_process(const struct varta_agent_info *agent, u64 silence,
			   bool group, struct varta_stall_info *info)
{
	struct task_struct *leader, *thread;
	struct signal_struct *signal;
	bool live;

	leader = pid_task((struct pid *)agent->id.proc, PIDTYPE_TGID);
	if (!leader) {
		info->gone = true;
		return;
	}
	signal = leader->signal;
	live = atomic_read(&signal->live);
	info->gone = !live && READ_ONCE(leader->exit_state);
	info->dumping = READ_ONCE(signal->core_state);
	info->exiting = !live || READ_ONCE(signal->flags) & SIGNAL_GROUP_EXIT;
	if (info->gone)
		return;
	info->threads = get_nr_threads(leader);
	if (group)
		sample_group(leader, info);
	thread = beating_thread(leader, agent);
	info->thread_ended = !thread;
	if (thread)
		sample_thread(agent, thread, silence, info);
}

static void sample_sender(const struct varta_agent_info *agent, u64 silence,
			  struct varta_stall_info *info)
{
	struct task_struct *sender = sender_of(agent);

	if (!sender)
		return;
	info->sampled = true;
	info->state = state_of(sender);
	info->has_usage = !agent->unmetered && usage_fits(silence);
	if (info->has_usage)
		sample_usage(&agent->usage, sender, silence, info);
}

/* A sender that does not get the CPU cannot beat for the agent. RCU is locked. */
static bool sender_starved(const struct varta_agent_info *agent, u64 silence)
{
	struct varta_stall_info info = {};

	sample_sender(agent, silence, &info);
	return varta_stall_decide(&info, silence) == VARTA_STALL_REASON_STARVED;
}

/*
 * By what the agent's main thread has used. Of several threads, it is not known
 * which one has to beat, but none gets the CPU if the main thread does not.
 */
static enum varta_stall_reason
reason_of_main_thread(const struct varta_agent_info *agent, u64 silence,
		      u32 threads)
{
	struct task_struct *leader;
	struct varta_stall_info info = { .sampled = true };
	enum varta_stall_reason reason;

	leader = pid_task((struct pid *)agent->id.proc, PIDTYPE_TGID);
	if (!leader || !agent->has_main_usage || agent->unmetered ||
	    !usage_fits(silence))
		return VARTA_STALL_REASON_UNKNOWN;
	info.state = state_of(leader);
	info.has_usage = true;
	sample_usage(&agent->main_usage, leader, silence, &info);
	reason = varta_stall_decide(&info, silence);
	if (threads > 1 && reason != VARTA_STALL_REASON_STARVED)
		return VARTA_STALL_REASON_UNKNOWN;
	return reason;
}

/*
 * Of an agent that another process beats for, if @info has none or says that it
 * sleeps: it is not at fault if one of the two starves. RCU is locked.
 */
static enum varta_stall_reason
reason_of_foreign_beat(const struct varta_agent_info *agent, u64 silence,
		       struct varta_stall_info *info)
{
	enum varta_stall_reason reason;

	if (sender_starved(agent, silence))
		return VARTA_STALL_REASON_STARVED;
	reason = reason_of_main_thread(agent, silence, info->threads);
	info->main_starved = info->threads > 1 &&
			     reason == VARTA_STALL_REASON_STARVED;
	return reason == VARTA_STALL_REASON_UNKNOWN ? info->reason : reason;
}

/* Including threads that have ended. It grows, but for many threads. */
static u64 cpu_time_of_group(struct task_struct *leader)
{
	u64 sum = varta_peek64(&leader->signal->sum_sched_runtime);
	struct task_struct *thread;
	u32 looked_at = 0;

	for_each_thread(leader, thread) {
		if (looked_at++ == VARTA_STALL_THREADS)
			break;
		sum += varta_peek64(&thread->se.sum_exec_runtime);
	}
	return sum;
}

/* The thread @tid; any if that is 0, the main thread only if it is the only one. */
static struct task_struct *find_runnable(struct task_struct *leader, u32 tid,
					 bool main_starved)
{
	struct task_struct *thread;
	u32 looked_at = 0;

	for_each_thread(leader, thread) {
		if (looked_at++ == VARTA_STALL_THREADS)
			break;
		if (tid ? thread->pid == tid : thread != leader &&
		    state_of(thread) == VARTA_THREAD_STATE_RUNNABLE)
			return thread;
	}
	return main_starved && !tid ? leader : NULL;
}

static bool thread_starved(const struct varta_stall_threads *before,
			   struct task_struct *leader,
			   struct task_struct *thread, u64 passed)
{
	struct varta_stall_info info = {
		.sampled = true, .has_usage = true, .state = state_of(thread),
	};
	u64 used = cpu_time_of_group(leader) - before->cpu_time;

	if (!usage_fits(passed))
		return false;
	sample_usage(&before->usage, thread, passed, &info);
	/* Threads that compete with each other for the CPU are not starved. */
	return used < passed / VARTA_STARVED_SHARE &&
	       varta_stall_decide(&info, passed) == VARTA_STALL_REASON_STARVED;
}

/**
 * varta_stall_look_at_threads() - whether the threads of a program are starved
 * @agent: an agent for which another process beats, as for varta_stall_sample()
 * @now: time in nanoseconds, monotonic
 * @main_starved: the main thread seems to be starved; it is looked at if no
 *	other can run
 * @threads: zeros, or as the last look at this stall has left it
 *
 * A main thread that waits for its others cannot tell, nor one that competes
 * with them for the CPU. One of them that could run is looked at twice.
 *
 * Context: any but interrupts; does not sleep. No slot lock is needed.
 */
enum varta_threads_answer
varta_stall_look_at_threads(const struct varta_agent_info *agent, u64 now,
			    bool main_starved,
			    struct varta_stall_threads *threads)
{
	const struct varta_stall_threads before = *threads;
	enum varta_threads_answer answer = VARTA_THREADS_FINE;
	struct task_struct *leader, *thread = NULL;

	*threads = (struct varta_stall_threads) {};
	if (!IS_ENABLED(CONFIG_SCHED_INFO))
		return answer;
	rcu_read_lock();
	leader = pid_task((struct pid *)agent->id.proc, PIDTYPE_TGID);
	if (leader)
		thread = find_runnable(leader, before.usage.tid,
				       main_starved);
	if (thread && !before.usage.tid)
		answer = VARTA_THREADS_UNDECIDED;
	else if (thread && thread_starved(&before, leader, thread,
					  now - before.time_ns))
		answer = VARTA_THREADS_STARVED;
	if (answer != VARTA_THREADS_FINE) {
		varta_usage_read(&threads->usage, thread);
		threads->cpu_time = cpu_time_of_group(leader);
		threads->time_ns = now;
	}
	rcu_read_unlock();
	return answer;
}

/**
 * varta_stall_find_thread() - find the thread of a lane
 * @proc: the agent's process, which the caller holds
 * @lane: the number in @tid is from the agent, in its own pid namespace: it
 *	becomes that in the initial one; the name is set
 * Context: any but interrupts; does not sleep.
 * Return: false if the process has no such thread.
 */
bool varta_stall_find_thread(const struct varta_proc *proc,
			     struct varta_lane_info *lane)
{
	struct pid *pid = (struct pid *)proc;
	struct task_struct *leader, *thread;
	bool found;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	thread = pid_task(find_pid_ns(lane->tid, ns_of_pid(pid)), PIDTYPE_PID);
	found = leader && thread && same_thread_group(leader, thread);
	if (found) {
		lane->tid = task_pid_nr(thread);
		/* It may be renamed meanwhile. */
		memcpy(lane->thread_name, thread->comm,
		       sizeof(lane->thread_name));
		lane->thread_name[sizeof(lane->thread_name) - 1] = '\0';
	}
	rcu_read_unlock();
	return found;
}

/**
 * varta_stall_sample() - sample why an agent stalled
 * @agent: an attested agent with a process reference, which the caller holds
 * @now: time in nanoseconds, monotonic
 * @group: look at the other threads, too
 * @info: set
 * Context: any but interrupts; does not sleep. No slot lock is needed.
 */
void varta_stall_sample(const struct varta_agent_info *agent, u64 now,
			bool group, struct varta_stall_info *info)
{
	u64 silence = silence_of(agent, now);

	*info = (struct varta_stall_info) {};
	rcu_read_lock();
	sample_process(agent, silence, group, info);
	info->reason = varta_stall_decide(info, silence);
	if (agent->foreign_thread &&
	    (info->reason == VARTA_STALL_REASON_UNKNOWN ||
	     info->reason == VARTA_STALL_REASON_WAITING))
		info->reason = reason_of_foreign_beat(agent, silence, info);
	rcu_read_unlock();
}

#ifdef VARTA_HAS_TASK_STACK
static u32 save_stack(const struct varta_agent_info *agent,
		      unsigned long entries[VARTA_STACK_FRAMES])
{
	struct task_struct *leader, *thread = NULL;
	u32 count = 0;

	rcu_read_lock();
	leader = pid_task((struct pid *)agent->id.proc, PIDTYPE_TGID);
	if (leader)
		thread = beating_thread(leader, agent);
	if (thread)
		count = stack_trace_save_tsk(thread, entries,
					     VARTA_STACK_FRAMES, 0);
	rcu_read_unlock();
	return count;
}

/* The address of what has no symbol is shown to nobody. */
static void describe_frame(unsigned long entry, char *text, size_t size)
{
	static const char prefix[] = "0x";

	scnprintf(text, size, "%pB", (void *)entry);
	if (!strncmp(text, prefix, strlen(prefix)))
		scnprintf(text, size, "unknown");
}

/**
 * varta_stall_stack() - describe the kernel stack of the thread that beat last
 * @agent: as for varta_stall_sample()
 * @text: VARTA_STACK_SIZE bytes; set to a line for each frame, symbol and
 *	offset, the innermost first. Empty if the kernel does not let a module
 *	have it, and mostly while the thread runs.
 * Context: as for varta_stall_sample().
 */
void varta_stall_stack(const struct varta_agent_info *agent, char *text)
{
	unsigned long entries[VARTA_STACK_FRAMES];
	u32 count = save_stack(agent, entries);
	char frame[128];
	size_t used = 0;
	u32 i;

	text[0] = '\0';
	for (i = 0; i < count; i++) {
		describe_frame(entries[i], frame, sizeof(frame));
		if (used + strlen(frame) + 2 > VARTA_STACK_SIZE)
			break;
		used += scnprintf(text + used, VARTA_STACK_SIZE - used, "%s%s",
				  i ? "\n" : "", frame);
	}
}
#else
void varta_stall_stack(const struct varta_agent_info *agent, char *text)
{
	text[0] = '\0';
}
#endif
