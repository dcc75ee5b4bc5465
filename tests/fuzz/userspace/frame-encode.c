// SPDX-License-Identifier: GPL-2.0-only
/* The side of the library and of the gateway: see frame.h. */
#include "frame.h"

#include "gateway/vlp.h"
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

int gateway_decodes(const uint8_t *data, size_t size, int reason,
		    const struct fields *fields)
{
	struct varta_beat beat = { 0 };

	if ((int)vlp_decode(data, size, &beat) != reason)
		return 0;
	return reason || (beat.status == fields->status &&
			  beat.pid == fields->pid &&
			  beat.timestamp == fields->timestamp &&
			  beat.nonce == fields->nonce &&
			  beat.payload == fields->payload);
}
