/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvarta: beats for agents, and access to the tracker of the varta kernel
 * module, which keeps the liveness of processes.
 *
 *	struct varta_options options = VARTA_OPTIONS_INIT;
 *	struct varta *v;
 *
 *	options.optional = true;
 *	if (varta_open(&v, &options) < 0)
 *		return 1;
 *	while (work())
 *		if (varta_beat(v, VARTA_STATUS_OK, 0) < 0)
 *			log_once(varta_errmsg(v));
 *	varta_close(v);
 *
 * Errors. Every function that can fail returns a negative errno on failure, and
 * 0 or a positive number on success. New objects are returned through a pointer
 * argument. When the kernel refuses a request, the errno is the kernel's;
 * varta_reason() says why, and varta_errmsg() says it in words. Any call on a
 * handle returns -ENODEV when the module is not loaded; a later call looks for
 * it again.
 *
 * Compatibility. A struct that the caller fills in begins with its size or has
 * reserved members. Initialise it with its _INIT macro or with zeros; all zeros
 * are valid defaults. A size of 0 is the size that the struct had in version
 * 0.1. A library that is older than the header fails with -E2BIG when a member
 * that it does not know is not 0. Reserved members must be 0.
 *
 * Units. Times are in nanoseconds of CLOCK_MONOTONIC unless the name has
 * another unit.
 *
 * Ownership. The caller owns what a function with _open or _start in its name
 * makes, and releases it with the function named there. Strings and structs
 * that the caller passes in are copied, unless stated otherwise.
 *
 * Threads. A handle or subscription must not be used by two threads at the same
 * time. Functions without one may be called from any thread. A process has one
 * crash handler.
 *
 * Fork. A child may go on using a handle: it beats as itself, on sockets of its
 * own, and closing the handle does not affect the parent. No other thread may
 * use the handle during fork(). A child may only close a subscription. exec
 * closes all descriptors of the library.
 *
 * Descriptors. They belong to the library, also those returned for poll(). A
 * program that closes all of its descriptors, with closefrom(3) for example,
 * must close its handles, subscriptions and beat threads and open new ones, and
 * enable the crash handler again. A child of fork() need not. Otherwise the
 * numbers may belong to other files. The library does not close those. Only
 * sockets accept what it sends, and most kinds reject it at the latest after an
 * interval of beats: the call fails, and the next one opens a socket again.
 * Netlink sockets and AF_UNIX sockets of type SOCK_SEQPACKET are among the few
 * that accept it. A subscription reads from any socket until it
 * receives a message that is not netlink's, and does not recover.
 */
#ifndef VARTA_H
#define VARTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/varta.h>

#include "varta-version.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VARTA_API	__attribute__((visibility("default")))

/* Longest frame that varta_beat_send() and varta_relay() send. */
#define VARTA_FRAME_SEND_MAX	256

/* Most beats for one varta_relay(). */
#define VARTA_RELAY_MAX		256

/* ---- Handles */

/* A handle: a connection to the kernel, and the nonce of one agent. */
struct varta;

/**
 * struct varta_options - Options of varta_open().
 * @size: sizeof(struct varta_options), set by VARTA_OPTIONS_INIT.
 * @name: Name of this agent; copied. NULL: the command name of its process.
 * @first_nonce: Nonce of the first varta_beat(), from which the others count
 *   up. 0: nonces follow the clock, see varta_beat().
 * @threshold_ms: Silence after which this agent is stalled. 0: the module's
 *   setting. The kernel refuses beats with a threshold that its settings do not
 *   allow.
 * @interval_ms: Time between beats, for varta_timeout(), varta_dispatch() and
 *   varta_thread_start(). 0: a third of @threshold_ms, or 1000 if that is 0.
 * @timeout_ms: Time to wait for an answer to a request other than a beat. 0:
 *   5000. The kernel answers while the request is being sent, so that this
 *   expires only when something is wrong.
 * @acknowledge: Ask the kernel to confirm every beat. Otherwise the kernel
 *   answers only the beats that it refuses, which is cheaper.
 * @optional: Succeed when the module is not loaded, and beat once it is. Most
 *   agents want this.
 * @mapped: Beat by storing the time in a page that the kernel reads before the
 *   silence reaches the threshold, without a system call. See "Mapped beats" in
 *   varta(3). One handle of a process at a time can have the page. Not with
 *   @acknowledge or @first_nonce.
 * @reserved: Must be 0.
 * @kill_after_ms: Time from @stall_signal to SIGKILL, unless the process has had
 *   a beat or ended until then. 0: never.
 * @stall_signal: Signal that the module sends to this process when it finds its
 *   stall. 0: none.
 * @even_if_starved: Also when the process does not get the CPU.
 * @lanes: How many lanes can be open at a time, up to VARTA_LANES_MAX; implies
 *   @mapped. See varta_lane_open(). Where beats cannot be mapped, each beat of a
 *   lane is sent.
 * @more_lanes: How many lanes besides @lanes, up to VARTA_AGENT_LANES_MAX together.
 *
 * varta_beat() repeats these after an interval, because the
 * tracker loses an agent when the module is unloaded, and may evict it. With one
 * beat in each interval, every second beat does. For this, an interval is a third
 * of the threshold at most.
 * The kernel refuses beats with a signal or time that it does not allow. A module
 * that is older than @stall_signal refuses beats with one.
 */
struct varta_options {
	size_t size;
	const char *name;
	uint64_t first_nonce;
	uint32_t threshold_ms;
	uint32_t interval_ms;
	uint32_t timeout_ms;
	bool acknowledge;
	bool optional;
	uint8_t reserved[2];
	uint32_t kill_after_ms;
	uint8_t stall_signal;
	bool even_if_starved;
	bool mapped;
	uint8_t lanes;
	uint32_t more_lanes;
};

#define VARTA_OPTIONS_INIT \
	{ sizeof(struct varta_options), NULL, 0, 0, 0, 0, false, false, \
	  { 0, 0 }, 0, 0, false, false, 0, 0 }

/**
 * varta_version() - Version of the library that the program is linked with.
 *
 * Return: A constant string, in the form of VARTA_VERSION.
 */
VARTA_API const char *varta_version(void);

/**
 * varta_open() - Open a handle.
 * @handle: Receives the handle, or NULL on failure. Release it with
 *   varta_close().
 * @options: May be NULL for defaults.
 *
 * May block while the kernel loads the module.
 *
 * Return: 0 or a negative errno. -ENODEV: the module is not loaded, could not
 * be loaded on demand, and is not optional. -EINVAL: @options has an impossible
 * size, or more lanes than there can be. -E2BIG: @options has a member that this library does not know.
 * -ENAMETOOLONG: the name does not fit in VARTA_NAME_SIZE.
 */
VARTA_API int varta_open(struct varta **handle,
			 const struct varta_options *options);

/**
 * varta_close() - Close a handle.
 * @v: May be NULL.
 *
 * The agent stays in the tracker and stalls when its threshold has passed. Use
 * varta_bye() to remove it.
 */
VARTA_API void varta_close(struct varta *v);

/**
 * varta_errmsg() - Describe the failure of the last call on a handle.
 * @v: The handle.
 *
 * Return: The kernel's text if the kernel refused the request, else a
 * description of the errno; "" if the last call succeeded. Valid until the next
 * call on the handle.
 */
VARTA_API const char *varta_errmsg(const struct varta *v);

/**
 * varta_reason() - Why the kernel refused the last call on a handle.
 * @v: The handle.
 *
 * Return: The reason. VARTA_REASON_NONE if the call succeeded, if it failed in
 * this process, if netlink itself refused it, or if the reason is newer than
 * this library; varta_refused() distinguishes these.
 */
VARTA_API enum varta_reason varta_reason(const struct varta *v);

/**
 * varta_refused() - Whether the kernel refused the last call on a handle.
 * @v: The handle.
 *
 * Return: true if the errno of the last call is the kernel's answer; false if
 * the call succeeded or failed in this process.
 */
VARTA_API bool varta_refused(const struct varta *v);

/* ---- Beats of the calling process */

/* Success of a beat on an optional handle, when the module is not loaded. */
#define VARTA_NOT_LOADED	1

/**
 * varta_beat() - Send a beat of the calling process.
 * @v: The handle.
 * @status: State of the process; the kernel refuses VARTA_STATUS_STALL.
 * @payload: Stored with the agent for readers; opaque to varta.
 *
 * Sends one beat with the current time and a new nonce. Neither allocates nor
 * blocks. Notices when the module was loaded again, and when it runs in a child
 * of the process that opened the handle.
 *
 * The nonce is the time in nanoseconds, or the last nonce plus one if that is
 * greater. So nonces go on increasing after exec(3), after a restart in the
 * same process id, and over several handles of one process. A refused beat uses
 * up its nonce.
 *
 * Return: 0 if the kernel has accepted the beat. Without acknowledgement: if
 * no refusal of this beat or an earlier one has been read so far. The first beat
 * that comes an interval after the last reading reads them, and each beat after
 * a refusal; so does varta_dispatch(). So that the module was loaded again may be
 * noticed an interval later: then the agent has its name and threshold again.
 *
 * VARTA_NOT_LOADED, which is positive, if the module is not loaded and the
 * handle is optional: nothing was sent, and that is no failure. The same handle
 * looks for the module again at most once a second.
 *
 * A negative errno on failure, which may be ignored; the next beat tries again:
 * the kernel's errno if it refused a beat, see varta_reason(). -ENODEV: the
 * module is not loaded and the handle is not optional. -EAGAIN with
 * VARTA_REASON_NONE: no room for the beat, or for its acknowledgement, in the
 * kernel or in the socket. Any other: a system call failed, as with -EMFILE,
 * or with -EPERM of a seccomp filter, or the program has closed the socket.
 */
VARTA_API int varta_beat(struct varta *v, enum varta_status status,
			 uint32_t payload);

/**
 * varta_fd() - Descriptor for an event loop, beside varta_timeout().
 * @v: The handle, which owns the descriptor.
 *
 * The descriptor stays the same until varta_close(), except in a child of
 * fork() and after a beat that had no socket.
 *
 * Return: A descriptor that is readable when the kernel has answered a beat;
 * a negative errno if there is no socket, and then the timeout is enough.
 */
VARTA_API int varta_fd(struct varta *v);

/**
 * varta_timeout() - How long an event loop may wait.
 * @v: The handle.
 *
 * Return: Milliseconds until the next beat is due, rounded up, for poll(2) and
 * epoll_wait(2); 0 if a beat is due, as after varta_open().
 */
VARTA_API int varta_timeout(const struct varta *v);

/**
 * varta_dispatch() - Send a beat if one is due, and read answers.
 * @v: The handle.
 * @status: As for varta_beat().
 * @payload: As for varta_beat().
 *
 * May be called at any time and any number of times.
 *
 * Return: As varta_beat().
 */
VARTA_API int varta_dispatch(struct varta *v, enum varta_status status,
			     uint32_t payload);

/* ---- Lanes */

/* A named watch within the process: of a loop, or a thread. */
struct varta_lane;

/**
 * varta_lane_open() - Open a lane.
 * @v: A handle with @lanes. It must stay open until varta_lane_close().
 * @lane: Receives the lane, or NULL on failure.
 * @name: Its name in events; copied.
 * @threshold_ms: Time after a beat of the lane until the lane is overdue. The
 *   module takes less than 10 for 10.
 *
 * The lane is watched once it has had a beat, and the process has had one by
 * varta_beat() since it was opened; and only while the process is not stalled,
 * by a module that has lanes.
 *
 * All threads may use all lanes, and open and close them, while another one uses
 * the handle. Beats and scopes take no lock, and no system call but a thread's
 * first, unless the kernel has no page for this process: then each of them is
 * sent, and a beat of the process sends once in an interval what the kernel may
 * have lost. In a child of fork() they do nothing.
 *
 * Return: 0 or a negative errno. -EINVAL: @threshold_ms is 0. -ENAMETOOLONG: the
 * name does not fit in VARTA_NAME_SIZE. -EOPNOTSUPP: the handle has no lanes, or
 * the kernel cannot keep them from children. -ENOSPC: all are open.
 */
VARTA_API int varta_lane_open(struct varta *v, struct varta_lane **lane,
			      const char *name, uint32_t threshold_ms);

/**
 * varta_lane_beat() - Beat in a lane.
 * @lane: The lane.
 */
VARTA_API void varta_lane_beat(const struct varta_lane *lane);

/**
 * varta_scope_begin() - Begin work that has to end in time.
 * @lane: The lane.
 * @limit_ms: Time after which the lane is overdue, instead of its threshold. If
 *   it is less than that, it may be found late by the difference.
 */
VARTA_API void varta_scope_begin(const struct varta_lane *lane,
				 uint32_t limit_ms);

/**
 * varta_scope_end() - The work has ended: the lane is idle.
 * @lane: The lane. The next beat or scope has it watched again.
 */
VARTA_API void varta_scope_end(const struct varta_lane *lane);

/**
 * varta_lane_close() - Close a lane, and free it.
 * @lane: The lane, which nothing uses any more. May be NULL.
 *
 * One that is overdue recovers.
 */
VARTA_API void varta_lane_close(struct varta_lane *lane);

/* A thread that sends beats of its process. */
struct varta_thread;

/**
 * typedef varta_alive_fn - Tell whether the program is alive.
 * @status: VARTA_STATUS_OK; may be changed.
 * @payload: 0; may be changed.
 * @arg: As given to varta_thread_start().
 *
 * Called in the beat thread, which blocks all signals. No beats are sent while
 * it runs. Must not throw.
 *
 * Return: true to send a beat, false to send none this time.
 */
typedef bool (*varta_alive_fn)(enum varta_status *status, uint32_t *payload,
			       void *arg);

/**
 * varta_thread_start() - Start a thread that sends beats.
 * @thread: Receives the thread, or NULL on failure. Release it with
 *   varta_thread_stop().
 * @options: As for varta_open(). May be NULL for defaults.
 * @alive: Called before every beat. NULL: the process counts as alive as long
 *   as it exists, which detects little more than its exit.
 * @arg: For @alive; must be valid until varta_thread_stop().
 *
 * The first beat is sent at once. Threads do not survive fork(): a child calls
 * varta_thread_stop() on the one it inherited, and starts its own.
 *
 * Return: As varta_open(), or the error of pthread_create(3) as a negative
 * errno.
 */
VARTA_API int varta_thread_start(struct varta_thread **thread,
				 const struct varta_options *options,
				 varta_alive_fn alive, void *arg);

/**
 * varta_thread_stop() - Stop a beat thread and wait for it to end.
 * @thread: May be NULL. Must not be called from its @alive.
 *
 * The agent stays in the tracker, as with varta_close().
 */
VARTA_API void varta_thread_stop(struct varta_thread *thread);

/**
 * varta_crash_enable() - Send a terminal beat when the process crashes.
 * @v: Handle whose name and threshold the beat carries; not used afterwards.
 *   May be NULL.
 *
 * Installs handlers for SIGSEGV, SIGABRT, SIGBUS, SIGFPE and SIGILL. Each
 * sends one terminal beat with the signal's number as payload, restores the
 * previous handler and raises the signal again as it came. So the previous
 * handler runs, or the signal ends the process with its core dump. A program
 * that handles the signal and goes on has to enable this again. The handlers
 * run on the thread's alternate signal stack if it has one, see
 * sigaltstack(2), and need 1 KiB of it beside what the kernel needs. Without
 * one, a stack overflow cannot be reported.
 *
 * Applies to the whole process, its later threads and its children. Must not
 * be called by two threads at the same time. May block, as varta_open() may. If
 * the module is not loaded, the handler looks for it when the process crashes.
 *
 * Return: 0 or a negative errno; on failure no handler is installed.
 */
VARTA_API int varta_crash_enable(const struct varta *v);

/**
 * varta_crash_disable() - Restore the previous handlers.
 *
 * A handler that was installed over the library's stays.
 */
VARTA_API void varta_crash_disable(void);

/**
 * varta_bye() - Remove an agent from the tracker.
 * @v: The handle.
 * @pid: Process id, as in a beat: the caller's, or that of an ancestor with the
 *   same real user. 0 for the caller.
 *
 * No event is sent. A later beat makes the agent a new one.
 *
 * Return: 0 or a negative errno. -ENOENT with VARTA_REASON_UNKNOWN_AGENT: the
 * agent is not in the tracker. -EPERM: the caller may not act for @pid.
 */
VARTA_API int varta_bye(struct varta *v, uint32_t pid);

/* ---- Beats with all fields, and relays */

/**
 * struct varta_beat - A beat with all of its fields.
 * @nonce: Must increase with every beat of an agent, see varta_nonce_after();
 *   VARTA_TERMINAL_NONCE for a terminal beat.
 * @timestamp: The sender's CLOCK_MONOTONIC.
 * @ns_inode: Inode number of the agent's pid namespace on its machine, 0 if
 *   unknown. Only for varta_relay(): otherwise the kernel knows it.
 * @status: One of enum varta_status. Other values are sent as well.
 * @payload: Opaque.
 * @pid: Agent's process id in the sender's pid namespace: the sender's own, or
 *   that of an ancestor with the same real user.
 * @threshold_ms: Silence after which the agent is stalled, from now on; 0
 *   leaves it unchanged.
 * @claim_pid: Send @pid, which the kernel checks. Otherwise the beat is the
 *   sender's. A frame and a relayed beat always carry @pid.
 * @stall_signal: Signal that the module sends to the agent's process when it
 *   finds its stall, from now on; 0 leaves that unchanged. Not for varta_relay().
 * @even_if_starved: Also when the process does not get the CPU. With
 *   @stall_signal, as @kill_after_ms.
 * @no_stall_signal: Send none from now on, with a @stall_signal of 0.
 * @kill_after_ms: Time from @stall_signal to SIGKILL; 0 for never.
 * @frame: If not NULL, these bytes are sent as a frame, instead of the fields
 *   above except @threshold_ms, @ns_inode and those for a stall.
 * @frame_len: Length of @frame, at most VARTA_FRAME_SEND_MAX. The kernel
 *   refuses any other than VARTA_FRAME_LEN.
 * @name: Name of the agent from now on; NULL leaves it unchanged. The kernel
 *   refuses more than VARTA_NAME_SIZE - 1 bytes.
 * @start_time: Only for varta_relay() with the source 0: when the process @pid
 *   started, as in struct varta_agent. The kernel looks it up, and the beat's
 *   origin is operator-attested. 0: it is network-unverified. What
 *   /proc/PID/stat shows is exact enough.
 * @reserved: Must be 0.
 */
struct varta_beat {
	uint64_t nonce;
	uint64_t timestamp;
	uint64_t ns_inode;
	uint32_t status;
	uint32_t payload;
	uint32_t pid;
	uint32_t threshold_ms;
	bool claim_pid;
	uint8_t stall_signal;
	bool even_if_starved;
	bool no_stall_signal;
	uint32_t kill_after_ms;
	const unsigned char *frame;
	size_t frame_len;
	const char *name;
	uint64_t start_time
		__attribute__((packed, aligned(sizeof(uintptr_t))));
	uintptr_t reserved[7 - sizeof(uint64_t) / sizeof(uintptr_t)];
};

/**
 * varta_beat_send() - Send a beat with all of its fields.
 * @v: The handle. Its own nonce does not change.
 * @beat: The kernel checks all but the frame's length and reserved members.
 *
 * Return: As varta_beat(). -EMSGSIZE: the frame or name is too long to be sent.
 * -E2BIG: a reserved member is not 0.
 */
VARTA_API int varta_beat_send(struct varta *v, const struct varta_beat *beat);

/**
 * varta_relay() - Send beats of agents on other machines.
 * @v: The handle.
 * @source: Number of the relay, at most VARTA_SOURCE_MAX, which stands for the
 *   agents' machine. The same pid of two sources is two agents. 0 is this
 *   machine, on which a beat may vouch for a process by its @start_time.
 * @beats: The beats. Each carries its pid, whatever its @claim_pid.
 * @count: How many, at most VARTA_RELAY_MAX.
 *
 * Sends one message and waits for the answer. The kernel processes all of the
 * beats, also those after one that it refuses.
 *
 * Return: 0 if all were accepted. Otherwise the refusal of the first one that
 * was not, see varta_relay_refused(), or of the whole message: -EPERM without
 * CAP_NET_ADMIN in the initial user namespace. -EMSGSIZE: too many or too long
 * beats for one message; -E2BIG: a reserved member is not 0. None was sent
 * then.
 */
VARTA_API int varta_relay(struct varta *v, uint32_t source,
			  const struct varta_beat *beats, size_t count);

/**
 * varta_relay_refused() - Which beat the kernel refused in the last
 *   varta_relay().
 * @v: The handle.
 *
 * Return: Index of the first beat that was refused; -ENODATA if none was, or
 * if the whole message was.
 */
VARTA_API int varta_relay_refused(const struct varta *v);

/**
 * varta_next_nonce() - Nonce that varta_beat() would use now.
 * @v: The handle.
 *
 * Return: The nonce. If nonces follow the clock, the lowest possible one.
 */
VARTA_API uint64_t varta_next_nonce(const struct varta *v);

/**
 * varta_nonce_after() - The nonce that follows another.
 * @nonce: Not VARTA_TERMINAL_NONCE, which has no successor.
 *
 * Return: @nonce + 1; 0 after 2^64-2, as 2^64-1 is for terminal beats.
 */
VARTA_API uint64_t varta_nonce_after(uint64_t nonce);

/**
 * varta_monotonic_now() - Current time for a beat's timestamp.
 *
 * Return: CLOCK_MONOTONIC in nanoseconds.
 */
VARTA_API uint64_t varta_monotonic_now(void);

/**
 * varta_frame_encode() - Encode a beat as a VLP v0.2 frame.
 * @beat: Its status, pid, timestamp, nonce and payload are used.
 * @frame: Receives VARTA_FRAME_LEN bytes.
 *
 * The values are not checked: it also makes frames that the kernel refuses.
 *
 * Return: 0; -ERANGE if the status does not fit in one byte.
 */
VARTA_API int varta_frame_encode(const struct varta_beat *beat,
				 unsigned char *frame);

/* ---- Agents */

/**
 * enum varta_exit_type - How a process exited.
 * @VARTA_EXIT_UNKNOWN: It has not exited, or the kernel did not say.
 * @VARTA_EXIT_CODE: By exit(2).
 * @VARTA_EXIT_SIGNAL: By a signal.
 */
enum varta_exit_type {
	VARTA_EXIT_UNKNOWN,
	VARTA_EXIT_CODE,
	VARTA_EXIT_SIGNAL,
};

/**
 * struct varta_agent - One agent in the tracker.
 * @ns_inode: Inode number of the agent's pid namespace; 0 if unknown.
 * @nonce: Last accepted nonce; VARTA_TERMINAL_NONCE after a terminal beat.
 * @last_beat: Time of the last accepted beat, CLOCK_MONOTONIC of the initial
 *   time namespace.
 * @silence: Time since then, when the kernel answered or the event occurred. In
 *   VARTA_EVENT_RECOVER, how long the agent was silent before it beat again.
 * @pid: Process id in the reader's pid namespace; 0 if the kernel did not say,
 *   as in events outside the initial network namespace.
 * @ns_pid: Process id in the agent's own pid namespace.
 * @origin: One of enum varta_origin, or a value of a newer kernel.
 * @status: One of enum varta_status, or a value of a newer kernel; of the last
 *   accepted beat.
 * @payload: Of the last accepted beat.
 * @source: Number of the relay that sends its beats; 0 for this machine.
 * @threshold_ms: Silence after which it is stalled; 0 if the kernel did not
 *   say.
 * @exit_type: One of enum varta_exit_type. Set only in exit events.
 * @exit_code: Argument of exit(2), with VARTA_EXIT_CODE.
 * @exit_signal: Number of the signal, with VARTA_EXIT_SIGNAL.
 * @name: Its name: arbitrary bytes, not safe to print on a terminal.
 * @stalled: The stall was reported, and no beat was accepted since.
 * @core_dumped: The process dumped core, with VARTA_EXIT_SIGNAL.
 * @oom_killed: The OOM killer ended the process. Set only in exit events.
 * @stall_signal: Signal that the agent asked for on a stall; 0 for none.
 * @even_if_starved: Also when it does not get the CPU.
 * @source_silent: It is @stalled, and its source is or was silent as a whole: the
 *   stall has no event of its own so far. Not set in events.
 * @reserved0: 0.
 * @exit_time: When the process exited, on the clock of @last_beat; 0 if it has
 *   not, or the kernel did not say.
 * @last_beat_realtime: Time of the last accepted beat, CLOCK_REALTIME; 0 if the
 *   kernel did not say. A suspend since then shifts it.
 * @start_time: When the process started, CLOCK_BOOTTIME of the initial time
 *   namespace; 0 if unknown. With the pid it identifies the process: field 22 of
 *   /proc/PID/stat has it in clock ticks.
 * @cgroup_id: Inode number of its cgroup's directory in the unified hierarchy,
 *   when it began to beat; 0 if unknown.
 * @first_beat: Time of the first accepted beat, on the clock of @last_beat; 0 if
 *   the kernel did not say.
 * @longest_gap: Longest time between two beats, since the first one or since
 *   varta_gap_reset(). Thresholds are chosen by it.
 * @beats: Accepted beats; 0 if the kernel did not say.
 * @stall_time: When the stall was found, on the clock of @last_beat; 0 if the
 *   agent is not stalled. In VARTA_EVENT_RECOVER, that of the stall that ended.
 * @stalls: Reported stalls.
 * @uid: Real user of the process, or of the relay; VARTA_UID_UNKNOWN if it has
 *   no number in the reader's user namespace, or the kernel did not say.
 * @tid: Thread that sent the last accepted beat; 0 if unknown.
 * @reason: One of enum varta_stall_reason, or a value of a newer kernel: why the
 *   agent did not beat when its stall was found, or in VARTA_EVENT_LATE until then.
 *   VARTA_STALL_REASON_UNKNOWN if it is neither, or the kernel did not say.
 * @thread_name: Its name: arbitrary bytes, as @name.
 * @cpu_time: How long the thread ran since the last beat. All times are in
 *   nanoseconds. What follows is of the moment of the event in VARTA_EVENT_STALL
 *   and VARTA_EVENT_LATE, and of now when a stalled agent is read; in all other
 *   cases it is 0.
 * @run_delay: How long the thread was runnable since then and did not run.
 * @asleep: How long the thread has not run, at least, if it is not runnable.
 * @reason_now: As @reason, but now.
 * @thread_state: One of enum varta_thread_state, or a value of a newer kernel.
 * @thread_cpu: Processor on which the thread runs, or ran last.
 * @thread_syscall: Number of the system call in which the thread sleeps; -1 for
 *   none.
 * @voluntary_switches: Times that the thread went to sleep since the last beat.
 * @involuntary_switches: Times that it was preempted.
 * @major_faults: Its page faults that needed I/O.
 * @threads: Threads of the process; 0 if unknown.
 * @threads_runnable: Threads that run or are runnable.
 * @threads_uninterruptible: Threads in uninterruptible sleep.
 * @threads_stopped: Threads that are stopped, traced or frozen.
 * @tracer_pid: Process that traces the thread; 0 if unknown or none.
 * @stalls_together: Stalls found in the same 100 ms, up to this one, or agents
 *   that are late. Set only in these events.
 * @has_thread: @thread_state, @thread_cpu and @tracer_pid are known.
 * @has_usage: @cpu_time, @run_delay, @asleep and what the thread counts are known.
 * @has_group: @threads_runnable, @threads_uninterruptible and @threads_stopped
 *   are known.
 * @partial: The process has more threads than these three count.
 * @kill_after_ms: Time from @stall_signal to SIGKILL; 0 for never.
 * @lane_tid: Thread that beat in @lane last; 0 if unknown.
 * @lane: Name of the lane that is overdue, or was in VARTA_EVENT_LANE_RECOVER; of
 *   several, the one that has been for longest. Arbitrary bytes, as @name. "" if
 *   none is.
 */
struct varta_agent {
	uint64_t ns_inode;
	uint64_t nonce;
	uint64_t last_beat;
	uint64_t silence;
	uint32_t pid;
	uint32_t ns_pid;
	uint32_t origin;
	uint32_t status;
	uint32_t payload;
	uint32_t source;
	uint32_t threshold_ms;
	uint32_t exit_type;
	uint32_t exit_code;
	uint32_t exit_signal;
	char name[VARTA_NAME_SIZE];
	bool stalled;
	bool core_dumped;
	bool oom_killed;
	uint8_t stall_signal;
	bool even_if_starved;
	bool source_silent;
	uint8_t reserved0[2];
	uint64_t exit_time;
	uint64_t last_beat_realtime;
	uint64_t start_time;
	uint64_t cgroup_id;
	uint64_t first_beat;
	uint64_t longest_gap;
	uint64_t beats;
	uint64_t stall_time;
	uint32_t stalls;
	uint32_t uid;
	uint32_t tid;
	uint32_t reason;
	char thread_name[VARTA_NAME_SIZE];
	uint64_t cpu_time;
	uint64_t run_delay;
	uint64_t asleep;
	uint32_t reason_now;
	uint32_t thread_state;
	uint32_t thread_cpu;
	int32_t thread_syscall;
	uint32_t voluntary_switches;
	uint32_t involuntary_switches;
	uint32_t major_faults;
	uint32_t threads;
	uint32_t threads_runnable;
	uint32_t threads_uninterruptible;
	uint32_t threads_stopped;
	uint32_t tracer_pid;
	uint32_t stalls_together;
	bool has_thread;
	bool has_usage;
	bool has_group;
	bool partial;
	uint32_t kill_after_ms;
	uint32_t lane_tid;
	char lane[VARTA_NAME_SIZE];
};

#define VARTA_UID_UNKNOWN	UINT32_MAX

/**
 * struct varta_agent_filter - Which agents to read.
 * @size: sizeof(struct varta_agent_filter), set by VARTA_AGENT_FILTER_INIT.
 * @stalled: Only agents that are stalled.
 * @reserved: Must be 0.
 */
struct varta_agent_filter {
	size_t size;
	bool stalled;
	uint8_t reserved[sizeof(size_t) - 1];
};

#define VARTA_AGENT_FILTER_INIT \
	{ sizeof(struct varta_agent_filter), false, { 0 } }

/**
 * typedef varta_agent_fn - Receive one agent.
 * @agent: Valid during the call.
 * @arg: As given to varta_agent_dump().
 *
 * May use the handle, but not close it. Must not throw.
 *
 * Return: 0 to continue; any other value stops and becomes the result.
 */
typedef int (*varta_agent_fn)(const struct varta_agent *agent, void *arg);

/**
 * varta_agent_dump() - Read the agents of the caller's pid namespace.
 * @v: The handle.
 * @filter: Which of them; NULL for all.
 * @fn: Called once for each, in no particular order, after all were read.
 * @arg: For @fn.
 *
 * Reads again, up to five times, when the tracker changes during the dump.
 *
 * Return: 0, what @fn returned to stop, or a negative errno. -EAGAIN: the
 * tracker changed during every dump; @fn was called for the agents of the last
 * one, of which some may be missing or duplicate. After any other errno, @fn
 * was not called.
 */
VARTA_API int varta_agent_dump(struct varta *v,
			       const struct varta_agent_filter *filter,
			       varta_agent_fn fn, void *arg);

/**
 * varta_agent_get() - Read one agent.
 * @v: The handle.
 * @source: Number of the agent's relay; 0 for this machine.
 * @pid: Process id in the caller's pid namespace; with a relay, as it sent it.
 * @agent: Receives the agent; unchanged on failure.
 *
 * Return: 0 or a negative errno. -ENOENT with VARTA_REASON_UNKNOWN_AGENT: the
 * agent is not in the tracker.
 */
VARTA_API int varta_agent_get(struct varta *v, uint32_t source, uint32_t pid,
			      struct varta_agent *agent);

/* Room for the longest kernel stack, with the NUL. */
#define VARTA_STACK_ROOM	2048

/**
 * varta_agent_stack() - Read the kernel stack of a stalled agent.
 * @v: The handle.
 * @source: As for varta_agent_get().
 * @pid: As for varta_agent_get().
 * @text: Receives a line for each frame, the innermost first, as
 *   "futex_wait+0x5f/0xa0", without addresses. Empty if it is not known: the
 *   agent is not stalled, its thread runs, the caller does not have CAP_SYS_ADMIN
 *   in the initial user namespace, or the kernel does not let a module have it
 *   (before Linux 6.12). Frames that do not fit are left out.
 * @size: Its size in bytes, VARTA_STACK_ROOM for all frames.
 *
 * The stack is that of the thread that sent the last beat, at the time of the call.
 *
 * Return: As varta_agent_get().
 */
VARTA_API int varta_agent_stack(struct varta *v, uint32_t source, uint32_t pid,
				char *text, size_t size);

/**
 * varta_gap_reset() - Forget the longest gaps of all agents.
 * @v: The handle.
 *
 * Return: 0 or a negative errno. -EPERM: no CAP_NET_ADMIN in the initial user
 * namespace. -EOPNOTSUPP: the module is older than this function.
 */
VARTA_API int varta_gap_reset(struct varta *v);

/* ---- Counters and settings */

/* Size of the arrays in struct varta_stats: room for later attributes. */
#define VARTA_STATS_ROOM	128

/**
 * struct varta_stats - Current values and counters of the module.
 * @value: By attribute, as in value[VARTA_A_STATS_EVICTIONS].
 * @present: By attribute; false where the kernel did not say.
 *
 * To list them in order, take those of 0 to VARTA_STATS_ROOM - 1 that are
 * present.
 */
struct varta_stats {
	uint64_t value[VARTA_STATS_ROOM];
	bool present[VARTA_STATS_ROOM];
};

/**
 * varta_stats_get() - Read current values and counters.
 * @v: The handle.
 * @stats: Receives them; unchanged on failure.
 *
 * Return: 0 or a negative errno.
 */
VARTA_API int varta_stats_get(struct varta *v, struct varta_stats *stats);

/**
 * varta_stats_take() - Read and reset the counters.
 * @v: The handle.
 * @stats: Receives what was counted since the last call, by any program;
 *   without current values. Unchanged on failure.
 *
 * Does not change what varta_stats_get() reads. What the kernel could not
 * deliver is part of the next take.
 *
 * Return: 0 or a negative errno. -EPERM: no CAP_NET_ADMIN in the initial user
 * namespace.
 */
VARTA_API int varta_stats_take(struct varta *v, struct varta_stats *stats);

/**
 * varta_stats_take_some() - Read and reset some of the counters.
 * @v: The handle.
 * @counters: Which of them, as VARTA_A_STATS_EVICTIONS.
 * @count: Number of @counters, up to VARTA_STATS_ROOM; 0 for all.
 * @stats: As for varta_stats_take(), with these counters only.
 *
 * With it, two programs can each take counters of their own.
 * VARTA_A_STATS_EVICTIONS also takes the agent that was evicted last.
 *
 * Return: As varta_stats_take(). -EINVAL: one of @counters is not a counter.
 */
VARTA_API int varta_stats_take_some(struct varta *v, const uint32_t *counters,
				    size_t count, struct varta_stats *stats);

/* Size of the arrays in struct varta_config: room for later attributes. */
#define VARTA_CONFIG_ROOM	64

/**
 * struct varta_config - Settings of the module.
 * @value: By attribute, as in value[VARTA_A_CONFIG_THRESHOLD_MS].
 * @present: By attribute; false where the kernel did not say.
 */
struct varta_config {
	uint64_t value[VARTA_CONFIG_ROOM];
	bool present[VARTA_CONFIG_ROOM];
};

/**
 * varta_config_get() - Read the settings.
 * @v: The handle.
 * @config: Receives them; unchanged on failure.
 *
 * Return: 0 or a negative errno.
 */
VARTA_API int varta_config_get(struct varta *v, struct varta_config *config);

/**
 * varta_config_set() - Change a setting.
 * @v: The handle.
 * @attribute: One of VARTA_A_CONFIG_*.
 * @value: The new value.
 *
 * The setting is in effect when the call returns.
 *
 * Return: 0 or a negative errno. From the kernel: -EPERM without CAP_NET_ADMIN
 * in the initial user namespace; VARTA_REASON_SETTING_FIXED for a setting that
 * only a module parameter can set; VARTA_REASON_SETTING_OUT_OF_RANGE. From the
 * library: -EINVAL for an unknown attribute; -ERANGE for a value that does not
 * fit in the attribute.
 */
VARTA_API int varta_config_set(struct varta *v, unsigned int attribute,
			       uint64_t value);

/* ---- Events */

/* A subscription to events. */
struct varta_events;

/**
 * enum varta_event_type - Type of an event.
 * @VARTA_EVENT_STALL: An agent was silent for its threshold.
 * @VARTA_EVENT_EXIT: An agent's process exited, and its slot was freed.
 * @VARTA_EVENT_OVERRUN: Events were lost, because they were not received in
 *   time, or the kernel had no memory for them. The lost stalls that have not
 *   ended follow, the ends of stalls that were reported, and the lost exits,
 *   conflicts, actions and events of sources, as far as the kernel keeps them: the last 1024 of agents of the
 *   initial network namespace, and as many of all others.
 * @VARTA_EVENT_UNLOADED: The module was unloaded.
 * @VARTA_EVENT_LOADED: The module was loaded again, with an empty tracker.
 * @VARTA_EVENT_RECOVER: An agent beats again after a stall.
 * @VARTA_EVENT_STATUS: A beat changed the agent's status, or was terminal.
 * @VARTA_EVENT_CONFLICT: A beat for an agent's pid was refused, because of its
 *   origin or its pid namespace. At most ten a second.
 * @VARTA_EVENT_GOODBYE: An agent is not tracked any more, for another cause than
 *   an exit. Always for stalled agents; for others only with the setting
 *   goodbye_events.
 * @VARTA_EVENT_CONFIG: A setting was changed, counters were taken, or the module
 *   unloads. Has no agent. Those that were lost are not reported later.
 * @VARTA_EVENT_ACTION: A stalled agent was sent a signal that it asked for, or
 *   the signal is withheld.
 * @VARTA_EVENT_LATE: An agent was silent for the share of its threshold that the
 *   setting warn_percent says: once between two beats. Nothing reports that it
 *   beats again, and those that were lost are not reported later.
 *
 * @VARTA_EVENT_LANE_STALL: A lane of an agent is overdue. What is said of a thread
 *   is of the one that beat in the lane last.
 * @VARTA_EVENT_LANE_RECOVER: A lane that was overdue is not any more: it had a
 *   beat, or was closed. When the agent is not tracked any more, its lanes end
 *   without one. Lost events of lanes are not reported later.
 * @VARTA_EVENT_SOURCE_STALL: A relay's source is silent as a whole, for as long as
 *   the setting source_silence_ms says. @agent is the one that came due first. That
 *   agents of it stall, are late or recover has no event until it is back.
 * @VARTA_EVENT_SOURCE_RECOVER: A source that was silent is back. @agent beats again.
 *   Those that stay silent are reported by VARTA_EVENT_STALL later.
 *
 * OVERRUN, UNLOADED and LOADED have no agent, and occur only with @resync. A
 * stall ends with exactly one RECOVER, EXIT or GOODBYE, or with UNLOADED.
 */
enum varta_event_type {
	VARTA_EVENT_STALL = 1,
	VARTA_EVENT_EXIT,
	VARTA_EVENT_OVERRUN,
	VARTA_EVENT_UNLOADED,
	VARTA_EVENT_LOADED,
	VARTA_EVENT_RECOVER,
	VARTA_EVENT_STATUS,
	VARTA_EVENT_GOODBYE,
	VARTA_EVENT_CONFLICT,
	VARTA_EVENT_CONFIG,
	VARTA_EVENT_ACTION,
	VARTA_EVENT_LATE,
	VARTA_EVENT_LANE_STALL,
	VARTA_EVENT_LANE_RECOVER,
	VARTA_EVENT_SOURCE_STALL,
	VARTA_EVENT_SOURCE_RECOVER,
};

/* The cause of a goodbye that was found by a dump. */
#define VARTA_CAUSE_UNKNOWN	UINT32_MAX

/**
 * struct varta_event - One event.
 * @type: Ignore events of unknown types.
 * @agent: The agent, as it was when the event occurred; NULL for types without
 *   an agent.
 * @resynced: It was found by a dump after an overrun or a reload, and is
 *   reported late. Of an agent that is not tracked any more, only
 *   the name, the numbers of @agent that identify it, and its last beat are
 *   known.
 * @time: When the event occurred, on the clock of &varta_agent.last_beat; 0 if
 *   @resynced, for events of the subscription, or if the kernel did not say.
 * @old_status: Status before, with VARTA_EVENT_STATUS.
 * @cause: One of enum varta_goodbye_cause, VARTA_CAUSE_UNKNOWN, or a value of a
 *   newer kernel, with VARTA_EVENT_GOODBYE.
 * @seq: Number of the event among those of the network namespace; 0 if it was
 *   found in a dump of agents, is of the subscription, or the kernel did not say.
 * @sender_ns_inode: Pid namespace that the refused beat came from; 0 if unknown.
 *   This and @sender_origin are for VARTA_EVENT_CONFLICT.
 * @sender_origin: One of enum varta_origin, or a value of a newer kernel.
 * @sender_pid: Process that sent the refused beat or, with VARTA_EVENT_CONFIG,
 *   that did it; 0 if the kernel did not say.
 * @sender_uid: Its real user, or VARTA_UID_UNKNOWN.
 * @suppressed: Conflicts without an event since the last one.
 * @changes: Changes of status that the event stands for, with
 *   VARTA_EVENT_STATUS. 1, or more if they came before it could be sent. Then
 *   @time and @old_status are of the first, and the rest is of the last.
 * @change: One of enum varta_config_change, or a value of a newer kernel, with
 *   VARTA_EVENT_CONFIG, as are the following.
 * @setting: One of VARTA_A_CONFIG_*, the setting that was changed.
 * @old_value: Its value before.
 * @new_value: Its value from then on.
 * @lost: Events that were queued when the module unloaded, and are not received.
 * @counters: One of VARTA_A_STATS_* for each counter that was taken.
 * @counter_count: How many they are; 0 if all were taken.
 * @signal: Signal that was sent or withheld, with VARTA_EVENT_ACTION.
 * @withheld: One of enum varta_withheld, or a value of a newer kernel: why it was
 *   not sent. VARTA_WITHHELD_NONE if it was.
 * @lane_threshold_ms: Threshold of the lane, with VARTA_EVENT_LANE_STALL and
 *   VARTA_EVENT_LANE_RECOVER, as are the following.
 * @lane_overdue: Nanoseconds since its deadline; in VARTA_EVENT_LANE_RECOVER, for
 *   how long it was overdue at most.
 * @lanes_stalled: Lanes of the agent that are overdue.
 * @lane_thread_name: Name of the thread that beat in it last: arbitrary bytes.
 * @source_agents: Number of agents of the source, with VARTA_EVENT_SOURCE_STALL and
 *   VARTA_EVENT_SOURCE_RECOVER.
 *
 * The library makes it; later versions may add members at the end.
 */
struct varta_event {
	enum varta_event_type type;
	const struct varta_agent *agent;
	bool resynced;
	uint64_t time;
	uint32_t old_status;
	uint32_t cause;
	uint64_t seq;
	uint64_t sender_ns_inode;
	uint32_t sender_origin;
	uint32_t sender_pid;
	uint32_t sender_uid;
	uint32_t suppressed;
	uint32_t changes;
	uint32_t change;
	uint32_t setting;
	uint32_t old_value;
	uint32_t new_value;
	uint64_t lost;
	const uint32_t *counters;
	size_t counter_count;
	uint32_t signal;
	uint32_t withheld;
	uint32_t lane_threshold_ms;
	uint32_t lanes_stalled;
	uint64_t lane_overdue;
	char lane_thread_name[VARTA_NAME_SIZE];
	uint32_t source_agents;
};

/**
 * typedef varta_event_fn - Receive one event.
 * @event: Valid during the call.
 * @arg: As given to varta_events_receive().
 *
 * Must not throw, and must not close the subscription.
 */
typedef void (*varta_event_fn)(const struct varta_event *event, void *arg);

/**
 * struct varta_events_options - Options of varta_events_open().
 * @size: sizeof(struct varta_events_options), set by VARTA_EVENTS_OPTIONS_INIT.
 * @buffer: Size of the receive buffer in bytes, as for SO_RCVBUF. 0: the
 *   system's default. A mass stall needs about 1 KiB for each agent.
 * @resync: After an overrun, report the stalls that were lost, and go on when
 *   the module is unloaded and loaded again. No stall is reported twice. Takes
 *   about 120 bytes for each stalled agent.
 * @replay: With @resync: report the exits, conflicts, actions and events of lanes after
 *   @since that the kernel keeps, and the agents that are stalled now.
 * @reserved: Must be 0.
 * @since: Number of the last event that the program knows, for @replay. If the
 *   module was loaded again since, the next event with a number up to this one
 *   shows that. Then all that the kernel keeps are reported.
 */
struct varta_events_options {
	size_t size;
	uint32_t buffer;
	bool resync;
	bool replay;
	uint8_t reserved[2];
	uint64_t since;
};

#define VARTA_EVENTS_OPTIONS_INIT \
	{ sizeof(struct varta_events_options), 0, false, false, { 0, 0 }, 0 }

/**
 * varta_events_open() - Subscribe to events.
 * @events: Receives the subscription, or NULL on failure. Release it with
 *   varta_events_close().
 * @options: May be NULL for defaults.
 *
 * All events from its return on are received.
 *
 * Return: 0 or a negative errno, as varta_open(). -EPERM: the caller may not
 * subscribe.
 */
VARTA_API int varta_events_open(struct varta_events **events,
				const struct varta_events_options *options);

/**
 * varta_events_close() - End a subscription.
 * @events: May be NULL.
 */
VARTA_API void varta_events_close(struct varta_events *events);

/**
 * varta_events_fd() - Descriptor for poll(2) and the like.
 * @events: The subscription, which owns the descriptor.
 *
 * Return: A non-blocking descriptor, readable when there is something to
 * receive; -EBADF if the program has closed it.
 */
VARTA_API int varta_events_fd(const struct varta_events *events);

/**
 * varta_events_receive() - Receive one message of events.
 * @events: The subscription.
 * @fn: Called for each event; a message may have several.
 * @arg: For @fn.
 *
 * Does not block. With edge-triggered polling, call until -EAGAIN. With
 * @resync, the call that detects a loss reports all stalls that were lost.
 *
 * Return: Number of events, which may be 0, or a negative errno. -EAGAIN: there
 * is no message. -ENOBUFS, without @resync: messages were lost; read the agents
 * with varta_agent_dump() and continue. -EBADF: the program has closed the
 * descriptor, and the subscription is of no more use. Any other, as -ENOMEM:
 * the rest of the message is lost; with @resync, the next call reports the
 * stalls in it.
 */
VARTA_API int varta_events_receive(struct varta_events *events,
				   varta_event_fn fn, void *arg);

/* ---- Names, as in the netlink specification */

/**
 * varta_status_name() - Name of a status, as "degraded".
 * @status: One of enum varta_status.
 *
 * Return: A constant string; "unknown" for a value that the library does not
 * know. Never NULL.
 */
VARTA_API const char *varta_status_name(unsigned int status);

/**
 * varta_origin_name() - Name of an origin, as "kernel-attested".
 * @origin: One of enum varta_origin.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_origin_name(unsigned int origin);

/**
 * varta_reason_name() - Name of a reason, as "bad-crc".
 * @reason: One of enum varta_reason.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_reason_name(unsigned int reason);

/**
 * varta_goodbye_cause_name() - Name of the cause of a goodbye, as "evicted".
 * @cause: One of enum varta_goodbye_cause.
 *
 * Return: The name; "unknown" for other values.
 */
VARTA_API const char *varta_goodbye_cause_name(unsigned int cause);

/**
 * varta_stall_reason_name() - Name of a reason of a stall, as "waiting".
 * @reason: One of enum varta_stall_reason.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_stall_reason_name(unsigned int reason);

/**
 * varta_thread_state_name() - Name of a state of a thread, as "sleeping".
 * @state: One of enum varta_thread_state.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_thread_state_name(unsigned int state);

/**
 * varta_withheld_name() - Name of why a signal is withheld, as "frozen".
 * @withheld: One of enum varta_withheld.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_withheld_name(unsigned int withheld);

/**
 * varta_config_change_name() - Name of what was done to the module, as "setting".
 * @change: One of enum varta_config_change.
 *
 * Return: The name; "unknown" for other values.
 */
VARTA_API const char *varta_config_change_name(unsigned int change);

/**
 * varta_eviction_policy_name() - Name of an eviction policy, as "strict".
 * @policy: One of enum varta_eviction_policy.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_eviction_policy_name(unsigned int policy);

/**
 * varta_namespace_policy_name() - Name of a namespace policy, as "isolate".
 * @policy: One of enum varta_namespace_policy.
 *
 * Return: As varta_status_name().
 */
VARTA_API const char *varta_namespace_policy_name(unsigned int policy);

/**
 * varta_stats_name() - Name of a counter or current value.
 * @attribute: One of VARTA_A_STATS_*.
 *
 * Return: As varta_status_name(), with underscores as in sysfs: "out_of_order".
 */
VARTA_API const char *varta_stats_name(unsigned int attribute);

/**
 * varta_config_name() - Name of a setting.
 * @attribute: One of VARTA_A_CONFIG_*.
 *
 * Return: As varta_status_name(), with underscores as in sysfs: "threshold_ms".
 */
VARTA_API const char *varta_config_name(unsigned int attribute);

#ifdef __cplusplus
}
#endif

#endif /* VARTA_H */
