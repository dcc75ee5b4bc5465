// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events as JSON objects, and as variables. See event_json.h.
 */
#include "event_json.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "event_text.h"
#include "json.h"

/* By enum severity. */
static const char *const severities[] = {
	[SEVERITY_NORMAL] = "info",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "error",
};

struct json_object *event_json_begin(const char *name, enum severity severity)
{
	struct json_object *object = json_object_new_object();

	if (object &&
	    (json_add(object, "event", json_object_new_string(name)) ||
	     json_add(object, "severity",
		      json_object_new_string(severities[severity])))) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static int add_all(struct json_object *object, const struct varta_event *event,
		   const struct agent_owner *owner)
{
	if ((event->agent && json_add_agent(object, event->agent)) ||
	    (owner && json_add_owner(object, owner)))
		return -ENOMEM;
	return json_add_event(object, event);
}

struct json_object *event_json(const struct varta_event *event,
			       const struct agent_owner *owner)
{
	struct json_object *object = event_json_begin(event_name(event),
						      event_severity(event));

	if (object && add_all(object, event, owner)) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static void write_value(FILE *out, struct json_object *value)
{
	size_t i;

	if (!json_object_is_type(value, json_type_array)) {
		fputs(json_object_get_string(value), out);
		return;
	}
	for (i = 0; i < json_object_array_length(value); i++) {
		if (i)
			putc(',', out);
		write_value(out, json_object_array_get_idx(value, i));
	}
}

static char *variable(const char *name, struct json_object *value)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("VARTA_", out);
	for (; *name; name++)
		putc(isalnum((unsigned char)*name) ?
		     toupper((unsigned char)*name) : '_', out);
	putc('=', out);
	write_value(out, value);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char **json_variables(struct json_object *object, size_t room)
{
	size_t members = (size_t)json_object_object_length(object), count = 0;
	char **variables = calloc(members + room + 1, sizeof(*variables));

	if (!variables)
		return NULL;
	json_object_object_foreach(object, name, value) {
		variables[count] = variable(name, value);
		if (!variables[count++]) {
			json_variables_free(variables);
			return NULL;
		}
	}
	return variables;
}

bool json_variables_add(char **variables, const char *format, ...)
{
	va_list arguments;
	int length;

	while (*variables)
		variables++;
	va_start(arguments, format);
	length = vasprintf(variables, format, arguments);
	va_end(arguments);
	if (length < 0)
		*variables = NULL;
	return length >= 0;
}

void json_variables_free(char **variables)
{
	size_t i;

	for (i = 0; variables && variables[i]; i++)
		free(variables[i]);
	free(variables);
}
