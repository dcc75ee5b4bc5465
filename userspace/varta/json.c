// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON for programs. See json.h.
 */
#include "json.h"

#include <errno.h>
#include <stdio.h>

#include "format.h"

int json_put_new(struct json_object *object, const char *name,
		 struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add_ex(object, name, value,
				      JSON_C_OBJECT_ADD_CONSTANT_KEY)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int put_number(struct json_object *object, const char *name,
		      uint64_t number)
{
	return json_put_new(object, name, json_object_new_uint64(number));
}

static int put_string(struct json_object *object, const char *name,
		      const char *string)
{
	return json_put_new(object, name, json_object_new_string(string));
}

static int put_identity(struct json_object *object,
			const struct varta_agent *agent)
{
	char name[NAME_TEXT_SIZE];

	/* As in the interface: absent where it is not known, or of no use. */
	if (agent->pid && put_number(object, "pid", agent->pid))
		return -ENOMEM;
	if (put_number(object, "ns_pid", agent->ns_pid))
		return -ENOMEM;
	if (agent->ns_inode &&
	    put_number(object, "ns_inode", agent->ns_inode))
		return -ENOMEM;
	if (agent->source && put_number(object, "source", agent->source))
		return -ENOMEM;
	format_name_for_programs(name, agent->name);
	if (put_string(object, "name", name))
		return -ENOMEM;
	return put_string(object, "origin", varta_origin_name(agent->origin));
}

static int put_exit(struct json_object *object, const struct varta_agent *agent)
{
	if (agent->exit_type == VARTA_EXIT_CODE)
		return put_number(object, "exit_code", agent->exit_code);
	if (agent->exit_type == VARTA_EXIT_SIGNAL)
		return put_number(object, "exit_signal", agent->exit_signal);
	return 0;
}

int json_put_agent(struct json_object *object,
		   const struct varta_agent *agent)
{
	if (put_identity(object, agent) ||
	    put_string(object, "status", varta_status_name(agent->status)) ||
	    put_number(object, "nonce", agent->nonce) ||
	    put_number(object, "payload", agent->payload) ||
	    put_number(object, "last_beat", agent->last_beat) ||
	    put_number(object, "silence", agent->silence) ||
	    put_number(object, "threshold_ms", agent->threshold_ms) ||
	    json_put_new(object, "stalled",
			 json_object_new_boolean(agent->stalled)))
		return -ENOMEM;
	return put_exit(object, agent);
}

int json_print(struct json_object *value, bool one_line)
{
	int flags = one_line ? JSON_C_TO_STRING_PLAIN :
		    JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	const char *text = json_object_to_json_string_ext(value, flags);

	if (!text)
		return -ENOMEM;
	puts(text);
	return 0;
}
