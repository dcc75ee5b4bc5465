/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two sides of frame.c: the module's decoder and the library's encoder,
 * each of which has a struct varta_beat of its own.
 */
#ifndef FUZZ_FRAME_H
#define FUZZ_FRAME_H

#include <stdint.h>

struct fields {
	uint64_t timestamp, nonce;
	uint32_t status, pid, payload;
};

/* encode() - the frame that says that, by the library; true if there is one */
int encode(const struct fields *fields, unsigned char *frame);

#endif /* FUZZ_FRAME_H */
