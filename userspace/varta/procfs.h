/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading files of /proc, also where it is not mounted.
 */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * procfs_open() - Open the directory /proc.
 *
 * If /proc is not mounted, uses a mount of its own that nobody else sees. That
 * takes CAP_SYS_ADMIN.
 *
 * Return: A descriptor for openat(2), or a negative errno.
 */
int procfs_open(void);

/**
 * procfs_open_process() - Open the directory of a process.
 * @procfs: /proc.
 * @pid: The process, as @procfs shows it.
 *
 * The descriptor stays that of the same process when the number is another's.
 *
 * Return: A descriptor for openat(2), or a negative errno.
 */
int procfs_open_process(int procfs, uint32_t pid);

/**
 * private_mount() - Mount a file system that only the descriptor leads to.
 * @type: Its type.
 *
 * Return: A descriptor of its root, or a negative errno.
 */
int private_mount(const char *type);

/**
 * read_text() - Read a whole file from its start.
 * @fd: The file, wherever its offset is.
 * @text: Receives it with a final NUL; cut if it is too long.
 * @size: Size of @text.
 *
 * Return: The number of bytes, or a negative errno.
 */
int read_text(int fd, char *text, size_t size);

/**
 * read_end_of_text() - Read the end of a file that may be longer than a buffer.
 * @fd: The file, which is read from its start.
 * @text: Receives at least half of @size, with a terminating NUL.
 * @size: Size of @text.
 *
 * Return: 0 or a negative errno.
 */
int read_end_of_text(int fd, char *text, size_t size);

/**
 * read_end_of_text_at() - As read_end_of_text(), of a file in a directory.
 * @directory: The directory.
 * @path: The file, relative to it.
 * @text: As for read_end_of_text().
 * @size: As for read_end_of_text().
 *
 * For what comes after the groups in /proc/PID/status, of which there may be
 * thousands.
 *
 * Return: 0 or a negative errno.
 */
int read_end_of_text_at(int directory, const char *path, char *text,
			size_t size);

/**
 * read_text_at() - As read_text(), by name.
 * @directory: A descriptor.
 * @path: Relative to @directory.
 * @text: As for read_text().
 * @size: Likewise.
 *
 * Return: As read_text().
 */
int read_text_at(int directory, const char *path, char *text, size_t size);

/**
 * status_line() - Find a line, as in /proc/PID/status.
 * @text: The text, or NULL.
 * @label: How the line begins.
 *
 * Return: What follows @label in the first such line, or NULL.
 */
const char *status_line(const char *text, const char *label);

/**
 * lacks_ns_pids() - Whether a kernel has no pid namespaces, by /proc/PID/status.
 * @text: The end of the file, or NULL.
 *
 * Such a kernel has no line "NSpid:". "Threads:", which comes later, shows that
 * the file was read that far.
 *
 * Return: Whether that is so.
 */
bool lacks_ns_pids(const char *text);

/**
 * stat_start() - When a process started, in /proc/PID/stat.
 * @text: The text.
 *
 * Return: Field 22, in clock ticks; 0 if it has none.
 */
uint64_t stat_start(const char *text);

#endif /* PROCFS_H */
