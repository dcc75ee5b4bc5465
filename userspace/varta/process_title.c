// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of this process. See process_title.h.
 */
#include "process_title.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "procfs.h"

/* Holds /proc/self/stat: about 50 numbers and a name. */
#define STAT_SIZE	2048

/**
 * struct room - Where the title goes.
 * @start: Where the arguments begin.
 * @size: Size of arguments and environment, which follows them.
 */
struct room {
	char *start;
	size_t size;
};

/* Fields 48 to 51 of proc(5), after the name, which is field 2. */
static bool parse_room(struct room *room, const char *text)
{
	uintptr_t arguments, arguments_end, environment, end;
	const char *field = strrchr(text, ')');
	int i;

	for (i = 2; field && i < 48; i++) {
		field = strchr(field, ' ');
		field = field ? field + 1 : NULL;
	}
	if (!field || sscanf(field, "%" SCNuPTR " %" SCNuPTR " %" SCNuPTR
			     " %" SCNuPTR, &arguments, &arguments_end,
			     &environment, &end) != 4 ||
	    !arguments || arguments_end <= arguments)
		return false;
	/* The kernel shows a title beyond the arguments only then. */
	if (environment != arguments_end || end < environment)
		end = arguments_end;
	*room = (struct room){
		.start = (char *)arguments, .size = end - arguments,
	};
	return true;
}

static bool find_room(struct room *room)
{
	int procfs = procfs_open();
	char text[STAT_SIZE];
	bool found;

	if (procfs < 0)
		return false;
	found = read_text_at(procfs, "self/stat", text, sizeof(text)) > 0 &&
		parse_room(room, text);
	close(procfs);
	return found;
}

static bool move_environment(void)
{
	char **variable, *copy;

	for (variable = environ; variable && *variable; variable++) {
		copy = strdup(*variable);
		if (!copy)
			return false;
		*variable = copy;
	}
	return true;
}

void process_title_set(const char *prefix, const char *text, size_t length)
{
	static struct room room;
	char copy[PROCESS_TITLE_SIZE];
	size_t before = strlen(prefix), size;

	if (!room.size && (!find_room(&room) || !move_environment()))
		room = (struct room){ 0 };
	size = room.size < sizeof(copy) ? room.size : sizeof(copy);
	if (size <= before)
		return;
	if (length > sizeof(copy) - 1)
		length = sizeof(copy) - 1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	length = format_fit(copy, size - before - 1);
	/* The rest of an earlier title, too. */
	memset(room.start, 0, room.size);
	memcpy(room.start, prefix, before);
	memcpy(room.start + before, copy, length);
}
