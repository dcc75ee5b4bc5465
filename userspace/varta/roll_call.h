/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * varta monitor --expect and --watchdog: reads the agents regularly, and tells which of them
 * are missing.
 */
#ifndef ROLL_CALL_H
#define ROLL_CALL_H

#include <argp.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

#include "expectation.h"
#include "hw_watchdog.h"
#include "owner.h"

/* Most agents that a watchdog needs. */
#define WATCHDOG_AGENTS_MAX	64

/**
 * struct roll_call_options - Who ought to be there.
 * @expected: The agents.
 * @expected_count: How many.
 * @device: The watchdog; NULL for none.
 * @timeout_ms: Its timeout; 0 for the driver's.
 * @names: Agents that have to be alive for it to be fed.
 * @name_count: How many.
 */
struct roll_call_options {
	struct expectation expected[EXPECTATIONS_MAX];
	size_t expected_count;
	const char *device;
	uint32_t timeout_ms;
	const char *names[WATCHDOG_AGENTS_MAX];
	size_t name_count;
};

/* A child of a command's parser; a struct roll_call_options is its input. */
extern const struct argp roll_call_args;

/**
 * struct roll_call_notice - What has changed.
 * @kind: absent, present, unfed or fed.
 * @subject: Number that tells what it is about from other notices.
 * @bad: It is a failure.
 * @fields: Its fields.
 * @text: What has happened.
 */
struct roll_call_notice {
	const char *kind;
	uint32_t subject;
	bool bad;
	struct json_object *fields;
	char *text;
};

/**
 * typedef roll_call_fn - Receive a notice.
 * @notice: Valid during the call.
 * @arg: As given.
 */
typedef void (*roll_call_fn)(const struct roll_call_notice *notice, void *arg);

/**
 * struct roll_call - The state.
 * @options: Who ought to be there.
 * @v: Reads agents; NULL if there is nothing to do.
 * @reader: Reads their owners.
 * @procfs: Descriptor of /proc.
 * @interval: Time between two calls, in ns.
 * @due: When the next one is due.
 * @watchdog: The watchdog.
 * @alive: All agents that it needs were alive last time.
 * @notify: Called for each change.
 * @arg: For @notify.
 */
struct roll_call {
	struct roll_call_options *options;
	struct varta *v;
	struct owner_reader *reader;
	int procfs;
	uint64_t interval, due;
	struct hw_watchdog watchdog;
	bool alive;
	roll_call_fn notify;
	void *arg;
};

/**
 * roll_call_is_needed() - Whether there is anything to do.
 * @options: The options.
 */
bool roll_call_is_needed(const struct roll_call_options *options);

/**
 * roll_call_open() - Prepare.
 * @call: Set. Release it with roll_call_close().
 * @options: The options; kept.
 * @notify: Called for each change.
 * @arg: For @notify.
 *
 * Return: 0 or a negative errno, which was reported.
 */
int roll_call_open(struct roll_call *call, struct roll_call_options *options,
		   roll_call_fn notify, void *arg);

/**
 * roll_call_work() - Read the agents if that is due.
 * @call: From roll_call_open().
 * @loaded: The module is loaded. If not, nothing is known of agents, and the watchdog is not
 *   fed. Reading them could load it.
 */
void roll_call_work(struct roll_call *call, bool loaded);

/**
 * roll_call_due() - When roll_call_work() is to be called next.
 * @call: From roll_call_open().
 *
 * Return: The time; UINT64_MAX for never.
 */
uint64_t roll_call_due(const struct roll_call *call);

/**
 * roll_call_close() - End.
 * @call: From roll_call_open().
 * @stop: On purpose: stop the watchdog.
 */
void roll_call_close(struct roll_call *call, bool stop);

#endif /* ROLL_CALL_H */
