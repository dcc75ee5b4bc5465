/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process's cgroup, and the ones around it, keep from it: CPU time and
 * memory. Of the unified hierarchy only.
 */
#ifndef CGROUP_SAMPLE_H
#define CGROUP_SAMPLE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct pressure - A line of a pressure file, such as cpu.pressure.
 * @known: It could be read.
 * @hundredths: Share of the last ten seconds, in hundredths of a percent.
 * @total_us: Time since the start, in microseconds.
 */
struct pressure {
	bool known;
	uint32_t hundredths;
	uint64_t total_us;
};

/**
 * struct pressures - Pressure on the CPU, on memory and on disks.
 * @cpu: Some tasks waited for the CPU.
 * @memory: Some waited for memory.
 * @memory_full: All did.
 * @io: Some waited for a disk.
 * @io_full: All did.
 */
struct pressures {
	struct pressure cpu, memory, memory_full, io, io_full;
};

/**
 * struct cgroup_sample - A cgroup at one moment.
 * @known: The cgroup could be read. Otherwise all others are 0.
 * @populated_frozen: All of its processes are frozen.
 * @periods: Periods with a limit on the CPU, of it and of its ancestors.
 * @throttled: In how many of them its processes, or the ancestors', were stopped.
 * @throttled_us: For how long, in microseconds.
 * @memory_high: How often it, or an ancestor, was above memory.high.
 * @memory_max: How often memory.max was reached.
 * @oom: How often there was no memory at that limit.
 * @oom_kills: How many processes were killed then.
 * @pressure: Of the cgroup.
 */
struct cgroup_sample {
	bool known, populated_frozen;
	uint64_t periods, throttled, throttled_us;
	uint64_t memory_high, memory_max, oom, oom_kills;
	struct pressures pressure;
};

/**
 * cgroup_parse_events() - Parse cgroup.events.
 * @sample: What is found is set.
 * @text: The text.
 */
void cgroup_parse_events(struct cgroup_sample *sample, const char *text);

/**
 * cgroup_parse_cpu() - Add the numbers of cpu.stat.
 * @sample: What is found is added.
 * @text: The text.
 */
void cgroup_parse_cpu(struct cgroup_sample *sample, const char *text);

/**
 * cgroup_parse_memory() - Add the numbers of memory.events.local.
 * @sample: What is found is added.
 * @text: The text.
 */
void cgroup_parse_memory(struct cgroup_sample *sample, const char *text);

/**
 * pressure_parse() - Parse a pressure file.
 * @some: Set, if the file has such a line.
 * @full: Likewise; may be NULL.
 * @text: The text.
 */
void pressure_parse(struct pressure *some, struct pressure *full,
		    const char *text);

/**
 * cgroup_sample_read() - Read a cgroup.
 * @sample: Set.
 * @mount: Descriptor of the root of the hierarchy, as far as it is visible here.
 * @path: The cgroup, relative to it; "" for the root.
 */
void cgroup_sample_read(struct cgroup_sample *sample, int mount,
			const char *path);

/**
 * pressures_read() - Read the pressure on the machine.
 * @pressure: Set.
 * @procfs: Descriptor of /proc.
 */
void pressures_read(struct pressures *pressure, int procfs);

#endif /* CGROUP_SAMPLE_H */
