/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters: every total that varta keeps, named once, in VARTA_COUNTERS.
 * Counting is for the beat path, so it writes only this CPU's memory; reading
 * and taking sum over the CPUs. Values that go up and down (agents tracked,
 * stalls standing) are not counters and are kept by the tracker.
 */
#ifndef _VARTA_COUNTERS_H
#define _VARTA_COUNTERS_H

#include <linux/build_bug.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "spec.h"

enum varta_counter {
#define X(NAME, name) VARTA_COUNT_##NAME,
	VARTA_COUNTERS(X)
#undef X
	VARTA_COUNTERS_NUM,
};

/* A reader on another CPU must get each cell in one piece. */
static_assert(sizeof(unsigned long) == sizeof(u64));

struct varta_counter_cells {
	unsigned long value[VARTA_COUNTERS_NUM];
};

struct varta_counters {
	/* Each CPU writes its own, with this_cpu operations only. */
	struct varta_counter_cells __percpu *cells;
	/* Serialises takes, so that each increment is taken once. */
	struct mutex take_lock;
	/* What earlier takes returned, by counter. Protected by take_lock. */
	u64 taken[VARTA_COUNTERS_NUM];
};

int varta_counters_init(struct varta_counters *counters);
void varta_counters_destroy(struct varta_counters *counters);
u64 varta_counter_total(const struct varta_counters *counters,
			enum varta_counter which);
u64 varta_counter_take(struct varta_counters *counters,
		       enum varta_counter which);

/**
 * varta_count_many() - add to a counter
 * @counters: the counters
 * @which: which one
 * @n: how much to add
 *
 * Context: any.
 */
static inline void varta_count_many(struct varta_counters *counters,
				    enum varta_counter which, unsigned long n)
{
	this_cpu_add(counters->cells->value[which], n);
}

/**
 * varta_count() - add one to a counter
 * @counters: the counters
 * @which: which one
 *
 * Context: any.
 */
static inline void varta_count(struct varta_counters *counters,
			       enum varta_counter which)
{
	varta_count_many(counters, which, 1);
}

#endif /* _VARTA_COUNTERS_H */
