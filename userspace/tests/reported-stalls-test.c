// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which stalls a listener still has to get.
 */
#include <search.h>
#include <string.h>

static void counted_walk(const void *root,
			 void (*action)(const void *, VISIT, void *),
			 void *arg);

/* Counts the walks, which are the cost of a dump. */
#define twalk_r		counted_walk
#include "reported_stalls.c"
#undef twalk_r

#include "tap.h"

#define MANY	100000

static unsigned int walks;

static void counted_walk(const void *root,
			 void (*action)(const void *, VISIT, void *), void *arg)
{
	walks++;
	twalk_r(root, action, arg);
}

static unsigned int ended;
static struct varta_agent last_ended;

static void note_ended(const struct varta_agent *agent, void *arg)
{
	(void)arg;
	ended++;
	last_ended = *agent;
}

static struct varta_agent agent(uint32_t ns_pid, uint64_t last_beat)
{
	return (struct varta_agent){
		.ns_pid = ns_pid,
		.ns_inode = 4026531836,
		.last_beat = last_beat,
	};
}

static void test_overrun(struct varta_reported_stalls *stalls)
{
	struct varta_agent a = agent(1, 100), b = agent(2, 100);

	check(varta_stalls_add_event(stalls, &a) == 1,
	      "stalls: reported by an event");
	varta_stalls_begin_dump(stalls);
	check(varta_stalls_add_dumped(stalls, &a) == 0,
	      "stalls: not reported again by a dump");
	check(varta_stalls_add_dumped(stalls, &b) == 1,
	      "stalls: lost, reported by a dump");
	varta_stalls_end_dump(stalls, note_ended, NULL);
	check(varta_stalls_add_event(stalls, &b) == 0,
	      "stalls: not reported again by a late event");
	b.last_beat = 200;
	check(varta_stalls_add_event(stalls, &b) == 1,
	      "stalls: a new silence is a new stall");
	check(stalls->count == 2, "stalls: one for each agent");
}

static void test_recover(struct varta_reported_stalls *stalls)
{
	struct varta_agent a = agent(8, 100);

	varta_stalls_add_event(stalls, &a);
	a.last_beat = 200;
	check(varta_stalls_recover(stalls, &a) &&
	      varta_stalls_add_dumped(stalls, &a) == 1,
	      "stalls: ended by a beat");
	check(!varta_stalls_recover(stalls, &a) &&
	      varta_stalls_add_dumped(stalls, &a) == 0,
	      "stalls: found by a dump, not ended by the beat before");
	check(varta_stalls_add_event(stalls, &a) == 0,
	      "stalls: and not reported again");
	a.last_beat = 300;
	check(varta_stalls_recover(stalls, &a), "stalls: ended by the next beat");
}

static void test_ended(void)
{
	struct varta_reported_stalls stalls;
	struct varta_agent a = agent(1, 100), b = agent(2, 100);

	varta_stalls_init(&stalls);
	a.pid = 4711;
	strcpy(a.name, "web");
	varta_stalls_add_event(&stalls, &a);
	varta_stalls_add_event(&stalls, &b);
	varta_stalls_begin_dump(&stalls);
	varta_stalls_add_dumped(&stalls, &b);
	ended = 0;
	varta_stalls_end_dump(&stalls, note_ended, NULL);
	check(ended == 1 && last_ended.pid == 4711 && last_ended.ns_pid == 1 &&
	      last_ended.ns_inode == a.ns_inode &&
	      last_ended.last_beat == 100 && !strcmp(last_ended.name, "web"),
	      "stalls: one that is not in a dump has ended");
	varta_stalls_begin_dump(&stalls);
	varta_stalls_add_dumped(&stalls, &b);
	varta_stalls_end_dump(&stalls, note_ended, NULL);
	check(ended == 1, "stalls: one ends once");
	varta_stalls_clear(&stalls);
}

static void test_before(struct varta_reported_stalls *stalls)
{
	struct varta_agent a = agent(3, 100), b = agent(4, 100);

	check(!varta_stalls_add_earlier(stalls, &a) &&
	      !varta_stalls_add_earlier(stalls, &b),
	      "stalls: from before the subscription");
	check(varta_stalls_add_dumped(stalls, &a) == 0,
	      "stalls: an earlier one is not reported by a dump");
	check(varta_stalls_add_event(stalls, &b) == 1,
	      "stalls: an earlier one is reported by an event");
}

static void test_identity(struct varta_reported_stalls *stalls)
{
	struct varta_agent a = agent(5, 100), other = agent(5, 100);

	varta_stalls_add_event(stalls, &a);
	other.source = 1;
	check(varta_stalls_add_dumped(stalls, &other) == 1,
	      "stalls: another source");
	other.source = 0;
	other.ns_inode++;
	check(varta_stalls_add_dumped(stalls, &other) == 1,
	      "stalls: another namespace");
	varta_stalls_forget(stalls, &a);
	check(varta_stalls_add_dumped(stalls, &a) == 1,
	      "stalls: reported again after an exit");
	varta_stalls_forget(stalls, &a);
	varta_stalls_forget(stalls, &a);
	check(varta_stalls_add_dumped(stalls, &other) == 0,
	      "stalls: kept after another agent's exit");
}

/* The kernel may report the stall of a new process with the pid first. */
static void test_exit_of_earlier_agent(struct varta_reported_stalls *stalls)
{
	struct varta_agent old = agent(6, 100), new = agent(6, 200);

	varta_stalls_add_event(stalls, &new);
	varta_stalls_forget(stalls, &old);
	check(varta_stalls_add_dumped(stalls, &new) == 0,
	      "stalls: kept after the exit of an earlier agent with the pid");
	new.last_beat = 300;
	varta_stalls_forget(stalls, &new);
	check(varta_stalls_add_dumped(stalls, &new) == 1,
	      "stalls: dropped by an exit after later beats");
}

/* A dump has both: the exit of the first is not reported yet. */
static void test_two_agents_with_a_pid(struct varta_reported_stalls *stalls)
{
	struct varta_agent old = agent(7, 100), new = agent(7, 200);

	varta_stalls_add_event(stalls, &old);
	varta_stalls_add_event(stalls, &new);
	varta_stalls_begin_dump(stalls);
	check(varta_stalls_add_dumped(stalls, &old) == 0 &&
	      varta_stalls_add_dumped(stalls, &new) == 0,
	      "stalls: of two agents with a pid, not reported again by a dump");
	check(varta_stalls_add_event(stalls, &old) == 1,
	      "stalls: of an earlier agent with the pid, reported by an event");
	check(varta_stalls_add_dumped(stalls, &new) == 0,
	      "stalls: kept after the stall of an earlier agent");
}

static void test_forgetting(struct varta_reported_stalls *stalls)
{
	struct varta_agent a;
	uint32_t i;

	varta_stalls_clear(stalls);
	walks = 0;
	for (i = 1; i <= MANY; i++) {
		a = agent(i, 100);
		varta_stalls_add_event(stalls, &a);
	}
	check(stalls->count == MANY && stalls->count > stalls->limit,
	      "stalls: more than the limit");
	varta_stalls_begin_dump(stalls);
	for (i = 1; i <= MANY; i += 10) {
		a = agent(i, 100);
		varta_stalls_add_dumped(stalls, &a);
	}
	varta_stalls_end_dump(stalls, note_ended, NULL);
	check(stalls->count == MANY / 10 && stalls->limit >= MANY / 5,
	      "stalls: those that ended are dropped");
	a = agent(11, 100);
	check(varta_stalls_add_dumped(stalls, &a) == 0,
	      "stalls: the others are kept");
	varta_stalls_begin_dump(stalls);
	varta_stalls_end_dump(stalls, note_ended, NULL);
	check(!stalls->count, "stalls: all ended");
	check(walks == 2, "stalls: one walk for each dump");
}

TEST_GROUP(reported_stalls)
{
	struct varta_reported_stalls stalls;

	varta_stalls_init(&stalls);
	test_overrun(&stalls);
	test_before(&stalls);
	test_identity(&stalls);
	test_exit_of_earlier_agent(&stalls);
	test_two_agents_with_a_pid(&stalls);
	test_forgetting(&stalls);
	varta_stalls_clear(&stalls);
	test_recover(&stalls);
	test_ended();
}
