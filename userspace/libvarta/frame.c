// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The 32-byte beat frame, VLP v0.2.
 */
#include "frame.h"

#include <errno.h>
#include <string.h>

#include "varta.h"

/*
 * Remainders of 0 to 15 for the reflected polynomial 0x82f63b78. Four bits at a
 * time are fast enough for the 28 bytes of a frame.
 */
static const uint32_t remainders[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static uint32_t add_nibble(uint32_t crc, uint32_t nibble)
{
	return crc >> 4 ^ remainders[(crc ^ nibble) & 0xf];
}

uint32_t varta_crc32c(const void *data, size_t length)
{
	const unsigned char *byte = data;
	uint32_t crc = 0xffffffff;
	size_t i;

	for (i = 0; i < length; i++) {
		crc = add_nibble(crc, byte[i]);
		crc = add_nibble(crc, (uint32_t)byte[i] >> 4);
	}
	return ~crc;
}

/* Frames are little-endian. */
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

	memcpy(frame + OFFSET_MAGIC, FRAME_MAGIC, strlen(FRAME_MAGIC));
	frame[OFFSET_VERSION] = FRAME_VERSION;
	frame[OFFSET_STATUS] = (unsigned char)beat->status;
	put_u32(frame + OFFSET_PID, beat->pid);
	put_u64(frame + OFFSET_TIMESTAMP, beat->timestamp);
	put_u64(frame + OFFSET_NONCE, beat->nonce);
	put_u32(frame + OFFSET_PAYLOAD, beat->payload);
	put_u32(frame + OFFSET_CRC, varta_crc32c(frame, OFFSET_CRC));
	return 0;
}
