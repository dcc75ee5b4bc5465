/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters that only grow, with a cell for each CPU: the beat path counts. */
#ifndef _VARTA_COUNTERS_H
#define _VARTA_COUNTERS_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

#include "spec.h"

enum varta_counter {
#define X(NAME, name) VARTA_COUNT_##NAME,
	VARTA_COUNTERS(X)
#undef X
	VARTA_COUNTERS_NUM,
};

/* A bit for each. */
static_assert(sizeof(u64) * 8 >= VARTA_COUNTERS_NUM);
#define VARTA_ALL_COUNTERS	GENMASK_ULL(VARTA_COUNTERS_NUM - 1, 0)

struct varta_counter_cells {
	u64 value[VARTA_COUNTERS_NUM];
	struct u64_stats_sync sync;	/* empty on 64 bit */
};

struct varta_counters {
	struct varta_counter_cells __percpu *cells;
	spinlock_t take_lock;			/* protects taken */
	u64 taken[VARTA_COUNTERS_NUM];		/* sum of earlier takes */
};

int varta_counters_init(struct varta_counters *counters);
void varta_counters_destroy(struct varta_counters *counters);
u64 varta_counter_total(const struct varta_counters *counters,
			enum varta_counter which);
u64 varta_counter_take(struct varta_counters *counters,
		       enum varta_counter which);
void varta_counter_untake(struct varta_counters *counters,
			  enum varta_counter which, u64 n);

static inline void varta_count_many(struct varta_counters *counters,
				    enum varta_counter which, u64 n)
{
#ifdef CONFIG_64BIT
	this_cpu_add(counters->cells->value[which], n);
#else
	struct varta_counter_cells *cells;
	unsigned long flags;

	local_irq_save(flags);
	cells = this_cpu_ptr(counters->cells);
	u64_stats_update_begin(&cells->sync);
	cells->value[which] += n;
	u64_stats_update_end(&cells->sync);
	local_irq_restore(flags);
#endif
}

static inline void varta_count(struct varta_counters *counters,
			       enum varta_counter which)
{
	varta_count_many(counters, which, 1);
}

#endif /* _VARTA_COUNTERS_H */
