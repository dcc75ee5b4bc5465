// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pressure on the machine, in the events of stalled and late agents.
 */
#include "event_pressure.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "tap.h"

static void put(int directory, const char *name, const char *text)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	      "event_pressure: a file");
	close(fd);
}

static bool text_is(const struct pressures *pressures, const char *expected)
{
	char text[200] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	event_pressure_write(out, pressures);
	fclose(out);
	if (strcmp(text, expected))
		printf("# %s\n", text);
	return !strcmp(text, expected);
}

static bool json_is(const struct pressures *pressures, const char *expected)
{
	struct json_object *object = json_object_new_object();
	bool equal;

	event_pressure_add(object, pressures);
	equal = !strcmp(json_object_to_json_string_ext(object,
						       JSON_C_TO_STRING_PLAIN),
			expected);
	if (!equal)
		printf("# %s\n", json_object_to_json_string(object));
	json_object_put(object);
	return equal;
}

TEST_GROUP(event_pressure)
{
	const struct varta_event stall = { .type = VARTA_EVENT_STALL };
	const struct varta_event late = { .type = VARTA_EVENT_LATE };
	const struct varta_event exit = { .type = VARTA_EVENT_EXIT };
	const struct varta_event old = {
		.type = VARTA_EVENT_STALL, .resynced = true,
	};
	char path[] = "/tmp/varta-pressure-XXXXXX", command[64];
	struct event_pressure pressure = { 0 };
	const struct pressures *now;

	check(mkdtemp(path) != NULL, "event_pressure: a directory");
	pressure.procfs = open(path, O_PATH | O_DIRECTORY);
	check(json_is(event_pressure_of(&pressure, &stall, NS_PER_S), "{}") &&
	      text_is(&pressure.values, ""), "event_pressure: not known");
	mkdirat(pressure.procfs, "pressure", 0700);
	put(pressure.procfs, "pressure/cpu",
	    "some avg10=45.20 avg60=1.00 avg300=0.00 total=12\n");
	put(pressure.procfs, "pressure/io",
	    "some avg10=10.00 avg60=0.00 avg300=0.00 total=0\n"
	    "full avg10=9.99 avg60=0.00 avg300=0.00 total=0\n");
	put(pressure.procfs, "pressure/memory",
	    "some avg10=9.99 avg60=0.00 avg300=0.00 total=0\n"
	    "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
	check(json_is(event_pressure_of(&pressure, &stall, 2 * NS_PER_S - 1), "{}"),
	      "event_pressure: it is not read again within a second");
	now = event_pressure_of(&pressure, &late, 2 * NS_PER_S);
	check(json_is(now, "{\"pressure_cpu\":45.20,\"pressure_memory\":9.99,"
		      "\"pressure_memory_full\":0.00,\"pressure_io\":10.00,"
		      "\"pressure_io_full\":9.99}"),
	      "event_pressure: all of it in JSON");
	check(text_is(now, "; pressure: cpu 45 %, io 10 %"),
	      "event_pressure: what is high in the text");
	check(!event_pressure_of(&pressure, &exit, 9 * NS_PER_S) &&
	      !event_pressure_of(&pressure, &old, 9 * NS_PER_S) &&
	      json_is(NULL, "{}") && text_is(NULL, ""),
	      "event_pressure: not with other events");
	close(pressure.procfs);
	snprintf(command, sizeof(command), "rm -r %s", path);
	check(!system(command), "event_pressure: the end");
}
