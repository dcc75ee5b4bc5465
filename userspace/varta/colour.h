/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colour on standard output, where it is wanted.
 */
#ifndef COLOUR_H
#define COLOUR_H

#include <varta.h>

/**
 * colour_of_agent() - What to print before an agent.
 * @agent: The agent.
 *
 * Return: A terminal's sequence; "" where there is no colour.
 */
const char *colour_of_agent(const struct varta_agent *agent);

/**
 * colour_end() - What to print after something coloured.
 */
const char *colour_end(void);

#endif /* COLOUR_H */
