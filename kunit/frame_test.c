// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of frame.c: the VLP frame, and the rules for fields that typed beats
 * share with it. Frames and checksums are made here, independently of the module.
 */
#include <kunit/test.h>
#include <linux/crc32c.h>
#include <linux/string.h>

#include "frame.h"
#include "frame_vectors.h"

enum {
	LOWEST_FRAME_PID	= 2,
	LOWEST_TYPED_PID	= 1,
};

/* Bitwise reference implementation. */
static u32 checksum(const u8 *data, size_t len)
{
	u32 crc = 0xffffffff;
	int bit;

	while (len--) {
		crc ^= *data++;
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return crc ^ 0xffffffff;
}

static void put_little_endian(u8 *to, u64 value, int bytes)
{
	for (; bytes--; value >>= 8)
		*to++ = value & 0xff;
}

static void seal(u8 *frame)
{
	put_little_endian(frame + 28, checksum(frame, 28), 4);
}

static void make_frame(u8 *frame, const struct varta_beat_info *beat)
{
	frame[0] = 0x56;
	frame[1] = 0x41;
	frame[2] = 2;
	frame[3] = beat->status;
	put_little_endian(frame + 4, beat->pid, 4);
	put_little_endian(frame + 8, beat->timestamp, 8);
	put_little_endian(frame + 16, beat->nonce, 8);
	put_little_endian(frame + 24, beat->payload, 4);
	seal(frame);
}

static const struct varta_beat_info good_beat = {
	.status		= VARTA_STATUS_DEGRADED,
	.pid		= 0x01020304,
	.timestamp	= 0x1112131415161718,
	.nonce		= 0x2122232425262728,
	.payload	= 0x31323334,
};

static void expect_same_beat(struct kunit *test,
			     const struct varta_beat_info *beat,
			     const struct varta_beat_info *expected)
{
	KUNIT_EXPECT_EQ(test, beat->status, expected->status);
	KUNIT_EXPECT_EQ(test, beat->pid, expected->pid);
	KUNIT_EXPECT_EQ(test, beat->timestamp, expected->timestamp);
	KUNIT_EXPECT_EQ(test, beat->nonce, expected->nonce);
	KUNIT_EXPECT_EQ(test, beat->payload, expected->payload);
}

static void checksum_is_crc32c(struct kunit *test)
{
	static const u8 digits[] = "123456789";
	static const u8 zeros[32];

	KUNIT_EXPECT_EQ(test, checksum(digits, 9), 0xe3069283);
	KUNIT_EXPECT_EQ(test, checksum(zeros, 32), 0x8a9136aa);
	KUNIT_EXPECT_EQ(test, ~crc32c(~0, digits, 9), 0xe3069283);
	KUNIT_EXPECT_EQ(test, ~crc32c(~0, zeros, 32), 0x8a9136aa);
}

static void checksums_match_the_vectors(struct kunit *test)
{
	const struct crc_vector *vector;
	int i;

	for (i = 0; i < ARRAY_SIZE(crc_vectors); i++) {
		vector = &crc_vectors[i];
		KUNIT_EXPECT_EQ_MSG(test,
				    ~crc32c(~0, vector->bytes, vector->len),
				    vector->crc, "%s", vector->name);
	}
}

KUNIT_ARRAY_PARAM_DESC(vector, frame_vectors, name);

static void frames_match_the_vectors(struct kunit *test)
{
	const struct frame_vector *vector = test->param_value;
	const struct varta_beat_info expected = {
		.status = vector->status, .pid = vector->pid,
		.timestamp = vector->timestamp, .nonce = vector->nonce,
		.payload = vector->payload,
	};
	struct varta_beat_info beat;

	KUNIT_EXPECT_EQ(test,
			varta_frame_decode(vector->bytes, vector->len, &beat),
			vector->error);
	if (vector->error == VARTA_REASON_NONE)
		expect_same_beat(test, &beat, &expected);
	if (vector->is_encodable)
		KUNIT_EXPECT_EQ(test,
				varta_beat_check(&expected, LOWEST_FRAME_PID),
				vector->error);
}

static void published_frames_are_accepted(struct kunit *test)
{
	static const u8 ok[] = {
		0x56, 0x41, 0x02, 0x00, 0x02, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0xe4, 0x11, 0x6b, 0xaa,
	};
	static const u8 critical[] = {
		0x56, 0x41, 0x02, 0x02, 0x02, 0x00, 0x00, 0x00,
		0xe7, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x00, 0x00, 0x00, 0x00, 0xa2, 0x99, 0xee, 0xed,
	};
	struct varta_beat_info beat;

	KUNIT_EXPECT_EQ(test, varta_frame_decode(ok, sizeof(ok), &beat),
			VARTA_REASON_NONE);
	expect_same_beat(test, &beat, &(struct varta_beat_info) {
		.status = VARTA_STATUS_OK, .pid = 2, .nonce = 1,
	});
	KUNIT_EXPECT_FALSE(test, varta_beat_is_terminal(&beat));

	KUNIT_EXPECT_EQ(test,
			varta_frame_decode(critical, sizeof(critical), &beat),
			VARTA_REASON_NONE);
	expect_same_beat(test, &beat, &(struct varta_beat_info) {
		.status = VARTA_STATUS_CRITICAL, .pid = 2, .timestamp = 999,
		.nonce = U64_MAX,
	});
	KUNIT_EXPECT_TRUE(test, varta_beat_is_terminal(&beat));
}

static void frame_is_decoded_at_any_alignment(struct kunit *test)
{
	u8 buffer[VARTA_FRAME_LEN + 8];
	struct varta_beat_info beat;
	int offset;

	for (offset = 0; offset < 8; offset++) {
		make_frame(buffer + offset, &good_beat);
		memset(&beat, 0xa5, sizeof(beat));
		KUNIT_EXPECT_EQ(test, varta_frame_decode(buffer + offset,
							 VARTA_FRAME_LEN,
							 &beat),
				VARTA_REASON_NONE);
		expect_same_beat(test, &beat, &good_beat);
	}
}

static void frame_with_wrong_length_is_rejected(struct kunit *test)
{
	u8 buffer[2 * VARTA_FRAME_LEN];
	struct varta_beat_info beat;
	size_t len;

	make_frame(buffer, &good_beat);
	make_frame(buffer + VARTA_FRAME_LEN, &good_beat);
	for (len = 0; len <= sizeof(buffer); len++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    varta_frame_decode(buffer, len, &beat),
				    len == 32 ? VARTA_REASON_NONE :
				    VARTA_REASON_BAD_LENGTH, "length %zu", len);
	}
}

static void every_flipped_bit_is_rejected(struct kunit *test)
{
	u8 frame[VARTA_FRAME_LEN];
	struct varta_beat_info beat;
	int bit;

	for (bit = 0; bit < 8 * VARTA_FRAME_LEN; bit++) {
		enum varta_reason expected = VARTA_REASON_BAD_CRC;

		if (bit < 16)
			expected = VARTA_REASON_BAD_MAGIC;
		else if (bit < 24)
			expected = VARTA_REASON_BAD_VERSION;
		make_frame(frame, &good_beat);
		frame[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test,
				    varta_frame_decode(frame, sizeof(frame),
						       &beat),
				    expected, "bit %d", bit);
	}
}

static void only_magic_va_and_version_2_are_accepted(struct kunit *test)
{
	u8 frame[VARTA_FRAME_LEN];
	struct varta_beat_info beat;
	int value;

	/* All with a valid checksum. */
	for (value = 0; value < 256; value++) {
		make_frame(frame, &good_beat);
		frame[0] = value;
		seal(frame);
		KUNIT_EXPECT_EQ(test, varta_frame_decode(frame, 32, &beat),
				value == 'V' ? VARTA_REASON_NONE :
				VARTA_REASON_BAD_MAGIC);
		make_frame(frame, &good_beat);
		frame[1] = value;
		seal(frame);
		KUNIT_EXPECT_EQ(test, varta_frame_decode(frame, 32, &beat),
				value == 'A' ? VARTA_REASON_NONE :
				VARTA_REASON_BAD_MAGIC);
		make_frame(frame, &good_beat);
		frame[2] = value;
		seal(frame);
		KUNIT_EXPECT_EQ(test, varta_frame_decode(frame, 32, &beat),
				value == 2 ? VARTA_REASON_NONE :
				VARTA_REASON_BAD_VERSION);
	}
}

/* All combinations of faults: the first in the documented order is returned. */
static void first_fault_in_documented_order_is_returned(struct kunit *test)
{
	static const enum varta_reason order[] = {
		VARTA_REASON_BAD_LENGTH,    VARTA_REASON_BAD_MAGIC,
		VARTA_REASON_BAD_VERSION,   VARTA_REASON_BAD_CRC,
		VARTA_REASON_BAD_STATUS,    VARTA_REASON_STALL_ON_WIRE,
		VARTA_REASON_BAD_PID,	    VARTA_REASON_BAD_TIMESTAMP,
		VARTA_REASON_BAD_NONCE,
	};
	enum { LENGTH, MAGIC, VERSION, CRC, STATUS, STALL, PID, TIME, NONCE };
	u8 frame[VARTA_FRAME_LEN];
	unsigned long faults;

	for (faults = 1; faults < 1 << ARRAY_SIZE(order); faults++) {
		struct varta_beat_info beat = { .pid = 2 }, decoded;
		size_t len = VARTA_FRAME_LEN;
		bool framing = faults & (BIT(LENGTH) | BIT(MAGIC) |
					 BIT(VERSION) | BIT(CRC));
		enum varta_reason expected = order[__ffs(faults)];

		/* These two exclude each other. */
		if (faults & BIT(STATUS) && faults & BIT(STALL))
			continue;
		if (faults & BIT(STATUS))
			beat.status = 4;
		if (faults & BIT(STALL))
			beat.status = VARTA_STATUS_STALL;
		if (faults & BIT(PID))
			beat.pid = 1;
		if (faults & BIT(TIME))
			beat.timestamp = U64_MAX;
		if (faults & BIT(NONCE))
			beat.nonce = U64_MAX;
		if (!framing)
			KUNIT_EXPECT_EQ_MSG(test,
					    varta_beat_check(&beat, 2),
					    expected, "typed, faults %#lx",
					    faults);
		make_frame(frame, &beat);
		if (faults & BIT(MAGIC))
			frame[0] = 'v';
		if (faults & BIT(VERSION))
			frame[2] = 1;
		seal(frame);
		if (faults & BIT(CRC))
			frame[28] ^= 1;
		if (faults & BIT(LENGTH))
			len--;
		KUNIT_EXPECT_EQ_MSG(test,
				    varta_frame_decode(frame, len, &decoded),
				    expected, "frame, faults %#lx", faults);
	}
}

struct field_case {
	const char *name;
	struct varta_beat_info beat;
	enum varta_reason in_frame;
	/* As a typed beat: the same rules, except that pid 1 is valid. */
	enum varta_reason typed;
};

#define FIELDS(status_, pid_, timestamp_, nonce_)			\
	{ .status = (status_), .pid = (pid_), .timestamp = (timestamp_),	\
	  .nonce = (nonce_) }

static const struct field_case field_cases[] = {
	{ "status ok", FIELDS(0, 2, 0, 0), VARTA_REASON_NONE,
	  VARTA_REASON_NONE },
	{ "status degraded", FIELDS(1, 2, 0, 0), VARTA_REASON_NONE,
	  VARTA_REASON_NONE },
	{ "status critical", FIELDS(2, 2, 0, 0), VARTA_REASON_NONE,
	  VARTA_REASON_NONE },
	{ "status stall", FIELDS(3, 2, 0, 0), VARTA_REASON_STALL_ON_WIRE,
	  VARTA_REASON_STALL_ON_WIRE },
	{ "status 4", FIELDS(4, 2, 0, 0), VARTA_REASON_BAD_STATUS,
	  VARTA_REASON_BAD_STATUS },
	{ "status 255", FIELDS(255, 2, 0, 0), VARTA_REASON_BAD_STATUS,
	  VARTA_REASON_BAD_STATUS },
	{ "pid 0", FIELDS(0, 0, 0, 0), VARTA_REASON_BAD_PID, VARTA_REASON_BAD_PID },
	{ "pid 1, a container's init", FIELDS(0, 1, 0, 0), VARTA_REASON_BAD_PID,
	  VARTA_REASON_NONE },
	{ "pid 2", FIELDS(0, 2, 0, 0), VARTA_REASON_NONE, VARTA_REASON_NONE },
	{ "largest pid", FIELDS(0, U32_MAX, 0, 0), VARTA_REASON_NONE,
	  VARTA_REASON_NONE },
	{ "largest timestamp", FIELDS(0, 2, U64_MAX - 1, 0), VARTA_REASON_NONE,
	  VARTA_REASON_NONE },
	{ "timestamp too large", FIELDS(0, 2, U64_MAX, 0), VARTA_REASON_BAD_TIMESTAMP,
	  VARTA_REASON_BAD_TIMESTAMP },
	{ "largest regular nonce", FIELDS(0, 2, 0, U64_MAX - 1),
	  VARTA_REASON_NONE, VARTA_REASON_NONE },
	{ "terminal nonce, ok", FIELDS(0, 2, 0, U64_MAX), VARTA_REASON_BAD_NONCE,
	  VARTA_REASON_BAD_NONCE },
	{ "terminal nonce, degraded", FIELDS(1, 2, 0, U64_MAX),
	  VARTA_REASON_BAD_NONCE, VARTA_REASON_BAD_NONCE },
	{ "terminal nonce, critical", FIELDS(2, 2, 0, U64_MAX), VARTA_REASON_NONE,
	  VARTA_REASON_NONE },
	{ "terminal nonce, stall", FIELDS(3, 2, 0, U64_MAX),
	  VARTA_REASON_STALL_ON_WIRE, VARTA_REASON_STALL_ON_WIRE },
	{ "terminal nonce, status 4", FIELDS(4, 2, 0, U64_MAX),
	  VARTA_REASON_BAD_STATUS, VARTA_REASON_BAD_STATUS },
	{ "terminal, timestamp too large", FIELDS(2, 2, U64_MAX, U64_MAX),
	  VARTA_REASON_BAD_TIMESTAMP, VARTA_REASON_BAD_TIMESTAMP },
	{ "terminal, pid 1", FIELDS(2, 1, 0, U64_MAX), VARTA_REASON_BAD_PID,
	  VARTA_REASON_NONE },
};

KUNIT_ARRAY_PARAM_DESC(field, field_cases, name);

static void field_rules_hold_in_both_forms(struct kunit *test)
{
	const struct field_case *param = test->param_value;
	u8 frame[VARTA_FRAME_LEN];
	struct varta_beat_info beat;

	make_frame(frame, &param->beat);
	KUNIT_EXPECT_EQ(test, varta_frame_decode(frame, sizeof(frame), &beat),
			param->in_frame);
	if (param->in_frame == VARTA_REASON_NONE)
		expect_same_beat(test, &beat, &param->beat);
	KUNIT_EXPECT_EQ(test, varta_beat_check(&param->beat, LOWEST_FRAME_PID),
			param->in_frame);
	KUNIT_EXPECT_EQ(test, varta_beat_check(&param->beat, LOWEST_TYPED_PID),
			param->typed);
}

/* A frame has only 8 bits of status. */
static void typed_status_is_checked_as_32_bits(struct kunit *test)
{
	struct varta_beat_info beat = { .pid = 2, .status = 0x100 };

	KUNIT_EXPECT_EQ(test, varta_beat_check(&beat, LOWEST_TYPED_PID),
			VARTA_REASON_BAD_STATUS);
	beat.status = U32_MAX;
	KUNIT_EXPECT_EQ(test, varta_beat_check(&beat, LOWEST_TYPED_PID),
			VARTA_REASON_BAD_STATUS);
}

static void only_critical_with_terminal_nonce_is_terminal(struct kunit *test)
{
	struct varta_beat_info beat = {
		.status = VARTA_STATUS_CRITICAL, .nonce = U64_MAX,
	};

	KUNIT_EXPECT_TRUE(test, varta_beat_is_terminal(&beat));
	beat.nonce--;
	KUNIT_EXPECT_FALSE(test, varta_beat_is_terminal(&beat));
	beat.nonce = 0;
	KUNIT_EXPECT_FALSE(test, varta_beat_is_terminal(&beat));
	beat.nonce = U64_MAX;
	beat.status = VARTA_STATUS_DEGRADED;
	KUNIT_EXPECT_FALSE(test, varta_beat_is_terminal(&beat));
}

static struct kunit_case frame_cases[] = {
	KUNIT_CASE(checksum_is_crc32c),
	KUNIT_CASE(checksums_match_the_vectors),
	KUNIT_CASE_PARAM(frames_match_the_vectors, vector_gen_params),
	KUNIT_CASE(published_frames_are_accepted),
	KUNIT_CASE(frame_is_decoded_at_any_alignment),
	KUNIT_CASE(frame_with_wrong_length_is_rejected),
	KUNIT_CASE(every_flipped_bit_is_rejected),
	KUNIT_CASE(only_magic_va_and_version_2_are_accepted),
	KUNIT_CASE(first_fault_in_documented_order_is_returned),
	KUNIT_CASE_PARAM(field_rules_hold_in_both_forms, field_gen_params),
	KUNIT_CASE(typed_status_is_checked_as_32_bits),
	KUNIT_CASE(only_critical_with_terminal_nonce_is_terminal),
	{}
};

static struct kunit_suite frame_suite = {
	.name = "varta-frame",
	.test_cases = frame_cases,
};

kunit_test_suite(frame_suite);
