/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands and attributes of the family. tests/fuzz/grammar generates the
 * tables from the netlink specification.
 */
#ifndef FUZZ_GRAMMAR_H
#define FUZZ_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum kind {
	KIND_PAD,
	KIND_FLAG,
	KIND_U32,
	KIND_U64,
	KIND_STRING,
	KIND_BINARY,
	KIND_NEST,
};

/**
 * struct attribute - one attribute of a set
 * @type: its number
 * @kind: enum kind
 * @max_len: maximum length of a string, 0 if the specification has none
 * @inner: the set that is nested in it
 * @inner_count: attributes in @inner
 */
struct attribute {
	uint16_t type;
	uint8_t kind;
	uint8_t max_len;
	const struct attribute *inner;
	size_t inner_count;
};

enum {
	CAN_DO		= 1,
	CAN_DUMP	= 2,
};

/**
 * struct command - one command
 * @number: of the command
 * @ways: CAN_*; none for messages that only the kernel sends
 * @attributes: its attribute set, including attributes that the command rejects
 * @count: attributes in @attributes
 */
struct command {
	uint8_t number;
	uint8_t ways;
	const struct attribute *attributes;
	size_t count;
};

extern const struct command commands[];
extern const size_t commands_count;

/* Names of the settings: of module parameters and files in sysfs. */
extern const char *const settings[];
extern const size_t settings_count;

#endif /* FUZZ_GRAMMAR_H */
