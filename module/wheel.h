/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timing wheel: which numbers are due at what time. It knows nothing of
 * what a number stands for, of clocks, or of who waits; times are arguments.
 */
#ifndef _VARTA_WHEEL_H
#define _VARTA_WHEEL_H

#include <linux/bitops.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

/*
 * A bucket of the lowest level is 2^17 ns, 131 us, wide, and one of each
 * further level 16 times as wide as one of the level before. The lowest level
 * reaches 134 ms ahead, the highest 39 hours.
 */
enum varta_wheel_geometry {
	VARTA_WHEEL_TICK_SHIFT	= 17,
	VARTA_WHEEL_LEVEL_SHIFT	= 4,
	VARTA_WHEEL_LEVELS	= 6,
	VARTA_WHEEL_BUCKETS	= 1024,
	/* How many are moved or handed out while the lock is held. */
	VARTA_WHEEL_BATCH	= 64,
};

/* One for each number, and one as the head of each list. */
struct varta_timer {
	/* Exact, in nanoseconds. Of heads, unused. */
	u64 expires;
	/* Places in &varta_wheel.timers, 0 while in no list. */
	u32 next;
	u32 prev;
};

/**
 * struct varta_wheel - numbers in the order of when they are due
 * @lock: protects all below. Innermost: nothing is called with it held.
 * @timers: the numbers' timers at one more than the number, then the heads
 * @heads: where in @timers the heads begin
 * @next_expiry: no timer is due earlier of those whose tick has begun, and that
 *	have been looked at since
 * @next_event: what varta_wheel_next() said last
 * @last_cascade: the bucket of level 1 in which all levels were looked at last
 * @clk: by level, the number, counted from time 0, of the first bucket
 *	that has not been emptied for good; the level holds the
 *	VARTA_WHEEL_BUCKETS from there on
 * @pending_map: which buckets hold something, level by level
 */
struct varta_wheel {
	/* See above. */
	spinlock_t lock;
	struct varta_timer *timers;
	u32 heads;
	u64 next_expiry;
	u64 next_event;
	u64 last_cascade;
	u64 clk[VARTA_WHEEL_LEVELS];
	DECLARE_BITMAP(pending_map, VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS);
};

int varta_wheel_init(struct varta_wheel *wheel, u32 capacity);
void varta_wheel_destroy(struct varta_wheel *wheel);
size_t varta_wheel_bytes(u32 capacity);
bool varta_wheel_arm(struct varta_wheel *wheel, u32 number, u64 expires);
void varta_wheel_arm_batch(struct varta_wheel *wheel, const u32 *numbers,
			   const u64 *expires, u32 count);
void varta_wheel_disarm(struct varta_wheel *wheel, u32 number);
u32 varta_wheel_expire(struct varta_wheel *wheel, u64 now, u32 *numbers,
		       u32 room, bool *more);
u64 varta_wheel_next(struct varta_wheel *wheel);

#endif /* _VARTA_WHEEL_H */
