// SPDX-License-Identifier: GPL-2.0-only
/*
 * A directory with what was seen at stalls. See stall_files.h.
 */
#include "stall_files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX	"stall-"

/* Stalls with the same name that are told apart. */
#define SAME_MAX	100

/* One of the files. */
struct entry {
	char name[NAME_MAX + 1];
	uint64_t size;
};

struct entries {
	struct entry *list;
	size_t count, allocated;
};

int stall_files_open(struct stall_files *files, const char *path, uint32_t keep,
		     uint64_t size)
{
	struct stat status;

	*files = (struct stall_files){ .keep = keep, .size = size };
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	files->directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
				O_CLOEXEC);
	if (files->directory < 0)
		return -errno;
	if (fstat(files->directory, &status) ||
	    status.st_uid != geteuid() || status.st_mode & 022) {
		stall_files_close(files);
		return -EPERM;
	}
	return 0;
}

void stall_files_close(struct stall_files *files)
{
	close(files->directory);
	files->directory = -1;
}

void stall_files_name(char *name, const struct timespec *when, uint32_t pid,
		      const char *agent)
{
	char time[32] = "", *at;
	struct tm tm;
	int used;

	if (gmtime_r(&when->tv_sec, &tm))
		strftime(time, sizeof(time), "%Y%m%dT%H%M%S", &tm);
	used = snprintf(name, STALL_FILES_NAME_SIZE,
			PREFIX "%s.%03ldZ-%" PRIu32 "-", time,
			when->tv_nsec / 1000000, pid);
	snprintf(name + used, (size_t)(STALL_FILES_NAME_SIZE - used), "%s",
		 agent);
	for (at = name + used; *at; at++)
		if (!isascii((unsigned char)*at) ||
		    (!isalnum((unsigned char)*at) && *at != '.'))
			*at = '_';
}

/* Whether a file is one of those that are written here. */
static bool is_ours(const char *name)
{
	size_t length = strlen(name);

	return !strncmp(name, PREFIX, strlen(PREFIX)) &&
	       isdigit((unsigned char)name[strlen(PREFIX)]) &&
	       ((length > 4 && !strcmp(name + length - 4, ".txt")) ||
		(length > 5 && !strcmp(name + length - 5, ".json")));
}

static int add_entry(struct entries *entries, const char *name, uint64_t size)
{
	struct entry *longer;

	if (entries->count == entries->allocated) {
		entries->allocated = entries->allocated ?
				     2 * entries->allocated : 64;
		longer = reallocarray(entries->list, entries->allocated,
				      sizeof(*longer));
		if (!longer)
			return -ENOMEM;
		entries->list = longer;
	}
	snprintf(entries->list[entries->count].name, NAME_MAX + 1, "%s", name);
	entries->list[entries->count++].size = size;
	return 0;
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return strcmp(a->name, b->name);
}

/* The files, the oldest first. */
static int read_entries(const struct stall_files *files,
			struct entries *entries)
{
	int fd = openat(files->directory, ".", O_RDONLY | O_DIRECTORY |
			O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	struct stat status;
	int error = 0;

	if (!directory) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	while (!error && (entry = readdir(directory)))
		if (is_ours(entry->d_name) &&
		    !fstatat(files->directory, entry->d_name, &status,
			     AT_SYMLINK_NOFOLLOW) && S_ISREG(status.st_mode))
			error = add_entry(entries, entry->d_name,
					  (uint64_t)status.st_size);
	closedir(directory);
	if (entries->count)
		qsort(entries->list, entries->count, sizeof(*entries->list),
		      compare_entries);
	return error;
}

/* Length of a name without its suffix. */
static size_t stem_length(const char *name)
{
	return (size_t)(strrchr(name, '.') - name);
}

static bool same_stem(const struct entry *a, const struct entry *b)
{
	size_t length = stem_length(a->name);

	return length == stem_length(b->name) &&
	       !strncmp(a->name, b->name, length);
}

/* Removes the oldest stalls until there is room for one of @size bytes. */
static int make_room(const struct stall_files *files, uint64_t size)
{
	struct entries entries = { 0 };
	uint64_t total = size, stalls = 1;
	int error = read_entries(files, &entries);
	bool first;
	size_t i;

	for (i = 0; i < entries.count; i++) {
		total += entries.list[i].size;
		stalls += !i || !same_stem(&entries.list[i - 1],
					   &entries.list[i]);
	}
	for (i = 0; i < entries.count && !error; i++) {
		first = !i || !same_stem(&entries.list[i - 1],
					 &entries.list[i]);
		/* Both files of a stall go. */
		if (first && stalls <= files->keep && total <= files->size)
			break;
		if (unlinkat(files->directory, entries.list[i].name, 0) &&
		    errno != ENOENT)
			error = -errno;
		total -= entries.list[i].size;
		stalls -= first;
	}
	free(entries.list);
	return error;
}

static int write_all(int fd, const char *text, size_t length)
{
	ssize_t written;

	while (length) {
		written = write(fd, text, length);
		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			text += written;
			length -= (size_t)written;
		}
	}
	return 0;
}

/* Returns -EEXIST if there is such a file. */
static int write_file(const struct stall_files *files, const char *name,
		      const char *text)
{
	char temporary[64];
	int fd, error;

	snprintf(temporary, sizeof(temporary), ".varta-%d.new", getpid());
	/* One that was left over cannot be in use. */
	unlinkat(files->directory, temporary, 0);
	fd = openat(files->directory, temporary, O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	error = write_all(fd, text, strlen(text));
	if (close(fd) && !error)
		error = -errno;
	/* Neither replaces a file nor follows a link. */
	if (!error && linkat(files->directory, temporary, files->directory,
			     name, 0))
		error = -errno;
	unlinkat(files->directory, temporary, 0);
	return error;
}

int stall_files_write(const struct stall_files *files, const char *name,
		      const char *text, const char *json)
{
	size_t size = strlen(text) + strlen(json);
	char full[STALL_FILES_NAME_SIZE + 16];
	int number, error;

	if (strlen(text) > STALL_FILES_MAX || strlen(json) > STALL_FILES_MAX ||
	    size > files->size)
		return -EFBIG;
	error = make_room(files, size);
	if (error)
		return error;
	for (number = 0; number < SAME_MAX; number++) {
		snprintf(full, sizeof(full), number ? "%s-%d.json" : "%s.json",
			 name, number);
		error = write_file(files, full, json);
		if (error != -EEXIST)
			break;
	}
	if (error)
		return error;
	snprintf(full, sizeof(full), number ? "%s-%d.txt" : "%s.txt", name,
		 number);
	return write_file(files, full, text);
}
