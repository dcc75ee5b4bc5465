/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of the journal, by libsystemd, which is opened at run time.
 */
#ifndef JOURNAL_LOG_H
#define JOURNAL_LOG_H

#include <json-c/json.h>
#include <stdint.h>

struct journal_log;

/**
 * struct journal_entry - An entry.
 * @kind: Kind of event, as "stall", by which MESSAGE_ID is found.
 * @level: Its priority, as LOG_ERR.
 * @text: What has happened, without @kind.
 * @fields: Its fields, see json_variables().
 * @pid: Process that it is about, of which journald adds fields; 0 for none. It is
 *   for the caller to make sure that it is still that process.
 * @unit: Systemd unit of the process, if @pid is 0; NULL or "" if it has none.
 */
struct journal_entry {
	const char *kind;
	int level;
	char *text;
	struct json_object *fields;
	uint32_t pid;
	const char *unit;
};

/**
 * journal_message_id() - MESSAGE_ID of a kind of event.
 * @kind: Its name.
 *
 * Return: 32 hexadecimal digits; NULL if the catalog has no such kind.
 */
const char *journal_message_id(const char *kind);

/**
 * journal_entry_fields() - Make the fields of an entry.
 * @entry: The entry.
 *
 * Return: "NAME=VALUE" for each, and NULL. NULL if there is no memory. Free it
 * with json_variables_free().
 */
char **journal_entry_fields(const struct journal_entry *entry);

/**
 * journal_log_open() - Open the journal.
 * @log: Receives it, or NULL on failure. Release it with journal_log_close().
 *
 * Return: 0 or a negative errno, which was reported.
 */
int journal_log_open(struct journal_log **log);

/**
 * journal_log_close() - Close the journal.
 * @log: From journal_log_open(); or NULL.
 */
void journal_log_close(struct journal_log *log);

/**
 * journal_log_send() - Write an entry.
 * @log: The journal.
 * @entry: The entry.
 *
 * Waits while journald has more to read than its socket holds. What cannot be
 * written is reported on standard error, once until something can.
 *
 * Return: 0 or -ENOMEM.
 */
int journal_log_send(struct journal_log *log, const struct journal_entry *entry);

#endif /* JOURNAL_LOG_H */
