/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checksum of frames.
 */
#ifndef VARTA_CRC32C_H
#define VARTA_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/**
 * varta_crc32c() - CRC-32C (Castagnoli) of some bytes.
 * @data: The bytes.
 * @length: How many.
 */
uint32_t varta_crc32c(const void *data, size_t length);

#endif /* VARTA_CRC32C_H */
