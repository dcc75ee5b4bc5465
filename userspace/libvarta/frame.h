/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checksum and the fields of frames, which are little-endian. Frames are encoded by
 * varta_frame_encode().
 */
#ifndef VARTA_FRAME_H
#define VARTA_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_MAGIC	"VA"
#define FRAME_VERSION	2

/* Offsets of the fields. */
enum {
	OFFSET_MAGIC		= 0,
	OFFSET_VERSION		= 2,
	OFFSET_STATUS		= 3,
	OFFSET_PID		= 4,
	OFFSET_TIMESTAMP	= 8,
	OFFSET_NONCE		= 16,
	OFFSET_PAYLOAD		= 24,
	OFFSET_CRC		= 28,
};

/**
 * varta_crc32c() - Compute a CRC-32C (Castagnoli).
 * @data: The bytes.
 * @length: Number of bytes.
 *
 * Return: The CRC.
 */
uint32_t varta_crc32c(const void *data, size_t length);

#endif /* VARTA_FRAME_H */
