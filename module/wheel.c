// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hierarchical timing wheel. What is due within the bucket of a level that
 * time has come to is in the levels below; everything else waits, unsorted, in
 * the bucket of the highest level at which its time differs from the wheel's.
 * When time comes to such a bucket, what is in it moves down. In the last
 * step, from a tick to the exact nanosecond, a timer is in the list SOON.
 *
 * A bucket is emptied in batches, by way of the list DUE, so that however many
 * it holds, the lock is only held for a moment. The lists are circular and
 * doubly linked, by places in one array, half as large as pointers.
 *
 * Whoever handles what is due waits until varta_wheel_next(). A timer that is
 * armed meanwhile for an earlier time is the reason to wake them, and the only
 * one: varta_wheel_arm() says so.
 */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "wheel.h"

/* The lists, by number: the buckets of all levels, and two more. */
enum {
	BUCKETS	= VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS,
	/* To be moved down or handed out. */
	DUE	= BUCKETS,
	/* Due within the tick that the wheel has turned to, or earlier. */
	SOON,
	LISTS,
	/* So many timers of a bucket are looked at to say when it is due. */
	LOOKED_AT = 8,
};

static_assert(VARTA_WHEEL_TICK_SHIFT +
	      VARTA_WHEEL_LEVELS * VARTA_WHEEL_BITS >= 64);

static u64 tick_of(u64 time)
{
	return time >> VARTA_WHEEL_TICK_SHIFT;
}

static u32 head_of(const struct varta_wheel *wheel, u32 list)
{
	return wheel->heads + list;
}

static bool list_is_empty(const struct varta_wheel *wheel, u32 list)
{
	u32 head = head_of(wheel, list);

	return wheel->timers[head].next == head;
}

static void mark_empty(struct varta_wheel *wheel, u32 list)
{
	if (list < BUCKETS)
		__clear_bit(list, wheel->occupied);
}

static void link_to(struct varta_wheel *wheel, u32 place, u32 list)
{
	struct varta_timer *timers = wheel->timers;
	u32 head = head_of(wheel, list);
	u32 last = timers[head].prev;

	timers[place].next = head;
	timers[place].prev = last;
	timers[last].next = place;
	timers[head].prev = place;
	if (list < BUCKETS)
		__set_bit(list, wheel->occupied);
}

static void unlink_timer(struct varta_wheel *wheel, u32 place)
{
	struct varta_timer *timers = wheel->timers;
	u32 next = timers[place].next;
	u32 prev = timers[place].prev;

	timers[prev].next = next;
	timers[next].prev = prev;
	timers[place].next = 0;
	/* Only a head is on both sides of the last one. */
	if (next == prev)
		mark_empty(wheel, next - wheel->heads);
}

/* Move all of a list that is not empty to DUE, which is. */
static void splice_to_due(struct varta_wheel *wheel, u32 list)
{
	struct varta_timer *timers = wheel->timers;
	u32 from = head_of(wheel, list);
	u32 to = head_of(wheel, DUE);

	timers[to].next = timers[from].next;
	timers[to].prev = timers[from].prev;
	timers[timers[to].next].prev = to;
	timers[timers[to].prev].next = to;
	timers[from].next = from;
	timers[from].prev = from;
	mark_empty(wheel, list);
}

/* Put a timer in the list that its time, as seen from the wheel's, is for. */
static void file_timer(struct varta_wheel *wheel, u32 place)
{
	u64 expires = wheel->timers[place].expires;
	u64 tick = tick_of(expires);
	u32 shift;

	if (tick <= wheel->tick) {
		wheel->soonest = min(wheel->soonest, expires);
		link_to(wheel, place, SOON);
		return;
	}
	shift = rounddown(fls64(tick ^ wheel->tick) - 1, VARTA_WHEEL_BITS);
	link_to(wheel, place,
		shift / VARTA_WHEEL_BITS * VARTA_WHEEL_BUCKETS +
		((tick >> shift) & (VARTA_WHEEL_BUCKETS - 1)));
}

/*
 * The first bucket that holds something, and the tick at which it begins. A
 * level's are all earlier than those of the levels above.
 */
static u32 first_bucket(const struct varta_wheel *wheel, u64 *begins)
{
	u32 list = find_first_bit(wheel->occupied, BUCKETS);
	u32 shift = list / VARTA_WHEEL_BUCKETS * VARTA_WHEEL_BITS;
	u64 index = list % VARTA_WHEEL_BUCKETS;
	u64 above;

	if (list >= BUCKETS)
		return LISTS;
	above = wheel->tick >> shift >> VARTA_WHEEL_BITS;
	*begins = (above << VARTA_WHEEL_BITS | index) << shift;
	return list;
}

/*
 * DUE is empty: fill it with what is next, if its time has come. Returns
 * whether it had.
 */
static bool turn(struct varta_wheel *wheel, u64 now)
{
	u64 begins;
	u32 list;

	if (wheel->soonest <= now) {
		wheel->soonest = U64_MAX;
		if (!list_is_empty(wheel, SOON)) {
			splice_to_due(wheel, SOON);
			return true;
		}
	}
	list = first_bucket(wheel, &begins);
	if (list == LISTS || begins > tick_of(now)) {
		/* What is armed from now on is filed as seen from here. */
		wheel->tick = max(wheel->tick, tick_of(now));
		return false;
	}
	wheel->tick = begins;
	splice_to_due(wheel, list);
	return true;
}

/* The earliest of a list's first few, or @otherwise if there are more. */
static u64 earliest_of(const struct varta_wheel *wheel, u32 list,
		       u64 otherwise)
{
	u32 head = head_of(wheel, list);
	u64 earliest = U64_MAX;
	unsigned int i;
	u32 place;

	place = wheel->timers[head].next;
	for (i = 0; place != head; i++) {
		if (i == LOOKED_AT)
			return otherwise;
		earliest = min(earliest, wheel->timers[place].expires);
		place = wheel->timers[place].next;
	}
	return earliest;
}

/**
 * varta_wheel_init() - make a wheel with no timer armed
 * @wheel: to be set up
 * @capacity: numbers are 0 to one less than this
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_wheel_init(struct varta_wheel *wheel, u32 capacity)
{
	u32 list;

	memset(wheel, 0, sizeof(*wheel));
	wheel->timers = kvcalloc(1 + (size_t)capacity + LISTS,
				 sizeof(*wheel->timers),
				 GFP_KERNEL | __GFP_RETRY_MAYFAIL |
				 __GFP_NOWARN);
	if (!wheel->timers)
		return -ENOMEM;
	spin_lock_init(&wheel->lock);
	wheel->heads = 1 + capacity;
	wheel->soonest = U64_MAX;
	wheel->alarm = U64_MAX;
	for (list = 0; list < LISTS; list++) {
		u32 head = head_of(wheel, list);

		wheel->timers[head].next = head;
		wheel->timers[head].prev = head;
	}
	return 0;
}

/**
 * varta_wheel_destroy() - free what varta_wheel_init() made
 * @wheel: no longer used by anyone; timers may be armed
 *
 * Context: process, may sleep.
 */
void varta_wheel_destroy(struct varta_wheel *wheel)
{
	kvfree(wheel->timers);
}

/**
 * varta_wheel_bytes() - memory that a wheel takes
 * @capacity: how many numbers it is for
 *
 * Return: bytes.
 */
size_t varta_wheel_bytes(u32 capacity)
{
	return (1 + (size_t)capacity + LISTS) * sizeof(struct varta_timer);
}

/**
 * varta_wheel_arm() - have a number handed out no later than when it is due
 * @wheel: the wheel
 * @number: which
 * @expires: when it is due; U64_MAX is never
 *
 * A timer that is armed for an earlier time stays so.
 *
 * Context: any but interrupts; does not sleep.
 * Return: whether it is due earlier than varta_wheel_next() last said, so that
 * whoever waits for that has to ask again.
 */
bool varta_wheel_arm(struct varta_wheel *wheel, u32 number, u64 expires)
{
	u32 place = 1 + number;
	struct varta_timer *timer = &wheel->timers[place];
	bool sooner = false;

	if (expires == U64_MAX)
		return false;
	spin_lock(&wheel->lock);
	if (timer->next) {
		if (timer->expires <= expires)
			goto unlock;
		unlink_timer(wheel, place);
	}
	timer->expires = expires;
	file_timer(wheel, place);
	sooner = expires < wheel->alarm;
	if (sooner)
		wheel->alarm = expires;
unlock:
	spin_unlock(&wheel->lock);
	return sooner;
}

/**
 * varta_wheel_disarm() - forget when a number is due
 * @wheel: the wheel
 * @number: which; it need not be armed
 *
 * Context: any but interrupts; does not sleep.
 */
void varta_wheel_disarm(struct varta_wheel *wheel, u32 number)
{
	spin_lock(&wheel->lock);
	if (wheel->timers[1 + number].next)
		unlink_timer(wheel, 1 + number);
	spin_unlock(&wheel->lock);
}

/**
 * varta_wheel_expire() - hand out numbers that are due, and disarm them
 * @wheel: the wheel
 * @now: the time
 * @numbers: where to put them
 * @room: how many there is room for, at least 1
 * @more: set to whether to be called again for the same time, which it may be
 *	without any number handed out
 *
 * Context: any but interrupts; does not sleep. Holds the lock for a bounded
 * time.
 * Return: how many were handed out. They come in the order of when they are
 * due to within a tick.
 */
u32 varta_wheel_expire(struct varta_wheel *wheel, u64 now, u32 *numbers,
		       u32 room, bool *more)
{
	u32 due = head_of(wheel, DUE);
	u32 left = VARTA_WHEEL_BATCH;
	u32 count = 0;

	spin_lock(&wheel->lock);
	for (;;) {
		u32 place = wheel->timers[due].next;

		if (place == due) {
			*more = turn(wheel, now);
			if (!*more)
				break;
			continue;
		}
		*more = true;
		if (!left-- || count == room)
			break;
		unlink_timer(wheel, place);
		if (wheel->timers[place].expires <= now)
			numbers[count++] = place - 1;
		else
			file_timer(wheel, place);
	}
	spin_unlock(&wheel->lock);
	return count;
}

/**
 * varta_wheel_next() - when to call varta_wheel_expire() next
 * @wheel: the wheel
 *
 * No earlier than the first timer is due, if there are few; else up to one
 * bucket earlier, since what is in it still has to be moved down.
 *
 * Context: any but interrupts; does not sleep.
 * Return: the time, or U64_MAX if no timer is armed.
 */
u64 varta_wheel_next(struct varta_wheel *wheel)
{
	u64 next = U64_MAX;
	u64 begins;
	u32 list;

	spin_lock(&wheel->lock);
	if (!list_is_empty(wheel, DUE)) {
		next = 0;
	} else if (!list_is_empty(wheel, SOON)) {
		next = wheel->soonest;
	} else {
		list = first_bucket(wheel, &begins);
		if (list != LISTS)
			next = earliest_of(wheel, list,
					   begins << VARTA_WHEEL_TICK_SHIFT);
	}
	wheel->alarm = next;
	spin_unlock(&wheel->lock);
	return next;
}
