// SPDX-License-Identifier: GPL-2.0-only
/*
 * The header-only client on a processor that stores 64 bits in two parts.
 */
#include <stdbool.h>
#include <stdint.h>

#undef __GCC_ATOMIC_LLONG_LOCK_FREE
#define __GCC_ATOMIC_LLONG_LOCK_FREE	1
#include <varta-client.h>

#include "tap.h"

TEST_GROUP(half_words)
{
	const struct varta_client_options options = {
		.mapped = true,
		.lanes = 1,
	};
	struct varta_client_lane lane;
	struct varta_client client;

	/* The kernel may lack the module. */
	varta_client_open(&client, &options);
	check(!client.may_map && client.map_at == UINT64_MAX,
	      "half words: beats are sent");
	check(!varta_client_lane_open(&client, &lane, "lane", 10),
	      "half words: lanes are sent");
	varta_client_close(&client);
}
