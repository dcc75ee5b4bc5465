/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory with what was seen at stalls: a text and a JSON file for each, as many
 * as fit, of which the oldest are removed first.
 */
#ifndef STALL_FILES_H
#define STALL_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Size of a name without its suffix. */
#define STALL_FILES_NAME_SIZE	128

/* A longer text or JSON file is not written. */
#define STALL_FILES_MAX		(1024U * 1024)

/**
 * struct stall_files - The directory.
 * @directory: Its descriptor.
 * @keep: Number of stalls to keep.
 * @size: Number of bytes to keep.
 */
struct stall_files {
	int directory;
	uint32_t keep;
	uint64_t size;
};

/**
 * stall_files_open() - Open the directory, which is made if it does not exist.
 * @files: Set. Release it with stall_files_close().
 * @path: The directory.
 * @keep: As in struct stall_files.
 * @size: Likewise.
 *
 * Return: 0; -EPERM if others could change it: if it belongs to another user, or if
 * its group or others may write to it; -ENOTDIR for a symbolic link; or another
 * negative errno.
 */
int stall_files_open(struct stall_files *files, const char *path, uint32_t keep,
		     uint64_t size);

/**
 * stall_files_close() - Close the directory.
 * @files: The directory.
 */
void stall_files_close(struct stall_files *files);

/**
 * stall_files_name() - Make the name for a stall.
 * @name: Receives STALL_FILES_NAME_SIZE bytes, such as
 *   "stall-20261128T031500.123Z-4711-web". Names of later stalls are greater. All
 *   bytes of @agent but letters, digits, "." and "_" become "_".
 * @when: When it was, CLOCK_REALTIME.
 * @pid: The process.
 * @agent: Name of the agent: any bytes.
 */
void stall_files_name(char *name, const struct timespec *when, uint32_t pid,
		      const char *agent);

/**
 * stall_files_write() - Write the files of a stall, and remove old ones.
 * @files: The directory.
 * @name: As from stall_files_name(). If there are files of this name, a number is
 *   added.
 * @text: The text.
 * @json: The JSON.
 *
 * A file appears with all of its content or not at all. Symbolic links are not
 * followed, and files with other names are left alone.
 *
 * Return: 0; -EFBIG if the files are too long; or another negative errno.
 */
int stall_files_write(const struct stall_files *files, const char *name,
		      const char *text, const char *json);

#endif /* STALL_FILES_H */
