/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Relays beats of many agents, many in a message. The time in the kernel is
 * measured separately.
 */
#ifndef BENCH_RELAY_H
#define BENCH_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common.h"

/* As many beats as the library puts into a message. */
#define RELAY_BATCH	256

/**
 * struct relay - A socket to varta, and an incomplete message.
 * @fd: The socket.
 * @family: The id of varta.
 * @source: The source of the agents.
 * @message: An incomplete message, or NULL.
 * @count: Beats in @message.
 * @sent_ns: Total time in send(), which is that of the kernel.
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
