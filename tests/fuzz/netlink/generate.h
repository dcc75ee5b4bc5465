/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs made up: from the grammar, and by changing those that are known.
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "program.h"

/* random_seed() - what all that follows in this process depends on */
void random_seed(uint64_t seed);

/* random_below() - a number below @limit, 0 if that is 0 */
uint32_t random_below(uint32_t limit);

/* one_in() - true once in @n times */
bool one_in(uint32_t n);

/* generate_operation() - one operation, a message more often than not */
void generate_operation(struct operation *operation);

/* generate_program() - a program from nothing; its persona is left as it is */
void generate_program(struct program *program);

/* mutate_program() - change a program, or put a piece of @other into it */
void mutate_program(struct program *program, const struct program *other);

/* mutate_message() - change the message that an operation has as data */
void mutate_message(struct operation *operation);

#endif /* FUZZ_GENERATE_H */
