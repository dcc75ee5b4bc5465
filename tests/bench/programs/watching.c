// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU time of the machine while relayed agents beat on time.
 *
 * Usage: watching NAME COUNT PERIOD_MS PERIODS
 *
 * Each agent beats once in a period. The result is all CPU time, of threads,
 * interrupts and the beats themselves. The cost of tracking deadlines is the
 * difference between two thresholds, one of which is far away.
 */
#include <err.h>

#include "relay.h"

int main(int argc, char **argv)
{
	uint32_t count, periods, i;
	uint64_t period, when, busy;
	struct relay relay;

	if (argc != 5)
		errx(2, "needs a name, a count, a period and how many of them");
	count = (uint32_t)number(argv[2]);
	period = number(argv[3]) * NS_PER_MS;
	periods = (uint32_t)number(argv[4]);
	relay_open(&relay, 1);
	/* From one round of beats to the next. The first fills the slots. */
	when = now_ns() + period;
	relay_crowd(&relay, 1, count, 1);
	sleep_until(when);
	busy = busy_ns();
	for (i = 0; i < periods; i++) {
		relay_crowd(&relay, 1, count, i + 2);
		when += period;
		if (now_ns() >= when)
			errx(1, "a period is too short for a beat of each");
		sleep_until(when);
	}
	result(argv[1], (double)(busy_ns() - busy));
	relay_check(&relay);
	return 0;
}
