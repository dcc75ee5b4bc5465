/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that select agents by their owner.
 */
#ifndef OWNER_ARGS_H
#define OWNER_ARGS_H

#include <argp.h>

/* A child parser; its input is a struct owner_filter, which begins as zeros. */
extern const struct argp owner_args;

#endif /* OWNER_ARGS_H */
