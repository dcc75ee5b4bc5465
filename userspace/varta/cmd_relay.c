// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta relay: sends beats for other processes, here or elsewhere.
 */
#include <argp.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "beat_args.h"
#include "clock.h"
#include "command.h"
#include "error.h"
#include "procfs.h"
#include "session.h"

/**
 * struct relay_options - What to send.
 * @args: The first beat; the others differ only in their pid.
 * @source: Number of this relay.
 * @count: Number of agents.
 * @source_given: --source was given.
 * @pid_given: --pid was given.
 * @local: Vouch for local processes, by their start times.
 */
struct relay_options {
	struct beat_args args;
	uint32_t source;
	uint32_t count;
	bool source_given, pid_given, local;
};

enum {
	OPTION_SOURCE = 256,
	OPTION_PID,
	OPTION_COUNT,
	OPTION_NS_INODE,
	OPTION_LOCAL,
};

static const struct argp_option option_table[] = {
	{ .name = "source", .key = OPTION_SOURCE, .arg = "N",
	  .doc = "Number of this relay; 0 for the local machine" },
	{ .name = "pid", .key = OPTION_PID, .arg = "PID",
	  .doc = "Process id of the first agent" },
	{ .name = "count", .key = OPTION_COUNT, .arg = "N",
	  .doc = "Number of agents: PID, PID+1 and so on (default 1)" },
	{ .name = "ns-inode", .key = OPTION_NS_INODE, .arg = "N",
	  .doc = "Inode number of the agents' pid namespace (default: "
		 "unknown)" },
	{ .name = "local", .key = OPTION_LOCAL,
	  .doc = "Vouch for processes of this machine, by the start times in "
		 "/proc: their origin is operator-attested" },
	{ 0 }
};

static void check_options(struct relay_options *options,
			  struct argp_state *state)
{
	struct beat_args *args = &options->args;
	uint64_t now = varta_monotonic_now();

	if (!options->pid_given || !(options->source_given || options->local))
		argp_error(state, "--pid and one of --source and --local are "
			   "required");
	if (options->local && (options->source || args->beat.ns_inode))
		argp_error(state, "--local excludes --source and --ns-inode");
	if (options->count - 1 > UINT32_MAX - args->beat.pid)
		argp_error(state, "--count %" PRIu32 ": out of range (1..%"
			   PRIu32 " from --pid %" PRIu32 ")", options->count,
			   UINT32_MAX - args->beat.pid + 1, args->beat.pid);
	if (!args->nonce_given)
		args->beat.nonce = now;
	if (!args->timestamp_given)
		args->beat.timestamp = now;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct relay_options *options = state->input;
	struct varta_beat *beat = &options->args.beat;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->args;
		state->child_inputs[1] = &options->args;
		return 0;
	case OPTION_SOURCE:
		options->source_given = true;
		options->source = args_source(state, "--source", argument);
		return 0;
	case OPTION_PID:
		options->pid_given = true;
		beat->pid = args_pid(state, "--pid", argument);
		return 0;
	case OPTION_COUNT:
		options->count = args_u32(state, "--count", argument, 1,
					  UINT32_MAX);
		return 0;
	case OPTION_NS_INODE:
		beat->ns_inode = args_number(state, "--ns-inode", argument, 0,
					     UINT64_MAX);
		return 0;
	case OPTION_LOCAL:
		options->local = true;
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &beat_agent_args },
	{ .argp = &beat_value_args },
	{ 0 }
};

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.children = children,
	.args_doc = "--source N --pid PID\n--local --pid PID",
	.doc = "Send beats for agents that this kernel cannot see, or for "
	       "other processes, for gateways and for tests. The origin is "
	       "network-unverified, with --local operator-attested. "
	       "This needs CAP_NET_ADMIN in the initial user namespace.\v"
	       "All beats are sent, even if one of them is refused; the exit "
	       "status is 0 only if none was refused.",
};

static int fail_one(struct varta *v, const struct varta_beat *beat, int error)
{
	char what[64];

	if (snprintf(what, sizeof(what), "relay the beat of pid %" PRIu32,
		     beat->pid) < 0)
		return EXIT_SYSTEM;
	return fail_beat(v, what, error, beat->threshold_ms);
}

/* In ns; 0, which no process has, if there is none. */
static uint64_t start_of(uint32_t pid)
{
	uint64_t tick = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	char path[32], text[1024];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	if (read_text_at(AT_FDCWD, path, text, sizeof(text)) < 0)
		return 0;
	return stat_start(text) * tick;
}

/* @stop: set if the whole batch failed, and the next ones would, too. */
static int send_batch(struct varta *v, const struct relay_options *options,
		      uint32_t sent, uint32_t count, bool *stop)
{
	struct varta_beat beats[VARTA_RELAY_MAX];
	int error, refused;
	uint32_t i;

	for (i = 0; i < count; i++) {
		beats[i] = options->args.beat;
		beats[i].pid += sent + i;
		if (options->local)
			beats[i].start_time = start_of(beats[i].pid) ?: 1;
	}
	error = varta_relay(v, options->source, beats, count);
	if (!error)
		return EXIT_OK;
	refused = varta_relay_refused(v);
	*stop = refused < 0;
	return *stop ? fail_privileged(v, "relay", error) :
		       fail_one(v, &beats[refused], error);
}

/* The exit status is that of the first failure. */
static int send_all(struct varta *v, void *arg)
{
	const struct relay_options *options = arg;
	int code = EXIT_OK, batch_code;
	uint32_t sent = 0, count;
	bool stop = false;

	while (sent < options->count && !stop) {
		count = options->count - sent;
		if (count > VARTA_RELAY_MAX)
			count = VARTA_RELAY_MAX;
		batch_code = send_batch(v, options, sent, count, &stop);
		if (code == EXIT_OK)
			code = batch_code;
		sent += count;
	}
	return code;
}

int cmd_relay(int argc, char **argv)
{
	struct relay_options options = { .count = 1 };

	return session_parse_and_run(&parser, argc, argv, &options, send_all);
}
