// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta beat: sends beats, for scripts and for tests.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include <varta.h>

#include "args.h"
#include "beat_args.h"
#include "clock.h"
#include "command.h"
#include "error.h"
#include "parse.h"
#include "session.h"

#define INTERVAL_MS	1000

/**
 * struct beat_options - What to send, and how often.
 * @args: The first beat.
 * @frame: Memory for the beat's frame.
 * @count: Number of beats; 0 for no end.
 * @interval_ms: Time from beat to beat.
 * @count_given: --count was given.
 * @interval_given: --interval was given.
 * @terminal: Send a terminal beat.
 * @time_as_nonce: Use the time as nonce: it rises from one call of the tool to
 *   the next, and all of them may beat for the same process.
 * @no_ack: Do not ask for acknowledgements.
 */
struct beat_options {
	struct beat_args args;
	unsigned char frame[VARTA_FRAME_SEND_MAX];
	uint64_t count;
	uint32_t interval_ms;
	bool count_given, interval_given;
	bool terminal;
	bool time_as_nonce;
	bool no_ack;
};

enum {
	OPTION_TERMINAL = 256,
	OPTION_FRAME,
	OPTION_COUNT,
	OPTION_INTERVAL,
	OPTION_NO_ACK,
};

static const struct argp_option option_table[] = {
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "Number of beats (default 1; with --interval, no end)" },
	{ .name = "interval", .key = OPTION_INTERVAL, .arg = "DURATION",
	  .doc = "Time from beat to beat (default 1s)" },
	{ .name = "terminal", .key = OPTION_TERMINAL,
	  .doc = "Send a terminal beat, as crash handlers do: status critical, "
		 "nonce 2^64-1" },
	{ .name = "frame", .key = OPTION_FRAME, .arg = "HEX",
	  .doc = "Send these bytes as a frame" },
	{ .name = "no-ack", .key = OPTION_NO_ACK,
	  .doc = "Do not wait for an acknowledgement; the kernel may still "
		 "report an error" },
	{ 0 }
};

static bool has_frame_fields(const struct beat_options *options)
{
	const struct beat_args *args = &options->args;

	return args->status_given || args->nonce_given || args->payload_given ||
	       args->timestamp_given || args->beat.claim_pid ||
	       options->terminal;
}

static void check_options(struct beat_options *options,
			  struct argp_state *state)
{
	struct beat_args *args = &options->args;

	if (args->beat.frame && has_frame_fields(options))
		argp_error(state, "--frame cannot be combined with --pid, "
			   "--status, --nonce, --payload, --timestamp or "
			   "--terminal");
	if (options->terminal && (args->status_given || args->nonce_given))
		argp_error(state, "--terminal cannot be combined with "
			   "--status or --nonce");
	if (options->terminal) {
		args->beat.status = VARTA_STATUS_CRITICAL;
		args->beat.nonce = VARTA_TERMINAL_NONCE;
	}
	if (options->interval_given && !options->count_given)
		options->count = 0;
	options->time_as_nonce = args->beat.claim_pid && !args->nonce_given &&
				 !options->terminal;
}

static void parse_frame(struct beat_options *options,
			const struct argp_state *state, const char *text)
{
	struct varta_beat *beat = &options->args.beat;

	if (parse_hex(text, options->frame, sizeof(options->frame),
		      &beat->frame_len))
		args_error(state, "--frame", text, "must be up to %d bytes of "
			   "two hexadecimal digits", VARTA_FRAME_SEND_MAX);
	beat->frame = options->frame;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct beat_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->args;
		state->child_inputs[1] = &options->args;
		state->child_inputs[2] = &options->args;
		state->child_inputs[3] = &options->args;
		return 0;
	case OPTION_TERMINAL:
		options->terminal = true;
		return 0;
	case OPTION_FRAME:
		parse_frame(options, state, argument);
		return 0;
	case OPTION_COUNT:
		options->count_given = true;
		options->count = args_number(state, "--count", argument, 1,
					     UINT64_MAX);
		return 0;
	case OPTION_INTERVAL:
		options->interval_given = true;
		options->interval_ms = args_duration(state, "--interval",
						     argument, 0, DURATION_MAX);
		return 0;
	case OPTION_NO_ACK:
		options->no_ack = true;
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &beat_pid_args },
	{ .argp = &beat_agent_args },
	{ .argp = &beat_value_args },
	{ .argp = &beat_action_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.doc = "Send beats for this process, or with --pid for an ancestor.\v"
	       "A shell script beats with: varta beat --pid $$\n"
	       "A DURATION is 500ms, 5s, 2m or 1h; a bare number is ms. The "
	       "first refused beat ends the command.",
};

static void set_time(struct beat_options *options)
{
	uint64_t now = varta_monotonic_now();

	if (!options->args.timestamp_given)
		options->args.beat.timestamp = now;
	if (options->time_as_nonce)
		options->args.beat.nonce = now;
}

static int send_beats(struct varta *v, void *arg)
{
	struct beat_options *options = arg;
	struct varta_beat *beat = &options->args.beat;
	uint64_t due = varta_monotonic_now();
	uint64_t sent;
	int error;

	for (sent = 0; !options->count || sent < options->count; sent++) {
		if (sent) {
			due += options->interval_ms * NS_PER_MS;
			sleep_until(due);
			if (!options->terminal)
				beat->nonce = varta_nonce_after(beat->nonce);
		}
		set_time(options);
		error = varta_beat_send(v, beat);
		if (error)
			return fail_beat(v, "beat", error, beat->threshold_ms);
	}
	return EXIT_OK;
}

int cmd_beat(int argc, char **argv)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct beat_options options = {
		.args = { .beat = { .nonce = 1 } },
		.count = 1,
		.interval_ms = INTERVAL_MS,
	};

	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	how.acknowledge = !options.no_ack;
	return session_run(&how, send_beats, &options);
}
