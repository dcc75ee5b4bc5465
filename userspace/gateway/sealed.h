/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames that are sealed with a key: ChaCha20-Poly1305, with the layouts of
 * tests/vectors/README.md. A key says that the sender knows it, not which process it is.
 */
#ifndef SEALED_H
#define SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

/* Keys that are tried for each datagram: a current one, and older ones. */
#define SEALED_KEYS_MAX		8
#define SEALED_KEY_SIZE		32

/* Sequences of counters that are remembered. */
#define SEALED_SEQUENCES	1024

/**
 * struct sealed_keys - The keys.
 * @shared: Of all agents.
 * @count: Number of them.
 * @master: From which the key of an agent is made.
 * @has_master: There is one.
 */
struct sealed_keys {
	unsigned char shared[SEALED_KEYS_MAX][SEALED_KEY_SIZE];
	size_t count;
	unsigned char master[SEALED_KEY_SIZE];
	bool has_master;
};

/**
 * struct sealed_sequence - The counter of a sender's session.
 * @prefix: Of its nonces.
 * @used: When it was used last; 0 if it is free.
 * @pid: Whose key it uses: who has one must not use up the counters of others.
 * @counter: The last one.
 */
struct sealed_sequence {
	uint64_t prefix, used;
	uint32_t pid, counter;
};

/**
 * struct sealed_frame - What a datagram had in it.
 * @frame: The frame, not checked.
 * @pid: Whose key has opened it; 0 for a shared key.
 * @prefix: The first part of its nonce.
 * @counter: The second.
 */
struct sealed_frame {
	unsigned char frame[VARTA_FRAME_LEN];
	uint32_t pid;
	uint64_t prefix;
	uint32_t counter;
};

/**
 * sealed_read_key() - Read a key from a file of 64 hexadecimal digits.
 * @key: Receives SEALED_KEY_SIZE bytes.
 * @path: The file. Nobody but its owner may have access.
 *
 * Return: NULL, or what is wrong.
 */
const char *sealed_read_key(unsigned char *key, const char *path);

/**
 * sealed_derive() - Make the key of an agent.
 * @key: Receives it.
 * @master: The master key.
 * @pid: The agent.
 *
 * Return: true if there was memory.
 */
bool sealed_derive(unsigned char *key, const unsigned char *master,
		   uint32_t pid);

/**
 * sealed_open() - Open a datagram.
 * @keys: The keys.
 * @bytes: The datagram.
 * @length: Its length.
 * @opened: Receives what was in it.
 *
 * Return: VARTA_REASON_NONE, VARTA_REASON_BAD_LENGTH, or VARTA_REASON_AUTH_FAILURE
 * if no key opens it.
 */
enum varta_reason sealed_open(const struct sealed_keys *keys,
			      const unsigned char *bytes, size_t length,
			      struct sealed_frame *opened);

/**
 * sealed_is_new() - Whether a datagram was not received before.
 * @sequences: SEALED_SEQUENCES of them, all 0 at first.
 * @opened: What was in the datagram.
 * @now: The time, not 0.
 *
 * The counters of a session must rise, whatever address its datagrams come from: an address can
 * be any in a packet, and a datagram that was captured must not count for another machine. The session that was silent for longest is
 * forgotten if there are too many.
 */
bool sealed_is_new(struct sealed_sequence *sequences,
		   const struct sealed_frame *opened, uint64_t now);

#endif /* SEALED_H */
