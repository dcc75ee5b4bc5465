/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of tests, in the Test Anything Protocol.
 */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

/**
 * check() - Report one test.
 * @passed: Whether it passed.
 * @format: Its name, as for printf().
 */
__attribute__((format(printf, 2, 3)))
void check(bool passed, const char *format, ...);

/**
 * tap_end() - Print the plan.
 *
 * Return: What the program exits with.
 */
int tap_end(void);

/**
 * struct test_group - The unit tests of one file.
 * @name: Name of the group, for the command line.
 * @run: Runs its tests.
 * @next: Next group.
 */
struct test_group {
	const char *name;
	void (*run)(void);
	struct test_group *next;
};

/**
 * test_group_register() - Add a group to the unit tests.
 * @group: The group.
 */
void test_group_register(struct test_group *group);

/**
 * TEST_GROUP() - Define a group of unit tests.
 * @NAME: Its name. The body of the function follows.
 */
#define TEST_GROUP(NAME)						\
	static void test_group_##NAME(void);				\
	__attribute__((constructor))					\
	static void test_group_register_##NAME(void)			\
	{								\
		static struct test_group group = {			\
			.name = #NAME,					\
			.run = test_group_##NAME,			\
		};							\
		test_group_register(&group);				\
	}								\
	static void test_group_##NAME(void)

#endif /* TAP_H */
