/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program of the fuzzer: a few operations of a sender with one persona. In the
 * corpus, in reports and for replay it is a line of text:
 *
 *	PERSONA OPERATION...
 *
 * An operation is its letter, its argument in hexadecimal digits and, if it
 * has data, a colon and that in hexadecimal.
 */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	OPERATIONS_MAX	= 8,
	DATA_MAX	= 480,
	SOCKETS		= 4,
	/* Room for a program as text. */
	TEXT_MAX	= OPERATIONS_MAX * (2 * DATA_MAX + 8) + 32,
};

/**
 * enum persona - who runs a program
 * @PERSONA_HOST: root
 * @PERSONA_USER: an unprivileged user
 * @PERSONA_CONTAINER: root in its own pid and network namespaces
 * @PERSONA_TENANT: root in its own user, pid and network namespaces
 * @PERSONA_TENANT_USER: a user of the tenant's
 * @PERSONAS: their number
 */
enum persona {
	PERSONA_HOST,
	PERSONA_USER,
	PERSONA_CONTAINER,
	PERSONA_TENANT,
	PERSONA_TENANT_USER,
	PERSONAS,
};

/**
 * enum operation_kind - kinds of operations
 * @OP_SEND: send data on the socket with the number argument
 * @OP_TAKE: receive one datagram on that socket
 * @OP_DRAIN: receive all datagrams on it
 * @OP_REOPEN: close that socket, even during a dump, and open a new one
 * @OP_GROUP: join the multicast group; with LEAVE in the argument leave it
 * @OP_CHILD: a child sends data; the argument has flags CHILD_*
 * @OP_THREAD: a thread sends data and ends
 * @OP_WRITE: write data to the file of the setting with the number argument
 * @OP_READ: read the file of that setting
 * @OP_SLEEP: sleep for argument milliseconds, at most 31
 * @OP_NAME: set the name of the process to data
 * @OP_STORE: write data to a page of the sender, if it has one; the argument has
 *	the number of the page and flags STORE_*
 * @OP_END: end the process of the sender
 * @OPERATION_KINDS: their number
 */
enum operation_kind {
	OP_SEND,
	OP_TAKE,
	OP_DRAIN,
	OP_REOPEN,
	OP_GROUP,
	OP_CHILD,
	OP_THREAD,
	OP_WRITE,
	OP_READ,
	OP_SLEEP,
	OP_NAME,
	OP_STORE,
	OP_END,
	OPERATION_KINDS,
};

enum {
	LEAVE		= 0x10,
	CHILD_NEW_NET	= 0x01,
	CHILD_NEW_USER	= 0x02,
	CHILD_NEW_PID	= 0x04,
	CHILD_OTHER_UID	= 0x08,
	CHILD_KILLED	= 0x10,
	CHILD_LISTENS	= 0x20,
	/* Its parent exits before it sends. */
	CHILD_ORPHAN	= 0x40,
	/* Sends once more before it ends. */
	CHILD_TWICE	= 0x80,
	PAGES		= 4,
	/* As the last store: */
	STORE_UNMAPS	= 0x04,
	STORE_PUNCHES	= 0x08,
	STORE_PROTECTS	= 0x10,
	/* A child stores, too. */
	STORE_FORKS	= 0x20,
};

struct operation {
	uint8_t kind;
	uint8_t argument;
	uint16_t len;
	uint8_t data[DATA_MAX];
};

struct program {
	uint8_t persona;
	uint8_t count;
	struct operation operations[OPERATIONS_MAX];
};

/*
 * Placeholders in a message for values that are known only when it is sent. They
 * are replaced at every offset that is a multiple of four.
 */
enum {
	FAMILY_HERE	= 0x7661,	/* as nlmsg_type */
};
#define NS_PID_HERE	0xfa000001U
#define PARENT_PID_HERE	0xfa000002U
#define NONCE_HERE	0xfa00000300000001ULL
/* In a frame: its checksum. */
#define CRC_HERE	0xfa000004U

/* program_print() - write a program as text of up to TEXT_MAX bytes */
void program_print(const struct program *program, char *text);

/* program_parse() - parse a program; false if @text is invalid */
bool program_parse(struct program *program, const char *text);

/* program_size() - the size of a program: its operations and their data */
size_t program_size(const struct program *program);

#endif /* FUZZ_PROGRAM_H */
