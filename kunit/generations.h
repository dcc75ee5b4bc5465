/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generations for tests: small numbers whose holds are counted, and a table
 * that says which of them has a pid now. Likewise users and homes, whose
 * admitted agents are counted. There is one such world at a time; KUnit runs
 * one case after another.
 */
#ifndef _VARTA_KUNIT_GENERATIONS_H
#define _VARTA_KUNIT_GENERATIONS_H

#include "tracker.h"

enum generations_limits {
	/* Generations are 1 to GENERATIONS - 1; 0 is unknown. */
	GENERATIONS = 16,
	/* Pids up to and without this one have a process to be looked at. */
	GENERATIONS_PIDS = 256,
	/* Users and homes are 0 to one less than this. */
	GENERATIONS_USERS = 8,
	GENERATIONS_HOMES = 8,
};

extern const struct varta_generation_ops generations_ops;
extern const struct varta_generation_ops generations_ops_least;

void generations_reset(void);
int generations_held(u64 generation);
int generations_held_in_all(void);
bool generations_misused(void);
unsigned int generations_looks(void);
void generations_set_process(u32 pid, u64 generation);
void generations_set_process_later(u32 pid, u64 generation);
u64 generations_of_process(u32 pid);
void generations_set_quota(u32 quota);
int generations_admitted(u32 uid);
int generations_at_home(u64 home);
int generations_admitted_in_all(void);
unsigned int generations_asked(void);
unsigned int generations_sooners(void);

#endif /* _VARTA_KUNIT_GENERATIONS_H */
