/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two sides of frame.c: the module's decoder, and the library's encoder with the
 * gateway's decoder. Each side has a struct varta_beat of its own.
 */
#ifndef FUZZ_FRAME_H
#define FUZZ_FRAME_H

#include <stddef.h>
#include <stdint.h>

struct fields {
	uint64_t timestamp, nonce;
	uint32_t status, pid, payload;
};

/*
 * gateway_decodes() - whether the gateway reads a frame as the module: the same
 * enum varta_reason and, if that is 0, the same fields
 */
int gateway_decodes(const uint8_t *data, size_t size, int reason,
		    const struct fields *fields);

/* encode() - the frame that says that, by the library; true if there is one */
int encode(const struct fields *fields, unsigned char *frame);

#endif /* FUZZ_FRAME_H */
