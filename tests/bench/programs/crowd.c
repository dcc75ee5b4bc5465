// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds relayed agents to the tracker.
 *
 * Usage: crowd SOURCE COUNT
 */
#include <err.h>

#include "relay.h"

int main(int argc, char **argv)
{
	struct relay relay;

	if (argc != 3)
		errx(2, "needs a source and a number of agents");
	relay_open(&relay, (uint32_t)number(argv[1]));
	relay_crowd(&relay, 1, (uint32_t)number(argv[2]), 1);
	relay_check(&relay);
	return 0;
}
