// SPDX-License-Identifier: GPL-2.0-only
/*
 * What modprobe(8) knows about a module.
 */
#include "modprobe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char root[] = "/tmp/varta-modprobe-XXXXXX";

static const struct {
	const char *path, *text;
} files[] = {
	{ "etc/b.conf", "options varta capacity=1 threshold_ms=5s\n" },
	{ "etc/c.conf", "# options varta capacity=2\n"
	  "#options varta capacity=2\n"
	  "\n"
	  "options vartax capacity=2\n"
	  "options\n"
	  "blacklist  varta\n"
	  "  options varta \\\n"
	  "	capacity=3 \\\n"
	  "	track_exit=1\n"
	  "install varta /bin/false" },
	{ "etc/ignored", "options varta capacity=4\n" },
	{ "lib/a.conf", "options\tvarta\tcapacity=5\n" },
	/* Hidden by etc/c.conf. */
	{ "lib/c.conf", "options varta capacity=6\n" },
};

static const char expected[] =
	"lib/a.conf:1 options capacity=5\n"
	"etc/b.conf:1 options capacity=1 threshold_ms=5s\n"
	"etc/c.conf:6 blacklist \n"
	"etc/c.conf:7 options capacity=3 	track_exit=1\n"
	"etc/c.conf:10 install /bin/false\n";

static char *path_of(const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", root, name) < 0)
		abort();
	return path;
}

static void write_text(const char *name, const char *text)
{
	char *path = path_of(name);
	FILE *file = fopen(path, "w");

	if (file) {
		fputs(text, file);
		fclose(file);
	}
	free(path);
}

static void remove_file(const char *name)
{
	char *path = path_of(name);

	remove(path);
	free(path);
}

static void collect(const struct modprobe_line *line, void *arg)
{
	fprintf(arg, "%s:%u %s %s\n", line->file + strlen(root) + 1,
		line->number, line->command, line->arguments);
}

static void test_lines(void)
{
	const char *directories[] = { NULL, NULL, NULL, NULL };
	char *found = NULL;
	size_t size, i;
	FILE *out = open_memstream(&found, &size);

	directories[0] = path_of("etc");
	directories[1] = path_of("none");
	directories[2] = path_of("lib");
	modprobe_each_line(directories, "varta", collect, out);
	fclose(out);
	check(!strcmp(found, expected), "modprobe: lines about a module");
	free(found);
	for (i = 0; i < 3; i++)
		free((char *)directories[i]);
}

static void test_has_file(void)
{
	check(modprobe_has_file(root, "varta"), "modprobe: a module");
	check(modprobe_has_file(root, "xz"), "modprobe: a compressed module");
	check(!modprobe_has_file(root, "vart") &&
	      !modprobe_has_file(root, "needed") &&
	      !modprobe_has_file("/nonexistent", "varta"),
	      "modprobe: modules that are not installed");
}

TEST_GROUP(modprobe)
{
	static const char *const directories[] = { "etc", "lib", "" };
	char *path;
	size_t i;

	if (!mkdtemp(root))
		return;
	for (i = 0; i < 2; i++) {
		path = path_of(directories[i]);
		mkdir(path, 0700);
		free(path);
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		write_text(files[i].path, files[i].text);
	write_text("modules.dep", "kernel/fs/a.ko: kernel/needed.ko\n"
		   "updates/dkms/varta.ko:\nkernel/xz.ko.xz: a.ko\n");
	test_lines();
	test_has_file();
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		remove_file(files[i].path);
	remove_file("modules.dep");
	for (i = 0; i < 3; i++)
		remove_file(directories[i]);
}
