// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timing wheel for timers that are nearly always postponed. As in
 * kernel/time/timer.c, a timer far ahead is queued in a wide bucket. Timers of
 * wide buckets are not cascaded: one bucket ahead of their time, they expire
 * early, and the caller arms them again. Only timers that are not postponed
 * reach the lowest level, where a bucket is a tick and no timer expires early.
 *
 * Timers that are postponed far enough are not armed one by one. VARTA_WHEEL_GROUP
 * timers with successive numbers are a group, which has a timer of its own: the
 * caller has to look at each timer of the group when that expires.
 *
 * The lock is held for one batch of timers. A batch takes LIST_DUE first, then
 * the early lists from narrow to wide buckets. Each leaves a share to the next.
 *
 * Lists are circular, linked by indices, which take half the room of pointers.
 */

#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "wheel.h"

/* Lists by number: the buckets of all levels, then these. */
enum {
	NR_BUCKETS	= VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS,
	LIST_DUE	= NR_BUCKETS,	/* ticks that have begun, unexamined */
	LIST_CURRENT,			/* the same, due from next_expiry on */
	LIST_EARLY,			/* one for each level but the lowest */
	NR_LISTS	= LIST_EARLY + VARTA_WHEEL_LEVELS - 1,
	MAX_TICK_SCAN	= 8,
	/* LIST_DUE may never run empty, and must not starve the early lists. */
	DUE_RESERVE_DIV	= 4,
	EARLY_RESERVE_DIV = 2,
};

static u32 shift_of(u32 level)
{
	return VARTA_WHEEL_TICK_SHIFT + level * VARTA_WHEEL_LEVEL_SHIFT;
}

/* How many buckets ahead of its time a bucket is emptied. */
static u32 lead_of(u32 level)
{
	return level ? 1 : 0;
}

static u32 bucket_list(u32 level, u64 bucket)
{
	return level * VARTA_WHEEL_BUCKETS + bucket % VARTA_WHEEL_BUCKETS;
}

static u32 early_list(u32 level)
{
	return LIST_EARLY + level - 1;
}

/* Index 0 has no timer: next is 0 while a timer is not armed. */
static u32 timer_idx(u32 nr)
{
	return nr + 1;
}

static u32 head_idx(const struct varta_wheel *wheel, u32 list)
{
	return wheel->heads + list;
}

static u32 list_first(const struct varta_wheel *wheel, u32 list)
{
	return wheel->timers[head_idx(wheel, list)].next;
}

static bool list_is_empty(const struct varta_wheel *wheel, u32 list)
{
	return list_first(wheel, list) == head_idx(wheel, list);
}

static void mark_empty(struct varta_wheel *wheel, u32 list)
{
	if (list < NR_BUCKETS)
		__clear_bit(list, wheel->pending_map);
}

static void append_timer(struct varta_wheel *wheel, u32 idx, u32 list)
{
	struct varta_timer *timers = wheel->timers;
	u32 head = head_idx(wheel, list);
	u32 last = timers[head].prev;

	timers[idx].next = head;
	timers[idx].prev = last;
	timers[last].next = idx;
	timers[head].prev = idx;
	if (list < NR_BUCKETS)
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
	/* Only a list head can be on both sides. */
	if (next == prev)
		mark_empty(wheel, next - wheel->heads);
}

/* @list is not empty. */
static void splice_list(struct varta_wheel *wheel, u32 list, u32 dest)
{
	struct varta_timer *timers = wheel->timers;
	u32 from = head_idx(wheel, list);
	u32 to = head_idx(wheel, dest);
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

/* Index of the timer of a group. */
static u32 group_idx(const struct varta_wheel *wheel, u32 nr)
{
	return timer_idx(varta_wheel_group_timer(wheel, nr));
}

static void enqueue_current(struct varta_wheel *wheel, u32 idx)
{
	wheel->next_expiry = min(wheel->next_expiry, wheel->timers[idx].expires);
	append_timer(wheel, idx, LIST_CURRENT);
}

/* Into the lowest level that reaches as far as the timer expires. */
static void enqueue_timer(struct varta_wheel *wheel, u32 idx)
{
	u64 bucket = wheel->timers[idx].expires >> VARTA_WHEEL_TICK_SHIFT;
	u32 level;

	if (bucket < wheel->clk[0]) {
		enqueue_current(wheel, idx);
		return;
	}
	for (level = 0; level < VARTA_WHEEL_LEVELS; level++) {
		if (bucket < wheel->clk[level] + VARTA_WHEEL_BUCKETS)
			break;
		bucket >>= VARTA_WHEEL_LEVEL_SHIFT;
	}
	if (level == VARTA_WHEEL_LEVELS) {
		/* Beyond the wheel: it expires early, maybe more than once. */
		level--;
		bucket = wheel->clk[level] + VARTA_WHEEL_BUCKETS - 1;
	}
	/* clk never passes an armed timer; if it did, do not lose the timer. */
	append_timer(wheel, idx, bucket < wheel->clk[level] ?
		     early_list(level) : bucket_list(level, bucket));
}

static bool next_pending_bucket(const struct varta_wheel *wheel, u32 level,
				u64 *bucket)
{
	u32 begin = bucket_list(level, 0);
	u32 end = begin + VARTA_WHEEL_BUCKETS;
	u32 from = bucket_list(level, wheel->clk[level]);
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

/* Returns whether it emptied a bucket. */
static bool forward_level(struct varta_wheel *wheel, u32 level, u64 now)
{
	u64 until = (now >> shift_of(level)) + lead_of(level);
	u64 bucket;

	if (next_pending_bucket(wheel, level, &bucket) && bucket <= until) {
		wheel->clk[level] = bucket + 1;
		splice_list(wheel, bucket_list(level, bucket),
			    level ? early_list(level) : LIST_DUE);
		return true;
	}
	wheel->clk[level] = max(wheel->clk[level], until + 1);
	return false;
}

/* Buckets of higher levels begin only when one of level 1 does. */
static void collect_expired(struct varta_wheel *wheel, u64 now)
{
	u64 bucket = now >> shift_of(1);
	u32 levels = bucket == wheel->last_full_forward ? 1 : VARTA_WHEEL_LEVELS;
	u32 level;

	wheel->last_full_forward = bucket;
	if (wheel->next_expiry <= now) {
		wheel->next_expiry = U64_MAX;
		if (!list_is_empty(wheel, LIST_CURRENT))
			splice_list(wheel, LIST_CURRENT, LIST_DUE);
	}
	for (level = 0; level < levels; level++) {
		while (forward_level(wheel, level, now))
			;
	}
}

static bool any_early(const struct varta_wheel *wheel)
{
	u32 level;

	for (level = 1; level < VARTA_WHEEL_LEVELS; level++) {
		if (!list_is_empty(wheel, early_list(level)))
			return true;
	}
	return false;
}

/* One call of varta_wheel_expire(). */
struct batch {
	u64 now;
	u32 *nrs;
	u32 max;
	u32 count;
	u32 budget;	/* timers that may still be examined */
};

/* Those of a tick that has begun, but not yet due, go to LIST_CURRENT. */
static void expire_list(struct varta_wheel *wheel, u32 list, struct batch *batch)
{
	struct varta_timer *timers = wheel->timers;
	u32 head = head_idx(wheel, list);

	while (batch->budget && batch->count < batch->max) {
		u32 idx = timers[head].next;
		u64 expires = timers[idx].expires;

		if (idx == head)
			return;
		timers[head].next = timers[idx].next;
		timers[timers[idx].next].prev = head;
		timers[idx].next = 0;
		if (expires > batch->now &&
		    expires >> VARTA_WHEEL_TICK_SHIFT < wheel->clk[0])
			enqueue_current(wheel, idx);
		else
			batch->nrs[batch->count++] = idx - 1;
		batch->budget--;
	}
}

/* Reserves one part in @reserve_div of the batch for other lists. */
static void expire_list_share(struct varta_wheel *wheel, u32 list,
			      struct batch *batch, u32 reserve_div)
{
	u32 max = (batch->max - batch->count) / reserve_div;
	u32 budget = batch->budget / reserve_div;

	batch->max -= max;
	batch->budget -= budget;
	expire_list(wheel, list, batch);
	batch->max += max;
	batch->budget += budget;
}

/* Returns whether timers are left that could have expired. */
static bool fill_batch(struct varta_wheel *wheel, struct batch *batch)
{
	u32 level;

	collect_expired(wheel, batch->now);
	expire_list_share(wheel, LIST_DUE, batch, DUE_RESERVE_DIV);
	for (level = 1; level < VARTA_WHEEL_LEVELS; level++)
		expire_list_share(wheel, early_list(level), batch,
				  EARLY_RESERVE_DIV);
	/* What is left of the shares. */
	for (level = 1; level < VARTA_WHEEL_LEVELS; level++)
		expire_list(wheel, early_list(level), batch);
	expire_list(wheel, LIST_DUE, batch);
	return !list_is_empty(wheel, LIST_DUE) || any_early(wheel);
}

/* Exact unless the tick has many timers. */
static u64 tick_expiry(const struct varta_wheel *wheel, u64 tick)
{
	u32 list = bucket_list(0, tick);
	u32 idx = list_first(wheel, list);
	u64 earliest = U64_MAX;
	unsigned int i;

	for (i = 0; idx != head_idx(wheel, list); i++) {
		if (i == MAX_TICK_SCAN)
			return tick << VARTA_WHEEL_TICK_SHIFT;
		earliest = min(earliest, wheel->timers[idx].expires);
		idx = wheel->timers[idx].next;
	}
	return earliest;
}

static size_t nr_timers(u32 capacity)
{
	return (size_t)capacity + varta_wheel_groups(capacity);
}

/**
 * varta_wheel_init() - make a wheel with no timer armed
 * @wheel: the wheel
 * @capacity: number of timers, which are numbered from 0; the timers of their
 *	groups are numbered from @capacity
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_wheel_init(struct varta_wheel *wheel, u32 capacity)
{
	u32 list;

	memset(wheel, 0, sizeof(*wheel));
	/* The caller reports failure; do not invoke the OOM killer. */
	wheel->timers = kvcalloc(1 + nr_timers(capacity) + NR_LISTS,
				 sizeof(*wheel->timers),
				 GFP_KERNEL | __GFP_RETRY_MAYFAIL |
				 __GFP_NOWARN);
	if (!wheel->timers)
		return -ENOMEM;
	spin_lock_init(&wheel->lock);
	wheel->capacity = capacity;
	wheel->heads = timer_idx(nr_timers(capacity));
	wheel->next_expiry = U64_MAX;
	wheel->next_event = U64_MAX;
	wheel->last_full_forward = U64_MAX;
	for (list = 0; list < NR_LISTS; list++) {
		u32 head = head_idx(wheel, list);

		wheel->timers[head].next = head;
		wheel->timers[head].prev = head;
	}
	return 0;
}

/* Timers may be armed. */
void varta_wheel_destroy(struct varta_wheel *wheel)
{
	kvfree(wheel->timers);
}

size_t varta_wheel_bytes(u32 capacity)
{
	return (1 + nr_timers(capacity) + NR_LISTS) *
	       sizeof(struct varta_timer);
}

/* Returns whether the timer now expires earlier than it did. */
static bool arm_timer(struct varta_wheel *wheel, u32 nr, u64 expires)
{
	u32 idx = timer_idx(nr);
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
 * varta_wheel_arm() - arm a timer
 * @wheel: the wheel
 * @nr: number of the timer
 * @expires: when it is due; U64_MAX is never
 *
 * A timer that is armed for an earlier time stays so.
 * Context: any but interrupts; does not sleep.
 * Return: whether it is due before what varta_wheel_next() returned last.
 */
bool varta_wheel_arm(struct varta_wheel *wheel, u32 nr, u64 expires)
{
	bool kick;

	spin_lock(&wheel->lock);
	kick = arm_timer(wheel, nr, expires) && expires < wheel->next_event;
	if (kick)
		wheel->next_event = expires;
	spin_unlock(&wheel->lock);
	return kick;
}

/* Returns whether the timer need not be armed. That of its group is, if it can be. */
static bool leave_to_group(struct varta_wheel *wheel, u32 nr, u64 expires,
			   u64 now)
{
	u32 group = group_idx(wheel, nr);
	struct varta_timer *timer = &wheel->timers[group];

	if (!timer->next) {
		timer->expires = varta_wheel_look_time(expires, expires, now);
		if (timer->expires == U64_MAX)
			return false;
		enqueue_timer(wheel, group);
	}
	return varta_wheel_is_covered(expires, timer->expires, now);
}

/**
 * varta_wheel_postpone() - arm timers that expired early, or their groups
 * @wheel: the wheel
 * @nrs: numbers of the timers
 * @expires: when each of them is due
 * @count: how many, up to VARTA_WHEEL_BATCH
 * @now: the time
 *
 * A timer is not armed if that of its group expires before: see
 * varta_wheel_look_time().
 * Context: any but interrupts; does not sleep. Call varta_wheel_next() next.
 */
void varta_wheel_postpone(struct varta_wheel *wheel, const u32 *nrs,
			  const u64 *expires, u32 count, u64 now)
{
	u32 i;

	spin_lock(&wheel->lock);
	for (i = 0; i < count; i++) {
		if (expires[i] != U64_MAX &&
		    !leave_to_group(wheel, nrs[i], expires[i], now))
			arm_timer(wheel, nrs[i], expires[i]);
	}
	spin_unlock(&wheel->lock);
}

/**
 * varta_wheel_arm_idle() - arm a timer that is not armed
 * @wheel: the wheel
 * @nr: number of the timer
 * @expires: when it is due; U64_MAX is never
 * Context: any but interrupts; does not sleep. Call varta_wheel_next() next.
 */
void varta_wheel_arm_idle(struct varta_wheel *wheel, u32 nr, u64 expires)
{
	spin_lock(&wheel->lock);
	if (!wheel->timers[timer_idx(nr)].next)
		arm_timer(wheel, nr, expires);
	spin_unlock(&wheel->lock);
}

/* The timer need not be armed. */
void varta_wheel_disarm(struct varta_wheel *wheel, u32 nr)
{
	u32 idx = timer_idx(nr);

	spin_lock(&wheel->lock);
	if (wheel->timers[idx].next)
		detach_timer(wheel, idx);
	spin_unlock(&wheel->lock);
}

/**
 * varta_wheel_expire() - disarm timers that are due, and some that will be soon
 * @wheel: the wheel
 * @now: the time
 * @nrs: filled with the numbers of expired timers, of groups as well
 * @max: most timers to expire, at least 1
 * @more: set to whether to call again for the same time, even if none expired
 *
 * A timer that was armed more than VARTA_WHEEL_BUCKETS ticks ahead may expire
 * early, and if it is armed again for the same time, once for each level.
 * Context: any but interrupts; does not sleep.
 * Return: how many timers expired.
 */
u32 varta_wheel_expire(struct varta_wheel *wheel, u64 now, u32 *nrs, u32 max,
		       bool *more)
{
	struct batch batch = {
		.now	= now,
		.nrs	= nrs,
		.max	= max,
		.budget	= VARTA_WHEEL_BATCH,
	};

	spin_lock(&wheel->lock);
	*more = fill_batch(wheel, &batch);
	spin_unlock(&wheel->lock);
	return batch.count;
}

/**
 * varta_wheel_next() - when to call varta_wheel_expire() next
 * @wheel: the wheel
 * Context: any but interrupts; does not sleep.
 * Return: the time, U64_MAX if no timer is armed, 0 for now.
 */
u64 varta_wheel_next(struct varta_wheel *wheel)
{
	u64 next = U64_MAX;
	u64 bucket;
	u32 level;

	spin_lock(&wheel->lock);
	if (!list_is_empty(wheel, LIST_CURRENT))
		next = wheel->next_expiry;
	else if (next_pending_bucket(wheel, 0, &bucket))
		next = tick_expiry(wheel, bucket);
	for (level = 1; level < VARTA_WHEEL_LEVELS; level++) {
		if (next_pending_bucket(wheel, level, &bucket))
			next = min(next, (bucket - min_t(u64, bucket, 1)) <<
						 shift_of(level));
	}
	if (!list_is_empty(wheel, LIST_DUE) || any_early(wheel))
		next = 0;
	wheel->next_event = next;
	spin_unlock(&wheel->lock);
	return next;
}
