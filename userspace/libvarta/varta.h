/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public interface of libvarta, the library to the varta kernel module,
 * which keeps a ledger of the liveness of processes. Here is what it takes to
 * be in the ledger; reading it is in varta-reader.h, which comes along.
 *
 *	struct varta_options how = VARTA_OPTIONS_INIT;
 *	struct varta *v;
 *
 *	how.optional = true;
 *	if (varta_open(&v, &how) == 0) {
 *		while (work())
 *			varta_beat(v, VARTA_STATUS_OK, 0);
 *		varta_close(v);
 *	}
 *
 * Conventions of the whole library:
 *
 * Errors. Functions return 0 (or a count) on success and a negative errno on
 * failure; what they make comes through a pointer. The numbers are the
 * kernel's own, because they are the kernel's answers: libnl's NLE_* codes
 * would merge several of them into one. The text that the kernel adds to a
 * refusal is kept in the handle, see varta_strerror(). Any call may find that
 * the kernel has no varta, or has it no more: that is -ENODEV; the next call
 * on the handle looks for it again. Beats have outcomes instead, which may be
 * ignored.
 *
 * Units. Times are in nanoseconds of CLOCK_MONOTONIC unless the name says
 * otherwise.
 *
 * Ownership. What a varta_..._open() or varta_thread_start() makes is the
 * caller's, and given back with the function named there. Strings and structs
 * that a caller gives are copied, unless it says otherwise.
 *
 * Threads. A handle or a subscription serves one thread at a time; different
 * ones serve different threads. Functions without one may be called from any
 * thread at any time. The crash handler is the one thing of which there is one
 * in a process.
 *
 * Fork. A handle may go on being used in a child: it beats and asks as the
 * child, on sockets of its own, without being told, and closing it takes
 * nothing from the parent. No other thread may be using it while its process
 * forks. A subscription is the parent's; the child may only close it. File
 * descriptors are closed by exec.
 *
 * Descriptors. They are the library's own, also those that it gives to wait on.
 * A program that closes all of its descriptors, with closefrom(3) say, has to
 * give back its handles, subscriptions and beat threads before, or give them
 * back after and make others, before it uses them again, and to enable the
 * crash handler anew; but a child of fork() has not. Else the numbers may have
 * become those of other files. The library never closes these, and nearly all
 * kinds refuse what it sends: then the call fails, and the next one on the
 * handle has a socket again. But a few kinds of sockets take it, netlink's and
 * AF_UNIX ones of SOCK_SEQPACKET among them, and a subscription reads from any
 * socket until it meets a message that is not netlink's; it does not recover.
 *
 * Growth. Structures that the caller makes either begin with their size or
 * have reserved room; initialise them with their _INIT macro or with zeros.
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

/* With status critical: a terminal beat, a crash handler's last word. */
#define VARTA_NONCE_TERMINAL	UINT64_MAX

/* The longest frame that varta_beat_send() passes on to be judged. */
#define VARTA_FRAME_SEND_MAX	256

/* Room for an agent's name and the NUL behind it. */
#define VARTA_NAME_SIZE		16

/* How many beats one varta_relay() takes. */
#define VARTA_RELAY_MAX		256

/**
 * struct varta - A connection to the kernel's ledger, and one agent's nonce.
 */
struct varta;

/**
 * struct varta_options - How varta_open() makes a handle.
 * @size: sizeof(struct varta_options), as VARTA_OPTIONS_INIT sets it.
 * @first_nonce: Nonce of the first varta_beat(), and the others count on from
 *   it. 0 is for the usual ones: the time, see varta_beat().
 * @timeout_ms: How long to wait for an answer that must come, but to beats; 0
 *   means 5000. The kernel answers while the request is sent, so that this runs
 *   out only when something is wrong.
 * @acknowledge: Ask the kernel to confirm every beat that it accepts. Without,
 *   only refusals are answered, which is cheaper.
 * @threshold_ms: Silence from which this agent is stalled; 0 for that of the
 *   ledger. If the kernel's settings do not allow it, the beats are refused.
 * @name: What to call this agent; copied. NULL leaves it with the command name
 *   of its process.
 * @optional: The kernel need not have varta: make the handle all the same, and
 *   beat when it has. What agents want.
 * @interval_ms: From beat to beat, for varta_timeout(), varta_dispatch() and
 *   varta_thread_start(); 0 means a third of @threshold_ms, or 1000 if that is
 *   0 too.
 *
 * Threshold and name go with every varta_beat(), because the ledger forgets an
 * agent when the module is unloaded, and may evict it.
 */
struct varta_options {
	size_t size;
	uint64_t first_nonce;
	uint32_t timeout_ms;
	bool acknowledge;
	uint32_t threshold_ms;
	const char *name;
	bool optional;
	uint32_t interval_ms;
};

#define VARTA_OPTIONS_INIT \
	{ sizeof(struct varta_options), 0, 0, false, 0, NULL, false, 0 }

/**
 * varta_version() - The version of the library that is linked.
 *
 * Return: A constant string, such as VARTA_VERSION was when it was built.
 */
VARTA_API const char *varta_version(void);

/**
 * varta_open() - Make a handle.
 * @handle: Receives the handle, or NULL on failure. The caller owns it and
 *   gives it back with varta_close().
 * @options: May be NULL for defaults.
 *
 * May wait, while the kernel loads the module, where it can.
 *
 * Return: 0; -ENODEV if the kernel has no varta (the module is not loaded, and
 * could not be on demand) and it is not optional; -EINVAL if @options has a
 * size that this library does not know; -ENAMETOOLONG if the name does not fit
 * in VARTA_NAME_SIZE; -ENOMEM; or what socket(2) and the kernel say.
 */
VARTA_API int varta_open(struct varta **handle,
			 const struct varta_options *options);

/**
 * varta_close() - Give a handle back.
 * @v: May be NULL.
 *
 * The agent stays in the ledger, see varta_bye(): it is stalled when it beats
 * no more. In a child of fork(), its parent's handle is left alone.
 */
VARTA_API void varta_close(struct varta *v);

/**
 * varta_strerror() - What the last failed call on a handle is about.
 * @v: The handle.
 *
 * Return: The text that the kernel gave with its refusal, or else the name of
 * the errno in words; "" if the last call did not fail. Valid until the next
 * call on the handle.
 */
VARTA_API const char *varta_strerror(const struct varta *v);

/**
 * varta_refused() - Whether the last failed call was refused by the kernel.
 * @v: The handle.
 *
 * Return: true if its errno is the kernel's answer to the request; false if
 * the call did not fail, or failed on this side: the same numbers occur there.
 */
VARTA_API bool varta_refused(const struct varta *v);

/**
 * varta_error() - How the last call on a handle ended.
 * @v: The handle.
 *
 * Return: A negative errno, 0 if it did not fail. After a beat it tells more
 * than the outcome: the kernel's own number for a refusal.
 */
VARTA_API int varta_error(const struct varta *v);

/**
 * enum varta_outcome - How a beat went. All may be ignored.
 * @VARTA_BEAT_OK: The kernel has it, and has refused nothing so far.
 * @VARTA_BEAT_REFUSED: The kernel refused it, or one before it that was not
 *   told yet: see varta_error() and varta_strerror().
 * @VARTA_BEAT_ABSENT: The kernel has no varta: the module is not loaded. It is
 *   looked for again with a later beat, at most once a second.
 * @VARTA_BEAT_FULL: There was no room for it, or with @acknowledge for the
 *   answer, in the kernel or in the socket.
 * @VARTA_BEAT_FAILED: There is no socket, or it is not the library's any more,
 *   see varta_error(): -EMFILE, say. The next beat tries again to have one.
 */
enum varta_outcome {
	VARTA_BEAT_OK,
	VARTA_BEAT_REFUSED,
	VARTA_BEAT_ABSENT,
	VARTA_BEAT_FULL,
	VARTA_BEAT_FAILED
};

/**
 * varta_beat() - Say that the calling process is alive.
 * @v: The handle.
 * @status: How it is; VARTA_STATUS_STALL is not for agents.
 * @payload: Kept with the agent, for its readers; opaque to varta.
 *
 * Sends one beat with a new nonce and the time of now. Allocates nothing and
 * never waits, acknowledged or not: the kernel handles a beat while it is sent.
 * If the module has been loaded anew, or this is a child of the process that
 * opened the handle, that is noticed and seen to.
 *
 * The nonce is the time in nanoseconds, or one more than the last if that is
 * greater. So a program that takes the place of another by exec(3), one that
 * is restored in place, and several handles in one process all go on where the
 * last beat has come to. A nonce is spent even if the beat is refused.
 *
 * Return: 0 (VARTA_BEAT_OK), or what was amiss. Without acknowledgement that is
 * what the kernel has answered so far, to this beat or to an earlier one.
 */
VARTA_API enum varta_outcome varta_beat(struct varta *v,
					enum varta_status status,
					uint32_t payload);

/**
 * varta_fd() - What an event loop waits for, besides varta_timeout().
 * @v: The handle, which keeps owning it.
 *
 * Return: A descriptor, readable when the kernel has an answer to a beat; or -1
 * if there is no socket at present, when the timeout alone serves as well. It
 * stays the same until varta_close(), but for a child of fork(), and for one
 * that a VARTA_BEAT_FAILED has come between.
 */
VARTA_API int varta_fd(struct varta *v);

/**
 * varta_timeout() - How long an event loop may wait.
 * @v: The handle.
 *
 * Return: Milliseconds until the next beat is due, rounded up, as poll(2) and
 * epoll_wait(2) want it; 0 if it is, as it is at first.
 */
VARTA_API int varta_timeout(const struct varta *v);

/**
 * varta_dispatch() - Do what is to be done now: what an event loop calls.
 * @v: The handle.
 * @status: As in varta_beat(), for a beat that is due.
 * @payload: Likewise.
 *
 * Beats if that is due, and else only reads what the kernel has answered. May
 * be called at any time, and too often.
 *
 * Return: As varta_beat().
 */
VARTA_API enum varta_outcome varta_dispatch(struct varta *v,
					    enum varta_status status,
					    uint32_t payload);

/**
 * struct varta_thread - A thread that beats for its process.
 */
struct varta_thread;

/**
 * typedef varta_alive_fn - Says whether the program is alive.
 * @status: VARTA_STATUS_OK; may be changed.
 * @payload: 0; may be changed.
 * @arg: As given to varta_thread_start().
 *
 * Called in the beat thread, where all signals are blocked. While it does not
 * return there are no beats. Must not throw.
 *
 * Return: true to beat, false to be silent this time.
 */
typedef bool (*varta_alive_fn)(enum varta_status *status, uint32_t *payload,
			       void *arg);

/**
 * varta_thread_start() - Beat in a thread of its own.
 * @thread: Receives it, or NULL on failure. The caller owns it and gives it
 *   back with varta_thread_stop().
 * @options: As for varta_open(), with the interval; may be NULL for defaults.
 * @alive: Asked before every beat. NULL means that the process is alive as
 *   long as it is there, which finds little more than its exit.
 * @arg: For @alive; has to be valid until varta_thread_stop().
 *
 * The first beat is sent at once. Threads do not survive a fork(): a child
 * calls varta_thread_stop() for what it inherited, and starts its own.
 *
 * Return: As varta_open(), or what pthread_create(3) says as a negative errno.
 */
VARTA_API int varta_thread_start(struct varta_thread **thread,
				 const struct varta_options *options,
				 varta_alive_fn alive, void *arg);

/**
 * varta_thread_stop() - End a beat thread, and wait until it has ended.
 * @thread: May be NULL. Not from its own @alive.
 *
 * The agent stays in the ledger, as with varta_close().
 */
VARTA_API void varta_thread_stop(struct varta_thread *thread);

/**
 * varta_crash_enable() - Send a terminal beat when the process crashes.
 * @v: Whose name and threshold the agent has; not needed afterwards. May be
 *   NULL.
 *
 * Installs handlers for SIGSEGV, SIGABRT, SIGBUS, SIGFPE and SIGILL. Each
 * sends one terminal beat with the number of the signal as its payload, puts
 * back what was installed before it, and has the signal come again as it came:
 * so the handler from before runs, or the process ends by that very signal
 * with its core dump. A program that handles it and goes on has to enable this
 * anew. The handlers run on the alternate signal stack where the thread has
 * one, see sigaltstack(2), and need 1 KiB of it beside what the kernel does;
 * without one, an overflow of the stack cannot be told.
 *
 * For the whole process, its later threads and its children. Not to be called
 * by two threads at a time. May wait, as varta_open() may. Where the kernel has
 * no varta, it is looked for again when the process crashes.
 *
 * Return: 0, or a negative errno, and no handler was installed.
 */
VARTA_API int varta_crash_enable(const struct varta *v);

/**
 * varta_crash_disable() - Put back the handlers from before.
 *
 * But for those that somebody else has put in the place of the library's.
 */
VARTA_API void varta_crash_disable(void);

/**
 * struct varta_beat - All that a beat can say.
 * @status: One of enum varta_status; wider, so that others can be tried.
 * @payload: Opaque.
 * @nonce: Strictly increasing for one agent, see varta_nonce_after(), or
 *   VARTA_NONCE_TERMINAL.
 * @timestamp: The sender's CLOCK_MONOTONIC.
 * @pid: Whose beat it is, in the sender's pid namespace: a claim. The sender
 *   itself, or an ancestor of it with the same real user.
 * @claim_pid: Send @pid. The kernel knows the sender without it. A frame has
 *   a pid in any case, and so has what is relayed.
 * @frame: If not NULL, these bytes go as a whole frame and none of the fields
 *   above.
 * @frame_len: Length of @frame, at most VARTA_FRAME_SEND_MAX. Any but
 *   VARTA_FRAME_LEN is refused by the kernel.
 * @threshold_ms: Silence from which the agent is stalled, from now on; 0 leaves
 *   that as it is.
 * @name: What to call the agent from now on; NULL leaves that as it is. The
 *   kernel refuses what is longer than VARTA_NAME_SIZE - 1 bytes.
 * @ns_inode: The agent's pid namespace on its machine, 0 if it is not known.
 *   Only for varta_relay(): of others the kernel knows.
 */
struct varta_beat {
	uint32_t status;
	uint32_t payload;
	uint64_t nonce;
	uint64_t timestamp;
	uint32_t pid;
	bool claim_pid;
	const unsigned char *frame;
	size_t frame_len;
	uint32_t threshold_ms;
	const char *name;
	uint64_t ns_inode;
};

/**
 * varta_beat_send() - Send a beat as it stands.
 * @v: The handle. Its own nonce is not touched.
 * @beat: Nothing in it is checked here but the length of the frame.
 *
 * Unlike varta_beat(), looks for a module that is gone only in the next call,
 * and then may wait while the kernel loads it.
 *
 * Return: 0, or the outcome as a negative errno. Without acknowledgement it is
 * what the kernel has answered so far, to this beat or to an earlier one; 0
 * then means that no refusal has come. With it, the answer to this beat, and
 * -ETIMEDOUT if there was none. -EMSGSIZE if the frame is too long to be sent.
 */
VARTA_API int varta_beat_send(struct varta *v, const struct varta_beat *beat);

/**
 * varta_bye() - Take an agent off the ledger.
 * @v: The handle.
 * @pid: Which, as in a beat: the caller, or an ancestor of it with the same
 *   real user. 0 for the caller.
 *
 * Nobody is told of it. The agent's next beat, if there is one, starts afresh.
 *
 * Return: 0, or the kernel's refusal as a negative errno: -ENOENT if the agent
 * is not in the ledger, -EPERM if @pid is not for the caller to speak for.
 */
VARTA_API int varta_bye(struct varta *v, uint32_t pid);

/**
 * varta_relay() - Report beats for others, which the kernel cannot see.
 * @v: The handle.
 * @source: The relay's number, up to VARTA_SOURCE_MAX: what machine the agents
 *   are on. Agents of different sources never meet. 0 is this machine.
 * @beats: Each is sent as it stands, with its pid whether or not that is
 *   claimed.
 * @count: How many, up to VARTA_RELAY_MAX.
 *
 * One message goes to the kernel, and its answer is waited for. The kernel
 * handles all of the beats, also those after one that it refuses.
 *
 * Return: 0 if all were accepted, else the refusal of the first that was not,
 * see varta_relay_refused(), or of the whole: -EPERM without CAP_NET_ADMIN in
 * the initial user namespace. -EMSGSIZE if there are too many beats for one
 * message, or too long ones; none was sent then.
 */
VARTA_API int varta_relay(struct varta *v, uint32_t source,
			  const struct varta_beat *beats, size_t count);

/**
 * varta_relay_refused() - Which beat the last varta_relay() failed for.
 * @v: The handle.
 *
 * Return: The index of the first beat that was refused; SIZE_MAX if none was,
 * or if the refusal was for the whole.
 */
VARTA_API size_t varta_relay_refused(const struct varta *v);

/**
 * varta_next_nonce() - The nonce that the next varta_beat() would have now.
 * @v: The handle.
 *
 * Return: That nonce; with those that are the time, the least that it can be.
 */
VARTA_API uint64_t varta_next_nonce(const struct varta *v);

/**
 * varta_nonce_after() - The nonce that follows another.
 * @nonce: Not VARTA_NONCE_TERMINAL, which has no successor.
 *
 * Return: @nonce + 1; 0 after 2^64-2, since 2^64-1 is kept for terminal beats.
 */
VARTA_API uint64_t varta_nonce_after(uint64_t nonce);

/**
 * varta_monotonic_now() - The time as a beat's timestamp wants it.
 *
 * Return: CLOCK_MONOTONIC in nanoseconds.
 */
VARTA_API uint64_t varta_monotonic_now(void);

/**
 * varta_frame_encode() - Write a beat as a VLP v0.2 frame.
 * @beat: Its status, pid, timestamp, nonce and payload; @claim_pid is ignored.
 * @frame: Receives VARTA_FRAME_LEN bytes.
 *
 * Makes frames that the kernel refuses, too, where the fields are such.
 *
 * Return: 0, or -ERANGE if the status does not fit in a frame's one byte.
 */
VARTA_API int varta_frame_encode(const struct varta_beat *beat,
				 unsigned char *frame);

#ifdef __cplusplus
}
#endif

#include "varta-reader.h"

#endif /* VARTA_H */
