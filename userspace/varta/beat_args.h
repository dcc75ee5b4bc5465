/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options for the contents of a beat, shared by the commands that send beats.
 */
#ifndef BEAT_ARGS_H
#define BEAT_ARGS_H

#include <argp.h>
#include <stdbool.h>

#include <varta.h>

/**
 * struct beat_args - A beat, as the options describe it.
 * @beat: The beat. Its name is the argument, not a copy.
 * @status_given: --status was given.
 * @nonce_given: --nonce was given.
 * @payload_given: --payload was given.
 * @timestamp_given: --timestamp was given.
 */
struct beat_args {
	struct varta_beat beat;
	bool status_given, nonce_given, payload_given, timestamp_given;
};

/*
 * Children of a command's parser: a struct beat_args is their input. --pid is
 * for the commands that beat as this process or an ancestor of it.
 */
extern const struct argp beat_pid_args;		/* --pid */
extern const struct argp beat_agent_args;	/* --name, --threshold */
extern const struct argp beat_value_args;	/* --status, --nonce, ... */
extern const struct argp beat_action_args;	/* --stall-signal, ... */

/**
 * beat_args_signal() - Take a signal, by name or number.
 * @state: The parser's state.
 * @name: The option.
 * @text: Its value; "none" for 0.
 *
 * Return: The number. The kernel checks whether it allows it.
 */
uint8_t beat_args_signal(const struct argp_state *state, const char *name,
			 const char *text);

#endif /* BEAT_ARGS_H */
