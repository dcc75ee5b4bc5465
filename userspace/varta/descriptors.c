// SPDX-License-Identifier: GPL-2.0-only
/*
 * Standard descriptors, and closing all others. See descriptors.h.
 */
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The kernel's default for fs.nr_open, which no limit exceeds. */
#define DESCRIPTORS_MAX	(1 << 20)

void descriptors_reserve(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			/* Gets the lowest free number. */
			if (open("/", O_PATH | O_CLOEXEC) != fd)
				return;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static bool is_kept(const int *keep, int count, int fd)
{
	int i;

	for (i = 0; i < count; i++)
		if (keep[i] == fd)
			return true;
	return fd <= STDERR_FILENO;
}

static bool close_gaps(const int *keep, int count)
{
	unsigned int first = STDERR_FILENO + 1;
	int i;

	for (i = 0; i < count; i++) {
		if (keep[i] < (int)first)
			continue;
		if (keep[i] > (int)first &&
		    close_range(first, (unsigned int)keep[i] - 1, 0))
			return false;
		first = (unsigned int)keep[i] + 1;
	}
	return !close_range(first, ~0U, 0);
}

static bool close_listed(const int *keep, int count, int procfs)
{
	int directory = openat(procfs, "self/fd",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = directory < 0 ? NULL : fdopendir(directory);
	const struct dirent *entry;
	int fd;

	if (!list)
		return false;
	/* The list goes by number: closing one does not skip others. */
	while ((entry = readdir(list))) {
		fd = atoi(entry->d_name);
		if (fd != directory && !is_kept(keep, count, fd))
			close(fd);
	}
	closedir(list);
	return true;
}

static void close_all(const int *keep, int count)
{
	struct rlimit limit = { .rlim_max = DESCRIPTORS_MAX };
	int fd;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max > DESCRIPTORS_MAX)
		limit.rlim_max = DESCRIPTORS_MAX;
	for (fd = STDERR_FILENO + 1; fd < (int)limit.rlim_max; fd++)
		if (!is_kept(keep, count, fd))
			close(fd);
}

void descriptors_close_others(int *keep, int count, int procfs)
{
	qsort(keep, (size_t)count, sizeof(*keep), compare);
	if (!close_gaps(keep, count) && !close_listed(keep, count, procfs))
		close_all(keep, count);
}

/* In a broken root, it is a regular file, which would grow. */
static bool is_null_device(int fd)
{
	struct stat file;

	return !fstat(fd, &file) && S_ISCHR(file.st_mode) &&
	       file.st_rdev == makedev(1, 3);
}

/* Returns -1 if there is none. */
static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0 && !is_null_device(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Without a writer, the end of the file is read. */
static int open_empty_pipe(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	close(ends[1]);
	return ends[0];
}

int null_files_open(struct null_files *files, bool read_output)
{
	int null = open_null(), input = null, ends[2], error;

	if (null >= 0 && !read_output) {
		*files = (struct null_files){ null, null, -1 };
		return 0;
	}
	if (input < 0)
		input = open_empty_pipe();
	if (input < 0)
		return input;
	if (pipe2(ends, O_CLOEXEC)) {
		error = -errno;
		close(input);
		return error;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*files = (struct null_files){ input, ends[1], ends[0] };
	return 0;
}

int null_files_use(const struct null_files *files)
{
	/* The copies stay open over execve(2), as probes need. */
	if (dup2(files->input, STDIN_FILENO) < 0 ||
	    dup2(files->output, STDOUT_FILENO) < 0 ||
	    dup2(files->output, STDERR_FILENO) < 0)
		return -errno;
	close(files->input);
	if (files->output != files->input)
		close(files->output);
	return 0;
}
