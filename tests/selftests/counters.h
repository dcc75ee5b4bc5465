/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters of the module in sysfs.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdio.h>

#define COUNTERS	"/sys/kernel/varta/counters/"

/* -1 without the module. */
static inline long counter(const char *name)
{
	char path[128];
	long value = -1;
	FILE *file;

	snprintf(path, sizeof(path), COUNTERS "%s", name);
	file = fopen(path, "r");
	if (!file)
		return -1;
	if (fscanf(file, "%ld", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

#endif /* COUNTERS_H */
