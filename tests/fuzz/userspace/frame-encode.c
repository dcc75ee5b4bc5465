// SPDX-License-Identifier: GPL-2.0-only
/* The library's side: see frame.h. */
#include "frame.h"

#include "varta.h"

int encode(const struct fields *fields, unsigned char *frame)
{
	const struct varta_beat beat = {
		.status = fields->status,
		.pid = fields->pid,
		.timestamp = fields->timestamp,
		.nonce = fields->nonce,
		.payload = fields->payload,
	};

	return !varta_frame_encode(&beat, frame);
}
