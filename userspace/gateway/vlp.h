/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of VLP v0.2: Documentation/vlp-frame.md.
 */
#ifndef VLP_H
#define VLP_H

#include <stddef.h>

#include <varta.h>

/**
 * vlp_decode() - Read a frame, with the checks of the module in their order.
 * @frame: Its bytes.
 * @length: Number of them.
 * @beat: Receives its fields; the other members do not change.
 *
 * Return: VARTA_REASON_NONE, or the first check that failed.
 */
enum varta_reason vlp_decode(const unsigned char *frame, size_t length,
			     struct varta_beat *beat);

#endif /* VLP_H */
