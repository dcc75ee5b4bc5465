// SPDX-License-Identifier: GPL-2.0-only
/*
 * The header-only client on a processor that stores 64 bits in two parts.
 */
#include <stdbool.h>
#include <stdint.h>

#define VARTA_CLIENT__STORES_WHOLE	0
#include <varta-client.h>

#include "tap.h"

TEST_GROUP(half_words)
{
	const struct varta_client_options options = {
		.mapped = true,
		.lanes = 1,
	};
	const uint64_t deadline = UINT64_C(0x123456789abcdef0);
	struct varta_client__lane *in_page;
	struct varta_client_lane lane = { 0 };
	struct varta_client client;

	/* The kernel may lack the module. */
	varta_client_open(&client, &options);
	check(!client.may_map && client.map_at == UINT64_MAX,
	      "half words: beats are sent");
	check(!varta_client_lane_open(&client, &lane, "lane", 10),
	      "half words: lanes are sent");
	in_page = &client.mapped->lanes->lanes[lane.number];
	check(varta_client__get_deadline(in_page) == VARTA_CLIENT__NEVER,
	      "half words: the lane is idle");
	varta_client__set_deadline(in_page, deadline);
	check(varta_client__get_deadline(in_page) == deadline &&
	      in_page->deadline == deadline,
	      "half words: both halves of a deadline are stored");
	varta_client_close(&client);
}
