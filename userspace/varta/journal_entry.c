// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of entries of the journal. See journal_log.h. The identifiers of messages are
 * generated from the catalog.
 */
#include "journal_log.h"

#include <inttypes.h>
#include <stdbool.h>
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

/*
 * journald adds the fields of OBJECT_PID's process. Of a process that is gone it
 * knows nothing: 'journalctl --unit' finds the entry by this field then.
 */
static bool add_object(char **fields, const struct journal_entry *entry)
{
	if (entry->pid)
		return json_variables_add(fields, "OBJECT_PID=%" PRIu32,
					  entry->pid);
	if (entry->unit && *entry->unit)
		return json_variables_add(fields, "OBJECT_SYSTEMD_UNIT=%s",
					  entry->unit);
	return true;
}

static bool add_all(char **fields, const struct journal_entry *entry)
{
	const char *id = journal_message_id(entry->kind);

	return json_variables_add(fields, "MESSAGE=%s %s", entry->kind,
				  entry->text) &&
	       json_variables_add(fields, "PRIORITY=%d", entry->level) &&
	       json_variables_add(fields, "SYSLOG_IDENTIFIER=varta") &&
	       (!id || json_variables_add(fields, "MESSAGE_ID=%s", id)) &&
	       add_object(fields, entry);
}

char **journal_entry_fields(const struct journal_entry *entry)
{
	char **fields = json_variables(entry->fields, FIELDS_MAX);

	if (fields && !add_all(fields, entry)) {
		json_variables_free(fields);
		return NULL;
	}
	return fields;
}
