// SPDX-License-Identifier: GPL-2.0-only

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
 * varta_frame_decode() - decode and check a VLP v0.2 frame
 * @data: the frame, of any alignment
 * @len: its length in bytes
 * @beat: set to its content; unspecified if it is refused
 * Return: why the frame is refused first, or VARTA_REASON_NONE.
 */
enum varta_reason varta_frame_decode(const void *data, size_t len,
				     struct varta_beat_info *beat)
{
	const struct vlp_frame *frame = data;
	u32 crc;

	if (len != sizeof(*frame))
		return VARTA_REASON_BAD_LENGTH;
	if (frame->magic[0] != 'V' || frame->magic[1] != 'A')
		return VARTA_REASON_BAD_MAGIC;
	if (frame->version != VLP_VERSION)
		return VARTA_REASON_BAD_VERSION;
	crc = ~crc32c(~0, frame, offsetof(struct vlp_frame, crc));
	if (crc != get_unaligned_le32(&frame->crc))
		return VARTA_REASON_BAD_CRC;

	beat->status = frame->status;
	beat->pid = get_unaligned_le32(&frame->pid);
	beat->timestamp = get_unaligned_le64(&frame->timestamp);
	beat->nonce = get_unaligned_le64(&frame->nonce);
	beat->payload = get_unaligned_le32(&frame->payload);
	beat->threshold_ms = 0;
	beat->name = NULL;
	return varta_beat_check(beat, VARTA_LOWEST_FRAME_PID);
}
