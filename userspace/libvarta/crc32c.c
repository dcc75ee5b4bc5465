// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * CRC-32C, four bits at a time: a table of 64 bytes is enough for frames of 28.
 */
#include "crc32c.h"

/* The remainders of 0 to 15 by the reflected polynomial 0x82f63b78. */
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
