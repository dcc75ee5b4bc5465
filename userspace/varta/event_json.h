/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as JSON objects, and as variables.
 */
#ifndef EVENT_JSON_H
#define EVENT_JSON_H

#include <json-c/json.h>

#include <varta.h>

#include "owner.h"

/**
 * event_json() - Make the object of an event.
 * @event: The event, which event_name() knows.
 * @owner: Owner of its agent; NULL if it has none.
 *
 * Return: The object; NULL if there is no memory.
 */
struct json_object *event_json(const struct varta_event *event,
			       const struct agent_owner *owner);

/**
 * json_variables() - Make a variable of each member of an object.
 * @object: The object. Its members are numbers, strings, booleans, and arrays of
 *   them.
 *
 * The member event_time is VARTA_EVENT_TIME. Its value is as in JSON, but a string
 * has neither quotes nor escapes, and commas separate the elements of an array.
 *
 * Return: "NAME=VALUE" for each, and NULL. NULL if there is no memory. Free it
 * with json_variables_free().
 */
char **json_variables(struct json_object *object);

/**
 * json_variables_free() - Free variables.
 * @variables: From json_variables(); or NULL.
 */
void json_variables_free(char **variables);

#endif /* EVENT_JSON_H */
