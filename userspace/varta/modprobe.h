/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What modprobe(8) knows about a module.
 */
#ifndef MODPROBE_H
#define MODPROBE_H

#include <stdbool.h>

/* Where modprobe.d(5) says that files are, ending with NULL. */
extern const char *const modprobe_directories[];

/**
 * struct modprobe_line - A line about a module.
 * @file: The path of its file.
 * @number: Its number.
 * @text: The line, with the lines that continue it.
 * @command: Its first word, such as "options".
 * @arguments: What follows the name of the module; may be "".
 */
struct modprobe_line {
	const char *file;
	unsigned int number;
	const char *text, *command, *arguments;
};

/**
 * modprobe_each_line() - Read the files of modprobe.d(5).
 * @directories: Where they are, ending with NULL. A file hides the files of the
 *   same name in later directories.
 * @module: Name of the module, without '-'.
 * @fn: Called for each line about it, in modprobe's order.
 * @arg: For @fn.
 */
void modprobe_each_line(const char *const *directories, const char *module,
			void (*fn)(const struct modprobe_line *line, void *arg),
			void *arg);

/**
 * modprobe_has_file() - Whether a module is installed.
 * @directory: /lib/modules/RELEASE.
 * @module: Name of the module.
 *
 * Return: Whether depmod(8) has found its file.
 */
bool modprobe_has_file(const char *directory, const char *module);

#endif /* MODPROBE_H */
