/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colour on standard output, where it is wanted.
 */
#ifndef COLOUR_H
#define COLOUR_H

#include <argp.h>
#include <stdbool.h>

#include <varta.h>

/* The option --color, a child of a subcommand's parser. */
extern const struct argp colour_parser;

/**
 * colour_wanted() - Whether there is to be colour.
 *
 * Return: What --color said; without it, whether standard output is a terminal
 * that has colours and NO_COLOR is not set (see no-color.org).
 */
bool colour_wanted(void);

/**
 * enum concern - How much an agent is to stand out.
 */
enum concern {
	CONCERN_NONE,
	CONCERN_SOME,
	CONCERN_GREAT,
};

/**
 * concern_about() - How much an agent is to stand out.
 * @agent: The agent.
 */
enum concern concern_about(const struct varta_agent *agent);

/**
 * colour_of() - What to print before something.
 * @concern: How much it is to stand out.
 *
 * Return: A terminal's sequence; "" where there is no colour.
 */
const char *colour_of(enum concern concern);

/**
 * colour_end() - What to print after something coloured.
 */
const char *colour_end(void);

#endif /* COLOUR_H */
