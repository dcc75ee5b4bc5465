// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of a relayed beat for the kernel, by its result.
 *
 * Usage: ledger NAME SOURCE FIRST COUNT NONCE [refused]
 *
 * COUNT agents of SOURCE, from pid FIRST on, beat once. Messages are full, so
 * that their own cost for each beat is small. 'refused' expects all of them to
 * be refused.
 */
#include <err.h>

#include "relay.h"

int main(int argc, char **argv)
{
	uint32_t count, first, i;
	struct relay relay;
	uint64_t nonce;
	bool refused = false;

	if (argc != 6 && argc != 7)
		errx(2, "needs a name, source, pid, count and nonce");
	first = (uint32_t)number(argv[3]);
	count = (uint32_t)number(argv[4]);
	nonce = number(argv[5]);
	relay_open(&relay, (uint32_t)number(argv[2]));
	for (i = 0; i < count; i += RELAY_BATCH) {
		relay_crowd(&relay, first + i, RELAY_BATCH, nonce);
		refused |= relay_refused(&relay);
	}
	if (refused != (argc == 7))
		errx(1, "%s: %s", argv[1],
		     refused ? "refused" : "not refused");
	result(argv[1], (double)relay.sent_ns / i);
	return 0;
}
