/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colour on standard output, by severity.
 */
#ifndef COLOUR_H
#define COLOUR_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include <varta.h>

/* The option --color, a child of a command's parser. */
extern const struct argp colour_args;

/**
 * colour_enabled() - Whether output is coloured.
 *
 * Return: What --color says; without it, true if standard output is a terminal
 * with colours and NO_COLOR is not set (see no-color.org).
 */
bool colour_enabled(void);

/**
 * enum severity - How serious the state of an agent, or an event, is.
 * @SEVERITY_NORMAL: It beats with status ok, or was stopped on purpose.
 * @SEVERITY_WARNING: Its status is degraded, or it was evicted or refused.
 * @SEVERITY_CRITICAL: It is stalled or critical, or has failed.
 */
enum severity {
	SEVERITY_NORMAL,
	SEVERITY_WARNING,
	SEVERITY_CRITICAL,
};

/**
 * agent_severity() - The severity of an agent's state.
 * @agent: The agent.
 */
enum severity agent_severity(const struct varta_agent *agent);

/**
 * event_severity() - The severity of an event.
 * @event: The event.
 */
enum severity event_severity(const struct varta_event *event);

/**
 * is_stop_signal() - Whether services are stopped by a signal.
 * @number: The signal.
 */
bool is_stop_signal(uint32_t number);

/**
 * colour_begin() - The escape sequence before coloured text.
 * @severity: The severity.
 *
 * Return: A constant string; "" without colour.
 */
const char *colour_begin(enum severity severity);

/**
 * colour_end() - The escape sequence after coloured text.
 * @severity: As for colour_begin().
 *
 * Return: A constant string; "" without colour.
 */
const char *colour_end(enum severity severity);

#endif /* COLOUR_H */
