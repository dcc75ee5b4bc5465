/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running programs: a process of one persona with its sockets.
 */
#ifndef FUZZ_SENDER_H
#define FUZZ_SENDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "program.h"

/* sender_become() - turn the calling process into that of a persona */
void sender_become(enum persona persona);

/* sender_open() - find the family and open sockets; false if it is not there */
bool sender_open(_Atomic uint64_t *messages);

/*
 * sender_run() - do one operation. Whatever comes of it is right, as long as
 * the kernel does not complain.
 */
void sender_run(const struct operation *operation);

#endif /* FUZZ_SENDER_H */
