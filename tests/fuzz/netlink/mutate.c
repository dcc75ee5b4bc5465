// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutates programs and their messages: attributes, so that most of a message
 * stays valid, and single bytes.
 */
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "generate.h"
#include "grammar.h"

enum {
	HEADERS = NLMSG_HDRLEN + GENL_HDRLEN,
	/* The maximum number of attributes to choose from. */
	FOUND_MAX = 64,
};

/* Finds the offsets of attributes, nested ones too; returns their number. */
static size_t find_attributes(const struct operation *o, uint16_t *found)
{
	size_t count = 0, at = HEADERS;
	struct nlattr a;

	while (at + sizeof(a) <= o->len && count < FOUND_MAX) {
		memcpy(&a, o->data + at, sizeof(a));
		if (a.nla_len < sizeof(a) || at + a.nla_len > o->len)
			break;
		found[count++] = (uint16_t)at;
		/* Descend into a nest, skip any other attribute. */
		at += a.nla_type & NLA_F_NESTED ? sizeof(a) :
						  NLA_ALIGN(a.nla_len);
	}
	return count;
}

/* Inserts @added bytes at @at, or removes -@added. */
static bool resize(struct operation *o, size_t at, int added)
{
	if (o->len + added > DATA_MAX || (added < 0 && at - added > o->len))
		return false;
	if (added >= 0)
		memmove(o->data + at + added, o->data + at, o->len - at);
	else
		memmove(o->data + at, o->data + at - added,
			o->len - at + added);
	o->len = (uint16_t)(o->len + added);
	return true;
}

static void set_length(struct operation *o)
{
	uint32_t len = o->len;

	if (o->len >= sizeof(len))
		memcpy(o->data, &len, sizeof(len));
}

static void mutate_attribute(struct operation *o)
{
	uint16_t found[FOUND_MAX];
	size_t count = find_attributes(o, found);
	size_t at, size;
	struct operation made;
	struct nlattr a;

	if (!count)
		return;
	at = found[random_below((uint32_t)count)];
	memcpy(&a, o->data + at, sizeof(a));
	size = NLA_ALIGN(a.nla_len);
	if (at + size > o->len)
		size = o->len - at;
	switch (random_below(7)) {
	case 0:	/* Another type, or another flag. */
		a.nla_type = (uint16_t)(one_in(3) ? a.nla_type ^ NLA_F_NESTED :
						    random_below(50));
		break;
	case 1:	/* A wrong length. */
		a.nla_len = (uint16_t)(one_in(4) ? random_below(65536) :
				       a.nla_len + random_below(9) - 4);
		break;
	case 2:
		resize(o, at, -(int)size);
		return;
	case 3:	/* Twice. */
		if (resize(o, at, (int)size))
			memcpy(o->data + at, o->data + at + size, size);
		return;
	case 4:	/* Another value. */
		if (size >= sizeof(a) + 4)
			o->data[at + sizeof(a) + random_below((uint32_t)
				(size - sizeof(a)))] ^=
				(uint8_t)(1 << random_below(8));
		return;
	default: /* Replace the rest by attributes of another message. */
		generate_operation(&made);
		if (made.len > HEADERS && made.len - HEADERS + at <= DATA_MAX) {
			memcpy(o->data + at, made.data + HEADERS,
			       made.len - HEADERS);
			o->len = (uint16_t)(at + made.len - HEADERS);
		}
		return;
	}
	memcpy(o->data + at, &a, sizeof(a));
}

static void mutate_header(struct operation *o)
{
	struct nlmsghdr *header = (struct nlmsghdr *)o->data;
	struct genlmsghdr *generic =
		(struct genlmsghdr *)(o->data + NLMSG_HDRLEN);

	if (o->len < HEADERS)
		return;
	switch (random_below(5)) {
	case 0:
		header->nlmsg_flags ^= (uint16_t)(1 << random_below(16));
		break;
	case 1:
		header->nlmsg_len = one_in(2) ? random_below(64) :
				    o->len + random_below(9) - 4;
		break;
	case 2:
		generic->cmd = (uint8_t)(1 + random_below((uint32_t)
						commands_count));
		break;
	case 3:
		generic->version = (uint8_t)random_below(256);
		break;
	default:
		header->nlmsg_type = (uint16_t)random_below(64);
		break;
	}
}

static void mutate_bytes(struct operation *o)
{
	size_t at;

	if (!o->len)
		return;
	at = random_below(o->len);
	switch (random_below(4)) {
	case 0:
		o->data[at] = (uint8_t)random_below(256);
		break;
	case 1:
		o->data[at] ^= (uint8_t)(1 << random_below(8));
		break;
	case 2:
		o->len = (uint16_t)at;
		break;
	default:
		if (resize(o, at, 1 + (int)random_below(8)))
			o->data[at] = (uint8_t)random_below(256);
		break;
	}
}

void mutate_message(struct operation *o)
{
	uint32_t i, times = 1 + random_below(3);

	for (i = 0; i < times; i++) {
		if (one_in(6))
			mutate_bytes(o);
		else if (one_in(5))
			mutate_header(o);
		else
			mutate_attribute(o);
	}
	if (!one_in(8))
		set_length(o);
}

static void mutate_operation(struct operation *o)
{
	switch (o->kind) {
	case OP_SEND:
	case OP_CHILD:
	case OP_THREAD:
		if (one_in(6))
			o->argument = (uint8_t)random_below(256);
		mutate_message(o);
		break;
	case OP_WRITE:
	case OP_NAME:
	case OP_STORE:
		mutate_bytes(o);
		break;
	default:
		o->argument = (uint8_t)random_below(32);
		break;
	}
}

/* Inserts an empty operation; returns it, or NULL if the program is full. */
static struct operation *insert(struct program *program)
{
	uint32_t at = random_below(program->count + 1U);
	struct operation *gap = &program->operations[at];

	if (program->count == OPERATIONS_MAX)
		return NULL;
	memmove(gap + 1, gap, (program->count - at) * sizeof(*gap));
	program->count++;
	return gap;
}

static void mutate_once(struct program *program, const struct program *other)
{
	uint32_t at = random_below(program->count);
	struct operation *o = &program->operations[at];
	struct operation *gap;

	switch (random_below(8)) {
	case 0:
		gap = insert(program);
		if (gap)
			generate_operation(gap);
		break;
	case 1:
		gap = insert(program);
		if (gap)
			*gap = other->operations[random_below(other->count)];
		break;
	case 2:
		if (program->count == 1)
			break;
		memmove(o, o + 1, (program->count - at - 1U) * sizeof(*o));
		program->count--;
		break;
	case 3:
		generate_operation(o);
		break;
	default:
		mutate_operation(o);
		break;
	}
}

void mutate_program(struct program *program, const struct program *other)
{
	uint32_t i, times = 1 + random_below(4);

	for (i = 0; i < times; i++)
		mutate_once(program, other);
}
