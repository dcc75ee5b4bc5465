/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON for programs. Names and units are those of the interface's
 * specification, so that this and other netlink tools say the same.
 */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include <varta.h>

/**
 * json_put_new() - Put a value into an object under a name.
 * @object: The object.
 * @name: The name; must outlive the object.
 * @value: Owned by @object afterwards, or freed; NULL for want of memory.
 *
 * Return: 0 or -ENOMEM.
 */
int json_put_new(struct json_object *object, const char *name,
		 struct json_object *value);

/**
 * json_put_agent() - Put what the ledger knows of an agent into an object.
 * @object: The object.
 * @agent: The agent.
 *
 * Return: 0 or -ENOMEM.
 */
int json_put_agent(struct json_object *object,
		   const struct varta_agent *agent);

/**
 * json_print() - Write a value and a newline to standard output.
 * @value: The value.
 * @one_line: For programs that read line by line, rather than for people.
 *
 * Return: 0 or -ENOMEM. Errors of writing are left for the end to be found.
 */
int json_print(struct json_object *value, bool one_line);

#endif /* JSON_H */
