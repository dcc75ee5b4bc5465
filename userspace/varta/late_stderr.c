// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages on the standard error of another process. See late_stderr.h.
 */
#include "late_stderr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"

/* Relative to the directory of the program's threads. */
#define STDERR_PATH	"../fd/2"

void late_stderr_open(struct late_stderr *late)
{
	struct stat file;

	*late = (struct late_stderr){ .kept = -1 };
	if (fstat(STDERR_FILENO, &file))
		return;
	late->device = file.st_dev;
	late->inode = file.st_ino;
	late->reopen = S_ISFIFO(file.st_mode) || isatty(STDERR_FILENO);
	if (S_ISREG(file.st_mode) || is_journal(&file))
		late->kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC,
				   STDERR_FILENO + 1);
}

static bool is_same(const struct late_stderr *late, const struct stat *file)
{
	return file->st_dev == late->device && file->st_ino == late->inode;
}

static int reopen(const struct late_stderr *late, int task)
{
	struct stat file;
	int fd;

	/* To open another file may already have an effect. */
	if (fstatat(task, STDERR_PATH, &file, 0) || !is_same(late, &file))
		return -1;
	fd = openat(task, STDERR_PATH,
		    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &file) || !is_same(late, &file))) {
		close(fd);
		return -1;
	}
	return fd;
}

bool late_stderr_write(const struct late_stderr *late, int task,
		       const char *line)
{
	ssize_t length = (ssize_t)strlen(line), sent;
	int fd;

	if (late->kept >= 0) {
		sent = send(late->kept, line, (size_t)length,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == ENOTSOCK)
			sent = write(late->kept, line, (size_t)length);
		return sent == length;
	}
	fd = late->reopen ? reopen(late, task) : -1;
	if (fd < 0)
		return false;
	sent = write(fd, line, (size_t)length);
	close(fd);
	return sent == length;
}
