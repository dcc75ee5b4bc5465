// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The 32-byte beat frame, VLP v0.2.
 */
#include <errno.h>
#include <string.h>

#include "crc32c.h"
#include "varta.h"

#define FRAME_VERSION	2

/* Where the fields begin. */
enum {
	AT_MAGIC	= 0,
	AT_VERSION	= 2,
	AT_STATUS	= 3,
	AT_PID		= 4,
	AT_TIMESTAMP	= 8,
	AT_NONCE	= 16,
	AT_PAYLOAD	= 24,
	AT_CRC		= 28,
};

/* Frames are little-endian, whatever the machine is. */
static void put_u32(unsigned char *to, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> 8 * i);
}

static void put_u64(unsigned char *to, uint64_t value)
{
	put_u32(to, (uint32_t)value);
	put_u32(to + 4, (uint32_t)(value >> 32));
}

int varta_frame_encode(const struct varta_beat *beat, unsigned char *frame)
{
	if (beat->status > UINT8_MAX)
		return -ERANGE;

	memcpy(frame + AT_MAGIC, "VA", 2);
	frame[AT_VERSION] = FRAME_VERSION;
	frame[AT_STATUS] = (unsigned char)beat->status;
	put_u32(frame + AT_PID, beat->pid);
	put_u64(frame + AT_TIMESTAMP, beat->timestamp);
	put_u64(frame + AT_NONCE, beat->nonce);
	put_u32(frame + AT_PAYLOAD, beat->payload);
	put_u32(frame + AT_CRC, varta_crc32c(frame, AT_CRC));
	return 0;
}
