/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages of sd_notify(3): lines of the form KEY=VALUE.
 */
#ifndef NOTIFY_MESSAGE_H
#define NOTIFY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As systemd: it ignores longer ones. */
#define NOTIFY_MESSAGE_MAX	4096

/**
 * enum notify_watchdog - What a message says about the watchdog.
 * @NOTIFY_WATCHDOG_NONE: Nothing.
 * @NOTIFY_WATCHDOG_ALIVE: WATCHDOG=1.
 * @NOTIFY_WATCHDOG_TRIGGER: WATCHDOG=trigger, the program has failed.
 */
enum notify_watchdog {
	NOTIFY_WATCHDOG_NONE,
	NOTIFY_WATCHDOG_ALIVE,
	NOTIFY_WATCHDOG_TRIGGER,
};

/**
 * struct notify_message - What a message says.
 * @ready: READY=1.
 * @stopping: STOPPING=1.
 * @barrier: BARRIER=1; systemd ignores all other lines of such a message.
 * @plain: Nothing but WATCHDOG=1: two of them say no more than one.
 * @watchdog: WATCHDOG=.
 * @has_watchdog_usec: There is a valid WATCHDOG_USEC=.
 * @watchdog_usec: Its value: the new timeout; 0 and UINT64_MAX for none.
 * @has_extend_usec: There is a valid EXTEND_TIMEOUT_USEC=.
 * @extend_usec: Its value.
 * @main_pid: MAINPID=; 0 for none.
 * @status: The value of STATUS=, in the parsed text; NULL for none.
 * @status_length: Its length.
 */
struct notify_message {
	bool ready, stopping, barrier, plain;
	enum notify_watchdog watchdog;
	bool has_watchdog_usec, has_extend_usec;
	uint64_t watchdog_usec, extend_usec;
	uint32_t main_pid;
	const char *status;
	size_t status_length;
};

/**
 * notify_message_parse() - Parse a message.
 * @message: Set.
 * @text: Any bytes. The last one may be NUL.
 * @length: Their number.
 *
 * Of several lines with one key, the first one counts, as for systemd. A line
 * that is not understood is ignored.
 *
 * Return: false if systemd ignores the whole message: it is empty, too long, or
 * has a NUL within.
 */
bool notify_message_parse(struct notify_message *message, const char *text,
			  size_t length);

#endif /* NOTIFY_MESSAGE_H */
