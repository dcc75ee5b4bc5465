/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that the program of varta run leaves behind when it exits, as a
 * daemon does that forks into the background.
 */
#ifndef LEFTOVER_H
#define LEFTOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* TASK_COMM_LEN. */
	PROCESS_NAME_SIZE = 16,
};

/**
 * struct process_stat - What /proc/PID/stat says about a process.
 * @pid: Its process id.
 * @name: Its name, with any bytes.
 * @state: A letter.
 * @parent: Its parent's process id.
 * @group: Its process group.
 * @start: When it started, in clock ticks.
 */
struct process_stat {
	uint32_t pid;
	char name[PROCESS_NAME_SIZE];
	char state;
	uint32_t parent, group;
	uint64_t start;
};

/**
 * process_stat_parse() - Parse the text of /proc/PID/stat.
 * @stat: Set.
 * @text: The text. The name in it can have any byte, also ")" and newlines.
 * @length: Its length.
 *
 * Return: Whether it could be parsed.
 */
bool process_stat_parse(struct process_stat *stat, const char *text,
			size_t length);

/**
 * struct program_traits - How to tell what a program has left behind.
 * @procfs: /proc.
 * @pid: The program, as @procfs shows it.
 * @group: Its process group, likewise.
 * @name: Its name once it is executed, cut.
 */
struct program_traits {
	int procfs;
	uint32_t pid, group;
	char name[PROCESS_NAME_SIZE];
};

/**
 * program_traits_read() - Read the traits of this process's parent.
 * @traits: Set.
 * @procfs: /proc.
 * @command: What the parent will execute.
 *
 * This process must still be in its parent's process group.
 */
void program_traits_read(struct program_traits *traits, int procfs,
			 const char *command);

/**
 * leftover_find() - Find a process that this process's former parent has left.
 * @traits: The former parent.
 * @found: The process.
 *
 * It has got the same new parent as this process, is in the same cgroup, and
 * has started later. Orphans of other programs may be like that, too. So it
 * must also have the program's process group or name, unless the cgroup is that
 * of a service.
 *
 * Return: Whether there is one.
 */
bool leftover_find(const struct program_traits *traits,
		   struct process_stat *found);

#endif /* LEFTOVER_H */
