// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta beat: beats of the tool itself, for trying things out and for scripts.
 */
#include <argp.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include <varta.h>

#include "beat_args.h"
#include "clock.h"
#include "command.h"
#include "error.h"
#include "parse.h"
#include "session.h"

#define INTERVAL_MS	1000
#define NS_PER_MS	1000000

/**
 * struct beat_options - What to send, and how often.
 * @beat: The first beat.
 * @frame: Bytes for @beat, where a frame was given.
 * @count: How many beats; 0 for no end.
 * @fixed_time: Every beat has the timestamp that was given.
 * @timed_nonce: Nonces are times, which go up from one call of the tool to the
 *   next: several may beat for the same process.
 * @typed: Something was given that a frame leaves no room for.
 */
struct beat_options {
	struct varta_beat beat;
	unsigned char frame[VARTA_FRAME_SEND_MAX];
	uint64_t count;
	int interval_ms;
	bool count_given, interval_given;
	bool fixed_time, timed_nonce;
	bool terminal;
	bool status_given, nonce_given;
	bool typed;
	bool unacknowledged;
};

enum {
	OPTION_TERMINAL = FIELD_LAST,
	OPTION_FRAME,
	OPTION_COUNT,
	OPTION_INTERVAL,
	OPTION_NO_ACK,
};

static const struct argp_option option_table[] = {
	{ .doc = "What the beat says:" },
	{ .name = "status", .key = FIELD_STATUS, .arg = "STATUS",
	  .doc = "ok (the default), degraded, critical, or a number" },
	{ .name = "nonce", .key = FIELD_NONCE, .arg = "N",
	  .doc = "Of the first beat (default 1; with --pid, the time in "
		 "nanoseconds, which goes up by itself from call to call)" },
	{ .name = "payload", .key = FIELD_PAYLOAD, .arg = "N",
	  .doc = "Kept with the agent (default 0)" },
	{ .name = "timestamp", .key = FIELD_TIMESTAMP, .arg = "N",
	  .doc = "Nanoseconds of CLOCK_MONOTONIC (default now)" },
	{ .name = "pid", .key = FIELD_PID, .arg = "PID",
	  .doc = "Whose beat it is: this process's (the default), or an "
		 "ancestor's with the same real user, such as a shell's $$" },
	{ .name = "terminal", .key = OPTION_TERMINAL,
	  .doc = "A crash handler's last word: critical, with nonce 2^64-1" },
	{ .name = "frame", .key = OPTION_FRAME, .arg = "HEX",
	  .doc = "Send these bytes as a frame, in place of all of the above" },
	{ .name = "threshold", .key = FIELD_THRESHOLD, .arg = "DURATION",
	  .doc = "Silence from which the agent is stalled, from now on "
		 "(default: what it was)" },
	{ .name = "name", .key = FIELD_NAME, .arg = "NAME",
	  .doc = "What to call the agent from now on, up to 15 bytes "
		 "(default: what it was; at first, the command's name)" },
	{ .doc = "How often:" },
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "How many beats (default 1; with --interval, no end)" },
	{ .name = "interval", .key = OPTION_INTERVAL, .arg = "DURATION",
	  .doc = "From beat to beat: 500ms, 5s, 2m; a bare number is ms "
		 "(default 1s)" },
	{ .name = "no-ack", .key = OPTION_NO_ACK,
	  .doc = "Do not ask the kernel to confirm; it refuses all the same" },
	{ 0 }
};

/* What of the fields is more than what the beat says. */
static void note_field(int key, struct beat_options *options)
{
	options->typed |= key != FIELD_THRESHOLD && key != FIELD_NAME;
	options->status_given |= key == FIELD_STATUS;
	options->nonce_given |= key == FIELD_NONCE;
	options->fixed_time |= key == FIELD_TIMESTAMP;
	options->beat.claim_pid |= key == FIELD_PID;
}

static void take_terminal(struct beat_options *options)
{
	options->typed = true;
	options->terminal = true;
	options->beat.status = VARTA_STATUS_CRITICAL;
	options->beat.nonce = VARTA_NONCE_TERMINAL;
}

static void check_options(struct beat_options *options,
			  struct argp_state *state)
{
	if (options->beat.frame && options->typed)
		argp_error(state, "a frame says all of the beat");
	if (options->terminal && (options->status_given ||
				  options->nonce_given))
		argp_error(state, "--terminal sets status and nonce");
	if (options->interval_given && !options->count_given)
		options->count = 0;
	options->timed_nonce = options->beat.claim_pid &&
			       !options->nonce_given && !options->terminal;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct beat_options *options = state->input;
	bool valid = true;

	switch (key) {
	case FIELD_STATUS:
	case FIELD_NONCE:
	case FIELD_PAYLOAD:
	case FIELD_PID:
	case FIELD_TIMESTAMP:
	case FIELD_THRESHOLD:
	case FIELD_NAME:
		note_field(key, options);
		valid = take_field(key, argument, &options->beat);
		break;
	case OPTION_TERMINAL:
		take_terminal(options);
		break;
	case OPTION_FRAME:
		options->beat.frame = options->frame;
		valid = parse_hex(argument, options->frame,
				  sizeof(options->frame),
				  &options->beat.frame_len);
		break;
	case OPTION_COUNT:
		options->count_given = true;
		valid = parse_count(argument, &options->count);
		break;
	case OPTION_INTERVAL:
		options->interval_given = true;
		valid = parse_duration(argument, &options->interval_ms);
		break;
	case OPTION_NO_ACK:
		options->unacknowledged = true;
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
	.doc = "Send beats. They are about this process itself, or with --pid "
	       "about an ancestor of it, which the kernel checks.\v"
	       "A shell script beats with: varta beat --pid $$. "
	       "DURATION is 500ms, 5s, 2m; a bare number is ms. "
	       "Ends with the first beat that is refused.",
};

static void advance(struct varta_beat *beat)
{
	if (beat->nonce != VARTA_NONCE_TERMINAL)
		beat->nonce = varta_nonce_after(beat->nonce);
}

static void set_time(struct beat_options *options)
{
	uint64_t now = varta_monotonic_now();

	if (!options->fixed_time)
		options->beat.timestamp = now;
	if (options->timed_nonce)
		options->beat.nonce = now;
}

static int send_beats(struct varta *v, void *arg)
{
	struct beat_options *options = arg;
	uint64_t interval = (uint64_t)options->interval_ms * NS_PER_MS;
	uint64_t when = varta_monotonic_now();
	uint64_t sent;
	int error;

	for (sent = 0; !options->count || sent < options->count; sent++) {
		if (sent) {
			when += interval;
			sleep_until(when);
			advance(&options->beat);
		}
		set_time(options);
		error = varta_beat_send(v, &options->beat);
		if (error)
			return fail_call(v, "beat", error);
	}
	return EXIT_OK;
}

int run_beat(int argc, char **argv)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct beat_options options = {
		.beat = { .nonce = 1 },
		.count = 1,
		.interval_ms = INTERVAL_MS,
	};

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	how.acknowledge = !options.unacknowledged;
	return with_handle(&how, send_beats, &options);
}
