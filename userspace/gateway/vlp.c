// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of VLP v0.2. See vlp.h.
 */
#include "vlp.h"

#include <stdint.h>
#include <string.h>

#include "frame.h"

#define PID_MIN		2

static uint32_t get_u32(const unsigned char *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

static uint64_t get_u64(const unsigned char *from)
{
	return get_u32(from) | (uint64_t)get_u32(from + 4) << 32;
}

static enum varta_reason check_fields(const struct varta_beat *beat)
{
	if (beat->status > VARTA_STATUS_STALL)
		return VARTA_REASON_BAD_STATUS;
	if (beat->status == VARTA_STATUS_STALL)
		return VARTA_REASON_STALL_ON_WIRE;
	if (beat->pid < PID_MIN)
		return VARTA_REASON_BAD_PID;
	if (beat->timestamp == UINT64_MAX)
		return VARTA_REASON_BAD_TIMESTAMP;
	if (beat->nonce == VARTA_TERMINAL_NONCE &&
	    beat->status != VARTA_STATUS_CRITICAL)
		return VARTA_REASON_BAD_NONCE;
	return VARTA_REASON_NONE;
}

enum varta_reason vlp_decode(const unsigned char *frame, size_t length,
			     struct varta_beat *beat)
{
	if (length != VARTA_FRAME_LEN)
		return VARTA_REASON_BAD_LENGTH;
	if (memcmp(frame + OFFSET_MAGIC, FRAME_MAGIC, strlen(FRAME_MAGIC)))
		return VARTA_REASON_BAD_MAGIC;
	if (frame[OFFSET_VERSION] != FRAME_VERSION)
		return VARTA_REASON_BAD_VERSION;
	if (get_u32(frame + OFFSET_CRC) != varta_crc32c(frame, OFFSET_CRC))
		return VARTA_REASON_BAD_CRC;
	beat->status = frame[OFFSET_STATUS];
	beat->pid = get_u32(frame + OFFSET_PID);
	beat->timestamp = get_u64(frame + OFFSET_TIMESTAMP);
	beat->nonce = get_u64(frame + OFFSET_NONCE);
	beat->payload = get_u32(frame + OFFSET_PAYLOAD);
	return check_fields(beat);
}
