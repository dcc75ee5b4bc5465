// SPDX-License-Identifier: GPL-2.0-only
/* Tests of lanes.c (section 11 of Documentation/tracker-semantics.md). */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/prandom.h>

#include "beat_helpers.h"
#include "fake_pages.h"
#include "fake_procs.h"
#include "tracker_fixture.h"
#include "wheel_check.h"

enum {
	/* Even: whether there are lanes is one bit. */
	LANES		= 4,
	EVENTS		= 32,
	/* Of the agent, which never stalls unless a case lets it. */
	AGENT_MS	= 100000000,
	/* Of lane 1 in most cases. */
	LANE_MS		= 20,
	RANDOM_STEPS	= 4000,
};

#define MS		((u64)NSEC_PER_MSEC)
#define START		(1000 * MS)
#define LANE		(LANE_MS * MS)

static struct {
	struct varta_event_info events[EVENTS];
	u32 count;
	u32 refuse;	/* so many events before one is taken */
} lane_log;

static bool take_lane_event(const struct varta_event_info *event)
{
	if (lane_log.refuse) {
		lane_log.refuse--;
		return false;
	}
	if (lane_log.count < EVENTS)
		lane_log.events[lane_log.count] = *event;
	lane_log.count++;
	return true;
}

static bool find_thread(const struct varta_proc *proc,
			struct varta_lane_info *lane)
{
	if (lane->tid != 5)
		return false;
	lane->tid = 105;
	strscpy(lane->thread_name, "thread", sizeof(lane->thread_name));
	return true;
}

static int reset(struct kunit *test)
{
	memset(&lane_log, 0, sizeof(lane_log));
	fake_pages_reset(LANES, START);
	return 0;
}

static bool map(struct kunit *test, u32 nr)
{
	return map_fake_page(test, 7, 1, nr);
}

static void beat(struct kunit *test, u64 now)
{
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .nonce = now, .now = now);
}

/* An agent without a page; the tracker may have one for others. */
static void make_sender(struct kunit *test, u32 threshold_ms)
{
	static struct varta_tracker_ops ops;

	ops = fake_procs_ops;
	ops.lane_event = take_lane_event;
	ops.find_thread = find_thread;
	make_tracker_with_pages(test, &ops);
	/* The wheel knows the time. */
	run_stall_pass(test, START);
	EXPECT_INSERTED(test, .pid = 7, .proc = 1, .nonce = 1,
			.threshold_ms = threshold_ms, .now = START);
}

/* The same with a page for some lanes, none of which is open. */
static void make_agent_with(struct kunit *test, u32 threshold_ms)
{
	make_sender(test, threshold_ms);
	KUNIT_ASSERT_TRUE(test, map(test, 0));
}

static struct varta_page_lane *page_lane(u32 nr)
{
	return nr < VARTA_LANES_MAX ? &fake_pages[0].page.lanes[nr] :
				      &fake_pages[0].more[nr - VARTA_LANES_MAX];
}

static void set_lane(u32 nr, u32 threshold_ms, u64 deadline)
{
	struct varta_page_lane *lane = page_lane(nr);

	snprintf(lane->name, sizeof(lane->name), "lane%u", nr);
	lane->threshold_ms = threshold_ms;
	lane->deadline = deadline;
}

/* The same with lane 1 open, beaten at START. */
static void make_agent(struct kunit *test)
{
	make_agent_with(test, AGENT_MS);
	set_lane(1, LANE_MS, START + LANE);
	beat(test, START);
}

/* Returns how many events there were. */
static u32 pass(struct kunit *test, u64 now)
{
	lane_log.count = 0;
	fake_clock = now;
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, now), 0);
	return lane_log.count;
}

static u64 next_deadline(struct kunit *test)
{
	return varta_tracker_next_deadline(tracker_of(test));
}

static void expect_lane(struct kunit *test, enum varta_event_kind kind, u32 nr)
{
	char name[VARTA_NAME_SIZE];

	snprintf(name, sizeof(name), "lane%u", nr);
	KUNIT_EXPECT_EQ(test, lane_log.count, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].kind, kind);
	KUNIT_EXPECT_STREQ(test, lane_log.events[0].lane.name, name);
}

#define EXPECT_STALL(test, nr) \
	expect_lane(test, VARTA_EVENT_KIND_LANE_STALL, nr)
#define EXPECT_RECOVER(test, nr) \
	expect_lane(test, VARTA_EVENT_KIND_LANE_RECOVER, nr)

static void lane_stalls_at_its_deadline(struct kunit *test)
{
	make_agent(test);
	/* The beat made the tracker expect the lane. */
	KUNIT_EXPECT_LE(test, next_deadline(test),
			START + VARTA_LANE_LOOK_NS);
	KUNIT_EXPECT_EQ(test, pass(test, START + VARTA_LANE_LOOK_NS), 0);
	KUNIT_EXPECT_LE(test, next_deadline(test), START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE +
					 VARTA_LANE_LOOK_NS), 1);
	EXPECT_STALL(test, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.overdue_ns,
			VARTA_LANE_LOOK_NS);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.threshold_ms, LANE_MS);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.stalled, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].agent.id.pid, 7);
	EXPECT_COUNT(test, LANE_STALLS, 1);
	/* The agent is not stalled. */
	EXPECT_COUNT(test, STALLS, 0);
	KUNIT_EXPECT_EQ(test, stalled_now(test), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + 10 * LANE), 0);
}

static void lane_that_is_not_overdue_at_its_look_is_seen_in_time(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE - 1), 0);
	set_lane(1, LANE_MS, START + 2 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE +
					 VARTA_LANE_LOOK_NS), 0);
	KUNIT_EXPECT_LE(test, next_deadline(test), START + 2 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 1);
	EXPECT_STALL(test, 1);
}

static void lane_recovers_within_its_threshold(struct kunit *test)
{
	u64 now = START + LANE;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	now += VARTA_LANE_LOOK_NS;
	KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	set_lane(1, LANE_MS, now + LANE);
	KUNIT_EXPECT_LE(test, next_deadline(test), now + LANE);
	now += LANE;
	set_lane(1, LANE_MS, now + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	EXPECT_RECOVER(test, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.overdue_ns,
			now - START - LANE);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.stalled, 0);
	EXPECT_COUNT(test, LANE_STALLS, 1);
	KUNIT_EXPECT_EQ(test, pass(test, now + LANE), 1);
	EXPECT_STALL(test, 1);
}

/* However long the threshold is. */
static void overdue_lane_is_looked_at_each_second(struct kunit *test)
{
	make_agent(test);
	set_lane(1, 3600 * MSEC_PER_SEC, START);
	KUNIT_EXPECT_EQ(test, pass(test, START + VARTA_LANE_LOOK_NS), 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * VARTA_LANE_LOOK_NS), 0);
	KUNIT_EXPECT_LE(test, next_deadline(test),
			START + 2 * VARTA_LANE_LOOK_NS +
			VARTA_LANE_RECOVER_NS);
}

static void idle_lane_is_looked_at_within_its_threshold(struct kunit *test)
{
	make_agent(test);
	set_lane(1, LANE_MS, 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_LE(test, next_deadline(test), START + 2 * LANE);
	/* A scope with a limit that is below the threshold. */
	set_lane(1, LANE_MS, START + LANE + MS);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 1);
	EXPECT_STALL(test, 1);
}

/* It may end before its limit, and another one begin. */
static void lane_in_a_long_scope_is_looked_at_within_its_threshold(struct kunit *test)
{
	make_agent(test);
	set_lane(1, LANE_MS, START + 1000 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_LE(test, next_deadline(test), START + 2 * LANE);
}

/* So that the thread need not wake for it later. */
static void lanes_are_looked_at_in_the_second_half(struct kunit *test)
{
	u64 now = START + VARTA_LANE_LOOK_NS;
	const u64 long_ns = 1000 * LANE;

	make_agent(test);
	set_lane(1, 1000 * LANE_MS, now + long_ns);
	KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	KUNIT_EXPECT_EQ(test, fake_pages[0].mapping.lanes.looked, now);
	varta_slot_look_at_lanes(tracker_of(test), slot_of(test, 7),
				 now + long_ns / 2 - 1);
	KUNIT_EXPECT_EQ(test, fake_pages[0].mapping.lanes.looked, now);
	varta_slot_look_at_lanes(tracker_of(test), slot_of(test, 7),
				 now + long_ns / 2);
	KUNIT_EXPECT_EQ(test, fake_pages[0].mapping.lanes.looked,
			now + long_ns / 2);
}

/* The least time between looks must not make a lane late. */
static void early_look_does_not_delay_the_next(struct kunit *test)
{
	u64 now = START + VARTA_LANE_LOOK_NS;
	const u64 deadline = now + LANE;

	make_agent(test);
	set_lane(1, LANE_MS, deadline);
	KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	varta_slot_look_at_lanes(tracker_of(test), slot_of(test, 7),
				 deadline - VARTA_LANE_LOOK_NS + 1);
	KUNIT_EXPECT_EQ(test, fake_pages[0].mapping.lanes.due, deadline);
	KUNIT_EXPECT_EQ(test, pass(test, deadline), 1);
	EXPECT_STALL(test, 1);
}

static void agent_whose_lanes_beat_does_not_wake_the_thread_for_itself(struct kunit *test)
{
	const u64 long_ns = 50 * LANE;
	u64 now = START, due, beat_at;
	u32 beats, passes = 0;

	make_agent(test);
	set_lane(1, 50 * LANE_MS, now + long_ns);
	for (beats = 0; beats < 100; beats++) {
		beat_at = now + long_ns / 4;
		while ((due = next_deadline(test)) < beat_at) {
			KUNIT_ASSERT_LT(test, passes, 1000U);
			now = max(due, now);
			KUNIT_EXPECT_EQ(test, pass(test, now), 0);
			passes++;
		}
		now = beat_at;
		set_lane(1, 50 * LANE_MS, now + long_ns);
	}
	KUNIT_EXPECT_LE(test, passes, beats);
	KUNIT_EXPECT_EQ(test, wheel_expires(&tracker_of(test)->wheel, 0),
			U64_MAX);
	/* A stall is found in time. */
	while ((due = next_deadline(test)) < now + long_ns) {
		KUNIT_ASSERT_LT(test, passes, 1000U);
		KUNIT_EXPECT_EQ(test, pass(test, due), 0);
		passes++;
	}
	KUNIT_EXPECT_EQ(test, pass(test, now + long_ns), 1);
	EXPECT_STALL(test, 1);
}

static void closed_lane_is_not_looked_at(struct kunit *test)
{
	make_agent(test);
	set_lane(1, 0, START);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_GT(test, next_deadline(test), START + 1000 * LANE);
}

static void closed_lane_recovers(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	set_lane(1, 0, 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + 3 * LANE), 1);
	EXPECT_RECOVER(test, 1);
}

static void lane_that_was_not_asked_for_is_not_read(struct kunit *test)
{
	make_agent(test);
	set_lane(1, 0, 0);
	set_lane(LANES, LANE_MS, START);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	set_lane(LANES - 1, LANE_MS, START);
	beat(test, START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 1);
	EXPECT_STALL(test, LANES - 1);
}

/* The second page begins with a lane. */
static void lanes_of_the_next_page_are_read(struct kunit *test)
{
	fake_pages_reset(FAKE_LANES_MAX, START);
	make_agent(test);
	set_lane(1, 0, 0);
	set_lane(VARTA_LANES_MAX - 1, LANE_MS, START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	EXPECT_STALL(test, VARTA_LANES_MAX - 1);
	set_lane(VARTA_LANES_MAX, LANE_MS, START + LANE);
	set_lane(FAKE_LANES_MAX - 1, LANE_MS, START + LANE);
	beat(test, START + LANE + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 1);
	EXPECT_STALL(test, VARTA_LANES_MAX);
	KUNIT_EXPECT_EQ(test, pass(test, START + 3 * LANE), 1);
	EXPECT_STALL(test, FAKE_LANES_MAX - 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.stalled, 3);
}

static void more_pages_keep_what_is_overdue(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	fake_pages[1].page.lanes[1] = fake_pages[0].page.lanes[1];
	fake_pages[1].mapping.lanes.count = FAKE_LANES_MAX;
	KUNIT_EXPECT_TRUE(test, map(test, 1));
	beat(test, START + LANE + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 0);
	fake_pages[1].page.lanes[1].deadline = U64_MAX;
	KUNIT_EXPECT_EQ(test, pass(test, START + 4 * LANE), 1);
	EXPECT_RECOVER(test, 1);
}

static void page_without_lanes_is_not_read(struct kunit *test)
{
	fake_pages[0].mapping.lanes.count = 0;
	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->lanes);
}

/* All are seen, one in each look, and none before the others once more. */
static void one_lane_is_reported_in_a_look(struct kunit *test)
{
	u32 nr, turn;
	u64 now = START;

	make_agent(test);
	for (turn = 0; turn < 2; turn++) {
		for (nr = 0; nr < LANES; nr++)
			set_lane(nr, LANE_MS, turn ? U64_MAX : START);
		beat(test, now + 1);
		now += 2 * LANE;
		for (nr = 0; nr < LANES; nr++) {
			KUNIT_EXPECT_EQ(test, pass(test, now), 1);
			if (turn)
				EXPECT_RECOVER(test, nr);
			else
				EXPECT_STALL(test, nr);
			KUNIT_EXPECT_EQ(test, next_deadline(test),
					now + VARTA_LANE_LOOK_NS);
			KUNIT_EXPECT_EQ(test, pass(test, now + 1), 0);
			now += VARTA_LANE_LOOK_NS;
		}
	}
}

/* A lane that changes all the time does not keep others from being seen. */
static void lanes_take_turns(struct kunit *test)
{
	u64 now = START + LANE;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	EXPECT_STALL(test, 1);
	set_lane(1, LANE_MS, U64_MAX);
	set_lane(3, LANE_MS, START);
	now += VARTA_LANE_LOOK_NS;
	beat(test, now);
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	EXPECT_STALL(test, 3);
}

static void looks_are_not_more_frequent_than_allowed(struct kunit *test)
{
	u64 now = START + VARTA_LANE_LOOK_NS, end = now + VARTA_LANE_LOOK_NS;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	set_lane(2, 1, START);
	for (; now < end; now += MS) {
		beat(test, now);
		KUNIT_EXPECT_GE(test, next_deadline(test), end);
		KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	}
	KUNIT_EXPECT_EQ(test, pass(test, end), 1);
	EXPECT_STALL(test, 2);
}

static atomic_t *lanes_of(struct kunit *test, u32 flow_key)
{
	struct varta_tracker *tracker = tracker_of(test);

	return &tracker->lanes[varta_flow_hash(tracker, flow_key)];
}

static void lanes_of_a_user_share_the_looks(struct kunit *test)
{
	const int others = 100000 - LANES;
	const u64 interval = 100000 * VARTA_LANE_EACH_NS;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), LANES);
	atomic_add(others, lanes_of(test, 0));
	beat(test, START + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	/* It recovers, and would be seen after its threshold. */
	set_lane(1, LANE_MS, START + 100 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE + interval - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE + interval), 1);
	/* Nor does a beat have them looked at before. */
	set_lane(1, LANE_MS, START + 1);
	beat(test, START + LANE + interval + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE + 2 * interval - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE + 2 * interval), 1);
	atomic_sub(others, lanes_of(test, 0));
	KUNIT_EXPECT_TRUE(test, map(test, 1));
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), LANES);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 7));
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), 0);
}

static void lowest_threshold_is_bounded(struct kunit *test)
{
	make_agent(test);
	set_lane(1, 1, 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_GE(test, next_deadline(test),
			START + LANE + VARTA_LANE_THRESHOLD_MIN_NS);
}

static void event_without_room_comes_again(struct kunit *test)
{
	u64 now = START + LANE;

	make_agent(test);
	lane_log.refuse = 1;
	KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	EXPECT_COUNT(test, LANE_STALLS, 0);
	KUNIT_EXPECT_LE(test, next_deadline(test),
			now + VARTA_STALL_RETRY_MIN_NS);
	now += VARTA_STALL_RETRY_MIN_NS;
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	EXPECT_STALL(test, 1);
	set_lane(1, LANE_MS, U64_MAX);
	lane_log.refuse = 1;
	now += LANE;
	KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	now += VARTA_STALL_RETRY_MIN_NS;
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	EXPECT_RECOVER(test, 1);
	EXPECT_COUNT(test, LANE_STALLS, 1);
}

static void beat_lane(void *context)
{
	set_lane(1, LANE_MS, U64_MAX);
}

static void beat_while_sampled_prevents_the_stall(struct kunit *test)
{
	make_agent(test);
	fake_procs_while_sampled(beat_lane, NULL);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	EXPECT_COUNT(test, LANE_STALLS, 0);
}

static void say_goodbye(void *context)
{
	struct kunit *test = context;

	KUNIT_EXPECT_TRUE(test, remove_agent(test, 7));
}

static void goodbye_while_sampled_ends_the_lanes(struct kunit *test)
{
	make_agent(test);
	fake_procs_while_sampled(say_goodbye, test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, 7));
}

static void thread_of_the_lane_is_named_if_it_is_the_agents(struct kunit *test)
{
	make_agent(test);
	fake_pages[0].page.lanes[1].tid = 5;
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.tid, 105);
	KUNIT_EXPECT_STREQ(test, lane_log.events[0].lane.thread_name,
			   "thread");
	fake_pages[0].page.lanes[1].tid = 6;
	set_lane(1, LANE_MS, U64_MAX);
	KUNIT_EXPECT_EQ(test, pass(test, START + 3 * LANE), 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.tid, 0);
	KUNIT_EXPECT_STREQ(test, lane_log.events[0].lane.thread_name, "");
}

static void name_without_an_end_is_cut(struct kunit *test)
{
	make_agent(test);
	memset(fake_pages[0].page.lanes[1].name, 'x', VARTA_NAME_SIZE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	KUNIT_EXPECT_EQ(test, strlen(lane_log.events[0].lane.name),
			VARTA_NAME_SIZE - 1);
}

static void deadline_is_in_the_clock_of_the_agent(struct kunit *test)
{
	make_agent(test);
	fake_pages[0].mapping.clock_offset = 500 * MS;
	set_lane(1, LANE_MS, START + 500 * MS + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 1);
	EXPECT_STALL(test, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.overdue_ns, LANE);
}

static void deadline_beyond_all_clocks_is_never(struct kunit *test)
{
	make_agent(test);
	set_lane(1, LANE_MS, (u64)S64_MAX + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	fake_pages[0].mapping.clock_offset = S64_MIN;
	set_lane(1, LANE_MS, 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 0);
	/* The sum does not fit into 64 bits. */
	set_lane(1, LANE_MS, (u64)S64_MAX + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + 3 * LANE), 0);
	fake_pages[0].mapping.clock_offset = S64_MAX / 2;
	KUNIT_EXPECT_EQ(test, pass(test, START + 4 * LANE), 0);
}

static void silence_before_a_resume_does_not_count(struct kunit *test)
{
	make_agent(test);
	varta_tracker_resume(tracker_of(test), START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + 3 * LANE), 1);
	EXPECT_STALL(test, 1);
}

static void resume_does_not_end_the_stall_of_a_lane(struct kunit *test)
{
	const u64 stall = START + LANE;
	const u64 resume = START + 2 * LANE;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, stall), 1);
	EXPECT_STALL(test, 1);
	varta_tracker_resume(tracker_of(test), resume);
	KUNIT_EXPECT_EQ(test, pass(test, resume), 0);
	KUNIT_EXPECT_EQ(test, pass(test, resume + LANE + MS), 0);
	varta_tracker_resume(tracker_of(test), resume + 2 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, resume + 2 * LANE), 0);
	set_lane(1, LANE_MS, resume + 4 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, resume + 3 * LANE), 1);
	EXPECT_RECOVER(test, 1);
	EXPECT_COUNT(test, LANE_STALLS, 1);
}

/* Its beat before the resume has as much time as that of another lane. */
static void lane_that_beat_before_a_resume_recovers(struct kunit *test)
{
	const u64 resume = START + 4 * LANE;

	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	set_lane(1, LANE_MS, START + 3 * LANE);
	varta_tracker_resume(tracker_of(test), resume);
	KUNIT_EXPECT_EQ(test, pass(test, resume), 1);
	EXPECT_RECOVER(test, 1);
	KUNIT_EXPECT_EQ(test, pass(test, resume + LANE - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, resume + 2 * LANE), 1);
	EXPECT_STALL(test, 1);
}

static void lanes_of_a_stalled_agent_wait_for_its_beat(struct kunit *test)
{
	const u64 stall = START + 10 * MS;

	make_agent_with(test, 10);
	set_lane(1, LANE_MS, START + LANE);
	lane_log.count = 0;
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, stall), 1);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, stall + LANE), 0);
	KUNIT_EXPECT_EQ(test, lane_log.count, 0);
	beat(test, stall + LANE + 1);
	KUNIT_EXPECT_LE(test, next_deadline(test),
			stall + LANE + 1 + VARTA_LANE_LOOK_NS);
	KUNIT_EXPECT_EQ(test, pass(test, stall + LANE + 5 * MS), 1);
	EXPECT_STALL(test, 1);
}

static void lane_of_a_late_agent_is_seen_in_time(struct kunit *test)
{
	/* It is late 15 ms after its beat, and stalls 150 ms after it. */
	make_agent_with(test, 150);
	warn_at(test, 10);
	set_lane(1, LANE_MS, START + LANE);
	beat(test, START);
	fake_clock = START + 15 * MS;
	run_stall_pass(test, START + 15 * MS);
	EXPECT_COUNT(test, LATE, 1);
	KUNIT_EXPECT_LE(test, next_deadline(test), START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	EXPECT_STALL(test, 1);
}

static void lane_of_an_agent_that_stores_beats_is_seen_in_time(struct kunit *test)
{
	const u64 end = START + 400 * MS;
	u64 now;

	make_agent_with(test, 150);
	set_lane(1, LANE_MS, end);
	beat(test, START);
	for (now = START; now < end; now += 10 * MS) {
		fake_pages[0].page.nonce = now;
		while (next_deadline(test) < now + 10 * MS)
			KUNIT_ASSERT_EQ(test, pass(test, next_deadline(test)), 0);
	}
	KUNIT_EXPECT_LE(test, next_deadline(test), end);
	KUNIT_EXPECT_EQ(test, pass(test, end), 1);
	EXPECT_STALL(test, 1);
}

/* Stores a beat before each millisecond. Returns how many events of lanes there were. */
static u32 beat_until(struct kunit *test, u64 *now, u64 end)
{
	u32 events = 0;

	for (; *now < end; *now += MS) {
		fake_pages[0].page.nonce = *now - 1;
		while (next_deadline(test) <= *now)
			events += pass(test, *now);
	}
	return events;
}

/* Most early looks find a beat as the one before, and are shorter. */
static void lane_of_an_agent_that_repeats_beats_is_seen_in_time(struct kunit *test)
{
	u64 now = START, end;
	u32 nr;

	make_agent_with(test, 1000);
	for (nr = 1; nr <= 60; nr++) {
		end = now + 5 * LANE + nr * 37 * MS;
		set_lane(1, LANE_MS, end);
		/* The first time, the tracker has to expect the lane. */
		if (nr == 1)
			beat(test, now);
		KUNIT_EXPECT_EQ(test, beat_until(test, &now, end), nr > 1);
		KUNIT_EXPECT_EQ(test, beat_until(test, &now, end + LANE), 1);
	}
}

static void exit_ends_the_lanes(struct kunit *test)
{
	struct report_log log;

	make_agent(test);
	KUNIT_EXPECT_TRUE(test, note_exit_at(test, 7, 1, 0, START + 1));
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_EQ(test, run_exit_pass(test, &log), 1);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
}

static void another_page_keeps_what_is_overdue(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	fake_pages[1].page.lanes[1] = fake_pages[0].page.lanes[1];
	KUNIT_EXPECT_TRUE(test, map(test, 1));
	beat(test, START + LANE + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 0);
	KUNIT_EXPECT_EQ(test, fake_pages[1].mapping.lanes.stalled, 1);
	fake_pages[1].page.lanes[1].deadline = U64_MAX;
	KUNIT_EXPECT_EQ(test, pass(test, START + 4 * LANE), 1);
	EXPECT_RECOVER(test, 1);
}

static void lanes_of_the_old_program_are_not_read(struct kunit *test)
{
	make_agent(test);
	execute_program();
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->lanes);
}

/*
 * As a process does that shares the memory of the old program: it beats, also in lane
 * 1 if that is @open. Returns how long the page is kept, in ms.
 */
static u32 beat_after_exec(struct kunit *test, bool open)
{
	u64 now = START, executed;
	u32 events = 0;

	make_agent_with(test, 1000);
	set_lane(1, open ? LANE_MS : 0, U64_MAX);
	beat(test, now);
	/* So that the short way is not left for a gap. */
	slot_of(test, 7)->longest_gap = U32_MAX;
	beat_until(test, &now, START + 5000 * MS);
	executed = now;
	execute_program();
	while (slot_of(test, 7)->mapped) {
		set_lane(1, open ? LANE_MS : 0, now + LANE);
		KUNIT_ASSERT_LT(test, now, START + 100000 * MS);
		events += beat_until(test, &now, now + MS);
	}
	KUNIT_EXPECT_EQ(test, events, 0);
	KUNIT_EXPECT_EQ(test, fake_pages[0].puts, 1);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->lanes);
	return div_u64(now - executed, MS);
}

static void lanes_are_given_up_though_the_old_program_beats(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, beat_after_exec(test, true), 2 * LANE_MS);
}

static void closed_lanes_are_given_up_though_the_old_program_beats(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, beat_after_exec(test, false),
			1000 * VARTA_EXEC_LOOKS);
}

static void lanes_of_the_old_program_are_not_inherited(struct kunit *test)
{
	make_agent(test);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	execute_program();
	KUNIT_EXPECT_TRUE(test, map(test, 1));
	KUNIT_EXPECT_EQ(test, fake_pages[1].mapping.lanes.stalled, 0);
}

static void page_of_another_clock_is_not_read(struct kunit *test)
{
	make_agent(test);
	EXPECT_REFRESHED(test, .pid = 7, .proc = 1, .timens = 5,
			 .nonce = START + 1, .now = START + 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
}

static struct varta_lane_info shown_lane;

static bool copy_lane(void *context, const struct varta_agent_info *agent)
{
	memset(&shown_lane, 0, sizeof(shown_lane));
	if (agent->lane)
		shown_lane = *agent->lane;
	return true;
}

static void longest_overdue_lane_is_shown(struct kunit *test)
{
	u64 now = START + LANE;

	make_agent(test);
	set_lane(3, LANE_MS, START + LANE - MS);
	varta_tracker_lookup(tracker_of(test), 0, 7, copy_lane, NULL);
	KUNIT_EXPECT_EQ(test, shown_lane.stalled, 0);
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	KUNIT_EXPECT_EQ(test, pass(test, now + VARTA_LANE_LOOK_NS), 1);
	fake_clock = now + 2 * LANE;
	varta_tracker_lookup(tracker_of(test), 0, 7, copy_lane, NULL);
	KUNIT_EXPECT_STREQ(test, shown_lane.name, "lane3");
	KUNIT_EXPECT_EQ(test, shown_lane.stalled, 2);
	KUNIT_EXPECT_EQ(test, shown_lane.overdue_ns, 2 * LANE + MS);
}

/* ---- Lanes that are sent. */

static enum varta_lane_result send(struct kunit *test, u64 now,
				   struct varta_lane_beat beat)
{
	const struct varta_agent_id id = { .pid = 7, .proc = fake_proc(1) };

	beat.exec_id = fake_signals()->exec_id;
	return varta_tracker_beat_lane(tracker_of(test), &id, &beat, now);
}

/* As a program does: the name is "lane" with its number. */
static enum varta_lane_result send_lane(struct kunit *test, u64 now, u32 nr,
					u32 threshold_ms, u64 deadline)
{
	char name[VARTA_NAME_SIZE];

	snprintf(name, sizeof(name), "lane%u", nr);
	return send(test, now, (struct varta_lane_beat) {
		.name = name, .has_threshold = true, .has_deadline = true,
		.threshold_ms = threshold_ms, .deadline = deadline,
	});
}

static void expect_sent(struct kunit *test, u64 now, u32 nr, u32 threshold_ms,
			u64 deadline)
{
	KUNIT_EXPECT_EQ(test, send_lane(test, now, nr, threshold_ms, deadline),
			VARTA_LANE_ACCEPTED);
}

static void sent_lane_stalls_at_its_deadline(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	KUNIT_EXPECT_EQ(test, next_deadline(test), START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	EXPECT_STALL(test, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.threshold_ms, LANE_MS);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.stalled, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].agent.id.pid, 7);
	EXPECT_COUNT(test, LANE_STALLS, 1);
	/* Nothing to look for until it beats. */
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 0);
	KUNIT_EXPECT_GT(test, next_deadline(test), START + 1000 * LANE);
	expect_sent(test, START + 9 * LANE, 1, LANE_MS, START + 10 * LANE);
	KUNIT_EXPECT_LE(test, next_deadline(test), START + 9 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + 9 * LANE), 1);
	EXPECT_RECOVER(test, 1);
	KUNIT_EXPECT_EQ(test, lane_log.events[0].lane.overdue_ns, 8 * LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + 10 * LANE), 1);
	EXPECT_STALL(test, 1);
	EXPECT_COUNT(test, STALLS, 0);
}

static void sent_lane_that_beats_does_not_stall(struct kunit *test)
{
	u64 now = START;
	u32 i;

	make_sender(test, AGENT_MS);
	for (i = 0; i < 50; i++) {
		expect_sent(test, now, 1, LANE_MS, now + LANE);
		now += LANE / 2;
		KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	}
	EXPECT_COUNT(test, LANE_STALLS, 0);
}

static void beats_of_a_sender_of_lanes_take_the_fast_path(struct kunit *test)
{
	const struct varta_beat_info beat = { .nonce = START + 1 };

	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	KUNIT_EXPECT_TRUE(test, varta_tracker_record_fast(tracker_of(test),
							  &beat, 7,
							  fake_proc(1), 0,
							  START + 1));
}

static void default_deadline_is_the_threshold_from_now(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	KUNIT_EXPECT_EQ(test, send(test, START, (struct varta_lane_beat) {
		.name = "lane1", .has_threshold = true,
		.threshold_ms = LANE_MS }), VARTA_LANE_ACCEPTED);
	KUNIT_EXPECT_EQ(test, next_deadline(test), START + LANE);
	/* Of the lane, if it was given before. */
	KUNIT_EXPECT_EQ(test, send(test, START + MS, (struct varta_lane_beat) {
		.name = "lane1" }), VARTA_LANE_ACCEPTED);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE + MS +
					 VARTA_LANE_LOOK_NS), 1);
	EXPECT_STALL(test, 1);
}

static void sent_lane_is_opened_by_a_threshold(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	KUNIT_EXPECT_EQ(test, send(test, START, (struct varta_lane_beat) {
		.name = "lane1" }), VARTA_LANE_WITHOUT_THRESHOLD);
	expect_sent(test, START, 1, 0, START);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->lanes);
}

static void sent_lane_without_an_agent_is_refused(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 7));
	KUNIT_EXPECT_EQ(test, send_lane(test, START, 1, LANE_MS, START + LANE),
			VARTA_LANE_UNKNOWN_AGENT);
	EXPECT_INSERTED(test, .pid = 7, .nonce = 1, .origin = RELAYED,
			.now = START);
	KUNIT_EXPECT_EQ(test, send_lane(test, START, 1, LANE_MS, START + LANE),
			VARTA_LANE_UNKNOWN_AGENT);
}

static void closed_sent_lane_recovers_and_gives_up_its_place(struct kunit *test)
{
	u64 now = START + LANE;

	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	expect_sent(test, now, 1, 0, 0);
	/* Another lane must not take the name from the recovery. */
	expect_sent(test, now, 2, LANE_MS, U64_MAX);
	now += VARTA_LANE_LOOK_NS;
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	EXPECT_RECOVER(test, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), 2);
	expect_sent(test, now, 3, LANE_MS, U64_MAX);
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), 2);
}

static void lanes_of_one_name_are_told_apart_by_number(struct kunit *test)
{
	u32 number;

	make_sender(test, AGENT_MS);
	for (number = 0; number < 2; number++)
		send(test, START, (struct varta_lane_beat) {
			.name = "lane1", .has_threshold = true,
			.has_deadline = true, .threshold_ms = LANE_MS,
			.deadline = number ? U64_MAX : START + LANE,
			.number = number,
		});
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	EXPECT_STALL(test, 1);
}

/* So that the old deadline of a lane cannot replace a new one. */
static void only_new_does_not_change_an_open_lane(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, U64_MAX);
	KUNIT_EXPECT_EQ(test, send(test, START, (struct varta_lane_beat) {
		.name = "lane1", .has_threshold = true, .has_deadline = true,
		.threshold_ms = LANE_MS, .deadline = START, .only_new = true,
	}), VARTA_LANE_ACCEPTED);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_EQ(test, send(test, START, (struct varta_lane_beat) {
		.name = "lane2", .has_threshold = true, .has_deadline = true,
		.threshold_ms = LANE_MS, .deadline = START, .only_new = true,
	}), VARTA_LANE_ACCEPTED);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 1);
	EXPECT_STALL(test, 2);
}

static void sent_lanes_are_bounded(struct kunit *test)
{
	u32 nr;

	make_sender(test, AGENT_MS);
	for (nr = 0; nr < VARTA_AGENT_LANES_MAX; nr++)
		expect_sent(test, START, nr, LANE_MS,
			    nr == 1000 ? START : U64_MAX);
	KUNIT_EXPECT_EQ(test, send_lane(test, START, nr, LANE_MS, START),
			VARTA_LANE_TOO_MANY);
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)),
			VARTA_AGENT_LANES_MAX);
	/* Nothing was lost when there was more room. */
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	EXPECT_STALL(test, 1000);
	expect_sent(test, START + LANE, 5, 0, 0);
	expect_sent(test, START + LANE, nr, LANE_MS, U64_MAX);
	KUNIT_EXPECT_TRUE(test, remove_agent(test, 7));
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), 0);
}

static void more_room_keeps_what_is_overdue(struct kunit *test)
{
	u32 nr;

	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	for (nr = 10; nr < 100; nr++)
		expect_sent(test, START + LANE, nr, LANE_MS, U64_MAX);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 0);
	expect_sent(test, START + 2 * LANE, 1, LANE_MS, U64_MAX);
	KUNIT_EXPECT_EQ(test, pass(test, START + 3 * LANE), 1);
	EXPECT_RECOVER(test, 1);
}

static void sent_lanes_of_the_old_program_end(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	execute_program();
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_FALSE(test, slot_of(test, 7)->lanes);
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), 0);
	expect_sent(test, START + LANE, 1, LANE_MS, START + 2 * LANE);
	execute_program();
	expect_sent(test, START + LANE, 2, LANE_MS, START + 2 * LANE);
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), 1);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE), 1);
	EXPECT_STALL(test, 2);
}

static void sent_lanes_end_with_their_process(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	fake_procs_set_pid(7, 2);
	EXPECT_INSERTED(test, .pid = 7, .proc = 2, .nonce = 1, .now = START,
			.threshold_ms = AGENT_MS);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(lanes_of(test, 0)), 0);
}

static void lanes_in_the_page_replace_sent_ones(struct kunit *test)
{
	u64 now = START + LANE;

	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, now);
	expect_sent(test, START, 2, LANE_MS, now + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, now), 1);
	EXPECT_STALL(test, 1);
	KUNIT_EXPECT_TRUE(test, map(test, 0));
	KUNIT_EXPECT_EQ(test, send_lane(test, now, 3, LANE_MS, now),
			VARTA_LANE_IN_PAGE);
	set_lane(3, LANE_MS, now);
	beat(test, now);
	now += VARTA_LANE_LOOK_NS;
	/* One of each kind. */
	KUNIT_EXPECT_EQ(test, pass(test, now), 2);
	KUNIT_EXPECT_STREQ(test, lane_log.events[0].lane.name, "lane3");
	KUNIT_EXPECT_EQ(test, lane_log.events[1].kind,
			VARTA_EVENT_KIND_LANE_RECOVER);
	KUNIT_EXPECT_STREQ(test, lane_log.events[1].lane.name, "lane1");
	KUNIT_EXPECT_EQ(test, pass(test, now + LANE), 0);
}

static void page_without_lanes_leaves_sent_ones(struct kunit *test)
{
	fake_pages_reset(0, START);
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	KUNIT_EXPECT_TRUE(test, map(test, 0));
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	EXPECT_STALL(test, 1);
	varta_tracker_lookup(tracker_of(test), 0, 7, copy_lane, NULL);
	KUNIT_EXPECT_STREQ(test, shown_lane.name, "lane1");
}

static void sent_lane_is_shown(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 1);
	fake_clock = START + 2 * LANE;
	varta_tracker_lookup(tracker_of(test), 0, 7, copy_lane, NULL);
	KUNIT_EXPECT_STREQ(test, shown_lane.name, "lane1");
	KUNIT_EXPECT_EQ(test, shown_lane.overdue_ns, LANE);
	KUNIT_EXPECT_EQ(test, shown_lane.stalled, 1);
}

static void sent_lanes_of_a_stalled_agent_wait_for_its_beat(struct kunit *test)
{
	const u64 stall = START + 10 * MS;

	make_sender(test, 10);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	lane_log.count = 0;
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, stall), 1);
	/* Which must not arm a slot that is stalled. */
	expect_sent(test, stall, 2, LANE_MS, stall + 1);
	KUNIT_EXPECT_EQ(test, wheel_expires(&tracker_of(test)->wheel, 0),
			U64_MAX);
	KUNIT_EXPECT_EQ(test, run_stall_pass(test, stall + LANE), 0);
	KUNIT_EXPECT_EQ(test, lane_log.count, 0);
	beat(test, stall + LANE + 1);
	KUNIT_EXPECT_EQ(test, pass(test, stall + LANE + 5 * MS), 1);
	EXPECT_STALL(test, 1);
}

static void sent_lane_counts_from_a_resume(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, START + LANE);
	varta_tracker_resume(tracker_of(test), START + LANE);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE - 1), 0);
	KUNIT_EXPECT_EQ(test, pass(test, START + 2 * LANE +
					 VARTA_LANE_LOOK_NS), 1);
	EXPECT_STALL(test, 1);
}

/* The thread sleeps meanwhile. */
static void early_beat_of_a_sent_lane_is_seen_at_once(struct kunit *test)
{
	make_sender(test, AGENT_MS);
	expect_sent(test, START, 1, LANE_MS, U64_MAX);
	KUNIT_EXPECT_EQ(test, pass(test, START + LANE), 0);
	KUNIT_EXPECT_GT(test, next_deadline(test), START + 1000 * LANE);
	expect_sent(test, START + 5 * LANE, 1, LANE_MS, START + 6 * LANE);
	KUNIT_EXPECT_LE(test, next_deadline(test), START + 6 * LANE);
}

/* A look at a group must not forget that an agent without a page has lanes. */
static void group_with_a_sent_lane_is_looked_at_in_time(struct kunit *test)
{
	u64 now = START, due;
	u32 passes = 0;

	make_sender(test, 1000);
	expect_sent(test, START, 1, LANE_MS, START + 10000 * MS);
	while (now < START + 9000 * MS) {
		KUNIT_ASSERT_LT(test, passes++, 10000U);
		now += 100 * MS;
		beat(test, now);
		KUNIT_EXPECT_EQ(test, pass(test, now), 0);
	}
	while ((due = next_deadline(test)) < START + 10000 * MS) {
		KUNIT_ASSERT_LT(test, passes++, 10000U);
		beat(test, ++now);
		KUNIT_EXPECT_EQ(test, pass(test, max(due, now)), 0);
		now = max(due, now);
	}
	KUNIT_EXPECT_LE(test, due, START + 10000 * MS);
	KUNIT_EXPECT_EQ(test, pass(test, START + 10000 * MS), 1);
	EXPECT_STALL(test, 1);
}

/* ---- Random lanes, against a model. */

/* What was written last, in the page or to be sent. */
struct lane_model {
	struct rnd_state random;
	u64 now;
	bool sends;
	u32 threshold_ms[LANES];
	u64 deadline[LANES];
	bool stalled[LANES];
};

static u32 random_below(struct lane_model *model, u32 limit)
{
	return prandom_u32_state(&model->random) % limit;
}

static bool is_overdue(const struct lane_model *model, u32 nr)
{
	return model->threshold_ms[nr] && model->deadline[nr] &&
	       model->deadline[nr] <= model->now;
}

static void write_lane(struct kunit *test, struct lane_model *model, u32 nr)
{
	if (model->sends)
		expect_sent(test, model->now, nr, model->threshold_ms[nr],
			    model->deadline[nr]);
	else
		set_lane(nr, model->threshold_ms[nr], model->deadline[nr]);
}

static void write_anything(struct kunit *test, struct lane_model *model)
{
	static const u32 thresholds[] = { 0, 1, 10, 50, 3000, U32_MAX };
	const u64 deadlines[] = {
		0, 1, model->now, model->now + 1,
		model->now + random_below(model, 100) * MS,
		(u64)S64_MAX + 1, U64_MAX,
	};

	u32 nr = random_below(model, LANES);

	model->threshold_ms[nr] =
		thresholds[random_below(model, ARRAY_SIZE(thresholds))];
	model->deadline[nr] =
		deadlines[random_below(model, ARRAY_SIZE(deadlines))];
	/* As the kernel's time of a sender's is. */
	if (model->sends && model->deadline[nr] > S64_MAX)
		model->deadline[nr] = U64_MAX;
	write_lane(test, model, nr);
}

/* Each event is of a lane that has changed. */
static bool apply_events(struct lane_model *model)
{
	const struct varta_event_info *event = &lane_log.events[0];
	unsigned int nr;

	if (lane_log.count > 1)
		return false;
	if (!lane_log.count)
		return true;
	if (sscanf(event->lane.name, "lane%u", &nr) != 1 || nr >= LANES)
		return false;
	model->stalled[nr] = !model->stalled[nr];
	return model->stalled[nr] == is_overdue(model, nr) &&
	       (event->kind == VARTA_EVENT_KIND_LANE_STALL) ==
	       model->stalled[nr];
}

static bool all_is_known(const struct lane_model *model)
{
	u32 nr;

	for (nr = 0; nr < LANES; nr++) {
		if (model->stalled[nr] != is_overdue(model, nr))
			return false;
	}
	return true;
}

/* The agent writes no more, but sends a beat: soon all is known. */
static bool settles(struct kunit *test, struct lane_model *model)
{
	u32 i;

	beat(test, ++model->now);
	for (i = 0; i <= LANES; i++) {
		model->now += VARTA_LANE_LOOK_NS;
		pass(test, model->now);
		if (!apply_events(model))
			return false;
	}
	return all_is_known(model);
}

/* If nothing is written, the next change is seen when it happens. */
static bool is_seen_in_time(struct kunit *test, struct lane_model *model)
{
	u64 due = next_deadline(test);
	u32 nr;

	for (nr = 0; nr < LANES; nr++) {
		if (!model->stalled[nr] && model->threshold_ms[nr] &&
		    model->deadline[nr] > model->now &&
		    due > max(model->deadline[nr],
			      model->now + VARTA_LANE_LOOK_NS))
			return false;
	}
	return true;
}

static void run_model(struct kunit *test, struct lane_model *model)
{
	u32 step;

	prandom_seed_state(&model->random, 18);
	model->now = START + 1;
	for (step = 0; step < RANDOM_STEPS; step++) {
		u32 writes = random_below(model, 4);

		while (writes--)
			write_anything(test, model);
		model->now += random_below(model, 30) * MS / 3;
		if (!random_below(model, 4))
			beat(test, ++model->now);
		pass(test, model->now);
		if (!apply_events(model)) {
			KUNIT_FAIL(test, "step %u: unexpected event", step);
			return;
		}
		if (random_below(model, 8))
			continue;
		if (!settles(test, model)) {
			KUNIT_FAIL(test, "step %u: it does not settle", step);
			return;
		}
		if (!is_seen_in_time(test, model)) {
			KUNIT_FAIL(test, "step %u: seen too late", step);
			return;
		}
	}
	KUNIT_EXPECT_GT(test, counter_total(test, VARTA_COUNT_LANE_STALLS),
			RANDOM_STEPS / 50);
}

static void random_lanes_match_the_model(struct kunit *test)
{
	struct lane_model model = { .threshold_ms[1] = LANE_MS,
				    .deadline[1] = START + LANE };

	make_agent(test);
	run_model(test, &model);
}

static void random_sent_lanes_match_the_model(struct kunit *test)
{
	struct lane_model model = { .sends = true };

	make_sender(test, AGENT_MS);
	run_model(test, &model);
}

static struct kunit_case lanes_cases[] = {
	KUNIT_CASE(lane_stalls_at_its_deadline),
	KUNIT_CASE(lane_that_is_not_overdue_at_its_look_is_seen_in_time),
	KUNIT_CASE(lane_recovers_within_its_threshold),
	KUNIT_CASE(overdue_lane_is_looked_at_each_second),
	KUNIT_CASE(idle_lane_is_looked_at_within_its_threshold),
	KUNIT_CASE(lane_in_a_long_scope_is_looked_at_within_its_threshold),
	KUNIT_CASE(lanes_are_looked_at_in_the_second_half),
	KUNIT_CASE(early_look_does_not_delay_the_next),
	KUNIT_CASE(agent_whose_lanes_beat_does_not_wake_the_thread_for_itself),
	KUNIT_CASE(closed_lane_is_not_looked_at),
	KUNIT_CASE(closed_lane_recovers),
	KUNIT_CASE(lane_that_was_not_asked_for_is_not_read),
	KUNIT_CASE(page_without_lanes_is_not_read),
	KUNIT_CASE(lanes_of_the_next_page_are_read),
	KUNIT_CASE(more_pages_keep_what_is_overdue),
	KUNIT_CASE(one_lane_is_reported_in_a_look),
	KUNIT_CASE(lanes_take_turns),
	KUNIT_CASE(looks_are_not_more_frequent_than_allowed),
	KUNIT_CASE(lanes_of_a_user_share_the_looks),
	KUNIT_CASE(lowest_threshold_is_bounded),
	KUNIT_CASE(event_without_room_comes_again),
	KUNIT_CASE(beat_while_sampled_prevents_the_stall),
	KUNIT_CASE(goodbye_while_sampled_ends_the_lanes),
	KUNIT_CASE(thread_of_the_lane_is_named_if_it_is_the_agents),
	KUNIT_CASE(name_without_an_end_is_cut),
	KUNIT_CASE(deadline_is_in_the_clock_of_the_agent),
	KUNIT_CASE(deadline_beyond_all_clocks_is_never),
	KUNIT_CASE(silence_before_a_resume_does_not_count),
	KUNIT_CASE(resume_does_not_end_the_stall_of_a_lane),
	KUNIT_CASE(lane_that_beat_before_a_resume_recovers),
	KUNIT_CASE(lanes_of_a_stalled_agent_wait_for_its_beat),
	KUNIT_CASE(lane_of_a_late_agent_is_seen_in_time),
	KUNIT_CASE(lane_of_an_agent_that_stores_beats_is_seen_in_time),
	KUNIT_CASE(lane_of_an_agent_that_repeats_beats_is_seen_in_time),
	KUNIT_CASE(exit_ends_the_lanes),
	KUNIT_CASE(another_page_keeps_what_is_overdue),
	KUNIT_CASE(lanes_of_the_old_program_are_not_read),
	KUNIT_CASE(lanes_are_given_up_though_the_old_program_beats),
	KUNIT_CASE(closed_lanes_are_given_up_though_the_old_program_beats),
	KUNIT_CASE(lanes_of_the_old_program_are_not_inherited),
	KUNIT_CASE(page_of_another_clock_is_not_read),
	KUNIT_CASE(longest_overdue_lane_is_shown),
	KUNIT_CASE(sent_lane_stalls_at_its_deadline),
	KUNIT_CASE(sent_lane_that_beats_does_not_stall),
	KUNIT_CASE(beats_of_a_sender_of_lanes_take_the_fast_path),
	KUNIT_CASE(default_deadline_is_the_threshold_from_now),
	KUNIT_CASE(sent_lane_is_opened_by_a_threshold),
	KUNIT_CASE(sent_lane_without_an_agent_is_refused),
	KUNIT_CASE(closed_sent_lane_recovers_and_gives_up_its_place),
	KUNIT_CASE(lanes_of_one_name_are_told_apart_by_number),
	KUNIT_CASE(only_new_does_not_change_an_open_lane),
	KUNIT_CASE(sent_lanes_are_bounded),
	KUNIT_CASE(more_room_keeps_what_is_overdue),
	KUNIT_CASE(sent_lanes_of_the_old_program_end),
	KUNIT_CASE(sent_lanes_end_with_their_process),
	KUNIT_CASE(lanes_in_the_page_replace_sent_ones),
	KUNIT_CASE(page_without_lanes_leaves_sent_ones),
	KUNIT_CASE(sent_lane_is_shown),
	KUNIT_CASE(sent_lanes_of_a_stalled_agent_wait_for_its_beat),
	KUNIT_CASE(sent_lane_counts_from_a_resume),
	KUNIT_CASE(early_beat_of_a_sent_lane_is_seen_at_once),
	KUNIT_CASE(group_with_a_sent_lane_is_looked_at_in_time),
	KUNIT_CASE(random_lanes_match_the_model),
	KUNIT_CASE(random_sent_lanes_match_the_model),
	{}
};

static struct kunit_suite lanes_suite = {
	.name = "varta-lanes",
	.init = reset,
	.exit = tracker_fixture_exit,
	.test_cases = lanes_cases,
};

kunit_test_suite(lanes_suite);
