/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a beat says, from the command line: the fields that the subcommands
 * which send beats have in common.
 */
#ifndef BEAT_ARGS_H
#define BEAT_ARGS_H

#include <stdbool.h>

#include <varta.h>

/**
 * enum field - Keys of options, for argp; a subcommand's own begin behind.
 */
enum field {
	FIELD_STATUS = 256,
	FIELD_NONCE,
	FIELD_PAYLOAD,
	FIELD_PID,
	FIELD_TIMESTAMP,
	FIELD_THRESHOLD,
	FIELD_NAME,
	FIELD_LAST,
};

/**
 * take_field() - Read a field of a beat.
 * @field: Which.
 * @text: What was given. A name is kept as it is, and must outlive the beat.
 * @beat: Receives it.
 *
 * Return: Whether @text was understood.
 */
bool take_field(enum field field, const char *text, struct varta_beat *beat);

#endif /* BEAT_ARGS_H */
