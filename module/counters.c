// SPDX-License-Identifier: GPL-2.0-only
/*
 * A take does not reset cells, where other CPUs may be counting: it remembers
 * what was taken. So no increment is lost, and totals never decrease.
 */

#include <linux/cpumask.h>
#include <linux/errno.h>

#include "counters.h"

static u64 read_cell(const struct varta_counter_cells *cells,
		     enum varta_counter which)
{
	unsigned int start;
	u64 value;

	do {
		start = u64_stats_fetch_begin(&cells->sync);
		value = READ_ONCE(cells->value[which]);
	} while (u64_stats_fetch_retry(&cells->sync, start));
	return value;
}

int varta_counters_init(struct varta_counters *counters)
{
	int cpu;

	memset(counters->taken, 0, sizeof(counters->taken));
	spin_lock_init(&counters->take_lock);
	counters->cells = alloc_percpu(struct varta_counter_cells);
	if (!counters->cells)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(counters->cells, cpu)->sync);
	return 0;
}

void varta_counters_destroy(struct varta_counters *counters)
{
	free_percpu(counters->cells);
}

/* Since varta_counters_init(); no less than any earlier call returned. */
u64 varta_counter_total(const struct varta_counters *counters,
			enum varta_counter which)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += read_cell(per_cpu_ptr(counters->cells, cpu), which);
	return total;
}

/**
 * varta_counter_take() - read a counter and reset it for the next take
 * @counters: the counters
 * @which: which counter
 *
 * Every increment is returned by exactly one take. The total does not change.
 * Context: process; does not sleep. It may hold a tracker's lock.
 * Return: what was counted since the last take.
 */
u64 varta_counter_take(struct varta_counters *counters,
		       enum varta_counter which)
{
	u64 total, taken;

	spin_lock(&counters->take_lock);
	total = varta_counter_total(counters, which);
	taken = total - counters->taken[which];
	counters->taken[which] = total;
	spin_unlock(&counters->take_lock);
	return taken;
}

/**
 * varta_counter_untake() - put back what a take returned, for a later one
 * @counters: the counters
 * @which: which counter
 * @n: what varta_counter_take() returned and nobody has seen
 * Context: as varta_counter_take().
 */
void varta_counter_untake(struct varta_counters *counters,
			  enum varta_counter which, u64 n)
{
	spin_lock(&counters->take_lock);
	counters->taken[which] -= n;
	spin_unlock(&counters->take_lock);
}
