// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a cgroup keeps from its processes. See cgroup_sample.h.
 */
#include "cgroup_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procfs.h"

/* Holds any of the files that are read here. */
#define FILE_SIZE	4096

/* Ancestors that are looked at. */
#define DEPTH_MAX	32

/* The number in the line that begins with @key and a space; 0 without one. */
static uint64_t number_of(const char *text, const char *key)
{
	size_t length = strlen(key);

	while (text && *text) {
		if (!strncmp(text, key, length) && text[length] == ' ')
			return strtoull(text + length, NULL, 10);
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return 0;
}

void cgroup_parse_events(struct cgroup_sample *sample, const char *text)
{
	sample->populated_frozen = number_of(text, "frozen");
}

void cgroup_parse_cpu(struct cgroup_sample *sample, const char *text)
{
	sample->periods += number_of(text, "nr_periods");
	sample->throttled += number_of(text, "nr_throttled");
	sample->throttled_us += number_of(text, "throttled_usec");
}

void cgroup_parse_memory(struct cgroup_sample *sample, const char *text)
{
	sample->memory_high += number_of(text, "high");
	sample->memory_max += number_of(text, "max");
	sample->oom += number_of(text, "oom");
	sample->oom_kills += number_of(text, "oom_kill");
}

/* "some avg10=12.34 avg60=0.00 avg300=0.00 total=5678" */
static void parse_line(struct pressure *pressure, const char *text,
		       const char *kind)
{
	const char *line = strstr(text, kind);
	unsigned int whole, hundredths;
	unsigned long long total;

	pressure->known = line &&
		sscanf(line + strlen(kind),
		       " avg10=%u.%2u avg60=%*f avg300=%*f total=%llu",
		       &whole, &hundredths, &total) == 3;
	if (!pressure->known)
		return;
	pressure->hundredths = 100 * whole + hundredths;
	pressure->total_us = total;
}

void pressure_parse(struct pressure *some, struct pressure *full,
		    const char *text)
{
	parse_line(some, text, "some");
	if (full)
		parse_line(full, text, "full");
}

/* Returns "" for a file that cannot be read. */
static const char *read_file(int directory, const char *path, const char *name,
			     char *text)
{
	char full[PATH_MAX + 32];

	if (snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "",
		     name) >= (int)sizeof(full) ||
	    read_text_at(directory, full, text, FILE_SIZE) < 0)
		return "";
	return text;
}

/* The limits of a cgroup are in force for all cgroups in it. */
static void add_limits(struct cgroup_sample *sample, int mount,
		       const char *path, char *text)
{
	cgroup_parse_cpu(sample, read_file(mount, path, "cpu.stat", text));
	cgroup_parse_memory(sample, read_file(mount, path,
					      "memory.events.local", text));
}

void cgroup_sample_read(struct cgroup_sample *sample, int mount,
			const char *path)
{
	struct pressures *pressure = &sample->pressure;
	char text[FILE_SIZE], ancestor[PATH_MAX];
	int depth;
	char *end;

	*sample = (struct cgroup_sample){ 0 };
	/* Every cgroup has this file, the root of the hierarchy too. */
	sample->known = *read_file(mount, path, "cgroup.controllers", text) ||
			*read_file(mount, path, "cpu.stat", text);
	cgroup_parse_events(sample, read_file(mount, path, "cgroup.events",
					      text));
	pressure_parse(&pressure->cpu, NULL,
		       read_file(mount, path, "cpu.pressure", text));
	pressure_parse(&pressure->memory, &pressure->memory_full,
		       read_file(mount, path, "memory.pressure", text));
	pressure_parse(&pressure->io, &pressure->io_full,
		       read_file(mount, path, "io.pressure", text));
	snprintf(ancestor, sizeof(ancestor), "%s", path);
	for (depth = 0; depth < DEPTH_MAX; depth++) {
		add_limits(sample, mount, ancestor, text);
		if (!ancestor[0])
			break;
		end = strrchr(ancestor, '/');
		*(end ? end : ancestor) = '\0';
	}
}

void pressures_read(struct pressures *pressure, int procfs)
{
	char text[FILE_SIZE];

	*pressure = (struct pressures){ 0 };
	pressure_parse(&pressure->cpu, NULL,
		       read_file(procfs, "pressure", "cpu", text));
	pressure_parse(&pressure->memory, &pressure->memory_full,
		       read_file(procfs, "pressure", "memory", text));
	pressure_parse(&pressure->io, &pressure->io_full,
		       read_file(procfs, "pressure", "io", text));
}
