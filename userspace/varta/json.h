/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON output, with the names and units of the netlink specification.
 */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

#include <varta.h>

#include "owner.h"

/**
 * json_add() - Add a member to an object.
 * @object: The object.
 * @name: The member's name; must outlive the object.
 * @value: The member's value, owned by @object afterwards or freed; NULL if
 *   there was no memory for it.
 *
 * Return: 0 or -ENOMEM.
 */
int json_add(struct json_object *object, const char *name,
	     struct json_object *value);

/**
 * json_add_text() - Add a string that may have any bytes.
 * @object: The object.
 * @name: As for json_add().
 * @text: The text. Nothing is added if it is empty.
 *
 * Return: 0 or -ENOMEM.
 */
int json_add_text(struct json_object *object, const char *name,
		  const char *text);

/**
 * json_add_agent() - Add the members that describe an agent.
 * @object: The object.
 * @agent: The agent.
 *
 * Return: 0 or -ENOMEM.
 */
int json_add_agent(struct json_object *object, const struct varta_agent *agent);

/**
 * json_add_owner() - Add the members that say whose process an agent is.
 * @object: The object.
 * @owner: The owner. What is unknown is left out.
 *
 * Return: 0 or -ENOMEM.
 */
int json_add_owner(struct json_object *object, const struct agent_owner *owner);

/**
 * json_add_event() - Add what an event has besides its agent.
 * @object: The object.
 * @event: The event.
 *
 * Return: 0 or -ENOMEM.
 */
int json_add_event(struct json_object *object, const struct varta_event *event);

/**
 * json_write() - As json_print(), to another file.
 * @value: As for json_print().
 * @one_line: Likewise.
 * @out: The file.
 *
 * Return: 0 or -ENOMEM.
 */
int json_write(struct json_object *value, bool one_line, FILE *out);

/**
 * json_print() - Print a value and a newline to standard output.
 * @value: The value.
 * @one_line: Print it on one line, for programs that read line by line.
 *
 * Return: 0 or -ENOMEM. main() checks standard output for write errors.
 */
int json_print(struct json_object *value, bool one_line);

#endif /* JSON_H */
