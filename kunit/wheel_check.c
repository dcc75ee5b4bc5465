// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inspect a timing wheel.
 */
#include <linux/bitops.h>

#include "wheel_check.h"

enum {
	NR_BUCKETS	= VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS,
	/* Numbering of lists as in wheel.c. */
	LIST_DUE	= NR_BUCKETS,
	LIST_CURRENT,
	LIST_EARLY,
	NR_LISTS	= LIST_EARLY + VARTA_WHEEL_LEVELS - 1,
};

/**
 * wheel_is_armed() - whether a timer is armed
 * @wheel: the wheel
 * @nr: number of the timer
 */
bool wheel_is_armed(const struct varta_wheel *wheel, u32 nr)
{
	return wheel->timers[1 + nr].next;
}

/**
 * wheel_expires() - when a timer expires
 * @wheel: the wheel
 * @nr: number of the timer
 *
 * Return: the time, U64_MAX if it is not armed.
 */
u64 wheel_expires(const struct varta_wheel *wheel, u32 nr)
{
	return wheel_is_armed(wheel, nr) ?
		wheel->timers[1 + nr].expires : U64_MAX;
}

/**
 * wheel_any_group_is_armed() - whether the timer of any group is armed
 * @wheel: the wheel
 */
bool wheel_any_group_is_armed(const struct varta_wheel *wheel)
{
	u32 nr;

	for (nr = 0; nr < wheel->capacity; nr += VARTA_WHEEL_GROUP) {
		if (wheel_is_armed(wheel, varta_wheel_group_timer(wheel, nr)))
			return true;
	}
	return false;
}

/* Each level holds VARTA_WHEEL_BUCKETS buckets from clk[level] on. */
static const char *bucket_fault(const struct varta_wheel *wheel, u32 list,
				u64 expires)
{
	u32 level = list / VARTA_WHEEL_BUCKETS;
	u64 clk = wheel->clk[level];
	u64 bucket = expires >> (VARTA_WHEEL_TICK_SHIFT +
				 level * VARTA_WHEEL_LEVEL_SHIFT);

	if (bucket < clk)
		return "a timer is in a bucket that was emptied";
	if (bucket - clk >= VARTA_WHEEL_BUCKETS) {
		/* Beyond the reach of the wheel, any bucket is correct. */
		return level == VARTA_WHEEL_LEVELS - 1 ? NULL :
			"a timer is beyond the reach of its level";
	}
	if (bucket % VARTA_WHEEL_BUCKETS != list % VARTA_WHEEL_BUCKETS &&
	    level < VARTA_WHEEL_LEVELS - 1)
		return "a timer is in the wrong bucket";
	return NULL;
}

static const char *timer_fault(const struct varta_wheel *wheel, u32 list,
			       u64 expires)
{
	bool has_begun = expires >> VARTA_WHEEL_TICK_SHIFT <
			 wheel->clk[0];

	switch (list) {
	case LIST_DUE:
		return has_begun ? NULL :
			"a timer is in LIST_DUE before its tick";
	case LIST_CURRENT:
		if (!has_begun)
			return "a timer is in LIST_CURRENT before its tick";
		return expires < wheel->next_expiry ?
			"a timer in LIST_CURRENT expires before next_expiry" : NULL;
	default:
		return list >= LIST_EARLY ? NULL :
			bucket_fault(wheel, list, expires);
	}
}

static bool is_marked(const struct varta_wheel *wheel, u32 list)
{
	return test_bit(list, wheel->pending_map);
}

/* Adds the length of the list to @found. */
static const char *list_fault(const struct varta_wheel *wheel, u32 list,
			      u32 *found)
{
	u32 head = wheel->heads + list;
	u32 before = head, idx, steps;
	const char *fault;

	idx = wheel->timers[head].next;
	for (steps = 0; idx != head; steps++) {
		if (!idx || idx >= wheel->heads || steps == wheel->heads)
			return "a list is not circular";
		if (wheel->timers[idx].prev != before)
			return "prev and next of a timer do not match";
		fault = timer_fault(wheel, list, wheel->timers[idx].expires);
		if (fault)
			return fault;
		before = idx;
		idx = wheel->timers[idx].next;
	}
	if (wheel->timers[head].prev != before)
		return "prev of a list head is not the last timer";
	if (list < NR_BUCKETS && is_marked(wheel, list) != !!steps)
		return "pending_map is wrong for a bucket";
	*found += steps;
	return NULL;
}

/**
 * wheel_fault() - check the lists of a wheel
 * @wheel: the wheel
 *
 * Return: description of the first inconsistency, NULL if there is none.
 */
const char *wheel_fault(const struct varta_wheel *wheel)
{
	u32 list, idx, found = 0, armed = 0;
	const char *fault;

	for (list = 0; list < NR_LISTS; list++) {
		fault = list_fault(wheel, list, &found);
		if (fault)
			return fault;
	}
	for (idx = 1; idx < wheel->heads; idx++)
		armed += wheel->timers[idx].next != 0;
	return found == armed ? NULL : "an armed timer is in no list";
}
