/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generates programs from the grammar, and mutates known ones.
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "program.h"

/* random_seed() - seed the random numbers of this process */
void random_seed(uint64_t seed);

/* random_below() - a random number below @limit; 0 if @limit is 0 */
uint32_t random_below(uint32_t limit);

/* one_in() - true with probability 1 / @n */
bool one_in(uint32_t n);

/* generate_operation() - generate one operation, most often a message */
void generate_operation(struct operation *operation);

/* generate_program() - generate operations of a program; keeps its persona */
void generate_program(struct program *program);

/* mutate_program() - mutate a program, or copy a part of @other into it */
void mutate_program(struct program *program, const struct program *other);

/* mutate_message() - mutate the message in the data of an operation */
void mutate_message(struct operation *operation);

#endif /* FUZZ_GENERATE_H */
