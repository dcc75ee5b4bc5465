// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of entries of the journal. See journal_log.h. The identifiers of messages are
 * generated from the catalog.
 */
#include "journal_log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_json.h"

#include "varta-catalog.h"

/* MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, MESSAGE_ID and one of the process. */
#define FIELDS_MAX	5

const char *journal_message_id(const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(catalog) / sizeof(catalog[0]); i++)
		if (!strcmp(catalog[i].kind, kind))
			return catalog[i].id;
	return NULL;
}

/* False if there is no memory. */
__attribute__((format(printf, 3, 4)))
static bool add(char **fields, size_t *count, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&fields[*count], format, arguments);
	va_end(arguments);
	if (length < 0) {
		fields[*count] = NULL;
		return false;
	}
	(*count)++;
	return true;
}

/*
 * journald adds the fields of OBJECT_PID's process. Of a process that is gone it
 * knows nothing: 'journalctl --unit' finds the entry by this field then.
 */
static bool add_object(char **fields, size_t *count,
		       const struct journal_entry *entry)
{
	if (entry->pid)
		return add(fields, count, "OBJECT_PID=%" PRIu32, entry->pid);
	if (entry->unit && *entry->unit)
		return add(fields, count, "OBJECT_SYSTEMD_UNIT=%s",
			   entry->unit);
	return true;
}

static bool add_all(char **fields, size_t *count,
		    const struct journal_entry *entry)
{
	const char *id = journal_message_id(entry->kind);

	return add(fields, count, "MESSAGE=%s %s", entry->kind, entry->text) &&
	       add(fields, count, "PRIORITY=%d", entry->level) &&
	       add(fields, count, "SYSLOG_IDENTIFIER=varta") &&
	       (!id || add(fields, count, "MESSAGE_ID=%s", id)) &&
	       add_object(fields, count, entry);
}

char **journal_entry_fields(const struct journal_entry *entry)
{
	char **variables = json_variables(entry->fields), **fields;
	size_t count = 0;

	while (variables && variables[count])
		count++;
	fields = variables ? reallocarray(variables, count + FIELDS_MAX + 1,
					  sizeof(*fields)) : NULL;
	if (!fields) {
		json_variables_free(variables);
		return NULL;
	}
	memset(fields + count, 0, (FIELDS_MAX + 1) * sizeof(*fields));
	if (!add_all(fields, &count, entry)) {
		json_variables_free(fields);
		return NULL;
	}
	return fields;
}
