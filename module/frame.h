/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules for the fields of a beat, and the decoder of the VLP v0.2 frame. */
#ifndef _VARTA_FRAME_H
#define _VARTA_FRAME_H

#include <linux/types.h>

#include "agent.h"

enum varta_lowest_pid {
	VARTA_LOWEST_TYPED_PID	= 1, /* the init of a container may beat */
	VARTA_LOWEST_FRAME_PID	= 2,
};

/**
 * varta_beat_check() - check the fields of a beat
 * @beat: the beat
 * @lowest_pid: VARTA_LOWEST_FRAME_PID or VARTA_LOWEST_TYPED_PID
 * Return: why the beat is refused first: the order is part of the frame format.
 */
static inline enum varta_reason
varta_beat_check(const struct varta_beat_info *beat, u32 lowest_pid)
{
	if (beat->status > VARTA_STATUS_STALL)
		return VARTA_REASON_BAD_STATUS;
	if (beat->status == VARTA_STATUS_STALL)
		return VARTA_REASON_STALL_ON_WIRE;
	if (beat->pid < lowest_pid)
		return VARTA_REASON_BAD_PID;
	if (beat->timestamp == U64_MAX)
		return VARTA_REASON_BAD_TIMESTAMP;
	if (beat->nonce == VARTA_TERMINAL_NONCE &&
	    beat->status != VARTA_STATUS_CRITICAL)
		return VARTA_REASON_BAD_NONCE;
	return VARTA_REASON_NONE;
}

enum varta_reason varta_frame_decode(const void *data, size_t len,
				     struct varta_beat_info *beat);

#endif /* _VARTA_FRAME_H */
