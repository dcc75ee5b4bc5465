/* SPDX-License-Identifier: GPL-2.0-only */
/* A timing wheel of numbered timers. Times are arguments, in nanoseconds. */
#ifndef _VARTA_WHEEL_H
#define _VARTA_WHEEL_H

#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/spinlock_types.h>
#include <linux/time64.h>
#include <linux/types.h>

/*
 * Width of a bucket in nanoseconds: 1 << (TICK_SHIFT + level * LEVEL_SHIFT).
 *
 * level  bucket           reaches ahead
 *   0    131 us, a tick   134 ms
 *   1    2.1 ms           2.1 s
 *   2    34 ms            34 s
 *   3    537 ms           9.2 min
 *   4    8.6 s            2.4 h
 *   5    137 s            39 h
 */
enum varta_wheel_geometry {
	VARTA_WHEEL_TICK_SHIFT	= 17,
	VARTA_WHEEL_LEVEL_SHIFT	= 4,
	VARTA_WHEEL_LEVELS	= 6,
	VARTA_WHEEL_BUCKETS	= 1024,
	VARTA_WHEEL_BATCH	= 64,	/* of timers, in one hold of the lock */
	VARTA_WHEEL_GROUP	= 64,	/* timers */
	/* A group is not looked at in shorter intervals. */
	VARTA_WHEEL_LOOK_MIN_NS	= 16 * NSEC_PER_MSEC,
};

/* A timer, or the head of a list of timers. */
struct varta_timer {
	u64 expires;
	u32 next;	/* index in &varta_wheel.timers; 0 while not armed */
	u32 prev;
};

struct varta_wheel {
	spinlock_t lock;		/* of all fields; innermost */
	struct varta_timer *timers;	/* by timer_idx(), then the list heads */
	u32 capacity;			/* in timers, not of groups */
	u32 heads;			/* index of the first list head */
	u64 next_expiry;		/* LIST_CURRENT has none due before */
	u64 next_event;			/* of varta_wheel_next(), or earlier */
	u64 last_full_forward;		/* bucket of level 1 */
	/* For each level, the first bucket, from time 0, not yet emptied. */
	u64 clk[VARTA_WHEEL_LEVELS];
	DECLARE_BITMAP(pending_map, VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS);
};

static inline u32 varta_wheel_groups(u32 capacity)
{
	return DIV_ROUND_UP(capacity, VARTA_WHEEL_GROUP);
}

/* Number of the timer of the group of a timer. */
static inline u32 varta_wheel_group_timer(const struct varta_wheel *wheel, u32 nr)
{
	return wheel->capacity + nr / VARTA_WHEEL_GROUP;
}

/**
 * varta_wheel_is_covered() - whether a timer need not be armed
 * @expires: when it is due
 * @look: when the timer of its group is due
 * @now: the time
 *
 * The look may be late by an eighth of the time until then, and no timer is.
 */
static inline bool varta_wheel_is_covered(u64 expires, u64 look, u64 now)
{
	u64 ahead = look > now ? look - now : 0;

	return expires > look && expires - look >= ahead / 8;
}

/**
 * varta_wheel_look_time() - when to look at the timers of a group again
 * @earliest: when the first of them is due
 * @latest: when the last of them is due
 * @now: the time
 *
 * Soon enough for the first; but timers that are due long before the last are
 * better armed one by one than all looked at for their sake.
 *
 * Return: the time, or U64_MAX if all have to be armed one by one.
 */
static inline u64 varta_wheel_look_time(u64 earliest, u64 latest, u64 now)
{
	u64 first = earliest > now ? earliest - now : 0;
	u64 last = latest > now ? latest - now : 0;
	u64 ahead = max(first - first / 8, last / 4 + last / 16);

	return ahead < VARTA_WHEEL_LOOK_MIN_NS ? U64_MAX : now + ahead;
}

int varta_wheel_init(struct varta_wheel *wheel, u32 capacity);
void varta_wheel_destroy(struct varta_wheel *wheel);
size_t varta_wheel_bytes(u32 capacity);
bool varta_wheel_arm(struct varta_wheel *wheel, u32 nr, u64 expires);
void varta_wheel_postpone(struct varta_wheel *wheel, const u32 *nrs,
			  const u64 *expires, u32 count, u64 now);
void varta_wheel_arm_idle(struct varta_wheel *wheel, u32 nr, u64 expires);
void varta_wheel_disarm(struct varta_wheel *wheel, u32 nr);
u32 varta_wheel_expire(struct varta_wheel *wheel, u64 now, u32 *nrs, u32 max,
		       bool *more);
u64 varta_wheel_next(struct varta_wheel *wheel);

#endif /* _VARTA_WHEEL_H */
