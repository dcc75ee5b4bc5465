/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules for the fields of a beat, and the decoder of the 32-byte VLP frame.
 */
#ifndef _VARTA_FRAME_H
#define _VARTA_FRAME_H

#include <linux/types.h>

#include "agent.h"

/*
 * What is wrong with a beat; enum varta_reason says what each means. In the
 * order of the checks, which is part of the frame format.
 */
enum varta_frame_error {
	VARTA_FRAME_OK,
	VARTA_BAD_LENGTH,
	VARTA_BAD_MAGIC,
	VARTA_BAD_VERSION,
	VARTA_BAD_CRC,
	VARTA_BAD_STATUS,
	VARTA_STALL_ON_WIRE,
	VARTA_BAD_PID,
	VARTA_BAD_TIMESTAMP,
	VARTA_BAD_NONCE,
};

/* Lowest valid pid of a beat. */
enum varta_lowest_pid {
	/* In attributes: the init of a container may beat. */
	VARTA_LOWEST_TYPED_PID	= 1,
	/* In a frame: by its format. */
	VARTA_LOWEST_FRAME_PID	= 2,
};

/**
 * varta_beat_check() - check the fields of a beat
 * @beat: the beat
 * @lowest_pid: VARTA_LOWEST_FRAME_PID or VARTA_LOWEST_TYPED_PID
 *
 * Context: any.
 * Return: the first error, or VARTA_FRAME_OK.
 */
static inline enum varta_frame_error
varta_beat_check(const struct varta_beat_info *beat, u32 lowest_pid)
{
	if (beat->status > VARTA_STATUS_STALL)
		return VARTA_BAD_STATUS;
	if (beat->status == VARTA_STATUS_STALL)
		return VARTA_STALL_ON_WIRE;
	if (beat->pid < lowest_pid)
		return VARTA_BAD_PID;
	if (beat->timestamp == U64_MAX)
		return VARTA_BAD_TIMESTAMP;
	if (beat->nonce == VARTA_TERMINAL_NONCE &&
	    beat->status != VARTA_STATUS_CRITICAL)
		return VARTA_BAD_NONCE;
	return VARTA_FRAME_OK;
}

enum varta_frame_error varta_frame_decode(const void *data, size_t len,
					  struct varta_beat_info *beat);

#endif /* _VARTA_FRAME_H */
