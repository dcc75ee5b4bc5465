// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structs of programs that were built with another version of the header, and
 * reasons in the kernel's texts.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <varta.h>

#include "client.h"
#include "tap.h"

/* A struct of three versions of the header. */
struct first {
	size_t size;
	uint32_t a, b;
};

struct second {
	struct first first;
	uint64_t c;
};

struct third {
	struct second second;
	uint64_t d;
};

static int copy(struct second *to, const void *from)
{
	memset(to, 0xff, sizeof(*to));
	return varta_copy_struct(to, sizeof(*to), sizeof(struct first), from);
}

static void test_sizes(void)
{
	struct third from = {
		.second.first = { .a = 1, .b = 2 },
		.second.c = 3,
	};
	size_t *size = &from.second.first.size;
	struct second to;

	check(!copy(&to, &from) && to.first.a == 1 && to.first.b == 2 && !to.c,
	      "options: a size of 0 is the first one");
	*size = sizeof(struct first);
	check(!copy(&to, &from) && to.first.b == 2 && !to.c,
	      "options: of an older program");
	*size = sizeof(struct second);
	check(!copy(&to, &from) && to.c == 3,
	      "options: of a program of this version");
	*size = sizeof(struct third);
	check(!copy(&to, &from) && to.c == 3,
	      "options: of a newer program, unused member");
	from.d = 4;
	check(copy(&to, &from) == -E2BIG,
	      "options: of a newer program, used member");
	*size = sizeof(struct first) - 1;
	check(copy(&to, &from) == -EINVAL, "options: less than the first size");
	*size = SIZE_MAX;
	check(copy(&to, &from) == -EINVAL, "options: an absurd size");
}

static void test_structs(void)
{
	struct varta_options options = { .name = "0123456789abcdef" };
	struct varta_events_options events_options = { .reserved = { 0, 1 } };
	struct varta_events *events;
	struct varta *v;

	check(varta_open(&v, &options) == -ENAMETOOLONG && !v,
	      "options: zeros are valid, and the name is too long");
	options.reserved[1] = 1;
	check(varta_open(&v, &options) == -E2BIG,
	      "options: a reserved member is set");
	options = (struct varta_options){
		.size = sizeof(options), .lanes = VARTA_LANES_MAX + 1,
	};
	check(varta_open(&v, &options) == -EINVAL && !v,
	      "options: more lanes than fit in a page");
	options = (struct varta_options){
		.size = sizeof(options), .lanes = 1,
		.more_lanes = VARTA_AGENT_LANES_MAX,
	};
	check(varta_open(&v, &options) == -EINVAL && !v,
	      "options: more lanes than an agent can have");
	check(varta_events_open(&events, &events_options) == -E2BIG && !events,
	      "options: a reserved member of a subscription is set");
}

static void test_beats(void)
{
	const struct varta_options options = { .optional = true };
	struct varta_beat beat = { .reserved = { 0, 0, 1 } };
	struct varta *v;

	if (varta_open(&v, &options)) {
		check(true, "options: a beat # SKIP there is no handle");
		return;
	}
	check(varta_beat_send(v, &beat) == -E2BIG && varta_errmsg(v)[0] &&
	      !varta_refused(v) && varta_reason(v) == VARTA_REASON_NONE,
	      "options: a reserved member of a beat is set");
	beat = (struct varta_beat){ 0 };
	beat.reserved[sizeof(beat.reserved) / sizeof(beat.reserved[0]) - 1] = 1;
	check(varta_beat_send(v, &beat) == -E2BIG,
	      "options: the last reserved member of a beat is set");
	check(varta_relay_refused(v) == -ENODATA,
	      "options: no relayed beat was refused");
	varta_close(v);
}

TEST_GROUP(options)
{
	test_sizes();
	test_structs();
	test_beats();
}

static void test_names(void)
{
	unsigned int i, found = 0;
	char text[64];

	for (i = VARTA_REASON_NONE + 1; i <= VARTA_REASON_BAD_KILL_AFTER; i++) {
		snprintf(text, sizeof(text),
		      "%s: details", varta_reason_name(i));
		found += varta_reason_of(text) == i;
	}
	check(found == VARTA_REASON_BAD_KILL_AFTER, "reason: all are found");
	check(!strcmp(varta_reason_name(VARTA_REASON_NONE), "none") &&
	      !strcmp(varta_reason_name(VARTA_REASON_BAD_CRC), "bad-crc") &&
	      !strcmp(varta_reason_name(10000), "unknown"), "reason: names");
}

static void test_texts(void)
{
	check(varta_reason_of("") == VARTA_REASON_NONE, "reason: no text");
	check(varta_reason_of("bad-crc") == VARTA_REASON_NONE &&
	      varta_reason_of("bad-crc and more") == VARTA_REASON_NONE,
	      "reason: no colon");
	check(varta_reason_of("bad-cr: x") == VARTA_REASON_NONE &&
	      varta_reason_of("bad-crcs: x") == VARTA_REASON_NONE &&
	      varta_reason_of("a-newer-one: x") == VARTA_REASON_NONE,
	      "reason: an unknown word");
	check(varta_reason_of("none: x") == VARTA_REASON_NONE &&
	      varta_reason_of("bad-crc:") == VARTA_REASON_BAD_CRC,
	      "reason: the word alone");
}

TEST_GROUP(reason)
{
	test_names();
	test_texts();
}
