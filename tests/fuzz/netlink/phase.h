/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A phase of fuzzing: load the module, run senders, unload it.
 */
#ifndef FUZZ_PHASE_H
#define FUZZ_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared.h"

/* phase_begin() - before the first phase; random numbers depend on @seed */
void phase_begin(struct shared *shared, uint64_t seed);

/*
 * phase_run() - one phase of so many seconds, or until all seeds were run; with
 * @hot the module is unloaded while senders send. Returns false, and has said
 * why, if something is wrong.
 */
bool phase_run(const char *parameters, unsigned int seconds, bool hot);

/* phase_report() - say how far all phases came */
void phase_report(void);

#endif /* FUZZ_PHASE_H */
