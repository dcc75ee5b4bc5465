/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timing wheel: which numbers are due at what time. It knows nothing of
 * what a number stands for, of clocks, or of who waits; times are arguments.
 */
#ifndef _VARTA_WHEEL_H
#define _VARTA_WHEEL_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

/*
 * Time is cut into ticks of 2^17 ns, 131 us. A level's buckets divide one
 * bucket of the level above, and the levels together cover all of a u64.
 */
enum varta_wheel_geometry {
	VARTA_WHEEL_TICK_SHIFT	= 17,
	VARTA_WHEEL_BITS	= 8,
	VARTA_WHEEL_BUCKETS	= 1 << VARTA_WHEEL_BITS,
	VARTA_WHEEL_LEVELS	= 6,
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
 * @tick: up to where the wheel has turned; no bucket before it holds anything
 * @soonest: no timer of the list of those within @tick is due earlier
 * @alarm: what varta_wheel_next() said last
 * @occupied: which buckets hold something, by level
 */
struct varta_wheel {
	spinlock_t lock;
	struct varta_timer *timers;
	u32 heads;
	u64 tick;
	u64 soonest;
	u64 alarm;
	DECLARE_BITMAP(occupied, VARTA_WHEEL_LEVELS * VARTA_WHEEL_BUCKETS);
};

int varta_wheel_init(struct varta_wheel *wheel, u32 capacity);
void varta_wheel_destroy(struct varta_wheel *wheel);
size_t varta_wheel_bytes(u32 capacity);
bool varta_wheel_arm(struct varta_wheel *wheel, u32 number, u64 expires);
void varta_wheel_disarm(struct varta_wheel *wheel, u32 number);
u32 varta_wheel_expire(struct varta_wheel *wheel, u64 now, u32 *numbers,
		       u32 room, bool *more);
u64 varta_wheel_next(struct varta_wheel *wheel);

#endif /* _VARTA_WHEEL_H */
