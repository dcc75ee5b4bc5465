// SPDX-License-Identifier: GPL-2.0-only
/*
 * The messages of sd_notify(3). See notify_message.h.
 */
#include "notify_message.h"

#include <string.h>

/**
 * struct seen - Keys that a message had so far.
 * @watchdog: WATCHDOG=.
 * @watchdog_usec: WATCHDOG_USEC=.
 * @extend_usec: EXTEND_TIMEOUT_USEC=.
 * @main_pid: MAINPID=.
 * @status: STATUS=.
 */
struct seen {
	bool watchdog, watchdog_usec, extend_usec, main_pid, status;
};

static bool is_line(const char *line, size_t length, const char *text)
{
	return strlen(text) == length && !memcmp(line, text, length);
}

/* Digits only. Returns false if it is no number, or does not fit. */
static bool parse_number(const char *text, size_t length, uint64_t *number)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'),
					   &value))
			return false;
	}
	*number = value;
	return length > 0;
}

/* Finds the value if the line has this key and is the first that has. */
static bool first_of(const char *line, size_t length, const char *key,
		     bool *seen, const char **value, size_t *size)
{
	size_t prefix = strlen(key);

	if (*seen || length < prefix || memcmp(line, key, prefix))
		return false;
	*seen = true;
	*value = line + prefix;
	*size = length - prefix;
	return true;
}

static void parse_line(struct notify_message *message, struct seen *seen,
		       const char *line, size_t length)
{
	const char *value;
	uint64_t number;
	size_t size;

	if (is_line(line, length, "READY=1")) {
		message->ready = true;
	} else if (is_line(line, length, "STOPPING=1")) {
		message->stopping = true;
	} else if (is_line(line, length, "BARRIER=1")) {
		message->barrier = true;
	} else if (first_of(line, length, "WATCHDOG=", &seen->watchdog, &value,
			    &size)) {
		if (is_line(value, size, "1"))
			message->watchdog = NOTIFY_WATCHDOG_ALIVE;
		else if (is_line(value, size, "trigger"))
			message->watchdog = NOTIFY_WATCHDOG_TRIGGER;
	} else if (first_of(line, length, "WATCHDOG_USEC=",
			    &seen->watchdog_usec, &value, &size)) {
		message->has_watchdog_usec =
			parse_number(value, size, &message->watchdog_usec);
	} else if (first_of(line, length, "EXTEND_TIMEOUT_USEC=",
			    &seen->extend_usec, &value, &size)) {
		message->has_extend_usec =
			parse_number(value, size, &message->extend_usec);
	} else if (first_of(line, length, "MAINPID=", &seen->main_pid, &value,
			    &size)) {
		if (parse_number(value, size, &number) && number <= INT32_MAX)
			message->main_pid = (uint32_t)number;
	} else if (first_of(line, length, "STATUS=", &seen->status, &value,
			    &size)) {
		message->status = value;
		message->status_length = size;
	}
}

bool notify_message_parse(struct notify_message *message, const char *text,
			  size_t length)
{
	struct seen seen = { 0 };
	size_t lines = 0, at, end;

	*message = (struct notify_message){ 0 };
	if (length > NOTIFY_MESSAGE_MAX)
		return false;
	if (length && !text[length - 1])
		length--;
	if (!length || memchr(text, '\0', length))
		return false;
	for (at = 0; at < length; at = end + 1) {
		for (end = at; end < length && text[end] != '\n' &&
		     text[end] != '\r'; end++)
			;
		if (end == at)
			continue;
		parse_line(message, &seen, text + at, end - at);
		lines++;
	}
	message->plain = lines == 1 &&
			 message->watchdog == NOTIFY_WATCHDOG_ALIVE;
	if (message->barrier)
		*message = (struct notify_message){ .barrier = true };
	return lines > 0;
}
