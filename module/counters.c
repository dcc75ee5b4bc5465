// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and taking counters. A total is only ever the sum over the CPUs: a
 * take remembers how much has been taken instead of writing into cells that
 * other CPUs are counting in, so no increment can fall between its read and
 * its reset, and totals never go back.
 */

#include <linux/cpumask.h>
#include <linux/errno.h>

#include "counters.h"

/**
 * varta_counters_init() - make all counters, at zero
 * @counters: to be set up
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_counters_init(struct varta_counters *counters)
{
	memset(counters->taken, 0, sizeof(counters->taken));
	mutex_init(&counters->take_lock);
	counters->cells = alloc_percpu(struct varta_counter_cells);
	return counters->cells ? 0 : -ENOMEM;
}

/**
 * varta_counters_destroy() - free what varta_counters_init() made
 * @counters: no longer used by anyone
 */
void varta_counters_destroy(struct varta_counters *counters)
{
	free_percpu(counters->cells);
	mutex_destroy(&counters->take_lock);
}

/**
 * varta_counter_total() - everything counted since the counters were made
 * @counters: the counters
 * @which: which one
 *
 * Context: any. Increments that other CPUs make meanwhile may or may not be
 * included, but what one read returned, no later read falls short of.
 * Return: the total.
 */
u64 varta_counter_total(const struct varta_counters *counters,
			enum varta_counter which)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += READ_ONCE(per_cpu_ptr(counters->cells,
					       cpu)->value[which]);
	return total;
}

/**
 * varta_counter_take() - what was counted since the last take
 * @counters: the counters
 * @which: which one
 *
 * Every increment is returned by exactly one take. The total is not changed.
 *
 * Context: process, may sleep.
 * Return: the number of increments taken.
 */
u64 varta_counter_take(struct varta_counters *counters,
		       enum varta_counter which)
{
	u64 total, taken;

	mutex_lock(&counters->take_lock);
	total = varta_counter_total(counters, which);
	taken = total - counters->taken[which];
	counters->taken[which] = total;
	mutex_unlock(&counters->take_lock);
	return taken;
}
