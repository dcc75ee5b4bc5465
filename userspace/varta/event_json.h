/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as JSON objects, and as variables.
 */
#ifndef EVENT_JSON_H
#define EVENT_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include <varta.h>

#include "colour.h"
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
 * event_json_begin() - Make the object of an event of any source.
 * @name: Its name.
 * @severity: How serious it is.
 *
 * Return: The object, with just these; NULL if there is no memory.
 */
struct json_object *event_json_begin(const char *name, enum severity severity);

/**
 * json_variables() - Make a variable of each member of an object.
 * @object: The object. Its members are numbers, strings, booleans, and arrays of
 *   them.
 * @room: How many more json_variables_add() is to add.
 *
 * The member event_time is VARTA_EVENT_TIME. Its value is as in JSON, but a string
 * has neither quotes nor escapes, and commas separate the elements of an array.
 *
 * Return: "NAME=VALUE" for each, and NULL. NULL if there is no memory. Free it
 * with json_variables_free().
 */
char **json_variables(struct json_object *object, size_t room);

/**
 * json_variables_add() - Add a variable of another kind.
 * @variables: From json_variables(), with room.
 * @format: "NAME=VALUE", as for printf().
 *
 * Return: False if there is no memory.
 */
__attribute__((format(printf, 2, 3)))
bool json_variables_add(char **variables, const char *format, ...);

/**
 * json_variables_free() - Free variables.
 * @variables: From json_variables(); or NULL.
 */
void json_variables_free(char **variables);

#endif /* EVENT_JSON_H */
