/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pressure on the machine when an agent stalled or was late: it tells a machine
 * that is overloaded from a program that hangs.
 */
#ifndef EVENT_PRESSURE_H
#define EVENT_PRESSURE_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include <varta.h>

#include "cgroup_sample.h"

/**
 * struct event_pressure - The pressure, read once a second at most.
 * @procfs: Directory, /proc; -1 if it cannot be read.
 * @read_time: When it was read, 0 for never.
 * @values: What was read.
 */
struct event_pressure {
	int procfs;
	uint64_t read_time;
	struct pressures values;
};

/**
 * event_pressure_of() - The pressure that is shown with an event.
 * @pressure: With @procfs set, and else zeros.
 * @event: The event.
 * @now: The time, monotonic.
 *
 * Return: The pressure; NULL if the event is no stall and of no late agent, or was
 * found by a dump.
 */
const struct pressures *event_pressure_of(struct event_pressure *pressure,
					  const struct varta_event *event,
					  uint64_t now);

/**
 * event_pressure_add() - Add the members "pressure_cpu", ... to an object.
 * @object: The object.
 * @pressures: The pressure; may be NULL.
 *
 * Each is the share in percent of the last 10 s, as in /proc/pressure. What is
 * not known is left out.
 *
 * Return: 0 or -ENOMEM.
 */
int event_pressure_add(struct json_object *object,
		       const struct pressures *pressures);

/**
 * event_pressure_write() - Write what is high: at least 10 %.
 * @out: Where to.
 * @pressures: The pressure; may be NULL.
 */
void event_pressure_write(FILE *out, const struct pressures *pressures);

#endif /* EVENT_PRESSURE_H */
