// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON for programs. See json.h.
 */
#include "json.h"

#include <errno.h>
#include <stdio.h>

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
	if (put_number(object, "pid", agent->pid) ||
	    put_number(object, "own_pid", agent->own_pid))
		return -ENOMEM;
	/* As in the interface: absent where it is not known. */
	if (agent->ns_inode &&
	    put_number(object, "ns_inode", agent->ns_inode))
		return -ENOMEM;
	return put_string(object, "origin", varta_origin_name(agent->origin));
}

int json_put_agent(struct json_object *object,
		   const struct varta_agent *agent)
{
	if (put_identity(object, agent) ||
	    put_string(object, "status", varta_status_name(agent->status)) ||
	    put_number(object, "nonce", agent->nonce) ||
	    put_number(object, "payload", agent->payload) ||
	    put_number(object, "last_beat", agent->last_beat) ||
	    put_number(object, "silence", agent->silence))
		return -ENOMEM;
	return json_put_new(object, "stalled",
			    json_object_new_boolean(agent->stalled));
}

int json_print(struct json_object *value, int flags)
{
	const char *text = json_object_to_json_string_ext(value, flags);

	if (!text)
		return -ENOMEM;
	puts(text);
	return 0;
}
