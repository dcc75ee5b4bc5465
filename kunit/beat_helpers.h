/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sending beats and running passes in tests of single rules. A beat names only
 * the fields that matter to the test.
 */
#ifndef _VARTA_KUNIT_BEAT_HELPERS_H
#define _VARTA_KUNIT_BEAT_HELPERS_H

#include <kunit/test.h>
#include <linux/time64.h>

#include "counters.h"
#include "tracker.h"
#include "tracker_fixture.h"

enum beat_defaults {
	THRESHOLD	= 100,
	/* An agent silent for longer may be evicted. */
	EVICT_AFTER	= 10 * THRESHOLD,
	/* Time of the beats of make_full_tracker(). */
	FILL_TIME	= 5000,
	/* Own threshold of most cases, in milliseconds and nanoseconds. */
	OWN_MS		= 2,
	OWN		= OWN_MS * NSEC_PER_MSEC,
};

/* Users. */
enum {
	ALICE	= 1,
	BOB	= 2,
};

/* Inode numbers of two pid namespaces. */
#define PIDNS_A		4026531836
#define PIDNS_B		4026532000

#define ATTESTED	VARTA_ORIGIN_KERNEL_ATTESTED
#define RELAYED		VARTA_ORIGIN_NETWORK_UNVERIFIED
#define VOUCHED_FOR	VARTA_ORIGIN_OPERATOR_ATTESTED

/**
 * struct beat_args - one beat and its sender
 * @now: when the beat is recorded
 * @nonce: nonce of a regular beat
 * @timestamp: the sender's timestamp
 * @proc: number of the sender's process, 0 if unknown; see fake_proc()
 * @netns: number of its network namespace, 0 for none; see fake_netns()
 * @ns_inode: its pid namespace, 0 if unknown
 * @threshold: default threshold in nanoseconds, NULL for THRESHOLD
 * @comm: its command name
 * @name: name given in the beat
 * @threshold_ms: own threshold asked for in the beat
 * @source: number of the relay, 0 for this machine
 * @pid: the pid that the slot is found by
 * @timens: its time namespace, 0 if unknown
 * @uid: user that is charged
 * @ns_pid: pid in the sender's own namespace
 * @payload: payload of the beat
 * @tid: thread that sends it
 * @thread_name: its name, of VARTA_NAME_SIZE bytes; NULL if unknown
 * @start_ns: when the process started
 * @cgroup_id: its cgroup
 * @origin: origin of the beat
 * @status: status of a regular beat
 * @terminal: send a terminal beat: critical, with the terminal nonce
 * @asks: ask for what follows, even if @stall_signal is 0
 * @even_if_starved: as in struct varta_action_request
 * @foreign: a descendant asks
 * @stall_signal: the signal; 0 to ask for nothing, unless @asks
 * @kill_after_ms: time until SIGKILL
 * @exec_id: of the program that the agent runs
 */
struct beat_args {
	u64 now;
	u64 nonce;
	u64 timestamp;
	u32 proc;
	u32 netns;
	u64 ns_inode;
	const u64 *threshold;
	const char *comm;
	const char *name;
	u32 threshold_ms;
	u32 source;
	u32 pid;
	u32 timens;
	u32 uid;
	u32 ns_pid;
	u32 payload;
	u32 tid;
	const char *thread_name;
	u64 start_ns;
	u64 cgroup_id;
	enum varta_origin origin;
	enum varta_status status;
	bool terminal;
	bool asks;
	bool even_if_starved;
	bool foreign;
	u32 stall_signal;
	u32 kill_after_ms;
	u64 exec_id;
};

/**
 * struct report_log - what stall and exit passes have reported
 * @agents: the first reported agents
 * @count: number of reports
 * @max_reports: an exit pass stops after so many, 0 for no limit
 * @deadline: next deadline after the pass
 * @tracker: the tracker
 * @unset_flag: an agent was reported before its stalled flag was set
 */
struct report_log {
	struct varta_agent_info agents[7];
	u32 count;
	u32 max_reports;
	u64 deadline;
	struct varta_tracker *tracker;
	bool unset_flag;
};

enum varta_record_result send_beat(struct kunit *test,
				   const struct beat_args *args);
bool record_report(void *context, const struct varta_agent_info *agent);
u32 run_stall_pass_log(struct kunit *test, u64 now, u64 threshold,
		       struct report_log *log);
u32 run_stall_pass(struct kunit *test, u64 now);
void warn_at(struct kunit *test, u32 percent);

void make_small_tracker(struct kunit *test);
void make_three_sources(struct kunit *test);
struct varta_tracker *make_full_tracker(struct kunit *test, u32 capacity,
					u32 window,
					enum varta_eviction_policy policy);

struct varta_tracker *tracker_of(struct kunit *test);
struct varta_slot *slot_of(struct kunit *test, u32 pid);
struct varta_slot *slot_of_source(struct kunit *test, u32 source, u32 pid);
bool slots_equal(const struct varta_slot *a, const struct varta_slot *b);
bool is_tracked(struct kunit *test, u32 pid);
bool remove_agent(struct kunit *test, u32 pid);
u32 take_evicted_pid(struct varta_tracker *tracker);
bool note_exit(struct kunit *test, u32 pid, u32 proc, u32 exit_code);
bool note_exit_at(struct kunit *test, u32 pid, u32 proc, u32 exit_code,
		  u64 now);
u32 run_exit_pass(struct kunit *test, struct report_log *log);
u32 stalled_now(struct kunit *test);
u64 counter_total(struct kunit *test, enum varta_counter which);
bool copy_agent(void *context, const struct varta_agent_info *agent);
struct varta_agent_info lookup_agent(struct kunit *test, u32 source, u32 pid);
void expect_charged(struct kunit *test, int alice, int bob);

/* Send a beat and check the result: EXPECT_INSERTED(test, .pid = 7). */
#define EXPECT_RESULT(test, result, ...)				\
do {									\
	struct kunit *test_ = (test);					\
	const struct beat_args args_ = { __VA_ARGS__ };			\
									\
	KUNIT_EXPECT_EQ(test_, send_beat(test_, &args_), result);	\
} while (0)
#define EXPECT_INSERTED(test, ...)					\
	EXPECT_RESULT(test, VARTA_RECORD_INSERTED, __VA_ARGS__)
#define EXPECT_REFRESHED(test, ...)					\
	EXPECT_RESULT(test, VARTA_RECORD_REFRESHED, __VA_ARGS__)
#define EXPECT_OUT_OF_ORDER(test, ...)					\
	EXPECT_RESULT(test, VARTA_RECORD_OUT_OF_ORDER, __VA_ARGS__)
#define EXPECT_CAPACITY_EXCEEDED(test, ...)				\
	EXPECT_RESULT(test, VARTA_RECORD_CAPACITY_EXCEEDED, __VA_ARGS__)
#define EXPECT_ORIGIN_CONFLICT(test, ...)				\
	EXPECT_RESULT(test, VARTA_RECORD_ORIGIN_CONFLICT, __VA_ARGS__)
#define EXPECT_NAMESPACE_CONFLICT(test, ...)				\
	EXPECT_RESULT(test, VARTA_RECORD_NAMESPACE_CONFLICT, __VA_ARGS__)
#define EXPECT_QUOTA_EXCEEDED(test, ...)				\
	EXPECT_RESULT(test, VARTA_RECORD_QUOTA_EXCEEDED, __VA_ARGS__)

#define EXPECT_COUNT(test, which, n)					\
do {									\
	struct kunit *test_ = (test);					\
									\
	KUNIT_EXPECT_EQ(test_, counter_total(test_, VARTA_COUNT_##which), n); \
} while (0)

#endif /* _VARTA_KUNIT_BEAT_HELPERS_H */
