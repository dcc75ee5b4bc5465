/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that is replaced as a whole: readers see the old content or the new.
 */
#ifndef ATOMIC_FILE_H
#define ATOMIC_FILE_H

#include <stdio.h>

/**
 * struct atomic_file - A file that is being written.
 * @stream: Write there.
 * @path: The file to replace, owned by the caller.
 * @temporary: Name of the file that replaces it.
 */
struct atomic_file {
	FILE *stream;
	const char *path;
	char *temporary;
};

/**
 * atomic_file_open() - Begin to write, in the directory of the file.
 * @file: The file. End with atomic_file_commit() or atomic_file_abort().
 * @path: The file to replace.
 *
 * Return: 0 or a negative errno.
 */
int atomic_file_open(struct atomic_file *file, const char *path);

/**
 * atomic_file_commit() - Replace the file, or leave it if that fails.
 * @file: The file.
 *
 * All users may read it.
 *
 * Return: 0 or a negative errno.
 */
int atomic_file_commit(struct atomic_file *file);

/**
 * atomic_file_abort() - Leave the file as it is.
 * @file: The file.
 */
void atomic_file_abort(struct atomic_file *file);

#endif /* ATOMIC_FILE_H */
