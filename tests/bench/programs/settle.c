// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits after the boot until the guest is idle: the CPU is busy for less than a
 * two-hundredth of three seconds in a row.
 */
#include <err.h>

#include "common.h"

enum {
	QUIET_S		= 3,
	PATIENCE_S	= 300,
};

int main(void)
{
	int quiet = 0, i;

	for (i = 0; i < PATIENCE_S && quiet < QUIET_S; i++) {
		uint64_t busy = busy_ns();

		sleep_until(now_ns() + NS_PER_S);
		quiet = busy_ns() - busy < NS_PER_S / 200 ? quiet + 1 : 0;
	}
	if (quiet < QUIET_S)
		errx(1, "the guest does not come to rest");
	return 0;
}
