// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta relay: reports beats for agents that the kernel cannot see.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <varta.h>

#include "beat_args.h"
#include "command.h"
#include "error.h"
#include "parse.h"
#include "session.h"

/**
 * struct relay_options - What to report.
 * @beat: The first one's; the others differ in their pid.
 * @source: The relay's number.
 * @count: How many.
 */
struct relay_options {
	struct varta_beat beat;
	uint32_t source;
	uint32_t count;
	bool source_given, pid_given, nonce_given, time_given;
};

enum {
	OPTION_SOURCE = FIELD_LAST,
	OPTION_COUNT,
	OPTION_NS_INODE,
};

static const struct argp_option option_table[] = {
	{ .doc = "Whose beats they are:" },
	{ .name = "source", .key = OPTION_SOURCE, .arg = "N",
	  .doc = "The relay's number; 0 for this machine" },
	{ .name = "pid", .key = FIELD_PID, .arg = "PID",
	  .doc = "The first agent's process id" },
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "How many agents: PID, PID+1 and so on (default 1)" },
	{ .name = "ns-inode", .key = OPTION_NS_INODE, .arg = "N",
	  .doc = "The agents' pid namespace (default not known)" },
	{ .doc = "What each beat says:" },
	{ .name = "status", .key = FIELD_STATUS, .arg = "STATUS",
	  .doc = "ok (the default), degraded, critical, or a number" },
	{ .name = "nonce", .key = FIELD_NONCE, .arg = "N",
	  .doc = "The same for all (default the time in nanoseconds, which "
		 "goes up by itself from call to call)" },
	{ .name = "payload", .key = FIELD_PAYLOAD, .arg = "N",
	  .doc = "Kept with the agent (default 0)" },
	{ .name = "timestamp", .key = FIELD_TIMESTAMP, .arg = "N",
	  .doc = "Nanoseconds of CLOCK_MONOTONIC (default now)" },
	{ .name = "threshold", .key = FIELD_THRESHOLD, .arg = "DURATION",
	  .doc = "Silence from which the agent is stalled, from now on: "
		 "500ms, 5s, 2m; a bare number is ms (default: what it was)" },
	{ .name = "name", .key = FIELD_NAME, .arg = "NAME",
	  .doc = "What to call the agent from now on, up to 15 bytes "
		 "(default: what it was; at first, nothing)" },
	{ 0 }
};

static void check_options(struct relay_options *options,
			  struct argp_state *state)
{
	uint64_t now = varta_monotonic_now();

	if (!options->source_given || !options->pid_given)
		argp_error(state, "name a --source and a --pid");
	if (options->count - 1 > UINT32_MAX - options->beat.pid)
		argp_error(state, "there are not so many process ids");
	if (!options->nonce_given)
		options->beat.nonce = now;
	if (!options->time_given)
		options->beat.timestamp = now;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct relay_options *options = state->input;
	bool valid = true;

	switch (key) {
	case OPTION_SOURCE:
		options->source_given = true;
		valid = parse_u32(argument, &options->source);
		break;
	case OPTION_COUNT:
		valid = parse_u32(argument, &options->count) &&
			options->count;
		break;
	case OPTION_NS_INODE:
		valid = parse_number(argument, UINT64_MAX,
				     &options->beat.ns_inode);
		break;
	case FIELD_STATUS:
	case FIELD_NONCE:
	case FIELD_PAYLOAD:
	case FIELD_PID:
	case FIELD_TIMESTAMP:
	case FIELD_THRESHOLD:
	case FIELD_NAME:
		options->nonce_given |= key == FIELD_NONCE;
		options->time_given |= key == FIELD_TIMESTAMP;
		options->pid_given |= key == FIELD_PID;
		valid = take_field(key, argument, &options->beat);
		break;
	case ARGP_KEY_END:
		check_options(options, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return understood(valid, argument, state);
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "--source N --pid PID",
	.doc = "Report beats for agents that this kernel cannot see, for "
	       "gateways and for tests. Their origin is network-unverified. "
	       "Needs CAP_NET_ADMIN.\v"
	       "All of the beats are sent, whether or not one of them is "
	       "refused; the exit status is 0 only if none was.",
};

static int fail_batch(const struct varta *v, const struct varta_beat *beats,
		      int error)
{
	int refused = varta_relay_refused(v);
	char what[64];

	if (refused < 0)
		return fail_privileged(v, "relay", error);
	if (snprintf(what, sizeof(what), "relay the beat of pid %" PRIu32,
		     beats[refused].pid) < 0)
		return EXIT_SYSTEM;
	return fail_call(v, what, error);
}

static int send_batch(struct varta *v, const struct relay_options *options,
		      uint32_t done, uint32_t count)
{
	struct varta_beat beats[VARTA_RELAY_MAX];
	uint32_t i;
	int error;

	for (i = 0; i < count; i++) {
		beats[i] = options->beat;
		beats[i].pid += done + i;
	}
	error = varta_relay(v, options->source, beats, count);
	return error ? fail_batch(v, beats, error) : EXIT_OK;
}

/* The first failure counts; only one that is about a beat is no end. */
static int send_all(struct varta *v, void *arg)
{
	const struct relay_options *options = arg;
	int code = EXIT_OK, batch_code;
	uint32_t done = 0, count;

	while (done < options->count) {
		count = options->count - done;
		if (count > VARTA_RELAY_MAX)
			count = VARTA_RELAY_MAX;
		batch_code = send_batch(v, options, done, count);
		if (code == EXIT_OK)
			code = batch_code;
		if (batch_code != EXIT_OK && varta_relay_refused(v) < 0)
			break;
		done += count;
	}
	return code;
}

int run_relay(int argc, char **argv)
{
	struct relay_options options = { .count = 1 };

	return parse_and_work(&parser, argc, argv, &options, send_all);
}
