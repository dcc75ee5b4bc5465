// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The order of nonces.
 */
#include "handle.h"

uint64_t varta_nonce_after(uint64_t nonce)
{
	nonce++;
	return nonce == VARTA_NONCE_TERMINAL ? 0 : nonce;
}

uint64_t varta_next_nonce(const struct varta *v)
{
	uint64_t next = varta_nonce_after(v->client.nonce);
	uint64_t now = varta_monotonic_now();

	return v->client.clocked && next < now ? now : next;
}
