// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options for the contents of a beat. See beat_args.h.
 */
#include "beat_args.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "args.h"
#include "config_values.h"
#include "format.h"
#include "parse.h"

enum {
	OPTION_STATUS = 256,
	OPTION_NONCE,
	OPTION_PAYLOAD,
	OPTION_TIMESTAMP,
	OPTION_PID,
	OPTION_THRESHOLD,
	OPTION_NAME,
	OPTION_STALL_SIGNAL,
	OPTION_KILL_AFTER,
	OPTION_EVEN_IF_STARVED,
};

static const struct argp_option pid_options[] = {
	{ .name = "pid", .key = OPTION_PID, .arg = "PID",
	  .doc = "The agent: this process (the default), or an ancestor with "
		 "the same real user, such as a shell's $$" },
	{ 0 }
};

static const struct argp_option agent_options[] = {
	{ .name = "name", .key = OPTION_NAME, .arg = "NAME",
	  .doc = "Name of the agent, shortened to 15 bytes (default: "
		 "unchanged; for a new local agent, its command name)" },
	{ .name = "threshold", .key = OPTION_THRESHOLD, .arg = "DURATION",
	  .doc = "The agent stalls after this silence (default: unchanged; "
		 "for a new agent, the setting threshold_ms)" },
	{ 0 }
};

static const struct argp_option value_options[] = {
	{ .name = "status", .key = OPTION_STATUS, .arg = "STATUS",
	  .doc = "ok (the default), degraded, critical, or a number" },
	{ .name = "nonce", .key = OPTION_NONCE, .arg = "N",
	  .doc = "Must be larger than the agent's last nonce (default: the "
		 "time in nanoseconds if --pid is given, else 1)" },
	{ .name = "payload", .key = OPTION_PAYLOAD, .arg = "N",
	  .doc = "Stored with the agent (default 0)" },
	{ .name = "timestamp", .key = OPTION_TIMESTAMP, .arg = "N",
	  .doc = "CLOCK_MONOTONIC in nanoseconds (default: now)" },
	{ 0 }
};

static const struct argp_option action_options[] = {
	{ .name = "stall-signal", .key = OPTION_STALL_SIGNAL, .arg = "SIGNAL",
	  .doc = "When the agent stalls, the module sends it this signal: a "
		 "name or number, or none (default: unchanged; for a new "
		 "agent, none)" },
	{ .name = "kill-after", .key = OPTION_KILL_AFTER, .arg = "DURATION",
	  .doc = "SIGKILL so long after --stall-signal, unless the agent has "
		 "had a beat or ended" },
	{ .name = "even-if-starved", .key = OPTION_EVEN_IF_STARVED,
	  .doc = "Signal the agent also when it does not get the CPU" },
	{ 0 }
};

/* Numbers without a name are taken too, to test what the kernel refuses. */
static uint32_t parse_status(const struct argp_state *state, const char *text)
{
	uint64_t number = 0;
	uint32_t i;

	for (i = VARTA_STATUS_OK; i <= VARTA_STATUS_STALL; i++)
		if (!strcmp(text, varta_status_name(i)))
			return i;
	if (parse_number(text, 0, UINT32_MAX, &number))
		args_error(state, "--status", text, "must be ok, degraded, "
			   "critical or a number (0..%u)", UINT32_MAX);
	return (uint32_t)number;
}

/* A long name, such as %n in a unit, does not keep a service from starting. */
static const char *parse_name(const struct argp_state *state, char *text)
{
	char name[NAME_TEXT_SIZE];

	if (strlen(text) >= VARTA_NAME_SIZE) {
		text[format_fit(text, VARTA_NAME_SIZE - 1)] = '\0';
		format_name(name, text);
		fprintf(stderr, "%s: --name: longer than %d bytes: shortened "
			"to %s\n", state->name, VARTA_NAME_SIZE - 1, name);
	}
	return text;
}

/* The kernel's signals; those of real time have numbers only. */
static int signal_of_name(const char *name)
{
	const char *known;
	int number;

	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (number = 1; number < NSIG; number++) {
		known = sigabbrev_np(number);
		if (known && !strcasecmp(known, name))
			return number;
	}
	return 0;
}

uint8_t beat_args_signal(const struct argp_state *state, const char *name,
			 const char *text)
{
	uint64_t number = 0;

	if (!strcmp(text, "none"))
		return 0;
	number = (uint64_t)signal_of_name(text);
	if (!number && parse_number(text, 0, UINT8_MAX, &number))
		args_error(state, name, text, "must be a signal, such as "
			   "SIGABRT or 6, or none");
	return (uint8_t)number;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct beat_args *args = state->input;
	struct varta_beat *beat = &args->beat;

	switch (key) {
	case OPTION_STATUS:
		args->status_given = true;
		beat->status = parse_status(state, argument);
		return 0;
	case OPTION_NONCE:
		args->nonce_given = true;
		beat->nonce = args_number(state, "--nonce", argument, 0,
					  UINT64_MAX);
		return 0;
	case OPTION_PAYLOAD:
		args->payload_given = true;
		beat->payload = args_u32(state, "--payload", argument, 0,
					 UINT32_MAX);
		return 0;
	case OPTION_TIMESTAMP:
		args->timestamp_given = true;
		beat->timestamp = args_number(state, "--timestamp", argument, 0,
					      UINT64_MAX);
		return 0;
	case OPTION_PID:
		beat->claim_pid = true;
		beat->pid = args_pid(state, "--pid", argument);
		return 0;
	case OPTION_THRESHOLD:
		beat->threshold_ms = args_duration(state, "--threshold",
						   argument, THRESHOLD_MIN_MS,
						   THRESHOLD_MAX_MS);
		return 0;
	case OPTION_NAME:
		beat->name = parse_name(state, argument);
		return 0;
	case OPTION_STALL_SIGNAL:
		beat->stall_signal = beat_args_signal(state, "--stall-signal",
						      argument);
		beat->no_stall_signal = !beat->stall_signal;
		return 0;
	case OPTION_KILL_AFTER:
		beat->kill_after_ms = args_duration(state, "--kill-after",
						    argument, 1, DURATION_MAX);
		return 0;
	case OPTION_EVEN_IF_STARVED:
		beat->even_if_starved = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp beat_pid_args = {
	.options = pid_options,
	.parser = parse_option,
};

const struct argp beat_agent_args = {
	.options = agent_options,
	.parser = parse_option,
};

const struct argp beat_value_args = {
	.options = value_options,
	.parser = parse_option,
};

const struct argp beat_action_args = {
	.options = action_options,
	.parser = parse_option,
};
