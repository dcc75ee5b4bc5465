// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which stalls a listener is told, and which it was.
 */
#include <search.h>

static void counted_walk(const void *root,
			 void (*action)(const void *, VISIT, void *),
			 void *arg);

/* How much forgetting costs can be counted, other than its time. */
#define twalk_r		counted_walk
#include "told.c"
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

static struct varta_agent agent(uint32_t ns_pid, uint64_t last_beat)
{
	return (struct varta_agent){
		.ns_pid = ns_pid,
		.ns_inode = 4026531836,
		.last_beat = last_beat,
	};
}

static void test_overrun(struct varta_told *told)
{
	struct varta_agent a = agent(1, 100), b = agent(2, 100);

	check(varta_told_by_event(told, &a) == 1, "told: by an event");
	varta_told_begin(told);
	check(varta_told_by_ledger(told, &a) == 0, "told: not again by ledger");
	check(varta_told_by_ledger(told, &b) == 1, "told: missed, by ledger");
	varta_told_end(told);
	check(varta_told_by_event(told, &b) == 0,
	      "told: the event that comes late");
	b.last_beat = 200;
	check(varta_told_by_event(told, &b) == 1, "told: a new silence");
	check(told->count == 2, "told: one for each agent");
}

static void test_before(struct varta_told *told)
{
	struct varta_agent a = agent(3, 100), b = agent(4, 100);

	check(!varta_told_before(told, &a) && !varta_told_before(told, &b),
	      "told: from before");
	check(varta_told_by_ledger(told, &a) == 0, "told: not by ledger then");
	check(varta_told_by_event(told, &b) == 1,
	      "told: unless its event comes all the same");
}

static void test_identity(struct varta_told *told)
{
	struct varta_agent a = agent(5, 100), other = agent(5, 100);

	varta_told_by_event(told, &a);
	other.source = 1;
	check(varta_told_by_ledger(told, &other) == 1, "told: other source");
	other.source = 0;
	other.ns_inode++;
	check(varta_told_by_ledger(told, &other) == 1, "told: other namespace");
	varta_told_forget(told, &a);
	check(varta_told_by_ledger(told, &a) == 1, "told: after its exit");
	varta_told_forget(told, &a);
	varta_told_forget(told, &a);
	check(varta_told_by_ledger(told, &other) == 0,
	      "told: not after another's");
}

static void test_forgetting(struct varta_told *told)
{
	struct varta_agent a;
	uint32_t i;

	varta_told_clear(told);
	walks = 0;
	for (i = 1; i <= MANY; i++) {
		a = agent(i, 100);
		varta_told_by_event(told, &a);
	}
	check(told->count == MANY && told->count > told->limit,
	      "told: more than the limit");
	varta_told_begin(told);
	for (i = 1; i <= MANY; i += 10) {
		a = agent(i, 100);
		varta_told_by_ledger(told, &a);
	}
	varta_told_end(told);
	check(told->count == MANY / 10 && told->limit >= MANY / 5,
	      "told: those that are over are forgotten");
	a = agent(11, 100);
	check(varta_told_by_ledger(told, &a) == 0, "told: the others are not");
	varta_told_begin(told);
	varta_told_end(told);
	check(!told->count, "told: none is left");
	check(walks == 2, "told: each time by one look at all of them");
}

void test_told(void)
{
	struct varta_told told;

	varta_told_init(&told);
	test_overrun(&told);
	test_before(&told);
	test_identity(&told);
	test_forgetting(&told);
	varta_told_clear(&told);
}
