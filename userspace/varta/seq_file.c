// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file with the number of the last event. See seq_file.h.
 */
#include "seq_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "procfs.h"

/* Always of the same length: a shorter number leaves no digits of a longer one. */
#define FORMAT	"%020" PRIu64 "\n"
#define LENGTH	21

int seq_file_open(struct seq_file *file, const char *path)
{
	char text[LENGTH + 2];
	int error;

	*file = (struct seq_file){ .fd = -1 };
	if (!path)
		return 0;
	file->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file->fd < 0) {
		error = -errno;
		fprintf(stderr, "varta: %s: %s\n", path, strerror(-error));
		return error;
	}
	if (read_text(file->fd, text, sizeof(text)) != LENGTH ||
	    sscanf(text, "%" SCNu64, &file->seq) != 1)
		file->seq = 0;
	return 0;
}

void seq_file_set(struct seq_file *file, uint64_t seq)
{
	char text[LENGTH + 1];

	if (file->fd < 0 || !seq)
		return;
	snprintf(text, sizeof(text), FORMAT, seq);
	/* The next one writes the number again. */
	if (pwrite(file->fd, text, LENGTH, 0) == LENGTH)
		file->seq = seq;
}

void seq_file_close(struct seq_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
}
