/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Crowds: agents that a relay speaks for, many to a message, with the time that
 * the kernel takes for them kept apart from the time that their making takes.
 */
#ifndef BENCH_RELAY_H
#define BENCH_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common.h"

/* What the library puts into a message. */
#define RELAY_BATCH	256

/**
 * struct relay - A socket to varta, and the message that is being made.
 * @fd: The socket.
 * @family: The id of varta.
 * @source: The number that the relay gives itself.
 * @message: NULL, or begun.
 * @count: Beats in @message.
 * @sent_ns: Time spent in send() so far: the kernel's share.
 */
struct relay {
	int fd;
	int family;
	uint32_t source;
	struct nl_msg *message;
	uint32_t count;
	uint64_t sent_ns;
};

void relay_open(struct relay *relay, uint32_t source);
void relay_beat(struct relay *relay, uint32_t pid, uint64_t nonce,
		uint32_t threshold_ms);
void relay_flush(struct relay *relay);
void relay_crowd(struct relay *relay, uint32_t first, uint32_t count,
		 uint64_t nonce);
bool relay_refused(struct relay *relay);
void relay_check(struct relay *relay);

#endif /* BENCH_RELAY_H */
