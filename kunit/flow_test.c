// SPDX-License-Identifier: GPL-2.0-only
/* Tests of flow.c: events are served by user, the one who took the least first. */
#include <kunit/test.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/prandom.h>

#include "beat_helpers.h"
#include "flow.h"
#include "parameters.h"

enum {
	CAROL = 3,
	DAVE = 4,
	EVE = 5,
	FRANK = 6,
	/* Most users with their own flow. */
	FLOWS = 3,
	SLOTS = 4,
};

static int flow_test_init(struct kunit *test)
{
	return varta_flows_init(FLOWS, SLOTS);
}

/* Frees all that is queued. */
static void flow_test_exit(struct kunit *test)
{
	struct varta_flow *flow;
	struct varta_event *event;

	while ((flow = varta_flows_next())) {
		while ((event = varta_flow_pop(flow)))
			varta_event_free(event);
		flow->exits.first = VARTA_NO_SLOT;
		varta_flow_served(flow, 0);
	}
	varta_flows_exit();
}

static bool add_event(struct kunit *test, u32 key, u64 now)
{
	struct varta_event *event = varta_event_alloc(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	event->info.agent.id.flow_key = key;
	event->info.time_ns = now;
	if (varta_flows_add(event))
		return true;
	varta_event_free(event);
	return false;
}

/* Serves one event. Returns when it was found, 0 for none; sets the key. */
static u64 serve_event(u32 *key, u64 ns)
{
	struct varta_flow *flow = varta_flows_next();
	struct varta_event *event;
	u64 found = 0;

	*key = 0;
	if (!flow)
		return 0;
	*key = flow->key;
	event = varta_flow_pop(flow);
	if (event) {
		found = event->info.time_ns;
		varta_event_free(event);
	}
	varta_flow_served(flow, ns);
	return found;
}

static void events_of_a_flow_keep_their_order(struct kunit *test)
{
	u32 key, i;

	varta_flows_charge(ALICE);
	for (i = 1; i <= 8; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, i));
	for (i = 1; i <= 8; i++)
		KUNIT_EXPECT_EQ(test, serve_event(&key, 10), i);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 0);
	varta_flows_uncharge(ALICE);
}

/* However many events another has, and whatever they cost. */
static void new_flow_goes_next(struct kunit *test)
{
	u32 key, i;

	varta_flows_charge(ALICE);
	varta_flows_charge(BOB);
	for (i = 1; i <= 16; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, i));
	for (i = 1; i <= 4; i++) {
		serve_event(&key, 1000000);
		KUNIT_EXPECT_EQ(test, key, ALICE);
	}
	KUNIT_EXPECT_FALSE(test, varta_flows_any_fresh());
	KUNIT_EXPECT_TRUE(test, add_event(test, BOB, 100));
	KUNIT_EXPECT_TRUE(test, varta_flows_any_fresh());
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 100);
	KUNIT_EXPECT_EQ(test, key, BOB);
	KUNIT_EXPECT_FALSE(test, varta_flows_any_fresh());
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 5);
	varta_flows_uncharge(ALICE);
	varta_flows_uncharge(BOB);
}

/* The worker does not sleep until it has served all such flows. */
static void flow_is_fresh_until_served(struct kunit *test)
{
	struct varta_flow *flow;
	u32 key;

	varta_flows_charge(ALICE);
	varta_flows_charge(BOB);
	varta_flows_charge(CAROL);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 1));
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 2));
	serve_event(&key, 10);
	flow = varta_flows_next();
	KUNIT_ASSERT_EQ(test, flow->key, ALICE);
	KUNIT_EXPECT_TRUE(test, add_event(test, BOB, 3));
	KUNIT_EXPECT_TRUE(test, add_event(test, CAROL, 4));
	varta_flow_served(flow, 10);
	KUNIT_EXPECT_TRUE(test, varta_flows_any_fresh());
	serve_event(&key, 10);
	KUNIT_EXPECT_TRUE(test, varta_flows_any_fresh());
	serve_event(&key, 10);
	KUNIT_EXPECT_FALSE(test, varta_flows_any_fresh());
	serve_event(&key, 10);
	KUNIT_EXPECT_EQ(test, key, ALICE);
	varta_flows_uncharge(ALICE);
	varta_flows_uncharge(BOB);
	varta_flows_uncharge(CAROL);
}

/* Of equal time, the one that waited longest goes first. */
static void ties_are_served_oldest_first(struct kunit *test)
{
	static const u32 order[] = { CAROL, ALICE, BOB };
	u32 key, i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		varta_flows_charge(order[i]);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, order[i], i + 1));
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		KUNIT_EXPECT_EQ(test, serve_event(&key, 10), i + 1);
		KUNIT_EXPECT_EQ(test, key, order[i]);
	}
	for (i = 0; i < ARRAY_SIZE(order); i++)
		varta_flows_uncharge(order[i]);
}

/* A flow whose allocation failed does not keep others waiting. */
static void postponed_flow_goes_after_all_others(struct kunit *test)
{
	struct varta_flow *flow;
	u32 key, i;

	for (i = ALICE; i <= CAROL; i++)
		varta_flows_charge(i);
	/* Bob has used time. */
	KUNIT_EXPECT_TRUE(test, add_event(test, BOB, 1));
	KUNIT_EXPECT_TRUE(test, add_event(test, BOB, 2));
	KUNIT_EXPECT_TRUE(test, add_event(test, BOB, 3));
	KUNIT_EXPECT_EQ(test, serve_event(&key, 100), 1);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 5));
	KUNIT_EXPECT_TRUE(test, add_event(test, CAROL, 4));
	flow = varta_flows_next();
	KUNIT_ASSERT_EQ(test, flow->key, ALICE);
	varta_flow_postpone(flow);
	varta_flow_served(flow, 0);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 0), 4);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 0), 2);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 0), 3);
	/* Nor does the worker spin for it. */
	KUNIT_EXPECT_FALSE(test, varta_flows_any_fresh());
	KUNIT_EXPECT_EQ(test, serve_event(&key, 0), 5);
	for (i = ALICE; i <= CAROL; i++)
		varta_flows_uncharge(i);
}

static void flows_get_equal_time(struct kunit *test)
{
	u64 time[3] = {};
	u32 key, i;

	for (i = 0; i < 64; i++) {
		varta_flows_charge(ALICE);
		varta_flows_charge(BOB);
	}
	for (i = 1; i <= 64; i++) {
		KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, i));
		KUNIT_EXPECT_TRUE(test, add_event(test, BOB, i));
	}
	for (i = 0; i < 40; i++) {
		struct varta_flow *flow = varta_flows_next();
		u64 cost = flow->key == ALICE ? 30 : 10;

		KUNIT_EXPECT_NE(test, serve_event(&key, cost), 0);
		time[key] += cost;
	}
	KUNIT_EXPECT_GE(test, time[ALICE] + 30, time[BOB]);
	KUNIT_EXPECT_LE(test, time[ALICE], time[BOB] + 30);
	for (i = 0; i < 64; i++) {
		varta_flows_uncharge(ALICE);
		varta_flows_uncharge(BOB);
	}
}

/* Time without events is not saved up. */
static void idle_flow_gets_no_credit(struct kunit *test)
{
	u32 key, i, bob = 0;

	for (i = 0; i < 64; i++)
		varta_flows_charge(ALICE);
	varta_flows_charge(BOB);
	for (i = 1; i <= 40; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, i));
	for (i = 1; i <= 20; i++)
		serve_event(&key, 100);
	for (i = 1; i <= 16; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, BOB, i));
	for (i = 1; i <= 10; i++) {
		serve_event(&key, 100);
		bob += key == BOB;
	}
	KUNIT_EXPECT_GE(test, bob, 4);
	KUNIT_EXPECT_LE(test, bob, 6);
	for (i = 0; i < 64; i++)
		varta_flows_uncharge(ALICE);
	varta_flows_uncharge(BOB);
}

static void events_of_a_flow_are_limited_by_its_agents(struct kunit *test)
{
	u32 key, i;

	varta_flows_charge(ALICE);
	varta_flows_charge(ALICE);
	varta_flows_charge(BOB);
	for (i = 1; i <= VARTA_FLOW_EVENTS + 2 * 2; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, i));
	KUNIT_EXPECT_FALSE(test, add_event(test, ALICE, i));
	KUNIT_EXPECT_FALSE(test, varta_flows_have_room(ALICE));
	KUNIT_EXPECT_TRUE(test, varta_flows_have_room(BOB));
	/* The room of others is not affected. */
	KUNIT_EXPECT_TRUE(test, add_event(test, BOB, 1));
	serve_event(&key, 10);
	serve_event(&key, 10);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, i));
	varta_flows_uncharge(ALICE);
	KUNIT_EXPECT_FALSE(test, add_event(test, ALICE, i));
	varta_flows_uncharge(ALICE);
	varta_flows_uncharge(BOB);
}

/* An agent that was stalled does not stall again while there is no room. */
static void end_of_a_stall_has_room(struct kunit *test)
{
	struct varta_event *event;
	u32 key, i;

	varta_flows_charge(ALICE);
	for (i = 1; i <= VARTA_FLOW_EVENTS + 2; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, i));
	KUNIT_EXPECT_FALSE(test, add_event(test, ALICE, i));
	event = varta_event_alloc(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, event);
	event->info.agent.id.flow_key = ALICE;
	event->info.time_ns = i;
	KUNIT_EXPECT_TRUE(test, varta_flows_add_end(event));
	KUNIT_EXPECT_FALSE(test, varta_flows_have_room(ALICE));
	for (i = 1; i <= VARTA_FLOW_EVENTS + 3; i++)
		KUNIT_EXPECT_EQ(test, serve_event(&key, 10), i);
	varta_flows_uncharge(ALICE);
}

/* The worker that would free them has ended. */
static void closed_flows_take_no_events(struct kunit *test)
{
	struct varta_event *event = varta_event_alloc(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	varta_flows_charge(ALICE);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 1));
	varta_flows_close();
	KUNIT_EXPECT_FALSE(test, add_event(test, ALICE, 2));
	event->info.agent.id.flow_key = ALICE;
	KUNIT_EXPECT_FALSE(test, varta_flows_add_end(event));
	varta_event_free(event);
	varta_flows_uncharge(ALICE);
}

/* The agent is gone, its event is not. */
static void events_outlive_their_agents(struct kunit *test)
{
	u32 key;

	varta_flows_charge(ALICE);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 1));
	varta_flows_uncharge(ALICE);
	varta_flows_charge(ALICE);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 2));
	varta_flows_uncharge(ALICE);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 1);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 2);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 0);
}

/* Nor is it forgotten while others wait. */
static void used_time_outlives_the_agents(struct kunit *test)
{
	u32 key, i;

	varta_flows_charge(ALICE);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 1));
	for (i = 0; i < 4; i++)
		varta_flows_charge(BOB);
	for (i = 1; i <= 8; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, BOB, i));
	serve_event(&key, 100);
	KUNIT_EXPECT_EQ(test, key, ALICE);
	varta_flows_uncharge(ALICE);
	serve_event(&key, 20);
	KUNIT_EXPECT_EQ(test, key, BOB);
	varta_flows_charge(ALICE);
	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 2));
	KUNIT_EXPECT_FALSE(test, varta_flows_any_fresh());
	for (i = 0; i < 3; i++) {
		serve_event(&key, 20);
		KUNIT_EXPECT_EQ(test, key, BOB);
	}
	varta_flows_uncharge(ALICE);
	for (i = 0; i < 4; i++)
		varta_flows_uncharge(BOB);
}

/* Without memory or room, users share a flow. */
static void agents_of_a_shared_flow_are_counted_exactly(struct kunit *test)
{
	u32 i, key;

	for (i = ALICE; i <= DAVE; i++)
		varta_flows_charge(i);
	varta_flows_charge(EVE);
	/* There would be room for a flow of Dave's, without his first agent. */
	varta_flows_uncharge(ALICE);
	varta_flows_charge(DAVE);
	varta_flows_charge(EVE);
	for (i = 1; i <= VARTA_FLOW_EVENTS + 2 * 4; i++)
		KUNIT_EXPECT_TRUE(test, add_event(test, i % 2 ? DAVE : EVE, i));
	KUNIT_EXPECT_FALSE(test, varta_flows_have_room(DAVE));
	KUNIT_EXPECT_FALSE(test, varta_flows_have_room(EVE));
	KUNIT_EXPECT_TRUE(test, varta_flows_have_room(BOB));
	for (i = 1; i <= VARTA_FLOW_EVENTS + 2 * 4; i++)
		KUNIT_EXPECT_EQ(test, serve_event(&key, 10), i);
	for (i = 0; i < 2; i++) {
		varta_flows_uncharge(DAVE);
		varta_flows_uncharge(EVE);
	}
	/* Nobody shares it any more. */
	varta_flows_charge(DAVE);
	KUNIT_EXPECT_TRUE(test, add_event(test, DAVE, 1));
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 1);
	KUNIT_EXPECT_EQ(test, key, DAVE);
	varta_flows_uncharge(BOB);
	varta_flows_uncharge(CAROL);
	varta_flows_uncharge(DAVE);
}

/* One user who stays must not make all later ones share with it. */
static void users_share_a_flow_no_longer_than_needed(struct kunit *test)
{
	u32 key, i;

	for (i = ALICE; i <= DAVE; i++)
		varta_flows_charge(i);
	varta_flows_uncharge(ALICE);
	varta_flows_charge(FRANK);
	KUNIT_EXPECT_TRUE(test, add_event(test, FRANK, 1));
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 1);
	KUNIT_EXPECT_EQ(test, key, FRANK);
	KUNIT_EXPECT_TRUE(test, add_event(test, DAVE, 2));
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 2);
	KUNIT_EXPECT_EQ(test, key, 0);
	for (i = BOB; i <= DAVE; i++)
		varta_flows_uncharge(i);
	varta_flows_uncharge(FRANK);
}

/* Queues an event of each of many users. */
static void fill_flows(struct kunit *test, u32 users)
{
	u32 key;

	varta_flows_exit();
	KUNIT_ASSERT_EQ(test, varta_flows_init(users, SLOTS), 0);
	for (key = 1; key <= users; key++) {
		varta_flows_charge(key);
		KUNIT_ASSERT_TRUE(test, add_event(test, key, key));
		varta_flows_uncharge(key);
	}
}

/* The shortest time of some tries to choose, postpone and charge a flow. */
static u64 time_to_choose(void)
{
	u64 shortest = U64_MAX;
	u32 try, i;

	for (try = 0; try < 4; try++) {
		u64 start = ktime_get_ns();

		for (i = 0; i < 256; i++) {
			struct varta_flow *flow = varta_flows_next();

			varta_flow_postpone(flow);
			varta_flow_served(flow, 1);
		}
		shortest = min(shortest, ktime_get_ns() - start);
	}
	return shortest;
}

/* A user with many uids must not make each event of others take longer. */
static void many_flows_do_not_make_the_choice_slow(struct kunit *test)
{
	u64 few, many;

	fill_flows(test, 16);
	few = time_to_choose();
	flow_test_exit(test);
	KUNIT_ASSERT_EQ(test, varta_flows_init(FLOWS, SLOTS), 0);
	fill_flows(test, 65536);
	many = time_to_choose();
	kunit_info(test, "256 choices: %llu ns of 16 flows, %llu ns of 65536",
		   few, many);
	/* The clock of some kernels is coarse. */
	KUNIT_EXPECT_LT(test, many, 1000 * max_t(u64, few, NSEC_PER_USEC));
}

static void unknown_flow_has_a_place(struct kunit *test)
{
	u32 key;

	KUNIT_EXPECT_TRUE(test, add_event(test, ALICE, 1));
	KUNIT_EXPECT_PTR_NE(test, varta_flows_exits_of(BOB), NULL);
	KUNIT_EXPECT_EQ(test, serve_event(&key, 10), 1);
}

/* ---- Changes of status. */

/* A change of status, or another event, of the agent in a slot. */
static struct varta_event_info event_in_slot(u32 slot, enum varta_event_kind kind,
					     enum varta_status old_status,
					     enum varta_status status)
{
	return (struct varta_event_info) {
		.agent.id.flow_key	= ALICE,
		.agent.id.pid	= 100 + slot,
		.agent.slot	= slot,
		.agent.first_ns	= 10 + slot,
		.agent.nonce	= 1,
		.agent.status	= status,
		.kind		= kind,
		.old_status	= old_status,
		.changes	= kind == VARTA_EVENT_KIND_STATUS,
	};
}

/* As notify.c does. Returns whether it took a new event. */
static bool report_event(struct kunit *test, const struct varta_event_info *info)
{
	struct varta_event *event;

	if (info->kind == VARTA_EVENT_KIND_STATUS && varta_flows_merge(info))
		return false;
	event = varta_event_alloc(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, event);
	event->info = *info;
	KUNIT_ASSERT_TRUE(test, varta_flows_add_end(event));
	return true;
}

static bool report_status(struct kunit *test, u32 slot, u64 now,
			  enum varta_status old_status, enum varta_status status)
{
	struct varta_event_info info =
		event_in_slot(slot, VARTA_EVENT_KIND_STATUS, old_status,
			      status);

	info.time_ns = now;
	return report_event(test, &info);
}

static bool report_terminal(struct kunit *test, u32 slot)
{
	struct varta_event_info info =
		event_in_slot(slot, VARTA_EVENT_KIND_STATUS, VARTA_STATUS_OK,
			      VARTA_STATUS_CRITICAL);

	info.agent.nonce = VARTA_TERMINAL_NONCE;
	return report_event(test, &info);
}

/* Returns whether there was one. */
static bool take_event(struct varta_event_info *info)
{
	struct varta_flow *flow = varta_flows_next();
	struct varta_event *event = flow ? varta_flow_pop(flow) : NULL;

	if (event) {
		*info = event->info;
		varta_event_free(event);
	}
	if (flow)
		varta_flow_served(flow, 1);
	return event;
}

static void changes_of_status_share_an_event(struct kunit *test)
{
	struct varta_event_info info = {};

	KUNIT_EXPECT_TRUE(test, report_status(test, 1, 5, VARTA_STATUS_DEGRADED,
					      VARTA_STATUS_OK));
	KUNIT_EXPECT_TRUE(test, report_status(test, 2, 6, VARTA_STATUS_OK,
					      VARTA_STATUS_DEGRADED));
	KUNIT_EXPECT_FALSE(test, report_status(test, 1, 7, VARTA_STATUS_OK,
					       VARTA_STATUS_DEGRADED));
	KUNIT_EXPECT_FALSE(test, report_status(test, 1, 8, VARTA_STATUS_DEGRADED,
					       VARTA_STATUS_CRITICAL));
	KUNIT_ASSERT_TRUE(test, take_event(&info));
	KUNIT_EXPECT_EQ(test, info.agent.id.pid, 101);
	KUNIT_EXPECT_EQ(test, info.time_ns, 5);
	KUNIT_EXPECT_EQ(test, info.old_status, VARTA_STATUS_DEGRADED);
	KUNIT_EXPECT_EQ(test, info.agent.status, VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_EQ(test, info.changes, 3);
	/* What was taken is not changed any more. */
	KUNIT_EXPECT_TRUE(test, report_status(test, 1, 9, VARTA_STATUS_CRITICAL,
					      VARTA_STATUS_OK));
	KUNIT_ASSERT_TRUE(test, take_event(&info));
	KUNIT_EXPECT_EQ(test, info.agent.id.pid, 102);
	KUNIT_EXPECT_EQ(test, info.changes, 1);
	KUNIT_ASSERT_TRUE(test, take_event(&info));
	KUNIT_EXPECT_EQ(test, info.time_ns, 9);
	KUNIT_EXPECT_EQ(test, info.old_status, VARTA_STATUS_CRITICAL);
	KUNIT_EXPECT_FALSE(test, take_event(&info));
}

/* Queues events of one agent at 1, 2 and so on. */
static void report_kinds(struct kunit *test, const enum varta_event_kind *kinds,
			 int count)
{
	int i;

	for (i = 0; i < count; i++) {
		struct varta_event_info info =
			event_in_slot(1, kinds[i], VARTA_STATUS_OK,
				      VARTA_STATUS_OK);

		info.time_ns = i + 1;
		KUNIT_EXPECT_TRUE(test, report_event(test, &info));
	}
}

/* Takes events, and expects those from @first to @last. */
static void expect_alike(struct kunit *test, u64 until, u32 max, u64 first,
			 u64 last)
{
	struct varta_flow *flow = varta_flows_next();
	struct varta_event *event, *next;
	LIST_HEAD(events);

	KUNIT_ASSERT_NOT_NULL(test, flow);
	KUNIT_EXPECT_EQ(test, varta_flow_pop_alike(flow, until, max, &events),
			last + 1 - first);
	list_for_each_entry_safe(event, next, &events, list) {
		KUNIT_EXPECT_EQ(test, event->info.time_ns, first++);
		varta_event_free(event);
	}
	KUNIT_EXPECT_EQ(test, first, last + 1);
	varta_flow_served(flow, 1);
}

static void events_of_a_kind_are_taken_together(struct kunit *test)
{
	static const enum varta_event_kind kinds[] = {
		VARTA_EVENT_KIND_STALL, VARTA_EVENT_KIND_STALL,
		VARTA_EVENT_KIND_STALL, VARTA_EVENT_KIND_RECOVER,
		VARTA_EVENT_KIND_STALL, VARTA_EVENT_KIND_STALL,
		VARTA_EVENT_KIND_STATUS,
	};

	report_kinds(test, kinds, ARRAY_SIZE(kinds));
	/* No more than a message has room for. */
	expect_alike(test, U64_MAX, 2, 1, 2);
	expect_alike(test, U64_MAX, 2, 3, 3);
	expect_alike(test, U64_MAX, 2, 4, 4);
	/* None that is later than an exit. */
	expect_alike(test, 4, 2, 5, 4);
	expect_alike(test, 5, 2, 5, 5);
	expect_alike(test, U64_MAX, 2, 6, 6);
	expect_alike(test, U64_MAX, 2, 7, 7);
	KUNIT_EXPECT_NULL(test, varta_flows_next());
	/* What was taken is not changed any more. */
	KUNIT_EXPECT_TRUE(test, report_status(test, 1, 8, VARTA_STATUS_OK,
					      VARTA_STATUS_DEGRADED));
}

static void change_of_status_does_not_overtake(struct kunit *test)
{
	static const enum varta_event_kind kinds[] = {
		VARTA_EVENT_KIND_STALL, VARTA_EVENT_KIND_RECOVER,
		VARTA_EVENT_KIND_GOODBYE, VARTA_EVENT_KIND_CONFLICT,
	};
	struct varta_event_info info = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct varta_event_info other =
			event_in_slot(1, kinds[i], 0, VARTA_STATUS_DEGRADED);

		report_status(test, 1, 1, VARTA_STATUS_OK, VARTA_STATUS_DEGRADED);
		report_event(test, &other);
		KUNIT_EXPECT_TRUE(test,
				  report_status(test, 1, 2, VARTA_STATUS_DEGRADED,
						VARTA_STATUS_OK));
		KUNIT_EXPECT_TRUE(test, take_event(&info));
		KUNIT_EXPECT_EQ(test, info.agent.status, VARTA_STATUS_DEGRADED);
		KUNIT_EXPECT_TRUE(test, take_event(&info));
		KUNIT_EXPECT_EQ(test, info.kind, kinds[i]);
		KUNIT_EXPECT_TRUE(test, take_event(&info));
	}
}

/* Of a large tracker. */
static void distant_slots_do_not_share_an_event(struct kunit *test)
{
	const u32 distant = 1 + 65536;
	struct varta_event_info info = {};
	int i;

	flow_test_exit(test);
	KUNIT_ASSERT_EQ(test, varta_flows_init(FLOWS, 1 << 17), 0);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test,
				  report_status(test, 1, i, VARTA_STATUS_OK,
						VARTA_STATUS_DEGRADED));
		KUNIT_EXPECT_TRUE(test,
				  report_status(test, distant, i, VARTA_STATUS_OK,
						VARTA_STATUS_DEGRADED));
		KUNIT_EXPECT_FALSE(test,
				   report_status(test, distant, i,
						 VARTA_STATUS_DEGRADED,
						 VARTA_STATUS_OK));
	}
	for (i = 0; i < 4; i++) {
		KUNIT_ASSERT_TRUE(test, take_event(&info));
		KUNIT_EXPECT_EQ(test, info.agent.id.pid,
				100 + (i % 2 ? distant : 1));
		KUNIT_EXPECT_EQ(test, info.changes, i % 2 ? 2 : 1);
	}
	KUNIT_EXPECT_FALSE(test, take_event(&info));
}

/* The slot may be used again while an event of its old agent waits. */
static void agents_do_not_share_an_event(struct kunit *test)
{
	struct varta_event_info a =
		event_in_slot(1, VARTA_EVENT_KIND_STATUS, 0, VARTA_STATUS_OK);
	struct varta_event_info b[4] = { a, a, a, a };
	int i;

	b[0].agent.id.pid++;
	b[1].agent.id.source++;
	b[2].agent.id.start_ns++;
	b[3].agent.first_ns++;
	for (i = 0; i < ARRAY_SIZE(b); i++) {
		KUNIT_EXPECT_TRUE_MSG(test, report_event(test, &a), "%d", i);
		KUNIT_EXPECT_TRUE_MSG(test, report_event(test, &b[i]), "%d", i);
		KUNIT_EXPECT_FALSE_MSG(test, report_event(test, &b[i]), "%d", i);
	}
	/* A change of a setting has no slot. */
	a.agent.slot = SLOTS;
	KUNIT_EXPECT_TRUE(test, report_event(test, &a));
	KUNIT_EXPECT_TRUE(test, report_event(test, &a));
}

static void terminal_beat_is_not_hidden(struct kunit *test)
{
	struct varta_event_info info = {};
	int i;

	KUNIT_EXPECT_TRUE(test, report_status(test, 1, 1, VARTA_STATUS_OK,
					      VARTA_STATUS_DEGRADED));
	KUNIT_EXPECT_FALSE(test, report_terminal(test, 1));
	KUNIT_EXPECT_TRUE(test, report_status(test, 1, 2, VARTA_STATUS_CRITICAL,
					      VARTA_STATUS_OK));
	/* However often that is repeated, two events wait. */
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_FALSE(test, report_terminal(test, 1));
		KUNIT_EXPECT_FALSE(test, report_status(test, 1, 3,
						       VARTA_STATUS_CRITICAL,
						       VARTA_STATUS_OK));
	}
	KUNIT_ASSERT_TRUE(test, take_event(&info));
	KUNIT_EXPECT_EQ(test, info.agent.nonce, VARTA_TERMINAL_NONCE);
	KUNIT_EXPECT_EQ(test, info.changes, 2);
	KUNIT_ASSERT_TRUE(test, take_event(&info));
	KUNIT_EXPECT_EQ(test, info.changes, 17);
	KUNIT_EXPECT_EQ(test, info.agent.status, VARTA_STATUS_OK);
	/* The next agent begins anew. */
	report_terminal(test, 1);
	KUNIT_EXPECT_TRUE(test, report_status(test, 1, 4, VARTA_STATUS_CRITICAL,
					      VARTA_STATUS_OK));
}

static void terminal_beat_of_slots_last_agent_hides_none(struct kunit *test)
{
	struct varta_event_info info =
		event_in_slot(1, VARTA_EVENT_KIND_STATUS, VARTA_STATUS_OK,
			      VARTA_STATUS_DEGRADED);

	report_terminal(test, 1);
	info.agent.id.pid++;
	KUNIT_EXPECT_TRUE(test, report_event(test, &info));
	info.agent.nonce = VARTA_TERMINAL_NONCE;
	KUNIT_EXPECT_FALSE(test, report_event(test, &info));
	info.agent.nonce = 1;
	KUNIT_EXPECT_TRUE(test, report_event(test, &info));
}

/* What a listener knows of the agent in a slot. */
struct heard {
	enum varta_status status;
	u32 changes;
	u32 others;
};

struct status_model {
	struct rnd_state random;
	enum varta_status status[SLOTS];
	/* What happened, and what was heard of it. */
	struct heard happened[SLOTS];
	struct heard heard[SLOTS];
	/* Changes of status before each other event that waits. */
	u32 changes_before[SLOTS][64];
};

static u32 random_below(struct status_model *model, u32 n)
{
	return prandom_u32_state(&model->random) % n;
}

static void cause_event(struct kunit *test, struct status_model *model)
{
	u32 slot = random_below(model, SLOTS);
	struct heard *happened = &model->happened[slot];
	enum varta_status status = random_below(model, 3);
	struct varta_event_info info =
		event_in_slot(slot, VARTA_EVENT_KIND_STATUS,
			      model->status[slot], status);

	if (random_below(model, 4)) {
		model->status[slot] = status;
		happened->changes++;
	} else {
		info.kind = VARTA_EVENT_KIND_CONFLICT;
		model->changes_before[slot][happened->others++ % 64] =
			happened->changes;
	}
	report_event(test, &info);
}

/* Statuses are a chain; other events are where they happened. */
static bool hear_event(struct kunit *test, struct status_model *model)
{
	struct varta_event_info info;
	struct heard *heard;
	u32 slot;

	if (!take_event(&info))
		return false;
	slot = info.agent.slot;
	heard = &model->heard[slot];
	if (info.kind == VARTA_EVENT_KIND_STATUS) {
		KUNIT_EXPECT_EQ(test, info.old_status, heard->status);
		heard->status = info.agent.status;
		heard->changes += info.changes;
	} else {
		KUNIT_EXPECT_EQ(test,
				model->changes_before[slot][heard->others % 64],
				heard->changes);
		heard->others++;
	}
	return true;
}

static void all_changes_are_heard_in_order(struct kunit *test)
{
	struct status_model *model = kunit_kzalloc(test, sizeof(*model),
						   GFP_KERNEL);
	u32 i, waiting = 0;

	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&model->random, varta_kunit_seed ?: DEFAULT_SEED);
	for (i = 0; i < 20000; i++) {
		if (waiting < 32 && random_below(model, 2)) {
			cause_event(test, model);
			waiting++;
		} else if (!hear_event(test, model)) {
			waiting = 0;
		}
	}
	while (hear_event(test, model))
		;
	for (i = 0; i < SLOTS; i++) {
		KUNIT_EXPECT_EQ(test, model->heard[i].status, model->status[i]);
		KUNIT_EXPECT_EQ(test, model->heard[i].changes,
				model->happened[i].changes);
		KUNIT_EXPECT_EQ(test, model->heard[i].others,
				model->happened[i].others);
	}
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(events_of_a_kind_are_taken_together),
	KUNIT_CASE(changes_of_status_share_an_event),
	KUNIT_CASE(change_of_status_does_not_overtake),
	KUNIT_CASE(agents_do_not_share_an_event),
	KUNIT_CASE(distant_slots_do_not_share_an_event),
	KUNIT_CASE(terminal_beat_is_not_hidden),
	KUNIT_CASE(terminal_beat_of_slots_last_agent_hides_none),
	KUNIT_CASE(all_changes_are_heard_in_order),
	KUNIT_CASE(events_of_a_flow_keep_their_order),
	KUNIT_CASE(new_flow_goes_next),
	KUNIT_CASE(flow_is_fresh_until_served),
	KUNIT_CASE(ties_are_served_oldest_first),
	KUNIT_CASE(postponed_flow_goes_after_all_others),
	KUNIT_CASE(flows_get_equal_time),
	KUNIT_CASE(idle_flow_gets_no_credit),
	KUNIT_CASE(events_of_a_flow_are_limited_by_its_agents),
	KUNIT_CASE(end_of_a_stall_has_room),
	KUNIT_CASE(closed_flows_take_no_events),
	KUNIT_CASE(events_outlive_their_agents),
	KUNIT_CASE(used_time_outlives_the_agents),
	KUNIT_CASE(agents_of_a_shared_flow_are_counted_exactly),
	KUNIT_CASE(users_share_a_flow_no_longer_than_needed),
	KUNIT_CASE(many_flows_do_not_make_the_choice_slow),
	KUNIT_CASE(unknown_flow_has_a_place),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "varta-flow",
	.init = flow_test_init,
	.exit = flow_test_exit,
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
