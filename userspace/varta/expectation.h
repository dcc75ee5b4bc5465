/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agents that ought to be there. Nothing here reads them.
 */
#ifndef EXPECTATION_H
#define EXPECTATION_H

#include <stdbool.h>
#include <stdint.h>

/* Most of them. */
#define EXPECTATIONS_MAX	64

/* How long one may be missing, if nothing was said. */
#define EXPECTATION_WITHIN_MS	30000

/**
 * struct expectation - An agent that ought to be there.
 * @name: Its name; NULL for any agent of @unit.
 * @unit: Expected while this unit has processes; NULL for always.
 * @within_ms: How long it may be missing.
 * @since: Since when it has been missing; 0 if it is not.
 * @reported: Its absence was reported.
 */
struct expectation {
	const char *name, *unit;
	uint32_t within_ms;
	uint64_t since;
	bool reported;
};

/**
 * enum expectation_change - What is to be reported.
 * @EXPECTATION_SAME: Nothing.
 * @EXPECTATION_ABSENT: It has been missing for too long.
 * @EXPECTATION_PRESENT: Its absence was reported, and it is there.
 * @EXPECTATION_OVER: Its absence was reported, and it is not expected any more.
 */
enum expectation_change {
	EXPECTATION_SAME,
	EXPECTATION_ABSENT,
	EXPECTATION_PRESENT,
	EXPECTATION_OVER,
};

/**
 * expectation_parse() - Parse NAME[,within=DURATION][,unit=UNIT]; NAME may be
 *   missing if there is a unit.
 * @expectation: Set; refers to @text.
 * @text: Changed.
 *
 * Return: NULL, or what is wrong, a constant string.
 */
const char *expectation_parse(struct expectation *expectation, char *text);

/**
 * expectation_update() - Note whether it is there.
 * @expectation: The agent.
 * @expected: Whether its unit has processes; true without a unit.
 * @found: Whether it is there.
 * @now: The time.
 */
enum expectation_change expectation_update(struct expectation *expectation,
					   bool expected, bool found,
					   uint64_t now);

/**
 * expectation_unknown() - Note that the agents could not be read.
 * @expectation: The agent.
 */
void expectation_unknown(struct expectation *expectation);

#endif /* EXPECTATION_H */
