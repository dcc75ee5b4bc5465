// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generates messages and programs from the grammar. They are mostly valid, to
 * reach much code; mutate.c then breaks them.
 */
#include "generate.h"

#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/varta.h>

#include "grammar.h"

static uint64_t random_state = 88172645463325252ULL;

void random_seed(uint64_t seed)
{
	/* Not 0: the generator would return only zeros. */
	random_state = seed * 0x9e3779b97f4a7c15ULL | 1;
}

static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x2545f4914f6cdd1dULL;
}

uint32_t random_below(uint32_t limit)
{
	return limit ? (uint32_t)((random_u64() >> 32) % limit) : 0;
}

bool one_in(uint32_t n)
{
	return !random_below(n);
}

/* Limits of the kernel and of varta, and values beside them. */
static const uint32_t telling_u32[] = {
	0, 1, 2, 3, 4, 9, 10, 11, 15, 16, 20, 31, 32, 33, 50, 64, 100, 127,
	255, 256, 1000, 4096, 65535, 65536, VARTA_SOURCE_MAX,
	VARTA_SOURCE_MAX + 1, 4194303, 4194304, 86400000, 86400001, 1000000,
	1000000000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	NS_PID_HERE, NS_PID_HERE, PARENT_PID_HERE,
};

static const uint64_t telling_u64[] = {
	0, 1, 2, 1000000000, 0x7fffffff, 0xffffffff, 0x100000000,
	INT64_MAX, 1ULL << 63, UINT64_MAX - 2, UINT64_MAX - 1, UINT64_MAX,
	NONCE_HERE, NONCE_HERE, NONCE_HERE, NONCE_HERE,
};

static uint32_t some_u32(void)
{
	if (one_in(8))
		return (uint32_t)random_u64();
	if (one_in(3))
		return random_below(6);
	return telling_u32[random_below(ARRAY_SIZE(telling_u32))];
}

static uint64_t some_u64(void)
{
	if (one_in(4))
		return random_u64();
	return telling_u64[random_below(ARRAY_SIZE(telling_u64))];
}

/* Appends bytes, padded to four, up to the size of the message. */
static void put(struct operation *o, const void *bytes, size_t len)
{
	static const char zeros[NLA_ALIGNTO];
	size_t padding = NLA_ALIGN(len) - len;

	if (o->len + len + padding > DATA_MAX)
		return;
	memcpy(o->data + o->len, bytes, len);
	memcpy(o->data + o->len + len, zeros, padding);
	o->len += (uint16_t)(len + padding);
}

static void put_attribute(struct operation *o, uint16_t type, const void *bytes,
			  size_t len)
{
	struct nlattr header = {
		.nla_len = (uint16_t)(sizeof(header) + len),
		.nla_type = type,
	};

	if (o->len + sizeof(header) + NLA_ALIGN(len) > DATA_MAX)
		return;
	put(o, &header, sizeof(header));
	put(o, bytes, len);
}

static void put_frame(struct operation *o, uint16_t type)
{
	struct {
		uint8_t magic[2], version, status;
		uint32_t pid;
		uint64_t timestamp, nonce;
		uint32_t payload, crc;
	} __attribute__((packed)) frame = {
		.magic = { 'V', 'A' },
		.version = 2,
		.status = (uint8_t)(one_in(6) ? some_u32() : random_below(3)),
		.pid = one_in(6) ? some_u32() : NS_PID_HERE,
		.timestamp = some_u64(),
		.nonce = one_in(3) ? some_u64() : NONCE_HERE,
		.crc = one_in(8) ? some_u32() : CRC_HERE,
	};
	size_t len = one_in(12) ? random_below(sizeof(frame)) : sizeof(frame);

	put_attribute(o, type, &frame, len);
}

static void put_string(struct operation *o, const struct attribute *a)
{
	char text[24];
	size_t len = random_below(a->max_len ? a->max_len + 2U : sizeof(text));
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = (char)(one_in(5) ? random_below(256) :
					     'a' + random_below(26));
	text[len] = '\0';
	put_attribute(o, a->type, text, len + 1);
}

static void put_from_set(struct operation *o, const struct attribute *set,
			 size_t count);

static void put_nest(struct operation *o, const struct attribute *a)
{
	uint16_t type = a->type | (one_in(8) ? 0 : NLA_F_NESTED);
	uint16_t begin = o->len;
	struct nlattr header = { .nla_type = type };

	put(o, &header, sizeof(header));
	if (o->len == begin)
		return;
	put_from_set(o, a->inner, a->inner_count);
	header.nla_len = (uint16_t)(o->len - begin);
	memcpy(o->data + begin, &header, sizeof(header));
}

static void put_value(struct operation *o, const struct attribute *a)
{
	uint32_t u32 = some_u32();
	uint64_t u64 = some_u64();

	switch (a->kind) {
	case KIND_FLAG:
		put_attribute(o, a->type, "", 0);
		break;
	case KIND_U32:
		put_attribute(o, a->type, &u32, sizeof(u32));
		break;
	case KIND_U64:
		put_attribute(o, a->type, &u64, sizeof(u64));
		break;
	case KIND_STRING:
		put_string(o, a);
		break;
	case KIND_NEST:
		put_nest(o, a);
		break;
	case KIND_BINARY:
		put_frame(o, a->type);
		break;
	default:
		put_attribute(o, a->type, &u64, random_below(9));
		break;
	}
}

/* A few attributes of a set; for a beat mostly the required ones. */
static void put_from_set(struct operation *o, const struct attribute *set,
			 size_t count)
{
	uint32_t chosen = (uint32_t)random_u64();
	uint32_t way = random_below(4);
	size_t i;

	for (i = 0; i < count; i++) {
		bool wanted = chosen >> (i % 32) & 1;

		if (way == 0)
			wanted = one_in((uint32_t)count);
		else if (way < 3)
			wanted = set[i].kind == KIND_NEST ||
				 (set[i].kind != KIND_BINARY &&
				  set[i].kind != KIND_PAD &&
				  (i < 3 || one_in(3)));
		if (!wanted)
			continue;
		put_value(o, &set[i]);
		while (set[i].kind == KIND_NEST && one_in(2))
			put_value(o, &set[i]);
	}
}

/* A message of the family: header, generic header, attributes. */
static void generate_message(struct operation *o)
{
	const struct command *c =
		&commands[one_in(2) ? 0 : random_below((uint32_t)commands_count)];
	bool dump = c->ways & CAN_DUMP ? one_in(2) : one_in(30);
	struct nlmsghdr header = {
		.nlmsg_type = FAMILY_HERE,
		.nlmsg_flags = NLM_F_REQUEST,
		.nlmsg_seq = random_below(1000),
	};
	struct genlmsghdr generic = {
		.cmd = c->number,
		.version = VARTA_FAMILY_VERSION,
	};

	if (one_in(2))
		header.nlmsg_flags |= NLM_F_ACK;
	if (dump)
		header.nlmsg_flags |= NLM_F_DUMP;
	o->len = 0;
	put(o, &header, sizeof(header));
	put(o, &generic, sizeof(generic));
	if (!dump || one_in(8))
		put_from_set(o, c->attributes, c->count);
	header.nlmsg_len = o->len;
	memcpy(o->data, &header, sizeof(header));
}

/* Valid and invalid text for the file of a setting. */
static void generate_text(struct operation *o)
{
	static const char *const words[] = {
		"strict", "balanced", "isolate", "pin", "host", "", "\n", "-1",
		"0x10", "1e3", "99999999999999999999", "10 ",
	};
	char text[32];

	if (one_in(4))
		strcpy(text, words[random_below(ARRAY_SIZE(words))]);
	else
		sprintf(text, "%u", some_u32());
	o->len = (uint16_t)strlen(text);
	memcpy(o->data, text, o->len);
}

/* Nonce, status and payload, and sometimes what only the kernel writes. */
static void generate_store(struct operation *o)
{
	uint64_t words[3] = {
		one_in(3) ? some_u64() : NONCE_HERE,
		one_in(3) ? some_u64() : random_below(3),
		some_u64(),
	};

	o->len = (uint16_t)(one_in(4) ? sizeof(words) : 2 * sizeof(words[0]));
	memcpy(o->data, words, o->len);
}

static uint8_t some_kind(void)
{
	static const uint8_t often[] = {
		OP_SEND, OP_SEND, OP_SEND, OP_SEND, OP_SEND, OP_SEND, OP_SEND,
		OP_SEND, OP_DRAIN, OP_TAKE,
	};

	/* A process with new namespaces costs as much as a hundred messages. */
	if (one_in(300))
		return OP_END;
	if (one_in(5))
		return (uint8_t)random_below(OP_END);
	return often[random_below(ARRAY_SIZE(often))];
}

static uint8_t argument_for(uint8_t kind)
{
	switch (kind) {
	case OP_CHILD:
		/* Namespaces are expensive. */
		return (uint8_t)random_u64() & (uint8_t)random_u64() &
		       (uint8_t)random_u64();
	case OP_WRITE:
	case OP_READ:
		return (uint8_t)random_below((uint32_t)settings_count);
	case OP_SLEEP:
		return (uint8_t)random_below(30);
	case OP_GROUP:
		return (uint8_t)(random_below(SOCKETS) |
				 (one_in(2) ? LEAVE : 0));
	case OP_STORE:
		return (uint8_t)(random_below(PAGES) |
				 ((uint8_t)random_u64() &
				  (uint8_t)random_u64() &
				  (uint8_t)random_u64()));
	default:
		return (uint8_t)random_below(SOCKETS);
	}
}

void generate_operation(struct operation *o)
{
	o->kind = some_kind();
	o->argument = argument_for(o->kind);
	o->len = 0;
	switch (o->kind) {
	case OP_SEND:
	case OP_CHILD:
	case OP_THREAD:
		generate_message(o);
		if (one_in(4))
			mutate_message(o);
		break;
	case OP_WRITE:
	case OP_NAME:
		generate_text(o);
		break;
	case OP_STORE:
		generate_store(o);
		break;
	}
}

void generate_program(struct program *program)
{
	int i;

	program->count = (uint8_t)(1 + random_below(4));
	for (i = 0; i < program->count; i++)
		generate_operation(&program->operations[i]);
}
