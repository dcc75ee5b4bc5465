// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading files of /proc. See procfs.h.
 */
#include "procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

static int mount_context(int context)
{
	int mount;

	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
	return mount < 0 ? -errno : mount;
}

int private_mount(const char *type)
{
	int context = fsopen(type, FSOPEN_CLOEXEC), mount;

	if (context < 0)
		return -errno;
	mount = mount_context(context);
	close(context);
	return mount;
}

static bool is_procfs(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

int procfs_open(void)
{
	int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 ? -errno : -ENOENT, own;

	if (fd >= 0) {
		if (is_procfs(fd))
			return fd;
		close(fd);
	}
	own = private_mount("proc");
	return own < 0 ? error : own;
}

int procfs_open_process(int procfs, uint32_t pid)
{
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%" PRIu32, pid);
	fd = openat(procfs, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* As pread(), but returns a negative errno. */
static ssize_t read_at(int fd, char *to, size_t size, size_t offset)
{
	ssize_t got;

	do {
		got = pread(fd, to, size, (off_t)offset);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

int read_text(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while (length < size - 1) {
		got = read_at(fd, text + length, size - 1 - length, length);
		if (got < 0)
			return (int)got;
		if (!got)
			break;
		length += (size_t)got;
	}
	text[length] = '\0';
	return length < INT_MAX ? (int)length : INT_MAX;
}

int read_end_of_text(int fd, char *text, size_t size)
{
	size_t length = 0, half = size / 2, offset = 0;
	ssize_t got;

	for (;;) {
		if (length == size - 1) {
			memmove(text, text + half, length - half);
			length -= half;
		}
		got = read_at(fd, text + length, size - 1 - length, offset);
		if (got < 0)
			return (int)got;
		if (!got)
			break;
		length += (size_t)got;
		offset += (size_t)got;
	}
	text[length] = '\0';
	return 0;
}

int read_end_of_text_at(int directory, const char *path, char *text,
			size_t size)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	error = read_end_of_text(fd, text, size);
	close(fd);
	return error;
}

int read_text_at(int directory, const char *path, char *text, size_t size)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	int length;

	if (fd < 0)
		return -errno;
	length = read_text(fd, text, size);
	close(fd);
	return length;
}

const char *status_line(const char *text, const char *label)
{
	size_t length = strlen(label);

	while (text && strncmp(text, label, length)) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text ? text + length : NULL;
}

bool lacks_ns_pids(const char *text)
{
	return !status_line(text, "NSpid:\t") && status_line(text, "Threads:\t");
}

uint64_t stat_start(const char *text)
{
	/* The name, field 2, may have spaces and parentheses. */
	const char *field = strrchr(text, ')');
	int i;

	for (i = 2; field && i < 22; i++) {
		field = strchr(field, ' ');
		field = field ? field + 1 : NULL;
	}
	return field ? strtoull(field, NULL, 10) : 0;
}
