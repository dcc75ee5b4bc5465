/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the tests of single rules talk to a ledger: beats in which only what
 * matters is said, and stall passes whose reports are kept.
 */
#ifndef _VARTA_KUNIT_BEAT_HELPERS_H
#define _VARTA_KUNIT_BEAT_HELPERS_H

#include <kunit/test.h>

#include "counters.h"
#include "tracker_fixture.h"
#include "tracker.h"

enum saying_values {
	THRESHOLD	= 100,
	/* Silent for longer, and the slot may be given away. */
	EVICTABLE	= 10 * THRESHOLD,
	/* When the agents of a full_ledger() have beaten. */
	FILLED		= 5000,
};

/* Two namespaces. */
#define HERE		4026531836
#define THERE		4026532000

#define ATTESTED	VARTA_ORIGIN_KERNEL_ATTESTED
#define RELAYED		VARTA_ORIGIN_NETWORK_UNVERIFIED

/**
 * struct said - a beat and what is known of who sent it
 * @terminal: makes it critical, with the terminal nonce
 * @threshold: if it is not THRESHOLD
 * @threshold_ms: what it asks for of its own
 *
 * Without a process or namespace, it is unknown.
 */
struct said {
	u64 now;
	u64 nonce;
	u64 timestamp;
	u32 proc;
	u32 netns;
	u64 ns;
	const u64 *threshold;
	const char *comm;
	const char *name;
	u32 threshold_ms;
	u32 source;
	u32 pid;
	u32 uid;
	u32 ns_pid;
	u32 payload;
	enum varta_origin origin;
	enum varta_status status;
	bool terminal;
};

/**
 * struct heard - what passes reported
 * @agents: of whom, as far as there is room
 * @count: how often
 * @enough: after so many an exit pass is stopped, 0 for never
 * @deadline: when the next stall pass is due
 * @tracker: whose slots to look at when a report is made
 * @latch_was_clear: a slot was not latched when it was reported
 */
struct heard {
	struct varta_agent_info agents[8];
	u32 count;
	u32 enough;
	u64 deadline;
	struct varta_tracker *tracker;
	bool latch_was_clear;
};

enum varta_record_result say(struct kunit *test, const struct said *said);
bool hear(void *context, const struct varta_agent_info *agent);
u32 pass_with(struct kunit *test, u64 now, u64 threshold, struct heard *heard);
u32 pass(struct kunit *test, u64 now);

void small_ledger(struct kunit *test);
struct varta_tracker *full_ledger(struct kunit *test, u32 capacity, u32 window,
				  enum varta_eviction_policy policy);

struct varta_tracker *tracker_of(struct kunit *test);
struct varta_slot *slot_of(struct kunit *test, u32 pid);
struct varta_slot *slot_from(struct kunit *test, u32 source, u32 pid);
bool same_slots(const struct varta_slot *a, const struct varta_slot *b);
bool is_tracked(struct kunit *test, u32 pid);
bool retire(struct kunit *test, u32 pid);
bool note_exit(struct kunit *test, u32 pid, u32 proc, u32 exit_code);
u32 exit_pass(struct kunit *test, struct heard *heard);
u32 stalled_now(struct kunit *test);
u64 total_of(struct kunit *test, enum varta_counter which);

/* EXPECT_...(test, .pid = 7, .nonce = 1): only what matters is said. */
#define EXPECT_ANSWER(test, answer, ...)				\
do {									\
	struct kunit *test_ = (test);					\
									\
	KUNIT_EXPECT_EQ(test_,						\
			say(test_, &(const struct said) { __VA_ARGS__ }), \
			answer);					\
} while (0)
#define EXPECT_INSERTED(test, ...)					\
	EXPECT_ANSWER(test, VARTA_RECORD_INSERTED, __VA_ARGS__)
#define EXPECT_REFRESHED(test, ...)					\
	EXPECT_ANSWER(test, VARTA_RECORD_REFRESHED, __VA_ARGS__)
#define EXPECT_OUT_OF_ORDER(test, ...)					\
	EXPECT_ANSWER(test, VARTA_RECORD_OUT_OF_ORDER, __VA_ARGS__)
#define EXPECT_NO_ROOM(test, ...)					\
	EXPECT_ANSWER(test, VARTA_RECORD_CAPACITY_EXCEEDED, __VA_ARGS__)
#define EXPECT_ORIGIN_CONFLICT(test, ...)				\
	EXPECT_ANSWER(test, VARTA_RECORD_ORIGIN_CONFLICT, __VA_ARGS__)
#define EXPECT_NAMESPACE_CONFLICT(test, ...)				\
	EXPECT_ANSWER(test, VARTA_RECORD_NAMESPACE_CONFLICT, __VA_ARGS__)
#define EXPECT_OVER_QUOTA(test, ...)					\
	EXPECT_ANSWER(test, VARTA_RECORD_QUOTA_EXCEEDED, __VA_ARGS__)

#define EXPECT_COUNT(test, which, n)					\
do {									\
	struct kunit *test_ = (test);					\
									\
	KUNIT_EXPECT_EQ(test_, total_of(test_, VARTA_COUNT_##which), n); \
} while (0)

#endif /* _VARTA_KUNIT_BEAT_HELPERS_H */
