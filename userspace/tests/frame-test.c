// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames and their checksum, with the test vectors of the format.
 */
#include <errno.h>
#include <string.h>

#include <varta.h>

#include "../../kunit/frame_vectors.h"
#include "frame.h"
#include "parse.h"
#include "tap.h"

static const struct {
	const char *what;
	struct varta_beat beat;
	const char *hex;
} frames[] = {
	{ "ok, pid 2, nonce 1",
	  { .status = VARTA_STATUS_OK, .pid = 2, .nonce = 1 },
	  "56410200020000000000000000000000"
	  "010000000000000000000000e4116baa" },
	{ "terminal, timestamp 999",
	  { .status = VARTA_STATUS_CRITICAL, .pid = 2, .timestamp = 999,
	    .nonce = VARTA_TERMINAL_NONCE },
	  "5641020202000000e703000000000000"
	  "ffffffffffffffff00000000a299eeed" },
};

static void test_crc(void)
{
	static const unsigned char zeros[32];

	check(varta_crc32c("123456789", 9) == 0xe3069283,
	      "crc: the digits");
	check(varta_crc32c(zeros, sizeof(zeros)) == 0x8a9136aa,
	      "crc: 32 zeros");
	check(varta_crc32c("", 0) == 0, "crc: no bytes");
}

static void test_vectors(void)
{
	unsigned char expected[VARTA_FRAME_LEN], frame[VARTA_FRAME_LEN];
	size_t i, length;

	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		check(!parse_hex(frames[i].hex, expected, sizeof(expected),
				&length) &&
		      length == VARTA_FRAME_LEN &&
		      !varta_frame_encode(&frames[i].beat, frame) &&
		      !memcmp(frame, expected, VARTA_FRAME_LEN),
		      "frame: %s", frames[i].what);
}

static void test_conformance(void)
{
	unsigned char frame[VARTA_FRAME_LEN];
	const struct frame_vector *vector;
	struct varta_beat beat;
	size_t i;

	for (i = 0; i < sizeof(crc_vectors) / sizeof(crc_vectors[0]); i++)
		check(varta_crc32c(crc_vectors[i].bytes, crc_vectors[i].len) ==
		      crc_vectors[i].crc, "crc: vector: %s",
		      crc_vectors[i].name);
	for (i = 0; i < sizeof(frame_vectors) / sizeof(frame_vectors[0]); i++) {
		vector = &frame_vectors[i];
		if (!vector->is_encodable)
			continue;
		beat = (struct varta_beat) {
			.status = vector->status,
			.pid = vector->pid,
			.timestamp = vector->timestamp,
			.nonce = vector->nonce,
			.payload = vector->payload,
		};
		check(vector->len == sizeof(frame) &&
		      !varta_frame_encode(&beat, frame) &&
		      !memcmp(frame, vector->bytes, sizeof(frame)),
		      "frame: vector: %s", vector->name);
	}
}

static void test_fields(void)
{
	struct varta_beat beat = {
		.status = 1,
		.pid = 0x01020304,
		.timestamp = 0x1112131415161718,
		.nonce = 0x2122232425262728,
		.payload = 0x31323334,
	};
	static const unsigned char expected[28] = {
		'V', 'A', 2, 1, 4, 3, 2, 1,
		0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
		0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,
		0x34, 0x33, 0x32, 0x31,
	};
	unsigned char frame[VARTA_FRAME_LEN];

	check(!varta_frame_encode(&beat, frame) &&
	      !memcmp(frame, expected, sizeof(expected)),
	      "frame: offsets of the fields");

	beat.status = 256;
	check(varta_frame_encode(&beat, frame) == -ERANGE,
	      "frame: a status of two bytes does not fit");
}

TEST_GROUP(frame)
{
	test_crc();
	test_vectors();
	test_conformance();
	test_fields();
}
