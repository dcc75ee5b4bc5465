/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules for the fields of a beat, and the decoder of the 32-byte VLP frame.
 */
#ifndef _VARTA_FRAME_H
#define _VARTA_FRAME_H

#include <linux/types.h>

#include "agent.h"

/**
 * enum varta_frame_error - why a beat was refused for what it says
 * @VARTA_FRAME_OK: it was not
 * @VARTA_BAD_LENGTH: a frame not of 32 bytes
 * @VARTA_BAD_MAGIC: a frame that does not begin with "VA"
 * @VARTA_BAD_VERSION: a frame of another version
 * @VARTA_BAD_CRC: a frame whose checksum does not match
 * @VARTA_BAD_STATUS: no such status
 * @VARTA_STALL_ON_WIRE: the status that is the observer's own word
 * @VARTA_BAD_PID: a pid that no sender has
 * @VARTA_BAD_TIMESTAMP: the timestamp that is no time
 * @VARTA_BAD_NONCE: the terminal nonce with a status other than critical
 *
 * In the order of the checks, which is part of the frame format.
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

/**
 * varta_beat_check() - the field rules, in the order of the frame format
 * @beat: what the sender says
 * @lowest_pid: the lowest pid that it may claim: 2 in a frame, whose rule that
 *	is, and 1 in a typed beat, which a container's init may send
 *
 * Context: any.
 * Return: the first rule that does not hold, or VARTA_FRAME_OK.
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
