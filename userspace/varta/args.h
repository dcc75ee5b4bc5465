/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of options and arguments, for argp parsers. A wrong value ends the
 * program with a message that names the option, the value and what is allowed.
 */
#ifndef ARGS_H
#define ARGS_H

#include <argp.h>
#include <stddef.h>
#include <stdint.h>

/**
 * args_error() - Report a wrong value, and exit as argp_error() does.
 * @state: The parser's state.
 * @name: The option or argument, such as "--count".
 * @text: The value.
 * @format: What is wrong and what is allowed, as for printf().
 */
__attribute__((format(printf, 4, 5)))
void args_error(const struct argp_state *state, const char *name,
		const char *text, const char *format, ...);

/**
 * args_unknown() - Report an unknown name with all known ones, and exit.
 * @state: The parser's state.
 * @kind: What is named, such as "command".
 * @text: The unknown name.
 * @name: Returns the name with an index, NULL after the last one.
 */
void args_unknown(const struct argp_state *state, const char *kind,
		  const char *text, const char *(*name)(unsigned int index));

/**
 * args_number() - Take a number.
 * @state: The parser's state.
 * @name: The option or argument.
 * @text: Its value.
 * @min: The least value allowed.
 * @max: The largest value allowed.
 *
 * Return: The number.
 */
uint64_t args_number(const struct argp_state *state, const char *name,
		     const char *text, uint64_t min, uint64_t max);

/**
 * args_u32() - Take a number of at most 32 bits.
 * @state: As for args_number().
 * @name: Likewise.
 * @text: Likewise.
 * @min: Likewise.
 * @max: Likewise.
 *
 * Return: The number.
 */
uint32_t args_u32(const struct argp_state *state, const char *name,
		  const char *text, uint32_t min, uint32_t max);

/**
 * args_pid() - Take a process id.
 * @state: As for args_number().
 * @name: Likewise.
 * @text: Likewise.
 *
 * Return: The process id. Those of relayed agents may be any number but 0.
 */
uint32_t args_pid(const struct argp_state *state, const char *name,
		  const char *text);

/**
 * args_source() - Take the number of a relay.
 * @state: As for args_number().
 * @name: Likewise.
 * @text: Likewise.
 *
 * Return: The number.
 */
uint32_t args_source(const struct argp_state *state, const char *name,
		     const char *text);

/**
 * args_duration() - Take a duration.
 * @state: As for args_number().
 * @name: Likewise.
 * @text: Likewise.
 * @min: The least value allowed, in ms.
 * @max: The largest value allowed, in ms.
 *
 * Return: Milliseconds.
 */
uint32_t args_duration(const struct argp_state *state, const char *name,
		       const char *text, uint32_t min, uint32_t max);

#endif /* ARGS_H */
