// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests that need no kernel module.
 *
 * Usage: unit [GROUP...]
 *
 * Runs the named groups, or all. "unit --list" prints their names.
 */
#include <stdio.h>
#include <string.h>

#include "tap.h"

static struct test_group *groups;

/* Keeps the list sorted, whatever the order of the object files. */
void test_group_register(struct test_group *group)
{
	struct test_group **at = &groups;

	while (*at && strcmp((*at)->name, group->name) < 0)
		at = &(*at)->next;
	group->next = *at;
	*at = group;
}

static struct test_group *find(const char *name)
{
	struct test_group *group = groups;

	while (group && strcmp(group->name, name))
		group = group->next;
	return group;
}

static void print_groups(FILE *out)
{
	const struct test_group *group;

	for (group = groups; group; group = group->next)
		fprintf(out, "%s\n", group->name);
}

int main(int argc, char **argv)
{
	const struct test_group *group;
	int i;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		print_groups(stdout);
		return 0;
	}
	for (i = 1; i < argc; i++) {
		if (find(argv[i]))
			continue;
		fprintf(stderr, "unit: no group '%s'; there are:\n", argv[i]);
		print_groups(stderr);
		return 2;
	}
	puts("TAP version 13");
	for (i = 1; i < argc; i++)
		find(argv[i])->run();
	for (group = groups; argc == 1 && group; group = group->next)
		group->run();
	return tap_end();
}
