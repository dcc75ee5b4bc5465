/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard descriptors, and closing all others.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

/**
 * descriptors_reserve() - Make sure that 0, 1 and 2 are in use.
 *
 * Otherwise a socket could get such a number, and receive error messages. A
 * number that was closed stays as good as closed: reading and writing fail with
 * EBADF, and it is closed on execve(2).
 */
void descriptors_reserve(void);

/**
 * descriptors_close_others() - Close all descriptors above 2 but some.
 * @keep: Those to keep; -1 for none. Sorted by this function.
 * @count: Number of them.
 * @procfs: Descriptor of /proc, for where close_range(2) is refused.
 */
void descriptors_close_others(int *keep, int count, int procfs);

/**
 * struct null_files - What replaces the standard descriptors.
 * @input: Reads as an empty file.
 * @output: Accepts all that is written.
 * @drain: If not -1, what was written has to be read here.
 */
struct null_files {
	int input, output, drain;
};

/**
 * null_files_open() - Open /dev/null, or make pipes where there is none.
 * @files: Set, to numbers above 2 if 0, 1 and 2 are in use.
 * @read_output: Make a pipe for the output in any case, to read it.
 *
 * Return: 0 or a negative errno.
 */
int null_files_open(struct null_files *files, bool read_output);

/**
 * null_files_use() - Replace the standard descriptors.
 * @files: The files, of which only @drain stays open.
 *
 * Return: 0 or a negative errno.
 */
int null_files_use(const struct null_files *files);

#endif /* DESCRIPTORS_H */
