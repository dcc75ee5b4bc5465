// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look inside a timing wheel.
 */
#include <linux/bitops.h>

#include "wheel_check.h"

enum {
	BUCKETS	= VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS,
	/* As wheel.c numbers the lists behind the buckets. */
	DUE	= BUCKETS,
	SOON,
	EARLY,
	LISTS = EARLY + VARTA_WHEEL_LEVELS - 1,
};

/**
 * wheel_is_armed() - whether a number is due at some time
 * @wheel: the wheel
 * @number: which
 */
bool wheel_is_armed(const struct varta_wheel *wheel, u32 number)
{
	return wheel->timers[1 + number].next;
}

/**
 * wheel_expires() - for when a number is armed
 * @wheel: the wheel
 * @number: which
 *
 * Return: the time, U64_MAX if it is not armed.
 */
u64 wheel_expires(const struct varta_wheel *wheel, u32 number)
{
	return wheel_is_armed(wheel, number) ?
		wheel->timers[1 + number].expires : U64_MAX;
}

/* Its level holds so many buckets from its position on. */
static const char *bucket_fault(const struct varta_wheel *wheel, u32 list,
				u64 expires)
{
	u32 level = list / VARTA_WHEEL_BUCKETS;
	u64 position = wheel->clk[level];
	u64 bucket = expires >> (VARTA_WHEEL_TICK_SHIFT +
				 level * VARTA_WHEEL_LEVEL_SHIFT);

	if (bucket < position)
		return "time has passed a timer by";
	if (bucket - position >= VARTA_WHEEL_BUCKETS) {
		/* It waits in any bucket, to be looked at early. */
		return level == VARTA_WHEEL_LEVELS - 1 ? NULL :
			"a timer is too far ahead for its level";
	}
	if (bucket % VARTA_WHEEL_BUCKETS != list % VARTA_WHEEL_BUCKETS &&
	    level < VARTA_WHEEL_LEVELS - 1)
		return "a timer is in another's bucket";
	return NULL;
}

static const char *timer_fault(const struct varta_wheel *wheel, u32 list,
			       u64 expires)
{
	bool has_begun = expires >> VARTA_WHEEL_TICK_SHIFT <
			 wheel->clk[0];

	switch (list) {
	case DUE:
		return has_begun ? NULL : "a timer is due before its tick";
	case SOON:
		if (!has_begun)
			return "a timer is among the soon ones, and is not";
		return expires < wheel->next_expiry ?
			"a timer is due before the soonest" : NULL;
	default:
		return list >= EARLY ? NULL :
			bucket_fault(wheel, list, expires);
	}
}

static bool is_marked(const struct varta_wheel *wheel, u32 list)
{
	return test_bit(list, wheel->pending_map);
}

/* Adds how many timers are in the list to @found. */
static const char *list_fault(const struct varta_wheel *wheel, u32 list,
			      u32 *found)
{
	u32 head = wheel->heads + list;
	u32 before = head, place, steps;
	const char *fault;

	place = wheel->timers[head].next;
	for (steps = 0; place != head; steps++) {
		if (!place || place >= wheel->heads || steps == wheel->heads)
			return "a list does not lead back to its head";
		if (wheel->timers[place].prev != before)
			return "a list is not the same backwards";
		fault = timer_fault(wheel, list, wheel->timers[place].expires);
		if (fault)
			return fault;
		before = place;
		place = wheel->timers[place].next;
	}
	if (wheel->timers[head].prev != before)
		return "a list's head does not lead to its end";
	if (list < BUCKETS && is_marked(wheel, list) != !!steps)
		return "a bucket is not marked as what it is";
	*found += steps;
	return NULL;
}

/**
 * wheel_fault() - what is wrong with a wheel
 * @wheel: nobody is using it
 *
 * Return: what, or NULL if nothing is.
 */
const char *wheel_fault(const struct varta_wheel *wheel)
{
	u32 list, place, found = 0, armed = 0;
	const char *fault;

	for (list = 0; list < LISTS; list++) {
		fault = list_fault(wheel, list, &found);
		if (fault)
			return fault;
	}
	for (place = 1; place < wheel->heads; place++)
		armed += wheel->timers[place].next != 0;
	return found == armed ? NULL : "a timer is armed and in no list";
}
