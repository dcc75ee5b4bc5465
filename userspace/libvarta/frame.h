/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checksum of frames. Frames are encoded by varta_frame_encode().
 */
#ifndef VARTA_FRAME_H
#define VARTA_FRAME_H

#include <stddef.h>
#include <stdint.h>

/**
 * varta_crc32c() - Compute a CRC-32C (Castagnoli).
 * @data: The bytes.
 * @length: Number of bytes.
 *
 * Return: The CRC.
 */
uint32_t varta_crc32c(const void *data, size_t length);

#endif /* VARTA_FRAME_H */
