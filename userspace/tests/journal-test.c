// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of the journal: identifiers of messages, and fields.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "event_json.h"
#include "event_text.h"
#include "journal_log.h"
#include "tap.h"

/* As journald does: not longer than 64, and no lower case. */
static bool is_field_name(const char *field)
{
	size_t length = strspn(field, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return length && length <= 64 && field[length] == '=' &&
	       *field != '_' && (*field < '0' || *field > '9');
}

static bool has(char **fields, const char *field)
{
	for (; *fields; fields++)
		if (!strcmp(*fields, field))
			return true;
	return false;
}

static void test_catalog(void)
{
	struct varta_agent agent = { .ns_pid = 1 };
	struct varta_event event = { .agent = &agent };
	const char *name, *id, *other;
	unsigned int type;
	int late;

	for (type = 0; event_type_exists(type); type++) {
		for (late = 0; late < 2; late++) {
			event.type = (enum varta_event_type)type;
			event.resynced = late;
			name = event_name(&event);
			if (!name)
				continue;
			id = journal_message_id(name);
			check(id && strlen(id) == 32 &&
			      strspn(id, "0123456789abcdef") == 32,
			      "journal: %s has an identifier", name);
			other = journal_message_id("stall");
			check(!strcmp(name, "stall") || !id || strcmp(id, other),
			      "journal: %s has its own identifier", name);
		}
	}
	check(!journal_message_id("no such kind"),
	      "journal: an unknown kind has no identifier");
}

static void test_fields(const struct journal_entry *entry)
{
	char **fields = journal_entry_fields(entry), **field;
	bool valid = true;

	for (field = fields; *field; field++)
		valid = valid && is_field_name(*field);
	check(valid, "journal: all names of fields are valid");
	check(has(fields, "MESSAGE=stall it is silent") &&
	      has(fields, "PRIORITY=3") &&
	      has(fields, "SYSLOG_IDENTIFIER=varta") &&
	      has(fields, "MESSAGE_ID=96500cba31654a039296fd19465de1a0"),
	      "journal: message, priority and identifiers");
	check(has(fields, "VARTA_EVENT=stall") && has(fields, "VARTA_PID=12") &&
	      has(fields, "VARTA_NAME=a\nVARTA_PID=1\\xff") &&
	      has(fields, "VARTA_STALLED=true") &&
	      has(fields, "VARTA_SILENCE=18446744073709551615"),
	      "journal: a field for each member of the object");
	check(has(fields, "OBJECT_PID=12") &&
	      !has(fields, "OBJECT_SYSTEMD_UNIT=web.service"),
	      "journal: the process, and what journald adds of it");
	json_variables_free(fields);
}

static void test_array(void)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();
	char **variables;

	json_object_array_add(array, json_object_new_string("a"));
	json_object_array_add(array, json_object_new_int(7));
	json_object_object_add(object, "some-counters", array);
	variables = json_variables(object, 0);
	check(has(variables, "VARTA_SOME_COUNTERS=a,7") && !variables[1],
	      "journal: an array");
	json_variables_free(variables);
	json_object_put(object);
}

TEST_GROUP(journal_entry)
{
	char text[] = "it is silent";
	struct varta_agent agent = {
		.pid = 12, .ns_pid = 3, .ns_inode = 4026531836,
		.name = "a\nVARTA_PID=1\xff", .stalled = true,
		.silence = UINT64_MAX,
	};
	struct varta_event event = {
		.type = VARTA_EVENT_STALL, .agent = &agent,
	};
	struct journal_entry entry = {
		.kind = "stall", .level = LOG_ERR, .text = text, .pid = 12,
		.fields = event_json(&event, NULL), .unit = "web.service",
	};
	char **fields;

	test_catalog();
	test_fields(&entry);
	entry.pid = 0;
	fields = journal_entry_fields(&entry);
	check(has(fields, "OBJECT_SYSTEMD_UNIT=web.service"),
	      "journal: the unit of a process that is gone");
	json_variables_free(fields);
	json_object_put(entry.fields);
	test_array();
}
