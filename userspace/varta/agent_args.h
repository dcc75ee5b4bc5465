/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that select and sort agents, shared by varta agents and varta top.
 */
#ifndef AGENT_ARGS_H
#define AGENT_ARGS_H

#include <argp.h>

/* A child of a command's parser; a struct agent_query is its input. */
extern const struct argp agent_args;

#endif /* AGENT_ARGS_H */
