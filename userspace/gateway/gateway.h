/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From datagrams to beats.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdint.h>

#include <varta.h>

#include "inlets.h"
#include "sealed.h"
#include "senders.h"
#include "sources.h"
#include "tally.h"

/**
 * struct gateway - The state.
 * @v: For relays; NULL only in tests.
 * @procfs: From procfs_open().
 * @threshold_ms: Threshold of all agents, 0 for the module's.
 * @sources: Machines that may send by UDP.
 * @keys: Keys of sealed frames; without one, frames by UDP are plain.
 * @sequences: Counters of sealed frames.
 * @senders: What is known of senders.
 * @tally: What was counted.
 * @retry_at: No message to the module before; it is not loaded.
 */
struct gateway {
	struct varta *v;
	int procfs;
	uint32_t threshold_ms;
	struct sources sources;
	struct sealed_keys keys;
	struct sealed_sequence sequences[SEALED_SEQUENCES];
	struct senders senders;
	struct tally tally;
	uint64_t retry_at;
};

/**
 * struct admitted - A frame that is to be relayed.
 * @beat: The beat.
 * @source: Number of its source.
 * @sender: Its sender's entry, which may have become another's.
 */
struct admitted {
	struct varta_beat beat;
	uint32_t source;
	struct sender *sender;
};

/**
 * gateway_admit() - Decide on datagrams.
 * @gateway: The gateway.
 * @inlet: Where they came from.
 * @datagrams: What came.
 * @count: Number of them, up to BATCH_MAX.
 * @admitted: Receives those that are to be relayed.
 *
 * Return: Number of these.
 */
size_t gateway_admit(struct gateway *gateway, const struct inlet *inlet,
		     const struct datagram *datagrams, size_t count,
		     struct admitted *admitted);

/**
 * gateway_relay() - Send beats to the module.
 * @gateway: The gateway.
 * @admitted: The beats; they are overwritten.
 * @count: Number of them, up to BATCH_MAX.
 */
void gateway_relay(struct gateway *gateway, struct admitted *admitted,
		   size_t count);

#endif /* GATEWAY_H */
