// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timing wheel for timers that are nearly always put off. How far ahead a
 * timer is due decides how wide a bucket it waits in, and when the time of such
 * a bucket draws near, all in it are handed out, somewhat early: whoever gets
 * them sees which have been put off, and arms them again. So time is told
 * exactly for those only that really come due, and the others, which wait in
 * wide buckets, are handed out many at a time.
 *
 * A bucket of the lowest level is a tick. A timer in it is handed out when it
 * is due, to the nanosecond, and not before: in a tick that has begun it waits
 * in the list SOON. Those of the other levels are emptied one bucket ahead, by
 * way of a list EARLY for each level. What is due comes first, then what is in
 * a narrow bucket, then what is in a wide one and has more time; each leaves a
 * part of a batch to those behind. However many a list holds, the lock is only
 * held for a moment. The lists are circular and doubly linked, by places in one
 * array, half as large as pointers.
 *
 * Whoever handles what is due waits until varta_wheel_next(). A timer that is
 * armed meanwhile for an earlier time is the reason to wake them, and the only
 * one: varta_wheel_arm() says so.
 */

#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "wheel.h"

/* The lists, by number: the buckets of all levels, and some more. */
enum {
	BUCKETS	= VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS,
	/* Of ticks that have begun, to be handed out or put in SOON. */
	DUE	= BUCKETS,
	/* Of ticks that have begun, seen not to be due before @next_expiry. */
	SOON,
	/* Of buckets that draw near, one for each level but the lowest. */
	EARLY,
	LISTS = EARLY + VARTA_WHEEL_LEVELS - 1,
	/* So many timers of a tick are looked at to say when it is due. */
	MAX_TICK_SCAN = 8,
	/*
	 * The part of a batch that is not for what is due: there could be no
	 * end of that, and nobody would come from a wide bucket to a narrow one.
	 */
	DUE_RESERVE_DIV = 4,
	/* And of the rest, the part that is kept for wider buckets. */
	EARLY_RESERVE_DIV = 2,
};

static u32 shift_of(u32 level)
{
	return VARTA_WHEEL_TICK_SHIFT + level * VARTA_WHEEL_LEVEL_SHIFT;
}

/* How many buckets before its time one of a level is emptied. */
static u32 ahead_of(u32 level)
{
	return level ? 1 : 0;
}

static u32 list_of(u32 level, u64 bucket)
{
	return level * VARTA_WHEEL_BUCKETS + bucket % VARTA_WHEEL_BUCKETS;
}

static u32 early_of(u32 level)
{
	return EARLY + level - 1;
}

static u32 head_of(const struct varta_wheel *wheel, u32 list)
{
	return wheel->heads + list;
}

static u32 first_of(const struct varta_wheel *wheel, u32 list)
{
	return wheel->timers[head_of(wheel, list)].next;
}

static bool is_empty(const struct varta_wheel *wheel, u32 list)
{
	return first_of(wheel, list) == head_of(wheel, list);
}

static void mark_empty(struct varta_wheel *wheel, u32 list)
{
	if (list < BUCKETS)
		__clear_bit(list, wheel->pending_map);
}

static void link_to(struct varta_wheel *wheel, u32 idx, u32 list)
{
	struct varta_timer *timers = wheel->timers;
	u32 head = head_of(wheel, list);
	u32 last = timers[head].prev;

	timers[idx].next = head;
	timers[idx].prev = last;
	timers[last].next = idx;
	timers[head].prev = idx;
	if (list < BUCKETS)
		__set_bit(list, wheel->pending_map);
}

static void detach_timer(struct varta_wheel *wheel, u32 idx)
{
	struct varta_timer *timers = wheel->timers;
	u32 next = timers[idx].next;
	u32 prev = timers[idx].prev;

	timers[prev].next = next;
	timers[next].prev = prev;
	timers[idx].next = 0;
	/* Only a head is on both sides of the last one. */
	if (next == prev)
		mark_empty(wheel, next - wheel->heads);
}

/* Move all of a list that is not empty to the end of another. */
static void splice_to(struct varta_wheel *wheel, u32 list, u32 other)
{
	struct varta_timer *timers = wheel->timers;
	u32 from = head_of(wheel, list);
	u32 to = head_of(wheel, other);
	u32 first = timers[from].next;
	u32 last = timers[from].prev;
	u32 before = timers[to].prev;

	timers[before].next = first;
	timers[first].prev = before;
	timers[last].next = to;
	timers[to].prev = last;
	timers[from].next = from;
	timers[from].prev = from;
	mark_empty(wheel, list);
}

static void put_in_soon(struct varta_wheel *wheel, u32 idx)
{
	wheel->next_expiry = min(wheel->next_expiry, wheel->timers[idx].expires);
	link_to(wheel, idx, SOON);
}

/* Put a timer in the narrowest bucket that there is for its time. */
static void enqueue_timer(struct varta_wheel *wheel, u32 idx)
{
	u64 bucket = wheel->timers[idx].expires >> VARTA_WHEEL_TICK_SHIFT;
	u32 level;

	if (bucket < wheel->clk[0]) {
		put_in_soon(wheel, idx);
		return;
	}
	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		if (bucket < wheel->clk[level] + VARTA_WHEEL_BUCKETS)
			break;
		bucket >>= VARTA_WHEEL_LEVEL_SHIFT;
	}
	if (level == VARTA_WHEEL_LEVELS) {
		/* It will be handed out early, again and again. */
		level--;
		bucket = wheel->clk[level] + VARTA_WHEEL_BUCKETS - 1;
	}
	/* It is not behind the position, but if it were, it must not be lost. */
	link_to(wheel, idx,
		bucket < wheel->clk[level] ? early_of(level) :
						  list_of(level, bucket));
}

/* The first bucket of a level that holds something. */
static bool find_bucket(const struct varta_wheel *wheel, u32 level,
			u64 *bucket)
{
	u32 begin = list_of(level, 0);
	u32 end = begin + VARTA_WHEEL_BUCKETS;
	u32 from = list_of(level, wheel->clk[level]);
	u32 list;

	list = find_next_bit(wheel->pending_map, end, from);
	if (list == end) {
		list = find_next_bit(wheel->pending_map, end, begin);
		if (list == end)
			return false;
	}
	*bucket = wheel->clk[level] + (list - from) % VARTA_WHEEL_BUCKETS;
	return true;
}

/* Empty the first bucket of a level, if its time has come. */
static bool forward_wheel(struct varta_wheel *wheel, u32 level, u64 now)
{
	u64 until = (now >> shift_of(level)) + ahead_of(level);
	u64 bucket;

	if (find_bucket(wheel, level, &bucket) && bucket <= until) {
		wheel->clk[level] = bucket + 1;
		splice_to(wheel, list_of(level, bucket),
			  level ? early_of(level) : DUE);
		return true;
	}
	wheel->clk[level] = max(wheel->clk[level], until + 1);
	return false;
}

/*
 * Have all that is due now in DUE, and all that draws near in EARLY. Buckets of
 * the wider levels only begin when one of level 1 does: until then there is
 * nothing new about them.
 */
static void collect_expired(struct varta_wheel *wheel, u64 now)
{
	u64 last_cascade = now >> shift_of(1);
	u32 levels = last_cascade == wheel->last_cascade ? 1 : VARTA_WHEEL_LEVELS;
	u32 level;

	wheel->last_cascade = last_cascade;
	if (wheel->next_expiry <= now) {
		wheel->next_expiry = U64_MAX;
		if (!is_empty(wheel, SOON))
			splice_to(wheel, SOON, DUE);
	}
	for (level = 0; level < levels; level++) {
		while (forward_wheel(wheel, level, now))
			;
	}
}

static bool is_any_early(const struct varta_wheel *wheel)
{
	u32 level;

	for (level = 1; level < VARTA_WHEEL_LEVELS; level++) {
		if (!is_empty(wheel, early_of(level)))
			return true;
	}
	return false;
}

/* Who wants how many, and how many have been handled. */
struct batch {
	u64 now;
	u32 *numbers;
	u32 room;
	u32 count;
	u32 left;
};

/*
 * Hand out from a list what is due or wide of its tick, and put the rest in
 * SOON, as far as there is room.
 */
static void expire_list(struct varta_wheel *wheel, u32 list, struct batch *batch)
{
	struct varta_timer *timers = wheel->timers;
	u32 head = head_of(wheel, list);

	while (batch->left && batch->count < batch->room) {
		u32 idx = timers[head].next;
		u64 expires = timers[idx].expires;

		if (idx == head)
			return;
		timers[head].next = timers[idx].next;
		timers[timers[idx].next].prev = head;
		timers[idx].next = 0;
		if (expires > batch->now &&
		    expires >> VARTA_WHEEL_TICK_SHIFT < wheel->clk[0])
			put_in_soon(wheel, idx);
		else
			batch->numbers[batch->count++] = idx - 1;
		batch->left--;
	}
}

/* The same, but a part of what could be handed out is kept for others. */
static void expire_list_part(struct varta_wheel *wheel, u32 list,
			     struct batch *batch, u32 part)
{
	u32 room = (batch->room - batch->count) / part;
	u32 left = batch->left / part;

	batch->room -= room;
	batch->left -= left;
	expire_list(wheel, list, batch);
	batch->room += room;
	batch->left += left;
}

/*
 * What is due comes first, then what has the least time, but each leaves
 * something of a batch to those behind. What they leave is the first ones'.
 * Returns whether there may be more.
 */
static bool fill_batch(struct varta_wheel *wheel, struct batch *batch)
{
	u32 level;

	collect_expired(wheel, batch->now);
	expire_list_part(wheel, DUE, batch, DUE_RESERVE_DIV);
	for (level = 1; level < VARTA_WHEEL_LEVELS; level++)
		expire_list_part(wheel, early_of(level), batch, EARLY_RESERVE_DIV);
	for (level = 1; level < VARTA_WHEEL_LEVELS; level++)
		expire_list(wheel, early_of(level), batch);
	expire_list(wheel, DUE, batch);
	return !is_empty(wheel, DUE) || is_any_early(wheel);
}

/* When a tick's first timer is due; when it begins, if it has many. */
static u64 earliest_of(const struct varta_wheel *wheel, u64 tick)
{
	u32 list = list_of(0, tick);
	u32 idx = first_of(wheel, list);
	u64 earliest = U64_MAX;
	unsigned int i;

	for (i = 0; idx != head_of(wheel, list); i++) {
		if (i == MAX_TICK_SCAN)
			return tick << VARTA_WHEEL_TICK_SHIFT;
		earliest = min(earliest, wheel->timers[idx].expires);
		idx = wheel->timers[idx].next;
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
	/* Failing is for the caller to report; nobody is to be killed for it */
	wheel->timers = kvcalloc(1 + (size_t)capacity + LISTS,
				 sizeof(*wheel->timers),
				 GFP_KERNEL | __GFP_RETRY_MAYFAIL |
				 __GFP_NOWARN);
	if (!wheel->timers)
		return -ENOMEM;
	spin_lock_init(&wheel->lock);
	wheel->heads = 1 + capacity;
	wheel->next_expiry = U64_MAX;
	wheel->next_event = U64_MAX;
	wheel->last_cascade = U64_MAX;
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

/* Returns whether the timer was armed, or armed for an earlier time, by this */
static bool arm(struct varta_wheel *wheel, u32 number, u64 expires)
{
	u32 idx = 1 + number;
	struct varta_timer *timer = &wheel->timers[idx];

	if (expires == U64_MAX)
		return false;
	if (timer->next) {
		if (timer->expires <= expires)
			return false;
		detach_timer(wheel, idx);
	}
	timer->expires = expires;
	enqueue_timer(wheel, idx);
	return true;
}

/**
 * varta_wheel_arm() - have a number handed out when it is due, or before
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
	bool sooner;

	spin_lock(&wheel->lock);
	sooner = arm(wheel, number, expires) && expires < wheel->next_event;
	if (sooner)
		wheel->next_event = expires;
	spin_unlock(&wheel->lock);
	return sooner;
}

/**
 * varta_wheel_arm_batch() - arm again what was handed out early
 * @wheel: the wheel
 * @numbers: which
 * @expires: when each of them is due
 * @count: how many there are, up to VARTA_WHEEL_BATCH
 *
 * For those who call varta_wheel_next() afterwards, and so are not to be woken.
 *
 * Context: any but interrupts; does not sleep.
 */
void varta_wheel_arm_batch(struct varta_wheel *wheel, const u32 *numbers,
			   const u64 *expires, u32 count)
{
	u32 i;

	spin_lock(&wheel->lock);
	for (i = 0; i < count; i++)
		arm(wheel, numbers[i], expires[i]);
	spin_unlock(&wheel->lock);
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
		detach_timer(wheel, 1 + number);
	spin_unlock(&wheel->lock);
}

/**
 * varta_wheel_expire() - hand out numbers whose time comes, and disarm them
 * @wheel: the wheel
 * @now: the time
 * @numbers: where to put them
 * @room: how many there is room for, at least 1
 * @more: set to whether to be called again for the same time, which it may be
 *	without any number handed out
 *
 * All that are due are handed out, in the end. Others, that were armed when
 * they were due more than VARTA_WHEEL_BUCKETS ticks later, may be handed out
 * before their time; if they are armed again for it, then not again so before
 * it is near enough for the next lower level.
 *
 * Context: any but interrupts; does not sleep. Holds the lock for a bounded
 * time.
 * Return: how many were handed out.
 */
u32 varta_wheel_expire(struct varta_wheel *wheel, u64 now, u32 *numbers,
		       u32 room, bool *more)
{
	struct batch batch = {
		.now		= now,
		.numbers	= numbers,
		.room		= room,
		.left		= VARTA_WHEEL_BATCH,
	};

	spin_lock(&wheel->lock);
	*more = fill_batch(wheel, &batch);
	spin_unlock(&wheel->lock);
	return batch.count;
}

/**
 * varta_wheel_next() - when to call varta_wheel_expire() next
 * @wheel: the wheel
 *
 * Context: any but interrupts; does not sleep.
 * Return: the time, which is not later than any timer is due, and may be
 * earlier; U64_MAX if no timer is armed.
 */
u64 varta_wheel_next(struct varta_wheel *wheel)
{
	u64 next = U64_MAX;
	u64 bucket;
	u32 level;

	spin_lock(&wheel->lock);
	if (!is_empty(wheel, SOON))
		next = wheel->next_expiry;
	else if (find_bucket(wheel, 0, &bucket))
		next = earliest_of(wheel, bucket);
	for (level = 1; level < VARTA_WHEEL_LEVELS; level++) {
		if (find_bucket(wheel, level, &bucket))
			next = min(next, (bucket - min_t(u64, bucket, 1)) <<
						 shift_of(level));
	}
	if (!is_empty(wheel, DUE) || is_any_early(wheel))
		next = 0;
	wheel->next_event = next;
	spin_unlock(&wheel->lock);
	return next;
}
