/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that say which agents are wanted, and in what order.
 */
#ifndef AGENT_ARGS_H
#define AGENT_ARGS_H

#include <argp.h>

/* A child of a subcommand's parser; its input is a struct ledger_query. */
extern const struct argp query_parser;

#endif /* AGENT_ARGS_H */
