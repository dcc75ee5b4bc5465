// SPDX-License-Identifier: GPL-2.0-only
/*
 * The number of the last event, from one start to the next.
 */
#include "seq_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static uint64_t number_in(const char *path)
{
	struct seq_file file;
	uint64_t seq;

	if (seq_file_open(&file, path))
		return UINT64_MAX;
	seq = file.seq;
	seq_file_close(&file);
	return seq;
}

TEST_GROUP(seq_file)
{
	char path[] = "/tmp/varta-seq-XXXXXX";
	int fd = mkstemp(path);
	struct seq_file file;

	check(!number_in(path), "seq_file: an empty file is 0");
	seq_file_open(&file, path);
	seq_file_set(&file, 12345);
	seq_file_set(&file, 0);
	check(number_in(path) == 12345, "seq_file: a number is kept, 0 is none");
	seq_file_set(&file, 7);
	check(number_in(path) == 7, "seq_file: a shorter number");
	seq_file_set(&file, UINT64_MAX - 1);
	check(number_in(path) == UINT64_MAX - 1, "seq_file: the longest number");
	seq_file_close(&file);
	check(ftruncate(fd, 0) == 0 && write(fd, "hello\n", 6) == 6 &&
	      !number_in(path), "seq_file: a file that is no number is 0");
	unlink(path);
	check(!number_in(path) && !access(path, F_OK),
	      "seq_file: it is made if it does not exist");
	unlink(path);
	close(fd);
	check(!seq_file_open(&file, NULL) && file.fd < 0,
	      "seq_file: none");
	seq_file_set(&file, 5);
	seq_file_close(&file);
}
