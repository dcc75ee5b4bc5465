/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file with the number of the last event that was handled, for the next start.
 */
#ifndef SEQ_FILE_H
#define SEQ_FILE_H

#include <stdint.h>

/**
 * struct seq_file - The file.
 * @fd: It, or -1 for none.
 * @seq: The number in it.
 */
struct seq_file {
	int fd;
	uint64_t seq;
};

/**
 * seq_file_open() - Open the file, or make it.
 * @file: Set. Release it with seq_file_close().
 * @path: Its name; NULL for none.
 *
 * Return: 0 or a negative errno, which was reported. What is no number counts as 0.
 */
int seq_file_open(struct seq_file *file, const char *path);

/**
 * seq_file_set() - Keep a number.
 * @file: The file.
 * @seq: The number; 0 changes nothing.
 */
void seq_file_set(struct seq_file *file, uint64_t seq);

/**
 * seq_file_close() - Close the file.
 * @file: From seq_file_open().
 */
void seq_file_close(struct seq_file *file);

#endif /* SEQ_FILE_H */
