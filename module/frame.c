// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VLP v0.2 frame and the field rules that frames and typed beats share.
 */

#include <linux/build_bug.h>
#include <linux/crc32c.h>
#include <linux/unaligned.h>

#include "frame.h"

#define VLP_VERSION	2

/* All integers little-endian. */
struct vlp_frame {
	u8 magic[2];
	u8 version;
	u8 status;
	__le32 pid;
	__le64 timestamp;
	__le64 nonce;
	__le32 payload;
	__le32 crc;
} __packed;

static_assert(sizeof(struct vlp_frame) == VARTA_FRAME_LEN);

/**
 * varta_beat_check() - the field rules, in the order of the frame format
 * @beat: what the sender says
 * @lowest_pid: the lowest pid that it may claim: 2 in a frame, whose rule that
 *	is, and 1 in a typed beat, which a container's init may send
 *
 * Context: any.
 * Return: the first rule that does not hold, or VARTA_FRAME_OK.
 */
enum varta_frame_error varta_beat_check(const struct varta_beat *beat,
					u32 lowest_pid)
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

/**
 * varta_frame_decode() - decode and check a VLP v0.2 frame
 * @data: the frame, of any alignment
 * @len: its length in bytes
 * @beat: set if the frame is right, unspecified if not
 *
 * Context: any.
 * Return: the first check that failed, or VARTA_FRAME_OK.
 */
enum varta_frame_error varta_frame_decode(const void *data, size_t len,
					  struct varta_beat *beat)
{
	const struct vlp_frame *frame = data;
	u32 crc;

	if (len != sizeof(*frame))
		return VARTA_BAD_LENGTH;
	if (frame->magic[0] != 'V' || frame->magic[1] != 'A')
		return VARTA_BAD_MAGIC;
	if (frame->version != VLP_VERSION)
		return VARTA_BAD_VERSION;
	crc = ~crc32c(~0, frame, offsetof(struct vlp_frame, crc));
	if (crc != get_unaligned_le32(&frame->crc))
		return VARTA_BAD_CRC;

	beat->status = frame->status;
	beat->pid = get_unaligned_le32(&frame->pid);
	beat->timestamp = get_unaligned_le64(&frame->timestamp);
	beat->nonce = get_unaligned_le64(&frame->nonce);
	beat->payload = get_unaligned_le32(&frame->payload);
	beat->threshold_ms = 0;
	beat->name = NULL;
	return varta_beat_check(beat, 2);
}
