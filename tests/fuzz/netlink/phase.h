/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A phase of fuzzing: load the module, run senders, unload it.
 */
#ifndef FUZZ_PHASE_H
#define FUZZ_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared.h"

/* phase_begin() - prepare for phases; @seed is for the random numbers */
void phase_begin(struct shared *shared, uint64_t seed);

/*
 * phase_run() - run one phase for @seconds, or until all seeds have run. With
 * @hot the module is unloaded while senders send. On failure prints the reason
 * and returns false.
 */
bool phase_run(const char *parameters, unsigned int seconds, bool hot);

/* phase_report() - print messages, programs and coverage so far */
void phase_report(void);

#endif /* FUZZ_PHASE_H */
