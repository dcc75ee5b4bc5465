/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs programs in a process of one persona with its sockets.
 */
#ifndef FUZZ_SENDER_H
#define FUZZ_SENDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "program.h"

/* sender_become() - give the calling process the identity of a persona */
void sender_become(enum persona persona);

/* sender_open() - look up the family, open the sockets; false if not loaded */
bool sender_open(_Atomic uint64_t *messages);

/*
 * sender_run() - run one operation. Any result is correct, as long as the
 * kernel reports no error.
 */
void sender_run(const struct operation *operation);

#endif /* FUZZ_SENDER_H */
