// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of options and arguments. See args.h.
 */
#include "args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <varta.h>

#include "command.h"
#include "parse.h"

void args_error(const struct argp_state *state, const char *name,
		const char *text, const char *format, ...)
{
	va_list arguments;
	char *problem;
	int length;

	va_start(arguments, format);
	length = vasprintf(&problem, format, arguments);
	va_end(arguments);
	if (length < 0)
		exit(EXIT_SYSTEM);
	argp_error(state, "%s %s: %s", name, text, problem);
	free(problem);
}

void args_unknown(const struct argp_state *state, const char *kind,
		  const char *text, const char *(*name)(unsigned int index))
{
	char *names = NULL;
	size_t size = 0;
	unsigned int i;
	FILE *out = open_memstream(&names, &size);

	if (!out)
		exit(EXIT_SYSTEM);
	for (i = 0; name(i); i++)
		fprintf(out, "%s%s", i ? ", " : "", name(i));
	if (fclose(out))
		exit(EXIT_SYSTEM);
	argp_error(state, "unknown %s '%s': must be one of %s", kind, text,
		   names);
	free(names);
}

uint64_t args_number(const struct argp_state *state, const char *name,
		     const char *text, uint64_t min, uint64_t max)
{
	uint64_t number = 0;
	int error = parse_number(text, min, max, &number);

	if (error)
		args_error(state, name, text, "%s (%" PRIu64 "..%" PRIu64 ")",
			   error == -ERANGE ? "out of range" : "not a number",
			   min, max);
	return number;
}

uint32_t args_u32(const struct argp_state *state, const char *name,
		  const char *text, uint32_t min, uint32_t max)
{
	return (uint32_t)args_number(state, name, text, min, max);
}

uint32_t args_pid(const struct argp_state *state, const char *name,
		  const char *text)
{
	return args_u32(state, name, text, 1, UINT32_MAX);
}

uint32_t args_source(const struct argp_state *state, const char *name,
		     const char *text)
{
	return args_u32(state, name, text, 0, VARTA_SOURCE_MAX);
}

uint32_t args_duration(const struct argp_state *state, const char *name,
		       const char *text, uint32_t min, uint32_t max)
{
	uint32_t ms = 0;
	int error = parse_duration(text, min, max, &ms);

	if (error == -ERANGE)
		args_error(state, name, text, "out of range (%" PRIu32
			   "..%" PRIu32 " ms)", min, max);
	else if (error)
		args_error(state, name, text, "not a duration (500ms, 5s, 2m "
			   "or 1h; a bare number is ms)");
	return ms;
}
