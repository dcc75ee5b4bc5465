// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory of what was seen at stalls: names, and how much is kept.
 */
#include "stall_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char directory[] = "/tmp/varta-stalls-XXXXXX";

static bool exists(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return !access(path, F_OK);
}

static bool has_content(const char *name, const char *content)
{
	char path[512], text[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return !strcmp(text, content);
}

static void check_names(void)
{
	const struct timespec when = {
		.tv_sec = 1764299700, .tv_nsec = 123456789,
	};
	char name[STALL_FILES_NAME_SIZE], long_name[500];

	stall_files_name(name, &when, 4711, "web");
	check(!strcmp(name, "stall-20251128T031500.123Z-4711-web"),
	      "stall-files: name: %s", name);
	stall_files_name(name, &when, 1, "../a b\n\xc3\xa9/");
	check(!strcmp(name, "stall-20251128T031500.123Z-1-.._a_b____"),
	      "stall-files: name with other bytes: %s", name);
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	stall_files_name(name, &when, 1, long_name);
	check(strlen(name) == STALL_FILES_NAME_SIZE - 1,
	      "stall-files: a long name is cut");
}

static void check_kept(void)
{
	struct stall_files files;

	check(!stall_files_open(&files, directory, 2, 1000),
	      "stall-files: open");
	check(!stall_files_write(&files, "stall-1", "text 1", "json 1") &&
	      has_content("stall-1.txt", "text 1") &&
	      has_content("stall-1.json", "json 1"), "stall-files: written");
	check(!stall_files_write(&files, "stall-1", "text 2", "json 2") &&
	      has_content("stall-1.txt", "text 1") &&
	      has_content("stall-1-1.txt", "text 2"),
	      "stall-files: none is replaced");
	check(!stall_files_write(&files, "stall-2", "text 3", "json 3") &&
	      exists("stall-2.txt") && exists("stall-2.json") &&
	      exists("stall-1-1.txt") + exists("stall-1.txt") == 1 &&
	      exists("stall-1-1.json") + exists("stall-1.json") == 1,
	      "stall-files: the number is limited");
	stall_files_close(&files);
}

static void check_size(void)
{
	struct stall_files files;
	char text[301];

	memset(text, 'x', 300);
	text[300] = '\0';
	check(!stall_files_open(&files, directory, 100, 1000),
	      "stall-files: open again");
	check(!stall_files_write(&files, "stall-3", text, text) &&
	      !stall_files_write(&files, "stall-4", text, "") &&
	      exists("stall-3.json") && exists("stall-4.txt"),
	      "stall-files: what fits is kept");
	check(!stall_files_write(&files, "stall-5", text, text) &&
	      !exists("stall-2.txt") && !exists("stall-3.json") &&
	      !exists("stall-3.txt") && exists("stall-4.txt") &&
	      exists("stall-5.json"), "stall-files: the oldest ones go");
	files.size = 599;
	check(stall_files_write(&files, "stall-6", text, text) == -EFBIG &&
	      exists("stall-5.txt"), "stall-files: one that is too long");
	stall_files_close(&files);
}

/* Files that others have put there. */
static void check_strange_files(void)
{
	static const char *const names[] = {
		"stall-notes.txt", "stall-0.log", "other-0.txt", "stall-",
	};
	struct stall_files files;
	char path[512];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		if (fd >= 0)
			close(fd);
	}
	snprintf(path, sizeof(path), "%s/stall-7.json", directory);
	check(!symlink("stall-notes.txt", path), "stall-files: a link");
	check(!stall_files_open(&files, directory, 1, 1000000) &&
	      !stall_files_write(&files, "stall-7", "text 7", "json 7") &&
	      has_content("stall-7-1.json", "json 7") &&
	      has_content("stall-notes.txt", "") && !exists("stall-5.txt"),
	      "stall-files: a link is not followed");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check(exists(names[i]), "stall-files: %s stays", names[i]);
	stall_files_close(&files);
}

static void check_directory(void)
{
	struct stall_files files;
	char path[512];

	check(!chmod(directory, 0770) &&
	      stall_files_open(&files, directory, 1, 1) == -EPERM,
	      "stall-files: others may write");
	check(!chmod(directory, 0700), "stall-files: chmod");
	snprintf(path, sizeof(path), "%s/link", directory);
	check(!symlink("/", path) &&
	      stall_files_open(&files, path, 1, 1) == -ENOTDIR,
	      "stall-files: the directory is a link");
	snprintf(path, sizeof(path), "%s/no/such", directory);
	check(stall_files_open(&files, path, 1, 1) == -ENOENT,
	      "stall-files: no parent");
}

TEST_GROUP(stall_files)
{
	char command[64];

	check_names();
	check(mkdtemp(directory), "stall-files: directory");
	check_kept();
	check_size();
	check_strange_files();
	check_directory();
	snprintf(command, sizeof(command), "rm -r %s", directory);
	check(!system(command), "stall-files: removed");
}
