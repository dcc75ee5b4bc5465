// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of relays: their limits, and finding the refused beat.
 */
#include "relay.h"

#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "connection.h"
#include "tap.h"

static struct nl_msg *new_message(void)
{
	struct nl_msg *message = nlmsg_alloc_size(VARTA_MESSAGE_MAX);

	if (message && genlmsg_put(message, 0, 1, 42, 0, 0, VARTA_CMD_RELAY, 1))
		return message;
	nlmsg_free(message);
	return NULL;
}

static int write_beats(const struct varta_beat *beats, size_t count)
{
	struct nl_msg *message = new_message();
	int error = message ? varta_relay_write(message, 1, beats, count) : -1;

	nlmsg_free(message);
	return error;
}

static void test_limits(void)
{
	static const unsigned char frame[VARTA_FRAME_SEND_MAX + 1];
	struct varta_beat beats[VARTA_RELAY_MAX + 1];
	size_t i;

	for (i = 0; i <= VARTA_RELAY_MAX; i++)
		beats[i] = (struct varta_beat){
			.threshold_ms = 1,
			.name = "0123456789abcde",
			.ns_inode = 1,
			.start_time = 1,
		};
	check(!write_beats(beats, VARTA_RELAY_MAX),
	      "relay: the most beats, with all fields");
	check(write_beats(beats, VARTA_RELAY_MAX + 1) == -EMSGSIZE,
	      "relay: one beat too many");
	for (i = 0; i < VARTA_RELAY_MAX; i++) {
		beats[i].frame = frame;
		beats[i].frame_len = VARTA_FRAME_SEND_MAX;
	}
	check(write_beats(beats, VARTA_RELAY_MAX) == -EMSGSIZE,
	      "relay: too many long frames");
	check(!write_beats(beats, 1), "relay: a long frame");
	beats[0].frame_len++;
	check(write_beats(beats, 1) == -EMSGSIZE, "relay: too long a frame");
	beats[0] = (struct varta_beat){ .stall_signal = 6 };
	check(write_beats(beats, 1) == -EINVAL, "relay: a signal on a stall");
	beats[0] = (struct varta_beat){ .kill_after_ms = 1000 };
	check(write_beats(beats, 1) == -EINVAL, "relay: a kill after it");
}

/* Offset of the last attribute. */
static uint32_t last_attribute(struct nl_msg *message)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	struct nlattr *attribute;
	uint32_t offset = 0;
	int left;

	nlmsg_for_each_attr(attribute, header, GENL_HDRLEN, left)
		offset = (uint32_t)((char *)attribute - (char *)header);
	return offset;
}

static void test_finding(struct nl_msg *message)
{
	const struct varta_beat beats[3] = { 0 };
	uint32_t last;

	check(!varta_relay_write(message, 7, beats, 3), "relay: three beats");
	last = last_attribute(message);
	check(varta_relay_find(message, last) == 2,
	      "relay: index of the last one");
	check(varta_relay_find(message, NLMSG_HDRLEN + GENL_HDRLEN) == -ENODATA,
	      "relay: the source is not a beat");
	check(varta_relay_find(message, 0) == -ENODATA &&
	      varta_relay_find(message, last + 4) == -ENODATA,
	      "relay: other offsets are not beats");
}

/* The start time of the only beat in a message, 0 for none. */
static uint64_t start_time_of(const struct varta_beat *beat)
{
	struct nlattr *tb[VARTA_A_RELAYED_BEAT_MAX + 1] = {}, *nest = NULL;
	struct nl_msg *message = new_message();
	uint64_t start_time = 0;

	if (message && !varta_relay_write(message, 0, beat, 1))
		nest = nlmsg_find_attr(nlmsg_hdr(message), GENL_HDRLEN,
				       VARTA_A_RELAY_BEAT);
	if (nest &&
	    !nla_parse_nested(tb, VARTA_A_RELAYED_BEAT_MAX, nest, NULL) &&
	    tb[VARTA_A_RELAYED_BEAT_START_TIME])
		start_time = nla_get_u64(tb[VARTA_A_RELAYED_BEAT_START_TIME]);
	nlmsg_free(message);
	return start_time;
}

static void test_start_time(void)
{
	struct varta_beat beat = { .pid = 2, .start_time = 12345678901 };

	check(start_time_of(&beat) == 12345678901, "relay: the start time");
	beat.start_time = 0;
	check(!start_time_of(&beat), "relay: no start time");
}

TEST_GROUP(relay)
{
	struct nl_msg *message = new_message();

	if (message) {
		test_limits();
		test_finding(message);
	} else {
		check(false, "relay: out of memory");
	}
	nlmsg_free(message);
	test_start_time();
}
