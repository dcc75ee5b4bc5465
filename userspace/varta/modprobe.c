// SPDX-License-Identifier: GPL-2.0-only
/*
 * What modprobe(8) knows about a module. See modprobe.h.
 */
#include "modprobe.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	" \t"

const char *const modprobe_directories[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d", NULL,
};

/**
 * struct paths - Paths of files, sorted by the last part.
 * @path: The paths.
 * @count: Their number.
 */
struct paths {
	char **path;
	size_t count;
};

static const char *last_part(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool has_name(const struct paths *paths, const char *name)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		if (!strcmp(last_part(paths->path[i]), name))
			return true;
	return false;
}

static void add_path(struct paths *paths, const char *directory,
		     const char *name)
{
	size_t size = (paths->count + 1) * sizeof(*paths->path);
	char **grown, *path;

	if (has_name(paths, name))
		return;
	grown = realloc(paths->path, size);
	if (!grown)
		return;
	paths->path = grown;
	if (asprintf(&path, "%s/%s", directory, name) >= 0)
		paths->path[paths->count++] = path;
}

static void add_directory(struct paths *paths, const char *directory)
{
	DIR *list = opendir(directory);
	const struct dirent *entry;
	const char *dot;

	if (!list)
		return;
	while ((entry = readdir(list))) {
		dot = strrchr(entry->d_name, '.');
		if (entry->d_name[0] != '.' && dot && !strcmp(dot, ".conf"))
			add_path(paths, directory, entry->d_name);
	}
	closedir(list);
}

static int compare(const void *a, const void *b)
{
	return strcmp(last_part(*(char *const *)a),
		      last_part(*(char *const *)b));
}

/**
 * struct search - Lines that are looked for.
 * @module: About this module.
 * @fn: Called for each.
 * @arg: For @fn.
 */
struct search {
	const char *module;
	void (*fn)(const struct modprobe_line *line, void *arg);
	void *arg;
};

/* Appends lines to one that ends with a backslash. Returns their number. */
static unsigned int join_lines(FILE *file, char **text, size_t *size)
{
	unsigned int lines = 1;
	char *next = NULL, *joined;
	size_t length, next_size = 0;

	for (;; lines++) {
		length = strcspn(*text, "\n");
		(*text)[length] = '\0';
		if (!length || (*text)[length - 1] != '\\' ||
		    getline(&next, &next_size, file) < 0)
			break;
		(*text)[length - 1] = '\0';
		if (asprintf(&joined, "%s%s", *text, next) < 0)
			break;
		free(*text);
		*text = joined;
		*size = strlen(joined) + 1;
	}
	free(next);
	return lines;
}

static void look_at(const struct search *search, struct modprobe_line *line)
{
	char *words = strdup(line->text), *rest = NULL, *module;

	if (!words)
		return;
	line->command = strtok_r(words, BLANKS, &rest);
	module = strtok_r(NULL, BLANKS, &rest);
	line->arguments = rest ? rest + strspn(rest, BLANKS) : "";
	if (line->command && line->command[0] != '#' && module &&
	    !strcmp(module, search->module))
		search->fn(line, search->arg);
	free(words);
}

static void read_file(const struct search *search, const char *path)
{
	struct modprobe_line line = { .file = path, .number = 1 };
	FILE *file = fopen(path, "re");
	unsigned int lines;
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return;
	while (getline(&text, &size, file) >= 0) {
		lines = join_lines(file, &text, &size);
		line.text = text;
		look_at(search, &line);
		line.number += lines;
	}
	free(text);
	fclose(file);
}

void modprobe_each_line(const char *const *directories, const char *module,
			void (*fn)(const struct modprobe_line *line, void *arg),
			void *arg)
{
	struct search search = { module, fn, arg };
	struct paths paths = { 0 };
	size_t i;

	for (; *directories; directories++)
		add_directory(&paths, *directories);
	if (paths.count)
		qsort(paths.path, paths.count, sizeof(*paths.path), compare);
	for (i = 0; i < paths.count; i++) {
		read_file(&search, paths.path[i]);
		free(paths.path[i]);
	}
	free(paths.path);
}

bool modprobe_has_file(const char *directory, const char *module)
{
	char *path, *line = NULL;
	size_t length = strlen(module), size = 0;
	const char *found;
	bool has = false;
	FILE *file;

	if (asprintf(&path, "%s/modules.dep", directory) < 0)
		return false;
	file = fopen(path, "re");
	free(path);
	if (!file)
		return false;
	/* PATH/NAME.ko[.xz]: what it depends on */
	while (!has && getline(&line, &size, file) >= 0) {
		line[strcspn(line, ":")] = '\0';
		found = strrchr(line, '/') ? last_part(line) : line;
		has = !strncmp(found, module, length) &&
		      !strncmp(found + length, ".ko", 3);
	}
	free(line);
	fclose(file);
	return has;
}
