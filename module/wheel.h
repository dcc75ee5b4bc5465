/* SPDX-License-Identifier: GPL-2.0-only */
/* A timing wheel of numbered timers. Times are arguments, in nanoseconds. */
#ifndef _VARTA_WHEEL_H
#define _VARTA_WHEEL_H

#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/spinlock_types.h>
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
	u32 heads;			/* index of the first list head */
	u64 next_expiry;		/* LIST_CURRENT has none due before */
	u64 next_event;			/* of varta_wheel_next(), or earlier */
	u64 last_full_forward;		/* bucket of level 1 */
	/* For each level, the first bucket, from time 0, not yet emptied. */
	u64 clk[VARTA_WHEEL_LEVELS];
	DECLARE_BITMAP(pending_map, VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS);
};

int varta_wheel_init(struct varta_wheel *wheel, u32 capacity);
void varta_wheel_destroy(struct varta_wheel *wheel);
size_t varta_wheel_bytes(u32 capacity);
bool varta_wheel_arm(struct varta_wheel *wheel, u32 nr, u64 expires);
void varta_wheel_arm_batch(struct varta_wheel *wheel, const u32 *nrs,
			   const u64 *expires, u32 count);
void varta_wheel_disarm(struct varta_wheel *wheel, u32 nr);
u32 varta_wheel_expire(struct varta_wheel *wheel, u64 now, u32 *nrs, u32 max,
		       bool *more);
u64 varta_wheel_next(struct varta_wheel *wheel);

#endif /* _VARTA_WHEEL_H */
