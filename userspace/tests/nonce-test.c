// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of nonces.
 */
#include <varta.h>

#include "tap.h"

TEST_GROUP(nonce)
{
	check(varta_nonce_after(0) == 1, "nonce: 1 after 0");
	check(varta_nonce_after(1) == 2, "nonce: 2 after 1");
	check(varta_nonce_after(UINT32_MAX) == UINT64_C(1) << 32,
	      "nonce: 2^32 after 2^32-1");
	check(varta_nonce_after(UINT64_MAX - 2) == UINT64_MAX - 1,
	      "nonce: 2^64-2 after 2^64-3");
	check(varta_nonce_after(UINT64_MAX - 1) == 0,
	      "nonce: 0 after 2^64-2, for 2^64-1 is terminal");
}
