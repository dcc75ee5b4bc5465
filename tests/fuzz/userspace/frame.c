// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the frame decoder module/frame.c, with the headers in shim/ instead of the
 * kernel's. The library must encode an accepted frame to the same bytes, and the
 * result must not depend on the alignment of the frame. The gateway must decode it alike.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "../../../module/frame.h"
#include "libvarta/frame.h"
#include "frame.h"

/* Of libFuzzer. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	CRC_OFFSET = VARTA_FRAME_LEN - 4,
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_accepted(const uint8_t *data, const struct varta_beat_info *beat,
			   const struct fields *fields)
{
	unsigned char again[VARTA_FRAME_LEN];

	demand(encode(fields, again));
	demand(!memcmp(again, data, sizeof(again)));
	demand(beat->status <= VARTA_STATUS_CRITICAL && beat->pid >= 2);
	demand(beat->timestamp != UINT64_MAX);
	demand(!beat->threshold_ms && !beat->name);
	demand(varta_beat_is_terminal(beat) ==
	       (beat->nonce == VARTA_TERMINAL_NONCE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct varta_beat_info beat = {}, moved;
	struct fields fields;
	enum varta_reason reason;
	uint8_t *elsewhere = malloc(size + 1);

	if (!elsewhere)
		return 0;
	reason = varta_frame_decode(data, size, &beat);
	demand(!reason || (reason >= VARTA_REASON_BAD_LENGTH &&
			  reason <= VARTA_REASON_BAD_NONCE));
	demand((reason == VARTA_REASON_BAD_LENGTH) == (size != VARTA_FRAME_LEN));

	memcpy(elsewhere + 1, data, size);
	demand(varta_frame_decode(elsewhere + 1, size, &moved) == reason);
	free(elsewhere);

	fields = (struct fields){
		.status = beat.status,
		.pid = beat.pid,
		.timestamp = beat.timestamp,
		.nonce = beat.nonce,
		.payload = beat.payload,
	};
	demand(gateway_decodes(data, size, reason, &fields));
	if (reason == VARTA_REASON_NONE)
		check_accepted(data, &beat, &fields);
	return 0;
}

/* Mutates the bytes before the checksum, and mostly corrects the checksum. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	uint32_t crc;

	size = LLVMFuzzerMutate(data, size, max_size);
	if (size != VARTA_FRAME_LEN || seed % 4 == 0)
		return size;
	if (seed % 8 > 1)
		memcpy(data, "VA\2", 3);
	crc = htole32(varta_crc32c(data, CRC_OFFSET));
	memcpy(data + CRC_OFFSET, &crc, sizeof(crc));
	return size;
}
