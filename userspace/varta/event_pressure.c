// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pressure on the machine, for events. See event_pressure.h.
 */
#include "event_pressure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>

#include "clock.h"
#include "json.h"

/* Below, it explains nothing. In hundredths of a percent. */
#define HIGH	1000

const struct pressures *event_pressure_of(struct event_pressure *pressure,
					  const struct varta_event *event,
					  uint64_t now)
{
	if (event->resynced || (event->type != VARTA_EVENT_STALL &&
				event->type != VARTA_EVENT_LATE))
		return NULL;
	if (!pressure->read_time || now - pressure->read_time >= NS_PER_S) {
		pressures_read(&pressure->values, pressure->procfs);
		pressure->read_time = now;
	}
	return &pressure->values;
}

static int add_one(struct json_object *object, const char *name,
		   const struct pressure *pressure)
{
	char text[32];

	if (!pressure->known)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu32 ".%02" PRIu32,
		 pressure->hundredths / 100, pressure->hundredths % 100);
	return json_add(object, name,
			json_object_new_double_s(pressure->hundredths / 100.0,
						 text));
}

int event_pressure_add(struct json_object *object,
		       const struct pressures *pressures)
{
	if (!pressures)
		return 0;
	if (add_one(object, "pressure_cpu", &pressures->cpu) ||
	    add_one(object, "pressure_memory", &pressures->memory) ||
	    add_one(object, "pressure_memory_full", &pressures->memory_full) ||
	    add_one(object, "pressure_io", &pressures->io) ||
	    add_one(object, "pressure_io_full", &pressures->io_full))
		return -ENOMEM;
	return 0;
}

static bool write_one(FILE *out, const char *name, bool first,
		      const struct pressure *pressure)
{
	if (!pressure->known || pressure->hundredths < HIGH)
		return first;
	fprintf(out, "%s %s %" PRIu32 " %%", first ? "; pressure:" : ",", name,
		pressure->hundredths / 100);
	return false;
}

void event_pressure_write(FILE *out, const struct pressures *pressures)
{
	bool first = true;

	if (!pressures)
		return;
	first = write_one(out, "cpu", first, &pressures->cpu);
	first = write_one(out, "memory", first, &pressures->memory);
	write_one(out, "io", first, &pressures->io);
}
