/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as text for people.
 */
#ifndef EVENT_TEXT_H
#define EVENT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include <varta.h>

#include "cgroup_sample.h"
#include "owner.h"

/**
 * event_name() - Name of the kind of an event, as "stall".
 * @event: The event. One that a dump has found may have another name than its
 *   type, as "stalled".
 *
 * Return: A constant string; NULL for an event of a newer library.
 */
const char *event_name(const struct varta_event *event);

/**
 * event_type_exists() - Whether a type is known here, or a gap between such.
 * @type: One of enum varta_event_type.
 */
bool event_type_exists(unsigned int type);

/**
 * event_type_name() - Name of a type, unless its events are of the subscription.
 * @type: event_type_exists().
 *
 * Return: A constant string, or NULL.
 */
const char *event_type_name(unsigned int type);

/**
 * event_is_of_subscription() - Whether an event is about neither an agent nor the
 * module's settings.
 * @event: The event.
 */
bool event_is_of_subscription(const struct varta_event *event);

/**
 * event_text_write() - Write what has happened, on one line, without its name.
 * @out: The file. No newline is written.
 * @event: The event.
 * @owner: Owner of its agent; NULL if it has none.
 */
void event_text_write(FILE *out, const struct varta_event *event,
		      const struct agent_owner *owner);

/**
 * event_text() - As event_text_write(), in memory.
 * @event: The event.
 * @owner: As for event_text_write().
 * @pressures: Pressure on the machine then; NULL for none.
 *
 * Return: The text, to be freed; NULL if there is no memory.
 */
char *event_text(const struct varta_event *event,
		 const struct agent_owner *owner,
		 const struct pressures *pressures);

#endif /* EVENT_TEXT_H */
